"""Text files to raw tables: CSV, TSV and TXT."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import text
from spatialcarbon.data.encoding import decode
from spatialcarbon.data.rawtable import RawTable, assemble
from spatialcarbon.data.source import MAX_BYTES, check_size, no_sheet

DELIMITERS = {",": text("commas"), ";": text("semicolons"), "\t": text("tabs")}
"""What may separate columns, and how to call it."""


def read_text(path: Path, sheet: str | None, encoding: str | None) -> RawTable:
    """Read a CSV, TSV or TXT file whose separator is told from its header."""
    records, encoding, delimiter = text_records(path, sheet, encoding)
    return assemble(records, path, encoding=encoding, delimiter=delimiter)


def text_records(
    path: Path, sheet: str | None, encoding: str | None
) -> tuple[Iterator[tuple[int, Sequence[object]]], str, str]:
    """Return the rows of a text file with their numbers, its encoding, and its separator."""
    no_sheet(path, sheet)
    check_size(path, path.stat().st_size, MAX_BYTES)
    content, encoding = decode(path.read_bytes(), path.name, encoding)
    delimiter = _delimiter(content, path)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    return _records(reader, path), encoding, delimiter


def _records(reader: Any, path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            yield row, cells
    except csv.Error as problem:
        raise SchemaError(
            "{place}: row {row} cannot be split into cells",
            arrived="{problem}",
            fix="look for a quotation mark that is not closed in or after this row",
            place=path.name,
            row=row + 1,
            problem=problem,
        ) from None


def _delimiter(content: str, path: Path) -> str:
    header = next((line for line in content.splitlines() if line.strip(" \ufeff,;\t")), "")
    unquoted = "".join(header.split('"')[::2])
    counts = {mark: unquoted.count(mark) for mark in DELIMITERS}
    best = max(counts.values())
    winners = [mark for mark, count in counts.items() if count == best]
    if best and len(winners) > 1:
        raise SchemaError(
            "{place}: the header does not show what separates the columns",
            arrived="{header}",
            expected="commas, semicolons or tabs, and the others only inside quotation marks",
            fix="save the table as .xlsx, or rename the columns",
            place=path.name,
            header=header[:80],
        )
    return winners[0] if best else ","
