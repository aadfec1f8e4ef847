"""Tables made to do harm: refused in a moment, with little memory."""

from __future__ import annotations

import os
import resource
import sqlite3
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import spatialcarbon as sc
from spatialcarbon.data.readers import read_table

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@contextmanager
def light(seconds: float = 20.0, memory: int = 1 << 30) -> Iterator[None]:
    """Fail where something takes long, or much memory."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert time.process_time() - began < seconds
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < memory


def refused(path: Path, words: str) -> None:
    """Read a table that must be refused."""
    with light(), pytest.raises(sc.SchemaError, match=words):
        read_table(path)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[[str, bytes | None], Path]:
    """Return the maker of a workbook with one part replaced."""

    def make(sheet: str, part: str = SHEET) -> Path:
        plain = tmp_path / "plain.xlsx"
        book = openpyxl.Workbook()
        book.active.append(["city", "2015"])
        book.save(plain)
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", 8) as new:
            for name in old.namelist():
                new.writestr(name, sheet if name == part else old.read(name))
        return path

    return make


def sheet(rows: str, more: str = "", before: str = "") -> str:
    """Return the XML of a worksheet."""
    return f"<worksheet {MAIN}>{before}<sheetData>{rows}</sheetData>{more}</worksheet>"


def cell(address: str, words: str = "x") -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{words}</t></is></c>'


def test_a_row_far_below_is_not_reached_one_by_one(workbook) -> None:
    rows = f'<row r="1">{cell("A1")}</row><row r="1000000000">{cell("A1000000000")}</row>'
    refused(workbook(sheet(rows)), "too many rows of a table")


def test_a_cell_far_to_the_right_does_not_fill_the_sheet(workbook) -> None:
    rows = f'<row r="1">{cell("A1")}{cell("XFD1")}</row>' + "".join(
        f'<row r="{n}">{cell(f"A{n}")}</row>' for n in range(2, 3000)
    )
    refused(workbook(sheet(rows)), "too many cells of a table")


def test_a_false_extent_is_not_believed(workbook) -> None:
    rows = (
        f'<row r="1">{cell("A1")}{cell("B1", "y")}</row><row r="2">{cell("A2")}{cell("B2")}</row>'
    )
    path = workbook(sheet(rows, before='<dimension ref="A1:XFD1048576"/>'))
    with light():
        assert read_table(path).frame.shape == (1, 2)


def test_hidden_columns_and_merged_cells_without_end(workbook) -> None:
    rows = (
        f'<row r="1">{cell("A1")}{cell("B1", "y")}</row><row r="2">{cell("A2")}{cell("B2")}</row>'
    )
    hidden = '<cols><col min="1" max="999999999999" hidden="1"/></cols>'
    merged = '<mergeCells><mergeCell ref="A2:A1048576"/></mergeCells>'
    with light():
        table = read_table(workbook(sheet(rows, before=hidden, more="")))
    assert any("hidden columns" in remark.render("en") for remark in table.remarks)
    with light():
        read_table(workbook(sheet(rows, more=merged)))
    over = "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 3 + "</mergeCells>"
    refused(workbook(sheet(rows, more=over)), "merged cells that lie over one another")
    many = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(100_001))
    refused(
        workbook(sheet(rows, more=f"<mergeCells>{many}</mergeCells>")),
        "too many merged ranges of a worksheet",
    )


def test_laughs_by_the_billion(workbook) -> None:
    entities = '<!DOCTYPE a [<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    rows = f'<row r="1">{cell("A1", "&a9;")}</row>'
    refused(workbook(f"{entities}]>{sheet(rows)}"), "declares entities")
    outside = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    refused(workbook(outside + sheet(rows), "xl/workbook.xml"), "declares entities")


def test_a_workbook_that_unpacks_to_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", 8) as made, made.open("xl/sharedStrings.xml", "w") as out:
        for _ in range(80):
            out.write(bytes(2**20))
    refused(path, "too many times that an archive grows")


@pytest.mark.parametrize("ending", [".csv", ".txt", ".tsv"])
def test_a_field_without_end(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(b"city,2015\n" + b"x" * 5_000_000)
    refused(path, "cannot be split into cells|too many characters of a cell")
    path.write_bytes(b"city,2015\n" + b"," * 50_000)
    refused(path, "too many columns of a table")


def test_too_many_rows_and_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("city,2015\n" + "A,1\n" * 100)
    monkeypatch.setenv("SPATIALCARBON_MAX_TABLE_ROWS", "50")
    refused(path, "too many rows of a table")
    monkeypatch.setenv("SPATIALCARBON_MAX_TABLE_ROWS", "500")
    monkeypatch.setenv("SPATIALCARBON_MAX_TABLE_CELLS", "50")
    refused(path, "too many cells of a table")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"city,2015\nA\0,1\n", "binary file"),
        (b"city,2015\n\xff\xfe\xfd\x81,1\n", "is not text in UTF-8"),
        (b"\xff\xfe" + b"city,2015\nA".ljust(11), "is not text in utf-16"),
        (b'city,2015\n"A,1\n', "cannot be split into cells"),
    ],
)
def test_what_is_no_text(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    refused(tmp_path / "a.csv", words)


def test_numbers_of_a_million_digits_are_no_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    digits = "1" * 30_000
    path.write_text(f"city,2015\n{digits},1\nB,2\n")
    assert sc.read_panel(path, unit="city").units.tolist() == [digits, "B"]
    path.write_text(f"city,2015\nA,{digits}\nB,2\n")
    with light(), pytest.raises(sc.SchemaError, match="cannot be read as numbers"):
        sc.read_panel(path, unit="city")


def test_pipes_and_devices_are_no_tables(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    refused(tmp_path / "a.csv", "is no plain file")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    refused(tmp_path / "zero.csv", "is no plain file")
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    refused(tmp_path / "round.csv", "there is no file")


def test_a_dbf_that_claims_four_billion_rows(tmp_path: Path) -> None:
    field = b"A".ljust(11, b"\0") + b"C" + bytes(4) + bytes([5]) + bytes(15)
    for rows, words in ((2**32 - 1, "too many rows"), (4_000_000, "more than its .* can hold")):
        head = struct.pack("<4BIHH20x", 3, 100, 1, 1, rows, 65, 6)
        (tmp_path / "a.dbf").write_bytes(head + field + b"\r" + b" abcde")
        refused(tmp_path / "a.dbf", words)
    (tmp_path / "a.dbf").write_bytes(b"<OGRVRTDataSource>".ljust(64))
    refused(tmp_path / "a.dbf", "cannot be read as a DBF table")


def test_a_parquet_that_claims_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A column of one value repeated takes a few bytes in the file.
    table = pa.table({"a": np.zeros(6_000_000, dtype="int64")})
    pq.write_table(table, tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 50_000
    refused(tmp_path / "a.parquet", "too many rows of a table")
    monkeypatch.setenv("SPATIALCARBON_MAX_TABLE_ROWS", str(10**7))
    monkeypatch.setenv("SPATIALCARBON_MAX_UNPACKED_BYTES", "1000")
    refused(tmp_path / "a.parquet", "too many bytes of an archive")


def geopackage(path: Path, *statements: str) -> Path:
    """Write a GeoPackage with a table, and do something to it."""
    import geopandas as gpd
    from shapely import box

    frame = gpd.GeoDataFrame(
        {"code": [1, 2]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326
    )
    frame.to_file(path, layer="cities")
    with sqlite3.connect(path) as base:
        for statement in statements:
            base.execute(statement)
    base.close()
    return path


LISTED = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
    "VALUES ('{name}', 'attributes', '{name}', 4326)"
)
ENDLESS = (
    "CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
    "SELECT x AS fid, x FROM c"
)


def test_views_are_refused(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", ENDLESS, LISTED.format(name="endless"))
    refused(path, "has layers that are views: endless")
    with light(), pytest.raises(sc.SchemaError, match="has layers that are views"):
        sc.read_units(path, key="code", layer="cities")
    circle = geopackage(
        tmp_path / "b.gpkg",
        "CREATE VIEW one AS SELECT 1 AS fid",
        "CREATE VIEW two AS SELECT * FROM one",
        "DROP VIEW one",
        "CREATE VIEW one AS SELECT * FROM two",
        LISTED.format(name="one"),
    )
    refused(circle, "has layers that are views: one")


def test_triggers_do_not_run_when_a_file_is_read(tmp_path: Path) -> None:
    path = geopackage(
        tmp_path / "a.gpkg",
        "CREATE TRIGGER harm AFTER INSERT ON cities BEGIN DELETE FROM cities; END",
    )
    before = path.read_bytes()
    assert len(read_table(path).frame) == 2
    assert path.read_bytes() == before


def test_a_geopackage_that_claims_a_billion_features(tmp_path: Path) -> None:
    path = geopackage(
        tmp_path / "a.gpkg", "UPDATE gpkg_ogr_contents SET feature_count = 1000000000"
    )
    for read in (read_table, lambda one: sc.read_units(one, key="code")):
        with light(), pytest.raises(sc.SchemaError, match="too many features of a map layer"):
            read(path)
    path = geopackage(tmp_path / "b.gpkg", "UPDATE gpkg_ogr_contents SET feature_count = 4000000")
    refused(path, "more than its .* bytes can hold")


def test_weights_files_that_claim_too_much(tmp_path: Path) -> None:
    for name, content, words in (
        ("a.gal", "1000000000\n", "too many units of a weights file"),
        ("b.gal", "2\n1 999999999\n2\n", "too many links of a weights file"),
        ("c.gal", "0 1 /etc/passwd id\n1 0\n\n2 0\n", "1 units, and lists 2"),
        ("d.gal", "2\n1 1\n3\n2 0\n", "a neighbour is not among the units"),
        ("e.gwt", "2\n1 2 nan\n", "a unit, its neighbour and a weight belong here"),
        ("f.gwt", "2\n1 2 1\n1 2 1\n", "lists a link twice"),
        ("g.gal", "x\n", "does not say how many units"),
    ):
        (tmp_path / name).write_text(content)
        with light(), pytest.raises(sc.SchemaError, match=words):
            sc.Weights.from_gal(tmp_path / name)


def test_weights_in_parquet_with_a_forged_header(tmp_path: Path) -> None:
    columns = {"row": [0], "column": [1], "weight": [1.0]}
    whole = (
        '{"units": [1, 2], "name": null, "transform": "B", "recipe": "", "bridges": [], '
        '"order": 1, "lower": null}'
    )
    for header, words in (
        ("{", "no valid JSON"),
        ("[" * 100_000, "too many brackets"),
        ("[]", "does not hold weights"),
        (whole.replace('"B"', '"x"'), "transform='x' is not a choice"),
        (whole.replace("[1, 2]", "[1]"), "does not hold weights"),
        (whole.replace("[1, 2]", "[[], {}]"), "does not hold weights"),
    ):
        table = pa.table(columns).replace_schema_metadata({"spatialcarbon": header})
        pq.write_table(table, tmp_path / "w.parquet")
        with light(), pytest.raises(sc.SpatialCarbonError, match=words):
            sc.Weights.from_parquet(tmp_path / "w.parquet")


def test_a_table_of_sheets_names_what_is_broken(tmp_path: Path) -> None:
    from spatialcarbon.data.sheets import sheets_of

    (tmp_path / "a.xlsx").write_bytes(b"PK no workbook")
    (tmp_path / "a.gpkg").write_bytes(b"no package")
    for name in ("a.xlsx", "a.gpkg"):
        with pytest.raises(sc.SchemaError, match="cannot be read as"):
            sheets_of(tmp_path / name)
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "b.xlsx", sheet_name="2015")
    assert sheets_of(tmp_path / "b.xlsx") == ["2015"]
