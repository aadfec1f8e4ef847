"""The GeoPackage as SQLite sees it: whole, styled, the same bytes again, or not there at all."""

import errno
import io
import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from spatialcarbon.core.errors import CRSMismatchError, OptionError, SchemaError
from spatialcarbon.core.language import Text, text
from spatialcarbon.report import geopackage, qgis_project
from spatialcarbon.report.data_tables import DataTable
from spatialcarbon.report.geopackage import write_geopackage
from spatialcarbon.report.qgis_project import write_project

ROOT = Path(__file__).parents[2]


def table(name):
    return DataTable(name, text("A table"), text(""), pd.DataFrame({"a": [1]}))


def query(path, sql):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


@pytest.fixture
def written(tmp_path, layers, panel):
    path = tmp_path / "results.gpkg"
    write_geopackage(
        path,
        layers,
        language="zh",
        history=["spatialcarbon run study.toml", "seed 20240501"],
        licence="CC-BY-4.0",
        tables=[DataTable("panel", text("Data"), text(""), panel)],
        project_title="五大城市群",
    )
    return path


def test_values_labels_and_geometry_come_back(written, frame):
    read = gpd.read_file(written, layer="emissions_2017", engine="pyogrio")
    assert read.columns.tolist() == ["adcode", "name", "co2_mt", "geometry"]
    assert read["adcode"].tolist() == frame.index.tolist()
    pd.testing.assert_series_equal(read["co2_mt"], frame["co2_mt"].reset_index(drop=True))
    assert read["name"][2] == frame["name"].iloc[2]
    assert read.geometry.geom_equals(frame.geometry.reset_index(drop=True)).all()
    assert read.crs == frame.crs
    assert query(written, "SELECT count(*) FROM emissions_2017 WHERE co2_mt IS NULL") == [(1,)]


def test_every_layer_has_its_default_style_on_its_geometry_column(written, layers):
    rows = query(
        written,
        "SELECT s.f_table_catalog, s.f_table_schema, s.f_table_name, s.useAsDefault, s.styleQML "
        "FROM layer_styles s JOIN gpkg_geometry_columns g "
        "ON g.table_name = s.f_table_name AND g.column_name = s.f_geometry_column ORDER BY s.id",
    )
    assert [row[2] for row in rows] == [layer.name for layer in layers]
    assert {row[:2] for row in rows} == {("", "")}
    assert {row[3] for row in rows} == {1}
    assert all(ElementTree.fromstring(row[4]).tag == "qgis" for row in rows)


def test_contents_are_registered_with_titles_and_one_date(written):
    rows = query(
        written, "SELECT table_name, data_type, identifier, last_change FROM gpkg_contents"
    )
    kinds = {row[0]: row[1] for row in rows}
    assert kinds["layer_styles"] == kinds["panel"] == "attributes"
    assert kinds["links"] == "features"
    assert {row[2] for row in rows} >= {'2017年二氧化碳排放 <CO2> & "more"'}
    assert {row[3][:10] for row in rows} == {"2000-01-01"}
    assert query(written, "PRAGMA user_version") == [(10200,)]
    assert query(written, "PRAGMA integrity_check") == [("ok",)]
    assert query(written, "PRAGMA foreign_key_check") == []


def test_metadata_point_at_their_layers(written, layers):
    rows = query(
        written,
        "SELECT r.table_name, m.metadata, r.timestamp FROM gpkg_metadata m "
        "JOIN gpkg_metadata_reference r ON r.md_file_id = m.id ORDER BY m.id",
    )
    assert [row[0] for row in rows] == [*(layer.name for layer in layers), "panel"]
    first = ElementTree.fromstring(rows[1][1])
    assert [item.text for item in first.findall("history")][1] == "seed 20240501"
    assert {row[2] for row in rows} == {geopackage.TIME}


def test_embedded_project_is_the_hex_of_a_zip(written):
    ((name, content),) = query(written, "SELECT name, content FROM qgis_projects")
    assert name == "五大城市群"
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(bytes(content).decode()))) as archive:
        root = ElementTree.fromstring(archive.read("results.qgs"))
    sources = [item.text for item in root.findall("projectlayers/maplayer/datasource")]
    assert sources[0] == "./results.gpkg|layername=links"


def test_the_project_is_left_out_on_request(tmp_path, layers):
    write_geopackage(tmp_path / "a.gpkg", layers[1:2], project=False)
    tables = {row[0] for row in query(tmp_path / "a.gpkg", "SELECT name FROM sqlite_master")}
    assert "layer_styles" in tables
    assert "qgis_projects" not in tables


def test_tables_keep_labels_and_rows(written, panel):
    read = pyogrio.read_dataframe(written, layer="panel")
    pd.testing.assert_frame_equal(pd.DataFrame(read), panel, check_dtype=False)


AGAIN = """
import runpy, sys
from pathlib import Path
fixtures = runpy.run_path(sys.argv[1])
frame = fixtures["lattice"]()
layers = fixtures["layers"].__wrapped__(frame)
data = fixtures["yearly"].__wrapped__(frame)
from spatialcarbon.report.geopackage import write_geopackage
from spatialcarbon.report.qgis_project import write_project
if len(sys.argv) > 3:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    write_geopackage(sys.argv[2], layers, tables=[data], history=["x"])
    write_project(Path(sys.argv[2]).with_suffix(".qgz"), layers, title="t")
except OSError as error:
    sys.exit(f"OSError {error.errno} {error.filename}")
"""


def again(path, *limit):
    return subprocess.run(
        [
            sys.executable,
            "-c",
            AGAIN,
            str(Path(__file__).parent / "conftest.py"),
            str(path),
            *limit,
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_same_input_same_bytes_in_this_process_and_in_another(tmp_path, layers, yearly):
    paths = [tmp_path / part / "results.gpkg" for part in ("a", "b", "c")]
    for path in paths:
        path.parent.mkdir()
    for path in paths[:2]:
        write_geopackage(path, layers, tables=[yearly], history=["x"])
        write_project(path.with_suffix(".qgz"), layers, title="t")
        # What was written in between must not matter.
        write_geopackage(tmp_path / "other.gpkg", layers[:1])
    ran = again(paths[2])
    assert ran.returncode == 0, ran.stderr
    for suffix in (".gpkg", ".qgz"):
        assert len({path.with_suffix(suffix).read_bytes() for path in paths}) == 1


def test_the_date_setting_of_the_caller_is_put_back(tmp_path, layers):
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2020-02-02T00:00:00Z"})
    try:
        write_geopackage(tmp_path / "a.gpkg", layers[1:2])
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "2020-02-02T00:00:00Z"
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    write_geopackage(tmp_path / "b.gpkg", layers[1:2])
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


@pytest.mark.parametrize("limit", ["4096", "60000", "150000"])
def test_a_disk_that_fills_up_leaves_the_old_file_and_nothing_else(tmp_path, limit):
    path = tmp_path / "results.gpkg"
    path.write_bytes(b"old")
    ran = again(path, limit)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("OSError"), ran.stderr
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["results.gpkg"]


@pytest.mark.parametrize("step", ["_add_styles", "_add_metadata", "_add_project", "_write_tables"])
def test_a_failure_anywhere_leaves_the_old_file_and_nothing_else(
    tmp_path, layers, monkeypatch, step
):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "results.gpkg"
    path.write_bytes(b"old")
    monkeypatch.setattr(geopackage, step, fail)
    with pytest.raises(OSError, match="No space") as caught:
        write_geopackage(path, layers)
    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["results.gpkg"]


def test_what_sqlite_says_of_a_full_disk_becomes_an_os_error(tmp_path, layers, monkeypatch):
    def fail(*arguments):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(geopackage, "_add_metadata", fail)
    with pytest.raises(OSError, match=r"a\.gpkg") as caught:
        write_geopackage(tmp_path / "a.gpkg", layers)
    assert caught.value.errno == errno.ENOSPC


def test_lost_rows_are_noticed(tmp_path, layers, monkeypatch):
    whole = geopackage._write_tables

    def lose(path, tables):
        whole(path, tables)
        with closing(sqlite3.connect(path)) as database:
            database.execute("DELETE FROM panel")
            database.commit()

    monkeypatch.setattr(geopackage, "_write_tables", lose)
    with pytest.raises(OSError, match="0 of 1 rows of panel"):
        write_geopackage(tmp_path / "a.gpkg", layers, tables=[table("panel")])


def test_a_failing_project_leaves_the_old_one(tmp_path, layers, monkeypatch):
    def fail(self, content):
        raise OSError(errno.ENOSPC, "full")

    path = tmp_path / "project.qgz"
    path.write_bytes(b"old")
    monkeypatch.setattr(qgis_project.Path, "write_bytes", fail)
    with pytest.raises(OSError, match="full"):
        write_project(path, layers, title="t")
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["project.qgz"]


def test_bad_layers_touch_no_file(tmp_path, layers):
    path = tmp_path / "a.gpkg"
    with pytest.raises(SchemaError):
        write_geopackage(path, [])
    with pytest.raises(SchemaError, match="both be called 'clusters'"):
        write_geopackage(path, layers, tables=[table("Clusters")])
    bare = replace(layers[1], frame=layers[1].frame.set_crs(None, allow_override=True))
    with pytest.raises(CRSMismatchError):
        write_geopackage(path, [bare])
    with pytest.raises(CRSMismatchError, match="nonsense"):
        write_geopackage(path, layers, crs="nonsense")
    assert list(tmp_path.iterdir()) == []


def test_other_suffixes_are_refused(tmp_path, layers):
    with pytest.raises(OptionError, match=r"\.gpkg"):
        write_geopackage(tmp_path / "results.gpk", layers)
    with pytest.raises(OptionError, match=r"\.qgz"):
        write_project(tmp_path / "project.qgs", layers, title="t")


def test_a_missing_folder_is_the_callers_to_hear_of(tmp_path, layers):
    with pytest.raises(FileNotFoundError):
        write_geopackage(tmp_path / "no" / "a.gpkg", layers)


def test_the_project_shows_one_of_the_areas_that_hide_each_other(tmp_path, layers):
    write_project(tmp_path / "project.qgz", layers, title="T", crs="EPSG:32649")
    with zipfile.ZipFile(tmp_path / "project.qgz") as archive:
        assert archive.namelist() == ["project.qgs"]
        assert archive.infolist()[0].date_time == (2000, 1, 1, 0, 0, 0)
        root = ElementTree.fromstring(archive.read("project.qgs"))
    nodes = root.find("layer-tree-group").iter("layer-tree-layer")
    shown = {node.get("name") for node in nodes if node.get("checked") == "Qt::Checked"}
    assert shown == {"Who lies beside whom", '2017年二氧化碳排放 <CO2> & "more"', "Borders"}
    assert all(len(item.get("id")) > 10 for item in root.findall("layerorder/layer"))
    extent = root.find("mapcanvas/extent")
    west, east = float(extent.findtext("xmin")), float(extent.findtext("xmax"))
    assert 100_000 < west < east < 1_000_000


def test_two_layers_of_one_title_are_told_apart(tmp_path, layers):
    twins = [replace(layers[0], name=name, title=Text("Twice")) for name in ("first", "second")]
    path = tmp_path / "twins.gpkg"
    write_geopackage(path, twins)
    rows = query(path, "SELECT table_name, identifier FROM gpkg_contents")
    assert {("first", "Twice (first)"), ("second", "Twice (second)")} <= set(rows)


def test_a_map_of_years_is_a_view_that_other_programs_read(tmp_path, layers, yearly):
    path = tmp_path / "a.gpkg"
    write_geopackage(path, layers, tables=[yearly])
    read = gpd.read_file(path, layer="yearly_co2", engine="pyogrio")
    assert read.columns.tolist() == ["adcode", "name", "year", "co2_mt", "geometry"]
    assert len(read) == 18
    assert read["co2_mt"].isna().sum() == 1
    one = read[(read["adcode"] == 130100) & (read["year"] == 2017)]
    expected = layers[3].frame.loc[130100, "geometry"]
    assert one.geometry.iloc[0].equals(expected)
    row = yearly.frame.query("adcode == 130100 and year == 2017")
    assert one["co2_mt"].iloc[0] == row["co2_mt"].iloc[0]
    assert query(path, "SELECT type FROM sqlite_master WHERE name = 'yearly_co2'") == [("view",)]


def test_names_of_columns_and_codes_are_there_for_other_programs(tmp_path, layers):
    path = tmp_path / "a.gpkg"
    write_geopackage(path, layers, language="zh")
    rows = query(
        path,
        "SELECT column_name, title, description, constraint_name FROM gpkg_data_columns "
        "WHERE table_name = 'lisa_2017' ORDER BY column_name",
    )
    assert ("label", "LISA 类型", "LISA 类型", "lisa_2017_label") in rows
    codes = query(
        path,
        "SELECT value, description FROM gpkg_data_column_constraints "
        "WHERE constraint_name = 'lisa_2017_label'",
    )
    assert ("High-High", "高-高") in codes


def test_a_table_whose_places_are_not_on_the_map_is_refused(tmp_path, layers, yearly):
    with pytest.raises(SchemaError, match="no layer 'nowhere'"):
        write_geopackage(tmp_path / "a.gpkg", layers, tables=[replace(yearly, places="nowhere")])
    frame = yearly.frame.assign(adcode=yearly.frame["adcode"].replace(110000, 999))
    with pytest.raises(SchemaError, match="999"):
        write_geopackage(tmp_path / "a.gpkg", layers, tables=[replace(yearly, frame=frame)])
    assert list(tmp_path.iterdir()) == []
