"""What holds for efficiency scores of any data (METHODS §12)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=25)
pytestmark = pytest.mark.filterwarnings("ignore::spatialcarbon.WeakDiscriminationWarning")

ORIENTATION = st.sampled_from(["input", "output"])
RETURNS = st.sampled_from(["variable", "constant", "increasing", "decreasing"])


@st.composite
def units(draw: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw units with ties, zeros and duplicates."""
    n, m, s = draw(st.integers(1, 9)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    x = draw(st.lists(st.lists(st.integers(1, 9), min_size=m, max_size=m), min_size=n, max_size=n))
    y = draw(st.lists(st.lists(st.integers(0, 9), min_size=s, max_size=s), min_size=n, max_size=n))
    labels = [f"城{i}" for i in range(n)]
    outputs = pd.DataFrame(y, labels, [f"y{r}" for r in range(s)], dtype=float)
    outputs.loc[outputs.sum(axis=1) == 0, "y0"] = 1.0
    outputs = outputs.loc[:, outputs.sum() > 0]
    return pd.DataFrame(x, labels, [f"x{i}" for i in range(m)], dtype=float), outputs


def farrell(score: pd.Series, orientation: str) -> pd.Series:
    """Return scores on the scale of θ."""
    return score if orientation == "input" else 1 / score


@few
@given(units(), ORIENTATION, RETURNS)
def test_scores_stay_in_range_and_someone_is_efficient(
    data: Any, orientation: Any, returns: Any
) -> None:
    result = sc.dea(*data, orientation=orientation, returns=returns)
    share = farrell(result.efficiency, orientation)
    assert ((share > 0) & (share <= 1)).all()
    assert len(result.efficient)
    assert result.slacks is not None
    assert (result.slacks >= 0).all(axis=None)
    assert result.scale_efficiency.between(0, 1).all()
    # A target is efficient itself.
    x, y = result.targets[data[0].columns], result.targets[data[1].columns]
    again = sc.dea(x, y, orientation=orientation, returns=returns, reference=data)
    np.testing.assert_allclose(again.efficiency, 1, atol=1e-8)


@few
@given(units(), ORIENTATION, RETURNS, st.integers(-6, 6), st.integers(-6, 6))
def test_units_of_measure_do_not_matter(
    data: Any, orientation: Any, returns: Any, a: int, b: int
) -> None:
    x, y = data
    first = sc.dea(x, y, orientation=orientation, returns=returns)
    second = sc.dea(x * 10.0**a, y * 3.0**b, orientation=orientation, returns=returns)
    np.testing.assert_allclose(first.efficiency, second.efficiency, atol=1e-9)
    assert first.status.tolist() == second.status.tolist()
    assert first.returns_to_scale.tolist() == second.returns_to_scale.tolist()


@few
@given(units(), ORIENTATION, RETURNS)
def test_another_output_never_lowers_a_score(data: Any, orientation: Any, returns: Any) -> None:
    x, y = data
    extra = y.assign(more=np.arange(len(y)) % 3 + 1.0)
    before = farrell(sc.dea(x, y, orientation=orientation, returns=returns).efficiency, orientation)
    after = sc.dea(x, extra, orientation=orientation, returns=returns).efficiency
    assert (farrell(after, orientation) >= before - 1e-9).all()


@few
@given(units(), ORIENTATION, RETURNS)
def test_another_unit_never_raises_a_score(data: Any, orientation: Any, returns: Any) -> None:
    x, y = data
    if len(x) < 2 or (y.iloc[:-1].sum() == 0).any():
        return
    whole = sc.dea(x, y, orientation=orientation, returns=returns).efficiency.iloc[:-1]
    part = sc.dea(x.iloc[:-1], y.iloc[:-1], orientation=orientation, returns=returns).efficiency
    assert (farrell(whole, orientation) <= farrell(part, orientation) + 1e-9).all()


@few
@given(units(), ORIENTATION)
def test_technologies_are_nested(data: Any, orientation: Any) -> None:
    score = {
        returns: farrell(
            sc.dea(*data, orientation=orientation, returns=returns, slacks=False).efficiency,
            orientation,
        )
        for returns in ("variable", "constant", "increasing", "decreasing")
    }
    for middle in ("increasing", "decreasing"):
        assert (score["variable"] >= score[middle] - 1e-9).all()
        assert (score[middle] >= score["constant"] - 1e-9).all()
    # One of the two is always as wide as constant returns.
    tightest = np.minimum(score["increasing"], score["decreasing"])
    np.testing.assert_allclose(tightest, score["constant"], atol=1e-9)


@few
@given(units())
def test_both_orientations_agree_under_constant_returns(data: Any) -> None:
    inward = sc.dea(*data, returns="constant").efficiency
    outward = sc.dea(*data, returns="constant", orientation="output").efficiency
    np.testing.assert_allclose(inward, 1 / outward, atol=1e-9)


@few
@given(units())
def test_the_smallest_input_is_efficient_under_variable_returns(data: Any) -> None:
    x, y = data
    result = sc.dea(x, y)
    for column in x.columns:
        smallest = x.index[x[column] == x[column].min()]
        assert (result.efficiency[smallest] == 1).all()


@few
@given(units(), ORIENTATION, RETURNS, st.randoms(use_true_random=False))
def test_relabelling_and_order(data: Any, orientation: Any, returns: Any, random: Any) -> None:
    x, y = data
    order = list(x.index)
    random.shuffle(order)
    names = dict(zip(x.index, order, strict=True))
    first = sc.dea(x, y, orientation=orientation, returns=returns)
    second = sc.dea(
        x.rename(index=names), y.rename(index=names).loc[order], orientation=orientation,
        returns=returns,
    )  # fmt: skip
    np.testing.assert_allclose(
        second.efficiency.loc[[names[unit] for unit in x.index]], first.efficiency, atol=1e-9
    )
    assert second.efficiency.index.tolist() == list(names.values())


@few
@given(units(), ORIENTATION, RETURNS)
def test_twins_share_score_and_status(data: Any, orientation: Any, returns: Any) -> None:
    x, y = data
    twin_x = pd.concat([x, x.rename(index=lambda label: f"{label}+")])
    twin_y = pd.concat([y, y.rename(index=lambda label: f"{label}+")])
    result = sc.dea(twin_x, twin_y, orientation=orientation, returns=returns)
    n = len(x)
    np.testing.assert_allclose(result.efficiency[:n], result.efficiency[n:], atol=1e-9)
    assert result.status[:n].tolist() == result.status[n:].tolist()
    alone = sc.dea(x, y, orientation=orientation, returns=returns)
    np.testing.assert_allclose(result.efficiency[:n], alone.efficiency, atol=1e-9)
