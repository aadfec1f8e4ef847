"""Layers and tables as a QGIS project holds them: ids, sources, the tree, the first view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from spatialcarbon.core.language import translate
from spatialcarbon.report.qmd import spatial_ref_sys
from spatialcarbon.report.qml import style_elements
from spatialcarbon.report.ready import ReadyLayer, ReadyTable

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.report.qml_fields import Lookup

_GEOMETRIES = {"area": "Polygon", "line": "Line", "point": "Point"}
_MARGIN = 0.04
"""Empty border around the data in the first view, as a part of its width and height."""


def layer_id(layer: ReadyTable) -> str:
    """Return the id of a layer in the project."""
    # QGIS replaces ids of ten characters or fewer and loses the tree's hold on the layer.
    return f"spatialcarbon_layer_{layer.name}"


def source(layer: ReadyTable, geopackage_name: str) -> str:
    """Return where a layer is, from the folder of the project."""
    return f"./{geopackage_name}|layername={layer.name}"


def layer_tree(
    layers: Sequence[ReadyLayer], tables: Sequence[ReadyTable], geopackage_name: str
) -> Element:
    """Return the tree of layers in their groups, tables last."""
    root = Element("layer-tree-group")
    groups: dict[str, Element] = {}
    shown = shown_layers(layers)
    headings = [translate("Tables", table.language) for table in tables]
    for item, heading in [
        *((layer, layer.group) for layer in layers),
        *zip(tables, headings, strict=True),
    ]:
        if heading and heading not in groups:
            groups[heading] = SubElement(
                root, "layer-tree-group", name=heading, checked="Qt::Checked", expanded="1"
            )
        on = item.name in shown or not isinstance(item, ReadyLayer)
        SubElement(
            groups.get(heading, root),
            "layer-tree-layer",
            id=layer_id(item),
            name=item.title,
            source=source(item, geopackage_name),
            providerKey="ogr",
            checked="Qt::Checked" if on else "Qt::Unchecked",
            expanded="1" if item.name in shown else "0",
        )
    return root


def shown_layers(layers: Sequence[ReadyLayer]) -> set[str]:
    """Return the names of layers to switch on: of areas that hide each other only the first."""
    visible = [layer for layer in layers if layer.visible]
    covering = [layer for layer in visible if layer.covers]
    hidden = {layer.name for layer in covering[1:]}
    return {layer.name for layer in visible} - hidden


def bounds(layers: Sequence[ReadyLayer], crs: Any) -> list[float]:
    """Return west, south, east and north of some layers, with a margin."""
    boxes = np.array([_once(layer).to_crs(crs).total_bounds for layer in layers])
    low, high = np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)
    margin = _MARGIN * (high - low)
    return [float(x) for x in (*(low - margin), *(high + margin))]


def _once(layer: ReadyLayer) -> gpd.GeoSeries:
    """Return the geometry of a layer; of a map of years only that of one year."""
    frame = layer.frame
    if layer.view and layer.time:
        frame = frame[frame[layer.time] == frame[layer.time].iloc[-1]]
    return frame.geometry


def map_layer(
    layer: ReadyTable,
    geopackage_name: str,
    lookups: Mapping[str, Lookup] | None = None,
    *,
    tabs: bool = True,
) -> Element:
    """Return a layer or table with its words and its style."""
    spatial = isinstance(layer, ReadyLayer)
    root = Element(
        "maplayer",
        type="vector",
        geometry=_GEOMETRIES[layer.kind] if isinstance(layer, ReadyLayer) else "No geometry",
        labelsEnabled="1" if getattr(layer, "label_field", None) else "0",
        hasScaleBasedVisibilityFlag="0",
        readOnly="0",
    )
    SubElement(root, "id").text = layer_id(layer)
    SubElement(root, "datasource").text = source(layer, geopackage_name)
    SubElement(root, "layername").text = layer.title
    SubElement(root, "shortname").text = layer.name
    SubElement(root, "title").text = layer.title
    SubElement(root, "abstract").text = layer.abstract
    if spatial:
        SubElement(root, "srs").append(spatial_ref_sys(layer.frame.crs))
    metadata = SubElement(root, "resourceMetadata")
    SubElement(metadata, "identifier").text = layer.name
    SubElement(metadata, "title").text = layer.title
    SubElement(metadata, "abstract").text = layer.abstract
    SubElement(root, "provider", encoding="UTF-8").text = "ogr"
    root.extend(style_elements(layer, lookups, tabs=tabs))
    return root
