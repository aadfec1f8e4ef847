"""What coalitions are worth when places spill over: members act as one, outsiders alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, checksum, conform, same_units
from spatialcarbon.core.card import card
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.models.governance.coalition_game import (
    CalledGame,
    CoalitionGame,
    check_enumerable,
    checked_players,
    coalition_sums,
    game_of_table,
    positions_of,
)

if TYPE_CHECKING:
    from spatialcarbon.models.governance.coalition_game import Floats, Orders, Worth


@dataclass(frozen=True, eq=False)
class LinearGame:
    """The governance game with linear damage, as arrays in the order of the players.

    Parameters
    ----------
    players : Index
        Places.
    benefit : ndarray
        ``benefit[k, i]`` is what a tonne abated in i saves k, in CNY per t, not negative.
    cost : ndarray
        Slope of the marginal cost of abatement, in CNY per t², above zero.
    emission : ndarray
        Emission without abatement, in t; no place abates more than it emits.

    Examples
    --------
    Two places that a tonne saves 1 CNY each: alone each abates 1 t, together 2 t.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from spatialcarbon import linear_game
    >>> both = ["a", "b"]
    >>> one = pd.Series(1.0, index=both)
    >>> game = linear_game(pd.DataFrame(1.0, index=both, columns=both), one, 5 * one)
    >>> game.nash.tolist(), game.cooperation.tolist(), game.interior
    ([1.0, 1.0], [2.0, 2.0], True)
    >>> game.payoff(game.cooperation).tolist(), game.standalone.tolist()
    ([-8.0, -8.0], [-8.5, -8.5])
    >>> game.n, game.total, game.shapley().tolist()
    (2, -16.0, [-8.0, -8.0])
    >>> game.along(np.array([[0, 1]]))[:, 1:].tolist(), game.tabulate().worth.tolist()
    ([[-8.5, -16.0]], [0.0, -8.5, -8.5, -16.0])
    >>> game.checksum == linear_game(pd.DataFrame(1.0, both, both), one, 5 * one).checksum
    True
    """

    players: pd.Index
    benefit: Floats
    cost: Floats
    emission: Floats

    @property
    def n(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def nash(self) -> Floats:
        """Abatement of each place by itself, t CO2."""
        return np.asarray(np.minimum(np.diag(self.benefit) / self.cost, self.emission))

    @property
    def cooperation(self) -> Floats:
        """Abatement of each place when all act as one, t CO2."""
        return np.asarray(np.minimum(self.benefit.sum(axis=0) / self.cost, self.emission))

    @property
    def interior(self) -> bool:
        """Whether no coalition would abate more than a place emits."""
        return bool((self.benefit.sum(axis=0) / self.cost <= self.emission).all())

    def _repr_html_(self) -> str:
        columns = {
            "player": self.players,
            "emission": self.emission,
            "cost": self.cost,
            "own_benefit": np.diag(self.benefit),
            "nash": self.nash,
            "cooperation": self.cooperation,
        }
        abated = dict.fromkeys(("emission", "nash", "cooperation"), "t CO2")
        return card(
            text("Emission game with linear damage"),
            facts={"players": self.n, "interior": self.interior},
            frame=pd.DataFrame(columns),
            measures={**abated, "own_benefit": "CNY/t CO2"},
        )

    def payoff(self, abatement: Floats) -> Floats:
        """Return the payoff of each place, for one row of abatements or several.

        Parameters
        ----------
        abatement : array
            t CO2; the last axis runs over the places.

        Returns
        -------
        array
            CNY, of the same shape.
        """
        left = self.emission - abatement
        # einsum adds in a fixed order; a BLAS may not on another number of threads.
        damage = np.einsum("ki,...i->...k", self.benefit, left)
        return np.asarray(-damage - 0.5 * self.cost * abatement**2)

    @property
    def standalone(self) -> Floats:
        """What each place is worth alone, CNY: its payoff without cooperation."""
        return self.payoff(self.nash)

    @property
    def total(self) -> float:
        """What all places together are worth, CNY."""
        return float(self.payoff(self.cooperation).sum())

    @property
    def checksum(self) -> str:
        """A short hash of places, benefits, costs and emissions, the same in any order."""
        ends = np.column_stack([self.cost, self.emission])
        table = pd.DataFrame(self.benefit, self.players, self.players)
        order = table.index[canonical_order(table.index)]
        return checksum(table[order]) + checksum(pd.DataFrame(ends, self.players))

    def __call__(self, members: Iterable[Any]) -> float:
        """Return the worth of one coalition, given by its labels."""
        inside = np.zeros((1, self.n), dtype=bool)
        inside[0, positions_of(members, self.players)] = True
        return float(self._worth(inside, inside.astype(float) @ self.benefit)[0])

    def along(self, orders: Orders) -> Floats:
        """Return the worth of the first 0, 1, ..., N places of each order of arrival.

        Parameters
        ----------
        orders : array of int
            A row for each order: the positions of all places, the first to arrive first.

        Returns
        -------
        array
            Orders × (N + 1), CNY.
        """
        rows, n = orders.shape
        inside = np.zeros((rows, n + 1, n), dtype=bool)
        for place in range(n):
            inside[:, place + 1] = inside[:, place]
            inside[np.arange(rows), place + 1, orders[:, place]] = True
        marginal = np.zeros((rows, n + 1, n))
        np.cumsum(self.benefit[orders], axis=1, out=marginal[:, 1:])
        return self._worth(inside, marginal)

    def _worth(self, inside: Any, marginal: Floats) -> Floats:
        """Return worths from who is inside and what a tonne saves the members together."""
        joint = np.minimum(marginal / self.cost, self.emission)
        abated = np.where(inside, joint, self.nash)
        paid = np.where(inside, 0.5 * self.cost * abated**2, 0.0)
        return np.asarray(-(marginal * (self.emission - abated) + paid).sum(axis=-1))

    def tabulate(self) -> CoalitionGame:
        """Return the worth of all 2^N coalitions, at most 2^20.

        Returns
        -------
        CoalitionGame

        Raises
        ------
        OptionError
            More than 20 places.
        """
        check_enumerable(self.n)
        worth = np.zeros(1 << self.n)
        for i in range(self.n):
            # Seen in this shape, coalitions without and with place i lie side by side.
            shape = (1 << (self.n - 1 - i), 2, 1 << i)
            marginal = coalition_sums(self.benefit[:, i]).reshape(shape)
            parts = worth.reshape(shape)
            cost, emission = self.cost[i], self.emission[i]
            parts[:, 0] -= marginal[:, 0] * (emission - self.nash[i])
            joint = np.minimum(marginal[:, 1] / cost, emission)
            parts[:, 1] -= marginal[:, 1] * (emission - joint) + 0.5 * cost * joint**2
        return CoalitionGame(self.players, worth)

    def shapley(self) -> Floats:
        """Return the Shapley value in closed form, CNY; only right where the game is interior."""
        own = np.diag(self.benefit)
        others = self.benefit - np.diag(own)
        squares = others**2
        total, square = others.sum(axis=0), squares.sum(axis=0)
        # What place i, abating, gives to coalitions of two (shared in halves) and of three.
        pairs, triples = squares / 4, others * (total - others) / 3
        abater = square / 4 + (total**2 - square) / 6
        gains = ((pairs + triples) / self.cost).sum(axis=1) + abater / self.cost
        return np.asarray(self.standalone + gains)


def linear_game(
    benefit: pd.DataFrame, cost: pd.Series[Any], emission: pd.Series[Any]
) -> LinearGame:
    r"""What is every coalition of places worth when abatement here helps people there?

    Use it to hand the game with linear damage to :func:`shapley`,
    :func:`nucleolus`, :func:`core_test` and the other functions of coalitions.
    Members choose their abatement together; everybody else goes on alone, which is
    a dominant strategy here, so that no guess about outsiders is needed. It is not
    the game with quadratic damage, where outsiders react.

    Parameters
    ----------
    benefit : DataFrame
        Row k, column i: what a tonne abated in i saves k, in CNY per t CO2, not
        negative (:math:`g_{ki} = d_k S_{ki}`).
    cost : Series
        Slope of the marginal cost of abatement, in CNY per t², above zero.
    emission : Series
        Emission without abatement, in t CO2, not negative.

    Returns
    -------
    LinearGame
        ``.tabulate()`` gives all worths for up to 20 places; called with a set of
        places it gives the worth of that one.

    Raises
    ------
    AlignmentError
        Rows, columns and the two series name different places.
    SchemaError
        A negative benefit or emission, or a cost that is not above zero.

    Notes
    -----
    With :math:`b_i(K) = \sum_{k \in K} g_{ki}`,

    .. math::

        v(K) = -\sum_i b_i(K)\,(e_i - a_i(K)) - \sum_{i \in K} \frac{c_i}{2} a_i(K)^2,

    where :math:`a_i(K) = \min(b_i(K) / c_i, e_i)` for members and
    :math:`a_i = \min(g_{ii} / c_i, e_i)` for outsiders.

    References
    ----------
    Mäler (1989); Chander & Tulkens (1997), Int. J. Game Theory 26:379–401.

    Examples
    --------
    Two places that are hurt equally by each other's emission:

    >>> both = ["a", "b"]
    >>> game = linear_game(
    ...     pd.DataFrame(1.0, index=both, columns=both),
    ...     pd.Series(1.0, index=both),
    ...     pd.Series(5.0, index=both),
    ... )
    >>> game({"a"}), game({"a", "b"})
    (-8.5, -16.0)
    """
    if not isinstance(benefit, pd.DataFrame):
        raise SchemaError(
            "the table of benefits is a {kind}",
            expected="a DataFrame, who is helped × who abates",
            kind=type(benefit).__name__,
        )
    players = checked_players(benefit.index)
    same_units(benefit.columns, players, text("the header of the table of benefits"))
    columns = [
        conform(benefit[place], players, name=text("the benefit of {place}", place=place))
        for place in players
    ]
    game = LinearGame(
        players=players,
        benefit=np.column_stack([column.to_numpy() for column in columns]),
        cost=np.asarray(conform(cost, players, name=text("the cost"))),
        emission=np.asarray(conform(emission, players, name=text("the emission"))),
    )
    for wrong, what in (
        ((game.benefit < 0).any(axis=1), "negative benefits for {places}"),
        (game.cost <= 0, "the cost is not above zero for {places}"),
        (game.emission < 0, "the emission is negative for {places}"),
    ):
        if wrong.any():
            raise SchemaError(what, places=some(players[np.flatnonzero(wrong)]))
    return game


def game_of(
    value: Worth | Mapping[Any, Any] | pd.Series[Any] | LinearGame | CoalitionGame | CalledGame,
    players: Iterable[Any] | None,
) -> LinearGame | CoalitionGame | CalledGame:
    """Return a game from whatever says what coalitions are worth."""
    if isinstance(value, (LinearGame, CoalitionGame, CalledGame)):
        if players is not None:
            same_units(checked_players(players), value.players, text("the list of players"))
        return value
    if players is None:
        raise SchemaError(
            "the players are not named", fix="shapley(value, players=['a', 'b', 'c'])"
        )
    index = checked_players(players)
    if isinstance(value, (pd.Series, Mapping)):
        return game_of_table(value, index)
    if not callable(value):
        raise SchemaError(
            "the worth of coalitions is given as a {kind}",
            expected="a function of a frozenset, or a Series keyed by frozenset",
            kind=type(value).__name__,
        )
    return CalledGame(index, value)


def tabulated(
    value: Worth | Mapping[Any, Any] | pd.Series[Any] | LinearGame | CoalitionGame | CalledGame,
    players: Iterable[Any] | None,
    most: int,
) -> CoalitionGame:
    """Return a game with every worth written down, of at most so many players."""
    game = game_of(value, players)
    check_enumerable(game.n, most)
    return game if isinstance(game, CoalitionGame) else game.tabulate()
