"""What must hold of regressions whatever the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import spatialcarbon as sc
from spatialcarbon.core.errors import ConvergenceError

N = 20
UNITS = [f"单元{i}" for i in range(N)]
RING = sc.Weights.from_edges(
    pd.DataFrame(
        [(UNITS[i], UNITS[(i + s) % N]) for i in range(N) for s in (-2, -1, 1, 2)],
        columns=["focal", "neighbor"],
    ),
    units=UNITS,
).standardised("R")


def frame_of(seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    x = generator.gamma(3.0, size=(N, 2)) + 0.1
    y = np.exp(0.8 * np.log(x[:, 0]) + generator.normal(size=N) * 0.4)
    return pd.DataFrame({"y": y, "a": x[:, 0], "b": x[:, 1]}, UNITS)


T = TypeVar("T")


def estimated(make: Callable[[], T]) -> T:
    """Return what is made; data without such a model (a lag at the end of its range) are passed."""
    try:
        return make()
    except ConvergenceError:
        reject()


SEEDS = st.integers(0, 10_000)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, factor=st.floats(0.01, 1000), model=st.sampled_from(["ols", "lag", "error"]))
def test_units_of_measure_move_the_constant_only(seed: int, factor: float, model: str) -> None:
    """In logarithms another unit of measure changes no elasticity and no test."""
    frame = frame_of(seed)
    known = {"outcome": "y", "covariates": ["a", "b"], "log": True, "model": model, "rng": 1}
    first = estimated(lambda: sc.spatial_regression(frame, RING, permutations=19, draws=9, **known))
    second = sc.spatial_regression(
        frame.assign(a=frame["a"] * factor), RING, permutations=19, draws=9, **known
    )
    one, two = (r.coefficients.set_index("term").drop("constant") for r in (first, second))
    assert two.to_numpy() == pytest.approx(one.to_numpy(), rel=2e-3, abs=2e-4)
    assert second.diagnostic("log_likelihood") == pytest.approx(first.diagnostic("log_likelihood"))


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_a_richer_model_never_fits_worse(seed: int) -> None:
    frame = frame_of(seed)
    known = {"outcome": "y", "covariates": ["a"], "rng": 1}
    fit = estimated(
        lambda: sc.compare_regressions(
            frame, RING, models=["ols", "slx", "lag", "error", "durbin"], **known
        )
    )
    ll = fit.fit["log_likelihood"]
    slack = 1e-6
    assert ll["durbin"] >= max(ll["slx"], ll["lag"], ll["error"]) - slack
    assert min(ll["slx"], ll["lag"], ll["error"]) >= ll["ols"] - slack


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_total_is_direct_and_indirect(seed: int) -> None:
    result = estimated(
        lambda: sc.spatial_regression(
            frame_of(seed),
            RING,
            outcome="y",
            covariates=["a", "b"],
            model="durbin",
            draws=50,
            rng=seed,
        )
    )
    wide = result.effects.pivot(index="term", columns="effect", values="estimate")
    assert wide["total"].to_numpy() == pytest.approx((wide["direct"] + wide["indirect"]).to_numpy())
    b = result.coefficients.set_index("term")["estimate"]
    expected = (b["a"] + b["W a"]) / (1 - b["rho"])
    assert wide.loc["a", "total"] == pytest.approx(expected)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, factor=st.floats(0.001, 1000))
def test_the_turning_point_has_the_unit_of_income(seed: int, factor: float) -> None:
    frame = frame_of(seed)
    first = sc.kuznets(frame, outcome="y", income="a").turning_points
    second = sc.kuznets(frame.assign(a=frame["a"] * factor), outcome="y", income="a").turning_points
    one, two = np.log(first["income"]).to_numpy(), np.log(second["income"]).to_numpy()
    assert two - np.log(factor) == pytest.approx(one, rel=1e-5, abs=1e-5)
    assert second["inside"].tolist() == first["inside"].tolist()
    assert second["fieller"].tolist() == first["fieller"].tolist()
