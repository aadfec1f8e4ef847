"""The curve of a kernel density estimate: its height, slope, mass, modes and width."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

STEPS = 5
"""Steps per bandwidth of the search for modes: closer ones have no dip to speak of between them."""

_BLOCK = 2_000_000
"""Most kernels computed at once, 16 MB."""


@dataclass(frozen=True, eq=False)
class Curve:
    r"""A mixture of normal kernels.

    Parameters
    ----------
    x : array
        Values, sorted.
    v : array
        Their weights, which sum to one.
    h : float
        Bandwidth.
    reflected : bool
        Whether what would lie below zero is folded back over it.
    """

    x: Floats
    v: Floats
    h: float
    reflected: bool = False

    def height(self, at: Floats) -> Floats:
        r"""Return :math:`f(t) = \sum v_i\,\varphi((t-x_i)/h)/h` at each point."""
        found = self._summed(at, slope=False)
        if self.reflected:
            found = np.where(at < 0, 0.0, found + self._summed(-at, slope=False))
        return found

    def slope(self, at: Floats) -> Floats:
        """Return the derivative of the height at each point."""
        found = self._summed(at, slope=True)
        if self.reflected:
            found = np.where(at < 0, 0.0, found - self._summed(-at, slope=True))
        return found

    def _summed(self, at: Floats, *, slope: bool) -> Floats:
        found = np.empty(len(at))
        rows = max(1, _BLOCK // len(self.x))
        for start in range(0, len(at), rows):
            z = (at[start : start + rows, None] - self.x) / self.h
            kernel = np.exp(-0.5 * z * z) * self.v
            # A sum along rows, unlike a product with v, is the same on any number of threads.
            found[start : start + rows] = (-z * kernel if slope else kernel).sum(axis=1)
        scale = math.sqrt(2 * math.pi) * self.h
        return found / (scale * self.h if slope else scale)

    def mass_below_zero(self) -> float:
        """Return how much of the mass lies below zero."""
        from scipy.special import ndtr

        return 0.0 if self.reflected else float((self.v * ndtr(-self.x / self.h)).sum())

    def span(self, reach: float = 3.0) -> tuple[float, float]:
        """Return where the curve begins and ends: some bandwidths beyond the values."""
        low = float(self.x[0]) - reach * self.h
        return (max(low, 0.0) if self.reflected else low), float(self.x[-1]) + reach * self.h

    def modes(self) -> list[tuple[float, float]]:
        """Return location and height of every local maximum, from left to right.

        A maximum of a sum of normal kernels lies within one bandwidth of some value, since
        further away every kernel is convex; only there is it looked for.
        """
        found: list[float] = []
        for run in self._near_values():
            slope = self.slope(run)
            if self.reflected and run[0] == 0 and slope[1] < 0:
                found.append(0.0)
            tops = np.flatnonzero((slope[:-1] > 0) & (slope[1:] <= 0))
            found += [self._root(self.slope, run[i], run[i + 1]) for i in tops]
        return list(zip(found, self.height(np.array(found)).tolist(), strict=True))

    def _near_values(self) -> Iterator[Floats]:
        """Yield runs of evenly spaced points that cover all within a bandwidth of a value."""
        step = self.h / STEPS
        origin = 0.0 if self.reflected else float(self.x[0])
        first = np.floor((self.x - origin) / step).astype(np.int64) - STEPS - 1
        last = first + 2 * STEPS + 3
        if self.reflected:
            first = np.maximum(first, 0)
        # Both ends ascend with x: a run ends where the next stretch begins beyond it.
        breaks = np.flatnonzero(first[1:] > last[:-1])
        starts = first[np.concatenate([[0], breaks + 1])]
        ends = last[np.concatenate([breaks, [len(last) - 1]])]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield origin + step * np.arange(start, end + 1)

    def width_at_half(self, mode: tuple[float, float]) -> float:
        """Return how wide the hill of a mode is at half its height."""
        half = mode[1] / 2
        return self._edge(mode[0], half, 1) - self._edge(mode[0], half, -1)

    def _edge(self, start: float, level: float, direction: int) -> float:
        """Return where the curve first falls to a level on one side of a point."""
        step = direction * self.h / STEPS
        walked = 0
        while True:
            at = start + step * np.arange(walked, walked + 33, dtype=np.float64)
            if self.reflected:
                at = np.clip(at, 0.0, None)
            above = self.height(at) >= level
            if not above.all():
                i = int(np.argmin(above))
                return self._root(lambda t: self.height(t) - level, at[i - 1], at[i])
            if self.reflected and at[-1] == 0:
                return 0.0
            walked += 32

    def _root(self, function: Callable[[Floats], Floats], low: float, high: float) -> float:
        from scipy.optimize import brentq

        found = brentq(lambda t: function(np.array([t]))[0], low, high, xtol=1e-10 * self.h)
        return float(found)
