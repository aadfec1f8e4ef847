"""Tables: one description, shown on a page, in a workbook and a terminal, written as CSV."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.core.printable import printable
from spatialcarbon.report.lettering import unit_label

# The last four are the full-width forms, which a Chinese or Japanese spreadsheet runs as well.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


_INSIDE = re.compile("([;\t\n][ \u00a0\u3000]*)(?=[=+\\-@＝＋－＠])")


@dataclass(frozen=True, eq=False)
class Table:
    """A table with readable headings.

    Parameters
    ----------
    name : str
        Stem of the file name, sheet name.
    title : Text
        Heading.
    frame : DataFrame
        Plain columns; the column names are what CSV files carry.
    headings : mapping
        Column → heading in words, for the workbook and the page.
    measures : mapping
        Column → unit of measure.
    decimals : mapping
        Column → digits after the point; the default is six significant digits.
    words : mapping
        Values to translate when shown, such as ``"High-High"``.
    note : Text or None
        How to read the table.
    shown : sequence of str
        Columns for the page; the default is all.
    shown_rows : Series of bool or None
        Rows for the page; files hold all.
    """

    name: str
    title: Text
    frame: pd.DataFrame
    headings: Mapping[str, Text] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, Text] = field(default_factory=dict)
    note: Text | None = None
    shown: Sequence[str] = ()
    shown_rows: pd.Series[bool] | None = None

    def page(self) -> pd.DataFrame:
        """Return the columns and rows meant for a page or a terminal."""
        frame = self.frame if self.shown_rows is None else self.frame[self.shown_rows.to_numpy()]
        return frame[list(self.shown or frame.columns)]

    def heading(self, column: str, language: Language) -> str:
        """Return the heading of a column, its unit of measure in brackets."""
        words = self.headings.get(column)
        name = words.render(language) if words is not None else printable(str(column))
        measure = self.measures.get(column, "")
        if not measure:
            return name
        said = unit_label(measure, language)
        return translate("{quantity} ({measure})", language, quantity=name, measure=said)

    def cell(self, column: str, value: Any, language: Language) -> str:
        """Return a value as it is shown."""
        if isinstance(value, Text):
            return value.render(language)
        if value is None or value is pd.NA:
            return "–"
        if isinstance(value, (float, np.floating)) and math.isnan(value):
            return "–"
        if isinstance(value, (float, np.floating)):
            digits = self.decimals.get(column)
            shown = f"{value:.6g}" if digits is None else f"{value:,.{digits}f}"
            return shown.replace("-", "−")
        if isinstance(value, str) and value in self.words:
            return self.words[value].render(language)
        return printable(str(value))


def to_csv_bytes(table: Table) -> bytes:
    """Return the table as CSV: UTF-8 with a byte-order mark, so that Excel shows Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_field(str(column)) for column in table.frame.columns])
    for row in table.frame.itertuples(index=False, name=None):
        writer.writerow([_plain(value) for value in row])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _plain(value: Any) -> str:
    if isinstance(value, Text):
        return safe_field(value.render("en"))
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, (float, np.floating)):
        return "" if math.isnan(value) else repr(float(value))
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return str(value)
    return safe_field(str(value))


def safe_text(text: str) -> str:
    """Return printable text that a spreadsheet will not run as a formula.

    Spaces before the sign do not save anybody: some programs cut them off first.

    Examples
    --------
    >>> [safe_text(t) for t in ("=1+1", " @SUM(A1)", "a=b")]
    ["'=1+1", "' @SUM(A1)", 'a=b']
    """
    said = printable(text)
    return "'" + said if said.lstrip(" \u00a0\u3000").startswith(FORMULA_STARTS) else said


def safe_field(text: str) -> str:
    """Return text for a field of a CSV file that no spreadsheet will run as a formula.

    Where the comma is the sign of decimals, a spreadsheet parts fields at semicolons: what
    follows one, a tab or the end of a line can be the beginning of a cell.

    Examples
    --------
    >>> safe_field("a; =1+1"), safe_field("10; -5")
    ("a; '=1+1", "10; '-5")
    """
    return _INSIDE.sub(r"\1'", safe_text(text))


def to_terminal(table: Table, language: Language, limit: int = 60) -> Any:
    """Return the table for a terminal (a rich renderable)."""
    from rich.table import Table as RichTable
    from rich.text import Text as Plain

    # Plain text throughout: rich would take "[Mt]" in a heading for an instruction.
    title = Plain(table.title.render(language), style="italic")
    shown = RichTable(title=title, title_justify="left", box=None)
    page = table.page()
    columns = list(page.columns)
    for column in columns:
        numeric = pd.api.types.is_numeric_dtype(page[column])
        heading = Plain(table.heading(column, language))
        shown.add_column(heading, justify="right" if numeric else "left")
    for row in page.head(limit).itertuples(index=False, name=None):
        cells = [table.cell(c, v, language) for c, v in zip(columns, row, strict=True)]
        shown.add_row(*map(Plain, cells))
    hidden = len(page) - limit
    if hidden > 0:
        shown.caption = translate("… and {n} more rows", language, n=hidden)
    return shown
