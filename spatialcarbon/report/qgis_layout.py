"""Print layouts of a QGIS project: every map on an A4 sheet, ready to be exported as PDF."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from spatialcarbon.core.language import Language, translate
from spatialcarbon.report.plain import unevaluated
from spatialcarbon.report.qgis_layers import layer_id, source

if TYPE_CHECKING:
    from spatialcarbon.report.qgis_themes import Theme

_PAGE = (297.0, 210.0)
_MAP = (10.0, 24.0, 202.0, 162.0)
"""Left, top, width and height of the map in millimetres."""

_SIDE = 217.0
_SIDE_WIDTH = 70.0
_KINDS = {"page": 65638, "map": 65639, "picture": 65640, "label": 65641, "legend": 65642}
_SCALE_BAR = 65646
_LEGEND_ROWS = 20
"""So many rows fit above the description; more of them are set smaller."""

_BREAK = "|"
"""Where a heading of the legend goes on in the next line."""

_ARROW = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 30">'
    '<path d="M10 1 L17 22 L10 17.5 Z" fill="#222222"/>'
    '<path d="M10 1 L3 22 L10 17.5 Z" fill="#ffffff" stroke="#222222" stroke-width="0.7"/>'
    '<path d="M7.6 29.4 V23.4 L12.4 29.4 V23.4" '
    'stroke="#222222" stroke-width="1.1" fill="none"/></svg>'
)


def layout_element(
    theme: Theme,
    bounds: Sequence[float],
    geopackage_name: str,
    credits: Sequence[str],
    *,
    metres: float,
) -> Element:
    """Return the layout of one map.

    Parameters
    ----------
    theme : Theme
        Title and layers.
    bounds : sequence of float
        West, south, east and north of the map, in its projection.
    geopackage_name : str
        File of the layers, for the legend.
    credits : sequence of str
        Lines under the map: source, seed, command.
    metres : float
        Length of a unit of the projection; 0 for degrees, which no bar can measure.
    """
    language = theme.layers[0].language
    extent = _fitted(bounds, _MAP[2] / _MAP[3])
    root = Element("Layout", name=theme.title, units="mm", worldFileMap="", printResolution="300")
    root.append(_pages(theme.title))
    ids = _Ids(theme.title)
    year = _last_year(theme)
    heading = theme.title
    if year is not None:
        heading = translate("{name}: {value}", language, name=theme.title, value=year)
    strong = language == "en"  # a stand-in bold blots Chinese characters
    bars = [_scale_bar(ids, extent, metres)] if metres else []
    for item in (
        *bars,
        _north(ids),
        _label(ids, "credits", "\n".join(credits), (10, 188.5, 277, 19), 7.0, grey=True),
        _label(ids, "abstract", theme.abstract, (_SIDE, 138, _SIDE_WIDTH, 26), 7.5),
        _legend(ids, theme, geopackage_name, language),
        _map(ids, theme, extent),
        _label(ids, "title", heading, (10, 8, 277, 12), _title_size(heading), bold=strong),
    ):
        root.append(item)
    return root


class _Ids:
    """The id of each item: the same for the same title, so that files stay the same."""

    def __init__(self, title: str) -> None:
        self.title = title

    def __getitem__(self, name: str) -> str:
        return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, f'spatialcarbon {self.title} {name}')}}}"


def _last_year(theme: Theme) -> int | None:
    """Return the year that a sheet of a map of years shows: one at a time, first the last."""
    layer = theme.layers[-1]
    return int(layer.frame[layer.time].max()) if layer.view and layer.time else None


def _fitted(bounds: Sequence[float], ratio: float) -> list[float]:
    """Return bounds widened to the shape of the frame."""
    west, south, east, north = bounds
    width, height = max(east - west, 1e-9), max(north - south, 1e-9)
    more = max(0.0, height * ratio - width) / 2, max(0.0, width / ratio - height) / 2
    return [west - more[0], south - more[1], east + more[0], north + more[1]]


def _title_size(title: str) -> float:
    """Return a size at which the title stays on one line; Chinese is twice as wide."""
    length = sum(1 if char < "\u2e80" else 2 for char in title)
    return 16.0 if length <= 80 else max(9.0, 16.0 * 80 / length)


def _item(ids: _Ids, kind: int, name: str, box: Sequence[float], **more: str) -> Element:
    left, top, width, height = box
    root = Element(
        "LayoutItem",
        {
            "type": str(kind), "id": name, "uuid": ids[name], "templateUuid": ids[name],
            "position": f"{left:g},{top:g},mm", "positionOnPage": f"{left:g},{top:g},mm",
            "size": f"{width:g},{height:g},mm", "referencePoint": "0", "itemRotation": "0",
            "visibility": "1", "opacity": "1", "blendMode": "0", "positionLock": "false",
            "frame": "false", "background": "false", "outlineWidthM": "0.2,mm",
            "frameJoinStyle": "miter", "excludeFromExports": "0", "groupUuid": "", "zValue": "1",
            **more,
        },
    )  # fmt: skip
    SubElement(root, "FrameColor", red="120", green="120", blue="120", alpha="255")
    SubElement(root, "BackgroundColor", red="255", green="255", blue="255", alpha="255")
    return root


def _pages(title: str) -> Element:
    root = Element("PageCollection")
    root.append(_white())
    page = _item(_Ids(title), _KINDS["page"], "page", (0, 0, *_PAGE), background="true")
    page.append(_white())
    root.append(page)
    return root


def _white() -> Element:
    symbol = Element("symbol", name="", type="fill", alpha="1", clip_to_extent="1", force_rhr="0")
    part = SubElement(
        symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"}
    )
    options = {"color": "255,255,255,255", "style": "solid", "outline_style": "no"}
    box = SubElement(part, "Option", type="Map")
    for key, value in options.items():
        SubElement(box, "Option", name=key, value=value, type="QString")
    for key, value in options.items():
        SubElement(part, "prop", k=key, v=value)
    return symbol


def _map(ids: _Ids, theme: Theme, extent: Sequence[float]) -> Element:
    root = _item(
        ids, _KINDS["map"], "map", _MAP, frame="true", background="true",
        followPreset="true", followPresetName=theme.title, keepLayerSet="false", mapRotation="0",
        drawCanvasItems="true", mapFlags="1", labelMargin="0,mm", **_span(_last_year(theme)),
    )  # fmt: skip
    SubElement(
        root, "Extent",
        {
            side: repr(value)
            for side, value in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True)
        },
    )  # fmt: skip
    SubElement(root, "LayerSet")
    SubElement(root, "AtlasMap", atlasDriven="0", scalingMode="2", margin="0.1")
    return root


def _span(year: int | None) -> dict[str, str]:
    if year is None:
        return {"isTemporal": "0"}
    return {
        "isTemporal": "1",
        "temporalRangeBegin": f"{year:04d}-01-01T00:00:00Z",
        "temporalRangeEnd": f"{year:04d}-12-31T23:59:59Z",
    }


def _label(
    ids: _Ids, name: str, words: str, box: Sequence[float], size: float, *,
    bold: bool = False, grey: bool = False,
) -> Element:  # fmt: skip
    root = _item(
        ids, _KINDS["label"], name, box, labelText=unevaluated(words), htmlState="0",
        halign="1", valign="32", marginX="0", marginY="0",
    )  # fmt: skip
    # The generic family: Qt takes what the reader has, with the script of the words.
    SubElement(root, "LabelFont", description=_font(size, bold=bold), style="")
    shade = "90" if grey else "20"
    SubElement(root, "FontColor", red=shade, green=shade, blue=shade, alpha="255")
    return root


def _font(size: float, *, bold: bool = False) -> str:
    return f"Sans Serif,{size:g},-1,5,{75 if bold else 50},0,0,0,0,0"


def _legend(ids: _Ids, theme: Theme, geopackage_name: str, language: Language) -> Element:
    root = _item(
        ids, _KINDS["legend"], "legend", (_SIDE, _MAP[1], _SIDE_WIDTH, 100),
        background="true", map_uuid=ids["map"], title=translate("Legend", language),
        titleAlignment="1", wrapChar=_BREAK, columnCount="1", splitLayer="0",
        equalColumnWidth="0", columnSpace="2", boxSpace="0", symbolWidth="6", symbolHeight="3",
        symbolAlignment="1", lineSpacing="1", resizeToContents="1", fontColor="#141414",
        legendFilterByAtlas="0", rasterBorder="1", rasterBorderWidth="0",
        rasterBorderColor="0,0,0,255", wmsLegendWidth="50", wmsLegendHeight="25",
        minSymbolSize="0", maxSymbolSize="0",
    )  # fmt: skip
    styles = SubElement(root, "styles")
    rows = sum(len(layer.renderer.entries) + 1 for layer in theme.layers)
    scale = min(1.0, max(0.6, _LEGEND_ROWS / rows))
    bold = language == "en"
    for name, size, strong, margins in (
        ("title", 11.0, bold, {"marginBottom": "2"}),
        ("group", 9.5, bold, {"marginTop": "2"}),
        ("subgroup", 9.0 * scale, bold, {"marginTop": "2.5"}),
        ("symbol", 9.0 * scale, False, {"marginTop": f"{1.2 * scale:g}"}),
        ("symbolLabel", 9.0 * scale, False, {"marginTop": "1.2", "marginLeft": "2"}),
    ):
        style = SubElement(styles, "style", name=name, alignment="1", indent="0", **margins)  # type: ignore[arg-type]
        SubElement(style, "styleFont", description=_font(size, bold=strong), style="")
    tree = SubElement(root, "layer-tree-group")
    alone = len(theme.layers) == 1
    for layer in theme.layers:
        node = SubElement(
            tree, "layer-tree-layer", id=layer_id(layer), name=layer.title,
            source=source(layer, geopackage_name), providerKey="ogr",
            checked="Qt::Checked", expanded="1", legend_exp="", patch_size="-1,-1",
            legend_split_behavior="0",
        )  # fmt: skip
        own = SubElement(SubElement(node, "customproperties"), "Option", type="Map")
        # The title of the sheet names a single layer already.
        heading = {"legend/title-style": "hidden"} if alone else {
            "legend/title-style": "subgroup", "cached_name": layer.title,
            "legend/title-label": _BREAK.join(_lines(unevaluated(layer.title))),
        }  # fmt: skip
        for key, value in heading.items():
            SubElement(own, "Option", name=key, value=value, type="QString")
    return root


def _lines(words: str, width: int = 36) -> list[str]:
    """Break a heading into lines that fit the column: between words, Chinese anywhere.

    Examples
    --------
    >>> _lines("Standard deviational ellipses of CO2 emissions")
    ['Standard deviational ellipses of CO2', 'emissions']
    """
    lines, line, used = [], "", 0
    pieces = words.replace(_BREAK, "/").split(" ")
    if any(char >= "\u2e80" for char in words):
        pieces = list(words.replace(_BREAK, "/"))
    gap = "" if any(char >= "\u2e80" for char in words) else " "
    for piece in pieces:
        wide = sum(1 if char < "\u2e80" else 2 for char in piece)
        if line and used + wide > width:
            lines.append(line.rstrip())
            line, used = "", 0
        line += piece + gap
        used += wide + len(gap)
    return [*lines, line.rstrip()]


def _north(ids: _Ids) -> Element:
    picture = base64.b64encode(_ARROW.encode("ascii")).decode("ascii")
    return _item(
        ids, _KINDS["picture"], "north", (_SIDE + _SIDE_WIDTH - 16, 163, 14, 19),
        file=f"base64:{picture}", mode="0", mapUuid=ids["map"], northMode="1", northOffset="0",
        resizeMode="0", anchorPoint="4", pictureRotation="0", pictureWidth="14",
        pictureHeight="19", svgFillColor="34,34,34,255", svgBorderColor="34,34,34,255",
        svgBorderWidth="0.2",
    )  # fmt: skip


def _scale_bar(ids: _Ids, extent: Sequence[float], metres: float) -> Element:
    across = (extent[2] - extent[0]) * metres / 1000
    length = _round_length(across * 24 / _MAP[2])
    root = _item(
        ids, _SCALE_BAR, "scale", (_SIDE, 166, 52, 14),
        style="Single Box", unitType="km", unitLabel="km", numMapUnitsPerScaleBarUnit="1",
        numUnitsPerSegment=f"{length:g}", numSegments="2", numSegmentsLeft="0",
        numSubdivisions="1", subdivisionsHeight="1.5", height="2.2", labelBarSpace="1.5",
        boxContentSpace="0.5", outlineWidth="0.2", alignment="0", segmentSizeMode="0",
        segmentMillimeters=f"{length / across * _MAP[2]:.4f}", minBarWidth="10",
        maxBarWidth="60", labelVerticalPlacement="0", labelHorizontalPlacement="0",
        lineJoinStyle="miter", lineCapStyle="square", mapUuid=ids["map"],
    )  # fmt: skip
    style: dict[str, Any] = {
        "fontSize": "8", "fontSizeUnit": "Point", "textColor": "20,20,20,255", "textOpacity": "1"
    }  # fmt: skip
    SubElement(root, "text-style", style)
    for tag, shade in (("strokeColor", "0"), ("fillColor", "40"), ("fillColor2", "255")):
        SubElement(root, tag, red=shade, green=shade, blue=shade, alpha="255")
    numbers = SubElement(root, "numericFormat", id="basic")
    box = SubElement(numbers, "Option", type="Map")
    for key, value, kind in (
        ("decimals", "6", "int"), ("show_thousand_separator", "true", "bool"),
        ("show_trailing_zeros", "false", "bool"),
    ):  # fmt: skip
        SubElement(box, "Option", name=key, value=value, type=kind)
    return root


def _round_length(length: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, ... that is not longer.

    Examples
    --------
    >>> _round_length(173.0), _round_length(0.7)
    (100.0, 0.5)
    """
    from math import floor, log10

    power = 10.0 ** floor(log10(length))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= length * (1 + 1e-9))
