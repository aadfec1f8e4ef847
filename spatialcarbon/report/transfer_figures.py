"""Transfers as a table to look at, and production beside consumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Patch, Rectangle

from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.chord_figure import square_flows
from spatialcarbon.report.lettering import emphasise, ink_on, name_of, number, say, with_unit, wrap
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
MADE, USED = "#b3401f", "#4477aa"
"""Colours of production and of consumption."""

_SHADES = ("#fdf3ea", "#b3401f")
_OWN = "#e4e6e8"
_LEFT, _ABOVE = 1.35, 0.75


@in_house_style
def transfer_heatmap(
    matrix: pd.DataFrame,
    *,
    unit: str = "",
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """How much does each region emit for the final demand of each other one?

    Rows emit, columns demand. The shade is the size of a transfer beside the largest one;
    the grey diagonal stays at home. Numbers are written up to twelve regions.

    Parameters
    ----------
    matrix, unit, title, names, source, notes, language
        As for :func:`transfer_chord`; flows may be negative.

    Raises
    ------
    SchemaError
        For other rows than columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import transfer_heatmap
    >>> regions = ["North", "East", "West"]
    >>> matrix = pd.DataFrame(
    ...     [[0.0, 3.0, 1.0], [2.0, 0.0, 1.0], [4.0, 2.0, 0.0]], index=regions, columns=regions
    ... )
    >>> figure = transfer_heatmap(matrix, unit="Mt CO2")
    >>> {*regions, "4"} <= {text.get_text() for text in figure.axes[0].texts}
    True
    """
    table = square_flows(matrix)
    count, held = len(table), table.to_numpy()
    cell = min(0.46, max(0.16, 5.4 / count))
    written = count <= 12
    body = _ABOVE + (count + 1) * cell + 0.15
    said = text(
        "Arises in the row for the final demand of the column. Grey: for the region itself."
    )
    sheet = Sheet(title, body, language, source=source, notes=[said, *notes])
    width = (WIDTH - 2 * MARGIN - _LEFT - 0.1) / (count + 1)
    width = min(width, 0.95)
    ax = sheet.axes(MARGIN + _LEFT, 0.05, (count + 1) * width + 0.08, (count + 1) * cell + 0.08)
    shift_x, shift_y = 0.08 / width, 0.08 / cell
    ax.set(xlim=(0, count + 1 + shift_x), ylim=(count + 1 + shift_y, 0))
    ax.set_axis_off()
    moved = np.abs(held * (1 - np.eye(count)))
    most = float(moved.max()) or 1.0
    for (row, column), value in np.ndenumerate(held):
        own = row == column
        fill = _OWN if own else _shade(float(moved[row, column]) / most)
        ax.add_patch(
            Rectangle((column, row), 1, 1, facecolor=fill, edgecolor="white", linewidth=1.0,
                      gid=f"cell {table.index[row]} {table.columns[column]}")
        )  # fmt: skip
        if written:
            ax.text(column + 0.5, row + 0.5, number(float(value), 3), ha="center", va="center",
                    fontsize=8, color=INK if own else ink_on(fill), gid="value")  # fmt: skip
    words = [name_of(label, names, language) for label in table.index]
    size = 8.5 if written else 7.0
    for at, name in enumerate(words):
        ax.text(-0.08 / width, at + 0.5, wrap(sheet.fig, name, _LEFT - 0.1, fontsize=size),
                ha="right", va="center", fontsize=size, gid="region")  # fmt: skip
        above = wrap(sheet.fig, name, width - 0.04, fontsize=size - 0.5) if written else name
        ax.text(at + 0.5, -0.06 / cell, above, ha="center", va="bottom", fontsize=size - 0.5,
                linespacing=1.05, rotation=0 if written else 90, gid="region")  # fmt: skip
    _sums(ax, held, (shift_x, shift_y), written)
    for x, y, what, align in (
        (count + 0.5 + shift_x, -0.06 / cell, text("Sum"), ("center", "bottom")),
        (-0.08 / width, count + 0.5 + shift_y, text("Sum"), ("right", "center")),
    ):
        ax.text(x, y, say(what, language), ha=align[0], va=align[1], fontsize=8.5, color=GREY)
    corner = translate("Arises in ↓ for →", language)
    corner = with_unit(corner, unit, language)
    sheet.fig.text(MARGIN / WIDTH, (sheet.bottom + body - 0.05) / sheet.height, corner,
                   ha="left", va="top", fontsize=8.5, color=GREY)  # fmt: skip
    return sheet.fig


def _sums(ax: Axes, held: Any, shift: tuple[float, float], written: bool) -> None:
    if not written:
        return
    count = len(held)
    for at in range(count):
        ax.text(count + 0.5 + shift[0], at + 0.5, number(float(held[at].sum()), 3), ha="center",
                va="center", fontsize=8, gid="row sum")  # fmt: skip
        ax.text(at + 0.5, count + 0.5 + shift[1], number(float(held[:, at].sum()), 3),
                ha="center", va="center", fontsize=8, gid="column sum")  # fmt: skip
    letters = ax.text(count + 0.5 + shift[0], count + 0.5 + shift[1], number(float(held.sum()), 3),
                      ha="center", va="center", fontsize=8, gid="total")  # fmt: skip
    emphasise(letters, "en")


def _shade(share: float) -> str:
    low, high = (np.array(to_rgb(colour)) for colour in _SHADES)
    mixed = low + (high - low) * share
    return to_hex((float(mixed[0]), float(mixed[1]), float(mixed[2])))


@in_house_style
def production_consumption(
    accounts: pd.DataFrame,
    *,
    unit: str = "",
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Who emits more than its own demand causes, and who less?

    Parameters
    ----------
    accounts : DataFrame
        Index region; columns ``production`` and ``consumption``.
    unit, title, names, source, notes, language
        As for :func:`transfer_chord`.

    Raises
    ------
    SchemaError
        For columns that are no numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import production_consumption
    >>> accounts = pd.DataFrame(
    ...     {"production": [50.0, 20.0], "consumption": [31.9, 38.1]}, index=["A", "B"]
    ... )
    >>> figure = production_consumption(accounts, unit="Mt CO2")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['A', 'B']
    """
    table = numeric_table(accounts[["production", "consumption"]])
    table = table.loc[(table["consumption"] - table["production"]).sort_values().index]
    count = len(table)
    tall = 0.46 * count + 0.55
    sheet = Sheet(title, tall + 0.35, language, source=source, notes=notes)
    handles = [
        Patch(color=MADE, label=say(text("Production: arises in the region"), language)),
        Patch(color=USED, label=say(text("Consumption: caused by its demand"), language)),
    ]
    sheet.fig.legend(
        handles=handles, ncols=2, loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + 0.32) / sheet.height),
    ).set_gid("legend")  # fmt: skip
    ax = sheet.axes(1.5, 0.45, WIDTH - 1.8, tall - 0.5)
    rows = np.arange(count)
    for shift, column, colour in ((-0.19, "production", MADE), (0.19, "consumption", USED)):
        ax.barh(rows + shift, table[column], height=0.36, color=colour, gid=column)
    largest = float(table.to_numpy().max())
    for row, (made, used) in enumerate(table.to_numpy()):
        gap = used - made
        share = f" ({100 * gap / made:+.0f} %)".replace("-", "−") if made > 0 else ""
        words = ("+" if gap > 0 else "") + number(float(gap), 3) + share
        ax.text(max(made, used) + 0.012 * largest, row, words, va="center", fontsize=8,
                color=USED if gap > 0 else MADE, gid="gap")  # fmt: skip
    ax.set_yticks(rows, [name_of(label, names, language) for label in table.index])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(count - 0.4, -0.6)
    ax.set_xlim(min(0.0, float(table.to_numpy().min())), 1.17 * largest)
    ax.grid(axis="x", color=FAINT)
    quantity = text("Beside the bars, consumption less production")
    ax.set_xlabel(with_unit(quantity, unit, language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.1)
    return sheet.fig
