"""Laws of what an allocation hangs on: what must hold for any criteria."""

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
values = st.floats(min_value=0.01, max_value=1e4)


@st.composite
def tables(draw: Any) -> pd.DataFrame:
    n = draw(st.integers(3, 9))
    cells = draw(st.lists(st.lists(values, min_size=4, max_size=4), min_size=n, max_size=n))
    frame = pd.DataFrame(cells, index=[f"城{i}" for i in range(n)], columns=NAMES)
    assume((np.ptp(frame.to_numpy(), axis=0) / frame.max().to_numpy() > 1e-2).all())
    return frame


def judged(frame: pd.DataFrame, **terms: Any) -> sc.AllocationSensitivityResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sc.InfeasibleAllocationWarning)
        return sc.allocation_sensitivity(100.0, frame, **{"draws": 20, "rng": 1, **terms})


@settings(max_examples=8, deadline=None)
@given(tables(), st.sampled_from(["comprehensive", "fairness", "efficiency"]))
def test_every_variant_shares_the_total(frame: pd.DataFrame, principle: str) -> None:
    found = judged(frame, principle=principle, rule="renormalise")
    good = found.table[found.table["status"] == "ok"]
    sums = good.groupby("variant")["allocation"].sum().to_numpy()
    np.testing.assert_allclose(sums, 100.0)
    stable = found.stability
    assert stable["mean"].sum() == pytest.approx(100.0)
    assert (stable["low"] <= stable["rank"]).all()
    assert (stable["rank"] <= stable["high"]).all()
    assert stable["low"].min() == 1
    assert stable["high"].max() <= len(frame)
    assert stable["top_probability"].between(0, 1).all()
    assert found.agreement["tau"].dropna().between(-1 - 1e-12, 1 + 1e-12).all()
    assert found.agreement["moved"].dropna().between(0, 1 + 1e-12).all()
    np.testing.assert_allclose(found.variance.sum(axis=1).replace(0, 1), 1.0)


@settings(max_examples=8, deadline=None)
@given(tables())
def test_lambda_of_one_is_the_comprehensive_allocation(frame: pd.DataFrame) -> None:
    found = judged(frame, preferences=[1.0], draws=0)
    sweep = found.agreement[found.agreement["kind"] == "preference"]
    assert len(sweep) == 4
    np.testing.assert_allclose(sweep["moved"], 0.0, atol=1e-9)


@settings(max_examples=8, deadline=None)
@given(tables(), st.floats(0.01, 100))
def test_units_of_measure_change_nothing(frame: pd.DataFrame, scale: float) -> None:
    first = judged(frame)
    other = judged(frame.assign(gdp=frame["gdp"] * scale))
    np.testing.assert_allclose(other.stability["sd"], first.stability["sd"], rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(
        other.table["allocation"].dropna(), first.table["allocation"].dropna(), atol=1e-6
    )


@settings(max_examples=6, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_byte(frame: pd.DataFrame, random: Any) -> None:
    order = list(frame.index)
    random.shuffle(order)
    first, other = judged(frame), judged(frame.loc[order])
    same = other.stability.loc[frame.index]
    pd.testing.assert_frame_equal(first.stability, same, check_exact=True)


@settings(max_examples=6, deadline=None)
@given(tables())
def test_amounts_are_linear_in_the_total(frame: pd.DataFrame) -> None:
    one, two = judged(frame), sc.allocation_sensitivity(200.0, frame, draws=20, rng=1)
    columns = ["allocation", "mean", "sd", "lower", "upper"]
    np.testing.assert_allclose(two.stability[columns], 2 * one.stability[columns], rtol=1e-9)
    assert one.stability["rank"].tolist() == two.stability["rank"].tolist()
