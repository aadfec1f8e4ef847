"""Where a table keeps its years and values: in rows, in column names, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.data.cells import (
    BadCell,
    cell_number,
    half_width,
    read_column,
    refuse_bad_cells,
    refuse_unclear_commas,
)
from spatialcarbon.data.reshape import check_year
from spatialcarbon.data.schema import (
    FIRST_YEAR,
    LAST_YEAR,
    UNDATED,
    YEAR_NAMES,
    find_column,
    folded,
    is_blank,
    parse_year,
    split_year_name,
)

if TYPE_CHECKING:
    from spatialcarbon.data.rawtable import RawTable

Numbers = npt.NDArray[np.float64]

_SHORT_YEAR = re.compile(r"['’‘]?\d{2}\s*年?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The numbers of a table as long columns.

    Parameters
    ----------
    records : list of int
        For each entry the position of its row in the table.
    years : list of int
        For each entry its year.
    columns : dict
        For each variable its numbers, one per entry.
    remarks : list of Text
        What was decided on the way.
    """

    records: list[int]
    years: list[int]
    columns: dict[str, Numbers]
    remarks: list[Text] = field(default_factory=list)

    def only(self, kept: Collection[int]) -> Layout:
        """Return the entries of some records."""
        chosen = np.asarray([record in kept for record in self.records], dtype=bool)
        return Layout(
            records=[record for record in self.records if record in kept],
            years=[year for year, keep in zip(self.years, chosen, strict=True) if keep],
            columns={name: numbers[chosen] for name, numbers in self.columns.items()},
            remarks=self.remarks,
        )


def lay_out(
    table: RawTable, unit: str, year: str | int | None, values: str | Sequence[str] | None
) -> Layout:
    """Return the numbers of a table; see :func:`spatialcarbon.read_panel` for the arguments."""
    wanted = [values] if isinstance(values, str) else None if values is None else list(values)
    if wanted is not None and (not wanted or len(set(wanted)) < len(wanted)):
        raise OptionError("values={values!r} is empty or names a column twice", values=values)
    if year is None:
        return _wide(table, unit, wanted)
    if isinstance(year, str):
        year = find_column(year, table.frame.columns, table.place)
        years = _years(table, year)
    else:
        years = [check_year(year)] * len(table.rows)
    others = [name for name in table.frame.columns if name not in (unit, year)]
    columns, remarks = _long_columns(table, others, wanted)
    if not isinstance(year, str):
        said = text("taken as undated") if year == UNDATED else text("taken as {year}", year=year)
        remarks.insert(0, said)
    return Layout(
        records=list(range(len(table.rows))), years=years, columns=columns, remarks=remarks
    )


def _years(table: RawTable, column: str) -> list[int]:
    years: list[int] = []
    bad: list[BadCell] = []
    for row, cell in zip(table.rows, table.cells(column), strict=True):
        parsed = parse_year(cell)
        if parsed is None:
            bad.append(BadCell(row, column, cell, table.letter(column)))
        else:
            years.append(parsed)
    if bad:
        raise SchemaError(
            "{place}: {n} cells cannot be read as years",
            arrived="{cells}",
            expected="a year from {first} to {last}, such as 2005 or 2005年",
            fix="write the year in full, as a number and not as a date; leave other rows out with "
            "skip=[{row}]",
            place=table.place,
            n=len(bad),
            cells=listed((cell.said() for cell in bad), 10),
            row=bad[0].row,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return years


def _long_columns(
    table: RawTable, others: list[str], wanted: list[str] | None
) -> tuple[dict[str, Numbers], list[Text]]:
    remarks: list[Text] = []
    if wanted is None:
        names = [name for name in others if _has_number(table, name)]
        left = [name for name in others if name not in names]
        if left:
            remarks.append(_left_out(left))
    else:
        # The caller's own spelling is kept: the units of measure are declared by it.
        found = {name: find_column(name, others, table.place) for name in wanted}
        numbers = _numbers(table, list(found.values()))
        return {name: numbers[column] for name, column in found.items()}, remarks
    if not names:
        raise SchemaError(
            "{place} has no column of numbers beside the places and years",
            arrived="columns {present}",
            place=table.place,
            present=some(table.frame.columns, 12),
        )
    return _numbers(table, names), remarks


def _has_number(table: RawTable, column: str) -> bool:
    return any(
        number is not None and not np.isnan(number)
        for number in map(cell_number, table.cells(column))
    )


def _left_out(names: list[str]) -> Text:
    return text("columns left out: {names}", names=some(names, 12))


def _numbers(table: RawTable, names: Sequence[str]) -> dict[str, Numbers]:
    """Return the numbers of some columns; raise once for all cells that cannot be read."""
    columns: dict[str, Numbers] = {}
    bad: list[BadCell] = []
    for name in names:
        columns[name], unreadable = read_column(
            table.cells(name), table.rows, name, table.letter(name)
        )
        bad += unreadable
    refuse_bad_cells(bad, table.place)
    if table.delimiter == ";":
        refuse_unclear_commas(
            (
                (row, name, cell)
                for name in names
                for row, cell in zip(table.rows, table.cells(name), strict=True)
            ),
            table.place,
        )
    return columns


def _wide(table: RawTable, unit: str, wanted: list[str] | None) -> Layout:
    present = [str(name) for name in table.frame.columns if name != unit]
    _refuse_short_years(table, present)
    dated = {name: found for name in present if (found := split_year_name(name))}
    if not dated:
        _refuse_undated(table, present)
    asked = {folded(name): name for name in wanted or ()}
    dated = {column: (asked.get(folded(v), v), year) for column, (v, year) in dated.items()}
    bare, chosen = _variables(table, sorted({v for v, _ in dated.values()}), wanted)
    sources: dict[tuple[str, int], str] = {}
    for column, (name, year) in dated.items():
        key = (name or bare, year)
        if key[0] not in chosen:
            continue
        if key in sources:
            raise SchemaError(
                "{place}: columns {first!r} and {second!r} are both {variable} of {year}",
                fix="rename or delete one of them",
                place=table.place,
                first=sources[key],
                second=column,
                variable=key[0],
                year=year,
            )
        sources[key] = column
    numbers = _numbers(table, list(sources.values()))
    years = sorted({year for _, year in sources})
    count = len(table.rows)
    empty = np.full(count, np.nan)
    columns = {
        name: np.concatenate([numbers.get(sources.get((name, y), ""), empty) for y in years])
        for name in chosen
    }
    remarks = [text("years taken from the column names, variables {names}", names=some(chosen))]
    left = [name for name in present if name not in sources.values()]
    if left:
        remarks.append(_left_out(left))
    blank = [name for name in sources.values() if np.isnan(numbers[name]).all()]
    if blank:
        remarks.append(text("columns without any value: {names}", names=some(blank)))
    return Layout(
        records=list(range(count)) * len(years),
        years=[year for year in years for _ in range(count)],
        columns=columns,
        remarks=remarks,
    )


def _variables(
    table: RawTable, found: list[str], wanted: list[str] | None
) -> tuple[str, list[str]]:
    """Return what the columns named by a bare year show, and the variables to read."""
    named = [name for name in found if name]
    has_bare = "" in found
    if wanted is None:
        return "value", [*(["value"] if has_bare else []), *named]
    new = [name for name in wanted if name not in named]
    if len(new) > 1 or (new and not has_bare):
        raise SchemaError(
            "{place} has no columns of years for {missing}",
            arrived="variables {named}",
            expected="columns such as {example}_2005",
            fix="give one name in values= for columns named by the year alone" if has_bare else "",
            place=table.place,
            missing=some(map(repr, new)),
            named=some(named) or "—",
            example=new[0],
        )
    return (new[0] if new else ""), wanted


def _refuse_short_years(table: RawTable, present: Sequence[str]) -> None:
    short = [name for name in present if _SHORT_YEAR.fullmatch(half_width(name))]
    if short:
        raise SchemaError(
            "{place}: columns are named by years of two digits",
            arrived="{names}",
            expected="years of four digits, such as 2005 or 2005年",
            fix="write the years in full",
            place=table.place,
            names=listed(
                (
                    text("{name} ({cell})", name=name, cell=table.heading_cell(name))
                    for name in short
                ),
                8,
            ),
        )


def _refuse_undated(table: RawTable, present: list[str]) -> None:
    likely = [name for name in present if name.lower() in YEAR_NAMES]
    likely += [
        name
        for name in present
        if name not in likely
        and all(is_blank(cell) or parse_year(cell) for cell in table.cells(name))
        and not all(map(is_blank, table.cells(name)))
    ]
    raise SchemaError(
        "{place}: it is not said which year the numbers are of",
        arrived="columns {present}",
        expected="a column of years, or years as column names",
        fix="year={column!r}" if likely else "year=2010 if all are of one year, year=0 if of none",
        place=table.place,
        present=some(present, 12),
        column=likely[0] if likely else "",
    )
