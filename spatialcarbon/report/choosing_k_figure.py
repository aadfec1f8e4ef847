"""How many types: elbow, silhouette and gap statistic side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.industry_figures import marks_of
from spatialcarbon.report.lettering import number
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.stats.industry import IndustryResult

    Numbers = npt.NDArray[np.float64]

LINE, CHOSEN = "#4477aa", "#b35806"
"""Colour of the curves, and of what a rule suggests."""


@in_house_style
def choosing_k(
    result: IndustryResult,
    *,
    title: str | Text = "",
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """How many types do elbow, silhouette and gap statistic each suggest?

    Parameters
    ----------
    result : IndustryResult
        The types; those of each number that was compared.
    title : str or Text
        Heading.
    source : str or Text
        Where the shares come from.
    notes : sequence
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import choosing_k
    >>> shares = pd.DataFrame(
    ...     {"energy": [0.7, 0.6, 0.1, 0.2, 0.4], "light": [0.3, 0.4, 0.9, 0.8, 0.6]},
    ...     index=list("abcde"),
    ... )
    >>> found = sc.industry_clusters(shares, k="auto", k_range=[2, 3], gap_samples=0, bootstraps=0)
    >>> figure = choosing_k(found)
    >>> len(figure.axes)
    3
    """
    tall = 2.75
    with marks_of(result):
        sheet = Sheet(title, tall, language, source=source, notes=notes)
    table = result.choice
    ks = table["k"].to_numpy(dtype=float)
    headings = {
        "within": text("Elbow: dispersion within types"),
        "silhouette": text("Mean silhouette"),
        "gap": text("Gap statistic ± standard error"),
    }
    rules = {
        "within": result.suggested["elbow"],
        "silhouette": result.suggested["silhouette"],
        "gap": result.suggested["gap"],
    }
    wide = (WIDTH - 2 * MARGIN - 0.3) / 3
    for at, (column, heading) in enumerate(headings.items()):
        left = MARGIN + at * (wide + 0.15)
        ax = sheet.axes(left + 0.5, 0.5, wide - 0.5, tall - 0.9)
        ax.set_title(heading.render(language), loc="left", pad=7)
        values = table[column].to_numpy(dtype=float)
        if np.isnan(values).all():
            ax.text(0.5, 0.5, translate("not computed", language), ha="center", va="center",
                    color=GREY, transform=ax.transAxes, gid="missing")  # fmt: skip
            ax.set(xticks=[], yticks=[])
            continue
        if column == "within":
            ax.plot(ks[[0, -1]], values[[0, -1]], color=GREY, linewidth=0.9, linestyle="--",
                    gid="chord")  # fmt: skip
        error = table["gap_error"].to_numpy() if column == "gap" else None
        ax.errorbar(ks, values, yerr=error, color=LINE, marker="o", markersize=4.5,
                    linewidth=1.4, elinewidth=1.0, capsize=2.5)  # fmt: skip
        _axes(ax, ks, translate("Number of types", language))
        _mark(ax, ks, values, rules[column], result.k, language)
        sheet.fit(ax, left, 0.02, wide, tall - 0.05)
    return sheet.fig


def _axes(ax: Axes, ks: Numbers, label: str) -> None:
    ax.margins(x=0.08, y=0.14)
    ax.grid(axis="y", color=FAINT)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    if len(ks) <= 12:
        ax.set_xticks(ks)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(label)


def _mark(
    ax: Axes, ks: Numbers, values: Numbers, rule: int | None, used: int, language: Language
) -> None:
    """Ring what the rule suggests; a line stands at the number that was used."""
    if used in ks:
        ax.axvline(used, color=INK, linewidth=0.7, linestyle=":", zorder=1, gid="used")
    if rule is None:
        return
    height = values[list(ks).index(rule)]
    ax.plot(rule, height, marker="o", markersize=11, markerfacecolor="none",
            markeredgecolor=CHOSEN, markeredgewidth=1.6, gid="suggested")  # fmt: skip
    ax.text(1.0, 1.0, text("suggests {k}", k=rule).render(language), transform=ax.transAxes,
            ha="right", va="top", fontsize=8.5, color=CHOSEN, gid="suggestion",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
