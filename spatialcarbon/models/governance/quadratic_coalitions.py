"""What every coalition is worth with quadratic damage, many linear systems at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from spatialcarbon.models.governance.game import Floats, Game

AT_ONCE = 2048


def coalition_worths(game: Game) -> Floats:
    r"""Return 2^N joint payoffs, bit i of a position saying whether place i belongs.

    Parameters
    ----------
    game : Game
        Places with quadratic damage.

    Notes
    -----
    Members abate for the sum of their payoffs and outsiders each for itself, all at once
    (:math:`Z = S(e-a)`; :math:`i \sim k` where both are members, or :math:`i = k`):

    .. math:: c_i a_i = \sum_{k \sim i} d_k S_{ki} Z_k

    The systems that leave the bounds 0 to :math:`e_i` are solved one by one on them.
    """
    n = game.n
    worth = np.zeros(1 << n)
    counted = (game.harm[:, None] * game.spill).T
    for start in range(0, 1 << n, AT_ONCE):
        at = np.arange(start, min(start + AT_ONCE, 1 << n))
        inside = (at[:, None] >> np.arange(n) & 1).astype(np.bool_)
        together = inside[:, :, None] & inside[:, None, :] | np.eye(n, dtype=np.bool_)
        response = np.where(together, counted, 0.0) @ game.spill
        slope, push = np.diag(game.cost) + response, response @ game.emission
        abated = np.linalg.solve(slope, push[:, :, None])[:, :, 0]
        outside = ((abated < 0.0) | (abated > game.emission)).any(axis=1)
        for row in np.flatnonzero(outside):
            abated[row] = game.coalition(inside[row])
        reached = (game.emission - abated) @ game.spill.T
        payoff = -game.harm * reached**2 / 2.0 - game.cost * abated**2 / 2.0
        worth[at] = np.where(inside, payoff, 0.0).sum(axis=1)
    return worth
