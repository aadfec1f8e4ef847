"""Moran scatter plots of raw and of standardised rates beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.align import conform
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.lettering import number, say
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RAW, EVEN = "#b35806", "#4477aa"
_TALL = 4.5


@in_house_style
def rate_scatter(
    raw: pd.DataFrame,
    standardised: pd.DataFrame,
    population: pd.Series[Any],
    tests: Mapping[str, tuple[float, float | None]],
    *,
    title: str | Text = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Do small populations make the rates look more, or less, alike than they are?

    Parameters
    ----------
    raw, standardised : DataFrame
        Columns ``value`` and ``lag`` by unit, in standard deviations from the mean.
    population : Series
        By unit: points of small populations are drawn small.
    tests : mapping
        ``"raw"`` and ``"standardised"`` → Moran's I and its p-value (None without one).
    title : str or Text
        Heading.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    AlignmentError
        When the three are not about the same units.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import rate_scatter
    >>> raw = pd.DataFrame({"value": [-1.0, 0.0, 1.0], "lag": [-0.5, 0.0, 0.5]}, index=list("abc"))
    >>> people = pd.Series([100.0, 1000.0, 500.0], index=list("abc"))
    >>> figure = rate_scatter(raw, raw, people, {"raw": (0.5, 0.1), "standardised": (0.5, None)})
    >>> len(figure.axes)
    2
    """
    people = conform(population, raw.index, name="population")
    area = 6 + 90 * people.to_numpy() / float(people.max())
    sheet = Sheet(title, _TALL, language, source=source,
                  notes=[translate("Area of points: population.", language)])  # fmt: skip
    half = (WIDTH - 2 * MARGIN) / 2
    panels = (
        ("raw", raw, RAW, translate("Raw rates", language)),
        ("standardised", standardised, EVEN,
         translate("Standardised for unequal populations", language)),
    )  # fmt: skip
    reach = [
        max(1.1 * float(frame[name].abs().max()) for frame in (raw, standardised))
        for name in ("value", "lag")
    ]
    for place, (key, frame, colour, heading) in enumerate(panels):
        x, y = (conform(frame[name], raw.index, name=key) for name in ("value", "lag"))
        ax = sheet.axes(MARGIN + place * half, 0.5, half - 0.3, _TALL - 1.0)
        ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]))
        statistic, pvalue = tests[key]
        _draw(ax, x, y, area, colour, statistic)
        ax.set_title(heading, loc="left", pad=20)
        ax.text(0.0, 1.02, _verdict(statistic, pvalue), transform=ax.transAxes, fontsize=8.5,
                color=GREY, va="bottom", gid=f"test {key}")  # fmt: skip
        ax.set_xlabel(say("Rate, standardised (z)", language))
        if place == 0:
            ax.set_ylabel(translate("Mean of the neighbours, standardised (Wz)", language))
        sheet.fit(ax, MARGIN + place * half, 0.02, half - 0.15, _TALL - 0.06)
    return sheet.fig


def _draw(ax: Axes, x: Any, y: Any, area: Any, colour: str, statistic: float) -> None:
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=1)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.scatter(x, y, s=area, color=colour, alpha=0.55, edgecolors="white", linewidths=0.4, zorder=3)
    ends = np.array(ax.get_xlim())
    ax.plot(ends, float(np.mean(y)) + statistic * ends, color=INK, linewidth=1.2, zorder=4)


def _verdict(statistic: float, pvalue: float | None) -> str:
    words = f"I = {number(statistic)}"
    return words if pvalue is None else f"{words}, p = {number(pvalue, 2)}"
