"""Units of measure as a table writes them, beside the names of its columns. Never applied."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from spatialcarbon.core.errors import UnitMismatchError
from spatialcarbon.core.units import parse_unit
from spatialcarbon.data.cells import cell_number, half_width
from spatialcarbon.data.schema import YEAR_NAMES, parse_year

_LINE = re.compile(
    r"[\s（(【\[]*(?:计量|数据)?\s*(?:单\s*位|units?)\s*[:：]\s*(.+?)[\s)）】\]]*", re.IGNORECASE
)
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]+)[)）\]】]")
_CUSTOMARY = re.compile(
    r"[十百千万亿]*(?:吨|克|千克|公斤|元|美元|人|户|个|辆|套|公里|千米|平方公里|平方千米|平方米|立方米"
    r"|公顷|亩|千瓦时|度|焦耳?|标准煤)(?:标准煤|标煤|标准油|二氧化碳当?量?|碳|CO2)?(?:[/每].+)?"
    r"|[‰°]|10\^?\d+ ?\S+"
)
_LONGEST = 100
"""Characters of the longest unit of measure, or line that names one."""

_CODE = re.compile(r"\d{6}(?:0{6})?")


def looks_like_unit(words: str) -> bool:
    """Tell whether some words are a unit of measure, known to the package or not.

    Examples
    --------
    >>> [looks_like_unit(words) for words in ("万吨标准煤", "Mt CO2", "上年=100", "1")]
    [True, True, False, False]
    """
    plain = half_width(words)
    if not plain or len(plain) > _LONGEST or cell_number(plain) is not None or parse_year(plain):
        return False
    if _CUSTOMARY.fullmatch(plain):
        return True
    try:
        parse_unit(plain)
    except UnitMismatchError:
        return False
    return True


def unit_line(cell: object) -> str:
    """Return the unit in a cell that says nothing else, such as ``单位：万吨``; else nothing.

    Examples
    --------
    >>> unit_line("（单位：亿元）"), unit_line("单位负责人：张三")
    ('亿元', '')
    """
    found = None
    if isinstance(cell, str) and len(cell) <= _LONGEST:
        found = _LINE.fullmatch(cell)
    return found[1].strip() if found else ""


def unit_in_name(name: str) -> str:
    """Return the unit of measure written in the name of a column, as it stands there.

    Examples
    --------
    >>> unit_in_name("2015 / GDP（亿元）"), unit_in_name("CO2排放量/万吨"), unit_in_name("GDP")
    ('亿元', '万吨', '')
    """
    if len(name) > 10 * _LONGEST:
        return ""
    for inside in reversed(_BRACKETS.findall(name)):
        words = re.sub(r"^\s*单位\s*[:：]", "", inside).strip()
        if looks_like_unit(words):
            return words
    parts = re.split(r"([/,，])", name)
    for cut in range(1, len(parts), 2):
        words = "".join(parts[cut + 1 :]).strip()
        if looks_like_unit(words):
            return words
    return ""


def written_measures(
    columns: Mapping[str, Sequence[object]], row_units: Mapping[str, str], line_unit: str
) -> dict[str, str]:
    """Return the unit of measure each column is said to be in, as written.

    Parameters
    ----------
    columns : mapping
        Name and cells of each column.
    row_units : mapping
        Units that stand in a row below the header.
    line_unit : str
        The unit of a line above the header. It is taken for columns of numbers
        that have no other, are no years and no codes; not if it names several units.
    """
    found = {}
    for name, cells in columns.items():
        own = row_units.get(name) or unit_in_name(name)
        if own:
            found[name] = own
        elif looks_like_unit(line_unit) and _is_quantity(name, cells):
            found[name] = line_unit
    return found


def _is_quantity(name: str, cells: Sequence[object]) -> bool:
    held = [cell for cell in cells if cell is not None]
    numbers = [cell_number(cell) for cell in held]
    if not any(number is not None and number == number for number in numbers):
        return False
    if name.strip().lower() in YEAR_NAMES or all(parse_year(cell) for cell in held):
        return False
    return not all(_CODE.fullmatch(half_width(str(cell))) for cell in held)
