"""Laws of judgements: what must hold for any allocation on any ring of places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

amounts = st.floats(0.01, 1e3)


@st.composite
def cases(draw: Any) -> tuple[pd.DataFrame, pd.Series[float], sc.Weights]:
    n = draw(st.integers(4, 9))
    cells = draw(st.lists(st.lists(amounts, min_size=3, max_size=3), min_size=n, max_size=n))
    units = [f"市{i}" for i in range(n)]
    frame = pd.DataFrame(cells, units, ["a", "b", "people"])
    ring = pd.DataFrame({"focal": units, "neighbor": [*units[1:], units[0]]})
    return frame[["a", "b"]], frame["people"], sc.Weights.from_edges(ring)


def judge(case: Any, **more: Any) -> sc.JudgementResult:
    frame, people, weights = case
    return sc.judge_allocation(
        frame, weights=weights, population=people, permutations=0, rng=1, **more
    )


@settings(max_examples=12)
@given(cases(), st.floats(0.01, 100), st.floats(0.01, 100))
def test_scales_change_neither_indices_nor_ratios(case: Any, k: float, m: float) -> None:
    frame, people, weights = case
    one, two = judge(case), judge((frame * k, people * m, weights))
    for column in ("gini", "theil", "mean_log_deviation"):
        np.testing.assert_allclose(one.fairness[column], two.fairness[column], atol=1e-9)
    ratio = np.sort(one.contrasts["ratio"])
    np.testing.assert_allclose(ratio, np.sort(two.contrasts["ratio"]), rtol=1e-9)
    assert one.ranks["rank"].tolist() == two.ranks["rank"].tolist()
    np.testing.assert_allclose(
        one.spatial["statistic"].dropna(), two.spatial["statistic"].dropna(), atol=1e-6
    )


@settings(max_examples=12)
@given(cases())
def test_proportion_is_fair_and_has_no_contrast(case: Any) -> None:
    _, people, weights = case
    found = judge((pd.DataFrame({"a": people * 3}), people, weights))
    assert found.fairness["gini"].tolist() == pytest.approx([0.0], abs=1e-12)
    assert found.fairness["theil"].tolist() == pytest.approx([0.0], abs=1e-12)
    assert (found.contrasts["ratio"] == 1.0).all()


@settings(max_examples=12)
@given(cases())
def test_parts_add_up_and_pairs_stand_once(case: Any) -> None:
    frame, _, weights = case
    units = list(frame.index)
    found = judge(case, groups={"east": units[:2], "west": units[2:]})
    fair = found.fairness
    np.testing.assert_allclose(fair["theil"], fair["between"] + fair["within"], atol=1e-12)
    assert fair["gini"].between(0, 1).all()
    assert (found.contrasts["ratio"] >= 1).all()
    pairs = found.contrasts.query("principle == 'a'")
    assert len(
        {frozenset(ends) for ends in zip(pairs["unit"], pairs["neighbor"], strict=True)}
    ) == (len(weights.pairs.left))
    assert (pairs["ratio"].diff().dropna() <= 1e-12).all()
    sums = found.groups.pivot(index="principle", columns="group", values="amount")
    np.testing.assert_allclose(sums["east"] + sums["west"], sums["ALL"])
    np.testing.assert_allclose(sums["ALL"], frame.sum())
    curve = found.lorenz.query("principle == 'b'")
    assert (curve["amount_share"] <= curve["yardstick_share"] + 1e-12).all()


@settings(max_examples=12)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case: Any, random: Any) -> None:
    frame, people, weights = case
    mixed = list(frame.index)
    random.shuffle(mixed)
    one, two = judge(case), judge((frame.loc[mixed], people.loc[mixed[::-1]], weights))
    for name in ("table", "spatial", "fairness", "lorenz", "correlation", "ranks", "contrasts"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)
