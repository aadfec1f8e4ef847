"""Moran's I beside esda's and pygeoda's in one run, on the same weights; the numbers must agree.

Not part of the normal run: ``make bench``. Each case checks that the statistics
are the same, then times the public calls in alternating pairs.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import Any

import esda
import numpy as np
import pandas as pd
import pygeoda
import pytest

import spatialcarbon as sc

SIZES = [111, 2_850, 100_000]
GLOBAL_GOAL = {111: 12, 2_850: 8, 100_000: 10}
LOCAL_GOAL = {2_850: (15, 60), 100_000: (50, 500)}


@cache
def case(n: int, voronoi: Any) -> tuple[pd.Series, Any]:
    """Return values and row-standardised queen weights of a map of n units."""
    if n == 111:
        units = sc.load_units("cities", clusters="plan")
        weights = sc.Backbone(units).contiguity(islands="drop").standardised("R")
        values = np.random.default_rng(1).gamma(1, size=weights.n)
        return pd.Series(values, weights.units), weights
    units = voronoi(n)
    return units["x"], sc.Backbone(units).contiguity().standardised("R")


@cache
def geoda(n: int, voronoi: Any) -> tuple[Any, list[float]]:
    """Return the same map's weights and values in pygeoda's form."""
    units = voronoi(n)
    return pygeoda.queen_weights(pygeoda.open(units)), units["x"].tolist()


@cache
def pysal(n: int, voronoi: Any) -> Any:
    """Return the same weights in libpysal's form."""
    return case(n, voronoi)[1].to_w()


@pytest.mark.parametrize("n", SIZES)
def test_global(race: Any, voronoi: Any, peak_memory: Any, capsys: Any, n: int) -> None:
    values, weights = case(n, voronoi)
    w, x = pysal(n, voronoi), values.to_numpy()

    def ours() -> Any:
        return sc.global_moran(values, weights, permutations=999, rng=1)

    def theirs() -> Any:
        return esda.Moran(x, w, transformation="O", permutations=999)

    own, other = ours(), theirs()
    assert own.statistic == pytest.approx(other.I, rel=1e-9)
    assert own.z_randomization == pytest.approx(other.z_rand, rel=1e-6)
    assert own.sd_permutation == pytest.approx(other.sim.std(), rel=0.15)
    race(f"global, n = {n:,}, 999 draws", "esda", ours, theirs, goal=GLOBAL_GOAL[n])
    with capsys.disabled():
        print(f"  memory beyond the data: ours {peak_memory(ours):.2f} MB, ", end="")
        print(f"esda {peak_memory(theirs):.1f} MB" if n < 100_000 else "goal 5 MB")


def test_panel(race: Any) -> None:
    """16 years × (all and five clusters) × 5 variables in one call, against a loop over esda."""
    units = sc.load_units("cities", clusters="plan")
    weights = sc.Backbone(units).contiguity(islands="nearest").standardised("R")
    rng = np.random.default_rng(1)
    table = sc.load_table("city_co2").pivot(index="adcode", columns="year", values="co2_mt")
    base = table.loc[units.index, range(2002, 2018)]
    frame = pd.concat({f"v{k}": base * rng.gamma(4, size=base.shape) for k in range(5)}, axis=1)
    cluster = units["cluster"]
    members = {"ALL": units.index, **{str(k): v.index for k, v in cluster.groupby(cluster)}}
    parts = {name: weights.subset(index).to_w() for name, index in members.items()}

    def ours() -> Any:
        return sc.moran_panel(frame, weights, groups=cluster, permutations=999, rng=1)

    def theirs() -> Any:
        return {
            (name, *column): esda.Moran(
                frame.loc[members[name], column].to_numpy(),
                parts[name],
                transformation="O",
                permutations=999,
            ).I
            for name in members
            for column in frame.columns
        }

    found = ours().to_frame().set_index(["group", "variable", "year"])["statistic"]
    assert len(found) == 480
    for key, value in theirs().items():
        assert found[key] == pytest.approx(value, rel=1e-9)
    race("panel of 480 series, n = 111, 999 draws", "esda in a loop", ours, theirs, goal=250)


@pytest.mark.parametrize("n", SIZES[1:])
def test_local(race: Any, voronoi: Any, n: int) -> None:
    values, weights = case(n, voronoi)
    w, x = pysal(n, voronoi), values.to_numpy()
    g, listed = geoda(n, voronoi)

    def ours() -> Any:
        return sc.local_moran(values, weights, permutations=999, correction="none", rng=1)

    def lookup() -> Any:
        return pygeoda.local_moran(g, listed, permutations=999, permutation_method="lookup", seed=1)

    def plain() -> Any:
        return esda.Moran_Local(
            x, w, transformation="O", permutations=999, seed=1, n_jobs=1, keep_simulations=False
        )

    own, other = ours(), plain()
    np.testing.assert_allclose(own.statistic * (n - 1) / n, other.Is, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(
        own.statistic * (n - 1) / n, lookup().lisa_values(), rtol=1e-6, atol=1e-9
    )
    assert np.corrcoef(own.pvalue / 2, other.p_sim)[0, 1] > 0.98
    assert np.corrcoef(own.pvalue / 2, lookup().lisa_pvalues())[0, 1] > 0.98
    race(f"local, n = {n:,}, 999 draws", "pygeoda lookup", ours, lookup, goal=LOCAL_GOAL[n][0])
    race(f"local, n = {n:,}, 999 draws", "esda", ours, plain, goal=LOCAL_GOAL[n][1])


@pytest.mark.parametrize(("n", "goal", "pairs"), [(100_000, 1, 5), (1_000_000, 20, 3)])
def test_many_permutations(race: Any, voronoi: Any, n: int, goal: float, pairs: int) -> None:
    """Ours with 99,999 permutations against pygeoda's 999."""
    values, weights = case(n, voronoi)
    g, listed = geoda(n, voronoi)

    def ours() -> Any:
        return sc.local_moran(values, weights, permutations=99_999, correction="none", rng=1)

    def lookup() -> Any:
        return pygeoda.local_moran(g, listed, permutations=999, permutation_method="lookup", seed=1)

    own, other = ours(), lookup()
    np.testing.assert_allclose(
        own.statistic * (n - 1) / n, other.lisa_values(), rtol=1e-5, atol=1e-8
    )
    assert np.corrcoef(own.pvalue / 2, other.lisa_pvalues())[0, 1] > 0.98
    race(f"local, n = {n:,}, 99,999 draws", "pygeoda's 999", ours, lookup, goal=goal, pairs=pairs)


FIRST = """
import numpy as np
x = np.random.default_rng(1).gamma(1, size=100)
{imports}
{call}
"""
OURS = {
    "imports": "import pandas as pd, spatialcarbon as sc\n"
    "i = np.arange(100); steps = [(a, b) for a in i for b in i\n"
    "    if abs(a // 10 - b // 10) + abs(a % 10 - b % 10) == 1]\n"
    "edges = pd.DataFrame(steps, columns=['focal', 'neighbor'])\n"
    "w = sc.Weights.from_edges(edges).standardised('R'); x = pd.Series(x)",
    "global": "sc.global_moran(x, w, permutations=999, rng=1)",
    "local": "sc.local_moran(x, w, permutations=9999, rng=1)",
}
THEIRS = {
    "imports": "import esda, libpysal\nw = libpysal.weights.lat2W(10, 10); w.transform = 'r'",
    "global": "esda.Moran(x, w, permutations=999)",
    "local": "esda.Moran_Local(x, w, permutations=9999, seed=1)",
}


@pytest.mark.parametrize("kind", ["global", "local"])
def test_first_call_of_a_process(race: Any, kind: str) -> None:
    """A fresh interpreter each time: imports, kept machine code, one small call."""

    def run(parts: dict[str, str]) -> None:
        code = FIRST.format(imports=parts["imports"], call=parts[kind])
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)

    race(f"first {kind} call of a process", "esda", lambda: run(OURS), lambda: run(THEIRS), goal=1)
