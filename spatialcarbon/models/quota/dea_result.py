"""What data envelopment analysis returns: scores, and everything behind each of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    from spatialcarbon.models.quota.dea_technology import Orientation, Returns


class DEAStatus(StrEnum):
    """How does a unit stand to the frontier?

    Efficient: a score of one and no slack. Weakly efficient: a score of one, but some input
    could be saved or some output gained. Inefficient: a score that is not one. With
    units of reference: beyond their frontier, or out of its reach (infeasible).

    Examples
    --------
    ``a`` and ``b`` make 1 of the first output from 2, but ``b`` makes less of the second. All
    others need 4:

    >>> import spatialcarbon as sc
    >>> used = pd.Series([2.0, 2, 4, 4, 4, 4, 4, 4, 4], index=list("abcdefghi"), name="used")
    >>> made = pd.DataFrame({"first": 1.0, "second": 1.0}, index=used.index)
    >>> made.loc["b", "second"] = 0.5
    >>> found = sc.dea(used, made)
    >>> found.status[["a", "b", "c"]].map(str).tolist()
    ['efficient', 'weakly efficient', 'inefficient']
    >>> found.status["b"] is sc.DEAStatus.WEAKLY_EFFICIENT
    True
    """

    EFFICIENT = "efficient"
    WEAKLY_EFFICIENT = "weakly efficient"
    INEFFICIENT = "inefficient"
    BEYOND = "beyond the frontier"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, kw_only=True, eq=False)
class DEAResult(Result):
    """How efficient is each unit, and what is it compared with?

    What :func:`dea` returns. Series are indexed by unit, in the order of the inputs given;
    scores and weights of peers have no unit of measure.

    Parameters
    ----------
    efficiency : Series
        Input orientation: θ in (0, 1], the share of its inputs a unit would need.
        Output orientation: φ ≥ 1, how many times its outputs it could make. NaN where
        infeasible; θ above 1 (φ below 1) for a unit beyond another group's frontier.
    status : Series
        A :class:`DEAStatus` for each unit. Without the slack stage weakly efficient
        units cannot be told from efficient ones.
    slacks : DataFrame or None
        Unit × input and output: what could still be saved of each input, or gained of
        each output, after the proportional step, in their own units; of all solutions one
        whose sum (each divided by its mean) is largest. None with ``slacks=False``.
    targets : DataFrame
        Unit × input and output: the point of the frontier that a unit is held to, after the
        proportional step and the slacks, in their own units.
    peers : DataFrame
        ``unit``, ``peer``, ``weight``: the units whose mixture a unit is compared with.
    multipliers : DataFrame
        Unit × input and output: their weights (shadow prices), per unit of each; those of
        the inputs sum to one over the unit's own inputs (in output orientation those of
        the outputs over its outputs).
    intercept : Series
        What must be added: θ = Σ u·y + intercept, or φ = Σ v·x + intercept; zero with
        constant returns.
    scale_efficiency : Series
        Efficiency with constant returns over that with variable returns, in (0, 1].
    returns_to_scale : Series
        ``"increasing"``, ``"constant"`` or ``"decreasing"`` at the unit's projection.
    certified : DataFrame
        For each set of programmes how many were proved by their dual (``proved``) and
        how many HiGHS had to solve (``highs``).
    inputs, outputs : DataFrame
        Unit × column, as used.
    orientation, returns : str
        As asked for.
    dropped : tuple
        Units left out for missing values.

    Examples
    --------
    ``D`` makes 2, half-way between ``A`` and ``B``, which would need (2 + 4)/2 = 3 of its 5:

    >>> import spatialcarbon as sc
    >>> emission = pd.Series([2.0, 4, 6, 5, 8, 10], index=list("ABCDEF"), name="emission")
    >>> gdp = pd.Series([1.0, 3, 4, 2, 3, 3], index=list("ABCDEF"), name="gdp")
    >>> found = sc.dea(emission, gdp)
    >>> float(round(found.efficiency["D"], 6)), found.targets.loc["D"].round(6).tolist()
    (0.6, [3.0, 2.0])
    >>> found.efficient.tolist()
    ['A', 'B', 'C']
    >>> found.to_frame()[["unit", "status", "returns_to_scale"]].iloc[3].tolist()
    ['D', 'inefficient', 'increasing']
    """

    efficiency: pd.Series[float]
    status: pd.Series[Any]
    slacks: pd.DataFrame | None
    targets: pd.DataFrame
    peers: pd.DataFrame
    multipliers: pd.DataFrame
    intercept: pd.Series[float]
    scale_efficiency: pd.Series[float]
    returns_to_scale: pd.Series[Any]
    certified: pd.DataFrame
    inputs: pd.DataFrame
    outputs: pd.DataFrame
    orientation: Orientation
    returns: Returns
    dropped: tuple[Any, ...] = ()

    @property
    def efficient(self) -> pd.Index:
        """Which units have a score of one and leave no slack?

        Returns
        -------
        Index
            Units whose status is efficient.
        """
        return self.status.index[(self.status == DEAStatus.EFFICIENT).to_numpy()]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit.

        Returns
        -------
        DataFrame
            Columns ``unit, efficiency, status, scale_efficiency, returns_to_scale``.
        """
        return pd.DataFrame(
            {
                "unit": self.efficiency.index,
                "efficiency": self.efficiency.to_numpy(),
                "status": [str(value) for value in self.status],
                "scale_efficiency": self.scale_efficiency.to_numpy(),
                "returns_to_scale": self.returns_to_scale.to_numpy(),
            }
        )
