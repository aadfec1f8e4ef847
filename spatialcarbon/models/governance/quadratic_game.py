"""Quadratic damage: equilibria and optima as linear systems, and what bounds do to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spatialcarbon.core.errors import ConvergenceError, DegenerateDataError, some

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

SWEEPS = 20_000
DAMPING = 0.5
CLOSE = 1e-10
"""Relative size of the last move at which the best responses have settled."""


def solve_box(slope: Floats, push: Floats, limit: Floats) -> Floats:
    r"""Return the abatement at which no place wants to move, between zero and its limit.

    Parameters
    ----------
    slope : ndarray, shape (n, n)
        :math:`H`, with a positive diagonal.
    push : ndarray
        :math:`b`: what each place would answer to nobody else's abatement, times its slope.
    limit : ndarray
        Largest abatement, zero or more.

    Raises
    ------
    ConvergenceError
        When best responses do not settle.

    Notes
    -----
    The solution of :math:`Ha = b` if it lies within the bounds. If not, :math:`a` is the
    solution of the complementarity problem

    .. math:: a = \min(\max(a - (Ha - b), 0), l)

    by best responses in turn, each moving half of the way, and an exact solution on the
    bounds found to bind.

    Examples
    --------
    >>> import numpy as np
    >>> slope = np.array([[2.0, 1.0], [1.0, 2.0]])
    >>> solve_box(slope, np.array([3.0, 3.0]), np.array([9.0, 9.0])).round(9).tolist()
    [1.0, 1.0]
    >>> solve_box(slope, np.array([3.0, 3.0]), np.array([0.5, 9.0])).round(9).tolist()
    [0.5, 1.25]
    """
    try:
        inside = np.linalg.solve(slope, push)
    except np.linalg.LinAlgError:
        inside = np.full(len(push), np.nan)
    if bool(np.all((inside >= 0.0) & (inside <= limit))):
        return np.asarray(inside, dtype=np.float64)
    return _on_bounds(slope, push, limit, _best_responses(slope, push, limit))


def _best_responses(slope: Floats, push: Floats, limit: Floats) -> Floats:
    at = np.clip(push / slope.diagonal(), 0.0, limit)
    size = max(float(limit.max(initial=0.0)), 1e-300)
    for _ in range(SWEEPS):
        before = at.copy()
        for i in range(len(push)):
            best = at[i] + (push[i] - slope[i] @ at) / slope[i, i]
            at[i] += DAMPING * (min(max(best, 0.0), limit[i]) - at[i])
        if np.abs(at - before).max() <= CLOSE * size:
            return at
    raise ConvergenceError(
        "the places' best responses to each other have not settled after {n} rounds",
        fix="lower the damage or the share that spills over: the game has no stable answer",
        n=SWEEPS,
    )


def _on_bounds(slope: Floats, push: Floats, limit: Floats, at: Floats) -> Floats:
    """Return the exact solution on the bounds that bind near ``at``."""
    near = 1e-7 * np.maximum(limit, 1e-300)
    answer = np.where(at <= near, 0.0, np.where(at >= limit - near, limit, at))
    free = np.flatnonzero((answer > 0.0) & (answer < limit))
    bound = np.setdiff1d(np.arange(len(push)), free)
    rest = push[free] - slope[np.ix_(free, bound)] @ answer[bound]
    answer[free] = np.linalg.solve(slope[np.ix_(free, free)], rest)
    return np.asarray(np.clip(answer, 0.0, limit), dtype=np.float64)


def unique_equilibrium(harm: Floats, cost: Floats, spill: Floats, units: pd.Index) -> None:
    r"""Raise unless the game with quadratic damage has one equilibrium for certain.

    Raises
    ------
    DegenerateDataError
        When neither condition holds; the places whose emissions do most damage elsewhere
        are named.

    Notes
    -----
    The equilibrium solves a linear complementarity problem whose matrix is, after scaling
    its rows, :math:`H = \mathrm{diag}(c_i/(d_i S_{ii})) + S`. One solution exists for certain
    if the spectral radius of :math:`|H_{ij}/H_{ii}|_{i \ne j}` is below one (best responses
    then settle from anywhere), or if :math:`H + H^T` is positive definite. Places without
    harm abate nothing and are left out.
    """
    hurt = np.flatnonzero(harm > 0)
    part = spill[np.ix_(hurt, hurt)]
    slope = part + np.diag(cost[hurt] / (harm[hurt] * part.diagonal()))
    answers = np.abs(slope) / slope.diagonal()[:, None]
    np.fill_diagonal(answers, 0.0)
    radius = float(np.abs(np.linalg.eigvals(answers)).max(initial=0.0))
    if radius < 1.0 or np.linalg.eigvalsh(slope + slope.T).min(initial=np.inf) > 0:
        return
    outside = spill.sum(axis=0) - spill.diagonal()
    worst = units[np.argsort(-outside, kind="stable")]
    raise DegenerateDataError(
        "so much spills over that the game may have several equilibria, or none that is stable",
        arrived="best responses with a spectral radius of {radius:.3g}; most spills from {labels}",
        expected="a spectral radius below 1: what stays at home weighs more than what crosses",
        fix="a smaller share, or damage='linear', where every place has one best answer",
        radius=radius,
        labels=some(worst, 3),
    )
