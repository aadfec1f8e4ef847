"""The nucleolus: make the least content group of players as content as can be, then the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import ConvergenceError, InfeasibleError
from spatialcarbon.models.governance.coalition_game import CoalitionGame, coalition_sums
from spatialcarbon.models.governance.coalition_values import LinearGame, tabulated
from spatialcarbon.models.governance.sharing_result import SharingResult

if TYPE_CHECKING:
    from spatialcarbon.models.governance.coalition_game import CalledGame, Floats, Worth

MOST_PLAYERS = 12
_DUAL, _SPAN, _LEVEL = 1e-7, 1e-8, 1e-7
"""Above these, on worths scaled to one: a price, a distance from a span, a step of excess."""


def nucleolus(
    value: Worth | Mapping[Any, Any] | pd.Series[Any] | LinearGame | CoalitionGame | CalledGame,
    players: Iterable[Any] | None = None,
) -> SharingResult:
    r"""Which sharing leaves the least content group of players as content as possible?

    Use it where an agreement must not break at its weakest point. If any sharing
    exists that no group can better by itself, the nucleolus is one. It is single
    and exact, but hard to explain to those who pay; a larger contribution does not
    always earn a larger share.

    Parameters
    ----------
    value : callable, Series, mapping or game
        The worth of each coalition, as in :func:`shapley`.
    players : sequence of labels, optional
        Who plays, at most 12; needed unless ``value`` is a game.

    Returns
    -------
    SharingResult
        ``shares``; ``excesses``, the dissatisfaction fixed in each round, largest
        first (negative: even the least content group gains); ``certificate``, by
        how much the test of Kohlberg fails (0 proves the answer).

    Raises
    ------
    OptionError
        More than 12 players.
    InfeasibleError
        Together the players are worth less than one by one, so that no sharing
        leaves everybody at least what it has alone.
    ConvergenceError
        The answer fails its certificate (not seen in tests; scaling of worths that
        differ by many orders of magnitude could cause it).

    Notes
    -----
    The excess of a coalition is :math:`e(K, x) = v(K) - \sum_{i \in K} x_i`. Among
    the sharings with :math:`x_i \geq v(\{i\})` that add up to :math:`v(N)`, linear
    programmes lower the largest excess, fix the coalitions that cannot be lowered
    further (those with a positive dual price), and go on until one sharing is left.
    Kohlberg's criterion is then tried at each level: no side payments may leave all
    coalitions above the level no worse and one of them better.

    References
    ----------
    Schmeidler (1969), SIAM J. Appl. Math. 17:1163–1170; Kohlberg (1971), SIAM J.
    Appl. Math. 20:62–66.

    Examples
    --------
    The marriage contract of the Talmud: claims of 100, 200 and 300 on an estate of
    200 are met with 50, 75 and 75:

    >>> claims = {"first": 100, "second": 200, "third": 300}
    >>> def left_over(wives):
    ...     return max(0, 200 - sum(claims[w] for w in claims if w not in wives))
    >>> nucleolus(left_over, list(claims)).shares.round(6).to_dict()
    {'first': 50.0, 'second': 75.0, 'third': 75.0}
    """
    game = tabulated(value, players, MOST_PLAYERS)
    own = game.standalone
    surplus = game.total - float(own.sum())
    if surplus < -game.rounding * game.n:
        raise InfeasibleError(
            "together the players are worth less than one by one",
            arrived="{total:.6g} together, {alone:.6g} alone",
            fix="look at the coalitions that gain: core_test(value, players, shares)",
            total=game.total,
            alone=float(own.sum()),
        )
    levels: tuple[float, ...] = ()
    # Worths beyond those of the members alone, scaled to one: shares are then in [0, 1].
    scaled = game.worth - coalition_sums(own)
    scale = max(float(np.abs(scaled).max()), game.rounding)
    scaled /= scale
    if game.n == 1 or surplus <= game.rounding * game.n:
        x, failure = np.zeros(game.n), 0.0
    else:
        x, levels = _solved(scaled, game.n)
        failure = _kohlberg(scaled, x)
    if failure > 1e-6:
        raise ConvergenceError(
            "the nucleolus fails its certificate by {failure:.1e}",
            fix="shapley(value, players), which needs no optimisation",
            failure=failure,
        )
    index = game.players
    return SharingResult(
        method="Nucleolus",
        shares=pd.Series(own + scale * x, index=index, name="share"),
        standalone=pd.Series(own, index=index, name="standalone"),
        excesses=tuple(scale * level for level in levels),
        certificate=failure,
        settings={"total": game.total, "rounds": len(levels), "data": game.checksum},
        references=("schmeidler1969", "kohlberg1971"),
    )


def membership(n: int) -> Floats:
    """Return who belongs to each of the 2^N coalitions, as zeros and ones."""
    return (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(np.float64)


def _solved(worth: Floats, n: int) -> tuple[Floats, tuple[float, ...]]:
    """Return the nucleolus of a scaled game and the excess fixed in each round."""
    from scipy.optimize import linprog

    inside = membership(n)
    open_ = np.arange(1, len(worth) - 1)
    fixed = [len(worth) - 1]
    level_of: list[int] = [-1]
    levels: list[float] = []
    x = np.zeros(n)
    while True:
        # Those whose sum of shares already follows from the fixed ones can change no more.
        basis = np.linalg.svd(inside[fixed], full_matrices=False)[2][: _rank(inside[fixed])]
        rest = inside[open_] - inside[open_] @ basis.T @ basis
        open_ = open_[np.abs(rest).max(axis=1) > _SPAN]
        if len(open_) == 0:
            break
        known = np.array([worth[c] - (levels[k] if k >= 0 else 0.0) for c, k in
                          zip(fixed, level_of, strict=True)])  # fmt: skip
        found = linprog(
            np.r_[np.zeros(n), 1.0],
            A_ub=np.c_[-inside[open_], -np.ones(len(open_))],
            b_ub=-worth[open_],
            A_eq=np.c_[inside[fixed], np.zeros(len(fixed))],
            b_eq=known,
            bounds=[(0, None)] * n + [(None, None)],
            method="highs-ds",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if found.status != 0:
            raise ConvergenceError(
                "a linear programme of the nucleolus stopped: {reason}", reason=found.message
            )
        x = found.x[:n]
        binding = open_[-found.ineqlin.marginals > _DUAL]
        fixed += binding.tolist()
        level_of += [len(levels)] * len(binding)
        levels.append(float(found.x[n]))
        open_ = np.setdiff1d(open_, binding)
    return _polished(worth, inside, fixed, level_of, x, levels)


def _rank(rows: Floats) -> int:
    return int(np.linalg.matrix_rank(rows, tol=_SPAN))


def _polished(
    worth: Floats,
    inside: Floats,
    fixed: list[int],
    level_of: list[int],
    x: Floats,
    levels: list[float],
) -> tuple[Floats, tuple[float, ...]]:
    """Solve the equations that the rounds found binding, which gives all digits."""
    marks = np.zeros((len(fixed), len(levels)))
    for row, level in enumerate(level_of):
        if level >= 0:
            marks[row, level] = 1.0
    at_bound = np.flatnonzero(x < _LEVEL)
    equations = np.vstack([np.c_[inside[fixed], marks], np.eye(len(x) + len(levels))[at_bound]])
    exact = np.linalg.lstsq(equations, np.r_[worth[fixed], np.zeros(len(at_bound))], rcond=None)[0]
    close = np.abs(exact - np.r_[x, levels]).max() < _LEVEL
    solution = exact if close else np.r_[x, levels]
    return solution[: len(x)], tuple(solution[len(x) :].tolist())


def _kohlberg(worth: Floats, x: Floats) -> float:
    """Return by how much some side payments better a coalition above a level at no cost to any.

    Levels are gone through until the coalitions above them determine all shares.
    """
    from scipy.optimize import linprog

    n = len(x)
    inside = membership(n)
    excess = worth - coalition_sums(x)
    order = 1 + np.argsort(-excess[1:-1], kind="stable")
    steps = np.flatnonzero(np.diff(excess[order]) < -_LEVEL) + 1
    lowest = [(0, None) if share < _LEVEL else (None, None) for share in x]
    bounds = [(low if low is not None else -1.0, 1.0) for low, _ in lowest]
    failure, rank = 0.0, 0
    for end in [*steps.tolist(), len(order)]:
        above = inside[order[:end]]
        now = _rank(np.vstack([above, np.ones(n)]))
        if now == rank:
            continue
        rank = now
        found = linprog(
            -above.sum(axis=0),
            A_ub=-above,
            b_ub=np.zeros(end),
            A_eq=np.ones((1, n)),
            b_eq=[0.0],
            bounds=bounds,
            method="highs-ds",
        )
        failure = max(failure, -float(found.fun))
        if rank == n:
            break
    return failure
