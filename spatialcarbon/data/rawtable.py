"""A table as its file holds it: cells, their addresses, and what stood around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.data.grid import Grid, Line, cell_name, column_letter, place_name
from spatialcarbon.data.heading import Heading, find_heading, is_name
from spatialcarbon.data.measures import written_measures
from spatialcarbon.data.merging import fill_merged
from spatialcarbon.data.schema import is_blank
from spatialcarbon.data.skipping import Skipped, skip_remarks, split_body, without_asked

__all__ = ["RawTable", "assemble", "check_names", "column_letter", "place_name"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RawTable:
    """A table before anything is interpreted.

    Parameters
    ----------
    frame : DataFrame
        Text and numbers as stored, ``None`` for empty cells; column names are text.
    rows : tuple of int
        The row of each record in the file. Text files and worksheets count from
        1, as editors and Excel show it; Parquet, GeoPackage and DBF have no
        header row and count records from 1.
    path : Path
        The file.
    sheet : str or None
        Worksheet or layer.
    encoding : str or None
        Encoding of a text or DBF file.
    delimiter : str or None
        What separates the columns of a text file.
    header_rows : tuple of int
        The rows of the header; empty for files without one.
    skipped : tuple of Skipped
        Rows that are not data, each with its ``row``, ``kind``, ``content`` and,
        as a sentence, ``why``.
    measures : dict
        Units of measure as the file writes them, by column: in brackets or after a
        stroke in the name, in a row below the header, or in a line such as
        ``单位：万吨``. An offer: they are never applied.
    remarks : tuple of Text
        What was passed over, joined or filled.
    positions : dict
        Where each column stands in the file, from 0; empty for files without rows.
    """

    frame: pd.DataFrame
    rows: tuple[int, ...]
    path: Path
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_rows: tuple[int, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    measures: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Text, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Return the file's name, with the sheet if there is one."""
        return place_name(self.path, self.sheet)

    def cells(self, column: str) -> list[object]:
        """Return the cells of one column."""
        return list(self.frame[column])

    def letter(self, column: str) -> str:
        """Return the letter of a column on a worksheet, nothing for other files."""
        on_sheet = self.delimiter is None and column in self.positions
        return column_letter(self.positions[column]) if on_sheet else ""

    def where(self, record: int, column: str) -> Text:
        """Return what to call a cell: ``cell B5`` of a worksheet, else row and column."""
        letter, row = self.letter(column), self.rows[record]
        if letter:
            return text("cell {address}", address=f"{letter}{row}")
        return text("row {row}, {column}", row=row, column=column)

    def heading_cell(self, column: str) -> Text:
        """Return what to call the cell in which the name of a column stands."""
        if column not in self.positions:
            return Text(column)
        row = self.header_rows[-1]
        return cell_name(row, self.positions[column], on_sheet=self.delimiter is None)


def assemble(grid: Grid, header: Sequence[int] = (), skip: Sequence[int] = ()) -> RawTable:
    """Find the table on a page: its header, its rows, and what is neither.

    Parameters
    ----------
    grid : Grid
        The page.
    header : sequence of int
        Rows of the header, in place of finding them.
    skip : sequence of int
        Rows to leave out.

    Raises
    ------
    SchemaError
        No header, no rows, a column with values but no name, the same name twice,
        a row that is longer or shorter than the header, a number merged over cells.
    OptionError
        Rows of ``header`` or ``skip`` that hold nothing.
    """
    place = grid.place
    lines = [line for line in grid.lines if line.filled]
    if not lines:
        raise SchemaError("{place} is empty", place=place)
    lines, left_out = without_asked(grid, lines, tuple(skip))
    if not lines:
        raise SchemaError("{place} is empty", place=place)
    heading = find_heading(grid, lines, tuple(header))
    head = [line for line in lines if line.row in heading.rows]
    names = list(heading.names)
    while names and not names[-1]:
        names.pop()
    body, between = split_body(grid, head, lines[heading.stop :], sum(map(bool, names)))
    _check_lengths(grid, body, len(names), max(len(line.cells) for line in head))
    used = [
        i for i in range(len(names)) if names[i] or any(line.at(i) is not None for line in body)
    ]
    _check_nameless(grid, names, used, heading, lines, body)
    _check_twice(grid, names, used, heading)
    if not body:
        raise SchemaError(
            "{place} has a header but no rows below it",
            arrived="columns {names}",
            place=place,
            names=some([names[i] for i in used], 12),
        )
    body, filled = fill_merged(grid, body)
    columns = {names[i]: [line.at(i) for line in body] for i in used}
    skipped = sorted([*left_out, *heading.skipped, *between], key=lambda one: one.row)
    return RawTable(
        frame=pd.DataFrame(columns, dtype=object),
        rows=tuple(line.row for line in body),
        path=grid.path,
        sheet=grid.sheet,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        header_rows=heading.rows,
        skipped=tuple(skipped),
        measures=written_measures(
            columns,
            {names[i]: unit for i, unit in heading.units.items() if i < len(names)},
            heading.line_unit,
        ),
        remarks=(*grid.remarks, *skip_remarks(skipped), *_joined(heading, names, used), *filled),
        positions={names[i]: i for i in used},
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


def _joined(heading: Heading, names: Sequence[str], used: Sequence[int]) -> list[Text]:
    if len(heading.rows) < 2:
        return []
    return [
        text(
            "header joined from rows {rows}: {names}",
            rows=some(heading.rows),
            names=some([names[i] for i in used], 12),
        )
    ]


def _check_twice(grid: Grid, names: Sequence[str], used: Sequence[int], heading: Heading) -> None:
    held = [names[i] for i in used]
    twice = [name for name in dict.fromkeys(held) if held.count(name) > 1]
    if not twice:
        return
    cells = [
        text("{cell} ({name})", cell=grid.cell(heading.rows[-1], i), name=names[i])
        for i in used
        if names[i] in twice
    ]
    raise SchemaError(
        "{place} has more than one column called {names}",
        arrived="{cells}",
        fix="rename or delete one of them; put blocks that stand side by side below each other",
        place=grid.place,
        names=some(twice),
        cells=listed(cells, 6),
    )


def _check_nameless(
    grid: Grid,
    names: Sequence[str],
    used: Sequence[int],
    heading: Heading,
    lines: Sequence[Line],
    body: Sequence[Line],
) -> None:
    surplus = {i for line in body for i in line.filled if i >= len(names)}
    nameless = [i for i in used if not names[i]] + sorted(surplus)
    if not nameless:
        return
    first = next(line for line in body if line.at(nameless[0]) is not None)
    wanted = {i for line in body for i in line.filled}
    likely = [
        line.row
        for line in lines
        if line.row > heading.rows[-1]
        and set(line.filled) >= wanted
        and all(is_name(line.at(i)) for i in line.filled)
    ]
    raise SchemaError(
        "{place} has columns without a name",
        arrived="column {letters}, with a value in {cell}; row {row} is taken for the header",
        expected="a name above every column",
        fix="header={likely} if row {likely} is the header"
        if likely
        else "write a name where there is none, or give the rows of the header: header=[3, 4]",
        place=grid.place,
        letters=some(column_letter(i) for i in nameless),
        cell=grid.cell(first.row, nameless[0]),
        row=heading.rows[-1],
        likely=likely[0] if likely else 0,
    )


def _check_lengths(grid: Grid, body: Sequence[Line], named: int, width: int) -> None:
    for line in body:
        surplus = [cell for cell in line.cells[named:] if not is_blank(cell)]
        if len(line.cells) < named or (surplus and len(line.cells) != width):
            raise SchemaError(
                "{place}: row {row} has {found} cells, the header {named}",
                arrived="{cells}",
                fix="look for a missing separator, or one inside a value that needs quotes",
                place=grid.place,
                row=line.row,
                found=len(line.cells),
                named=named,
                cells=some(line.cells),
            )
