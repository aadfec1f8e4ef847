"""One table as CSV, workbook, page and terminal."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from rich.console import Console

from spatialcarbon.core.language import Language, name, text
from spatialcarbon.report.tables import Table, safe_text, to_csv_bytes, to_terminal, write_workbook

FORMULA = '=HYPERLINK("http://example.org","x")'


def table(**changes: Any) -> Table:
    frame = pd.DataFrame(
        {
            "unit": [1, 2, 3, 4],
            "name": [name("Beijing", "北京市"), name("=1+1", "=1+1"), name("[/b]", "甲\x0b"), None],
            "share": [-0.125, np.nan, np.inf, 1234.5],
            "label": ["High-High", FORMULA, "-1", "é\n"],
            "known": pd.array([True, False, None, True], dtype="boolean"),
        }
    )
    facts: dict[str, Any] = {
        "headings": {"name": name("Name", "名称"), "label": name("=Label", "=标签")},
        "measures": {"share": "t/km2"},
        "decimals": {"share": 2},
        "words": {"High-High": name("High-High", "高-高")},
        "note": name("+ a note", "+ 注"),
    }
    return Table(name="shares", title=name("=Shares", "=份额"), frame=frame, **{**facts, **changes})


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_is_for_excel_and_for_machines() -> None:
    data = to_csv_bytes(table())
    assert data.startswith(b"\xef\xbb\xbfunit,name,share,label,known\r\n")
    rows = csv_rows(data)
    assert rows[1] == ["1", "Beijing", "-0.125", "High-High", "True"]
    assert rows[2] == ["2", "'=1+1", "", "'" + FORMULA, "False"]
    assert rows[3] == ["3", "[/b]", "inf", "'-1", ""]
    assert rows[4] == ["4", "", "1234.5", "é\n", "True"]


def test_csv_numbers_read_back_to_the_last_digit() -> None:
    values = np.random.default_rng(1).normal(size=50) * 10.0 ** np.arange(-25, 25)
    data = to_csv_bytes(Table("x", text("x"), pd.DataFrame({"v": values})))
    assert [float(row[0]) for row in csv_rows(data)[1:]] == values.tolist()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    assert safe_text(start + "cmd") == "'" + start + "cmd"
    assert safe_text("a" + start) == "a" + start
    frame = pd.DataFrame({start + "head": ["x"]})
    assert csv_rows(to_csv_bytes(Table("x", text("x"), frame)))[0] == ["'" + start + "head"]


@pytest.mark.parametrize(
    ("language", "head", "first"),
    [
        ("en", ["unit", "Name", "share (t/km²)", "'=Label", "known"], ["Beijing", "High-High"]),
        ("zh", ["unit", "名称", "share（吨/km²）", "'=标签", "known"], ["北京市", "高-高"]),
    ],
)
def test_workbook(tmp_path: Path, language: Language, head: list[str], first: list[str]) -> None:
    path = tmp_path / "tables.xlsx"
    write_workbook(path, [table(), table(note=None)], language)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["shares", "shares_2"]
    sheet = book["shares"]
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert sheet["A1"].value == ("'=Shares" if language == "en" else "'=份额")
    assert str(sheet["A2"].value).startswith("'+ ")
    assert [cell.value for cell in sheet[3]] == head
    assert [sheet["B4"].value, sheet["D4"].value] == first
    assert [sheet["A4"].value, sheet["C4"].value, sheet["E4"].value] == [1, -0.125, True]
    assert [sheet["C5"].value, sheet["C6"].value, sheet["E6"].value] == [None, None, None]
    assert sheet["C7"].value == 1234.5
    assert sheet["C7"].number_format == "#,##0.00"
    assert sheet.freeze_panes == "A4"
    assert book["shares_2"].freeze_panes == "A3"
    if language == "zh":
        assert sheet["B6"].value == "甲\N{REPLACEMENT CHARACTER}"


def test_sheets_of_long_and_forbidden_names_stay_apart(tmp_path: Path) -> None:
    long = "indicators_by_unit_and_by_the_year_" * 2
    names = [long + "a", long + "b", "a/b:c", "A_B_c"]
    tables = [Table(n, text("x"), pd.DataFrame({"v": [1]})) for n in names]
    write_workbook(tmp_path / "t.xlsx", tables, "en")
    sheets = openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    assert len({sheet.lower() for sheet in sheets}) == 4
    assert all(len(sheet) <= 31 for sheet in sheets)
    assert sheets[2] == "a_b_c"


def test_the_same_workbook_is_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    sums = []
    for shift in (0, 86_400):
        later = time.time() + shift
        monkeypatch.setattr(time, "time", lambda later=later: later)
        path = tmp_path / f"{shift}.xlsx"
        write_workbook(path, [table()], "en")
        sums.append(hashlib.sha256(path.read_bytes()).hexdigest())
        assert b"2000-01-01T00:00:00Z" in core_properties(path)
    assert sums[0] == sums[1]


def core_properties(path: Path) -> bytes:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return archive.read("docProps/core.xml")


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("share", -0.125, "−0.12"),
        ("share", 1234567.891, "1,234,567.89"),
        ("share", np.float64("nan"), "–"),
        ("free", 1234567.891, "1.23457e+06"),
        ("free", 0.25, "0.25"),
        ("free", None, "–"),
        ("free", pd.NA, "–"),
        ("year", 2017, "2017"),
        ("year", np.int64(2017), "2017"),
        ("label", "High-High", "高-高"),
        ("label", "plain", "plain"),
        ("name", name("Beijing", "北京市"), "北京市"),
    ],
)
def test_cells_as_they_are_shown(column: str, value: object, shown: str) -> None:
    assert table().cell(column, value, "zh") == shown


def test_headings_carry_units_of_measure() -> None:
    assert table().heading("share", "en") == "share (t/km²)"
    assert table().heading("name", "zh") == "名称"
    assert table().heading("unit", "en") == "unit"


def test_a_page_shows_the_rows_and_columns_meant_for_it() -> None:
    rows = pd.Series([True, False, True, False], index=list("wxyz"))
    page = table(shown=("name", "share"), shown_rows=rows).page()
    assert list(page.columns) == ["name", "share"]
    assert page.index.tolist() == [0, 2]
    assert table().page().shape == (4, 5)


def printed(shown: Table, **options: Any) -> str:
    buffer = io.StringIO()
    Console(file=buffer, width=200).print(to_terminal(shown, "en", **options))
    return buffer.getvalue()


def test_the_terminal_shows_brackets_and_says_what_it_hides() -> None:
    titled = table(headings={"share": name("x [Mt] [/red]", "x")})
    out = printed(titled)
    assert "=Shares" in out.splitlines()[0]
    for words in ("x [Mt] [/red] (t/km²)", "[/b]", "−0.12", FORMULA):
        assert words in out
    assert "more rows" not in out
    short = printed(table(), limit=1)
    assert "… and 3 more rows" in short
    assert "1,234.50" not in short
