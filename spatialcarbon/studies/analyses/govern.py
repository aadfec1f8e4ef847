"""Governance games: would places gain from governing carbon together, and who would sign?"""

from __future__ import annotations

from typing import Any, ClassVar, get_args

import numpy as np
from pydantic import Field, field_validator

from spatialcarbon.core.errors import UnitMismatchError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.models.governance.govern import govern
from spatialcarbon.models.governance.govern_result import Mode
from spatialcarbon.models.governance.sweep import govern_sweep
from spatialcarbon.studies.analyses._compensate_places import UNDATED, chosen_year
from spatialcarbon.studies.analyses._govern_places import (
    COLUMNS,
    assumed,
    calibrated,
    licensor_of,
    modes_of,
    spillover_of,
    units_of,
)
from spatialcarbon.studies.analyses._govern_shown import figures, findings, layers
from spatialcarbon.studies.analyses._govern_tables import tables
from spatialcarbon.studies.analysis import Analysis, Inputs, Parameters


class GovernParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = tuple(COLUMNS)

    emission: str = Field(description="Variable of CO2 emissions.")
    damage: str | None = Field(
        default=None, description="Variable of damage, CNY per t; else price for all."
    )
    cost: str | None = Field(
        default=None, description="Variable of marginal cost at the cut, CNY per t."
    )
    licensed_cost: str | None = Field(
        default=None, description="Variable of that cost with the licensor's technology."
    )
    year: int | None = Field(default=None, description="Year; the last in common if left out.")
    within: str | None = Field(
        default=None, description="Group of the map that plays; all places if left out."
    )
    price: float | None = Field(
        default=None, ge=0, description="Damage of a tonne, CNY; an illustrative 60 if left out."
    )
    marginal_cost: float | None = Field(
        default=None,
        gt=0,
        description="Cost of the last tonne at the cut, CNY; an illustrative 200 if left out.",
    )
    cut: float | None = Field(
        default=None, gt=0, le=1, description="That cut, a share of emissions; 0.1 if left out."
    )
    licensed_ratio: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Licensed cost over own cost; an illustrative 0.7 if left out.",
    )
    share: float | None = Field(
        default=None,
        ge=0,
        lt=1,
        description="Share that does damage elsewhere; an illustrative 0.3 if left out.",
    )
    modes: str = Field(
        default=",".join(get_args(Mode)), description="Modes to compare, with commas."
    )
    licensor: str | None = Field(
        default=None, description="Code of who owns the technology; the cheapest if left out."
    )
    rivalry: float = Field(
        default=0.0, ge=0, description="What a licensee's tonne costs the licensor, CNY per t."
    )
    licensee_share: float = Field(
        default=0.0, ge=0, le=1, description="Part of its gain that a licensee keeps."
    )
    sweep: int = Field(
        default=9, ge=0, le=40, description="Steps of damage and of spread of costs; 0 for none."
    )
    illustrative: bool = Field(
        default=False, description="Say that the numbers given here are invented, too."
    )
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )

    @field_validator("modes", mode="before")
    @classmethod
    def _joined(cls, value: object) -> object:
        """Take a list of the study file as well as a line with commas."""
        return ",".join(map(str, value)) if isinstance(value, list) else value

    @field_validator("licensor", mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        """Take a code that is a number as well as a word."""
        return str(value) if isinstance(value, int) else value

    @property
    def assumed(self) -> bool:
        """Whether any parameter is invented."""
        return assumed(self)


def run(parameters: GovernParameters, inputs: Inputs) -> dict[str, Any]:
    """Compute the comparison of modes and its sweep."""
    places, calibration = calibrated(parameters, inputs)
    across = spillover_of(parameters, inputs, calibration)
    settings: dict[str, Any] = {
        "modes": modes_of(parameters.modes),
        "licensor": licensor_of(parameters, places.index),
        "rivalry": parameters.rivalry,
        "licensee_share": parameters.licensee_share,
    }
    result = govern(places, across, rng=inputs.seed, **settings)
    swept = None
    if parameters.sweep:
        middle = float(calibration.share.mean())
        shares = np.unique([*np.round(np.linspace(0.05, 0.9, 2 * parameters.sweep), 3), middle])
        swept = govern_sweep(
            places,
            across,
            damages=_around(parameters.sweep, 4.0),
            shares=shares.tolist(),
            spreads=np.unique([*np.linspace(0.0, 2.0, parameters.sweep), 1.0]).tolist(),
            **settings,
        )
    return {"result": result, "calibration": calibration, "sweep": swept}


def _around(steps: int, widest: float) -> list[float]:
    """Return multiples from one part to as many times, one among them."""
    found = np.geomspace(1 / widest, widest, steps)
    return np.unique(np.round([*found, 1.0], 6)).tolist()  # type: ignore[no-any-return]


def check(parameters: GovernParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: modes, groups, codes, units of measure, years."""
    problems = []
    modes = modes_of(parameters.modes)
    unknown = [mode for mode in modes if mode not in get_args(Mode)]
    if unknown or not modes or len(set(modes)) < len(modes):
        problems.append(
            text(
                "modes = {modes} must name some of {known}, each once",
                modes=parameters.modes,
                known=", ".join(get_args(Mode)),
            )
        )
    if parameters.within is not None and parameters.within not in inputs.groups:
        return [
            *problems,
            text(
                "within = {group!r} is no group of the map; there is {known}",
                group=parameters.within,
                known=some(inputs.groups, 12),
            ),
        ]
    units = units_of(parameters, inputs)
    if len(units) < 2:
        problems.append(text("a game needs two places or more"))
    if parameters.licensor is not None and licensor_of(parameters, units) is None:
        problems.append(
            text(
                "licensor = {code!r} is not among the places {known}",
                code=parameters.licensor,
                known=some(units, 12),
            )
        )
    if parameters.licensed_cost is not None and "licensing" not in modes:
        problems.append(text("licensed_cost is of no use without the mode licensing"))
    measured = [problem for column in COLUMNS for problem in _measure(parameters, inputs, column)]
    return [*problems, *(measured or _years(parameters, inputs))]


def _measure(parameters: GovernParameters, inputs: Inputs, column: str) -> list[Text]:
    variable = getattr(parameters, column)
    if variable is None:
        return []
    wanted = COLUMNS[column]
    try:
        conversion_factor(inputs.measure(variable), wanted)
    except UnitMismatchError:
        return [
            text(
                "{variable} is in {measure}, which does not turn into {wanted}",
                variable=variable,
                measure=inputs.measure(variable) or "?",
                wanted=wanted,
            )
        ]
    return []


def _years(parameters: GovernParameters, inputs: Inputs) -> list[Text]:
    given = [getattr(parameters, name) for name in COLUMNS]
    dated = [name for name in given if name is not None and inputs.years_of(name) != [UNDATED]]
    if parameters.year is not None:
        return [said for name in dated for said in inputs.absent_years(name, [parameters.year])]
    if chosen_year(parameters, inputs) is None:
        return [text("the variables have no year in common")]
    return []


ANALYSIS = Analysis(
    name="govern",
    title=text("Governance games"),
    question=text("Would these places gain from governing carbon together, and who would sign?"),
    reading=text(
        "Look first at who loses by plain cooperation: that place needs a payment or a licence, "
        "whatever the total says. Then at the sweep: a mode that is recommended over the whole "
        "plausible range is a finding, one in a corner is not. The amounts are results of a model "
        "under assumed damages and costs, no claims of one place on another."
    ),
    methods=text(
        "Each place bears the cost of its own abatement, a straight marginal cost curve, and the "
        "damage of what reaches it; the weights say where damage goes, the share how much of it "
        "crosses. No cooperation is the Nash equilibrium; cooperation has the largest sum. "
        "Compensation pays every place half way between what its additional abatement costs and "
        "what it is worth to the others; licences are the contracts that the owner of a technology "
        "prefers. The recommended mode has the largest sum among those in which nobody loses."
    ),
    parameters=GovernParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("maler1989", "chander1997", "study000"),
)
