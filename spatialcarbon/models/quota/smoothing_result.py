"""What smoothing returns: the allocation before and after, its cost, contrasts, the frontier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    from spatialcarbon.models.quota.smoothing_programme import Programme, Solution


@dataclass(frozen=True, kw_only=True, eq=False)
class SmoothingResult(Result):
    """An allocation with smaller contrasts between neighbours, and what that costs.

    Parameters
    ----------
    before, allocation : Series
        Reduction asked of each unit before and after, of the same sum.
    yardstick : Series
        Emissions or population that burdens are relative to.
    burden_before, burden_after : Series
        Reduction over the yardstick.
    total, strength : float
        What is shared; what a squared contrast counts, beside the cost.
    cost : float
        Chi-square distance of the shares from those before: 0 when nothing moved.
    moved : float
        Part of the total that changed place.
    contrast_before, contrast_after : float
        Root of the weighted mean squared difference of burdens between neighbours, as a
        part of the mean burden: 0.5 is half of it.
    caps : Series or None
        Most that each unit may cut.
    at_cap, untouched : tuple
        Units held by their cap; units of which nothing is asked, which stay so.
    pairs : DataFrame
        Columns ``unit, neighbour, weight, before, after``: difference of burdens of each
        pair of neighbours as a part of the mean burden, the largest one before first.
    frontier : DataFrame
        Columns ``strength, cost, contrast, moved``: what less contrast costs.
    violation : float
        Largest violation of the conditions of optimality, relative: the proof.
    """

    before: pd.Series[float]
    allocation: pd.Series[float]
    yardstick: pd.Series[float]
    burden_before: pd.Series[float]
    burden_after: pd.Series[float]
    total: float
    strength: float
    cost: float
    moved: float
    contrast_before: float
    contrast_after: float
    caps: pd.Series[float] | None
    at_cap: tuple[Any, ...]
    untouched: tuple[Any, ...]
    pairs: pd.DataFrame
    frontier: pd.DataFrame
    violation: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit.

        Columns ``unit, before, allocation, change, burden_before, burden_after`` and
        ``status``: ok, at the cap, nothing asked.
        """
        frame = pd.DataFrame({"before": self.before, "allocation": self.allocation})
        frame["change"] = frame["allocation"] - frame["before"]
        frame["burden_before"] = self.burden_before
        frame["burden_after"] = self.burden_after
        frame["status"] = "ok"
        frame.loc[list(self.at_cap), "status"] = "at the cap"
        frame.loc[list(self.untouched), "status"] = "nothing asked"
        return frame.rename_axis("unit").reset_index()


def facts(programme: Programme, solution: Solution) -> tuple[float, float, float]:
    """Return cost, root mean squared contrast, and the part of the total that moved."""
    moved = float(abs(solution.shares - programme.shares).sum()) / 2
    return (
        programme.cost(solution.shares),
        float(programme.contrast(solution.shares) ** 0.5),
        moved,
    )
