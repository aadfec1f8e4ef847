"""Files to panels: text, Excel, Parquet, GeoPackage and DBF; long, wide, or of one year."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.files import forbidden, require_file
from spatialcarbon.core.options import check_option
from spatialcarbon.data.entries import Entries, entries_of
from spatialcarbon.data.gazetteer import Level
from spatialcarbon.data.names import Dissolved
from spatialcarbon.data.panel import Panel
from spatialcarbon.data.rawtable import assemble
from spatialcarbon.data.records import read_dbf, read_layer, read_parquet
from spatialcarbon.data.reshape import declared, pivot
from spatialcarbon.data.textfile import read_text
from spatialcarbon.data.workbook import read_workbook, year_sheets

if TYPE_CHECKING:
    from spatialcarbon.data.grid import Grid
    from spatialcarbon.data.rawtable import RawTable

PathLike = str | os.PathLike[str]
Rows = int | Sequence[int]

_PAGES: dict[str, Callable[[Path, str | None, str | None], Grid]] = {
    ".csv": read_text,
    ".tsv": read_text,
    ".txt": read_text,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
}
_RECORDS: dict[str, Callable[[Path, str | None, str | None], RawTable]] = {
    ".parquet": read_parquet,
    ".gpkg": read_layer,
    ".dbf": read_dbf,
    ".shp": read_dbf,
}
_OTHER_PROGRAMS = frozenset({".xls", ".xlsb", ".ods", ".et", ".numbers"})


def read_table(
    path: PathLike,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    header: Rows | None = None,
    skip: Rows = (),
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
    header : int or sequence of int, optional
        Row or rows of the header, counted from 1 as editors and Excel show them;
        several are joined into one name for each column, ``2015 / GDP(亿元)``.
        Found if not given: it begins with the first row of two filled cells or
        more, and takes in the row below as long as cells are merged down into it,
        or columns lack a name, that row holds no number but years, and the first
        column is named in only one of the two.
    skip : int or sequence of int
        Rows to leave out.

    Returns
    -------
    RawTable
        Codes such as ``0101`` keep their zeros. Formulas count as the value
        stored with them; hidden rows are read; text, years and codes in merged
        cells are filled in. Titles, units, notes and repeated headers are in its
        ``skipped``, units of measure written in headers in ``measures``, and what was
        passed over, joined or filled is said in ``remarks``.

    Raises
    ------
    SchemaError
        A file that is absent, empty, damaged or beyond a limit (see
        ``spatialcarbon.core.limits``); a header that cannot be found without doubt;
        rows of unequal length; a table that goes on below its notes.
    OptionError
        A sheet or rows that are not there; an unknown encoding.
    """
    file = _checked(path)
    suffix = file.suffix.lower()
    rows, left_out = _row_numbers(header, "header"), _row_numbers(skip, "skip")
    if suffix in _RECORDS and (rows or left_out):
        raise OptionError(
            "header= and skip= do not apply to {place}, whose format fixes its columns",
            fix="leave them out",
            place=file.name,
        )
    try:
        if suffix in _RECORDS:
            return _RECORDS[suffix](file, sheet, encoding)
        return assemble(_PAGES[suffix](file, sheet, encoding), rows, left_out)
    except PermissionError:
        raise forbidden(file) from None


def _checked(path: PathLike) -> Path:
    """Return the path of a file that is there and of a kind that is read."""
    file = Path(path)
    suffix = file.suffix.lower()
    require_file(file)
    if suffix not in _PAGES and suffix not in _RECORDS:
        raise SchemaError(
            "{path} is of a kind that is not read",
            expected="one of {kinds}",
            fix="open it in Excel or LibreOffice and save it as .xlsx"
            if suffix in _OTHER_PROGRAMS
            else "",
            path=file.name,
            kinds=", ".join([*_PAGES, *_RECORDS]),
        )
    return file


def _row_numbers(given: Rows | None, option: str) -> tuple[int, ...]:
    rows = (given,) if isinstance(given, int) else tuple(given or ())
    if any(isinstance(row, bool) or not isinstance(row, int) or row < 1 for row in rows):
        raise OptionError(
            "{option}={given!r} is not a list of rows",
            expected="whole numbers from 1, as Excel counts the rows",
            option=option,
            given=given,
        )
    return tuple(sorted(set(rows)))


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
    header: Rows | None = None,
    skip: Rows = (),
    dissolved: Dissolved = "raise",
) -> Panel:
    r"""Which number does the file give for each unit and year?

    Use it for a table of your own, as it came from the yearbook;
    :func:`spatialcarbon.propose_columns` guesses the arguments from the headers. Not for
    flows between places (:func:`spatialcarbon.read_io_table`) or boundaries
    (:func:`spatialcarbon.read_units`).

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
    sheet, encoding, header, skip
        As in :func:`spatialcarbon.data.readers.read_table`. ``sheet="*"`` reads all
        sheets of a workbook as one table each of the year that is its name.
    dissolved : {"raise", "successor"}
        As in :func:`spatialcarbon.match_names`.

    Returns
    -------
    Panel
        Its ``notes`` say how the file was read, and what was left out: rows of
        totals (``合计``, ``全国``, ``Total``) and, at city level, of provinces whose cities
        are in the table, each with its values and whether the places add up to them.

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
    if sheet == "*" and Path(path).suffix.lower() in (".xlsx", ".xlsm"):
        parts = _year_parts(path, unit, year, values, level, encoding, header, skip, dissolved)
    else:
        table = read_table(path, sheet=sheet, encoding=encoding, header=header, skip=skip)
        parts = [entries_of(table, unit, year, values, level, dissolved)]
    first = parts[0]
    measures = declared(units, list(first.columns))
    grids = pivot(
        [label for part in parts for label in part.labels],
        [dated for part in parts for dated in part.years],
        {name: np.concatenate([part.columns[name] for part in parts]) for name in first.columns},
        rows=[row for part in parts for row in part.rows],
        place=first.place if len(parts) == 1 else Path(path).name,
    )
    return Panel.from_grids(
        grids,
        measures,
        unit_name="adcode" if level else unit,
        remarks=[remark for part in parts for remark in part.remarks],
        source=first.place if len(parts) == 1 else Path(path).name,
    )


def _year_parts(
    path: PathLike,
    unit: str,
    year: str | int | None,
    values: str | Sequence[str] | None,
    level: Level | None,
    encoding: str | None,
    header: Rows | None,
    skip: Rows,
    dissolved: Dissolved,
) -> list[Entries]:
    """Return one part for each sheet of a workbook whose sheets are named by their years."""
    file = _checked(path)
    if year is not None:
        raise OptionError(
            "year={year!r} does not apply to sheet='*', where the sheets are the years",
            fix="leave year= out",
            year=year,
        )
    parts: list[Entries] = []
    for name, dated in year_sheets(file).items():
        table = read_table(file, sheet=name, encoding=encoding, header=header, skip=skip)
        part = entries_of(table, unit, dated, values, level, dissolved)
        if parts and set(part.columns) != set(parts[0].columns):
            raise SchemaError(
                "{first} and {second} do not have the same columns of numbers",
                arrived="{names}; {others}",
                expected="the same variables on the sheet of every year",
                fix="name those to read with values=[...]",
                first=parts[0].place,
                second=part.place,
                names=some(parts[0].columns, 12),
                others=some(part.columns, 12),
            )
        parts.append(part)
    return parts
