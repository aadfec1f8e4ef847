"""What holds for grey relational degrees of any data."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=40)
RATIO = ("mean", "initial", "max")
AFFINE = ("minmax", "zscore")
kinds = st.sampled_from(RATIO + AFFINE)
rhos = st.sampled_from([0.05, 0.1, 0.5, 0.9, 1.0])


@st.composite
def cases(draw: Any) -> tuple[pd.Series, pd.DataFrame]:
    """Draw a reference and factors whose values are well apart from rounding."""
    n, k = draw(st.integers(2, 8)), draw(st.integers(1, 4))
    cells = draw(
        st.lists(st.integers(1, 999), min_size=n * (k + 1), max_size=n * (k + 1), unique=True)
    )
    values = np.array(cells, dtype=float).reshape(n, k + 1)
    labels = [f"城{i}" for i in range(n)]
    return (
        pd.Series(values[:, 0], labels),
        pd.DataFrame(values[:, 1:], labels, [f"f{j}" for j in range(k)]),
    )


def degrees(case: Any, kind: Any, rho: float = 0.5, **options: Any) -> pd.Series:
    return sc.grey_relational_degree(*case, normalisation=kind, rho=rho, **options).degree


@few
@given(cases(), kinds, rhos)
def test_degrees_lie_between_their_bounds(case: Any, kind: Any, rho: float) -> None:
    found = sc.grey_relational_degree(*case, normalisation=kind, rho=rho)
    for values in (found.degree, found.coefficients):
        assert np.min(values) >= rho / (1 + rho) * (1 - 1e-12)
        assert np.max(values) <= 1.0
    assert found.coefficients.to_numpy().max() == 1.0
    assert found.rank.sum() == sum(range(1, len(found.rank) + 1))


@few
@given(cases(), st.sampled_from(RATIO), st.floats(1e-3, 1e3))
def test_a_proportional_factor_has_degree_one(case: Any, kind: Any, factor: float) -> None:
    reference, factors = case
    found = degrees((reference, factors.assign(same=reference * factor)), kind)
    assert found["same"] == 1.0


@few
@given(cases(), st.sampled_from(RATIO), st.lists(st.floats(1e-3, 1e3), min_size=5, max_size=5))
def test_positive_rescaling_changes_nothing(case: Any, kind: Any, by: list[float]) -> None:
    reference, factors = case
    scaled = factors * by[1 : 1 + factors.shape[1]]
    np.testing.assert_allclose(
        degrees((reference * by[0], scaled), kind), degrees(case, kind), rtol=1e-9
    )


@few
@given(cases(), st.sampled_from(AFFINE), st.floats(1e-2, 1e2), st.floats(-1e3, 1e3))
def test_positive_affine_maps_change_nothing(case: Any, kind: Any, a: float, b: float) -> None:
    reference, factors = case
    np.testing.assert_allclose(
        degrees((reference * a + b, factors * (a + 1) - b), kind), degrees(case, kind), rtol=1e-8
    )


@few
@given(cases(), kinds, st.randoms(use_true_random=False))
def test_the_order_of_observations_matters_for_the_first_value_only(
    case: Any, kind: Any, random: Any
) -> None:
    reference, factors = case
    order = list(reference.index)
    random.shuffle(order)
    if kind == "initial":
        order = [reference.index[0], *(label for label in order if label != reference.index[0])]
    turned = degrees((reference[order], factors.loc[order]), kind)
    pd.testing.assert_series_equal(turned, degrees(case, kind), check_exact=True)


@few
@given(cases(), kinds)
def test_coefficients_never_fall_as_rho_rises(case: Any, kind: Any) -> None:
    values = [
        sc.grey_relational_degree(*case, normalisation=kind, rho=rho).coefficients
        for rho in (0.1, 0.3, 0.6, 1.0)
    ]
    for low, high in pairwise(values):
        assert (high >= low - 1e-15).all(axis=None)


@few
@given(cases(), kinds)
def test_a_factor_less_may_change_the_others_and_a_copy_may_not(case: Any, kind: Any) -> None:
    reference, factors = case
    twice = degrees((reference, factors.assign(copy=factors["f0"])), kind)
    pd.testing.assert_series_equal(twice[factors.columns], degrees(case, kind), check_exact=True)
    assert twice["copy"] == twice["f0"]


def test_another_factor_can_change_every_degree() -> None:
    co2 = pd.Series([100.0, 200.0, 300.0, 400.0], list("wxyz"))
    factors = pd.DataFrame({"a": [10, 22, 28, 40], "b": [5, 4, 6, 5]}, co2.index)
    alone = degrees((co2, factors), "mean")
    more = degrees((co2, factors.assign(c=[40, 30, 20, 10])), "mean")
    assert (alone < more[["a", "b"]]).all()


@few
@given(cases(), kinds, st.lists(st.integers(0, 5), min_size=8, max_size=8))
def test_weights_are_repeats(case: Any, kind: Any, counts: list[int]) -> None:
    """A weight of 2 counts an observation twice: the degree is a mean of coefficients."""
    reference = case[0]
    weights = pd.Series(counts[: len(reference)], reference.index, dtype=float)
    weights.iloc[0] += 1
    found = sc.grey_relational_degree(*case, normalisation=kind, weights=weights)
    repeated = found.coefficients.loc[np.repeat(weights.index, weights.astype(int))]
    np.testing.assert_allclose(found.degree, repeated.mean(), rtol=1e-12)


@few
@given(cases(), st.sampled_from(["mean", "max", *AFFINE]))
def test_pooled_and_yearly_extremes_agree_in_one_year(case: Any, kind: Any) -> None:
    reference, factors = case
    table = factors.assign(co2=reference, year=2010).rename_axis("unit").reset_index()
    call = {"reference": "co2", "factors": list(factors), "normalisation": kind}
    own = sc.grey_panel(table, **call).table
    pooled = sc.grey_panel(table, extremes="pooled", **call).table
    pd.testing.assert_frame_equal(own, pooled)
    np.testing.assert_array_equal(own["degree"], degrees(case, kind))
