"""Formulas of inequality, on plain arrays: values y ≥ 0 with population shares q."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]

EQUAL = 1e-12
"""Values that differ by less than this part of the largest are the same."""


def shares(amounts: Floats) -> Floats:
    """Return the parts of a sum; what is scaled to the largest first cannot overflow."""
    scaled = amounts / amounts.max()
    return np.asarray(scaled / math.fsum(scaled))


def relative(y: Floats, q: Floats) -> Floats:
    r"""Return :math:`r_i = y_i/\mu`, exactly one where all values are the same."""
    scaled = y / y.max()
    if scaled.max() - scaled.min() <= EQUAL:
        return np.ones_like(y)
    return np.asarray(scaled / math.fsum(q * scaled))


def gini(y: Floats, q: Floats) -> float:
    r"""Return :math:`\sum_i\sum_j q_i q_j |y_i-y_j| / (2\mu)`, from sorted values.

    With :math:`F_i` the population up to and with the i-th smallest value, the double sum is
    :math:`2\sum_i q_i y_i (2F_i-q_i-1)`. It does not change when all values are shifted:
    shifted by the smallest, equal values give zero without rounding.
    """
    r = relative(y, q)
    order = np.argsort(r, kind="stable")
    r, q = r[order], q[order]
    below = np.cumsum(q)
    return max(0.0, math.fsum(q * (r - r[0]) * (2 * below - q - 1)))


def lorenz(y: Floats, q: Floats) -> tuple[Floats, Floats]:
    """Return cumulated shares of population and of the total, from (0, 0) to (1, 1)."""
    order = np.argsort(y, kind="stable")
    held = q[order] * relative(y, q)[order]
    across = np.concatenate([[0.0], np.cumsum(q[order])])
    up = np.concatenate([[0.0], np.cumsum(held)])
    return across / across[-1], up / up[-1]


def variation(y: Floats, q: Floats) -> float:
    """Return the standard deviation (population form) over the mean."""
    return math.sqrt(math.fsum(q * (relative(y, q) - 1) ** 2))


def herfindahl(y: Floats) -> float:
    """Return the sum of the squared shares."""
    return math.fsum(shares(y) ** 2)


def theil_t(r: Floats, q: Floats) -> float:
    r"""Return :math:`T = \sum q_i r_i \ln r_i`, where :math:`0 \ln 0 = 0`.

    Since :math:`\sum q_i(r_i-1)=0` it may be subtracted: no term is negative then, and
    nearly equal values do not cancel.
    """
    terms = r * _log(np.where(r > 0, r, 1.0)) - (r - 1)
    return math.fsum(q * np.maximum(terms, 0.0))


def theil_l(r: Floats, q: Floats) -> float:
    r"""Return :math:`L = -\sum q_i \ln r_i`, infinite where a value is zero."""
    if (r <= 0).any():
        return math.inf
    return math.fsum(q * np.maximum((r - 1) - _log(r), 0.0))


def _log(r: Floats) -> Floats:
    """Return the logarithm, exact to the last digits near one and near zero."""
    near = np.abs(r - 1) < 0.5
    return np.where(near, np.log1p(np.where(near, r - 1, 0.0)), np.log(r))


@dataclass(frozen=True)
class Part:
    """One group: its shares of population and total, and the indices inside it.

    Parameters
    ----------
    n : int
        Members.
    q, s : float
        Share of the population, share of the total.
    gini, t, l : float
        Inside the group; NaN where its total is zero, which has no inside.
    """

    n: int
    q: float
    s: float
    gini: float
    t: float
    l: float  # noqa: E741 - the index is called L


def part(y: Floats, q: Floats, whole: float) -> Part:
    """Describe a group by the values and population shares of its members.

    Parameters
    ----------
    y, q : arrays
        Values of the members over the largest value of all, their population shares in all.
    whole : float
        Mean of all values, on the same scale.
    """
    weight = math.fsum(q)
    held = math.fsum(q * y) / whole
    if not y.any():
        return Part(len(y), weight, 0.0, math.nan, math.nan, math.nan)
    inside = q / weight
    r = relative(y, inside)
    return Part(len(y), weight, held, gini(y, inside), theil_t(r, inside), theil_l(r, inside))


def between(parts: Sequence[Part]) -> tuple[float, float]:
    """Return the part of T and of L that the means of the groups explain."""
    q = np.array([item.q for item in parts])
    r = relative(np.array([item.s for item in parts]) / q, q)
    return theil_t(r, q), theil_l(r, q)
