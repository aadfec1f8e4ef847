"""What holds for the types of any table of shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=12)
QUICK: dict[str, Any] = {"gap_samples": 0, "bootstraps": 0, "n_init": 3}


@st.composite
def tables(draw: Any) -> pd.DataFrame:
    """Draw shares of three industries in hundredths; rows may repeat, shares may be zero."""
    n = draw(st.integers(4, 12))
    cuts = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=n, max_size=n))
    rows = [(min(a, b), max(a, b) - min(a, b), 20 - max(a, b)) for a, b in cuts]
    frame = pd.DataFrame(rows, columns=["x", "y", "z"], index=[f"城{i}" for i in range(n)]) / 20
    return frame


def ks_of(frame: pd.DataFrame) -> int:
    return min(3, len(frame.drop_duplicates()))


@few
@given(tables())
def test_more_types_never_fit_worse_and_all_fit_at_the_end(frame: pd.DataFrame) -> None:
    most = len(frame.drop_duplicates())
    found = sc.industry_clusters(frame, k=1, k_range=range(1, most + 1), **QUICK)
    assert (np.diff(found.within) <= 1e-12).all()
    assert found.within.iloc[-1] <= 1e-12


@few
@given(tables())
def test_within_and_between_are_the_whole(frame: pd.DataFrame) -> None:
    found = sc.industry_clusters(frame, k=ks_of(frame), **QUICK)
    centre = frame.mean()
    whole = ((frame - centre) ** 2).to_numpy().sum()
    between = (((found.centres - centre) ** 2).sum(axis=1) * found.sizes).sum()
    np.testing.assert_allclose(found.within[found.k] + between, whole, atol=1e-12)
    np.testing.assert_allclose(found.centres.sum(axis=1), 1.0)
    assert found.sizes.sum() == len(frame)
    assert sorted(set(found.labels)) == list(range(1, found.k + 1))
    assert found.names.is_unique


@few
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_equal_columns_added_change_nothing(
    frame: pd.DataFrame, chance: Any
) -> None:
    k = ks_of(frame)
    found = sc.industry_clusters(frame, k=k, **QUICK)
    order = list(frame.index)
    chance.shuffle(order)
    turned = sc.industry_clusters(frame.loc[order], k=k, **QUICK)
    pd.testing.assert_series_equal(found.labels, turned.labels.loc[frame.index])
    # Without scaling only differences count: a shift moves no place to another type.
    moved = sc.industry_clusters(frame + 3.0, k=k, closed=False, **QUICK)
    assert np.isclose(moved.within[k], found.within[k], atol=1e-9)


@few
@given(tables())
def test_silhouettes_lie_between_minus_one_and_one(frame: pd.DataFrame) -> None:
    k = max(2, ks_of(frame)) if ks_of(frame) > 1 else 1
    found = sc.industry_clusters(frame, k=k, **QUICK)
    if k > 1:
        assert found.silhouettes.between(-1, 1).all()
        alone = found.labels.map(found.sizes) == 1
        assert (found.silhouettes[alone] == 0).all()
    assert -1 <= found.stability <= 1


@few
@given(tables(), st.data())
def test_areas_hang_together_and_fit_no_better_than_one_merge_less(
    frame: pd.DataFrame, data: Any
) -> None:
    names = list(frame.index)
    ring = pd.DataFrame({"focal": names, "neighbor": [*names[1:], names[0]]})
    weights = sc.Weights.from_edges(ring)
    most = len(frame.drop_duplicates())
    k = data.draw(st.integers(1, most))
    found = sc.constrained_clusters(frame, weights, k=k, n_init=3)
    assert found.pieces.tolist() == [1] * k
    assert found.joined.empty
    if k < most:
        finer = sc.constrained_clusters(frame, weights, k=k + 1, n_init=3)
        inside = found.comparison.loc["constrained", "within"]
        assert finer.comparison.loc["constrained", "within"] <= inside + 1e-12
