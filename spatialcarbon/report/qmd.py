"""QGIS layer metadata (QMD): what a layer shows, how it was made, under which licence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from spatialcarbon.report.qml import QGIS_VERSION
from spatialcarbon.report.ready import ReadyLayer, clean_text

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language

QMD_STANDARD = "http://mrcc.com/qgis.dtd"


def layer_qmd(
    layer: ReadyLayer, language: Language, history: Sequence[str] = (), licence: str = ""
) -> str:
    """Write the metadata of a layer as a QMD document.

    Parameters
    ----------
    layer : ReadyLayer
        From :func:`spatialcarbon.report.ready.ready_layers`.
    language : {"en", "zh"}
        Language of title and abstract.
    history : sequence of str
        How the layer was made: the command, the seed.
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
        ("language", language),
        ("type", "dataset"),
        ("title", layer.title),
        ("abstract", layer.abstract),
    ):
        SubElement(root, tag).text = words
    SubElement(root, "links")
    for step in history:
        SubElement(root, "history").text = clean_text(step)
    SubElement(root, "fees")
    if licence:
        SubElement(root, "license").text = clean_text(licence)
    SubElement(root, "encoding").text = "UTF-8"
    SubElement(root, "crs").append(spatial_ref_sys(layer.frame.crs))
    SubElement(root, "extent")
    indent(root)
    head = f"<!DOCTYPE qgis PUBLIC '{QMD_STANDARD}' 'SYSTEM'>\n"
    return head + tostring(root, encoding="unicode") + "\n"


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
