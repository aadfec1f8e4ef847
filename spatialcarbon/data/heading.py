"""Where the header of a table is: titles above it, names over several rows joined into one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import listed, text
from spatialcarbon.core.limits import within
from spatialcarbon.data.cells import cell_number
from spatialcarbon.data.measures import looks_like_unit, unit_line
from spatialcarbon.data.schema import label_text, parse_year
from spatialcarbon.data.skipping import Skipped

if TYPE_CHECKING:
    from spatialcarbon.data.grid import Grid, Line

MAX_HEADER_ROWS = 5
"""A header found by rule has at most this many rows."""

_UNIT_WORDS = frozenset({"单位", "计量单位", "unit", "units", "unit of measure"})
_ORDINALS = frozenset("甲乙丙丁") | {"序号", "栏次", "列次"}
_GLUED = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+|\s+(?=[\u3000-\u9fff\uff00-\uffef])")
ERROR_VALUE = re.compile(r"#(REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|N/A|#+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The header of a table.

    Parameters
    ----------
    rows : tuple of int
        The rows of the file it stands in.
    names : list of str
        A name for each column, empty where there is none.
    stop : int
        Position of the first line below.
    skipped : tuple of Skipped
        Titles, units and column numbers that were passed over.
    line_unit : str
        The unit of a line such as ``单位：万吨``.
    units : dict
        Units in a row of their own, by position of the column.
    """

    rows: tuple[int, ...]
    names: list[str]
    stop: int
    skipped: tuple[Skipped, ...]
    line_unit: str
    units: dict[int, str]


def find_heading(grid: Grid, lines: Sequence[Line], asked: tuple[int, ...]) -> Heading:
    """Return the header of the table in some lines, none of them blank.

    The header begins with the first row that has two filled cells or more, a
    unit such as ``单位：万吨`` not counted; rows above it are titles. The row below
    belongs to it where cells are merged down into that row; or where columns
    still lack a name of their own, the row holds no number but years, and its
    first column is named in exactly one of the two.
    """
    if asked:
        first, block = _asked_rows(grid, lines, asked)
        stop = first + len(block)
    else:
        first = _first(lines)
        block, stop = [lines[first]], first + 1
    skipped: list[Skipped] = []
    units: dict[int, str] = {}
    line_unit = ""
    for line in lines[:first]:
        found = [unit for i in line.filled if (unit := unit_line(line.at(i)))]
        line_unit = line_unit or (found[0] if len(found) == 1 else "")
        skipped.append(Skipped("unit" if found else "title", line))
    while stop < len(lines):
        line = lines[stop]
        if row_units := _unit_row(line):
            units |= row_units
            skipped.append(Skipped("unit", line))
        elif _column_numbers(line):
            skipped.append(Skipped("numbers", line))
        elif not asked and _continues(grid, block, line, lines[stop + 1 :]):
            block.append(line)
        else:
            break
        stop += 1
    names = _names(grid, block)
    if not asked:
        _refuse_second_language(grid, block[-1], lines[stop:])
    return Heading(
        rows=tuple(line.row for line in block),
        names=names,
        stop=stop,
        skipped=tuple(skipped),
        line_unit=line_unit,
        units=units,
    )


def header_text(cell: object) -> str:
    r"""Return the name in a header cell, on one line, without blanks between Chinese characters.

    Examples
    --------
    >>> header_text("人 口\n（万人）"), header_text("GDP  total"), header_text(2015.0)
    ('人口（万人）', 'GDP total', '2015')
    """
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return label_text(cell)
    # Runs of blanks first: a long one costs the pattern its square.
    return " ".join(_GLUED.sub("", " ".join(cell.split())).split())


def _asked_rows(
    grid: Grid, lines: Sequence[Line], asked: tuple[int, ...]
) -> tuple[int, list[Line]]:
    rows = [line.row for line in lines]
    positions = [rows.index(row) for row in asked if row in rows]
    together = list(range(positions[0], positions[0] + len(asked))) if positions else []
    if positions != together or len(positions) < len(asked):
        raise OptionError(
            "header={rows} does not name rows of {place} that stand together and hold something",
            arrived="rows {present} hold something",
            rows=list(asked),
            place=grid.place,
            present=some(rows, 12),
        )
    return positions[0], [lines[i] for i in positions]


def _first(lines: Sequence[Line]) -> int:
    if all(len(line.filled) < 2 for line in lines):
        return 0
    for position, line in enumerate(lines):
        if sum(not unit_line(line.at(i)) for i in line.filled) >= 2:
            return position
    return 0


def is_name(cell: object) -> bool:
    """Tell whether a cell could be a name in a header: text, or a year."""
    if isinstance(cell, str) and not ERROR_VALUE.fullmatch(cell.strip()):
        return cell_number(cell) is None or parse_year(cell) is not None
    return parse_year(cell) is not None


def _unit_row(line: Line) -> dict[int, str]:
    """Return the units of a row that holds nothing else, by position."""
    filled = line.filled
    if isinstance(line.at(0), str) and str(line.at(0)).strip().lower() in _UNIT_WORDS:
        filled = filled[1:]
    elif filled and filled[0] == 0:
        return {}
    words = {i: str(line.at(i)).strip("()（） \u3000") for i in filled}
    textual = all(isinstance(line.at(i), str) for i in filled)
    return words if words and textual and all(map(looks_like_unit, words.values())) else {}


def _column_numbers(line: Line) -> bool:
    """Tell whether a row counts its columns, as forms do: 甲, 1, 2, 3."""
    cells = [line.at(i) for i in line.filled]
    led = [cell for cell in cells if isinstance(cell, str) and cell.strip() in _ORDINALS]
    numbers = [cell_number(cell) for cell in cells[len(led) :]]
    starts = bool(led) or line.at(0) is None
    return starts and len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))


def _continues(grid: Grid, block: Sequence[Line], line: Line, below: Sequence[Line]) -> bool:
    if len(block) >= MAX_HEADER_ROWS or not below:
        return False
    rows = [head.row for head in block]
    if any(span.top in rows and span.bottom >= line.row for span in grid.merged):
        return True
    if not all(is_name(line.at(i)) for i in line.filled):
        return False
    used = sorted({i for other in below if len(other.filled) > 1 for i in other.filled})
    if not used:
        return False
    last = block[-1]
    # A name merged across, or written twice, needs another below to tell its columns apart.
    wide = any(span.top == last.row and span.right > span.left for span in grid.merged)
    own = [header_text(last.at(i)) for i in used if last.at(i) is not None]
    gaps = any(all(head.at(i) is None for head in block) for i in used)
    named = any(head.at(used[0]) is not None for head in block)
    apart = named != (line.at(used[0]) is not None)
    return (gaps or wide or len(set(own)) < len(own)) and apart


def _names(grid: Grid, block: Sequence[Line]) -> list[str]:
    width = max(len(line.cells) for line in block)
    across: dict[tuple[int, int], object] = {}
    for span in grid.merged:
        for line in block:
            if span.top <= line.row <= span.bottom:
                top = next((head for head in block if head.row == span.top), line)
                across |= {
                    (line.row, i): top.at(span.left)
                    for i in range(span.left, min(span.right + 1, width))
                }
    parts: list[list[str]] = [[] for _ in range(width)]
    for depth, line in enumerate(block):
        carried: object = None
        for i in range(width):
            cell = line.at(i)
            if (line.row, i) in across:
                cell, carried = across[line.row, i], None
            elif cell is not None:
                _check_name(grid, line, i)
                carried = cell
            elif any(lower.at(i) is not None for lower in block[depth + 1 :]):
                cell = carried
            name = header_text(cell)
            within("NAME_CHARACTERS", len(name), grid.place)
            if name and (not parts[i] or parts[i][-1] != name):
                parts[i].append(name)
    return [" / ".join(part) for part in parts]


def _check_name(grid: Grid, line: Line, column: int) -> None:
    cell = line.at(column)
    if is_name(cell):
        return
    raise SchemaError(
        "{place}: row {row} is taken for the header, but one of its cells is no name",
        arrived="{cell}: {content!r}",
        expected="a header of names and years",
        fix="write names and years in this row; add a header where there is none; or say where it "
        "is: header=2",
        place=grid.place,
        row=line.row,
        cell=grid.cell(line.row, column),
        content=str(cell).removesuffix(" 00:00:00") if isinstance(cell, datetime.date) else cell,
    )


def _refuse_second_language(grid: Grid, head: Line, below: Sequence[Line]) -> None:
    """Raise for a row of names right below the header, such as the same names in English."""
    if len(below) < 2:
        return
    line, rest = below[0], below[1:]
    words = [line.at(i) for i in line.filled]
    if not all(isinstance(w, str) and is_name(w) and not re.search(r"\d", w) for w in words):
        return
    over = [
        i
        for i in line.filled[1:]
        if (under := [cell_number(other.at(i)) for other in rest if other.at(i) is not None])
        and all(number is not None for number in under)
    ]
    if len(over) > 1:
        raise SchemaError(
            "{place}: row {row} holds words above numbers: is it part of the header?",
            arrived="{cells}",
            fix="header=[{first}, {row}] to join both rows; header={first} with skip=[{row}] to "
            "leave it out",
            place=grid.place,
            row=line.row,
            first=head.row,
            cells=listed(
                (
                    text("{cell}: {content!r}", cell=grid.cell(line.row, i), content=line.at(i))
                    for i in over
                ),
                5,
            ),
        )
