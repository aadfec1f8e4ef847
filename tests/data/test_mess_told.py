"""What the readers say of a messy table, and how they are told where it lies."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

import spatialcarbon as sc
from spatialcarbon.cli.main import main
from spatialcarbon.data.readers import read_panel, read_table
from spatialcarbon.studies.inputs import table_panel
from spatialcarbon.studies.schema import TableSection

MESS = Path(__file__).parent / "mess"
NAN = math.nan

CHENGDU, ZIGONG, LUZHOU, JINAN, QINGDAO = 510100, 510300, 510500, 370100, 370200
NANJING, WUXI, SUZHOU = 320100, 320200, 320500


@pytest.mark.parametrize(
    ("name", "measures"),
    [
        ("title_units_notes.xlsx", {"2010": "万吨", "2015": "万吨", "2017年": "万吨"}),
        ("units_row.csv", {"排放量": "万吨", "人口": "人"}),
        ("quoted_lines.csv", {"排放量（万吨）": "万吨"}),
        (
            "two_row_header_gbk.csv",
            {"2010 / 排放量/万吨": "万吨", "2010 / 人口/人": "人", "2015 / 排放量/万吨": "万吨"},
        ),
    ],
)
def test_units_are_offered_and_not_applied(name: str, measures: dict[str, str]) -> None:
    table = read_table(MESS / name)
    assert table.measures == measures
    unit = table.frame.columns[0]
    values = list(measures)[:1] if name.startswith(("units", "quoted")) else None
    if name != "quoted_lines.csv":
        panel = read_panel(MESS / name, unit=unit, year=2010 if values else None, values=values)
        assert set(panel.units_of_measure.values()) == {None}


def test_what_was_skipped_is_kept() -> None:
    table = read_table(MESS / "title_units_notes.xlsx")
    assert table.header_rows == (3,)
    assert [(one.row, one.kind) for one in table.skipped] == [
        (1, "title"),
        (2, "unit"),
        (6, "note"),
        (7, "note"),
        (8, "note"),
    ]
    assert table.skipped[0].why.render("zh").startswith("表头上方，不作数据读取：第1行（表3-1")
    assert table.rows == (4, 5)


def test_rows_that_are_not_there() -> None:
    path = MESS / "percent.csv"
    with pytest.raises(sc.OptionError, match="hold nothing: 9"):
        read_table(path, skip=[9])
    with pytest.raises(sc.OptionError, match=r"header=\[1, 3\] does not name rows"):
        read_table(path, header=[1, 3])
    with pytest.raises(sc.OptionError, match="header=0 is not a list of rows"):
        read_table(path, header=0)
    with pytest.raises(sc.OptionError, match="leave year= out"):
        read_panel(MESS / "sheets_by_year.xlsx", unit="城市", sheet="*", year=2010)


def test_sheets_of_different_columns(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "2010"
    book.active.append(["城市", "a"])
    book.active.append(["成都", 1])
    page = book.create_sheet("2015")
    page.append(["城市", "b"])
    page.append(["成都", 1])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(sc.SchemaError, match=r"\[2010\] and t.xlsx \[2015\] do not have the same"):
        read_panel(tmp_path / "t.xlsx", unit="城市", sheet="*")
    page.title = "2010年"
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(sc.SchemaError, match="two sheets of one year"):
        read_panel(tmp_path / "t.xlsx", unit="城市", sheet="*")


def test_header_and_skip_are_for_pages(tmp_path: Path) -> None:
    import pandas as pd

    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(sc.OptionError, match=r"do not apply to t\.parquet"):
        read_table(tmp_path / "t.parquet", header=1)


@pytest.mark.parametrize(
    ("name", "settings", "column", "expected"),
    [
        (
            "bilingual_header.xlsx",
            {"unit": "地区/Region", "year": 2010, "header": [2, 3]},
            "排放量/Emissions",
            {CHENGDU: 8235.6, LUZHOU: 709.3},
        ),
        (
            "two_row_header.xlsx",
            {"unit": "地区"},
            "排放量（万吨）",
            {NANJING: 6173.3, WUXI: 5914.4, SUZHOU: 11388.4},
        ),
        (
            "sheets_by_year.xlsx",
            {"unit": "城市", "sheet": "*"},
            "排放量",
            {CHENGDU: 8235.6, ZIGONG: 515.4},
        ),
        (
            "second_table.csv",
            {"unit": "城市", "skip": [4, 5, 6]},
            "co2",
            {CHENGDU: 8235.6, ZIGONG: 515.4},
        ),
        (
            "laiwu.xlsx",
            {"unit": "城市", "dissolved": "successor"},
            "co2",
            {JINAN: NAN, QINGDAO: 7118.3},
        ),
    ],
)
def test_study_files_read_the_same(
    name: str, settings: dict[str, Any], column: str, expected: dict[int, float]
) -> None:
    section = TableSection.model_validate(
        {
            "source": name,
            "level": "city",
            "variables": {"co2": {"column": column, "measure": "万吨 CO2"}},
            **settings,
        }
    )
    panel = table_panel("mine", section, lambda source: MESS / source)
    assert panel.at("co2", 2010).to_dict() == pytest.approx(expected, abs=0, nan_ok=True)
    assert panel.units_of_measure == {"co2": "万吨 CO2"}
    assert panel.remarks


def test_the_files_are_those_of_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("mess_build", MESS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    monkeypatch.setattr(build, "HERE", tmp_path)
    for write in (build.headers, build.bodies, build.cells, build.places):
        write()
    for path in sorted(tmp_path.iterdir()):
        shipped = MESS / path.name
        # The bytes of a workbook hang on the version of zlib: what it holds is compared elsewhere.
        assert shipped.is_file(), path.name
        if path.suffix != ".xlsx":
            assert path.read_bytes() == shipped.read_bytes(), path.name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("error_value.xlsx", "单元格C3（2015）：'#REF!'"),
        ("date_header.xlsx", "单元格B1：'2010-12-31'"),
        ("laiwu.xlsx", "单元格A2（莱芜）"),
    ],
)
def test_the_command_line_names_the_cell(
    name: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = ["--lang", "zh", "moran", "--table", str(MESS / name), "--table-key", "城市"]
    more = ["--level", "city", "--column", "co2", "--year", "2015", "--clusters", "PRD"]
    monkeypatch.setattr(sys, "argv", ["spatialcarbon", *line, *more])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert words in capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize(
    ("file", "words", "expected"),
    [
        (
            "bilingual_header.xlsx",
            [
                *("--table-key", "地区 / Region", "--column", "排放量 / Emissions"),
                *("--year", "2010", "--header", "2", "--header", "3"),
            ],
            {2010: 8235.6 + 709.3},
        ),
        (
            "sheets_by_year.xlsx",
            ["--table-key", "城市", "--column", "排放量", "--sheet", "*"],
            {2010: 8751.0},
        ),
    ],
)
def test_a_command_is_told_where_the_table_lies(
    file: str, words: list[str], expected: dict[int, float], capsys: pytest.CaptureFixture[str]
) -> None:
    table = ["--table", str(MESS / file), "--level", "city", "--measure", "万吨 CO2", "--covered"]
    with pytest.raises(SystemExit) as left:
        main(["indicators", *table, *words, "--json"])
    said = capsys.readouterr()
    assert left.value.code == 0, said.err
    rows = json.loads(said.out)
    for year, value in expected.items():
        kept = [r for r in rows if r["year"] == year and r["indicator"] == "total"]
        total = sum(row["value"] for row in kept)
        assert total == pytest.approx(value)
