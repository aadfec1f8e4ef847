"""Growth curves of a variable: forecast by place, with what the data do not say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.growth import Capacity, GrowthResult, Residuals, fit_growth
from spatialcarbon.models.drivers.growth_curves import Kind
from spatialcarbon.models.drivers.growth_input import SHORTEST
from spatialcarbon.studies.analyses._growth_shown import figures, findings, layers
from spatialcarbon.studies.analyses._growth_tables import tables
from spatialcarbon.studies.analysis import Analysis, Inputs, Parameters

AHEAD = 10
"""Years of forecast where no horizon is given."""


class GrowthParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable to forecast.")
    kind: Kind = Field(
        default="level", description="Whether the level is logistic, or its yearly increase."
    )
    capacity: Capacity = Field(
        default="free", description="Capacity: estimated, the best of a list, or given."
    )
    k: float | None = Field(default=None, gt=0, description="The capacity that is given.")
    grid: str | None = Field(default=None, description="Capacities to choose from, with commas.")
    kappa: float = Field(
        default=5.0, gt=1, description="Highest free capacity, in largest values of the series."
    )
    horizon: int | None = Field(
        default=None, description="Last year of the forecast; ten years ahead if left out."
    )
    holdout: int = Field(
        default=0,
        ge=0,
        description="Last years to forecast from those before, for an honest error.",
    )
    anchor: bool = Field(default=False, description="Pass through the value of the first year.")
    residuals: Residuals = Field(
        default="absolute", description="Squares of differences, or of relative differences."
    )
    allow_decline: bool = Field(default=False, description="Accept series that fall.")
    rebase: bool = Field(
        default=False, description="Start forecasts from the last value, not from the curve."
    )
    confidence: float = Field(default=0.95, gt=0, lt=1, description="Of the intervals.")
    start: int | None = Field(default=None, description="First year to use.")
    end: int | None = Field(default=None, description="Last year to use.")

    @field_validator("grid", mode="before")
    @classmethod
    def _joined(cls, value: object) -> object:
        """Take a list of the study file as well as a line with commas."""
        return ",".join(map(str, value)) if isinstance(value, list) else value


def years_of(parameters: GrowthParameters, inputs: Inputs) -> list[int]:
    """Return the years of the variable from start to end."""
    first, last = parameters.start, parameters.end
    return [
        year
        for year in inputs.years_of(parameters.variable)
        if (first is None or year >= first) and (last is None or year <= last)
    ]


def _capacities(parameters: GrowthParameters) -> list[float] | None:
    if parameters.grid is None:
        return None
    return [float(part) for part in parameters.grid.split(",") if part.strip()]


def run(parameters: GrowthParameters, inputs: Inputs) -> dict[str, GrowthResult | int]:
    """Fit the curves; the horizon goes with them."""
    years = years_of(parameters, inputs)
    found = fit_growth(
        inputs.panel[parameters.variable][years],
        kind=parameters.kind,
        capacity=parameters.capacity,
        k=parameters.k,
        grid=_capacities(parameters),
        kappa=parameters.kappa,
        anchor=parameters.anchor,
        residuals=parameters.residuals,
        allow_decline=parameters.allow_decline,
        holdout=parameters.holdout,
        rebase=parameters.rebase,
        confidence=parameters.confidence,
    )
    return {"growth": found, "horizon": parameters.horizon or years[-1] + AHEAD}


def check(parameters: GrowthParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: too few years, a horizon inside the data, capacities."""
    problems: list[Text] = []
    years = years_of(parameters, inputs)
    if len(years) < SHORTEST:
        problems.append(
            text(
                "a growth curve needs at least {fewest} years; {variable} has {n}: {years}",
                fewest=SHORTEST,
                variable=parameters.variable,
                n=len(years),
                years=some(years),
            )
        )
    elif len(years) - parameters.holdout < SHORTEST:
        problems.append(
            text(
                "holdout = {holdout} leaves fewer than {fewest} years to fit",
                holdout=parameters.holdout,
                fewest=SHORTEST,
            )
        )
    if years and parameters.horizon is not None and parameters.horizon <= years[-1]:
        problems.append(
            text(
                "horizon {horizon} is not after the last year {last}",
                horizon=parameters.horizon,
                last=years[-1],
            )
        )
    try:
        _capacities(parameters)
    except ValueError:
        problems.append(
            text("grid is not a list of numbers with commas: {grid}", grid=parameters.grid)
        )
    return problems + _capacity_problems(parameters)


def _capacity_problems(parameters: GrowthParameters) -> list[Text]:
    needs: dict[Literal["fixed", "grid"], object] = {
        "fixed": parameters.k,
        "grid": parameters.grid,
    }
    wrong = any(
        (given is not None) != (parameters.capacity == name) for name, given in needs.items()
    )
    if not wrong:
        return []
    return [text("capacity = 'fixed' goes with k, 'grid' with grid, 'free' with neither")]


ANALYSIS = Analysis(
    name="growth",
    title=text("Growth curves and forecast"),
    question=text(
        "Where is the growth of each place heading, and do the data show any saturation?"
    ),
    reading=text(
        "A logistic curve bends towards a capacity k. Where k lies at its upper bound the data show no bend, "
        "and the forecast is nearly exponential: it says what continuing would mean, not what will be. The "
        "interval takes the curve as true; the distance between the logistic, exponential and linear forecasts is "
        "the better measure of what is not known. A curve of growth knows no policy and never peaks."
    ),
    methods=text(
        "C(t) = k/(1 + a e^(-rt)), or the same for the yearly increase, by least squares within bounds from 18 "
        "starts and a coarse grid, each minimum certified; delta-method intervals; AICc against an exponential and "
        "a linear trend; the error of forecasting the last years, where asked for."
    ),
    parameters=GrowthParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("verhulst1838", "seber1989", "burnham2002"),
)
