"""What an allocation returns: amounts, shares, weights, who is asked too much, and the trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.results import Result
from spatialcarbon.models.quota.capping import TOLERANCE

if TYPE_CHECKING:
    from spatialcarbon.models.quota.weighting import WeightingResult

OK, ABOVE, CAPPED, GAINS = "ok", "above emissions", "at the cap", "gains"


@dataclass(frozen=True, kw_only=True, eq=False)
class AllocationResult(Result):
    """Who cuts how much?

    What :func:`allocate` returns. Series are indexed by unit, in the order of the
    criteria; amounts are in the unit of the total.

    Parameters
    ----------
    principle : str
        By which the total was shared.
    total : float
        What was shared.
    allocation : Series
        Reduction asked of each unit; below zero where a unit may emit more.
    shares : Series
        Part of the total, no unit of measure; of sum one.
    weights : Series
        Weight by criterion (by principle of a blend), of sum one. With ``within``, those
        between the groups; empty where their totals were given.
    weighting : WeightingResult or None
        How the criteria were weighted, where they were.
    emissions, quota : Series or None
        What each unit emits, and what it may still emit: emissions less allocation.
    infeasible : tuple
        Units asked for more than they emit; empty without emissions, which a remark says.
    capped : tuple
        Units at their cap.
    audit : DataFrame
        One row per unit, step and criterion, in the columns ``unit, principle, step,
        criterion, value``. Steps: raw value, normalised, share, weight, contribution,
        amount, cap, redistributed, allocation.
    groups : Series or None
        Group of each unit, with ``within``.
    between : AllocationResult or None
        The allocation between groups, where their totals were not given.
    parts : mapping
        Group → allocation inside it; empty without ``within``.

    Examples
    --------
    Of 20, three quarters of the people are asked for 15 and one quarter for 5. But ``b``
    emits 4 only, so under a cap the rest goes to ``a``:

    >>> import spatialcarbon as sc
    >>> table = pd.DataFrame({"population": [30.0, 10.0]}, index=["a", "b"])
    >>> emitted = pd.Series({"a": 40.0, "b": 4.0})
    >>> found = sc.allocate(20.0, table, principle="equality", emissions=emitted, cap=True)
    >>> found.to_frame()[["unit", "allocation", "quota", "status"]].to_numpy().tolist()
    [['a', 16.0, 24.0, 'ok'], ['b', 4.0, 0.0, 'at the cap']]
    >>> found.capped, found.infeasible
    (('b',), ())
    """

    principle: str
    total: float
    allocation: pd.Series[float]
    shares: pd.Series[float]
    weights: pd.Series[float]
    weighting: WeightingResult | None
    emissions: pd.Series[float] | None
    quota: pd.Series[float] | None
    infeasible: tuple[Any, ...]
    capped: tuple[Any, ...]
    audit: pd.DataFrame
    groups: pd.Series[Any] | None
    between: AllocationResult | None
    parts: Mapping[Any, AllocationResult]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit.

        Returns
        -------
        DataFrame
            Columns ``unit, group`` (with ``within``), ``allocation, share, emission,
            quota, ratio`` (of the allocation to the emission; NaN without emissions)
            and ``status``: ok, above emissions, at the cap, gains.
        """
        frame = pd.DataFrame({"allocation": self.allocation, "share": self.shares})
        nothing = pd.Series(np.nan, index=frame.index)
        frame["emission"] = nothing if self.emissions is None else self.emissions
        frame["quota"] = nothing if self.quota is None else self.quota
        frame["ratio"] = frame["allocation"] / frame["emission"].where(frame["emission"] > 0)
        status = pd.Series(OK, index=frame.index, dtype=object)
        status[frame["allocation"] < 0] = GAINS
        status[frame.index.isin(self.capped)] = CAPPED
        status[frame.index.isin(self.infeasible)] = ABOVE
        frame["status"] = status
        if self.groups is not None:
            frame.insert(0, "group", self.groups)
        return frame.rename_axis("unit").reset_index()


def above(allocation: pd.Series[float], limit: pd.Series[float] | None) -> tuple[Any, ...]:
    """Return the units whose allocation exceeds a limit, by more than rounding."""
    if limit is None:
        return ()
    return tuple(allocation.index[allocation > limit * (1 + TOLERANCE)].tolist())
