"""The path of growth parameters that are already known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique, conform, require_columns
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.models.drivers.growth_curves import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable


def growth_curve(
    parameters: pd.DataFrame,
    years: Iterable[int],
    *,
    base: int,
    kind: Kind = "level",
) -> pd.DataFrame:
    r"""Which path do given growth parameters describe?

    Use it to draw or repeat a curve whose parameters are known, such as those that a
    study prints; :func:`fit_growth` finds parameters from data.

    Parameters
    ----------
    parameters : DataFrame
        By unit the columns ``k``, ``r`` and either ``a`` or ``first``, the value in the base
        year; increments need all four.
    years : iterable of int
        Years wanted; for increments none before the base year.
    base : int
        Year in which t is zero.
    kind : {"level", "increment"}
        As for :func:`fit_growth`.

    Returns
    -------
    DataFrame
        Unit × year, in the unit of ``k``.

    Raises
    ------
    SchemaError
        A column that is missing; capacities, values or ``a`` that are not above zero.
    OptionError
        Years before the base year for increments.

    Notes
    -----
    .. math:: C(t) = \frac{k}{1 + a e^{-rt}} \quad\text{or}\quad
              C(t) = C_0 + \sum_{s=1}^{t} \frac{k}{1 + a e^{-rs}}

    Examples
    --------
    >>> import pandas as pd
    >>> known = pd.DataFrame({"k": [200.0], "first": [40.0], "r": [0.15]}, index=["A"])
    >>> growth_curve(known, [2005, 2010, 2015, 2030], base=2005).round(6).loc["A"].tolist()
    [40.0, 69.216937, 105.679164, 182.803495]
    """
    check_option(kind, Kind, "kind")
    numbers = _given(parameters, kind)
    wanted = np.array([int(year) for year in years])
    t = wanted - float(base)
    k, a, r = (numbers[name].to_numpy()[:, None] for name in ("k", "a", "r"))
    if kind == "level":
        path = k / (1.0 + a * np.exp(-r * t))
    else:
        if (t < 0).any():
            raise OptionError(
                "the year {year} lies before the base year {base}",
                year=int(wanted.min()),
                base=base,
            )
        whole = np.arange(1.0, t.max() + 1.0)
        steps = np.cumsum(k / (1.0 + a * np.exp(-r * whole)), axis=1)
        steps = np.concatenate([np.zeros((len(k), 1)), steps], axis=1)
        path = numbers["first"].to_numpy()[:, None] + steps[:, t.astype(int)]
    return pd.DataFrame(path, numbers.index, pd.Index(wanted, name="year"))


def _given(parameters: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Return k, a, r and first as numbers, a from the first value where it is left out."""
    check_unique(parameters.index, text("the table of parameters"))
    has_a = "a" in parameters.columns
    needed = ["k", "r", *(["a", "first"] if kind == "increment" else ["a"] if has_a else ["first"])]
    require_columns(parameters, needed, text("the table of parameters"))
    numbers = pd.DataFrame(
        {name: conform(parameters[name], parameters.index, name=name) for name in needed}
    )
    if "a" not in numbers:
        numbers["a"] = numbers["k"] / numbers["first"] - 1.0
    for name in [name for name in ("k", "a", "first") if name in numbers]:
        wrong = numbers.index[~(numbers[name] > 0)]
        if len(wrong):
            raise SchemaError(
                "{name} must be above zero",
                arrived="{units}",
                expected="k above the first value, so that a = k/first - 1 is above zero",
                name=name,
                units=some(wrong),
            )
    return numbers
