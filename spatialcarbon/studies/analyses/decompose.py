"""LMDI decomposition: which factor of an identity moved the emissions?"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.identity import parse_identity
from spatialcarbon.models.drivers.lmdi import decompose
from spatialcarbon.models.drivers.lmdi_result import DecompositionResult, Form, Level
from spatialcarbon.models.drivers.lmdi_zeros import Zeros
from spatialcarbon.studies.analyses._decompose_maps import layers, maps
from spatialcarbon.studies.analyses._decompose_shown import bars, findings, lines, waterfalls
from spatialcarbon.studies.analyses._decompose_tables import tables
from spatialcarbon.studies.analyses._drivers import (
    Prices,
    StageList,
    columns_of,
    stage_problems,
    table_of,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters


class DecomposeParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("identity",)
    WRITTEN: ClassVar = ("stages",)

    identity: str = Field(
        description="Outcome = product of factors made of the study's variables.",
        examples=["co2 = population * (gdp/population) * (co2/gdp)"],
    )
    stages: StageList = Field(
        default=None,
        description="Pairs of years, or yearly; from the first common year to the last if left out.",
    )
    chain: bool = Field(
        default=False, description="Add up the effects of single years within each stage."
    )
    cumulative: int | None = Field(
        default=None, description="Base year of effects added up for every year."
    )
    form: Form = Field(
        default="additive", description="Tables lead with effects that add or ratios that multiply."
    )
    level: Level = Field(
        default="unit", description="Decompose each place, or the totals of the groups."
    )
    zeros: Zeros = Field(
        default="raise", description="Refuse zeros, take limits, or put a tiny number."
    )
    categories: dict[str, list[str]] = Field(
        default={},
        description="For a sum over fuel: its categories; energy[fuel] then is energy_coal and so on.",
    )
    prices: Prices | None = Field(
        default=None, description="Basis of what is in money, said wherever effects are shown."
    )

    @field_validator("identity")
    @classmethod
    def _reads(cls, value: str) -> str:
        parse_identity(value)
        return value

    def variables_in(self, field: str) -> list[str]:
        """Return the variables that a field names."""
        if field == "identity":
            return columns_of(self.identity, self.categories)
        return super().variables_in(field)


def run(parameters: DecomposeParameters, inputs: Inputs) -> DecompositionResult:
    """Decompose all places and their groups."""
    return decompose(
        table_of(inputs, parameters.identity, parameters.categories),
        identity=parameters.identity,
        form=parameters.form,
        stages=parameters.stages,
        chain=parameters.chain,
        cumulative=parameters.cumulative,
        level=parameters.level,
        zeros=parameters.zeros,
        groups=dict(inputs.groups) or None,
    )


def check(parameters: DecomposeParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that not all variables have."""
    base = [] if parameters.cumulative is None else [parameters.cumulative]
    variables = parameters.variables_in("identity")
    return stage_problems(inputs, variables, parameters.stages, base)


def figures(done: Done) -> list:  # type: ignore[type-arg]
    """Return the way from start to end by group, effects by stage, lines over years, maps."""
    return [*waterfalls(done), *bars(done), *lines(done), *maps(done)]


ANALYSIS = Analysis(
    name="decompose",
    title=text("Drivers: LMDI decomposition"),
    question=text("How much of the change does each factor of an identity account for?"),
    reading=text(
        "Each effect is what the change of one factor contributes to the change of the whole, "
        "with the others at their means; all of them add up to it without a remainder. This is "
        "arithmetic on an identity: it says where the change shows, not what caused it, and "
        "another identity splits the same change otherwise. Effects of places add up to those "
        "of their group; effects of totals (level = aggregate) do not equal that sum."
    ),
    methods=text(
        "Logarithmic mean Divisia index, LMDI-I (Ang and Liu 2001): the effect of factor x is "
        "Λ(C_t, C_0) ln(x_t/x_0), summed over places and categories, with the logarithmic mean "
        "Λ(a, b) = (a − b)/(ln a − ln b); the ratio is exp(effect/Λ)."
    ),
    parameters=DecomposeParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("kaya1990", "ang2001", "ang2005", "ang2015"),
)
