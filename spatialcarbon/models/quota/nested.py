"""Allocation in two stages: between groups, then inside each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from spatialcarbon.core.align import as_numbers, check_unique, conform_labels
from spatialcarbon.core.errors import AlignmentError, MissingDataError, OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.models.quota.allocation_result import AllocationResult
from spatialcarbon.models.quota.criteria import match_units, summed_criteria, with_intensity
from spatialcarbon.models.quota.principles import needed_columns
from spatialcarbon.models.quota.terms import Terms

Inner = Callable[
    [float, pd.DataFrame, "pd.Series[float] | None", "pd.Series[float] | None", Terms],
    AllocationResult,
]


def allocate_nested(
    total: float | pd.Series[Any],
    criteria: pd.DataFrame,
    emissions: pd.Series[float] | None,
    caps: pd.Series[float] | None,
    within: pd.Series[Any],
    terms: Terms,
    inner: Inner,
) -> AllocationResult:
    """Allocate inside groups, whose totals are given or come from the same principle.

    Parameters
    ----------
    total : float or Series
        For all, or by group.
    criteria, emissions, caps : DataFrame, Series
        Checked, on the same labels.
    within : Series
        Group of each unit.
    terms : Terms
        What decides the allocation.
    inner : callable
        Allocates among the units of one group.
    """
    if isinstance(within, pd.Series):
        match_units(within.index, criteria.index, text("the groups"))
    labels = conform_labels(within, criteria.index, name="within")
    absent = labels.index[labels.isna()]
    if len(absent):
        raise MissingDataError(
            "units without a group: {units}",
            fix="leave them out, or give each a group",
            units=some(absent),
        )
    criteria = with_intensity(criteria, emissions, needed_columns(terms))
    summed = None if emissions is None else emissions.groupby(labels, sort=True).sum()
    between = None
    if isinstance(total, pd.Series):
        totals = _group_totals(total, pd.Index(sorted(labels.unique(), key=str)))
    else:
        limits = None if caps is None else caps.groupby(labels, sort=True).sum()
        between = inner(float(total), summed_criteria(criteria, labels), summed, limits, terms)
        totals = between.allocation
    parts: dict[Any, AllocationResult] = {
        group: inner(
            float(totals.loc[group]),
            criteria.loc[members],
            None if emissions is None else emissions.loc[members],
            None if caps is None else caps.loc[members],
            terms,
        )
        for group, members in _members(labels)
    }
    return _joined(parts, between, totals, criteria.index, emissions, labels, terms)


def _members(labels: pd.Series[Any]) -> list[tuple[Any, pd.Index]]:
    groups: Any = labels.groupby(labels, sort=True).groups
    return list(groups.items())


def _group_totals(total: pd.Series[Any], groups: pd.Index) -> pd.Series[float]:
    check_unique(total.index, text("the totals by group"))
    if set(total.index) != set(groups):
        raise AlignmentError(
            "the totals by group are not of the groups of the units",
            arrived="{given}",
            expected="{groups}",
            given=some(total.index),
            groups=some(groups),
        )
    numbers = as_numbers(total, text("the totals by group")).reindex(groups)
    bad = numbers.index[~(numbers >= 0) | (numbers == float("inf"))]
    if len(bad):
        raise OptionError(
            "totals are not amounts to cut for {groups}",
            expected="numbers of zero or more, in the unit of the emissions",
            groups=some(bad),
        )
    return numbers


def _joined(
    parts: dict[Any, AllocationResult],
    between: AllocationResult | None,
    totals: pd.Series[float],
    units: pd.Index,
    emissions: pd.Series[float] | None,
    labels: pd.Series[Any],
    terms: Terms,
) -> AllocationResult:
    amounts = pd.concat([part.allocation for part in parts.values()]).reindex(units)
    total = float(totals.sum())
    every = [*parts.values(), *([] if between is None else [between])]
    remarks = [
        text("{group}: {remark}", group=str(group), remark=remark)
        for group, part in parts.items()
        for remark in part.remarks
    ]
    first = next(iter(parts.values()))
    return AllocationResult(
        method="Allocation within groups",
        principle=terms.principle,
        total=total,
        allocation=amounts,
        shares=(amounts / total if total > 0 else amounts).rename("share"),
        weights=pd.Series(dtype=float, name="weight") if between is None else between.weights,
        weighting=None if between is None else between.weighting,
        emissions=emissions,
        quota=None if emissions is None else (emissions - amounts).rename("quota"),
        infeasible=tuple(unit for part in parts.values() for unit in part.infeasible),
        capped=tuple(unit for part in parts.values() for unit in part.capped),
        audit=pd.concat([part.audit for part in parts.values()], ignore_index=True),
        groups=labels.rename("group"),
        between=between,
        parts=parts,
        settings={
            **first.settings,
            "total": totals.to_dict() if between is None else total,
            "data": "+".join(str(part.settings["data"]) for part in parts.values()),
        },
        references=tuple(dict.fromkeys(key for part in every for key in part.references)),
        remarks=tuple(remarks),
    )
