"""Where the search for a growth curve begins: fixed starts, and the best cells of a coarse grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.models.drivers.growth_curves import LN_A, LN_K, R, Series

if TYPE_CHECKING:
    import numpy.typing as npt

CAPACITIES = (1.02, 1.1, 1.5, 2.0, 3.0, 5.0)
"""Capacities of the starts, as multiples of the largest value."""

RATES = (0.05, 0.15, 0.3)
"""Growth rates of the starts."""

SEEDS = 3
"""Cells of the grid that are starts as well."""

_SPEEDS = np.geomspace(0.004, 2.0, 18)
_MIDDLES = np.linspace(-6.5, 6.5, 19)
"""Logit of the share of the capacity that is reached in the middle year."""


def first_starts(
    series: Series, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return rows × starts × 3: every capacity with every rate, the curve through the middle.

    Starts that bounds make the same, as where the capacity is fixed, are taken once.
    """
    fixed = bool((low[:, LN_K] == high[:, LN_K]).all())
    wanted = np.log(CAPACITIES[:1] if fixed else CAPACITIES)
    k, r = (grid.ravel() for grid in np.meshgrid(wanted, RATES, indexing="ij"))
    made = np.empty((len(series.y), len(k), 3))
    made[:, :, LN_K] = np.clip(k, low[:, None, LN_K], high[:, None, LN_K])
    made[:, :, R] = np.clip(r, low[:, None, R], high[:, None, R])
    middle, height = _middle(series)
    share = np.clip(height[:, None] / np.exp(made[:, :, LN_K]), 1e-6, 1.0 - 1e-6)
    made[:, :, LN_A] = made[:, :, R] * middle - np.log(share / (1.0 - share))
    return made


def _middle(series: Series) -> tuple[float, npt.NDArray[np.float64]]:
    """Return the middle time and what the curve should be there."""
    if series.kind == "level":
        return float(series.t.mean()), series.y.mean(axis=1)
    span = series.t[-1] - series.t[0]
    return float(series.t[1:].mean()), (series.y[:, -1] - series.first) / span


def seeds(
    series: Series, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return rows × seeds × 3: the lowest valleys of the criterion over a grid of rates.

    The curve is linear in k, so that for every cell the best k within the bounds
    is known; valleys are taken along the rate, each at its best middle. This finds
    the far valleys of increments, between which lie ridges that a search follows
    for hundreds of steps.
    """
    rates = np.concatenate([-_SPEEDS[::-1], _SPEEDS])
    rates = rates[(rates >= low[:, R].min()) & (rates <= high[:, R].max())]
    middle, _ = _middle(series)
    z, r = np.meshgrid(_MIDDLES, rates, indexing="ij")
    theta = np.stack([np.zeros(z.size), (r * middle - z).ravel(), r.ravel()], axis=1)
    if series.anchored:
        return _anchored_seeds(series, low, high, rates)
    unit = Series(
        series.t, np.zeros((1, len(series.t))), np.ones((1, len(series.t))), np.zeros(1),
        series.kind, series.shape,
    )  # fmt: skip
    shape = unit.curve(theta)[0]
    offset = series.first[:, None] if series.kind == "increment" else 0.0
    square = series.weight**2
    target = series.y - offset
    both, own = (square * target) @ shape.T, square @ (shape**2).T
    k = np.clip(both / own, np.exp(low[:, None, LN_K]), np.exp(high[:, None, LN_K]))
    cost = (k * (k * own - 2.0 * both)).reshape(len(series.y), *z.shape)
    best = cost.argmin(axis=1)
    valley = np.take_along_axis(cost, best[:, None, :], axis=1)[:, 0, :]
    chosen = _valleys(valley)
    cell = np.take_along_axis(best, chosen, axis=1) * z.shape[1] + chosen
    made: npt.NDArray[np.float64] = theta[cell]
    made[:, :, LN_K] = np.log(np.take_along_axis(k, cell, axis=1))
    return made


def _anchored_seeds(
    series: Series,
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    rates: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the valleys where k decides a: over a grid of capacities within the bounds."""
    parts = np.linspace(0.0, 1.0, 9)
    ln_k = low[:, LN_K, None] + parts * (high - low)[:, LN_K, None]
    n = len(series.y)
    theta = np.zeros((n, len(parts), len(rates), 3))
    theta[..., LN_K] = ln_k[:, :, None]
    theta[..., R] = rates
    cost = np.empty(theta.shape[:-1])
    for at in range(len(parts)):
        for beside in range(len(rates)):
            left = (series.curve(theta[:, at, beside])[0] - series.y) * series.weight
            cost[:, at, beside] = (left * left).sum(axis=1)
    best = cost.argmin(axis=1)
    valley = np.take_along_axis(cost, best[:, None, :], axis=1)[:, 0, :]
    chosen = _valleys(valley)
    rows = np.arange(n)[:, None]
    found: npt.NDArray[np.float64] = theta[rows, np.take_along_axis(best, chosen, axis=1), chosen]
    return found


def _valleys(cost: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return the places of the lowest local minima of each row, padded with its lowest one."""
    walled = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.inf)
    lower = (cost <= walled[:, :-2]) & (cost <= walled[:, 2:])
    order = np.argsort(np.where(lower, cost, np.inf), axis=1, kind="stable")[:, :SEEDS]
    known = np.take_along_axis(lower, order, axis=1)
    return np.where(known, order, order[:, :1])
