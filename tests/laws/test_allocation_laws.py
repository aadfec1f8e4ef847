"""Laws of allocation: what must hold for any criteria (METHODS §11)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

NAMES = ["population", "cumulative", "gdp", "intensity"]
MIXED = ["comprehensive", "fairness", "efficiency"]
EVERY = [*MIXED, "equality", "cumulative", "economic", "grandfathering", "convergence", "ability"]

values = st.floats(min_value=0.01, max_value=1e4)


@st.composite
def tables(draw: Any) -> pd.DataFrame:
    n = draw(st.integers(2, 12))
    cells = draw(st.lists(st.lists(values, min_size=5, max_size=5), min_size=n, max_size=n))
    frame = pd.DataFrame(cells, index=[f"城{i}" for i in range(n)], columns=[*NAMES, "emissions"])
    spread = np.ptp(frame[NAMES].to_numpy(), axis=0) / frame[NAMES].max().to_numpy()
    assume((spread > 1e-3).all())
    return frame


def allocated(total: float, frame: pd.DataFrame, principle: str, **terms: Any) -> Any:
    terms.setdefault("rule", "renormalise")  # which no preference can break
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sc.InfeasibleAllocationWarning)
        return sc.allocate(total, frame, principle=principle, **terms)


@settings(max_examples=25, deadline=None)
@given(tables(), st.floats(1e-3, 1.0), st.sampled_from(EVERY))
def test_the_amounts_sum_to_the_total(frame: pd.DataFrame, part: float, principle: str) -> None:
    total = part * frame["emissions"].sum()
    found = allocated(total, frame, principle)
    assert found.allocation.sum() == pytest.approx(total, rel=1e-9)
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights >= 0).all()
    np.testing.assert_allclose(found.quota + found.allocation, frame["emissions"])


@settings(max_examples=25, deadline=None)
@given(tables(), st.sampled_from(MIXED), st.floats(0.01, 100), st.floats(0, 100))
def test_positive_affine_maps_change_nothing(
    frame: pd.DataFrame, principle: str, scale: float, shift: float
) -> None:
    before = allocated(100.0, frame, principle)
    moved = frame.assign(gdp=frame["gdp"] * scale, cumulative=frame["cumulative"] + shift)
    assume((np.ptp(moved["cumulative"]) / moved["cumulative"].max()) > 1e-4)
    after = allocated(100.0, moved, principle)
    np.testing.assert_allclose(after.allocation, before.allocation, rtol=1e-6, atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(
    tables(), st.sampled_from(["fairness", "efficiency"]), st.sampled_from(["paper", "renormalise"])
)
def test_no_preference_is_comprehensive(frame: pd.DataFrame, principle: str, rule: str) -> None:
    plain = allocated(100.0, frame, "comprehensive")
    found = allocated(100.0, frame, principle, preference=1.0, rule=rule)
    np.testing.assert_allclose(found.allocation, plain.allocation, rtol=1e-9, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(tables(), st.sampled_from(EVERY), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_nothing(frame: pd.DataFrame, principle: str, random: Any) -> None:
    order = list(frame.index)
    random.shuffle(order)
    total = 0.5 * frame["emissions"].sum()
    first = allocated(total, frame, principle).allocation
    second = allocated(total, frame.loc[order], principle).allocation
    assert second.loc[first.index].tolist() == first.tolist()  # to the last bit


@settings(max_examples=20, deadline=None)
@given(tables(), st.sampled_from(MIXED))
def test_the_least_in_everything_is_asked_nothing(frame: pd.DataFrame, principle: str) -> None:
    least = pd.DataFrame([frame.min() / 2], index=["least"])
    found = allocated(100.0, pd.concat([frame, least]), principle)
    assert found.allocation["least"] == 0


@settings(max_examples=20, deadline=None)
@given(tables(), st.sampled_from([*MIXED, "equality", "ability"]), st.floats(0.1, 10))
def test_amounts_are_linear_in_the_total(frame: pd.DataFrame, principle: str, k: float) -> None:
    one = allocated(10.0, frame, principle).allocation
    other = allocated(10.0 * k, frame, principle).allocation
    np.testing.assert_allclose(other, k * one, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(tables(), st.floats(0.01, 0.999), st.sampled_from(["equality", "economic", "ability"]))
def test_under_a_cap(frame: pd.DataFrame, part: float, principle: str) -> None:
    total = part * frame["emissions"].sum()
    free = allocated(total, frame, principle)
    capped = allocated(total, frame, principle, cap=True)
    assert capped.allocation.sum() == pytest.approx(total, rel=1e-9)
    assert (capped.allocation <= frame["emissions"] * (1 + 1e-12)).all()
    assert capped.infeasible == ()
    rest = ~frame.index.isin(capped.capped)
    if rest.any():  # the others keep their proportions, and none is asked for less
        ratio = capped.allocation[rest] / free.allocation[rest]
        assert np.ptp(ratio) <= 1e-9 * ratio.max()
        assert ratio.min() >= 1 - 1e-9
    if not free.infeasible:
        np.testing.assert_allclose(capped.allocation, free.allocation)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 0.98), st.floats(0, 0.01), st.floats(0.1, 100))
def test_targets_are_linear_and_fall(cut: float, more: float, base: float) -> None:
    regions = pd.Series({"a": base, "b": 2 * base})
    first = sc.national_target(base, 1.0, reduction=cut, projected=regions)
    second = sc.national_target(base, 1.0, reduction=cut + more, projected=regions)
    assert second.target <= first.target
    assert first.target == pytest.approx(base * (1 - cut))
    assert first.responsibility is not None
    assert first.responsibility + first.target == pytest.approx(3 * base)


@settings(max_examples=20, deadline=None)
@given(tables())
def test_entropies_lie_between_zero_and_one(frame: pd.DataFrame) -> None:
    found = sc.entropy_weights(frame[NAMES])
    assert found.entropy.between(0, 1).all()
    assert found.weights.sum() == pytest.approx(1)
    assert (found.shares.sum() - 1).abs().max() < 1e-12
