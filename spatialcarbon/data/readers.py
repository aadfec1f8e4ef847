"""Files to panels: text, Excel, Parquet, GeoPackage and DBF; long, wide, or of one year."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from spatialcarbon.core.errors import NameMatchError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.data.layout import lay_out
from spatialcarbon.data.panel import Panel
from spatialcarbon.data.records import read_dbf, read_layer, read_parquet
from spatialcarbon.data.reshape import declared, pivot
from spatialcarbon.data.schema import find_column, is_blank, label_text, plain_labels
from spatialcarbon.data.textfile import DELIMITERS, read_text
from spatialcarbon.data.workbook import read_workbook

if TYPE_CHECKING:
    from spatialcarbon.data.rawtable import RawTable

Level = Literal["city", "province"]
Dissolved = Literal["raise", "successor"]
PathLike = str | os.PathLike[str]

_READERS: dict[str, Callable[[Path, str | None, str | None], RawTable]] = {
    ".csv": read_text,
    ".tsv": read_text,
    ".txt": read_text,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".parquet": read_parquet,
    ".gpkg": read_layer,
    ".dbf": read_dbf,
    ".shp": read_dbf,
}


def read_table(
    path: PathLike, *, sheet: str | None = None, encoding: str | None = None
) -> RawTable:
    """Return the cells of a table as its file holds them, nothing interpreted.

    Parameters
    ----------
    path : str or Path
        ``.csv``, ``.tsv``, ``.txt`` (comma, semicolon or tab, told from the
        header), ``.xlsx``, ``.xlsm``, ``.parquet``, ``.gpkg``, ``.dbf`` or ``.shp``.
    sheet : str, optional
        Worksheet or layer; needed when several hold something.
    encoding : str, optional
        Encoding of a text or DBF file; detected if not given.

    Returns
    -------
    RawTable
        Codes such as ``0101`` keep their zeros. Formulas count as the value
        stored with them; hidden rows are read.

    Raises
    ------
    SchemaError
        A file that is absent, empty, damaged, too large (512 MiB for text and
        workbooks), or without one header row above rows of equal length.
    OptionError
        A sheet that is not there; an unknown encoding.
    """
    file = Path(path)
    reader = _READERS.get(file.suffix.lower())
    if not file.is_file():
        raise SchemaError(
            "there is no file {path}",
            fix="give the path from {folder}, or the whole path",
            path=str(file),
            folder=str(Path.cwd()),
        )
    if reader is None:
        old = file.suffix.lower() == ".xls"
        raise SchemaError(
            "{path} is of a kind that is not read",
            expected="one of {kinds}",
            fix="open it in Excel or LibreOffice and save it as .xlsx" if old else "",
            path=file.name,
            kinds=", ".join(_READERS),
        )
    try:
        return reader(file, sheet, encoding)
    except PermissionError:
        raise SchemaError(
            "{path} may not be read",
            fix="close the program that has it open, or ask for the right to read it",
            path=str(file),
        ) from None


def read_panel(
    path: PathLike,
    *,
    unit: str,
    year: str | int | None = None,
    values: str | Sequence[str] | None = None,
    units: Mapping[str, str] | str | None = None,
    level: Level | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    dissolved: Dissolved = "raise",
) -> Panel:
    r"""Which number does the file give for each unit and year?

    Parameters
    ----------
    path : str or Path
        A file that :func:`spatialcarbon.data.readers.read_table` reads.
    unit : str
        Column of the places.
    year : str, int or None
        Long table: the column of the years (``2005``, ``2005年``). Table of one
        year: that year, or 0 if it has none. ``None``: a wide table with the years
        in its column names (``2005``, ``2005年``, ``co2_2005``, ``2005 co2``).
    values : str or sequence of str, optional
        Variables to read. By default every column that holds numbers; columns
        of text are left out and named in the notes. For bare years as column
        names it names the one variable they show, else it is called ``value``.
    units : mapping or str, optional
        Unit of measure of each variable, or one for all, such as
        ``{"co2": "Mt CO2"}``. A variable without one cannot be converted.
    level : {"city", "province"}, optional
        Turn place names and codes into adcodes with
        :func:`spatialcarbon.match_names`. By default labels stay as they are,
        as integers if all of them are.
    sheet, encoding : str, optional
        As in ``read_table``.
    dissolved : {"raise", "successor"}
        As in :func:`spatialcarbon.match_names`.

    Returns
    -------
    Panel
        Its ``notes`` say how the file was read.

    Raises
    ------
    SchemaError
        Cells, years or headers that cannot be read, each with its row and column.
    NameMatchError
        Places that are unknown or could be several, with their rows.
    AlignmentError
        A unit and year that stand twice, naming both rows.
    OptionError, UnitMismatchError
        Arguments outside their range; an unknown unit of measure.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "co2.csv")
    ...     _ = file.write_text("city,2005,2010\nA,1.5,2\nB,—,4\n", encoding="utf-8")
    ...     panel = read_panel(file, unit="city", values="co2", units="Mt CO2")
    >>> panel
    <Panel: 2 units (city) × 2 years (2005, 2010), co2 [Mt CO2]>
    >>> panel.missing("co2")
    [('B', 2005)]
    """
    if level is not None:
        check_option(level, Level, "level")
    check_option(dissolved, Dissolved, "dissolved")
    table = read_table(path, sheet=sheet, encoding=encoding)
    place = table.place
    unit = find_column(unit, table.frame.columns, place)
    labels, remarks = _labels(table, unit, level, dissolved)
    layout = lay_out(table, unit, year, values)
    names = list(layout.columns)
    measures = declared(units, names)
    grids = pivot(
        [labels[i] for i in layout.records],
        layout.years,
        layout.columns,
        rows=[table.rows[i] for i in layout.records],
        place=place,
    )
    return Panel.from_grids(
        grids,
        measures,
        unit_name="adcode" if level else unit,
        remarks=[*_how_read(table), *remarks, *layout.remarks],
        source=place,
    )


def _how_read(table: RawTable) -> list[Text]:
    count = len(table.rows)
    if table.delimiter:
        return [
            text(
                "{place}: {n} rows of {encoding} text separated by {delimiter}",
                place=table.place,
                n=count,
                encoding=table.encoding,
                delimiter=DELIMITERS[table.delimiter],
            )
        ]
    if table.encoding:
        return [
            text(
                "{place}: {n} rows, text in {encoding}",
                place=table.place,
                n=count,
                encoding=table.encoding,
            )
        ]
    return [text("{place}: {n} rows", place=table.place, n=count)]


def _labels(
    table: RawTable, unit: str, level: Level | None, dissolved: Dissolved
) -> tuple[list[int] | list[str], list[Text]]:
    cells = table.cells(unit)
    blank = [row for row, cell in zip(table.rows, cells, strict=True) if is_blank(cell)]
    if blank:
        raise SchemaError(
            "{place}: {n} rows have nothing in column {unit}",
            arrived="rows {rows}",
            expected="the name or code of a place in every row",
            fix="fill the column down where cells were merged; delete rows that are no places",
            place=table.place,
            n=len(blank),
            unit=unit,
            rows=some(blank, 10),
        )
    if level is None:
        return plain_labels(cells), []
    return _adcodes(table, [label_text(cell) for cell in cells], unit, level, dissolved)


def _adcodes(
    table: RawTable, labels: list[str], unit: str, level: Level, dissolved: Dissolved
) -> tuple[list[int], list[Text]]:
    from spatialcarbon.data.names import match_names

    distinct = list(dict.fromkeys(labels))
    try:
        codes = match_names(distinct, level=level, dissolved=dissolved)
    except NameMatchError as problem:
        failed = []
        for name in distinct:
            try:
                match_names([name], level=level, dissolved=dissolved)
            except NameMatchError:
                failed.append(f"{table.rows[labels.index(name)]} ({name})")
        raise NameMatchError(
            "{place}, column {unit}: {problem}",
            arrived="rows {rows}",
            fix=problem.fix,
            place=table.place,
            unit=unit,
            problem=Text(problem.what, problem.params),
            rows=some(failed, 10),
        ) from None
    code_of = dict(zip(distinct, codes.tolist(), strict=True))
    said = text("{n} places of column {unit} matched to adcodes", n=len(distinct), unit=unit)
    return [code_of[label] for label in labels], [said]
