"""Stable coalitions: nobody inside wants to leave, nobody outside wants to join."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import OptionError, SchemaError
from spatialcarbon.core.language import text
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.coalition_game import positions_of
from spatialcarbon.models.governance.coalition_values import LinearGame

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.governance.coalition_game import Floats

MOST_PLAYERS = 15
RELATIVE = 1e-9
"""A gain below this share of the money at stake is no reason to move."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CoalitionStabilityResult(Result):
    """Which coalitions would hold, with and without payments between the members.

    Parameters
    ----------
    table : DataFrame
        A row per coalition: ``members`` (tuple), ``size``, ``payoff`` (sum over the
        members), ``welfare`` (sum over all places), ``internal`` and ``external``
        (without payments), ``leaver`` and ``leaver_gain``, ``joiner`` and
        ``joiner_gain`` (who has the most to gain by leaving or joining, and how much;
        missing where nobody can), ``surplus`` (payoff of the members less what each
        would have after leaving), ``internal_paid`` and ``external_paid`` (when
        payments are possible).
    stable : tuple of tuple
        Coalitions of two or more that hold without payments, the best for all first.
    stable_paid : tuple of tuple
        Those that some payments between the members can make hold.
    grand : Series
        The row of the coalition of all places.

    Examples
    --------
    Two places that a tonne saves 1 CNY each: neither gains by leaving the other.

    >>> import pandas as pd
    >>> from spatialcarbon import coalition_stability, linear_game
    >>> both = ["a", "b"]
    >>> one = pd.Series(1.0, index=both)
    >>> game = linear_game(pd.DataFrame(1.0, index=both, columns=both), one, 5 * one)
    >>> found = coalition_stability(game)
    >>> found.stable, float(found.grand["surplus"])
    ((('a', 'b'),), 1.0)
    >>> found.to_frame()[["members", "payoff", "internal"]].to_numpy().tolist()
    [[('a',), -8.5, True], [('b',), -8.5, True], [('a', 'b'), -16.0, True]]
    """

    table: pd.DataFrame
    stable: tuple[tuple[Any, ...], ...]
    stable_paid: tuple[tuple[Any, ...], ...]
    grand: pd.Series[Any]

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()


def coalition_stability(
    game: LinearGame, *, coalitions: Iterable[Iterable[Any]] | None = None
) -> CoalitionStabilityResult:
    r"""Which coalitions of places would hold, if each may leave or join by itself?

    Use it where agreements are voluntary and who leaves goes on enjoying what the
    others abate. It looks at one place moving at a time and at one coalition, the
    rest being alone; groups leaving together are the matter of :func:`core_test`,
    and the two can differ: a sharing in the core need not keep a free rider in.

    Parameters
    ----------
    game : LinearGame
        From :func:`linear_game`.
    coalitions : iterable of iterables of labels, optional
        Which to look at; all of them if left out, for up to 15 places.

    Returns
    -------
    CoalitionStabilityResult
        ``table`` with a row per coalition, ``stable``, ``stable_paid``, ``grand``.

    Raises
    ------
    OptionError
        More than 15 places and no list of coalitions.
    SchemaError
        Something else than a game of :func:`linear_game`, or an empty coalition.

    Notes
    -----
    With :math:`u_i(K)` the payoff of i when K acts as one and the others alone, K
    is internally stable if :math:`u_i(K) \geq u_i(K \setminus \{i\})` for its
    members and externally stable if :math:`u_j(K) \geq u_j(K \cup \{j\})` for all
    others. With payments, K can be held together if

    .. math::

        \sum_{i \in K} u_i(K) \geq \sum_{i \in K} u_i(K \setminus \{i\}),

    and it is externally stable if no coalition with one more member can.

    References
    ----------
    d'Aspremont, Jacquemin, Gabszewicz & Weymark (1983), Can. J. Econ. 16:17–25;
    Carraro, Eyckmans & Finus (2006), Rev. Int. Organ. 1:379–396.

    Examples
    --------
    Three places that are alike hold together, and so does each pair, since leaving
    or joining then gains exactly nothing; with a fourth place three would be the most:

    >>> from spatialcarbon.models.governance.coalition_values import linear_game
    >>> alike = ["a", "b", "c"]
    >>> game = linear_game(
    ...     pd.DataFrame(1.0, index=alike, columns=alike),
    ...     pd.Series(1.0, index=alike),
    ...     pd.Series(9.0, index=alike),
    ... )
    >>> coalition_stability(game).stable
    (('a', 'b', 'c'), ('a', 'b'), ('a', 'c'), ('b', 'c'))
    """
    if not isinstance(game, LinearGame):
        raise SchemaError(
            "the game is a {kind}",
            expected="a game of linear_game: stability needs the payoff of outsiders too",
            fix="linear_game(benefit, cost, emission)",
            kind=type(game).__name__,
        )
    inside = _asked(game, coalitions)
    gains = _gains(game, inside)
    surplus = _surplus(game, inside, gains)
    tolerance = RELATIVE * max(float(np.abs(gains).max()), np.finfo(float).tiny)
    leave, join = _moves(game, inside, gains)
    larger = np.full(inside.shape, -np.inf)
    for j in range(game.n):
        rows = np.flatnonzero(~inside[:, j])
        joined = inside[rows].copy()
        joined[:, j] = True
        larger[rows, j] = _surplus(game, joined, _gains(game, joined))
    alone = inside.sum(axis=1) == 1
    payoff = gains - game.benefit @ game.emission
    labels = game.players.to_numpy(dtype=object)
    leaver, joiner = leave.argmax(axis=1), join.argmax(axis=1)
    rows = np.arange(len(inside))
    best_leave, best_join = leave[rows, leaver], join[rows, joiner]
    table = pd.DataFrame(
        {
            "members": [tuple(labels[row]) for row in inside],
            "size": inside.sum(axis=1),
            "payoff": np.where(inside, payoff, 0.0).sum(axis=1),
            "welfare": payoff.sum(axis=1),
            "internal": best_leave <= tolerance,
            "external": best_join <= tolerance,
            "leaver": np.where(alone, None, labels[leaver]),
            "leaver_gain": np.where(alone, np.nan, best_leave),
            "joiner": np.where(inside.all(axis=1), None, labels[joiner]),
            "joiner_gain": np.where(inside.all(axis=1), np.nan, best_join),
            "surplus": surplus,
            "internal_paid": surplus >= -tolerance,
            "external_paid": (larger < -tolerance).all(axis=1),
        }
    )
    order = np.lexsort((-table["welfare"].to_numpy(), alone))
    best = table.iloc[order]
    best = best[best["size"] > 1]
    everybody = np.ones((1, game.n), dtype=bool)
    if coalitions is None:
        grand = table.iloc[-1]
    elif inside.all(axis=1).any():
        grand = table[inside.all(axis=1)].iloc[0]
    else:
        grand = coalition_stability(game, coalitions=[game.players[everybody[0]]]).grand
    return CoalitionStabilityResult(
        method="Stability of coalitions",
        table=table,
        stable=tuple(best.loc[best["internal"] & best["external"], "members"]),
        stable_paid=tuple(best.loc[best["internal_paid"] & best["external_paid"], "members"]),
        grand=grand,
        settings={"coalitions": len(table), "tolerance": tolerance, "data": game.checksum},
        references=("aspremont1983", "carraro2006"),
        remarks=()
        if coalitions is None
        else (text("Only the {n} coalitions asked for were looked at.", n=len(table)),),
    )


def _asked(game: LinearGame, coalitions: Iterable[Iterable[Any]] | None) -> npt.NDArray[np.bool_]:
    """Return a row of memberships for each coalition to look at."""
    if coalitions is None:
        if game.n > MOST_PLAYERS:
            raise OptionError(
                "{n} places have {coalitions:,} coalitions, too many to look at each",
                expected="at most {most} places, or a list of coalitions",
                fix="coalition_stability(game, coalitions=[game.players])",
                n=game.n,
                coalitions=2**game.n,
                most=MOST_PLAYERS,
            )
        numbers = np.arange(1, 1 << game.n)
        return (numbers[:, None] >> np.arange(game.n) & 1).astype(bool)
    rows = [positions_of(members, game.players) for members in coalitions]
    if not rows or not all(rows):
        raise SchemaError(
            "a coalition has no members", fix="coalitions=[['a', 'b'], ['a', 'b', 'c']]"
        )
    inside = np.zeros((len(rows), game.n), dtype=bool)
    for row, members in enumerate(rows):
        inside[row, members] = True
    return inside


def _gains(game: LinearGame, inside: npt.NDArray[np.bool_]) -> Floats:
    """Return each place's payoff beyond that of no abatement: the small differences that count."""
    marginal = np.einsum("rk,ki->ri", inside.astype(np.float64), game.benefit)
    abated = np.where(inside, np.minimum(marginal / game.cost, game.emission), game.nash)
    saved = np.einsum("ki,ri->rk", game.benefit, abated)
    return np.asarray(saved - 0.5 * game.cost * abated**2)


def _moved(
    game: LinearGame, inside: npt.NDArray[np.bool_], i: int, member: bool
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return the coalitions that i can leave (or join), and what i has after doing so."""
    rows = np.flatnonzero(inside[:, i] == member)
    after = inside[rows].copy()
    after[:, i] = not member
    return rows, _gains(game, after)[:, i]


def _moves(game: LinearGame, inside: npt.NDArray[np.bool_], gains: Floats) -> tuple[Floats, Floats]:
    """Return what each member gains by leaving and each outsider by joining, else −inf."""
    leave, join = np.full(inside.shape, -np.inf), np.full(inside.shape, -np.inf)
    for i in range(game.n):
        for member, table in ((True, leave), (False, join)):
            rows, after = _moved(game, inside, i, member)
            table[rows, i] = after - gains[rows, i]
    return leave, join


def _surplus(game: LinearGame, inside: npt.NDArray[np.bool_], gains: Floats) -> Floats:
    """Return the payoff of the members less what each of them would have after leaving."""
    surplus = np.where(inside, gains, 0.0).sum(axis=1)
    for i in range(game.n):
        rows, after = _moved(game, inside, i, True)
        surplus[rows] -= after
    return np.asarray(surplus)
