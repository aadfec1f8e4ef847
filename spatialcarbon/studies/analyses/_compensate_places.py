"""Where the places of a compensation come from: variables by unit or group, or a shipped table."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialcarbon.core.units import conversion_factor
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.models.governance.compensation_input import BASE
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.weights.weights import Weights

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.studies.analysis import Done, Inputs

UNDATED = 0
GROUP = "cluster"
"""Column of the group in a shipped table of places."""


def prices_of(line: str | None) -> list[float]:
    """Return the prices of a line with commas.

    Raises
    ------
    ValueError
        For what is no number of zero or more.
    """
    prices = [float(part) for part in (line or "").split(",") if part.strip()]
    if not all(0 <= price < float("inf") for price in prices):
        raise ValueError(line)
    return prices


def factors_of(line: str | None) -> dict[str, float]:
    """Return the sink accounts of a line of pairs; a factor may be a fraction such as 44/12.

    Raises
    ------
    ValueError, ZeroDivisionError
        For what is no pair of a name and a number of zero or more.
    """
    pairs = [part.partition("=") for part in (line or "").split(",") if part.strip()]
    factors = {name.strip(): float(Fraction(number.strip())) for name, _, number in pairs}
    if not all(factor >= 0 for factor in factors.values()):
        raise ValueError(line)
    return factors


def chosen_year(parameters: Any, inputs: Inputs) -> int | None:
    """Return the year asked for, else the last that all dated variables share."""
    if parameters.year is not None:
        return int(parameters.year)
    variables = [getattr(parameters, name) for name in parameters.COLUMNS]
    dated = [set(inputs.years_of(v)) for v in variables if v is not None]
    dated = [years for years in dated if years != {UNDATED}]
    if not dated:
        return UNDATED
    shared = set.intersection(*dated)
    return max(shared) if shared else None


def places_of(parameters: Any, inputs: Inputs) -> pd.DataFrame:
    """Return the places in t CO2, CNY and persons."""
    if parameters.table is not None:
        table = load_table(parameters.table)
        measures = table.attrs["units"]
        frame = table.set_index(GROUP)
        kept = [column for column in BASE if column in frame]
        made = {c: frame[c].astype(float) * conversion_factor(measures[c], BASE[c]) for c in kept}
        return pd.DataFrame(made).rename_axis("group")
    year = chosen_year(parameters, inputs)
    made = {}
    for column in parameters.COLUMNS:
        variable = getattr(parameters, column)
        if variable is None:
            continue
        undated = inputs.years_of(variable) == [UNDATED]
        values = inputs.panel.at(variable, UNDATED if undated else int(year or 0))
        factor = (
            1.0 if column == "stage" else conversion_factor(inputs.measure(variable), BASE[column])
        )
        made[column] = values * factor
        made[column].attrs = {}  # the panel's unit of measure, which these no longer have
    places = pd.DataFrame(made)
    if parameters.by == "unit":
        return places
    # A sum over the members, not defined where one of them is missing; a score is averaged.
    rows = {}
    for code, members in inputs.groups.items():
        own = places.loc[members]
        rows[code] = own.sum(skipna=False)
        if "stage" in own:
            rows[code]["stage"] = own["stage"].mean(skipna=False)
    return pd.DataFrame(rows).T.rename_axis("group")


def group_weights(weights: Weights, inputs: Inputs, places: pd.Index) -> Weights:
    """Return which groups touch: any member of one is a neighbour of any member of the other."""
    belongs = np.zeros((len(places), len(weights.units)))
    for row, code in enumerate(places):
        members = inputs.groups[code]
        belongs[row, weights.units.get_indexer(members)] = 1.0
    linked = belongs @ (weights.raw @ belongs.T) > 0
    np.fill_diagonal(linked, False)
    from scipy.sparse import csr_array

    return Weights.from_sparse(csr_array(linked.astype(float)), places)


def grouped(done: Done) -> bool:
    """Return whether the places are groups of units."""
    return done.parameters.by == "group" or done.parameters.table is not None


def names_of(done: Done) -> dict[Any, Text]:
    """Return what the places are called."""
    labels = done.result["result"].table.index
    if grouped(done):
        return {label: done.inputs.group_name(str(label)) for label in labels}
    return {label: done.inputs.names[label] for label in labels}


def place_map(done: Done, columns: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the map of the places with names and columns; groups are drawn as wholes."""
    if not grouped(done):
        return named_frame(done.inputs, columns)
    index = done.result["result"].table.index
    shapes = [
        shapely.union_all(done.inputs.units.geometry.loc[done.inputs.groups[code]].to_numpy())
        for code in index
    ]
    names = names_of(done)
    return gpd.GeoDataFrame(
        {"name": [names[code] for code in index], **columns},
        index=index,
        geometry=shapes,
        crs=done.inputs.units.crs,
    )
