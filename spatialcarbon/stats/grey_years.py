"""From a tidy table to the differences of every year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import (
    as_numbers,
    check_unique,
    checksum,
    conform,
    refuse_infinite,
    require_columns,
)
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    UnitMismatchError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.data.panel import Panel
from spatialcarbon.stats.grey_formulas import (
    MIN_OBSERVATIONS,
    Floats,
    Normalisation,
    differences,
    observation_shares,
)

_PLACE = text("the table")


@dataclass(frozen=True, eq=False)
class ObservationsByYear:
    """The series of every year.

    Parameters
    ----------
    units : Index
        All units, in the order of the table.
    columns : sequence of str
        Reference, then factors.
    frames : mapping
        Year → units × (reference, factors, weight); NaN where there is no value.
    remarks : tuple of Text
        Years left out.
    """

    units: pd.Index
    columns: Sequence[str]
    frames: Mapping[int, pd.DataFrame]
    remarks: tuple[Text, ...] = ()

    @property
    def years(self) -> list[int]:
        """Return the years in rising order."""
        return sorted(self.frames)

    def of(self, year: int, units: pd.Index) -> pd.DataFrame:
        """Return the series of some units in one year."""
        return self.frames[year].loc[units]

    def checksum(self) -> str:
        """Return a hash of all numbers, the same in any row order."""
        return checksum(pd.concat(self.frames, axis=1).fillna(np.inf))

    def refuse_gaps(self, members: Mapping[str, pd.Index]) -> None:
        """Raise naming the units of any group that lack a value, by column."""
        used = self.units[self.units.isin([unit for units in members.values() for unit in units])]
        for at, name in enumerate([*self.columns, text("the list of weights")]):
            gaps = [
                f"{unit} ({year})"
                for year in self.years
                for unit in used[self.of(year, used).iloc[:, at].isna().to_numpy()]
            ]
            if gaps:
                raise MissingDataError(
                    "{name} is missing {n} times",
                    arrived="{cells}",
                    fix="fill them from a source, or leave them out with missing='drop'",
                    name=name,
                    n=len(gaps),
                    cells=some(gaps),
                )


def observations_by_year(
    frame: pd.DataFrame | Panel,
    *,
    unit: str,
    year: str,
    columns: Sequence[str],
    weights: str | pd.Series[Any] | None,
    years: Iterable[int] | None,
    one_measure: bool,
) -> ObservationsByYear:
    """Return the series of every year in which each of them has values."""
    tidy = frame.to_frame() if isinstance(frame, Panel) else frame
    if isinstance(frame, Panel):
        unit, year = frame.unit_name, "year"
    weight = [weights] if isinstance(weights, str) else []
    _check(tidy, unit, year, columns, weight)
    if one_measure:
        _require_one_measure(tidy.attrs.get("units", {}), columns)
    units = pd.Index(tidy[unit].unique(), name=unit)
    wide = {
        name: as_numbers(tidy[name], str(name)).set_axis(
            pd.MultiIndex.from_frame(tidy[[unit, year]])
        )
        for name in [*columns, *weight]
    }
    present = sorted(int(t) for t in tidy[year].unique())
    grids = {name: values.unstack().reindex(units) for name, values in wide.items()}
    for name, grid in grids.items():
        refuse_infinite(grid, str(name))
    usable = [t for t in present if all(grids[name][t].notna().any() for name in grids)]
    chosen, remarks = _chosen(years, present, usable)
    if isinstance(weights, pd.Series):
        each = conform(weights, units, name=text("the list of weights"))
    else:
        each = pd.Series(1.0, index=units)
    frames = {
        t: pd.concat(
            [
                *(grids[name][t] for name in columns),
                grids[weight[0]][t] if weight else each,
            ],
            axis=1,
            ignore_index=True,
        )
        for t in chosen
    }
    return ObservationsByYear(units=units, columns=columns, frames=frames, remarks=remarks)


def _check(
    tidy: pd.DataFrame, unit: str, year: str, columns: Sequence[str], weight: Sequence[str]
) -> None:
    if not isinstance(tidy, pd.DataFrame) or len(tidy) == 0:
        raise SchemaError(
            "frame is a {kind} without rows",
            expected="a tidy table with a row for each unit and year",
            kind=type(tidy).__name__,
        )
    if len(columns) < 2:
        raise SchemaError("there is no factor to compare with the reference")
    check_unique(pd.Index(columns), text("the list of reference and factors"))
    require_columns(tidy, [unit, year, *columns, *weight], _PLACE)
    blank = tidy[[unit, year]].isna().any(axis=1)
    if blank.any():
        raise AlignmentError(
            "{n} rows have no {unit} or no {year}",
            fix="data.dropna(subset=[{unit!r}, {year!r}])",
            n=int(blank.sum()),
            unit=unit,
            year=year,
        )
    if not pd.api.types.is_integer_dtype(tidy[year].dtype):
        raise SchemaError(
            "the column {year} does not hold whole years",
            arrived="{values}",
            fix="data[{year!r}] = data[{year!r}].astype(int)",
            year=year,
            values=some(tidy[year].unique()),
        )
    twice = tidy.duplicated([unit, year])
    if twice.any():
        cells = tidy.loc[twice, [unit, year]].drop_duplicates()
        raise AlignmentError(
            "{n} rows repeat a unit and year",
            arrived="{cells}",
            expected="each unit and year once",
            n=int(twice.sum()),
            cells=some(f"{a} {b}" for a, b in cells.itertuples(index=False)),
        )


def _require_one_measure(measures: Mapping[str, str], columns: Sequence[str]) -> None:
    known = {name: measures[name] for name in columns if name in measures}
    if len(set(known.values())) > 1:
        raise UnitMismatchError(
            "normalisation='none' compares columns in different units of measure",
            arrived="{measures}",
            fix="normalisation='mean', which removes the units",
            measures=some(f"{name}: {measure}" for name, measure in known.items()),
        )


def _chosen(
    years: Iterable[int] | None, present: Sequence[int], usable: Sequence[int]
) -> tuple[list[int], tuple[Text, ...]]:
    """Return the years to use, and the remark about those that some column lacks."""
    if years is not None:
        wanted = sorted({int(year) for year in years})
        absent = [year for year in wanted if year not in usable]
        if absent or not wanted:
            raise OptionError(
                "not every column has values in {absent}",
                expected="years among {usable}",
                absent=some(absent) or "years=()",
                usable=some(usable, 30) or "—",
            )
        return wanted, ()
    if not usable:
        raise MissingDataError("there is no year in which every column has values")
    left = [year for year in present if year not in usable]
    said = text("years in which a column has no values left out: {years}", years=some(left, 12))
    return list(usable), (said,) if left else ()


@dataclass(frozen=True, eq=False)
class CrossSection:
    """One group in one year: its units, their differences, or why there are none."""

    units: pd.Index
    share: pd.Series[float] | None = None
    delta: Floats | None = None
    status: str = "ok"
    culprit: str | None = None


def cross_section(
    data: pd.DataFrame, columns: Sequence[str], normalisation: Normalisation, reverse: set[str]
) -> CrossSection:
    """Return the differences of one group in one year, or why there are none."""
    complete = data.dropna()
    if len(complete) < MIN_OBSERVATIONS:
        return CrossSection(units=complete.index, status=f"n<{MIN_OBSERVATIONS}")
    values, weight = complete.iloc[:, :-1], complete.iloc[:, -1]
    try:
        share = observation_shares(weight)
        delta, _ = differences(values, columns, normalisation, reverse)
    except DegenerateDataError as error:
        culprit = str(error.params.get("series", "weights"))
        return CrossSection(units=complete.index, status="undefined", culprit=culprit)
    return CrossSection(units=complete.index, share=share, delta=delta)


def extremes_of(
    deltas: Mapping[int, Floats | None], *, pooled: bool
) -> dict[int, tuple[float, float]]:
    """Return m and M of every year that has differences, its own or those of all years."""
    own = {t: (float(d.min()), float(d.max())) for t, d in deltas.items() if d is not None}
    if pooled and own:
        least, most = zip(*own.values(), strict=True)
        return dict.fromkeys(own, (min(least), max(most)))
    return own
