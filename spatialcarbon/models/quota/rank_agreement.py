"""Ranks of many allocations at once, and how far each agrees with a first one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int32]


def ranks_of(amounts: Floats) -> Ranks:
    """Return ranks row by row: 1 is the unit of which most is asked, ties share the better one.

    Amounts within 1e-12 of the largest of their row, or of one another, are ties.

    Parameters
    ----------
    amounts : array
        Draw × unit, without NaN.

    Examples
    --------
    >>> ranks_of(np.array([[5.0, 9.0, 5.0, 1.0]])).tolist()
    [[2, 1, 2, 4]]
    """
    order = np.argsort(-amounts, axis=1, kind="stable")
    fallen = np.take_along_axis(amounts, order, axis=1)
    near = 1e-12 * np.maximum(1e-300, np.abs(amounts).max(axis=1, keepdims=True))
    places = np.arange(amounts.shape[1], dtype=np.int32)
    starts = np.zeros(amounts.shape, dtype=np.int32)
    starts[:, 1:] = np.where(fallen[:, :-1] - fallen[:, 1:] > near, places[1:], 0)
    ranks = np.empty(amounts.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.maximum.accumulate(starts, axis=1) + 1, axis=1)
    return ranks


def kendall_to(base: Ranks, ranks: Ranks) -> Floats:
    r"""Return Kendall's tau-b of each row of ranks with the base; NaN where all are tied.

    Parameters
    ----------
    base : array
        Ranks of the units.
    ranks : array
        Draw × unit.

    Notes
    -----
    .. math:: \tau_b = \frac{C - D}{\sqrt{(P - T_a)(P - T_b)}}

    with :math:`P = n(n-1)/2` pairs, of which :math:`C` are ordered alike, :math:`D`
    otherwise, and :math:`T` tied in one of the two.

    Examples
    --------
    >>> kendall_to(np.array([1, 2, 3]), np.array([[1, 2, 3], [2, 1, 3], [3, 2, 1]])).round(
    ...     3
    ... ).tolist()
    [1.0, 0.333, -1.0]
    """
    score = np.zeros(len(ranks), dtype=np.int64)
    apart = np.zeros(len(ranks), dtype=np.int64)
    own = 0
    for at in range(1, ranks.shape[1]):
        here = np.sign(base[at] - base[:at]).astype(np.int8)
        there = np.sign(ranks[:, [at]] - ranks[:, :at]).astype(np.int8)
        score += (there * here).sum(axis=1, dtype=np.int64)
        apart += np.count_nonzero(there, axis=1)
        own += int(np.count_nonzero(here))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((apart > 0) & (own > 0), score / np.sqrt(apart * float(own)), np.nan)
