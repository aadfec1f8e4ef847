"""Monte Carlo on scenario rates: ranges of emissions, chances of a peak, decline needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.error_draws import Per
from spatialcarbon.models.drivers.peak import Tie
from spatialcarbon.models.drivers.rates import RateTable, checked_rates
from spatialcarbon.models.drivers.required_decline import required_decline
from spatialcarbon.models.drivers.simulate import REFERENCES, simulate
from spatialcarbon.studies.analyses._scenario_rates import Rates, Reported, history_of, rate_table
from spatialcarbon.studies.analyses._simulation_input import (
    correlation_of,
    sharing_of,
    target_of,
)
from spatialcarbon.studies.analyses._simulation_shown import figures, findings, layers
from spatialcarbon.studies.analyses._simulation_tables import tables
from spatialcarbon.studies.analysis import Analysis, Inputs, Parameters

if TYPE_CHECKING:
    import pandas as pd


class SimulationParameters(Parameters):
    """Settings of the analysis."""

    WRITTEN: ClassVar = ("rates", "errors", "correlation", "sharing", "target")

    variable: str = Field(description="Variable to project, such as emissions.")
    rates: Rates = Field(
        description=(
            "Shipped table (study003_rates), path of a table, or rows with scenario, start, end, "
            "delta, chi, beta, alpha and, where rates differ by place, unit."
        ),
        examples=["study003_rates"],
    )
    horizon: int = Field(ge=1, description="Last year.", examples=[2030])
    base_year: int | None = Field(
        default=None, description="Year to start from; the year before the first rate if left out."
    )
    errors: float | str | dict[str, float | str] | None = Field(
        default=None,
        description=(
            "Errors of the rates in fractions a year: alpha=normal(0.01),chi=uniform(0.02); shapes are "
            "normal, uniform, triangular and relative. Left out: relative(0.2) of each."
        ),
    )
    correlation: str | dict[str, float] | None = Field(
        default=None, description="Correlations of errors: chi_alpha=0.5,beta_alpha=0.3"
    )
    per: Per = Field(default="period", description="How long an error stays.")
    sharing: float | str = Field(
        default="shared",
        description="Errors of places: shared, independent, or their correlation from 0 to 1.",
    )
    draws: int = Field(default=10_000, ge=2, description="Random draws.")
    quantiles: list[float] = Field(
        default=[0.05, 0.25, 0.5, 0.75, 0.95], description="Quantiles, in pairs around 0.5."
    )
    target: float | str | dict[str, float] | None = Field(
        default=None, description="Level not to be exceeded: a number, or by year 2030=1200"
    )
    peak_by: int | None = Field(
        default=None, description="Year by which a peak is asked about; the last one if left out."
    )
    tol: float = Field(
        default=1e-9,
        ge=0,
        lt=1,
        description="Share of the maximum by which a year may miss it and still belong to the top.",
    )
    tie: Tie = Field(default="first", description="Which year of a flat top is the peak year.")
    decline_for: int | None = Field(
        default=None,
        description="Year, before the last one, for which to find the extra decline of intensity needed.",
    )
    decline_from: int | None = Field(
        default=None, description="First year of the extra decline; the first one if left out."
    )
    probability: float = Field(
        default=0.9, gt=0, lt=1, description="Certainty wanted of a peak by that year."
    )


def _common(parameters: SimulationParameters, inputs: Inputs) -> dict[str, Any]:
    return {
        "horizon": parameters.horizon,
        "base_year": parameters.base_year,
        "draws": parameters.draws,
        "errors": parameters.errors,
        "correlation": correlation_of(parameters.correlation),
        "per": parameters.per,
        "units": sharing_of(parameters.sharing),
        "tol": parameters.tol,
        "rng": inputs.seed,
    }


def _years(parameters: SimulationParameters, inputs: Inputs, rates: pd.DataFrame) -> RateTable:
    return checked_rates(
        rates,
        horizon=parameters.horizon,
        base_year=parameters.base_year,
        units=inputs.units.index,
    )


def run(parameters: SimulationParameters, inputs: Inputs) -> dict[str, Any]:
    """Simulate every place, add up; find the decline needed where a year is asked about."""
    rates = rate_table(parameters.rates, inputs.locate)
    table = _years(parameters, inputs, rates)
    base = inputs.panel.at(parameters.variable, table.base_year)
    common = _common(parameters, inputs)
    found = simulate(
        base,
        rates,
        quantiles=parameters.quantiles,
        target=target_of(parameters.target),
        peak_by=parameters.peak_by,
        tie=parameters.tie,
        **common,
    )
    declines = []
    if parameters.decline_for is not None:
        declines = [
            required_decline(
                base,
                rates,
                scenario=scenario,
                peak_by=parameters.decline_for,
                from_year=parameters.decline_from,
                probability=parameters.probability,
                **{**common, "base_year": table.base_year},
            )
            for scenario in table.scenarios
        ]
    return {
        "simulation": found,
        "declines": declines,
        "history": history_of(inputs, parameters.variable, table.base_year),
    }


def check(parameters: SimulationParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit, tried on two draws: rates, errors, years, the base year's data."""
    try:
        rates = rate_table(parameters.rates, inputs.locate)
        base_year = _years(parameters, inputs, rates).base_year
        absent = inputs.absent_years(parameters.variable, [base_year])
        if absent:
            return absent
        run(parameters.model_copy(update={"draws": 2}), inputs)
    except SpatialCarbonError as error:
        return [Reported(error)]
    return []


ANALYSIS = Analysis(
    name="simulation",
    title=text("Uncertain scenarios: Monte Carlo"),
    question=text(
        "How wide is the range of emissions when rates are uncertain, and how likely is a peak by a given year?"
    ),
    reading=text(
        "A band holds the stated share of the draws, a probability is a share of draws: both answer for the "
        "errors that were put in, and for nothing that the scenarios leave out. The standard error is that of "
        "the Monte Carlo alone. A peak in the base year means a path that falls from the start, so the true "
        "peak may be earlier; not peaked means highest in the last year. Do not compare scenarios by their "
        "bands: they share their random numbers, and a scenario is a choice, not a draw."
    ),
    methods=text(
        "Monte Carlo on the rates of a Kaya identity (compare Raftery et al. 2017): an error is added to each rate "
        "in each period or year, errors of the four rates are tied by a Gaussian copula, and draws that break the "
        "bounds of a rate are drawn again. Quantiles are those of the draws; the standard error of a probability is "
        "√(p(1−p)/R)."
    ),
    parameters=SimulationParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=REFERENCES,
)
