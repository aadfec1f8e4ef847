"""Smoothing over borders: worked by hand, by another solver, and what it refuses."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import spatialcarbon as sc
from spatialcarbon.models.quota.smoothing_programme import (
    Programme,
    _at_once,
    _one_by_one,
    solve,
)

CHAIN = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
ASKED = pd.Series({"a": 40.0, "b": 10.0, "c": 30.0, "d": 20.0})
EMITTED = pd.Series({"d": 50.0, "a": 60.0, "b": 80.0, "c": 70.0})


@pytest.fixture
def weights() -> Any:
    return sc.Weights.from_edges(CHAIN)


def by_slsqp(
    asked: pd.Series, yardstick: pd.Series, pairs: pd.DataFrame, strength: float, caps: Any
) -> np.ndarray:
    """The programme as the docs write it, for a general solver."""
    first = (asked / asked.sum()).to_numpy()
    share = (yardstick / yardstick.sum()).reindex(asked.index).to_numpy()
    at = {unit: i for i, unit in enumerate(asked.index)}
    left, right = pairs["unit"].map(at).to_numpy(), pairs["neighbour"].map(at).to_numpy()
    omega = pairs["weight"].to_numpy()

    def objective(s: np.ndarray) -> float:
        burden = s / share
        contrast = omega @ (burden[left] - burden[right]) ** 2
        return float(((s - first) ** 2 / first).sum() + strength * contrast)

    most = [None] * len(first) if caps is None else (caps / asked.sum()).tolist()
    start = first if caps is None else np.minimum(first, most)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found = minimize(
            objective,
            start / start.sum(),
            method="SLSQP",
            bounds=[(0, m) for m in most],
            constraints=[{"type": "eq", "fun": lambda s: s.sum() - 1}],
            options={"ftol": 1e-15, "maxiter": 500},
        )
    return found.x * asked.sum()


@pytest.mark.parametrize("strength", [0.01, 0.3, 5.0])
@pytest.mark.parametrize("cap", [None, 0.45])
def test_another_solver_finds_the_same(weights: Any, strength: float, cap: float | None) -> None:
    found = sc.smooth_allocation(ASKED, weights, emissions=EMITTED, strength=strength, cap=cap)
    caps = None if cap is None else cap * EMITTED.reindex(ASKED.index)
    other = by_slsqp(ASKED, EMITTED, found.pairs, strength, caps)
    np.testing.assert_allclose(found.allocation, other, rtol=2e-5)
    assert found.violation < 1e-12
    if cap is not None:
        assert (found.allocation <= caps * (1 + 1e-12)).all()
        assert set(found.at_cap) == set(caps.index[found.allocation >= caps * (1 - 1e-9)])
        assert len(found.at_cap) == (0 if strength == 5.0 else 3)


def test_the_real_cities_against_another_solver(plan_units: Any, plan_queen: Any) -> None:
    bth = plan_units.index[plan_units["cluster"] == "BTH"]
    weights = plan_queen.subset(bth).standardised("R")
    co2 = sc.load_table("city_co2", years=2017).set_index("adcode")["co2_mt"].loc[bth]
    people = sc.load_table("city_population", years=2020).set_index("adcode")["population"]
    base = sc.allocate(
        0.2 * co2.sum(), people.loc[bth].to_frame(), principle="equality", emissions=co2
    )
    found = sc.smooth_allocation(base, weights, emissions=co2, strength=0.7, cap=0.24)
    assert len(found.at_cap) >= 2
    other = by_slsqp(base.allocation, co2, found.pairs, 0.7, 0.24 * co2)
    np.testing.assert_allclose(found.allocation, other, rtol=1e-4)


def test_two_places_by_hand() -> None:
    """Half each of emissions: b = 2s, one pair, so (s − s0)²/0.75 + … is minimal where 2κ'd = …"""
    pair = sc.Weights.from_edges(pd.DataFrame({"focal": ["a", "b"], "neighbor": ["b", "a"]}))
    asked, emitted = pd.Series({"a": 30.0, "b": 10.0}), pd.Series({"a": 50.0, "b": 50.0})
    found = sc.smooth_allocation(asked, pair, emissions=emitted, strength=1.0)
    # s = 0.75 − d: d²/0.75 + d²/0.25 + (2(0.5 − 2d))²; derivative zero at d = 4/(32/3 + 32) · …
    d = 8 / (2 * (1 / 0.75 + 1 / 0.25) + 32)
    assert found.allocation["a"] == pytest.approx(40 * (0.75 - d))
    assert found.moved == pytest.approx(d)
    assert found.cost == pytest.approx(d**2 / 0.75 + d**2 / 0.25)
    assert found.contrast_before == pytest.approx(1.0)
    assert found.contrast_after == pytest.approx(2 * (0.5 - 2 * d))


def test_a_contrast_asked_for_is_met_at_the_least_cost(weights: Any) -> None:
    found = sc.smooth_allocation(ASKED, weights, emissions=EMITTED, max_contrast=0.4)
    assert found.contrast_after == pytest.approx(0.4, rel=1e-6)
    again = sc.smooth_allocation(ASKED, weights, emissions=EMITTED, strength=found.strength)
    pd.testing.assert_series_equal(again.allocation, found.allocation)
    nothing = sc.smooth_allocation(ASKED, weights, emissions=EMITTED, max_contrast=9.0)
    assert nothing.strength == 0
    pd.testing.assert_series_equal(nothing.allocation, ASKED.rename("allocation"))


def test_the_frontier_falls_and_rises(weights: Any) -> None:
    found = sc.smooth_allocation(ASKED, weights, emissions=EMITTED, strength=1.0)
    frontier = found.frontier
    assert len(frontier) == 26
    assert (np.diff(frontier["contrast"]) < 0).all()
    assert (np.diff(frontier["cost"]) > 0).all()
    own = sc.smooth_allocation(
        ASKED, weights, emissions=EMITTED, strength=1.0, strengths=[1.0, 0.0, 1.0]
    ).frontier
    assert own["strength"].tolist() == [0.0, 1.0]
    assert own["cost"].iloc[1] == pytest.approx(found.cost)


def test_strong_smoothing_ends_in_the_same_part_for_all(weights: Any) -> None:
    found = sc.smooth_allocation(ASKED, weights, emissions=EMITTED, strength=1e6)
    assert np.ptp(found.burden_after) < 1e-4
    heads = pd.Series({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0})
    found = sc.smooth_allocation(ASKED, weights, population=heads, strength=1e6)
    assert found.allocation.to_dict() == pytest.approx((10 * heads).to_dict(), rel=1e-4)


def test_contrarian(contrarian: Any) -> None:
    asked = contrarian.table["co2"]
    found = sc.smooth_allocation(
        asked, contrarian.weights, emissions=contrarian.table["gdp"], strength=0.5
    )
    assert found.allocation.index.tolist() == asked.index.tolist()
    assert found.allocation.sum() == pytest.approx(asked.sum())
    assert contrarian.island in " ".join(found.notes)
    shuffled = sc.smooth_allocation(
        asked.sort_index(),
        contrarian.weights.subset(sorted(contrarian.units.index)),
        emissions=contrarian.table["gdp"].sample(frac=1, random_state=1),
        strength=0.5,
    )
    pd.testing.assert_series_equal(
        shuffled.allocation.reindex(asked.index), found.allocation, rtol=1e-12, atol=0
    )
    flat = sc.smooth_allocation(
        contrarian.table["flat"], contrarian.weights, emissions=contrarian.table["flat"],
        strength=3.0,
    )  # fmt: skip
    assert flat.moved == pytest.approx(0, abs=1e-12)
    frame = found.to_frame()
    assert frame["change"].sum() == pytest.approx(0, abs=1e-9)
    assert "Allocation smoothed" in found.summary()


def test_who_is_asked_nothing_stays_so(weights: Any) -> None:
    asked = ASKED.where(ASKED.index != "b", 0.0)
    found = sc.smooth_allocation(asked, weights, emissions=EMITTED, strength=2.0)
    assert found.allocation["b"] == 0
    assert found.untouched == ("b",)
    assert {*found.pairs["unit"], *found.pairs["neighbour"]} == {"c", "d"}
    assert found.to_frame().set_index("unit")["status"]["b"] == "nothing asked"
    assert "nothing is asked of b" in " ".join(found.notes)


def test_limits_can_bind_and_let_go() -> None:
    """A cap held at the start is given up where the neighbours pull a place below it."""
    programme = Programme(
        shares=np.array([0.5, 0.3, 0.2]),
        yardstick=np.array([0.2, 0.4, 0.4]),
        left=np.array([0, 1]),
        right=np.array([1, 2]),
        link=np.array([0.5, 0.5]),
        limits=np.array([0.45, 1.0, 1.0]),
    )
    start = np.array([0.45, 0.35, 0.2])
    for strength, held in ((0.0, [True, False, False]), (10.0, [False, False, False])):
        matrix = programme.matrix(strength)
        assert solve(programme, strength, start).at_limit.tolist() == held
        assert _one_by_one(matrix, programme.limits, start).at_limit.tolist() == held


def test_limits_changed_together_or_one_by_one_give_the_same() -> None:
    rng = np.random.default_rng(7)
    n, circles = 12, 0
    for _ in range(60):
        first, yardstick = (rng.dirichlet(np.full(n, 1.5)) for _ in range(2))
        left, right = np.triu_indices(n, 1)
        keep = rng.random(len(left)) < 0.3
        limits = np.maximum(first * rng.uniform(0.7, 1.4, n), 1e-3)
        limits *= max(1.0, 1.02 / limits.sum())
        link = rng.random(int(keep.sum()))
        programme = Programme(first, yardstick, left[keep], right[keep], link / link.sum(), limits)
        start = limits / limits.sum()
        matrix = programme.matrix(rng.lognormal(-1, 2))
        slow = _one_by_one(matrix, limits, start)
        quick = _at_once(matrix, limits)
        circles += quick is None
        if quick is not None:
            np.testing.assert_allclose(quick.shares, slow.shares, rtol=1e-8, atol=1e-12)
    assert circles < 30


def bad(weights: Any, **change: Any) -> Any:
    terms: dict[str, Any] = {"emissions": EMITTED, "strength": 1.0} | change
    allocation = terms.pop("allocation", ASKED)
    return sc.smooth_allocation(allocation, terms.pop("weights", weights), **terms)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"strength": None}, sc.OptionError, "give one of strength and max_contrast"),
        ({"max_contrast": 0.1}, sc.OptionError, "give one of strength and max_contrast"),
        ({"strength": -1}, sc.OptionError, "strength=-1 is not a number from 0 to 1,000,000"),
        ({"strength": "x"}, sc.OptionError, "strength='x' is not"),
        ({"strengths": [-1.0]}, sc.OptionError, "strength=-1.0 is not"),
        ({"strength": None, "max_contrast": 0}, sc.OptionError, "must be above zero"),
        ({"population": EMITTED}, sc.OptionError, "give one of emissions and population"),
        ({"emissions": None}, sc.OptionError, "give one of emissions and population"),
        ({"emissions": EMITTED * 0}, sc.DegenerateDataError, "above zero: d, a, b, c|a, b, c, d"),
        ({"emissions": EMITTED.drop("a")}, sc.AlignmentError, "1 without a value"),
        ({"allocation": ASKED.drop("a")}, sc.AlignmentError, "the allocation does not cover"),
        ({"allocation": -ASKED}, sc.SchemaError, "below zero for a, b, c, d"),
        ({"allocation": ASKED * 0}, sc.DegenerateDataError, "nothing is to be cut"),
        ({"allocation": ASKED.replace(10.0, np.nan)}, sc.MissingDataError, "missing for b"),
        ({"allocation": [1.0]}, sc.AlignmentError, "the allocation is a list"),
        ({"cap": 0.1}, sc.InfeasibleError, "more than can be cut under the caps"),
        ({"cap": 0.4, "emissions": None, "population": EMITTED}, sc.OptionError, "cap needs"),
        (
            {"strength": None, "max_contrast": 1e-9},
            sc.InfeasibleError,
            "no allocation of this sum has so small a contrast",
        ),
        (
            {"allocation": ASKED.where(ASKED.index.isin(["a", "c"]), 0.0)},
            sc.DegenerateDataError,
            "no two neighbours are both asked",
        ),
    ],
)
def test_bad_input(
    weights: Any, change: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        bad(weights, **change)


def test_maps_without_links_are_refused_and_parts_are_named() -> None:
    alone = sc.Weights.from_sparse(np.zeros((4, 4)), list("abcd"))
    with pytest.raises(sc.DegenerateDataError, match="no unit has a neighbour"):
        bad(alone)
    edges = pd.DataFrame({"focal": list("abcd"), "neighbor": list("badc")})
    found = bad(sc.Weights.from_edges(edges))
    assert any("falls into 2 parts" in note for note in found.notes)
    over = bad(sc.Weights.from_edges(edges), cap=0.6)
    assert any("1 units were above their cap" in note for note in over.notes)
