"""Weights from how alike two places are in one quantity, such as income."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import conform
from spatialcarbon.core.errors import DegenerateDataError, OptionError

EconomicTies = Literal["raise", "floor"]

MAX_DENSE_UNITS = 20_000


def economic_matrix(
    values: pd.Series[Any] | pd.DataFrame, units: pd.Index, ties: EconomicTies
) -> Any:
    """Return 1/|difference| of the levels for every pair of units.

    Parameters
    ----------
    values : Series or DataFrame
        One level per unit, or unit × year, which is averaged over the years.
    units : Index
        The units, in the order of the rows.
    ties : {"raise", "floor"}
        What two equal levels get: an error, or the smallest positive difference.

    Raises
    ------
    OptionError
        More units than a full matrix is made for.
    DegenerateDataError
        Two equal levels, or nothing but equal levels.

    Examples
    --------
    >>> import pandas as pd
    >>> level = pd.Series([10.0, 12.0, 20.0], list("abc"))
    >>> economic_matrix(level, level.index, "raise").tolist()[0]
    [0.0, 0.5, 0.1]
    """
    n = len(units)
    if n > MAX_DENSE_UNITS:
        raise OptionError(
            "economic weights link all pairs of {n} units, more than {limit} are refused",
            fix="restrict them to near units: Backbone.knn(k) * economic weights of a subset",
            n=n,
            limit=MAX_DENSE_UNITS,
        )
    if isinstance(values, pd.DataFrame):
        years = [conform(values[year], units, name=str(year)) for year in values.columns]
    else:
        years = [conform(values, units)]
    levels = np.mean([year.to_numpy() for year in years], axis=0)
    gap = np.abs(levels[:, None] - levels[None, :])
    off = ~np.eye(n, dtype=bool)
    equal = (gap <= 0) & off
    if equal.any() and ties == "raise":
        i, j = np.argwhere(equal)[0]
        raise DegenerateDataError(
            "{a} and {b} have the same level, so their economic distance is zero",
            fix="Backbone.economic(values, ties='floor')",
            a=units[i],
            b=units[j],
        )
    if equal.any():
        positive = gap[off & (gap > 0)]
        gap[equal] = positive.min() if positive.size else np.nan
    with np.errstate(divide="ignore"):
        matrix = np.where(off, 1 / np.where(off, gap, 1.0), 0.0)
    if not np.isfinite(matrix).all():
        raise DegenerateDataError("all units have the same level")
    return matrix
