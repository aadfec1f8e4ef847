"""What plots over years share: ticks at years that fit, and names at the ends of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import FixedFormatter, FixedLocator
from matplotlib.transforms import ScaledTranslation

from spatialcarbon.report.lettering import readable
from spatialcarbon.report.placement import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def year_ticks(ax: Axes, years: Sequence[float]) -> None:
    """Mark the years of the data, writing those that have room, the last one first.

    Parameters
    ----------
    ax : Axes
        With its limits and position final.
    years : sequence of float
        Ascending.
    """
    x0, x1 = ax.get_xlim()
    per_year = ax.get_window_extent().width / (x1 - x0)
    size = ax.figure.dpi / 72 * 8.5
    kept: list[float] = []
    for year in reversed(years):
        # Four digits are about 2.6 times as wide as high; the rest is air.
        if not kept or (kept[-1] - year) * per_year >= 3.3 * size:
            kept.append(year)
    ax.xaxis.set_major_locator(FixedLocator(kept))
    ax.xaxis.set_major_formatter(FixedFormatter([f"{year:g}" for year in kept]))
    ax.xaxis.set_minor_locator(FixedLocator([year for year in years if year not in kept]))
    ax.tick_params(axis="x", which="minor", length=2)


def end_labels(
    ax: Axes,
    ends: Mapping[Any, float],
    words: Mapping[Any, str],
    colours: Mapping[Any, str],
    *,
    fontsize: float = 8.5,
) -> None:
    """Write a word to the right of the plot at each height, moved apart where they would meet.

    Parameters
    ----------
    ax : Axes
        With its limits and position final in height.
    ends : mapping
        Height of each label in data coordinates.
    words, colours : mapping
        Text and colour of each label.
    fontsize : float
        In points.
    """
    low, high = ax.get_ylim()
    pixels = ax.get_window_extent().height
    fontsize = min(fontsize, 0.95 * pixels / max(len(ends), 1) / (ax.figure.dpi / 72) / 1.1)
    gap = 1.32 * fontsize * ax.figure.dpi / 72 * (high - low) / pixels
    placed = spread(list(ends.values()), gap, low, high)
    moved = any(abs(a - b) > 0.4 * gap for a, b in zip(ends.values(), placed, strict=True))
    fig = ax.figure.get_figure(root=True)
    assert fig is not None
    beside = ScaledTranslation((16 if moved else 5) / 72, 0, fig.dpi_scale_trans)
    for (group, wanted), height in zip(ends.items(), placed, strict=True):
        far = abs(height - wanted) > 0.4 * gap
        ax.annotate(
            words[group],
            (1.0, wanted),
            xytext=(1.0, height),
            xycoords=ax.get_yaxis_transform(),
            textcoords=ax.get_yaxis_transform() + beside,
            va="center",
            fontsize=fontsize,
            color=readable(colours[group]),
            annotation_clip=False,
            arrowprops=(
                {"arrowstyle": "-", "color": colours[group], "lw": 0.6, "shrinkA": 0, "shrinkB": 0,
                 "relpos": (0, 0.5)}
                if far
                else None
            ),
            gid="end label",
        )  # fmt: skip
