"""Every kind of raster and zone that cannot be counted says why, and what mends it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from shapely import box

from spatialcarbon.core.errors import (
    AlignmentError,
    CRSMismatchError,
    OptionError,
    SchemaError,
    SpatialCarbonError,
)
from spatialcarbon.models.land.crosstab import cross_tabulate


def count(*rasters: Any, **options: Any) -> Any:
    return cross_tabulate(list(rasters), **{"scheme": "common", **options})


@pytest.fixture
def two(cases: ModuleType, tmp_path: Path) -> tuple[Path, Path]:
    return cases.pair(tmp_path)


def test_another_grid_gives_the_gdalwarp_line(
    cases: ModuleType, tmp_path: Path, two: tuple[Path, Path]
) -> None:
    shifted = Affine(30, 0, 500_015, 0, -30, 3_500_000)
    other = cases.write(tmp_path / "c.tif", cases.patchy(), transform=shifted)
    with pytest.raises(AlignmentError, match="not on the grid") as caught:
        count(two[0], other)
    line = str(caught.value).split("fix: ")[1].split()
    assert line[0] == "gdalwarp"
    assert line[line.index("-ts") + 1 : line.index("-ts") + 3] == ["170", "150"]
    assert [float(n) for n in line[line.index("-te") + 1 : line.index("-te") + 5]] == [
        500_000, 3_500_000 - 150 * 30, 500_000 + 170 * 30, 3_500_000,
    ]  # fmt: skip


def test_another_size_is_another_grid(
    cases: ModuleType, tmp_path: Path, two: tuple[Path, Path]
) -> None:
    other = cases.write(tmp_path / "c.tif", cases.patchy((150, 171)))
    with pytest.raises(AlignmentError, match="150 × 171"):
        count(two[0], other)


def test_another_crs(cases: ModuleType, tmp_path: Path, two: tuple[Path, Path]) -> None:
    other = cases.write(tmp_path / "c.tif", cases.patchy(), crs="EPSG:6933")
    with pytest.raises(CRSMismatchError, match="another CRS") as caught:
        count(two[0], other)
    assert "gdalwarp" in str(caught.value)


def test_no_crs(cases: ModuleType, tmp_path: Path) -> None:
    path = cases.write(tmp_path / "c.tif", cases.patchy(), crs=None)
    with pytest.raises(CRSMismatchError, match="where it lies"):
        count(path, path)


def test_a_projection_that_stretches_areas(cases: ModuleType, tmp_path: Path) -> None:
    path = cases.write(tmp_path / "c.tif", cases.patchy(), crs="EPSG:3857")
    with pytest.raises(CRSMismatchError, match="equal-area") as caught:
        count(path, path)
    assert "gdalwarp" in str(caught.value)


def test_fractions(cases: ModuleType, tmp_path: Path) -> None:
    path = cases.write(tmp_path / "c.tif", cases.patchy().astype("float32"))
    with pytest.raises(SchemaError, match="float32 numbers, not class codes"):
        count(path, path)


def test_lines_for_the_shell_quote_paths(cases: ModuleType, tmp_path: Path) -> None:
    """The last two words of each line are the file and a new one, blanks and all."""
    stretched = cases.write(tmp_path / "a b.tif", cases.patchy(), crs="EPSG:3857")
    nowhere = cases.write(tmp_path / "没有 crs.tif", cases.patchy(), crs=None)
    tilted = cases.write(
        tmp_path / "t 1.tif", cases.patchy(), crs="EPSG:4326",
        transform=Affine(1e-3, 1e-4, 110, 1e-4, -1e-3, 30),
    )  # fmt: skip
    far = cases.write(
        tmp_path / "far 'east'.tif", cases.patchy(), crs="EPSG:4326",
        transform=Affine(0.1, 0, 175, 0, -0.1, 30),
    )  # fmt: skip
    wide = tmp_path / "rgb 3.tif"
    with rasterio.open(
        wide, "w", driver="GTiff", height=9, width=9, count=3, dtype="uint8",
        crs=cases.ALBERS, transform=cases.METRES,
    ) as out:  # fmt: skip
        out.write(np.ones((3, 9, 9), dtype="uint8"))
    for path in (stretched, nowhere, tilted, far, wide):
        with pytest.raises((CRSMismatchError, SchemaError)) as caught:
            count(path, path)
        words = shlex.split(str(caught.value).split("fix: ")[1])
        assert words[0] in ("gdalwarp", "gdal_translate")
        assert words[-2] == str(path)
        assert words[-1].startswith(f"{tmp_path}/{path.stem}_")
    broken = tmp_path / "no raster.tif"
    broken.write_text("x", encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        count(broken, broken)
    assert shlex.split(str(caught.value).split("fix: ")[1])[:2] == ["gdalinfo", str(broken)]


def test_several_bands(cases: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "rgb.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=9, width=9, count=3, dtype="uint8",
        crs=cases.ALBERS, transform=cases.METRES,
    ) as out:  # fmt: skip
        out.write(np.ones((3, 9, 9), dtype="uint8"))
    with pytest.raises(SchemaError, match="3 bands"):
        count(path, path)


@pytest.mark.parametrize("exact", [False, True])
def test_unknown_codes_are_listed_with_their_counts(
    cases: ModuleType, tmp_path: Path, exact: bool
) -> None:
    codes = cases.patchy()
    codes[3:5, 7:10] = 77
    codes[90, 90] = 91
    path = cases.write(tmp_path / "c.tif", codes)
    with pytest.raises(SchemaError) as caught:
        count(path, path, exact=exact)
    said = str(caught.value)
    assert "77" in said
    assert "6" in said
    assert "91" in said


def test_no_scheme_is_guessed(two: tuple[Path, Path]) -> None:
    with pytest.raises(OptionError, match="scheme"):
        count(*two, scheme=None)


@pytest.mark.parametrize("exact", [False, True])
def test_zones_off_the_raster(cases: ModuleType, two: tuple[Path, Path], exact: bool) -> None:
    units = cases.zones()
    with pytest.raises(AlignmentError, match="no zone lies on the raster"):
        count(*two, zones=units.loc[["Zürich"]], exact=exact)
    found = count(*two, zones=units.loc[["西", "ring", "Zürich"]], exact=exact)
    assert set(found.tables[0, 1]["zone"]) == {"西", "ring"}
    assert any("Zürich" in remark.render("en") for remark in found.remarks)


@pytest.mark.parametrize("exact", [False, True])
def test_zones_partly_off_the_raster_are_named(
    cases: ModuleType, two: tuple[Path, Path], exact: bool
) -> None:
    found = count(*two, zones=cases.zones().loc[["西", "edge"]], exact=exact)
    assert any("edge" in remark.render("en") for remark in found.remarks)


@pytest.mark.parametrize("exact", [False, True])
def test_overlapping_zones(cases: ModuleType, two: tuple[Path, Path], exact: bool) -> None:
    with pytest.raises(AlignmentError, match="overlap") as caught:
        count(*two, zones=cases.zones(), exact=exact)
    assert "over / 西" in str(caught.value)


@pytest.mark.parametrize("exact", [False, True])
def test_a_zone_without_data_is_reported_and_has_no_rows(
    cases: ModuleType, tmp_path: Path, exact: bool
) -> None:
    codes = cases.patchy()
    codes[:, :85] = 0
    path = cases.write(tmp_path / "c.tif", codes)
    units = cases.zones().loc[["西", "ring"]]
    found = count(path, path, zones=units, exact=exact)
    assert set(found.tables[0, 1]["zone"]) == {"ring"}
    lost = found.excluded.query("zone == '西'")
    assert lost["reason"].tolist() == ["both"]
    assert lost["km2"].sum() == pytest.approx(units.geometry["西"].area / 1e6, rel=0.01)


def test_zones_across_the_antimeridian(cases: ModuleType, tmp_path: Path) -> None:
    path = cases.write(
        tmp_path / "c.tif", cases.patchy((40, 360)),
        crs=cases.LONGLAT, transform=Affine(1, 0, -180, 0, -1, 80),
    )  # fmt: skip
    for drawn in cases.antimeridian():
        with pytest.raises(SchemaError, match="antimeridian"):
            count(path, path, zones=drawn)


def test_a_raster_across_the_antimeridian(cases: ModuleType, tmp_path: Path) -> None:
    path = cases.write(
        tmp_path / "c.tif", cases.patchy((40, 360)),
        crs=cases.LONGLAT, transform=Affine(1, 0, 0, 0, -1, 80),
    )  # fmt: skip
    with pytest.raises(SchemaError, match="antimeridian"):
        count(path, path)


def test_zones_that_are_no_map(two: tuple[Path, Path]) -> None:
    with pytest.raises(SchemaError, match="not a map"):
        count(*two, zones=pd.DataFrame({"a": [1]}))


def test_zones_without_a_crs(cases: ModuleType, two: tuple[Path, Path]) -> None:
    with pytest.raises(CRSMismatchError):
        count(*two, zones=cases.zones(crs=None))


def test_repeated_zones(cases: ModuleType, two: tuple[Path, Path]) -> None:
    units = gpd.GeoDataFrame(
        geometry=[box(500_100, 3_499_000, 500_400, 3_499_500)] * 2,
        index=["a", "a"], crs=cases.ALBERS,
    )  # fmt: skip
    with pytest.raises(AlignmentError, match="repeat"):
        count(*two, zones=units)


def test_an_empty_file(cases: ModuleType, tmp_path: Path, two: tuple[Path, Path]) -> None:
    with pytest.raises(SchemaError, match="0 bytes"):
        count(two[0], cases.empty(tmp_path / "c.tif"))


@pytest.mark.parametrize("share", [0.001, 0.5, 0.9])
def test_a_truncated_file(
    cases: ModuleType, tmp_path: Path, two: tuple[Path, Path], share: float
) -> None:
    cases.truncated(two[1], share)
    with pytest.raises(SchemaError, match=r"b\.tif") as caught:
        count(*two)
    assert re.search("again|repeated", str(caught.value))


def test_a_file_cut_off_in_its_header(
    cases: ModuleType, tmp_path: Path, two: tuple[Path, Path]
) -> None:
    """It opens, but no longer knows where it lies."""
    cases.truncated(two[1], 0.05)
    with pytest.raises(CRSMismatchError, match=r"b\.tif does not say where it lies"):
        count(*two)


def test_no_file(tmp_path: Path, two: tuple[Path, Path]) -> None:
    with pytest.raises(SchemaError, match="nowhere"):
        count(two[0], tmp_path / "nowhere.tif")


def test_a_table_is_no_raster(tmp_path: Path, two: tuple[Path, Path]) -> None:
    table = tmp_path / "c.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="cannot be opened"):
        count(two[0], table)


@pytest.mark.parametrize("years", [(2020, 2010), (2010, 2010), (2010,), (2010, 2015, 2020)])
def test_years_that_do_not_run_forwards(two: tuple[Path, Path], years: tuple[int, ...]) -> None:
    with pytest.raises(SpatialCarbonError, match="year"):
        count(*two, years=years)


def test_one_cell_of_class_1_before_nodata_is_one_cell(cases: ModuleType) -> None:
    """Eight cells are looked at together: these, read as one number, are 1."""
    codes = np.zeros((4, 16), dtype="uint8")
    codes[:, ::8] = 1
    raster = (codes, cases.METRES, cases.ALBERS)
    found = count(raster, raster).tables[0, 1]
    assert found[["from", "to"]].to_numpy().tolist() == [["cropland", "cropland"]]
    assert found["km2"].sum() == pytest.approx(8 * 0.0009)
