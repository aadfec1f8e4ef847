"""Inequality between places: Lorenz curves, Gini, Theil split by groups, concentration."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import pandas as pd
from pydantic import Field

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import parse_unit
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import inequality_over_time, lorenz_curves
from spatialcarbon.stats.inequality import GiniResult, gini
from spatialcarbon.stats.inequality_panel import inequality_panel
from spatialcarbon.stats.weighted_values import Zero
from spatialcarbon.studies.analyses._inequality_tables import REST, name_of, per_head, tables
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import shown, significant


class InequalityParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("variable", "population")

    variable: str = Field(description="Variable to describe.")
    population: str | None = Field(
        default=None, description="Variable of persons, by which places are weighted."
    )
    per_head: bool = Field(
        default=False, description="Divide the variable by the population first."
    )
    years: list[int] | None = Field(default=None, description="Years; all of them if left out.")
    curve_years: list[int] | None = Field(
        default=None, description="Years of the Lorenz curves; the first and the last if left out."
    )
    by_group: bool = Field(
        default=True, description="Split Theil's indices between and within the groups."
    )
    zero: Zero = Field(
        default="raise",
        description="Zero values, whose logarithm is infinite: refuse, leave out, or keep for T.",
    )


def run(parameters: InequalityParameters, inputs: Inputs) -> dict[str, Any]:
    """Compute all indices by year, and the Lorenz curves of some years."""
    years = _years(parameters, inputs)
    values = inputs.panel[parameters.variable][years]
    people = None
    if parameters.population is not None:
        people = inputs.panel[parameters.population][years]
        if parameters.per_head:
            values = values / people * per_head(parameters, inputs)[0]
    panel = inequality_panel(
        pd.concat({parameters.variable: values}, axis=1),
        population=people,
        groups=_groups(inputs) if parameters.by_group and inputs.groups else None,
        zero=parameters.zero,
    )
    drawn = parameters.curve_years or [years[0], years[-1]]
    curves = {}
    for year in dict.fromkeys(drawn):
        kept = values[year][values[year] > 0] if parameters.zero == "drop" else values[year]
        if kept.any():
            counted = None if people is None else people.loc[kept.index, year]
            curves[year] = gini(kept, population=counted)
    return {"panel": panel, "curves": curves}


def _years(parameters: InequalityParameters, inputs: Inputs) -> list[int]:
    known = inputs.years_of(parameters.variable)
    if parameters.population is not None:
        counted = inputs.years_of(parameters.population)
        known = [year for year in known if year in counted]
    return sorted(set(known if parameters.years is None else parameters.years))


def _groups(inputs: Inputs) -> dict[str, pd.Index]:
    """Return the groups, with one more for the places in none, so that the parts add up."""
    covered = pd.Index([unit for index in inputs.groups.values() for unit in index])
    rest = inputs.units.index.difference(covered, sort=False)
    return {**inputs.groups, **({REST: rest} if len(rest) else {})}


def check(parameters: InequalityParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: absent years, overlapping groups, totals weighted by people."""
    asked = [*(parameters.years or []), *(parameters.curve_years or [])]
    problems = inputs.absent_years(parameters.variable, asked)
    if parameters.population is not None:
        problems += inputs.absent_years(parameters.population, asked)
        if not _years(parameters, inputs):
            problems.append(text("values and population have no year in common"))
        measure = inputs.measure(parameters.variable)
        if not parameters.per_head and measure and parse_unit(measure).dimension == "mass":
            problems.append(
                text(
                    "{variable} is a total; weighted by persons it must be per head: set per_head = true",
                    variable=parameters.variable,
                )
            )
    elif parameters.per_head:
        problems.append(text("per_head needs the variable of the population"))
    outside = set(parameters.curve_years or []) - set(_years(parameters, inputs))
    if outside and not problems:
        problems.append(text("curve_years {years} are not among the years", years=some(outside)))
    if parameters.by_group:
        every = pd.Index([unit for index in inputs.groups.values() for unit in index])
        twice = every[every.duplicated()].unique()
        if len(twice):
            problems.append(
                text(
                    "the groups share places ({labels}), so that parts between and within them do not add up: set by_group = false",
                    labels=some(twice),
                )
            )
    return problems


def figures(done: Done) -> list[FigureSpec]:
    """Return Lorenz curves, and the indices over the years."""
    curves: dict[int, GiniResult] = done.result["curves"]
    table = done.result["panel"].table
    weighted = done.parameters.population is not None
    title = text("Lorenz curves of {variable}", variable=name_of(done))
    specs = []
    if curves:
        specs.append(
            FigureSpec(
                name=f"{done.key}_lorenz",
                title=title,
                caption=text(
                    "Places are lined up from the least to the most; the curve says which share of the whole the "
                    "first ones have together. The further it hangs below the diagonal, the more unequal. Where two "
                    "curves cross, the order of years depends on the index."
                ),
                alt=text("Lorenz curves by year."),
                draw=lambda language: lorenz_curves(
                    {year: found.lorenz for year, found in curves.items()},
                    title=title,
                    quantity=done.inputs.variable_name(done.parameters.variable),
                    people=text("Share of the population") if weighted else text("Share of places"),
                    ginis={year: float(found) for year, found in curves.items()},
                    language=language,
                ),
            )
        )
    if len(table) > 1 and table["gini"].notna().any():
        over = text("Inequality of {variable} over the years", variable=name_of(done))
        specs.append(
            FigureSpec(
                name=f"{done.key}_over_time",
                title=over,
                caption=text(
                    "Above, four indices, each on its own scale: compare their courses, not their heights. Below, how "
                    "much of Theil's T lies between the means of the groups, and how much inside them."
                ),
                alt=text("Line chart of indices of inequality, and bars of their parts, by year."),
                draw=lambda language: inequality_over_time(table, title=over, language=language),
            )
        )
    return specs


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    table = done.result["panel"].table
    known = table[table["status"] == "ok"]
    if known.empty:
        return []
    first, last = known.iloc[0], known.iloc[-1]
    said = []
    if first["year"] != last["year"]:
        said.append(
            text(
                "The Gini coefficient of {variable} went from {a} in {first} to {b} in {last}.",
                variable=name_of(done),
                a=shown(first["gini"]),
                b=shown(last["gini"]),
                first=first["year"],
                last=last["year"],
            )
        )
    else:
        said.append(
            text(
                "The Gini coefficient of {variable} in {year} is {a}.",
                variable=name_of(done),
                a=shown(last["gini"]),
                year=last["year"],
            )
        )
    if math.isfinite(last["between_share_t"]):
        said.append(
            text(
                "In {year}, {a} % of Theil's T lies between the groups and {b} % within them.",
                year=last["year"],
                a=shown(100 * last["between_share_t"], 1),
                b=shown(100 * last["within_share_t"], 1),
            )
        )
    said.append(
        text(
            "In {year} the total of {n} places is as concentrated as that of {a} places of equal size.",
            year=last["year"],
            n=int(last["n"]),
            a=significant(last["effective_number"]),
        )
    )
    return said


ANALYSIS = Analysis(
    name="inequality",
    title=text("Inequality between places"),
    question=text(
        "How unequally is it spread over places, and does the difference lie between groups or within them?"
    ),
    reading=text(
        "Gini: 0 when all are equal, towards 1 when one place has nearly everything. Theil's T and L are 0 when "
        "all are equal and can be split exactly: the part between groups is what would remain if every place "
        "had the mean of its group. T is moved more by the places with the most, L by those with the least. A "
        "falling index means that shares draw together, not that less is emitted. Without population every "
        "place counts the same, however many people live there."
    ),
    methods=text(
        "Gini coefficient, Theil's T = Σ s ln(s/q) and L = Σ q ln(q/s) with q the share of the population (equal "
        "for all without one) and s the share of the total, both split between and within groups (Shorrocks "
        "1980); coefficient of variation, population form; Herfindahl index of the totals, whose inverse is the "
        "effective number of equal places."
    ),
    parameters=InequalityParameters,
    run=run,
    tables=tables,
    figures=figures,
    text=findings,
    check=check,
    references=(
        *("gini1912", "lorenz1905", "theil1967", "bourguignon1979", "shorrocks1980"),
        *("duro2006", "herfindahl1950", "hirschman1964"),
    ),
)
