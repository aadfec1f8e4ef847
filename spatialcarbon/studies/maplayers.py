"""What the map layers of all analyses share: names in both languages, base layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialcarbon.core.language import Language, Name, Text, text
from spatialcarbon.report.layers import Layer, Lines, Single, Style, group_style
from spatialcarbon.studies.maps import own_name
from spatialcarbon.studies.words import HEADINGS, LABELS
from spatialcarbon.weights.matrices import rows_of

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Inputs
    from spatialcarbon.weights.weights import Weights

NAME = "name"
PLAIN = "#e8e8e4"

QUADRANTS: Mapping[str, Text] = {
    "HH": LABELS["High-High"],
    "LL": LABELS["Low-Low"],
    "HL": LABELS["High-Low"],
    "LH": LABELS["Low-High"],
    "none": LABELS["none"],
}


def named_frame(inputs: Inputs, columns: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Return the map with the name of each unit (as :class:`Text`) and some columns."""
    frame = gpd.GeoDataFrame(
        {NAME: [inputs.names[unit] for unit in inputs.units.index], **columns},
        index=inputs.units.index,
        geometry=inputs.units.geometry,
        crs=inputs.units.crs,
    )
    return frame


def with_names(inputs: Inputs, language: Language) -> gpd.GeoDataFrame:
    """Return the map with a column of names in one language."""
    shown = [inputs.names[unit].render(language) for unit in inputs.units.index]
    return inputs.units.assign(shown_name=shown)


def localised(layer: Layer, language: Language, groups: Mapping[str, Text] | None = None) -> Layer:
    """Return a layer whose texts are strings, with a column per language where names have both.

    Columns of codes that every study knows, those of quadrants, cluster types and of the
    ``groups``, stay codes and are told what they mean.
    """
    frame, label, aliases = layer.frame.copy(), layer.label_field, dict(layer.aliases)
    if NAME in frame.columns:
        names = list(frame[NAME])
        at = list(frame.columns).index(NAME)
        if all(isinstance(item, Name) for item in names):
            frame = frame.drop(columns=NAME)
            for shift, code in enumerate(("zh", "en")):
                words = [item.render("zh" if code == "zh" else "en") for item in names]
                frame.insert(at + shift, f"{NAME}_{code}", words)
            aliases |= {"name_zh": text("Name (Chinese)"), "name_en": text("Name (English)")}
            label = f"{NAME}_{language}" if label == NAME else label
        else:
            frame[NAME] = [item.render(language) for item in names]
    for column in frame.columns:
        words = frame[column].map(lambda cell: isinstance(cell, Text))
        if column != frame.geometry.name and words.any():
            frame[column] = [item.render(language) for item in frame[column]]
    known = {*map(str, frame.columns), str(frame.index.name)}
    kept = {column: words for column, words in aliases.items() if column in known}
    values = {**_meanings(frame, groups or {}), **layer.values}
    return replace(layer, frame=frame, label_field=label, aliases=kept, values=values)


def _meanings(frame: gpd.GeoDataFrame, groups: Mapping[str, Text]) -> dict[str, Mapping[str, Text]]:
    """Return what the codes of columns mean that hold nothing else."""
    found: dict[str, Mapping[str, Text]] = {}
    everything = {"ALL": LABELS["ALL"], **groups}
    for column in frame.columns.drop(frame.geometry.name):
        words = pd.api.types.is_string_dtype(frame[column])
        present = set(frame[column].dropna()) if words else set()
        for known in (QUADRANTS, LABELS, everything):
            if present and present <= set(known):
                found[str(column)] = {code: known[code] for code in known if code in present}
                break
    return found


def places_name(inputs: Inputs) -> str:
    """Return the name of the layer that has every place of the study once."""
    return own_name(inputs, "places" if inputs.first_group() is None else "clusters")


def base_layers(inputs: Inputs) -> list[Layer]:
    """Return the places, and the links of every set of weights as hidden lines."""
    made = [_places(inputs)]
    made += [
        layer
        for name, weights in inputs.weights.items()
        if (layer := link_layer(inputs, name, weights)) is not None
    ]
    return made


def _places(inputs: Inputs) -> Layer:
    """Return the layer that has every place once; the data by year belong to it."""
    group = inputs.first_group()
    columns: dict[str, Any] = {}
    if group is not None:
        columns["cluster"] = group.where(group != "").to_numpy()
    if "province_zh" in inputs.units:
        columns["province"] = inputs.units["province_zh"].to_numpy()
    if "area_km2" in inputs.units:
        columns["area_km2"] = inputs.units["area_km2"].to_numpy()
    abstract = text("The places of the study and the group each belongs to.")
    style: Style = Single(PLAIN)
    if group is None:
        abstract = text("The places of the study.")
    else:
        style = group_style("cluster", {c: inputs.group_name(c) for c in inputs.groups})
    return Layer(
        name=places_name(inputs),
        title=text("Places of the study") if group is None else text("Groups"),
        abstract=abstract,
        frame=named_frame(inputs, columns),
        aliases=HEADINGS,
        style=style,
        label_field=NAME,
        visible=False,
        group=text("Study area"),
    )


def link_layer(inputs: Inputs, name: str, weights: Weights) -> Layer | None:
    """Return the links of some weights as lines between places, or None when they are too many."""
    ends = np.column_stack([rows_of(weights.raw), weights.raw.indices])
    key = pd.DataFrame(np.sort(ends, axis=1), columns=["a", "b"])
    pairs = key.drop_duplicates().sort_values(["a", "b"]).to_numpy()
    if len(pairs) == 0 or len(pairs) > 20 * weights.n:
        return None
    points = shapely.point_on_surface(inputs.units.geometry.loc[weights.units].to_numpy())
    xy = shapely.get_coordinates(points)
    lines = shapely.linestrings(np.stack([xy[pairs[:, 0]], xy[pairs[:, 1]]], axis=1))
    return Layer(
        name=own_name(inputs, f"weights_{name}"),
        title=text("Neighbours: {recipe}", recipe=Text(weights.recipe)),
        abstract=text("Every line links two places that are neighbours under these weights."),
        frame=gpd.GeoDataFrame(
            {
                "focal": weights.units[pairs[:, 0]],
                "neighbor": weights.units[pairs[:, 1]],
            },
            geometry=lines,
            crs=inputs.units.crs,
        ),
        aliases={"focal": text("Place"), "neighbor": text("Neighbour")},
        style=Lines("#4d4d4d"),
        visible=False,
        group=text("Study area"),
    )
