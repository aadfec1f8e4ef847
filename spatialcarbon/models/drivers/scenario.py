"""Scenarios: emissions projected from yearly rates of four factors, and when they peak."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique, checksum, conform, require_columns
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    SchemaError,
    SpatialCarbonWarning,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.models.drivers.peak import (
    PEAK_COLUMNS,
    Tie,
    check_demands,
    peak_row,
    peak_rows,
)
from spatialcarbon.models.drivers.rates import FACTORS, RateTable, checked_rates, multipliers
from spatialcarbon.models.drivers.scenario_result import ProjectionResult

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.language import Text

REFERENCES = ("kaya1990", "study003")
_BASE = text("the base")


def project(
    base: float | pd.Series[Any] | pd.DataFrame,
    rates: pd.DataFrame,
    *,
    horizon: int,
    base_year: int | None = None,
    tol: float = 1e-9,
    tie: Tie = "first",
    sustained: int | None = None,
) -> ProjectionResult:
    r"""Where do emissions go under given growth rates of their factors, and when do they peak?

    Use it to spell out what assumptions amount to. It is no forecast: the rates are
    yours, and only their product counts for emissions. For uncertain rates use
    :func:`simulate`; for curves fitted to the past, :func:`fit_growth`.

    Parameters
    ----------
    base : float, Series or DataFrame
        Level in the base year, above zero: one number; a Series of units; or a
        DataFrame, units in rows, with the columns ``population, affluence, structure,
        intensity``, whose product is the level.
    rates : DataFrame
        Columns ``scenario, start, end`` (years, both inclusive) and ``delta`` (growth
        of population), ``chi`` (growth of output per head), ``beta`` (decline of the
        share of industry), ``alpha`` (decline of intensity), fractions per year;
        optionally ``unit`` or ``adcode`` where rates differ by unit (rows with an
        empty unit hold for all units without rows of their own).
    horizon : int
        Last year of the projection.
    base_year : int, optional
        Year of the base; the year before the first start if left out.
    tol, tie, sustained
        What counts as a peak, as for :func:`peak`.

    Returns
    -------
    ProjectionResult

    Raises
    ------
    SchemaError
        Levels or factors of zero or below, columns absent, periods that overlap or
        leave gaps, rates out of bounds.
    MissingDataError
        Empty or infinite values.
    AlignmentError
        Units without rates, rates of other units, or bare arrays.

    Warns
    -----
    SpatialCarbonWarning
        Where the factor ``structure``, a share, rises above 1.

    Notes
    -----
    .. math:: C_{t+1} = C_t (1+\delta)(1+\chi)(1-\beta)(1-\alpha)

    Several units are projected one by one and added up. The peak of a sum is not the
    sum of peaks: its year can differ from that of every unit.

    References
    ----------
    The identity is that of Kaya (1990); rates and symbols follow study 003.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame(
    ...     [["calm", 2021, 2022, 0.0, 0.10, 0.0, 0.0], ["calm", 2023, 2023, 0.0, 0.0, 0.0, 0.5]],
    ...     columns=["scenario", "start", "end", "delta", "chi", "beta", "alpha"],
    ... )
    >>> found = project(100.0, rates, horizon=2023)
    >>> found.path["calm"].round(6).to_dict()
    {2020: 100.0, 2021: 110.0, 2022: 121.0, 2023: 60.5}
    >>> found.peak("calm").year, found.peak("calm").status
    (2022, 'peaked')
    """
    tolerance = check_demands(tol, tie, sustained)
    start = read_base(base)
    table = checked_rates(rates, horizon=horizon, base_year=base_year, units=start.units)
    if table.units is not None and start.units is None:
        raise AlignmentError(
            "the rates differ by unit, but the base is one number",
            expected="a Series with the level of each unit, such as {units}",
            units=some(table.units),
        )
    years = pd.Index(np.arange(table.base_year, table.horizon + 1), name="year")
    levels = projected_levels(start.levels, table.omega)
    path = pd.DataFrame(
        levels.reshape(-1, len(years)).T,
        index=years,
        columns=_columns(table.scenarios, start.units),
    )
    total = pd.DataFrame(levels.sum(axis=1).T, index=years, columns=_columns(table.scenarios, None))
    growth = pd.DataFrame(
        table.omega.reshape(-1, len(table.years)).T,
        index=years[1:],
        columns=_columns(table.scenarios, table.units),
    )
    factors = None if start.factors is None else _spelled(start.factors, table, years)
    above = [] if factors is None else _structure_remarks(factors)
    for remark in above:
        warnings.warn(SpatialCarbonWarning(remark), stacklevel=2)
    chosen: dict[str, Any] = {"tol": tolerance, "tie": tie, "sustained": sustained}
    return ProjectionResult(
        method="Scenario projection",
        path=path,
        total=total,
        factors=factors,
        growth=growth,
        peaks=_peaks(total, **chosen),
        unit_peaks=_peaks(path.iloc[:, :0] if start.units is None else path, **chosen),
        rates=table,
        settings={
            **chosen,
            "horizon": table.horizon,
            "base_year": table.base_year,
            "scenarios": list(table.scenarios),
            "data": start.checksum,
            "rates": checksum(pd.DataFrame(growth.T.to_numpy(), index=growth.columns.map(str))),
        },
        references=REFERENCES,
        remarks=(*table.remarks, *above),
    )


@dataclass(frozen=True, eq=False)
class Base:
    """Where a projection starts.

    Parameters
    ----------
    levels : ndarray
        Level of each unit; one where the base is a single number.
    units : Index or None
        The units; None where the base is a single number.
    factors : DataFrame or None
        Unit × factor, where the factors are given.
    """

    levels: npt.NDArray[np.float64]
    units: pd.Index | None
    factors: pd.DataFrame | None

    @property
    def checksum(self) -> str:
        """Hash of the levels and their labels."""
        labels = pd.Index([0]) if self.units is None else self.units
        return checksum(pd.Series(self.levels, index=labels))


def read_base(base: float | pd.Series[Any] | pd.DataFrame) -> Base:
    """Return the levels to start from, one per unit; raise unless all are above zero."""
    if isinstance(base, pd.DataFrame):
        require_columns(base, FACTORS, _BASE)
        check_unique(base.index, _BASE)
        factors = pd.DataFrame({name: _levels(base[name], base.index, name) for name in FACTORS})
        return Base(_plain(factors.prod(axis=1)), _some(base.index), factors)
    if isinstance(base, pd.Series):
        if set(FACTORS) & set(base.index):
            raise SchemaError(
                "the labels of the base are names of factors: {labels}",
                fix="base.to_frame().T: one row per unit, factors as columns",
                labels=some(base.index),
            )
        levels = _levels(base, _some(base.index), _BASE)
        return Base(_plain(levels), base.index, None)
    if isinstance(base, bool) or not isinstance(base, (int, float, np.integer, np.floating)):
        raise AlignmentError(
            "the base is a {kind}",
            expected="a number, a Series of units, or a DataFrame of units and factors",
            kind=type(base).__name__,
        )
    alone = pd.Series([float(base)], index=["-"])
    return Base(_plain(_levels(alone, alone.index, _BASE)), None, None)


def _plain(values: pd.Series[float]) -> npt.NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


def _some(units: pd.Index) -> pd.Index:
    if len(units) == 0:
        raise SchemaError("the base has no units")
    return units


def _levels(given: pd.Series[Any], units: pd.Index, name: str | Text) -> pd.Series[float]:
    """Return numbers above zero, or raise naming the units that have none."""
    values = conform(given, units, name=name, missing="drop")
    absent = values.index[values.isna()]
    if len(absent):
        raise MissingDataError(
            "{name} is missing for {n} of {total} units",
            arrived="{labels}",
            fix="fill them from a source, or leave these units out: base.dropna()",
            name=name,
            n=len(absent),
            total=len(units),
            labels=some(absent),
        )
    low = values[values <= 0]
    if len(low):
        raise SchemaError(
            "{name} is zero or below for {n} units",
            arrived="{values}",
            expected="levels above zero: growth rates say nothing about a level of zero",
            name=name,
            n=len(low),
            values=some(f"{unit}: {value:g}" for unit, value in low.items()),
        )
    return values


def projected_levels(
    base: npt.NDArray[np.float64], omega: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return levels, scenario × unit × year with the base year first.

    Parameters
    ----------
    base : ndarray
        Level of each unit.
    omega : ndarray
        Yearly growth, scenario × unit (or 1) × year.
    """
    grown = np.cumprod(1.0 + omega, axis=-1)
    ones = np.ones((*grown.shape[:-1], 1))
    return np.asarray(base[None, :, None] * np.concatenate([ones, grown], axis=-1))


def _columns(scenarios: tuple[str, ...], units: pd.Index | None) -> pd.Index:
    if units is None:
        return pd.Index(scenarios, name="scenario")
    return pd.MultiIndex.from_product([scenarios, units], names=["scenario", "unit"])


def _spelled(factors: pd.DataFrame, table: RateTable, years: pd.Index) -> pd.DataFrame:
    """Return the level of each factor, tidy."""
    grown = np.cumprod(multipliers(table.values), axis=2)
    grown = np.concatenate([np.ones((*grown.shape[:2], 1, len(FACTORS))), grown], axis=2)
    levels = factors.to_numpy()[None, :, None, :] * grown
    keys = pd.MultiIndex.from_product(
        [table.scenarios, factors.index, years], names=["scenario", "unit", "year"]
    )
    frame = pd.DataFrame(levels.reshape(-1, len(FACTORS)), index=keys, columns=list(FACTORS))
    return frame.assign(level=frame.prod(axis=1)).reset_index()


def _structure_remarks(factors: pd.DataFrame) -> list[Text]:
    """Say where a share of the whole is above the whole."""
    above = factors[factors["structure"] > 1.0 + 1e-9]
    if above.empty:
        return []
    first = above.drop_duplicates(["scenario", "unit"])
    cells = (f"{row.scenario} {row.unit} {row.year}" for row in first.itertuples())
    return [
        text(
            "structure, a share of output, is above 1 from: {cells}; check the base and beta",
            cells=some(cells),
        )
    ]


def _peaks(levels: pd.DataFrame, *, tol: float, tie: Tie, sustained: int | None) -> pd.DataFrame:
    """Return one row per column: when it peaks."""
    years = levels.index.to_numpy()
    found = peak_rows(levels.to_numpy().T, years, tol=tol, tie=tie, sustained=sustained)
    rows = [peak_row(one) for one in found]
    return pd.DataFrame(rows, columns=list(PEAK_COLUMNS), index=levels.columns)
