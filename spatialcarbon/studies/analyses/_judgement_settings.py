"""Settings of the method `judgement`: those of an allocation, or amounts that are there already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from spatialcarbon.core.errors import UnitMismatchError
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.stats.inference import Correction  # noqa: TC001 - pydantic reads it
from spatialcarbon.studies.analyses._allocate_checks import check as check_allocation
from spatialcarbon.studies.analyses._allocate_settings import (
    AllocateParameters,
    emission_year,
    year_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Inputs


class JudgementParameters(AllocateParameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar[Any] = (*AllocateParameters.COLUMNS, "allocations")

    allocations: list[str] | None = Field(
        default=None, description="Variables of amounts to judge, in place of principles."
    )
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    permutations: int | None = Field(
        default=None, ge=0, description="Random draws; 99,999 if left out, 0 for none."
    )
    alpha: float = Field(default=0.05, gt=0, lt=1, description="Level of significance.")
    correction: Correction = Field(default="fdr_bh", description="For testing many units at once.")


def check(parameters: JudgementParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: for principles as in an allocation, for amounts their measures."""
    if parameters.allocations is None:
        return check_allocation(parameters, inputs)
    problems: list[Text] = []
    for variable in parameters.allocations:
        if parameters.year is not None and inputs.years_of(variable) != [UNDATED]:
            problems += inputs.absent_years(variable, [parameters.year])
        try:
            _factor(parameters, inputs, variable)
        except UnitMismatchError:
            problems.append(
                text(
                    "{source} cannot be turned into {target}",
                    source=inputs.measure(variable) or "?",
                    target=inputs.measure(parameters.emission) or "?",
                )
            )
    return problems


def given_amounts(parameters: JudgementParameters, inputs: Inputs) -> dict[str, pd.Series[float]]:
    """Return the amounts that a table holds, in the unit of the emissions."""
    found = {}
    for variable in parameters.allocations or ():
        at = year_of(inputs, variable, parameters.year)
        found[variable] = inputs.panel.at(variable, at) * _factor(parameters, inputs, variable)
    return found


def _factor(parameters: JudgementParameters, inputs: Inputs, variable: str) -> float:
    return conversion_factor(inputs.measure(variable), inputs.measure(parameters.emission))


def yardsticks(
    parameters: JudgementParameters, inputs: Inputs
) -> dict[str, pd.Series[float] | None]:
    """Return population, GDP and past emissions, whether a principle reads them or not."""
    year = emission_year(parameters, inputs)
    found: dict[str, pd.Series[float] | None] = {"history": None}
    for name, own in (("population", parameters.population_year), ("gdp", parameters.gdp_year)):
        variable = getattr(parameters, name)
        found[name] = None
        if variable is not None:
            at = year_of(inputs, variable, own if own is not None else year or None)
            found[name] = inputs.panel.at(variable, at)
    if parameters.cumulative is not None:
        at = year_of(inputs, parameters.cumulative, year or None)
        found["history"] = inputs.panel.at(parameters.cumulative, at)
    elif parameters.period is not None:
        first, last = parameters.period
        past = inputs.panel[parameters.history or parameters.emission]
        found["history"] = past[list(range(first, last + 1))].sum(axis=1, skipna=False)
    return found
