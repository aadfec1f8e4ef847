"""Laws of trade and smoothing: what must hold for any cuts, curves and maps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

positive = st.floats(0.05, 50.0)


@st.composite
def markets(draw: Any) -> dict[str, Any]:
    n = draw(st.integers(2, 10))
    units = [f"城{i}" for i in range(n)]
    emitted = pd.Series(draw(st.lists(positive, min_size=n, max_size=n)), units)
    parts = draw(st.lists(st.floats(0.01, 0.9), min_size=n, max_size=n))
    price = pd.Series(draw(st.lists(positive, min_size=n, max_size=n)), units)
    groups = pd.Series(draw(st.lists(st.sampled_from("ab"), min_size=n, max_size=n)), units)
    curves = sc.cost_curves(price, emitted, exponent=draw(st.sampled_from([1.5, 2.0, 3.0])))
    if draw(st.booleans()):
        power = draw(st.lists(st.floats(1.4, 3.5), min_size=n, max_size=n))
        curves = curves.assign(exponent=power)
    return {"cuts": emitted * parts, "costs": curves, "emissions": emitted, "groups": groups}


@settings(max_examples=40, deadline=None)
@given(markets())
def test_trade_keeps_the_sum_equalises_prices_and_saves(market: dict[str, Any]) -> None:
    groups = market.pop("groups")
    found = sc.trade_allowances(**market)
    assert found.abatement.sum() == pytest.approx(market["cuts"].sum(), rel=1e-9)
    assert (found.abatement <= market["emissions"] * (1 + 1e-9)).all()
    assert found.payment.sum() == pytest.approx(0, abs=1e-7 * found.cost_alone)
    inner = ~found.abatement.index.isin(found.at_limit)
    marginal = found.to_frame()["marginal"].to_numpy()
    assert found.price is not None
    np.testing.assert_allclose(marginal[inner], found.price, rtol=1e-6)
    assert (marginal[~inner] <= found.price * (1 + 1e-6)).all()
    slack = 1e-8 * found.cost_alone
    assert (found.to_frame()["saving"] >= -slack).all()  # nobody loses by trading
    staged = sc.trade_allowances(**market, scope=groups)
    assert staged.stages["saving"].is_monotonic_increasing or np.ptp(
        staged.stages["saving"]
    ) == pytest.approx(0, abs=slack)
    np.testing.assert_allclose(staged.abatement, found.abatement, rtol=1e-9)
    assert (staged.to_frame()["saving"] >= -slack).all()
    only = sc.trade_allowances(**market, scope=groups, beyond=False)
    assert only.saving <= found.saving + slack


@settings(max_examples=25, deadline=None)
@given(markets(), st.floats(0.01, 100), st.floats(0.01, 100))
def test_units_of_measure_do_not_matter(market: dict[str, Any], mass: float, money: float) -> None:
    market.pop("groups")
    found = sc.trade_allowances(**market)
    costs = market["costs"]
    scaled = costs.assign(cost=costs["cost"] * money / mass ** costs["exponent"])
    other = sc.trade_allowances(market["cuts"] * mass, scaled, emissions=market["emissions"] * mass)
    np.testing.assert_allclose(other.abatement, found.abatement * mass, rtol=1e-7)
    assert other.saving == pytest.approx(found.saving * money, rel=1e-6, abs=1e-6 * other.cost)


@st.composite
def maps(draw: Any) -> tuple[pd.Series, pd.Series, Any]:
    n = draw(st.integers(3, 9))
    units = [f"城{i}" for i in range(n)]
    asked = pd.Series(draw(st.lists(positive, min_size=n, max_size=n)), units)
    emitted = pd.Series(draw(st.lists(positive, min_size=n, max_size=n)), units)
    links = {(i, i + 1) for i in range(n - 1)}
    links |= draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=6))
    pairs = {tuple(sorted(pair)) for pair in links if pair[0] != pair[1]}
    ends = [(units[a], units[b]) for a, b in pairs] + [(units[b], units[a]) for a, b in pairs]
    return asked, emitted, sc.Weights.from_edges(pd.DataFrame(ends, columns=["focal", "neighbor"]))


@settings(max_examples=30, deadline=None)
@given(maps(), st.floats(0.001, 50), st.floats(1.1, 20))
def test_more_strength_less_contrast_more_cost(
    drawn: tuple[pd.Series, pd.Series, Any], strength: float, more: float
) -> None:
    asked, emitted, weights = drawn
    none, some, much = (
        sc.smooth_allocation(asked, weights, emissions=emitted, strength=s, strengths=[])
        for s in (0.0, strength, strength * more)
    )
    np.testing.assert_allclose(none.allocation.reindex(asked.index), asked, rtol=1e-9)
    slack = 1e-9
    assert some.contrast_after <= none.contrast_after + slack
    assert much.contrast_after <= some.contrast_after + slack
    assert much.cost >= some.cost - slack
    for found in (none, some, much):
        assert found.allocation.sum() == pytest.approx(asked.sum())
        assert (found.allocation > 0).all()
        assert found.violation < 1e-8


@settings(max_examples=30, deadline=None)
@given(maps(), st.floats(0, 5), st.floats(0.3, 1.0), st.floats(0.01, 100))
def test_caps_hold_and_units_of_measure_do_not_matter(
    drawn: tuple[pd.Series, pd.Series, Any], strength: float, cap: float, scale: float
) -> None:
    asked, emitted, weights = drawn
    asked = asked * (0.8 * cap * emitted.sum() / asked.sum())
    found = sc.smooth_allocation(
        asked, weights, emissions=emitted, strength=strength, cap=cap, strengths=[]
    )
    assert (found.allocation <= cap * emitted * (1 + 1e-9)).all()
    assert found.allocation.sum() == pytest.approx(asked.sum())
    assert found.violation < 1e-8
    other = sc.smooth_allocation(
        asked * scale, weights, emissions=emitted * scale, strength=strength, cap=cap, strengths=[]
    )
    np.testing.assert_allclose(other.allocation, found.allocation * scale, rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(maps(), st.floats(0, 1))
def test_spillovers_keep_the_sum(drawn: tuple[pd.Series, pd.Series, Any], share: float) -> None:
    _, emitted, weights = drawn
    moved = sc.spillover_criterion(emitted, weights, share=share)
    assert moved.sum() == pytest.approx(emitted.sum())
    assert (moved >= 0).all()
    double = sc.spillover_criterion(2 * emitted, weights, share=share)
    np.testing.assert_allclose(double, 2 * moved)
