"""Games in coalitional form: what every group of players is worth by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatialcarbon.core.align import check_unique, checksum, label_digest
from spatialcarbon.core.card import ROWS, card
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text

Floats = npt.NDArray[np.float64]
Orders = npt.NDArray[np.int64]
Worth = Callable[[frozenset[Any]], float]

MOST_PLAYERS = 20
"""Players whose coalitions are all written down: 2^20 numbers are 8 MB."""

TIE = 1e-12
"""Differences below this share of the largest worth are rounding."""


@dataclass(frozen=True, eq=False)
class CoalitionGame:
    """The worth of all coalitions, one number each.

    Parameters
    ----------
    players : Index
        Labels of the players.
    worth : ndarray
        2^N numbers; bit i of a position says whether player i belongs, so that
        position 0 is nobody (worth 0) and position 5 is the first and the third.

    Examples
    --------
    Position 3 is binary 11: the first and the second player.

    >>> import numpy as np
    >>> import pandas as pd
    >>> game = CoalitionGame(pd.Index(["a", "b"]), np.array([0.0, 1.0, 2.0, 4.0]))
    >>> game({"a"}), game.n, game.total, game.standalone.tolist()
    (1.0, 2, 4.0, [1.0, 2.0])
    >>> game.labels(3), game.members(1), game.sizes.tolist()
    (('a', 'b'), frozenset({'a'}), [0, 1, 1, 2])
    >>> game.along(np.array([[0, 1], [1, 0]])).tolist()
    [[0.0, 1.0, 4.0], [0.0, 2.0, 4.0]]
    >>> game.to_series().loc[[frozenset({"b"})]].tolist()
    [2.0]
    >>> game.rounding < 1e-6, len(game.checksum)
    (True, 16)
    """

    players: pd.Index
    worth: Floats

    @property
    def n(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def total(self) -> float:
        """What all players together are worth."""
        return float(self.worth[-1])

    @property
    def standalone(self) -> Floats:
        """What each player is worth alone."""
        return np.asarray(self.worth[1 << np.arange(self.n)])

    @cached_property
    def sizes(self) -> npt.NDArray[np.uint8]:
        """The number of members of each coalition."""
        return coalition_sizes(self.n)

    @property
    def rounding(self) -> float:
        """The size below which a difference of worths means nothing."""
        # Relative alone: worths in another unit of money may all be far below one.
        return TIE * (float(np.abs(self.worth).max()) or 1.0)

    @property
    def checksum(self) -> str:
        """A short hash of players and worths."""
        return checksum(pd.Series(self.worth), label_digest(self.players))

    def _repr_html_(self) -> str:
        shown = range(1, min(len(self.worth), ROWS + 1))
        frame = pd.DataFrame(
            {
                "members": [", ".join(map(str, self.labels(at))) for at in shown],
                "worth": [float(self.worth[at]) for at in shown],
            }
        )
        facts = {"players": self.n, "coalitions": len(self.worth) - 1, "total": self.total}
        return card(text("Coalitional game"), facts=facts, frame=frame)

    def __call__(self, members: Iterable[Any]) -> float:
        """Return the worth of one coalition, given by its labels."""
        positions = positions_of(members, self.players)
        return float(self.worth[sum(1 << place for place in positions)])

    def members(self, coalition: int) -> frozenset[Any]:
        """Return the labels of the coalition at one position.

        Parameters
        ----------
        coalition : int
            Position in ``worth``, 0 to 2^N − 1.

        Returns
        -------
        frozenset
        """
        return frozenset(self.labels(coalition))

    def labels(self, coalition: int) -> tuple[Any, ...]:
        """Return the labels of one coalition in the order of the players.

        Parameters
        ----------
        coalition : int
            Position in ``worth``, 0 to 2^N − 1.

        Returns
        -------
        tuple
        """
        return tuple(self.players[i] for i in range(self.n) if coalition >> i & 1)

    def along(self, orders: Orders) -> Floats:
        """Return the worth of the first 0, 1, ..., N players of each order of arrival.

        Parameters
        ----------
        orders : array of int
            A row for each order: the positions of all players, the first to arrive first.

        Returns
        -------
        array
            Orders × (N + 1).
        """
        coalitions = np.zeros((len(orders), self.n + 1), dtype=np.int64)
        np.cumsum(np.int64(1) << orders, axis=1, out=coalitions[:, 1:])
        return np.asarray(self.worth[coalitions])

    def to_series(self) -> pd.Series[float]:
        """Return the worths keyed by the frozenset of members, as the functions here take them."""
        keys = [self.members(coalition) for coalition in range(len(self.worth))]
        return pd.Series(self.worth, index=pd.Index(keys, tupleize_cols=False), name="worth")


@dataclass(frozen=True, eq=False)
class CalledGame:
    """A game whose worths are asked of a function, one coalition at a time.

    Parameters
    ----------
    players : Index
        Labels of the players.
    function : callable
        Takes a frozenset of labels and returns a number; never asked about nobody.
    """

    players: pd.Index
    function: Worth

    @property
    def n(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def standalone(self) -> Floats:
        """What each player is worth alone."""
        return np.array([self(frozenset([label])) for label in self.players])

    @property
    def total(self) -> float:
        """What all players together are worth."""
        return self(frozenset(self.players))

    @property
    def checksum(self) -> str:
        """A short hash of the players and what each of them, and all together, are worth."""
        return checksum(pd.Series([*self.standalone, self.total]), label_digest(self.players))

    def __call__(self, members: frozenset[Any]) -> float:
        """Return the worth of one coalition, and refuse what is no number."""
        return checked_worth(self.function(members), members) if members else 0.0

    def along(self, orders: Orders) -> Floats:
        """Return the worth of the first 0, 1, ..., N players of each order of arrival."""
        labels = list(self.players)
        worth = np.zeros((len(orders), self.n + 1))
        for row, order in enumerate(orders.tolist()):
            for place in range(1, self.n + 1):
                worth[row, place] = self(frozenset(labels[i] for i in order[:place]))
        return worth

    def tabulate(self) -> CoalitionGame:
        """Ask for every coalition, at most 2^20 of them."""
        check_enumerable(self.n)
        members: list[frozenset[Any]] = [frozenset()]
        for label in self.players:
            members += [group | {label} for group in members]
        return CoalitionGame(self.players, np.array([self(group) for group in members]))


def coalition_sizes(n: int) -> npt.NDArray[np.uint8]:
    """Return the number of members of each of the 2^N coalitions.

    Examples
    --------
    >>> coalition_sizes(3).tolist()
    [0, 1, 1, 2, 1, 2, 2, 3]
    """
    sizes = np.zeros(1 << n, dtype=np.uint8)
    for i in range(n):
        sizes[1 << i : 2 << i] = sizes[: 1 << i] + 1
    return sizes


def coalition_sums(amounts: Floats) -> Floats:
    """Return the sum over the members of each of the 2^N coalitions.

    Examples
    --------
    >>> coalition_sums(np.array([1.0, 10.0])).tolist()
    [0.0, 1.0, 10.0, 11.0]
    """
    sums = np.zeros(1 << len(amounts))
    for i, amount in enumerate(amounts):
        np.add(sums[: 1 << i], amount, out=sums[1 << i : 2 << i])
    return sums


def check_enumerable(n: int, most: int = MOST_PLAYERS) -> None:
    """Raise if there are too many players to write down every coalition."""
    if n > most:
        raise OptionError(
            "{n} players have {coalitions:,} coalitions, too many to look at each",
            expected="at most {most} players",
            fix="shapley(value, players, method='sampling') estimates with standard errors",
            n=n,
            coalitions=2**n,
            most=most,
        )


def checked_players(players: Iterable[Any]) -> pd.Index:
    """Return the players as an index; raise if there are none or one stands twice."""
    if isinstance(players, str):
        raise AlignmentError(
            "players={players!r} is one word",
            expected="a list of labels",
            fix="players=['a', 'b', 'c']",
            players=players,
        )
    index = players if isinstance(players, pd.Index) else pd.Index(list(players))
    if len(index) == 0:
        raise SchemaError("there are no players")
    check_unique(index, text("the list of players"))
    return index


def positions_of(members: Iterable[Any], players: pd.Index) -> list[int]:
    """Return where the members stand among the players; raise naming strangers."""
    group = set(members)
    found = [place for place, label in enumerate(players) if label in group]
    if len(found) != len(group):
        raise AlignmentError(
            "a coalition has members who are not players",
            arrived="{strangers}",
            expected="some of {players}",
            strangers=some(sorted(group - set(players), key=str)),
            players=some(players),
        )
    return found


def checked_worth(worth: Any, members: Iterable[Any]) -> float:
    """Return the worth as a finite float; raise naming the coalition."""
    try:
        number = float(worth)
    except (TypeError, ValueError):
        number = float("nan")
    if not np.isfinite(number):
        raise MissingDataError(
            "the worth of a coalition is not a finite number",
            arrived="{worth!r} for {members}",
            worth=worth,
            members=some(sorted(members, key=str)),
        )
    return number


def game_of_table(value: Mapping[Any, Any] | pd.Series[Any], players: pd.Index) -> CoalitionGame:
    """Write down a game that is given as a table keyed by frozenset."""
    check_enumerable(len(players))
    worth = np.full(1 << len(players), np.nan)
    worth[0] = 0.0
    seen: set[int] = set()
    for members, number in value.items():
        if not isinstance(members, (frozenset, tuple)):
            raise SchemaError(
                "a coalition is named by a {kind}",
                arrived="{members!r}",
                expected="a frozenset of players",
                fix="pd.Series({{frozenset({{'a', 'b'}}): 3.0}})",
                kind=type(members).__name__,
                members=members,
            )
        coalition = sum(1 << place for place in positions_of(members, players))
        if coalition in seen:
            raise AlignmentError(
                "the coalition {members} has two worths", members=some(sorted(members, key=str))
            )
        seen.add(coalition)
        worth[coalition] = checked_worth(number, members)
    game = CoalitionGame(players, worth)
    if worth[0] != 0.0:
        raise SchemaError(
            "nobody is worth {worth:g}", expected="0 for the empty coalition", worth=worth[0]
        )
    absent = np.flatnonzero(np.isnan(worth))
    if len(absent):
        named = (" + ".join(map(str, game.labels(int(coalition)))) for coalition in absent)
        raise SchemaError(
            "{n} of {total} coalitions have no worth",
            arrived="none for {absent}",
            fix="give a worth to every group of players, also to each player alone",
            n=len(absent),
            total=len(worth) - 1,
            absent=some(named),
        )
    return game
