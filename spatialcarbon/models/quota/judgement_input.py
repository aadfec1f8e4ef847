"""What is judged and what it is held against: read in whatever form it comes, checked once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, check_unique, conform
from spatialcarbon.core.errors import DegenerateDataError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.quota.allocation_result import AllocationResult
from spatialcarbon.models.quota.zero_sum_result import ZeroSumResult
from spatialcarbon.stats.moran_panel import group_members

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

    Groups = pd.Series[Any] | Mapping[str, Iterable[Any]]

PER: Mapping[str, str] = {
    "population": "per_head",
    "gdp": "per_gdp",
    "emissions": "per_emission",
    "history": "per_history",
}
"""Yardstick → what an amount over it is called."""

AMOUNT = "amount"

MEASURE_WORDS: Mapping[str, Text] = {
    "amount": text("amount allocated"),
    "per_head": text("burden per head"),
    "per_gdp": text("burden per GDP"),
    "per_emission": text("burden over emissions"),
    "per_history": text("burden over cumulative emissions"),
    "yardstick": text("yardstick itself"),
}


@dataclass(frozen=True, eq=False)
class Judged:
    """Amounts and yardsticks, rows in the order of their labels so that sums do not hang on rows.

    Parameters
    ----------
    amounts : DataFrame
        Unit × principle.
    yardsticks : DataFrame
        Unit × yardstick, those that were given.
    members : mapping
        Group → units; ``ALL`` first.
    labels : Series or None
        Group of each unit, where every unit is in exactly one.
    order : Index
        Units in the order of the weights, for tables.
    """

    amounts: pd.DataFrame
    yardsticks: pd.DataFrame
    members: Mapping[str, pd.Index]
    labels: pd.Series[Any] | None
    order: pd.Index

    def relative(self, yardstick: str) -> pd.DataFrame:
        """Return unit × principle, amounts over a yardstick; NaN where that is zero."""
        base = self.yardsticks[yardstick]
        return self.amounts.div(base.where(base > 0), axis=0)

    @property
    def measures(self) -> dict[str, pd.DataFrame]:
        """Measure → unit × principle: the amounts, and amounts over each yardstick."""
        over = {PER[str(name)]: self.relative(str(name)) for name in self.yardsticks}
        return {AMOUNT: self.amounts, **over}


def read_judged(
    allocation: Any,
    weights: Weights,
    yardsticks: Mapping[str, pd.Series[Any] | None],
    groups: Groups | None,
) -> Judged:
    """Return what is judged on the units of the weights."""
    columns = _columns(allocation)
    order = weights.units
    units = order[canonical_order(order)]
    amounts = pd.DataFrame(
        {
            name: conform(values, units, name=text("the allocation {name}", name=name))
            for name, values in columns.items()
        },
        index=units,
    )
    empty = [name for name in amounts if not amounts[name].any()]
    if empty:
        raise DegenerateDataError(
            "the allocation {name} is zero for every unit: there is nothing to judge", name=empty[0]
        )
    given = {name: data for name, data in yardsticks.items() if data is not None}
    if "emissions" not in given:
        found = _own_emissions(allocation)
        given |= {} if found is None else {"emissions": found}
    read = {name: _yardstick(given[name], units, name) for name in PER if name in given}
    members = group_members(groups, units, overall=True)
    return Judged(
        amounts, pd.DataFrame(read, index=units), members, _partition(members, units), order
    )


def _columns(allocation: Any) -> dict[str, pd.Series[Any]]:
    """Return principle → amounts, from any of the forms in which allocations come."""
    if isinstance(allocation, pd.DataFrame):
        check_unique(allocation.columns, text("the header of the allocations"))
        found = {str(name): allocation[name] for name in allocation}
    elif isinstance(allocation, Mapping):
        found = {str(name): _series(item) for name, item in allocation.items()}
    else:
        found = {_name(allocation): _series(allocation)}
    if not found:
        raise SchemaError("there is no allocation to judge", expected="at least one column")
    return found


def _series(allocation: Any) -> pd.Series[Any]:
    values = getattr(allocation, "allocation", allocation)
    if not isinstance(values, pd.Series):
        raise SchemaError(
            "the allocation is a {kind}",
            expected="a Series, a result of an allocation, or a DataFrame, unit × principle",
            kind=type(allocation).__name__,
        )
    return values


def _name(allocation: Any) -> str:
    if isinstance(allocation, AllocationResult):
        return allocation.principle
    if isinstance(allocation, ZeroSumResult):
        return "zero_sum"
    return AMOUNT if getattr(allocation, "name", None) is None else str(allocation.name)


def _own_emissions(allocation: Any) -> pd.Series[float] | None:
    """Return the emissions that an allocation was made with, where it carries them."""
    made = list(allocation.values()) if isinstance(allocation, Mapping) else [allocation]
    known = [item.emissions for item in made if isinstance(item, AllocationResult)]
    return next((emitted for emitted in known if emitted is not None), None)


def _yardstick(values: pd.Series[Any], units: pd.Index, name: str) -> pd.Series[float]:
    numbers = conform(values, units, name=text("the yardstick {name}", name=name))
    negative = numbers.index[numbers < 0]
    if len(negative):
        raise SchemaError(
            "the yardstick {name} is negative for {units}", name=name, units=some(negative)
        )
    if not numbers.any():
        raise DegenerateDataError("the yardstick {name} is zero for every unit", name=name)
    return numbers


def _partition(members: Mapping[str, pd.Index], units: pd.Index) -> pd.Series[Any] | None:
    """Return the group of each unit, or None unless every unit is in exactly one."""
    own = {name: index for name, index in members.items() if name != "ALL"}
    times = np.zeros(len(units), dtype=int)
    labels = pd.Series("", index=units, dtype=object)
    for name, index in own.items():
        times += units.isin(index)
        labels[index] = name
    return labels if own and bool((times == 1).all()) else None


def left_out(judged: Judged) -> tuple[Text, ...]:
    """Return the remarks about what could not be held against what."""
    said: list[Text] = []
    for name in judged.yardsticks:
        zero = judged.yardsticks.index[judged.yardsticks[name] == 0]
        if len(zero):
            said.append(
                text(
                    "the yardstick {name} is zero for {units}, left out of what is relative to it",
                    name=name,
                    units=some(zero),
                )
            )
    for name in judged.amounts:
        below = judged.amounts.index[judged.amounts[name] < 0]
        if len(below):
            said.append(
                text(
                    "{principle} is below zero for {n} units ({units}): no Gini, no Theil",
                    principle=name,
                    n=len(below),
                    units=some(below),
                )
            )
    if not len(judged.yardsticks.columns):
        said.append(text("no yardstick was given: fairness and border contrasts were not computed"))
    if len(judged.members) > 1 and judged.labels is None:
        said.append(text("groups do not hold every unit once: Theil's index was not split by them"))
    return tuple(said)
