"""How far principles agree: correlations of their allocations, and ranks that units change."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.stats.moran_formulas import is_constant

DIGITS = 12
"""Amounts that agree to as many digits of the largest are ties."""

CORRELATION = ("principle", "other", "pearson", "spearman", "n", "status")
RANKS = ("unit", "principle", "amount", "rank", "shift", "span")


def correlations(amounts: pd.DataFrame) -> pd.DataFrame:
    """Return Pearson's and Spearman's correlation of each pair of principles.

    Parameters
    ----------
    amounts : DataFrame
        Unit × principle. A principle that asks the same of all correlates with none:
        its rows are NaN and ``status`` says so.

    Examples
    --------
    >>> pair = correlations(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 9.0]}))
    >>> pair[["spearman", "pearson"]].round(4).to_numpy().tolist()
    [[1.0, 0.9177]]
    """
    tied = _with_ties(amounts)
    ranked = tied.rank()
    constant = dict(zip(amounts, is_constant(amounts.to_numpy(dtype=float)), strict=True))
    rows: list[dict[str, Any]] = []
    for one, other in combinations(amounts.columns, 2):
        status = "constant" if constant[one] or constant[other] else "ok"
        status = "n<3" if len(amounts) < 3 else status
        fine = status == "ok"
        rows.append(
            {
                "principle": one,
                "other": other,
                "pearson": _pearson(amounts[one], amounts[other]) if fine else np.nan,
                "spearman": _pearson(ranked[one], ranked[other]) if fine else np.nan,
                "n": len(amounts),
                "status": status,
            }
        )
    return pd.DataFrame(rows, columns=list(CORRELATION))


def _pearson(a: pd.Series[float], b: pd.Series[float]) -> float:
    x, y = (v.to_numpy(dtype=float) - float(v.mean()) for v in (a, b))
    x, y = x / np.abs(x).max(), y / np.abs(y).max()
    return float(np.clip((x @ y) / np.sqrt((x @ x) * (y @ y)), -1.0, 1.0))


def rank_table(amounts: pd.DataFrame) -> pd.DataFrame:
    """Return the rank of each unit under each principle, 1 where most is asked.

    Parameters
    ----------
    amounts : DataFrame
        Unit × principle. ``shift`` is the rank less that under the first principle,
        ``span`` the highest rank of the unit less its lowest over all of them. Ties
        share the best rank.

    Examples
    --------
    >>> ranked = rank_table(pd.DataFrame({"a": [5.0, 1.0], "b": [1.0, 5.0]}, index=["x", "y"]))
    >>> ranked.loc[ranked["unit"] == "x", ["rank", "shift", "span"]].to_numpy().tolist()
    [[1, 0, 1], [2, 1, 1]]
    """
    ranks = _with_ties(amounts).rank(ascending=False, method="min").astype("int64")
    first = ranks[ranks.columns[0]]
    span = ranks.max(axis=1) - ranks.min(axis=1)
    parts = [
        pd.DataFrame(
            {
                "unit": ranks.index,
                "principle": principle,
                "amount": amounts[principle].to_numpy(dtype=float),
                "rank": ranks[principle].to_numpy(),
                "shift": (ranks[principle] - first).to_numpy(),
                "span": span.to_numpy(),
            }
        )
        for principle in ranks
    ]
    return pd.concat(parts, ignore_index=True)[list(RANKS)]


def _with_ties(amounts: pd.DataFrame) -> pd.DataFrame:
    """Return amounts over the largest, rounded so that what differs by rounding only is equal."""
    return (amounts / amounts.abs().max()).round(DIGITS)
