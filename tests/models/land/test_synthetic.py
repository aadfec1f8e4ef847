"""Invented rasters: the same on every machine, marked, and with the features of real ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from shapely import box

import spatialcarbon as sc
from spatialcarbon.models.land.legends import load_legend
from spatialcarbon.models.land.synthetic import CODES, NODATA, SYNTHETIC_TAG, is_synthetic

BUILT = CODES["built"]


def two_places(crs: str = "EPSG:32650") -> gpd.GeoDataFrame:
    """Return a rectangle with a hole, and one beside it, with labels that are no numbers."""
    left = box(400_000, 3_400_000, 436_000, 3_424_000).difference(
        box(410_000, 3_405_000, 416_000, 3_411_000)
    )
    right = box(436_000, 3_400_000, 460_000, 3_424_000)
    return gpd.GeoDataFrame(index=["甲", "乙"], geometry=[left, right], crs=crs)


@pytest.fixture(scope="module")
def made() -> dict:
    return sc.synthetic_land_cover(two_places(), years=[2000, 2010, 2020], seed=3)


def test_the_bytes_are_known(made):
    """Whole numbers only: another machine, another numpy must give these bytes."""
    digests = {
        year: hashlib.sha256(raster.array.tobytes()).hexdigest()[:16]
        for year, raster in made.items()
    }
    assert digests == KNOWN


def test_a_year_does_not_hang_on_the_others(made):
    alone = sc.synthetic_land_cover(two_places(), years=[2010], seed=3)
    assert np.array_equal(alone[2010].array, made[2010].array)


def test_the_order_of_rows_changes_nothing(made):
    turned = sc.synthetic_land_cover(two_places().iloc[::-1], years=[2000], seed=3)
    assert np.array_equal(turned[2000].array, made[2000].array)


def test_a_far_future_has_no_shares_below_zero():
    far = sc.synthetic_land_cover(two_places(), years=[1800, 2300], seed=3)
    assert [set(np.unique(raster.array)) >= {5, BUILT} for raster in far.values()] == [True] * 2


def test_another_seed_is_another_landscape(made):
    other = sc.synthetic_land_cover(two_places(), years=[2000], seed=4)
    assert not np.array_equal(other[2000].array, made[2000].array)


def test_cells_inside_have_a_class_and_those_outside_have_none(made):
    places = two_places().to_crs(made[2000].crs)
    a, _, c, _, e, f = made[2000].transform
    rows, columns = np.indices(made[2000].array.shape)
    whole = shapely.union_all(places.geometry.to_numpy())
    inside = shapely.contains_xy(whole, c + (columns + 0.5) * a, f + (rows + 0.5) * e)
    for raster in made.values():
        assert not raster.array[~inside].any()
        assert (raster.array[inside] == NODATA).mean() == pytest.approx(0.0005, abs=0.0003)
        assert set(np.unique(raster.array[inside])) <= {NODATA, *CODES.values()}


def test_built_up_land_grows_at_the_edges_of_what_is_there(made):
    def beside(mask: np.ndarray) -> np.ndarray:
        around = np.pad(mask, 1)
        return around[:-2, 1:-1] | around[2:, 1:-1] | around[1:-1, :-2] | around[1:-1, 2:]

    first, last = (made[year].array == BUILT for year in (2000, 2020))
    shares = [(made[year].array == BUILT).mean() for year in (2000, 2010, 2020)]
    assert shares == sorted(shares)
    assert shares[2] / shares[0] == pytest.approx(1.032**20, rel=0.05)
    assert (last & first).sum() / first.sum() > 0.95
    grown = last & ~first
    reached = first
    for _ in range(8):
        reached = reached | (beside(reached) & last)
    assert (grown & reached).sum() / grown.sum() > 0.9


def test_classes_lie_in_patches(made):
    array = made[2000].array
    pair = (array[:, 1:] != NODATA) & (array[:, :-1] != NODATA)
    assert (array[:, 1:] == array[:, :-1])[pair].mean() > 0.8


def test_files_carry_grid_colours_and_the_mark(tmp_path: Path, made):
    written = sc.write_synthetic_land_cover(tmp_path, two_places(), years=[2000], seed=3)
    path = written[2000]
    assert path.name == "synthetic_landcover_2000.tif"
    with rasterio.open(path) as source:
        assert np.array_equal(source.read(1), made[2000].array)
        assert tuple(source.transform)[:6] == made[2000].transform
        assert source.nodata == NODATA
        assert source.tags()[SYNTHETIC_TAG] == "yes"
        assert "SYNTHETIC" in source.tags()["TIFFTAG_IMAGEDESCRIPTION"]
        assert source.tags()["SEED"] == "3"
        assert source.block_shapes == [(256, 256)]
        red, green, blue, _ = source.colormap(1)[BUILT]
    colours = {info.code: info.colour for info in load_legend("CLCD").classes}
    assert f"#{red:02x}{green:02x}{blue:02x}" == colours[BUILT].lower()
    assert is_synthetic(path)


def test_the_same_call_writes_the_same_file(tmp_path: Path):
    contents = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        found = sc.write_synthetic_land_cover(tmp_path / name, two_places(), years=[2020], seed=3)
        contents.append(found[2020].read_bytes())
    assert contents[0] == contents[1]


def test_the_mark_goes_through_a_vrt_and_real_files_have_none(tmp_path: Path, cases):
    path = sc.write_synthetic_land_cover(tmp_path, two_places(), years=[2020], seed=3)[2020]
    assert is_synthetic(cases.virtual(tmp_path / "a.vrt", path))
    real = cases.write(tmp_path / "real.tif", cases.patchy())
    assert not is_synthetic(real)
    assert not is_synthetic(cases.virtual(tmp_path / "b.vrt", real))


@pytest.mark.parametrize("years", [[], [2000, 2000]])
def test_years_must_be_told_apart(years):
    with pytest.raises(sc.OptionError, match="none twice"):
        sc.synthetic_land_cover(two_places(), years=years, seed=1)


def test_a_grid_too_large_is_refused_with_a_cell_that_fits():
    with pytest.raises(sc.OptionError, match="more than an invented raster may have") as caught:
        sc.synthetic_land_cover(two_places(), cell=1.0, seed=1)
    assert "fix: cell=7" in str(caught.value)


def test_what_has_no_crs_is_refused():
    with pytest.raises(sc.CRSMismatchError):
        sc.synthetic_land_cover(two_places().set_crs(None, allow_override=True), seed=1)


KNOWN = {2000: "616fd5e5efee44fe", 2010: "4d7e46980ecb4534", 2020: "24ad9aea1e158224"}
