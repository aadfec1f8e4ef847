"""What holds for zero-sum gains of any data (METHODS §12.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc
from spatialcarbon.models.quota.zero_sum_rules import (
    clipped_score,
    cooperative_score,
    redistribute,
    single_score,
)

few = settings(max_examples=30)
pytestmark = [
    pytest.mark.filterwarnings("ignore::spatialcarbon.WeakDiscriminationWarning"),
    pytest.mark.filterwarnings("ignore::spatialcarbon.ConvergenceWarning"),
]

RETURNS = st.sampled_from(["variable", "constant", "increasing", "decreasing"])
RULE = st.sampled_from(["proportional", "single", "paper004"])


@st.composite
def units(draw: Any) -> tuple[pd.Series, pd.DataFrame]:
    """Draw units with ties, zeros and duplicates."""
    n, s = draw(st.integers(2, 9)), draw(st.integers(1, 2))
    x = draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    y = draw(st.lists(st.lists(st.integers(0, 9), min_size=s, max_size=s), min_size=n, max_size=n))
    labels = [f"城{i}" for i in range(n)]
    outputs = pd.DataFrame(y, labels, [f"y{r}" for r in range(s)], dtype=float)
    outputs.loc[outputs.sum(axis=1) == 0, "y0"] = 1.0
    return pd.Series(x, labels, name="x", dtype=float), outputs.loc[:, outputs.sum() > 0]


@few
@given(units(), RETURNS)
def test_one_shot(data: Any, returns: Any) -> None:
    x, y = data
    result = sc.zero_sum_dea(x, y, returns=returns)
    assert result.converged
    assert result.allocation.sum() == pytest.approx(x.sum(), rel=1e-9)
    assert result.adjustment.sum() == pytest.approx(0, abs=1e-9 * x.sum())
    assert result.share.sum() == pytest.approx(1)
    assert result.constant >= 1
    again = sc.dea(result.allocation, y, returns=returns, slacks=False).efficiency
    np.testing.assert_allclose(again, 1, atol=1e-8)
    # Doing it again changes nothing.
    twice = sc.zero_sum_dea(result.allocation, y, returns=returns)
    np.testing.assert_allclose(twice.allocation, result.allocation, rtol=1e-7)
    single = result.single_score
    assert (single >= result.efficiency - 1e-12).all()
    assert (single <= 1 + 1e-12).all()


@few
@given(units(), st.integers(-6, 6), st.integers(-6, 6))
def test_units_of_measure(data: Any, a: int, b: int) -> None:
    x, y = data
    first, second = sc.zero_sum_dea(x, y), sc.zero_sum_dea(x * 10.0**a, y * 3.0**b)
    np.testing.assert_allclose(second.allocation, first.allocation * 10.0**a, rtol=1e-8)
    np.testing.assert_allclose(second.score, first.score, atol=1e-8)


@few
@given(units(), RULE, st.randoms(use_true_random=False))
def test_relabelling_and_order(data: Any, rule: Any, random: Any) -> None:
    x, y = data
    order = list(x.index)
    random.shuffle(order)
    names = dict(zip(x.index, order, strict=True))
    try:
        first = sc.zero_sum_dea(x, y, mode="iterate", rule=rule, max_iter=6)
    except sc.DegenerateDataError:
        assert rule == "paper004"
        return
    second = sc.zero_sum_dea(
        x.rename(index=names), y.rename(index=names).loc[order], mode="iterate", rule=rule,
        max_iter=6,
    )  # fmt: skip
    np.testing.assert_allclose(
        second.allocation.loc[[names[unit] for unit in x.index]], first.allocation, rtol=1e-6
    )


@few
@given(units(), RULE)
def test_every_step_keeps_the_total(data: Any, rule: Any) -> None:
    x, y = data
    try:
        result = sc.zero_sum_dea(x, y, mode="iterate", rule=rule, max_iter=8)
    except sc.DegenerateDataError:
        assert rule == "paper004"
        return
    totals = result.history.groupby("iteration")["input"].sum()
    np.testing.assert_allclose(totals, x.sum(), rtol=1e-9)


@few
@given(units(), RETURNS)
def test_steps_by_single_scores_keep_the_answer(data: Any, returns: Any) -> None:
    """The proof in the docs: φ'x' = (1 + S)φx, so that every state has the same answer."""
    x, y = data
    answer = sc.zero_sum_dea(x, y, returns=returns).allocation
    stepped = sc.zero_sum_dea(
        x, y, mode="iterate", rule="single", returns=returns, max_iter=4
    )  # fmt: skip
    history = stepped.history
    for _, state in history.groupby("iteration"):
        projected = (state["efficiency"] * state["input"]).to_numpy()
        np.testing.assert_allclose(projected / projected.sum() * x.sum(), answer, rtol=1e-7)
    worst = history.groupby("iteration")["efficiency"].min()
    assert worst.is_monotonic_increasing or worst.iloc[-1] > 1 - 1e-9


@given(st.lists(st.tuples(st.floats(1e-3, 1e3), st.floats(0.01, 1.0)), min_size=2, max_size=8))
def test_formulas(pairs: Any) -> None:
    x = np.array([a for a, _ in pairs])
    phi = np.array([b for _, b in pairs])
    phi[int(x.argmin())] = 1.0  # some unit always is efficient
    for score in (single_score(x, phi), clipped_score(x, phi)):
        assert ((score >= 0) & (score <= 1 + 1e-12)).all()
        np.testing.assert_allclose(score[phi == 1], 1, atol=1e-12)
        after = redistribute(x, score)
        assert after.sum() == pytest.approx(x.sum(), rel=1e-9)
        assert (after >= -1e-12).all()
    assert (cooperative_score(x, phi) >= phi - 1e-12).all()
