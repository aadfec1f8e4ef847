"""Criteria on a common scale, and what every way of weighting them returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatialcarbon.core.errors import DegenerateDataError, OptionError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result

Normalisation = Literal["minmax", "sum"]
Direction = Literal["positive", "negative"]
Floats = npt.NDArray[np.float64]
Directions = Mapping[str, Direction]


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightingResult(Result):
    """What does each criterion count, and what part of each has every unit?

    What :func:`criterion_weights` returns. None of its fields has a unit of measure.

    Parameters
    ----------
    weights : Series
        Weight by criterion, of sum one; zero for a constant one.
    normalised : DataFrame
        Unit × criterion on the common scale; NaN for a constant one.
    shares : DataFrame
        Unit × criterion, the same divided by the sum of its column; equal shares for a
        constant one.
    constant : tuple of str
        Criteria that tell no unit from another.

    Examples
    --------
    From the least to the most, ``gdp`` is 0, 0.5 and 1; as parts of their sum 0, 1/3, 2/3:

    >>> import spatialcarbon as sc
    >>> table = pd.DataFrame(
    ...     {"population": [4.0, 4.0, 8.0], "gdp": [1.0, 2.0, 3.0]}, index=["a", "b", "c"]
    ... )
    >>> found = sc.criterion_weights(table, weighting="equal")
    >>> found.normalised["gdp"].tolist(), found.shares["gdp"].round(4).tolist()
    ([0.0, 0.5, 1.0], [0.0, 0.3333, 0.6667])
    >>> found.to_frame().to_numpy().tolist()
    [['population', 0.5], ['gdp', 0.5]]
    """

    weights: pd.Series[float]
    normalised: pd.DataFrame
    shares: pd.DataFrame
    constant: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per criterion.

        Returns
        -------
        DataFrame
            Columns ``criterion, weight``.
        """
        return self.weights.rename("weight").rename_axis("criterion").reset_index()


@dataclass(frozen=True)
class Scaled:
    """Criteria on a common scale.

    Parameters
    ----------
    normalised, shares : DataFrame
        As in :class:`WeightingResult`.
    varied : tuple of str
        Criteria that are not constant.
    """

    normalised: pd.DataFrame
    shares: pd.DataFrame
    varied: tuple[str, ...]

    @property
    def constant(self) -> tuple[str, ...]:
        """The other criteria."""
        return tuple(str(c) for c in self.shares if c not in self.varied)

    @property
    def remarks(self) -> tuple[Text, ...]:
        """What to say of constant criteria."""
        if not self.constant:
            return ()
        return (text("constant, so without weight: {criteria}", criteria=", ".join(self.constant)),)


def scaled(
    criteria: pd.DataFrame,
    normalisation: Normalisation,
    directions: Directions | None,
    offset: float = 0.0,
) -> Scaled:
    """Put checked criteria on a common scale.

    Raises
    ------
    DegenerateDataError
        When every criterion is constant.
    OptionError
        An unknown direction or a direction of an unknown criterion.
    """
    check_option(normalisation, Normalisation, "normalisation")
    if not 0 <= offset < float("inf"):
        raise OptionError(
            "{name}={value!r} is below zero or no number", name="offset", value=offset
        )
    given = dict(directions or {})
    strange = [name for name in given if name not in criteria]
    if strange:
        raise OptionError(
            "directions name {names}, which are no criteria",
            expected="one of {known}",
            names=some(strange),
            known=", ".join(map(str, criteria)),
        )
    normalised = pd.DataFrame(np.nan, criteria.index, criteria.columns)
    shares = pd.DataFrame(1.0 / len(criteria), criteria.index, criteria.columns)
    varied = []
    for name in criteria:
        less = check_option(given.get(str(name), "positive"), Direction, "direction") == "negative"
        values = criteria[name].to_numpy(dtype=np.float64)
        low, high = values.min(), values.max()
        # The tolerance of ties: a column that rounding alone varies is constant.
        if high - low <= 1e-12 * abs(high):
            continue
        on_scale = _on_scale(values, low, high, normalisation, less, str(name)) + offset
        normalised[name] = on_scale
        shares[name] = on_scale / on_scale.sum()
        varied.append(str(name))
    if not varied:
        raise DegenerateDataError(
            "all criteria are constant: {criteria}",
            fix="they tell no unit from another; share by population or emissions instead",
            criteria=some(criteria.columns),
        )
    return Scaled(normalised, shares, tuple(varied))


def _on_scale(
    values: Floats, low: float, high: float, how: Normalisation, less: bool, name: str
) -> Floats:
    if how == "minmax":
        return np.asarray((high - values if less else values - low) / (high - low))
    if not less:
        return np.asarray(values / values.sum())
    if low <= 0:
        raise SchemaError(
            "{name} has zeros, which have no reciprocal",
            fix="normalisation='minmax'",
            name=name,
        )
    return np.asarray((1 / values) / (1 / values).sum())
