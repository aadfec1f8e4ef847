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
    """How are contrasts between neighbours made smaller, and what does that cost?

    What :func:`smooth_allocation` returns. Series are indexed by unit, in the order of the
    allocation before.

    Parameters
    ----------
    before, allocation : Series
        Reduction asked of each unit before and after, of the same sum, in the unit of the
        allocation given.
    yardstick : Series
        Emissions or population that burdens are relative to, as given.
    burden_before, burden_after : Series
        Reduction over the yardstick, in the unit of the one per unit of the other: a part,
        where both are emissions in one unit.
    total : float
        What is shared, in the unit of the allocation.
    strength : float
        What a squared contrast counts, beside the cost; no unit of measure.
    cost : float
        Chi-square distance of the shares from those before: 0 when nothing moved.
    moved : float
        Part of the total that changed place: half the sum of absolute changes over it.
    contrast_before, contrast_after : float
        Root of the weighted mean squared difference of burdens between neighbours, as a
        part of the mean burden: 0.5 is half of it.
    caps : Series or None
        Most that each unit may cut, in the unit of the allocation.
    at_cap, untouched : tuple
        Units held by their cap; units of which nothing is asked, which stay so.
    pairs : DataFrame
        Columns ``unit, neighbour, weight, before, after``: difference of burdens of each
        pair of neighbours as a part of the mean burden, the largest one before first.
    frontier : DataFrame
        Columns ``strength, cost, contrast, moved``: what less contrast costs.
    violation : float
        Largest violation of the conditions of optimality, relative: the proof.

    Examples
    --------
    Two neighbours that emit 50 each are asked for 30 and 10. Mean burdens are 1, so theirs are
    1.5 and 0.5; half that contrast of 1 is reached when an eighth of the 40 changes place:

    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": ["a", "b"], "neighbor": ["b", "a"]})
    >>> pair = sc.Weights.from_edges(links)
    >>> asked, emitted = pd.Series({"a": 30.0, "b": 10.0}), pd.Series({"a": 50.0, "b": 50.0})
    >>> found = sc.smooth_allocation(asked, pair, emissions=emitted, max_contrast=0.5)
    >>> found.contrast_before, round(found.contrast_after, 6), round(found.moved, 6)
    (1.0, 0.5, 0.125)
    >>> found.to_frame()[["unit", "before", "allocation"]].round(6).to_numpy().tolist()
    [['a', 30.0, 25.0], ['b', 10.0, 15.0]]
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

        Returns
        -------
        DataFrame
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
