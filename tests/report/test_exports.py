"""Exports: Shapefiles that survive the trip, GeoParquet, cloud-optimised rasters."""

import csv
import json
from dataclasses import replace
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_series_equal

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import text
from spatialcarbon.report import exports
from spatialcarbon.report.cog import write_cog, write_cogs
from spatialcarbon.report.exports import write_exports, write_layer_files
from spatialcarbon.report.short_names import short_names


@pytest.fixture
def awkward(layers, frame):
    """Return a layer with long names, a long text, an injection, and yes and no."""
    table = frame[["name", "co2_mt", "geometry"]].assign(
        displacement_km=range(6),
        displacement_m=range(6, 12),
        note=["汉" * 100, "=1+1", "a", "b", None, "c"],
        kept=[True, False] * 3,
    )
    aliases = {"displacement_km": text("Distance (km)"), "note": text("=SUM(A1)")}
    return replace(layers[1], frame=table, aliases=aliases)


def test_short_names_are_short_plain_and_stay_apart():
    columns = [f"displacement_{i}" for i in range(120)] + ["displaceme", "year"]
    names = short_names(columns)
    assert len(set(names.values())) == len(columns)
    assert max(map(len, names.values())) == 10
    assert names["displaceme"] == "displaceme"
    assert names["year"] == "year"


def test_a_shapefile_comes_back_with_names_colours_and_a_remark(tmp_path, awkward, frame):
    written, remarks = write_layer_files(tmp_path / "out.shp", [awkward], language="zh")
    assert written == [tmp_path / "out.shp"]
    suffixes = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".qml", ".csv"}
    assert {path.suffix for path in tmp_path.iterdir()} == suffixes
    assert (tmp_path / "out.cpg").read_text().strip() == "UTF-8"
    read = gpd.read_file(tmp_path / "out.shp")
    assert read.columns.tolist()[:4] == ["adcode", "name", "co2_mt", "displaceme"]
    assert read["name"][0] == "甲市"
    # 84 characters of three bytes are 252: the 85th would be cut in two.
    assert read["note"][0] == "汉" * 84
    assert [remark.render("en") for remark in remarks] == [
        "emissions_2017: 1 texts of note were cut to 254 bytes, all a Shapefile takes"
    ]
    assert read.crs == frame.crs
    assert_series_equal(read["co2_mt"], frame["co2_mt"].reset_index(drop=True), check_names=False)
    style = ElementTree.parse(tmp_path / "out.qml").getroot()
    assert style.find("renderer-v2").get("attr").startswith('coalesce("co2_mt"')
    named = {item.get("field"): item.get("name") for item in style.iter("alias")}
    assert named["displaceme"] == text("Distance (km)").render("zh")
    listing = (tmp_path / "out_fields.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(listing.splitlines()))
    assert rows[0] == ["field", "column", "english", "chinese"]
    assert ["displace_2", "displacement_m", "displacement_m", "displacement_m"] in rows
    assert ["note", "note", "'=SUM(A1)", "'=SUM(A1)"] in rows


def test_style_follows_a_field_whose_name_was_cut(tmp_path, awkward):
    long = awkward.frame.rename(columns={"co2_mt": "emissions_of_carbon"})
    style = replace(awkward.style, field="emissions_of_carbon")
    layer = replace(awkward, frame=long, style=style, aliases={})
    write_layer_files(tmp_path / "a.shp", [layer])
    root = ElementTree.parse(tmp_path / "a.qml").getroot()
    assert root.find("renderer-v2").get("attr").startswith('coalesce("emissions"')
    assert "emissions" in gpd.read_file(tmp_path / "a.shp").columns


def test_the_same_layer_gives_the_same_bytes(tmp_path, layers):
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        write_exports(tmp_path / part, layers, ["shapefile", "geoparquet"], language="zh")
    first = sorted(path for path in (tmp_path / "a").rglob("*") if path.is_file())
    # Seven parts of a Shapefile and one GeoParquet file.
    assert len(first) == 8 * len(layers)
    for path in first:
        again = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == again.read_bytes(), path.name


def test_what_was_cut_is_written_beside_the_shapefiles(tmp_path, awkward):
    write_exports(tmp_path, [awkward], ["shapefile"], language="zh")
    assert "254字节" in (tmp_path / "shapefiles" / "remarks.txt").read_text(encoding="utf-8")
    assert not (tmp_path / "geoparquet").exists()


def test_geoparquet_says_its_version_projection_and_names(tmp_path, layers, frame):
    written, _ = write_layer_files(tmp_path / "x.parquet", layers[1:3], language="zh")
    assert [path.name for path in written] == ["x_emissions_2017.parquet", "x_lisa_2017.parquet"]
    metadata = pq.read_schema(written[0]).metadata
    geo = json.loads(metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    assert json.loads(metadata[b"spatialcarbon"])["columns"]["adcode"] == "行政区划代码"
    read = gpd.read_parquet(written[0])
    assert read.crs == frame.crs
    assert read["co2_mt"].tolist()[0] == 1.25


def test_a_shapefile_that_is_too_large_leaves_nothing(tmp_path, layers, monkeypatch):
    monkeypatch.setattr(exports, "LARGEST", 100)
    with pytest.raises(SchemaError, match="2 GB"):
        write_layer_files(tmp_path / "a.shp", layers[:2])
    assert list(tmp_path.iterdir()) == []


def test_a_cog_keeps_classes_colours_tags_and_style(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    cells = (np.indices((700, 900)).sum(axis=0) % 7).astype("uint8")
    source = tmp_path / "change.tif"
    profile = {"driver": "GTiff", "width": 900, "height": 700, "count": 1, "dtype": "uint8"}
    where = rasterio.Affine(30, 0, 500_000, 0, -30, 3_400_000)
    with rasterio.open(source, "w", crs="EPSG:4547", transform=where, nodata=0, **profile) as file:
        file.write(cells, 1)
        file.write_colormap(1, {i: (i * 30, 0, 0, 255) for i in range(7)})
        file.update_tags(START="2000")
    (tmp_path / "change.qml").write_text("<qgis/>", encoding="utf-8")
    write_cogs(tmp_path)
    again = tmp_path / "again.tif"
    write_cog(source, again)
    made = tmp_path / "cog" / "change.tif"
    assert made.read_bytes() == again.read_bytes()
    with rasterio.open(made) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.overviews(1)
        assert (file.read(1) == cells).all()
        assert file.colormap(1)[3][:3] == (90, 0, 0)
        assert file.tags()["START"] == "2000"
        small = file.read(1, out_shape=(350, 450))
        assert set(np.unique(small)) <= set(range(7))
    assert (tmp_path / "cog" / "change.qml").read_text(encoding="utf-8") == "<qgis/>"


def test_inputs_are_left_alone(tmp_path, awkward):
    before = pd.DataFrame(awkward.frame).copy()
    write_layer_files(tmp_path / "a.shp", [awkward])
    pd.testing.assert_frame_equal(pd.DataFrame(awkward.frame), before)
