"""The logistic curve and the two plain trends it has to beat, fitted in the same way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from spatialcarbon.models.drivers.growth_curves import LN_A, LN_K, Kind, R, Series
from spatialcarbon.models.drivers.growth_fit import Fit, bounds, fit
from spatialcarbon.models.drivers.growth_newton import minimise

if TYPE_CHECKING:
    import numpy.typing as npt

Model = Literal["logistic", "exponential", "linear"]
MODELS: tuple[Model, ...] = ("logistic", "exponential", "linear")


@dataclass(frozen=True, eq=False)
class Setup:
    """How curves are fitted.

    Parameters
    ----------
    kind : {"level", "increment"}
        Whether the curve is the level or its yearly increase.
    anchored : bool
        Whether all models pass through the value of the base year.
    relative : bool
        Whether residuals are divided by the values.
    kappa : float
        Highest capacity, as a multiple of the largest value.
    decline : bool
        Whether ``r`` may be negative.
    capacities : ndarray or None
        Rows × capacities to choose from, NaN where one does not fit; ``None`` leaves
        the capacity free.
    at : int
        Place of the base year.
    """

    kind: Kind
    anchored: bool
    relative: bool
    kappa: float
    decline: bool
    capacities: npt.NDArray[np.float64] | None
    at: int

    @property
    def through_first(self) -> bool:
        """Whether the base year is given, so that its residual is zero for every model."""
        return self.anchored or self.kind == "increment"

    @property
    def logistic_parameters(self) -> int:
        """How many parameters of the logistic curve are estimated."""
        given = self.capacities is not None and self.capacities.shape[1] == 1
        anchored = self.anchored and self.kind == "level"
        return 3 - int(given) - int(anchored)

    def parameters(self, model: Model) -> int:
        """How many parameters of a model are estimated."""
        if model == "logistic":
            return self.logistic_parameters
        return 1 if self.through_first else 2

    def take(self, rows: npt.NDArray[np.intp]) -> Setup:
        """Return the setup of some rows."""
        return replace(self, capacities=None if self.capacities is None else self.capacities[rows])


def series_of(values: npt.NDArray[np.float64], t: npt.NDArray[np.float64], setup: Setup) -> Series:
    """Return the rows divided by their largest value, with weights."""
    y = values / values.max(axis=1, keepdims=True)
    weight = 1.0 / y if setup.relative else np.ones_like(y)
    anchored = setup.anchored and setup.kind == "level"
    return Series(t, y, weight, y[:, setup.at].copy(), setup.kind, "logistic", anchored)


def fit_logistic(
    values: npt.NDArray[np.float64], t: npt.NDArray[np.float64], setup: Setup
) -> tuple[Series, Fit]:
    """Return the scaled series and their curves; with several capacities the best of them."""
    series = series_of(values, t, setup)
    options = setup.capacities
    if options is None:
        low, high = bounds(series, capacity=None, kappa=setup.kappa, decline=setup.decline)
        return series, fit(series, low, high)
    rows, columns = np.nonzero(~np.isnan(options))
    many = series.take(rows)
    capacity = options[rows, columns] / values.max(axis=1)[rows]
    low, high = bounds(many, capacity=capacity, kappa=setup.kappa, decline=setup.decline)
    found = fit(many, low, high)
    cost = np.full(options.shape, np.inf)
    cost[rows, columns] = found.cost
    place = np.zeros(options.shape, dtype=np.intp)
    place[rows, columns] = np.arange(len(rows))
    best = place[np.arange(len(values)), cost.argmin(axis=1)]
    return series, found.take(best)


def exponential(
    values: npt.NDArray[np.float64],
    t: npt.NDArray[np.float64],
    setup: Setup,
    times: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the paths of ``A e^(g t)`` of least squares."""
    plain = series_of(values, t, replace(setup, kind="level", anchored=False))
    series = replace(plain, shape="exponential", first=plain.first)
    logs = np.log(series.y)
    start = np.zeros((len(values), 3))
    if setup.through_first:
        away = t - t[setup.at]
        start[:, R] = (logs - logs[:, [setup.at]]) @ away / (away @ away)
        start[:, LN_K] = logs[:, setup.at] - start[:, R] * t[setup.at]
    else:
        away = t - t.mean()
        start[:, R] = logs @ away / (away @ away)
        start[:, LN_K] = logs.mean(axis=1) - start[:, R] * t.mean()
    room = np.array([40.0, 0.0, 5.0])
    low, high = start - room, start + room
    if setup.through_first:  # the base year is t = 0, where the curve is its first factor
        low[:, LN_K] = high[:, LN_K] = start[:, LN_K]
    low[:, LN_A] = high[:, LN_A] = 0.0
    found = minimise(series, start, low, high, steps=500)
    path = series.curve(found.theta, times)[0]
    scaled: npt.NDArray[np.float64] = path * values.max(axis=1, keepdims=True)
    return scaled


def linear(
    values: npt.NDArray[np.float64],
    t: npt.NDArray[np.float64],
    setup: Setup,
    times: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the straight lines of least squares."""
    weight = 1.0 / values**2 if setup.relative else np.ones_like(values)
    if setup.through_first:
        first, centre = values[:, [setup.at]], np.full((len(values), 1), t[setup.at])
    else:
        whole = weight.sum(axis=1, keepdims=True)
        first = (weight * values).sum(axis=1, keepdims=True) / whole
        centre = (weight * t).sum(axis=1, keepdims=True) / whole
    away = t - centre
    slope = (weight * away * (values - first)).sum(axis=1) / (weight * away**2).sum(axis=1)
    path: npt.NDArray[np.float64] = first + slope[:, None] * (times - centre)
    return path


def measures(
    values: npt.NDArray[np.float64], fitted: npt.NDArray[np.float64], left_out: int | None
) -> dict[str, npt.NDArray[np.float64]]:
    """Return how far the fitted values are, without the base year where it is given."""
    kept = np.arange(values.shape[1]) != left_out
    y, gap = values[:, kept], (fitted - values)[:, kept]
    sse = (gap**2).sum(axis=1)
    around = ((y - y.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    known = np.maximum(sse, 1e-300)
    beside = (gap[:, 1:] * gap[:, :-1]).sum(axis=1) / known
    flat = around <= 1e-24 * (y**2).sum(axis=1)
    exact = sse <= 1e-24 * (y**2).sum(axis=1)
    return {
        "n": np.full(len(y), y.shape[1]),
        "sse": sse,
        "rmse": np.sqrt(sse / y.shape[1]),
        "r2": np.where(flat, np.nan, 1.0 - sse / np.where(flat, 1.0, around)),
        "mape": 100.0 * np.abs(gap / y).mean(axis=1),
        "autocorrelation": np.where(exact, np.nan, beside),
    }


def criteria(
    sse: npt.NDArray[np.float64], n: int, parameters: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return AICc and BIC of normal residuals; NaN where there are too few years.

    The variance counts as a parameter.
    """
    p = parameters + 1
    size = n * np.log(np.maximum(sse, 1e-300) / n)
    small = 2.0 * p * (p + 1) / (n - p - 1) if n > p + 1 else np.nan
    return size + 2.0 * p + small, size + p * np.log(n)
