"""What does not fit in the settings of an allocation, said before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from spatialcarbon.core.errors import UnitMismatchError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import conversion_factor, parse_unit
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.models.quota.terms import Principle
from spatialcarbon.studies.analyses._allocate_settings import needed, principles_of

if TYPE_CHECKING:
    from spatialcarbon.studies.analyses._allocate_settings import AllocateParameters
    from spatialcarbon.studies.analysis import Inputs


def check(parameters: AllocateParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: principles, the total, variables that are needed, years, groups."""
    known = get_args(Principle)
    strange = [name for name in principles_of(parameters) if name not in known]
    if strange or not principles_of(parameters):
        return [
            text(
                "principles names {names}; there is {known}",
                names=some(strange) or text("none"),
                known=", ".join(known),
            )
        ]
    problems = [
        *_total_problems(parameters, inputs),
        *_cut_problems(parameters, inputs),
        *_criteria_problems(parameters),
    ]
    for variable, years in (
        (parameters.emission, [parameters.year, parameters.national_year]),
        (parameters.population, [parameters.population_year or parameters.year]),
        (parameters.gdp, [parameters.gdp_year or parameters.year]),
        (parameters.history or parameters.emission, _years_between(parameters.period)),
    ):
        if variable is not None and inputs.years_of(variable) != [UNDATED]:
            problems += inputs.absent_years(variable, [y for y in years if y is not None])
    if parameters.period is not None and parameters.period[0] > parameters.period[1]:
        problems.append(text("period starts after its end"))
    if parameters.within:
        group = inputs.first_group()
        if group is None:
            problems.append(text("within needs the groups of the map"))
        elif (group == "").any():
            names = [inputs.names[unit].render("en") for unit in group.index[group == ""]]
            problems.append(
                text("within needs a group for every place: {names}", names=some(names))
            )
    return problems


def _years_between(period: tuple[int, int] | None) -> list[int | None]:
    """Return every year of a period: a sum over years must not skip one."""
    return [] if period is None else list(range(period[0], period[1] + 1))


def _criteria_problems(parameters: AllocateParameters) -> list[Text]:
    wanted = needed(parameters)
    given: Mapping[str, bool] = {
        "population": parameters.population is not None,
        "gdp": parameters.gdp is not None,
        "cumulative": parameters.cumulative is not None or parameters.period is not None,
        "intensity": parameters.intensity is not None or parameters.gdp is not None,
    }
    problems = [
        text("the principles need {criterion}: name its variable", criterion=name)
        for name, there in given.items()
        if name in wanted and not there
    ]
    if "criterion" in principles_of(parameters) and parameters.criterion is None:
        problems.append(text("the principles need {criterion}: name its variable",
                             criterion="criterion"))  # fmt: skip
    return problems


def _cut_problems(parameters: AllocateParameters, inputs: Inputs) -> list[Text]:
    if parameters.cuts is None:
        return []
    if not parameters.within or parameters.cut is None:
        return [text("cuts of single groups need cut and within = true")]
    strange = [name for name in parameters.cuts if name not in inputs.groups]
    if strange:
        return [
            text(
                "cuts names the groups {names}; there is {known}",
                names=some(strange),
                known=some(inputs.groups, 8) or text("none"),
            )
        ]
    bad = [name for name, part in parameters.cuts.items() if not 0 <= part <= 1]
    if bad:
        return [text("cuts are parts of the emissions, from 0 to 1: {names}", names=some(bad))]
    return []


def _total_problems(parameters: AllocateParameters, inputs: Inputs) -> list[Text]:
    ways = (parameters.total, parameters.cut, parameters.intensity_base)
    if sum(way is not None for way in ways) != 1:
        return [text("give one of total, cut and intensity_base: what is to be cut in all")]
    measure = inputs.measure(parameters.emission)
    if not measure or parse_unit(measure).dimension != "mass":
        return [
            text(
                "{variable} is in {measure}, which is not a mass",
                variable=parameters.emission,
                measure=measure or "?",
            )
        ]
    for name in (parameters.total_measure, parameters.target_measure):
        try:
            conversion_factor(name or measure, measure)
        except UnitMismatchError:
            return [text("{source} cannot be turned into {target}", source=name, target=measure)]
    if parameters.intensity_base is None:
        return []
    if parameters.rescale_to_national and parameters.national is None:
        return [text("rescale_to_national needs national, the emissions of the country")]
    declared = (parameters.target_boundary, parameters.emission_boundary)
    if (declared[0] is None) != (declared[1] is None):
        return [text("target_boundary and emission_boundary belong together")]
    if declared[0] != declared[1] and not parameters.rescale_to_national:
        return [
            text(
                "the target counts {target}, the emissions {regions}: rescale_to_national = true",
                target=declared[0],
                regions=declared[1],
            )
        ]
    if parameters.reduction is None:
        return [text("intensity_base needs reduction, the cut of the intensity")]
    for words in (parameters.reduction, parameters.other_reduction or "0"):
        try:
            ends = [float(part) for part in words.split(",")]
        except ValueError:
            ends = []
        if len(ends) not in (1, 2) or not all(0 <= end < 1 for end in ends) or ends != sorted(ends):
            return [text("reduction is a fraction below 1, or low,high: not {words}", words=words)]
    return []
