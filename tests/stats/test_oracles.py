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
