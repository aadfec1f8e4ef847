"""QGIS layer metadata (QMD): what a layer shows, how it was made, under which licence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from spatialcarbon.core.language import translate
from spatialcarbon.core.printable import printable
from spatialcarbon.report.qml import QGIS_VERSION
from spatialcarbon.report.ready import ReadyLayer, ReadyTable

QMD_STANDARD = "http://mrcc.com/qgis.dtd"


def layer_qmd(layer: ReadyTable, history: Sequence[str] = (), licence: str = "") -> str:
    """Write the metadata of a layer or table as a QMD document.

    Parameters
    ----------
    layer : ReadyTable
        From :func:`spatialcarbon.report.data_tables.ready_content`.
    history : sequence of str
        How the layer was made: the command, the seed, the sources.
    licence : str
        Under which terms it may be used.

    Returns
    -------
    str
        XML.
    """
    root = Element("qgis", version=QGIS_VERSION)
    for tag, words in (
        ("identifier", layer.name),
        ("parentidentifier", ""),
        ("language", layer.language),
        ("type", "dataset"),
        ("title", layer.title),
        ("abstract", _abstract(layer)),
    ):
        SubElement(root, tag).text = words
    SubElement(root, "links")
    for step in history:
        SubElement(root, "history").text = printable(step)
    SubElement(root, "fees")
    if licence:
        SubElement(root, "license").text = printable(licence)
    SubElement(root, "encoding").text = "UTF-8"
    if isinstance(layer, ReadyLayer):
        SubElement(root, "crs").append(spatial_ref_sys(layer.frame.crs))
        SubElement(root, "extent").append(_extent(layer))
    indent(root)
    head = f"<!DOCTYPE qgis PUBLIC '{QMD_STANDARD}' 'SYSTEM'>\n"
    return head + tostring(root, encoding="unicode") + "\n"


def _abstract(layer: ReadyTable) -> str:
    """Return what the layer shows and what its columns are called, in either language."""
    lines = []
    for column, alias in layer.aliases.items():
        names = dict.fromkeys(name for name in (alias, layer.other[column]) if name)
        if names:
            lines.append(f"{column} = {' / '.join(names)}")
    if not lines:
        return layer.abstract
    heading = translate("Columns:", layer.language)
    return "\n".join([*([layer.abstract, ""] if layer.abstract else []), heading, *lines])


def _extent(layer: ReadyLayer) -> Element:
    west, south, east, north = (repr(float(side)) for side in layer.frame.total_bounds)
    authority = layer.frame.crs.to_authority()
    return Element(
        "spatial",
        crs=":".join(authority) if authority else "",
        dimensions="2", minx=west, miny=south, maxx=east, maxy=north, minz="0", maxz="0",
    )  # fmt: skip


def spatial_ref_sys(crs: Any) -> Element:
    """Return a coordinate reference system (a ``pyproj.CRS``) in the words of QGIS.

    The WKT is what QGIS goes by; the authority code alone would be ignored.
    """
    root = Element("spatialrefsys")
    authority = crs.to_authority()
    for tag, words in (
        ("wkt", crs.to_wkt("WKT2_2019")),
        ("proj4", ""),
        ("srid", authority[1] if authority and authority[1].isdigit() else "0"),
        ("authid", ":".join(authority) if authority else ""),
        ("description", crs.name),
        ("geographicflag", "true" if crs.is_geographic else "false"),
    ):
        SubElement(root, tag).text = words
    return root
