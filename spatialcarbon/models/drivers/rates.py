"""Rate tables of scenarios: checked once, then yearly arrays that every projection shares."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, require_columns
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.language import Text

RATES = ("delta", "chi", "beta", "alpha")
"""Growth of population and of output per head; decline of industry share and of intensity."""

FACTORS = ("population", "affluence", "structure", "intensity")
"""The factors that the rates move, in the same order."""

SIGNS = np.array([1.0, 1.0, -1.0, -1.0])
"""Whether a rate is a growth or, for beta and alpha, a decline."""

PLACE_COLUMNS = ("unit", "adcode")
_TABLE = text("the rate table")


@dataclass(frozen=True, eq=False)
class RateTable:
    """Rates of every scenario for every year, checked.

    Parameters
    ----------
    scenarios : tuple of str
        In the order of the table.
    years : ndarray of int
        The years that the rates lead into: base year + 1 to the horizon.
    units : Index or None
        The units, where rates differ by unit; None where they are common.
    values : ndarray
        Fractions per year, scenario × unit × year × rate (delta, chi, beta, alpha);
        one unit where rates are common.
    period : ndarray of int
        Which period of the scenario a year lies in, from 0, scenario × unit × year.
    omega : ndarray
        Yearly growth of emissions, scenario × unit × year.
    remarks : tuple of Text
        What a careful reader should know.
    """

    scenarios: tuple[str, ...]
    years: npt.NDArray[np.int64]
    units: pd.Index | None
    values: npt.NDArray[np.float64]
    period: npt.NDArray[np.int64]
    omega: npt.NDArray[np.float64]
    remarks: tuple[Text, ...] = ()

    @property
    def base_year(self) -> int:
        """The year before the first rate."""
        return int(self.years[0]) - 1

    @property
    def horizon(self) -> int:
        """The last year."""
        return int(self.years[-1])


def multipliers(rates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return 1 + delta, 1 + chi, 1 − beta, 1 − alpha along the last axis."""
    return 1.0 + SIGNS * rates


def growth_of(rates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    r"""Return the yearly growth of emissions that four rates (last axis) amount to.

    .. math:: \omega = (1+\delta)(1+\chi)(1-\beta)(1-\alpha) - 1
    """
    factor = multipliers(rates)
    product: npt.NDArray[np.float64] = (
        factor[..., 0] * factor[..., 1] * factor[..., 2] * factor[..., 3] - 1.0
    )
    return product


def out_of_bounds(rates: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which rates would take a factor to zero or below: the last axis is the four rates."""
    return multipliers(rates) <= 0.0


def checked_rates(
    rates: pd.DataFrame,
    *,
    horizon: int,
    base_year: int | None = None,
    units: pd.Index | None = None,
) -> RateTable:
    """Check a table of scenario rates and spread it over the years.

    Parameters
    ----------
    rates : DataFrame
        Columns ``scenario, start, end`` (years, both inclusive) and ``delta, chi,
        beta, alpha`` (fractions per year); optionally ``unit`` or ``adcode``. A row
        whose unit is empty holds for all units without rows of their own in that
        scenario. Other columns are left alone.
    horizon : int
        Last year wanted; a table that goes further is cut there.
    base_year : int, optional
        Year of the levels to start from; the year before the first start if left
        out. Rates of earlier years are left aside.
    units : Index, optional
        The units to project. Needed only where the table names units.

    Raises
    ------
    SchemaError
        Columns absent, periods that overlap or leave gaps, rates out of bounds.
    MissingDataError
        Empty or infinite rates.
    AlignmentError
        Units without rates, or rates of unknown units.
    OptionError
        A horizon that is not after the base year.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame(
    ...     {
    ...         "scenario": ["a"],
    ...         "start": [2018],
    ...         "end": [2020],
    ...         "delta": [0.0],
    ...         "chi": [0.1],
    ...         "beta": [0.0],
    ...         "alpha": [0.05],
    ...     }
    ... )
    >>> checked_rates(rates, horizon=2020).omega.round(3).tolist()
    [[[0.045, 0.045, 0.045]]]
    """
    table, place = _readable(rates)
    last = check_count(horizon, "horizon")
    first = int(table["start"].min()) if base_year is None else check_count(base_year, "base_year")
    first += base_year is not None
    if last < first:
        raise OptionError(
            "horizon={horizon} is not after the base year {base}",
            fix="horizon={first} or later",
            horizon=last,
            base=first - 1,
            first=first,
        )
    labels: list[Any] = [None]
    if place is not None:
        units = _named_units(table[place]) if units is None else units
        _refuse_strangers(table, place, units)
        labels = list(units)
    scenarios = tuple(dict.fromkeys(table["scenario"].sort_index()))
    years = np.arange(first, last + 1)
    values = np.empty((len(scenarios), len(labels), len(years), len(RATES)))
    period = np.empty(values.shape[:3], dtype=np.int64)
    for s, scenario in enumerate(scenarios):
        rows = table[table["scenario"] == scenario]
        for u, (label, own) in enumerate(_rows_by_unit(rows, place, labels)):
            at = _periods(own, years, scenario, label)
            values[s, u] = own[list(RATES)].to_numpy()[at]
            period[s, u] = at
    cut = int(table["start"].min()) < first
    return RateTable(
        scenarios=scenarios,
        years=years,
        units=units if place is not None else None,
        values=values,
        period=period,
        omega=growth_of(values),
        remarks=_remarks(values, first - 1 if cut else None),
    )


def _readable(rates: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """Return the table with numbers in it, ordered by start, and the column of the unit."""
    if not isinstance(rates, pd.DataFrame):
        raise SchemaError(
            "the rate table is a {kind}",
            expected="a DataFrame with columns scenario, start, end, delta, chi, beta, alpha",
            fix="for example load_table('study003_rates')",
            kind=type(rates).__name__,
        )
    require_columns(rates, ["scenario", "start", "end", *RATES], _TABLE)
    if rates.empty:
        raise SchemaError("the rate table is empty")
    # Row numbers of the caller's table, whatever index it came with, are what messages name.
    table = rates.reset_index(drop=True)
    place = next((column for column in PLACE_COLUMNS if column in table.columns), None)
    nameless = table.index[table["scenario"].isna() | (table["scenario"] == "")]
    if len(nameless):
        raise SchemaError(
            "the rate table has rows without a scenario, number {rows}", rows=_rows(nameless)
        )
    numbers = {name: as_numbers(table[name], name) for name in ("start", "end", *RATES)}
    for name, column in numbers.items():
        bad = table.index[~np.isfinite(column.to_numpy())]
        if len(bad):
            raise MissingDataError(
                "{name} is empty or infinite in the rate table, row {rows}",
                fix="write 0 for a factor that does not change",
                name=name,
                rows=_rows(bad),
            )
    table = table.assign(scenario=table["scenario"].astype(str), **numbers)
    _check_years(table)
    _check_bounds(table)
    return table.sort_values(["start", "end"], kind="stable"), place


def _rows(index: pd.Index) -> str:
    return some(index + 1)


def _check_years(table: pd.DataFrame) -> None:
    years = table[["start", "end"]]
    broken = table.index[(years % 1 != 0).any(axis=1)]
    if len(broken):
        raise SchemaError(
            "start and end of the rate table must be whole years; row {rows} is not",
            rows=_rows(broken),
        )
    turned = table[table["end"] < table["start"]]
    if len(turned):
        raise SchemaError(
            "periods end before they start: {periods}",
            periods=some(_named(row) for row in turned.itertuples()),
        )


def _named(row: Any) -> str:
    return f"{row.scenario} {int(row.start)}–{int(row.end)}"


def _check_bounds(table: pd.DataFrame) -> None:
    outside = out_of_bounds(table[list(RATES)].to_numpy())
    if not outside.any():
        return
    found = [
        f"{table['scenario'].iloc[row]} {int(table['start'].iloc[row])}: "
        f"{RATES[column]} = {table[RATES[column]].iloc[row]:g}"
        for row, column in np.argwhere(outside)
    ]
    raise SchemaError(
        "rates out of bounds: {found}",
        expected="fractions per year with delta, chi above -1 and beta, alpha below 1",
        fix="divide percentages by 100: 5 % a year is 0.05",
        found=some(found),
    )


def _blank(labels: pd.Series[Any]) -> pd.Series[bool]:
    return labels.isna() | (labels == "")


def _named_units(labels: pd.Series[Any]) -> pd.Index:
    named = labels[~_blank(labels)].sort_index()  # the order of the caller's rows
    if named.empty:
        raise AlignmentError(
            "the rate table names no unit",
            fix="leave the column out, or give the units that it is for",
        )
    if pd.api.types.is_float_dtype(named.dtype) and (named % 1 == 0).all():
        named = named.astype("int64")  # a column of codes with blanks in it arrives as floats
    found: pd.Index = pd.Index(named.unique())
    return found


def _refuse_strangers(table: pd.DataFrame, place: str, units: pd.Index) -> None:
    named = _named_units(table[place]) if not _blank(table[place]).all() else units[:0]
    strange = named.difference(units, sort=False)
    if len(strange):
        raise AlignmentError(
            "the rate table has units that are not projected: {labels}",
            expected="labels such as {known}",
            labels=some(strange),
            known=some((repr(label) for label in units), 3),
        )


def _rows_by_unit(
    rows: pd.DataFrame, place: str | None, labels: list[Hashable]
) -> Iterator[tuple[Hashable, pd.DataFrame]]:
    """Yield the rows that hold for each unit: its own, else those without a unit."""
    if place is None:
        yield None, rows
        return
    blank = _blank(rows[place])
    common = rows[blank]
    own: dict[Any, pd.DataFrame] = dict(iter(rows[~blank].groupby(place, sort=False)))
    bare = [label for label in labels if label not in own]
    if bare and common.empty:
        raise AlignmentError(
            "the scenario {scenario!r} has no rates for {n} units: {labels}",
            fix="add their rows, or rows with an empty unit that hold for all others",
            scenario=rows["scenario"].iloc[0],
            n=len(bare),
            labels=some(bare),
        )
    for label in labels:
        yield label, own.get(label, common)


def _periods(
    rows: pd.DataFrame, years: npt.NDArray[np.int64], scenario: str, label: Hashable
) -> npt.NDArray[np.int64]:
    """Return which row holds in each year; raise unless it is exactly one."""
    start = rows["start"].to_numpy()
    end = rows["end"].to_numpy()
    holds = (start[:, None] <= years) & (years <= end[:, None])
    count = holds.sum(axis=0)
    if (count == 1).all():
        return np.asarray(holds.argmax(axis=0), dtype=np.int64)
    where: Text = text("{scenario}", scenario=scenario)
    if label is not None:
        where = text("{scenario}, unit {unit}", scenario=scenario, unit=label)
    if (count > 1).any():
        raise SchemaError(
            "periods overlap: {where} has two rates in {years}",
            expected="each year in one period; start and end both count",
            where=where,
            years=_spans(years[count > 1]),
        )
    raise SchemaError(
        "periods leave a gap: {where} has no rates in {years}",
        expected="periods that cover {first} to {last}, every year once",
        fix="add the rows; a shorter horizon helps where only the last years are absent",
        where=where,
        years=_spans(years[count == 0]),
        first=int(years[0]),
        last=int(years[-1]),
    )


def _spans(years: npt.NDArray[np.int64]) -> str:
    """Say runs of years shortly: 2022–2025, 2030."""
    runs = np.split(years, np.flatnonzero(np.diff(years) > 1) + 1)
    return some(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _remarks(values: npt.NDArray[np.float64], cut: int | None) -> tuple[Text, ...]:
    said = []
    if (np.abs(values) >= 1.0).any():
        said.append(
            text("a rate of 1 or more means 100 % a year: rates are fractions, not percentages")
        )
    if cut is not None:
        said.append(text("rates up to {year} are left aside: the base year is {year}", year=cut))
    return tuple(said)
