"""What statistics of one or two columns share: alignment, and refusing what is not defined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.align import Missing, conform
from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.core.options import check_option
from spatialcarbon.stats.moran_formulas import is_constant
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from spatialcarbon.core.language import Text

    Floats = npt.NDArray[np.float64]

MIN_UNITS = 3


def prepare_columns(
    columns: Mapping[str, pd.Series[Any]], weights: Weights, missing: Missing
) -> tuple[pd.DataFrame, Weights, pd.Index]:
    """Align several columns and the weights, drop what is missing in any, and sort by label.

    Sorting makes the random draws independent of the order in which the map was read.

    Returns
    -------
    tuple
        The columns, the weights of the same units, and the units left out.
    """
    check_option(missing, Missing, "missing")
    ordered = as_weights(weights).canonical
    aligned = pd.DataFrame(
        {
            name: conform(values, ordered.units, name=name, missing=missing)
            for name, values in columns.items()
        },
        index=ordered.units,
    )
    absent: pd.Index = aligned.index[aligned.isna().any(axis=1).to_numpy()]
    if len(absent):
        ordered = ordered.subset(ordered.units[~ordered.units.isin(absent)])
    return aligned.reindex(ordered.units), ordered, absent


def refuse_undefined(statistic: Text, columns: Mapping[str, Floats], weights: Weights) -> None:
    """Raise where a statistic of spatial association is not defined.

    Raises
    ------
    DegenerateDataError
        Fewer than three units, a constant column, or weights without any link.
    """
    if weights.n < MIN_UNITS:
        raise DegenerateDataError(
            "{statistic} needs at least three units, and there are {n}",
            statistic=statistic,
            n=weights.n,
        )
    for name, values in columns.items():
        if is_constant(values):
            raise DegenerateDataError(
                "all {n} values are the same ({value:g}), so there is no variation to test"
                if len(columns) == 1
                else "all {n} values of {column} are the same ({value:g}): nothing varies",
                fix="check the column, or leave this year out",
                n=weights.n,
                column=name,
                value=float(values[0]),
            )
    if weights.s0 <= 0:
        raise DegenerateDataError(
            "no unit has a neighbour, so {statistic} is undefined",
            arrived="{weights}",
            fix="weights.bridged(pairs), or weights that reach further such as knn",
            statistic=statistic,
            weights=repr(weights),
        )
