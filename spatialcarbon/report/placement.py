"""Where to write words on a figure so that they keep off each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.transforms import Bbox

from spatialcarbon.report.canvas import GREY, INK
from spatialcarbon.report.lettering import extent, halo

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

    Floats = npt.NDArray[np.float64]

_DIRECTIONS = tuple(
    (x, y) for y, x in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))
)
_DISTANCES = (5.0, 9.0, 16.0, 26.0, 40.0, 60.0, 85.0, 120.0, 160.0)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions as little as is simple so that they keep ``gap`` between them.

    Examples
    --------
    >>> spread([1.0, 1.0, 5.0], 1.0, 0.0, 10.0)
    [0.5, 1.5, 5.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    blocks: list[tuple[float, list[int]]] = []
    for i in order:
        blocks.append((min(max(wanted[i], low), high), [i]))
        # Blocks that touch become one, centred on what its members want.
        while len(blocks) > 1:
            (at, members), (following, more) = blocks[-2], blocks[-1]
            if following - at >= gap * (len(members) + len(more)) / 2 - 1e-12:
                break
            joined = members + more
            centre = float(np.mean([wanted[j] for j in joined]))
            half = gap * (len(joined) - 1) / 2
            blocks[-2:] = [(min(max(centre, low + half), high - half), joined)]
    placed = [0.0] * len(wanted)
    for centre, members in blocks:
        for rank, i in enumerate(members):
            placed[i] = centre + gap * (rank - (len(members) - 1) / 2)
    return placed


def place_labels(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    words: Sequence[str],
    *,
    centred: bool = False,
    fontsize: float = 8.0,
    obstacles: Sequence[Bbox] = (),
    colours: Sequence[str] | None = None,
    drop: bool = False,
) -> list[Annotation]:
    """Write a word beside each point so that no two words meet; a thin line leads to far ones.

    Parameters
    ----------
    ax : Axes
        With its limits and position final.
    points : sequence of pairs
        Anchors in data coordinates, the important ones first.
    words : sequence of str
        One for each point.
    centred : bool
        Whether a word may stand on its point (maps) or must stay beside it (scatter plots).
    fontsize : float
        In points.
    obstacles : sequence of Bbox
        Boxes in pixels that words must keep off.
    colours : sequence of str, optional
        Colour of each word.
    drop : bool
        Leave out a word whose first place is taken, instead of moving it.
    """
    fig = ax.figure.get_figure(root=True)
    assert fig is not None
    scale = fig.dpi / 72
    frame = ax.get_window_extent()
    taken = np.reshape([box.extents for box in obstacles], (-1, 4))
    made = []
    for position, (point, word) in enumerate(zip(points, words, strict=True)):
        note = ax.annotate(
            word,
            point,
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=fontsize,
            color=colours[position] if colours else INK,
            path_effects=halo(),
            zorder=9,
        )
        box = extent(fig, note)
        offsets = [(0.0, 0.0)] if centred else []
        for distance in () if drop else _DISTANCES:
            for dx, dy in _DIRECTIONS:
                reach = distance * scale * (0.72 if dx and dy else 1.0)
                offsets.append((dx * (box.width / 2 + reach), dy * (box.height / 2 + reach)))
        trials = [(x, y, box.translated(x, y).padded(1.5 * scale)) for x, y in offsets]
        x, y, chosen = min(trials, key=lambda trial: _trouble(trial[2], frame, taken))
        if drop and _trouble(chosen, frame, taken):
            note.remove()
            continue
        note.set_position((x / scale, y / scale))
        taken = np.vstack([taken, chosen.extents])
        anchor = ax.transData.transform(point)
        gap = math.hypot(
            max(chosen.x0 - anchor[0], anchor[0] - chosen.x1, 0),
            max(chosen.y0 - anchor[1], anchor[1] - chosen.y1, 0),
        )
        if gap > 6 * scale:
            leader = ax.annotate(
                "",
                point,
                xytext=(x / scale, y / scale),
                textcoords="offset points",
                arrowprops={
                    "arrowstyle": "-",
                    "color": GREY,
                    "lw": 0.6,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
                zorder=8,
            )
            leader.set_in_layout(False)
        made.append(note)
    return made


def _trouble(box: Bbox, frame: Bbox, taken: Floats) -> float:
    """Area in which a box meets others or leaves the frame: 0 is a fine place."""
    inside = Bbox.intersection(box, frame)
    lost = box.width * box.height - (inside.width * inside.height if inside else 0.0)
    x0, y0, x1, y1 = taken.T
    wide = np.minimum(x1, box.x1) - np.maximum(x0, box.x0)
    high = np.minimum(y1, box.y1) - np.maximum(y0, box.y0)
    return round(lost + float((wide.clip(0) * high.clip(0)).sum()), 3)
