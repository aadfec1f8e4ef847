"""Relations of a QGIS project: from a place to its rows in a table, and from codes to names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from spatialcarbon.report.qgis_layers import layer_id
from spatialcarbon.report.qml_fields import Lookup

if TYPE_CHECKING:
    from spatialcarbon.report.data_tables import Related
    from spatialcarbon.report.ready import ReadyLayer


@dataclass(frozen=True)
class Relation:
    """One place of a layer, many rows of a table."""

    name: str
    layer: ReadyLayer
    table: Related
    column: str


def relations(layers: Sequence[ReadyLayer], tables: Sequence[Related]) -> list[Relation]:
    """Return the relations of every layer that has each place once, under the table's codes."""
    return [
        Relation(f"spatialcarbon_{table.name}_of_{layer.name}", layer, table, table.unit)
        for table in tables
        for layer in layers
        if table.unit is not None and _holds(layer, table.unit, table)
    ]


def _holds(layer: ReadyLayer, column: str, table: Related) -> bool:
    if layer.view or column not in layer.frame:
        return False
    codes = layer.frame[column]
    known = codes.dtype == table.frame[column].dtype and codes.isin(table.frame[column]).any()
    return bool(known and codes.is_unique)


def relation_elements(found: Sequence[Relation]) -> Element:
    """Return the relations as the project lists them."""
    root = Element("relations")
    for item in found:
        part = SubElement(
            root, "relation", id=item.name, name=item.table.title,
            strength="Association",
            referencedLayer=layer_id(item.layer), referencingLayer=layer_id(item.table),
        )  # fmt: skip
        SubElement(part, "fieldRef", referencedField=item.column, referencingField=item.column)
    return root


def lookups_of(table: Related, layers: Sequence[ReadyLayer]) -> dict[str, Lookup]:
    """Return where the codes of a table have their names."""
    home = next((layer for layer in layers if layer.name == table.places), None)
    if home is None or home.label_field is None or table.unit is None:
        return {}
    return {table.unit: Lookup(layer_id(home), table.unit, home.label_field)}
