"""What a comparison of cooperation modes returns: one table per quantity, places by modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

Mode = Literal["nash", "cooperation", "compensation", "licensing"]
"""The modes from the simplest on, which is also the order of ties."""

Rule = Literal["shapley", "nash_bargaining", "equal", "proportional", "nucleolus"]

RELATIVE = 1e-9
"""A loss below this share of the money at stake is rounding, not a loss."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GovernanceResult(Result):
    """Emission, damage, cost and payoff of every place under every mode, in t CO2 and CNY.

    Parameters
    ----------
    places : DataFrame
        Place × (emission, damage, cost[, licensed_cost]) as used, in t CO2, CNY per t
        (per t² with quadratic damage) and CNY per t².
    abatement : DataFrame
        Place × mode, t CO2.
    emission : DataFrame
        Place × mode, t CO2 that are still emitted.
    damage, cost : DataFrame
        Place × mode, CNY, zero or more. The cost of a licensor contains its loss of rivalry.
    payoff_before : DataFrame
        Place × mode, CNY before transfers: minus damage minus cost.
    transfers : DataFrame
        Place × mode, CNY net received; each column sums to zero.
    payoff : DataFrame
        Place × mode, CNY after transfers.
    nash_payoff : Series
        Index place: payoff without cooperation, CNY, whether or not ``nash`` is among the modes.
    payments : mapping
        Mode → DataFrame payer × receiver, CNY, zero or more.
    contracts : DataFrame
        A row per licensee: licensor, choice, royalty, fee, paid, and what each contract is
        worth to the licensor; empty without the mode ``licensing``.
    corner : DataFrame
        Place × mode: whether the place would abate more than it emits, and stops at its
        emission.
    sharing : DataFrame
        Place × rule, CNY: payoffs of joint action with its surplus shared by ``shapley``,
        ``nash_bargaining``, ``equal``, ``proportional`` (to emission) and ``nucleolus``;
        NaN where a rule was not worked out (a remark says why).
    sharing_transfers : DataFrame
        Place × rule, CNY: what each place receives net of cooperation without transfers.
    smallest_transfers : DataFrame
        Payer × receiver, CNY: the smallest payments after which nobody loses by cooperation.
    blocking : mapping
        Mode → the group of places that would do better on its own, empty if there is none.
    stable : Series
        Mode → whether no place and no group of places would leave: True, False, or missing
        where there are too many places to ask every group.
    recommendation : str
        The mode with the largest total payoff among those in which nobody loses.
    reason : Text
        Why, in either language.
    model : str
        ``"linear"`` or ``"quadratic"`` damage.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> places = pd.DataFrame(
    ...     {"emission": 10.0, "damage": [10.0, 6.0, 4.0], "cost": [2.0, 1.0, 1.5]},
    ...     index=["A", "B", "C"],
    ... )
    >>> shares = pd.DataFrame(
    ...     [[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]], places.index, places.index
    ... )
    >>> found = sc.govern(places, shares)
    >>> found.modes
    ('nash', 'cooperation', 'compensation')
    >>> found.gain["cooperation"].round(4).to_dict()
    {'A': 6.4267, 'B': -1.2, 'C': 0.9467}
    >>> found.losers["cooperation"], found.smallest_transfers["B"].round(4).to_dict()
    (('B',), {'A': 1.0459, 'B': 0.0, 'C': 0.1541})
    >>> found.totals["losers"].to_dict()
    {'nash': 0, 'cooperation': 1, 'compensation': 0}
    >>> found.shapley.round(2).to_dict(), found.nash_bargaining.round(2).to_dict()
    ({'A': -76.44, 'B': -44.62, 'C': -31.64}, {'A': -76.63, 'B': -45.02, 'C': -31.05})
    >>> found.to_frame()[["place", "mode", "abatement"]].round(2).to_numpy().tolist()[1]
    ['B', 'nash', 3.6]
    """

    places: pd.DataFrame
    abatement: pd.DataFrame
    emission: pd.DataFrame
    damage: pd.DataFrame
    cost: pd.DataFrame
    payoff_before: pd.DataFrame
    transfers: pd.DataFrame
    payoff: pd.DataFrame
    nash_payoff: pd.Series[float]
    payments: Mapping[str, pd.DataFrame]
    contracts: pd.DataFrame
    corner: pd.DataFrame
    sharing: pd.DataFrame
    sharing_transfers: pd.DataFrame
    smallest_transfers: pd.DataFrame
    blocking: Mapping[str, tuple[Any, ...]]
    stable: pd.Series[Any]
    recommendation: str
    reason: Text
    model: str

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that were compared, in the order of the columns."""
        return tuple(self.payoff.columns)

    @property
    def shapley(self) -> pd.Series[float]:
        """Payoff of each place when the surplus of joint action is shared by Shapley, CNY."""
        return self.sharing["shapley"]

    @property
    def nash_bargaining(self) -> pd.Series[float]:
        """Payoff of each place when the surplus is shared by Nash bargaining, CNY."""
        return self.sharing["nash_bargaining"]

    @property
    def gain(self) -> pd.DataFrame:
        """Place × mode, CNY: payoff after transfers less the payoff without cooperation."""
        return self.payoff.sub(self.nash_payoff, axis=0)

    @property
    def losers(self) -> dict[str, tuple[Any, ...]]:
        """Mode → the places that would be worse off than without cooperation."""
        gain, least = self.gain, -tolerance(self.nash_payoff, self.payoff)
        return {mode: tuple(gain.index[gain[mode] < least]) for mode in self.modes}

    @property
    def totals(self) -> pd.DataFrame:
        """A row per mode: sums over the places, the losers, the worst-off place, stability."""
        gain = self.gain
        frame = pd.DataFrame(
            {
                "abatement": self.abatement.sum(),
                "emission": self.emission.sum(),
                "damage": self.damage.sum(),
                "cost": self.cost.sum(),
                "payoff": self.payoff.sum(),
                "gain": gain.sum(),
                "losers": {mode: len(places) for mode, places in self.losers.items()},
                "worst_off": gain.idxmin(),
                "worst_gain": gain.min(),
                "stable": self.stable,
            }
        )
        return frame.loc[list(self.modes)].rename_axis("mode")

    def _measures(self) -> Mapping[str, str]:
        money = ("damage", "cost", "transfer", "payoff", "gain")
        return {**dict.fromkeys(("abatement", "emission"), "t CO2"), **dict.fromkeys(money, "CNY")}

    def to_frame(self) -> pd.DataFrame:
        """Return a row per place and mode: abatement, emission, damage, cost, payoff, gain."""
        tables = {
            "abatement": self.abatement,
            "emission": self.emission,
            "damage": self.damage,
            "cost": self.cost,
            "transfer": self.transfers,
            "payoff": self.payoff,
            "gain": self.gain,
            "corner": self.corner,
        }
        long = [
            table.melt(ignore_index=False, value_name=name)[name] for name, table in tables.items()
        ]
        index = pd.MultiIndex.from_product([self.modes, self.payoff.index], names=["mode", "place"])
        frame = pd.concat(long, axis=1).set_axis(index).reset_index()
        return frame[["place", "mode", *tables]]


def tolerance(nash_payoff: pd.Series[float], payoff: pd.DataFrame) -> float:
    """Return the size, in CNY, below which a difference of payoffs is rounding.

    Examples
    --------
    >>> tolerance(pd.Series([-2e9]), pd.DataFrame({"nash": [-1e3]}))
    2.0
    """
    stake = max(float(nash_payoff.abs().max()), float(payoff.abs().to_numpy().max()))
    return stake * RELATIVE
