"""Rows of a page that are no rows of its table: titles, units, notes, repeated headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.data.cells import cell_number

if TYPE_CHECKING:
    from spatialcarbon.data.grid import Grid, Line

Why = Literal["title", "unit", "numbers", "header", "note", "asked"]

MAX_SAID = 8
"""How many rows one remark lists."""

_NOTE = re.compile(
    r"[\s（(]*(?:附?注(?:释|解|[\d一二三]*[:：.、])|注\s|备注[:：]|说明[:：]|(?:资料|数据)?来源[:：]?"
    r"|注[:：]|(?:data )?(?:notes?|sources?|remarks?)\s*[:：.])",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"\s*(?:[①-⑳*＊†‡※]|[\[(（]\d[\])）])\s*\S")
_CONTINUED = re.compile(r"\s*[（(]?\s*(?:续\s*表?\s*\d*|continued)\s*[)）]?\s*", re.IGNORECASE)
_SENTENCE = re.compile(r"[。；;：:]")


@dataclass(frozen=True)
class Skipped:
    """A row that is not read as data.

    Parameters
    ----------
    kind : {"title", "unit", "numbers", "header", "note", "asked"}
        A title above the header, units of measure, numbers of columns, the header
        again, a note below the table, or a row the caller left out.
    line : Line
        The row.
    """

    kind: Why
    line: Line

    @property
    def row(self) -> int:
        """Return the row of the file."""
        return self.line.row

    @property
    def content(self) -> str:
        """Return what the row says."""
        return self.line.said

    @property
    def why(self) -> Text:
        """Return the reason, as a sentence that names the row."""
        return _reason(self.kind, [self])


def skip_remarks(skipped: Iterable[Skipped]) -> list[Text]:
    """Return one remark for each kind of rows that were passed over."""
    by_kind: dict[Why, list[Skipped]] = {}
    for one in skipped:
        by_kind.setdefault(one.kind, []).append(one)
    return [_reason(kind, rows) for kind, rows in by_kind.items()]


def _reason(kind: Why, skipped: Sequence[Skipped]) -> Text:
    rows = listed(
        (text("row {row} ({content})", row=one.row, content=one.content) for one in skipped),
        MAX_SAID,
    )
    match kind:
        case "title":
            return text("above the header, not read as data: {rows}", rows=rows)
        case "unit":
            return text("units of measure written in the table, not applied: {rows}", rows=rows)
        case "numbers":
            return text("numbers of columns, not read as data: {rows}", rows=rows)
        case "header":
            return text("header repeated inside the table, not read as data: {rows}", rows=rows)
        case "note":
            return text("notes, not read as data: {rows}", rows=rows)
        case "asked":
            return text("left out as asked: {rows}", rows=rows)


def without_asked(
    grid: Grid, lines: Sequence[Line], asked: tuple[int, ...]
) -> tuple[list[Line], list[Skipped]]:
    """Return the lines that are not to be skipped, and those that are.

    Raises
    ------
    OptionError
        For a row that is not there, or holds nothing.
    """
    absent = sorted(set(asked) - {line.row for line in lines})
    if absent:
        raise OptionError(
            "skip= names rows of {place} that hold nothing: {rows}",
            fix="give rows as the file counts them, from 1",
            place=grid.place,
            rows=some(absent),
        )
    kept = [line for line in lines if line.row not in asked]
    return kept, [Skipped("asked", line) for line in lines if line.row in asked]


def split_body(
    grid: Grid, head: Sequence[Line], below: Sequence[Line], width: int
) -> tuple[list[Line], list[Skipped]]:
    """Return the rows of a table, and what stands between and below them.

    Notes begin with a row that starts with a word such as 注：, 资料来源：, Note: or
    Source:, with a footnote mark in a row of one cell, or that holds nothing but
    texts with a colon. One-cell rows at the very end that hold a sentence are notes too.

    Raises
    ------
    SchemaError
        Where the table goes on below its notes.
    """
    body: list[Line] = []
    skipped: list[Skipped] = []
    noted: Line | None = None
    for line in below:
        alone = len(line.filled) == 1 and width > 1
        if _is_note(line, alone=alone) or (noted is not None and alone):
            noted = line
            skipped.append(Skipped("note", line))
        elif noted is not None:
            raise SchemaError(
                "{place}: the table goes on below a note",
                arrived="{cell} after the note in row {row}: {note!r}",
                expected="notes at the end only",
                fix="skip=[{row}] to leave the note out; or move a second table to a file or sheet "
                "of its own",
                place=grid.place,
                cell=grid.cell(line.row, line.filled[0]),
                row=noted.row,
                note=noted.said,
            )
        elif any(_same(line, other) for other in head) or (
            alone and _CONTINUED.fullmatch(str(line.at(line.filled[0]))[:100])
        ):
            skipped.append(Skipped("header", line))
        else:
            body.append(line)
    tail: list[Skipped] = []
    while body and width > 1 and _ends_table(body[-1]):
        tail.insert(0, Skipped("note", body.pop()))
    return body, sorted([*skipped, *tail], key=lambda one: one.row)


def _same(line: Line, head: Line) -> bool:
    return line.filled == head.filled and all(
        str(line.cells[i]).strip() == str(head.cells[i]).strip() for i in line.filled
    )


def _is_note(line: Line, *, alone: bool) -> bool:
    cells = [line.cells[i] for i in line.filled]
    if any(not isinstance(cell, str) for cell in cells):
        return False
    if _NOTE.match(str(cells[0])):
        return all(cell_number(cell) is None for cell in cells)
    if alone:
        return bool(_FOOTNOTE.match(str(cells[0])))
    return len(cells) > 1 and all(re.search("[:：]", str(cell)) for cell in cells)


def _ends_table(line: Line) -> bool:
    cell = line.at(line.filled[0])
    return len(line.filled) == 1 and isinstance(cell, str) and bool(_SENTENCE.search(cell))
