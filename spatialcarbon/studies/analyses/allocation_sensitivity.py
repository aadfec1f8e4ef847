"""Whether an allocation hangs on its weights, on λ, on one criterion, or on errors in the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.models.quota.sensitivity import allocation_sensitivity
from spatialcarbon.studies.analyses._allocate_settings import emission_year, total_by_group
from spatialcarbon.studies.analyses._allocation_sensitivity_settings import (
    AllocationSensitivityParameters,
    as_allocation,
    check,
    indicators_of,
    noisy,
    parts,
)
from spatialcarbon.studies.analyses._allocation_sensitivity_shown import figures, findings, layers
from spatialcarbon.studies.analyses._allocation_sensitivity_tables import tables
from spatialcarbon.studies.analyses.allocate import criteria_of
from spatialcarbon.studies.analysis import Analysis, Inputs

if TYPE_CHECKING:
    from spatialcarbon.models.quota.sensitivity_result import AllocationSensitivityResult


def run(parameters: AllocationSensitivityParameters, inputs: Inputs) -> AllocationSensitivityResult:
    """Allocate, and again under every other choice and under errors in the numbers."""
    wanted = indicators_of(parameters)
    own = as_allocation(parameters, "comprehensive,criterion")
    criteria = criteria_of(own, inputs)
    emitted = inputs.panel.at(parameters.emission, emission_year(own, inputs))
    kept = [c for c in criteria if c in noisy(parameters)]
    errors = parameters.noise_of or {}
    return allocation_sensitivity(
        _total(parameters, inputs, emitted),
        criteria[kept],
        principle=parameters.principle,
        weighting=parts(parameters.weighting),  # type: ignore[arg-type]
        preferences=[float(part) for part in parts(parameters.preferences)],
        leave_out=parameters.leave_out,
        noise={name: errors.get(name, parameters.noise) for name in noisy(parameters)},
        draws=parameters.draws,
        top=parameters.top,
        preference=parameters.preference,
        rule=parameters.rule,
        emissions=emitted,
        indicators=wanted,
        within=inputs.first_group() if parameters.within else None,
        rng=inputs.seed,
    )


def _total(parameters: AllocationSensitivityParameters, inputs: Inputs, emitted: Any) -> Any:
    if parameters.cut is not None:
        group = inputs.first_group()
        if parameters.within and group is not None:
            return total_by_group(parameters.cut, parameters.cuts, emitted, group)
        return parameters.cut * float(emitted.sum())
    measure = inputs.measure(parameters.emission)
    return (parameters.total or 0.0) * conversion_factor(
        parameters.total_measure or measure, measure
    )


ANALYSIS = Analysis(
    name="allocation_sensitivity",
    title=text("What the allocation hangs on"),
    question=text(
        "Would other weights, another λ or slightly other numbers change who cuts how much?"
    ),
    reading=text(
        "Look at the ranges of ranks. A place whose range is short keeps its rank whatever is chosen; a long range says "
        "that the choice decides and not the data, and then the choice needs a reason. Leaving a criterion out shows "
        "which one carries the result. A rank that is stable under errors alone is no proof of a fair one, and errors "
        "that places share, such as a biased inventory, are not among those drawn here."
    ),
    methods=text(
        "The allocation again with entropy, equal and CRITIC weights, with λ towards fairness and towards efficiency "
        "under both rules, without each criterion, and with every number multiplied by an independent lognormal error "
        "of mean one. Agreement with the base by Kendall's tau-b; ranks from the largest reduction. The share of variance of "
        "a column is that of the allocation with errors in this column alone. Caps are not applied."
    ),
    parameters=AllocationSensitivityParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("saisana2005", "kendall1945", "study004"),
)
