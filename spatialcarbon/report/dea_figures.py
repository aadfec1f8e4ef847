"""Efficiency: units under their frontier, and scores with their confidence intervals."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.quota.dea_result import DEAStatus
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.fittings import legend_above
from spatialcarbon.report.lettering import name_of, number, with_unit, wrap
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.models.quota.dea_bootstrap import DEABootstrapResult
    from spatialcarbon.models.quota.dea_result import DEAResult
    from spatialcarbon.models.quota.dea_technology import Returns

Names = Mapping[Any, str | Text]
Floats = npt.NDArray[np.float64]

BEST, OTHER = "#b5541c", "#23527c"


@in_house_style
def frontier_plot(
    result: DEAResult,
    *,
    title: str | Text = "",
    input_name: str | Text = "",
    output_name: str | Text = "",
    input_unit: str = "",
    output_unit: str = "",
    names: Names | None = None,
    named: int = 14,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Where do the units lie below the frontier, and where would each be held to?

    Parameters
    ----------
    result : DEAResult
        Of one input and one output, measured against its own units. A thin line leads
        from each unit to its target.
    title : str or Text
        Heading.
    input_name, output_name, input_unit, output_unit : str or Text
        Words of the axes; the default is the name of the column.
    names : mapping, optional
        What to call the units.
    named : int
        How many units are named: those on the frontier, then those furthest from it.
    source : str or Text
        Where the data come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For several inputs or outputs, or scores against other units.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import frontier_plot
    >>> emission = pd.Series([2.0, 4, 6, 5, 8, 10], index=list("ABCDEF"), name="emission")
    >>> gdp = pd.Series([1.0, 3, 4, 2, 3, 3], index=list("ABCDEF"), name="gdp")
    >>> figure = frontier_plot(sc.dea(emission, gdp), input_name="emission", output_name="GDP")
    >>> len(figure.axes)
    1
    """
    if result.inputs.shape[1] != 1 or result.outputs.shape[1] != 1:
        raise SchemaError(
            "a frontier can be drawn for one input and one output",
            arrived="{m} inputs and {s} outputs",
            m=result.inputs.shape[1],
            s=result.outputs.shape[1],
        )
    if result.settings["reference"] is not None:
        raise SchemaError(
            "the frontier of other units cannot be drawn from this result",
            fix="score all units together, without reference=",
        )
    x, y = result.inputs.iloc[:, 0].to_numpy(), result.outputs.iloc[:, 0].to_numpy()
    on = (result.status == DEAStatus.EFFICIENT).to_numpy()
    sheet = Sheet(title, 5.2, language, source=source)
    ax = sheet.axes(0.8, 0.6, WIDTH - 1.8, 4.2)
    right, top = float(x.max()) * 1.08, float(y.max()) * 1.1
    ax.set(xlim=(0, right), ylim=(0, top))
    best_x, best_y = frontier_line(x[on], y[on], result.returns, right)
    ax.plot(best_x, best_y, color=BEST, linewidth=1.8, zorder=3, gid="frontier")
    ax.fill_between(best_x, 0, best_y, color=BEST, alpha=0.06, linewidth=0, zorder=1)
    goal_x, goal_y = result.targets.iloc[:, 0].to_numpy(), result.targets.iloc[:, 1].to_numpy()
    for i in np.flatnonzero(~on):
        ax.plot([x[i], goal_x[i]], [y[i], goal_y[i]], color=GREY, linewidth=0.8, zorder=2,
                linestyle=(0, (3, 2)), gid="projection")  # fmt: skip
    for which, colour, gid in ((~on, OTHER, "others"), (on, BEST, "best")):
        ax.scatter(x[which], y[which], s=34, color=colour, edgecolors="white", linewidths=0.5,
                   zorder=4, gid=gid)  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(with_unit(input_name or str(result.inputs.columns[0]), input_unit, language))
    ax.set_ylabel(with_unit(output_name or str(result.outputs.columns[0]), output_unit, language))
    legend_above(
        sheet, 5.2, [
            Line2D([], [], color=BEST, marker="o", markersize=6, markeredgecolor="white",
                   label=translate("Efficient, and the frontier", language)),
            Line2D([], [], color=GREY, marker="o", markersize=6, markeredgecolor="white",
                   markerfacecolor=OTHER, linewidth=0.8, linestyle=(0, (3, 2)),
                   label=translate("Inefficient, and the way to its target", language)),
        ],
    )  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN - 0.1, 4.8)
    distance = result.efficiency.to_numpy()
    distance = np.abs(distance - 1.0)
    first = sorted(range(len(x)), key=lambda i: (not on[i], -distance[i]))[: max(named, 0)]
    place_labels(
        ax, [(x[i], y[i]) for i in first],
        [name_of(result.inputs.index[i], names, language) for i in first],
        obstacles=_obstacles(ax, np.column_stack([x, y]), np.column_stack([best_x, best_y])),
    )  # fmt: skip
    return sheet.fig


def _obstacles(ax: Axes, points: Floats, corners: Floats) -> list[Bbox]:
    """Return boxes of pixels around the points and along the frontier, for words to keep off."""
    edges = ax.transData.transform(corners)
    along = [
        np.linspace(a, b, 2 + int(np.abs(b - a).max() / 4)) for a, b in itertools.pairwise(edges)
    ]
    dots = [(spot, 5.0) for spot in ax.transData.transform(points)]
    dots += [(spot, 2.0) for spot in np.vstack(along)]
    return [Bbox.from_bounds(x - half, y - half, 2 * half, 2 * half) for (x, y), half in dots]


def frontier_line(x: Floats, y: Floats, returns: Returns, right: float) -> tuple[Floats, Floats]:
    """Return corners of the frontier of one input and one output, from the efficient units.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.array([2.0, 4.0, 6.0]), np.array([1.0, 3.0, 4.0])
    >>> [corners.tolist() for corners in frontier_line(x, y, "variable", 10.0)]
    [[2.0, 2.0, 4.0, 6.0, 10.0], [0.0, 1.0, 3.0, 4.0, 4.0]]
    >>> [corners.tolist() for corners in frontier_line(x, y, "constant", 10.0)]
    [[0.0, 10.0], [0.0, 7.5]]
    """
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    ratio = y / x
    steepest = float(ratio.max())
    same = np.flatnonzero(ratio >= steepest * (1 - 1e-9))
    if returns == "constant":
        return np.array([0.0, right]), np.array([0.0, steepest * right])
    if returns == "variable":
        corners = [np.r_[x[0], x, right], np.r_[0.0, y, y[-1]]]
    elif returns == "decreasing":
        corners = [np.r_[0.0, x[same[0] :], right], np.r_[0.0, y[same[0] :], y[-1]]]
    else:
        small = slice(0, same[-1] + 1)
        corners = [np.r_[x[0], x[small], right], np.r_[0.0, y[small], steepest * right]]
    return corners[0], corners[1]


@in_house_style
def efficiency_intervals(
    result: DEABootstrapResult,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Which scores differ from each other, once their uncertainty is seen?

    Parameters
    ----------
    result : DEABootstrapResult
        Units are sorted by the corrected score, the best at the top.
    title : str or Text
        Heading.
    names : mapping, optional
        What to call the units.
    source : str or Text
        Where the data come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import efficiency_intervals
    >>> x = pd.Series([2.0, 4, 6, 5, 8, 7, 9], index=list("ABCDEFG"), name="x")
    >>> y = pd.Series([1.0, 3, 4, 2, 3, 4, 3], index=list("ABCDEFG"), name="y")
    >>> figure = efficiency_intervals(sc.dea_bootstrap(x, y, draws=100, rng=1))
    >>> len(figure.axes)
    1
    """
    table = result.to_frame()
    best_first = result.orientation == "output"
    table = table.sort_values("corrected", ascending=best_first, kind="stable")
    rows = len(table)
    step = 0.24 if rows <= 16 else 0.185
    tall = step * rows + 0.85
    sheet = Sheet(title, tall + 0.3, language, source=source)
    ax = sheet.axes(1.5, 0.5, WIDTH - 1.8, tall - 0.6)
    ax.set(ylim=(rows - 0.4, -0.6), yticks=range(rows))
    small = 8.5 if rows <= 16 else 7.5
    labels = [name_of(unit, names, language) for unit in table["unit"]]
    ax.set_yticklabels([wrap(sheet.fig, label, 2.0, fontsize=small) for label in labels])
    ax.tick_params(axis="y", length=0, labelsize=small)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    places = np.arange(rows)
    ax.hlines(places, table["low"], table["high"], color="#9db7cf", linewidth=3.0, zorder=2,
              gid="intervals")  # fmt: skip
    ax.plot(table["corrected"], places, linestyle="none", marker="o", markersize=5.5, color=OTHER,
            zorder=4, gid="corrected")  # fmt: skip
    ax.plot(table["efficiency"], places, linestyle="none", marker="o", markersize=5,
            markerfacecolor="white", markeredgecolor=BEST, zorder=3, gid="efficiency")  # fmt: skip
    ax.axvline(1.0, color=INK, linewidth=0.8, zorder=1)
    ax.margins(x=0.03)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(_score(result.orientation, language))
    share = text("Interval, {share} %", share=number(100 * result.confidence))
    legend_above(
        sheet, tall + 0.3, [
            Line2D([], [], linestyle="none", marker="o", markersize=5, markerfacecolor="white",
                   markeredgecolor=BEST, label=translate("As estimated", language)),
            Line2D([], [], linestyle="none", marker="o", markersize=5.5, color=OTHER,
                   label=translate("Without the bias", language)),
            Line2D([], [], color="#9db7cf", linewidth=3.0, label=share.render(language)),
        ],
    )  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN - 0.1, tall - 0.08)
    return sheet.fig


def _score(orientation: str, language: Language) -> str:
    if orientation == "input":
        return translate("Efficiency θ (1 = on the frontier)", language)
    return translate("Efficiency φ (1 = on the frontier, larger is worse)", language)
