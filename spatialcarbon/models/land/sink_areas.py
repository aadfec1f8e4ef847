"""The door for tables of unit × land class: labels, numbers and unit of measure are checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, as_numbers, check_unique, refuse_infinite
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    SchemaError,
    UnitMismatchError,
    some,
)
from spatialcarbon.core.language import Name, Text, listed, name, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.models.land.legends import land_class_names

HA_PER_KM2 = 100.0

URBAN_GREEN = name("Urban green", "城市绿地")
"""A class of one coefficient set that the common legend does not have."""

AREAS = text("the table of areas")


def land_names() -> dict[str, Name]:
    """Return what the land classes of maps and coefficient sets are called."""
    english, chinese = land_class_names("en"), land_class_names("zh")
    return {k: name(english[k], chinese[k]) for k in english} | {"urban_green": URBAN_GREEN}


def area_table(
    areas: pd.DataFrame | pd.Series[Any],
    *,
    units: str | None = None,
    missing: Missing = "raise",
    what: Text = AREAS,
) -> tuple[pd.DataFrame, tuple[Any, ...]]:
    """Return unit × class in km² as float64, and the units left out for missing values.

    Parameters
    ----------
    areas : DataFrame or Series
        Areas by unit and class; a Series is one place, ``"ALL"``.
    units : str, optional
        Unit of measure; the default is ``areas.attrs["units"]``, then km².
    missing : {"raise", "drop"}
        Whether NaN is an error, or leaves its whole unit out.
    what : Text
        What to call the table in messages.

    Raises
    ------
    AlignmentError, SchemaError, MissingDataError, UnitMismatchError
        For what is not labelled, not a number, negative, missing, or no area.
    """
    check_option(missing, Missing, "missing")
    given = areas.attrs.get("units") if isinstance(areas, (pd.DataFrame, pd.Series)) else None
    if isinstance(areas, pd.Series):
        areas = areas.to_frame("ALL").T
    if not isinstance(areas, pd.DataFrame):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas DataFrame of unit × class",
            fix="pd.DataFrame(data, index=units, columns=['cropland', 'forest'])",
            name=what,
            kind=type(areas).__name__,
        )
    check_unique(areas.index, what)
    check_unique(areas.columns, what)
    if areas.empty:
        raise SchemaError(
            "{name} is empty", expected="units in rows, classes in columns", name=what
        )
    measures = units if units is not None else given
    table = pd.DataFrame(
        {
            str(c): as_numbers(areas[c], what)
            * conversion_factor(declared_unit(measures, c, "km2"), "km2")
            for c in areas.columns
        }
    )
    refuse_infinite(table, what)
    _refuse_negative(table, what)
    gaps = table.isna().any(axis=1)
    if gaps.any() and missing == "raise":
        rows, columns = np.nonzero(table.isna().to_numpy())
        where = [
            text("{unit}: {land}", unit=str(table.index[r]), land=str(table.columns[c]))
            for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
        raise MissingDataError(
            "{name} has {n} empty cells",
            arrived="{where}",
            fix="write 0 where there is no such land, or leave units out with missing='drop'",
            name=what,
            n=len(where),
            where=listed(where, 5),
        )
    return table[~gaps], tuple(table.index[gaps])


def declared_unit(measures: object, column: object, default: str) -> str:
    """Return the unit of a column: one for all, or one by name, or the default."""
    if isinstance(measures, Mapping):
        return str(measures.get(column) or default)
    return str(measures or default)


def series_factor(
    values: pd.Series[Any], units: str | None, target: str, *, name: Text, argument: str
) -> float:
    """Return what turns a series into ``target``.

    Arithmetic keeps ``attrs``: a declared unit may be that of the numbers before they
    were converted, so a series that declares another unit needs the argument.

    Raises
    ------
    UnitMismatchError
        When another unit is declared and ``units`` is not given.
    """
    if units is not None:
        return conversion_factor(units, target)
    declared = declared_unit(values.attrs.get("units"), values.name, target)
    if conversion_factor(declared, target) != 1:
        raise UnitMismatchError(
            "{name} is declared in {unit}, where {target} is expected",
            fix="{argument}={unit!r} if the numbers still are, {argument}={target!r} if not",
            name=name,
            unit=declared,
            target=target,
            argument=argument,
        )
    return 1.0


def units_remarks(areas: pd.DataFrame | pd.Series[Any], units: str | None) -> list[Text]:
    """Return the remark about areas that were converted because their table says so."""
    if units is not None:
        return []
    given = areas.attrs.get("units")
    labels = areas.index if isinstance(areas, pd.Series) else areas.columns
    other = {declared_unit(given, label, "km2") for label in labels}
    known = sorted(unit for unit in other if conversion_factor(unit, "km2") != 1)
    if not known:
        return []
    return [text("areas were converted from {units}, as their table says", units=some(known))]


def _refuse_negative(table: pd.DataFrame, what: Text) -> None:
    values = table.to_numpy()
    rows, columns = np.nonzero(values < 0)
    if len(rows):
        raise SchemaError(
            "{name} has negative areas",
            arrived="{cells}",
            fix="areas are zero or more; a change of areas goes to sc.sink_change",
            name=what,
            cells=some(
                f"{table.index[r]}, {table.columns[c]}: {values[r, c]:g}"
                for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
            ),
        )


def by_unit_and_class(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return tables of unit × class, all of the same labels, as columns of one tidy table."""
    first = next(iter(frames.values()))
    n, k = first.shape
    return pd.DataFrame(
        {
            "unit": first.index.repeat(k),
            "class": np.tile(first.columns.to_numpy(dtype=object), n),
            **{column: frame.to_numpy().ravel() for column, frame in frames.items()},
        }
    )
