"""Tables: one description, written as CSV, as a sheet of a workbook, or as HTML."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.lettering import unit_label

if TYPE_CHECKING:
    from pathlib import Path

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FIXED_DATE = (2000, 1, 1)


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
        name = words.render(language) if words is not None else str(column)
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
        return str(value)


def to_csv_bytes(table: Table) -> bytes:
    """Return the table as CSV: UTF-8 with a byte-order mark, so that Excel shows Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_text(str(column)) for column in table.frame.columns])
    for row in table.frame.itertuples(index=False, name=None):
        writer.writerow([_plain(value) for value in row])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _plain(value: Any) -> str:
    if isinstance(value, Text):
        return safe_text(value.render("en"))
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, (float, np.floating)):
        return "" if math.isnan(value) else repr(float(value))
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return str(value)
    return safe_text(str(value))


def safe_text(text: str) -> str:
    """Return text that a spreadsheet will not run as a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def write_workbook(path: Path, tables: Sequence[Table], language: Language) -> None:
    """Write all tables to one Excel file, a sheet each, with headings frozen."""
    from datetime import datetime

    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "spatialcarbon"
    book.properties.created = book.properties.modified = datetime(*FIXED_DATE)
    names: set[str] = set()
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.name, names))
        sheet.append([_excel_text(table.title.render(language))])
        sheet["A1"].font = Font(bold=True, size=12)
        if table.note is not None:
            sheet.append([_excel_text(table.note.render(language))])
        sheet.append([_excel_text(table.heading(c, language)) for c in table.frame.columns])
        top = sheet.max_row
        for cell in sheet[top]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="E8EDF2")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for row in table.frame.itertuples(index=False, name=None):
            sheet.append(
                [
                    _excel(table, column, value, language)
                    for column, value in zip(table.frame.columns, row, strict=True)
                ]
            )
        for at, column in enumerate(table.frame.columns, start=1):
            letter = get_column_letter(at)
            widest = max(
                [len(table.heading(column, language)) * 0.7]
                + [len(str(cell.value or "")) for cell in sheet[letter][top : top + 200]]
            )
            sheet.column_dimensions[letter].width = min(40, max(9, widest + 2))
            form = _number_format(table, column)
            if form:
                for cell in sheet[letter][top:]:
                    cell.number_format = form
        sheet.freeze_panes = sheet.cell(row=top + 1, column=1)
    book.save(path)
    _fix_zip_dates(path)


def _number_format(table: Table, column: str) -> str:
    digits = table.decimals.get(column)
    if digits is None:
        return ""
    return "#,##0" + ("." + "0" * digits if digits else "")


def _excel(table: Table, column: str, value: Any, language: Language) -> Any:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if value is None or value is pd.NA:
        return None
    return _excel_text(table.cell(column, value, language))


def _excel_text(text: str) -> str:
    """Return text that is no formula and holds no character that Excel refuses."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return safe_text(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text))


def _sheet_name(name: str, taken: set[str]) -> str:
    base = "".join("_" if ch in "[]:*?/\\" else ch for ch in name)[:31]
    candidate, number = base, 2
    while candidate.lower() in taken:
        suffix = f"_{number}"
        candidate, number = base[: 31 - len(suffix)] + suffix, number + 1
    taken.add(candidate.lower())
    return candidate


def _fix_zip_dates(path: Path) -> None:
    """Write the workbook again with fixed dates, so that the same tables give the same bytes."""
    import re
    import zipfile

    with zipfile.ZipFile(path) as archive:
        parts = [(item.filename, archive.read(item)) for item in archive.infolist()]
    stamp = b"2000-01-01T00:00:00Z"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            data = content
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, (*FIXED_DATE, 0, 0, 0))
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)


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
