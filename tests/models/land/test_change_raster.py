"""The raster of changes: every cell against an independent reading of both years."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.features import rasterize
from shapely import box

from spatialcarbon.core.errors import AlignmentError, OptionError
from spatialcarbon.models.land.change_raster import (
    change_code,
    change_colours,
    change_pair,
    write_change_raster,
)
from spatialcarbon.models.land.legends import LAND_CLASSES, land_class_colours

PAIRS = [(a, b) for a in LAND_CLASSES for b in LAND_CLASSES]


def test_codes_and_pairs_are_each_other_s_inverse():
    codes = [change_code(a, b) for a, b in PAIRS]
    assert len(set(codes)) == 64
    assert (min(codes), max(codes)) == (11, 88)
    assert [change_pair(code) for code in codes] == PAIRS


def test_what_changed_has_the_colour_of_what_it_became():
    colours = change_colours(land_class_colours())
    assert colours[change_code("forest", "built")] == land_class_colours()["built"].lower()
    stayed = colours[change_code("built", "built")]
    assert all(int(stayed[i : i + 2], 16) >= 191 for i in (1, 3, 5))
    assert len(colours) == 64


def expected(first: Path, second: Path, cases) -> np.ndarray:
    a, b = cases.codes(first).astype(int), cases.codes(second).astype(int)
    return np.where((a > 0) & (b > 0), 10 * a + b, 0)


def test_every_cell_and_every_count(tmp_path: Path, cases):
    first, second = cases.pair(tmp_path)
    out = tmp_path / "变化.tif"
    counts = write_change_raster(out, first, second, scheme="common", tags={"YEARS": "a b"})
    wanted = expected(first, second, cases)
    with rasterio.open(out) as source:
        assert np.array_equal(source.read(1), wanted)
        assert source.nodata == 0
        assert source.dtypes == ("uint8",)
        assert source.tags()["YEARS"] == "a b"
        colour = source.colormap(1)[change_code("cropland", "built")]
        with rasterio.open(first) as original:
            assert source.transform == original.transform
            assert source.crs == original.crs
    assert "#{:02x}{:02x}{:02x}".format(*colour[:3]) == land_class_colours()["built"].lower()
    values, cells = np.unique(wanted[wanted > 0], return_counts=True)
    assert counts == dict(zip(values.tolist(), cells.tolist(), strict=True))


def test_it_is_cut_to_the_zones_and_more_than_one_strip_is_written(tmp_path: Path, cases):
    shape = (700, 300)
    first = cases.write(tmp_path / "a.tif", cases.patchy(shape))
    second = cases.write(tmp_path / "b.tif", cases.patchy(shape, seed=5))
    west, north = cases.METRES.c, cases.METRES.f
    area = box(west + 1510, north - 19_510, west + 6010, north - 3010)
    hole = box(west + 3000, north - 9000, west + 4500, north - 7500)
    zones = gpd.GeoDataFrame(geometry=[area.difference(hole)], crs=cases.ALBERS)
    out = tmp_path / "c.tif"
    write_change_raster(out, first, second, scheme="common", zones=zones.to_crs("EPSG:4490"))
    whole = expected(first, second, cases)
    inside = rasterize(zones.geometry, shape, transform=cases.METRES)
    with rasterio.open(out) as source:
        top, left = (
            round((north - source.transform.f) / 30),
            round((source.transform.c - west) / 30),
        )
        part = whole[top : top + source.height, left : left + source.width]
        mask = inside[top : top + source.height, left : left + source.width]
        assert source.height == pytest.approx(550, abs=1)
        # The border went through another projection and back: one cell in ten thousand may differ.
        assert (source.read(1) != part * mask).mean() < 1e-4
    assert inside.sum() == mask.sum()


def test_a_wide_raster_is_written_in_pieces(tmp_path: Path, cases):
    shape = (300, 4500)
    paths = [
        cases.write(tmp_path / f"{n}.tif", cases.patchy(shape, seed=n), tile=None) for n in (1, 2)
    ]
    out = tmp_path / "c.tif"
    counts = write_change_raster(out, *paths, scheme="common")
    assert np.array_equal(cases.codes(out), expected(*paths, cases))
    assert sum(counts.values()) == 300 * 4500


def test_codes_that_a_scheme_lacks_and_its_nodata_are_empty(tmp_path: Path, cases):
    codes = np.array([[1, 8, 99], [255, 0, 3]], dtype=np.int16)
    paths = [cases.write(tmp_path / f"{n}.tif", codes, tile=None, nodata=3) for n in "ab"]
    counts = write_change_raster(tmp_path / "c.tif", *paths, scheme="CLCD")
    assert counts == {change_code("cropland", "cropland"): 1, change_code("built", "built"): 1}


def test_other_grids_and_zones_elsewhere_are_refused(tmp_path: Path, cases):
    first = cases.write(tmp_path / "a.tif", cases.patchy())
    other = cases.write(tmp_path / "b.tif", cases.patchy((150, 160)))
    with pytest.raises(AlignmentError, match="gdalwarp"):
        write_change_raster(tmp_path / "c.tif", first, other, scheme="common")
    away = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:4326")
    with pytest.raises(OptionError, match="zones lie outside"):
        write_change_raster(tmp_path / "c.tif", first, first, scheme="common", zones=away)
    assert not (tmp_path / "c.tif").exists()
