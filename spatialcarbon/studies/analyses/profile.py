"""Profiles of groups: radar of normalised indicators, or composition by sector."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import pandas as pd
from pydantic import Field

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.data.catalogue import tables as shipped_tables
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import radar, stacked_composition
from spatialcarbon.report.radar_figure import LEAST_AXES
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.profiles import ProfileResult, composition, max_normalise
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

ONE_OFF = False

COLUMNS = {
    "co2_total_10kt": text("Total"),
    "co2_per_gdp_t_per_10k_yuan": text("Per GDP"),
    "co2_per_capita_t": text("Per head"),
    "co2_per_area_as_printed": text("Per built-up area"),
}


class ProfileParameters(Parameters):
    """Settings of the analysis."""

    VARIABLES: ClassVar = ("variables",)

    kind: Literal["radar", "composition"] = Field(
        default="radar",
        description="Indicators against the largest place, or shares of a whole.",
    )
    table: str | None = Field(default=None, description="Shipped table with one row per place.")
    place: str = Field(default="cluster", description="Column of the place in that table.")
    columns: list[str] | None = Field(
        default=None, description="Columns of that table; all numeric ones if left out."
    )
    variables: list[str] | None = Field(
        default=None, description="Or: variables of the study, summed by group."
    )
    year: int | None = Field(
        default=None, description="Year of those variables, where they have any."
    )
    categories: dict[str, str] | None = Field(
        default=None, description="Composition: variable → wider category, such as direct."
    )


def run(parameters: ProfileParameters, inputs: Inputs) -> ProfileResult:
    """Return the profile of every place."""
    values = _values(parameters, inputs)
    if parameters.kind == "radar":
        return max_normalise(values)
    return composition(values, categories=parameters.categories)


def _values(parameters: ProfileParameters, inputs: Inputs) -> pd.DataFrame:
    if parameters.table is not None:
        table = load_table(parameters.table).set_index(parameters.place)
        columns = parameters.columns or list(table.select_dtypes("number").columns)
        return table[columns]
    sums = {
        variable: inputs.panel.at(variable, _year_of(variable, parameters, inputs))
        for variable in parameters.variables or []
    }
    frame = pd.DataFrame(sums)
    return pd.DataFrame({code: frame.loc[index].sum() for code, index in inputs.groups.items()}).T


def _year_of(variable: str, parameters: ProfileParameters, inputs: Inputs) -> int:
    """Return the year asked for; what has no years, such as areas of land, is as it is."""
    if inputs.years_of(variable) == [UNDATED]:
        return UNDATED
    return int(parameters.year or 0)


def check(parameters: ProfileParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: unknown tables, columns, variables or years."""
    if parameters.table is None:
        return _check_variables(parameters, inputs)
    known = shipped_tables()["name"]
    if parameters.table not in set(known):
        return [
            text(
                "{value!r} is not a shipped table; there is {known}",
                value=parameters.table,
                known=some(known, 30),
            )
        ]
    table = load_table(parameters.table)
    columns = list(table.columns)
    absent = [c for c in [parameters.place, *(parameters.columns or [])] if c not in columns]
    if absent:
        return [
            text(
                "{table} has no column {absent}; it has {columns}",
                table=parameters.table,
                absent=some(absent),
                columns=some(columns, 20),
            )
        ]
    numeric = table.drop(columns=parameters.place).select_dtypes("number").columns
    return _check_axes(parameters, parameters.columns or list(numeric))


def _check_variables(parameters: ProfileParameters, inputs: Inputs) -> list[Text]:
    dated = [v for v in parameters.variables or () if inputs.years_of(v) != [UNDATED]]
    if not parameters.variables or (dated and parameters.year is None):
        return [text("a profile needs either table, or variables and year")]
    if not inputs.groups:
        return [text("a profile of variables needs groups under [units]")]
    absent = [
        problem
        for variable in dated
        for problem in inputs.absent_years(variable, [int(parameters.year or 0)])
    ]
    return absent + _check_axes(parameters, parameters.variables)


def _check_axes(parameters: ProfileParameters, axes: Sequence[str]) -> list[Text]:
    if parameters.kind == "radar" and len(axes) < LEAST_AXES:
        return [
            text(
                'a radar needs at least three indicators, not {n}; kind = "composition" takes fewer',
                n=len(axes),
            )
        ]
    return []


def _names(done: Done) -> dict[str, Text]:
    return {str(place): done.inputs.group_name(str(place)) for place in done.result.table.index}


def _column_names(done: Done) -> dict[str, Text]:
    return {
        str(column): COLUMNS.get(str(column), done.inputs.variable_name(str(column)))
        for column in done.result.table.columns
    }


def tables(done: Done) -> list[Table]:
    """Return the profile as a table."""
    frame = done.result.to_frame().rename(columns={"place": "group"})
    frame.insert(1, "group_name", [done.inputs.group_name(str(g)) for g in frame["group"]])
    return [
        Table(
            name=done.key,
            title=_title(done),
            frame=frame,
            headings={**HEADINGS, **_column_names(done)},
            decimals={str(column): 4 for column in done.result.table.columns},
            note=_note(done),
            shown=[c for c in frame.columns if c != "group"],
        )
    ]


def _title(done: Done) -> Text:
    if done.parameters.kind == "radar":
        return text("Indicators relative to the largest group")
    return text("Composition by group")


def _note(done: Done) -> Text:
    if done.parameters.table == "study002_indicators":
        return text(
            "From the printed Table 4 of study 002 (2020). The study calls its last indicator emissions "
            "per area; the figures are emissions per built-up area."
        )
    return text("Fractions: 1 is the largest group, or the whole.")


def figures(done: Done) -> list[FigureSpec]:
    """Return the radar chart or the stacked bars."""
    title, names, columns = _title(done), _names(done), _column_names(done)
    table = done.result.table
    if done.parameters.kind == "radar":
        return [
            FigureSpec(
                name=f"{done.key}_radar",
                title=title,
                caption=text(
                    "On each axis the outermost group is the largest (1). A small polygon means low "
                    "emissions on all counts; its shape, not its area, is what to compare."
                ),
                alt=text("Radar chart of normalised indicators by group."),
                draw=lambda language: radar(
                    table,
                    title=title,
                    group_names=names,
                    indicator_names=columns,
                    language=language,
                ),
            )
        ]
    return [
        FigureSpec(
            name=f"{done.key}_composition",
            title=title,
            caption=text("Each bar is 100 % of a group."),
            alt=text("Stacked bars of shares by group."),
            draw=lambda language: stacked_composition(
                table, title=title, group_names=names, category_names=columns, language=language
            ),
        )
    ]


def findings(done: Done) -> list[Text]:
    """Return which group is largest on each count."""
    names, columns = _names(done), _column_names(done)
    said = []
    for column in done.result.table.columns:
        values = done.result.table[column]
        said.append(
            text(
                "{indicator}: largest in {top}, smallest in {low}.",
                indicator=columns[str(column)],
                top=names[str(values.idxmax())],
                low=names[str(values.idxmin())],
            )
        )
    return said


ANALYSIS = Analysis(
    name="profile",
    title=text("Profiles of the groups"),
    question=text("How do the groups compare on several counts at once?"),
    reading=text(
        "Normalising by the maximum makes indicators of different units comparable within a year, but "
        "not between years: a shape can change because the largest group did."
    ),
    methods=text(
        "Each indicator is divided by its maximum over the groups; shares are parts of a sum."
    ),
    parameters=ProfileParameters,
    run=run,
    tables=tables,
    figures=figures,
    text=findings,
    check=check,
    references=("study002",),
    one_off=ONE_OFF,
)
