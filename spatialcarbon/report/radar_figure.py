"""Radar charts: in which respects each group stands out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.align import as_numbers, check_unique
from spatialcarbon.core.errors import DegenerateDataError, SchemaError, some
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.report.canvas import FAINT, GREY, in_house_style
from spatialcarbon.report.lettering import emphasise, halo, name_of, readable, wrap
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
LEAST_AXES = 3
"""Fewer make a line, not an outline."""

_ROUNDING = 1e-6
_TITLE = 0.42
"""Inches above a small radar: two lines."""

_RINGS = (0.25, 0.5, 0.75, 1.0)


@in_house_style
def radar(
    table: pd.DataFrame,
    *,
    title: str | Text = "",
    group_names: Names | None = None,
    indicator_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """In which respects does each group stand out?

    All groups lie over each other on the left; on the right each stands alone before
    the others in grey.

    Parameters
    ----------
    table : DataFrame
        Groups in rows, three or more indicators in columns, each divided by its
        maximum: 0 to 1 (see ``max_normalise``). NaN breaks the outline.
    title : str or Text
        Heading.
    group_names, indicator_names : mapping, optional
        What to call groups and indicators.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For values outside 0 to 1, or an empty table.
    DegenerateDataError
        With fewer than three indicators, which span no polygon.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import radar
    >>> table = pd.DataFrame(
    ...     {"per head": [1.0, 0.6], "per GDP": [0.7, 1.0], "per area": [0.4, 1.0]},
    ...     index=["YRD", "PRD"],
    ... )
    >>> figure = radar(table)
    >>> len(figure.axes)
    3
    """
    data = numeric_table(table)
    if data.shape[1] < LEAST_AXES:
        raise DegenerateDataError(
            "a radar needs at least three indicators",
            arrived="{n}",
            fix="draw stacked_composition or a table instead",
            n=data.shape[1],
        )
    outside = data.index[((data < 0) | (data > 1 + _ROUNDING)).any(axis=1)]
    if len(outside):
        raise SchemaError(
            "a radar takes values from 0 to 1",
            arrived="other values for {groups}",
            fix="spatialcarbon.max_normalise(table) first",
            groups=some(outside),
        )
    columns, letter = (3, 8.5) if len(data) <= 9 else (5, 6.0)
    rows = math.ceil(len(data) / columns)
    big, gap = 4.8, 0.12
    small = (WIDTH - big - 2 * MARGIN) / columns - gap
    cell = small + _TITLE
    tall = max(4.1, rows * cell)
    sheet = Sheet(title, tall, language, source=source)
    colours = qualitative_colours(data.index)
    names = [name_of(column, indicator_names, language) for column in data.columns]
    ax = sheet.axes(MARGIN, (tall - 4.1) / 2, big, 4.1)
    _web(ax, sheet, len(names), names)
    for group, row in data.iterrows():
        _polygon(ax, row.to_numpy(), colours[group], fill=0.06, width=1.8)
    top = tall - (tall - rows * cell) / 2
    for place, (group, row) in enumerate(data.iterrows()):
        line, column = divmod(place, columns)
        left = MARGIN + big + gap + column * (small + gap)
        part = sheet.axes(left, top - (line + 1) * cell, small, small)
        _web(part, sheet, len(names), [])
        for other, values in data.iterrows():
            if other != group:
                _polygon(part, values.to_numpy(), "#c4c4c4", fill=0.0, width=0.7)
        _polygon(part, row.to_numpy(), colours[group], fill=0.22, width=1.8)
        called = wrap(
            sheet.fig,
            name_of(group, group_names, language),
            small + gap / 2,
            fontsize=8.5,
            fontweight="bold",
        )
        letters = part.set_title(called, fontsize=letter, pad=2, color=readable(colours[group]))
        emphasise(letters, language)
    return sheet.fig


def numeric_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of groups with every column as floats, refusing what is unclear."""
    if table.empty:
        raise SchemaError("there is nothing to draw: the table is empty")
    check_unique(table.index, text("the table"))
    check_unique(table.columns, text("the list of columns"))
    return table.apply(lambda column: as_numbers(column, str(column.name)))


def _corners(count: int, radius: float = 1.0) -> tuple[Any, Any]:
    """Return the corners of a polygon, clockwise from the top, the first one again at the end."""
    angles = np.pi / 2 - 2 * np.pi * (np.arange(count + 1) % count) / count
    return radius * np.cos(angles), radius * np.sin(angles)


def _web(ax: Axes, sheet: Sheet, count: int, names: list[str]) -> None:
    """Draw rings and spokes; with names also what the spokes and rings mean."""
    wide, tall = (1.655, 1.414) if names else (1.06, 1.06)
    ax.set(xlim=(-wide, wide), ylim=(-tall, tall), aspect="equal")
    ax.set_axis_off()
    for ring in _RINGS:
        ax.plot(*_corners(count, ring), color=FAINT, linewidth=0.7, zorder=1, gid="ring")
    corners = list(zip(*_corners(count), strict=True))[:-1]
    for x, y in corners:
        ax.plot([0, x], [0, y], color=FAINT, linewidth=0.7, zorder=1, gid="spoke")
    for name, (x, y) in zip(names, corners, strict=False):
        upright = abs(x) < 0.2
        words = wrap(sheet.fig, name, 2.2 if upright else 0.82, fontsize=8.5)
        ax.text(
            1.06 * x, 1.1 * y, words, fontsize=8.5, gid="indicator",
            ha="center" if upright else ("left" if x > 0 else "right"),
            va=("bottom" if y > 0 else "top") if upright else "center",
        )  # fmt: skip
    if names:
        # Beside the first spoke, where no outline runs along the words.
        for ring in _RINGS:
            ax.text(0.02, ring, f"{ring:g}", fontsize=7, color=GREY, va="center",
                    path_effects=halo(1.5), zorder=6)  # fmt: skip


def _polygon(ax: Axes, values: Any, colour: str, *, fill: float, width: float) -> None:
    closed = np.append(values, values[0])
    x, y = _corners(len(values))
    if fill and np.isfinite(closed).all():
        ax.fill(x * closed, y * closed, color=colour, alpha=fill, linewidth=0, zorder=3)
    ax.plot(x * closed, y * closed, color=colour, linewidth=width, zorder=4, gid="outline")
