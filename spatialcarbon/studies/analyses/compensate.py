"""Ecological compensation: who pays whom for carbon, by emissions, sinks, GDP and a price."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from spatialcarbon.core.errors import DegenerateResultWarning, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.data.catalogue import tables as shipped_tables
from spatialcarbon.models.governance.compensation import compensate
from spatialcarbon.models.governance.compensation_account import Balance
from spatialcarbon.models.governance.compensation_formulas import Ability, Baseline
from spatialcarbon.models.governance.compensation_range import compensation_range
from spatialcarbon.models.governance.settlement import Rule
from spatialcarbon.studies.analyses._compensate_places import (
    GROUP,
    chosen_year,
    factors_of,
    group_weights,
    places_of,
    prices_of,
)
from spatialcarbon.studies.analyses._compensate_shown import figures, findings, layers
from spatialcarbon.studies.analyses._compensate_tables import tables
from spatialcarbon.studies.analyses._measures import as_pairs, measure_problem
from spatialcarbon.studies.analysis import Analysis, Inputs, Parameters


class CompensateParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("emission", "sink", "gdp", "population", "stage")

    price: float = Field(ge=0, description="Price of carbon, CNY per t CO2.")
    emission: str | None = Field(default=None, description="Variable of CO2 emissions.")
    sink: str | None = Field(default=None, description="Variable of carbon sinks, in CO2.")
    gdp: str | None = Field(default=None, description="Variable of GDP.")
    population: str | None = Field(
        default=None, description="Variable of population, for income and amounts per head."
    )
    stage: str | None = Field(
        default=None, description="Variable of a development score around zero, for stage."
    )
    year: int | None = Field(default=None, description="Year; the last in common if left out.")
    by: Literal["unit", "group"] = Field(
        default="unit", description="Between places, or between the groups as wholes."
    )
    table: str | None = Field(
        default=None,
        description="Or: shipped table by group with columns emission, sink, gdp.",
    )
    baseline: Baseline = Field(
        default="corrected", description="Net emission a place may have without paying."
    )
    a: float = Field(default=0.5, ge=0, description="Weight of economic contribution.")
    b: float = Field(default=0.5, ge=0, description="Weight of ecological support.")
    ability: Ability = Field(default="none", description="Factor of ability to pay.")
    balance: Balance = Field(
        default="receivers", description="Which side is scaled to close the account."
    )
    cap: float | None = Field(
        default=None, gt=0, description="Most that a place pays, as a share of its GDP."
    )
    fee: float = Field(default=0.0, ge=0, lt=1, description="Share kept for the platform.")
    reserve: float = Field(default=0.0, ge=0, lt=1, description="Share kept in reserve.")
    settlement: Rule = Field(
        default="proportional", description="How payers and receivers are paired."
    )
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    prices: str | None = Field(
        default=None, description="Prices of the range, with commas; price alone if left out."
    )
    sink_factors: str | None = Field(
        default=None, description="Sink accounts of the range: name=factor, name=44/12."
    )

    @field_validator("prices", mode="before")
    @classmethod
    def _joined(cls, value: object) -> object:
        """Take a list of the study file as well as a line with commas."""
        return ",".join(map(str, value)) if isinstance(value, list) else value

    @field_validator("sink_factors", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        """Take a table of the study file as well as a line of pairs."""
        return as_pairs(value)


def run(parameters: CompensateParameters, inputs: Inputs) -> dict[str, Any]:
    """Compute the compensation, and its range where several prices or sink accounts are named."""
    places = places_of(parameters, inputs)
    weights = inputs.weights_named(parameters.weights)
    if parameters.by == "group" or parameters.table is not None:
        weights = group_weights(weights, inputs, places.index)
    with warnings.catch_warnings():
        # The result carries the same as a remark, which the report shows.
        warnings.simplefilter("ignore", DegenerateResultWarning)
        result = compensate(
            places,
            price=parameters.price,
            baseline=parameters.baseline,
            a=parameters.a,
            b=parameters.b,
            ability=parameters.ability,
            balance=parameters.balance,
            cap=parameters.cap,
            fee=parameters.fee,
            reserve=parameters.reserve,
            settlement=parameters.settlement,
            weights=weights,
        )
    spread = None
    if parameters.prices or parameters.sink_factors:
        spread = compensation_range(
            places,
            prices=prices_of(parameters.prices) or [parameters.price],
            sinks=factors_of(parameters.sink_factors) or None,
            baselines=[parameters.baseline],
            a=parameters.a,
            b=parameters.b,
            ability=parameters.ability,
            balance=parameters.balance,
            cap=parameters.cap,
            fee=parameters.fee,
            reserve=parameters.reserve,
        )
    return {"result": result, "range": spread}


def check(parameters: CompensateParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: absent variables, units of measure, years, numbers."""
    problems = _source_problems(parameters, inputs)
    if parameters.ability == "income" and not _has(parameters, "population"):
        problems.append(text("ability = 'income' needs population"))
    if parameters.ability == "stage" and not _has(parameters, "stage"):
        problems.append(text("ability = 'stage' needs stage"))
    if parameters.fee + parameters.reserve >= 1:
        problems.append(text("fee and reserve leave nothing for the receivers"))
    try:
        prices_of(parameters.prices)
    except ValueError:
        problems.append(text("prices is not a list of numbers of zero or more"))
    try:
        factors_of(parameters.sink_factors)
    except (ValueError, ZeroDivisionError):
        problems.append(text("sink_factors is not name=factor, name=factor"))
    return problems


def _has(parameters: CompensateParameters, column: str) -> bool:
    if parameters.table is None:
        return getattr(parameters, column) is not None
    return column in load_table(parameters.table).columns if _known(parameters.table) else True


def _known(table: str) -> bool:
    return table in set(shipped_tables()["name"])


def _source_problems(parameters: CompensateParameters, inputs: Inputs) -> list[Text]:
    if parameters.table is not None:
        return _table_problems(parameters, inputs)
    needed = {name: getattr(parameters, name) for name in ("emission", "sink", "gdp")}
    absent = [name for name, variable in needed.items() if variable is None]
    if absent:
        return [text("a compensation needs {names}", names=some(absent))]
    if parameters.by == "group" and not inputs.groups:
        return [text("by = 'group' needs groups under [units]")]
    problems = []
    for column, dimension, wanted in (
        ("emission", "mass", text("a mass of CO2, such as Mt CO2")),
        ("sink", "mass", text("a mass of CO2, such as Mt CO2")),
        ("gdp", "money", text("an amount of money, such as 10^8 CNY")),
        ("population", "people", text("a number of people, such as 10^4 persons")),
    ):
        variable = getattr(parameters, column)
        if variable is not None:
            problems += measure_problem(inputs, variable, dimension, wanted)
    return problems or _year_problems(parameters, inputs)


def _year_problems(parameters: CompensateParameters, inputs: Inputs) -> list[Text]:
    variables = [getattr(parameters, name) for name in parameters.COLUMNS]
    if parameters.year is not None:
        return [
            problem
            for variable in variables
            if variable is not None and inputs.years_of(variable) != [0]
            for problem in inputs.absent_years(variable, [parameters.year])
        ]
    if chosen_year(parameters, inputs) is None:
        return [text("the variables have no year in common")]
    return []


def _table_problems(parameters: CompensateParameters, inputs: Inputs) -> list[Text]:
    name = str(parameters.table)
    if not _known(name):
        known = shipped_tables()["name"]
        return [
            text(
                "{value!r} is not a shipped table; there is {known}",
                value=name,
                known=some(known, 30),
            )
        ]
    table = load_table(name)
    absent = [c for c in (GROUP, "emission", "sink", "gdp") if c not in table]
    if absent:
        return [
            text(
                "{table} has no column {absent}; it has {columns}",
                table=name,
                absent=some(absent),
                columns=some(table.columns, 20),
            )
        ]
    strange = [place for place in table[GROUP] if place not in inputs.groups]
    if strange:
        return [
            text(
                "{table} has the places {places}, which are no groups of the map",
                table=name,
                places=some(strange),
            )
        ]
    return []


ANALYSIS = Analysis(
    name="compensate",
    title=text("Ecological compensation"),
    question=text("Who should pay whom for carbon, and how much, at a price?"),
    reading=text(
        "A place pays when its net emission is above the share of the whole that its contribution to GDP and to "
        "sinks would grant it, and receives when it is below. The side on which a place stands does not hang on the "
        "price, but it does on the account of sinks and on the baseline: look at the range before the number. The "
        "bill is a rule of sharing, not a damage, and says nothing about whether the places would agree to it."
    ),
    methods=text(
        "Net emission is emission less sink. Economic contribution (ECC) is the share of GDP over the share of "
        "emissions, ecological support (ESC) the share of sinks over the share of emissions. With the corrected "
        "baseline the whole net emission is shared out in proportion to emission × ECC^a × ESC^b; the deviation from "
        "it times the price is paid or received. One side is scaled so that the account of the platform closes."
    ),
    parameters=CompensateParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("e2023", "li2023", "study000"),
)
