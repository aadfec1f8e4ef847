"""What holds for Moran's I of any data on any weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import sparse

import spatialcarbon as sc
from spatialcarbon.stats.inference import adjust_pvalues


@st.composite
def maps(draw: Any, *, smallest: int = 4, largest: int = 10) -> tuple[pd.Series, Any]:
    """Draw values that vary, with ties, and weights with links, on string labels."""
    n = draw(st.integers(smallest, largest))
    labels = draw(st.permutations([f"城{i}" for i in range(n)]))
    numbers = draw(st.lists(st.integers(-20, 20), min_size=n, max_size=n))
    assume(len(set(numbers)) > 1)
    entries = st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0])
    dense = np.array(draw(st.lists(entries, min_size=n * n, max_size=n * n))).reshape(n, n)
    np.fill_diagonal(dense, 0)
    assume(dense.sum() > 0)
    weights = sc.Weights.from_sparse(sparse.csr_array(dense), labels)
    return pd.Series(numbers, labels, dtype=float), weights.standardised(
        draw(st.sampled_from(["B", "R", "D", "V"]))
    )


def close(a: Any, b: Any) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


def numbers(values: pd.Series, w: Any, **options: Any) -> np.ndarray:
    frame = sc.global_moran(values, w, rng=1, permutations=49, **options).to_frame()
    return frame.drop(columns="status").to_numpy(dtype=float)[0]


@given(maps(), st.floats(-100, 100), st.sampled_from([-3.0, -1.0, 1e-6, 0.5, 2.0, 1e7]))
def test_i_forgets_origin_and_unit_of_measure(case: Any, a: float, b: float) -> None:
    values, w = case
    close(numbers(a * b + b * values, w), numbers(values, w))


@given(maps(), st.sampled_from([1e-9, 0.25, 3.0, 1e9]))
def test_i_forgets_the_scale_of_the_weights(case: Any, c: float) -> None:
    values, w = case
    close(numbers(values, sc.Weights.from_sparse(w.sparse * c, w.units)), numbers(values, w))


@given(maps(), st.randoms(use_true_random=False))
def test_i_forgets_the_order_of_the_rows(case: Any, random: Any) -> None:
    values, w = case
    order = list(w.units)
    random.shuffle(order)
    a = sc.global_moran(values, w, rng=1, permutations=49).to_frame()
    b = sc.global_moran(values[order], w.subset(order[::-1]), rng=1, permutations=49).to_frame()
    pd.testing.assert_frame_equal(a, b, check_exact=True)


@given(maps(), st.randoms(use_true_random=False))
def test_i_forgets_the_names_of_the_units(case: Any, random: Any) -> None:
    values, w = case
    names = [f"u{i}" for i in range(w.n)]
    random.shuffle(names)
    renamed = sc.Weights.from_sparse(w.sparse, names)
    again = pd.Series(values[w.units].to_numpy(), names)
    a = sc.global_moran(values, w, permutations=0)
    b = sc.global_moran(again, renamed, permutations=0)
    close([a.statistic, a.z_normality], [b.statistic, b.z_normality])


@given(maps())
def test_i_is_that_of_the_symmetric_part(case: Any) -> None:
    values, w = case
    half = sc.Weights.from_sparse((w.sparse + w.sparse.T) / 2, w.units)
    close(numbers(values, half), numbers(values, w))


@given(maps(smallest=4, largest=6))
def test_full_enumeration_has_the_analytical_moments(case: Any) -> None:
    values, w = case
    found = sc.global_moran(values, w, exact=True)
    close(found.mean_permutation, found.expected)
    close(found.sd_permutation**2, max(found.variance_randomization, 0.0))


@given(maps(smallest=4, largest=6))
def test_drawn_pvalues_approach_the_exact_ones(case: Any) -> None:
    values, w = case
    for alternative in ("two-sided", "greater", "less"):
        options: Any = {"alternative": alternative, "rng": 1}
        exact = sc.global_moran(values, w, exact=True, **options).pvalue_permutation
        drawn = sc.global_moran(values, w, permutations=2000, **options).pvalue_permutation
        assert exact is not None
        assert drawn is not None
        assert abs(drawn - exact) < 5 * np.sqrt(exact * (1 - exact) / 2000) + 2 / 2000


@given(maps())
def test_pvalues_are_probabilities(case: Any) -> None:
    values, w = case
    found = sc.global_moran(values, w, rng=1, permutations=19)
    assert 0 < found.pvalue_permutation <= 1
    for p in (found.pvalue_normality, found.pvalue_randomization):
        assert np.isnan(p) or 0 < p <= 1
    local = sc.local_moran(values, w, rng=1, permutations=19, correction="none").pvalue.dropna()
    assert ((local > 0) & (local <= 1)).all()


@given(maps())
def test_i_stays_within_its_eigenvalues(case: Any) -> None:
    values, w = case
    n = w.n
    m = np.eye(n) - 1 / n
    dense = w.sparse.toarray()
    bounds = np.linalg.eigvalsh(m @ (dense + dense.T) @ m / 2) * n / w.s0
    i = sc.global_moran(values, w, permutations=0).statistic
    assert bounds.min() - 1e-9 <= i <= bounds.max() + 1e-9


@given(maps())
def test_local_values_sum_to_the_global_one(case: Any) -> None:
    values, w = case
    local = sc.local_moran(values, w, permutations=0)
    i = sc.global_moran(values, w, permutations=0).statistic
    close(local.statistic.sum(), w.s0 * i)
    smaller = sc.local_moran(values, w, permutations=0, scaling="n-1")
    close(smaller.statistic * w.n / (w.n - 1), local.statistic)


@given(maps(), st.sampled_from([-3.0, -1.0, 1e-6, 2.0, 1e7]))
def test_local_pvalues_forget_origin_and_unit_of_measure(case: Any, b: float) -> None:
    values, w = case
    found = [
        sc.local_moran(x, w, permutations=29, correction="none", rng=1)
        for x in (values, b * values + 5 * b)
    ]
    close(found[0].statistic, found[1].statistic)
    assert found[0].pvalue.equals(found[1].pvalue)
    swap = {"H": "L", "L": "H"} if b < 0 else {"H": "H", "L": "L"}
    turned = found[0].quadrant.map(
        lambda q: q if q == "none" else "".join(swap[letter] for letter in q)
    )
    assert turned.tolist() == found[1].quadrant.tolist()


@given(maps(), st.booleans())
def test_quadrants_and_isolates(case: Any, independent: bool) -> None:
    values, w = case
    found = sc.local_moran(
        values, w, permutations=9, correction="none", independent=independent, rng=1
    )
    alone = found.statistic.index.isin(w.isolates)
    for column in (found.statistic, found.lag, found.pvalue, found.qvalue):
        assert (column.isna().to_numpy() == alone).all()
    assert ((found.label == "Isolate").to_numpy() == alone).all()
    like = found.quadrant.isin(["HH", "LL"])
    assert (found.statistic[like] > 0).all()
    assert (found.statistic[found.quadrant.isin(["HL", "LH"])] < 0).all()


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=30))
def test_adjusting_keeps_the_order_and_only_raises(pvalues: list[float]) -> None:
    p = np.array(pvalues, dtype=float)
    for correction in ("fdr_bh", "bonferroni", "none"):
        q = adjust_pvalues(p, correction)  # type: ignore[arg-type]
        assert (np.isnan(q) == np.isnan(p)).all()
        tested = ~np.isnan(p)
        assert (q[tested] >= p[tested]).all()
        assert (q[tested] <= 1).all()
        order = np.argsort(p[tested], kind="stable")
        assert (np.diff(q[tested][order]) >= 0).all()
        for a, b in zip(p[tested], q[tested], strict=True):
            assert (q[tested][p[tested] == a] == b).all()


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.floats(0.001, 0.5),
    st.floats(0.001, 0.5),
)
def test_a_smaller_level_rejects_less(pvalues: list[float], a: float, b: float) -> None:
    q = adjust_pvalues(np.array(pvalues), "fdr_bh")
    few, many = (set(np.flatnonzero(q <= level)) for level in sorted((a, b)))
    assert few <= many


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_false_discovery_is_the_step_up_rule(pvalues: list[float]) -> None:
    p = np.array(pvalues)
    m = len(p)
    expected = [min(1.0, *(m * x / np.count_nonzero(p <= x) for x in p if x >= own)) for own in p]
    np.testing.assert_allclose(adjust_pvalues(p, "fdr_bh"), expected, rtol=1e-12)
