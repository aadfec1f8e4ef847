"""Local G and G*: worked values, exact moments, esda, labels, and what is refused."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import esda
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import DegenerateDataError, OptionError
from spatialcarbon.stats.hotspots import g_scores

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights


def test_the_worked_chain(chain: Weights) -> None:
    values = pd.Series([1.0, 2, 3, 4], list("abcd"))
    star = sc.local_g(values, chain, permutations=0)
    # d and c hold 7, mean 2 · 2.5, s² = 1.25, (4 · 2 − 4)/3 = 4/3.
    assert star.statistic["d"] == pytest.approx(2 / np.sqrt(1.25 * 4 / 3), rel=1e-13)
    assert star.share["d"] == pytest.approx(0.7, rel=1e-14)
    # b has c and a beside it: 6 of 10 with itself, 4 of 8 without.
    assert star.share["b"] == pytest.approx(0.6, rel=1e-14)
    plain = sc.local_g(values, chain, star=False, permutations=0)
    assert plain.share["b"] == pytest.approx(0.5, rel=1e-14)
    # Without b: values 1, 3, 4, mean 8/3, s² = 26/3 − 64/9 = 14/9, (3 · 2 − 4)/2 = 1.
    assert plain.statistic["b"] == pytest.approx((4 - 16 / 3) / np.sqrt(14 / 9), rel=1e-12)


def test_moments_without_the_unit_are_those_of_conditional_permutation(chain: Weights) -> None:
    values = np.array([1.0, 2, 4, 9])
    others = [values[list(order)] for order in itertools.permutations([0, 2, 3])]
    sums = [order[0] + order[1] for order in others]
    expected = (values[0] + values[2] - np.mean(sums)) / np.std(sums)
    z = (values - values.mean()) / values.std()
    assert g_scores(z, chain.raw, star=False)[1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize("star", [True, False])
def test_esda_agrees_with_binary_weights(
    plan_co2: pd.DataFrame, plan_queen: Weights, star: bool
) -> None:
    values = plan_co2[2017].loc[plan_queen.units]
    theirs = esda.G_Local(
        values.to_numpy(), plan_queen.to_w(), transform="B", star=star, permutations=0
    )
    linked = (plan_queen.cardinalities > 0).to_numpy()
    for transform in ("B", "R", "D"):
        ours = sc.local_g(values, plan_queen.standardised(transform), star=star, inference="normal")
        np.testing.assert_allclose(ours.statistic[linked], theirs.Zs[linked], rtol=1e-10)
        np.testing.assert_allclose(ours.share[linked], theirs.Gs[linked], rtol=1e-12)
        np.testing.assert_allclose(ours.pvalue[linked], 2 * theirs.p_norm[linked], rtol=1e-9)
        assert ours.statistic[~linked].isna().all()


@pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")
def test_esda_shrinks_the_scores_of_standardised_rows(
    plan_co2: pd.DataFrame, plan_queen: Weights
) -> None:
    inside = plan_queen.units[~plan_queen.units.isin(plan_queen.isolates)]
    weights = plan_queen.subset(inside).standardised("R")
    values = plan_co2[2017].loc[inside]
    theirs = esda.G_Local(values.to_numpy(), weights.to_w(), transform="R", permutations=0)
    ours = sc.local_g(values, weights, star=False, inference="normal")
    assert (np.abs(theirs.Zs) < np.abs(ours.statistic) + 1e-12).all()
    ratio = (ours.statistic / theirs.Zs)[weights.cardinalities > 1]
    assert ratio.min() > 1.3


@pytest.mark.parametrize("star", [True, False])
def test_the_permutation_p_value_is_that_of_local_moran(
    plan_co2: pd.DataFrame, plan_queen: Weights, star: bool
) -> None:
    weights = plan_queen.standardised("R")
    ours = sc.local_g(
        plan_co2[2017], weights, star=star, permutations=999, rng=3, correction="none"
    )
    moran = sc.local_moran(plan_co2[2017], weights, permutations=999, rng=3, correction="none")
    assert ours.pvalue.equals(moran.pvalue)
    hot = ours.label.index[ours.label == "Hot spot"]
    assert len(hot)
    # Neighbours are high; with G* the unit may be what is not.
    assert (moran.quadrant[hot].str[1] == "H").all()
    assert (ours.statistic[hot] > 0).all()
    cold = ours.label.index[ours.label == "Cold spot"]
    assert (ours.statistic[cold] < 0).all()
    assert ours.counts.sum() == 111
    assert ours.counts["Isolate"] == 1


def test_an_outlier_is_neither_hot_nor_cold(plan_co2: pd.DataFrame, plan_queen: Weights) -> None:
    values = plan_co2[2017].copy()
    unit = 500000  # Chongqing, high among low
    values[unit] = 1000.0
    found = sc.local_g(values, plan_queen, permutations=9999, rng=1, correction="none", alpha=0.2)
    moran = sc.local_moran(
        values, plan_queen, permutations=9999, rng=1, correction="none", alpha=0.2
    )
    assert moran.label[unit] == "High-Low"
    assert found.statistic[unit] > 0
    assert found.label[unit] == "Not significant"


def test_labels_by_the_normal_curve(plan_co2: pd.DataFrame, plan_queen: Weights) -> None:
    found = sc.local_g(plan_co2[2017], plan_queen, inference="normal", rng=1)
    assert found.permutations == 0
    assert not any("no test" in note for note in found.notes)
    significant = found.qvalue <= 0.05
    assert ((found.label == "Hot spot") == (significant & (found.statistic > 0))).all()
    assert significant.any()
    frame = found.to_frame()
    assert frame.columns.tolist() == [
        *("unit", "statistic", "share", "pvalue", "pvalue_normality", "qvalue", "label")
    ]
    none = sc.local_g(plan_co2[2017], plan_queen, permutations=0)
    assert none.pvalue.isna().all()
    assert "no test was made: permutations=0" in none.notes


def test_the_weight_of_the_unit_itself_is_its_largest() -> None:
    edges = pd.DataFrame(
        {"focal": list("abbccd"), "neighbor": list("bacbdc"), "weight": [2.0, 2, 1, 1, 3, 3]}
    )
    weights = sc.Weights.from_edges(edges)
    found = sc.local_g(pd.Series([1.0, 2, 3, 4], list("abcd")), weights, permutations=0)
    # b: 2 · 1 + 1 · 3 + 2 · 2 of 10
    assert found.share["b"] == pytest.approx(0.9, rel=1e-14)
    sums = [2 * a + 2 * b + c for a, b, c, _ in itertools.permutations([1.0, 2, 3, 4])]
    expected = (9 - np.mean(sums)) / np.std(sums)
    assert found.statistic["b"] == pytest.approx(expected, rel=1e-12)


def test_undefined_scores_are_nan() -> None:
    both = [(a, b) for a in "abcd" for b in "abcd" if a != b]
    whole = sc.Weights.from_edges(pd.DataFrame(both, columns=["focal", "neighbor"]))
    values = pd.Series([1.0, 2, 4, 9], list("abcd"))
    for star in (True, False):
        found = sc.local_g(values, whole, star=star, permutations=9, correction="none", rng=1)
        assert found.statistic.isna().all()
        assert set(found.label) == {"Not significant"}
    negative = sc.local_g(values - 5, whole, permutations=0)
    assert negative.share.isna().all()


def test_row_order_and_bad_input(contrarian: Any) -> None:
    table, weights = contrarian.table, contrarian.weights
    first = sc.local_g(table["co2"], weights, permutations=99, rng=4, correction="none")
    turned = weights.subset(weights.units[::-1])
    again = sc.local_g(table["co2"].sort_index(), turned, permutations=99, rng=4, correction="none")
    assert first.statistic.index.equals(weights.units)
    pd.testing.assert_series_equal(
        first.pvalue, again.pvalue.reindex(weights.units), check_exact=True
    )
    assert first.label[contrarian.island] == "Isolate"
    assert np.isnan(first.statistic[contrarian.island])
    with pytest.raises(DegenerateDataError, match="all 13 values are the same"):
        sc.local_g(table["flat"], weights)
    with pytest.raises(OptionError, match="inference='normale'"):
        sc.local_g(table["co2"], weights, inference="normale")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="alpha"):
        sc.local_g(table["co2"], weights, alpha=2)
    with pytest.warns(sc.PermutationWarning):
        sc.local_g(table["co2"], weights, permutations=9, rng=1)
    gappy = table["co2"].where(table.index != "é")
    dropped = sc.local_g(gappy, weights, missing="drop", permutations=0)
    assert dropped.dropped.tolist() == ["é"]
    assert "é" not in dropped.label.index
