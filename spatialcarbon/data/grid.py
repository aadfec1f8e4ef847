"""What stands on a page of a file: numbered lines of cells, merged cells, hidden rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from spatialcarbon.core.language import Text, text
from spatialcarbon.data.schema import is_blank


@dataclass(frozen=True)
class Line:
    """One row of a file.

    Parameters
    ----------
    row : int
        Its number, counted from 1 as editors and Excel show it.
    cells : sequence
        Its cells as stored.
    """

    row: int
    cells: Sequence[object]

    def at(self, column: int) -> object:
        """Return the cell at a position from 0, ``None`` beyond the end or if it is blank."""
        if column >= len(self.cells) or is_blank(self.cells[column]):
            return None
        return self.cells[column]

    @cached_property
    def filled(self) -> list[int]:
        """Return the positions of the cells that hold something."""
        return [column for column, cell in enumerate(self.cells) if not is_blank(cell)]

    @property
    def said(self) -> str:
        """Return what the row says, for remarks, on one line of at most 60 characters."""
        words = " ".join(" ".join(str(self.cells[i]).split()) for i in self.filled)
        return words if len(words) <= 60 else f"{words[:59]}…"


@dataclass(frozen=True)
class Span:
    """Merged cells: rows as Excel counts them, columns from 0, all ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        first, last = column_letter(self.left), column_letter(self.right)
        return f"{first}{self.top}:{last}{self.bottom}"


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The page of a file before a table is found on it.

    Parameters
    ----------
    lines : list of Line
        All rows, blank ones too.
    path : Path
        The file.
    sheet, encoding, delimiter : str or None
        As in :class:`spatialcarbon.data.rawtable.RawTable`.
    merged : tuple of Span
        Merged cells; only the first of them holds a value.
    remarks : tuple of Text
        What there is to know about the page.
    """

    lines: list[Line]
    path: Path
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    merged: tuple[Span, ...] = ()
    remarks: tuple[Text, ...] = ()

    @property
    def place(self) -> str:
        """Return the file's name, with the sheet if there is one."""
        return place_name(self.path, self.sheet)

    def cell(self, row: int, column: int) -> Text:
        """Return what to call a cell: by its address in a worksheet, else by row and column."""
        return cell_name(row, column, on_sheet=self.delimiter is None)


def cell_name(row: int, column: int, *, on_sheet: bool) -> Text:
    """Return what to call the cell in a row, at a position from 0.

    Examples
    --------
    >>> cell_name(5, 1, on_sheet=True).render("en")
    'cell B5'
    >>> cell_name(5, 1, on_sheet=False).render("en")
    'row 5, column 2'
    """
    if on_sheet:
        return text("cell {address}", address=f"{column_letter(column)}{row}")
    return text("row {row}, column {column}", row=row, column=column + 1)


def place_name(path: Path, sheet: str | None = None) -> str:
    """Name a file, and a sheet in it, for messages."""
    return f"{path.name} [{sheet}]" if sheet else path.name


def column_letter(position: int) -> str:
    """Return the letters a spreadsheet gives the column at a position from 0.

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
