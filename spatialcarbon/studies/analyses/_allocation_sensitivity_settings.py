"""Settings of the method `allocation_sensitivity`, what they mean, and what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, get_args

from pydantic import Field, field_validator

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.quota.critic import Weighting
from spatialcarbon.models.quota.preference import Rule
from spatialcarbon.models.quota.sensitivity import PREFERENCES, MixedPrinciple
from spatialcarbon.studies.analyses._allocate_checks import check as check_allocation
from spatialcarbon.studies.analyses._allocate_settings import AllocateParameters
from spatialcarbon.studies.analysis import Parameters

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Inputs

SINGLE = {
    "population": "equality",
    "cumulative": "cumulative",
    "gdp": "economic",
    "criterion": "criterion",
}


class AllocationSensitivityParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = (
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
    criterion: str | None = Field(default=None, description="Variable of a further criterion.")
    indicators: str = Field(
        default="",
        description=(
            "Criteria that are weighted, with commas: population, cumulative, gdp, intensity, "
            "criterion; all that have a variable if left out."
        ),
    )
    year: int | None = Field(default=None, description="Year; the last one if left out.")
    population_year: int | None = Field(default=None, description="Another year of population.")
    gdp_year: int | None = Field(default=None, description="Another year of GDP.")
    period: tuple[int, int] | None = Field(
        default=None, description="First and last year of the cumulated emissions."
    )
    total: float | None = Field(default=None, gt=0, description="What is to be cut in all.")
    total_measure: str | None = Field(
        default=None, description="Its unit of measure; that of the emissions if left out."
    )
    cut: float | None = Field(
        default=None, gt=0, le=1, description="In place of a total: part of all emissions."
    )
    cuts: dict[str, float] | None = Field(
        default=None, description="Within groups: the part of single groups, if another than cut."
    )
    within: bool = Field(
        default=False, description="First between the groups, then inside each of them."
    )
    principle: MixedPrinciple = Field(
        default="comprehensive", description="Principle of the allocation that is tested."
    )
    preference: float = Field(
        default=1.5, ge=1, description="How much more the preferred criteria count."
    )
    rule: Rule = Field(default="paper", description="What that does to the other weights.")
    weighting: str = Field(
        default="entropy,equal,critic",
        description="Ways of weighting, with commas; the first is that of the base.",
    )
    preferences: str = Field(
        default=",".join(f"{value:g}" for value in PREFERENCES),
        description="Values of λ to try, with commas.",
    )
    leave_out: bool = Field(default=True, description="Try without each criterion.")
    noise: float = Field(
        default=0.05, ge=0, description="Relative standard deviation of errors in the numbers."
    )
    noise_of: dict[str, float] | None = Field(
        default=None, description="That of single criteria, where it is another."
    )
    draws: int = Field(default=1000, ge=0, description="How often the numbers are drawn anew.")
    top: int = Field(default=5, ge=1, description="How many ranks count as the top.")

    @field_validator("indicators", "weighting", "preferences", mode="before")
    @classmethod
    def _joined(cls, value: object) -> object:
        """Take lists of the study file as well as a line with commas."""
        return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def parts(line: str) -> list[str]:
    """Return what stands between the commas of a line."""
    return [part.strip() for part in line.split(",") if part.strip()]


def given(parameters: AllocationSensitivityParameters) -> list[str]:
    """Return the criteria that have a variable, emissions per GDP where they follow."""
    there = {
        "population": parameters.population is not None,
        "cumulative": parameters.cumulative is not None or parameters.period is not None,
        "gdp": parameters.gdp is not None,
        "intensity": parameters.intensity is not None or parameters.gdp is not None,
        "criterion": parameters.criterion is not None,
    }
    return [name for name, known in there.items() if known]


def indicators_of(parameters: AllocationSensitivityParameters) -> list[str]:
    """Return the criteria that are weighted."""
    return parts(parameters.indicators) or given(parameters)


def noisy(parameters: AllocationSensitivityParameters) -> list[str]:
    """Return the columns that are read, whose numbers may have errors."""
    wanted = indicators_of(parameters)
    if "intensity" not in wanted:
        return wanted
    gdp = [] if parameters.gdp is None or "gdp" in wanted else ["gdp"]
    if parameters.intensity is not None:
        return [*wanted, *gdp]
    return [*(name for name in wanted if name != "intensity"), *gdp, "emissions"]


def as_allocation(
    parameters: AllocationSensitivityParameters, principles: str
) -> AllocateParameters:
    """Return the same data as settings of `allocate`, whose checks and readers serve here too."""
    shared = (
        *AllocationSensitivityParameters.COLUMNS,
        *("year", "population_year", "gdp_year", "period"),
        *("total", "total_measure", "cut", "cuts", "within"),
    )
    return AllocateParameters(
        **{name: getattr(parameters, name) for name in shared}, principles=principles
    )


def check(parameters: AllocationSensitivityParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: criteria, weightings, λ, the total, and what `allocate` checks."""
    if (parameters.total is None) == (parameters.cut is None):
        return [text("give one of total and cut: what is to be cut")]
    known = given(parameters)
    if not known:
        return [text("name the variable of a criterion: population, cumulative, gdp, criterion")]
    strange = [name for name in parts(parameters.indicators) if name not in known]
    if strange:
        return [
            text(
                "indicators names {names}; with a variable there is {known}",
                names=some(strange),
                known=", ".join(known),
            )
        ]
    strange = [way for way in parts(parameters.weighting) if way not in get_args(Weighting)]
    if strange or not parts(parameters.weighting):
        return [
            text(
                "weighting names {names}; there is {known}",
                names=some(strange) or text("none"),
                known=", ".join(get_args(Weighting)),
            )
        ]
    if not all(_is_preference(part) for part in parts(parameters.preferences)):
        return [
            text(
                "preferences are numbers of one or more: not {words}", words=parameters.preferences
            )
        ]
    read = noisy(parameters)
    strange = [name for name in parameters.noise_of or {} if name not in read]
    if strange:
        return [
            text(
                "noise_of names {names}; there is {known}",
                names=some(strange),
                known=", ".join(read),
            )
        ]
    single = [name for criterion, name in SINGLE.items() if criterion in known]
    own = as_allocation(parameters, ",".join(single or ["grandfathering"]))
    return list(check_allocation(own, inputs))


def _is_preference(part: str) -> bool:
    try:
        return 1 <= float(part) < float("inf")
    except ValueError:
        return False
