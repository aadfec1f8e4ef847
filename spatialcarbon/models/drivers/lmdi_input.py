"""A tidy table of units, years and categories, with its keys as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, canonical_order, require_columns
from spatialcarbon.core.errors import AlignmentError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.data.panel import Panel

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.drivers.identity import Identity

    Places = npt.NDArray[np.intp]

RESERVED = ("unit", "year", "start", "end", "factor", "effect")


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """A tidy table with its keys as numbers.

    Parameters
    ----------
    frame : DataFrame
        The table, as given.
    units : Index
        Places, ascending.
    years : array
        Years, ascending.
    categories : DataFrame
        Combinations of categories that occur; one row without columns if there are none.
    places : tuple of arrays, optional
        Unit, year and category of each row as places in these; None where the rows are in
        order, every unit with every year and no categories.
    """

    frame: pd.DataFrame
    units: pd.Index
    years: npt.NDArray[np.int64]
    categories: pd.DataFrame
    places: tuple[Places, Places, Places] | None

    @property
    def unit(self) -> Places:
        """Place of the unit of each row."""
        if self.places is None:
            return np.repeat(np.arange(len(self.units)), len(self.years))
        return self.places[0]


def read_rows(frame: pd.DataFrame | Panel, identity: Identity, unit: str, year: str) -> Rows:
    """Return the rows of a table with their places, checked to have every column."""
    if isinstance(frame, Panel):
        unit, year = str(frame.unit_name), "year"
        frame = frame.to_frame()
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(
            "the table is a {kind}",
            expected="a tidy DataFrame with a row for each unit and year, or a Panel",
            kind=type(frame).__name__,
        )
    levels = list(identity.levels)
    if not {unit, year, *levels} <= set(frame.columns) and frame.index.names != [None]:
        frame = frame.reset_index()
    require_columns(
        frame, list(dict.fromkeys([unit, year, *levels, *identity.held_by])), text("the table")
    )
    if not frame.columns.is_unique:
        raise SchemaError(
            "the header of the table has repeated names",
            arrived="{names}",
            names=some(frame.columns[frame.columns.duplicated()]),
        )
    taken = [level for level in levels if level in RESERVED]
    if taken:
        raise SchemaError(
            "categories cannot be called {names}: the result has columns of that name",
            fix="rename the column",
            names=some(taken),
        )
    if not len(frame):
        raise SchemaError("the table is empty", expected="a row for each unit and year")
    grid = None if levels else _in_order(frame[unit], frame[year])
    if grid is not None:
        none = pd.DataFrame(index=[0])
        return Rows(frame=frame, units=grid[0], years=grid[1], categories=none, places=None)
    units, places = _coded(frame[unit], str(unit))
    years, when = _coded(_whole_years(frame[year], str(year)), str(year))
    categories, which = _categories(frame, levels)
    return Rows(
        frame=frame,
        units=units,
        years=years.to_numpy(dtype=np.int64),
        categories=categories,
        places=(places, when, which),
    )


def _in_order(
    units: pd.Series[Any], years: pd.Series[Any]
) -> tuple[pd.Index, npt.NDArray[np.int64]] | None:
    """Return units and years of a table that is a complete grid in ascending order, or None.

    Large tables mostly are, and need no search for the place of each row.
    """
    if units.dtype.kind not in "iu" or years.dtype.kind not in "iu":
        return None
    unit, year = units.to_numpy(), years.to_numpy()
    width = int(np.argmax(unit != unit[0])) or len(unit)
    if len(unit) % width:
        return None
    across, along = unit.reshape(-1, width), year.reshape(-1, width)
    first, head = across[:, 0], along[0]
    complete = (across == first[:, np.newaxis]).all() and (along == head).all()
    if complete and (first[1:] > first[:-1]).all() and (head[1:] > head[:-1]).all():
        return pd.Index(first), head.astype(np.int64)
    return None


def _coded(column: pd.Series[Any], name: str) -> tuple[pd.Index, Places]:
    """Return the labels of a column, ascending, and the place of each row among them."""
    if column.dtype.kind in "iu" and len(column):
        quick = _coded_integers(column.to_numpy())
        if quick is not None:
            return pd.Index(quick[0]), quick[1]
    codes, found = pd.factorize(column)
    if (codes < 0).any():
        raise AlignmentError(
            "{name} has {n} rows without a label",
            fix="drop them: data[data.index.notna()]",
            name=name,
            n=int((codes < 0).sum()),
        )
    labels = pd.Index(found)
    if isinstance(labels, pd.CategoricalIndex):
        labels = labels.astype(labels.categories.dtype)
    order = canonical_order(labels)
    back = np.empty(len(order), dtype=np.intp)
    back[order] = np.arange(len(order))
    return labels[order], back[codes]


def _coded_integers(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Places] | None:
    """Return the same without a hash table where the numbers ascend or lie close together."""
    later = values[1:] != values[:-1]
    if (values[1:] >= values[:-1]).all():
        codes = np.zeros(len(values), dtype=np.intp)
        np.cumsum(later, out=codes[1:])
        return values[np.concatenate(([True], later))], codes
    least, most = int(values.min()), int(values.max())
    if most - least > len(values):
        return None
    offset = (values - least).astype(np.intp)
    present = np.bincount(offset) > 0
    labels = (np.flatnonzero(present) + least).astype(values.dtype)
    return labels, (np.cumsum(present) - 1)[offset]


def _whole_years(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    if column.dtype.kind in "iu":
        return column
    numbers = as_numbers(column, name)
    wrong = numbers[numbers.isna() | (numbers % 1 != 0)]
    if len(wrong):
        raise SchemaError(
            "{name} has values that are not years", arrived="{years}", name=name, years=some(wrong)
        )
    return numbers.astype(np.int64)


def _categories(frame: pd.DataFrame, levels: list[str]) -> tuple[pd.DataFrame, Places]:
    if not levels:
        return pd.DataFrame(index=[0]), np.zeros(len(frame), dtype=np.intp)
    coded = [_coded(frame[level], level) for level in levels]
    together = np.zeros(len(frame), dtype=np.intp)
    for labels, places in coded:
        together = together * len(labels) + places
    found, at, which = np.unique(together, return_index=True, return_inverse=True)
    columns = {
        level: labels[places[at]] for level, (labels, places) in zip(levels, coded, strict=True)
    }
    return pd.DataFrame(columns, index=np.arange(len(found))), which
