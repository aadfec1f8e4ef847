"""Criteria of an allocation: unit × column, checked once, summed over groups where needed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, canonical_order, check_unique, require_columns
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text, text

POPULATION, CUMULATIVE, GDP, INTENSITY = "population", "cumulative", "gdp", "intensity"
CRITERIA = (POPULATION, CUMULATIVE, GDP, INTENSITY)
"""The four criteria of study 004, in its order."""

EMISSIONS = "emissions"


def written(value: float) -> str:
    """Return a number for a message: six significant digits, thousands parted, no exponent.

    Examples
    --------
    >>> written(3061209.98), written(0.8756821)
    ('3,061,210', '0.875682')
    """
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"


def checked_criteria(
    criteria: pd.DataFrame, columns: Sequence[str] | None = None, *, minimum: int = 2
) -> pd.DataFrame:
    """Return the columns as numbers that are not negative, rows in the order of their labels.

    The order is fixed here so that sums, and with them results, do not hang on
    the order in which the rows came.

    Parameters
    ----------
    criteria : DataFrame
        Indexed by unit.
    columns : sequence of str, optional
        Columns wanted; all of them if left out.
    minimum : int
        Fewest rows that make sense.
    """
    if not isinstance(criteria, pd.DataFrame):
        raise SchemaError(
            "the criteria are a {kind}",
            expected="a DataFrame, unit × criterion",
            kind=type(criteria).__name__,
        )
    name = text("the table of criteria")
    check_unique(criteria.index, name)
    check_unique(criteria.columns, text("the header of the criteria"))
    wanted = list(criteria.columns if columns is None else columns)
    require_columns(criteria, wanted, name)
    if len(criteria) < minimum or not wanted:
        raise SchemaError(
            "there are {n} units and {m} criteria to share by",
            expected="at least {minimum} units and one criterion",
            n=len(criteria),
            m=len(wanted),
            minimum=minimum,
        )
    numbers = pd.DataFrame({c: as_numbers(criteria[c], str(c)) for c in wanted})
    values = numbers.to_numpy(dtype=np.float64)
    for bad, error, message in (
        (~np.isfinite(values), MissingDataError, "criteria are missing or infinite: {cells}"),
        (values < 0, SchemaError, "criteria are negative: {cells}"),
    ):
        if bad.any():
            cells = [f"{numbers.index[i]}/{wanted[j]}" for i, j in np.argwhere(bad)]
            fix = "correct these cells, or leave the units out"
            raise error(message, fix=fix, cells=some(cells))
    return numbers.iloc[canonical_order(numbers.index)]


def match_units(labels: pd.Index, units: pd.Index, name: Text, whose: Text | None = None) -> None:
    """Raise unless ``labels`` are the units of the criteria, or of ``whose``, in any order.

    Raises
    ------
    AlignmentError
        Other units, or one of them twice.
    """
    check_unique(labels, name)
    absent = units.difference(labels, sort=False)
    extra = labels.difference(units, sort=False)
    if len(absent) or len(extra):
        raise AlignmentError(
            "{name} and {whose} are not of the same units",
            arrived="{n_absent} without a value ({absent}); {n_extra} unknown ({extra})",
            expected="the same {n} units in any order",
            fix="data.loc[units] with the units that both have",
            name=name,
            whose=text("the criteria") if whose is None else whose,
            n_absent=len(absent),
            absent=some(absent) or "–",
            n_extra=len(extra),
            extra=some(extra) or "–",
            n=len(units),
        )


def share_of(values: pd.Series[float], name: Hashable) -> pd.Series[float]:
    """Return what part of the sum each unit has.

    Raises
    ------
    DegenerateDataError
        When the sum is zero.
    """
    total = float(values.sum())
    if total <= 0:
        raise DegenerateDataError(
            "the criterion {name} is zero everywhere",
            fix="nothing can be shared in proportion to it: choose another principle",
            name=name,
        )
    return values / total


def with_intensity(
    criteria: pd.DataFrame, emissions: pd.Series[float] | None, wanted: Sequence[str]
) -> pd.DataFrame:
    """Return the criteria with emissions per GDP, where they are wanted and not yet there.

    Raises
    ------
    DegenerateDataError
        A GDP of zero, under which emissions per GDP do not exist.
    """
    if INTENSITY not in wanted or INTENSITY in criteria or emissions is None or GDP not in criteria:
        return criteria
    zero = criteria.index[criteria[GDP] == 0]
    if len(zero):
        raise DegenerateDataError(
            "GDP is zero for {units}, so there are no emissions per GDP",
            fix="leave these units out, or give the column intensity",
            units=some(zero),
        )
    return criteria.assign(**{INTENSITY: emissions.reindex(criteria.index) / criteria[GDP]})


def summed_criteria(criteria: pd.DataFrame, labels: pd.Series[Any]) -> pd.DataFrame:
    """Return the criteria of groups: sums, and intensity as a ratio of sums.

    Raises
    ------
    SchemaError
        Intensity without the GDP that it must be weighted by.
    """
    groups = labels.reindex(criteria.index)
    sums = criteria.groupby(groups, sort=True).sum()
    if INTENSITY in criteria:
        if GDP not in criteria:
            raise SchemaError(
                "the intensity of a group needs the GDP of its units",
                fix="add the column gdp to the criteria",
            )
        emitted = (criteria[INTENSITY] * criteria[GDP]).groupby(groups, sort=True).sum()
        sums[INTENSITY] = emitted / sums[GDP]
    return sums
