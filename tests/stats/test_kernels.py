"""The compiled loops against their NumPy twins, the exact distribution and other programs."""

from __future__ import annotations

import importlib.util
import itertools
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from spatialcarbon.core.rng import Stream
from spatialcarbon.stats import form_kernels, tail_kernels
from spatialcarbon.stats.permutation import (
    FALLBACKS,
    all_orders,
    count_forms,
    default_permutations,
    permuted_forms,
    permuted_products,
    quadratic_forms,
)
from spatialcarbon.stats.tails import lag_tails
from spatialcarbon.weights.matrices import neighbours_of, pairs_of, standardise

# The tests are no package, so their helper is loaded from its file.
_spec = importlib.util.spec_from_file_location(
    "reference", Path(__file__).with_name("reference.py")
)
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)


def graph(n: int, rng: np.random.Generator, density: float = 0.3) -> sparse.csr_array:
    """Return random binary weights, not symmetric, unit 0 without neighbours."""
    dense = (rng.random((n, n)) < density).astype(float)
    np.fill_diagonal(dense, 0)
    dense[0] = 0
    return sparse.csr_array(dense)


# -- random words and orders -----------------------------------------------------------


def test_words_are_those_of_splitmix64() -> None:
    # First words of seed 1234567 in the generator's public reference run.
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert list(itertools.islice(reference.words(1234567), 3)) == published
    # An order of three takes one word: a half for each swap.
    for seed in range(90, 100):
        word = next(reference.words(seed))
        expected = [0, 1, 2]
        for i, half in ((2, word & 0xFFFFFFFF), (1, word >> 32)):
            j = half * (i + 1) >> 32
            expected[i], expected[j] = expected[j], expected[i]
        order = np.arange(3, dtype=np.uint32)
        form_kernels.shuffle(order, np.uint64(seed))
        assert order.tolist() == expected


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_shuffles_are_uniform(n: int) -> None:
    state = np.uint64(7)
    counts: dict[tuple[int, ...], int] = {}
    for _ in range(400 * factorial(n)):
        order = np.arange(n, dtype=np.uint32)  # afresh: orders upon orders even out
        state = np.uint64(form_kernels.shuffle(order, state))
        counts[tuple(order.tolist())] = counts.get(tuple(order.tolist()), 0) + 1
    assert len(counts) == factorial(n)
    assert stats.chisquare(list(counts.values())).pvalue > 0.001


@pytest.mark.parametrize(("n", "width"), [(6, 2), (6, 5), (6, 6), (30, 3), (5, 1)])
def test_draws_are_distinct_and_uniform(n: int, width: int) -> None:
    draws = np.empty((30_000, width), dtype=np.uint32)
    tail_kernels.distinct_rows(np.arange(n, dtype=np.uint32), np.uint64(5), draws)
    assert (np.diff(np.sort(draws, axis=1).astype(int), axis=1) > 0).all()
    for column in range(width):
        assert stats.chisquare(np.bincount(draws[:, column], minlength=n)).pvalue > 0.001
    if width == 2:
        joint = np.bincount(draws[:, 0] * n + draws[:, 1], minlength=n * n).reshape(n, n)
        assert stats.chisquare(joint[~np.eye(n, dtype=bool)]).pvalue > 0.001


# -- quadratic forms -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["product", "difference"])
def test_forms_have_the_moments_of_all_orders(kind: Any) -> None:
    rng = np.random.default_rng(3)
    z, matrix = rng.normal(size=(6, 2)), graph(6, rng, 0.6)
    draws = permuted_forms(z, matrix, 40_000, Stream(1), kind=kind)
    form = getattr(reference, kind)
    for s in range(2):
        every = np.array([form(z[order, s], matrix.toarray()) for order in all_orders(6)])
        assert draws[:, s].mean() == pytest.approx(
            every.mean(), abs=5 * every.std() / np.sqrt(40_000)
        )
        assert draws[:, s].std() == pytest.approx(every.std(), rel=0.02)
        # Each draw is the form under some order.
        nearest = np.abs(np.sort(every)[:, None] - draws[None, :200, s]).min(axis=0)
        assert nearest.max() < 1e-12
    np.testing.assert_allclose(
        quadratic_forms(z, matrix, all_orders(6))[:, 0],
        [reference.product(z[order, 0], matrix.toarray()) for order in all_orders(6)],
    )


@pytest.mark.parametrize("kind", ["product", "difference"])
@pytest.mark.parametrize(("n", "permutations"), [(7, 40), (50, 300), (3, 129)])
def test_a_series_has_the_same_digits_alone_and_among_others(
    kind: Any, n: int, permutations: int
) -> None:
    rng = np.random.default_rng(4)
    z, matrix = rng.normal(size=(n, 5)), graph(n, rng)
    both = permuted_forms(z, matrix, permutations, Stream(4), kind=kind)
    for s in range(5):
        alone = permuted_forms(z[:, s : s + 1], matrix, permutations, Stream(4), kind=kind)
        assert (both[:, [s]] == alone).all()


def test_counts_are_counts_of_the_draws() -> None:
    rng = np.random.default_rng(5)
    z, matrix = rng.normal(size=(30, 3)), graph(30, rng)
    draws = permuted_forms(z, matrix, 1000, Stream(2))
    low, high = np.quantile(draws, [0.1, 0.8], axis=0)
    counted = count_forms(
        z, pairs_of(matrix), 1000, Stream(2), low=low, high=high, centre=np.zeros(3)
    )
    assert (counted.extreme == ((draws <= low) | (draws >= high)).sum(axis=0)).all()
    np.testing.assert_allclose(counted.mean, draws.mean(axis=0), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(counted.sd, draws.std(axis=0), rtol=1e-10)


def test_products_are_products_under_orders() -> None:
    rng = np.random.default_rng(6)
    fixed, z = rng.normal(size=(2, 6))
    every = z[all_orders(6)] @ fixed
    draws = permuted_products(fixed, z, 20_000, Stream(3))
    assert draws.mean() == pytest.approx(every.mean(), abs=5 * every.std() / np.sqrt(20_000))
    assert draws.std() == pytest.approx(every.std(), rel=0.03)
    assert np.abs(np.sort(every)[:, None] - draws[None, :200]).min(axis=0).max() < 1e-12


def test_pairs_hold_both_directions_once() -> None:
    matrix = graph(12, np.random.default_rng(7))
    pairs = pairs_of(matrix)
    both = (matrix + matrix.T).toarray()
    assert (pairs.left < pairs.right).all()
    assert len(set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))) == len(pairs.left)
    np.testing.assert_array_equal(both[pairs.left, pairs.right], pairs.weight)
    assert pairs.weight.sum() == matrix.sum()


# -- conditional tails -----------------------------------------------------------------


def variants(matrix: sparse.csr_array, labels: pd.Index) -> dict[str, Any]:
    """Return every way in which the question can be put to the engine."""
    shares = standardise(matrix, "R")
    lists = neighbours_of(shares)
    return {
        "ranked": (lists, None),
        "weighted": (lists._replace(equal=False), None),
        "separate": (lists, labels),
        "separate, weighted": (lists._replace(equal=False), labels),
    }


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 7), st.integers(1, 4))
def test_tails_are_those_of_all_draws(seed: int, n: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = graph(n, rng, 0.5)
    values = rng.integers(0, levels + 1, n).astype(float)  # heavy ties
    tested = np.flatnonzero(np.diff(matrix.indptr))
    draws = 4000
    for name, (lists, labels) in variants(matrix, pd.RangeIndex(n)).items():
        above, under = lag_tails(values, lists, tested, draws, Stream(seed), independent=labels)
        for at, unit in enumerate(tested):
            exact = reference.exact_tails(values, matrix.toarray(), int(unit))
            for found, share in zip((above[at], under[at]), exact, strict=True):
                error = np.sqrt(share * (1 - share) / draws)
                assert abs(found / draws - share) <= 5.5 * error, (name, unit)


@pytest.mark.parametrize("permutations", [1, 999, 1024, 5000])
def test_ranks_and_weights_count_the_same_draws(permutations: int) -> None:
    rng = np.random.default_rng(8)
    matrix = graph(60, rng, 0.1)
    tested = np.flatnonzero(np.diff(matrix.indptr))
    for values in (rng.normal(size=60), rng.integers(0, 4, 60).astype(float)):
        ways = variants(matrix, pd.RangeIndex(60))
        ranked = lag_tails(values, ways["ranked"][0], tested, permutations, Stream(1))
        weighted = lag_tails(values, ways["weighted"][0], tested, permutations, Stream(1))
        np.testing.assert_array_equal(ranked, weighted)
        alone = lag_tails(
            values,
            ways["separate"][0],
            tested,
            permutations,
            Stream(1),
            independent=pd.RangeIndex(60),
        )
        again = lag_tails(
            values,
            ways["separate, weighted"][0],
            tested,
            permutations,
            Stream(1),
            independent=pd.RangeIndex(60),
        )
        np.testing.assert_array_equal(alone, again)


def test_unequal_weights_agree_with_numpy() -> None:
    rng = np.random.default_rng(9)
    matrix = graph(25, rng, 0.2)
    matrix.data[:] = rng.random(matrix.nnz)
    values = rng.gamma(1, size=25)
    tested = np.flatnonzero(np.diff(matrix.indptr))
    for labels in (None, pd.RangeIndex(25)):
        above, under = lag_tails(values, matrix, tested, 20_000, Stream(1), independent=labels)
        for at, unit in enumerate(tested[:8]):
            twin = reference.conditional_tails(values, matrix.toarray(), int(unit), 20_000, rng)
            for found, share in zip((above[at], under[at]), twin, strict=True):
                error = np.sqrt(2 * max(share * (1 - share), 1e-4) / 20_000)
                assert abs(found / 20_000 - share) < 5 * error


def test_everyone_as_a_neighbour_leaves_nothing_to_chance() -> None:
    dense = np.ones((9, 9)) - np.eye(9)
    values = np.arange(9.0) ** 2
    for links in (sparse.csr_array(dense), standardise(sparse.csr_array(dense), "R")):
        above, under = lag_tails(values, links, np.arange(9), 500, Stream(1))
        assert (above == 500).all()
        assert (under == 500).all()


def test_no_tested_unit_is_no_work() -> None:
    above, under = lag_tails(
        np.arange(3.0), sparse.csr_array((3, 3)), np.empty(0, dtype=np.intp), 99, Stream(1)
    )
    assert len(above) == len(under) == 0


@pytest.mark.parametrize("spread", [1e-30, 1.0, 1e30])
@pytest.mark.parametrize("level", [0.0, 1e6])
def test_ties_do_not_hang_on_unit_of_measure_or_level(spread: float, level: float) -> None:
    matrix = graph(20, np.random.default_rng(10))
    whole = np.random.default_rng(11).integers(0, 3, 20).astype(float)
    tested = np.flatnonzero(np.diff(matrix.indptr))
    plain = lag_tails(whole, matrix, tested, 999, Stream(1))
    moved = lag_tails((whole + level) * spread, matrix, tested, 999, Stream(1))
    np.testing.assert_array_equal(plain, moved)


def test_tenths_tie_like_whole_numbers() -> None:
    # 0.1 + 0.4 and 0.2 + 0.3 differ in their last binary digit.
    matrix = graph(20, np.random.default_rng(12))
    whole = np.random.default_rng(13).integers(0, 6, 20).astype(float)
    tested = np.flatnonzero(np.diff(matrix.indptr))
    plain = lag_tails(whole, matrix, tested, 999, Stream(1))
    tenths = lag_tails(whole / 10, matrix, tested, 999, Stream(1))
    np.testing.assert_array_equal(plain, tenths)


# -- threads and blocks ----------------------------------------------------------------


def test_threads_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(14)
    matrix = graph(80, rng, 0.08)
    z = rng.normal(size=(80, 3))
    tested = np.flatnonzero(np.diff(matrix.indptr))
    lists = neighbours_of(standardise(matrix, "R"))

    def everything() -> list[Any]:
        found = [permuted_forms(z, matrix, 1000, Stream(1))]
        counted = count_forms(
            z, matrix, 1000, Stream(1), low=-np.ones(3), high=np.ones(3), centre=np.zeros(3)
        )
        found += [counted.extreme, counted.mean, counted.sd]
        found.append(permuted_products(z[:, 0], z[:, 1], 1000, Stream(1)))
        for name in (None, pd.RangeIndex(80)):
            for links in (lists, lists._replace(equal=False)):
                found += lag_tails(z[:, 0], links, tested, 5000, Stream(1), independent=name)
        return found

    monkeypatch.setenv("SPATIALCARBON_THREADS", "1")
    alone = everything()
    monkeypatch.setenv("SPATIALCARBON_THREADS", "3")
    for module in ("permutation", "tails"):
        monkeypatch.setattr(f"spatialcarbon.stats.{module}.parts_of", _three_parts)
    together = everything()
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)


def _three_parts(count: int, steps: float) -> list[range]:
    del steps
    edges = [count * t // 3 for t in range(4)]
    return [range(a, b) for a, b in itertools.pairwise(edges) if b > a]


def test_small_tables_at_a_time_change_nothing_of_substance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(15)
    matrix, values = graph(40, rng), rng.normal(size=40)
    tested = np.flatnonzero(np.diff(matrix.indptr))
    whole = lag_tails(values, matrix, tested, 6000, Stream(1))
    monkeypatch.setattr("spatialcarbon.stats.tails.HELD", 10)
    parts = lag_tails(values, matrix, tested, 6000, Stream(1))
    share = np.asarray(whole) / 6000
    error = np.sqrt(2 * np.maximum(share * (1 - share), 1e-4) / 6000)
    assert (np.abs(share - np.asarray(parts) / 6000) < 5 * error).all()


def test_default_is_large_where_it_is_cheap() -> None:
    assert default_permutations(0) == default_permutations(111 + 300) == 99_999
    assert default_permutations(100_000 + 300_000) == 9_999
    assert default_permutations(1e12) == FALLBACKS[-1] == 999
