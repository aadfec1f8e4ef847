"""A table longer than a sheet may be is cut, and the sheet says so; looks are those of all rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from spatialcarbon.core.language import text
from spatialcarbon.report import workbook_sheet
from spatialcarbon.report.tables import Table
from spatialcarbon.report.workbook import write_workbook


def made(rows: int, **words: object) -> Table:
    frame = pd.DataFrame(
        {
            "name": [f"place {i}" if i != 1 else "a name " * 12 for i in range(rows)],
            "share": [i / 7 if i != 2 else float("nan") for i in range(rows)],
            "whole": range(rows),
            "known": [i % 2 == 0 for i in range(rows)],
        }
    )
    return Table(name="places", title=text("Data"), frame=frame, **words)  # type: ignore[arg-type]


@pytest.mark.parametrize("note", [None, text("Units")])
def test_a_long_table_is_cut_and_its_note_says_so(
    note: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_sheet, "MOST_ROWS", 5)
    table = made(8, note=note)
    write_workbook(tmp_path / "tables.xlsx", [table], "en")
    sheet = load_workbook(tmp_path / "tables.xlsx").worksheets[0]
    assert sheet.max_row == workbook_sheet.UNITS + 5
    told = sheet.cell(workbook_sheet.NOTE, 1).value
    assert told.endswith(
        "The sheet holds the first 5 of 8 rows; tables/places.csv holds all of them."
    )
    assert told.startswith("Units" if note else "The sheet")
    assert len(table.frame) == 8
    write_workbook(tmp_path / "whole.xlsx", [made(5)], "zh")
    whole = load_workbook(tmp_path / "whole.xlsx").worksheets[0]
    assert whole.max_row == workbook_sheet.UNITS + 5
    assert whole.cell(workbook_sheet.NOTE, 1).value is None


def test_each_cell_has_the_look_of_its_column_and_kind(tmp_path: Path) -> None:
    write_workbook(tmp_path / "tables.xlsx", [made(6)], "en")
    sheet = load_workbook(tmp_path / "tables.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(min_row=workbook_sheet.UNITS + 1))
    assert [row[0].alignment.wrap_text for row in rows] == [None, True, None, None, None, None]
    assert len({row[1].number_format for row in rows if row[1].value is not None}) == 1
    assert len({row[2].number_format for row in rows}) == 1
    assert {row[3].number_format for row in rows} == {"General"}
    assert {row[3].alignment.horizontal for row in rows} == {rows[0][3].alignment.horizontal}
