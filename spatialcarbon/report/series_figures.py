"""Totals and shares of groups over the years, each line named where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.align import as_numbers, check_unique
from spatialcarbon.core.errors import MissingDataError, SchemaError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of, number, with_unit
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.series_axes import end_labels, year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
_DASHES = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))


@in_house_style
def totals_over_time(
    frame: pd.DataFrame,
    *,
    title: str | Text = "",
    quantity: str | Text = "Total",
    unit: str = "",
    group_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How did the total of each group change?

    Parameters
    ----------
    frame : DataFrame
        Groups in rows, years in columns; NaN leaves a gap in the line.
    title, quantity : str or Text
        Heading; what was measured, for the vertical axis.
    unit : str
        Unit of measure.
    group_names : mapping, optional
        What to call the groups.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For an empty table, columns that are not years, or text where numbers belong.
    AlignmentError
        When a group or a year stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import totals_over_time
    >>> frame = pd.DataFrame({2005: [300.0, 200.0], 2017: [500.0, 250.0]}, index=["YRD", "PRD"])
    >>> figure = totals_over_time(frame, quantity="emissions", unit="Mt CO2")
    >>> figure.axes[0].get_ylabel()
    'emissions (Mt CO₂)'
    """
    table = _checked(frame)
    sheet, ax, box = _page(title, len(table), source, (), language)
    years = table.columns.to_numpy(dtype=float)
    colours = qualitative_colours(table.index)
    least = float(np.nanmin(table.to_numpy(), initial=0.0))
    most = float(np.nanmax(table.to_numpy(), initial=0.0)) or 1.0
    _axes_of_years(ax, years, (least * 1.06, most * 1.06))
    ax.set_ylabel(with_unit(quantity, unit, language))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    rounds = len(set(colours.values()))
    for place, (group, row) in enumerate(table.iterrows()):
        ax.plot(
            years, row.to_numpy(), color=colours[group], linewidth=1.8, gid=f"line {group}",
            linestyle=_DASHES[place // rounds % len(_DASHES)],
            marker="o" if len(years) <= 8 else None, markersize=4,
        )  # fmt: skip
    last = table.ffill(axis=1).iloc[:, -1].dropna()
    words = {
        group: f"{name_of(group, group_names, language)}  {number(value)}"
        for group, value in last.items()
    }
    end_labels(ax, last.to_dict(), words, colours)
    sheet.fit(ax, *box)
    year_ticks(ax, list(years))
    return sheet.fig


@in_house_style
def shares_over_time(
    frame: pd.DataFrame,
    *,
    title: str | Text = "",
    quantity: str | Text = "Share of the total",
    group_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How did the weight of each group in the whole change?

    Parameters
    ----------
    frame : DataFrame
        Totals (not shares), groups in rows, years in columns. A year in which a group
        is missing, or the sum is zero, is left out and named below the figure.
    title, quantity, group_names, source, language
        As in :func:`totals_over_time`.

    Raises
    ------
    SchemaError
        As :func:`totals_over_time`; also for negative totals, which have no share, and
        when no year is complete.

    Notes
    -----
    share(g, t) = total(g, t) / Σ total(·, t); groups are stacked in the order given,
    the first at the top.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import shares_over_time
    >>> frame = pd.DataFrame({2005: [300.0, 200.0], 2017: [500.0, 250.0]}, index=["YRD", "PRD"])
    >>> figure = shares_over_time(frame)
    >>> len(figure.axes)
    1
    """
    table = _checked(frame)
    if (table < 0).any(axis=None):
        raise SchemaError(
            "a negative total has no share of the whole",
            arrived="{groups}",
            fix="draw totals_over_time instead",
            groups=some(table.index[(table < 0).any(axis=1)]),
        )
    usable = table.notna().all() & (table.sum() > 0)
    if not usable.any():
        raise SchemaError("no year has a total of every group")
    left_out = [f"{year:g}" for year in table.columns[~usable]]
    notes = (
        [translate("Incomplete years are left out: {years}", language, years=some(left_out, 12))]
        if left_out
        else []
    )
    shares = table.loc[:, usable] / table.loc[:, usable].sum()
    sheet, ax, box = _page(title, len(table), source, notes, language)
    years = shares.columns.to_numpy(dtype=float)
    colours = qualitative_colours(table.index)
    _axes_of_years(ax, years, (0.0, 1.0), pad=len(years) == 1)
    ax.set_ylabel(with_unit(quantity, "%", language))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(100 * value)))
    ends, words = {}, {}
    # Stacked from below, so that the first group ends at the top.
    foot = np.zeros(len(years))
    for group, row in shares.iloc[::-1].iterrows():
        top = foot + row.to_numpy()
        look: dict[str, Any] = {
            "color": colours[group],
            "edgecolor": "white",
            "gid": f"area {group}",
        }
        if len(years) == 1:
            ax.bar(years, top - foot, bottom=foot, width=0.8, linewidth=0.6, **look)
        else:
            ax.fill_between(years, foot, top, linewidth=0.6, **look)
        ends[group] = float(foot[-1] + top[-1]) / 2
        called = name_of(group, group_names, language)
        words[group] = f"{called}  {100 * float(row.iloc[-1]):.1f} %"
        foot = top
    end_labels(ax, ends, words, dict.fromkeys(ends, INK))
    sheet.fit(ax, *box)
    year_ticks(ax, list(years))
    return sheet.fig


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with years as ascending numbers and values as floats."""
    import pandas as pd

    if frame.empty:
        raise SchemaError("there is nothing to draw: the table is empty")
    check_unique(frame.index, text("the table"))
    years = pd.to_numeric(pd.Series(list(frame.columns)), errors="coerce")
    if years.isna().any():
        strange = [c for c, bad in zip(frame.columns, years.isna(), strict=True) if bad]
        raise SchemaError(
            "the columns are not years", arrived="{columns}", expected="groups in rows, years "
            "in columns", fix="frame.pivot(index='group', columns='year', values=…)",
            columns=some(strange),
        )  # fmt: skip
    table = pd.DataFrame({y: as_numbers(frame.iloc[:, i], f"{y:g}") for i, y in enumerate(years)})
    check_unique(pd.Index(years), text("the list of years"))
    if np.isinf(table.to_numpy()).any():
        raise MissingDataError(
            "the table holds infinite values", fix="look for a division by zero upstream"
        )
    return table.sort_index(axis=1)


def _page(
    title: str | Text, groups: int, source: str | Text, notes: Any, language: Language
) -> tuple[Sheet, Axes, tuple[float, float, float, float]]:
    tall = min(max(4.4, 0.17 * groups), 9.0)
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    box = (MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.08)
    return sheet, sheet.axes(0.8, 0.4, WIDTH - 3.0, tall - 0.5), box


def _axes_of_years(ax: Axes, years: Any, limits: tuple[float, float], *, pad: bool = True) -> None:
    margin = max(0.02 * (years.max() - years.min()), 0.3) if pad else 0.0
    ax.set(xlim=(years.min() - margin, years.max() + margin), ylim=limits)
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.grid(axis="y", color=FAINT)
    if limits[0] < 0:
        ax.axhline(0, color=GREY, linewidth=0.8)
    year_ticks(ax, list(years))
