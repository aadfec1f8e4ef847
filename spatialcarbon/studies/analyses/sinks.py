"""Carbon sinks by land cover from a table of areas: ranges, changes, balance with emissions."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pandas as pd
from pydantic import Field, field_validator

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.models.land.neutrality import carbon_balance
from spatialcarbon.models.land.sink_areas import land_names
from spatialcarbon.models.land.sink_change import sink_change
from spatialcarbon.models.land.sink_sets import shipped_sets
from spatialcarbon.models.land.sinks import carbon_sink
from spatialcarbon.studies.analyses._measures import as_pairs, measure_problem
from spatialcarbon.studies.analyses._sinks_shown import figures, findings, layers
from spatialcarbon.studies.analyses._sinks_tables import tables
from spatialcarbon.studies.analysis import Analysis, Inputs, Parameters

OWN = "own"
"""Name of the set that the study file itself gives."""


class SinkParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("areas", "emission")

    areas: list[str] = Field(
        min_length=1, description="Variables that are areas of land classes; several may be one."
    )
    classes: str | None = Field(
        default=None,
        description="Their classes in the same order, with commas; left out, the names are classes.",
    )
    coefficients: str | None = Field(
        default=None,
        description=(
            "Coefficient set, or several with commas: cn_landuse, cn_landuse_net, fang2007_low, "
            "fang2007_high, guangdong2018, xie2008_nep, paper002_implied."
        ),
    )
    own: str | None = Field(
        default=None, description="Coefficients of your own in t/ha a year: forest=0.6,water=0.2"
    )
    own_substance: Literal["C", "CO2"] | None = Field(
        default=None, description="What your own coefficients are tonnes of."
    )
    central: str | None = Field(
        default=None, description="Which of several sets is shown; the middle one if left out."
    )
    missing_class: Literal["raise", "zero"] = Field(
        default="raise", description="A class without a coefficient: refused, or zero."
    )
    emission: str | None = Field(
        default=None, description="Variable of CO2 emissions, to set beside the sinks."
    )
    built_emissions: bool = Field(
        default=False, description="Put the emissions down to built-up land."
    )
    years: list[int] | None = Field(
        default=None, description="Years; all that the areas have in common if left out."
    )

    @field_validator("classes", "coefficients", mode="before")
    @classmethod
    def _joined(cls, value: object) -> object:
        """Take a list of the study file as well as a line with commas."""
        return ",".join(map(str, value)) if isinstance(value, list) else value

    @field_validator("own", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        """Take a table of the study file as well as a line of pairs."""
        return as_pairs(value)


def _listed(words: str | None) -> list[str]:
    return [part.strip() for part in (words or "").split(",") if part.strip()]


def classes_of(parameters: SinkParameters) -> list[str]:
    """Return the land class of each variable."""
    return _listed(parameters.classes) or list(parameters.areas)


def sets_of(parameters: SinkParameters) -> dict[str, str | pd.DataFrame]:
    """Return the coefficient sets that are named, and the own one."""
    sets: dict[str, str | pd.DataFrame] = {name: name for name in _listed(parameters.coefficients)}
    if parameters.own:
        pairs = [pair.partition("=") for pair in _listed(parameters.own)]
        table = pd.DataFrame({"value": [float(value) for _, _, value in pairs]})
        table.index = pd.Index([land.strip() for land, _, _ in pairs])
        sets[OWN] = table.assign(substance=parameters.own_substance)
    return sets


def years_of(parameters: SinkParameters, inputs: Inputs) -> list[int]:
    """Return the years asked for, or those that all areas have."""
    if parameters.years is not None:
        return sorted(set(parameters.years))
    known = [set(inputs.years_of(name)) for name in parameters.areas]
    return sorted(set.intersection(*known))


def _areas(parameters: SinkParameters, inputs: Inputs, year: int) -> pd.DataFrame:
    """Return unit × class in km²; variables of one class are added up."""
    made: dict[str, pd.Series[float]] = {}
    for name, land in zip(parameters.areas, classes_of(parameters), strict=True):
        area = inputs.panel.at(name, year) * conversion_factor(inputs.measure(name), "km2")
        made[land] = made[land] + area if land in made else area
    return pd.DataFrame(made)


def run(parameters: SinkParameters, inputs: Inputs) -> dict[str, Any]:
    """Compute the sinks of every year, the balances, and the change from first to last."""
    years, sets = years_of(parameters, inputs), sets_of(parameters)
    areas = {year: _areas(parameters, inputs, year) for year in years}
    emitted = _emissions(parameters, inputs, years)
    central = parameters.central
    if central is None:  # one for all years, or a change of set would look like one of land
        central = carbon_sink(
            areas[years[-1]], coefficients=sets, missing_class=parameters.missing_class
        ).central_set
    sinks = {
        year: carbon_sink(
            areas[year],
            coefficients=sets,
            central=central,
            missing_class=parameters.missing_class,
            built_emissions=emitted.get(year) if parameters.built_emissions else None,
        )
        for year in years
    }
    balances = {
        year: carbon_balance(
            pd.DataFrame({"emission": emitted[year], "sink": sinks[year].total}),
            groups=inputs.groups or None,
        )
        for year in years
        if year in emitted
    }
    change = None
    if len(years) > 1:
        change = sink_change(
            areas[years[0]],
            areas[years[-1]],
            coefficients={central: sets[central]},
            missing_class=parameters.missing_class,
        )
    return {"sinks": sinks, "balances": balances, "change": change, "sets": sets}


def _emissions(
    parameters: SinkParameters, inputs: Inputs, years: list[int]
) -> dict[int, pd.Series[float]]:
    """Return t CO2 by unit for the years that have emissions."""
    name = parameters.emission
    if name is None:
        return {}
    factor = conversion_factor(inputs.measure(name), "t CO2")
    known = set(inputs.years_of(name))
    made = {year: inputs.panel.at(name, year) * factor for year in years if year in known}
    for emitted in made.values():
        emitted.attrs = {}  # the panel's unit of measure, which these no longer have
    return made


def check(parameters: SinkParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: classes, sets, units of measure, years."""
    problems = [*_set_problems(parameters), *_class_problems(parameters)]
    for name in parameters.areas:
        problems += inputs.absent_years(name, parameters.years)
        problems += measure_problem(inputs, name, "area", text("an area, such as km2"))
    if parameters.emission is not None:
        name = parameters.emission
        problems += measure_problem(inputs, name, "mass", text("a mass of CO2, such as Mt CO2"))
    elif parameters.built_emissions:
        problems.append(text("built_emissions needs the variable of emissions"))
    if problems:
        return problems
    years = years_of(parameters, inputs)
    if not years:
        return [text("the variables have no year in common")]
    if parameters.emission is not None and not set(years) & set(
        inputs.years_of(parameters.emission)
    ):
        return [text("{variable} has none of the years of the areas", variable=parameters.emission)]
    return []


def _set_problems(parameters: SinkParameters) -> list[Text]:
    problems: list[Text] = []
    named = _listed(parameters.coefficients)
    known = ", ".join(shipped_sets())
    strange = [name for name in named if name not in shipped_sets()]
    if strange:
        problems.append(
            text("coefficients names {names}; there is {known}", names=some(strange), known=known)
        )
    if not named and not parameters.own:
        problems.append(
            text(
                "name a coefficient set: there is no default. coefficients is one or more of {known}",
                known=known,
            )
        )
    if parameters.own:
        if parameters.own_substance is None:
            problems.append(text("own needs own_substance: C or CO2"))
        try:
            sets_of(parameters)
        except ValueError:
            problems.append(text("own is not class=number, class=number"))
    names = [*named, *([OWN] if parameters.own else [])]
    if parameters.central is not None and parameters.central not in names:
        problems.append(text("central names {name}, not one of the sets", name=parameters.central))
    return problems


def _class_problems(parameters: SinkParameters) -> list[Text]:
    classes = classes_of(parameters)
    if len(classes) != len(parameters.areas):
        return [
            text(
                "classes names {n} classes for {m} variables of areas",
                n=len(classes),
                m=len(parameters.areas),
            )
        ]
    own = {pair.partition("=")[0].strip() for pair in _listed(parameters.own)}
    strange = [land for land in classes if land not in land_names() and land not in own]
    if strange:
        return [
            text(
                "{names} is no land class; classes names them in the order of areas: {known}",
                names=some(strange),
                known=", ".join(land_names()),
            )
        ]
    return []


ANALYSIS = Analysis(
    name="sinks",
    title=text("Carbon sinks by land cover"),
    question=text("How much CO2 does the land take up in a year, beside what is emitted?"),
    reading=text(
        "A sink here is an area times a coefficient, not a measurement: forest alone ranges from 0.58 to 3.81 t of "
        "carbon per hectare between sources, so look at the range before the number. The neutrality ratio is "
        "the sink as a share of emissions. Payers have a larger share of all emissions than of all sinks, "
        "receivers a smaller one: that is where a compensation would start, not what it would cost."
    ),
    methods=text(
        "S = Σ area × coefficient (× 44/12 when the coefficient is in carbon). The change between two years is split into "
        "land that changed, at the mean coefficient, and coefficients that changed, at the mean area. Ratios of groups are "
        "ratios of sums."
    ),
    parameters=SinkParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("fang2007",),
)
