"""Formulas of inequality, on plain arrays: values y ≥ 0 with population shares q."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]

EQUAL = 1e-12
"""Values that differ by less than this part of the largest are the same."""

NEAR, TERMS = 0.1, 16
"""Below this distance from the mean a logarithm is summed as a series, of so many terms."""


def shares(amounts: Floats) -> Floats:
    """Return the parts of a sum; what is scaled to the largest first cannot overflow."""
    scaled = amounts / amounts.max()
    return np.asarray(scaled / math.fsum(scaled))


class Relative(NamedTuple):
    r"""Values over their mean, :math:`r_i = y_i/\mu`, and :math:`e_i = r_i - 1`.

    Nearly equal values have their digits in e, very small ones in r.
    """

    r: Floats
    e: Floats

    def of(self, at: npt.NDArray[np.intp]) -> Relative:
        """Return those of some units."""
        return Relative(self.r[at], self.e[at])


def relative(y: Floats, q: Floats) -> Relative:
    """Return values over their mean; exactly one where all values are the same."""
    scaled, centre, rest = _centre(y, q)
    if _same(scaled):
        return Relative(np.ones_like(y), np.zeros_like(y))
    mean = centre + rest
    return Relative(scaled / mean, (scaled - centre - rest) / mean)


def _centre(y: Floats, q: Floats) -> tuple[Floats, float, float]:
    """Return values on a scale near one, their mean as rounded, and what the rounding left."""
    # Halving and doubling neither rounds nor, unlike the values as they are, overflows.
    scaled = np.ldexp(y, -int(np.frexp(y.max())[1]))
    weight = math.fsum(q)
    centre = math.fsum(q * scaled) / weight
    return scaled, centre, math.fsum(q * (scaled - centre)) / weight


def _same(scaled: Floats) -> bool:
    return bool(scaled.max() - scaled.min() <= EQUAL * scaled.max())


def gini(y: Floats, q: Floats) -> float:
    r"""Return :math:`\sum_i\sum_j q_i q_j |y_i-y_j| / (2\mu)`, from sorted values.

    With :math:`F_i` the population up to and with the i-th smallest value, the double sum is
    :math:`2\sum_i q_i y_i (2F_i-q_i-1)`. It does not change when all values are shifted:
    shifted by the smallest, equal values give zero without rounding.
    """
    scaled, centre, rest = _centre(y, q)
    if _same(scaled):
        return 0.0
    order = np.argsort(scaled, kind="stable")
    scaled, q = scaled[order], q[order]
    below = np.cumsum(q)
    return max(0.0, math.fsum(q * (scaled - scaled[0]) * (2 * below - q - 1)) / (centre + rest))


def lorenz(y: Floats, q: Floats) -> tuple[Floats, Floats]:
    """Return cumulated shares of population and of the total, from (0, 0) to (1, 1)."""
    order = np.argsort(y, kind="stable")
    held = q[order] * relative(y, q).r[order]
    across = np.concatenate([[0.0], np.cumsum(q[order])])
    up = np.concatenate([[0.0], np.cumsum(held)])
    return across / across[-1], up / up[-1]


def variation(y: Floats, q: Floats) -> float:
    """Return the standard deviation (population form) over the mean."""
    return math.sqrt(math.fsum(q * relative(y, q).e ** 2))


def herfindahl(y: Floats) -> float:
    """Return the sum of the squared shares."""
    return math.fsum(shares(y) ** 2)


def herfindahl_normalised(y: Floats) -> float:
    """Return (H − 1/n)/(1 − 1/n), of at least two values."""
    n = len(y)
    above = herfindahl(y) - 1 / n
    if above > 1 / n:
        return above / (1 - 1 / n)
    # Nearly equal values: the difference would cancel, the spread does not.
    return variation(y, np.full(n, 1 / n)) ** 2 / (n - 1)


def theil_t(over: Relative, q: Floats) -> float:
    r"""Return :math:`T = \sum q_i r_i \ln r_i`, where :math:`0 \ln 0 = 0`.

    Since :math:`\sum q_i(r_i-1)=0` it may be subtracted: no term is negative then, and
    nearly equal values do not cancel.
    """
    terms = over.r * _log(over) - over.e
    near = over.e**2 * _series(over.e, [1 / ((k + 1) * (k + 2)) for k in range(TERMS)])
    return math.fsum(q * np.where(np.abs(over.e) < NEAR, near, terms))


def theil_l(over: Relative, q: Floats) -> float:
    r"""Return :math:`L = -\sum q_i \ln r_i`, infinite where a value is zero."""
    if (over.r <= 0).any():
        return math.inf
    terms = over.e - _log(over)
    near = over.e**2 * _series(over.e, [1 / (k + 2) for k in range(TERMS)])
    return math.fsum(q * np.where(np.abs(over.e) < NEAR, near, terms))


def _series(e: Floats, coefficients: list[float]) -> Floats:
    """Return the sum of c_k (−e)^k where e is near zero."""
    x = np.where(np.abs(e) < NEAR, -e, 0.0)
    return np.asarray(np.polynomial.polynomial.polyval(x, coefficients))


def _log(over: Relative) -> Floats:
    """Return the logarithm of r, exact to the last digits near one and near zero; 0 at zero."""
    near = np.abs(over.e) < 0.5
    far = np.log(np.where(near | (over.r <= 0), 1.0, over.r))
    return np.where(near, np.log1p(np.where(near, over.e, 0.0)), far)


@dataclass(frozen=True)
class Part:
    """One group: its shares of population and total, and the indices inside it.

    Parameters
    ----------
    n : int
        Members.
    q : float
        Share of the population.
    r, e : float
        Mean over the mean of all, and the same less one.
    gini, t, l : float
        Inside the group; NaN where its total is zero, which has no inside.
    """

    n: int
    q: float
    r: float
    e: float
    gini: float
    t: float
    l: float  # noqa: E741 - the index is called L

    @property
    def s(self) -> float:
        """Share of the total."""
        return self.q * self.r


def part(y: Floats, q: Floats, over: Relative) -> Part:
    """Describe a group by the values and population shares of its members.

    Parameters
    ----------
    y, q : arrays
        Values of the members, their population shares in all.
    over : Relative
        Their values over the mean of all.
    """
    weight = math.fsum(q)
    mean = math.fsum(q * over.r) / weight, math.fsum(q * over.e) / weight
    if not y.any():
        return Part(len(y), weight, *mean, math.nan, math.nan, math.nan)
    inside = q / weight
    own = relative(y, inside)
    return Part(len(y), weight, *mean, gini(y, inside), theil_t(own, inside), theil_l(own, inside))


def between(parts: Sequence[Part]) -> tuple[float, float]:
    """Return the part of T and of L that the means of the groups explain."""
    q = np.array([item.q for item in parts])
    means = Relative(np.array([item.r for item in parts]), np.array([item.e for item in parts]))
    return theil_t(means, q), theil_l(means, q)
