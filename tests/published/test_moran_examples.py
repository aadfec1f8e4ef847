"""The worked examples of METHODS §1, to the digits printed there and beyond.

Weights of four points (§1.1), Moran's I of the 4-chain and of the 3 × 3 lattice
(§1.2), local Moran's I and the false-discovery example (§1.3).
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import spatialcarbon as sc
from spatialcarbon.stats.inference import adjust_pvalues

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

CLOSE = 1e-9
PRINTED = 5e-7  # six decimals


# -- §1.1 weights of four points ---------------------------------------------------------


@pytest.fixture
def points() -> sc.Backbone:
    """Return (0,0), (1,0), (0,2), (5,5) in km."""
    shapes = [Point(0, 0), Point(1000, 0), Point(0, 2000), Point(5000, 5000)]
    return sc.Backbone(gpd.GeoDataFrame(geometry=shapes, index=[1, 2, 3, 4], crs="EPSG:4547"))


def test_two_nearest_neighbours(points: sc.Backbone) -> None:
    w = points.knn(2)
    assert w.raw.toarray().tolist() == [[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0]]
    assert not w.is_symmetric


def test_band_of_two_and_a_half(points: sc.Backbone) -> None:
    assert points.distance_band(2.5).isolates.tolist() == [4]


def test_triangular_kernel(points: sc.Backbone) -> None:
    w = points.kernel("triangular", bandwidth="fixed", k=2)
    assert points.points.nearest(2)[1][:, -1].max() == pytest.approx(6.403124, abs=PRINTED)
    found = w.raw.toarray()
    expected = {(1, 2): 0.8438, (1, 3): 0.6877, (2, 3): 0.6508, (3, 4): 0.0894, (2, 4): 0.0}
    for (i, j), weight in expected.items():
        assert found[i - 1, j - 1] == pytest.approx(weight, abs=5e-5)
    assert found[1, 3] == 0.0  # the distance equals the bandwidth


def test_economic_distance(points: sc.Backbone) -> None:
    w = points.economic(pd.Series([10.0, 12, 20, 40], [1, 2, 3, 4]))
    np.testing.assert_allclose(w.raw.toarray()[0], [0, 0.5, 0.1, 1 / 30], rtol=CLOSE)
    rows = w.standardised("R").sparse.toarray()[0]
    np.testing.assert_allclose(rows, [0, 0.789474, 0.157895, 0.052632], atol=PRINTED)


# -- §1.2 the chain ------------------------------------------------------------------------

CHAIN: dict[str, dict[str, float]] = {
    "B": {
        "s0": 6,
        "s1": 12,
        "s2": 40,
        "statistic": 1 / 3,
        "expected": -1 / 3,
        "variance_normality": 4 / 27,
        "variance_randomization": 8 / 45,
        "z_normality": 3**0.5,
        "z_randomization": (2 / 3) / (8 / 45) ** 0.5,
    },
    "R": {
        "s0": 4,
        "s1": 5.5,
        "s2": 17,
        "statistic": 0.4,
        "expected": -1 / 3,
        "variance_normality": 31 / 180,
        "variance_randomization": 97 / 450,
        "z_normality": (11 / 15) / (31 / 180) ** 0.5,
        "z_randomization": (11 / 15) / (97 / 450) ** 0.5,
    },
}
PRINT = {
    "B": {
        "variance_normality": 0.148148,
        "variance_randomization": 0.177778,
        "z_normality": 1.732051,
        "z_randomization": 1.581139,
        "pvalue_normality": 0.083265,
    },
    "R": {
        "variance_normality": 0.172222,
        "variance_randomization": 0.215556,
        "z_normality": 1.767083,
        "z_randomization": 1.579508,
        "pvalue_normality": 0.077214,
    },
}


@pytest.fixture
def values() -> pd.Series:
    return pd.Series([1.0, 2, 3, 4], list("abcd"))


@pytest.mark.parametrize("scheme", ["B", "R"])
def test_chain(chain: Weights, values: pd.Series, scheme: Any) -> None:
    w = chain.standardised(scheme)
    result = sc.global_moran(values, w, permutations=0)
    for name, number in CHAIN[scheme].items():
        found = getattr(w if name in ("s0", "s1", "s2") else result, name)
        assert found == pytest.approx(number, rel=CLOSE), name
    for name, number in PRINT[scheme].items():
        assert getattr(result, name) == pytest.approx(number, abs=PRINTED), name


def test_kurtosis_of_the_chain(values: pd.Series) -> None:
    from spatialcarbon.stats.moran_formulas import kurtosis

    z = (values - values.mean()).to_numpy()[:, None]
    assert kurtosis(z).item() == pytest.approx(1.64, rel=CLOSE)


@pytest.mark.parametrize("scheme", ["B", "R"])
def test_exact_permutation_of_the_chain(chain: Weights, values: pd.Series, scheme: Any) -> None:
    w = chain.standardised(scheme)
    result = sc.global_moran(values, w, alternative="greater", exact=True)
    assert result.permutations == 24
    assert result.pvalue_permutation == pytest.approx(2 / 24, rel=CLOSE)
    assert result.mean_permutation == pytest.approx(-1 / 3, rel=CLOSE)
    variance = CHAIN[scheme]["variance_randomization"]
    assert result.sd_permutation**2 == pytest.approx(variance, rel=CLOSE)  # type: ignore[operator]


@pytest.mark.parametrize("scheme", ["B", "R"])
def test_all_orders_of_the_chain_one_by_one(chain: Weights, scheme: Any) -> None:
    w = chain.standardised(scheme)
    every = [
        sc.global_moran(pd.Series(x, list("abcd")), w, permutations=0).statistic
        for x in permutations([1.0, 2, 3, 4])
    ]
    assert len(every) == 24
    assert np.mean(every) == pytest.approx(CHAIN[scheme]["expected"], rel=CLOSE)
    assert np.var(every) == pytest.approx(CHAIN[scheme]["variance_randomization"], rel=CLOSE)


# -- §1.2 and §1.3 the lattice ---------------------------------------------------------------

LATTICE = pd.Series([9.0, 8, 5, 7, 6, 3, 4, 2, 1], range(1, 10))


@pytest.fixture
def rook(lattice: gpd.GeoDataFrame) -> Weights:
    return sc.Backbone(lattice).contiguity("rook").standardised("R")


def test_lattice(rook: Weights) -> None:
    result = sc.global_moran(LATTICE, rook, permutations=0)
    assert result.statistic == pytest.approx(0.569444, abs=PRINTED)
    assert result.statistic == pytest.approx(41 / 72, rel=CLOSE)
    assert result.variance_normality == pytest.approx(0.057215, abs=PRINTED)
    assert result.variance_randomization == pytest.approx(0.064657, abs=PRINTED)
    assert result.z_normality == pytest.approx(2.903250, abs=PRINTED)
    assert result.z_randomization == pytest.approx(2.731058, abs=PRINTED)


def test_local_values_of_the_lattice(rook: Weights) -> None:
    result = sc.local_moran(LATTICE, rook, permutations=0)
    expected = [1.5, 0.75, 0, 0.4, 0, 0.3, 0.075, 0.6, 1.5]
    np.testing.assert_allclose(result.statistic, expected, rtol=CLOSE, atol=1e-12)
    assert result.statistic.mean() == pytest.approx(0.569444, abs=PRINTED)
    assert result.quadrant.tolist() == ["HH", "HH", "none", "HH", "none", "LL", "LL", "LL", "LL"]


def test_false_discovery_example() -> None:
    adjusted = adjust_pvalues(np.array([0.01, 0.04, 0.03, 0.2]), "fdr_bh")
    np.testing.assert_allclose(adjusted, [0.04, 0.16 / 3, 0.16 / 3, 0.2], rtol=CLOSE)
