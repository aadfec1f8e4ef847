"""An evaluation at a glance: balance, gaps by year, overlap of scores, and placebos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of, number, with_unit, wrap
from spatialcarbon.report.series_axes import year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TREATED_COLOUR, CONTROL_COLOUR = "#d95f0e", "#2c7fb8"
_RESULT = text("the result of an evaluation")
_BINS = 24
_ABOVE = 0.34
"""Inches for the legend above the axes."""


@in_house_style
def love_plot(
    balance: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Mapping[Any, str | Text] | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How unlike were the two groups, and how much of that is left after matching?

    Parameters
    ----------
    balance : DataFrame
        Index covariate; ``smd_before, smd_after`` (``EvaluationResult.balance``).
    title : str or Text
        Heading.
    names : mapping, optional
        What to call the covariates.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When a column is absent.
    DegenerateDataError
        When there is no covariate to show.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import love_plot
    >>> balance = pd.DataFrame(
    ...     {"smd_before": [0.8, 0.3], "smd_after": [0.05, -0.02]}, ["gdp", "co2"]
    ... )
    >>> figure = love_plot(balance, title="Alike after matching")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['gdp', 'co2']
    """
    require_columns(balance, ["smd_before", "smd_after"], _RESULT)
    if balance.empty:
        raise DegenerateDataError("there is no covariate to show the balance of")
    ranked = balance.reindex(
        balance["smd_before"].abs().sort_values(ascending=False, kind="stable").index
    )
    tall = 0.42 * len(ranked) + 0.9
    sheet = Sheet(title, tall + _ABOVE, language, source=source)
    ax = sheet.axes(1.6, 0.5, WIDTH - 1.9, tall - 0.6)
    rows = np.arange(len(ranked))
    ax.axvspan(-0.1, 0.1, color="#eef4ea", linewidth=0, zorder=0, gid="balanced")
    ax.hlines(rows, ranked["smd_before"], ranked["smd_after"], color=FAINT, linewidth=1.6, zorder=1)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=2)
    ax.plot(ranked["smd_before"], rows, "o", color="white", markeredgecolor=TREATED_COLOUR,
            markeredgewidth=1.5, markersize=7, zorder=3, gid="before")  # fmt: skip
    ax.plot(ranked["smd_after"], rows, "o", color=CONTROL_COLOUR, markersize=7, zorder=4,
            gid="after")  # fmt: skip
    reach = float(np.nanmax(np.abs(ranked[["smd_before", "smd_after"]].to_numpy()), initial=0.2))
    ax.set(xlim=(-1.12 * reach, 1.12 * reach), ylim=(len(ranked) - 0.5, -0.5), yticks=rows)
    labels = [name_of(name, names, language) for name in ranked.index]
    ax.set_yticklabels([wrap(sheet.fig, word, 2.2, fontsize=8.5) for word in labels])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    _numbers(ax, "x")
    ax.set_xlabel(translate("Standardised mean difference, treated less control", language))
    _legend(
        sheet,
        [
            Line2D([], [], linestyle="none", marker="o", markersize=7, markerfacecolor="white",
                   markeredgecolor=TREATED_COLOUR, markeredgewidth=1.5,
                   label=translate("before matching", language)),
            Line2D([], [], linestyle="none", marker="o", markersize=7, color=CONTROL_COLOUR,
                   label=translate("after matching", language)),
            Patch(facecolor="#eef4ea", label=translate("within ±0.1", language)),
        ],
    )  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    return sheet.fig


@in_house_style
def event_study_plot(
    event_study: pd.DataFrame,
    *,
    title: str | Text = "",
    quantity: str | Text = "Gap between treated and control",
    unit: str = "",
    pretrend: Mapping[str, Any] | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Did the groups move alike before the policy, and how far do they part after it?

    Parameters
    ----------
    event_study : DataFrame
        Index year; ``relative, estimate, low, high, status``
        (``EvaluationResult.event_study``).
    title, quantity : str or Text
        Heading; what the vertical axis shows.
    unit : str
        Unit of measure of the outcome.
    pretrend : mapping, optional
        ``EvaluationResult.pretrend``, said below the plot.
    source, language
        As in :func:`love_plot`.

    Raises
    ------
    SchemaError
        When a column is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import event_study_plot
    >>> gaps = pd.DataFrame(
    ...     {
    ...         "relative": [-2, -1, 0, 1],
    ...         "estimate": [0.1, 0.0, 1.9, 2.1],
    ...         "low": [-0.3, 0.0, 1.5, 1.7],
    ...         "high": [0.5, 0.0, 2.3, 2.5],
    ...         "status": ["ok", "base", "ok", "ok"],
    ...     },
    ...     index=pd.Index([2010, 2011, 2012, 2013], name="year"),
    ... )
    >>> figure = event_study_plot(gaps, unit="Mt CO2")
    >>> figure.axes[0].get_ylabel()
    'Gap between treated and control (Mt CO₂)'
    """
    require_columns(event_study, ["relative", "estimate", "low", "high", "status"], _RESULT)
    notes = [text("Vertical lines: 95 % intervals. Hollow: the base year, zero by construction.")]
    if pretrend is not None and pretrend["status"] == "ok":
        notes.append(
            text(
                "Joint test that the gaps before the policy are zero: F = {f}, p ≈ {p} "
                "({a} and {b} d.f.).",
                a=pretrend["df"],
                b=pretrend["df_clusters"],
                f=number(pretrend["statistic"], 3),
                p=number(max(pretrend["pvalue"], 0.0001), 2),
            )
        )
    tall = 4.0
    sheet = Sheet(title, tall + _ABOVE, language, source=source, notes=notes)
    ax = sheet.axes(0.8, 0.6, WIDTH - 1.1, tall - 0.7)
    years = [int(year) for year in event_study.index]
    start = years[0] - int(event_study["relative"].iloc[0])
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=1)
    ax.axvline(start - 0.5, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid="start")
    for late, colour in ((False, CONTROL_COLOUR), (True, TREATED_COLOUR)):
        rows = event_study[
            ((event_study["relative"] >= 0) == late) & (event_study["status"] != "base")
        ]
        ax.vlines(rows.index, rows["low"], rows["high"], color=colour, linewidth=1.8, zorder=2,
                  gid="intervals")  # fmt: skip
        ax.plot(rows.index, rows["estimate"], "o", color=colour, markersize=6.5, zorder=4,
                gid="after" if late else "before")  # fmt: skip
    base = event_study.index[event_study["status"] == "base"]
    ax.plot(base, [0.0] * len(base), "o", color="white", markeredgecolor=CONTROL_COLOUR,
            markeredgewidth=1.5, markersize=6.5, zorder=4, gid="base")  # fmt: skip
    ax.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    ax.margins(y=0.08)
    _numbers(ax, "y")
    ax.set_ylabel(with_unit(quantity, unit, language))
    dots = ((CONTROL_COLOUR, "before the policy"), (TREATED_COLOUR, "under the policy"))
    _legend(
        sheet,
        [
            *(
                Line2D([], [], marker="o", color=colour, markersize=6.5,
                       label=translate(words, language))
                for colour, words in dots
            ),
            Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (4, 3)),
                   label=translate("the policy begins", language)),
        ],
    )  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    year_ticks(ax, [float(year) for year in years])
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    return sheet.fig


@in_house_style
def propensity_overlap(
    units: pd.DataFrame,
    *,
    title: str | Text = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Are there untreated places as likely to be treated as those that were?

    Parameters
    ----------
    units : DataFrame
        Index unit; ``treated, score, weight`` (``EvaluationResult.units``). Treated
        places are counted upwards, controls downwards; matched ones are filled.
    title, source, language
        As in :func:`love_plot`.

    Raises
    ------
    SchemaError
        When a column is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import propensity_overlap
    >>> units = pd.DataFrame(
    ...     {
    ...         "treated": [1, 1, 0, 0],
    ...         "score": [0.7, 0.5, 0.55, 0.1],
    ...         "weight": [0.0, 1.0, 1.0, 0.0],
    ...     },
    ...     index=list("ABCD"),
    ... )
    >>> figure = propensity_overlap(units)
    >>> figure.axes[0].get_xlabel()
    'Propensity score: estimated probability of being treated'
    """
    require_columns(units, ["treated", "score", "weight"], _RESULT)
    tall = 3.9
    sheet = Sheet(title, tall + _ABOVE, language, source=source)
    ax = sheet.axes(0.8, 0.6, WIDTH - 1.1, tall - 0.7)
    low, high = float(units["score"].min()), float(units["score"].max())
    room = max(0.02 * (high - low), 0.01)
    edges = np.linspace(max(low - room, 0.0), min(high + room, 1.0), _BINS + 1)
    used = units["weight"] > 0
    for treated, colour, sign in ((True, TREATED_COLOUR, 1), (False, CONTROL_COLOUR, -1)):
        group = units["treated"] == treated
        every, _ = np.histogram(units.loc[group, "score"], edges)
        kept, _ = np.histogram(units.loc[group & used, "score"], edges)
        bars: dict[str, Any] = {"x": edges[:-1], "width": np.diff(edges), "align": "edge"}
        side = "treated" if treated else "control"
        ax.bar(**bars, height=sign * every, color="white", edgecolor=colour, linewidth=0.9,
               zorder=2, gid=f"all {side}")  # fmt: skip
        ax.bar(**bars, height=sign * kept, color=colour, edgecolor=colour, linewidth=0.9,
               zorder=3, gid=f"matched {side}")  # fmt: skip
    ax.axhline(0, color=INK, linewidth=0.9, zorder=4)
    ax.set_xlim(edges[0], edges[-1])
    ax.margins(y=0.08)
    ax.grid(axis="y", color=FAINT)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(abs(value))))
    ax.set_xlabel(translate("Propensity score: estimated probability of being treated", language))
    ax.set_ylabel(translate("Places: control (down), treated (up)", language))
    kinds = (
        ("treated, matched", TREATED_COLOUR, TREATED_COLOUR),
        ("treated, not matched", TREATED_COLOUR, "white"),
        ("control, matched", CONTROL_COLOUR, CONTROL_COLOUR),
        ("control, not matched", CONTROL_COLOUR, "white"),
    )
    _legend(
        sheet,
        [
            Patch(edgecolor=edge, facecolor=fill, label=translate(words, language))
            for words, edge, fill in kinds
        ],
    )
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    return sheet.fig


@in_house_style
def placebo_plot(
    estimates: npt.NDArray[np.float64],
    effect: float,
    *,
    title: str | Text = "",
    quantity: str | Text = "Effect with treatment dealt out by lot",
    unit: str = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How often does chance alone find an effect of this size?

    Parameters
    ----------
    estimates : array of float
        ``EvaluationResult.placebo_estimates``; NaN is left out.
    effect : float
        The effect with the real assignment.
    title, quantity : str or Text
        Heading; what the horizontal axis shows.
    unit : str
        Unit of measure of the outcome.
    source, language
        As in :func:`love_plot`.

    Raises
    ------
    DegenerateDataError
        When there is no estimate.

    Examples
    --------
    >>> import numpy as np
    >>> from spatialcarbon.report.figures import placebo_plot
    >>> by_lot = np.array([-0.4, -0.1, 0.0, 0.2, 0.3])
    >>> figure = placebo_plot(by_lot, 2.0, title="Chance finds nothing as large")
    >>> figure.axes[0].get_xlabel()
    'Effect with treatment dealt out by lot'
    """
    drawn = np.asarray(estimates)[~np.isnan(estimates)]
    if not len(drawn):
        raise DegenerateDataError("there is no assignment by lot to show")
    tall = 3.4
    sheet = Sheet(title, tall + _ABOVE, language, source=source)
    ax = sheet.axes(0.8, 0.6, WIDTH - 1.1, tall - 0.7)
    ax.hist(drawn, bins=30, color="#c9ced6", edgecolor="white", linewidth=0.5, zorder=2)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=3)
    ax.axvline(effect, color=TREATED_COLOUR, linewidth=2.0, zorder=4, gid="effect")
    ax.margins(x=0.06)
    ax.grid(axis="y", color=FAINT)
    _numbers(ax, "x", grid=False)
    ax.set_xlabel(with_unit(quantity, unit, language))
    ax.set_ylabel(translate("Assignments", language))
    _legend(
        sheet,
        [
            Patch(facecolor="#c9ced6", label=translate("by lot", language)),
            Line2D([], [], color=TREATED_COLOUR, linewidth=2.0,
                   label=translate("as assigned", language)),
        ],
    )  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    return sheet.fig


def _numbers(ax: Axes, axis: str, *, grid: bool = True) -> None:
    own = ax.xaxis if axis == "x" else ax.yaxis
    own.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    if grid:
        ax.grid(axis="x" if axis == "x" else "y", color=FAINT)


def _legend(sheet: Sheet, handles: list[Any]) -> None:
    """Write a legend in one row between the heading and the axes."""
    sheet.fig.legend(
        handles=handles, ncols=len(handles), loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + sheet.body - 0.02) / sheet.height),
        columnspacing=1.6, handlelength=1.4,
    ).set_gid("legend")  # fmt: skip
