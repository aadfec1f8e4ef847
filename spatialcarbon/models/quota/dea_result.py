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
    """How a unit stands to the frontier."""

    EFFICIENT = "efficient"
    WEAKLY_EFFICIENT = "weakly efficient"
    INEFFICIENT = "inefficient"
    BEYOND = "beyond the frontier"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, kw_only=True, eq=False)
class DEAResult(Result):
    """Efficiency of each unit, with what it is compared with.

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
        What could still be saved of each input, or gained of each output, after the
        proportional step, in their own units; of all solutions one whose sum (each
        divided by its mean) is largest. None with ``slacks=False``.
    targets : DataFrame
        The point of the frontier that a unit is held to: inputs and outputs after
        the proportional step and the slacks.
    peers : DataFrame
        ``unit``, ``peer``, ``weight``: the units whose mixture a unit is compared with.
    multipliers : DataFrame
        Weights of inputs and outputs (shadow prices), per unit of each; those of the
        inputs sum to one over the unit's own inputs (in output orientation those of
        the outputs).
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
        As used.
    orientation, returns : str
        As asked for.
    dropped : tuple
        Units left out for missing values.
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
        """The units whose score is one and who leave no slack."""
        return self.status.index[(self.status == DEAStatus.EFFICIENT).to_numpy()]

    def to_frame(self) -> pd.DataFrame:
        """Return a row per unit: efficiency, status, scale efficiency and returns to scale."""
        return pd.DataFrame(
            {
                "unit": self.efficiency.index,
                "efficiency": self.efficiency.to_numpy(),
                "status": [str(value) for value in self.status],
                "scale_efficiency": self.scale_efficiency.to_numpy(),
                "returns_to_scale": self.returns_to_scale.to_numpy(),
            }
        )
