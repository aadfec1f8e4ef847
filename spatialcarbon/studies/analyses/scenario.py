"""Scenarios: paths of emissions under given rates, peak years, and the spread over places."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import Field

from spatialcarbon.core.errors import ConvergenceWarning, SpatialCarbonError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.peak import Tie, peak
from spatialcarbon.models.drivers.rates import RateTable, checked_rates
from spatialcarbon.models.drivers.scenario import REFERENCES, project
from spatialcarbon.stats.bandwidth import Rule
from spatialcarbon.stats.density_panel import DensityPanelResult, density_panel
from spatialcarbon.stats.density_sample import Boundary
from spatialcarbon.studies.analyses._scenario_rates import Rates, Reported, history_of, rate_table
from spatialcarbon.studies.analyses._scenario_shown import figures, findings, layers
from spatialcarbon.studies.analyses._scenario_tables import (
    density_table,
    group_table,
    path_table,
    peak_table,
    rate_rows,
    summary_of,
    unit_table,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.scenario_result import ProjectionResult
    from spatialcarbon.report.tables import Table

ONE_OFF = False
"""The command has a module of its own: it needs no map."""

FEWEST = 5
"""Places from which a distribution is drawn."""


class ScenarioParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable to project, such as emissions.")
    rates: Rates = Field(
        description=(
            "Shipped table (study003_rates), path of a table, or rows with scenario, start, end, "
            "delta, chi, beta, alpha and, where rates differ by place, unit."
        )
    )
    horizon: int = Field(ge=1, description="Last year.")
    base_year: int | None = Field(
        default=None, description="Year to start from; the year before the first rate if left out."
    )
    by_group: bool = Field(default=True, description="Add up groups as well as the whole.")
    tol: float = Field(
        default=1e-9,
        ge=0,
        lt=1,
        description="Share of the maximum by which a year may miss it and still belong to the top.",
    )
    tie: Tie = Field(default="first", description="Which year of a flat top is the peak year.")
    sustained: int | None = Field(
        default=None, ge=1, description="Years below the peak that are demanded after it."
    )
    densities: bool = Field(
        default=True, description="Describe the distribution over places in the last year."
    )
    bandwidth: Rule = Field(default="silverman", description="Rule of the bandwidth.")
    boundary: Boundary | None = Field(
        default=None, description="Fold what lies below zero back over it."
    )


def run(parameters: ScenarioParameters, inputs: Inputs) -> dict[str, Any]:
    """Project every place, add up, find the peaks, describe the distribution."""
    rates = rate_table(parameters.rates, inputs.locate)
    table = _checked(parameters, rates, inputs.units.index)
    demands: dict[str, Any] = {
        "tol": parameters.tol,
        "tie": parameters.tie,
        "sustained": parameters.sustained,
    }
    found = project(
        inputs.panel.at(parameters.variable, table.base_year),
        rates,
        horizon=parameters.horizon,
        base_year=parameters.base_year,
        **demands,
    )
    return {
        "projection": found,
        "history": history_of(inputs, parameters.variable, table.base_year),
        "groups": _by_group(parameters, inputs, found, demands),
        "density": _density(parameters, found),
    }


def _checked(parameters: ScenarioParameters, rates: pd.DataFrame, units: pd.Index) -> RateTable:
    return checked_rates(
        rates, horizon=parameters.horizon, base_year=parameters.base_year, units=units
    )


def _by_group(
    parameters: ScenarioParameters, inputs: Inputs, found: ProjectionResult, demands: Any
) -> pd.DataFrame | None:
    """Return base, horizon and peak of every scenario and group."""
    if not (parameters.by_group and inputs.groups):
        return None
    unit = found.path.columns.get_level_values("unit")
    sums = pd.concat(
        {
            code: found.path.loc[:, unit.isin(members)].T.groupby(level=0, sort=False).sum().T
            for code, members in inputs.groups.items()
        },
        axis=1,
        names=["group", "scenario"],
    ).swaplevel(axis=1)
    order = [(s, code) for s in found.rates.scenarios for code in inputs.groups]
    sums = sums[order]
    rows = [peak(sums[column], **demands).to_frame() for column in sums]
    return summary_of(sums, pd.concat(rows).set_axis(sums.columns, axis=0))


def _density(parameters: ScenarioParameters, found: ProjectionResult) -> DensityPanelResult | None:
    """Return the distribution over places: base year, and last year of each scenario."""
    last = found.path.iloc[-1].unstack("scenario")[list(found.rates.scenarios)]
    varied = last.nunique().min() > 1
    if not parameters.densities or len(last) < FEWEST or not varied:
        return None
    first = found.path.iloc[0].loc[found.rates.scenarios[0]]
    # The base year comes last, so that scenarios have the colours they have as paths.
    if str(found.rates.base_year) not in last:
        last[str(found.rates.base_year)] = first
    with warnings.catch_warnings():
        # The result carries the same sentence as a note, which the report shows.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return density_panel(last, bandwidth=parameters.bandwidth, boundary=parameters.boundary)


def check(parameters: ScenarioParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: rates that cannot be used, a base year without data."""
    try:
        table = _checked(
            parameters, rate_table(parameters.rates, inputs.locate), inputs.units.index
        )
    except SpatialCarbonError as error:
        return [Reported(error)]
    absent = inputs.absent_years(parameters.variable, [table.base_year])
    return absent or _gaps(inputs, parameters.variable, table.base_year)


def _gaps(inputs: Inputs, variable: str, year: int) -> list[Text]:
    """Return the places that cannot be projected: without a level, or with one of zero or below."""
    levels = inputs.panel.at(variable, year)
    said = []
    for wrong, places in (
        (text("missing"), levels.index[levels.isna()]),
        (text("zero or below"), levels.index[levels <= 0]),
    ):
        if len(places):
            said.append(
                text(
                    "{variable} of {year} is {wrong} for {n} places: {places}; leave them out of the map",
                    variable=variable,
                    year=year,
                    wrong=wrong,
                    n=len(places),
                    places=some(places),
                )
            )
    return said


def tables(done: Done) -> list[Table]:
    """Return levels and peaks, paths, rates, groups, places and densities."""
    found, measure = done.result["projection"], done.inputs.measure(done.parameters.variable)
    made = [
        peak_table(done.key, found, measure),
        path_table(done.key, found, measure),
        rate_rows(done.key, found),
    ]
    if done.result["groups"] is not None:
        names = {code: done.inputs.group_name(code) for code in done.inputs.groups}
        made.append(group_table(done.key, found, done.result["groups"], measure, names))
    made.append(unit_table(done.key, found, measure, done.inputs.names))
    if done.result["density"] is not None:
        made.append(density_table(done.key, done.result["density"], measure))
    return made


ANALYSIS = Analysis(
    name="scenario",
    title=text("Scenarios and peak years"),
    question=text("Where do emissions go under given rates of growth, and when do they peak?"),
    reading=text(
        "A path is what the assumed rates amount to, not a forecast: change a rate and the peak moves. Only the "
        "product of the four rates acts on emissions, so the same path can be had from quite different "
        "assumptions about people, output, industry and technology. A path that is highest in its last year "
        "has not been seen to peak. Where all places have the same rates, they all peak in the same year and "
        "the distribution over places keeps its shape."
    ),
    methods=text(
        "Kaya identity with yearly rates: C(t+1) = C(t)(1+δ)(1+χ)(1−β)(1−α), each place by itself, then added up. "
        "The peak is the first maximum; years within a tolerance of it make a plateau. Distributions are kernel "
        "densities on one grid."
    ),
    parameters=ScenarioParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=REFERENCES,
    one_off=ONE_OFF,
)
