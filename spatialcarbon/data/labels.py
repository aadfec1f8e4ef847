"""The places of a table: names cleaned of what is not part of them, then matched to codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import NameMatchError, SchemaError
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.data.heading import ERROR_VALUE
from spatialcarbon.data.schema import is_blank, label_text, plain_labels

if TYPE_CHECKING:
    from spatialcarbon.data.gazetteer import Level
    from spatialcarbon.data.names import Dissolved
    from spatialcarbon.data.rawtable import RawTable

_HANZI = re.compile(r"[\u3400-\u9fff]")
_GAP = re.compile(r"(?<=[\u3400-\u9fff])[\s\u200b\ufeff]+(?=[\u3400-\u9fff])")
_CIRCLED = re.compile(r"\s*[①-⑳]+$")
_MARKED = re.compile(r"\s*(?:[*＊†‡※#＃]+|[①-⑳]+|[\[(（【]?(?:注)?\d{1,2}[\])）】])$")
_TAIL = 40
"""Characters at the end of a label among which footnote marks are looked for."""

MAX_SAID = 8


def clean_label(label: str) -> str:
    """Return a name without footnote marks and without blanks between Chinese characters.

    Examples
    --------
    >>> [clean_label(label) for label in ("成 都", "济南①", "莱芜*", "A 1*")]
    ['成都', '济南', '莱芜', 'A 1*']
    """
    plain = _without(_CIRCLED, label)
    if _HANZI.search(plain):
        plain = _without(_MARKED, _GAP.sub("", plain))
    return plain.strip() or label


def _without(mark: re.Pattern[str], label: str) -> str:
    """Take a mark from the end of a label, in time that does not grow with the square of it."""
    head, tail = label[:-_TAIL], label[-_TAIL:]
    return head + mark.sub("", tail)


def place_labels(table: RawTable, unit: str) -> tuple[list[int] | list[str], list[Text]]:
    """Return the label of each row, and a remark on those that were cleaned.

    Raises
    ------
    SchemaError
        A row without a label, or with an error of a spreadsheet for one.
    """
    cells = table.cells(unit)
    blank = [i for i, cell in enumerate(cells) if is_blank(cell)]
    if blank:
        raise SchemaError(
            "{place}: {n} rows have nothing in column {unit}",
            arrived="{cells}",
            expected="the name or code of a place in every row",
            fix="write the place in every row; leave rows that are no places out with skip=[{row}]",
            place=table.place,
            n=len(blank),
            unit=unit,
            row=table.rows[blank[0]],
            cells=listed((table.where(i, unit) for i in blank), 10),
        )
    wrong = [
        i
        for i, cell in enumerate(cells)
        if isinstance(cell, str) and ERROR_VALUE.fullmatch(cell.strip())
    ]
    if wrong:
        raise SchemaError(
            "{place}: {n} cells of column {unit} hold an error of the spreadsheet",
            arrived="{cells}",
            expected="the name or code of a place",
            fix="mend the formula in these cells, and save the file",
            place=table.place,
            n=len(wrong),
            unit=unit,
            cells=listed(
                (_said(table.where(i, unit), label_text(cells[i])) for i in wrong),
                10,
            ),
        )
    labels = plain_labels(cells)
    clean = [clean_label(label) if isinstance(label, str) else label for label in labels]
    changed = {
        str(before): text("{before} → {after}", before=before, after=after)
        for before, after in zip(labels, clean, strict=True)
        if before != after
    }
    remarks = []
    if changed:
        remarks.append(
            text(
                "names read without blanks and footnote marks: {names}",
                names=listed(changed.values(), MAX_SAID),
            )
        )
    return clean, remarks  # type: ignore[return-value]


def match_labels(
    table: RawTable,
    unit: str,
    labels: Sequence[int | str],
    records: Sequence[int],
    level: Level,
    dissolved: Dissolved,
) -> tuple[dict[int, int], Text]:
    """Return the adcode of each record, and a remark.

    Raises
    ------
    NameMatchError
        Names that are unknown or could be several, with their cells.
    """
    from spatialcarbon.data.names import match_names

    written = {i: label_text(labels[i]) for i in records}
    distinct = list(dict.fromkeys(written.values()))
    try:
        codes = match_names(distinct, level=level, dissolved=dissolved)
    except NameMatchError as problem:
        failed = []
        for name in distinct:
            try:
                match_names([name], level=level, dissolved=dissolved)
            except NameMatchError:
                first = next(i for i in records if written[i] == name)
                failed.append(_said(table.where(first, unit), name))
        raise NameMatchError(
            "{place}, column {unit}: {problem}",
            arrived="{cells}",
            fix=problem.fix,
            place=table.place,
            unit=unit,
            problem=Text(problem.what, problem.params),
            cells=listed(failed, 10),
        ) from None
    code_of = dict(zip(distinct, codes.tolist(), strict=True))
    said = text("{n} places of column {unit} matched to adcodes", n=len(distinct), unit=unit)
    return {i: code_of[name] for i, name in written.items()}, said


def _said(where: Text, name: str) -> Text:
    return text("{cell} ({name})", cell=where, name=name)
