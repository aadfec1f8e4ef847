"""Excel workbooks to raw tables. Nothing is computed: a formula is the value stored with it."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.data.rawtable import RawTable, assemble, column_letter, place_name
from spatialcarbon.data.source import (
    MAX_BYTES,
    MAX_UNPACKED,
    check_size,
    choose,
    no_encoding,
    unreadable,
)


def read_workbook(path: Path, sheet: str | None, encoding: str | None) -> RawTable:
    """Read one worksheet of an Excel workbook as the values stored in it."""
    rows, chosen = worksheet_rows(path, sheet, encoding)
    return assemble(enumerate(rows, start=1), path, sheet=chosen)


def worksheet_rows(
    path: Path, sheet: str | None, encoding: str | None
) -> tuple[list[list[object]], str]:
    """Return the cells of one worksheet, all rows of equal length, and the name of the sheet."""
    no_encoding(path, encoding)
    check_size(path, path.stat().st_size, MAX_BYTES)
    try:
        with zipfile.ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile:
        raise unreadable(path, text("an Excel workbook")) from None
    check_size(path, unpacked, MAX_UNPACKED)
    pages = _worksheets(path, sheet, values=True)
    used = [name for name, rows in pages.items() if _holds_anything(rows)]
    chosen = choose(path, sheet, list(pages), used)
    rows = pages[chosen]
    if any(cell is None for cells in rows for cell in cells):
        _refuse_uncomputed(path, chosen, rows)
    width = max((len(cells) for cells in rows), default=0)
    return [[*cells, *[None] * (width - len(cells))] for cells in rows], chosen


def _holds_anything(rows: list[list[object]]) -> bool:
    return any(cell is not None for cells in rows for cell in cells)


def _worksheets(path: Path, only: str | None, *, values: bool) -> dict[str, list[list[object]]]:
    """Return the cells of every sheet, or of ``only`` one and the names of the others."""
    import openpyxl

    pages: dict[str, list[list[object]]] = {}
    try:
        with warnings.catch_warnings():
            # Openpyxl warns about styles and validations, which hold no data.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=values)
            for page in book.worksheets:
                # Some programs store a wrong extent, which would cut off rows.
                page.reset_dimensions()
                wanted = only in (None, page.title)
                rows = page.iter_rows(values_only=True) if wanted else ()
                pages[page.title] = [list(row) for row in rows]
            book.close()
    except Exception:
        # Broken parts surface as KeyError, ParseError, ValueError and others.
        raise unreadable(path, text("an Excel workbook")) from None
    return pages


def _refuse_uncomputed(path: Path, sheet: str, rows: list[list[object]]) -> None:
    """Raise for formulas without a stored result, which would read as blanks."""
    formulas = _worksheets(path, sheet, values=False)[sheet]
    empty = [
        f"{column_letter(j)}{i + 1}"
        for i, cells in enumerate(formulas)
        for j, cell in enumerate(cells)
        if (type(cell).__name__ == "ArrayFormula" or str(cell).startswith("="))
        and (j >= len(rows[i]) or rows[i][j] is None)
    ]
    if empty:
        raise SchemaError(
            "{place} has {n} formulas without a stored result",
            arrived="{cells}",
            fix="open the workbook in Excel or LibreOffice, let it calculate, and save it",
            place=place_name(path, sheet),
            n=len(empty),
            cells=some(empty),
        )
