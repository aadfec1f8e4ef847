"""Decoupling: do emissions still follow the economy, and by how much do they break away?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, canonical_order, checksum, require_columns
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.data.panel import Panel
from spatialcarbon.models.drivers.decoupling_states import TAPIO_BOUNDS, tapio_states
from spatialcarbon.models.drivers.lmdi_stages import Stages, checked_stages

METHOD = "Tapio decoupling elasticity"
TABLE = text("the table of years")
STATIONARY = 1e-12
"""A relative change below this is rounding, not change."""


def decoupling(
    frame: pd.DataFrame | Panel,
    *,
    unit: str = "unit",
    year: str = "year",
    outcome: str = "co2",
    driver: str = "gdp",
    stages: Stages = None,
    bounds: tuple[float, float] = TAPIO_BOUNDS,
) -> pd.DataFrame:
    r"""Does the outcome still grow with its driver, and in which of Tapio's eight states?

    Use it for a first look at two series, such as emissions and GDP, over a stage of
    some years. Do not use it for causes (it names none: see
    :func:`spatialcarbon.decompose`), nor year by year where the driver hardly moves:
    the elasticity then divides by almost nothing. GDP at current prices holds
    inflation, which makes decoupling look stronger than it is.

    Parameters
    ----------
    frame : DataFrame or Panel
        One row per unit and year, in any order, with more columns if you like.
    unit, year : str
        Columns of the unit and of the year (whole numbers); a panel has its own.
    outcome, driver : str
        Columns of the two quantities, each in any one unit of measure; above zero at
        the start of a stage and nowhere negative.
    stages : sequence of (start, end) or "yearly", optional
        Pairs of years, each start before its end, or every pair of years that follow
        each other; by default one stage from the first year to the last.
    bounds : (float, float)
        Between them, both included, change is "coupled"; Tapio's are 0.8 and 1.2.

    Returns
    -------
    DataFrame
        One row per stage and unit, stages as given and units in ascending order:
        ``unit, start, end, outcome_start, outcome_end, driver_start, driver_end,
        outcome_change, driver_change`` (in their units of measure),
        ``outcome_growth, driver_growth`` (fractions of the start), ``elasticity`` and
        ``state`` (one of the eight states, or "undefined" with an elasticity
        of NaN where the driver did not change). ``attrs`` holds method, settings and
        references.

    Raises
    ------
    SchemaError
        Columns that are absent, years that a stage needs and a unit lacks, negative
        values or a zero at a start.
    AlignmentError
        A unit with two rows for one year.
    MissingDataError
        Empty cells in years that are used.
    OptionError
        Stages or bounds that are none.

    Notes
    -----
    .. math::

        e = \frac{(C_t - C_0)/C_0}{(G_t - G_0)/G_0}

    While the driver grows: expansive negative decoupling (e above 1.2), expansive
    coupling (0.8 to 1.2), weak decoupling (0 to 0.8), strong decoupling (below 0, the
    outcome falls). While it shrinks: recessive decoupling (above 1.2), recessive
    coupling (0.8 to 1.2), weak negative decoupling (0 to 0.8), strong negative
    decoupling (below 0, the outcome grows). An outcome that stays as it is counts as
    weak. Elasticities that differ from a bound by rounding alone lie on it.

    References
    ----------
    Tapio, P. (2005). Transport Policy 12: 137–151.

    Examples
    --------
    Emissions grow by 4 % while GDP grows by 10 %:

    >>> panel = pd.DataFrame(
    ...     {"city": ["A", "A"], "year": [2010, 2015], "co2": [100, 104], "gdp": [50, 55]}
    ... )
    >>> found = decoupling(panel, unit="city", year="year")
    >>> float(found.loc[0, "elasticity"].round(3)), found.loc[0, "state"]
    (0.4, 'weak decoupling')
    """
    if isinstance(frame, Panel):
        unit, year, frame = str(frame.unit_name), "year", frame.to_frame()
    require_columns(frame, [unit, year, outcome, driver], TABLE)
    low, high = _bounds(bounds)
    grids = _grids(frame, unit, year, outcome, driver)
    known = grids[outcome].columns.to_numpy(dtype=np.int64)
    pairs = checked_stages(known, stages)
    _refuse(grids, pairs, outcome, driver)
    parts = [_stage(grids[outcome], grids[driver], start, end) for start, end in pairs]
    found = pd.concat(parts, ignore_index=True)
    found["state"] = tapio_states(
        found["elasticity"].to_numpy(), found["driver_change"].to_numpy(), (low, high)
    )
    found.attrs = {
        "method": METHOD,
        "settings": {
            "outcome": outcome,
            "driver": driver,
            "stages": pairs,
            "bounds": (low, high),
            "data": checksum(pd.concat([grids[outcome], grids[driver]], axis=1)),
        },
        "references": ("tapio2005",),
    }
    return found


def _bounds(bounds: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(bound) for bound in bounds)
    except (TypeError, ValueError):
        low = high = np.nan
    if not 0 < low <= high < np.inf:
        raise OptionError(
            "the bounds of coupling are {bounds}",
            expected="two numbers above zero, the lower one first",
            fix="bounds=(0.8, 1.2)",
            bounds=bounds,
        )
    return low, high


def _grids(
    frame: pd.DataFrame, unit: str, year: str, outcome: str, driver: str
) -> dict[str, pd.DataFrame]:
    """Return outcome and driver as tables of unit × year, both in ascending order."""
    if not len(frame):
        raise SchemaError("there is nothing to compare: the table is empty")
    if frame[unit].isna().any():
        raise AlignmentError(
            "{name} has {n} rows without a label",
            fix="drop them: data[data.index.notna()]",
            name=unit,
            n=int(frame[unit].isna().sum()),
        )
    years = as_numbers(frame[year], year)
    odd = years[years.isna() | (years % 1 != 0)]
    if len(odd):
        raise SchemaError(
            "{name} holds what is not a year: {cells}",
            expected="whole numbers such as 2015",
            name=year,
            cells=some(frame.loc[odd.index, year]),
        )
    keys = pd.MultiIndex.from_arrays([frame[unit], years.astype(int)], names=["unit", "year"])
    if not keys.is_unique:
        twice = keys[keys.duplicated()].unique()
        raise AlignmentError(
            "{name} has two rows for the same unit and year",
            arrived="{labels}",
            expected="one row per unit and year",
            fix="add them up first: frame.groupby([unit, year]).sum()",
            name=TABLE,
            labels=some(f"{label} {when}" for label, when in twice),
        )
    grids = {}
    for column in dict.fromkeys([outcome, driver]):
        numbers = pd.Series(as_numbers(frame[column], column).to_numpy(), index=keys)
        grid = numbers.unstack("year").sort_index(axis=1)
        grids[column] = grid.iloc[canonical_order(grid.index)]
    return grids


def _refuse(
    grids: dict[str, pd.DataFrame], pairs: Sequence[tuple[int, int]], outcome: str, driver: str
) -> None:
    """Raise on cells that are missing, infinite or negative, and on zeros at a start."""
    starts = sorted({start for start, _ in pairs})
    used = sorted({when for pair in pairs for when in pair})
    for column in (outcome, driver):
        grid = grids[column][used]
        gaps = _cells(grid, ~np.isfinite(grid.to_numpy()))
        if gaps:
            raise MissingDataError(
                "{name} is missing or infinite where a stage begins or ends",
                arrived="{cells}",
                fix="choose stages between years that every unit has, or leave the unit out",
                name=column,
                cells=some(gaps),
            )
        below = _cells(grid, grid.to_numpy() < 0)
        zeros = _cells(grid[starts], grid[starts].to_numpy() == 0)
        if below or zeros:
            raise SchemaError(
                "{name} is not positive: {cells}",
                expected="values above zero at the start of a stage and nowhere negative",
                fix="leave these units out: growth from zero has no rate",
                name=column,
                cells=some(below or zeros),
            )


def _cells(grid: pd.DataFrame, marked: Any) -> list[str]:
    rows, columns = np.nonzero(marked)
    return [
        f"{grid.index[r]} {grid.columns[c]}"
        for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def _stage(outcome: pd.DataFrame, driver: pd.DataFrame, start: int, end: int) -> pd.DataFrame:
    before, after = outcome[start].to_numpy(), outcome[end].to_numpy()
    less, more = driver[start].to_numpy(), driver[end].to_numpy()
    rise = _rate(less, more)
    growth = _rate(before, after)
    with np.errstate(divide="ignore", invalid="ignore"):
        elasticity = np.where(rise == 0, np.nan, growth / rise)
    return pd.DataFrame(
        {
            "unit": outcome.index,
            "start": start,
            "end": end,
            "outcome_start": before,
            "outcome_end": after,
            "driver_start": less,
            "driver_end": more,
            "outcome_change": after - before,
            "driver_change": more - less,
            "outcome_growth": growth,
            "driver_growth": rise,
            "elasticity": elasticity,
        }
    )


def _rate(start: Any, end: Any) -> Any:
    """Return growth as a fraction of the start; what is rounding alone is no growth."""
    rate = (end - start) / start
    return np.where(np.abs(rate) <= STATIONARY, 0.0, rate)
