"""What the cells of a workbook may hold: safe words, legal sheet names, forms of numbers."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.language import Text
from spatialcarbon.core.printable import one_line
from spatialcarbon.report.tables import safe_text

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language
    from spatialcarbon.report.tables import Table

LONGEST_NAME = 31
LONGEST_TEXT = 32_767
_RESERVED = ("history",)
_YEARS = (1900, 2100)
_CODES = (100_000, 999_999)
_PLAIN = (1e-6, 1e12)
_PLACES = ("unit", "place", "adcode", "code")
WHOLE, COUNT, GENERAL = "0", "#,##0", "General"


def cell_text(words: str) -> str:
    r"""Return text that is no formula, holds nothing that Excel refuses, and fits a cell.

    Examples
    --------
    >>> cell_text("=1+1"), cell_text("a\x0bb")
    ("'=1+1", 'a�b')
    """
    legal = safe_text(words)
    return legal if len(legal) <= LONGEST_TEXT else legal[: LONGEST_TEXT - 1] + "…"


def cell_value(table: Table, column: str, value: Any, language: Language) -> Any:
    """Return what a cell holds: a number as it is, words in the language, nothing if missing."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        if math.isinf(value):  # a workbook has no such number, and an empty cell says "missing"
            return "∞" if value > 0 else "−∞"
        return None if math.isnan(value) else float(value)
    if value is None or value is pd.NA:
        return None
    words = table.cell(column, value, language)
    ours = isinstance(value, Text) or value in table.words  # nobody else's words are touched
    return cell_text(words.replace("CO2", "CO₂") if ours else words)


def sheet_name(title: str, taken: set[str]) -> str:
    """Return a legal name for a sheet that none has yet, and note it as taken.

    Parameters
    ----------
    title : str
        What the sheet shows; brackets at its end are left out, and it is cut
        between words where it is too long.
    taken : set of str
        Names in use, in lower case; the new one is added.

    Examples
    --------
    >>> taken = set()
    >>> sheet_name("Chengdu: modes of governance compared (illustrative data)", taken)
    'Chengdu – modes of governance…'
    >>> sheet_name("Chengdu: modes of governance in 2030", taken)
    'Chengdu – modes of… 2'
    """
    said = one_line(title, LONGEST_TEXT)
    bare = re.sub(r"\s*(\([^()]*\)|（[^（）]*）)\s*$", "", said).strip() or said
    plain = re.sub(r"\s*[:：]\s*", " – ", bare)
    plain = re.sub(r"[\[\]*?/\\]", "_", plain).strip(" '=+-@＝＋－＠") or "_"
    base, number = _cut(plain, LONGEST_NAME), 1
    candidate = base
    while candidate.lower() in taken or candidate.lower() in _RESERVED:
        number += 1
        suffix = f" {number}"
        candidate = _cut(plain, LONGEST_NAME - len(suffix)) + suffix
    taken.add(candidate.lower())
    return candidate


def _cut(words: str, most: int) -> str:
    """Return words within so many UTF-16 units, which is how Excel counts, cut between words."""

    def size(part: str) -> int:
        return len(part.encode("utf-16-le")) // 2

    if size(words) <= most:
        return words
    kept = words
    while size(kept) > most - 1:
        kept = kept[:-1]
    head, space, _ = kept.rpartition(" ")
    if space and words[len(kept)] != " " and size(head) > most / 2:
        kept = head
    return kept.rstrip(" –'") + "…"


def shown_width(words: str) -> int:
    """Return how many columns of a fixed font words take: a hanzi takes two.

    Examples
    --------
    >>> shown_width("CO2"), shown_width("北京市")
    (3, 6)
    """
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in words)


def lines_needed(words: str, width: float) -> int:
    """Return how many lines words take in a column of some width, broken between words."""
    lines = 0
    for paragraph in words.split("\n") or [""]:
        used, lines = 0.0, lines + 1
        for piece in re.findall(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef]|\s+", paragraph):
            long = shown_width(piece.rstrip())
            if used and used + long > width:
                used, lines = 0.0, lines + 1
            lines += max(0, math.ceil(long / width) - 1)
            used += shown_width(piece)
    return lines


def number_format(table: Table, column: str) -> str:
    """Return how Excel shows the numbers of a column; the cells keep every digit.

    Years and codes stand without thousands; the digits are those of the table, or
    four significant ones of a usual value where it names none. A column without
    numbers is ``"General"``.
    """
    values = _numbers(table, column)
    if not values.size:
        return GENERAL
    digits = table.decimals.get(column)
    if not digits and not table.measures.get(column) and (values == values.round()).all():
        years = (_YEARS[0] <= values) & (values <= _YEARS[1])
        return WHOLE if years.all() or is_code(table, column) else COUNT
    if digits is None:
        some = np.abs(values[values != 0])
        typical = float(np.median(some)) if some.size else 1.0
        if not _PLAIN[0] <= typical < _PLAIN[1]:
            return "0.000E+00"
        digits = min(max(3 - math.floor(math.log10(typical)), 0), 8)
    return COUNT + ("." + "0" * digits if digits else "")


def is_code(table: Table, column: str) -> bool:
    """Return whether whole numbers are codes of places: six digits, or a name beside them."""
    values = _numbers(table, column)
    if table.measures.get(column) or not (values == values.round()).all() or not values.size:
        return False
    columns = {str(name) for name in table.frame.columns}
    named = f"{column}_name" in columns or (column in _PLACES and "name" in columns)
    return named or bool(((_CODES[0] <= values) & (values <= _CODES[1])).all())


def _numbers(table: Table, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the finite numbers of a column, whatever else it holds."""
    kinds = (int, float, np.integer, np.floating)
    listed = [
        float(value)
        for value in table.frame[column]
        if isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value)
    ]
    return np.array(listed, dtype=np.float64)
