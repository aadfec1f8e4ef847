"""A user's own boundaries, sound and unsound."""

import warnings
import zipfile

import geopandas as gpd
import numpy as np
import pytest
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from spatialcarbon.core.errors import CRSMismatchError, GeometryRepairWarning, SchemaError
from spatialcarbon.geo.reading import read_units

SQUARES = [box(103, 30, 104, 31), box(104, 30, 105, 31), box(105, 30, 106, 31)]
BOWTIE = Polygon([(105, 30), (106, 31), (106, 30), (105, 31)])
CODES = [510100, 510300, 510400]


def frame(shapes=SQUARES, codes=CODES, crs="EPSG:4490", **columns):
    return gpd.GeoDataFrame({"code": codes, **columns}, geometry=list(shapes), crs=crs)


def write(tmp_path, data, name="map.gpkg"):
    path = tmp_path / name
    if name.endswith("parquet"):
        data.to_parquet(path)
    else:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "'crs' was not provided")
            data.to_file(path)
    return path


@pytest.mark.parametrize("name", ["map.gpkg", "map.shp", "map.geojson", "map.parquet"])
def test_a_sound_map_comes_back_as_it_is(tmp_path, name):
    path = write(tmp_path, frame(name=["成都", "自贡", "攀枝花"]), name)
    units = read_units(path, key="code")
    assert units.index.tolist() == CODES
    assert units.index.name == "code"
    assert str(units.index.dtype) == "int64"
    assert units["name"].tolist() == ["成都", "自贡", "攀枝花"]
    assert units.geometry.geom_equals(gpd.GeoSeries(SQUARES, CODES, crs=units.crs)).all()
    assert units.crs.is_geographic
    assert units.attrs["notes"] == []
    assert units.geometry.name == "geometry"


def test_a_zipped_shapefile(tmp_path):
    write(tmp_path, frame(name=["成都", "自贡", "攀枝花"]), "map.shp")
    with zipfile.ZipFile(tmp_path / "map.zip", "w") as archive:
        for suffix in ("shp", "shx", "dbf", "prj"):
            archive.write(tmp_path / f"map.{suffix}", f"map.{suffix}")
    units = read_units(tmp_path / "map.zip", key="code")
    assert units["name"].tolist() == ["成都", "自贡", "攀枝花"]
    assert "UTF-8" in units.attrs["notes"][0]


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_the_encoding_of_a_shapefile_without_cpg_is_told_apart(tmp_path, encoding):
    path = tmp_path / "map.shp"
    frame(名=["成都市", "自贡市", "攀枝花市"]).to_file(path, encoding=encoding)
    (tmp_path / "map.cpg").unlink()
    units = read_units(path, key="code")
    assert units["名"].tolist() == ["成都市", "自贡市", "攀枝花市"]
    assert encoding in units.attrs["notes"][0]


def test_an_encoding_may_be_given(tmp_path):
    path = tmp_path / "map.shp"
    frame(name=["成都市", "自贡市", "攀枝花市"]).to_file(path, encoding="GB18030")
    (tmp_path / "map.cpg").unlink()
    units = read_units(path, key="code", encoding="gb18030")
    assert units["name"].iloc[0] == "成都市"
    assert units.attrs["notes"] == []


def test_several_layers_are_listed(tmp_path):
    path = tmp_path / "map.gpkg"
    frame().to_file(path, layer="one")
    frame().to_file(path, layer="two")
    with pytest.raises(SchemaError, match="one, two"):
        read_units(path, key="code")
    with pytest.raises(SchemaError, match="'three'"):
        read_units(path, key="code", layer="three")
    assert len(read_units(path, key="code", layer="two")) == 3


def test_files_that_are_no_maps(tmp_path):
    with pytest.raises(SchemaError, match="no file"):
        read_units(tmp_path / "absent.gpkg", key="code")
    for name in ("noise.gpkg", "noise.shp", "noise.parquet", "noise.zip"):
        (tmp_path / name).write_bytes(b"noise")
        with pytest.raises(SchemaError, match="cannot be read"):
            read_units(tmp_path / name, key="code")
    (tmp_path / "table.csv").write_text("code\n1\n")
    with pytest.raises(SchemaError, match="not read as a map"):
        read_units(tmp_path / "table.csv", key="code")


def test_a_damaged_attribute_table_is_an_error(tmp_path):
    path = write(tmp_path, frame(), "map.shp")
    (tmp_path / "map.cpg").unlink()
    (tmp_path / "map.dbf").write_bytes(b"\x03noise")
    with pytest.raises(SchemaError):
        read_units(path, key="code")


def test_a_missing_key_column_lists_the_columns(tmp_path):
    path = write(tmp_path, frame(name=["a", "b", "c"]))
    with pytest.raises(SchemaError, match="code, name"):
        read_units(path, key="adcode")
    with pytest.raises(SchemaError, match="no column"):
        read_units(path, key="geometry")


def test_a_column_that_stands_twice_is_refused(tmp_path):
    path = write(tmp_path, frame(codf=CODES), "map.shp")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"codf\0", b"code\0", 1))
    with pytest.raises(SchemaError, match="more than one column called code"):
        read_units(path, key="code")


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([1, 1, 2], "repeats"),
        (["510100", "510100 ", "x"], None),
        (["a", None, "b"], "rows 1"),
        (["a", " ", "b"], "rows 1"),
        ([1.0, np.nan, 2.0], "rows 1"),
    ],
)
def test_keys_must_be_there_and_differ(tmp_path, codes, message):
    path = write(tmp_path, frame(codes=codes))
    if message is None:
        assert read_units(path, key="code").index.tolist() == codes
        return
    with pytest.raises(SchemaError, match=message):
        read_units(path, key="code")


@pytest.mark.parametrize("codes", [["510100", "510300", "510400"], [510100.0, 510300.0, 510400.0]])
def test_adcodes_become_whole_numbers_and_it_is_noted(tmp_path, codes):
    units = read_units(write(tmp_path, frame(codes=codes)), key="code")
    assert units.index.tolist() == CODES
    assert str(units.index.dtype) == "int64"
    assert "whole numbers" in units.attrs["notes"][0]


def test_keys_equal_after_conversion_are_refused(tmp_path):
    path = write(tmp_path, frame(codes=["510100", "510100.0", "510300"]))
    with pytest.raises(SchemaError, match="510100"):
        read_units(path, key="code")


@pytest.mark.parametrize("missing", [None, Polygon()])
def test_units_without_geometry_are_named(tmp_path, missing):
    path = write(tmp_path, frame([SQUARES[0], missing, SQUARES[2]]))
    with pytest.raises(SchemaError, match="510300"):
        read_units(path, key="code")


def test_a_map_without_crs_needs_one(tmp_path):
    path = write(tmp_path, frame(crs=None), "map.shp")
    with pytest.raises(CRSMismatchError, match='crs="EPSG:4490"'):
        read_units(path, key="code")
    assert read_units(path, key="code", crs="EPSG:4490").crs.to_epsg() == 4490


def test_a_crs_that_contradicts_the_file_is_refused(tmp_path):
    path = write(tmp_path, frame())
    with pytest.raises(CRSMismatchError, match="to_crs"):
        read_units(path, key="code", crs="EPSG:4544")
    assert read_units(path, key="code", crs=4490).crs.to_epsg() == 4490


def test_coordinates_must_lie_where_the_crs_is_used(tmp_path):
    metres = frame().to_crs("EPSG:4544")
    wrong = {
        "metres as degrees": metres.set_crs("EPSG:4490", allow_override=True),
        "degrees as metres": frame().set_crs("EPSG:4544", allow_override=True),
        "latitude first": frame([box(30, 80, 31, 81)], [1]),
        "elsewhere": frame([box(-77, -12, -76, -11)], [1]),
    }
    for name, data in wrong.items():
        path = write(tmp_path, data, f"{name}.gpkg")
        with pytest.raises(CRSMismatchError, match="do not lie"):
            read_units(path, key="code")
    assert read_units(write(tmp_path, metres, "right.gpkg"), key="code").crs.to_epsg() == 4544


def test_points_are_taken_only_throughout(tmp_path):
    points = [Point(104, 30), Point(105, 30), Point(106, 30)]
    assert len(read_units(write(tmp_path, frame(points), "p.gpkg"), key="code")) == 3
    mixed = write(tmp_path, frame([*points[:2], SQUARES[2]]), "m.geojson")
    with pytest.raises(SchemaError, match=r"Point: 510100, 510300"):
        read_units(mixed, key="code")
    lines = write(tmp_path, frame([LineString([(104, 30), (105, 30)])], [1]), "l.gpkg")
    with pytest.raises(SchemaError, match="LineString"):
        read_units(lines, key="code")


def test_polygons_and_multipolygons_mix(tmp_path):
    shapes = [MultiPolygon([SQUARES[0], box(107, 30, 108, 31)]), *SQUARES[1:]]
    assert len(read_units(write(tmp_path, frame(shapes), "m.geojson"), key="code")) == 3


def test_invalid_rings_are_repaired_with_a_warning(tmp_path):
    path = write(tmp_path, frame([*SQUARES[:2], BOWTIE]))
    with pytest.warns(GeometryRepairWarning, match="510400") as caught:
        units = read_units(path, key="code")
    assert caught[0].filename == __file__
    assert units.is_valid.all()
    assert units.geometry[510400].area == pytest.approx(0.5)
    assert set(units.geom_type) <= {"Polygon", "MultiPolygon"}
    assert "510400" in units.attrs["notes"][0]


def test_a_repair_that_loses_ground_is_refused(tmp_path):
    twice = MultiPolygon([box(105, 30, 106, 31), box(105.5, 30, 106.5, 31)])
    path = write(tmp_path, frame([*SQUARES[:2], twice]), "m.geojson")
    with pytest.raises(SchemaError, match=r"25\.00%[\s\S]*510400"):
        read_units(path, key="code")
    flat = Polygon([(105, 30), (106, 30), (107, 30)])
    path = write(tmp_path, frame([*SQUARES[:2], flat]), "flat.geojson")
    with pytest.raises(SchemaError, match="enclose nothing"):
        read_units(path, key="code")


def test_collections_keep_their_polygons_with_a_warning(tmp_path):
    mixed = GeometryCollection([SQUARES[2], LineString([(105, 30), (107, 30)])])
    path = write(tmp_path, frame([*SQUARES[:2], mixed]), "c.geojson")
    with pytest.warns(GeometryRepairWarning, match="510400"):
        units = read_units(path, key="code")
    assert units.geometry[510400].equals(SQUARES[2])
    empty = GeometryCollection([Point(105, 30), LineString([(105, 30), (107, 30)])])
    path = write(tmp_path, frame([*SQUARES[:2], empty]), "e.geojson")
    with pytest.raises(SchemaError, match="510400"):
        read_units(path, key="code")


def test_the_third_dimension_is_dropped(tmp_path):
    high = Polygon([(103, 30, 5), (104, 30, 5), (104, 31, 5)])
    units = read_units(write(tmp_path, frame([high, *SQUARES[1:]])), key="code")
    assert not units.has_z.any()
