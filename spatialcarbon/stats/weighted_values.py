"""Values and the people behind them: checked, aligned, and in an order of their own."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from spatialcarbon.core.align import (
    COLUMN,
    Missing,
    canonical_order,
    check_unique,
    checksum,
    conform,
)
from spatialcarbon.core.errors import AlignmentError, DegenerateDataError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.stats import inequality_formulas as formulas

Zero = Literal["raise", "drop", "keep"]


class Weighted(NamedTuple):
    """Values and population, put in the order of their labels so that sums do not hang on rows."""

    values: pd.Series[float]
    population: pd.Series[float] | None
    dropped: tuple[Any, ...]

    @property
    def y(self) -> formulas.Floats:
        """The values."""
        return np.asarray(self.values, dtype=np.float64)

    @property
    def q(self) -> formulas.Floats:
        """Population shares, equal ones without a population."""
        if self.population is None:
            return np.full(len(self.values), 1.0 / len(self.values))
        return formulas.shares(np.asarray(self.population, dtype=np.float64))

    @property
    def settings(self) -> dict[str, Any]:
        """What says which data these were."""
        people = None if self.population is None else checksum(self.population)
        return {"data": checksum(self.values), "population": people, "dropped": list(self.dropped)}

    @property
    def remarks(self) -> tuple[Text, ...]:
        """What a reader should know of these data."""
        said: list[Text] = []
        if self.dropped:
            listed = some(self.dropped)
            said.append(text("{n} units left out: {labels}", n=len(self.dropped), labels=listed))
        if len(self.values) == 1:
            said.append(text("one unit only: there is nothing to compare it with"))
        return tuple(said)


def weighted(
    values: pd.Series[Any],
    population: pd.Series[Any] | None,
    *,
    missing: Missing = "raise",
    zero: Zero = "keep",
    name: str | Text = COLUMN,
) -> Weighted:
    """Check values and population, and leave out what is to be left out."""
    check_option(missing, Missing, "missing")
    check_option(zero, Zero, "zero")
    labels = values.index if isinstance(values, (pd.Series, pd.DataFrame)) else pd.Index([])
    check_unique(labels, name)
    y = conform(values, labels, name=name, missing=missing)
    y = y.iloc[canonical_order(y.index)]
    people = None if population is None else _population(population, y.index, missing)
    gone = y.isna() if people is None else y.isna() | people.isna()
    negative = y.index[(y < 0).to_numpy()]
    if len(negative):
        raise SchemaError("{name} is negative for {labels}", name=name, labels=some(negative))
    nought = y == 0
    if nought.any() and zero == "raise":
        raise SchemaError(
            "{name} is zero for {n} units, whose logarithm is infinite",
            arrived="{labels}",
            fix="zero='drop' leaves them out, zero='keep' gives Theil's T alone",
            name=name,
            n=int(nought.sum()),
            labels=some(y.index[nought]),
        )
    if zero == "drop":
        gone = gone | nought
    kept = y[~gone]
    if not (kept > 0).any():
        raise DegenerateDataError(
            "{name} is zero for every unit, or there is no unit: a share of it is not defined",
            name=name,
        )
    return Weighted(
        kept, None if people is None else people[~gone], tuple(y.index[gone.to_numpy()])
    )


def _population(population: pd.Series[Any], units: pd.Index, missing: Missing) -> pd.Series[float]:
    named = text("the population")
    if isinstance(population, pd.Series):
        same_as_values(population.index, units, named)
    people = conform(population, units, name=named, missing=missing)
    wrong = people.index[(people <= 0).to_numpy()]
    if len(wrong):
        raise SchemaError("the population is not positive for {labels}", labels=some(wrong))
    return people


def same_as_values(labels: pd.Index, units: pd.Index, name: str | Text) -> None:
    """Raise unless ``labels`` are the units that have values, in any order."""
    absent, extra = units.difference(labels), labels.difference(units)
    if len(absent) or len(extra):
        raise AlignmentError(
            "{name} and the values are of different units",
            arrived="{n_absent} units without it ({absent}), {n_extra} without a value ({extra})",
            expected="the same {n} units in any order",
            fix="values.loc[population.index] for fewer units",
            name=name,
            n_absent=len(absent),
            absent=some(absent),
            n_extra=len(extra),
            extra=some(extra),
            n=len(units),
        )
