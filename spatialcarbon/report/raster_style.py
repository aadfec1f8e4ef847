"""The look of a raster of classes in QGIS: a ``.qml`` of the same stem beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from spatialcarbon.report.qml import QGIS_VERSION

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language
    from spatialcarbon.report.layers import Category


def write_raster_style(path: Path, entries: Sequence[Category], language: Language) -> None:
    """Write the style of a raster: the text and colour of every code.

    Parameters
    ----------
    path : Path
        The raster; the style goes beside it under the same name, ending in ``.qml``.
    entries : sequence of Category
        Code, text, colour, in the order of the legend; codes without an entry are not drawn.
    language : {"en", "zh"}
        Language of the legend.
    """
    qml = raster_qml(entries, language)
    path.with_suffix(".qml").write_text(qml, encoding="utf-8")


def raster_qml(entries: Sequence[Category], language: Language) -> str:
    """Return the style of a raster of classes as a QML document."""
    root = Element("qgis", version=QGIS_VERSION, styleCategories="Symbology")
    pipe = SubElement(root, "pipe")
    renderer = SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1",
        nodataColor="",
    )  # fmt: skip
    palette = SubElement(renderer, "colorPalette")
    for entry in entries:
        SubElement(
            palette, "paletteEntry", value=str(entry.value), color=entry.colour, alpha="255",
            label=entry.label.render(language),
        )  # fmt: skip
    SubElement(pipe, "brightnesscontrast", brightness="0", contrast="0", gamma="1")
    SubElement(pipe, "huesaturation", colorizeOn="0", grayscaleMode="0", saturation="0")
    SubElement(pipe, "rasterresampler", maxOversampling="2")
    indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + tostring(root, encoding="unicode") + "\n"
