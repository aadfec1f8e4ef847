"""Joint action of all places: its surplus shared by five rules, and whether a group would leave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd

from spatialcarbon.core.align import conform
from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.models.governance.coalition_game import CalledGame, CoalitionGame, coalition_sums
from spatialcarbon.models.governance.coalition_values import LinearGame
from spatialcarbon.models.governance.govern_result import Rule
from spatialcarbon.models.governance.nucleolus import MOST_PLAYERS as MOST_NUCLEOLUS
from spatialcarbon.models.governance.nucleolus import nucleolus
from spatialcarbon.models.governance.quadratic_coalitions import coalition_worths
from spatialcarbon.models.governance.shapley import shapley

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.core.rng import Stream
    from spatialcarbon.models.governance.game import Floats, Game

RULES: tuple[Rule, ...] = get_args(Rule)
MOST_LINEAR, MOST_QUADRATIC = 20, 15
"""Places whose coalitions are all worked out."""


@dataclass(frozen=True, eq=False)
class JointAction:
    """All places acting as one, against each for itself.

    Parameters
    ----------
    game : Game
        The places.
    alone, together : ndarray
        Payoff of each place without cooperation, and with it before transfers, CNY.
    """

    game: Game
    alone: Floats
    together: Floats

    @property
    def surplus(self) -> float:
        """What cooperation adds to the sum of payoffs, CNY."""
        return float(self.together.sum() - self.alone.sum())

    @cached_property
    def linear(self) -> LinearGame | None:
        """The game in the form that has a closed Shapley value; None with quadratic damage."""
        game = self.game
        if game.quadratic:
            return None
        return LinearGame(game.units, game.marginal(), game.cost, game.emission)

    @cached_property
    def table(self) -> CoalitionGame | None:
        """What every coalition is worth; None where there are too many places."""
        if self.game.n > (MOST_QUADRATIC if self.game.quadratic else MOST_LINEAR):
            return None
        if self.linear is not None:
            return self.linear.tabulate()
        return CoalitionGame(self.game.units, coalition_worths(self.game))

    def shares(
        self, rules: tuple[Rule, ...], power: Floats, permutations: int, stream: Stream
    ) -> tuple[pd.DataFrame, tuple[Text, ...]]:
        """Return place × rule, CNY, and what there is to say about it."""
        n, units = self.game.n, self.game.units
        emission = self.game.emission
        columns: dict[str, Any] = {
            "nash_bargaining": self.alone + power * self.surplus,
            "equal": self.alone + self.surplus / n,
            "proportional": self.alone + emission / emission.sum() * self.surplus,
        }
        remarks: list[Text] = []
        if "shapley" in rules:
            columns["shapley"], said = self._shapley(permutations, stream)
            remarks += said
        if "nucleolus" in rules and n <= MOST_NUCLEOLUS and self.table is not None:
            columns["nucleolus"] = nucleolus(self.table).shares.to_numpy(np.float64)
        elif "nucleolus" in rules:
            remarks.append(
                text(
                    "the nucleolus is worked out for at most {most} places; there are {n}",
                    most=MOST_NUCLEOLUS,
                    n=n,
                )
            )
        empty = np.full(n, np.nan)
        chosen = {rule: columns[rule] if rule in rules and rule in columns else empty
                  for rule in RULES}  # fmt: skip
        return pd.DataFrame(chosen, index=units), tuple(remarks)

    def _shapley(self, permutations: int, stream: Stream) -> tuple[Floats, list[Text]]:
        if self.linear is not None and self.linear.interior:
            return np.asarray(shapley(self.linear).shares), []
        if self.table is not None:
            return np.asarray(shapley(self.table).shares), []
        game = self.linear if self.linear is not None else self._called()
        seed = stream.generator("shapley")
        found = shapley(game, method="sampling", permutations=permutations, rng=seed)
        error = 0.0 if found.standard_error is None else float(found.standard_error.max())
        return np.asarray(found.shares), [
            text(
                "Shapley values were estimated from {n} orders of arrival; the largest "
                "standard error is {error} CNY",
                n=permutations,
                error=f"{error:.3g}",
            )
        ]

    def _called(self) -> CalledGame:
        place = {label: at for at, label in enumerate(self.game.units)}

        def worth(members: frozenset[Any]) -> float:
            inside = np.zeros(self.game.n, dtype=np.bool_)
            inside[[place[label] for label in members]] = True
            return self.game.value(inside)

        return CalledGame(self.game.units, worth)

    def blocking(self, payoff: Floats, least: float) -> tuple[Any, ...] | None:
        """Return the group that gains most by going alone, empty if none does.

        Parameters
        ----------
        payoff : ndarray
            Payoffs after transfers, CNY.
        least : float
            Gains up to this are rounding.

        Returns
        -------
        tuple of labels, or None
            None where there are too many places to ask every group and no single one would.
        """
        if self.table is None:
            # A place that loses would leave by itself; nothing is known of larger groups.
            short = self.alone - payoff
            alone = int(np.argmax(short))
            return (self.game.units[alone],) if short[alone] > least else None
        excess = self.table.worth - coalition_sums(payoff)
        # All together are not a group that leaves, and nobody is no group.
        excess[[0, -1]] = -np.inf
        worst = int(np.argmax(excess))
        return self.table.labels(worst) if excess[worst] > least else ()


def bargaining_power(given: pd.Series[Any] | None, units: pd.Index) -> Floats:
    """Return the weights of Nash bargaining, which sum to one.

    Raises
    ------
    OptionError
        A weight below zero, or all of them zero.
    """
    if given is None:
        return np.full(len(units), 1.0 / len(units))
    power = conform(given, units, name=text("bargaining"))
    bad = power.index[power < 0]
    if len(bad) or not power.sum() > 0:
        raise OptionError(
            "the bargaining power is below zero for {labels}"
            if len(bad)
            else "nobody has any bargaining power",
            expected="zero or more for each place; it is divided by its sum",
            labels=some(bad),
        )
    return np.asarray(power / power.sum())
