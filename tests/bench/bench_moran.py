"""Moran's I beside esda's in one run, on the same weights; the numbers must agree.

Not part of the normal run: ``python -m pytest tests/bench/bench_moran.py``.
Each case times ours and theirs, checks that the statistics are the same, and
prints how many times as long ours takes.
"""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

import esda
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatialcarbon.weights.weights import Weights

PERMUTATIONS = 999
SIZES = {"111 cities": 111, "2850 counties": 2850}


@pytest.fixture(scope="module", params=SIZES)
def case(request: pytest.FixtureRequest) -> tuple[str, pd.Series, Weights, Any]:
    """Return a name, values, and the same weights in our form and in libpysal's."""
    name, n = request.param, SIZES[request.param]
    if n == 111:
        units = sc.load_units("cities", clusters="plan")
    else:
        shapes = [box(i % 57, i // 57, i % 57 + 1, i // 57 + 1) for i in range(n)]
        units = gpd.GeoDataFrame(geometry=shapes)
    weights = sc.Backbone(units).contiguity(islands="drop").standardised("R")
    values = pd.Series(np.random.default_rng(1).gamma(1, size=weights.n), weights.units)
    return name, values, weights, weights.to_w()


def beside(benchmark: Any, title: str, ours: Callable[[], Any], theirs: Callable[[], Any]) -> Any:
    """Time ours with the benchmark and theirs once beside it, after a first run of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs()
        start = time.perf_counter()
        other = theirs()
        seconds = time.perf_counter() - start
        own = benchmark.pedantic(ours, rounds=3, iterations=1, warmup_rounds=1)
    ratio = benchmark.stats.stats.min / seconds
    benchmark.extra_info["esda_seconds"] = seconds
    benchmark.extra_info["ratio"] = ratio
    print(f"\n{title}: ours {benchmark.stats.stats.min:.4f} s, esda {seconds:.4f} s, × {ratio:.2f}")
    return own, other


def test_global(benchmark: Any, case: Any, capsys: Any) -> None:
    name, values, weights, w = case
    x = values.to_numpy()
    with capsys.disabled():
        ours, theirs = beside(
            benchmark,
            f"global, {name}, {PERMUTATIONS} permutations",
            lambda: sc.global_moran(values, weights, permutations=PERMUTATIONS, rng=1),
            lambda: esda.Moran(x, w, transformation="O", permutations=PERMUTATIONS),
        )
    assert ours.statistic == pytest.approx(theirs.I, rel=1e-10)
    assert ours.z_randomization == pytest.approx(theirs.z_rand, rel=1e-8)
    assert ours.sd_permutation == pytest.approx(theirs.sim.std(), rel=0.2)


def test_local(benchmark: Any, case: Any, capsys: Any) -> None:
    name, values, weights, w = case
    x = values.to_numpy()
    with capsys.disabled():
        ours, theirs = beside(
            benchmark,
            f"local, {name}, {PERMUTATIONS} permutations",
            lambda: sc.local_moran(
                values,
                weights,
                permutations=PERMUTATIONS,
                correction="none",
                scaling="n-1",
                rng=1,
            ),
            lambda: esda.Moran_Local(
                x, w, transformation="O", permutations=PERMUTATIONS, seed=1, n_jobs=1
            ),
        )
    np.testing.assert_allclose(ours.statistic, theirs.Is, rtol=1e-8, atol=1e-12)
    # esda's pseudo-p is one-sided; units share draws, so their Monte Carlo errors add up.
    assert np.abs(ours.pvalue / 2 - theirs.p_sim).mean() < 0.05


def test_panel(benchmark: Any, capsys: Any) -> None:
    """21 years × (all and five clusters) in one call, against a loop over esda."""
    units = sc.load_units("cities", clusters="plan")
    weights = sc.Backbone(units).contiguity(islands="nearest").standardised("R")
    table = sc.load_table("city_co2").pivot(index="adcode", columns="year", values="co2_mt")
    frame, cluster = table.loc[units.index], units["cluster"]
    members = {"ALL": units.index, **{str(k): v.index for k, v in cluster.groupby(cluster)}}
    parts = {name: weights.subset(index).to_w() for name, index in members.items()}

    def loop() -> dict[tuple[str, int], float]:
        return {
            (name, year): esda.Moran(
                frame.loc[members[name], year].to_numpy(),
                parts[name],
                transformation="O",
                permutations=PERMUTATIONS,
            ).I
            for name in members
            for year in frame.columns
        }

    with capsys.disabled():
        ours, theirs = beside(
            benchmark,
            f"panel of {len(members) * frame.shape[1]} rows, {PERMUTATIONS} permutations",
            lambda: sc.moran_panel(
                frame, weights, groups=cluster, permutations=PERMUTATIONS, rng=1
            ),
            loop,
        )
    found = ours.to_frame().set_index(["group", "year"])["statistic"]
    for key, value in theirs.items():
        assert found[key] == pytest.approx(value, rel=1e-9)
