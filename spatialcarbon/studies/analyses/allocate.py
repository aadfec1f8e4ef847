"""Who cuts how much: a total shared among places by several principles, side by side."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import AdjustedDataWarning, InfeasibleAllocationWarning
from spatialcarbon.core.language import text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.models.quota.allocation import allocate
from spatialcarbon.models.quota.target import TargetResult, national_target
from spatialcarbon.studies.analyses._allocate_checks import check
from spatialcarbon.studies.analyses._allocate_settings import (
    AllocateParameters,
    emission_year,
    needed,
    principles_of,
    reductions,
    total_by_group,
    year_of,
)
from spatialcarbon.studies.analyses._allocate_shown import figures, findings, layers
from spatialcarbon.studies.analyses._allocate_tables import tables
from spatialcarbon.studies.analysis import Analysis, Inputs

if TYPE_CHECKING:
    from spatialcarbon.models.quota.allocation_result import AllocationResult


def criteria_of(parameters: AllocateParameters, inputs: Inputs) -> pd.DataFrame:
    """Return unit × criterion, those that the principles read."""
    year, wanted = emission_year(parameters, inputs), needed(parameters)
    chosen: dict[str, pd.Series[float]] = {}
    for name, own in (
        ("population", parameters.population_year),
        ("gdp", parameters.gdp_year),
        ("intensity", None),
        ("criterion", None),
    ):
        variable = getattr(parameters, name)
        if variable is not None and (name in wanted or name == "gdp"):
            at = year_of(inputs, variable, own if own is not None else year or None)
            chosen[name] = inputs.panel.at(variable, at)
    if "cumulative" in wanted:
        if parameters.cumulative is not None:
            at = year_of(inputs, parameters.cumulative, year or None)
            chosen["cumulative"] = inputs.panel.at(parameters.cumulative, at)
        elif parameters.period is not None:
            first, last = parameters.period
            history = inputs.panel[parameters.history or parameters.emission]
            chosen["cumulative"] = history[list(range(first, last + 1))].sum(axis=1, skipna=False)
    return pd.DataFrame(chosen, index=inputs.units.index)


def run(parameters: AllocateParameters, inputs: Inputs) -> dict[str, Any]:
    """Allocate by every principle, and for a second target where there is one."""
    emitted = _emissions(parameters, inputs, emission_year(parameters, inputs))
    criteria = criteria_of(parameters, inputs)
    with warnings.catch_warnings():
        # Results carry the same sentences, and the findings name the places.
        warnings.simplefilter("ignore", InfeasibleAllocationWarning)
        warnings.simplefilter("ignore", AdjustedDataWarning)
        target = _target(parameters, inputs, emitted, parameters.reduction)
        other_target = _target(parameters, inputs, emitted, parameters.other_reduction)
        if target is not None and target.projected is not None:
            emitted = target.projected  # on the national scale, where that was asked for
        total = _total(parameters, inputs, emitted, target)
        results = _by_principle(parameters, inputs, criteria, emitted, total)
        other: dict[str, pd.Series[float]] = {}
        if other_target is not None:
            second = other_target.responsibility
            second_results = _by_principle(parameters, inputs, criteria, emitted, second)
            # Amounts alone: remarks on a second allocation would be taken for the first one's.
            other = {name: result.allocation for name, result in second_results.items()}
    return {"results": results, "target": target, "other_target": other_target, "other": other}


def _emissions(parameters: AllocateParameters, inputs: Inputs, year: int) -> pd.Series[float]:
    emitted = inputs.panel.at(parameters.emission, year)
    emitted.attrs = {}  # the panel's unit of measure, which rescaling would leave behind
    return emitted


def _target(
    parameters: AllocateParameters, inputs: Inputs, emitted: pd.Series[float], words: str | None
) -> TargetResult | None:
    if parameters.intensity_base is None or words is None:
        return None
    measure = inputs.measure(parameters.emission)
    factor = conversion_factor(parameters.target_measure or measure, measure)
    declared = (parameters.target_boundary, parameters.emission_boundary)
    regional = None
    if parameters.national is not None:
        at = year_of(inputs, parameters.emission, parameters.national_year or parameters.year)
        regional = _emissions(parameters, inputs, at)
    return national_target(
        parameters.intensity_base * factor,
        parameters.gdp_target,
        reduction=reductions(words),
        projected=emitted,
        boundary=None if declared[0] is None or declared[1] is None else (declared[0], declared[1]),
        rescale_to_national=parameters.rescale_to_national,
        national=None if parameters.national is None else parameters.national * factor,
        regional=regional,
    )


def _total(
    parameters: AllocateParameters,
    inputs: Inputs,
    emitted: pd.Series[float],
    target: TargetResult | None,
) -> Any:
    if target is not None:
        return target.responsibility
    if parameters.cut is not None:
        group = inputs.first_group()
        if parameters.within and group is not None:
            return total_by_group(parameters.cut, parameters.cuts, emitted, group)
        return parameters.cut * float(emitted.sum())
    measure = inputs.measure(parameters.emission)
    factor = conversion_factor(parameters.total_measure or measure, measure)
    return (parameters.total or 0.0) * factor


def _by_principle(
    parameters: AllocateParameters,
    inputs: Inputs,
    criteria: pd.DataFrame,
    emitted: pd.Series[float],
    total: Any,
) -> dict[str, AllocationResult]:
    at = parameters.target_year
    if at is None and emission_year(parameters, inputs) != UNDATED:
        at = emission_year(parameters, inputs)
    return {
        name: allocate(
            total,
            criteria,
            principle=name,  # type: ignore[arg-type]
            preference=parameters.preference,
            rule=parameters.rule,
            cap=parameters.cap,
            emissions=emitted,
            criterion="criterion" if parameters.criterion else None,
            weighting=parameters.weighting,
            blend=parameters.blend,
            within=inputs.first_group() if parameters.within else None,
            base_year=parameters.base_year,
            year=at,
            convergence_year=parameters.convergence_year,
        )
        for name in principles_of(parameters)
    }


ANALYSIS = Analysis(
    name="allocate",
    title=text("Who cuts how much: allocation by principle"),
    question=text("What would each principle of fairness ask of each place?"),
    reading=text(
        "A principle is a choice, not a finding: no data say which is right. Look first at the places that are "
        "asked for more than they emit, then at how far principles disagree on a place. Entropy weights measure "
        "how unevenly a criterion is spread, not how much it matters. Where a target and the sum of the places "
        "come from different inventories, part of the total is a difference of accounting."
    ),
    methods=text(
        "One criterion: shares of its sum. Several: shares of min–max normalised criteria, weighted by entropy, "
        "with a preference λ for some of them. Convergence and ability to pay follow van den Berg et al. (2020). Under "
        "a cap, what exceeds it goes to the other places in proportion to their shares."
    ),
    parameters=AllocateParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("study004", "shannon1948", "hwang1981"),
)
