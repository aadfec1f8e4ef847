"""What many paths amount to: quantiles of every year, and how often each year is the peak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.models.drivers.peak import STATUSES, Tie, peak_positions

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

NOT_PEAKED = "not peaked"
"""Paths that are highest in the last year, or flat from first to last."""

_BLOCK = 8192
_OPEN = [STATUSES.index("not peaked in horizon"), STATUSES.index("flat")]


def row_quantiles(ascending: Floats, quantiles: Sequence[float]) -> Floats:
    """Return quantiles of each row of sorted numbers, interpolated as numpy does.

    Examples
    --------
    >>> row_quantiles(np.array([[1.0, 2.0, 4.0]]), [0.25, 0.5]).tolist()
    [[1.5, 2.0]]
    """
    at = np.asarray(quantiles, dtype=np.float64) * (ascending.shape[1] - 1)
    low = np.floor(at).astype(np.intp)
    high = np.minimum(low + 1, ascending.shape[1] - 1)
    below, above = ascending[:, low], ascending[:, high]
    return np.asarray(below + (at - low) * (above - below), dtype=np.float64)


def peak_counts(levels: Floats, *, tol: float, tie: Tie) -> npt.NDArray[np.int64]:
    """Count the paths that peak in each year; the last count is of those that do not peak.

    Parameters
    ----------
    levels : ndarray
        Year × draw, the base year first.
    tol, tie
        As for :func:`peak`.
    """
    years, draws = levels.shape
    counts = np.zeros(years + 1, dtype=np.int64)
    # Small whole numbers: sums over flags are then as quick as the flags themselves.
    small = np.uint8 if years < 256 else np.uint16
    places = np.arange(years, dtype=small)[:, None]
    for start in range(0, draws, _BLOCK):
        block = levels[:, start : start + _BLOCK]
        top = block.max(axis=0)
        high = block >= top - tol * np.abs(top)
        flags = high.view(np.uint8)
        first = (flags * places).sum(axis=0, dtype=small).astype(np.intp)
        first[first == years - 1] = years
        # With one year that high, its place is the sum; a plateau takes a closer look.
        wide = np.flatnonzero(flags.sum(axis=0, dtype=small) > 1)
        if len(wide):
            begin, end, state = peak_positions(np.ascontiguousarray(block[:, wide].T), tol=tol)
            first[wide] = np.where(np.isin(state, _OPEN), years, begin if tie == "first" else end)
        counts += np.bincount(first, minlength=years + 1)
    return counts


def standard_error(probability: Any, draws: int) -> Any:
    """Return the standard error of a share of draws."""
    return np.sqrt(probability * (1.0 - probability) / draws)


def peak_frame(
    counts: npt.NDArray[np.int64], keys: pd.DataFrame, years: Sequence[int], draws: int
) -> pd.DataFrame:
    """Return the share of draws that peak in each year, tidy, ``"not peaked"`` last.

    Parameters
    ----------
    counts : ndarray
        Key × (year, not peaked).
    keys : DataFrame
        What each row of counts is of.
    """
    share = counts / draws
    frame = keys.loc[keys.index.repeat(counts.shape[1])].reset_index(drop=True)
    peaks = np.array([*years, NOT_PEAKED], dtype=object)
    return frame.assign(
        peak=np.tile(peaks, len(keys)),
        probability=share.ravel(),
        standard_error=standard_error(share, draws).ravel(),
    )


def peaked_by_frame(
    counts: npt.NDArray[np.int64], keys: pd.DataFrame, years: Sequence[int], draws: int
) -> pd.DataFrame:
    """Return the share of draws that have peaked by each year, tidy."""
    share = counts[:, :-1].cumsum(axis=1) / draws
    frame = keys.loc[keys.index.repeat(share.shape[1])].reset_index(drop=True)
    return frame.assign(
        year=np.tile(np.asarray(years), len(keys)),
        probability=share.ravel(),
        standard_error=standard_error(share, draws).ravel(),
    )


def quantile_frame(
    values: Floats, keys: pd.DataFrame, years: Sequence[int], quantiles: Sequence[float]
) -> pd.DataFrame:
    """Return quantiles, tidy: ``values`` is key × year × quantile."""
    each = values.shape[1] * values.shape[2]
    frame = keys.loc[keys.index.repeat(each)].reset_index(drop=True)
    return frame.assign(
        year=np.tile(np.repeat(np.asarray(years), values.shape[2]), len(keys)),
        quantile=np.tile(np.asarray(quantiles, dtype=np.float64), len(keys) * values.shape[1]),
        value=values.ravel(),
    )


def median_peak(counts: npt.NDArray[np.int64], years: Sequence[int], draws: int) -> pd.Series[Any]:
    """Return the first year by which at least half of the draws have peaked; empty without one."""
    passed = 2 * counts[:, :-1].cumsum(axis=1) >= draws
    found = np.asarray(years)[passed.argmax(axis=1)]
    return pd.Series(found, dtype="Int64").where(pd.Series(passed.any(axis=1), dtype=bool))
