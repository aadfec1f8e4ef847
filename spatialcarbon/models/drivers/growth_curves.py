"""Logistic and exponential curves with the derivatives that a fit needs, many series at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Kind = Literal["level", "increment"]
Shape = Literal["logistic", "exponential"]

LN_K, LN_A, R = 0, 1, 2
"""Places of the parameters ``ln k``, ``ln a`` and ``r`` in a row of theta."""

_FAR = 600.0
"""Beyond this the exponential function leaves the range of floating point."""


@dataclass(frozen=True, eq=False)
class Values:
    """A criterion at some parameters, each row a problem of its own.

    Parameters
    ----------
    cost : ndarray
        Half the sum of squared (weighted) residuals.
    gradient : ndarray
        Rows × 3.
    hessian : ndarray
        Rows × 3 × 3, second derivatives of the curve included.
    squares : ndarray
        Rows × 3 × 3, the same without them: the information about the parameters.
    """

    cost: npt.NDArray[np.float64]
    gradient: npt.NDArray[np.float64]
    hessian: npt.NDArray[np.float64]
    squares: npt.NDArray[np.float64]

    def replace(self, where: npt.NDArray[np.bool_], other: Values) -> Values:
        """Return these values with those of some rows taken from another set."""
        return Values(
            np.where(where, other.cost, self.cost),
            np.where(where[:, None], other.gradient, self.gradient),
            np.where(where[:, None, None], other.hessian, self.hessian),
            np.where(where[:, None, None], other.squares, self.squares),
        )

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Values:
        """Return the values of some rows."""
        return Values(self.cost[rows], self.gradient[rows], self.hessian[rows], self.squares[rows])


@dataclass(frozen=True, eq=False)
class Series:
    """The data of a fit, each row a series, and the family of curves to be laid through them.

    Parameters
    ----------
    t : ndarray
        Years since the base year; whole and rising by one for increments.
    y : ndarray
        Rows × years, each row divided by its largest value.
    weight : ndarray
        Rows × years, by which residuals are multiplied.
    first : ndarray
        Value of each row in the base year.
    kind : {"level", "increment"}
        Whether the curve is the level or its yearly increase.
    shape : {"logistic", "exponential"}
        The family.
    anchored : bool
        Whether the curve passes through ``first``, which leaves ``a`` no freedom.
    """

    t: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    first: npt.NDArray[np.float64]
    kind: Kind
    shape: Shape = "logistic"
    anchored: bool = False

    def take(self, rows: npt.NDArray[np.intp]) -> Series:
        """Return some rows, repeated ones included."""
        return Series(
            self.t, self.y[rows], self.weight[rows], self.first[rows],
            self.kind, self.shape, self.anchored,
        )  # fmt: skip

    def full(self, theta: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the parameters with ``ln a`` as the anchor has it."""
        if not self.anchored:
            return theta
        full = theta.copy()
        # ln(k/C0 - 1) without the rounding of e^x - 1 near k = C0
        full[:, LN_A] = np.log(np.expm1(theta[:, LN_K] - np.log(self.first)))
        return full

    def curve(
        self, theta: npt.NDArray[np.float64], t: npt.NDArray[np.float64] | None = None
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the level at the times (rows × times) and its derivatives (rows × 3 × times)."""
        times = self.t if t is None else t
        theta = self.full(theta)
        size, slope, _ = self._terms(theta, times)
        first = np.stack([size, -slope, times * slope], axis=1)
        if self.kind == "increment":
            size, first = _summed(size), _summed(first)
            size = size + self.first[:, None]
        return size, self._through_anchor(theta, first)

    def _terms(
        self, theta: npt.NDArray[np.float64], t: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return k f(z), k f'(z) and k f''(z) for z = r t - ln a."""
        z = np.clip(theta[:, R, None] * t - theta[:, LN_A, None], -_FAR, _FAR)
        k = np.exp(theta[:, LN_K, None])
        if self.shape == "exponential":
            grown = k * np.exp(z)
            return grown, grown, grown
        share = 1.0 / (1.0 + np.exp(-z))
        size = k * share
        slope = size / (1.0 + np.exp(z))  # keeps its digits where the share is next to one
        return size, slope, slope * (1.0 - 2.0 * share)

    def _through_anchor(
        self, theta: npt.NDArray[np.float64], first: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Let the derivative by ln k carry that of ln a, which moves with it."""
        if not self.anchored:
            return first
        moved = 1.0 + np.exp(-theta[:, LN_A])
        first[:, LN_K] += moved[:, None] * first[:, LN_A]
        first[:, LN_A] = 0.0
        return first

    def evaluate(self, theta: npt.NDArray[np.float64]) -> Values:
        """Return the criterion and its derivatives at the parameters."""
        theta, t = self.full(theta), self.t
        size, slope, bend = self._terms(theta, t)
        first = np.stack([size, -slope, t * slope], axis=1)
        level = size
        if self.kind == "increment":
            level, first = _summed(size) + self.first[:, None], _summed(first)
        left = (level - self.y) * self.weight
        pull = left * self.weight
        if self.kind == "increment":  # the residuals of all later years hang on one increase
            later = np.cumsum(pull[:, ::-1], axis=1)[:, ::-1]
            pull = np.where(t > 0, later, 0.0)
        first = first * self.weight[:, None, :]
        gradient = np.einsum("bpt,bt->bp", first, left)
        squares = first @ first.transpose(0, 2, 1)
        second = np.empty_like(squares)
        second[:, 0, 0] = (pull * size).sum(axis=1)
        second[:, 0, 1] = second[:, 1, 0] = -(pull * slope).sum(axis=1)
        second[:, 0, 2] = second[:, 2, 0] = (pull * t * slope).sum(axis=1)
        bent = pull * bend
        second[:, 1, 1] = bent.sum(axis=1)
        second[:, 1, 2] = second[:, 2, 1] = -(bent * t).sum(axis=1)
        second[:, 2, 2] = (bent * t * t).sum(axis=1)
        hessian = squares + second
        if self.anchored:
            gradient, hessian, squares = _anchored(theta, gradient, hessian, squares)
        return Values(0.5 * (left * left).sum(axis=1), gradient, hessian, squares)


def _summed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return running sums over the last axis, without the base year, in which nothing is added."""
    total = values.copy()
    total[..., 0] = 0.0
    return np.cumsum(total, axis=-1)


def _anchored(
    theta: npt.NDArray[np.float64],
    gradient: npt.NDArray[np.float64],
    hessian: npt.NDArray[np.float64],
    squares: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Express the derivatives by ln k and r alone, with a = k/C0 - 1."""
    inverse = np.exp(-theta[:, LN_A])
    once, twice = 1.0 + inverse, -inverse * (1.0 + inverse)  # of ln a by ln k
    change = np.zeros((len(theta), 3, 3))
    change[:, 0, 0] = change[:, 2, 2] = 1.0
    change[:, 1, 0] = once
    turned = change.transpose(0, 2, 1)
    hessian, squares = turned @ hessian @ change, turned @ squares @ change
    hessian[:, 0, 0] += twice * gradient[:, LN_A]
    return (turned @ gradient[:, :, None])[:, :, 0], hessian, squares
