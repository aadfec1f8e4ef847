"""One table as CSV, workbook, page and terminal."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from spatialcarbon.core.language import name, text
from spatialcarbon.report.tables import Table, safe_text, to_csv_bytes, to_terminal

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


@pytest.mark.parametrize("start", [*"=+-@\t\n＝＋－＠", " =", "\u3000@"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    assert safe_text(start + "cmd") == "'" + start + "cmd"
    assert safe_text("a" + start) == "a" + start
    frame = pd.DataFrame({start + "head": ["x"]})
    assert csv_rows(to_csv_bytes(Table("x", text("x"), frame)))[0] == ["'" + start + "head"]


def test_commands_of_other_programs_are_quoted_in_csv() -> None:
    dde = ["=cmd|' /C calc'!A0", "@SUM(1+9)*cmd|' /C calc'!A0", '+HYPERLINK("http://x")', "-2+3"]
    rows = csv_rows(to_csv_bytes(Table("x", text("x"), pd.DataFrame({"place": dde}))))
    assert [row[0] for row in rows[1:]] == ["'" + place for place in dde]


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
