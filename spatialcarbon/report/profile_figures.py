"""Profiles of groups: what a total is made of, and printed values beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.align import same_units
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import FAINT, GREY, in_house_style
from spatialcarbon.report.fittings import legend_rows
from spatialcarbon.report.lettering import (
    emphasise,
    extent,
    ink_on,
    name_of,
    number,
    say,
    with_unit,
    wrap,
)
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.radar_figure import numeric_table, radar
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["comparison", "radar", "stacked_composition"]

Names = Mapping[Any, str | Text]
PRINTED, OURS = "#b35806", "#4477aa"
"""Colours of printed and of our own values."""


@in_house_style
def stacked_composition(
    shares: pd.DataFrame,
    *,
    title: str | Text = "",
    quantity: str | Text = "Share of the total",
    group_names: Names | None = None,
    category_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """What is the total of each group made of?

    Parameters
    ----------
    shares : DataFrame
        Groups in rows, categories (sectors; direct and indirect) in columns; each row
        sums to one (see ``composition``). A row that is all NaN is drawn as "no data".
    title, quantity : str or Text
        Heading; what the shares are of.
    group_names, category_names : mapping, optional
        What to call groups and categories.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For negative shares, or rows that do not sum to one.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import stacked_composition
    >>> shares = pd.DataFrame({"direct": [0.6, 0.7], "indirect": [0.4, 0.3]}, index=["YRD", "PRD"])
    >>> figure = stacked_composition(shares)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['YRD', 'PRD']
    """
    data = numeric_table(shares)
    empty = data.isna().all(axis=1)
    wrong = data.index[~empty & (((data.sum(axis=1) - 1).abs() > 1e-6) | (data < 0).any(axis=1))]
    if len(wrong):
        raise SchemaError(
            "the shares of a group must be positive and sum to one",
            arrived="other shares for {groups}",
            fix="spatialcarbon.composition(table), or table.div(table.sum(axis=1), axis=0)",
            groups=some(wrong),
        )
    tall = min(0.42 * len(data), 0.24 * len(data) + 3.0) + 0.55
    colours = qualitative_colours(data.columns)
    probe = Sheet("", 1.0, language)
    categories = {c: name_of(c, category_names, language) for c in data.columns}
    rows = legend_rows(probe, list(categories.values()))
    above = 0.24 * rows + 0.1
    sheet = Sheet(title, tall + above, language, source=source)
    handles = [
        Patch(facecolor=colours[c], edgecolor="none", label=categories[c]) for c in data.columns
    ]
    sheet.fig.legend(
        handles=handles, ncols=-(-len(handles) // rows), loc="upper left", handlelength=1.1,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + above) / sheet.height),
        borderaxespad=0, borderpad=0, columnspacing=1.5, labelspacing=0.5, fontsize=8.5,
    ).set_gid("legend")  # fmt: skip
    ax = sheet.axes(1.5, 0.4, WIDTH - 1.8, tall - 0.4)
    ax.set(xlim=(0, 1), ylim=(len(data) - 0.45, -0.55), yticks=range(len(data)))
    ax.set_yticklabels(
        [wrap(sheet.fig, name_of(g, group_names, language), 2.0, fontsize=8.5) for g in data.index]
    )
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(100 * value)))
    ax.set_xlabel(with_unit(quantity, "%", language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    left = np.zeros(len(data))
    for category in data.columns:
        widths = data[category].fillna(0.0).to_numpy()
        bars = ax.barh(range(len(data)), widths, left=left, height=0.72,
                       linewidth=0.8, color=colours[category], edgecolor="white",
                       gid=f"bar {category}")  # fmt: skip
        for bar, width in zip(bars, widths, strict=True):
            _label_inside(ax, bar, width, colours[category])
        left += widths
    for place in np.flatnonzero(empty).tolist():
        ax.text(0.01, place, translate("no data", language), va="center", color=GREY, fontsize=8)
    return sheet.fig


def _label_inside(ax: Axes, bar: Any, share: float, colour: str) -> None:
    """Write the percentage into a bar if it fits there."""
    fig = ax.figure.get_figure(root=True)
    assert fig is not None
    middle = (bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height() / 2)
    letters = ax.text(*middle, f"{100 * share:.1f}", ha="center", va="center", fontsize=8,
                      color=ink_on(colour), gid="share")  # fmt: skip
    room, need = bar.get_window_extent(), extent(fig, letters)
    if need.width > 0.92 * room.width or need.height > room.height:
        letters.remove()


@in_house_style
def comparison(
    printed: pd.DataFrame,
    ours: pd.DataFrame,
    *,
    title: str | Text = "",
    quantity: str | Text = "Moran's I",
    unit: str = "",
    group_names: Names | None = None,
    source: str | Text = "",
    notes: tuple[str | Text, ...] = (),
    language: Language = "en",
) -> Figure:
    """How far are our values from the printed ones?

    Parameters
    ----------
    printed : DataFrame
        Groups in rows, years in columns; NaN where the study says "not significant"
        without printing the value, which the figure says in words.
    ours : DataFrame
        The same groups, the same or other years; NaN where the value is not defined.
    title, quantity : str or Text
        Heading; what is compared.
    unit : str
        Unit of measure.
    group_names : mapping, optional
        What to call the groups.
    source : str or Text
        Where the printed values come from.
    notes : tuple
        Small print, such as why the two differ.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    AlignmentError
        When the two tables are not about the same groups.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import comparison
    >>> printed = pd.DataFrame({2005: [0.31], 2017: [0.25]}, index=["YRD"])
    >>> ours = pd.DataFrame({2005: [0.30], 2017: [0.26]}, index=["YRD"])
    >>> figure = comparison(printed, ours, quantity="Moran's I")
    >>> len(figure.axes)
    1
    """
    left, right = numeric_table(printed), numeric_table(ours)
    same_units(right.index, left.index, "ours")
    years = sorted({*left.columns, *right.columns})
    step, head = 0.17, 0.28
    tall = len(left) * (len(years) * step + head) + 0.85
    sheet = Sheet(title, tall, language, source=source, notes=[say(n, language) for n in notes])
    ax = sheet.axes(1.5, 0.5, WIDTH - 1.8, tall - 0.9)
    ticks: list[float] = []
    names, bold = [], []
    y = 0.0
    for group in left.index:
        bold.append(len(ticks))
        ticks.append(y)
        names.append(name_of(group, group_names, language))
        for year in years:
            y += step
            ticks.append(y)
            names.append(str(year))
            _pair(ax, y, group, year, left, right, language)
        y += head
    ax.set(ylim=(y - head + step, -step), yticks=ticks)
    ax.set_yticklabels(names)
    ax.tick_params(axis="y", length=0)
    for place, letters in enumerate(ax.get_yticklabels()):
        if place in bold:
            emphasise(letters, language)
    ax.spines["left"].set_visible(False)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(with_unit(quantity, unit, language))
    handles = [
        Line2D([], [], linestyle="none", marker="D", markersize=5.5, color=PRINTED,
               label=translate("printed", language)),
        Line2D([], [], linestyle="none", marker="o", markersize=6, color=OURS,
               label=translate("ours", language)),
    ]  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=2, loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall) / sheet.height),
    ).set_gid("legend")  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.3)
    return sheet.fig


def _pair(
    ax: Axes, y: float, group: object, year: object, left: pd.DataFrame, right: pd.DataFrame,
    language: Language,
) -> None:  # fmt: skip
    """Draw the printed and our value of one group and year, with what is missing in words."""
    a = left[year].get(group) if year in left.columns else None
    b = right[year].get(group) if year in right.columns else None
    both = [value for value in (a, b) if value is not None and np.isfinite(value)]
    if len(both) == 2:
        ax.plot(both, [y, y], color="#b9b9b9", linewidth=2.2, zorder=2, gid="difference")
    if a is not None and np.isfinite(a):
        ax.plot(a, y, marker="D", markersize=5.5, color=PRINTED, zorder=3, gid="printed")
    if b is not None and np.isfinite(b):
        ax.plot(b, y, marker="o", markersize=6, color=OURS, zorder=4, gid="ours")
    said = [_absence("printed", a, language), _absence("ours", b, language)]
    joint = "；" if language == "zh" else "; "
    if any(said):
        ax.annotate(
            joint.join(part for part in said if part), (1.0, y), xytext=(6, 0),
            xycoords=ax.get_yaxis_transform(), textcoords="offset points", annotation_clip=False,
            va="center", fontsize=7.5, color=GREY, gid="missing",
        )  # fmt: skip


def _absence(whose: str, value: float | None, language: Language) -> str:
    """Say why a value is not drawn; nothing when it is."""
    if value is None:
        why = {"printed": "printed: no such year", "ours": "ours: no such year"}
    elif np.isnan(value):
        why = {"printed": "printed: not significant", "ours": "ours: not defined"}
    else:
        return ""
    return translate(why[whose], language)
