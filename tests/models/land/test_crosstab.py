"""The three-way table equals an independent rasterise and bincount, cell by cell."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from spatialcarbon.core.errors import MissingDataError, OptionError, SchemaError
from spatialcarbon.models.land import block_reading
from spatialcarbon.models.land.crosstab import CrossTabulation, cross_tabulate, pairs_of

KM = ((1000.0, 0.0, 0.0, 0.0, -1000.0, 3000.0), "EPSG:6933")


def small(*years: Any, dtype: Any = np.uint8) -> list[Any]:
    return [(np.array(codes, dtype), *KM) for codes in years]


def expected(
    cases: ModuleType, first: Any, second: Any, zones: gpd.GeoDataFrame, where: dict[str, Any]
) -> pd.DataFrame:
    transform, crs = where["transform"], where["crs"]
    shares = {
        zone: cases.centre_share(shape, transform, first.shape)
        for zone, shape in zones.to_crs(crs).geometry.items()
        if zone != "Zürich"  # off the raster
    }
    return cases.counted(first, second, shares, cases.cell_areas(transform, first.shape[0], crs))


@pytest.fixture(params=["metres", "degrees"])
def where(request: pytest.FixtureRequest, cases: ModuleType) -> dict[str, Any]:
    if request.param == "metres":
        return {"transform": cases.METRES, "crs": cases.ALBERS}
    return {"transform": cases.DEGREES, "crs": cases.LONGLAT}


@pytest.mark.parametrize("stored", [{"tile": 32}, {"tile": None}, {"driver": "COG"}])
def test_it_equals_rasterise_and_bincount(
    cases: ModuleType, tmp_path: Path, where: dict[str, Any], stored: dict[str, Any]
) -> None:
    a, b = cases.pair(tmp_path, **where, **stored)
    zones = cases.zones(where["crs"], transform=where["transform"]).drop("over")
    found = cross_tabulate([a, b], zones=zones, scheme="common", threads=2)
    wanted = expected(cases, cases.codes(a), cases.codes(b), zones, where)
    pd.testing.assert_frame_equal(cases.tidy(found.tables[0, 1]), wanted, rtol=1e-12)
    if where["crs"] == cases.ALBERS:
        cells = found.tables[0, 1]["km2"] / 0.0009
        assert (cells - cells.round()).abs().max() < 1e-8


def identical(one: CrossTabulation, other: CrossTabulation) -> bool:
    """Whether two results are the same to the last bit."""
    frames = [(one.areas, other.areas), (one.excluded, other.excluded)]
    frames += [(one.tables[pair], other.tables[pair]) for pair in one.tables]
    return all(a.equals(b) for a, b in frames) and (
        one.settings["checksum"] == other.settings["checksum"]
    )


def test_threads_and_order_of_zones_change_nothing(
    cases: ModuleType, tmp_path: Path, where: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_reading, "CELLS_AT_ONCE", 2_000)
    a, b = cases.pair(tmp_path, **where)
    zones = cases.zones(where["crs"], transform=where["transform"]).drop("over")
    call = {"scheme": "common", "zones": zones}
    one = cross_tabulate([a, b], threads=1, **call)
    for threads in (2, 5):
        assert identical(one, cross_tabulate([a, b], threads=threads, **call))
    turned = cross_tabulate([a, b], scheme="common", zones=zones.iloc[::-1])
    for pair, frame in one.tables.items():
        assert cases.tidy(frame).equals(cases.tidy(turned.tables[pair]))


def test_windows_of_any_size_count_the_same_cells(
    cases: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = cases.pair(tmp_path)
    zones = cases.zones().drop("over")
    whole = cross_tabulate([a, b], zones=zones, scheme="common")
    for cells in (1, 1_500, 9_000):
        monkeypatch.setattr(block_reading, "CELLS_AT_ONCE", cells)
        assert identical(whole, cross_tabulate([a, b], zones=zones, scheme="common"))


@pytest.mark.parametrize("patch", [2, 3, 40, 1000])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "int32", "uint32", "int64"])
def test_types_and_patches(cases: ModuleType, dtype: str, patch: int) -> None:
    """Noise, patches and one class throughout, in every type; each takes its own way inside."""
    shape = (61, 131)
    first = cases.patchy(shape, classes=8, patch=patch).astype(dtype)
    second = cases.changed(first, classes=8, share=0.3).astype(dtype)
    found = cross_tabulate([(first, *KM), (second, *KM)], scheme="common").tables[0, 1]
    wanted = cases.counted(first, second, {"ALL": np.ones(shape)}, np.ones(shape[0]))
    pd.testing.assert_frame_equal(cases.tidy(found), wanted)


@pytest.mark.parametrize("patch", [2, 5, 60])
def test_codes_above_15_beside_smaller_ones(cases: ModuleType, tmp_path: Path, patch: int) -> None:
    """Two years of their own codes, some of four bits and some not, in words of both kinds."""
    legend = tmp_path / "mixed.csv"
    codes = [0, 1, 15, 16, 40, 200, 7, 255]
    lands = ("cropland", "forest", "shrub", "grassland", "water", "built", "unused")
    rows = "".join(f"{code},{land}\n" for code, land in zip(codes[1:], lands, strict=True))
    legend.write_text("code,class\n0,nodata\n" + rows)
    first = cases.patchy((53, 211), classes=7, patch=patch)
    second = cases.changed(first, classes=7, share=0.4)
    second[3:9, 20:90] = 0
    stored = [np.array(codes, np.uint8)[year] for year in (first, second)]
    found = cross_tabulate([(year, *KM) for year in stored], scheme=legend).tables[0, 1]
    wanted = cases.counted(first, second, {"ALL": np.ones(first.shape)}, np.ones(53), names=lands)
    pd.testing.assert_frame_equal(cases.tidy(found), wanted)


def test_negative_and_wide_codes(tmp_path: Path) -> None:
    first = np.array([[1, -32768, 6, -9]], np.int16)
    second = np.array([[6, 1, 2**20, 6]], np.int32)
    rows = {1: "forest", 6: "cropland", 2**20: "forest", -9: "nodata", -32768: "nodata"}
    legend = tmp_path / "wide.csv"
    legend.write_text("code,class\n" + "".join(f"{code},{land}\n" for code, land in rows.items()))
    found = cross_tabulate([(first, *KM), (second, *KM)], scheme=legend)
    assert found.tables[0, 1].to_numpy().tolist() == [
        ["ALL", "cropland", "forest", 1.0],
        ["ALL", "forest", "cropland", 1.0],
    ]


def test_many_years_in_one_pass_are_the_pairs_one_by_one(cases: ModuleType, tmp_path: Path) -> None:
    codes = [cases.patchy(seed=0)]
    for seed in (1, 2, 3):
        codes.append(cases.changed(codes[-1], seed=seed))
    codes[1] = codes[1].copy()
    codes[1][:20] = 0
    paths = [cases.write(tmp_path / f"{i}.tif", c) for i, c in enumerate(codes)]
    zones = cases.zones().drop("over")
    call = {"zones": zones, "scheme": "common"}
    found = cross_tabulate(paths, years=[2005, 2010, 2015, 2020], **call)
    assert tuple(found.tables) == pairs_of(4) == ((0, 1), (1, 2), (2, 3), (0, 3))
    for a, b in found.tables:
        alone = cross_tabulate([paths[a], paths[b]], **call)
        assert found.tables[a, b].equals(alone.tables[0, 1])
    assert set(found.to_frame()) == {"first", "second", "zone", "from", "to", "km2"}


def test_areas_are_of_all_cells_with_data_in_that_year() -> None:
    found = cross_tabulate(small([[1, 1, 0, 0]], [[6, 0, 6, 0]]), scheme="common")
    assert found.areas.to_numpy().tolist() == [
        ["ALL", 0, "cropland", 2.0],
        ["ALL", 1, "built", 2.0],
    ]
    assert found.excluded.to_numpy().tolist() == [
        ["ALL", (0, 1), "first only", 1.0],
        ["ALL", (0, 1), "second only", 1.0],
        ["ALL", (0, 1), "both", 1.0],
    ]
    assert "left out for want of data: 3 km² (75 % of the zones)" in found.notes[-1]


def test_one_raster_gives_areas() -> None:
    found = cross_tabulate(small([[1, 1, 0], [5, 2, 2]]), scheme="common")
    assert found.tables == {}
    assert dict(zip(found.areas["class"], found.areas["km2"], strict=True)) == {
        "cropland": 2.0,
        "forest": 2.0,
        "water": 1.0,
    }
    assert found.to_frame().equals(found.areas)


def test_sums_over_zones_are_the_whole(cases: ModuleType, tmp_path: Path) -> None:
    a, b = cases.pair(tmp_path)
    zones = cases.zones().drop("over")
    inside = zones.union_all()
    by_zone = cross_tabulate([a, b], zones=zones, scheme="common").tables[0, 1]
    whole = cross_tabulate(
        [a, b], zones=gpd.GeoDataFrame(geometry=[inside], crs=zones.crs), scheme="common"
    ).tables[0, 1]
    keys = ["from", "to"]
    pd.testing.assert_series_equal(
        by_zone.groupby(keys)["km2"].sum(), whole.groupby(keys)["km2"].sum(), rtol=1e-12
    )


def test_swapped_years_transpose(cases: ModuleType, tmp_path: Path) -> None:
    a, b = cases.pair(tmp_path)
    there = cross_tabulate([a, b], scheme="common").tables[0, 1]
    back = cross_tabulate([b, a], scheme="common").tables[0, 1]
    back = back.rename(columns={"from": "to", "to": "from"})
    assert cases.tidy(there).equals(cases.tidy(back[there.columns]))


def test_codes_are_those_of_the_scheme() -> None:
    old, new = [[10, 20, 30], [60, 255, 80]], [[80, 20, 10], [50, 0, 80]]
    found = cross_tabulate(small(old, new), scheme="GlobeLand30")
    rows = [tuple(row[1:3]) for row in found.tables[0, 1].itertuples(index=False)]
    assert rows == [
        ("cropland", "built"),
        ("forest", "forest"),
        ("grassland", "cropland"),
        ("water", "water"),
        ("built", "built"),
    ]
    assert found.references == ("chen2015",)


def test_unknown_codes_count_inside_the_zones_only() -> None:
    old = np.ones((4, 4), np.uint8)
    old[0, :3] = 77
    old[3] = 66
    from shapely import box

    zones = gpd.GeoDataFrame(geometry=[box(0, 0, 4000, 3000)], crs="EPSG:6933")
    grids = [(codes, KM[0], KM[1]) for codes in (old, np.ones_like(old))]
    with pytest.raises(SchemaError, match=r"array_1 has codes(.|\n)*77: 3\n"):
        cross_tabulate(grids, zones=zones, scheme="common")


def test_no_common_data() -> None:
    with pytest.raises(MissingDataError, match="no cell has data in both array_1 and array_2"):
        cross_tabulate(small([[1, 0]], [[0, 1]]), scheme="common")


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ([2010, 2005], "put the rasters into the order of 2005, 2010"),
        ([2005, 2005], "do not rise"),
        ([2005], "1 years for 2 rasters"),
        ([2005.5, 2010], "whole number"),
    ],
)
def test_years(years: list[Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        cross_tabulate(small([[1]], [[1]]), years=years, scheme="common")


def test_progress_runs_to_the_end(cases: ModuleType, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    a, b = cases.pair(tmp_path)
    zones = cases.zones().drop("over")
    found = cross_tabulate(
        [a, b], zones=zones, scheme="common", progress=lambda *step: steps.append(step)
    )
    done = [step[0] for step in steps]
    assert done == sorted(done)
    assert steps[-1][0] == steps[-1][1] == found.settings["cells"]


def test_inputs_are_left_alone() -> None:
    grids = small([[1, 2]], [[2, 2]])
    before = [grid[0].copy() for grid in grids]
    cross_tabulate(grids, scheme="common")
    assert all((grid[0] == kept).all() for grid, kept in zip(grids, before, strict=True))
