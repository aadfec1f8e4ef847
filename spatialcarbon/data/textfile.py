"""Text files to pages of cells: CSV, TSV and TXT."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.files import read_bytes
from spatialcarbon.core.language import text
from spatialcarbon.core.limits import shortened
from spatialcarbon.data.counting import Counter
from spatialcarbon.data.encoding import decode
from spatialcarbon.data.grid import Grid, Line
from spatialcarbon.data.source import no_sheet

DELIMITERS = {",": text("commas"), ";": text("semicolons"), "\t": text("tabs")}
"""What may separate columns, and how to call it."""

_LOOKED_AT = 30
"""How many lines tell what separates the columns."""


def read_text(path: Path, sheet: str | None, encoding: str | None) -> Grid:
    """Read a CSV, TSV or TXT file whose separator is told from its header."""
    records, encoding, delimiter = text_records(path, sheet, encoding)
    lines = [Line(row, cells) for row, cells in records]
    return Grid(lines=lines, path=path, encoding=encoding, delimiter=delimiter)


def text_records(
    path: Path, sheet: str | None, encoding: str | None
) -> tuple[Iterator[tuple[int, Sequence[object]]], str, str]:
    """Return the rows of a text file with their numbers, its encoding, and its separator."""
    no_sheet(path, sheet)
    content, encoding = decode(read_bytes(path), path.name, encoding)
    delimiter = _delimiter(content, path)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    return _records(reader, path), encoding, delimiter


def _records(reader: Any, path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    # A cell in quotation marks may run over several lines: rows are counted as editors do.
    row, counter = 1, Counter(path.name)
    try:
        for cells in reader:
            counter.add(row, cells)
            yield row, cells
            row = reader.line_num + 1
    except csv.Error as problem:
        raise SchemaError(
            "{place}: row {row} cannot be split into cells",
            arrived="{problem}",
            fix="look for a quotation mark that is not closed in or after this row",
            place=path.name,
            row=row,
            problem=problem,
        ) from None


def _delimiter(content: str, path: Path) -> str:
    lines = list(islice(filter(_says_something, io.StringIO(content)), _LOOKED_AT))
    counted = [(line, _counts(line)) for line in lines]
    # A title or a decimal may hold a comma: what separates columns is in more lines than others.
    lines_with = {mark: sum(counts[mark] > 0 for _, counts in counted) for mark in DELIMITERS}
    best = max(lines_with.values())
    winners = [mark for mark, count in lines_with.items() if count == best]
    header = next((line for line, counts in counted if any(counts.values())), "")
    if len(winners) > 1:
        counts = _counts(header)
        most = max(counts[mark] for mark in winners)
        winners = [mark for mark in winners if counts[mark] == most]
    if best and len(winners) > 1:
        raise SchemaError(
            "{place}: the header does not show what separates the columns",
            arrived="{header}",
            expected="commas, semicolons or tabs, and the others only inside quotation marks",
            fix="save the table as .xlsx, or rename the columns",
            place=path.name,
            header=shortened(header, 80),
        )
    return winners[0] if best else ","


def _says_something(line: str) -> bool:
    return bool(line.strip(" \ufeff,;\t\r\n"))


def _counts(line: str) -> dict[str, int]:
    unquoted = "".join(line.split('"')[::2])
    return {mark: unquoted.count(mark) for mark in DELIMITERS}
