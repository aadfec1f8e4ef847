"""All tables in one Excel file: contents, a sheet each, and what to know about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Language, text, translate
from spatialcarbon.report.lettering import say
from spatialcarbon.report.workbook_notes import Preface, notes_of
from spatialcarbon.report.workbook_sheet import (
    INK,
    LINE,
    LINE_HEIGHT,
    SOFT,
    WASH,
    fill_sheet,
    link_to,
    prepare_print,
)
from spatialcarbon.report.workbook_text import cell_text, lines_needed, sheet_name, shown_width

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from spatialcarbon.report.tables import Table

FIXED_DATE = (2000, 1, 1)


def write_workbook(
    path: Path, tables: Sequence[Table], language: Language, preface: Preface | None = None
) -> None:
    """Write tables to one Excel file.

    A page of contents comes first and notes come last; between them every table has
    its sheet: title, note, headings, units of measure, values. A single table needs
    no contents. No cell is a formula, whatever the places are called, and the same
    tables give the same bytes.

    Parameters
    ----------
    path : Path
        File to write.
    tables : sequence of Table
    language : {"en", "zh"}
        Language of words and names of sheets.
    preface : Preface, optional
        Title, questions, sources and remarks for the contents and the notes.
    """
    from datetime import datetime

    from openpyxl import Workbook

    said = preface or Preface()
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "spatialcarbon"
    book.properties.title = cell_text(say(said.title, language)) if said.title else None
    book.properties.created = book.properties.modified = datetime(*FIXED_DATE)
    contents = translate("Contents", language) if len(tables) > 1 else ""
    notes = translate("Notes", language)
    taken = {contents.lower(), notes.lower()}
    names = [sheet_name(say(table.title, language), taken) for table in tables]
    if contents:
        listed = [*zip(names, tables, strict=True)]
        _write_contents(book.create_sheet(contents), listed, notes, said, language)
    for name, table in zip(names, tables, strict=True):
        fill_sheet(book.create_sheet(name), table, language, contents)
    _write_notes(book.create_sheet(notes), said, contents, language)
    book.save(path)
    _fix_zip_dates(path)


def _write_contents(
    sheet: Worksheet,
    listed: Sequence[tuple[str, Table]],
    notes: str,
    preface: Preface,
    language: Language,
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    title = preface.title or text("Contents")
    _title(sheet, say(title, language))
    lead = translate(
        "{n} tables. Click a sheet to go to it, and its title to come back here.",
        language,
        n=len(listed),
    )
    sheet.append([cell_text(lead)])
    sheet.cell(2, 1).font = Font(color=SOFT)
    heads = [
        text("Sheet"),
        text("What it shows"),
        text("What it answers"),
        text("Rows"),
        text("File"),
    ]
    longest = max(shown_width(table.name) for _, table in listed)
    widths = [36.0, 52.0, 54.0, 9.0, float(max(longest, 12) + 3)]
    if not preface.questions:
        del heads[2], widths[2]
    sheet.append([])
    sheet.append([head.render(language) for head in heads])
    for at, cell in enumerate(sheet[4]):
        side = "right" if heads[at].template == "Rows" else "left"
        cell.font, cell.fill = Font(bold=True, color=INK), PatternFill("solid", fgColor=WASH)
        last = at == len(heads) - 1
        cell.alignment = Alignment(horizontal=side, vertical="center", indent=int(last))
        sheet.column_dimensions[cell.column_letter].width = widths[at]
    sheet.row_dimensions[4].height = LINE_HEIGHT + 5
    rows: list[tuple[str, list[Any]]] = []
    for name, table in listed:
        answer = preface.questions.get(table.name)
        row: list[Any] = [cell_text(name), cell_text(say(table.title, language))]
        if preface.questions:
            row.append(cell_text(say(answer, language)) if answer else None)
        rows.append((name, [*row, len(table.frame), cell_text(table.name)]))
    about = [cell_text(notes), translate("How to read the sheets, sources, versions", language)]
    rows.append((notes, about))
    thin = Border(bottom=Side("thin", color=LINE))
    tip = translate("Go to this sheet", language)
    for at, (name, row) in enumerate(rows, start=5):
        sheet.append(row)
        for number in range(1, len(heads) + 1):
            cell = sheet.cell(at, number)
            cell.border = thin
            last = number == len(heads)  # beside the counts, which stand right
            cell.alignment = Alignment(wrap_text=number <= 3, vertical="top", indent=int(last))
            if isinstance(cell.value, int):
                cell.number_format = "#,##0"
        lines = [lines_needed(str(v), w * 0.88) for v, w in zip(row, widths, strict=False) if v]
        sheet.row_dimensions[at].height = LINE_HEIGHT * max(lines) + 4
        link_to(sheet.cell(at, 1), name, tip)
        sheet.cell(at, 1).font = Font(color="0B6E99", underline="single")
    sheet.freeze_panes = "A5"
    prepare_print(sheet, "4:4")


def _write_notes(sheet: Worksheet, preface: Preface, contents: str, language: Language) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 112
    _title(sheet, translate("Notes", language))
    if contents:
        link_to(sheet.cell(1, 1), contents, translate("Back to the contents", language))
    for heading, lines in notes_of(preface, language):
        sheet.append([])
        sheet.append([cell_text(heading)])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True, size=12, color=INK)
        for line in lines:
            sheet.append([cell_text(line)])
            row = sheet.max_row
            sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[row].height = LINE_HEIGHT * lines_needed(line, 106) + 2
    prepare_print(sheet, landscape=False)


def _title(sheet: Worksheet, words: str) -> None:
    from openpyxl.styles import Font

    sheet.append([cell_text(words)])
    sheet.cell(1, 1).font = Font(bold=True, size=14, color=INK)
    sheet.row_dimensions[1].height = 24


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
