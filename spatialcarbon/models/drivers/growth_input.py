"""The series of a growth curve: one per unit, positive, evenly spaced, long enough, rising."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique
from spatialcarbon.core.errors import MissingDataError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.data.panel import Panel
from spatialcarbon.stats.series_table import series_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from spatialcarbon.models.drivers.growth_curves import Kind

SHORTEST = 5
"""Fewest years that a curve of three parameters can be laid through."""


def read_series(panel: pd.DataFrame | Panel, *, kind: Kind, decline: bool) -> pd.DataFrame:
    """Return unit × year as float64 in ascending years, after every check.

    Raises
    ------
    AlignmentError
        A unit or a unit's year that stands twice.
    MissingDataError
        Values that are missing or infinite.
    SchemaError
        Several variables, years that are no years, too few or with gaps, values that
        are not positive, series that fall.
    """
    units = _units(panel)
    check_unique(units, text("the table"))
    if isinstance(panel, pd.DataFrame) and "year" not in panel.columns:
        _refuse_twice(list(panel.columns))
    table = series_table(panel, units, "drop")
    names = table.columns.get_level_values("variable").unique()
    if len(names) > 1:
        raise SchemaError(
            "there are several variables: {names}",
            expected="one, unit × year",
            fix="panel[{first!r}]",
            names=some(names),
            first=names[0],
        )
    years = _years(table.columns.get_level_values("year"))
    table = table.set_axis(pd.Index(years, name="year"), axis=1).sort_index(axis=1)
    _check_spacing([int(year) for year in table.columns])
    _check_values(table)
    _check_rise(table, kind=kind, decline=decline)
    return table.rename_axis(index="unit")


def _units(panel: pd.DataFrame | Panel) -> pd.Index:
    if isinstance(panel, Panel):
        units: pd.Index = panel.units
        return units
    if isinstance(panel, pd.DataFrame) and "year" in panel.columns:
        key = next((name for name in ("unit", "adcode") if name in panel.columns), None)
        named = panel.index if key is None else panel[key]
        found: pd.Index = pd.Index(named.dropna().unique(), name="unit")
        return found
    labels: pd.Index = panel.index if isinstance(panel, pd.DataFrame) else pd.Index([])
    return labels


def _years(labels: Iterable[Any]) -> list[int]:
    given = list(labels)
    numbers = pd.to_numeric(pd.Series(given, dtype=object), errors="coerce")
    strange = [
        label
        for label, number in zip(given, numbers, strict=True)
        if not (np.isfinite(number) and number == int(number))
    ]
    if strange:
        raise SchemaError(
            "the columns are not years: {labels}",
            expected="units in rows, years in columns",
            fix="frame.pivot(index='unit', columns='year', values='co2')",
            labels=some(map(repr, strange)),
        )
    return [int(number) for number in numbers]


def _refuse_twice(years: list[Any]) -> None:
    twice = list(dict.fromkeys(year for year in years if years.count(year) > 1))
    if twice:
        raise SchemaError(
            "the year {years} stands twice",
            expected="each year once",
            years=some(twice),
        )


def _check_spacing(years: list[int]) -> None:
    _refuse_twice(years)
    if len(years) < SHORTEST:
        raise SchemaError(
            "a growth curve needs at least {fewest} years",
            arrived="{n}: {years}",
            fewest=SHORTEST,
            n=len(years),
            years=some(years),
        )
    gaps = np.diff(years)
    if (gaps != gaps[0]).any():
        step = int(gaps.min())
        absent = sorted(set(range(years[0], years[-1], step)) - set(years))
        raise SchemaError(
            "the years are not evenly spaced: {absent} missing",
            arrived="{years}",
            expected="the same step from year to year",
            fix="fill the year from a source, or cut the series before or after the gap",
            absent=some(absent),
            years=some(years, 30),
        )


def _cells(table: pd.DataFrame, where: npt.NDArray[np.bool_]) -> str:
    cells = np.argwhere(where).tolist()
    units, years, numbers = table.index.tolist(), table.columns.tolist(), table.to_numpy()
    return some(f"{units[i]} {years[j]}: {numbers[i, j]:g}" for i, j in cells)


def _check_values(table: pd.DataFrame) -> None:
    numbers = table.to_numpy()
    absent = np.isnan(numbers)
    if absent.any():
        raise MissingDataError(
            "{n} values are missing",
            arrived="{cells}",
            fix="fill them from a source, or leave these units out: frame.dropna()",
            n=int(absent.sum()),
            cells=_cells(table, absent),
        )
    wrong = numbers <= 0
    if wrong.any():
        raise SchemaError(
            "a growth curve needs values above zero",
            arrived="{cells}",
            fix="leave these units out: frame[(frame > 0).all(axis=1)]",
            cells=_cells(table, wrong),
        )


def is_constant(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which rows do not move beyond rounding."""
    flat: npt.NDArray[np.bool_] = np.ptp(values, axis=1) <= 1e-12 * values.max(axis=1)
    return flat


def _check_rise(table: pd.DataFrame, *, kind: Kind, decline: bool) -> None:
    numbers = table.to_numpy()
    years = np.arange(numbers.shape[1]) - (numbers.shape[1] - 1) / 2
    falling = (numbers @ years < 0) & ~is_constant(numbers)
    if not falling.any() or (decline and kind == "level"):
        return
    level = "allow_decline=True, for a curve that falls, or leave these units out"
    increment = "kind='level' with allow_decline=True, or leave these units out"
    raise SchemaError(
        "the series of {n} units fall from {first} to {last}, which a growth curve cannot",
        arrived="{units}",
        fix=level if kind == "level" else increment,
        n=int(falling.sum()),
        first=table.columns[0],
        last=table.columns[-1],
        units=some(table.index[falling]),
    )
