"""The way from one level to the next, factor by factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.align import as_numbers
from spatialcarbon.core.errors import AlignmentError, some
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.report.canvas import FAINT, GREY, in_house_style
from spatialcarbon.report.driver_figures import effects_by_factor, row_of, sheet_with_legend
from spatialcarbon.report.driver_looks import OUTCOME_COLOUR, factor_colours
from spatialcarbon.report.lettering import emphasise, name_of, number, with_unit, wrap
from spatialcarbon.report.sheet import MARGIN, WIDTH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
_WIDE, _HIGH, _GAP = 7, 2.3, 0.25
"""More bars than this need the whole width; height of a panel and space between, in inches."""


@in_house_style
def effect_waterfall(
    effects: pd.DataFrame,
    start: pd.Series[Any],
    *,
    title: str | Text = "",
    quantity: str | Text = "CO2 emissions",
    unit: str = "",
    names: Names | None = None,
    factor_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """How does each factor lead from the level at the start to the level at the end?

    Parameters
    ----------
    effects : DataFrame
        ``unit`` or ``group, start, end, factor, effect``
        (``DecompositionResult.effects`` or ``.by_group``) of a few places, one panel each;
        stages that follow one another go on in the same panel.
    start : Series
        The outcome at the start of the first stage, by place.
    title, quantity : str or Text
        Heading; what the levels are of.
    unit : str
        Unit of measure.
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
    AlignmentError
        When a place has no level, or stages do not follow one another.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import effect_waterfall
    >>> effects = pd.DataFrame(
    ...     {
    ...         "unit": "A",
    ...         "start": 2005,
    ...         "end": 2017,
    ...         "factor": ["population", "intensity"],
    ...         "effect": [3.0, -1.0],
    ...     }
    ... )
    >>> figure = effect_waterfall(effects, pd.Series({"A": 10.0}), unit="Mt CO2")
    >>> len(figure.axes)
    1
    """
    place, wide = effects_by_factor(effects)
    places = list(dict.fromkeys(effects[place]))
    levels = as_numbers(start, text("the levels at the start"))
    absent = [label for label in places if label not in levels.index or levels.isna()[label]]
    if absent:
        raise AlignmentError(
            "places have effects but no level at the start: {labels}",
            fix="values of the first year, indexed by the same labels",
            labels=some(absent),
        )
    stages = sorted(dict.fromkeys(zip(effects["start"], effects["end"], strict=True)))
    if any(a[1] != b[0] for a, b in pairwise(stages)):
        raise AlignmentError(
            "the stages do not follow one another: {stages}",
            fix="draw one stage, or stages of which each starts where the last one ends",
            stages=some(f"{a}–{b}" for a, b in stages),
        )
    colours = factor_colours(wide.columns)
    bars = len(stages) * (len(wide.columns) + 1) + 1
    columns = 1 if bars > _WIDE or len(places) == 1 else 2
    rows = -(-len(places) // columns)
    tall = rows * (_HIGH + _GAP) + 0.02
    sheet = sheet_with_legend(title, colours, factor_names, tall, language, net=False,
                              source=source, notes=notes)  # fmt: skip
    width = (WIDTH - MARGIN * (columns + 1)) / columns
    for at, label in enumerate(places):
        row, column = divmod(at, columns)
        foot = tall - (row + 1) * (_HIGH + _GAP)
        left = MARGIN + column * (width + MARGIN)
        ax = sheet.axes(left + 0.7, foot + 0.3, width - 0.8, _HIGH - 0.4)
        _panel(ax, float(levels[label]), [row_of(wide, label, s) for s in stages], stages,
               colours)  # fmt: skip
        if column == 0:
            ax.set_ylabel(wrap(sheet.fig, with_unit(quantity, unit, language), 1.9, fontsize=8.5))
        sheet.fit(ax, left, foot + 0.02, width, _HIGH - 0.06)
        box = ax.get_position()
        letters = sheet.fig.text(
            box.x0, (sheet.bottom + foot + _HIGH + 0.02) / sheet.height,
            name_of(label, names, language), fontsize=9, va="bottom",
        )  # fmt: skip
        emphasise(letters, language)
    return sheet.fig


def _panel(
    ax: Axes,
    level: float,
    steps: Sequence[pd.Series[Any]],
    stages: Sequence[tuple[int, int]],
    colours: Mapping[str, str],
) -> None:
    """Draw level, effects, level, effects, ... level; thin lines carry each height onward."""
    ticks, words = [0], [str(stages[0][0])]
    heights = [(0, level, 0.0, level, OUTCOME_COLOUR, number(level))]
    x = 0
    for (_, end), row in zip(stages, steps, strict=True):
        for factor, value in row.items():
            x += 1
            said = ("+" if value > 0 else "") + number(float(value))
            heights.append((x, float(value), level, level + float(value), colours[str(factor)],
                            said))  # fmt: skip
            level += float(value)
        x += 1
        ticks.append(x)
        words.append(str(end))
        heights.append((x, level, 0.0, level, OUTCOME_COLOUR, number(level)))
    tops = [max(a, b) for _, _, a, b, _, _ in heights]
    lows = [min(a, b) for _, _, a, b, _, _ in heights]
    span = max(tops) - min(*lows, 0.0) or 1.0
    for at, size, foot, head, colour, said in heights:
        ax.bar(at, size, bottom=foot, width=0.72, color=colour, zorder=3, gid=f"bar {at}")
        ax.text(at, max(foot, head) + 0.015 * span, said, ha="center", va="bottom", fontsize=7.5,
                zorder=5)  # fmt: skip
        if at < heights[-1][0]:
            ax.plot([at, at + 1], [head, head], color=GREY, linewidth=0.6, zorder=2)
    ax.set(xlim=(-0.6, x + 0.6), xticks=ticks)
    ax.set_xticklabels(words)
    ax.set_ylim(min(*lows, 0.0) - (0.04 * span if min(lows) < 0 else 0.0), max(tops) + 0.1 * span)
    ax.tick_params(axis="x", length=0)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.grid(axis="y", color=FAINT)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    if np.isclose(min(lows), 0.0) or min(lows) > 0:
        ax.spines["bottom"].set_visible(False)
