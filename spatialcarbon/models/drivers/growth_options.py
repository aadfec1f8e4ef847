"""Capacities and base year of growth curves, as the caller gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import conform
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from spatialcarbon.models.drivers.growth_curves import Kind

ABOVE_FIRST = 1e-5
"""By how much, relatively, a capacity must exceed the value that the curve is to start from."""


def base_year(base: int | None, values: pd.DataFrame, *, kind: Kind, anchor: bool) -> int:
    """Return the year in which t is zero."""
    first, last = int(values.columns[0]), int(values.columns[-1])
    if base is None:
        return first
    if kind == "increment" and base != first:
        raise OptionError(
            "base={base} is not the first year, from which increases are added up",
            expected="{first}",
            fix="leave base out, or cut the series: frame.loc[:, {base}:]",
            base=base,
            first=first,
        )
    if anchor and base not in values.columns:
        raise OptionError(
            "base={base} is not a year of the data, through which the curve could pass",
            expected="a year from {first} to {last}",
            base=base,
            first=first,
            last=last,
        )
    if abs(int(base) - first) > 10 * (last - first):
        raise OptionError(
            "base={base} is far from the years of the data",
            expected="a year near {first} to {last}",
            base=base,
            first=first,
            last=last,
        )
    return int(base)


def capacities_of(
    values: pd.DataFrame,
    k: float | pd.Series[float] | None,
    grid: Iterable[float] | None,
    *,
    capacity: str,
    kind: Kind,
    anchor: bool,
    base: int,
) -> npt.NDArray[np.float64] | None:
    """Return unit × capacity to choose from, NaN where one is below the data; None if free."""
    given = [name for name, option in (("k", k), ("grid", grid)) if option is not None]
    wanted = {"free": [], "fixed": ["k"], "grid": ["grid"]}[capacity]
    if given != wanted:
        raise OptionError(
            "capacity={capacity!r} does not go with {given}",
            expected="capacity='free' with neither, 'fixed' with k, 'grid' with grid",
            capacity=capacity,
            given=" and ".join(given) or text("neither k nor grid"),
        )
    if k is not None:
        offered = _each(k, values.index)[:, None]
    elif grid is not None:
        offered = np.tile(_grid(grid), (len(values), 1))
    else:
        return None
    if kind == "level":
        least = values.to_numpy().max(axis=1)
        if anchor:
            first = values[base].to_numpy() * (1.0 + ABOVE_FIRST)
            least = np.maximum(least, first)
        offered = np.where(offered >= least[:, None], offered, np.nan)
    none = np.flatnonzero(np.isnan(offered).all(axis=1))
    if len(none):
        raise SchemaError(
            "the capacity lies below the largest value of {n} units, which a level never exceeds",
            arrived="{units}",
            fix="a larger k for these units, or capacity='free'",
            n=len(none),
            units=some(values.index[none]),
        )
    return offered


def _each(k: Any, units: pd.Index) -> npt.NDArray[np.float64]:
    same = k if isinstance(k, pd.Series) else pd.Series(_number(k), index=units)
    numbers = np.asarray(conform(same, units, name="k", missing="drop"), dtype=np.float64)
    if not (numbers > 0).all():
        raise OptionError(
            "a capacity is not above zero: {cells}",
            cells=some(
                f"{unit}: {one:g}" for unit, one in zip(units, numbers, strict=True) if not one > 0
            ),
        )
    return numbers


def _grid(grid: Iterable[float]) -> npt.NDArray[np.float64]:
    listed = [_number(one) for one in grid]
    numbers: npt.NDArray[np.float64] = np.fromiter(listed, dtype=np.float64)
    numbers.sort()
    if len(numbers) == 0 or not (numbers > 0).all() or not np.isfinite(numbers).all():
        raise OptionError(
            "grid={grid} is not a list of capacities above zero",
            fix="for example [5000 * i for i in range(1, 60)]",
            grid=some(numbers.tolist()),
        )
    return numbers


def _number(value: Any) -> float:
    try:
        return float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return float("nan")
