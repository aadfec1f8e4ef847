from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy import sparse, stats

from spatialcarbon.stats.inference import (
    adjust_pvalues,
    count_extreme,
    normal_pvalue,
    permutation_pvalue,
    stars,
)
from spatialcarbon.stats.permutation import all_orders, quadratic_forms


def test_ties_count_as_extreme_within_rounding() -> None:
    draws = np.array([0.3, 0.1 + 0.2, 0.5, -0.3, 0.29])[:, None]
    for alternative, count in (("greater", 3), ("less", 4), ("two-sided", 4)):
        assert count_extreme(draws, np.array([0.3]), 0.0, alternative) == [count]  # type: ignore[arg-type]


def test_two_sided_is_about_the_expectation() -> None:
    draws = np.array([0.1, -0.3, -0.5, -0.29])[:, None]
    assert count_extreme(draws, np.array([0.1]), -0.1, "two-sided") == [3]


def test_permutation_pvalues_are_never_zero() -> None:
    assert permutation_pvalue(0, 99) == 0.01
    assert permutation_pvalue(99, 99) == 1.0


def test_normal_pvalues_hold_in_the_far_tail() -> None:
    assert normal_pvalue(20.0, "greater") == pytest.approx(stats.norm.sf(20), rel=1e-10)
    assert normal_pvalue(-20.0, "two-sided") == pytest.approx(2 * stats.norm.sf(20), rel=1e-10)
    assert np.isnan(normal_pvalue(np.nan, "less"))


def test_missing_pvalues_are_not_counted() -> None:
    p = np.array([0.01, np.nan, 0.04, 0.03, np.nan, 0.2])
    for correction, expected in (
        ("fdr_bh", [0.04, np.nan, 0.16 / 3, 0.16 / 3, np.nan, 0.2]),
        ("bonferroni", [0.04, np.nan, 0.16, 0.12, np.nan, 0.8]),
        ("none", p),
    ):
        np.testing.assert_allclose(adjust_pvalues(p, correction), expected, rtol=1e-12)  # type: ignore[arg-type]
    assert np.isnan(adjust_pvalues(np.full(3, np.nan), "fdr_bh")).all()
    assert len(adjust_pvalues(np.empty(0), "fdr_bh")) == 0


@pytest.mark.parametrize(
    ("p", "mark"), [(0.0499, "**"), (0.05, "*"), (0.0999, "*"), (0.1, ""), (np.nan, "")]
)
def test_stars_of_study_002(p: float, mark: str) -> None:
    assert stars(p) == mark


def test_all_orders_are_there() -> None:
    orders = all_orders(5)
    assert len(np.unique(orders, axis=0)) == factorial(5)


def test_quadratic_forms_are_what_they_say() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(size=(6, 2))
    matrix = sparse.coo_array(rng.random((6, 6)) * (rng.random((6, 6)) < 0.5))
    orders = all_orders(6)[::80]
    found = quadratic_forms(z, matrix.tocsr(), orders)
    for r, order in enumerate(orders):
        for s in range(2):
            x = z[order, s]
            assert found[r, s] == pytest.approx(x @ (matrix @ x), rel=1e-12)
