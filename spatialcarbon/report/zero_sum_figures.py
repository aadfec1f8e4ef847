"""Zero-sum gains: who gives and who gets, and where repeated steps lead."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.fittings import legend_above
from spatialcarbon.report.lettering import emphasise, name_of, number, with_unit, wrap
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.models.quota.zero_sum_result import ZeroSumResult

Names = Mapping[Any, str | Text]

GAIN, LOSS = "#23527c", "#b5541c"
"""Blue gets, rust gives."""

NEAR = 0.01
"""Paths that end within one per cent of the answer need no name."""

RULE_WORDS: Mapping[str, Text] = {
    "proportional": text("Proportional (the target theorem)"),
    "single": text("Single-unit scores"),
    "paper004": text("Study 004's clipped score"),
}


@in_house_style
def zero_sum_adjustments(
    result: ZeroSumResult,
    *,
    title: str | Text = "",
    unit: str = "",
    quantity: str | Text = "",
    names: Names | None = None,
    most: int = 40,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Who gives up how much of the total, and who gets it?

    Parameters
    ----------
    result : ZeroSumResult
        An arrow leads from what each unit has to what it gets.
    title : str or Text
        Heading.
    unit : str
        Unit of measure of the input.
    quantity : str or Text
        What is shared out, for the axis; the default is the name of the column.
    names : mapping, optional
        What to call the units.
    most : int
        With more units, only those of the largest changes are drawn.
    source : str or Text
        Where the data come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import zero_sum_adjustments
    >>> emission = pd.Series([2.0, 4, 6, 5, 8, 10], index=list("ABCDEF"), name="emission")
    >>> gdp = pd.Series([1.0, 3, 4, 2, 3, 3], index=list("ABCDEF"), name="gdp")
    >>> figure = zero_sum_adjustments(sc.zero_sum_dea(emission, gdp))
    >>> len(figure.axes)
    1
    """
    table = result.to_frame()
    order = table["adjustment"].abs().sort_values(ascending=False, kind="stable").index[:most]
    table = table.loc[order].sort_values("adjustment", ascending=False, kind="stable")
    rows = len(table)
    tall = 0.21 * rows + 1.0
    sheet = Sheet(title, tall + 0.3, language, source=source)
    ax = sheet.axes(1.5, 0.5, WIDTH - 2.5, tall - 0.6)
    ax.set(ylim=(rows - 0.4, -0.9), yticks=range(rows))
    small = 8.5 if rows <= 16 else 7.5
    labels = [name_of(label, names, language) for label in table["unit"]]
    ax.set_yticklabels([wrap(sheet.fig, label, 2.0, fontsize=small) for label in labels])
    ax.tick_params(axis="y", length=0, labelsize=small)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    before, after = table["input"].to_numpy(), table["allocation"].to_numpy()
    ax.set_xlim(0, 1.06 * float(max(before.max(), after.max())))
    for row, (start, end) in enumerate(zip(before, after, strict=True)):
        colour = GAIN if end >= start else LOSS
        ax.plot([start, end], [row, row], color=colour, linewidth=1.7, zorder=2, gid="way")
        ax.plot([end], [row], color=colour, marker=">" if end >= start else "<", markersize=5.5,
                markeredgewidth=0, zorder=3, gid="after")  # fmt: skip
        change = 100 * (end / start - 1)
        sign = "+" if round(change) > 0 else ""
        ax.text(1.012, row, f"{sign}{number(round(change), 3)} %", va="center", fontsize=small,
                color=colour, transform=ax.get_yaxis_transform(), gid="change")  # fmt: skip
    ax.plot(before, range(rows), linestyle="none", marker="o", markersize=4.2,
            markerfacecolor="white", markeredgecolor=GREY, zorder=4, gid="before")  # fmt: skip
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(with_unit(quantity or str(result.inputs.columns[0]), unit, language))
    legend_above(
        sheet, tall + 0.3, [
            Line2D([], [], linestyle="none", marker="o", markersize=4.2, markerfacecolor="white",
                   markeredgecolor=GREY, label=translate("Before", language)),
            Line2D([], [], color=GAIN, marker=">", linewidth=1.7, markersize=5,
                   label=translate("Gets", language)),
            Line2D([], [], color=LOSS, marker="<", linewidth=1.7, markersize=5,
                   label=translate("Gives", language)),
        ],
    )  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN - 0.05, tall - 0.08)
    return sheet.fig


@in_house_style
def zero_sum_paths(
    results: ZeroSumResult | Mapping[str, ZeroSumResult],
    *,
    title: str | Text = "",
    names: Names | None = None,
    named: int = 6,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Do repeated steps lead to the one-shot allocation, or away from it?

    Parameters
    ----------
    results : ZeroSumResult or mapping of str to ZeroSumResult
        One panel each. The keys of a mapping are headings; rules are said in words.
    title : str or Text
        Heading.
    names : mapping, optional
        What to call the units.
    named : int
        How many units are named in each panel: those that end furthest above and
        furthest below the one-shot allocation, half of each.
    source : str or Text
        Where the data come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For no result.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import zero_sum_paths
    >>> emission = pd.Series([2.0, 4, 6, 5, 8, 10], index=list("ABCDEF"), name="emission")
    >>> gdp = pd.Series([1.0, 3, 4, 2, 3, 3], index=list("ABCDEF"), name="gdp")
    >>> figure = zero_sum_paths(sc.zero_sum_dea(emission, gdp, mode="iterate"))
    >>> len(figure.axes)
    1
    """
    panels = results if isinstance(results, Mapping) else {"": results}
    if not panels:
        raise SchemaError("there is no result to draw", expected="at least one")
    tall = 4.4
    sheet = Sheet(title, tall, language, source=source)
    each = (WIDTH - 2 * MARGIN) / len(panels)
    ratios = {key: _ratios(result) for key, result in panels.items()}
    logs = np.concatenate([np.log(table.to_numpy()).ravel() for table in ratios.values()])
    pad = 0.06 * float(np.ptp(logs)) + 0.01
    span = (min(float(logs.min()), 0.0) - pad, max(float(logs.max()), 0.0) + pad)
    for at, (key, table) in enumerate(ratios.items()):
        ax = sheet.axes(MARGIN + at * each + 0.6, 0.6, each - 0.8, tall - 1.2)
        _path(ax, table, names, named, span, language)
        if at == 0:
            ax.set_ylabel(translate("Input over the one-shot allocation", language))
        heading = name_of(key or panels[key].rule, RULE_WORDS, language)
        emphasise(ax.set_title(heading, loc="left", pad=5), language)
        sheet.fit(ax, MARGIN + at * each, 0.02, each - 0.1, tall - 0.1)
    return sheet.fig


def _ratios(result: ZeroSumResult) -> pd.DataFrame:
    """Return unit × iteration: the input over the one-shot allocation."""
    wide = result.history.pivot(index="unit", columns="iteration", values="input")
    answer = result.score * result.inputs.iloc[:, 0]
    return wide.div(answer.loc[wide.index], axis=0)


def _path(
    ax: Axes,
    table: pd.DataFrame,
    names: Names | None,
    named: int,
    span: tuple[float, float],
    language: Language,
) -> None:
    steps = table.columns.to_numpy()
    # Rounded, so that units that end alike are chosen by label and not by the last bit.
    ends = np.log(table.iloc[:, -1]).round(9).sort_values(kind="stable")
    half = min(max(named, 0) // 2, len(ends) // 2)
    chosen_ends = [*ends.index[:half], *ends.index[len(ends) - half :]]
    far = [label for label in chosen_ends if abs(ends[label]) > NEAR]
    ax.set(yscale="log", ylim=(np.exp(span[0]), np.exp(span[1])))
    ax.axhline(1.0, color=INK, linewidth=1.0, zorder=2, gid="answer")
    for label, row in zip(table.index, table.to_numpy(), strict=True):
        chosen = label in far
        colour = (GAIN if row[-1] > 1 else LOSS) if chosen else "#b8b8b8"
        ax.plot(steps, row, color=colour, linewidth=1.5 if chosen else 0.8, marker="o",
                markersize=3 if chosen else 2, zorder=4 if chosen else 3,
                gid="path")  # fmt: skip
    last = int(steps[-1])
    ax.set_xlim(-0.1, last + (0.36 * max(last, 1) if far else 0.1))
    ax.xaxis.set_major_locator(FixedLocator(range(0, last + 1, max(math.ceil(last / 10), 1))))
    ax.set_xlabel(translate("Step", language))
    ticks = [tick for tick in (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.4, 2, 3, 5, 10)
             if span[0] <= np.log(tick) <= span[1]]  # fmt: skip
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.grid(axis="y", color=FAINT)
    _label_ends(ax, table, far, names, span, last, language)


def _label_ends(
    ax: Axes,
    table: pd.DataFrame,
    far: list[Any],
    names: Names | None,
    span: tuple[float, float],
    last: int,
    language: Language,
) -> None:
    """Name the chosen paths right of their ends, pushed apart where they would touch."""
    ends = table.iloc[:, -1].loc[far].sort_values(kind="stable")
    heights = _apart(np.log(ends).tolist(), 0.05 * (span[1] - span[0]))
    for label, value, height in zip(ends.index, ends, heights, strict=True):
        ax.annotate(
            name_of(label, names, language), (last, value), (last * 1.07 + 0.03, np.exp(height)),
            va="center", fontsize=8, color=GAIN if value > 1 else LOSS, gid="name",
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkA": 0,
                        "shrinkB": 2},
        )  # fmt: skip


def _apart(heights: list[float], gap: float) -> list[float]:
    """Return rising heights at least a gap apart, each run of neighbours kept about its middle.

    Examples
    --------
    >>> _apart([0.0, 0.0, 5.0], 1.0)
    [-0.5, 0.5, 5.0]
    """
    runs: list[list[float]] = []
    for height in heights:
        runs.append([height])
        while len(runs) > 1 and _bottom(runs[-1], gap) < _top(runs[-2], gap) + gap:
            last = runs.pop()
            runs[-1] += last
    return [_bottom(run, gap) + gap * at for run in runs for at in range(len(run))]


def _bottom(run: list[float], gap: float) -> float:
    return sum(run) / len(run) - gap * (len(run) - 1) / 2


def _top(run: list[float], gap: float) -> float:
    return sum(run) / len(run) + gap * (len(run) - 1) / 2
