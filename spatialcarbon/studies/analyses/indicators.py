"""Totals, shares, growth and ratios of emissions, by place and by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
from pydantic import Field

from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import parse_unit
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import shares_over_time, totals_over_time
from spatialcarbon.report.layers import Layer, graduated_style
from spatialcarbon.report.maps import choropleth
from spatialcarbon.stats.indicators import TOTAL, IndicatorResult, growth, indicators
from spatialcarbon.studies.analyses._indicator_tables import tables
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS, INDICATORS, shown, significant


class IndicatorParameters(Parameters):
    """Settings of the analysis."""

    VARIABLES: ClassVar = ("emission", "population", "gdp", "built_area", "sink")

    emission: str = Field(default="co2", description="Variable of emissions.")
    population: str | None = Field(default=None, description="Variable of persons.")
    gdp: str | None = Field(default=None, description="Variable of GDP.")
    built_area: str | None = Field(default=None, description="Variable of built-up area.")
    sink: str | None = Field(default=None, description="Variable of carbon uptake.")
    land_area: bool = Field(default=True, description="Use the column area_km2 of the map.")
    years: list[int] | None = Field(default=None, description="Years; all of them if left out.")
    map_years: list[int] | None = Field(
        default=None, description="Years to map; the last one if left out."
    )
    growth: list[tuple[int, int]] = Field(default=[], description="Pairs of years to compare.")


def run(parameters: IndicatorParameters, inputs: Inputs) -> dict[str, object]:
    """Compute all indicators, and growth between the years asked for."""
    area = inputs.units["area_km2"] if parameters.land_area and "area_km2" in inputs.units else None
    groups = inputs.groups or None
    result = indicators(
        inputs.panel,
        emission=parameters.emission,
        population=parameters.population,
        gdp=parameters.gdp,
        area=area,
        built_area=parameters.built_area,
        sink=parameters.sink,
        groups=groups,
        years=parameters.years,
    )
    grown = [
        growth(inputs.panel, emission=parameters.emission, start=a, end=b, groups=groups)
        for a, b in parameters.growth
    ]
    return {"indicators": result, "growth": pd.concat(grown) if grown else None}


def check(parameters: IndicatorParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that the emissions lack, a measure of no mass."""
    asked = [
        *(parameters.years or []),
        *(parameters.map_years or []),
        *(year for pair in parameters.growth for year in pair),
    ]
    problems = inputs.absent_years(parameters.emission, asked)
    measure = inputs.measure(parameters.emission)
    if measure and parse_unit(measure).dimension != "mass":
        problems.append(
            text(
                "{variable} is in {measure}, which is not a mass",
                variable=parameters.emission,
                measure=measure,
            )
        )
    for a, b in parameters.growth:
        if a >= b:
            problems.append(text("growth from {start} to {end} has no length", start=a, end=b))
    return problems


def _map_years(done: Done) -> list[int]:
    known = done.inputs.years_of(done.parameters.emission)
    return list(done.parameters.map_years or [max(known)])


def figures(done: Done) -> list[FigureSpec]:
    """Return totals and shares over time, and maps of totals and emissions per head."""
    inputs, parameters = done.inputs, done.parameters
    result: IndicatorResult = done.result["indicators"]
    name = inputs.variable_name(parameters.emission)
    measure = inputs.measure(parameters.emission)
    specs = []
    groups = {code: inputs.group_name(code) for code in inputs.groups}
    if groups:
        totals = result.pivot(TOTAL).drop(index="ALL")
        if totals.shape[1] > 1:
            title = text("{variable} by group over time", variable=name)
            specs.append(
                FigureSpec(
                    name=f"{done.key}_totals",
                    title=title,
                    caption=text(
                        "Sums over the places of each group. Groups differ in size: compare ratios, not totals, when the question is who is cleaner."
                    ),
                    alt=text("Line chart of emissions by group and year."),
                    draw=lambda language: totals_over_time(
                        totals,
                        title=title,
                        quantity=name,
                        unit=measure,
                        group_names=groups,
                        language=language,
                    ),
                )
            )
            share_title = text("Shares of the groups in {variable}", variable=name)
            specs.append(
                FigureSpec(
                    name=f"{done.key}_shares",
                    title=share_title,
                    caption=text("Shares of the sum of the groups shown, not of the country."),
                    alt=text("Chart of the share of each group by year."),
                    draw=lambda language: shares_over_time(
                        totals, title=share_title, group_names=groups, language=language
                    ),
                )
            )
    return [*specs, *(_map_figure(done, mapped) for mapped in _maps(done))]


@dataclass(frozen=True, eq=False)
class _Mapped:
    """What one map shows, and the values that set its classes."""

    key: str
    title: Text
    values: pd.Series[float]
    measure: str
    scale: pd.Series[float]


def _maps(done: Done) -> list[_Mapped]:
    """Return what is mapped; the years of one variable share their classes, to be comparable."""
    result: IndicatorResult = done.result["indicators"]
    name = done.inputs.variable_name(done.parameters.emission)
    measure = done.inputs.measure(done.parameters.emission)
    years = {
        year: done.inputs.panel.at(done.parameters.emission, year) for year in _map_years(done)
    }
    together = pd.concat(list(years.values()), ignore_index=True)
    maps = [
        _Mapped(
            f"{done.parameters.emission}_{year}",
            text("{variable}, {year}", variable=name, year=year),
            values,
            measure,
            together,
        )
        for year, values in years.items()
    ]
    table = result.table
    for indicator in ("per_capita", "per_gdp"):
        rows = table[(table["indicator"] == indicator) & (table["level"] == "unit")]
        if rows.empty:
            continue
        year = int(rows["year"].max())
        values = (
            rows[rows["year"] == year].set_index("place")["value"].reindex(done.inputs.units.index)
        )
        title = text("{variable}, {year}", variable=INDICATORS[indicator], year=year)
        unit = str(rows["measure"].iloc[0])
        maps.append(_Mapped(f"{indicator}_{year}", title, values, unit, values))
    return maps


def _map_figure(done: Done, mapped: _Mapped) -> FigureSpec:
    inputs = done.inputs
    return FigureSpec(
        name=f"{done.key}_{mapped.key}_map",
        title=mapped.title,
        caption=text(
            "Classes are natural breaks, the same in every year shown; large places catch the eye whatever they emit."
        ),
        alt=text("Map with places shaded by class."),
        draw=lambda language: choropleth(
            with_names(inputs, language),
            mapped.values,
            title=mapped.title,
            unit=mapped.measure,
            class_values=mapped.scale,
            groups=inputs.first_group(),
            group_names=inputs.group_names,
            background=inputs.background,
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return one graduated layer per map."""
    inputs = done.inputs
    group = inputs.first_group()
    made = []
    for at, mapped in enumerate(_maps(done)):
        title, measure = mapped.title, mapped.measure
        columns = {
            **({} if group is None else {"group": group.to_numpy()}),
            "value": mapped.values.reindex(inputs.units.index).to_numpy(),
        }
        made.append(
            Layer(
                name=f"{done.key}_{mapped.key}",
                title=title,
                abstract=text(
                    "{title} ({measure}), natural breaks.", title=title, measure=Text(measure)
                ),
                frame=named_frame(inputs, columns),
                aliases={
                    **HEADINGS,
                    "value": text("{title} ({measure})", title=title, measure=Text(measure)),
                },
                style=graduated_style("value", mapped.scale.dropna(), unit=measure),
                label_field="name",
                visible=at == 0,
                group=text("Emissions"),
            )
        )
    return made


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result: IndicatorResult = done.result["indicators"]
    inputs, parameters = done.inputs, done.parameters
    if not inputs.groups:
        return []
    name, measure = inputs.variable_name(parameters.emission), inputs.measure(parameters.emission)
    wide = result.pivot(TOTAL)
    first, last = int(wide.columns[0]), int(wide.columns[-1])
    parts = wide.drop(index="ALL")
    said = []
    if first != last:
        said.append(
            text(
                "{variable} of all units went from {a} {measure} in {first} to {b} {measure} in {last}.",
                variable=name,
                a=shown(wide[first]["ALL"], 1),
                b=shown(wide[last]["ALL"], 1),
                first=first,
                last=last,
                measure=Text(measure),
            )
        )
    if len(parts) < 2:  # "largest" and "smallest" need a second group
        return said
    top, low = parts[last].idxmax(), parts[last].idxmin()
    said.append(
        text(
            "In {last} the largest total is that of {top} ({b} {measure}), the smallest that of {low} ({a} {measure}).",
            last=last,
            top=inputs.group_name(str(top)),
            low=inputs.group_name(str(low)),
            b=shown(parts[last].max(), 1),
            a=shown(parts[last].min(), 1),
            measure=Text(measure),
        )
    )
    table = result.table
    for indicator in ("per_capita", "per_gdp", "per_area"):
        rows = table[
            (table["indicator"] == indicator)
            & (table["level"] == "group")
            & (table["status"] == "ok")
            & (table["place"] != "ALL")
        ]
        if rows.empty:
            continue
        year = int(rows["year"].max())
        values = rows[rows["year"] == year].set_index("place")["value"]
        said.append(
            text(
                "{indicator}, {year}: highest in {top} ({a} {measure}), lowest in {low} ({b} {measure}).",
                indicator=INDICATORS[indicator],
                year=year,
                top=inputs.group_name(str(values.idxmax())),
                low=inputs.group_name(str(values.idxmin())),
                a=significant(values.max()),
                b=significant(values.min()),
                measure=Text(str(rows["measure"].iloc[0])),
            )
        )
    return said


ANALYSIS = Analysis(
    name="indicators",
    title=text("Emissions: totals, shares and ratios"),
    question=text(
        "Who emits how much, in total, per head, per GDP and per area, and how is it changing?"
    ),
    reading=text(
        "Totals say where the carbon is, ratios say how it is produced. A group's ratio divides the sum "
        "of its emissions by the sum of the denominator, so large places weigh more. A ratio is given "
        "only for years in which its denominator is known."
    ),
    methods=text(
        "Totals, ratios of sums, growth x_b/x_a − 1 and constant annual growth. Land area is measured on "
        "the ellipsoid from unsimplified boundaries."
    ),
    parameters=IndicatorParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("study002", "chen2020"),
)
