"""The best curve of each series from many starts, certified, with its covariance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.models.drivers.growth_curves import LN_A, LN_K, R, Series
from spatialcarbon.models.drivers.growth_newton import Minimum, free_slope, held, minimise
from spatialcarbon.models.drivers.growth_starts import first_starts, seeds

if TYPE_CHECKING:
    import numpy.typing as npt

SAME = 1e-6
"""Starts whose sums of squares differ by less, relatively, reached the same optimum."""

CHUNK = 20_000
"""Searches that go together: their tables stay in the processor's cache."""

SHORT, LONG = 60, 1_000
"""Steps of every start, and of the best ones that were not there yet."""

FIELDS = ("theta", "cost", "low", "high", "starts", "reached", "helped", "certified")


@dataclass(frozen=True, eq=False)
class Fit:
    """The best curves found.

    Parameters
    ----------
    theta : ndarray
        Rows × 3: ``ln k`` (of the series divided by its largest value), ``ln a``, ``r``.
    cost : ndarray
        Half the sum of squares.
    low, high : ndarray
        Bounds of theta.
    starts, reached : ndarray
        How many searches there were, and how many ended in this optimum.
    helped : ndarray
        Whether SciPy had to be asked.
    certified : ndarray
        Whether no slope is left within the bounds.
    """

    theta: npt.NDArray[np.float64]
    cost: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    starts: npt.NDArray[np.int64]
    reached: npt.NDArray[np.int64]
    helped: npt.NDArray[np.bool_]
    certified: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[np.intp]) -> Fit:
        """Return the fits of some rows."""
        return Fit(**{name: getattr(self, name)[rows] for name in FIELDS})

    def at(self, bound: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return which parameters, of those that may vary, lie at one of the bounds."""
        return (np.abs(self.theta - bound) <= 1e-9) & (self.low < self.high)


def bounds(
    series: Series,
    *,
    capacity: npt.NDArray[np.float64] | None,
    kappa: float,
    decline: bool,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the lowest and highest theta of each row, in which the largest value is 1.

    ``a`` has no bound but where the curve is flat to the last digit over all years.
    """
    n, span = len(series.y), float(np.ptp(series.t))
    slowest = -1.0 if series.kind == "increment" else -2.0 if decline else 0.0
    fastest = 1.0 if series.kind == "increment" else 2.0
    low, high = np.empty((n, 3)), np.empty((n, 3))
    low[:, R], high[:, R] = slowest, fastest
    late, early = max(float(series.t[-1]), span), max(-float(series.t[0]), 0.0)
    low[:, LN_A] = -20.0 + slowest * late - fastest * early
    high[:, LN_A] = 20.0 + fastest * late - slowest * early
    low[:, LN_K] = np.log(1e-9) if series.kind == "increment" else 0.0
    high[:, LN_K] = np.log(kappa)
    if series.anchored:
        low[:, LN_A], high[:, LN_A] = -np.inf, np.inf
        low[:, LN_K] = np.maximum(low[:, LN_K], np.log(series.first) + 1e-6)
    if capacity is not None:
        low[:, LN_K] = high[:, LN_K] = np.log(capacity)
    return low, high


def fit(series: Series, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Fit:
    """Search from every start of every row and keep the best."""
    size = max(1, CHUNK // 20)
    parts = [
        _fit(series.take(rows), low[rows], high[rows])
        for rows in np.array_split(np.arange(len(series.y)), -(-len(series.y) // size))
    ]
    return Fit(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS})


def _fit(series: Series, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Fit:
    begin = np.concatenate([first_starts(series, low, high), seeds(series, low, high)], axis=1)
    n, each = begin.shape[:2]
    rows = np.repeat(np.arange(n), each)
    found = minimise(series.take(rows), begin.reshape(-1, 3), low[rows], high[rows], steps=SHORT)
    cost = found.cost.reshape(n, each)
    best = np.arange(n) * each + cost.argmin(axis=1)
    chosen = Minimum(found.theta[best], found.cost[best], found.slope[best])
    chosen = _longer(series, chosen, low, high)
    helped = ~chosen.certified
    for row in np.flatnonzero(helped).tolist():
        _ask_scipy(series, chosen, row, low, high)
    total = ((series.y * series.weight) ** 2).sum(axis=1)
    limit = chosen.cost * (1.0 + SAME) + 1e-20 * total
    return Fit(
        theta=series.full(chosen.theta),
        cost=chosen.cost,
        low=low,
        high=high,
        starts=np.full(n, each),
        reached=np.maximum((cost <= limit[:, None]).sum(axis=1), 1),
        helped=helped,
        certified=chosen.certified,
    )


def _longer(
    series: Series,
    found: Minimum,
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
) -> Minimum:
    """Let the best searches that were cut short go on."""
    rows = np.flatnonzero(~found.certified)
    if len(rows) == 0:
        return found
    more = minimise(series.take(rows), found.theta[rows], low[rows], high[rows], steps=LONG)
    found.theta[rows], found.cost[rows], found.slope[rows] = more.theta, more.cost, more.slope
    return found


def _ask_scipy(
    series: Series,
    found: Minimum,
    row: int,
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
) -> None:
    """Let SciPy's trust region go on from where the search ended, and keep what is better."""
    from scipy.optimize import least_squares

    one = series.take(np.array([row]))
    free = np.flatnonzero((low[row] < high[row]) & np.isfinite(low[row]))
    theta = found.theta[row].copy()

    def left(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        theta[free] = values
        gap: npt.NDArray[np.float64] = (one.curve(theta[None])[0] - one.y)[0] * one.weight[0]
        return gap

    def slopes(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        theta[free] = values
        steep: npt.NDArray[np.float64] = (one.curve(theta[None])[1][0][free] * one.weight[0]).T
        return steep

    answer = least_squares(
        left, found.theta[row, free], slopes, bounds=(low[row, free], high[row, free]),
        xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=2_000,
    )  # fmt: skip
    if answer.cost < found.cost[row]:
        found.theta[row, free] = answer.x
        found.cost[row] = answer.cost
        here = found.theta[[row]]
        now = one.evaluate(here)
        total = ((one.y * one.weight) ** 2).sum(axis=1)
        fixed = held(here, now.gradient, low[[row]], high[[row]])
        found.slope[row] = free_slope(now, fixed, total)[0]


def covariance(
    series: Series, found: Fit, observations: int, parameters: int
) -> npt.NDArray[np.float64]:
    """Return rows × 3 × 3: the covariance of theta, zero for what is given.

    A parameter at its bound keeps the spread that the data leave it: the bound is our
    choice, not knowledge, and an interval without it would be narrow where the data say least.
    NaN where nothing is left to estimate the scatter, or the data do not tell the
    parameters apart.
    """
    theta = found.theta
    squares = series.evaluate(theta).squares
    free = found.low < found.high
    if series.anchored:
        free[:, LN_A] = False
    scale = np.sqrt(np.maximum(np.einsum("bpp->bp", squares), 1e-300))
    matrix = squares / (scale[:, :, None] * scale[:, None, :])
    apart = ~(free[:, :, None] & free[:, None, :])
    matrix = np.where(apart, np.eye(3), matrix)
    spread = np.linalg.cond(matrix)
    lost = spread > 1e13
    matrix[lost] = np.eye(3)
    inverse: npt.NDArray[np.float64] = np.linalg.inv(matrix) / (
        scale[:, :, None] * scale[:, None, :]
    )
    left = observations - parameters
    variance = 2.0 * found.cost / left if left > 0 else np.full(len(theta), np.nan)
    inverse = inverse * variance[:, None, None]
    inverse[lost] = np.nan
    inverse[apart] = 0.0
    return inverse
