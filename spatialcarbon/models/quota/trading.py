"""Trading: cuts move to where they cost least, and money moves the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum, conform, conform_labels
from spatialcarbon.core.errors import (
    InfeasibleError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.models.quota.capping import Cap, cap_amounts
from spatialcarbon.models.quota.criteria import match_units
from spatialcarbon.models.quota.links import amounts_of, part_of
from spatialcarbon.models.quota.marginal_cost import read_curves
from spatialcarbon.models.quota.market import clear
from spatialcarbon.models.quota.trading_result import (
    AT_LIMIT,
    BUYER,
    NEITHER,
    NOT_ALONE,
    OK,
    SELLER,
    TradingResult,
)

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.models.quota.marginal_cost import Curves, Floats

Scope = Literal["all"]
SLIGHT = 1e-9
"""Relative to a unit's cut: less traded is rounding."""


def trade_allowances(
    cuts: Any,
    costs: pd.Series[Any] | pd.DataFrame,
    *,
    emissions: pd.Series[Any] | None = None,
    cap: Cap | None = None,
    scope: Scope | pd.Series[Any] = "all",
    beyond: bool = True,
    free_share: float = 1.0,
) -> TradingResult:
    r"""At which price does everybody together cut the total, who buys, and what is saved?

    Use it after an allocation: who is asked to cut and who cuts need not be the same.
    Every number rests on the cost curves, for which no open source exists: bring your own, and
    call results illustrative where the curves are. It is a market without transaction
    costs, market power or banking.

    Parameters
    ----------
    cuts : Series, AllocationResult or SmoothingResult
        Reduction asked of each unit, not negative.
    costs : Series or DataFrame
        A Series of slopes :math:`c` of the marginal cost, of :math:`\frac12 c a^2`; or
        columns ``cost`` and ``exponent`` by unit, of :math:`c\,a^k` with an exponent above 1
        (:func:`cost_curves` makes them); or steps in the columns ``unit, amount, price``.
    emissions : Series, optional
        What each unit emits: nobody cuts more. Needed by ``cap`` and auctions.
    cap : float or Series, optional
        Largest part of its emissions that a unit can cut; all if left out.
    scope : {"all"} or Series
        One market; or the group of each unit, which then trade inside first.
    beyond : bool
        With groups, whether they trade with each other afterwards.
    free_share : float
        Part of the allowances that is given free, 0 to 1; the rest is auctioned at the
        market's price.

    Returns
    -------
    TradingResult
        In the order of the cuts; payments sum to zero.

    Raises
    ------
    AlignmentError
        Costs, emissions or groups of other units.
    DegenerateDataError
        Nothing to cut.
    InfeasibleError
        More to cut than the units, or those of a group, can cut together.
    MissingDataError
        A unit without a group.
    OptionError
        A free share outside 0 to 1; auctions or caps without emissions.
    SchemaError
        Costs that are not above zero; auctions where a cut exceeds emissions.

    Notes
    -----
    With cuts :math:`A_i` of sum :math:`R`, limits :math:`m_i` and convex costs :math:`C_i`:

    .. math:: \min_a \sum_i C_i(a_i), \quad \sum_i a_i = R,\ 0 \leq a_i \leq m_i
              \quad \Leftrightarrow \quad C_i'(a_i) = p \ \mathrm{or}\ a_i = m_i,\ C_i'(m_i) \leq p

    A unit buys :math:`A_i - a_i` for :math:`p (A_i - a_i)`; sellers have a negative one. With
    curves of one exponent, :math:`a_i \propto (c_i k)^{-1/(k-1)}` up to the limits, which is
    exact; with several, the price is found by bisection, with steps by sorting. Where all
    are at their limits the price is the highest marginal cost.

    Allowances are emissions less cuts, :math:`Q_i`. A part :math:`\varphi` of them is free; a
    unit buys back what was withheld, :math:`(1 - \varphi) Q_i`, at the auction: who receives how
    much free is a transfer of money and does not change who cuts.

    References
    ----------
    Montgomery (1972); study 001 asks for such a market.

    Examples
    --------
    Both must cut 10; the marginal cost is a for x and 3a for y. At 15 a tonne, x cuts 15 and y 5:

    >>> slopes = pd.Series({"x": 1.0, "y": 3.0})
    >>> found = trade_allowances(pd.Series({"x": 10.0, "y": 10.0}), slopes)
    >>> found.price, found.abatement.tolist(), found.payment.tolist(), found.saving
    (15.0, [15.0, 5.0], [-75.0, 75.0], 50.0)
    """
    asked = amounts_of(cuts)
    units = asked.index
    free = part_of(free_share, "free_share")
    emitted = _emissions(emissions, units)
    if emitted is None and (cap is not None or free < 1):
        raise OptionError(
            "caps and auctions need emissions", fix="trade_allowances(..., emissions=series)"
        )
    limits = None if emitted is None else cap_amounts(1.0 if cap is None else cap, emitted)
    curves = read_curves(costs, units, limits)
    groups = None if isinstance(scope, str) else _groups(scope, units)
    if isinstance(scope, str):
        check_option(scope, Scope, "scope")

    target = np.asarray(asked, dtype=np.float64)
    alone = curves.total(np.minimum(target, curves.limits))
    alone[target > curves.limits * (1 + 1e-12)] = np.nan
    within, paid, prices, violation = target, np.zeros(len(units)), pd.Series(dtype=float), 0.0
    if groups is not None:
        within, paid, prices, violation = _inside(curves, asked, groups)
    price: float | None = None
    done = within
    price_of = np.zeros(len(units))
    if groups is not None:
        price_of = np.asarray(prices.reindex(groups), dtype=np.float64)
    if groups is None or beyond:
        cleared = clear(curves, float(target.sum()))
        price, done, violation = cleared.price, cleared.cuts, max(violation, cleared.violation)
        paid = paid + price * (within - done)
        price_of = np.full(len(units), price)
    auction = _auction(emitted, asked, free) * price_of

    frame = pd.DataFrame({"cut": target, "abatement": done, "within": within}, index=units)
    frame["purchase"] = target - done
    frame["marginal_alone"] = np.where(
        np.isnan(alone), np.nan, curves.marginal(np.minimum(target, curves.limits))
    )
    frame["marginal"] = curves.marginal(done)
    frame["cost_alone"], frame["cost"] = alone, curves.total(done)
    frame["payment"], frame["auction_payment"] = paid, auction
    frame["saving"] = frame["cost_alone"] - frame["cost"] - frame["payment"]
    slight = SLIGHT * float(target.max())
    frame["role"] = np.select(
        [frame["purchase"] > slight, frame["purchase"] < -slight], [BUYER, SELLER], NEITHER
    )
    at_limit = done >= curves.limits * (1 - 1e-12)
    frame["status"] = np.select([np.isnan(alone), at_limit], [NOT_ALONE, AT_LIMIT], OK)
    stages = _stages(curves, alone, target, within if groups is not None else None,
                     done if price is not None else None)  # fmt: skip
    order = _order(cuts, units)
    frame = frame.reindex(order)
    if groups is not None:
        frame.insert(0, "group", groups.reindex(order))
    cost_alone, cost = float(alone.sum()), float(curves.total(done).sum())
    not_alone = tuple(order[frame["status"] == NOT_ALONE].tolist())
    return TradingResult(
        method="Trade in allowances",
        settings={
            "curves": "steps" if curves.steps is not None else "powers",
            "cap": checksum(cap) if isinstance(cap, pd.Series) else cap,
            "scope": "all" if groups is None else "groups",
            "beyond": beyond,
            "free_share": free,
            "data": checksum(asked),
        },
        references=("montgomery1972", "study001"),
        remarks=_remarks(not_alone, curves, done),
        price=price,
        group_prices=prices,
        total=float(target.sum()),
        abatement=frame["abatement"],
        purchase=frame["purchase"],
        payment=frame["payment"],
        auction_payment=frame["auction_payment"],
        revenue=float(auction.sum()),
        cost_alone=cost_alone,
        cost=cost,
        saving=cost_alone - cost,
        table=frame.rename_axis("unit").reset_index(),
        stages=stages,
        supply=_supply(curves, float(target.sum()), float(price_of.max())),
        at_limit=tuple(u for u in order if u in set(units[at_limit])),
        not_alone=not_alone,
        violation=violation,
    )


def _order(cuts: Any, units: pd.Index) -> pd.Index:
    given = cuts if isinstance(cuts, pd.Series) else cuts.allocation
    index: pd.Index = given.index
    return index if len(index) == len(units) else units


def _emissions(emissions: pd.Series[Any] | None, units: pd.Index) -> pd.Series[float] | None:
    if emissions is None:
        return None
    if isinstance(emissions, pd.Series):
        match_units(emissions.index, units, text("the emissions"), text("the cuts"))
    emitted = conform(emissions, units, name=text("the emissions"))
    negative = emitted.index[emitted < 0]
    if len(negative):
        raise SchemaError("emissions are negative for {units}", units=some(negative))
    return emitted


def _groups(scope: Any, units: pd.Index) -> pd.Series[Any]:
    if isinstance(scope, pd.Series):
        match_units(scope.index, units, text("the groups"), text("the cuts"))
    labels = conform_labels(scope, units, name="scope")
    absent = labels.index[labels.isna()]
    if len(absent):
        raise MissingDataError(
            "units without a group: {units}",
            fix="leave them out, or give each a group",
            units=some(absent),
        )
    return labels


def _inside(
    curves: Curves, asked: pd.Series[float], groups: pd.Series[Any]
) -> tuple[Floats, Floats, pd.Series[float], float]:
    """Let each group trade inside: what its units cut and pay, the prices, the violation."""
    target = np.asarray(asked, dtype=np.float64)
    cut, paid, prices, violation = target.copy(), np.zeros(len(target)), {}, 0.0
    short = [
        code
        for code in sorted(groups.unique(), key=str)
        if target[groups == code].sum() > curves.limits[groups == code].sum() * (1 + 1e-12)
    ]
    if short:
        raise InfeasibleError(
            "groups are asked for more than their units can cut: {groups}",
            fix="one market for all: scope='all'",
            groups=some(short),
        )
    for code in sorted(groups.unique(), key=str):
        rows = (groups == code).to_numpy()
        cleared = clear(curves.of(rows), float(target[rows].sum()))
        cut[rows] = cleared.cuts
        paid[rows] = cleared.price * (target[rows] - cleared.cuts)
        prices[code] = cleared.price
        violation = max(violation, cleared.violation)
    return cut, paid, pd.Series(prices, name="price", dtype=float), violation


def _auction(emitted: pd.Series[float] | None, asked: pd.Series[float], free: float) -> Floats:
    """Return the allowances that each unit buys at the auction."""
    if emitted is None or free == 1:
        return np.zeros(len(asked))
    allowances = emitted - asked
    below = allowances.index[allowances < -1e-9 * emitted.max()]
    if len(below):
        raise SchemaError(
            "there are no allowances to auction where a cut exceeds emissions: {units}",
            fix="allocate with a cap, or free_share=1",
            units=some(below),
        )
    return (1 - free) * np.maximum(allowances.to_numpy(), 0.0)


def _stages(
    curves: Curves, alone: Floats, target: Floats, within: Floats | None, done: Floats | None
) -> pd.DataFrame:
    rows = [{"stage": "alone", "cost": float(alone.sum()), "saving": 0.0, "traded": 0.0}]
    for stage, cuts in (("groups", within), ("all", done)):
        if cuts is not None:
            cost = float(curves.total(cuts).sum())
            traded = float(np.abs(target - cuts).sum()) / 2
            saving = rows[0]["cost"] - cost  # type: ignore[operator]
            rows.append({"stage": stage, "cost": cost, "saving": saving, "traded": traded})
    return pd.DataFrame(rows, columns=["stage", "cost", "saving", "traded"])


def _supply(curves: Curves, total: float, price: float) -> pd.DataFrame:
    """Return what all together cut at prices up to well above the one that clears."""
    if curves.steps is not None:
        steps = np.unique(curves.steps["price"])
        prices = np.concatenate(([0.0], steps[steps <= 1.5 * price]))
        return pd.DataFrame({"price": prices, "cut": [curves.supply(p).sum() for p in prices]})
    top = price
    for _ in range(8):
        if float(curves.supply(top).sum()) >= min(1.25 * total, 0.999 * curves.limits.sum()):
            break
        top *= 1.25
    prices = np.linspace(0.0, 1.2 * top, 121)
    return pd.DataFrame({"price": prices, "cut": [curves.supply(p).sum() for p in prices]})


def _remarks(not_alone: tuple[Any, ...], curves: Curves, done: Floats) -> tuple[Text, ...]:
    said: list[Text] = [
        text(
            "cost curves are what you gave: no open source of them is known, and all rests on them"
        )
    ]
    if not_alone:
        said.append(
            text(
                "without trading {units} cannot cut what is asked, so the saving is not defined",
                units=some(not_alone),
            )
        )
    if (done >= curves.limits * (1 - 1e-12)).all():
        said.append(
            text("everybody cuts all there is to cut: the price is the highest marginal cost")
        )
    return tuple(said)
