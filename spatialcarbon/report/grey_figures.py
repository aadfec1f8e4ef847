"""Grey relational degrees: dots by group, lines over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import FAINT, GREY, in_house_style
from spatialcarbon.report.lettering import extent, name_of, wrap
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.series_axes import end_labels, year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "p")
"""Shapes beside colours, for readers who cannot tell the colours apart."""


@in_house_style
def grey_degrees(
    degrees: pd.DataFrame,
    *,
    title: str | Text = "",
    group_names: Names | None = None,
    factor_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which factor is closest to the reference in each group?

    Parameters
    ----------
    degrees : DataFrame
        Groups in rows, factors in columns, degrees in (0, 1]; NaN where not defined.
    title : str or Text
        Heading.
    group_names, factor_names : mapping, optional
        What to call groups and factors.
    source : str or Text
        Where the values come from.
    notes : sequence
        Small print, such as the settings.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For values outside 0 to 1, or an empty table.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import grey_degrees
    >>> degrees = pd.DataFrame({"gdp": [0.8, 0.7], "energy": [0.9, 0.6]}, index=["YRD", "PRD"])
    >>> figure = grey_degrees(degrees)
    >>> len(figure.axes)
    1
    """
    data = _degrees(degrees)
    colours: dict[Any, str] = qualitative_colours(data.columns)
    step = min(0.36, 8.0 / len(data))
    tall = step * len(data) + 0.85
    words = {factor: name_of(factor, factor_names, language) for factor in data.columns}
    columns = _legend_columns(list(words.values()), language)
    above = 0.22 * -(-len(words) // columns) + 0.1
    sheet = Sheet(title, tall + above, language, source=source, notes=notes)
    _legend(sheet, words, colours, columns)
    ax = sheet.axes(1.5, 0.45, WIDTH - 1.8, tall - 0.5)
    places = range(len(data))
    ax.set(ylim=(len(data) - 0.4, -0.6), yticks=list(places), xlim=_limits(data))
    ax.set_yticklabels(
        [wrap(sheet.fig, name_of(g, group_names, language), 2.2, fontsize=8.5) for g in data.index]
    )
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(ScalarFormatter(useOffset=False))
    ax.set_xlabel(translate("Grey relational degree", language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    for place, (_, row) in zip(places, data.iterrows(), strict=True):
        known = row.dropna()
        if known.empty:
            ax.text(0.01, place, translate("not defined", language), va="center", color=GREY,
                    transform=ax.get_yaxis_transform(), fontsize=8, gid="missing")  # fmt: skip
            continue
        ax.plot([known.min(), known.max()], [place, place], color="#c9c9c9", linewidth=1.6)
        for at, (factor, value) in enumerate(row.items()):
            if np.isfinite(value):
                ax.plot(value, place, marker=MARKERS[at % len(MARKERS)], markersize=7,
                        color=colours[factor], markeredgecolor="white", markeredgewidth=0.6,
                        linestyle="none", zorder=3, gid=f"degree {factor}")  # fmt: skip
    return sheet.fig


def _legend_columns(words: Sequence[str], language: Language) -> int:
    """Return in how many columns the names of the factors fit above the axes."""
    probe = Sheet("", 1.0, language).fig
    widest = max(extent(probe, probe.text(0, 0, word, fontsize=8.5)).width for word in words)
    return min(len(words), max(1, int((WIDTH - 2 * MARGIN) / (widest / probe.dpi + 0.45))))


def _legend(
    sheet: Sheet, words: Mapping[Any, str], colours: Mapping[Any, str], columns: int
) -> None:
    handles = [
        Line2D([], [], linestyle="none", marker=MARKERS[at % len(MARKERS)], markersize=7,
               color=colours[factor], markeredgecolor="white", label=word)
        for at, (factor, word) in enumerate(words.items())
    ]  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=columns, loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + sheet.body) / sheet.height),
        columnspacing=1.4, handletextpad=0.3, fontsize=8.5,
    ).set_gid("legend")  # fmt: skip


@in_house_style
def grey_over_time(
    degrees: pd.DataFrame,
    *,
    title: str | Text = "",
    factor_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Did another factor come closest to the reference over the years?

    Parameters
    ----------
    degrees : DataFrame
        Factors in rows, years in columns (``GreyPanelResult.pivot()``); NaN leaves a gap.
    title, factor_names, source, notes, language
        As in :func:`grey_degrees`. Say in the notes whether extremes are those of
        each year or pooled: without that a trend cannot be read.

    Raises
    ------
    SchemaError
        For values outside 0 to 1, or an empty table.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import grey_over_time
    >>> degrees = pd.DataFrame({2005: [0.7, 0.8], 2017: [0.8, 0.6]}, index=["gdp", "energy"])
    >>> figure = grey_over_time(degrees)
    >>> len(figure.axes)
    1
    """
    data = _degrees(degrees).sort_index(axis=1)
    years = [float(year) for year in data.columns]
    tall = max(3.6, 0.3 * len(data))
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    ax = sheet.axes(0.8, 0.4, WIDTH - 3.2, tall - 0.5)
    colours = qualitative_colours(data.index)
    margin = max(0.02 * (years[-1] - years[0]), 0.3)
    ax.set(xlim=(years[0] - margin, years[-1] + margin), ylim=_limits(data))
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(ScalarFormatter(useOffset=False))
    ax.grid(axis="y", color=FAINT)
    ax.set_ylabel(translate("Grey relational degree", language))
    for at, (factor, row) in enumerate(data.iterrows()):
        ax.plot(years, row.to_numpy(), color=colours[factor], linewidth=1.8,
                marker=MARKERS[at % len(MARKERS)], markersize=4.5, markeredgecolor="white",
                markeredgewidth=0.5, gid=f"line {factor}")  # fmt: skip
    last = data.ffill(axis=1).iloc[:, -1].dropna()
    words = {f: f"{name_of(f, factor_names, language)}  {value:.3f}" for f, value in last.items()}
    year_ticks(ax, years)
    end_labels(ax, last.to_dict(), words, colours)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.08)
    year_ticks(ax, years)
    return sheet.fig


def _degrees(table: pd.DataFrame) -> pd.DataFrame:
    data = numeric_table(table)
    outside = data.index[((data <= 0) | (data > 1)).any(axis=1)]
    if len(outside):
        raise SchemaError(
            "grey relational degrees lie between 0 and 1",
            arrived="other values for {names}",
            names=some(outside),
        )
    if data.isna().all(axis=None):
        raise SchemaError("there is nothing to draw: no degree is defined")
    return data


def _limits(data: pd.DataFrame) -> tuple[float, float]:
    """Return bounds that hold all degrees with some air, and never end above one by much."""
    low, high = float(np.nanmin(data.to_numpy())), float(np.nanmax(data.to_numpy()))
    air = max(0.08 * (high - low), 0.01)
    return max(low - air, 0.0), min(high + air, 1.01)
