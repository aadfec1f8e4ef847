"""Regions of an input-output table found again on the map, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.data.readers import read_table
from spatialcarbon.data.schema import label_text

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Inputs

SHIPPED_MAPPING = "study001_regions"
"""The table of provinces and the eight regions of study 001."""

EIGHT: Mapping[str, Text] = {
    "Northeast": text("Northeast"),
    "BeijingTianjin": text("Beijing-Tianjin"),
    "NorthCoast": text("North coast"),
    "EastCoast": text("East coast"),
    "SouthCoast": text("South coast"),
    "Central": text("Central region"),
    "Northwest": text("Northwest"),
    "Southwest": text("Southwest"),
}


def region_names(inputs: Inputs, regions: pd.Index) -> dict[Any, Text]:
    """Return what each region is called: a unit or group of the map, one of the eight, or itself."""
    on_map = _labels_on_map(inputs)
    found: dict[Any, Text] = {}
    for region in regions:
        known = on_map.get(str(region))
        if known is not None and known[0] == "unit":
            found[region] = inputs.names[known[1]]
        elif str(region) in EIGHT:
            found[region] = EIGHT[str(region)]
        elif known is not None:
            found[region] = inputs.group_name(known[1])
        else:
            found[region] = Text(str(region))
    return found


def _labels_on_map(inputs: Inputs) -> dict[str, tuple[str, Any]]:
    """Return every code and name of a group or unit → what it is; units come first."""
    found: dict[str, tuple[str, Any]] = {}
    for code in inputs.groups:
        said = inputs.group_name(code)
        for words in (str(code), said.render("en"), said.render("zh")):
            found[words] = ("group", code)
    for unit, said in inputs.names.items():
        for words in (str(unit), said.render("en"), said.render("zh")):
            found[words] = ("unit", unit)
    return found


def region_of_units(inputs: Inputs, regions: pd.Index) -> pd.Series[Any]:
    """Return the region of each unit of the map; missing for units of none."""
    labels = _labels_on_map(inputs)
    made = pd.Series(pd.NA, index=inputs.units.index, dtype=object, name="region")
    for region in regions:
        known = labels.get(str(region))
        if known is None and str(region) in EIGHT:
            known = labels.get(EIGHT[str(region)].render("zh"))
        if known is None:
            continue
        kind, key = known
        made.loc[[key] if kind == "unit" else list(inputs.groups[key])] = region
    return made


def grouping(inputs: Inputs, mapping: str, regions: pd.Index) -> dict[Any, str]:
    """Return the group of each region, from a CSV file or the shipped eight regions.

    The shipped mapping knows provinces by adcode, English name or Chinese name.
    """
    if mapping == SHIPPED_MAPPING:
        table = load_table(SHIPPED_MAPPING)
        found: dict[str, str] = {}
        for column in ("adcode", "province", "province_zh"):
            found |= dict(zip(table[column].astype(str), table["region8"], strict=True))
    else:
        path = inputs.locate(mapping)
        cells = read_table(path).frame
        found = {
            label_text(a): label_text(b)
            for a, b in zip(cells.iloc[:, 0], cells.iloc[:, 1], strict=True)
        }
    return {region: found[str(region)] for region in regions if str(region) in found}
