"""Global Moran's I: fields, inference, options and what it refuses."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import spatialcarbon as sc

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

COLUMNS = [
    "statistic",
    "expected",
    "variance_normality",
    "variance_randomization",
    "z_normality",
    "z_randomization",
    "pvalue_normality",
    "pvalue_randomization",
    "pvalue_permutation",
    "n",
    "permutations",
    "status",
]


@pytest.fixture
def values(plan_co2: pd.DataFrame) -> pd.Series:
    return plan_co2[2017]


@pytest.fixture
def weights(plan_queen: Weights) -> Weights:
    return plan_queen.standardised("R")


def test_table_has_the_promised_columns(values: pd.Series, weights: Weights) -> None:
    result = sc.global_moran(values, weights, rng=1)
    frame = result.to_frame()
    assert frame.columns.tolist() == COLUMNS
    assert len(frame) == 1
    for name in COLUMNS:
        assert frame[name].item() == getattr(result, name)
    assert (result.n, result.permutations, result.status) == (111, 99_999, "ok")
    assert result.summary().startswith("Global Moran's I\n")


def test_settings_say_all_that_repeating_needs(values: pd.Series, weights: Weights) -> None:
    result = sc.global_moran(values, weights, rng=11, permutations=99)
    assert result.settings["seed"] == 11
    assert result.settings["permutations"] == 99
    assert result.settings["fingerprint"] == weights.fingerprint
    assert result.settings["transform"] == "R"
    assert result.settings["isolates"] == ["330900"]
    assert len(result.notes) == 1
    assert result.notes[0].endswith(": 330900")
    assert "moran1950" in result.references
    other = sc.global_moran(values + 1, weights, rng=11, permutations=99)
    assert other.settings["data"] != result.settings["data"]


def test_results_are_frozen_and_picklable(values: pd.Series, weights: Weights) -> None:
    result = sc.global_moran(values, weights, rng=1, permutations=9)
    with pytest.raises(FrozenInstanceError):
        result.statistic = 1.0  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.to_frame(), result.to_frame())


def test_inputs_are_left_alone(values: pd.Series, weights: Weights) -> None:
    before, fingerprint = values.copy(), weights.fingerprint
    sc.global_moran(values, weights, permutations=9)
    pd.testing.assert_series_equal(values, before)
    assert weights.fingerprint == fingerprint


def test_without_permutations_every_field_is_there(values: pd.Series, weights: Weights) -> None:
    result = sc.global_moran(values, weights, permutations=0)
    assert result.pvalue_permutation is None
    assert result.mean_permutation is None
    assert result.sd_permutation is None
    assert result.permutations == 0
    assert np.isnan(result.to_frame()["pvalue_permutation"].item())
    assert sc.global_moran(values, weights, rng=3).statistic == result.statistic


def test_weights_are_used_as_given(values: pd.Series, plan_queen: Weights) -> None:
    # Raw and row-standardised weights are different questions.
    raw = sc.global_moran(values, plan_queen, permutations=0)
    rows = sc.global_moran(values, plan_queen.standardised("R"), permutations=0)
    assert raw.statistic != rows.statistic


# -- alternatives ---------------------------------------------------------------------


def test_normal_pvalues_follow_the_alternative(values: pd.Series, weights: Weights) -> None:
    found = {
        a: sc.global_moran(values, weights, alternative=a, permutations=0)  # type: ignore[arg-type]
        for a in ("two-sided", "greater", "less")
    }
    z = found["greater"].z_randomization
    assert z > 0
    assert found["greater"].pvalue_randomization == pytest.approx(stats.norm.sf(z), rel=1e-12)
    assert found["less"].pvalue_randomization == pytest.approx(stats.norm.cdf(z), rel=1e-12)
    assert found["two-sided"].pvalue_randomization == pytest.approx(2 * stats.norm.sf(z))
    zn = found["greater"].z_normality
    assert found["greater"].pvalue_normality == pytest.approx(stats.norm.sf(zn), rel=1e-12)


def test_permutation_pvalues_follow_the_alternative(chain: Weights) -> None:
    # x and its reverse give the largest I of all 24 orders.
    high = pd.Series([1.0, 2, 3, 4], list("abcd"))
    low = pd.Series([2.0, 4, 1, 3], list("abcd"))
    for values, greater, less in ((high, 2 / 24, 1.0), (low, 1.0, 2 / 24)):
        for alternative, p in (("greater", greater), ("less", less)):
            found = sc.global_moran(values, chain, alternative=alternative, exact=True)  # type: ignore[arg-type]
            assert found.pvalue_permutation == pytest.approx(p, rel=1e-12)
            drawn = sc.global_moran(
                values,
                chain,
                alternative=alternative,  # type: ignore[arg-type]
                permutations=19_999,
                rng=4,
            )
            assert drawn.pvalue_permutation == pytest.approx(p, abs=0.01)


def test_two_sided_measures_from_the_expectation(chain: Weights) -> None:
    # By hand: of the 24 orders of (1, 2, 3, 4), I − E[I] has these sizes.
    result = sc.global_moran(pd.Series([2.0, 4, 1, 3], list("abcd")), chain, exact=True)
    distances = []
    from itertools import permutations

    for x in permutations([-1.5, -0.5, 0.5, 1.5]):
        i = 4 / 6 * 2 * (x[0] * x[1] + x[1] * x[2] + x[2] * x[3]) / 5
        distances.append(abs(i + 1 / 3))
    observed = abs(result.statistic + 1 / 3)
    expected = np.mean([d >= observed - 1e-12 for d in distances])
    assert result.pvalue_permutation == pytest.approx(expected, rel=1e-12)


def test_permutation_pvalues_are_never_zero(weights: Weights) -> None:
    trend = pd.Series(np.arange(111.0), weights.units)
    for alternative in ("two-sided", "greater", "less"):
        found = sc.global_moran(trend, weights, alternative=alternative, permutations=99, rng=1)  # type: ignore[arg-type]
        assert found.pvalue_permutation in (1 / 100, 1.0)


def test_permutations_centre_on_the_analytical_moments(values: pd.Series, weights: Weights) -> None:
    found = sc.global_moran(values, weights, permutations=20_000, rng=9)
    sd = np.sqrt(found.variance_randomization)
    assert found.mean_permutation == pytest.approx(found.expected, abs=4 * sd / np.sqrt(20_000))
    assert found.sd_permutation == pytest.approx(sd, rel=0.03)


# -- randomness -------------------------------------------------------------------------


def test_a_seed_repeats_and_another_differs(values: pd.Series, weights: Weights) -> None:
    def p(rng: Any) -> float | None:
        return sc.global_moran(values, weights, rng=rng).mean_permutation

    assert p(5) == p(5) == p(np.int64(5))
    assert p(5) != p(6)


@pytest.mark.parametrize("make", [lambda: None, lambda: np.random.default_rng(8)])
def test_the_recorded_seed_repeats_the_draws(
    values: pd.Series, weights: Weights, make: Any
) -> None:
    first = sc.global_moran(values, weights, rng=make())
    again = sc.global_moran(values, weights, rng=first.settings["seed"])
    assert again.mean_permutation == first.mean_permutation
    assert again.pvalue_permutation == first.pvalue_permutation


def test_global_random_state_is_left_alone(values: pd.Series, weights: Weights) -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    sc.global_moran(values, weights)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


# -- exact ------------------------------------------------------------------------------


def test_exact_is_for_small_maps(values: pd.Series, weights: Weights, chain: Weights) -> None:
    with pytest.raises(sc.OptionError, match="would enumerate 111! orders") as caught:
        sc.global_moran(values, weights, exact=True)
    assert "at most 8 units" in str(caught.value)
    found = sc.global_moran(pd.Series([1.0, 2, 3, 5], list("abcd")), chain, exact=True, rng=1)
    assert found.permutations == 24
    assert found.settings["exact"] is True


# -- degenerate and bad input -----------------------------------------------------------------


def test_three_units_have_no_randomization_variance(chain: Weights) -> None:
    result = sc.global_moran(
        pd.Series([1.0, 2, 4], list("abc")), chain.subset(list("abc")), permutations=19, rng=1
    )
    assert np.isnan(result.variance_randomization)
    assert np.isnan(result.z_randomization)
    assert np.isnan(result.pvalue_randomization)
    assert result.status == "ok"
    assert result.expected == -0.5
    assert np.isfinite(result.pvalue_normality)


def test_full_connection_says_nothing() -> None:
    units = list("abcde")
    w = sc.Weights.from_sparse(1 - np.eye(5), units)
    result = sc.global_moran(pd.Series([1.0, 2, 4, 8, 16], units), w, rng=1)
    assert result.statistic == pytest.approx(result.expected, rel=1e-12)
    assert result.status == "var<=0"
    assert np.isnan([result.z_normality, result.z_randomization, result.pvalue_normality]).all()
    assert result.pvalue_permutation == 1.0


@pytest.mark.parametrize("units", ["ab", "a", ""])
def test_fewer_than_three_units_are_refused(chain: Weights, units: str) -> None:
    part = chain.subset(list(units))
    with pytest.raises(sc.DegenerateDataError, match=f"there are {len(units)}"):
        sc.global_moran(pd.Series(np.arange(float(len(units))), list(units)), part)


@pytest.mark.parametrize("constant", [0.0, 5.0, -1e9, 0.1])
def test_constant_values_are_refused(chain: Weights, constant: float) -> None:
    values = pd.Series(constant, list("abcd"))
    with pytest.raises(sc.DegenerateDataError, match="all 4 values are the same") as caught:
        sc.global_moran(values, chain)
    assert f"({constant:g})" in str(caught.value)


def test_values_that_differ_by_rounding_only_are_constant(chain: Weights) -> None:
    values = pd.Series([0.1 + 0.2, 0.3, 0.3, 0.3], list("abcd"))
    with pytest.raises(sc.DegenerateDataError):
        sc.global_moran(values, chain)


def test_weights_without_links_are_refused(chain: Weights) -> None:
    w = chain.subset(["a", "c"])
    empty = sc.Weights.from_edges(w.to_edges(), units=list("abcd"))
    with pytest.raises(sc.DegenerateDataError, match="no unit has a neighbour") as caught:
        sc.global_moran(pd.Series([1.0, 2, 3, 4], list("abcd")), empty)
    assert "knn" in str(caught.value)


def test_dropping_leaves_units_out_of_values_and_weights(
    values: pd.Series, weights: Weights
) -> None:
    gaps = values.copy()
    gaps[[110000, 440300]] = np.nan
    with pytest.raises(sc.MissingDataError, match="missing for 2 of 111 units"):
        sc.global_moran(gaps, weights)
    dropped = sc.global_moran(gaps, weights, missing="drop", rng=1)
    rest = gaps.dropna()
    by_hand = sc.global_moran(rest, weights.subset(rest.index), rng=1)
    pd.testing.assert_frame_equal(dropped.to_frame(), by_hand.to_frame())
    assert dropped.n == 109
    assert dropped.dropped.tolist() == [110000, 440300]
    assert dropped.notes[-1].endswith(": 110000, 440300")


def test_dropping_too_many_is_refused(chain: Weights) -> None:
    values = pd.Series([1.0, 2.0, np.nan, np.nan], list("abcd"))
    with pytest.raises(sc.DegenerateDataError, match="there are 2"):
        sc.global_moran(values, chain, missing="drop")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternative": "twosided"}, "fix: alternative='two-sided'"),
        ({"alternative": None}, "alternative=None"),
        ({"missing": "dropp"}, "fix: missing='drop'"),
        ({"permutations": -1}, "permutations=-1"),
        ({"permutations": 99.0}, "permutations=99.0"),
        ({"rng": "7"}, "rng='7'"),
        ({"rng": -7}, "rng=-7"),
        ({"rng": np.random.RandomState(7)}, "cannot seed"),
    ],
)
def test_options_are_checked(chain: Weights, options: dict, message: str) -> None:
    with pytest.raises(sc.OptionError) as caught:
        sc.global_moran(pd.Series([1.0, 2, 3, 5], list("abcd")), chain, **options)
    assert message in str(caught.value)
