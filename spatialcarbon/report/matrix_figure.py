"""The matrix of land transitions as a table to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle

from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.fittings import shade
from spatialcarbon.report.flow_figure import checked_matrix, class_colours, class_words
from spatialcarbon.report.lettering import emphasise, ink_on, number, wrap
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
_SHADES = ("#fdf3ea", "#b3401f")
"""Fill of a cell off the diagonal, from hardly any of its row to the most of any row."""

_KEPT = "#e4e6e8"
_LEFT, _ABOVE, _CELL = 1.5, 0.95, 0.46
"""Inches beside and above the cells, and their height."""


@in_house_style
def land_matrix(
    matrix: pd.DataFrame,
    *,
    start: object,
    end: object,
    title: str | Text = "",
    class_names: Names | None = None,
    colours: Mapping[str, str] | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """How much of each class went to each other one, and what are the sums?

    The shade of a cell is the part of the row that went there; the grey diagonal stayed.

    Parameters
    ----------
    matrix : DataFrame
        km², from (rows) × to (columns): ``TransitionResult.matrix`` or ``matrix_of(zone)``.
    start, end : object
        The years, for the words beside the table.
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
        For a matrix of other rows than columns, of areas below zero, or that is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import land_matrix
    >>> classes = ["cropland", "built"]
    >>> matrix = pd.DataFrame([[90.0, 10.0], [0.0, 20.0]], index=classes, columns=classes)
    >>> figure = land_matrix(matrix, start=2000, end=2020)
    >>> "10" in {text.get_text() for text in figure.axes[0].texts}
    True
    """
    table = checked_matrix(matrix)
    held = table.to_numpy()
    seen = (held.sum(axis=0) + held.sum(axis=1)) > 0
    table = table.loc[seen, seen]
    count = len(table)
    words = class_words(list(table.index), class_names, language)
    fills = class_colours(list(table.index), colours)
    body = _ABOVE + (count + 2) * _CELL + 0.15
    said = text(
        "Areas in km²; below, per cent of the class in {start}. Grey: land that kept its class.",
        start=start,
    )
    sheet = Sheet(title, body, language, source=source, notes=[said, *notes])
    width = min(1.05, (WIDTH - 2 * MARGIN - _LEFT - 0.15) / (count + 2))
    ax = sheet.axes(MARGIN + _LEFT, 0.05, (count + 2) * width + 0.1, (count + 2) * _CELL + 0.1)
    ax.set(xlim=(0, count + 2 + 0.1 / width), ylim=(count + 2 + 0.1 / _CELL, 0))
    ax.set_axis_off()
    _cells(ax, table)
    _margins(ax, table, width)
    for at, name in enumerate(table.index):
        _chip(ax, at, fills[name], width)
        ax.text(-0.24 / width, at + 0.5, wrap(sheet.fig, words[name], _LEFT - 0.3, fontsize=8.5),
                ha="right", va="center", fontsize=8.5, gid="class")  # fmt: skip
        ax.text(at + 0.5, -0.24 / _CELL, wrap(sheet.fig, words[name], width - 0.04, fontsize=8),
                ha="center", va="bottom", fontsize=8, linespacing=1.05, gid="class")  # fmt: skip
    _headings(ax, sheet, count, width, (start, end), language)
    return sheet.fig


def _cells(ax: Axes, table: pd.DataFrame) -> None:
    held = table.to_numpy()
    before = held.sum(axis=1, keepdims=True)
    share = np.divide(held, before, out=np.zeros_like(held), where=before > 0)
    moved = share * (1 - np.eye(len(held)))
    most = float(moved.max()) or 1.0
    for (row, column), km2 in np.ndenumerate(held):
        stays = row == column
        fill = _KEPT if stays else shade(moved[row, column] / most, _SHADES) if km2 > 0 else "white"
        ax.add_patch(
            Rectangle((column, row), 1, 1, facecolor=fill, edgecolor="white", linewidth=1.2,
                      gid=f"cell {table.index[row]} {table.columns[column]}")
        )  # fmt: skip
        ink = INK if stays else ink_on(fill)
        if km2 == 0:
            ax.text(column + 0.5, row + 0.5, "0", ha="center", va="center", fontsize=8,
                    color="#bdbdbd", gid="area")  # fmt: skip
            continue
        ax.text(column + 0.5, row + 0.38, number(km2), ha="center", va="center", fontsize=8,
                color=ink, gid="area")  # fmt: skip
        ax.text(column + 0.5, row + 0.75, _percent(share[row, column]), ha="center", va="center",
                fontsize=6.5, color=ink, gid="share")  # fmt: skip


def _margins(ax: Axes, table: pd.DataFrame, width: float) -> None:
    """Write the sums: area before and loss beside the rows, area after and gain below."""
    held = table.to_numpy()
    kept, edge = np.diagonal(held), len(held)
    shift_x, shift_y = 0.1 / width, 0.1 / _CELL
    for at in range(edge):
        before, after = float(held[at].sum()), float(held[:, at].sum())
        for offset, value in ((0.5, before), (1.5, before - kept[at])):
            ax.text(edge + offset + shift_x, at + 0.5, number(value), ha="center", va="center",
                    fontsize=8, gid="row sum")  # fmt: skip
        for offset, value in ((0.5, after), (1.5, after - kept[at])):
            ax.text(at + 0.5, edge + offset + shift_y, number(value), ha="center", va="center",
                    fontsize=8, gid="column sum")  # fmt: skip
    total, moved = float(held.sum()), float(held.sum() - kept.sum())
    for offset, value in ((0.5, total), (1.5, moved)):
        letters = ax.text(edge + offset + shift_x, edge + offset + shift_y, number(value),
                          ha="center", va="center", fontsize=8, gid="total")  # fmt: skip
        emphasise(letters, "en")


def _headings(
    ax: Axes, sheet: Sheet, count: int, width: float, years: tuple[object, object],
    language: Language,
) -> None:  # fmt: skip
    start, end = years
    shift_x, shift_y = 0.1 / width, 0.1 / _CELL
    room = width - 0.04
    for offset, said in (
        (0.5, translate("Area {year}", language, year=start)),
        (1.5, translate("Loss", language)),
    ):
        ax.text(count + offset + shift_x, -0.24 / _CELL, wrap(sheet.fig, said, room, fontsize=8),
                ha="center", va="bottom", fontsize=8, color=GREY, linespacing=1.05)  # fmt: skip
    for offset, said in (
        (0.5, translate("Area {year}", language, year=end)),
        (1.5, translate("Gain", language)),
    ):
        ax.text(-0.24 / width, count + offset + shift_y, said, ha="right", va="center",
                fontsize=8.5, color=GREY)  # fmt: skip
    said = translate("{start} (rows) → {end} (columns)", language, start=start, end=end)
    sheet.fig.text(MARGIN / WIDTH, (sheet.bottom + sheet.body - 0.06) / sheet.height, said,
                   ha="left", va="top", fontsize=8.5, color=GREY)  # fmt: skip


def _chip(ax: Axes, at: int, colour: str, width: float) -> None:
    """Draw the colour of a class beside its row and above its column."""
    look: dict[str, Any] = {"facecolor": colour, "edgecolor": "none", "clip_on": False}
    high, wide = 0.13 / _CELL, 0.13 / width
    ax.add_patch(Rectangle((-0.19 / width, at + 0.5 - high / 2), wide, high, **look))
    ax.add_patch(Rectangle((at + 0.5 - wide / 2, -0.19 / _CELL), wide, high, **look))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %"
