"""Long and wide: keys checked, numbers put on a grid of unit × year."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatialcarbon.core.align import as_numbers, check_unique, refuse_infinite
from spatialcarbon.core.errors import AlignmentError, OptionError, some
from spatialcarbon.core.language import Text
from spatialcarbon.core.options import suggestion
from spatialcarbon.data.schema import FIRST_YEAR, LAST_YEAR, UNDATED, parse_year

Measures = Mapping[str, str] | str | None


def years_of(frame: pd.DataFrame) -> list[int]:
    """Return the years of a unit × year table."""
    return [int(year) for year in frame.columns]


def own_years(frame: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return the table of those ``years`` in which at least one unit has a value.

    A table without any value has all of them, so that its gaps can be named.
    """
    table = frame.reindex(columns=pd.Index(list(years), dtype="int64", name="year"))
    known = table.notna().any(axis="index")
    return table.loc[:, known] if known.any() else table


def check_year(year: object) -> int:
    """Return ``year`` as an int between 1900 and 2100, or ``UNDATED``, else raise."""
    if isinstance(year, (int, np.integer)) and not isinstance(year, bool) and year == UNDATED:
        return UNDATED
    parsed = parse_year(year)
    if parsed is None:
        raise OptionError(
            "{year!r} is not a year",
            expected="a whole number from {first} to {last}, or 0 for a table without a year",
            year=year,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return parsed


def checked_grid(frame: pd.DataFrame, name: str, unit_name: str) -> pd.DataFrame:
    """Return a unit × year table as float64 with sorted integer years.

    Raises
    ------
    MissingDataError
        For infinite values.
    AlignmentError
        For units that stand twice or have no label.
    """
    check_unique(frame.index, unit_name)
    years = pd.Index([check_year(year) for year in frame.columns], dtype="int64", name="year")
    table = pd.DataFrame(
        {year: as_numbers(frame.iloc[:, i], name).to_numpy() for i, year in enumerate(years)},
        index=frame.index.rename(unit_name),
        columns=years,
    ).sort_index(axis="columns")
    refuse_infinite(table, name)
    return table


def declared(units: Measures, variables: Sequence[str]) -> dict[str, str | None]:
    """Return the unit of measure of each variable from what the caller declared.

    Parameters
    ----------
    units : mapping, str or None
        One for each variable, one for all, or none.
    variables : sequence of str
        The variables there are.
    """
    if units is None or isinstance(units, str):
        return dict.fromkeys(variables, units)
    unknown = [name for name in units if name not in variables]
    if unknown:
        close = suggestion(unknown[0], list(variables))
        raise OptionError(
            "units= names {unknown}, which is not among the variables",
            expected="one of {variables}",
            fix="{close!r}" if close else "",
            unknown=some(map(repr, unknown)),
            variables=some(variables, 12),
            close=close,
        )
    return {name: units.get(name) for name in variables}


def pivot(
    labels: Sequence[Hashable],
    years: Sequence[int],
    columns: Mapping[str, npt.NDArray[np.float64]],
    *,
    rows: Sequence[object],
    place: str | Text,
) -> dict[str, pd.DataFrame]:
    """Turn long columns into one unit × year table per variable, in the order of the source.

    Parameters
    ----------
    labels, years, rows : sequence
        Unit, year and row number of each record; in place of a number, a
        :class:`spatialcarbon.core.language.Text` that names its cell.
    columns : mapping
        The numbers of each variable.
    place : str
        What to call the table in messages.

    Raises
    ------
    AlignmentError
        For a unit and year that stand twice, naming both rows.
    """
    seen: dict[tuple[Hashable, int], object] = {}
    for label, year, row in zip(labels, years, rows, strict=True):
        if (label, year) in seen:
            raise AlignmentError(
                "{place}: {unit} stands twice in {year}"
                if year
                else "{place}: {unit} stands twice",
                arrived="{first} and {second}"
                if isinstance(row, Text)
                else "rows {first} and {second}",
                expected="one row for each unit and year",
                fix="delete one of them, or add them up first",
                place=place,
                unit=label,
                year=year,
                first=seen[label, year],
                second=row,
            )
        seen[label, year] = row
    codes, units = pd.factorize(pd.Index(list(labels)))
    places, dates = pd.factorize(np.asarray(years, dtype=np.int64))
    grids = {}
    for name, numbers in columns.items():
        grid = np.full((len(units), len(dates)), np.nan)
        grid[codes, places] = numbers
        grids[name] = pd.DataFrame(grid, index=units, columns=dates)
    return grids
