"""The replicator equations of two populations with two strategies: motion, rest, basins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CLOSE = 1e-9
"""An advantage below this share of the largest is none."""


@dataclass(frozen=True)
class Replicator:
    """The advantage of the first strategy in each population, at both ends of the other.

    Parameters
    ----------
    row_full, row_none : float
        Advantage in the row population when all, or none, of the column population
        play their first strategy.
    column_full, column_none : float
        The same the other way round.
    """

    row_full: float
    row_none: float
    column_full: float
    column_none: float

    @property
    def advantages(self) -> Floats:
        """All four, in the order of the fields."""
        return np.array([self.row_full, self.row_none, self.column_full, self.column_none])

    @property
    def scale(self) -> float:
        """The largest advantage: one over the quickest time."""
        return float(np.abs(self.advantages).max())

    @property
    def tied(self) -> bool:
        """Whether some advantage is zero, so that linearisation does not decide."""
        return bool((np.abs(self.advantages) <= CLOSE * self.scale).any())

    def row(self, y: Any) -> Any:
        """Return the advantage in the row population at a share y in the other."""
        return self.row_full * y + self.row_none * (1 - y)

    def column(self, x: Any) -> Any:
        """Return the advantage in the column population at a share x in the other."""
        return self.column_full * x + self.column_none * (1 - x)

    def motion(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the rates of change of both shares."""
        return x * (1 - x) * self.row(y), y * (1 - y) * self.column(x)

    def jacobian(self, x: float, y: float) -> Floats:
        """Return the derivatives of the motion."""
        across_x = x * (1 - x) * (self.row_full - self.row_none)
        across_y = y * (1 - y) * (self.column_full - self.column_none)
        return np.array(
            [[(1 - 2 * x) * self.row(y), across_x], [across_y, (1 - 2 * y) * self.column(x)]]
        )

    @property
    def interior(self) -> tuple[float, float] | None:
        """Where both populations are at rest with all strategies in play, if anywhere."""
        if self.row_full * self.row_none >= 0 or self.column_full * self.column_none >= 0:
            return None
        return (
            self.column_none / (self.column_none - self.column_full),
            self.row_none / (self.row_none - self.row_full),
        )

    def paths(self, starts: Floats, times: Floats) -> Floats:
        """Return shares, start × time × (x, y), by Runge–Kutta steps on the log odds.

        Log odds move at a bounded rate and keep shares within [0, 1]; those that
        start at 0 or 1 stay there.
        """
        result = np.empty((len(starts), len(times), 2))
        result[:, 0] = starts
        largest = 0.2 / max(self.scale, np.finfo(float).tiny)
        # Odds of exactly 0 and 1 are infinite, and the exponential of large odds is too.
        with np.errstate(divide="ignore", over="ignore"):
            odds = np.log(starts) - np.log1p(-starts)
            for k, span in enumerate(np.diff(times), start=1):
                steps = max(1, int(np.ceil(span / largest)))
                for _ in range(steps):
                    odds = self._step(odds, span / steps)
                result[:, k] = 1 / (1 + np.exp(-odds))
        return result

    def _step(self, odds: Floats, h: float) -> Floats:
        first = self._rate(odds)
        second = self._rate(odds + h / 2 * first)
        third = self._rate(odds + h / 2 * second)
        fourth = self._rate(odds + h * third)
        return odds + h / 6 * (first + 2 * second + 2 * third + fourth)

    def _rate(self, odds: Floats) -> Floats:
        base = np.array([self.row_none, self.column_none])
        slope = np.array([self.row_full, self.column_full]) - base
        return np.asarray(base + slope / (1 + np.exp(-odds[:, ::-1])))

    def constant(self, x: Any, y: Any) -> Any:
        """Return what stays the same along every path with all strategies in play."""
        return (
            self.column_none * np.log(x)
            - self.column_full * np.log1p(-x)
            - self.row_none * np.log(y)
            + self.row_full * np.log1p(-y)
        )

    def separatrix(self, x: Floats) -> Floats:
        """Return for each share x the share y on the line that parts the two basins.

        The line goes through the inner rest point and keeps the constant of motion;
        it is the branch on which neither population runs away from the other.
        """
        inner = self.interior
        assert inner is not None
        level = self.constant(*inner)
        # Basins of opposite corners: the line falls if both like the same, else it rises.
        falls = self.row_full > 0
        above = (x < inner[0]) == falls
        low = np.where(above, inner[1], 0.0)
        high = np.where(above, 1.0, inner[1])
        with np.errstate(divide="ignore"):
            # On one side of the rest point the constant rises or falls in y throughout.
            grows = np.where(above, -self.row(1.0), -self.row(0.0)) > 0
            for _ in range(60):
                middle = (low + high) / 2
                beyond = (self.constant(x, middle) > level) == grows
                high = np.where(beyond, middle, high)
                low = np.where(beyond, low, middle)
        return np.asarray((low + high) / 2)


def basin_shares(system: Replicator) -> dict[tuple[int, int], float]:
    """Return for each corner that attracts the share of starts that end there.

    Empty where nothing attracts, or where an advantage is zero.
    """
    if system.tied:
        return {}
    corners = [
        (x, y)
        for x in (0, 1)
        for y in (0, 1)
        if (system.row(y) > 0) == (x == 1) and (system.column(x) > 0) == (y == 1)
    ]
    if len(corners) == 1:
        return {corners[0]: 1.0}
    if not corners:
        return {}
    nodes, weights = np.polynomial.legendre.leggauss(200)
    inner = system.interior
    assert inner is not None
    area = 0.0
    for left, right in ((0.0, inner[0]), (inner[0], 1.0)):
        # Powers of the distance to the ends smooth the ends of the line.
        t = (nodes + 1) / 2
        smooth = t**3 * (10 - 15 * t + 6 * t**2)
        slope = 30 * t**2 * (1 - t) ** 2
        x = left + (right - left) * smooth
        area += float((right - left) / 2 * (weights * slope * system.separatrix(x)).sum())
    upper = next(corner for corner in corners if corner[1] == 1)
    lower = next(corner for corner in corners if corner[1] == 0)
    return {lower: area, upper: 1.0 - area}
