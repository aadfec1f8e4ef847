"""What the parts of quotas that look at the map need alike: links, parts of one, amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, canonical_order, check_unique
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.models.quota.allocation_result import AllocationResult
from spatialcarbon.models.quota.smoothing_result import SmoothingResult
from spatialcarbon.weights.weights import as_weights

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

_RESULTS = (AllocationResult, SmoothingResult)


def linked(weights: Any) -> Weights:
    """Return the weights, which must hold at least one link.

    Raises
    ------
    DegenerateDataError
        When no unit has a neighbour.
    """
    made = as_weights(weights)
    if made.raw.nnz == 0:
        raise DegenerateDataError(
            "no unit has a neighbour, so nothing spreads and no neighbours differ",
            arrived="{n} units without links",
            fix="other weights, for example Backbone(units).knn(4)",
            n=made.n,
        )
    return made


def part_of(value: float, name: str) -> float:
    """Return a number from 0 to 1, both allowed.

    Raises
    ------
    OptionError
        For anything else.
    """
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0.0 <= number <= 1.0:
        raise OptionError("{name}={value!r} must lie in 0 to 1", name=name, value=value)
    return number


def amounts_of(allocation: Any) -> pd.Series[float]:
    """Return the amounts of an allocation in the order of their labels, none below zero.

    Parameters
    ----------
    allocation : Series, AllocationResult or SmoothingResult
        Reduction asked of each unit.

    Raises
    ------
    DegenerateDataError
        When nothing is asked of anybody.
    MissingDataError
        An amount that is missing or infinite.
    SchemaError
        No Series; amounts below zero.
    """
    given = allocation.allocation if isinstance(allocation, _RESULTS) else allocation
    if not isinstance(given, pd.Series):
        raise AlignmentError(
            "the allocation is a {kind}",
            expected="a pandas Series indexed by unit, or the result of allocate",
            kind=type(given).__name__,
        )
    name = text("the allocation")
    check_unique(given.index, name)
    numbers = as_numbers(given, name)
    for bad, error, message in (
        (~np.isfinite(numbers), MissingDataError, "the allocation is missing for {units}"),
        (numbers < 0, SchemaError, "the allocation is below zero for {units}"),
    ):
        if bad.any():
            fix = "a unit that may emit more has nothing to cut: choose another principle"
            raise error(
                message,
                fix=fix if error is SchemaError else "leave these units out",
                units=some(numbers.index[bad]),
            )
    if not numbers.sum() > 0:
        raise DegenerateDataError("nothing is to be cut: the allocation is zero everywhere")
    return numbers.iloc[canonical_order(numbers.index)].rename("allocation")
