"""Where the places of a governance game come from: variables, calibrated parameters, weights."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.models.governance.calibration import (
    DEFAULTS,
    CalibrationResult,
    calibrate_game,
)
from spatialcarbon.models.governance.govern_places import LICENSED
from spatialcarbon.studies.analyses._compensate_places import UNDATED, chosen_year
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.weights.spillover import Spillover, spillover

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialcarbon.models.governance.govern_result import GovernanceResult
    from spatialcarbon.studies.analysis import Done, Inputs

COLUMNS: Mapping[str, str] = MappingProxyType(
    {"emission": "t CO2", "damage": "CNY/t", "cost": "CNY/t", LICENSED: "CNY/t"}
)
"""Fields that name variables, and the measure each is worked with."""
COMPENSATION = "compensation"


def modes_of(line: str) -> tuple[str, ...]:
    """Return the modes of a line with commas."""
    return tuple(part.strip() for part in line.split(",") if part.strip())


def units_of(parameters: Any, inputs: Inputs) -> pd.Index:
    """Return the places of the game: one group of the map, or all of it."""
    return inputs.units.index if parameters.within is None else inputs.groups[parameters.within]


def column_of(parameters: Any, inputs: Inputs, column: str) -> pd.Series[Any] | None:
    """Return one column in its measure of :data:`COLUMNS`, or None where no variable is named."""
    variable = getattr(parameters, column)
    if variable is None:
        return None
    undated = inputs.years_of(variable) == [UNDATED]
    year = UNDATED if undated else int(chosen_year(parameters, inputs) or 0)
    values = inputs.panel.at(variable, year).loc[units_of(parameters, inputs)]
    made = values * conversion_factor(inputs.measure(variable), COLUMNS[column])
    made.attrs = {}  # the panel's unit of measure, which these no longer have
    return made


def calibrated(parameters: Any, inputs: Inputs) -> tuple[pd.DataFrame, CalibrationResult]:
    """Return the table of places, and where each of its parameters comes from."""
    given = {column: column_of(parameters, inputs, column) for column in COLUMNS}
    emission, cost, licensed = given["emission"], given["cost"], given[LICENSED]
    assert emission is not None
    marginal = parameters.marginal_cost if cost is None else cost
    licensing = "licensing" in modes_of(parameters.modes)
    ratio = parameters.licensed_ratio if licensing else 1.0
    if licensing and licensed is not None:
        # A licence that would cost more is not taken: the same as none.
        ratio = (licensed / (DEFAULTS["marginal_cost"] if marginal is None else marginal)).clip(
            upper=1.0
        )
    found = calibrate_game(
        emission,
        price=parameters.price if given["damage"] is None else given["damage"],
        marginal_cost=marginal,
        cut=parameters.cut,
        licensed_ratio=ratio,
        share=parameters.share,
    )
    return (found.places if licensing else found.places.drop(columns=LICENSED)), found


def assumed(parameters: Any) -> bool:
    """Return whether any parameter is an invented default, or is said to be illustrative."""
    licensing = "licensing" in modes_of(parameters.modes)
    open_ = [
        parameters.damage is None and parameters.price is None,
        parameters.cost is None and parameters.marginal_cost is None,
        parameters.cut is None,
        licensing and parameters.licensed_cost is None and parameters.licensed_ratio is None,
        parameters.share is None,
    ]
    return bool(parameters.illustrative or any(open_))


def spillover_of(parameters: Any, inputs: Inputs, found: CalibrationResult) -> Spillover:
    """Return where damage goes, among the places of the game only."""
    weights = inputs.weights_named(parameters.weights).subset(units_of(parameters, inputs))
    return spillover(weights, share=found.share)


def licensor_of(parameters: Any, units: pd.Index) -> Any:
    """Return the label of the licensor, which a study file may write as a number or a word."""
    if parameters.licensor is None:
        return None
    return next((label for label in units if str(label) == str(parameters.licensor)), None)


def game_of(done: Done) -> GovernanceResult:
    """Return the comparison of modes."""
    found: GovernanceResult = done.result["result"]
    return found


def paid_mode(done: Done) -> str:
    """Return the mode whose payments are shown: compensation, else the one recommended."""
    result = game_of(done)
    return COMPENSATION if COMPENSATION in result.modes else result.recommendation


def names_of(done: Done) -> dict[Any, Text]:
    """Return what the places are called."""
    return {label: done.inputs.names[label] for label in game_of(done).places.index}


def place_map(done: Done, columns: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the map of the places of the game, with names and columns in their order."""
    whole = named_frame(done.inputs, {})
    return whole.loc[game_of(done).places.index].assign(**columns)


def placed(done: Done, title: Text) -> Text:
    """Return a title with the group that plays, since a study may have several games."""
    within = done.parameters.within
    if within is None:
        return title
    return text("{group}: {title}", group=done.inputs.group_name(within), title=title)
