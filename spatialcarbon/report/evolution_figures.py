"""Phase portrait of two populations: where shares of strategies drift, rest and part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.models.governance.evolution import EvolutionResult

KIND_NAMES = {
    "stable": "stable",
    "unstable": "unstable",
    "saddle": "saddle",
    "centre": "centre",
    "not decided": "not decided",
}
POPULATIONS = {"row": text("the row population"), "column": text("the column population")}
_LOOK = {
    "stable": ("o", INK),
    "unstable": ("o", "white"),
    "saddle": ("X", "#b35806"),
    "centre": ("D", "#aa3377"),
    "not decided": ("s", "#bdbdbd"),
}
_BASINS = ("#dbe7f3", "#fbe3dd")
_PATH = "#4477aa"


@in_house_style
def phase_portrait(
    result: EvolutionResult,
    *,
    title: str | Text = "Where the strategies of two populations drift",
    population_names: Mapping[str, str | Text] | None = None,
    strategy_names: Mapping[Any, str | Text] | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Where do the shares of two populations drift, where do they rest, and what parts basins?

    Parameters
    ----------
    result : EvolutionResult
        From ``evolutionary_game``.
    title : str or Text
        Heading.
    population_names : mapping, optional
        What to call the populations ``"row"`` and ``"column"``.
    strategy_names : mapping, optional
        What to call the strategies.
    source : str or Text
        Where the payoffs come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import phase_portrait
    >>> both = ["cooperate", "refuse"]
    >>> pay = pd.DataFrame([[2.0, 0.0], [1.0, 1.0]], index=both, columns=both)
    >>> figure = phase_portrait(sc.evolutionary_game(pay, pay.T, starts=2))
    >>> figure.axes[0].get_xlabel()
    'Share of the row population that plays: cooperate'
    """
    side = 5.2
    sheet = Sheet(title, side + 0.75, language, source=source)
    ax = sheet.axes(0.8, 0.6, side, side)
    pairs = (result.strategies_row, result.strategies_column)
    first = [name_of(pair[0], strategy_names, language) for pair in pairs]
    second = [name_of(pair[1], strategy_names, language) for pair in pairs]
    called = {**POPULATIONS, **(population_names or {})}
    basins = result.equilibria[result.equilibria["basin"] > 0]
    parted = len(basins) == 2
    if parted:
        _shade(ax, result)
    _arrows(ax, result)
    for _, path in result.trajectories.groupby("start"):
        ax.plot(path["x"], path["y"], color=_PATH, linewidth=1.1, zorder=3, gid="path")
    ax.plot(result.starts["x"], result.starts["y"], "o", color=_PATH, markersize=3, zorder=3)
    for point in result.equilibria.to_dict("records"):
        marker, colour = _LOOK[point["kind"]]
        ax.plot(
            point["x"], point["y"], marker=marker, markersize=11 if marker == "X" else 9, zorder=6,
            markerfacecolor=colour, markeredgecolor=INK, markeredgewidth=1.2, clip_on=False,
            linestyle="none", gid=f"rest {point['kind']}",
        )  # fmt: skip
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xticks=np.linspace(0, 1, 6),
           yticks=np.linspace(0, 1, 6))  # fmt: skip
    for spine in ax.spines.values():
        spine.set_visible(True)
    ax.set_xlabel(_axis(name_of("row", called, language), first[0], language))
    ax.set_ylabel(_axis(name_of("column", called, language), first[1], language))
    sheet.fit(ax, MARGIN, 0.02, side + 0.9, side + 0.65)
    _legend(sheet, result, first, second, language)
    return sheet.fig


def _axis(population: str, strategy: str, language: Language) -> str:
    return translate(
        "Share of {population} that plays: {strategy}",
        language,
        population=population,
        strategy=strategy,
    )


def _shade(ax: Axes, result: EvolutionResult) -> None:
    """Colour the two basins and draw the line between them."""
    inner = result.equilibria.iloc[-1]
    ends = [np.linspace(1e-6, inner["x"], 120), np.linspace(inner["x"], 1 - 1e-6, 120)]
    x = np.concatenate(ends)
    y = result.system.separatrix(x)
    ax.fill_between(x, 0, y, color=_BASINS[0], linewidth=0, zorder=0)
    ax.fill_between(x, y, 1, color=_BASINS[1], linewidth=0, zorder=0)
    ax.plot(x, y, color=INK, linewidth=1.4, linestyle=(0, (5, 2)), zorder=4, gid="separatrix")


def _arrows(ax: Axes, result: EvolutionResult) -> None:
    """Draw in which direction shares move, arrows of one length."""
    grid = (np.arange(14) + 0.5) / 14
    x, y = np.meshgrid(grid, grid)
    along, up = result.system.motion(x, y)
    speed = np.hypot(along, up)
    speed[speed == 0] = 1.0
    ax.quiver(x, y, along / speed, up / speed, color="#a8a8a8", scale=30, width=0.0028,
              pivot="mid", zorder=1)  # fmt: skip


def _legend(
    sheet: Sheet,
    result: EvolutionResult,
    first: list[str],
    second: list[str],
    language: Language,
) -> None:
    """Say beside the square what the marks are, and how large the basins."""
    counts = result.equilibria["kind"].value_counts()
    handles = [
        Line2D([], [], linestyle="none", marker=_LOOK[kind][0], markersize=8,
               markerfacecolor=_LOOK[kind][1], markeredgecolor=INK,
               label=translate(KIND_NAMES[kind], language))
        for kind in KIND_NAMES
        if kind in counts
    ]  # fmt: skip
    handles.append(Line2D([], [], color=_PATH, linewidth=1.1, marker="o", markersize=3,
                          label=translate("path from its start", language)))  # fmt: skip
    basins = result.equilibria[result.equilibria["basin"] > 0].sort_values("y")
    patches: list[Patch | Line2D] = []
    if len(basins) == 2:
        handles.append(Line2D([], [], color=INK, linewidth=1.4, linestyle=(0, (5, 2)),
                              label=translate("line between basins", language)))  # fmt: skip
    for colour, point in zip(_BASINS, basins.to_dict("records"), strict=False):
        said = text(
            "{row} / {column}: {share:.1f} %",
            row=first[0] if point["x"] else second[0],
            column=first[1] if point["y"] else second[1],
            share=100 * point["basin"],
        )
        face = colour if len(basins) == 2 else "white"
        patches.append(Patch(facecolor=face, edgecolor=GREY, label=said.render(language)))
    left = 6.25 / WIDTH
    top = (sheet.bottom + sheet.body - 0.1) / sheet.height
    drawn = sheet.fig.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(left, top), borderaxespad=0,
        title=translate("Rest points and paths", language), alignment="left", labelspacing=0.6,
    )  # fmt: skip
    drawn.set_gid("legend")
    words = translate("Starts that end at", language)
    if not patches:
        words = translate("Nothing attracts", language)
        if result.equilibria["basin"].isna().all():
            words = translate("Basins are not decided", language)
    beneath = top - (0.3 + 0.205 * len(handles) + 0.3) / sheet.height
    sheet.fig.legend(
        handles=patches, loc="upper left", bbox_to_anchor=(left, beneath), borderaxespad=0,
        title=words, alignment="left", labelspacing=0.6,
    ).set_gid("basins")  # fmt: skip
