"""Flows between regions as ribbons inside a ring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import PathPatch, Wedge
from matplotlib.path import Path

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import GREY, in_house_style
from spatialcarbon.report.lettering import emphasise, name_of, number, unit_label
from spatialcarbon.report.placement import spread
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.sheet import WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
MOST = 16
"""Most regions that stay legible."""

_COLOURS = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee8866", "#777777"),
    *("#44bb99", "#eedd88", "#77aadd", "#ffaabb", "#99ddff", "#aaaa00", "#bbcc33", "#c9c9c9"),
)
"""Sixteen that differ side by side (Paul Tol's bright and light, and two greys)."""

_BODY, _RING, _GAP = 6.0, 0.055, 0.035
"""Height in inches; thickness of the ring; air between arcs in radians."""


def square_flows(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return a matrix of flows as numbers, rows and columns in one order, or raise.

    Raises
    ------
    SchemaError
        When rows and columns are not the same regions.
    """
    if set(matrix.index) != set(matrix.columns) or len(matrix.index) != matrix.shape[1]:
        raise SchemaError("rows and columns of the flows are not the same regions")
    plain = matrix.rename_axis(index=None, columns=None)
    return numeric_table(plain.loc[list(plain.index), list(plain.index)])


@in_house_style
def transfer_chord(
    matrix: pd.DataFrame,
    *,
    unit: str = "",
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Who emits for whom, all pairs of regions at once?

    A region's arc is what it emits for the others. A ribbon joins two regions; its width
    at an end is what that region emits for the other one, its colour that of the region
    that emits more.

    Parameters
    ----------
    matrix : DataFrame
        Emitting region (rows) × region of final demand (columns), zero or more.
    unit : str
        Unit of measure.
    title : str or Text
        Heading.
    names : mapping, optional
        What to call the regions.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For other rows than columns, flows below zero, none at all, or more than 16
        regions.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import transfer_chord
    >>> regions = ["North", "East", "West"]
    >>> matrix = pd.DataFrame(
    ...     [[0.0, 3.0, 1.0], [2.0, 0.0, 1.0], [4.0, 2.0, 0.0]], index=regions, columns=regions
    ... )
    >>> figure = transfer_chord(matrix, unit="Mt CO2", title="Who emits for whom")
    >>> [text.get_text() for text in figure.axes[0].texts][:3]
    ['North', 'for others 4, by others 6', 'East']
    """
    table = square_flows(matrix)
    if len(table) > MOST:
        raise SchemaError(
            "{n} regions are too many for a chord diagram",
            expected="at most {most}",
            fix="result.aggregate(regions=...) first, or draw transfer_heatmap",
            n=len(table),
            most=MOST,
        )
    flows = table.to_numpy() * (1 - np.eye(len(table)))
    if (flows < 0).any():
        raise SchemaError("a ribbon cannot have a width below zero: some flows are negative")
    if not flows.any():
        raise SchemaError("no region emits for another one: there is nothing to draw")
    read = text(
        "Arc: what arises in a region for the others. A ribbon's width at a region is what arises "
        "there for the other one; its colour is that of the region where more arises. {unit}",
        unit=text("Numbers in {unit}.", unit=unit_label(unit, language)) if unit else "",
    )
    sheet = Sheet(title, _BODY, language, source=source, notes=[read, *notes])
    ax = sheet.axes(0.1, 0.1, WIDTH - 0.2, _BODY - 0.2)
    half = (WIDTH - 0.2) / (_BODY - 0.2)
    ax.set(xlim=(-1.25 * half, 1.25 * half), ylim=(-1.25, 1.25), aspect="equal")
    ax.set_axis_off()
    colours = dict(zip(table.index, _COLOURS, strict=False))
    arcs = _arcs(flows)
    for first, second in _pairs(flows):
        stronger = first if flows[first, second] >= flows[second, first] else second
        name = f"ribbon {table.index[first]} {table.index[second]}"
        _ribbon(ax, arcs[first][second], arcs[second][first], colours[table.index[stronger]], name)
    for place, label in enumerate(table.index):
        low, high = _whole(arcs[place])
        if high > low:
            ax.add_patch(
                Wedge((0, 0), 1.0, np.degrees(low), np.degrees(high), width=_RING, linewidth=0,
                      facecolor=colours[label], gid=f"arc {label}", zorder=3)
            )  # fmt: skip
    _write(ax, table, flows, arcs, names, language)
    return sheet.fig


Span = tuple[float, float]


def _arcs(flows: Any) -> list[dict[int, Span]]:
    """Return for each region where its ribbon to each other one begins and ends, in radians.

    Regions run clockwise from the top; on an arc the ribbons are sorted so that those to
    neighbours do not cross those to the far side.
    """
    count = len(flows)
    busy = int(((flows.sum(axis=0) + flows.sum(axis=1)) > 0).sum())
    scale = (2 * np.pi - _GAP * busy) / flows.sum()
    at, found = np.pi / 2, []
    for place in range(count):
        spans: dict[int, Span] = {}
        for step in range(1, count):
            other = (place - step) % count
            width = float(flows[place, other] * scale)
            spans[other] = (at - width, at)
            at -= width
        found.append(spans)
        at -= _GAP if flows[place].any() or flows[:, place].any() else 0.0
    return found


def _whole(spans: Mapping[int, Span]) -> Span:
    return min(low for low, _ in spans.values()), max(high for _, high in spans.values())


def _pairs(flows: Any) -> list[tuple[int, int]]:
    """Return the pairs that have a flow, the widest first so that thin ones lie on top."""
    both = flows + flows.T
    pairs = [(i, j) for i in range(len(flows)) for j in range(i + 1, len(flows)) if both[i, j] > 0]
    return sorted(pairs, key=lambda pair: -both[pair])


def _point(angle: float, radius: float) -> tuple[float, float]:
    return radius * float(np.cos(angle)), radius * float(np.sin(angle))


def _ribbon(ax: Axes, first: Span, second: Span, colour: str, gid: str) -> None:
    inner = 1.0 - _RING - 0.012
    steps = 2 + int(np.degrees(max(np.ptp(first), np.ptp(second))))
    a = [_point(x, inner) for x in np.linspace(*first, steps)]
    b = [_point(x, inner) for x in np.linspace(*second, steps)]
    centre = (0.0, 0.0)
    points = [*a, centre, *b, centre, a[0]]
    codes = [
        *(Path.MOVETO, *[Path.LINETO] * (steps - 1)),
        *(Path.CURVE3, Path.CURVE3, *[Path.LINETO] * (steps - 1)),
        *(Path.CURVE3, Path.CURVE3),
    ]
    ax.add_patch(
        PathPatch(Path(points, codes), facecolor=colour, edgecolor="white", linewidth=0.4,
                  alpha=0.68, gid=gid, zorder=2)
    )  # fmt: skip


def _write(
    ax: Axes,
    table: pd.DataFrame,
    flows: Any,
    arcs: list[dict[int, Span]],
    names: Names | None,
    language: Language,
) -> None:
    """Write name and sums beside each arc, moved apart on each side where they would meet."""
    middles = [sum(_whole(spans)) / 2 for spans in arcs]
    for side in (1, -1):
        members = [i for i, angle in enumerate(middles) if (np.cos(angle) >= 0) == (side > 0)]
        wanted = [1.1 * float(np.sin(middles[i])) for i in members]
        for i, want, y in zip(members, wanted, spread(wanted, 0.2, -1.14, 1.14), strict=True):
            x = side * max(1.1 * abs(float(np.cos(middles[i]))), 0.16)
            # A name pushed up or down stands further out, clear of the ring.
            x = side * max(abs(x), float(np.sqrt(max(1.08**2 - min(abs(y), 1.08) ** 2, 0.0))))
            if abs(y - want) > 0.05:
                edge = _point(middles[i], 1.01)
                ax.plot([edge[0], x - 0.02 * side], [edge[1], y], color=GREY, linewidth=0.6)
            align = "left" if side > 0 else "right"
            letters = ax.text(x, y + 0.006, name_of(table.index[i], names, language), ha=align,
                              va="bottom", fontsize=9, gid="region")  # fmt: skip
            emphasise(letters, language)
            said = translate(
                "for others {out}, by others {into}",
                language,
                out=number(float(flows[i].sum()), 3),
                into=number(float(flows[:, i].sum()), 3),
            )
            ax.text(x, y - 0.006, said, ha=align, va="top", fontsize=7.5, color=GREY, gid="sums")
