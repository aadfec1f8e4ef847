"""Fields of a layer in QGIS: readable names, words for codes, the form, the table, the map tip."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

import pandas as pd

from spatialcarbon.core.language import Text, text, translate
from spatialcarbon.report.plain import unevaluated
from spatialcarbon.report.ready import ReadyLayer

if TYPE_CHECKING:
    from spatialcarbon.report.ready import ReadyTable

_PLACE = {
    *("unit", "adcode", "code", "place", "name", "name_zh", "name_en", "group", "cluster"),
    *("province", "province_zh", "province_en", "area_km2", "year", "start", "end"),
    *("focal", "neighbor", "neighbour", "from", "to"),
}
_TESTS = {
    *("pvalue", "qvalue", "statistic", "z", "zscore", "expected", "variance", "stars", "lag"),
    *("quadrant", "permutations", "status", "n", "weights", "significant"),
}
_TEST_STARTS = ("pvalue", "qvalue", "z_", "variance_", "quadrant", "se_", "stderr", "tvalue")
_ROW_NAME = "fid"


@dataclass(frozen=True)
class Lookup:
    """A layer in which codes of a column have their names: its id, key and name column."""

    layer: str
    key: str
    name: str


def field_elements(
    layer: ReadyTable,
    lookups: Mapping[str, Lookup] | None = None,
    *,
    tabs: bool = True,
) -> list[Element]:
    """Return what QGIS is to know of the columns of a layer.

    Parameters
    ----------
    layer : ReadyTable
        Layer or table.
    lookups : mapping of str to Lookup, optional
        Columns of codes that have their names in a layer of the project.
    tabs : bool
        Whether the form has tabs. Without them it is the one that QGIS makes, which ends
        with the rows of related tables; QGIS 3.22 leaves a tab meant for them empty.
    """
    preview = Element("previewExpression")
    shown = getattr(layer, "label_field", None) or _named_by(layer)
    preview.text = f'"{shown}"'
    return [
        _widgets(layer, lookups or {}),
        _aliases(layer),
        _form_layout(tabs=tabs),
        _form(layer),
        _read_only(layer),
        _columns(layer),
        preview,
        *_map_tip(layer, shown),
    ]


def _named_by(layer: ReadyTable) -> str:
    """Return the column that tells one row from another: a year among the rows of a place."""
    return getattr(layer, "year", None) or next(iter(layer.aliases))


def _widgets(layer: ReadyTable, lookups: Mapping[str, Lookup]) -> Element:
    root = Element("fieldConfiguration")
    for name in layer.aliases:
        if name in lookups:
            found = lookups[name]
            options: dict[str, Any] = {
                "AllowNull": False, "Key": found.key, "Layer": found.layer, "OrderByValue": True,
                "Value": found.name,
            }  # fmt: skip
            _widget(root, name, "ValueRelation", options)
        elif name in layer.values:
            box = _widget(root, name, "ValueMap", {})
            pairs = SubElement(box, "Option", name="map", type="List")
            for code, words in layer.values[name].items():
                pair = SubElement(pairs, "Option", type="Map")
                SubElement(pair, "Option", name=words, value=code, type="QString")
        elif (decimals := _decimals(layer.frame[name])) is not None:
            low, high = layer.frame[name].min(), layer.frame[name].max()
            ends = (0.0, 0.0) if pd.isna(low) else (math.floor(low), math.ceil(high))
            # Without its ends a field is as wide as the widest number there is.
            options = {
                "AllowNull": True, "Max": float(ends[1]), "Min": float(ends[0]),
                "Precision": decimals, "Style": "SpinBox",
            }  # fmt: skip
            _widget(root, name, "Range", options)
    return root


def _widget(root: Element, name: str, kind: str, options: Mapping[str, Any]) -> Element:
    field = SubElement(root, "field", name=name, configurationFlags="None")
    widget = SubElement(field, "editWidget", type=kind)
    box = SubElement(SubElement(widget, "config"), "Option", type="Map")
    for key, value in options.items():
        types = {bool: "bool", int: "int", float: "double", str: "QString"}
        said = str(value).lower() if isinstance(value, bool) else str(value)
        SubElement(box, "Option", name=key, value=said, type=types[type(value)])
    return box


def _aliases(layer: ReadyTable) -> Element:
    root = Element("aliases")
    for i, (name, alias) in enumerate(layer.aliases.items(), start=1):
        SubElement(root, "alias", field=name, index=str(i), name=alias)
    return root


def _form_layout(*, tabs: bool) -> Element:
    root = Element("editorlayout")
    root.text = "tablayout" if tabs else "generatedlayout"
    return root


def form_tabs(columns: Sequence[str]) -> list[tuple[Text, list[str]]]:
    """Return the tabs of a form and the columns on each: place first, values, then tests.

    Examples
    --------
    >>> tabs = form_tabs(["adcode", "name_en", "co2", "pvalue"])
    >>> [(title.render("en"), fields) for title, fields in tabs]
    [('Place', ['adcode', 'name_en']), ('Values', ['co2']), ('Tests', ['pvalue'])]
    """
    tests = [c for c in columns if c in _TESTS or c.startswith(_TEST_STARTS)]
    place = [c for c in columns if c in _PLACE]
    values = [c for c in columns if c not in place and c not in tests]
    tabs = [(text("Place"), place), (text("Values"), values), (text("Tests"), tests)]
    return [(title, fields) for title, fields in tabs if fields]


def _form(layer: ReadyTable) -> Element:
    root = Element("attributeEditorForm")
    position = {name: i for i, name in enumerate(layer.aliases, start=1)}
    for title, fields in form_tabs(list(layer.aliases)):
        tab = _tab(root, title.render(layer.language))
        for name in fields:
            SubElement(
                tab, "attributeEditorField", name=name, index=str(position[name]), showLabel="1"
            )
    return root


def _tab(root: Element, title: str) -> Element:
    return SubElement(
        root, "attributeEditorContainer", name=title, columnCount="1", groupBox="0", showLabel="1",
        visibilityExpressionEnabled="0", visibilityExpression="",
    )  # fmt: skip


def _read_only(layer: ReadyTable) -> Element:
    """Return that nothing is typed over by mistake: all columns are results."""
    root = Element("editable")
    for name in (_ROW_NAME, *layer.aliases):
        SubElement(root, "field", name=name, editable="0")
    return root


def _columns(layer: ReadyTable) -> Element:
    root = Element("attributetableconfig", sortExpression="", sortOrder="0")
    columns = SubElement(root, "columns")
    hidden = "OGC_FID" if getattr(layer, "view", "") else _ROW_NAME
    SubElement(columns, "column", type="field", name=hidden, hidden="1", width="-1")
    for name in layer.aliases:
        SubElement(columns, "column", type="field", name=name, hidden="0", width="-1")
    return root


def _map_tip(layer: ReadyTable, shown: str) -> list[Element]:
    """Return what appears under the mouse: the name, and the value that the colour stands for."""
    if not isinstance(layer, ReadyLayer):
        return []
    lines = [f"<b>[% {_escaped(layer.frame, shown)} %]</b>"]
    facts = [name for name in (layer.time, layer.renderer.field) if name and name != shown]
    no_data = translate("no data", layer.language).replace("'", "''")
    for name in facts:
        said = _escaped(layer.frame, name, f"represent_value(\"{name}\", '{name}')")
        decimals = _decimals(layer.frame[name])
        if decimals is not None:
            said = f'format_number("{name}", {decimals})'
        heading = html.escape(unevaluated(layer.aliases[name] or name))
        value = f"[% coalesce({said}, '{no_data}') %]"
        lines.append(translate("{name}: {value}", layer.language, name=heading, value=value))
    tip = Element("mapTip")
    tip.text = "<br>".join(lines)
    return [tip]


def _escaped(frame: pd.DataFrame, name: str, said: str = "") -> str:
    """Return the expression for a value that is to stand in HTML: names are not markup."""
    expression = said or f'"{name}"'
    if not pd.api.types.is_object_dtype(frame[name]):
        return expression
    return f"replace(replace({expression}, '&', '&amp;'), '<', '&lt;')"


def _decimals(column: pd.Series[Any]) -> int | None:
    """Return decimals that show four digits of the largest number; ``None`` for whole numbers."""
    if not pd.api.types.is_float_dtype(column):
        return None
    largest = column.abs().max()
    if pd.isna(largest) or largest == 0:
        return 0
    return min(8, max(0, 3 - math.floor(math.log10(largest))))
