"""Laws of growth curves: scale, monotony, increments that add up, exact series, continuity."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

YEARS = list(range(2000, 2015))
T = np.arange(15.0)


def exact(k: float, a: float, r: float) -> pd.DataFrame:
    return pd.DataFrame([k / (1 + a * np.exp(-r * T))], ["A"], YEARS)


@st.composite
def rising(draw: st.DrawFn) -> pd.DataFrame:
    """Series that rise with scatter."""
    seed = draw(st.integers(0, 2**32 - 1))
    growth = draw(st.floats(0.02, 0.12))
    scatter = np.random.default_rng(seed).normal(0, 0.03, (2, 15))
    return pd.DataFrame(np.exp(growth * T + scatter), ["甲", "b"], YEARS)


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-3, 1e9), st.floats(1.0, 8.0), st.floats(0.15, 0.6))
def test_exact_series_return_their_parameters(k: float, a: float, r: float) -> None:
    row = sc.fit_growth(exact(k, a, r)).parameters.loc["A"]
    np.testing.assert_allclose([row["k"] / k, row["a"] / a, row["r"] / r], 1, rtol=1e-6)


@settings(max_examples=15, deadline=None)
@given(rising(), st.floats(1e-6, 1e6), st.sampled_from(["level", "increment"]))
def test_scale_moves_k_alone(data: pd.DataFrame, c: float, kind: str) -> None:
    one, other = sc.fit_growth(data, kind=kind), sc.fit_growth(c * data, kind=kind)
    np.testing.assert_allclose(other.errors["sse"], c * c * one.errors["sse"], rtol=1e-6)
    np.testing.assert_allclose(other.fitted, c * one.fitted, rtol=1e-5)
    if kind == "level":
        np.testing.assert_allclose(other.parameters["k"], c * one.parameters["k"], rtol=1e-4)
        np.testing.assert_allclose(
            other.parameters[["a", "r"]], one.parameters[["a", "r"]], rtol=1e-3, atol=1e-6
        )


@settings(max_examples=15, deadline=None)
@given(rising(), st.booleans())
def test_levels_rise_and_stay_below_k(data: pd.DataFrame, anchor: bool) -> None:
    found = sc.fit_growth(data, anchor=anchor)
    path = found.trends(2060).query("model == 'logistic'")
    wide = path.pivot(index="unit", columns="year", values="value").loc[data.index]
    assert (wide.diff(axis=1).iloc[:, 1:].to_numpy() >= -1e-12).all()
    assert (wide.to_numpy() <= found.parameters["k"].to_numpy()[:, None] * (1 + 1e-12)).all()


@settings(max_examples=15, deadline=None)
@given(rising())
def test_increments_add_up(data: pd.DataFrame) -> None:
    found = sc.fit_growth(data, kind="increment")
    path = found.trends(2030).query("model == 'logistic'")
    wide = path.pivot(index="unit", columns="year", values="value").loc[data.index]
    p = found.parameters
    t = np.arange(1.0, wide.shape[1])
    x = p["k"].to_numpy()[:, None] / (
        1 + p["a"].to_numpy()[:, None] * np.exp(-p["r"].to_numpy()[:, None] * t)
    )
    np.testing.assert_allclose(wide.diff(axis=1).iloc[:, 1:], x, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(wide[2000], data[2000], rtol=1e-12)


@settings(max_examples=10, deadline=None)
@given(rising(), st.sampled_from(["level", "increment"]))
def test_forecasts_go_on_from_the_curve(data: pd.DataFrame, kind: str) -> None:
    found = sc.fit_growth(data, kind=kind)
    given_ = found.parameters[["k", "a", "r"]].assign(first=data[2000])
    path = sc.growth_curve(given_, [2014, 2015], base=2000, kind=kind)
    np.testing.assert_allclose(path[2014], found.fitted[2014], rtol=1e-9)
    np.testing.assert_allclose(path[2015], found.forecast(2015)["value"], rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(rising())
def test_order_of_units_does_not_matter(data: pd.DataFrame) -> None:
    one, other = sc.fit_growth(data), sc.fit_growth(data.iloc[::-1])
    assert other.fitted.index.name == one.fitted.index.name
    pd.testing.assert_frame_equal(
        other.fitted.loc[data.index], one.fitted, rtol=1e-9, check_names=False
    )
    assert one.settings["data"] == other.settings["data"]
