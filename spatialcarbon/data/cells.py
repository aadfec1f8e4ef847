"""Cells to numbers: what a statistical yearbook writes, read strictly and never guessed."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Text, listed, text

MAX_CELLS = 10
"""How many unreadable cells one error lists."""

# Only the full-width forms are folded. Unicode's NFKC would also turn 10² into 102
# and the footnote in 5① into 51: numbers that nobody wrote.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_GAPS = dict.fromkeys((0x00A0, 0x2009, 0x202F), 0x20)
_HALF_WIDTH = _FULL_WIDTH | _GAPS
_MINUS = "\N{MINUS SIGN}"

_MISSING = frozenset(
    """- -- --- – –– — —— ― ... …… … ⋯ ⋯⋯ / na n/a nan null 缺 无数据""".split()  # noqa: SIM905
) | {""}
_NUMBER = re.compile(
    r"""[+-]?
    (?: \d+ (?:\.\d*)?                      # 1234, 1234.5, 1234.
      | \.\d+                               # .5
      | [1-9]\d{0,2} (?:,\d{3})+ (?:\.\d*)? # 1,234.5
      | [1-9]\d{0,2} (?:[ ]\d{3})+ (?:\.\d*)?  # 1 234.5
    ) (?:[eE][+-]?\d{1,4})?""",
    re.VERBOSE | re.ASCII,
)
_ONE_COMMA = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)


def half_width(text: str) -> str:
    """Return the text with full-width forms and fixed spaces as plain ASCII, stripped.

    Examples
    --------
    >>> half_width("２００５年")
    '2005年'
    """
    return text.translate(_HALF_WIDTH).strip()


def parse_number(text: str) -> float | None:
    """Return the number a cell shows, NaN where it shows none, ``None`` where it is unclear.

    Parameters
    ----------
    text : str
        Full-width digits, thousands separated by commas or spaces in exact groups
        of three, a Unicode minus and exponents are understood. Blanks, dashes,
        ``...``, ``NA``, ``null``, ``缺``, ``无数据`` mean that there is no value.

    Returns
    -------
    float or None
        ``None`` for a percent sign, a decimal comma, text, spreadsheet errors
        and infinity: the reader reports such cells instead of guessing.

    Examples
    --------
    >>> parse_number("１,２３４.５")
    1234.5
    >>> parse_number("—")
    nan
    >>> parse_number("1,23") is None
    True
    """
    plain = half_width(text).replace(_MINUS, "-")
    if plain.lower() in _MISSING:
        return math.nan
    if not _NUMBER.fullmatch(plain):
        return None
    number = float(plain.replace(",", "").replace(" ", ""))
    return number if math.isfinite(number) else None


def cell_number(cell: object) -> float | None:
    """Return the number in a cell of any kind, as :func:`parse_number` does for text.

    Examples
    --------
    >>> cell_number(110000)
    110000.0
    >>> cell_number(True) is None
    True
    """
    if cell is None:
        return math.nan
    if isinstance(cell, str):
        return parse_number(cell)
    if isinstance(cell, (bool, np.bool_)):
        return None
    if isinstance(cell, (int, float, Decimal, np.integer, np.floating)):
        number = float(cell)
        return None if math.isinf(number) else number
    return None


@dataclass(frozen=True)
class BadCell:
    """A cell that cannot be read.

    Parameters
    ----------
    row : int
        Its row as editors count.
    column : str
        The name of its column.
    content : object
        What it holds.
    letter : str
        The letter of its column, if it is on a worksheet.
    """

    row: int
    column: str
    content: object
    letter: str = ""

    def said(self) -> Text:
        """Return where the cell stands and what it holds."""
        dated = isinstance(self.content, (datetime.date, datetime.time))
        content = str(self.content).removesuffix(" 00:00:00") if dated else self.content
        if self.letter:
            return text(
                "cell {address} ({column}): {content!r}",
                address=f"{self.letter}{self.row}",
                column=self.column,
                content=content,
            )
        return text(
            "row {row}, {column}: {content!r}", row=self.row, column=self.column, content=content
        )


def read_column(
    cells: Sequence[object], rows: Sequence[int], column: str, letter: str = ""
) -> tuple[npt.NDArray[np.float64], list[BadCell]]:
    """Return the numbers of one column and the cells that could not be read.

    Parameters
    ----------
    cells : sequence
        The cells as the file holds them.
    rows : sequence of int
        The row of each cell in the file, counted from 1 with the header.
    column : str
        Name of the column, for the report.
    letter : str
        Its letter, if it is on a worksheet.
    """
    numbers = np.full(len(cells), np.nan)
    bad: list[BadCell] = []
    for position, cell in enumerate(cells):
        number = cell_number(cell)
        if number is None:
            bad.append(BadCell(rows[position], column, cell, letter))
        else:
            numbers[position] = number
    return numbers, bad


def refuse_bad_cells(bad: Sequence[BadCell], place: str) -> None:
    """Raise one error for all unreadable cells of a table, in the order of the file."""
    if not bad:
        return
    ordered = sorted(bad, key=lambda cell: cell.row)
    raise SchemaError(
        "{place}: {n} cells cannot be read as numbers",
        arrived="{cells}",
        expected="a number such as 1234.5, 1,234.5 or 1.2e3; blank, — or ... for no value",
        fix="correct these cells, or name the columns to read with values=[...]",
        place=place,
        n=len(ordered),
        cells=listed((cell.said() for cell in ordered), MAX_CELLS),
    )


def refuse_unclear_commas(cells: Iterable[tuple[int, str, object]], place: str) -> None:
    """Raise where ``1,234`` could as well be a decimal comma.

    Files separated by semicolons come from places that write 1,234 for
    1.234. Such a cell is read as a thousand only if another cell of the table
    shows which is meant: a decimal point, or two commas in one number.
    """
    unclear: list[BadCell] = []
    for row, column, cell in cells:
        if not isinstance(cell, str):
            continue
        plain = half_width(cell).replace(_MINUS, "-")
        if _ONE_COMMA.fullmatch(plain):
            unclear.append(BadCell(row, column, cell))
        elif _NUMBER.fullmatch(plain) and ("." in plain or "," in plain):
            return
    if unclear:
        raise SchemaError(
            "{place}: commas could mean thousands or decimals",
            arrived="{cell}",
            expected="numbers with a decimal point, since the columns are separated by semicolons",
            fix="write 1234 or 1.234 for 1,234",
            place=place,
            cell=unclear[0].said(),
        )
