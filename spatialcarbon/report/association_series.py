"""A statistic of spatial association over the years, against what chance would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.lettering import number, say, wrap
from spatialcarbon.report.moran_series import BAND
from spatialcarbon.report.series_axes import year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE, BESIDE = "#4477aa", "#b35806"
_COLUMN = 2.4
_TALL = 3.9
NEEDED = ("year", "statistic", "expected", "variance_randomization")


@in_house_style
def association_over_time(
    frame: pd.DataFrame,
    *,
    title: str | Text = "",
    quantity: str | Text = "Moran's I",
    pvalue: str = "pvalue_permutation",
    beside: str | None = None,
    beside_name: str | Text = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Is the association stronger than chance would have it, and is that changing?

    Parameters
    ----------
    frame : DataFrame
        One row per year: ``year, statistic, expected, variance_randomization`` and the
        p-values; rows without a statistic leave a gap.
    title, quantity : str or Text
        Heading; name of the statistic.
    pvalue : str
        Column of p-values that fills the markers; where it is empty throughout, those
        of the randomisation z-score serve instead and the legend says so.
    beside : str, optional
        Column of another statistic to draw for comparison.
    beside_name : str or Text
        Its name in the legend.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For a missing column, or no year with a statistic.

    Notes
    -----
    The band is the expectation ± 1.96 standard deviations over random assignments of the
    same values to the units. It is not a confidence interval of the statistic.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import association_over_time
    >>> years = pd.DataFrame(
    ...     {
    ...         "year": [2005, 2017],
    ...         "statistic": [0.3, 0.2],
    ...         "expected": [-0.01, -0.01],
    ...         "variance_randomization": [0.004, 0.004],
    ...         "pvalue_permutation": [0.001, 0.01],
    ...     }
    ... )
    >>> figure = association_over_time(years)
    >>> len(figure.axes)
    2
    """
    wanted = [*NEEDED, pvalue, *([beside] if beside else [])]
    require_columns(frame, wanted, text("the table of statistics by year"))
    rows = frame.assign(year=pd.to_numeric(frame["year"])).sort_values("year", kind="stable")
    if rows["statistic"].isna().all():
        raise SchemaError("no year has a statistic to draw", fix="look at the column 'status'")
    permuted = pvalue == "pvalue_permutation" and bool(rows[pvalue].notna().any())
    tested = pvalue if rows[pvalue].notna().any() else "pvalue_randomization"
    sheet = Sheet(title, _TALL, language, source=source)
    ax = sheet.axes(0.7, 0.4, WIDTH - _COLUMN - 0.9, _TALL - 0.5)
    year, value, expected, variance, p = (
        rows[name].to_numpy(dtype=np.float64) for name in (*NEEDED, tested)
    )
    half = 1.96 * np.sqrt(np.maximum(variance, 0.0))
    if len(year) == 1:  # one year spans no area
        ax.bar(year, 2 * half, bottom=expected - half, width=0.5, color=BAND, zorder=0.5)
    ax.fill_between(year, expected - half, expected + half, color=BAND, linewidth=0, zorder=0.5)
    ax.plot(year, expected, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
    if beside is not None:
        ax.plot(year, rows[beside], color=BESIDE, linewidth=1.3, linestyle=(0, (5, 1.5)),
                marker=".", markersize=5, zorder=3, gid="beside")  # fmt: skip
    ax.plot(year, value, color=LINE, linewidth=1.6, zorder=3, gid="statistic")
    sure = p < 0.05
    for chosen, face, gid in ((sure, LINE, "p < 0.05"), (~sure, "white", "p >= 0.05")):
        ax.plot(year[chosen], value[chosen], linestyle="none", marker="o", markersize=6, color=LINE,
                markerfacecolor=face, markeredgewidth=1.2, zorder=4, gid=gid)  # fmt: skip
    pad = max(0.05 * float(year.max() - year.min()), 0.5)
    ax.set_xlim(float(year.min()) - pad, float(year.max()) + pad)
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda tick, _: number(tick)))
    named = say(quantity, language)
    ax.set_ylabel(named)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - _COLUMN - 2 * MARGIN, _TALL - 0.06)
    year_ticks(ax, sorted(set(year.tolist())))
    side = sheet.axes(WIDTH - _COLUMN, 0.0, _COLUMN - MARGIN, _TALL)
    side.set_axis_off()
    said = wrap(sheet.fig, say(beside_name, language), _COLUMN - 0.6, fontsize=8.5)
    other = [_line(BESIDE, said, linestyle=(0, (5, 1.5)), marker=".")] if beside else []
    caption = "p-values by permutation" if permuted else "p-values from the z-score"
    made = side.legend(
        handles=[
            _line(LINE, wrap(sheet.fig, named, _COLUMN - 0.6, fontsize=8.5)),
            *other,
            _dot("p < 0.05", INK),
            _dot(translate("p ≥ 0.05", language), "white"),
            _line(GREY, translate("expected at random", language), linestyle=(0, (4, 3))),
            Patch(facecolor=BAND, label=translate("95 % band under\nspatial randomness", language)),
        ],
        title=translate(caption, language), loc="upper left", borderaxespad=0, borderpad=0,
        labelspacing=0.7, alignment="left", handlelength=1.8,
    )  # fmt: skip
    made.set_gid("legend")
    return sheet.fig


def _line(colour: str, words: str, **look: Any) -> Line2D:
    return Line2D([], [], color=colour, linewidth=1.4, label=words, **look)


def _dot(words: str, face: str) -> Line2D:
    return Line2D([], [], linestyle="none", marker="o", markersize=6, color=INK,
                  markerfacecolor=face, label=words)  # fmt: skip
