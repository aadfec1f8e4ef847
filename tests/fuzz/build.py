"""Write the corpus again: small valid files of every kind. ``python tests/fuzz/build.py``.

Inputs that once went wrong are named ``bug_*`` and are left as they are.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterio.shutil
from fuzz_targets import CORPUS, TARGETS
from rasterio.transform import from_origin
from shapely import box

import spatialcarbon as sc

ROOT = Path(__file__).parents[2]
MESS = ROOT / "tests" / "data" / "mess"
WORDS = {
    "identity": (
        "co2 = population * (gdp/population) * (co2/gdp)",
        "co2 = sum over fuel of population * affluence: (gdp/population) * "
        "(energy[fuel]/gdp) * (co2[fuel]/energy[fuel])",
        "碳排放 ＝ 人口 × （GDP／人口） × （碳排放／GDP）",
        "`total co2` = `people (10^4)` * (`total co2`/`people (10^4)`)",
    ),
    "names": ("成都市", "Suzhou, Jiangsu", "江苏省苏州市", "襄樊", "510100", "Xī'ān City"),
    "units": ("Mt CO2", "10⁴ t", "万吨/亿元", "t/person", "10^8 CNY", "万吨 二氧化碳", "km²", "%"),
    "headers": (
        "地区生产总值（亿元）", "co2_mt", "CO2排放量/万吨", "population (10^4 persons)",
        "2015 / GDP(亿元)",
        "单位：万吨标准煤", "人均碳排放（吨/人）", "gdp2005", "Carbon intensity [t/10^4 yuan]",
    ),
    "cells": ("1,234.5", "１２.５", "2005年", "—", "济南①", "110000.0", "-3e-7", "#REF!", "成 都"),
    "rates": ("alpha=triangular(-0.01, 0, 0.02), chi=0.01", "uniform(0.002)", "relative(0.1)"),
    "lines": ('[a.b]\n"x" = 1\n[[analyses]]\nmethod = "moran"\n', "a = {b = 1, 'c' = [2]}\n"),
}  # fmt: skip
STUDY = """[study]
title = "Small"
seed = 1
[units]
source = "kept_map.geojson"
key = "code"
crs = "EPSG:4326"
[tables.energy]
source = "kept_table.csv"
unit = "code"
[tables.energy.variables]
co2 = { column = "co2", measure = "Mt CO2", title = "Emissions" }
[weights.near]
type = "knn"
k = 1
[[analyses]]
method = "moran"
variable = "co2"
weights = "near"
[outputs]
directory = "out"
"""


def keep(target: str, name: str, data: bytes | str) -> None:
    """Write one input."""
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.seed").write_bytes(data.encode() if isinstance(data, str) else data)


def texts() -> None:
    """Write words, tables and settings."""
    for target, listed in WORDS.items():
        for number, words in enumerate(listed):
            keep(target, f"{number}", words)
    for name in ("two_row_header_gbk", "footer", "semicolons", "short_years", "boundaries"):
        keep("csv", name, (MESS / f"{name}.csv").read_bytes())
    keep("csv", "utf16", (MESS / "fullwidth_utf16.txt").read_bytes())
    keep(
        "csv",
        "cities",
        "city,year,co2 (Mt),gdp\n成都,2015,1.5,10\n重庆,2015,2,20\n成都,2016,3,30\n",
    )
    for name in ("two_row_header", "hidden", "merged_places", "sheets_by_year", "uncomputed"):
        keep("xlsx", name, (MESS / f"{name}.xlsx").read_bytes())
    for number in ("02_five_city_clusters", "03_yangtze_delta_peak", "11_ecological_compensation"):
        content = (ROOT / "analyses" / number / "study.toml").read_text(encoding="utf-8")
        keep("study", number, content)
    keep("check", "small", STUDY)
    keep(
        "legend", "own", "code,class,name_en,name_zh,colour\n1,forest,Wood,林,#00ff00\n2,water,,,\n"
    )
    keep("registry", "codes", "cluster,adcode\nA,510100\nA,500000\nB,110000\n")
    keep("registry", "names", "cluster,name,level,cluster_zh\nA,成都,city,甲\nB,Beijing,city,乙\n")
    keep("links", "four", "focal,neighbor,weight\n1,2,1\n2,1,0.5\n2,3,1\n3,4,2\n4,3,1\n")
    keep("gal", "geoda", "0 3 map code\nA 1\nB\nB 2\nA C\nC 1\nB\n")
    keep("gal", "old", "2\n1 1\n2\n2 0\n\n")
    keep("gwt", "geoda", "0 3 map code\n1 2 0.5\n2 1 0.5\n2 3 1e-3\n3 2 4\n")
    keep("io", "small", io_table())
    record = {
        "program": "spatialcarbon", "version": "1", "study_file": "study.toml", "language": "en",
        "inputs": {"a.csv": "00"}, "outputs": {"tables/a.csv": "11"}, "versions": {"numpy": "2.1"},
    }  # fmt: skip
    keep("manifest", "small", json.dumps(record))
    head = {"file": "spatialcarbon checkpoint", "format": 1, "fingerprint": "0" * 64}
    keep("checkpoint", "head", json.dumps(head) + "\n")


def io_table() -> str:
    """Return a small input-output table as Chinese tables are laid out."""
    layout = sc.read_io_table("miller_blair_two_regions").to_layout()
    return str(layout.to_csv(header=False, index=False))


def maps() -> None:
    """Write maps, tables beside them, rasters and weights."""
    units = gpd.GeoDataFrame(
        {"code": [510100, 500000, 110000, 120000], "名": ["成都", "重庆", "a", None]},
        geometry=[box(i, 30 + i % 2, i + 1, 31 + i % 2) for i in range(103, 107)],
        crs="EPSG:4490",
    )
    frame = pd.DataFrame({"code": ["1", "2"], "year": [2015, 2016], "co2": [1.5, 2.5]})
    with TemporaryDirectory() as made:
        folder = Path(made)
        units.to_file(folder / "a.gpkg", layer="cities")
        units.to_file(folder / "a.geojson", driver="GeoJSON")
        units.to_file(folder / "a.shp", encoding="gb18030")
        units.to_parquet(folder / "g.parquet")
        frame.to_parquet(folder / "t.parquet")
        keep("gpkg", "cities", (folder / "a.gpkg").read_bytes())
        keep("geojson", "cities", (folder / "a.geojson").read_bytes())
        keep("dbf", "cities", (folder / "a.dbf").read_bytes())
        keep("parquet", "long", (folder / "t.parquet").read_bytes())
        keep("geoparquet", "cities", (folder / "g.parquet").read_bytes())
        parts = {
            f"a{end}": (folder / f"a{end}").read_bytes() for end in (".shp", ".shx", ".dbf", ".prj")
        }
        keep("shp", "cities", packed(parts))
        keep("shpzip", "cities", packed({f"map/{name}": part for name, part in parts.items()}))
        weights = sc.Backbone(units.set_index("code")).knn(2)
        weights.to_parquet(folder / "w.parquet")
        keep("wparquet", "knn", (folder / "w.parquet").read_bytes())
        rasters(folder)


def packed(parts: dict[str, bytes]) -> bytes:
    """Return an archive whose bytes depend on its content alone."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def rasters(folder: Path) -> None:
    """Write GeoTIFFs, plain, packed and tiled, and a mosaic of one."""
    codes = (np.arange(64 * 48).reshape(64, 48) % 7).astype("uint8")
    shape = {"height": 64, "width": 48, "count": 1, "dtype": "uint8", "crs": "EPSG:6933"}
    where = {"transform": from_origin(1e7, 4e6, 30, 30), "nodata": 0}
    for name, extra in (
        ("plain", {}),
        ("packed", {"compress": "deflate", "predictor": 2}),
        ("tiled", {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "lzw"}),
    ):
        path = folder / f"{name}.tif"
        with rasterio.open(path, "w", driver="GTiff", **shape, **where, **extra) as out:
            out.write(codes, 1)
        keep("tif", name, path.read_bytes())
    (folder / "kept_a.tif").write_bytes((folder / "packed.tif").read_bytes())
    rasterio.shutil.copy(folder / "kept_a.tif", folder / "a.vrt", driver="VRT")
    keep("vrt", "mosaic", (folder / "a.vrt").read_bytes())


if __name__ == "__main__":
    texts()
    maps()
    print(sum(path.stat().st_size for path in CORPUS.rglob("*.seed")), "bytes", len(TARGETS))
