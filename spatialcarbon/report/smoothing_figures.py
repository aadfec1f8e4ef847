"""Smoothing over borders: what less contrast between neighbours costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import FAINT, INK, in_house_style
from spatialcarbon.report.lettering import number
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spatialcarbon.models.quota.smoothing_result import SmoothingResult

_CURVE, _CHOSEN = "#23527c", "#c4622d"


@in_house_style
def smoothing_frontier(
    result: SmoothingResult,
    *,
    title: str | Text = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How much of the total must change place for how much less contrast?

    Parameters
    ----------
    result : SmoothingResult
        With its frontier.
    title : str or Text
        Heading.
    source : str or Text
        Where the data come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import smoothing_frontier
    >>> pair = sc.Weights.from_edges(pd.DataFrame({"focal": ["a", "b"], "neighbor": ["b", "a"]}))
    >>> asked, emitted = pd.Series({"a": 30.0, "b": 10.0}), pd.Series({"a": 50.0, "b": 50.0})
    >>> found = sc.smooth_allocation(asked, pair, emissions=emitted, max_contrast=0.5)
    >>> figure = smoothing_frontier(found)
    >>> len(figure.axes)
    1
    """
    tall = 3.6
    sheet = Sheet(title, tall + 0.3, language, source=source)
    ax = sheet.axes(0.8, 0.5, WIDTH - 1.2, tall - 0.6)
    ax.plot(result.frontier["contrast"], result.frontier["moved"], color=_CURVE, linewidth=2.0,
            marker="o", markersize=3.5, zorder=3, gid="frontier")  # fmt: skip
    ax.plot(result.contrast_before, 0.0, marker="s", color=INK, markersize=7, zorder=4,
            linestyle="none", clip_on=False, gid="before")  # fmt: skip
    ax.plot(result.contrast_after, result.moved, marker="D", color=_CHOSEN, markersize=8,
            linestyle="none", zorder=5, clip_on=False, gid="chosen")  # fmt: skip
    widest = max(result.contrast_before, *result.frontier["contrast"])
    ax.set_xlim(0, widest * 1.06)
    ax.set_ylim(0, max(result.moved, 1e-6, *result.frontier["moved"]) * 1.1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(100 * value)}%"))
    ax.set_xlabel(translate("Contrast between neighbours, as a part of the mean burden", language))
    ax.set_ylabel(translate("Part of the total that changes place", language))
    ax.grid(color=FAINT)
    handles = [
        Line2D([], [], color=INK, marker="s", markersize=7, linestyle="none",
               label=translate("before", language)),
        Line2D([], [], color=_CHOSEN, marker="D", markersize=8, linestyle="none",
               label=translate("after", language)),
        Line2D([], [], color=_CURVE, marker="o", markersize=3.5, linewidth=2.0,
               label=translate("other strengths", language)),
    ]  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=3, loc="upper left",
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + 0.3) / sheet.height),
        borderaxespad=0, borderpad=0, columnspacing=1.5,
    ).set_gid("legend")  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.08)
    return sheet.fig
