"""Judgements of allocations: fairness at a glance, and ranks under every principle."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex
from matplotlib.patches import Rectangle

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.allocation_figures import PRINCIPLE_WORDS
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import (
    emphasise,
    ink_on,
    name_of,
    readable,
    wrap,
)
from spatialcarbon.report.palettes import QUALITATIVE, sequential_colours
from spatialcarbon.report.placement import spread
from spatialcarbon.report.series_axes import end_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

YARDSTICK_WORDS: Mapping[str, Text] = {
    "population": text("Population"),
    "gdp": text("GDP"),
    "emissions": text("Emissions"),
    "history": text("Cumulative emissions"),
}
STATUS_WORDS: Mapping[str, Text] = {
    "below zero": text("below zero"),
    "nothing to share": text("nothing to share"),
    "zero yardstick left out": text("zero yardstick left out"),
}
_LABELLED = 40


@in_house_style
def fairness_table(
    fairness: pd.DataFrame,
    *,
    title: str | Text = "",
    principle_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How far is each principle from proportion to people, output, emissions and the past?

    Large numbers are Gini coefficients, small ones Theil's T and, with groups, the part
    of it between them. A frame marks the principle closest to each yardstick.

    Parameters
    ----------
    fairness : DataFrame
        ``JudgementResult.fairness``.
    title : str or Text
        Heading.
    principle_names : mapping, optional
        What to call the principles.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When columns are missing, or nothing was held against anything.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import fairness_table
    >>> links = pd.DataFrame({"focal": list("abbc"), "neighbor": list("bacb")})
    >>> cuts = pd.DataFrame({"equal": [2.0, 2.0, 2.0], "steep": [1.0, 4.0, 1.0]}, index=list("abc"))
    >>> emitted = pd.Series({"a": 10.0, "b": 10.0, "c": 10.0})
    >>> found = sc.judge_allocation(
    ...     cuts, weights=sc.Weights.from_edges(links), emissions=emitted, permutations=0
    ... )
    >>> figure = fairness_table(found.fairness)
    >>> len(figure.axes)
    1
    """
    needed = ["principle", "yardstick", "gini", "theil", "between_share", "status"]
    require_columns(fairness, needed, text("the table of fairness"))
    if fairness.empty:
        raise SchemaError("no yardstick was given, so there is no fairness to draw")
    principles = list(dict.fromkeys(fairness["principle"]))
    yardsticks = list(dict.fromkeys(fairness["yardstick"]))
    cells = fairness.set_index(["principle", "yardstick"])
    height, head = 0.5, 0.62
    tall = height * len(principles) + head
    sheet = Sheet(title, tall, language, source=source)
    ax = sheet.axes(2.0, 0.05, WIDTH - 2.3, tall - head)
    colours = LinearSegmentedColormap.from_list("unequal", ["#ffffff", *sequential_colours(9)[:6]])
    top = float(fairness["gini"].max())
    scale = Normalize(0.0, top if top > 0 else 1.0)
    ax.set(xlim=(0, len(yardsticks)), ylim=(len(principles), 0))
    for column, yardstick in enumerate(yardsticks):
        values = cells.xs(yardstick, level="yardstick")["gini"].reindex(principles)
        closest = values.index[np.isclose(values, values.min(), rtol=0, atol=5e-4)]
        for row, principle in enumerate(principles):
            cell = cells.loc[(principle, yardstick)]
            _cell(ax, row, column, cell, colours, scale, principle in closest, language)
    words = PRINCIPLE_WORDS if principle_names is None else principle_names
    ax.set_yticks(np.arange(len(principles)) + 0.5,
                  [wrap(sheet.fig, name_of(p, words, language), 2.2, fontsize=9)
                   for p in principles])  # fmt: skip
    room = (WIDTH - 2.3) / len(yardsticks) - 0.1
    ax.set_xticks(np.arange(len(yardsticks)) + 0.5,
                  [wrap(sheet.fig, name_of(y, YARDSTICK_WORDS, language), room, fontsize=9)
                   for y in yardsticks])  # fmt: skip
    ax.xaxis.tick_top()
    ax.tick_params(length=0, labelsize=9)
    ax.spines[:].set_visible(False)
    sheet.fit(ax, MARGIN, 0.04, WIDTH - 2 * MARGIN, tall - 0.28)
    sheet.fig.text(MARGIN / WIDTH, (sheet.bottom + tall - 0.02) / sheet.height, va="top",
                   fontsize=8.5, color=GREY,
                   s=translate("Gini coefficient of the burden against …", language))  # fmt: skip
    return sheet.fig


def _cell(
    ax: Axes, row: int, column: int, cell: pd.Series[Any], colours: Any, scale: Normalize,
    closest: bool, language: Language,
) -> None:  # fmt: skip
    value = float(cell["gini"])
    known = math.isfinite(value)
    shade = to_hex(colours(scale(value))) if known else "#f2f2f2"
    ax.add_patch(Rectangle((column, row), 1, 1, facecolor=shade, edgecolor="white", linewidth=1.5,
                           gid="cell"))  # fmt: skip
    if not known:
        words = name_of(cell["status"], STATUS_WORDS, language)
        ax.text(column + 0.5, row + 0.5, words, ha="center", va="center", fontsize=8,
                color=GREY, gid="undefined")  # fmt: skip
        return
    if closest:
        ax.add_patch(Rectangle((column + 0.02, row + 0.05), 0.96, 0.9, facecolor="none",
                               edgecolor=INK, linewidth=1.3, gid="closest"))  # fmt: skip
    ink = ink_on(shade)
    big = ax.text(column + 0.5, row + 0.38, f"{value:.3f}", ha="center", va="center", fontsize=11,
                  color=ink, gid="gini")  # fmt: skip
    if closest:
        emphasise(big, "en")
    small = translate("Theil {value}", language, value=f"{float(cell['theil']):.3f}")
    share = float(cell["between_share"])
    if math.isfinite(share):
        small += translate(", {share} % between", language, share=f"{100 * share:.0f}")
    ax.text(column + 0.5, row + 0.76, small, ha="center", va="center", fontsize=7, color=ink,
            gid="theil")  # fmt: skip


@in_house_style
def rank_slopes(
    ranks: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    principle_names: Names | None = None,
    marked: int = 7,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Who moves up and down from one principle to the next?

    Parameters
    ----------
    ranks : DataFrame
        ``JudgementResult.ranks`` of at least two principles, which stand in this order.
    names, principle_names : mapping, optional
        What to call places and principles.
    marked : int
        How many places are drawn in colour: those that change rank most. On maps of more
        than 40 places only these are named.
    title, source, language
        As in :func:`fairness_table`.

    Raises
    ------
    SchemaError
        When columns are missing, or there is only one principle.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import rank_slopes
    >>> links = pd.DataFrame({"focal": list("abbc"), "neighbor": list("bacb")})
    >>> cuts = pd.DataFrame({"equal": [2.0, 2.0, 2.0], "steep": [1.0, 4.0, 1.0]}, index=list("abc"))
    >>> emitted = pd.Series({"a": 10.0, "b": 10.0, "c": 10.0})
    >>> found = sc.judge_allocation(
    ...     cuts, weights=sc.Weights.from_edges(links), emissions=emitted, permutations=0
    ... )
    >>> figure = rank_slopes(found.ranks)
    >>> len(figure.axes)
    1
    """
    require_columns(ranks, ["unit", "principle", "rank"], text("the table of ranks"))
    principles = list(dict.fromkeys(ranks["principle"]))
    if len(principles) < 2:
        raise SchemaError("ranks under one principle have nothing to be compared with")
    wide = ranks.pivot(index="unit", columns="principle", values="rank")[principles]
    span = (wide.max(axis=1) - wide.min(axis=1)).sort_values(ascending=False, kind="stable")
    loud = [unit for unit in span.index[: min(marked, len(QUALITATIVE))] if span[unit] > 0]
    colours = {unit: QUALITATIVE[at] for at, unit in enumerate(loud)}
    body = 0.19 * min(len(wide), _LABELLED) + 1.1
    notes = [text("In colour: the places whose rank changes most.")] if loud else []
    sheet = Sheet(title, body, language, source=source, notes=notes)
    ax = sheet.axes(1.6, 0.1, WIDTH - 3.4, body - 0.6)
    x = np.arange(len(principles))
    ax.set(xlim=(0, len(principles) - 1), ylim=(-len(wide) - 0.6, -0.4))
    for at in range(len(principles)):
        ax.axvline(at, color=FAINT, linewidth=1.0, zorder=1)
    few = len(wide) <= _LABELLED
    for unit in [*(u for u in wide.index if u not in colours), *reversed(loud)]:
        bright = unit in colours
        ax.plot(x, -wide.loc[unit].to_numpy(dtype=float), color=colours.get(unit, "#bdbdbd"),
                linewidth=2.0 if bright else 0.9, marker="o" if bright or few else None,
                markersize=4 if bright else 2.4,
                zorder=3 if bright else 2, gid=f"rank {unit}", clip_on=False)  # fmt: skip
    words = PRINCIPLE_WORDS if principle_names is None else principle_names
    room = 4.7 / (len(principles) - 1) - 0.08
    slant = room < 0.75  # many principles: their names stand aslant, in one line each
    heads = [name_of(principle, words, language) for principle in principles]
    ax.set_xticks(
        x, heads if slant else [wrap(sheet.fig, head, room, fontsize=8) for head in heads]
    )
    ax.xaxis.tick_top()
    for letters in ax.get_xticklabels() if slant else ():
        letters.set(rotation=40, ha="left", rotation_mode="anchor")
    ax.tick_params(axis="x", labelsize=8)
    ax.set_yticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    named = list(wide.index) if few else loud
    sheet.fit(ax, 1.75, 0.02, WIDTH - 3.5, body - 0.06)
    for side, principle in ((0, principles[0]), (1, principles[-1])):
        held = wide[principle].loc[named].sort_values(kind="stable")
        called = {}
        for unit, rank in held.items():
            parts = [f"{rank:.0f}", name_of(unit, names, language)]
            called[unit] = "  ".join(parts if side else parts[::-1])
        _beside(ax, -held, called, colours, right=bool(side))
    return sheet.fig


def _beside(
    ax: Axes, heights: pd.Series[Any], words: Mapping[Any, str], colours: Mapping[Any, str],
    *, right: bool,
) -> None:  # fmt: skip
    """Write names beside the first or the last column, moved apart where ranks are tied."""
    inks = {unit: colours.get(unit, GREY) for unit in heights.index}
    ends = {unit: float(height) for unit, height in heights.items()}
    if right:
        end_labels(ax, ends, words, inks, fontsize=8)
        return
    low, high = ax.get_ylim()
    pixels = ax.get_window_extent().height
    size = min(8.0, 0.95 * pixels / max(len(ends), 1) / (ax.figure.dpi / 72) / 1.1)
    gap = 1.32 * size * ax.figure.dpi / 72 * (high - low) / pixels
    placed = spread(list(ends.values()), gap, low, high)
    for unit, height in zip(ends, placed, strict=True):
        ax.annotate(words[unit], (0.0, height), xycoords=ax.get_yaxis_transform(),
                    xytext=(-7, 0), textcoords="offset points", ha="right", va="center",
                    fontsize=size, color=readable(inks[unit]), annotation_clip=False,
                    gid="first label")  # fmt: skip
