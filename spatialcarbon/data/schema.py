"""Years, labels and column names: how the keys of a table are recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.options import suggestion
from spatialcarbon.data.cells import half_width

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""The years that are taken for years."""

UNDATED = 0
"""The year of a table that has none."""

YEAR_NAMES = ("year", "years", "yr", "年", "年份", "年度", "时间")

_YEAR = re.compile(r"(\d{4})(?:\.0+)?\s*年?", re.ASCII)
_AFTER = re.compile(r"(?P<name>.*?)(?P<gap>[ _./-]*)(?P<year>\d{4})\s*年?", re.ASCII)
_BEFORE = re.compile(r"(?P<year>\d{4})(?P<mark>\s*年)?(?P<gap>[ _./-]*)(?P<name>.*)", re.ASCII)
_INSIDE = re.compile(r"(?P<name>.+?)\s*\((?P<year>\d{4})\s*年?\)", re.ASCII)
# A number of more than 18 digits is a code: it fits no integer of a table.
_WHOLE = re.compile(r"(0|[1-9]\d{0,17})(?:\.0+)?", re.ASCII)
_LARGEST = 10**18
_LONGEST = 1000
"""Characters of the longest column name in which a year is looked for."""


def _in_range(number: int) -> int | None:
    return number if FIRST_YEAR <= number <= LAST_YEAR else None


def parse_year(value: object) -> int | None:
    """Return the year a cell names, or ``None`` if it names none.

    Parameters
    ----------
    value : object
        ``2005``, ``2005.0``, ``"2005"``, ``"2005年"``, full-width digits as
        well; between 1900 and 2100.

    Examples
    --------
    >>> parse_year("２００５年")
    2005
    >>> parse_year("05") is None
    True
    """
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (int, np.integer)):
        return _in_range(int(value))
    if isinstance(value, (float, np.floating)):
        return _in_range(int(value)) if float(value).is_integer() else None
    if isinstance(value, str):
        match = _YEAR.fullmatch(half_width(value))
        return _in_range(int(match[1])) if match else None
    return None


def split_year_name(name: str) -> tuple[str, int] | None:
    """Split the name of a wide table's column into variable and year.

    Parameters
    ----------
    name : str
        ``"2005"``, ``"2005年"``, ``"co2_2005"``, ``"co2 2005"``, ``"2005_co2"``,
        ``"gdp2005"``, ``"人口2005年"``, ``"2005 / GDP(亿元)"``, ``"GDP（2005年）"``.
        A digit right beside the year is no separator:
        ``"co22005"`` stays a name.

    Returns
    -------
    (str, int) or None
        The variable is empty for a bare year.

    Examples
    --------
    >>> split_year_name("co2_2005"), split_year_name("2005年")
    (('co2', 2005), ('', 2005))
    >>> split_year_name("province") is None
    True
    """
    plain = half_width(name)
    if len(plain) > _LONGEST:
        return None
    year = parse_year(plain)
    if year is not None:
        return "", year
    match = _AFTER.fullmatch(plain)
    if match and match["name"] and (match["gap"] or _apart(match["name"][-1])):
        year = _in_range(int(match["year"]))
        return (match["name"], year) if year else None
    match = _INSIDE.fullmatch(plain)
    if match:
        year = _in_range(int(match["year"]))
        return (match["name"], year) if year else None
    match = _BEFORE.fullmatch(plain)
    if match and match["name"]:
        apart = match["gap"] or match["mark"] or _apart(match["name"][0])
        year = _in_range(int(match["year"]))
        return (match["name"], year) if year and apart else None
    return None


def _apart(character: str) -> bool:
    """Tell whether a year beside a character is a number of its own."""
    return character.isalpha() or character in "()[]（）【】"


def whole_number(cell: object) -> int | None:
    """Return the integer a label is, or ``None`` for anything else.

    Text with a leading zero is a code, not a number: ``"0101"`` stays text.

    Examples
    --------
    >>> whole_number("110000"), whole_number(110000.0), whole_number("0101")
    (110000, 110000, None)
    """
    if isinstance(cell, (bool, np.bool_)):
        return None
    if isinstance(cell, (int, np.integer)):
        return int(cell) if abs(int(cell)) < _LARGEST else None
    if isinstance(cell, (float, np.floating)):
        return int(cell) if float(cell).is_integer() and abs(float(cell)) < _LARGEST else None
    if isinstance(cell, str):
        match = _WHOLE.fullmatch(half_width(cell))
        return int(match[1]) if match else None
    return None


def is_blank(cell: object) -> bool:
    """Return whether a cell holds nothing: none, NaN or white space."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell or cell.isspace()
    return isinstance(cell, (float, np.floating)) and bool(np.isnan(cell))


def label_text(cell: object) -> str:
    """Return a label as text, whole numbers without a decimal point."""
    if isinstance(cell, str):
        return cell.strip()
    number = whole_number(cell)
    return str(cell) if number is None else str(number)


def plain_labels(cells: Sequence[object]) -> list[int] | list[str]:
    """Return labels as integers if all of them are, else all as text.

    Examples
    --------
    >>> plain_labels(["110000", 120000.0])
    [110000, 120000]
    >>> plain_labels(["0101", 120000])
    ['0101', '120000']
    """
    numbers = [whole_number(cell) for cell in cells]
    found = [number for number in numbers if number is not None]
    if len(found) == len(numbers):
        return found
    return [label_text(cell) for cell in cells]


def folded(name: str) -> str:
    """Return a column name without blanks and full-width forms, to compare names by."""
    return "".join(half_width(name).split())


def find_column(name: str, columns: Iterable[str], place: str | Text) -> str:
    """Return the column called ``name``, or raise with the closest name and those present."""
    present = [str(column) for column in columns]
    if name in present:
        return name
    same = [column for column in present if folded(column) == folded(str(name))]
    if len(same) == 1:
        return same[0]
    close = suggestion(name, present)
    raise SchemaError(
        "{place} has no column {name!r}",
        arrived="columns {present}",
        fix="{close!r}" if close else "",
        place=place,
        name=name,
        present=some(present, 12),
        close=close,
    )


def year_ranges(years: Iterable[int]) -> str:
    """Return years as text, runs of three and more shortened.

    Examples
    --------
    >>> year_ranges([2005, 2006, 2007, 2010])
    '2005–2007, 2010'
    """
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    parts: list[str] = []
    for run in runs:
        whole = [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(year) for year in run]
        parts += ["undated" if part == str(UNDATED) else part for part in whole]
    return ", ".join(parts)
