"""Excel workbooks to pages of cells. Nothing is computed: a formula is the value stored with it."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spatialcarbon.core.errors import SchemaError, SpatialCarbonError, some
from spatialcarbon.core.files import check_archive, refuse_entities
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.limits import within
from spatialcarbon.data.cells import half_width
from spatialcarbon.data.counting import Counter
from spatialcarbon.data.grid import Grid, Line, Span, column_letter, place_name
from spatialcarbon.data.schema import parse_year
from spatialcarbon.data.sheetmarks import SheetMarks, read_marks
from spatialcarbon.data.source import BROKEN, choose, no_encoding, unreadable

_OLE = b"\xd0\xcf\x11\xe0"
"""How files of Excel 97, and workbooks locked by a password, begin."""


@dataclass
class _Page:
    rows: list[list[object]]
    visible: bool
    marks: SheetMarks
    percent: list[str] = field(default_factory=list)
    gaps: bool = False


def read_workbook(path: Path, sheet: str | None, encoding: str | None) -> Grid:
    """Read one worksheet of an Excel workbook as the values stored in it."""
    rows, chosen, pages = _chosen(path, sheet, encoding)
    page = pages[chosen]
    _refuse_overlaps(page.marks.merged, rows, place_name(path, chosen))
    return Grid(
        lines=[Line(number, cells) for number, cells in enumerate(rows, start=1)],
        path=path,
        sheet=chosen,
        merged=tuple(page.marks.merged),
        remarks=tuple(_remarks(page, pages, named=sheet is not None)),
    )


def worksheet_rows(
    path: Path, sheet: str | None, encoding: str | None
) -> tuple[list[list[object]], str]:
    """Return the cells of one worksheet, all rows of equal length, and the name of the sheet."""
    rows, chosen, _ = _chosen(path, sheet, encoding)
    return rows, chosen


def year_sheets(path: Path) -> dict[str, int]:
    """Return the worksheets in use and shown, which must all be named by their year.

    Raises
    ------
    SchemaError
        A sheet whose name is not a year, or two sheets of one year.
    """
    check_workbook(path)
    pages = _worksheets(path, None)
    used = [name for name, page in pages.items() if page.visible and _holds_anything(page.rows)]
    years = {name: parse_year(half_width(name)) for name in used}
    others = [name for name, year in years.items() if year is None]
    if others or not used:
        raise SchemaError(
            "{place}: not every sheet is named by its year, so sheet='*' does not apply",
            arrived="sheets {names}",
            expected="names such as 2015 or 2015年",
            fix="sheet={first!r}, or rename or hide the sheets that hold something else",
            place=path.name,
            names=some(others or list(pages), 12),
            first=(used or list(pages))[0],
        )
    found = {name: year for name, year in years.items() if year is not None}
    if len(set(found.values())) < len(found):
        raise SchemaError(
            "{place} has two sheets of one year",
            arrived="sheets {names}",
            fix="hide or delete one of them",
            place=path.name,
            names=some(found, 12),
        )
    return found


def _chosen(
    path: Path, sheet: str | None, encoding: str | None
) -> tuple[list[list[object]], str, dict[str, _Page]]:
    no_encoding(path, encoding)
    check_workbook(path)
    pages = _worksheets(path, sheet)
    used = [name for name, page in pages.items() if page.visible and _holds_anything(page.rows)]
    # A workbook whose tables are all hidden is still read: somebody gave its name.
    used = used or [name for name, page in pages.items() if _holds_anything(page.rows)]
    if sheet is None and len(used) > 1 and all(parse_year(half_width(name)) for name in used):
        raise SchemaError(
            "{place} holds {n} tables, one for each year",
            arrived="{names}",
            fix="sheet='*' to read them all, or sheet={first!r}",
            place=path.name,
            n=len(used),
            names=some(used, 12),
            first=used[0],
        )
    chosen = choose(path, sheet, list(pages), used)
    rows = pages[chosen].rows
    if pages[chosen].gaps:
        _refuse_uncomputed(path, chosen, rows)
    width = max((len(cells) for cells in rows), default=0)
    # Short rows are filled up: one cell far out must not make a sheet of billions of them.
    within("TABLE_CELLS", len(rows) * width, place_name(path, chosen))
    return [[*cells, *[None] * (width - len(cells))] for cells in rows], chosen, pages


def check_workbook(path: Path) -> None:
    """Raise for what is no workbook, or one that is a trap once unpacked.

    Raises
    ------
    SchemaError
        Another kind of file, beyond a limit, or with entities in its XML.
    """
    within("FILE_BYTES", path.stat().st_size, path.name)
    try:
        with zipfile.ZipFile(path) as parts:
            check_archive(path, parts)
            refuse_entities(path, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, *BROKEN) as error:
        if isinstance(error, (SpatialCarbonError, PermissionError)):
            raise
        with path.open("rb") as stream:
            old = stream.read(4) == _OLE
        if old:
            raise SchemaError(
                "{place} is an old .xls file under another name, or locked with a password",
                fix="open it in Excel or LibreOffice and save it as .xlsx without a password",
                place=path.name,
            ) from None
        raise unreadable(path, text("an Excel workbook")) from None


def _holds_anything(rows: list[list[object]]) -> bool:
    return any(cell is not None for cells in rows for cell in cells)


def _worksheets(path: Path, only: str | None, *, values: bool = True) -> dict[str, _Page]:
    """Return the cells of every sheet, or of ``only`` one and the names of the others."""
    import openpyxl

    pages: dict[str, _Page] = {}
    counter = Counter(path.name)
    try:
        with warnings.catch_warnings():
            # Openpyxl warns about styles and validations, which hold no data.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=values)
            for page in book.worksheets:
                # Some programs store a wrong extent, which would cut off rows.
                page.reset_dimensions()
                wanted = only in (None, page.title)
                found = _Page([], page.sheet_state == "visible", SheetMarks())
                if wanted:
                    # Openpyxl has no public door to the XML behind a streamed sheet.
                    with page._get_source() as source:
                        found.marks = read_marks(source, path.name)
                    for number, row in enumerate(page.iter_rows(), start=1):
                        cells = [cell.value for cell in row]
                        found.gaps = found.gaps or None in cells
                        while cells and cells[-1] is None:
                            cells.pop()
                        counter.add(number, cells)
                        found.rows.append(cells)
                        found.percent += _percent(row)
                    while found.rows and not found.rows[-1]:
                        found.rows.pop()
                pages[page.title] = found
            book.close()
    except SpatialCarbonError:
        raise
    except Exception:
        # Broken parts surface as KeyError, ParseError, ValueError and others.
        raise unreadable(path, text("an Excel workbook")) from None
    return pages


def _percent(row: Any) -> list[str]:
    """Return the columns of numbers that Excel shows as percentages."""
    return [
        cell.column_letter
        for cell in row
        if isinstance(cell.value, (int, float)) and "%" in str(cell.number_format)
    ]


def _remarks(page: _Page, pages: dict[str, _Page], *, named: bool) -> list[Text]:
    remarks = []
    held = [row for row in page.marks.hidden_rows if row <= len(page.rows)]
    held = [row for row in held if any(cell is not None for cell in page.rows[row - 1])]
    if held:
        remarks.append(text("hidden rows are read too: {rows}", rows=some(held, 12)))
    width = max((len(cells) for cells in page.rows), default=0)
    spans = [(first, min(last, width - 1)) for first, last in page.marks.hidden_columns]
    covered = sorted({i for first, last in spans for i in range(max(first, 0), last + 1)})
    letters = [column_letter(i) for i in covered]
    if letters:
        remarks.append(text("hidden columns are read too: {letters}", letters=some(letters, 12)))
    hidden = [
        name for name, other in pages.items() if not other.visible and _holds_anything(other.rows)
    ]
    if hidden and not named:
        remarks.append(text("hidden sheets are not read: {names}", names=some(hidden)))
    percent = list(dict.fromkeys(page.percent))
    if percent:
        remarks.append(
            text(
                "columns that Excel shows in percent are read as shares, 12% as 0.12: {letters}",
                letters=some(percent, 12),
            )
        )
    return remarks


def _refuse_overlaps(merged: Sequence[Span], rows: list[list[object]], place: str) -> None:
    """Raise where merged ranges cover more cells than there are: no program writes that."""
    width = len(rows[0]) if rows else 0
    covered = sum(
        max(0, min(span.bottom, len(rows)) - span.top + 1)
        * max(0, min(span.right + 1, width) - span.left)
        for span in merged
    )
    if covered > len(rows) * width:
        raise SchemaError(
            "{place} has merged cells that lie over one another",
            fix="open the workbook in Excel or LibreOffice and save it",
            place=place,
        )


def _refuse_uncomputed(path: Path, sheet: str, rows: list[list[object]]) -> None:
    """Raise for formulas without a stored result, which would read as blanks."""
    formulas = _worksheets(path, sheet, values=False)[sheet].rows
    empty = [
        f"{column_letter(j)}{i + 1}"
        for i, cells in enumerate(formulas)
        for j, cell in enumerate(cells)
        if (type(cell).__name__ == "ArrayFormula" or str(cell).startswith("="))
        and (i >= len(rows) or j >= len(rows[i]) or rows[i][j] is None)
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
