"""Growth curves beside a loop over SciPy from the same starts: the sums of squares must agree.

Not part of the normal run: ``make bench``. The loop has the analytic slopes too, so that only
the search differs. Where the sums differ by more than 1e-6, ours must be the lower one.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import least_squares

import spatialcarbon as sc
from spatialcarbon.models.drivers.growth_curves import Series
from spatialcarbon.models.drivers.growth_fit import bounds, fit
from spatialcarbon.models.drivers.growth_starts import first_starts, seeds

LOOPED = 30
"""Units that the loop is timed on; it takes the same time for each."""


@cache
def provinces() -> pd.DataFrame:
    table = sc.load_table("province_co2")
    return table.pivot(index="adcode", columns="year", values="co2_10kt")


@cache
def counties(n: int = 2_850, years: int = 21) -> pd.DataFrame:
    """Return random walks with drift, as counties have them."""
    rng = np.random.default_rng(1)
    steps = rng.normal(0.04, 0.05, (n, years))
    return pd.DataFrame(np.exp(np.cumsum(steps, axis=1)), columns=range(1997, 1997 + years))


def rises(data: pd.DataFrame) -> Any:
    """Return which series rise, the others being refused."""
    t = np.arange(data.shape[1]) - (data.shape[1] - 1) / 2
    return data.to_numpy() @ t > 0


def problem(data: pd.DataFrame, kind: Any) -> tuple[Series, Any, Any]:
    y = data.to_numpy() / data.to_numpy().max(axis=1, keepdims=True)
    t = np.arange(y.shape[1], dtype=float)
    series = Series(t, y, np.ones_like(y), y[:, 0].copy(), kind)
    low, high = bounds(series, capacity=None, kappa=5.0, decline=kind == "level")
    return series, low, high


def loop(series: Series, low: Any, high: Any) -> list[float]:
    """Return the lowest cost of each unit over all starts, one search after another."""
    starts = np.concatenate([first_starts(series, low, high), seeds(series, low, high)], axis=1)
    best = []
    for row in range(len(series.y)):
        one = series.take(np.array([row]))

        def gap(x: Any, one: Series = one) -> Any:
            return (one.curve(x[None])[0] - one.y)[0]

        def slope(x: Any, one: Series = one) -> Any:
            return one.curve(x[None])[1][0].T

        inside = np.clip(starts[row], low[row] + 1e-9, high[row] - 1e-9)
        best.append(
            min(least_squares(gap, x, slope, bounds=(low[row], high[row])).cost for x in inside)
        )
    return best


@pytest.mark.parametrize("kind", ["level", "increment"])
def test_thirty_provinces(race: Any, capsys: Any, kind: str) -> None:
    series, low, high = problem(provinces(), kind)
    ours = fit(series, low, high).cost
    ratio = ours / np.array(loop(series, low, high))
    with capsys.disabled():
        print(
            f"\n30 provinces, {kind}: {np.sum(np.abs(ratio - 1) <= 1e-6)} sums of squares the same "
            f"to 1e-6, {np.sum(ratio < 1 - 1e-6)} lower than the loop's"
        )
    assert (ratio <= 1 + 1e-6).all()
    found = race(
        f"30 provinces × 21 starts, {kind}", "a loop over least_squares",
        lambda: fit(series, low, high), lambda: loop(series, low, high), pairs=3,
    )  # fmt: skip
    assert found.ours < 1.0


@pytest.mark.parametrize("kind", ["level", "increment"])
def test_counties(capsys: Any, kind: str) -> None:
    import time

    data = counties()
    series, low, high = problem(data, kind)
    some = np.linspace(0, len(data) - 1, LOOPED).astype(int)
    begun = time.perf_counter()
    theirs = np.array(loop(series.take(some), low[some], high[some]))
    looped = (time.perf_counter() - begun) * len(data) / LOOPED
    begun = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sc.fit_growth(data[rises(data)], kind=kind)
    taken = time.perf_counter() - begun
    own = fit(series.take(some), low[some], high[some])
    ratio = own.cost / theirs
    with capsys.disabled():
        print(
            f"\n{len(found.values):,} counties × 21 starts × 21 years, {kind}: the whole of "
            f"fit_growth {taken:.1f} s (the loop, from {LOOPED} of them: {looped:,.0f} s), "
            f"{found.settings['asked_scipy']} handed to SciPy; of {LOOPED}, "
            f"{np.sum(np.abs(ratio - 1) <= 1e-6)} the same to 1e-6, "
            f"{np.sum(ratio < 1 - 1e-6)} lower than the loop's"
        )
    assert (ratio <= 1 + 1e-6).all()
    assert taken < 60
