"""Least squares within bounds for thousands of small problems at once, each one certified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.drivers.growth_curves import Series, Values

LONGEST = np.array([1.0, 3.0, 0.5])
"""Longest move of ln k, ln a and r in one step."""

EXACT = 1e-28
"""A cost this small beside the squared data is rounding."""

ROUNDING = 1e-13
"""Relative differences of the cost that say nothing."""

CERTIFIED = 1e-7
"""Largest cosine-like slope that is left at a minimum: beside it a fit is as good as exact."""


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where a search ended.

    Parameters
    ----------
    theta : ndarray
        Rows × 3.
    cost : ndarray
        Half the sum of squares.
    slope : ndarray
        Largest slope of the criterion that the bounds leave free, beside the size of
        residuals times data; zero at a minimum.
    """

    theta: npt.NDArray[np.float64]
    cost: npt.NDArray[np.float64]
    slope: npt.NDArray[np.float64]

    @property
    def certified(self) -> npt.NDArray[np.bool_]:
        """Whether each row is a minimum to rounding."""
        return self.slope <= CERTIFIED


def minimise(
    series: Series,
    start: npt.NDArray[np.float64],
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    *,
    steps: int,
) -> Minimum:
    """Minimise every row from its start: Newton's method, damped, projected onto the bounds.

    Each step solves ``(H + λ D) step = -g`` over the parameters that no bound holds,
    where the curvatures H are made positive by their absolute values, so that a saddle
    repels. A step that does not lower the criterion is taken back, and λ rises.
    """
    total = ((series.y * series.weight) ** 2).sum(axis=1)
    theta = np.clip(start, low, high)
    now = series.evaluate(theta)
    best = Minimum(theta.copy(), now.cost.copy(), np.full(len(theta), np.inf))
    rows = np.arange(len(theta))
    part, damping = series, np.full(len(theta), 1e-2)
    for _ in range(steps):
        fixed = held(theta, now.gradient, low, high)
        step, promised = _step(now, fixed, damping)
        done = _settled(now, promised, damping, total) | (damping > 1e12)
        if done.any():
            _keep(best, rows[done], theta[done], now.take(done), fixed[done], total[done])
            left = np.flatnonzero(~done)
            rows, theta, step, damping = rows[left], theta[left], step[left], damping[left]
            low, high, total, promised = low[left], high[left], total[left], promised[left]
            now, fixed, part = now.take(left), fixed[left], part.take(left)
        if len(rows) == 0:
            return best
        trial = np.clip(theta + step, low, high)
        then = part.evaluate(trial)
        gained = now.cost - then.cost
        # So near the minimum, costs differ by rounding only: the slope leads on.
        near = promised <= ROUNDING * now.cost
        better = (gained > 0) | (near & (gained >= -ROUNDING * now.cost))
        ratio = np.where(better, gained, 0.0) / np.maximum(promised, 1e-300)
        ratio = np.where(near & better, 1.0, ratio)
        damping = np.where(ratio > 0.75, damping * 0.1, damping)
        damping = np.where(ratio < 0.25, np.maximum(damping, 1e-8) * 5.0, damping)
        damping = np.maximum(damping, 1e-14)
        theta = np.where(better[:, None], trial, theta)
        now = now.replace(better, then)
    fixed = held(theta, now.gradient, low, high)
    _keep(best, rows, theta, now, fixed, total)
    return best


def held(
    theta: npt.NDArray[np.float64],
    gradient: npt.NDArray[np.float64],
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Return which parameters stay at a bound since the criterion falls beyond it."""
    return ((theta <= low) & (gradient >= 0)) | ((theta >= high) & (gradient <= 0))


def _step(
    now: Values, fixed: npt.NDArray[np.bool_], damping: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the step of each row and by how much it should lower the criterion."""
    scale = np.sqrt(np.maximum(np.einsum("bpp->bp", now.squares), 1e-30))
    scale = np.where(fixed, 1.0, scale)
    gradient = np.where(fixed, 0.0, now.gradient) / scale
    matrix = now.hessian / (scale[:, :, None] * scale[:, None, :])
    matrix[fixed[:, :, None] | fixed[:, None, :]] = 0.0
    curvature, axes = np.linalg.eigh(matrix)
    along = np.einsum("bpq,bp->bq", axes, gradient)
    bent = np.maximum(np.abs(curvature), 1e-15) + damping[:, None]
    move = -along / bent
    step = np.einsum("bpq,bq->bp", axes, move) / scale
    longest = np.max(np.abs(step) / LONGEST, axis=1)
    shorter = 1.0 / np.maximum(longest, 1.0)
    promised = -shorter * (along * move).sum(axis=1)
    promised -= 0.5 * shorter**2 * (np.abs(curvature) * move**2).sum(axis=1)
    return step * shorter[:, None], promised


def _settled(
    now: Values,
    promised: npt.NDArray[np.float64],
    damping: npt.NDArray[np.float64],
    total: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Return which rows have nothing left to gain."""
    exact = now.cost <= EXACT * total
    return exact | ((promised <= 1e-19 * now.cost) & (damping < 1e-3))


def _keep(
    best: Minimum,
    rows: npt.NDArray[np.intp],
    theta: npt.NDArray[np.float64],
    now: Values,
    fixed: npt.NDArray[np.bool_],
    total: npt.NDArray[np.float64],
) -> None:
    best.theta[rows] = theta
    best.cost[rows] = now.cost
    best.slope[rows] = free_slope(now, fixed, total)


def free_slope(
    now: Values, fixed: npt.NDArray[np.bool_], total: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the largest slope that no bound holds, beside residuals times data."""
    size = np.sqrt(2.0 * now.cost * total)
    slope = np.abs(np.where(fixed, 0.0, now.gradient)).max(axis=1)
    exact = now.cost <= 1e-24 * total
    return np.where(exact, 0.0, slope / np.maximum(size, 1e-300))
