"""One table as a sheet: title, note, headings and units stay in sight, numbers read as numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import text, translate
from spatialcarbon.report.lettering import say, unit_label
from spatialcarbon.report.workbook_text import (
    GENERAL,
    cell_text,
    cell_value,
    is_code,
    lines_needed,
    number_format,
    shown_width,
)

if TYPE_CHECKING:
    from openpyxl.styles import Alignment
    from openpyxl.worksheet.worksheet import Worksheet

    from spatialcarbon.core.language import Language
    from spatialcarbon.report.tables import Table

TITLE, NOTE, HEADINGS, UNITS = 1, 2, 3, 4
"""Rows of every sheet of results; the values begin below them."""

INK, SOFT, WASH, LINE = "1F2933", "52606D", "E8EEF4", "BCCCDC"
NARROWEST, WIDEST = 8, 44
NOTE_WIDTH = 104
LINE_HEIGHT = 15.0
_LOOKED_AT = 300
MOST_ROWS = 250_000
"""Longer tables are cut: Excel takes four times as many and no more, and few machines open them."""

_FROZEN_COLUMNS, _FROZEN_WIDTH = 3, 46


def fill_sheet(sheet: Worksheet, table: Table, language: Language, contents: str = "") -> None:
    """Write a table to an empty sheet; of a very long one the first rows, and its note says so.

    Parameters
    ----------
    sheet : Worksheet
        Where to write.
    table : Table
    language : {"en", "zh"}
    contents : str
        Name of the sheet that lists all others, which the title leads back to.
    """
    table = _cut(table)
    columns = [str(column) for column in table.frame.columns]
    forms = {column: number_format(table, column) for column in columns}
    sides = _sides(table, columns, forms)
    _write_head(sheet, table, columns, sides, language)
    _write_values(sheet, table, columns, forms, sides, language)
    widths = _set_widths(sheet, table, columns, forms)
    _place_note(sheet, widths)
    _freeze(sheet, columns, widths)
    last = max(UNITS, UNITS + len(table.frame))
    # The buttons stand on the row of units: sorting must not move that row among the values.
    sheet.auto_filter.ref = f"A{UNITS}:{_letter(len(columns))}{last}"
    if contents:
        link_to(sheet.cell(TITLE, 1), contents, translate("Back to the contents", language))
    prepare_print(sheet, f"{HEADINGS}:{UNITS}")


def _cut(table: Table) -> Table:
    """Return a table that a sheet can hold, and say in its note what it leaves out."""
    total = len(table.frame)
    if total <= MOST_ROWS:
        return table
    said = text(
        "The sheet holds the first {n} of {total} rows; tables/{name}.csv holds all of them.",
        n=f"{MOST_ROWS:,}",
        total=f"{total:,}",
        name=table.name,
    )
    note = said if table.note is None else text("{first} {second}", first=table.note, second=said)
    return replace(table, frame=table.frame.head(MOST_ROWS), note=note)


def link_to(cell: Any, sheet: str, tip: str) -> None:
    """Make a cell lead to a sheet of the same workbook, by a link and never by a formula."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!A1", tooltip=tip)


def prepare_print(sheet: Worksheet, repeated: str = "", *, landscape: bool = True) -> None:
    """Set a sheet up for A4: as wide as the page, its headings on every page, pages counted."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    if repeated:
        sheet.print_title_rows = repeated
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"


def _sides(table: Table, columns: list[str], forms: dict[str, str]) -> list[Alignment]:
    """Return how each column stands: numbers right; codes and words left, clear of numbers."""
    from openpyxl.styles import Alignment

    sides: list[Alignment] = []
    for column in columns:
        right = forms[column] != GENERAL and not is_code(table, column)
        beside = bool(sides) and sides[-1].horizontal == "right" and not right
        sides.append(Alignment(horizontal="right" if right else "left", indent=int(beside)))
    return sides


def _write_head(
    sheet: Worksheet, table: Table, columns: list[str], sides: list[Alignment], language: Language
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    title = sheet.cell(TITLE, 1, cell_text(say(table.title, language)))
    title.font = Font(bold=True, size=14, color=INK)
    sheet.row_dimensions[TITLE].height = 22
    note = sheet.cell(NOTE, 1, cell_text(say(table.note, language)) if table.note else None)
    note.font = Font(color=SOFT)
    note.alignment = Alignment(wrap_text=True, vertical="top")
    wash = PatternFill("solid", fgColor=WASH)
    below = Border(bottom=Side("thin", color=LINE))
    for at, (column, side) in enumerate(zip(columns, sides, strict=True), start=1):
        words = table.headings.get(column)
        said = column if words is None else say(words, language)
        heading = sheet.cell(HEADINGS, at, cell_text(said))
        heading.font, heading.fill = Font(bold=True, color=INK), wash
        heading.alignment = side + Alignment(wrap_text=True, vertical="bottom")
        unit = sheet.cell(UNITS, at, cell_text(_unit(table, column, language)) or None)
        unit.font, unit.fill, unit.border = Font(italic=True, color=SOFT), wash, below
        unit.alignment = side + Alignment(vertical="center")


def _unit(table: Table, column: str, language: Language) -> str:
    measure = table.measures.get(column, "")
    return "" if measure in ("", "1") else unit_label(measure, language)


def _write_values(
    sheet: Worksheet,
    table: Table,
    columns: list[str],
    forms: dict[str, str],
    sides: list[Alignment],
    language: Language,
) -> None:
    from openpyxl.styles import Alignment

    wrapped = [side + Alignment(wrap_text=True, vertical="top") for side in sides]
    plain = [side.horizontal == "right" for side in sides]  # numbers stand right by themselves
    # Setting a property makes openpyxl search all styles: a look is set once and then shared.
    looks: dict[tuple[int, bool, bool, bool], Any] = {}
    rows = table.frame.itertuples(index=False, name=None)
    for at, values in enumerate(rows, start=UNITS + 1):
        row = [
            cell_value(table, column, value, language)
            for column, value in zip(columns, values, strict=True)
        ]
        sheet.append(row)
        for number, value in enumerate(row):
            if value is None:
                continue
            cell = sheet.cell(at, number + 1)
            words = isinstance(value, str)
            long = words and shown_width(value) > WIDEST
            kind = (number, words, long, isinstance(value, bool))
            if kind in looks:
                cell._style = looks[kind]
                continue
            if words:
                cell.alignment = wrapped[number] if long else sides[number]
            elif isinstance(value, bool):
                cell.alignment = sides[number]
            else:
                cell.number_format = forms[columns[number]]
                if not plain[number]:
                    cell.alignment = sides[number]
            looks[kind] = cell._style


def _set_widths(
    sheet: Worksheet, table: Table, columns: list[str], forms: dict[str, str]
) -> list[float]:
    widths = []
    for at, column in enumerate(columns, start=1):
        cells = [
            sheet.cell(UNITS + 1 + i, at).value for i in range(min(len(table.frame), _LOOKED_AT))
        ]
        shown = [_shown(value, forms.get(column, "")) for value in cells]
        heading = str(sheet.cell(HEADINGS, at).value)
        unit = str(sheet.cell(UNITS, at).value or "")
        # Hanzi break anywhere, words do not; bold letters are a tenth wider.
        words = [shown_width(word) * 1.1 for word in heading.split() if word.isascii()]
        # A heading takes up to three lines; beside a unit there is a button of the filter.
        wanted = [
            *map(shown_width, shown),
            *words,
            shown_width(heading) / 2.6,
            min(shown_width(heading), 12),
            shown_width(unit) + 3,
        ]
        width = float(min(WIDEST, max(NARROWEST, max(wanted) + 2.5)))
        sheet.column_dimensions[_letter(at)].width = width
        widths.append(width)
    lines = max(
        (lines_needed(str(sheet.cell(HEADINGS, at).value), (width - 1.5) * 0.9))
        for at, width in enumerate(widths, start=1)
    )
    sheet.row_dimensions[HEADINGS].height = LINE_HEIGHT * lines + 3
    return widths


def _shown(value: Any, form: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    if "E" in form:
        return f"{value:.3E}"
    digits = len(form.partition(".")[2])
    return f"{value:,.{digits}f}" if "," in form else f"{value:.{digits}f}"


def _place_note(sheet: Worksheet, widths: list[float]) -> None:
    """Spread the note over as many columns as a readable line takes."""
    note = sheet.cell(NOTE, 1).value
    if not note:
        sheet.row_dimensions[NOTE].height = 6
        return
    total, last = 0.0, 0
    while total < NOTE_WIDTH:
        total += widths[last] if last < len(widths) else 9.0
        last += 1
    sheet.merge_cells(start_row=NOTE, end_row=NOTE, start_column=1, end_column=last)
    sheet.row_dimensions[NOTE].height = LINE_HEIGHT * lines_needed(note, total * 0.92) + 3


def _freeze(sheet: Worksheet, columns: list[str], widths: list[float]) -> None:
    """Keep the head and the names of places in sight."""
    kept = 1
    for at, column in enumerate(columns[:_FROZEN_COLUMNS], start=1):
        if column == "name" or column.endswith("_name"):
            kept = at
    if sum(widths[:kept]) > _FROZEN_WIDTH or kept == len(columns):
        kept = 0 if len(columns) == 1 else 1
    sheet.freeze_panes = sheet.cell(UNITS + 1, kept + 1)


def _letter(at: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(at))
