"""QGIS layer styles (QML) written without QGIS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from spatialcarbon.report.qml_fields import field_elements
from spatialcarbon.report.ready import ReadyLayer

if TYPE_CHECKING:
    from spatialcarbon.report.qml_fields import Lookup
    from spatialcarbon.report.ready import Entry, ReadyTable, Renderer

QGIS_VERSION = "3.22.0"
CATEGORIES = "Symbology|Labeling|Fields|Forms|MapTips|AttributeTable|Temporal"
_SYMBOLS = {"area": "fill", "line": "line", "point": "marker"}
_LABEL_PLACEMENT = {"area": "4", "line": "2", "point": "6"}
_TEXT = "20,20,20,255"


def layer_qml(layer: ReadyTable) -> str:
    """Write the style of a layer or table as a QML document.

    Parameters
    ----------
    layer : ReadyTable
        From :func:`spatialcarbon.report.data_tables.ready_content`.

    Returns
    -------
    str
        XML with symbols, labels, the clock, field names, the form and number formats.
    """
    label = getattr(layer, "label_field", None)
    root = Element(
        "qgis",
        version=QGIS_VERSION,
        styleCategories=CATEGORIES,
        labelsEnabled="1" if label else "0",
    )
    root.extend(style_elements(layer))
    indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + tostring(root, encoding="unicode") + "\n"


def style_elements(
    layer: ReadyTable,
    lookups: Mapping[str, Lookup] | None = None,
    *,
    tabs: bool = True,
) -> list[Element]:
    """Return the parts of a style, the same in a QML document and in a project.

    Parameters
    ----------
    layer : ReadyTable
        Layer or table.
    lookups : mapping of str to Lookup, optional
        Columns of codes that have their names in another layer of the project.
    tabs : bool
        Whether the form has tabs.
    """
    parts: list[Element] = []
    if isinstance(layer, ReadyLayer):
        parts.append(_renderer(layer))
        if layer.label_field:
            parts.append(_labels(layer, layer.label_field))
        parts.append(_temporal(layer.time))
    return parts + field_elements(layer, lookups, tabs=tabs)


def _temporal(year: str | None) -> Element:
    """Return the time of features: a year lasts from its first second to its last.

    Expressions on the column of the year serve where a date of its own would be one more
    column; dates without hours would let the following year in.
    """
    root = Element(
        "temporal",
        enabled="1" if year else "0",
        mode="4",
        startExpression=f'make_datetime("{year}",1,1,0,0,0)' if year else "",
        endExpression=f'make_datetime("{year}",12,31,23,59,59)' if year else "",
        startField="", endField="", durationField="", durationUnit="min",
        fixedDuration="0", accumulate="0", limitMode="0",
    )  # fmt: skip
    span = SubElement(root, "fixedRange")
    SubElement(span, "start")
    SubElement(span, "end")
    return root


def _renderer(layer: ReadyLayer) -> Element:
    renderer = layer.renderer
    kind = {
        "single": "singleSymbol",
        "categorised": "categorizedSymbol",
        "graduated": "graduatedSymbol",
    }[renderer.kind]
    root = Element("renderer-v2", type=kind, symbollevels="0", enableorderby="0", forceraster="0")
    if renderer.kind == "categorised":
        root.set("attr", renderer.expression.strip('"'))
        group = SubElement(root, "categories")
        for i, entry in enumerate(renderer.entries):
            value, type_name = _category_value(entry)
            _legend_entry(group, "category", i, entry, {"value": value, "type": type_name})
    elif renderer.kind == "graduated":
        root.set("attr", renderer.expression.strip('"'))
        root.set("graduatedMethod", "GraduatedSize" if renderer.sized else "GraduatedColor")
        group = SubElement(root, "ranges")
        for i, entry in enumerate(renderer.entries):
            limits = {"lower": repr(entry.lower), "upper": repr(entry.upper)}
            _legend_entry(group, "range", i, entry, limits)
    symbols = SubElement(root, "symbols")
    for i, entry in enumerate(renderer.entries):
        symbols.append(_symbol(layer, renderer, entry, str(i)))
    return root


def _legend_entry(
    group: Element, tag: str, i: int, entry: Entry, values: Mapping[str, str]
) -> None:
    SubElement(group, tag, {**values, "symbol": str(i), "label": entry.label, "render": "true"})


def _category_value(entry: Entry) -> tuple[str, str]:
    """Return a category's value and QGIS's name of its type; an empty value catches NULL."""
    value = entry.value
    if value is None:
        return "", "string"
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower(), "bool"
    if isinstance(value, (int, np.integer)):
        return str(int(value)), "long"
    if isinstance(value, (float, np.floating)):
        return repr(float(value)), "double"
    return value, "string"


def _symbol(layer: ReadyLayer, renderer: Renderer, entry: Entry, name: str) -> Element:
    symbol = Element(
        "symbol", name=name, type=_SYMBOLS[layer.kind], alpha="1", clip_to_extent="1", force_rhr="0"
    )
    outline = _rgba(renderer.outline if renderer.filled else entry.colour)
    if layer.kind == "line":
        symbol_class = "SimpleLine"
        options = {
            "line_color": _rgba(entry.colour),
            "line_width": f"{entry.width:g}",
            "line_width_unit": "MM",
            "line_style": "solid",
            "capstyle": "round",
            "joinstyle": "round",
        }
    else:
        symbol_class = "SimpleFill" if layer.kind == "area" else "SimpleMarker"
        options = {
            "color": _rgba(entry.colour),
            "style": _fill(renderer, entry),
            "outline_color": outline,
            "outline_style": "solid",
            "outline_width": "0.15" if renderer.filled else "0.4",
            "outline_width_unit": "MM",
            "joinstyle": "round",
        }
        if layer.kind == "point":
            options |= {"name": "circle", "size": "2.4", "size_unit": "MM"}
    part = SubElement(
        symbol, "layer", {"class": symbol_class, "enabled": "1", "locked": "0", "pass": "0"}
    )
    # Releases from 3.26 on read the Option map, earlier ones the prop elements.
    option_map = SubElement(part, "Option", type="Map")
    for key, value in options.items():
        SubElement(option_map, "Option", name=key, value=value, type="QString")
    for key, value in options.items():
        SubElement(part, "prop", k=key, v=value)
    return symbol


def _fill(renderer: Renderer, entry: Entry) -> str:
    if entry.hatched:
        return "b_diagonal"
    return "solid" if renderer.filled else "no"


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def _labels(layer: ReadyLayer, field: str) -> Element:
    root = Element("labeling", type="simple")
    settings = SubElement(root, "settings", calloutType="simple")
    # No font family: QGIS then takes the user's own, which has the script of the labels.
    style = SubElement(
        settings,
        "text-style",
        fieldName=field,
        isExpression="0",
        fontSize="7.5",
        fontSizeUnit="Point",
        textColor=_TEXT,
        textOpacity="1",
        multilineHeight="1",
    )
    SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.7",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
        bufferOpacity="1",
        bufferNoFill="1",
        bufferJoinStyle="128",
    )
    SubElement(settings, "text-format", multilineAlign="3")
    SubElement(
        settings,
        "placement",
        placement=_LABEL_PLACEMENT[layer.kind],
        # A name that does not fit its area waits until the reader has zoomed in.
        fitInPolygonOnly="1" if layer.kind == "area" else "0",
        polygonPlacementFlags="2",
        placementFlags="10",
        centroidInside="1",
        centroidWhole="1",
        priority="5",
        dist="0.6",
        distUnits="MM",
    )
    SubElement(
        settings,
        "rendering",
        drawLabels="1",
        displayAll="0",
        labelPerPart="0",
        obstacle="0",
        scaleVisibility="0",
        minFeatureSize="0",
    )
    return root
