"""Maps, rasters and study files made to do harm, and words that take patterns long."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from fuzz_targets import TARGETS
from shapely import box

import spatialcarbon as sc
from spatialcarbon.models.land.raster_input import open_rasters
from spatialcarbon.studies.study_file import load_study

UNITS = gpd.GeoDataFrame({"code": [1, 2]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326)
OGR_VRT = "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>"


@pytest.mark.parametrize(
    "address",
    ["/vsicurl/http://127.0.0.1:9/a.gpkg", "http://127.0.0.1:9/a.gpkg", "WFS:http://127.0.0.1:9",
     "/vsizip/a.zip", "<OGRVRTDataSource/>", "PG:host=127.0.0.1", "/dev/zero"],
)  # fmt: skip
def test_addresses_are_no_files(address: str) -> None:
    with pytest.raises(sc.SchemaError, match=r"there is no file|is no plain file"):
        sc.read_units(address, key="code")
    with pytest.raises(sc.SchemaError, match=r"cannot be opened as a raster|is no plain file"):
        open_rasters([address])


@pytest.mark.parametrize(
    "name", ["a.geojson", "a.json", "a.shp", "a.fgb", "a.tab", "a.mif", "a.gpkg"]
)
def test_a_program_for_gdal_is_no_map_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(OGR_VRT.format("/vsicurl/http://127.0.0.1:9/a"))
    with pytest.raises(sc.SchemaError, match="cannot be read as"):
        sc.read_units(tmp_path / name, key="code")


@pytest.mark.parametrize("name", ["a.vrt", "a.gml", "a.kml", "a.csv", "a.xml", "a.pdf"])
def test_other_kinds_are_not_opened(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(OGR_VRT.format("a.shp"))
    with pytest.raises(sc.SchemaError, match="is of a kind that is not read as a map"):
        sc.read_units(tmp_path / name, key="code")


def test_pipes_are_no_maps(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.geojson")
    with pytest.raises(sc.SchemaError, match="is no plain file"):
        sc.read_units(tmp_path / "a.geojson", key="code")


@pytest.fixture
def shapes(tmp_path: Path) -> Callable[[dict[str, bytes], str], Path]:
    """Return the maker of a zipped Shapefile, with more parts."""
    UNITS.to_file(tmp_path / "a.shp")

    def make(more: dict[str, bytes], folder: str = "") -> Path:
        path = tmp_path / "地图 {1}.zip"
        with zipfile.ZipFile(path, "w", 8) as made:
            for part in sorted(tmp_path.glob("a.*")):
                made.write(part, f"{folder}{part.name}")
            for name, content in more.items():
                made.writestr(name, content)
        return path

    return make


def test_a_zipped_shapefile_is_read_from_any_folder_inside(shapes) -> None:
    path = shapes({"map/readme.txt": b"x", "a.vrt": OGR_VRT.format("/vsicurl/http://x").encode()})
    assert sc.read_units(path, key="code").index.tolist() == [1, 2]
    assert sc.read_units(shapes({}, "deep/in/"), key="code").index.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"../b.shp": b"x"}, "whose names lead out of it"),
        ({"b.shp": b"<OGRVRTDataSource>"}, "has several layers"),
        ({"bomb": bytes(80 * 2**20)}, "too many times that an archive grows"),
    ],
)
def test_archives_that_are_traps(more: dict[str, bytes], words: str, shapes) -> None:
    with pytest.raises(sc.SchemaError, match=words):
        sc.read_units(shapes(more), key="code")


def test_an_archive_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("a.vrt", OGR_VRT.format("http://127.0.0.1:9"))
    with pytest.raises(sc.SchemaError, match="holds no Shapefile"):
        sc.read_units(tmp_path / "a.zip", key="code")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("a.shp", OGR_VRT.format("http://127.0.0.1:9"))
    with pytest.raises(sc.SchemaError, match="cannot be read as a map of the kind"):
        sc.read_units(tmp_path / "a.zip", key="code")


@pytest.mark.parametrize("sign", ["[", '{"a":'])
def test_deep_geojson(sign: str, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    head = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":1},'
    path.write_text(f'{head}"geometry":{{"type":"Polygon","coordinates":{sign * 100_000}')
    with pytest.raises(sc.SchemaError, match=r"cannot be read as a map|holds no shapes"):
        sc.read_units(path, key="code")


def test_a_shapefile_whose_table_claims_too_much(tmp_path: Path) -> None:
    UNITS.to_file(tmp_path / "a.shp")
    table = bytearray((tmp_path / "a.dbf").read_bytes())
    table[4:8] = (4_000_000).to_bytes(4, "little")
    (tmp_path / "a.dbf").write_bytes(table)
    with pytest.raises(sc.SchemaError, match=r"more than its .* bytes can hold"):
        sc.read_units(tmp_path / "a.shp", key="code")


# -- rasters -----------------------------------------------------------------------------------


def tif(path: Path, size: int = 16, **more: object) -> Path:
    """Write a raster, mostly of nothing."""
    shape = {"height": size, "width": size, "count": 1, "dtype": "uint8", "crs": "EPSG:6933"}
    where = {"transform": Affine(30, 0, 0, 0, -30, 0)}
    with rasterio.open(path, "w", driver="GTiff", **shape, **where, **more) as out:
        out.write(np.ones((1, 16, 16), "uint8"), window=((0, 16), (0, 16)))
    return path


def test_a_raster_of_a_trillion_cells(tmp_path: Path) -> None:
    huge = {"sparse_ok": True, "tiled": True, "compress": "deflate", "bigtiff": "yes"}
    path = tif(tmp_path / "a.tif", 2_000_000, **huge, blockxsize=8192, blockysize=8192)
    with pytest.raises(sc.SchemaError, match=r"too many cells of a raster(.|\n)*4,000,000,000,000"):
        open_rasters([path])


def test_a_block_that_unpacks_to_gigabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tif(
        tmp_path / "a.tif", 256, compress="deflate", tiled=True, blockxsize=256, blockysize=256
    )
    monkeypatch.setenv("SPATIALCARBON_MAX_RASTER_BLOCK_BYTES", "65535")
    with pytest.raises(sc.SchemaError, match="bytes of one block of a raster"):
        open_rasters([path])
    monkeypatch.setenv("SPATIALCARBON_MAX_RASTER_BLOCK_BYTES", "65536")
    assert open_rasters([path])[0].shape == (256, 256)


def vrt(tmp_path: Path, old: str, new: str) -> Path:
    """Write a mosaic of one raster, and change a word in it."""
    source = tif(tmp_path / "a.tif")
    rasterio.shutil.copy(source, tmp_path / "a.vrt", driver="VRT")
    content = (tmp_path / "a.vrt").read_text()
    assert old in content
    (tmp_path / "b.vrt").write_text(content.replace(old, new, 1))
    return tmp_path / "b.vrt"


@pytest.mark.parametrize(
    "source",
    ["/vsicurl/http://127.0.0.1:9/a.tif", "http://127.0.0.1:9/a.tif", "/etc/passwd", "../a.tif",
     "GTIFF_DIR:1:a.tif", "/dev/zero", "b.vrt"],
)  # fmt: skip
def test_a_mosaic_leads_to_local_rasters_only(source: str, tmp_path: Path) -> None:
    assert open_rasters([vrt(tmp_path, ">a.tif<", ">a.tif<")])[0].shape == (16, 16)
    with pytest.raises(sc.SchemaError, match="leads to what is no GeoTIFF on this machine"):
        open_rasters([vrt(tmp_path, ">a.tif<", f">{source}<")])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<VRTDataset", "<VRTDataset subClass='VRTWarpedDataset'", "a VRT that computes"),
        ("<VRTRasterBand", "<VRTRasterBand subClass='VRTDerivedRasterBand'", "that computes"),
        ("<VRTDataset", "<!DOCTYPE a [<!ENTITY b 'c'>]><VRTDataset", "declares entities"),
        ("</VRTDataset>", "", "cannot be opened as a raster"),
        ("</VRTDataset>", f"{'<a>' * 200}", "too many brackets"),
    ],
)
def test_mosaics_that_do_more(old: str, new: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(sc.SchemaError, match=words):
        open_rasters([vrt(tmp_path, old, new)])


# -- study files -------------------------------------------------------------------------------

STUDY = """[study]
title = "a"
[units]
source = "cities"
groups = ["PRD"]
[tables.energy]
source = "ceads_city_co2"
[tables.energy.variables]
co2 = { measure = "Mt CO2" }
[[analyses]]
method = "inequality"
variable = "co2"
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[tables.energy]", '[tables."../energy"]'),
        ('method = "inequality"', 'method = "inequality"\nname = "../../a"'),
        ('method = "inequality"', 'method = "inequality"\nname = "/etc/a"'),
        ('method = "inequality"', 'method = "inequality"\nname = "a\\u0000b"'),
        ("[[analyses]]", '[maps."../b"]\n[maps."../b".units]\nsource = "cities"\n[[analyses]]'),
        ("[[analyses]]", '[weights."../b"]\ntype = "knn"\n[[analyses]]'),
        ("[[analyses]]", '[ratios."a/b"]\nnumerator = "co2"\n[[analyses]]'),
    ],
)
def test_no_name_of_a_study_leads_out_of_its_folder(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    assert [step.key for step in load_study(path).steps] == ["inequality"]
    path.write_text(STUDY.replace(old, new))
    with pytest.raises(sc.SchemaError, match="mistakes to correct"):
        load_study(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a = " + "[" * 100_000, "too many brackets inside one another"),
        ("a = " + "1" * 100_000, "is not valid TOML"),
        ("#" * 1_000_001, "too many bytes of a study file"),
        (STUDY.replace('"cities"', f'"{"x" * 5000}"') + '"', "is not valid TOML"),
    ],
)
def test_study_files_beyond_a_limit(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(content)
    with pytest.raises(sc.SchemaError, match=words):
        load_study(tmp_path / "study.toml")


# -- words -------------------------------------------------------------------------------------

PIECES = (
    *" (_,=1[*`①市\n'\"",
    *("a.", "( ", "a ", ",'a", "a = ", "单位: )", "人均", "苏州 ", "万吨/", "1,000", "totals "),
)


@pytest.mark.parametrize(
    "name", ["identity", "names", "units", "headers", "cells", "rates", "lines"]
)
def test_words_take_time_in_proportion(name: str) -> None:
    """A pattern that goes back over a text takes minutes for one of these, not a second."""
    reads = TARGETS[name].reads
    began = time.process_time()
    for piece in PIECES:
        for words in (piece * 9_000, f"a{piece * 9_000}b", f"成{piece * 900}="):
            try:
                reads(words)
            except sc.SpatialCarbonError as error:
                assert len(str(error)) < 20_000  # noqa: PT017 - results are as good
    assert time.process_time() - began < 20
