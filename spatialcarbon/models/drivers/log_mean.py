"""Logarithmic change and mean, without losing the digits of small changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def log_change(first: Floats, second: Floats) -> Floats:
    r"""How much does a positive quantity change, in logarithms?

    Parameters
    ----------
    first, second : array
        Above zero, of one shape.

    Returns
    -------
    array
        :math:`\ln(x_1/x_0)`, exactly of opposite sign for exchanged arguments.

    Notes
    -----
    .. math:: \ln\frac{x_1}{x_0} = \pm\,\mathrm{log1p}\,\frac{|x_1 - x_0|}{\min(x_0, x_1)}

    The difference of two close numbers is exact, and log1p keeps its digits, where the
    logarithm of their quotient would keep only those that it has beyond one.

    Examples
    --------
    >>> log_change(np.array([1.0, 1.25]), np.array([1.25, 1.0])).round(6).tolist()
    [0.223144, -0.223144]
    """
    difference = second - first
    least = np.minimum(first, second)
    with np.errstate(over="ignore"):
        change = np.abs(difference)
        change /= least
    np.log1p(change, out=change)
    if np.isinf(
        change.max(initial=0.0)
    ):  # 1e-300 beside 1e10: the quotient has no room, logarithms have
        beyond = np.isinf(change)
        change[beyond] = np.log(np.maximum(first, second)[beyond]) - np.log(least[beyond])
    return np.copysign(change, difference, out=change)


def log_mean(first: Floats, second: Floats) -> Floats:
    r"""What is the logarithmic mean of two quantities that are not negative?

    Parameters
    ----------
    first, second : array
        Zero or more, of one shape.

    Returns
    -------
    array
        Between the smaller and the larger; zero where either is zero.

    Notes
    -----
    .. math:: \Lambda(a, b) = \frac{a - b}{\ln a - \ln b}, \qquad \Lambda(a, a) = a

    with the logarithm of :func:`log_change`, whose digits make any series expansion
    around equal arguments unnecessary.

    Examples
    --------
    >>> log_mean(np.array([120.0, 7.0, 0.0]), np.array([100.0, 7.0, 3.0])).round(6).tolist()
    [109.696299, 7.0, 0.0]
    """
    positive = (first > 0) & (second > 0)
    mean = np.where(positive, first, 0.0)
    differ = positive & (first != second)
    a, b = first[differ], second[differ]
    if len(a):
        mean[differ] = (b - a) / log_change(a, b)
    return mean
