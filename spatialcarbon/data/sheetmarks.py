"""What a worksheet shows beside its values: merged cells, hidden rows and columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from spatialcarbon.core.limits import limit, within
from spatialcarbon.data.grid import Span

_RANGE = re.compile(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)")


@dataclass
class SheetMarks:
    """Marks found in a worksheet; rows as Excel counts them, columns from 0."""

    merged: list[Span] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def read_marks(source: IO[bytes], place: str) -> SheetMarks:
    """Return the marks of a worksheet's XML.

    The streaming reader of openpyxl leaves them out, and its other one holds a
    whole workbook in memory; this passes over the file once and keeps nothing else.
    """
    marks = SheetMarks()
    most, rows = limit("MERGED_CELLS"), limit("TABLE_ROWS")
    row = 0

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal row
        name = tag.rpartition(":")[2]
        if name == "row":
            row = int(given.get("r", row + 1))
            if row > rows:
                within("TABLE_ROWS", row, place)
            if given.get("hidden") in ("1", "true"):
                marks.hidden_rows.append(row)
        elif name == "col" and given.get("hidden") in ("1", "true"):
            marks.hidden_columns.append((int(given["min"]) - 1, int(given["max"]) - 1))
        elif name == "mergeCell" and (found := _RANGE.fullmatch(given["ref"])):
            left, top, right, bottom = found.groups()
            marks.merged.append(Span(int(top), _position(left), int(bottom), _position(right)))
            if len(marks.merged) > most:
                within("MERGED_CELLS", len(marks.merged), place, counted=False)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.ParseFile(source)
    return marks


def _position(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
