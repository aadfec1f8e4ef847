r"""The formulas of Moran's I, one function each, for several series at once.

With :math:`z = x - \bar x`, :math:`S_0 = \sum_{ij} w_{ij}`,
:math:`S_1 = \frac12\sum_{ij}(w_{ij}+w_{ji})^2` and
:math:`S_2 = \sum_i(\sum_j w_{ij} + \sum_j w_{ji})^2`
(Cliff & Ord 1981, chapter 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.weights.weights import Weights

    Floats = npt.NDArray[np.float64]


def total(values: Floats) -> Floats:
    """Return sums along axis 0, each series rounded as if it stood alone."""
    return np.asarray(np.ascontiguousarray(values.T).sum(axis=-1))


def deviations(values: Floats) -> Floats:
    """Return values minus their mean, along axis 0."""
    first = values - total(values) / len(values)
    # A mean far from zero is rounded; what that leaves in all deviations is taken out again.
    return np.asarray(first - total(first) / len(values))


def is_constant(values: Floats) -> npt.NDArray[np.bool_]:
    """Return for each series whether all its values are the same, rounding aside."""
    spread = values.max(axis=0) - values.min(axis=0)
    return np.asarray(spread <= 1e-12 * np.abs(values).max(axis=0))


def statistic(z: Floats, matrix: Any, s0: float) -> Floats:
    r"""Return :math:`I = (n/S_0)\, z'Wz / z'z`, shape (S,)."""
    return statistic_of_lag(z, matrix @ z, s0)


def statistic_of_lag(z: Floats, lag: Floats, s0: float) -> Floats:
    """Return I of one or several series whose spatial lag is at hand."""
    return np.asarray(len(z) / s0 * total(z * lag) / total(z * z))


def expected_value(n: int) -> float:
    """Return E[I] = −1/(n−1)."""
    return -1.0 / (n - 1)


def variance_normality(n: int, s0: float, s1: float, s2: float) -> float:
    """Return Var[I] when the values are normal draws."""
    return (n * n * s1 - n * s2 + 3 * s0 * s0) / ((n * n - 1) * s0 * s0) - expected_value(n) ** 2


def kurtosis(z: Floats) -> Floats:
    r"""Return :math:`b_2 = n\sum z^4/(\sum z^2)^2`, shape (S,)."""
    squares = z * z
    return np.asarray(len(z) * total(squares * squares) / total(squares) ** 2)


def variance_randomization(n: int, s0: float, s1: float, s2: float, b2: Floats) -> Floats:
    """Return Var[I] over all orders of the values; NaN when n = 3, where it has no formula."""
    if n == 3:
        return np.full_like(b2, np.nan)
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0 * s0)
    second = b2 * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0 * s0)
    below = (n - 1) * (n - 2) * (n - 3) * s0 * s0
    return np.asarray((first - second) / below - expected_value(n) ** 2)


@dataclass(frozen=True, eq=False)
class Moments:
    """Moran's I and its moments for several series on the same units.

    Parameters
    ----------
    statistic, variance_randomization, z_normality, z_randomization : array, shape (S,)
        Per series.
    expected, variance_normality : float
        The same for all series.
    """

    statistic: Floats
    expected: float
    variance_normality: float
    variance_randomization: Floats
    z_normality: Floats
    z_randomization: Floats


def moments(z: Floats, matrix: Any, weights: Weights) -> Moments:
    """Return I, its expectation, both variances and both z-scores; a variance ≤ 0 gives NaN."""
    n = len(z)
    s0, s1, s2 = weights.s0, weights.s1, weights.s2
    observed = statistic(z, matrix, s0)
    expected = expected_value(n)
    normal = variance_normality(n, s0, s1, s2)
    random = variance_randomization(n, s0, s1, s2, kurtosis(z))
    # Cancellation leaves a tiny residue where the variance is exactly zero
    # (every unit linked to every other): such a variance carries no information.
    tiny = 1e-13
    root_normal = np.sqrt(normal) if normal > tiny else np.nan
    with np.errstate(invalid="ignore"):
        root_random = np.where(random > tiny, np.sqrt(np.maximum(random, 0)), np.nan)
    return Moments(
        statistic=observed,
        expected=expected,
        variance_normality=normal,
        variance_randomization=random,
        z_normality=(observed - expected) / root_normal,
        z_randomization=(observed - expected) / root_random,
    )
