"""What trading returns: prices, who buys and sells, payments, what it saves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    import pandas as pd

BUYER, SELLER, NEITHER = "buyer", "seller", "neither"
OK, AT_LIMIT, NOT_ALONE = "ok", "at the limit", "not alone"


@dataclass(frozen=True, kw_only=True, eq=False)
class TradingResult(Result):
    """Who cuts, who pays, and what does trading save?

    What :func:`trade_allowances` returns. Series are indexed by unit, in the order of the
    cuts. Amounts are in the unit of the cuts, prices in the money per mass of the costs, and
    money in their product: 10⁴ CNY for cuts in 10⁴ t and prices in CNY a tonne.

    Parameters
    ----------
    price : float or None
        Price of a unit of mass among all; None where trade ends at the borders of groups.
    group_prices : Series
        Price inside each group, by group; empty without groups.
    total : float
        What is cut in all, the same with and without trading.
    abatement : Series
        What each unit cuts in the end.
    purchase : Series
        Allowances bought, below zero where sold; of sum zero.
    payment : Series
        What is paid for them, below zero where received; of sum zero.
    auction_payment : Series
        What is paid for allowances that are not free.
    revenue : float
        Of the auction.
    cost_alone, cost, saving : float
        Cost of cutting without and with trading, and their difference. NaN without
        trading where a unit cannot cut what it is asked for.
    table : DataFrame
        One row per unit; see ``to_frame``.
    stages : DataFrame
        Columns ``stage, cost, saving, traded``: no trade, inside groups, among all.
    supply : DataFrame
        Columns ``price, cut``: what all together cut at a price, for a curve.
    at_limit, not_alone : tuple
        Units that cut all they can; units that are asked for more than they can cut.
    violation : float
        Largest gap between marginal costs and prices that no limit explains, relative.

    Examples
    --------
    Both must cut 10; the last tonne costs a for x and 3a for y. At 15, x cuts 15 and y 5.
    Alone they pay 50 and 150, together 112.5 and 37.5: 50 less.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> slopes = pd.Series({"x": 1.0, "y": 3.0})
    >>> found = sc.trade_allowances(pd.Series({"x": 10.0, "y": 10.0}), slopes)
    >>> found.price, found.cost_alone, found.cost, found.saving
    (15.0, 200.0, 150.0, 50.0)
    >>> found.to_frame()[["unit", "purchase", "payment", "role"]].to_numpy().tolist()
    [['x', -5.0, -75.0, 'seller'], ['y', 5.0, 75.0, 'buyer']]
    """

    price: float | None
    group_prices: pd.Series[float]
    total: float
    abatement: pd.Series[float]
    purchase: pd.Series[float]
    payment: pd.Series[float]
    auction_payment: pd.Series[float]
    revenue: float
    cost_alone: float
    cost: float
    saving: float
    table: pd.DataFrame
    stages: pd.DataFrame
    supply: pd.DataFrame
    at_limit: tuple[Any, ...]
    not_alone: tuple[Any, ...]
    violation: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit.

        Returns
        -------
        DataFrame
            Columns ``unit, group`` (with groups), ``cut, abatement, within, purchase,
            marginal_alone, marginal, cost_alone, cost, payment, auction_payment, saving,
            role, status``. ``within`` is what a unit cuts after trade inside its group (its
            own cut without groups), ``saving`` the cost alone less cost and payment.
        """
        return self.table.copy()
