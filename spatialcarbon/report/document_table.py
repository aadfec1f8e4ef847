"""Tables as the report shows them: cells as text, what is left out, and what is folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatialcarbon.report.document_text import pretty

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language
    from spatialcarbon.report.tables import Table

MAX_ROWS = 400
"""A page shows no more rows of a table; the files hold all."""

OPEN_ROWS = 25
"""A longer table is folded until the reader opens it."""

WIDE, WIDER = 8, 14
"""More columns than these are printed smaller."""


@dataclass(frozen=True)
class ShownTable:
    """A table as text, ready for the page.

    Parameters
    ----------
    number : int
        Its number in the report.
    name, title, note : str
        Stem of its files; heading; how to read it.
    headings : sequence of (words, is number)
    rows : sequence of sequence of (words, is number)
    total : int
        Rows before the page left some out.
    """

    number: int
    name: str
    title: str
    note: str
    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[tuple[str, bool]]]
    total: int

    @property
    def hidden(self) -> int:
        """Rows that only the files hold."""
        return self.total - len(self.rows)

    @property
    def width(self) -> str:
        """Classes for the style sheet: columns beyond a page of paper need smaller letters."""
        columns = len(self.headings)
        return " wider" if columns > WIDER else " wide" if columns > WIDE else ""

    @property
    def folded(self) -> bool:
        """Whether the table is closed until the reader opens it."""
        return len(self.rows) > OPEN_ROWS


def shown_table(table: Table, number: int, language: Language) -> ShownTable:
    """How does a table look on the page?

    Parameters
    ----------
    table : Table
        What an analysis made.
    number : int
        Its number in the report.
    language : {"en", "zh"}
        Language of headings and words.

    Returns
    -------
    ShownTable
    """
    frame = table.page()
    columns = list(frame.columns)
    numeric = [_is_number(frame[column].dtype) for column in columns]
    rows = [
        [
            (pretty(table.cell(column, value, language)), is_number)
            for column, value, is_number in zip(columns, row, numeric, strict=True)
        ]
        for row in frame.head(MAX_ROWS).itertuples(index=False, name=None)
    ]
    return ShownTable(
        number=number,
        name=table.name,
        title=table.title.render(language),
        note="" if table.note is None else table.note.render(language),
        headings=[(table.heading(c, language), n) for c, n in zip(columns, numeric, strict=True)],
        rows=rows,
        total=len(frame),
    )


def _is_number(dtype: Any) -> bool:
    return bool(dtype.kind in "fiu")
