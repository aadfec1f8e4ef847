"""A table as its file holds it: cells, row numbers, where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.data.schema import is_blank, label_text


@dataclass(frozen=True, kw_only=True, eq=False)
class RawTable:
    """A table before anything is interpreted.

    Parameters
    ----------
    frame : DataFrame
        Text and numbers as stored, ``None`` for empty cells; column names are text.
    rows : tuple of int
        The row of each record in the file. Text files and worksheets count the
        header as row 1, as editors and Excel show it; Parquet, GeoPackage and
        DBF have no header row and count records from 1.
    path : Path
        The file.
    sheet : str or None
        Worksheet or layer.
    encoding : str or None
        Encoding of a text or DBF file.
    delimiter : str or None
        What separates the columns of a text file.
    """

    frame: pd.DataFrame
    rows: tuple[int, ...]
    path: Path
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def place(self) -> str:
        """Return the file's name, with the sheet if there is one."""
        return place_name(self.path, self.sheet)

    def cells(self, column: str) -> list[object]:
        """Return the cells of one column."""
        return list(self.frame[column])


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


def assemble(
    records: Iterable[tuple[int, Sequence[object]]],
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> RawTable:
    """Build a table from numbered records, the first of which is the header.

    Parameters
    ----------
    records : iterable of (int, sequence)
        Row number and cells. Blank rows are left out; columns without a name
        are left out if they are empty.

    Raises
    ------
    SchemaError
        No header, no rows, a column with values but no name, the same name twice,
        or a row that is longer or shorter than the header.
    """
    place = place_name(path, sheet)
    filled = [(row, cells) for row, cells in records if not all(map(is_blank, cells))]
    if not filled:
        raise SchemaError("{place} is empty", place=place)
    (header_row, header), body = filled[0], filled[1:]
    names = ["" if is_blank(cell) else label_text(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    _check_lengths(body, len(names), len(header), place)
    used = [i for i in range(len(names)) if names[i] or any(not is_blank(c[i]) for _, c in body)]
    nameless = [column_letter(i) for i in used if not names[i]]
    if nameless:
        raise SchemaError(
            "{place} has columns without a name",
            arrived="column {letters}, with row {row} taken for the header",
            expected="one header row with a name above every column, and nothing above it",
            fix="delete title rows above the header, and write a name where there is none",
            place=place,
            letters=some(nameless),
            row=header_row,
        )
    check_names([names[i] for i in used], place)
    if not body:
        raise SchemaError(
            "{place} has a header but no rows below it",
            arrived="columns {names}",
            place=place,
            names=some(names, 12),
        )
    columns = {names[i]: [_clean(cells[i]) for _, cells in body] for i in used}
    return RawTable(
        frame=pd.DataFrame(columns, dtype=object),
        rows=tuple(row for row, _ in body),
        path=path,
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
    )


def check_names(names: Sequence[str], place: str) -> None:
    """Raise if a column name stands twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SchemaError(
            "{place} has more than one column called {names}",
            fix="rename or delete one of them",
            place=place,
            names=some(twice),
        )


def _check_lengths(
    body: Sequence[tuple[int, Sequence[object]]], named: int, width: int, place: str
) -> None:
    for row, cells in body:
        surplus = [cell for cell in cells[named:] if not is_blank(cell)]
        if len(cells) < named or (surplus and len(cells) != width):
            raise SchemaError(
                "{place}: row {row} has {found} cells, the header {named}",
                arrived="{cells}",
                fix="look for a missing separator, or one inside a value that needs quotes",
                place=place,
                row=row,
                found=len(cells),
                named=named,
                cells=some(cells),
            )
        if surplus:
            raise SchemaError(
                "{place} has columns without a name",
                arrived="column {letters}, with a value in row {row}",
                expected="one header row with a name above every column, and nothing above it",
                fix="delete title rows above the header, and write a name where there is none",
                place=place,
                letters=column_letter(named),
                row=row,
            )


def _clean(cell: object) -> object:
    return None if is_blank(cell) else cell
