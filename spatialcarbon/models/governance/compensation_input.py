"""The door for compensation: places with emission, sink and GDP, checked and in base units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from spatialcarbon.core.align import check_unique, conform, require_columns
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    OptionError,
    SchemaError,
    UnitMismatchError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.units import conversion_factor

PLACES = text("the table of places")

BASE: Mapping[str, str] = {
    "emission": "t CO2",
    "sink": "t CO2",
    "gdp": "CNY",
    "population": "persons",
    "stage": "1",
}
"""The unit of measure of each column when nothing else is declared."""


def read_places(
    places: pd.DataFrame, columns: Sequence[str], units: Mapping[str, str] | None
) -> pd.DataFrame:
    """Return the columns named, in t CO2, CNY and persons, checked.

    Parameters
    ----------
    places : DataFrame
        Indexed by unit.
    columns : sequence of str
        Which columns are needed.
    units : mapping, optional
        Declared units of measure; the default is ``places.attrs["units"]``.

    Raises
    ------
    AlignmentError, SchemaError, MissingDataError, UnitMismatchError, DegenerateDataError
    """
    if not isinstance(places, pd.DataFrame):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas DataFrame indexed by unit, with columns emission, sink and gdp",
            name=PLACES,
            kind=type(places).__name__,
        )
    if places.columns.has_duplicates:
        repeated = places.columns[places.columns.duplicated()].unique()
        raise SchemaError(
            "{name} has two columns of one name",
            arrived="{columns}",
            fix="places.loc[:, ~places.columns.duplicated()]",
            name=PLACES,
            columns=some(repeated),
        )
    require_columns(places, columns, PLACES)
    check_unique(places.index, PLACES)
    if places.empty:
        raise DegenerateDataError("there are no places")
    declared = _declared(places, units)
    table = pd.DataFrame(
        {
            column: conform(
                places[column], places.index, name=text("the column {column}", column=column)
            )
            * conversion_factor(declared.get(column, BASE[column]), BASE[column])
            for column in columns
        },
        index=places.index,
    )
    _refuse_signs(table)
    return table


def _declared(places: pd.DataFrame, units: Mapping[str, str] | None) -> Mapping[str, str]:
    if units is None:
        found = places.attrs.get("units")
        return found if isinstance(found, Mapping) else {}
    if not isinstance(units, Mapping):
        raise UnitMismatchError(
            "units={units!r} does not say which column is meant",
            expected="a mapping from column to unit of measure",
            fix="units={{'emission': 'Mt CO2'}}",
            units=units,
        )
    strange = [column for column in units if column not in BASE]
    if strange:
        raise OptionError(
            "units names {columns}, which is no column of a compensation",
            expected="one of {known}",
            columns=some(strange),
            known=", ".join(BASE),
        )
    return units


def _refuse_signs(table: pd.DataFrame) -> None:
    """Raise where the formulas have no meaning: nothing emitted, no GDP, a sink that releases."""
    for column in ("emission", "gdp", "population"):
        if column not in table:
            continue
        low = table.index[table[column] <= 0]
        if len(low):
            raise SchemaError(
                "{column} is zero or negative for {n} places",
                arrived="{labels}",
                expected="a number above zero for every place",
                fix="leave these places out: places[places[{column!r}] > 0]",
                column=column,
                n=len(low),
                labels=some(low),
            )
    low = table.index[table["sink"] < 0]
    if len(low):
        raise SchemaError(
            "the sink is negative for {n} places",
            arrived="{labels}",
            expected="an uptake of zero or more",
            fix="add a release to the emissions, and put the sink to zero",
            n=len(low),
            labels=some(low),
        )
