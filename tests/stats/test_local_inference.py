"""Conditional permutation against a plain reference, and under the null hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from shapely import box

import spatialcarbon as sc

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights


def brute_force(values: pd.Series, w: Weights, draws: int, seed: int) -> pd.Series:
    """Hold x_i, shuffle all others, and count: the definition, as slowly as it reads."""
    rng = np.random.default_rng(seed)
    z = (values - values.mean()).to_numpy() / values.std(ddof=0)
    found = {}
    for i, unit in enumerate(values.index):
        links = w.neighbors(unit)
        if links.empty:
            found[unit] = np.nan
            continue
        observed = z[i] * (links.to_numpy() @ z[values.index.get_indexer(links.index)])
        others = np.delete(z, i)
        drawn = np.array(
            [
                z[i] * (links.to_numpy() @ rng.permutation(others)[: len(links)])
                for _ in range(draws)
            ]
        )
        above = np.count_nonzero(drawn >= observed - 1e-9)
        below = np.count_nonzero(drawn <= observed + 1e-9)
        found[unit] = min(1.0, 2 * (min(above, below) + 1) / (draws + 1))
    return pd.Series(found)


def star_map() -> Weights:
    """Return weights with 1 to 9 neighbours, unequal values, a one-way link and an isolate."""
    edges = [("hub", f"s{i}", 1.0 + i) for i in range(9)]
    edges += [(f"s{i}", "hub", 1.0) for i in range(9)]
    edges += [("s0", "s1", 0.5), ("s1", "s2", 2.0), ("s2", "s0", 1.0), ("s5", "s6", 4.0)]
    table = pd.DataFrame(edges, columns=["focal", "neighbor", "weight"])
    units = ["hub", *(f"s{i}" for i in range(9)), "alone", "far"]
    return sc.Weights.from_edges(table, units=units)


CASES = {
    "plain": lambda rng: rng.gamma(1.0, size=12),
    "ties": lambda rng: rng.integers(0, 3, size=12).astype(float),
    "almost constant": lambda rng: np.r_[np.zeros(11), 1.0],
    "tiny unit of measure": lambda rng: rng.gamma(1.0, size=12) * 1e-9,
    "huge unit of measure": lambda rng: rng.gamma(1.0, size=12) * 1e9 + 3e9,
}


@pytest.mark.parametrize("independent", [False, True])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("transform", ["B", "R"])
def test_pvalues_agree_with_the_definition(case: str, independent: bool, transform: str) -> None:
    w = star_map().standardised(transform)  # type: ignore[arg-type]
    values = pd.Series(CASES[case](np.random.default_rng(6)), w.units)
    slow, quick = 1500, 20_000
    reference = brute_force(values, w, slow, seed=1)
    ours = sc.local_moran(
        values, w, permutations=quick, correction="none", independent=independent, rng=3
    ).pvalue
    assert ours.isna().tolist() == reference.isna().tolist()
    assert ours.isna().sum() == 2
    p = reference.dropna()
    error = 2 * np.sqrt(p / 2 * (1 - p / 2) / slow) + 2 / slow
    assert ((ours.dropna() - p).abs() / error).max() < 4


def test_exact_pvalues_of_a_pair() -> None:
    # One neighbour: the conditional distribution is the n − 1 other values.
    units = list("abcdef")
    w = sc.Weights.from_edges(pd.DataFrame({"focal": units, "neighbor": list("bcdefa")}))
    values = pd.Series([0.0, 1, 2, 3, 4, 20], units)
    found = sc.local_moran(values, w, permutations=20_000, correction="none", rng=1)
    # a (low) next to b (the lowest of the others): 1 of 5 as low or lower.
    assert found.pvalue["a"] == pytest.approx(2 / 5, abs=0.02)
    # e (low) next to f (the highest of the others): 1 of 5 as high.
    assert found.pvalue["e"] == pytest.approx(2 / 5, abs=0.02)
    # c next to d: 2 of the others (e, f) lie above d, 2 (a, b) below; three at or beyond.
    assert found.pvalue["c"] == 1.0


def test_pvalues_do_not_hang_on_the_unit_of_measure() -> None:
    w = star_map()
    values = pd.Series(np.random.default_rng(5).integers(0, 4, 12).astype(float), w.units)
    found = [
        sc.local_moran(values * scale, w, permutations=499, correction="none", rng=1).to_frame()
        for scale in (1.0, 2.0**-60, 2.0**40)
    ]
    for other in found[1:]:
        assert other["pvalue"].equals(found[0]["pvalue"])
        assert other["quadrant"].equals(found[0]["quadrant"])


def test_pvalues_do_not_hang_on_the_scale_of_the_weights() -> None:
    w = star_map()
    values = pd.Series(np.random.default_rng(5).integers(0, 4, 12).astype(float), w.units)
    small = sc.Weights.from_sparse(w.raw * 2.0**-50, w.units)
    found = [
        sc.local_moran(values, v, permutations=499, correction="none", rng=1) for v in (w, small)
    ]
    assert found[0].pvalue.equals(found[1].pvalue)
    assert found[0].quadrant.equals(found[1].quadrant)


@pytest.mark.parametrize("independent", [False, True])
def test_full_connection_gives_one(independent: bool) -> None:
    units = list("abcdefg")
    w = sc.Weights.from_sparse(1 - np.eye(7), units)
    values = pd.Series(np.random.default_rng(1).gamma(1, size=7) * 1e6, units)
    found = sc.local_moran(values, w, correction="none", independent=independent, rng=1)
    assert (found.pvalue == 1).all()


@pytest.fixture(scope="module")
def grid() -> Weights:
    shapes = [box(i % 20, i // 20, i % 20 + 1, i // 20 + 1) for i in range(400)]
    return sc.Backbone(gpd.GeoDataFrame(geometry=shapes)).contiguity("rook").standardised("R")


@pytest.mark.parametrize("independent", [False, True])
def test_pvalues_are_uniform_under_the_null(grid: Weights, independent: bool) -> None:
    # Of far-apart units of independent maps, so that the p-values are independent.
    rng = np.random.default_rng(12)
    apart = [r * 20 + c for r in range(1, 20, 4) for c in range(1, 20, 4)]
    found = []
    for seed in range(8):
        values = pd.Series(rng.gamma(1, size=400), grid.units)
        result = sc.local_moran(
            values, grid, permutations=999, correction="none", independent=independent, rng=seed
        )
        found.append(result.pvalue.iloc[apart])
    assert stats.kstest(np.concatenate(found), "uniform").pvalue > 0.01


def test_global_pvalues_are_uniform_under_the_null(grid: Weights) -> None:
    rng = np.random.default_rng(13)
    part = grid.subset(grid.units[:60])
    found = {"permutation": [], "randomization": []}  # type: ignore[var-annotated]
    for seed in range(300):
        values = pd.Series(rng.normal(size=60), part.units)
        result = sc.global_moran(values, part, permutations=199, rng=seed)
        found["permutation"].append(result.pvalue_permutation)
        found["randomization"].append(result.pvalue_randomization)
    for pvalues in found.values():
        assert stats.kstest(pvalues, "uniform").pvalue > 0.01


def test_units_share_draws_unless_told_otherwise(grid: Weights) -> None:
    values = pd.Series(np.random.default_rng(2).normal(size=400), grid.units)
    shared, own = (
        sc.local_moran(values, grid, permutations=199, correction="none", independent=i, rng=1)
        for i in (False, True)
    )
    assert not shared.pvalue.equals(own.pvalue)
    assert shared.settings["independent"] is False
    assert own.settings["independent"] is True


def test_pvalues_of_one_unit_do_not_hang_on_the_others_when_independent(grid: Weights) -> None:
    # Cutting the links of one far unit changes its own p-value only.
    values = pd.Series(np.random.default_rng(2).normal(size=400), grid.units)
    edges = grid.to_edges()
    cut = sc.Weights.from_edges(edges[edges["focal"] != 399], units=grid.units)
    options = {"permutations": 199, "correction": "none", "independent": True, "rng": 1}
    a = sc.local_moran(values, grid.standardised("B"), **options).pvalue  # type: ignore[arg-type]
    b = sc.local_moran(values, cut, **options).pvalue  # type: ignore[arg-type]
    pd.testing.assert_series_equal(a.drop(399), b.drop(399))
