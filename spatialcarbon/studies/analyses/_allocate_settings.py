"""Settings of the method `allocate`, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from spatialcarbon.data.panel import UNDATED
from spatialcarbon.models.quota.principles import needed_columns
from spatialcarbon.models.quota.terms import Terms
from spatialcarbon.studies.analysis import Parameters

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Inputs

USUAL = "equality, cumulative, economic, comprehensive, fairness, efficiency"


class AllocateParameters(Parameters):
    """Settings of the analysis."""

    # Written out: pydantic 2.9 takes a bare ClassVar for a field of a subclass elsewhere.
    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("emission", "population", "gdp", "cumulative", "history", "intensity", "criterion"),
    )

    emission: str = Field(description="Variable of what each place emits, from which it cuts.")
    population: str | None = Field(default=None, description="Variable of population.")
    gdp: str | None = Field(default=None, description="Variable of GDP.")
    cumulative: str | None = Field(default=None, description="Variable of cumulative emissions.")
    history: str | None = Field(
        default=None, description="Variable of yearly emissions to cumulate over the period."
    )
    intensity: str | None = Field(
        default=None, description="Variable of emissions per GDP; their ratio if left out."
    )
    criterion: str | None = Field(
        default=None, description="Variable of the principle that is called criterion."
    )
    year: int | None = Field(default=None, description="Year; the last one if left out.")
    population_year: int | None = Field(default=None, description="Another year of population.")
    gdp_year: int | None = Field(default=None, description="Another year of GDP.")
    period: tuple[int, int] | None = Field(
        default=None, description="First and last year of the cumulated emissions."
    )
    principles: str = Field(
        default=USUAL,
        description=(
            "Principles, with commas: equality, cumulative, economic, comprehensive, fairness, "
            "efficiency, grandfathering, convergence, ability, criterion, blended."
        ),
    )
    total: float | None = Field(default=None, ge=0, description="What is to be cut in all.")
    total_measure: str | None = Field(
        default=None, description="Its unit of measure; that of the emissions if left out."
    )
    cut: float | None = Field(
        default=None, ge=0, le=1, description="In place of a total: part of all emissions."
    )
    cuts: dict[str, float] | None = Field(
        default=None, description="Within groups: the part of single groups, if another than cut."
    )
    intensity_base: float | None = Field(
        default=None,
        gt=0,
        description="In place of a total: emissions per GDP of the base year, for a target.",
    )
    gdp_target: float = Field(
        default=1.0, gt=0, description="GDP of the target year; 1 if the product is given."
    )
    target_measure: str | None = Field(
        default=None, description="Unit of measure of intensity times GDP, such as 10^8 t CO2."
    )
    reduction: str | None = Field(
        default=None, description="Cut of the intensity as a fraction, or low,high: 0.60,0.65"
    )
    other_reduction: str | None = Field(
        default=None, description="Of a second target, to show the gap between the two."
    )
    target_boundary: str | None = Field(
        default=None, description="What the target counts, in words."
    )
    emission_boundary: str | None = Field(
        default=None, description="What the emissions count, in words."
    )
    national: float | None = Field(
        default=None, gt=0, description="National emissions, on the scale of the target."
    )
    national_year: int | None = Field(default=None, description="Their year; the year if left out.")
    rescale_to_national: bool = Field(
        default=False, description="Bring the emissions to the national scale in that year."
    )
    preference: float = Field(
        default=1.5, ge=1, description="How much more the preferred criteria count."
    )
    rule: Literal["paper", "renormalise"] = Field(
        default="paper", description="What that does to the other weights."
    )
    weighting: Literal["entropy", "critic", "equal"] = Field(
        default="entropy", description="How criteria are weighted."
    )
    blend: dict[str, float] | None = Field(
        default=None, description="Weight of each principle of the blend, of sum one."
    )
    cap: float | None = Field(
        default=None, gt=0, description="Largest part of its emissions that a place may cut."
    )
    within: bool = Field(
        default=False, description="First between the groups, then inside each of them."
    )
    base_year: int | None = Field(default=None, description="Year convergence starts from.")
    target_year: int | None = Field(
        default=None, description="Year of the total, for convergence; the year if left out."
    )
    convergence_year: int | None = Field(
        default=None, description="Year of equal emissions per head; the target year if left out."
    )

    @field_validator("principles", "reduction", "other_reduction", mode="before")
    @classmethod
    def _joined(cls, value: object) -> object:
        """Take lists and numbers of the study file as well as a line with commas."""
        if isinstance(value, (list, tuple)):
            return ",".join(map(str, value))
        return str(value) if isinstance(value, (int, float)) else value


def principles_of(parameters: AllocateParameters) -> list[str]:
    """Return the principles asked for, each once."""
    return list(dict.fromkeys(p.strip() for p in parameters.principles.split(",") if p.strip()))


def reductions(words: str) -> float | tuple[float, float]:
    """Return a fraction, or two, from a line with a comma."""
    ends = [float(part) for part in words.split(",")]
    return ends[0] if len(ends) == 1 else (ends[0], ends[1])


def needed(parameters: AllocateParameters) -> set[str]:
    """Return the criteria that the principles read."""
    found: set[str] = set()
    for name in principles_of(parameters):
        terms = Terms(
            principle=name,  # type: ignore[arg-type]
            criterion="criterion" if parameters.criterion else None,
            blend=parameters.blend,
        )
        found |= set(needed_columns(terms))
    return found


def total_by_group(
    cut: float, cuts: Mapping[str, float] | None, emitted: pd.Series[Any], group: pd.Series[Any]
) -> pd.Series[Any]:
    """Return what each group cuts: the same part of its emissions, or one of its own."""
    sums = emitted.groupby(group).sum()
    return sums * [(cuts or {}).get(code, cut) for code in sums.index]


def year_of(inputs: Inputs, variable: str, year: int | None) -> int:
    """Return a year of a variable: the one wanted, else its last; tables without years have one."""
    years = inputs.years_of(variable)
    if years == [UNDATED]:
        return UNDATED
    return max(years) if year is None else year


def emission_year(parameters: AllocateParameters, inputs: Inputs) -> int:
    """Return the year of the emissions that are to be cut."""
    return year_of(inputs, parameters.emission, parameters.year)
