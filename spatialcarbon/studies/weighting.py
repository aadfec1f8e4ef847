"""The weights of a study: built from a section of its file, or read from a file of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import AlignmentError, OptionError, SchemaError, some
from spatialcarbon.data.readers import read_table
from spatialcarbon.data.schema import label_text
from spatialcarbon.studies import schema
from spatialcarbon.weights.weights import Weights

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.data.panel import Panel
    from spatialcarbon.weights.backbone import Backbone


def build_weights(
    section: Any,
    backbone: Backbone,
    units: gpd.GeoDataFrame,
    panel: Panel,
    locate: Callable[[str], Path],
) -> Weights:
    """Return the weights a section describes, bridged and standardised."""
    islands = section.islands
    match section:
        case schema.ContiguityWeights():
            raw = backbone.contiguity(
                section.criterion,
                order=section.order,
                include_lower=section.include_lower,
                islands=islands,
            )
        case schema.KnnWeights():
            raw = backbone.knn(section.k, symmetrise=section.symmetrise, islands=islands)
        case schema.BandWeights():
            raw = backbone.distance_band(
                section.km, inverse=section.inverse, power=section.power, islands=islands
            )
        case schema.KernelWeights():
            raw = backbone.kernel(
                section.function,
                bandwidth=section.bandwidth,
                k=section.k,
                truncate=section.truncate,
                islands=islands,
            )
        case schema.BlockWeights():
            if section.column not in units.columns:
                raise SchemaError(
                    "the map has no column {column!r} for block weights", column=section.column
                )
            raw = backbone.blocks(units[section.column], islands=islands)
        case schema.EconomicWeights():
            raw = backbone.economic(panel[section.variable], ties=section.ties, islands=islands)
        case _:
            raw = weights_from_file(locate(section.path), units.index)
    if section.bridges:
        raw = raw.bridged(_labels(section.bridges, raw.units))
    return raw.standardised(section.transform)


def weights_from_file(path: Path, units: pd.Index) -> Weights:
    """Read weights from Parquet, GAL, GWT or a CSV table of links, on the units of the map."""
    kind = path.suffix.lower()
    if not path.is_file():
        raise SchemaError("there is no weights file at {path}", path=path)
    known = {str(unit): unit for unit in units}
    if kind == ".parquet":
        found = Weights.from_parquet(path)
    elif kind in (".gal", ".gwt"):
        found = Weights.from_gal(path)
    elif kind in (".csv", ".txt"):
        edges = read_table(path).frame
        for end in ("focal", "neighbor"):
            if end in edges:
                labels = [label_text(cell) for cell in edges[end]]
                edges = edges.assign(**{end: [known.get(label, label) for label in labels]})
        return Weights.from_edges(edges, units=units, recipe=f"file {path.name}")
    else:
        raise OptionError(
            "{path} is not a weights file",
            expected="a name ending in .parquet, .gal, .gwt or .csv",
            path=path.name,
        )
    labels = pd.Index([known.get(str(unit), unit) for unit in found.units], name=units.name)
    return replace(found, units=labels).subset(units)


def _labels(pairs: Iterable[tuple[str | int, str | int]], units: pd.Index) -> list[tuple[Any, Any]]:
    """Return pairs with labels of the map's own type (330900 and "330900" mean the same)."""
    known = {str(unit): unit for unit in units}
    unknown = [x for pair in pairs for x in pair if str(x) not in known]
    if unknown:
        raise AlignmentError(
            "bridges name units that are not on the map: {labels}", labels=some(unknown)
        )
    return [(known[str(a)], known[str(b)]) for a, b in pairs]
