"""What holds for scenarios and peaks of any data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=25, deadline=None)
RATE = st.integers(-200, 200).map(lambda n: n / 1000)
LEVEL = st.integers(1, 10**6).map(lambda n: n / 100)
COLUMNS = ["scenario", "start", "end", "delta", "chi", "beta", "alpha"]


@st.composite
def tables(draw: Any) -> pd.DataFrame:
    """Draw rates of two scenarios over three periods each."""
    rows: list[list[object]] = []
    for name in ("基准", "low"):
        cuts = sorted(draw(st.sets(st.integers(2019, 2027), min_size=2, max_size=2)))
        starts, ends = [2018, *cuts], [*(c - 1 for c in cuts), 2028]
        rows += [
            [name, a, b, *(draw(RATE) for _ in range(4))] for a, b in zip(starts, ends, strict=True)
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


@few
@given(tables(), LEVEL)
def test_levels_are_the_product_of_growth(rates: pd.DataFrame, base: float) -> None:
    found = sc.project(base, rates, horizon=2028)
    product = base * (1 + found.growth).cumprod()
    np.testing.assert_allclose(found.path.iloc[1:], product, rtol=1e-12)
    assert (found.path.iloc[0] == base).all()


@few
@given(tables(), LEVEL, st.integers(1, 50))
def test_scaling_moves_no_peak(rates: pd.DataFrame, base: float, factor: int) -> None:
    one = sc.project(base, rates, horizon=2028)
    other = sc.project(base * factor, rates, horizon=2028)
    np.testing.assert_allclose(other.path, one.path * factor, rtol=1e-12)
    kept = ["year", "status", "plateau_start", "plateau_end"]
    pd.testing.assert_frame_equal(one.peaks[kept], other.peaks[kept])


@few
@given(tables(), LEVEL, st.integers(1, 150))
def test_faster_decline_of_intensity_never_raises(
    rates: pd.DataFrame, base: float, more: int
) -> None:
    lower = sc.project(base, rates.assign(alpha=rates["alpha"] + more / 1000), horizon=2028)
    assert (lower.path <= sc.project(base, rates, horizon=2028).path * (1 + 1e-12)).all(axis=None)


@few
@given(tables(), st.lists(LEVEL, min_size=1, max_size=5), st.randoms())
def test_units_add_up_and_their_order_does_not_matter(
    rates: pd.DataFrame, levels: list[float], luck: Any
) -> None:
    base = pd.Series(levels, index=[f"城{i}" for i in range(len(levels))])
    found = sc.project(base, rates, horizon=2028)
    alone = sc.project(float(base.sum()), rates, horizon=2028)
    np.testing.assert_allclose(found.total, alone.path, rtol=1e-12)
    order = list(base.index)
    luck.shuffle(order)
    turned = sc.project(base[order], rates.sample(frac=1, random_state=1), horizon=2028)
    pd.testing.assert_frame_equal(
        turned.path[found.path.columns], found.path, check_exact=True, check_names=False
    )


@few
@given(st.lists(LEVEL, min_size=4, max_size=4), tables())
def test_factors_give_the_growth_of_levels(factors: list[float], rates: pd.DataFrame) -> None:
    names = ["population", "affluence", "structure", "intensity"]
    base = pd.DataFrame([factors], index=["a"], columns=names)
    base["structure"] = 1e-3  # a share far below one, whatever the rates
    found = sc.project(base, rates, horizon=2028)
    assert found.factors is not None
    levels = found.factors.pivot(index="year", columns="scenario", values="level")
    growth = levels[list(found.growth.columns)].pct_change().iloc[1:]
    np.testing.assert_allclose(growth, found.growth, rtol=1e-9, atol=1e-12)


@few
@given(st.lists(st.integers(1, 6), min_size=2, max_size=12), st.sampled_from([0.0, 1e-9, 0.2]))
def test_peak(values: list[int], tol: float) -> None:
    series = pd.Series(values, index=range(2000, 2000 + len(values)), dtype=float)
    first = sc.peak(series, tol=tol)
    last = sc.peak(series, tol=tol, tie="last")
    assert first.value == series.max()
    assert first.plateau == last.plateau == (first.year, last.year)
    assert (series.loc[first.year : last.year] >= series.max() * (1 - tol)).all()
    assert first.year <= series.idxmax() <= last.year
    moved = sc.peak(series.set_axis(series.index + 7).iloc[::-1] * 3.0, tol=tol)
    assert (moved.year - 7, moved.status) == (first.year, first.status)
    assert (first.status == "flat") == (first.plateau == (2000, series.index[-1]))
    assert first.peaked <= (last.year < series.index[-1])
    if tol <= 1e-9:
        assert set(first.equal_maxima) == set(series.index[series == series.max()]) - set(
            range(first.year, last.year + 1)
        )
