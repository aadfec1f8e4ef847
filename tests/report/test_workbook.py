"""The workbook: contents, sheets that read well, notes, and nothing that would run."""

from __future__ import annotations

import hashlib
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from spatialcarbon.core.language import Language, name, text
from spatialcarbon.report.tables import Table
from spatialcarbon.report.workbook import write_workbook
from spatialcarbon.report.workbook_notes import Preface
from spatialcarbon.report.workbook_text import lines_needed, number_format, sheet_name

DDE = "=cmd|' /C calc'!A0"
EVIL = [
    DDE,
    "@SUM(1+9)",
    "+1",
    "-1+1",
    "\tx",
    "\rx",
    "\nx",
    "＝1+1",
    " =1",
    '=HYPERLINK("http://x")',
]


def places(**changes: Any) -> Table:
    frame = pd.DataFrame(
        {
            "unit": [110000, 330900, 120000, 310000],
            "name": [
                name("Beijing", "北京市"),
                name("Zhoushan", "舟山市"),
                name("=1+1", "=1+1"),
                None,
            ],
            "year": [2005, 2010, 2015, 2017],
            "co2": [-0.125, np.nan, np.inf, 1234567.5],
            "label": ["High-High", DDE, "-1", "甲\x0b"],
            "known": pd.array([True, False, None, True], dtype="boolean"),
            "n": [4, 12345, 7, 8],
        }
    )
    facts: dict[str, Any] = {
        "headings": {"name": name("Name", "名称"), "label": name("=Label", "=标签")},
        "measures": {"co2": "Mt CO2"},
        "decimals": {"co2": 2},
        "words": {"High-High": name("High-High", "高-高")},
        "note": name("+ a note on CO2", "+ 注"),
    }
    title = name("=Emissions of CO2", "=排放量")
    return Table(name="emissions", title=title, frame=frame, **{**facts, **changes})


def other(title: str = "Other", rows: int = 1) -> Table:
    return Table(title.lower(), name(title, title), pd.DataFrame({"v": [0.5] * rows}))


def preface() -> Preface:
    return Preface(
        title=name("=A study", "=研究"),
        questions={"emissions": name("@Who emits?", "谁在排放？")},
        remarks=[(text("Sources"), ["=1+1", "one island"])],
        sources=[("cities", "Some atlas", "with gaps"), ("own.csv", "own.csv", "")],
        references=["moran1950"],
        seed=7,
        versions={"spatialcarbon": "1.0"},
    )


def written(folder: Path, tables: list[Table], language: Language = "en", *more: Any) -> Any:
    path = folder / "tables.xlsx"
    write_workbook(path, tables, language, *more)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize(
    ("language", "sheets", "head", "first"),
    [
        ("en", ["Contents", "Emissions of CO₂", "Other", "Notes"], "'=Label", "Beijing"),
        ("zh", ["目录", "排放量", "Other", "说明"], "'=标签", "北京市"),
    ],
)
def test_a_sheet_reads_well(
    tmp_path: Path, language: Language, sheets: list[str], head: str, first: str
) -> None:
    book = written(tmp_path, [places(), other()], language, preface())
    assert book.sheetnames == sheets
    sheet = book[sheets[1]]
    assert sheet["A1"].value == {"en": "'=Emissions of CO₂", "zh": "'=排放量"}[language]
    assert sheet["A2"].value == {"en": "'+ a note on CO₂", "zh": "'+ 注"}[language]
    assert [c.value for c in sheet[3]][:5] == [
        "unit",
        {"en": "Name", "zh": "名称"}[language],
        "year",
        "co2",
        head,
    ]
    assert [c.value for c in sheet[4]][:5] == [
        None,
        None,
        None,
        {"en": "Mt CO₂", "zh": "百万吨 CO₂"}[language],
        None,
    ]
    assert [c.value for c in sheet[5]][:4] == [110000, first, 2005, -0.125]
    assert sheet["E5"].value == {"en": "High-High", "zh": "高-高"}[language]
    assert [sheet[f"D{row}"].value for row in (6, 7, 8)] == [None, "∞", 1234567.5]
    assert [sheet[f"F{row}"].value for row in (5, 6, 7)] == [True, False, None]
    assert sheet["E8"].value == "甲\N{REPLACEMENT CHARACTER}"
    forms = {at: sheet[f"{at}8"].number_format for at in "ACDG"}
    assert forms == {"A": "0", "C": "0", "D": "#,##0.00", "G": "#,##0"}
    assert sheet.freeze_panes == "C5"  # below the units, right of the names
    assert sheet.auto_filter.ref == "A4:G8"
    assert sheet.print_title_rows == "$3:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_contents_lead_to_every_sheet_and_back(tmp_path: Path) -> None:
    book = written(tmp_path, [places(), other(rows=2)], "en", preface())
    sheet = book["Contents"]
    assert sheet["A1"].value == "'=A study"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0] == ["Sheet", "What it shows", "What it answers", "Rows", "File"]
    assert rows[1] == ["Emissions of CO₂", "'=Emissions of CO₂", "'@Who emits?", 4, "emissions"]
    assert rows[2] == ["Other", "Other", None, 2, "other"]
    links = [sheet.cell(row, 1).hyperlink.location for row in (5, 6, 7)]
    assert links == ["'Emissions of CO₂'!A1", "'Other'!A1", "'Notes'!A1"]
    assert {book[n]["A1"].hyperlink.location for n in book.sheetnames[1:]} == {"'Contents'!A1"}


def test_notes_say_how_to_read_and_where_from(tmp_path: Path) -> None:
    said = [row[0].value for row in written(tmp_path, [places()], "en", preface())["Notes"].rows]
    for words in (
        "How to read these sheets",
        "'=1+1",
        "one island",
        "cities: Some atlas. with gaps",
        "own.csv",
        "spatialcarbon 1.0",
    ):
        assert words in said
    assert any(words and words.startswith("Moran, P. A. P. (1950)") for words in said)
    assert any(words and "seed 7:" in words for words in said)
    zh = [row[0].value for row in written(tmp_path, [places()], "zh", preface())["说明"].rows]
    assert "cities：Some atlas。with gaps" in zh
    bare = [row[0].value for row in written(tmp_path, [other()])["Notes"].rows]
    assert len(bare) == 8  # how to read, and nothing that there is not


def test_one_table_comes_first_and_needs_no_contents(tmp_path: Path) -> None:
    book = written(tmp_path, [other("Lone")])
    assert book.sheetnames == ["Lone", "Notes"]
    assert book["Lone"]["A1"].hyperlink is None
    assert pd.read_excel(tmp_path / "tables.xlsx", header=2, skiprows=[3])["v"].tolist() == [0.5]


@pytest.mark.parametrize("evil", EVIL)
def test_no_name_becomes_a_formula(tmp_path: Path, evil: str) -> None:
    frame = pd.DataFrame({evil: [evil], "name": [name(evil, evil)], "co2": [-1.5]})
    facts: dict[str, Any] = {"measures": {"co2": evil.strip()}, "note": name(evil, evil)}
    table = Table(evil, name(evil, evil), frame, **facts)
    about = Preface(
        title=name(evil, evil),
        questions={evil: name(evil, evil)},
        remarks=[(name(evil, evil), [evil])],
        sources=[(evil, evil, evil)],
        versions={evil: evil},
    )
    book = written(tmp_path, [table, table], "en", about)
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(part), part
            assert b"externalLink" not in archive.read(part)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    words = [cell.value.strip() for cell in cells if isinstance(cell.value, str)]
    assert not [said for said in words if said.startswith((*"=+-@＝＋－＠",))]
    assert book.worksheets[1]["C5"].value == -1.5
    links = [cell.hyperlink for cell in cells if cell.hyperlink]
    assert links
    assert not [
        link for link in links if link.target or not re.fullmatch(r"'.+'!A1", link.location)
    ]


def test_an_apostrophe_in_a_name_of_a_sheet_does_not_end_it(tmp_path: Path) -> None:
    book = written(tmp_path, [other("Moran's I"), other("b")])
    assert book["Contents"]["A5"].hyperlink.location == "'Moran''s I'!A1"


def test_names_of_sheets_are_legal_and_differ() -> None:
    long = "Indicators by place and year, and a great deal more"
    titles = [
        long,
        long,
        long.upper(),
        "a/b:c",
        "A_B_c",
        "a_b – c",
        "'=",
        "History",
        "😀" * 31,
        "城" * 40,
    ]
    taken = {"contents", "notes"}
    names = [sheet_name(title, taken) for title in [*titles, "Contents", "Notes"]]
    assert len({sheet.lower() for sheet in names}) == len(names)
    assert all(0 < len(sheet.encode("utf-16-le")) // 2 <= 31 for sheet in names)
    assert not [sheet for sheet in names if re.search(r"[\[\]:*?/\\]|^'|'$", sheet)]
    assert names[0] == "Indicators by place and year,…"
    assert sheet_name("Stocks (illustrative data)", set()) == "Stocks"
    assert "History" not in names


@pytest.mark.parametrize(
    ("values", "facts", "form"),
    [
        ([1997, 2017], {}, "0"),
        ([1997.0, np.nan, 2017.0], {}, "0"),
        ([1997.0, 2017.0], {"measures": {"v": "Mt CO2"}}, "#,##0"),
        ([110000, 659000], {}, "0"),
        (["ALL", 110000], {}, "0"),
        ([5, 12345], {}, "#,##0"),
        ([0.25, 0.123456], {}, "#,##0.0000"),
        ([12.5, 1234.5], {}, "#,##0.0"),
        ([1e-9, 2e-9], {}, "0.000E+00"),
        ([0.0, 0.5], {"decimals": {"v": 3}}, "#,##0.000"),
        ([12.5, 80.25], {"measures": {"v": "%"}, "decimals": {"v": 1}}, "#,##0.0"),
        (["a", "b"], {}, "General"),
        ([np.nan, np.inf], {}, "General"),
        ([True, False], {}, "General"),
    ],
)
def test_numbers_are_shown_as_what_they_are(values: list, facts: dict, form: str) -> None:
    assert number_format(Table("t", text("t"), pd.DataFrame({"v": values}), **facts), "v") == form


def test_columns_are_wide_enough_for_hanzi(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["呼伦贝尔市地区"], "b": ["abcdefg"], "c": ["城" * 60]})
    sheet = written(tmp_path, [Table("t", text("t"), frame)])["t"]
    widths = {at: sheet.column_dimensions[at].width for at in "ABC"}
    assert widths["A"] >= 14 > widths["B"]
    assert widths["C"] == 44
    assert sheet["C5"].alignment.wrap_text
    assert [lines_needed(w, 10) for w in ("", "aaaa bbbb cccc", "城" * 11, "a\nb")] == [1, 2, 3, 2]


def test_an_empty_table_has_its_head(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": pd.Series(dtype=object), "v": pd.Series(dtype=float)})
    sheet = written(tmp_path, [Table("t", text("t"), frame)])["t"]
    assert sheet.auto_filter.ref == "A4:B4"
    assert [cell.value for cell in sheet[3]] == ["name", "v"]


def test_the_same_tables_are_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sums = set()
    for shift in (0, 86_400):
        later = time.time() + shift
        monkeypatch.setattr(time, "time", lambda later=later: later)
        path = tmp_path / f"{shift}.xlsx"
        write_workbook(path, [places(), other()], "en", preface())
        sums.add(hashlib.sha256(path.read_bytes()).hexdigest())
        with zipfile.ZipFile(path) as archive:
            assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")
    assert len(sums) == 1
