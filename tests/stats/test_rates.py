"""Empirical-Bayes rates and Moran's I of rates: worked values, esda, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import esda
import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes, assuncao_rate

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    SchemaError,
)

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

# The example that esda prints for its standardised rates.
EVENTS = pd.Series([30.0, 25, 25, 15, 33, 21, 30, 20], list("abcdefgh"))
POPULATION = pd.Series([100.0, 100, 110, 90, 100, 90, 110, 90], list("abcdefgh"))
PRINTED = [1.03843594, -0.04099089, -0.56250375, -1.73061861]


@pytest.fixture(scope="module")
def counts() -> tuple[pd.Series, pd.Series]:
    """Counts over populations from 20 to 20,000, whose rates really differ."""
    generator = np.random.default_rng(11)
    units = sc.load_units("cities", clusters="plan").index
    population = pd.Series(np.exp(generator.uniform(3, 10, len(units))).round(), units)
    rates = generator.gamma(4, 0.01, len(units))
    return pd.Series(generator.poisson(rates * population).astype(float), units), population


def test_printed_standardised_rates() -> None:
    found = sc.smoothed_rates(EVENTS, POPULATION)
    np.testing.assert_allclose(found.standardised[:4], PRINTED, atol=5e-9)
    assert found.overall == pytest.approx(199 / 790)


def test_by_hand() -> None:
    # b = 6/30; s² = (10 · .09 + 20 · .0225)/30 = .045; a = .045 − .2/15 = .0316667
    events, population = pd.Series([5.0, 1], list("ab")), pd.Series([10.0, 20], list("ab"))
    found = sc.smoothed_rates(events, population)
    assert found.overall == pytest.approx(0.2)
    assert found.variance == pytest.approx(0.045 - 0.2 / 15)
    weight = found.variance / (found.variance + 0.02)
    assert found.shrinkage["a"] == pytest.approx(weight)
    assert found.smoothed["a"] == pytest.approx(weight * 0.5 + (1 - weight) * 0.2)
    assert found.standardised["a"] == pytest.approx(0.3 / np.sqrt(found.variance + 0.02))
    assert found.to_frame().columns.tolist() == [
        *("unit", "events", "population", "rate", "smoothed", "standardised", "shrinkage")
    ]


def test_esda_agrees(counts: tuple[pd.Series, pd.Series]) -> None:
    events, population = counts
    found = sc.smoothed_rates(events, population)
    assert found.variance > 0
    theirs = Empirical_Bayes(events.to_numpy(), population.to_numpy()).r.ravel()
    np.testing.assert_allclose(found.smoothed, theirs, rtol=1e-12)
    np.testing.assert_allclose(found.standardised, assuncao_rate(events, population), rtol=1e-12)
    assert found.notes == ()


def test_rates_that_differ_less_than_chance_become_one() -> None:
    found = sc.smoothed_rates(EVENTS, POPULATION)
    assert found.variance < 0
    np.testing.assert_allclose(found.smoothed, found.overall, rtol=1e-14)
    assert found.shrinkage.eq(0).all()
    assert "differ no more than chance" in found.notes[0]
    # Where the estimated variance is not positive, that of chance alone stands in for it.
    few = pd.Series([20.0] * 7 + [200_100], EVENTS.index)
    wide = sc.smoothed_rates(few, pd.Series([100.0] * 7 + [1e6], EVENTS.index))
    large = wide.population.idxmax()
    assert wide.variance + wide.overall / wide.population[large] < 0
    chance = np.sqrt(wide.overall / wide.population[large])
    z = (wide.rate[large] - wide.overall) / chance
    assert wide.standardised[large] == pytest.approx(z, rel=1e-12)
    # esda weighs the own rate negatively here: the largest becomes one of the smallest.
    theirs = Empirical_Bayes(EVENTS.to_numpy(), POPULATION.to_numpy()).r.ravel()
    assert theirs[4] < theirs.mean() < found.rate["e"]


@pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")
def test_moran_of_rates_against_esda(
    counts: tuple[pd.Series, pd.Series], plan_queen: Weights
) -> None:
    weights = plan_queen.standardised("R")
    events, population = (series.loc[weights.units] for series in counts)
    ours = sc.rate_moran(events, population, weights, permutations=9999, rng=1)
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    theirs = esda.Moran_Rate(
        events.to_numpy(), population.to_numpy(), weights.to_w(), permutations=999
    )
    np.random.set_state(state)  # noqa: NPY002
    assert ours.statistic == pytest.approx(theirs.I, rel=1e-12)
    assert ours.z_randomization == pytest.approx(theirs.z_rand, rel=1e-10)
    assert ours.sd_permutation == pytest.approx(theirs.seI_sim, rel=0.1)
    tails = [
        sc.rate_moran(
            events, population, weights, alternative=side, permutations=9999, rng=1
        ).pvalue_permutation
        for side in ("greater", "less")
    ]
    assert min(tails) == pytest.approx(theirs.p_sim, abs=0.05)
    raw = sc.global_moran(events / population, weights, permutations=9999, rng=1)
    assert ours.raw.statistic == raw.statistic
    assert ours.raw.pvalue_permutation == raw.pvalue_permutation
    assert ours.to_frame()["rates"].tolist() == ["standardised", "raw"]
    assert isinstance(ours, sc.MoranResult)
    local = sc.local_rate_moran(
        events, population, weights, permutations=999, rng=1, correction="none"
    )
    usual = sc.local_moran(
        ours.rates.standardised, weights, permutations=999, rng=1, correction="none"
    )
    pd.testing.assert_frame_equal(local.to_frame(), usual.to_frame(), check_exact=True)
    assert local.method == "Local Moran's I of rates"
    assert local.settings["data"] == ours.settings["data"]


def test_small_populations_fool_the_raw_rates(plan_queen: Weights) -> None:
    """The same risk everywhere, small populations side by side: nothing should be found."""
    weights = plan_queen.standardised("R")
    units, generator = weights.units, np.random.default_rng(3)
    small = pd.Series(np.arange(len(units)) < 30, units)
    population = pd.Series(np.where(small, 40.0, 40_000.0), units)
    rejected = {"raw": 0, "standardised": 0}
    for _ in range(100):
        events = pd.Series(generator.poisson(0.05 * population).astype(float), units)
        found = sc.rate_moran(events, population, weights, permutations=199, rng=1)
        rejected["raw"] += found.raw.pvalue_permutation < 0.05
        rejected["standardised"] += found.pvalue_permutation < 0.05
    assert rejected["raw"] >= 15
    assert rejected["standardised"] <= 9


def test_the_unit_of_measure_matters_for_what_is_not_counted(
    plan_co2: pd.DataFrame, plan_units: Any
) -> None:
    people = sc.load_table("city_population", years=2010).set_index("adcode")["population"]
    people = people.loc[plan_units.index]
    mt = sc.smoothed_rates(plan_co2[2010], people)
    tonnes = sc.smoothed_rates(plan_co2[2010] * 1e6, people)
    assert mt.shrinkage.min() < 0.5
    assert tonnes.shrinkage.min() > 0.9999
    assert "takes one unit of their measure for one event" in mt.notes[0]


def test_bad_input_is_named(contrarian: Any, plan_queen: Weights) -> None:
    events, population = EVENTS.copy(), POPULATION.copy()
    with pytest.raises(SchemaError, match=r"population cannot be 0 \(units: b, c\)"):
        sc.smoothed_rates(events, population.mask(population.index.isin(["b", "c"]), 0.0))
    with pytest.raises(SchemaError, match="events cannot be -1"):
        sc.smoothed_rates(events.mask(events.index == "d", -1.0), population)
    with pytest.raises(DegenerateDataError, match="8 units and 0 events"):
        sc.smoothed_rates(events * 0, population)
    with pytest.raises(AlignmentError, match="population does not cover"):
        sc.smoothed_rates(events, population.drop("a"))
    with pytest.raises(AlignmentError, match="events is a list"):
        sc.smoothed_rates([1, 2], population)  # type: ignore[arg-type]
    with pytest.raises(MissingDataError, match="events is missing for 1 of 8"):
        sc.smoothed_rates(events.mask(events.index == "d"), population)
    dropped = sc.smoothed_rates(events.mask(events.index == "d"), population, missing="drop")
    assert dropped.dropped.tolist() == ["d"]
    assert len(dropped.rate) == 7
    assert "units left out for missing values (1): d" in dropped.notes


def test_contrarian_input(contrarian: Any) -> None:
    table, weights = contrarian.table, contrarian.weights
    events, population = table["co2"].round(), (table["gdp"] * 100).round()
    first = sc.rate_moran(events, population, weights, permutations=99, rng=1)
    turned = weights.subset(weights.units[::-1])
    again = sc.rate_moran(events.iloc[::-1], population, turned, permutations=99, rng=1)
    pd.testing.assert_frame_equal(first.to_frame(), again.to_frame(), check_exact=True)
    gappy = events.where(events.index != "é")
    dropped = sc.rate_moran(gappy, population, weights, missing="drop", permutations=9, rng=1)
    assert dropped.dropped.tolist() == ["é"]
    assert dropped.n == 12
    with pytest.warns(sc.PermutationWarning):
        local = sc.local_rate_moran(
            gappy, population, weights, missing="drop", permutations=9, rng=1
        )
    assert local.dropped.tolist() == ["é"]
    assert local.label.index.tolist() == [u for u in weights.units if u != "é"]
    assert local.label[contrarian.island] == "Isolate"
