"""Effects of drivers: stacked by stage, and summed up over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.align import as_numbers, require_columns
from spatialcarbon.core.errors import MissingDataError, SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.driver_looks import OUTCOME_COLOUR, factor_colours
from spatialcarbon.report.lettering import emphasise, extent, name_of, number, with_unit, wrap
from spatialcarbon.report.series_axes import end_labels, year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
EFFECT = text("Contribution to the change")
NET = text("Net change")
_TABLE = text("the table of effects")


@in_house_style
def stage_bars(
    effects: pd.DataFrame,
    *,
    title: str | Text = "",
    unit: str = "",
    names: Names | None = None,
    factor_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which factor raised and which lowered the outcome, place by place and stage by stage?

    Parameters
    ----------
    effects : DataFrame
        ``unit`` or ``group, start, end, factor, effect``
        (``DecompositionResult.effects`` or ``.by_group``), for up to some eighty bars.
    title : str or Text
        Heading.
    unit : str
        Unit of measure of the effects.
    names, factor_names : mapping, optional
        What to call the places and the factors.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print, such as the price basis.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For missing columns or no rows.
    MissingDataError
        When an effect is missing or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import stage_bars
    >>> effects = pd.DataFrame(
    ...     {
    ...         "unit": "A",
    ...         "start": [2005, 2005, 2011, 2011],
    ...         "end": [2011, 2011, 2017, 2017],
    ...         "factor": ["population", "intensity"] * 2,
    ...         "effect": [3.0, -1.0, 2.0, -4.0],
    ...     }
    ... )
    >>> figure = stage_bars(effects, unit="Mt CO2")
    >>> len(figure.axes)
    1
    """
    place, wide = effects_by_factor(effects)
    places = list(dict.fromkeys(effects[place]))
    stages = list(dict.fromkeys(zip(effects["start"], effects["end"], strict=True)))
    single = len(stages) == 1
    colours = factor_colours(wide.columns)
    step = 0.2 if single else 0.19
    head = 0.06 if single else 0.12
    tall = len(places) * (len(stages) * step + head) + 0.55
    sheet = sheet_with_legend(title, colours, factor_names, tall, language, source=source,
                              notes=notes)  # fmt: skip
    ax = sheet.axes(2.2, 0.42, WIDTH - 2.5, tall - 0.5)
    ticks, labels, firsts = [], [], []
    y = 0.0
    for label in places:
        firsts.append(y)
        for stage in stages:
            _stacked(ax, y, row_of(wide, label, stage), colours, step)
            ticks.append(y)
            labels.append(name_of(label, names, language) if single else f"{stage[0]}–{stage[1]}")
            y += step
        y += head
    ax.set(ylim=(y - head - step / 2, -step / 2 - 0.02), yticks=ticks)
    ax.set_yticklabels([wrap(sheet.fig, word, 2.2, fontsize=8) for word in labels], fontsize=8)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.axvline(0, color=GREY, linewidth=0.9, zorder=4)
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_locator(MaxNLocator(7))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(with_unit(EFFECT, unit, language))
    ax.margins(x=0.03)
    room = 0.0 if single else 1.9
    sheet.fit(ax, MARGIN + room, 0.02, WIDTH - 2 * MARGIN - room, tall - 0.04)
    if not single:
        _name_blocks(sheet, ax, places, firsts, step, names, language)
    return sheet.fig


def effects_by_factor(effects: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return the column of the place, and effects as a table of (place, start, end) × factor."""
    place = "group" if "group" in effects.columns else "unit"
    require_columns(effects, [place, "start", "end", "factor", "effect"], _TABLE)
    if effects.empty:
        raise SchemaError("there is nothing to draw: the table is empty")
    numbers = as_numbers(effects["effect"], text("the column effect"))
    if not np.isfinite(numbers.to_numpy()).all():
        raise MissingDataError(
            "an effect is missing or infinite", fix="draw the places that have all effects"
        )
    wide = effects.pivot(index=[place, "start", "end"], columns="factor", values="effect")
    return place, wide[list(dict.fromkeys(effects["factor"]))]


def row_of(wide: pd.DataFrame, label: Any, stage: tuple[int, int]) -> pd.Series[Any]:
    """Return the effects of a place in a stage, by factor."""
    import pandas as pd

    key = pd.MultiIndex.from_tuples([(label, *stage)])
    return wide.iloc[int(wide.index.get_indexer(key)[0])]


def sheet_with_legend(
    title: str | Text,
    colours: Mapping[str, str],
    factor_names: Names | None,
    tall: float,
    language: Language,
    *,
    net: bool = True,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
) -> Sheet:
    """Return a sheet with the factors named above its body."""
    handles: list[Any] = [
        Patch(facecolor=colour, label=name_of(factor, factor_names, language))
        for factor, colour in colours.items()
    ]
    if net:
        handles.append(_net_mark(NET.render(language)))
    probe = Sheet("", 1.0, language)
    letters = [probe.fig.text(0, 0, str(item.get_label()), fontsize=8.5) for item in handles]
    widest = max(extent(probe.fig, item).width for item in letters) / probe.fig.dpi + 0.5
    columns = min(len(handles), max(1, int((WIDTH - 2 * MARGIN) / widest)))
    above = 0.24 * -(-len(handles) // columns) + 0.12
    sheet = Sheet(title, tall + above, language, source=source, notes=notes)
    sheet.fig.legend(
        handles=handles, ncols=columns, loc="upper left", handlelength=1.1, fontsize=8.5,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + above) / sheet.height),
        borderaxespad=0, borderpad=0, columnspacing=1.5, labelspacing=0.5,
    ).set_gid("legend")  # fmt: skip
    return sheet


def _net_mark(words: str) -> Line2D:
    return Line2D([], [], linestyle="none", marker="D", markersize=4.5, markerfacecolor="white",
                  markeredgecolor=INK, label=words)  # fmt: skip


def _stacked(
    ax: Axes, y: float, row: pd.Series[Any], colours: Mapping[str, str], step: float
) -> None:
    """Draw what raises to the right of zero, what lowers to its left, and the sum of both."""
    for sign in (1, -1):
        left = 0.0
        for factor, value in row.items():
            if np.sign(value) == sign:
                ax.barh(y, value, left=left, height=0.8 * step, color=colours[str(factor)],
                        edgecolor="white", linewidth=0.5, zorder=3,
                        gid=f"bar {factor}")  # fmt: skip
                left += float(value)
    ax.plot(row.sum(), y, linestyle="none", marker="D", markersize=4, markerfacecolor="white",
            markeredgecolor=INK, markeredgewidth=0.9, zorder=5, gid="net")  # fmt: skip


def _name_blocks(
    sheet: Sheet,
    ax: Axes,
    places: Sequence[Any],
    firsts: Sequence[float],
    step: float,
    names: Names | None,
    language: Language,
) -> None:
    for label, first in zip(places, firsts, strict=True):
        words = wrap(sheet.fig, name_of(label, names, language), 1.8, fontsize=8.5)
        height = sheet.fig.transFigure.inverted().transform(
            ax.transData.transform((0, first - 0.4 * step))
        )[1]
        letters = sheet.fig.text(MARGIN / WIDTH, height, words, fontsize=8.5, va="top")
        emphasise(letters, language)


@in_house_style
def cumulative_lines(
    cumulative: pd.DataFrame,
    *,
    title: str | Text = "",
    unit: str = "",
    factor_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """How did the effect of each factor add up over the years?

    Parameters
    ----------
    cumulative : DataFrame
        ``year, factor, effect``, zero in the base year
        (``DecompositionResult.cumulative``); rows of several places are added up.
    title : str or Text
        Heading.
    unit : str
        Unit of measure of the effects.
    factor_names : mapping, optional
        What to call the factors.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print, such as the price basis.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For missing columns or no rows.
    MissingDataError
        When an effect is missing or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import cumulative_lines
    >>> steps = pd.DataFrame(
    ...     {
    ...         "year": [2000, 2001] * 2,
    ...         "factor": ["population"] * 2 + ["intensity"] * 2,
    ...         "effect": [0.0, 3.0, 0.0, -1.0],
    ...     }
    ... )
    >>> figure = cumulative_lines(steps, unit="Mt CO2")
    >>> figure.axes[0].get_ylabel()
    'Cumulative contribution (Mt CO₂)'
    """
    require_columns(cumulative, ["year", "factor", "effect"], _TABLE)
    if cumulative.empty:
        raise SchemaError("there is nothing to draw: the table is empty")
    if not np.isfinite(cumulative["effect"].to_numpy(dtype=float)).all():
        raise MissingDataError(
            "an effect is missing or infinite", fix="draw the places that have all effects"
        )
    order = list(dict.fromkeys(cumulative["factor"]))
    sums = cumulative.groupby(["year", "factor"], sort=False)["effect"].sum().unstack()
    table = sums[order].sort_index()
    colours = factor_colours(order)
    tall = 4.4
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    ax = sheet.axes(0.8, 0.4, WIDTH - 3.2, tall - 0.5)
    years = table.index.to_numpy(dtype=float)
    net = table.sum(axis=1)
    heights = np.append(table.to_numpy(dtype=float), net.to_numpy(dtype=float))
    low, high = min(heights.min(), 0.0), max(heights.max(), 0.0)
    pad = 0.05 * ((high - low) or 1.0)
    margin = max(0.02 * (years.max() - years.min()), 0.3)
    ax.set(xlim=(years.min() - margin, years.max() + margin), ylim=(low - pad, high + pad))
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.grid(axis="y", color=FAINT)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_ylabel(with_unit(text("Cumulative contribution"), unit, language))
    marker = "o" if len(years) <= 16 else None
    for factor in order:
        ax.plot(years, table[factor], color=colours[factor], linewidth=1.8, marker=marker,
                markersize=3.5, gid=f"line {factor}")  # fmt: skip
    ax.plot(years, net, color=OUTCOME_COLOUR, linewidth=1.8, linestyle=(0, (5, 1.5)),
            marker="D" if marker else None, markersize=3.5, markerfacecolor="white",
            zorder=4, gid="line net")  # fmt: skip
    ends = {factor: float(table[factor].iloc[-1]) for factor in order} | {"": float(net.iloc[-1])}
    called = {factor: name_of(factor, factor_names, language) for factor in order}
    called[""] = translate("Net change", language)
    words = {
        key: wrap(sheet.fig, f"{called[key]}  {number(value)}", 2.1, fontsize=8.5)
        for key, value in ends.items()
    }
    end_labels(ax, ends, words, colours | {"": OUTCOME_COLOUR})
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.08)
    year_ticks(ax, list(years))
    return sheet.fig
