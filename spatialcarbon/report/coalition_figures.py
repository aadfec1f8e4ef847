"""How the rules of sharing treat each player: gains over standing alone, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.fittings import legend_rows
from spatialcarbon.report.lettering import name_of, number, with_unit, wrap
from spatialcarbon.report.palettes import QUALITATIVE
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.models.governance.sharing import SharingComparison

RULE_NAMES = {
    "shapley": "Shapley value",
    "nucleolus": "Nucleolus",
    "nash_bargaining": "Nash bargaining",
    "equal": "Equal gains",
    "proportional": "Proportional",
}
_MARKERS = dict(zip(RULE_NAMES, "oDs^v", strict=True))
_COLOURS = dict(zip(RULE_NAMES, QUALITATIVE, strict=False))


@in_house_style
def shares_by_rule(
    comparison: SharingComparison,
    *,
    title: str | Text = "Gain of each player by rule of sharing",
    quantity: str | Text = "Gain over standing alone",
    unit: str = "",
    player_names: Mapping[Any, str | Text] | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How much more does each player get than alone, rule by rule?

    Parameters
    ----------
    comparison : SharingComparison
        From ``share_gains``.
    title, quantity : str or Text
        Heading; what the horizontal axis shows.
    unit : str
        Unit of measure of the worths.
    player_names : mapping, optional
        What to call the players.
    source : str or Text
        Where the numbers come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import shares_by_rule
    >>> rules = sc.share_gains(lambda group: len(group) ** 2, ["a", "b", "c"])
    >>> figure = shares_by_rule(rules, unit="CNY")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['a', 'b', 'c']
    """
    gains = comparison.gains
    rules = list(gains.columns)
    lane = 0.15
    step = lane * len(rules) + 0.2
    tall = min(step * len(gains) + 0.6, 9.0)
    words = [translate(RULE_NAMES[rule], language) for rule in rules]
    probe = Sheet("", 1.0, language)
    rows = legend_rows(probe, words)
    above = 0.26 * rows + 0.12
    notes = [translate("Filled: no group would leave. Hollow: some group would.", language)]
    if comparison.checks["in_core"].isna().all():
        notes = []
    sheet = Sheet(title, tall + above, language, source=source, notes=notes)
    handles = [
        Line2D([], [], linestyle="none", marker=_MARKERS[rule], markersize=6.5, label=said,
               markeredgecolor=_COLOURS[rule], markerfacecolor=_fill(comparison, rule))
        for rule, said in zip(rules, words, strict=True)
    ]  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=-(-len(handles) // rows), loc="upper left", borderaxespad=0,
        borderpad=0, columnspacing=1.6, handletextpad=0.3, labelspacing=0.5,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + above) / sheet.height),
    ).set_gid("legend")  # fmt: skip
    ax = sheet.axes(1.5, 0.4, WIDTH - 1.8, tall - 0.4)
    for place, (_, row) in enumerate(gains.iterrows()):
        if place % 2:
            ax.axhspan(place - 0.5, place + 0.5, color="#f4f4f4", zorder=0, linewidth=0)
        for lane_number, rule in enumerate(rules):
            y = place + (lane_number - (len(rules) - 1) / 2) * lane / step
            ax.plot([0, row[rule]], [y, y], color=FAINT, linewidth=1.2, zorder=1)
            ax.plot(row[rule], y, marker=_MARKERS[rule], markersize=6.5, gid=f"gain {rule}",
                    markeredgecolor=_COLOURS[rule], markerfacecolor=_fill(comparison, rule),
                    zorder=3)  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.9, zorder=2)
    ax.set(ylim=(len(gains) - 0.5, -0.5), yticks=range(len(gains)))
    ax.set_yticklabels(
        [wrap(sheet.fig, name_of(p, player_names, language), 2.0, fontsize=8.5)
         for p in gains.index]
    )  # fmt: skip
    ax.margins(x=0.06)
    _plain(ax)
    ax.set_xlabel(with_unit(quantity, unit, language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    return sheet.fig


def _plain(ax: Axes) -> None:
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.tick_params(axis="x", color=GREY)


def _fill(comparison: SharingComparison, rule: str) -> str:
    """Return the colour of a rule, or white where some group would leave."""
    left = comparison.checks["in_core"][rule] is not None and not comparison.checks["in_core"][rule]
    return "white" if left else _COLOURS[rule]
