"""What a worksheet marks beside its values, read from its XML."""

from __future__ import annotations

import io

import pytest

from spatialcarbon.data.grid import Span
from spatialcarbon.data.sheetmarks import SheetMarks, read_marks


def marks(inside: str) -> SheetMarks:
    sheet = f'<?xml version="1.0"?><x:worksheet xmlns:x="x">{inside}</x:worksheet>'
    return read_marks(io.BytesIO(sheet.encode()), "t.xlsx")


def test_hidden_columns_are_counted_from_nought_and_rows_as_excel_does() -> None:
    found = marks(
        '<cols><col min="1" max="1"/><col min="2" max="4" hidden="1"/>'
        '<col min="7" max="7" hidden="true"/><col min="9" max="9" hidden="0"/></cols>'
        '<sheetData><row r="3" hidden="1"/><row/><row hidden="true"/><row r="9" hidden="0"/>'
        "</sheetData>"
    )
    assert found.hidden_columns == [(1, 3), (6, 6)]
    assert found.hidden_rows == [3, 5]  # a row without a number is the next one
    assert found.merged == []


@pytest.mark.parametrize(
    ("cells", "span"),
    [
        ("A1:B2", Span(1, 0, 2, 1)),
        ("$C$4:$E$4", Span(4, 2, 4, 4)),
        ("Z1:AA3", Span(1, 25, 3, 26)),
        ("AZ7:BA10", Span(7, 51, 10, 52)),
        ("XFD1:XFD2", Span(1, 16_383, 2, 16_383)),
    ],
)
def test_merged_cells(cells: str, span: Span) -> None:
    assert marks(f'<x:mergeCells><x:mergeCell ref="{cells}"/></x:mergeCells>').merged == [span]


def test_other_things_may_be_hidden_too() -> None:
    found = marks('<x:scenarios><x:scenario name="high" hidden="1"/></x:scenarios>')
    assert found == SheetMarks()
