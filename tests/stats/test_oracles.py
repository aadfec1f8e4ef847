"""Numbers of esda, GeoDa and scipy on the same weights."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import esda
import numpy as np
import pandas as pd
import pygeoda
import pytest
from scipy import stats

import spatialcarbon as sc
from spatialcarbon.stats.inference import adjust_pvalues

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.weights.weights import Weights

SCHEMES = ["queen B", "queen R", "queen V", "knn R", "one-way", "inverse"]


@pytest.fixture(params=SCHEMES)
def weights(request: pytest.FixtureRequest, plan_backbone: sc.Backbone) -> Weights:
    name = request.param
    if name.startswith("queen"):
        return plan_backbone.contiguity().standardised(name[-1])
    if name == "knn R":
        return plan_backbone.knn(4).standardised("R")
    if name == "inverse":
        return plan_backbone.distance_band(500, inverse=True)
    edges = plan_backbone.contiguity().to_edges()
    rng = np.random.default_rng(1)
    thinned = edges[rng.random(len(edges)) < 0.6]
    return plan_backbone.custom(thinned.assign(weight=rng.random(len(thinned))))


def test_global_statistic_and_moments_are_those_of_esda(
    weights: Weights, plan_co2: pd.DataFrame
) -> None:
    skewed = pd.Series(np.random.default_rng(3).lognormal(0, 2, 111), weights.units)
    for values in (plan_co2[2005], plan_co2[2017], np.log(plan_co2[2017]), skewed):
        ours = sc.global_moran(values, weights, permutations=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = esda.Moran(
                values.to_numpy(), weights.to_w(), transformation="O", permutations=0
            )
        assert ours.statistic == pytest.approx(theirs.I, rel=1e-11)
        assert ours.expected == pytest.approx(theirs.EI, rel=1e-14)
        assert ours.variance_normality == pytest.approx(theirs.VI_norm, rel=1e-10)
        assert ours.variance_randomization == pytest.approx(theirs.VI_rand, rel=1e-9)
        assert ours.z_normality == pytest.approx(theirs.z_norm, rel=1e-9)
        assert ours.z_randomization == pytest.approx(theirs.z_rand, rel=1e-9)
        assert ours.pvalue_normality == pytest.approx(theirs.p_norm, rel=1e-7, abs=1e-15)
        assert ours.pvalue_randomization == pytest.approx(theirs.p_rand, rel=1e-7, abs=1e-15)


def test_global_permutation_pvalues_agree_with_esda(plan_queen: Weights) -> None:
    # esda folds its p-value to the smaller tail, which is our one-sided one.
    w = plan_queen.standardised("R")
    rng = np.random.default_rng(20)
    draws = 4999
    for _ in range(4):
        values = pd.Series(rng.gamma(1, size=111), w.units)
        state = np.random.get_state()  # noqa: NPY002
        np.random.seed(1)  # noqa: NPY002
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = esda.Moran(
                values.to_numpy(), w.to_w(), transformation="O", permutations=draws
            ).p_sim
        np.random.set_state(state)  # noqa: NPY002
        sides = [
            sc.global_moran(values, w, alternative=a, permutations=draws, rng=2).pvalue_permutation  # type: ignore[arg-type]
            for a in ("greater", "less")
        ]
        error = np.sqrt(2 * theirs * (1 - theirs) / draws)
        assert min(sides) == pytest.approx(theirs, abs=4 * error + 2 / draws)  # type: ignore[type-var]


def test_local_statistic_is_esdas(weights: Weights, plan_co2: pd.DataFrame) -> None:
    values = np.log(plan_co2[2017])
    ours = sc.local_moran(values, weights, permutations=0, scaling="n-1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.Moran_Local(
            values.to_numpy(), weights.to_w(), transformation="O", permutations=0
        )
    linked = ~weights.units.isin(weights.isolates)
    np.testing.assert_allclose(ours.statistic[linked], theirs.Is[linked], rtol=1e-10, atol=1e-13)
    quadrant = ours.quadrant[linked].map({"HH": 1, "LH": 2, "LL": 3, "HL": 4})
    assert quadrant.tolist() == theirs.q[linked].tolist()


def test_local_statistic_is_geodas(plan_units: gpd.GeoDataFrame, plan_co2: pd.DataFrame) -> None:
    values = plan_co2[2017]
    geoda = pygeoda.open(plan_units[["geometry"]].assign(co2=values).reset_index(drop=True))
    queen = pygeoda.queen_weights(geoda)
    units = plan_units.index
    edges = [
        (units[i], units[j])
        for i in range(len(units))
        if queen.get_neighbors(i) != ()
        for j in queen.get_neighbors(i)
    ]
    theirs_w = sc.Weights.from_edges(
        pd.DataFrame(edges, columns=["focal", "neighbor"]), units=units
    )
    ours_w = sc.Backbone(plan_units).contiguity()
    assert theirs_w.fingerprint == ours_w.fingerprint
    theirs = np.array(pygeoda.local_moran(queen, geoda["co2"]).lisa_values())
    ours = sc.local_moran(values, ours_w.standardised("R"), permutations=0, scaling="n-1")
    linked = (~units.isin(ours_w.isolates)).nonzero()[0]
    np.testing.assert_allclose(ours.statistic.iloc[linked], theirs[linked], rtol=1e-10, atol=1e-12)


@pytest.mark.slow  # esda compiles for a quarter of a minute
def test_local_pvalues_agree_with_esda(plan_queen: Weights) -> None:
    # esda's pseudo-p is one-sided: half of ours, with the same (b+1)/(R+1) rule.
    w = plan_queen.standardised("R")
    values = pd.Series(np.random.default_rng(8).gamma(1, size=111), w.units)
    draws = 4999
    ours = sc.local_moran(values, w, permutations=draws, correction="none", rng=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.Moran_Local(
            values.to_numpy(), w.to_w(), transformation="O", permutations=draws, seed=5
        ).p_sim
    linked = (~w.units.isin(w.isolates)).nonzero()[0]
    half = ours.pvalue.to_numpy()[linked] / 2
    p = theirs[linked]
    error = np.sqrt(2 * p * (1 - p) / draws) + 1e-9
    assert np.abs((half - p) / error)[half < 0.45].max() < 4.5
    assert np.abs((half - p) / error)[half < 0.45].mean() < 1.2


@pytest.mark.parametrize(("ours", "theirs"), [("fdr_bh", "bh"), ("bonferroni", None)])
def test_adjusted_pvalues_are_scipys(ours: Any, theirs: str | None) -> None:
    rng = np.random.default_rng(4)
    for size in (1, 2, 10, 111):
        p = np.round(rng.random(size), 2)  # with ties
        expected = (
            np.minimum(p * size, 1)
            if theirs is None
            else stats.false_discovery_control(p, method=theirs)
        )
        np.testing.assert_allclose(adjust_pvalues(p, ours), expected, rtol=1e-13)


@pytest.mark.slow  # a million draws per unit, made in NumPy
@pytest.mark.parametrize("kind", ["queen", "unequal weights", "ties"])
def test_local_pvalues_agree_with_a_million_draws(
    plan_queen: Weights, plan_co2: pd.DataFrame, kind: str
) -> None:
    """Cities with one to ten neighbours, the isolate left out; shared and separate draws."""
    weights, values = plan_queen.standardised("R"), plan_co2[2017]
    if kind == "unequal weights":
        uneven = plan_queen.raw.copy()
        uneven.data = np.random.default_rng(1).uniform(0.5, 2, uneven.nnz)
        weights = sc.Weights.from_sparse(uneven, plan_queen.units)
    elif kind == "ties":
        values = (values / 25).round()
    x, rng = values.to_numpy(), np.random.default_rng(2)
    found = {
        independent: sc.local_moran(
            values,
            weights,
            permutations=999_999,
            correction="none",
            independent=independent,
            rng=3,
        ).pvalue
        for independent in (False, True)
    }
    by_size = weights.cardinalities.sort_values(kind="stable")
    for unit in by_size[by_size > 0].index[::18]:
        neighbours = weights.neighbors(unit)
        others = values.drop(unit).to_numpy()
        observed = values[neighbours.index].to_numpy() @ neighbours.to_numpy()
        near = 1e-9 * np.abs(x).max()
        above = under = 0
        for _ in range(20):
            keys = rng.random((50_000, len(others)))
            taken = np.argpartition(keys, len(neighbours), axis=1)[:, : len(neighbours)]
            # The smallest keys are a uniform choice; their order among themselves is not.
            taken = rng.permuted(taken, axis=1)
            drawn = others[taken] @ neighbours.to_numpy()
            above += int((drawn >= observed - near).sum())
            under += int((drawn <= observed + near).sum())
        reference = min(1.0, 2 * min(above, under) / 1e6)
        error = 2 * np.sqrt(2 * max(reference / 2 * (1 - reference / 2), 1e-6) / 1e6)
        for pvalue in found.values():
            assert abs(pvalue[unit] - reference) < 5 * error, unit


@pytest.mark.slow  # esda compiles for a quarter of a minute
def test_local_pvalues_follow_esdas_simulations(
    plan_queen: Weights, plan_co2: pd.DataFrame
) -> None:
    values, weights = plan_co2[2017], plan_queen.standardised("R")
    ours = sc.local_moran(values, weights, permutations=99_999, correction="none", rng=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.Moran_Local(
            values.to_numpy(),
            weights.to_w(),
            transformation="O",
            permutations=9999,
            keep_simulations=True,
            seed=1,
            n_jobs=1,
        )
    above = (theirs.sim >= theirs.Is - 1e-12).sum(axis=0)
    under = (theirs.sim <= theirs.Is + 1e-12).sum(axis=0)
    expected = np.minimum(1.0, 2 * (np.minimum(above, under) + 1) / 10_000)
    tested = ours.pvalue.notna().to_numpy()
    half = expected[tested] / 2
    error = 2 * np.sqrt(np.maximum(half * (1 - half), 1e-4) / 9999 * 1.1)
    z = (ours.pvalue.to_numpy()[tested] - expected[tested]) / error
    assert np.abs(z).max() < 5
    assert 0.6 < np.sqrt((z**2).mean()) < 1.4
