"""What an evaluation of a policy is given: a long table, read, checked and put in order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, canonical_order, refuse_infinite, require_columns
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text

FRAME = text("the panel of the evaluation")


@dataclass(frozen=True, eq=False)
class Design:
    """A policy and the places it can be judged on.

    Parameters
    ----------
    outcome : DataFrame
        Unit × year; NaN where there is no observation.
    treated : Series of bool
        Per unit.
    everyone : Series of bool
        The same with the units that are left out, who may be neighbours.
    start : int
        First year of the policy.
    covariates : DataFrame
        Unit × covariate, measured before the policy.
    clusters : Series
        Cluster of each unit.
    left_out : Index
        Units without an outcome before, or without one after the policy.
    """

    outcome: pd.DataFrame
    treated: pd.Series[bool]
    everyone: pd.Series[bool]
    start: int
    covariates: pd.DataFrame
    clusters: pd.Series[Any]
    left_out: pd.Index

    @property
    def years(self) -> tuple[int, ...]:
        """All years, ascending."""
        return tuple(int(year) for year in self.outcome.columns)

    @property
    def before(self) -> tuple[int, ...]:
        """The years before the policy."""
        return tuple(year for year in self.years if year < self.start)


def read_design(
    frame: pd.DataFrame,
    *,
    unit: str,
    year: str,
    outcome: str,
    treated: str | Collection[Any],
    treated_from: int | str,
    covariates: Sequence[str],
    covariate_year: int | None,
    cluster: str | None,
) -> Design:
    """Check a long table and return it in an order that does not hang on that of its rows."""
    listed = [covariates] if isinstance(covariates, str) else covariates
    named = list(dict.fromkeys(listed))
    columns = [unit, year, outcome, *named]
    columns += [name for name in (treated, treated_from, cluster) if isinstance(name, str)]
    require_columns(frame, columns, FRAME)
    keys = frame[[unit, year]]
    if keys.isna().to_numpy().any():
        raise MissingDataError(
            "{n} rows have no unit or no year", n=int(keys.isna().any(axis=1).sum())
        )
    if keys.duplicated().any():
        rows = keys[keys.duplicated()]
        raise AlignmentError(
            "some units have several rows in one year",
            arrived="{rows}",
            expected="one row for each unit and year",
            rows=some(f"{u} {y}" for u, y in rows.itertuples(index=False)),
        )
    years = as_numbers(frame[year], year)
    if (years % 1 != 0).any():
        raise SchemaError("{column} holds what is no year", column=year, arrived="{values}",
                          values=some(years[years % 1 != 0]))  # fmt: skip
    long = frame.assign(**{year: years.astype(int)})
    values = as_numbers(long[outcome], outcome)
    refuse_infinite(values, outcome)
    wide = long.assign(**{outcome: values}).pivot(index=unit, columns=year, values=outcome)
    wide = wide.iloc[canonical_order(wide.index)].sort_index(axis=1)
    group = _treated(long, unit, treated, wide.index)
    start = _start(long, unit, treated_from, group)
    _check_years(wide, start)
    clusters = (
        pd.Series(wide.index, wide.index)
        if cluster is None
        else _constant(long, unit, cluster, wide.index)
    )
    late = np.asarray(wide.columns) >= start
    seen = wide.notna().to_numpy()
    usable = np.asarray(seen[:, ~late].any(axis=1) & seen[:, late].any(axis=1), dtype=np.bool_)
    kept = wide.index[usable]
    _check_groups(group.loc[kept])
    measured = _covariates(long, unit, year, named, covariate_year, start, kept)
    return Design(
        outcome=wide.loc[kept],
        treated=group.loc[kept],
        everyone=group,
        start=start,
        covariates=measured,
        clusters=clusters.loc[kept],
        left_out=wide.index[~usable],
    )


def _treated(
    frame: pd.DataFrame, unit: str, treated: str | Collection[Any], units: pd.Index
) -> pd.Series[bool]:
    if not isinstance(treated, str):
        chosen = pd.Index(list(treated)).unique()
        unknown = chosen.difference(units, sort=False)
        if len(unknown):
            raise AlignmentError(
                "treated names {n} units that the panel lacks",
                arrived="{labels}",
                expected="labels such as {known}",
                n=len(unknown),
                labels=some(unknown),
                known=some(map(repr, units[:3].tolist())),
            )
        return pd.Series(units.isin(chosen), units, dtype=bool)
    given = frame[treated]
    flags = as_numbers(given.astype(float) if given.dtype == bool else given, treated)
    strange = frame.loc[~flags.isin([0.0, 1.0]), treated]
    if len(strange):
        raise SchemaError(
            "{column} is neither 0 nor 1 in {n} rows",
            arrived="{values}",
            expected="1 for places under the policy, 0 for the others, the same in every year",
            column=treated,
            n=len(strange),
            values=some(strange.unique()),
        )
    return _constant(frame, unit, treated, units).astype(bool)


def _constant(frame: pd.DataFrame, unit: str, column: str, units: pd.Index) -> pd.Series[Any]:
    """Return the value of a column that does not change within a unit."""
    if frame[column].isna().any():
        raise MissingDataError(
            "{column} is missing in {n} rows", column=column, n=int(frame[column].isna().sum())
        )
    grouped = frame.groupby(unit, sort=False)[column]
    moving = grouped.nunique()
    moving = moving[moving > 1]
    if len(moving):
        raise SchemaError(
            "{column} changes over the years for {n} units",
            arrived="{labels}",
            expected="one value per unit; when the policy begins is said by treated_from",
            column=column,
            n=len(moving),
            labels=some(moving.index),
        )
    return grouped.first().reindex(units)


def _start(
    frame: pd.DataFrame, unit: str, treated_from: int | str, treated: pd.Series[bool]
) -> int:
    if not isinstance(treated_from, str):
        if isinstance(treated_from, bool) or not hasattr(treated_from, "__index__"):
            raise SchemaError(
                "treated_from={value!r} is neither a year nor a column", value=treated_from
            )
        return int(treated_from)
    under = frame[frame[unit].isin(treated.index[treated])]
    dates = sorted(as_numbers(under[treated_from], treated_from).dropna().unique().tolist())
    if len(dates) > 1:
        raise SchemaError(
            "the policy begins in {n} different years",
            arrived="{years}",
            expected="one date for all treated places: with staggered dates two-way fixed "
            "effects compare places with others already treated, and are biased",
            fix="evaluate the places of each date apart, against places never treated",
            n=len(dates),
            years=some(f"{date:g}" for date in dates),
        )
    if not dates:
        raise SchemaError("{column} has no year for any treated place", column=treated_from)
    return int(dates[0])


def _check_years(wide: pd.DataFrame, start: int) -> None:
    first, last = int(wide.columns[0]), int(wide.columns[-1])
    if not first < start <= last:
        raise DegenerateDataError(
            "there are no years on both sides of treated_from = {start}",
            arrived="years {first} to {last}",
            expected="at least one year before, and one from that year on",
            start=start,
            first=first,
            last=last,
        )


def _check_groups(treated: pd.Series[bool]) -> None:
    if treated.all() or not treated.any():
        raise DegenerateDataError(
            "one of the two groups is empty: {treated} treated, {control} not",
            expected="places under the policy and places without it, seen before and after",
            treated=int(treated.sum()),
            control=int((~treated).sum()),
        )


def _covariates(
    frame: pd.DataFrame,
    unit: str,
    year: str,
    names: list[str],
    covariate_year: int | None,
    start: int,
    units: pd.Index,
) -> pd.DataFrame:
    """Return covariates before the policy: the mean of those years, or one year."""
    if covariate_year is not None and covariate_year >= start:
        raise SchemaError(
            "covariate_year = {chosen} is not before the policy, which begins in {start}",
            expected="a year that the policy could not have changed",
            chosen=covariate_year,
            start=start,
        )
    early = frame[frame[year] < start if covariate_year is None else frame[year] == covariate_year]
    made: dict[str, pd.Series[float]] = {}
    for name in names:
        numbers = as_numbers(early[name], name)
        refuse_infinite(numbers.set_axis(early[unit]), name)
        made[name] = numbers.groupby(early[unit]).mean().reindex(units)
        absent = units[made[name].isna()]
        if len(absent):
            raise MissingDataError(
                "{column} is missing before the policy for {n} units",
                arrived="{labels}",
                fix="leave the covariate or these units out",
                column=name,
                n=len(absent),
                labels=some(absent),
            )
    return pd.DataFrame(made, index=units)
