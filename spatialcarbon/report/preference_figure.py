"""What each place cuts as λ grows, towards fairness on one side and efficiency on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, in_house_style
from spatialcarbon.report.lettering import emphasise, name_of, number, say
from spatialcarbon.report.palettes import QUALITATIVE
from spatialcarbon.report.series_axes import end_labels
from spatialcarbon.report.sheet import WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

RULE_WORDS: Mapping[str, Text] = {
    "paper": text("Paper rule"),
    "renormalise": text("Renormalised"),
}

NAMED_LINES = 6
"""Most places that stand out among the lines."""


@in_house_style
def preference_lines(
    table: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """What does each place cut as λ leans to fairness (left) or to efficiency (right)?

    Parameters
    ----------
    table : DataFrame
        ``AllocationSensitivityResult.table``. The places whose share changes most stand out,
        the others are grey.
    title, names, source, notes, language
        As in :func:`spatialcarbon.report.figures.rank_ranges`.

    Raises
    ------
    SchemaError
        For a missing column, or a table without a sweep of λ.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import preference_lines
    >>> table = pd.DataFrame(
    ...     {"population": [1.0, 4.0, 2.0], "gdp": [1.0, 2.0, 6.0]}, index=["a", "b", "c"]
    ... )
    >>> found = sc.allocation_sensitivity(
    ...     12.0, table, indicators=["population", "gdp"], weighting=["equal"], draws=9, rng=1
    ... )
    >>> figure = preference_lines(found.table)
    >>> len(figure.axes)
    2
    """
    needed = ["kind", "leaning", "rule", "preference", "unit", "share", "status"]
    require_columns(table, needed, text("the table of variants"))
    rows = table[table["kind"] == "preference"]
    if rows.empty:
        raise SchemaError("the table has no sweep of λ")
    side = np.where(rows["leaning"] == "fairness", -1.0, 1.0)
    rows = rows.assign(x=side * (rows["preference"] - 1.0))
    span = rows.groupby("unit", sort=False)["share"].agg(lambda s: s.max() - s.min())
    chosen = span.sort_values(ascending=False, kind="stable").index[:NAMED_LINES]
    colours = {unit: QUALITATIVE[at % len(QUALITATIVE)] for at, unit in enumerate(chosen)}
    tall, gap, right = 4.6, 0.28, 1.45
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    rules = [rule for rule in RULE_WORDS if rule in set(rows["rule"])]
    width = (WIDTH - 0.85 - right - gap * (len(rules) - 1)) / len(rules)
    reach = float(rows["x"].abs().max()) or 1.0
    sides = set(rows["leaning"])
    limits = (-reach if "fairness" in sides else 0.0, reach if "efficiency" in sides else 0.0)
    least, most = float(rows["share"].min()), float(rows["share"].max())
    pad = 0.04 * (most - least)
    ends: dict[Any, float] = {}
    for at, rule in enumerate(rules):
        ax = sheet.axes(0.7 + at * (width + gap), 0.5, width, tall - 0.76)
        ax.set(xlim=limits, ylim=(least - pad, most + pad))
        ends = _rule_panel(ax, sheet, rows[rows["rule"] == rule], rule, colours, language)
        if at:
            ax.tick_params(axis="y", labelleft=False)
        else:
            ax.set_ylabel(translate("Share of the total", language))
    words = {unit: name_of(unit, names, language) for unit in ends}
    end_labels(ax, ends, words, colours)
    return sheet.fig


def _rule_panel(
    ax: Axes,
    sheet: Sheet,
    rows: pd.DataFrame,
    rule: str,
    colours: Mapping[Any, str],
    language: Language,
) -> dict[Any, float]:
    """Draw the lines of one rule; return where those in colour end on the right."""
    # The comprehensive allocation, λ = 1, is there once from either side.
    wide = rows.pivot_table(index="unit", columns="x", values="share", dropna=False, sort=True)
    x = wide.columns.to_numpy(dtype=float)
    ends: dict[Any, float] = {}
    for unit in [*wide.index.difference(list(colours), sort=False), *colours]:
        line = wide.loc[unit].to_numpy(dtype=float)
        bold = unit in colours
        ax.plot(x, line, color=colours.get(unit, FAINT), linewidth=1.8 if bold else 0.8,
                zorder=3 if bold else 2, solid_capstyle="round", gid=f"line {unit}")  # fmt: skip
        good = np.flatnonzero(np.isfinite(line))
        if bold:
            for end in (good[0], good[-1]):
                ax.plot(x[end], line[end], marker="o", markersize=3.2, color=colours[unit],
                        zorder=4)  # fmt: skip
            ends[unit] = float(line[good[-1]])
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    _stops(ax, rows, language)
    places = sorted({round(abs(value), 6) for value in x})
    shown = [p for p in places if p in (0.0, places[-1]) or abs(p * 2 - round(p * 2)) < 1e-9]
    ticks = sorted({sign * place for place in shown for sign in (-1, 1)})
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(1 + abs(value))))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(100 * value)} %"))
    ax.grid(axis="y", color=FAINT)
    left, right = ax.get_xlim()
    sides = [translate("← leaning to fairness", language)] if left < 0 else []
    sides += ["λ", *([translate("leaning to efficiency →", language)] if right > 0 else [])]
    ax.set_xlabel("     ".join(sides))
    letters = ax.set_title(say(RULE_WORDS[rule], language), loc="left", pad=5)
    emphasise(letters, sheet.language)
    return ends


def _stops(ax: Axes, rows: pd.DataFrame, language: Language) -> None:
    """Shade where λ was tried and its rule has no allocation."""
    tried, known = rows["x"], rows.loc[rows["share"].notna(), "x"]
    for start, end in ((tried.min(), known.min()), (known.max(), tried.max())):
        if end - start > 1e-9:
            ax.axvspan(start, end, color="#f1f1f1", zorder=0, linewidth=0, gid="stops")
            ax.text((start + end) / 2, 0.985, translate("no allocation", language), ha="center",
                    va="top", fontsize=7.5, color=GREY, rotation=0 if end - start > 0.8 else 90,
                    transform=ax.get_xaxis_transform())  # fmt: skip
