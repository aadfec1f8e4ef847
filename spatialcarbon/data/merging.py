"""Merged cells inside a table: a name or a year stands for all of them, a number for none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.data.cells import cell_number, half_width
from spatialcarbon.data.grid import Grid, Line, Span
from spatialcarbon.data.schema import label_text, parse_year

_CODE = re.compile(r"\d{6}(?:0{6})?")


def fill_merged(grid: Grid, body: Sequence[Line]) -> tuple[list[Line], list[Text]]:
    """Return rows with the content of merged cells in each of them, and a remark on it.

    Text, years and codes are filled in. A row that holds one merged cell and nothing
    else is a heading and stays as it is.

    Raises
    ------
    SchemaError
        A number merged over several cells, which could be the value of each, or
        their sum.
    """
    cells = {line.row: list(line.cells) for line in body}
    held = {line.row: line for line in body}
    # A range may say that it goes on to the billionth row.
    last = max(held, default=0)
    filled: list[Text] = []
    for span in sorted(grid.merged, key=lambda one: (one.top, one.left)):
        rows = [row for row in range(span.top, min(span.bottom, last) + 1) if row in cells]
        if not rows or rows[0] != span.top:
            continue
        line = held[span.top]
        content = line.at(span.left)
        alone = span.top == span.bottom and len(line.filled) == 1
        if content is None or alone:
            continue
        _refuse_number(grid, span, content)
        right = min(span.right + 1, len(line.cells))
        for row in rows:
            cells[row][span.left : right] = [content] * (right - span.left)
        filled.append(text("{range} ({content})", range=span, content=label_text(content)))
    lines = [Line(line.row, cells[line.row]) for line in body]
    if not filled:
        return lines, []
    return lines, [text("merged cells filled: {cells}", cells=listed(filled, 8))]


def _refuse_number(grid: Grid, span: Span, content: object) -> None:
    number = cell_number(content)
    names = parse_year(content) is not None or _CODE.fullmatch(half_width(str(content)))
    if number is None or number != number or names:
        return
    raise SchemaError(
        "{place}: a number is merged over several cells",
        arrived="{range}: {content!r}",
        expected="one cell for each value",
        fix="split the cells and write what holds for each",
        place=grid.place,
        range=span,
        content=content,
    )
