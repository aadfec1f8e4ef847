"""What asks more alike of neighbours: an allocation smoothed over borders, at a stated cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from spatialcarbon.core.language import Text, text
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.models.quota.smoothing import STRONGEST, smooth_allocation
from spatialcarbon.studies.analyses._allocate_settings import (
    AllocateParameters,
    emission_year,
    year_of,
)
from spatialcarbon.studies.analyses._allocation_base import (
    base_allocation,
    base_problems,
    spillover_allocation,
)
from spatialcarbon.studies.analyses._smoothing_shown import figures, findings, layers, tables
from spatialcarbon.studies.analysis import Analysis

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Inputs


class SmoothingParameters(AllocateParameters):
    """Settings of the analysis."""

    principles: str = Field(
        default="equality", description="The one principle whose amounts are smoothed."
    )
    spillover: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="In place of the principle: by emissions, this part of them charged to neighbours.",
    )
    yardstick: Literal["emissions", "population"] = Field(
        default="emissions", description="What a burden is relative to."
    )
    strength: float | None = Field(
        default=None, ge=0, le=STRONGEST, description="What squared contrasts count beside cost."
    )
    max_contrast: float | None = Field(
        default=None,
        gt=0,
        description="In place of a strength: largest contrast, as a part of the mean burden.",
    )
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )


def run(parameters: SmoothingParameters, inputs: Inputs) -> dict[str, Any]:
    """Allocate by one principle, or by emissions with spillovers, and smooth the amounts."""
    weights = inputs.weights_named(parameters.weights)
    base = base_allocation(parameters, inputs)
    name = base.principle
    if parameters.spillover is not None:
        base = spillover_allocation(base, weights, parameters.spillover, parameters.cap)
        name = "spillover"
    people: pd.Series[float] | None = None
    if parameters.yardstick == "population":
        assert parameters.population is not None
        year = emission_year(parameters, inputs)
        own = parameters.population_year
        at = year_of(inputs, parameters.population, own or (None if year == UNDATED else year))
        people = inputs.panel.at(parameters.population, at)
    smoothed = smooth_allocation(
        base,
        weights,
        emissions=base.emissions if people is None else None,
        population=people,
        strength=parameters.strength,
        max_contrast=parameters.max_contrast,
        cap=parameters.cap,
    )
    return {"base": base, "smoothing": smoothed, "principle": name}


def check(parameters: SmoothingParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: the allocation, the yardstick, strength or contrast."""
    problems = base_problems(parameters, inputs)
    if (parameters.strength is None) == (parameters.max_contrast is None):
        problems.append(text("give one of strength and max_contrast"))
    if parameters.yardstick == "population":
        if parameters.population is None:
            problems.append(text("the yardstick population needs its variable"))
        if parameters.cap is not None:
            problems.append(text("a cap goes with the yardstick emissions"))
    return problems


ANALYSIS = Analysis(
    name="smoothing",
    title=text("Smoothing over borders: neighbours are asked more alike"),
    question=text(
        "What is the closest allocation that asks more alike of neighbours, and what does it cost?"
    ),
    reading=text(
        "A contrast of 50 % means that neighbours differ by half the mean burden, in the quadratic mean. The cost "
        "is how far the shares move from those of the principle. Smoothing is a choice against leakage over "
        "borders: it says nothing of whether the principle is right, and it depends on who counts as a neighbour. "
        "With burdens relative to emissions, strong smoothing ends in the same percentage for all."
    ),
    methods=text(
        "Chi-square distance of the shares from those of the principle, plus a strength times the weighted mean of "
        "squared differences of burdens between neighbours, minimised under a fixed sum and caps by an active-set "
        "method; the conditions of optimality were checked."
    ),
    parameters=SmoothingParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("study004",),
)
