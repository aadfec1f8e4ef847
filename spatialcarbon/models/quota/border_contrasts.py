"""Contrasts across borders: where neighbours bear very different burdens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from spatialcarbon.weights.weights import Weights

    Floats = npt.NDArray[np.float64]

OK, ONE_SIDE, BELOW = "ok", "nothing on one side", "below zero"
NEITHER, UNKNOWN = "nothing on either side", "no yardstick"
ORDER = (ONE_SIDE, BELOW, OK, NEITHER, UNKNOWN)
"""Contrasts that no ratio can express stand first, those that are none last."""

COLUMNS = (
    *("principle", "measure", "unit", "neighbor", "high", "low"),
    *("ratio", "difference", "status"),
)
TOLERANCE = 1e-12


def border_contrasts(measures: Mapping[str, pd.DataFrame], weights: Weights) -> pd.DataFrame:
    """Return for each neighbouring pair how many times one burden is the other, largest first.

    Parameters
    ----------
    measures : mapping
        Measure → unit × principle, relative to something that makes places comparable;
        NaN where there is nothing to relate to.
    weights : Weights
        Every link is a pair, in whichever direction it runs.

    Returns
    -------
    DataFrame
        ``principle, measure, unit`` (the side with the higher burden), ``neighbor,
        high, low, ratio`` (≥ 1), ``difference`` and ``status``. A ratio to nothing, or to
        less than nothing, is not defined: it is NaN, the status says why, and these pairs
        come first.
    """
    weights = weights.canonical
    left, right = (side.astype(np.intp) for side in (weights.pairs.left, weights.pairs.right))
    parts = []
    for measure, frame in measures.items():
        values = frame.reindex(weights.units)
        for principle in values:
            found = _pairs(values[principle].to_numpy(dtype=float), left, right)
            unit, neighbor = found.pop("unit"), found.pop("neighbor")
            ends = {"unit": weights.units[unit], "neighbor": weights.units[neighbor]}
            parts.append(
                pd.DataFrame({"principle": str(principle), "measure": measure, **ends, **found})
            )
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _pairs(x: Floats, left: npt.NDArray[np.intp], right: npt.NDArray[np.intp]) -> dict[str, Any]:
    """Return the columns of one series, sorted."""
    a, b = x[left], x[right]
    # Burdens that differ by rounding only are the same, or noise would say who leaks to whom.
    alike = np.abs(a - b) <= TOLERANCE * np.maximum(np.abs(a), np.abs(b))
    swap = (b > a) & ~alike
    high, low = np.where(swap, b, a), np.where(swap, a, b)
    status = np.select(
        [np.isnan(a) | np.isnan(b), (a == 0) & (b == 0), low < 0, low == 0],
        [UNKNOWN, NEITHER, BELOW, ONE_SIDE],
        OK,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(status == OK, high / low, np.nan)
    ratio = np.where(alike & (status == OK), 1.0, ratio)
    difference = np.where(alike, 0.0, high - low)
    size = np.where(status == OK, ratio, np.nan_to_num(difference))
    place = pd.Index(ORDER).get_indexer(pd.Index(status))
    order = np.lexsort((right, left, -size, place))
    found = {
        "unit": np.where(swap, right, left), "neighbor": np.where(swap, left, right),
        "high": high, "low": low, "ratio": ratio, "difference": difference, "status": status,
    }  # fmt: skip
    return {name: column[order] for name, column in found.items()}
