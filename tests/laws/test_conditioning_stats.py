"""What holds, and what is refused, where values are at the edge of what arithmetic can hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import DegenerateDataError

N = 9
UNITS = pd.Index([f"u{i}" for i in range(N)])
BASE = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0])


@pytest.fixture(scope="module")
def ring() -> Any:
    """Return weights in which each unit has the next two as neighbours."""
    dense = np.zeros((N, N))
    for i in range(N):
        dense[i, (i + 1) % N] = dense[i, (i + 2) % N] = 1.0
    return sc.Weights.from_sparse(dense, UNITS).standardised("R")


def series(values: Any) -> pd.Series:
    # A copy: before pandas 3 a series is a view of its array, and some tests write into it.
    return pd.Series(np.array(values, dtype=float), UNITS)


def statistics(x: pd.Series, w: Any) -> np.ndarray:
    """Return everything that forgets origin and unit of measure, as one array."""
    other = x.iloc[::-1].set_axis(UNITS)
    i, c = sc.global_moran(x, w, permutations=0), sc.geary(x, w, permutations=0)
    parts = [
        [i.statistic, i.variance_randomization, i.z_normality, i.pvalue_randomization],
        [c.statistic, c.variance_randomization, c.pvalue_normality],
        sc.local_moran(x, w, permutations=0).statistic,
        sc.local_g(x, w, permutations=0).statistic,
        sc.local_g(x, w, star=False, permutations=0).statistic,
        [sc.bivariate_moran(x, other, w, permutations=0).statistic],
        sc.local_bivariate_moran(x, other, w, permutations=0).statistic,
        sc.grey_relational_degree(
            x, pd.DataFrame({"f": other, "g": x.shift(1, fill_value=x.iloc[-1])}),
            normalisation="minmax",
        ).degree,
    ]  # fmt: skip
    return np.concatenate([np.asarray(part, dtype=float) for part in parts])


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1e6, 1e12])
def test_a_unit_of_measure_changes_no_statistic(scale: float, ring: Any) -> None:
    np.testing.assert_allclose(
        statistics(series(BASE * scale), ring),
        statistics(series(BASE), ring),
        rtol=1e-12,
        atol=1e-13,
    )


@pytest.mark.parametrize("shift", [1e9, -1e9])
def test_an_origin_far_away_changes_no_statistic(shift: float, ring: Any) -> None:
    # Whole numbers up to 1e9 are stored without rounding, so that nothing may be lost at all.
    np.testing.assert_allclose(
        statistics(series(BASE + shift), ring),
        statistics(series(BASE), ring),
        rtol=1e-12,
        atol=1e-13,
    )


def test_a_spread_in_the_last_digits_is_still_told(ring: Any) -> None:
    # 2^33 and its neighbours: a spread of one in 1e9, stored without rounding.
    near = series(2.0**33 + BASE)
    np.testing.assert_allclose(
        statistics(near, ring), statistics(series(BASE), ring), rtol=1e-12, atol=1e-13
    )


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_permutation_pvalues_forget_the_unit_of_measure(scale: float, ring: Any) -> None:
    def pvalues(x: pd.Series) -> list[Any]:
        options: dict[str, Any] = {"permutations": 199, "rng": 1}
        return [
            sc.global_moran(x, ring, **options).pvalue_permutation,
            sc.geary(x, ring, **options).pvalue_permutation,
            *sc.local_moran(x, ring, correction="none", **options).pvalue,
            *sc.local_g(x, ring, correction="none", **options).pvalue,
        ]

    # Powers of two scale without rounding: not one draw may change sides.
    exact = 2.0 ** round(np.log2(scale))
    assert pvalues(series(BASE * exact)) == pvalues(series(BASE))


@pytest.mark.parametrize("level", [1.0, 1e-12, 1e12])
def test_what_is_constant_up_to_rounding_is_refused(level: float, ring: Any) -> None:
    wobble = series(level * (1 + np.array([0, 1, -1, 0, 2, 0, 1, 0, -2]) * 1e-16))
    for method in (sc.global_moran, sc.geary, sc.local_moran, sc.local_g):
        with pytest.raises(DegenerateDataError, match="the same"):
            method(wobble, ring, permutations=0)  # type: ignore[operator]
    for method in (sc.bivariate_moran, sc.local_bivariate_moran):
        with pytest.raises(DegenerateDataError, match="the same"):
            method(series(BASE), wobble, ring, permutations=0)  # type: ignore[operator]
    with pytest.raises(DegenerateDataError, match="cannot be normalised"):
        sc.grey_relational_degree(series(BASE), pd.DataFrame({"f": wobble}), normalisation="minmax")
    panel = sc.moran_panel(pd.DataFrame({2005: wobble}), ring, permutations=0).table
    assert panel["status"].tolist() == ["constant"]
    assert sc.gini(wobble).statistic == 0
    assert sc.theil(wobble).total == 0
    assert sc.coefficient_of_variation(wobble).statistic == 0


def test_one_giant_leaves_the_others_their_digits(ring: Any) -> None:
    """The score of the giant's neighbourhood is about the others alone."""
    x = series(BASE)
    x["u5"] = 1e15
    found = sc.local_g(x, ring, star=False, permutations=0).statistic["u5"]
    others = np.delete(BASE, 5)
    around = (BASE[6] + BASE[7]) / 2
    spread = (8 * 0.5 - 1) / 7  # n − 1 = 8 others, two weights of a half
    expected = (around - others.mean()) / np.sqrt(others.var() * spread)
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("spread", [1e-3, 1e-6, 1e-9])
def test_small_inequality_is_half_the_squared_variation(spread: float) -> None:
    """Near equality T and L both tend to CV²/2, with an error of the third order."""
    x = series(1 + spread * (BASE - BASE.mean()))
    half = sc.coefficient_of_variation(x).statistic ** 2 / 2
    split = sc.theil(x, groups=pd.Series(list("aaabbbccc"), UNITS))
    assert split.total == pytest.approx(half, rel=10 * spread + 1e-12)
    assert split.mean_log_deviation == pytest.approx(half, rel=20 * spread + 1e-12)
    assert split.between is not None
    assert split.within is not None
    assert split.between + split.within == pytest.approx(split.total, rel=1e-11)
    assert sc.herfindahl(x).normalised == pytest.approx(2 * half / (N - 1), rel=1e-11)


def test_growth_of_nearly_nothing_and_of_nearly_everything() -> None:
    table = pd.DataFrame(
        {
            "unit": list("abab"),
            "year": [2005, 2005, 2010, 2010],
            "co2": [2.0**40, 1.0, 2.0**40 + 1, 2.0**-40],
        }
    )
    panel = sc.Panel.from_frame(table, unit="unit", year="year", units={"co2": "t CO2"})
    found = sc.growth(panel, start=2005, end=2010).set_index("place")
    assert found.loc["a", "growth"] == 2.0**-40
    assert found.loc["a", "annual_growth"] == pytest.approx(2.0**-40 / 5, rel=1e-11)
    assert 1 + found.loc["b", "annual_growth"] == pytest.approx(2.0**-8, rel=1e-12)


@pytest.mark.parametrize("shift", [0.0, 1e9])
def test_a_density_moves_with_its_values(shift: float) -> None:
    points = BASE + shift
    here = sc.kernel_density(BASE, bandwidth="scott", grid=[1.0, 4.0, 9.0])
    there = sc.kernel_density(
        points, bandwidth="scott", grid=[1.0 + shift, 4.0 + shift, 9.0 + shift]
    )
    assert there.bandwidth == pytest.approx(here.bandwidth, rel=1e-13)
    np.testing.assert_allclose(there.density, here.density, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_weights_forget_their_scale(scale: float, ring: Any) -> None:
    scaled = sc.Weights.from_sparse(ring.sparse * scale, UNITS)
    np.testing.assert_allclose(
        statistics(series(BASE), scaled)[[0, 1, 2, 4, 5]],
        statistics(series(BASE), ring)[[0, 1, 2, 4, 5]],
        rtol=1e-12,
    )
    for scheme in "RDV":
        np.testing.assert_allclose(
            scaled.standardised(scheme).sparse.toarray(),  # type: ignore[arg-type]
            ring.standardised(scheme).sparse.toarray(),  # type: ignore[arg-type]
            rtol=1e-13,
        )


def test_types_of_city_forget_where_shares_are_measured_from() -> None:
    """Without scaling, K-means looks at distances alone (METHODS §3)."""
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.dirichlet(np.ones(3), 12), columns=list("abc"))
    options: dict[str, Any] = {"k": 3, "closed": False, "gap_samples": 0, "bootstraps": 0}
    here = sc.industry_clusters(table * 0.5, n_init=10, **options)
    there = sc.industry_clusters(table * 0.5 + 0.25, n_init=10, **options)
    frames = (pd.crosstab(here.labels, there.labels).to_numpy() > 0).sum()
    assert frames == 3
    assert there.within[3] == pytest.approx(here.within[3], rel=1e-9)


def test_inequality_is_zero_only_where_all_are_equal() -> None:
    even, odd = series(np.full(N, 7.0)), series([7.0] * 8 + [7.0 + 1e-9])
    for measure in (sc.gini, sc.coefficient_of_variation):
        assert measure(even).statistic == 0
        assert measure(odd).statistic > 0
    assert sc.theil(even).total == 0
    assert sc.theil(odd).total > 0
