"""What a simulation is asked: rates, errors and correlation made into one plan, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.models.drivers.copula import checked_correlation, copula_root
from spatialcarbon.models.drivers.error_draws import ErrorPlan, Per
from spatialcarbon.models.drivers.rate_errors import CERTAIN, RateError, checked_errors
from spatialcarbon.models.drivers.rates import RATES, RateTable, checked_rates
from spatialcarbon.models.drivers.scenario import read_base

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.rng import Stream

    Floats = npt.NDArray[np.float64]
    Base = float | pd.Series[Any] | pd.DataFrame

Sharing = Literal["shared", "independent"]
Errors = Mapping[str, Any] | float | str | RateError | None

SPREAD_COLUMNS = tuple(f"{name}_sd" for name in RATES)
"""Columns of the rate table that hold standard deviations."""


def planned(
    base: Base,
    rates: pd.DataFrame,
    *,
    horizon: int,
    base_year: int | None,
    draws: int,
    errors: Errors,
    correlation: pd.DataFrame | None,
    per: Per,
    units: Sharing | float,
    stream: Stream,
) -> tuple[ErrorPlan, pd.Series[float], bool]:
    """Return the plan, the base in an order of its own, and whether it has units."""
    check_option(per, Per, "per")
    between = _between(units)
    draws = check_count(draws, "draws", minimum=2)
    start = read_base(base)
    named = start.units is not None
    levels = pd.Series(start.levels, index=start.units)
    # An error belongs to a unit, not to a row: the order of rows must not move it.
    levels = levels.iloc[canonical_order(levels.index)]
    table = checked_rates(
        rates, horizon=horizon, base_year=base_year, units=levels.index if named else None
    )
    if table.units is not None and not named:
        raise AlignmentError(
            "the rates differ by unit, but the base is one number",
            expected="a Series with the level of each unit, such as {units}",
            units=some(table.units),
        )
    kinds, scale = _scaled(rates, table, errors)
    root = None
    if correlation is not None:
        active = [name for name in RATES if not kinds[name].certain]
        whole = checked_correlation(correlation, RATES).loc[active, active]
        if active and not np.array_equal(whole.to_numpy(), np.eye(len(active))):
            root = copula_root(whole)
    plan = ErrorPlan(
        rates=table,
        errors=kinds,
        scale=scale,
        root=root,
        per=per,
        between=between,
        draws=draws,
        stream=stream,
    )
    return plan, levels, named


def _between(units: Sharing | float) -> float:
    if isinstance(units, str):
        return 1.0 if check_option(units, Sharing, "units") == "shared" else 0.0
    try:
        number = float("nan") if isinstance(units, bool) else float(units)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0.0 <= number <= 1.0:
        raise OptionError(
            "units={value!r} does not say how errors of units belong together",
            expected="'shared', 'independent', or their correlation from 0 to 1",
            value=units,
        )
    return number


def _scaled(
    rates: pd.DataFrame, table: RateTable, errors: Errors
) -> tuple[dict[str, RateError], Floats]:
    """Return the distribution of each factor, and what multiplies each of its errors."""
    given = [name for name in SPREAD_COLUMNS if name in rates.columns]
    if not given:
        kinds = checked_errors(errors, RATES)
        parts = [kinds[name].scale(table.values[..., at]) for at, name in enumerate(RATES)]
        return kinds, np.stack(parts, axis=-1)
    if errors is not None:
        raise SchemaError(
            "errors are given twice: by errors= and by the columns {columns} of the rate table",
            fix="rates.drop(columns={columns!r}), or no errors=",
            columns=given,
        )
    spread = rates[[c for c in rates.columns if c not in (*RATES, *SPREAD_COLUMNS)]].copy()
    for name, column in zip(RATES, SPREAD_COLUMNS, strict=True):
        spread[name] = _spread(rates[column], column) if column in given else 0.0
    scale = checked_rates(
        spread, horizon=table.horizon, base_year=table.base_year, units=table.units
    ).values
    uncertain = {name for at, name in enumerate(RATES) if (scale[..., at] > 0).any()}
    return {
        name: RateError("normal", (1.0,)) if name in uncertain else CERTAIN for name in RATES
    }, scale


def _spread(column: pd.Series[Any], name: str) -> pd.Series[float]:
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    bad = column[~((numbers >= 0) & (numbers < 1))]
    if len(bad):
        raise SchemaError(
            "{name} holds what is no standard deviation: {values}",
            expected="fractions a year from 0 to below 1, in every row",
            name=name,
            values=some(bad),
        )
    return numbers


def said_errors(plan: ErrorPlan, rates: pd.DataFrame) -> dict[str, str]:
    """Return the error of each rate in words, to be repeated."""
    kinds = plan.errors.items()
    if set(SPREAD_COLUMNS) & set(rates.columns):
        return {name: "certain" if kind.certain else f"normal({name}_sd)" for name, kind in kinds}
    return {name: "certain" if kind.certain else str(kind) for name, kind in kinds}


def checked_quantiles(quantiles: Sequence[float]) -> tuple[float, ...]:
    """Return ascending quantiles, each once, from 0 to 1."""
    try:
        numbers = sorted({float(q) for q in quantiles})
    except (TypeError, ValueError):
        numbers = []
    if not numbers or not all(0.0 <= q <= 1.0 for q in numbers):
        raise OptionError(
            "quantiles={value!r} are not numbers from 0 to 1",
            fix="quantiles=(0.05, 0.5, 0.95)",
            value=quantiles,
        )
    return tuple(numbers)


def checked_target(
    target: float | Mapping[int, float] | pd.Series[float] | None, years: Sequence[int]
) -> dict[int, float]:
    """Return the target of each year that has one; a single number holds for all years."""
    if target is None:
        return {}
    pairs: dict[Any, Any] = {}
    if isinstance(target, (Mapping, pd.Series)):
        pairs = dict(target.items())
        strange = [year for year in pairs if year not in years]
        if strange:
            raise OptionError(
                "target names years that are not projected: {years}",
                expected="{first} to {last}",
                years=some(strange),
                first=years[0],
                last=years[-1],
            )
    else:
        pairs = dict.fromkeys(years, target)
    try:
        numbers = {int(year): float(value) for year, value in pairs.items()}
    except (TypeError, ValueError):
        numbers = {0: float("nan")}
    if not all(np.isfinite(value) for value in numbers.values()):
        raise MissingDataError(
            "target={value!r} is not a level", expected="a number, or year: number", value=target
        )
    return numbers


def checked_year(year: int | None, years: Sequence[int], name: str) -> int:
    """Return a year that is projected; the last one where none is given."""
    if year is None:
        return int(years[-1])
    if check_count(year, name) not in years:
        raise OptionError(
            "{name}={year} is not projected",
            expected="{first} to {last}",
            name=name,
            year=year,
            first=years[0],
            last=years[-1],
        )
    return int(year)
