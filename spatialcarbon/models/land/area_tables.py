"""Tables of land: areas by unit and class, and areas that went from class to class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, canonical_order, check_unique, require_columns
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.land.legends import LAND_CLASSES
from spatialcarbon.models.land.sink_areas import area_table

if TYPE_CHECKING:
    import numpy.typing as npt

ALL = "ALL"
"""Label of all zones together."""

YearPair = tuple[int, int]


def class_order(classes: Iterable[Any]) -> tuple[str, ...]:
    """Return names of classes, those of the common legend first and in its order.

    Examples
    --------
    >>> class_order(["paddy", "built", "forest"])
    ('forest', 'built', 'paddy')
    """
    names = {str(name) for name in classes}
    own = sorted(names.difference(LAND_CLASSES))
    return (*(name for name in LAND_CLASSES if name in names), *own)


def check_years(years: Sequence[int] | None) -> YearPair | None:
    """Return two years in their order, or None.

    Raises
    ------
    OptionError
        Unless there are two whole numbers, the earlier one first.
    """
    if years is None:
        return None
    given = list(years)
    whole = [y for y in given if hasattr(y, "__index__") and not isinstance(y, bool)]
    if len(given) != 2 or len(whole) != 2:
        raise OptionError(
            "years={years} are not two years",
            fix="years=(2005, 2020)",
            years=given,
        )
    start, end = int(given[0]), int(given[1])
    if end <= start:
        raise OptionError(
            "the years do not run forwards: {start} → {end}",
            expected="the earlier year first, and its land cover as the first argument",
            fix="swap both: the two years and the two inputs",
            start=start,
            end=end,
        )
    return start, end


def area_pair(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables of areas in km², with the same units and classes in the same order.

    Raises
    ------
    AlignmentError
        For repeated labels, or a unit or a class that is in one of the tables only.
    SchemaError, MissingDataError, UnitMismatchError
        For an empty table, text, or areas that are negative or missing.
    """
    start, _ = area_table(first, what=text("the first table"))
    end, _ = area_table(second, what=text("the second table"))
    for labels, others, kind in (
        (start.index, end.index, text("units")),
        (start.columns, end.columns, text("classes")),
    ):
        only = labels.symmetric_difference(others, sort=False)
        if len(only):
            raise AlignmentError(
                "the two tables have other {kind}: {only} in one of them only",
                expected="the same units and classes, in any order",
                fix="write 0 where a unit has none of a class",
                kind=kind,
                only=some(only),
            )
    units = start.index[canonical_order(start.index)]
    wanted = list(class_order(start.columns))
    return start.loc[units, wanted], end.loc[units, wanted]


Cube = tuple[pd.Index, tuple[str, ...], "npt.NDArray[np.float64]"]


def transition_cube(table: pd.DataFrame, *, zones: pd.Index | None = None) -> Cube:
    """Return zones, classes and zone × from × to in km² of a tidy table of transitions.

    Parameters
    ----------
    table : DataFrame
        Columns ``zone`` (or ``unit``; may be left out), ``from``, ``to``, ``km2``; pairs
        that are not listed are zero. Staying is a row too: cropland to cropland.
    zones : Index, optional
        All zones in the order wanted; one without a row has no area.

    Raises
    ------
    SchemaError
        For missing columns, text, negative areas, no rows, or a zone called ``ALL``.
    AlignmentError
        For a pair that stands twice in a zone, or a zone that is not in ``zones``.
    MissingDataError
        For missing labels, or missing or infinite areas.
    """
    name = text("the table of transitions")
    require_columns(table, ["from", "to", "km2"], name)
    key = next((column for column in ("zone", "unit") if column in table.columns), None)
    rows = pd.DataFrame(
        {
            "zone": ALL if key is None else table[key].to_numpy(),
            "from": table["from"].to_numpy(),
            "to": table["to"].to_numpy(),
            "km2": as_numbers(table["km2"].reset_index(drop=True), name).to_numpy(),
        }
    )
    if rows.empty and zones is None:
        raise SchemaError("{name} has no rows", name=name)
    _check_rows(rows, name)
    own = pd.Index(rows["zone"].unique())
    if zones is None:
        zones = own[canonical_order(own)]
    strange = own.difference(zones, sort=False)
    if len(strange):
        raise AlignmentError(
            "{name} has zones that are not among the zones given: {labels}",
            name=name,
            labels=some(strange),
        )
    if ALL in zones and len(zones) > 1:
        raise SchemaError(
            "a zone cannot be called {all}: that is the name of all zones together",
            fix="rename the zone",
            all=ALL,
        )
    classes = class_order([*rows["from"], *rows["to"]])
    codes = pd.Index(classes)
    cube = np.zeros((len(zones), len(classes), len(classes)))
    cube[
        zones.get_indexer(pd.Index(rows["zone"])),
        codes.get_indexer(pd.Index(rows["from"].astype(str))),
        codes.get_indexer(pd.Index(rows["to"].astype(str))),
    ] = rows["km2"]
    return zones, classes, cube


def _check_rows(rows: pd.DataFrame, name: Text) -> None:
    keys = ["zone", "from", "to"]
    if rows[keys].isna().any(axis=None):
        raise MissingDataError(
            "{name} has {n} rows without a zone or a class",
            fix="table.dropna(), if they may be left out",
            name=name,
            n=int(rows[keys].isna().any(axis=1).sum()),
        )
    words = rows["zone"].astype(str) + " " + rows["from"].astype(str) + " → "
    words += rows["to"].astype(str)
    broken = words[~np.isfinite(rows["km2"])]
    if len(broken):
        raise MissingDataError(
            "{name} has no finite area for {cells}",
            fix="leave a row out, or write 0, where nothing went that way",
            name=name,
            cells=some(broken),
        )
    below = words[rows["km2"] < 0]
    if len(below):
        raise SchemaError(
            "{name} has areas below zero: {cells}",
            expected="km2, zero or more",
            name=name,
            cells=some(below),
        )
    twice = words[rows[keys].duplicated()]
    if len(twice):
        raise AlignmentError(
            "{name} has rows that stand twice: {cells}",
            expected="each pair of classes once in a zone",
            fix="table.groupby(['zone', 'from', 'to'], as_index=False)['km2'].sum()",
            name=name,
            cells=some(twice),
        )


def square_rows(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return a square matrix, from (rows) × to (columns), as a tidy table of transitions.

    Raises
    ------
    SchemaError
        When rows and columns are not the same classes.
    """
    only = matrix.index.symmetric_difference(matrix.columns, sort=False)
    if matrix.empty or len(only):
        raise SchemaError(
            "the matrix has other rows than columns: {only}",
            expected="the same classes in rows (before) and columns (after)",
            fix="matrix.reindex(index=classes, columns=classes, fill_value=0)",
            only=some(only) if len(only) else "–",
        )
    check_unique(matrix.index, text("the matrix"))
    check_unique(matrix.columns, text("the matrix"))
    origins = np.repeat(matrix.index.to_numpy(), matrix.shape[1])
    return pd.DataFrame(
        {
            "from": origins,
            "to": np.tile(matrix.columns.to_numpy(), matrix.shape[0]),
            "km2": matrix.to_numpy().ravel(),
        }
    )
