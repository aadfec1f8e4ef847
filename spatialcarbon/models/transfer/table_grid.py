"""The cells of a file that hold an input-output table, its title and notes apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import parse_unit
from spatialcarbon.data.cells import half_width
from spatialcarbon.data.rawtable import column_letter, place_name
from spatialcarbon.data.schema import is_blank
from spatialcarbon.data.textfile import text_records
from spatialcarbon.data.workbook import worksheet_rows

Cells = list[list[object]]


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of a sheet between its title and its notes.

    Parameters
    ----------
    cells : list of list
        Rows of equal length.
    first : int
        Row of the file in which they begin.
    place : str
        Name of the file, and of the sheet.
    remarks : tuple of Text
        Titles and notes.
    """

    cells: Cells
    first: int
    place: str
    remarks: tuple[Text, ...]

    def name(self, row: int, column: int) -> str:
        """Return what a spreadsheet calls a cell."""
        return f"{column_letter(column)}{row + self.first}"

    def words(self, row: int, column: int) -> str:
        """Return the text of a cell, full-width forms folded."""
        cell = self.cells[row][column]
        return "" if is_blank(cell) else half_width(str(cell))


def read_grid(file: Path, sheet: str | None, encoding: str | None) -> Grid:
    """Return the cells of a file without its title and its notes, which become remarks."""
    kind = file.suffix.lower()
    if kind in (".xlsx", ".xlsm"):
        rows, chosen = worksheet_rows(file, sheet, encoding)
        place = place_name(file, chosen)
    elif kind in (".csv", ".tsv", ".txt"):
        records, _, _ = text_records(file, sheet, encoding)
        rows, place = [list(cells) for _, cells in records], place_name(file)
    else:
        raise SchemaError(
            "{path} is of a kind that is not read",
            expected="one of {kinds}",
            path=file.name,
            kinds=".csv, .tsv, .txt, .xlsx, .xlsm",
        )
    width = max((len(cells) for cells in rows), default=0)
    rows = [[*cells, *[None] * (width - len(cells))] for cells in rows]
    full = [sum(not is_blank(cell) for cell in cells) for cells in rows]
    # A title or a note fills one cell, perhaps with a unit beside it; a row of a table more.
    table = [i for i, count in enumerate(full) if count > 2]
    if len(table) < 3 or width < 4:
        raise SchemaError(
            "{place} holds no input-output table",
            expected="two header rows and two header columns around a square of flows",
            place=place,
        )
    start, stop = table[0], table[-1] + 1
    outside = [rows[i] for i in (*range(start), *range(stop, len(rows))) if full[i]]
    said = tuple(
        text("{place}: {note}", place=place, note=" ".join(str(c) for c in row if not is_blank(c)))
        for row in outside
    )
    keep = [i for i in range(start, stop) if full[i]]
    if keep != list(range(start, stop)):
        lost = next(i for i in range(start, stop) if not full[i])
        raise SchemaError(
            "{place}: row {row} inside the table is empty",
            fix="delete it",
            place=place,
            row=lost + 1,
        )
    return Grid([rows[i] for i in keep], start + 1, place, said)


def unit_in(first: str, second: str) -> str:
    """Return the unit that stands beside or inside the name of the row, if it is one."""
    inside: list[str] = re.findall(r"[(（\[]([^)）\]]+)[)）\]]", first)
    for words in (*inside, second):
        try:
            if words and parse_unit(words).dimension == "mass":
                return str(words)
        except ValueError:
            continue
    return ""
