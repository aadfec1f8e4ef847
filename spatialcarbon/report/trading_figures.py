"""Trade in allowances: cost curves that meet a total at a price, buyers and sellers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import halo, name_of, number, unit_label, with_unit, wrap
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.models.quota.trading_result import TradingResult

Names = Mapping[Any, str | Text]

BUYS, SELLS = "#c4622d", "#2b7a78"
_ALONE, _SUPPLY = "#e3c9a8", "#23527c"


@in_house_style
def market_clearing(
    result: TradingResult,
    *,
    title: str | Text = "",
    unit: str = "",
    price_unit: str = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """At which price do the cost curves together meet the total cut?

    The curve is what all cut at a price. Behind it stand the places as they would be
    without trading: as wide as their cut, as high as their last tonne would cost.

    Parameters
    ----------
    result : TradingResult
        Of a market of all places.
    title : str or Text
        Heading.
    unit, price_unit : str
        Unit of measure of cuts and of the price.
    source : str or Text
        Where the cost curves come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When places trade inside their groups only, so that there is no common price.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import market_clearing
    >>> slopes = pd.Series({"x": 1.0, "y": 3.0})
    >>> found = sc.trade_allowances(pd.Series({"x": 10.0, "y": 10.0}), slopes)
    >>> figure = market_clearing(found, title="The price is 15")
    >>> len(figure.axes)
    1
    """
    if result.price is None:
        raise SchemaError(
            "there is no common price to draw", fix="trade_allowances(..., beyond=True)"
        )
    tall = 3.9
    sheet = Sheet(title, tall + 0.3, language, source=source)
    ax = sheet.axes(0.8, 0.5, WIDTH - 1.2, tall - 0.6)
    alone = result.table[["cut", "marginal_alone"]].dropna().sort_values("marginal_alone")
    left = np.concatenate(([0.0], alone["cut"].cumsum().to_numpy()))[: len(alone)]
    ax.bar(left, alone["marginal_alone"], width=alone["cut"], align="edge", color=_ALONE,
           edgecolor="white", linewidth=0.4, zorder=1, gid="alone")  # fmt: skip
    step = "steps-pre" if result.settings["curves"] == "steps" else "default"
    ax.plot(result.supply["cut"], result.supply["price"], color=_SUPPLY, linewidth=2.0,
            drawstyle=step, zorder=3, gid="supply")  # fmt: skip
    dashes = (0, (4, 2))
    ax.plot([result.total] * 2, [0, result.price], color=INK, linewidth=1.0, linestyle=dashes,
            zorder=4, gid="total")  # fmt: skip
    ax.plot([0, result.total], [result.price] * 2, color=INK, linewidth=1.0, linestyle=dashes,
            zorder=4, gid="price")  # fmt: skip
    ax.plot(result.total, result.price, "o", color=INK, markersize=6, zorder=5, gid="clearing")
    right = max(float(result.supply["cut"].max()), result.total) * 1.02
    top = max(float(result.supply["price"].max()), float(alone["marginal_alone"].max()))
    ax.set(xlim=(0, right), ylim=(0, top * 1.03))
    said = f"{number(result.price)} {unit_label(price_unit, language)}".strip()
    ax.annotate(said, (0, result.price), xytext=(5, 4), textcoords="offset points",
                fontsize=9, color=INK, path_effects=halo(), zorder=6)  # fmt: skip
    ax.set_xlabel(with_unit(text("Cut of all places together"), unit, language))
    ax.set_ylabel(with_unit(text("Cost of the last tonne"), price_unit, language))
    _numbers(ax, "both")
    ax.grid(axis="y", color=FAINT)
    handles = [
        Line2D([], [], color=_SUPPLY, linewidth=2.0,
               label=translate("cut at this price", language)),
        Patch(facecolor=_ALONE,
              label=translate("each place on its own, without trading", language)),
        Line2D([], [], color=INK, marker="o", markersize=6, linewidth=1.0, linestyle=dashes,
               label=translate("where the market clears", language)),
    ]  # fmt: skip
    _legend(sheet, handles, tall + 0.3)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.08)
    return sheet.fig


@in_house_style
def buyers_and_sellers(
    table: pd.DataFrame,
    *,
    title: str | Text = "",
    unit: str = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Who buys allowances and cuts less, who sells and cuts more?

    Parameters
    ----------
    table : DataFrame
        Columns ``unit`` and ``purchase`` (``TradingResult.to_frame()``).
    unit : str
        Unit of measure of allowances.
    names : mapping, optional
        What to call the places.
    title, source, language
        As in :func:`market_clearing`.

    Raises
    ------
    SchemaError
        When a column is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import buyers_and_sellers
    >>> table = pd.DataFrame({"unit": ["A", "B"], "purchase": [5.0, -5.0]})
    >>> figure = buyers_and_sellers(table, title="A buys 5 of B")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['A', 'B']
    """
    require_columns(table, ["unit", "purchase"], text("the table of trade"))
    data = table.set_index("unit")["purchase"].sort_values(ascending=False, kind="stable")
    tall = (0.36 if len(data) <= 12 else 0.235) * len(data) + 0.7
    sheet = Sheet(title, tall + 0.3, language, source=source)
    ax = sheet.axes(1.5, 0.4, WIDTH - 1.8, tall - 0.5)
    colours = [BUYS if value > 0 else SELLS for value in data]
    ax.barh(range(len(data)), data, height=0.68, color=colours, gid="bars")
    ax.axvline(0, color=GREY, linewidth=0.8)
    small = 8.5 if len(data) <= 12 else 7.5
    ax.set(ylim=(len(data) - 0.45, -0.55), yticks=range(len(data)))
    called = [name_of(place, names, language) for place in data.index]
    ax.set_yticklabels([wrap(sheet.fig, name, 2.0, fontsize=small) for name in called])
    ax.tick_params(axis="y", length=0, labelsize=small)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.margins(x=0.04)
    _numbers(ax, "x")
    ax.set_xlabel(with_unit(text("Allowances bought, below zero sold"), unit, language))
    handles = [
        Patch(facecolor=BUYS, label=translate("buys: cuts less than it is asked for", language)),
        Patch(facecolor=SELLS, label=translate("sells: cuts more than it is asked for", language)),
    ]
    _legend(sheet, handles, tall + 0.3)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.08)
    return sheet.fig


def _numbers(ax: Axes, axes: str) -> None:
    for axis, name in ((ax.xaxis, "x"), (ax.yaxis, "y")):
        if axes in (name, "both"):
            axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def _legend(sheet: Sheet, handles: list[Any], top: float) -> None:
    sheet.fig.legend(
        handles=handles, ncols=len(handles), loc="upper left", handlelength=1.6,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + top) / sheet.height),
        borderaxespad=0, borderpad=0, columnspacing=1.5,
    ).set_gid("legend")  # fmt: skip
