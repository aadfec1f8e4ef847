"""The market for allowances: the price at which cost curves meet a total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import ConvergenceError, InfeasibleError
from spatialcarbon.models.quota.capping import water_fill
from spatialcarbon.models.quota.criteria import written

if TYPE_CHECKING:
    from spatialcarbon.models.quota.marginal_cost import Curves, Floats


@dataclass(frozen=True, eq=False)
class Clearing:
    """Where a market clears.

    Parameters
    ----------
    price : float
        Of a tonne.
    cuts : array
        What each unit cuts, of the sum asked for.
    violation : float
        Largest gap between a unit's marginal cost and the price that no limit explains,
        relative to the price.
    """

    price: float
    cuts: Floats
    violation: float


def clear(curves: Curves, total: float) -> Clearing:
    """Find the price at which units together cut a total, each where its next tonne costs that.

    Raises
    ------
    InfeasibleError
        When the units together cannot cut so much.
    """
    room = float(curves.limits.sum())
    if total > room * (1 + 1e-12):
        raise InfeasibleError(
            "{total} is more than the units can cut together",
            arrived="{total} to cut among {n} units",
            expected="at most {room}",
            fix="a smaller total, or a higher cap",
            total=written(total),
            room=written(room),
            n=len(curves.units),
        )
    total = min(total, room)
    if total == 0:
        return Clearing(0.0, np.zeros(len(curves.units)), 0.0)
    if curves.steps is not None:
        price, cuts = _in_steps(curves, total)
    else:
        cuts = _on_powers(curves, total)
        marginal = curves.marginal(cuts)
        inner = cuts < curves.limits * (1 - 1e-12)
        # Where all are at their limits, any price from the highest marginal cost on would do.
        price = float(np.median(marginal[inner])) if inner.any() else float(marginal.max())
    return Clearing(price, cuts, _violation(curves, cuts, price))


def _on_powers(curves: Curves, total: float) -> Floats:
    assert curves.cost is not None
    assert curves.exponent is not None
    power = curves.exponent
    if (power == power[0]).all():
        # One power: cuts are proportional to what a unit price calls forth, up to the limits.
        called = (curves.cost * power) ** (-1 / (power - 1))
        called = np.where(curves.limits > 0, called, 0.0)
        asked = pd.Series(total * called / called.sum())
        return np.asarray(water_fill(asked, pd.Series(curves.limits)), dtype=np.float64)
    return _mixed_powers(curves, total)


def _mixed_powers(curves: Curves, total: float) -> Floats:
    """Return cuts under different powers, by bisection on the logarithm of the price."""
    from scipy.optimize import brentq

    assert curves.cost is not None
    assert curves.exponent is not None
    low = high = float(np.log((curves.cost * curves.exponent)[curves.limits > 0]).mean())
    while curves.supply(np.exp(low)).sum() > total:
        low -= 5.0
    while curves.supply(np.exp(high)).sum() < total * (1 - 1e-14) and high < 600:
        high += 5.0
    if curves.supply(np.exp(high)).sum() < total:
        return curves.limits.copy()
    root = brentq(lambda x: curves.supply(np.exp(x)).sum() - total, low, high, xtol=1e-13)
    cuts = curves.supply(float(np.exp(root)))
    inner = cuts < curves.limits
    if inner.any():  # what rounding left over, so that the sum is the total
        cuts[inner] *= 1 + (total - cuts.sum()) / cuts[inner].sum()
    return np.minimum(cuts, curves.limits)


def _in_steps(curves: Curves, total: float) -> tuple[float, Floats]:
    """Return the price of the last step needed; steps at that price share what is left."""
    assert curves.steps is not None
    by_price = curves.steps.groupby("price", sort=True)["amount"].sum()
    reached = by_price.cumsum()
    at = min(int(np.searchsorted(reached.to_numpy(), total * (1 - 1e-14))), len(by_price) - 1)
    price = float(by_price.index[at])
    whole = curves.supply(price)
    last = curves.steps[curves.steps["price"] == price]
    marginal = np.bincount(last["unit"], last["amount"], len(curves.units))
    part = (total - float((whole - marginal).sum())) / float(marginal.sum())
    return price, whole - marginal + part * marginal


def _violation(curves: Curves, cuts: Floats, price: float) -> float:
    marginal = curves.marginal(cuts)
    scale = price or 1.0
    above = np.maximum(marginal - price, 0.0)
    below = np.maximum(price - marginal, 0.0)
    if curves.steps is None:
        below = np.where(cuts >= curves.limits * (1 - 1e-12), 0.0, below)
    else:  # a unit stops short only where its next step costs at least the price
        further = np.maximum(curves.supply(np.nextafter(price, 0.0)) - cuts, 0.0)
        below = np.where(further > 1e-9 * (1 + cuts), below, 0.0)
    violation = float(np.maximum(above, below).max()) / scale
    if not violation <= 1e-6:
        raise ConvergenceError(
            "no price was found at which the market clears",
            arrived="marginal costs differ from the price by {violation}",
            fix="cost curves of one exponent, or steps",
            violation=f"{violation:.2g}",
        )
    return violation
