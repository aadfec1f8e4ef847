"""What a density is made of: values and weights as they arrive, the bandwidth, the grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, as_numbers, check_unique, conform
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_option, check_positive
from spatialcarbon.stats.bandwidth import Rule, improved_sheather_jones, rule_of_thumb
from spatialcarbon.stats.density_curve import Curve

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Boundary = Literal["reflect"]
Bandwidth = Rule | float
Numbers = pd.Series | Sequence[float] | np.ndarray
Grid = int | Sequence[float] | np.ndarray | None

POINTS = 512
"""Points of the grid unless another number is asked for."""

FINEST = 1e-9
"""Smallest bandwidth as a share of the largest value: below, rounding takes over."""

_LABELLED = (pd.Series, pd.DataFrame)

REASONS: Mapping[str, Text] = {
    "n<2": text("fewer than 2 values"),
    "constant": text("constant"),
    "no weight": text("all weights zero"),
}
"""Why a sample has no density, in words."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Values that a density is estimated from.

    Parameters
    ----------
    name : Text
        What to call the values in messages.
    values : Series
        The values used.
    x, v : array
        The same in ascending order, and their weights, which sum to one.
    weights : Series or None
        The weights as they were given.
    missing, weightless : Index
        Units left out for a missing value, and for a weight of zero.
    """

    name: Text
    values: pd.Series[float]
    x: Floats
    v: Floats
    weights: pd.Series[float] | None
    missing: pd.Index
    weightless: pd.Index

    @property
    def status(self) -> str:
        """``"ok"``, or why there is no density."""
        if len(self.x) == 0 and len(self.weightless):
            return "no weight"
        if len(self.x) < 2:
            return "n<2"
        same = self.x[-1] - self.x[0] <= 1e-12 * float(np.abs(self.x).max())
        return "constant" if same else "ok"

    @property
    def remarks(self) -> tuple[Text, ...]:
        """What was left out."""
        said = []
        if len(self.missing):
            count, labels = len(self.missing), some(self.missing)
            said.append(
                text("units left out for missing values ({n}): {labels}", n=count, labels=labels)
            )
        if len(self.weightless):
            count, labels = len(self.weightless), some(self.weightless)
            said.append(
                text("units left out for a weight of zero ({n}): {labels}", n=count, labels=labels)
            )
        return tuple(said)

    def curve(self, bandwidth: Bandwidth, boundary: Boundary | None) -> tuple[Curve, str]:
        """Return the density as a curve, and what set its bandwidth."""
        if boundary == "reflect" and self.x[0] < 0:
            low = self.values[self.values < 0]
            raise SchemaError(
                "boundary='reflect' is for values that cannot be negative",
                arrived="negative values in {name} for {n} units: {labels}",
                fix="boundary=None",
                name=self.name,
                n=len(low),
                labels=some(low.index),
            )
        h, rule = self._bandwidth(bandwidth)
        return Curve(self.x, self.v, h, reflected=boundary == "reflect"), rule

    def _bandwidth(self, bandwidth: Bandwidth) -> tuple[float, str]:
        if not isinstance(bandwidth, str):
            h = check_positive(bandwidth, "bandwidth")
            least = FINEST * float(np.abs(self.x).max())
            if h < least:
                raise OptionError(
                    "bandwidth={h:g} is too small for values up to {most:g}",
                    expected="at least {least:g}, and rather a fraction of their spread",
                    h=h,
                    most=float(np.abs(self.x).max()),
                    least=least,
                )
            return h, "given"
        rule: Rule = bandwidth
        if rule != "isj":
            return rule_of_thumb(self.x, self.v, rule), rule
        found = improved_sheather_jones(self.x)
        if found is None:
            return rule_of_thumb(self.x, self.v, "silverman"), "silverman"
        return found, "isj"


def read_sample(values: Numbers, weights: Numbers | None, missing: Missing, name: Text) -> Sample:
    """Return values and weights checked, put into one order, and sorted."""
    series = _labelled(values, name)
    check_unique(series.index, name)
    numbers = conform(series, series.index, name=name, missing=missing)
    if weights is None:
        sizes = pd.Series(1.0, numbers.index)
    else:
        sizes = _weights(weights, numbers.index, missing, labelled=isinstance(values, _LABELLED))
    absent = numbers.isna() | sizes.isna()
    empty = ~absent & (sizes == 0)
    used = numbers[~absent & ~empty]
    mass: Floats = np.asarray(sizes[used.index], dtype=np.float64)
    x: Floats = np.asarray(used, dtype=np.float64)
    # By weight among equals too: then sums do not depend on the order of the rows.
    order = np.lexsort((mass, x))
    mass = mass[order]
    return Sample(
        name=name,
        values=used,
        x=np.asarray(x[order]),
        v=np.asarray(mass / mass.sum() if len(mass) else mass),
        weights=None if weights is None else sizes[used.index],
        missing=numbers.index[absent.to_numpy()],
        weightless=numbers.index[empty.to_numpy()],
    )


def _labelled(values: Any, name: str | Text) -> pd.Series[Any]:
    """Return a Series: the one given, or a plain sequence numbered from 0."""
    if isinstance(values, pd.DataFrame) and values.shape[1] == 1:
        values = values.iloc[:, 0]
    if isinstance(values, pd.Series):
        return values
    plain = isinstance(values, (list, tuple, range)) or (
        isinstance(values, np.ndarray) and values.ndim == 1
    )
    if not plain:
        raise SchemaError(
            "{name} is a {kind}",
            expected="a Series of numbers, or a plain sequence of them",
            fix="one column of a table: table['co2']",
            name=name,
            kind=type(values).__name__,
        )
    return pd.Series(list(values), dtype=None if len(values) else "float64")


def _weights(
    weights: Numbers, units: pd.Index, missing: Missing, *, labelled: bool
) -> pd.Series[float]:
    """Return the weights in the order of the values."""
    name = text("the column of weights")
    if labelled and not isinstance(weights, _LABELLED):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a Series on the same units as the values",
            fix="pd.Series(data, index=values.index), if the order is known to be the same",
            name=name,
            kind=type(weights).__name__,
        )
    series = _labelled(weights, name)
    if len(series) != len(units):
        raise AlignmentError(
            "there are {a} weights for {b} values",
            expected="one weight per value",
            a=len(series),
            b=len(units),
        )
    sizes = conform(series, units, name=name, missing=missing)
    negative = sizes.index[(sizes < 0).to_numpy()]
    if len(negative):
        raise SchemaError(
            "{name} is negative for {n} units",
            arrived="{labels}",
            expected="weights of at least 0",
            name=name,
            n=len(negative),
            labels=some(negative),
        )
    return sizes


def check_choices(
    bandwidth: Bandwidth, boundary: Boundary | None, missing: Missing, *, weighted: bool
) -> None:
    """Raise for a rule, boundary or treatment of missing values that there is not."""
    if isinstance(bandwidth, str):
        check_option(bandwidth, Rule, "bandwidth")
        if bandwidth == "isj" and weighted:
            raise OptionError(
                "bandwidth='isj' takes no weights",
                expected="a rule of thumb or a number where values are weighted",
                fix="bandwidth='silverman'",
            )
    else:
        check_positive(bandwidth, "bandwidth")
    if boundary is not None:
        check_option(boundary, Boundary, "boundary")
    check_option(missing, Missing, "missing")


def refuse(status: str, n: int) -> None:
    """Raise for a sample without a density; nothing happens where it has one."""
    if status == "ok":
        return
    if status == "no weight":
        raise DegenerateDataError("all weights are zero, so nothing is left to estimate from")
    if status == "constant":
        raise DegenerateDataError(
            "all {n} values are the same: they have no density",
            fix="leave the series out, or look whether it was read rightly",
            n=n,
        )
    raise DegenerateDataError(
        "a density needs at least two values", arrived="{n} with a value and a weight", n=n
    )


def grid_points(grid: Grid, curves: Sequence[Curve]) -> Floats:
    """Return the points at which curves are computed: given, or spanning all of them."""
    if grid is None or isinstance(grid, (int, np.integer)):
        count = POINTS if grid is None else check_count(grid, "grid", minimum=2)
        spans = [curve.span() for curve in curves]
        low, high = min(start for start, _ in spans), max(end for _, end in spans)
        return np.linspace(low, high, count, dtype=np.float64)
    if isinstance(grid, pd.Series):
        listed = grid.reset_index(drop=True)
    else:
        listed = _labelled(grid, text("the grid"))
    points: Floats = np.array(as_numbers(listed, text("the grid")), dtype=np.float64)
    if not np.isfinite(points).all():
        raise MissingDataError("the grid has points that are missing or infinite")
    if len(points) == 0 or np.any(np.diff(points) <= 0):
        raise SchemaError(
            "the grid does not ascend",
            expected="at least one point, each above the one before",
            fix="sorted(set(points))",
        )
    return points
