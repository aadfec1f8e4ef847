"""Flows of land: which class gave how much area to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.models.land.area_tables import class_order
from spatialcarbon.models.land.legends import land_class_colours, land_class_names
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.lettering import emphasise, halo, name_of, number, say
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.placement import spread
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.sheet import WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
_BAR, _GAP, _BODY = 0.16, 0.055, 4.7
"""Width of the bars in inches; air between two of them and height of the plot."""
_SIDE = 1.85
"""Inches beside the bars, for the words."""


def class_words(classes: Sequence[str], names: Names | None, language: Language) -> dict[str, str]:
    """Return what classes of land are called: given names, those of the legend, or the code."""
    common = land_class_names(language)
    return {c: name_of(c, {**common, **(names or {})}, language) for c in classes}


def class_colours(classes: Sequence[str], colours: Mapping[str, str] | None) -> dict[str, str]:
    """Return the colour of each class: given ones, those of the legend, or the next one free."""
    known = {**land_class_colours(), **(colours or {})}
    free = qualitative_colours([c for c in classes if c not in known])
    return {c: known.get(c) or free[c] for c in classes}


def checked_matrix(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return a matrix of transitions with the classes in order, or raise.

    Raises
    ------
    SchemaError
        When rows and columns are not the same classes, for negative areas, and for the
        empty matrix of two tables of areas.
    """
    only = matrix.index.symmetric_difference(matrix.columns, sort=False)
    if len(only):
        raise SchemaError(
            "the matrix of transitions has other rows than columns",
            arrived="{only} in one of them only",
            only=some(only),
        )
    table = numeric_table(matrix)
    if table.isna().any(axis=None):
        raise SchemaError(
            "the matrix of transitions is not known",
            arrived="two tables of areas, which do not say what went where",
            fix="draw gains_and_losses, which needs areas only",
        )
    if (table < 0).any(axis=None):
        raise SchemaError("the matrix of transitions has areas below zero")
    order = list(class_order(table.index))
    return table.loc[order, order]


@in_house_style
def land_flows(
    matrix: pd.DataFrame,
    *,
    start: object,
    end: object,
    unchanged: bool = False,
    title: str | Text = "",
    class_names: Names | None = None,
    colours: Mapping[str, str] | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which land did each class give, and to which class did it go?

    Bands run from what a class lost, left, to what classes won, right, in the colour of
    the class that lost; their width is area. Without the land that stayed, which would
    press all else into threads, the figure is legible with all eight classes.

    Parameters
    ----------
    matrix : DataFrame
        km², from (rows) × to (columns): ``TransitionResult.matrix`` or ``matrix_of(zone)``.
    start, end : object
        The years, written above the bars.
    unchanged : bool
        Draw the land that stayed as well.
    title : str or Text
        Heading.
    class_names, colours : mapping, optional
        What to call classes and in which colour to draw them; those of the common legend
        have theirs.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For a matrix of other rows than columns, of areas below zero, that is not known, or
        in which no land changed.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import land_flows
    >>> classes = ["cropland", "built"]
    >>> matrix = pd.DataFrame([[90.0, 10.0], [0.0, 20.0]], index=classes, columns=classes)
    >>> figure = land_flows(matrix, start=2000, end=2020)
    >>> len(figure.axes)
    1
    """
    table = checked_matrix(matrix)
    whole = float(table.to_numpy().sum())
    flows = table.to_numpy().copy()
    stayed = float(np.trace(flows))
    if not unchanged:
        np.fill_diagonal(flows, 0.0)
    if not (table.to_numpy() * (1 - np.eye(len(table)))).sum() > 0:
        raise SchemaError("no land changed its class: there is nothing to draw")
    shown = text("Areas in km².") if unchanged else _left_out(stayed, whole, start)
    sheet = Sheet(title, _BODY, language, source=source, notes=[shown, *notes])
    ax = sheet.axes(_SIDE, 0.08, WIDTH - 2 * _SIDE, _BODY - 0.42)
    wide, tall = WIDTH - 2 * _SIDE, _BODY - 0.42
    ax.set(xlim=(0, wide), ylim=(tall, 0))
    ax.set_axis_off()
    words = class_words(list(table.index), class_names, language)
    fills = class_colours(list(table.index), colours)
    left, right = (_stack(flows.sum(axis=axis), tall, float(flows.sum())) for axis in (1, 0))
    for ribbon in _ribbons(flows, left, right, tall):
        _draw(ax, ribbon, wide, fills[table.index[ribbon.origin]], table.index)
    for side, x, bars in (("left", 0.0, left), ("right", wide - _BAR, right)):
        for place, (top, height) in bars.items():
            ax.add_patch(
                Rectangle((x, top), _BAR, height, facecolor=fills[table.index[place]],
                          edgecolor="none", gid=f"{side} {table.index[place]}", zorder=3)
            )  # fmt: skip
    named = [words[name] for name in table.index]
    _write(ax, left, named, _losses(table, unchanged), tall, x=-0.1, align="right")
    _write(ax, right, named, _gains(table, unchanged), tall, x=wide + 0.1, align="left")
    for x, year, what, align in (
        (0.0, start, text("lost by"), "left"),
        (wide, end, text("won by"), "right"),
    ):
        said = str(year) if unchanged else f"{year} · {say(what, language)}"
        letters = ax.text(x, -0.13, said, ha=align, va="bottom", fontsize=9.5)
        emphasise(letters, language)
    return sheet.fig


def _left_out(stayed: float, whole: float, start: object) -> Text:
    return text(
        "Areas in km²; in brackets, per cent of the class in {start}. Not drawn: {km2} km² "
        "({share} %) that kept their class.",
        start=start,
        km2=number(stayed),
        share=f"{100 * stayed / whole:.1f}",
    )


Bars = dict[int, tuple[float, float]]


def _stack(amounts: Any, tall: float, total: float) -> Bars:
    """Return top and height of each bar in inches, with air between those that are there."""
    there = [place for place, amount in enumerate(amounts) if amount > 0]
    scale = (tall - _GAP * (len(amounts) - 1)) / total
    used = scale * total + _GAP * (len(there) - 1)
    top = (tall - used) / 2
    bars: Bars = {}
    for place in there:
        bars[place] = (top, amounts[place] * scale)
        top += amounts[place] * scale + _GAP
    return bars


@dataclass(frozen=True)
class _Ribbon:
    """A band from one bar to another."""

    origin: int
    destination: int
    km2: float
    left: float
    right: float
    width: float


def _ribbons(flows: Any, left: Bars, right: Bars, tall: float) -> list[_Ribbon]:
    """Return the bands; those of one bar lie in the order of the classes they lead to."""
    scale = (tall - _GAP * (len(flows) - 1)) / flows.sum()
    out = {place: top for place, (top, _) in left.items()}
    into = {place: top for place, (top, _) in right.items()}
    found = []
    for i, j in zip(*np.nonzero(flows), strict=True):
        origin, destination = int(i), int(j)
        width = float(flows[origin, destination] * scale)
        found.append(
            _Ribbon(origin, destination, float(flows[origin, destination]), out[origin],
                    into[destination], width)
        )  # fmt: skip
        out[origin] += width
        into[destination] += width
    # The widest first, so that thin ones stay visible where they cross.
    return sorted(found, key=lambda ribbon: -ribbon.width)


def _draw(ax: Axes, ribbon: _Ribbon, wide: float, colour: str, classes: Any) -> None:
    x0, x1 = _BAR, wide - _BAR
    middle = (x0 + x1) / 2
    a, b, w = ribbon.left, ribbon.right, ribbon.width
    points = [
        *((x0, a), (middle, a), (middle, b), (x1, b)),
        *((x1, b + w), (middle, b + w), (middle, a + w), (x0, a + w), (x0, a)),
    ]
    codes = [
        *(Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4),
        *(Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CLOSEPOLY),
    ]
    stays = ribbon.origin == ribbon.destination
    name = f"flow {classes[ribbon.origin]} {classes[ribbon.destination]}"
    ax.add_patch(
        PathPatch(Path(points, codes), facecolor=colour, edgecolor=colour, linewidth=0.3,
                  alpha=0.22 if stays else 0.62, gid=name, zorder=1 if stays else 2)
    )  # fmt: skip
    if w >= 0.15 and not stays:
        ax.text(x1 - 0.06, b + w / 2, number(ribbon.km2), ha="right", va="center", fontsize=7.5,
                color=INK, path_effects=halo(1.6), zorder=4, gid="area")  # fmt: skip


def _losses(table: pd.DataFrame, unchanged: bool) -> list[str]:
    held = table.to_numpy()
    area, kept = held.sum(axis=1), np.diagonal(held)
    return [_amount(a, a - k, "−", unchanged) for a, k in zip(area, kept, strict=True)]


def _gains(table: pd.DataFrame, unchanged: bool) -> list[str]:
    held = table.to_numpy()
    before, after, kept = held.sum(axis=1), held.sum(axis=0), np.diagonal(held)
    return [
        _amount(a if unchanged else b, a - k, "+", unchanged)
        for b, a, k in zip(before, after, kept, strict=True)
    ]


def _amount(area: float, moved: float, sign: str, unchanged: bool) -> str:
    """Return the area of a bar; of a change also in per cent of what the class had before."""
    if unchanged:
        return number(area)
    share = f" ({sign}{number(100 * moved / area, 2)} %)" if area > 0 else ""
    return f"{sign}{number(moved)}{share}"


def _write(
    ax: Axes, bars: Bars, names: list[str], amounts: list[str], tall: float, *, x: float, align: str
) -> None:
    """Write name and amount beside each bar, moved apart where they would meet."""
    wanted = [top + height / 2 for top, height in bars.values()]
    placed = spread(wanted, 0.33, 0.1, tall - 0.1)
    outwards = -1.0 if align == "right" else 1.0
    for place, want, at in zip(bars, wanted, placed, strict=True):
        at_x = x
        if abs(at - want) > 0.04:
            # A line that leads far up or down needs some way to the side, or it is a wall.
            at_x = x + outwards * min(0.5 * abs(at - want), 0.22)
            ax.plot([x - 0.07 * outwards, at_x], [want, at], color=GREY, linewidth=0.6,
                    clip_on=False)  # fmt: skip
        at_x += 0.03 * outwards
        ax.text(at_x, at, names[place], ha=align, va="bottom", fontsize=8.5, gid="class")
        ax.text(at_x, at, amounts[place], ha=align, va="top", fontsize=7.5, color=GREY,
                gid="amount")  # fmt: skip
