"""Capping: no unit cuts more than its cap, and what is cut off goes to the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers
from spatialcarbon.core.errors import InfeasibleError, OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.models.quota.criteria import match_units, written

Cap = float | pd.Series
TOLERANCE = 1e-12
"""Relative: an amount above its limit by less is at the limit."""


def cap_amounts(cap: Cap, emissions: pd.Series[float] | None) -> pd.Series[float]:
    """Return the most that each unit may cut.

    Parameters
    ----------
    cap : float or Series
        Largest part of its emissions that a unit may cut, above zero; ``True`` is 1.
    emissions : Series or None
        In the unit of the total.

    Raises
    ------
    OptionError
        Without emissions, or for a part that is not above zero.
    """
    if emissions is None:
        raise OptionError(
            "a cap needs emissions to be a part of", fix="allocate(..., cap=..., emissions=series)"
        )
    if isinstance(cap, pd.Series):
        match_units(cap.index, emissions.index, text("the cap"))
        part = as_numbers(cap, text("the cap")).reindex(emissions.index)
    else:
        part = pd.Series(float(cap), index=emissions.index)
    if not ((part > 0) & np.isfinite(part)).all():
        raise OptionError(
            "a cap is the largest part of its emissions that a unit may cut",
            arrived="{units}",
            expected="numbers above zero, such as 0.8",
            units=some(part.index[~((part > 0) & np.isfinite(part))]),
        )
    return part * emissions


def water_fill(amounts: pd.Series[float], caps: pd.Series[float]) -> pd.Series[float]:
    r"""Return amounts of the same sum, none above its cap.

    What exceeds a cap goes to the units below theirs in proportion to their
    amounts, again and again until none exceeds: found at once by sorting.

    Parameters
    ----------
    amounts : Series
        What each unit is asked for; units asked for nothing, or given something,
        stay as they are.
    caps : Series
        The most that each may cut, in the same order.

    Raises
    ------
    InfeasibleError
        When the caps leave no room for the sum.

    Notes
    -----
    .. math:: A_i' = \min(K_i, \mu A_i), \qquad \sum_i A_i' = \sum_i A_i

    Sorted by :math:`K_i/A_i`, the capped units are the first :math:`m` for which
    :math:`\mu = (R - \sum_{i \le m} K_i)/\sum_{i > m} A_i` does not exceed the next ratio.

    Examples
    --------
    The first unit cannot cut 60; the other two take its 30 as 2 to 1:

    >>> water_fill(pd.Series([60.0, 20.0, 10.0]), pd.Series([30.0, 50.0, 50.0])).tolist()
    [30.0, 40.0, 20.0]
    """
    asked = amounts.to_numpy(dtype=np.float64)
    limit = caps.to_numpy(dtype=np.float64)
    moved = np.flatnonzero(asked > 0)
    share, cap = asked[moved], limit[moved]
    if (share <= cap).all():
        return amounts.copy()
    total, room = float(share.sum()), float(cap.sum())
    if total > room * (1 + TOLERANCE):
        raise InfeasibleError(
            "{total} is more than can be cut under the caps",
            arrived="{total} to allocate among {n} units",
            expected="at most {room}",
            fix="a smaller total, a higher cap, or a principle that asks more units",
            total=written(total),
            room=written(room),
            n=len(share),
        )
    order = np.argsort(cap / share, kind="stable")
    below = np.concatenate(([0.0], np.cumsum(cap[order])))
    # Sums of what is left are taken from the back: they end in exact zeros.
    above = np.concatenate((np.cumsum(share[order][::-1])[::-1], [0.0]))
    ratio = np.concatenate(((cap / share)[order], [np.inf]))
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(above > 0, (total - below) / above, np.inf)
    first = int(np.argmax(level <= ratio))
    filled = asked.copy()
    filled[moved[order[:first]]] = cap[order[:first]]
    open_ = order[first:]
    filled[moved[open_]] = level[first] * share[open_] if len(open_) else 0.0
    return pd.Series(filled, index=amounts.index, name=amounts.name)
