"""Bivariate and lagged Moran's I: worked values, exact moments, esda, and what is refused."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import esda
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
)

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

CHAIN = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})


@pytest.fixture
def chain() -> Weights:
    return sc.Weights.from_edges(CHAIN).standardised("R")


@pytest.fixture
def linked(plan_queen: Weights) -> Weights:
    """The 110 cities that have a neighbour, as esda needs them."""
    inside = plan_queen.units[~plan_queen.units.isin(plan_queen.isolates)]
    return plan_queen.subset(inside).standardised("R")


def pair(chain: Weights) -> tuple[pd.Series, pd.Series]:
    return pd.Series([1.0, 2, 3, 4], chain.units), pd.Series([2.0, 3, 4, 1], chain.units)


def test_the_worked_chain(chain: Weights) -> None:
    # u = (-1.5, -.5, .5, 1.5), Wv = (.5, .5, -.5, 1.5): u'Wv = 1, and u'u = v'v = 5.
    result = sc.bivariate_moran(*pair(chain), chain, permutations=0)
    assert result.statistic == pytest.approx(0.2, rel=1e-14)
    assert result.correlation == pytest.approx(-0.2, rel=1e-14)
    assert result.pvalue_permutation is None
    assert result.expected == 0
    assert result.to_frame().loc[0, "statistic"] == result.statistic


def test_moments_are_exact_over_all_orders(chain: Weights) -> None:
    x, y = pair(chain)
    every = [
        sc.bivariate_moran(x, pd.Series(order, y.index), chain, permutations=0).statistic
        for order in itertools.permutations(y)
    ]
    result = sc.bivariate_moran(x, y, chain, permutations=0)
    assert np.mean(every) == pytest.approx(0, abs=1e-14)
    assert np.var(every) == pytest.approx(result.variance_randomization, rel=1e-12)
    drawn = sc.bivariate_moran(x, y, chain, permutations=99_999, rng=1)
    extreme = np.mean(np.abs(every) >= abs(result.statistic) - 1e-12)
    assert drawn.pvalue_permutation == pytest.approx(extreme, abs=0.01)
    assert drawn.sd_permutation == pytest.approx(np.std(every), rel=0.01)


def test_with_itself_it_is_the_usual_statistic(plan_co2: pd.DataFrame, linked: Weights) -> None:
    x = plan_co2[2017].loc[linked.units]
    same = sc.bivariate_moran(x, x, linked, permutations=0).statistic
    assert same == pytest.approx(sc.global_moran(x, linked, permutations=0).statistic, rel=1e-13)
    local = sc.local_bivariate_moran(x, x, linked, permutations=999, rng=3, correction="none")
    usual = sc.local_moran(x, linked, permutations=999, rng=3, correction="none")
    np.testing.assert_allclose(local.statistic, usual.statistic, rtol=1e-10)
    assert local.pvalue.equals(usual.pvalue)
    assert local.label.equals(usual.label)


@pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")
def test_esda_agrees(plan_co2: pd.DataFrame, linked: Weights) -> None:
    x, y = (plan_co2[year].loc[linked.units] for year in (2017, 2005))
    ours = sc.bivariate_moran(x, y, linked, permutations=9999, rng=1)
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    theirs = esda.Moran_BV(x.to_numpy(), y.to_numpy(), linked.to_w(), permutations=999)
    np.random.set_state(state)  # noqa: NPY002
    assert ours.statistic == pytest.approx(theirs.I, rel=1e-12)
    assert ours.variance_randomization == pytest.approx(theirs.VI_sim, rel=0.15)
    other = esda.Moran_Local_BV(x.to_numpy(), y.to_numpy(), linked.to_w(), permutations=0)
    local = sc.local_bivariate_moran(x, y, linked, permutations=999, rng=1, correction="none")
    # esda divides by the variance with n - 1, as it does for the univariate statistic.
    np.testing.assert_allclose(local.statistic * 109 / 110, other.Is, rtol=1e-10)
    # The neighbours' y are what is permuted: the p-value is that of y's own local Moran.
    usual = sc.local_moran(y, linked, permutations=999, rng=1, correction="none")
    assert local.pvalue.equals(usual.pvalue)


def test_isolates_count_as_they_do_in_the_univariate_statistic(
    plan_co2: pd.DataFrame, plan_queen: Weights
) -> None:
    weights = plan_queen.standardised("R")
    x, y = plan_co2[2017], plan_co2[2005]
    result = sc.bivariate_moran(x, y, weights, permutations=0)
    u, v = x - x.mean(), y - y.mean()
    lag = pd.Series(weights.sparse @ v[weights.units].to_numpy(), weights.units)
    expected = 111 / 110 * (u * lag).sum() / np.sqrt((u**2).sum() * (v**2).sum())
    assert result.statistic == pytest.approx(expected, rel=1e-12)
    local = sc.local_bivariate_moran(x, y, weights, permutations=99, rng=1, correction="none")
    assert local.label[330900] == "Isolate"
    assert np.isnan(local.pvalue[330900])
    assert local.statistic.sum() == pytest.approx(weights.s0 * result.statistic, rel=1e-12)
    assert local.global_statistic == pytest.approx(result.statistic, rel=1e-12)
    assert local.counts.sum() == 111


def test_one_sided_p_values_add_up(chain: Weights) -> None:
    p = {
        side: sc.bivariate_moran(*pair(chain), chain, alternative=side, permutations=999, rng=1)  # type: ignore[arg-type]
        for side in ("greater", "less", "two-sided")
    }
    assert p["greater"].pvalue_randomization + p["less"].pvalue_randomization == pytest.approx(1)
    assert p["greater"].pvalue_permutation + p["less"].pvalue_permutation > 1


def test_row_order_and_seed(contrarian: Any) -> None:
    table, weights = contrarian.table, contrarian.weights
    first = sc.bivariate_moran(table["co2"], table["gdp"], weights, permutations=999, rng=4)
    turned = table.iloc[::-1]
    again = sc.bivariate_moran(
        turned["co2"], table["gdp"], weights.subset(weights.units[::-1]), permutations=999, rng=4
    )
    pd.testing.assert_frame_equal(first.to_frame(), again.to_frame(), check_exact=True)
    assert first.settings["seed"] == 4
    assert first.settings["data"] == again.settings["data"]
    local = sc.local_bivariate_moran(
        table["co2"], table["gdp"], weights, permutations=99, rng=1, correction="none"
    )
    assert local.statistic.index.equals(weights.units)
    assert local.label[contrarian.island] == "Isolate"
    fresh = sc.local_bivariate_moran(
        table["co2"],
        table["gdp"],
        weights,
        permutations=99,
        rng=1,
        correction="none",
        independent=True,
    )
    assert fresh.statistic.equals(local.statistic)
    assert not fresh.pvalue.equals(local.pvalue)


def test_bad_input_is_named(contrarian: Any) -> None:
    table, weights = contrarian.table, contrarian.weights
    x, y = table["co2"], table["gdp"]
    with pytest.raises(DegenerateDataError, match="values of y are the same"):
        sc.bivariate_moran(x, table["flat"], weights)
    with pytest.raises(AlignmentError, match="y does not cover"):
        sc.bivariate_moran(x, y.drop("成都"), weights)
    gappy = y.where(y.index != "é")
    with pytest.raises(MissingDataError, match="y is missing for 1 of 13"):
        sc.bivariate_moran(x, gappy, weights)
    dropped = sc.bivariate_moran(x, gappy, weights, missing="drop", permutations=9, rng=1)
    assert dropped.n == 12
    assert dropped.dropped.tolist() == ["é"]
    local = sc.local_bivariate_moran(
        x, gappy, weights, missing="drop", permutations=9, rng=1, correction="none"
    )
    assert "é" not in local.label.index
    with pytest.raises(OptionError, match="permutations"):
        sc.bivariate_moran(x, y, weights, permutations=-1)
    alone = sc.Weights.from_edges(CHAIN.iloc[:0], units=list(table.index))
    with pytest.raises(DegenerateDataError, match="bivariate Moran's I is undefined"):
        sc.bivariate_moran(x, y, alone)
    two = weights.subset(weights.units[:2])
    with pytest.raises(DegenerateDataError, match="needs at least three units"):
        sc.bivariate_moran(x[two.units], y[two.units], two)


def test_few_draws_are_said(contrarian: Any) -> None:
    table = contrarian.table
    with pytest.warns(sc.PermutationWarning):
        found = sc.local_bivariate_moran(
            table["co2"], table["gdp"], contrarian.weights, permutations=9, rng=1
        )
    assert any("permutations" in note for note in found.notes)


def test_a_place_at_the_mean_of_x_has_nothing_to_say(chain: Weights) -> None:
    x = pd.Series([1.0, 2, 3, 2], chain.units)
    local = sc.local_bivariate_moran(
        x, pair(chain)[1], chain, permutations=999, rng=1, correction="none", alpha=0.999
    )
    assert local.pvalue[["b", "d"]].tolist() == [1, 1]
    assert local.quadrant[["b", "d"]].tolist() == ["none", "none"]


class TestLagged:
    def test_rows_are_those_of_the_pair(self, plan_co2: pd.DataFrame, plan_queen: Weights) -> None:
        weights = plan_queen.standardised("R")
        result = sc.lagged_moran(plan_co2, weights, lag=12, permutations=199, rng=2)
        assert result.table["lag_year"].tolist() == (result.table["year"] - 12).tolist()
        assert {2009, 2017} <= set(result.table["year"])
        row = result.table.set_index("year").loc[2017]
        alone = sc.bivariate_moran(plan_co2[2017], plan_co2[2005], weights, permutations=199, rng=2)
        for name in ("statistic", "variance_randomization", "pvalue_permutation", "correlation"):
            assert row[name] == getattr(alone, name)
        now = sc.global_moran(plan_co2[2017], weights, permutations=0).statistic
        assert row["contemporaneous"] == pytest.approx(now, rel=1e-14)
        assert result.lag == 12
        assert result.to_frame() is not result.table

    def test_what_is_undefined_is_a_row_with_a_reason(self, contrarian: Any) -> None:
        table = contrarian.table
        frame = pd.DataFrame(
            {
                "2001": table["co2"],
                "2002": table["flat"],
                "2003": table["gdp"],
                "2004": table["co2"],
            }
        )
        frame.loc["9", "2004"] = np.nan
        result = sc.lagged_moran(frame, contrarian.weights, permutations=9, rng=1, missing="drop")
        assert result.table["status"].tolist() == ["constant", "constant", "ok"]
        assert result.table["n"].tolist() == [13, 13, 12]
        assert result.table["statistic"].isna().tolist() == [True, True, False]
        assert "no statistic (constant): 2001–2002, 2002–2003" in result.notes

    def test_bad_input_is_named(self, contrarian: Any) -> None:
        weights, co2 = contrarian.weights, contrarian.table["co2"]
        frame = pd.DataFrame({2001: co2, 2011: co2 * 2})
        with pytest.raises(OptionError, match=r"lie 1 apart(.|\n)*fix: lag=10"):
            sc.lagged_moran(frame, weights)
        with pytest.raises(OptionError, match="lag=0"):
            sc.lagged_moran(frame, weights, lag=0)
        with pytest.raises(SchemaError, match="not years: before"):
            sc.lagged_moran(frame.rename(columns={2001: "before"}), weights)
        with pytest.raises(AlignmentError, match="frame is a Series"):
            sc.lagged_moran(co2, weights)  # type: ignore[arg-type]
        frame.loc["9", 2011] = np.nan
        with pytest.raises(MissingDataError, match="the column 2011 is missing"):
            sc.lagged_moran(frame, weights, lag=10)
