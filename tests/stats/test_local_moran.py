"""Local Moran's I: fields, quadrants, labels, corrections and warnings."""

from __future__ import annotations

import pickle
import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.stats.local_moran import few_permutations

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.weights.weights import Weights

COLUMNS = ["unit", "statistic", "lag", "quadrant", "pvalue", "qvalue", "label"]
LABELS = {
    "High-High",
    "Low-Low",
    "High-Low",
    "Low-High",
    "Not significant",
    "Isolate",
}
ZHOUSHAN = 330900


@pytest.fixture
def values(plan_co2: pd.DataFrame) -> pd.Series:
    return plan_co2[2017]


@pytest.fixture
def weights(plan_queen: Weights) -> Weights:
    return plan_queen.standardised("R")


@pytest.fixture
def result(values: pd.Series, weights: Weights) -> Any:
    return sc.local_moran(values, weights, permutations=9999, rng=1)


def test_table_has_the_promised_columns(result: Any, weights: Weights) -> None:
    frame = result.to_frame()
    assert frame.columns.tolist() == COLUMNS
    assert frame["unit"].tolist() == weights.units.tolist()
    assert set(frame["label"]) <= LABELS
    assert set(result.counts.index) == LABELS
    assert result.counts.sum() == 111
    assert {"Not significant", "Isolate"} <= set(frame["label"])


def test_deviation_lag_and_statistic_belong_together(
    result: Any, values: pd.Series, weights: Weights
) -> None:
    z = values - values.mean()
    np.testing.assert_allclose(result.deviation, z, rtol=1e-12)
    for unit in (110000, 440300):
        links = weights.neighbors(unit)
        assert result.lag[unit] == pytest.approx((links * z[links.index]).sum(), rel=1e-10)
    linked = result.lag.notna()
    np.testing.assert_allclose(
        result.statistic[linked], (z * result.lag)[linked] / (z**2).mean(), rtol=1e-10
    )


def test_the_isolate_is_left_out_of_the_tests(result: Any) -> None:
    row = result.to_frame().set_index("unit").loc[ZHOUSHAN]
    assert row[["statistic", "lag", "pvalue", "qvalue"]].isna().all()
    assert row["quadrant"] == "none"
    assert row["label"] == "Isolate"
    assert result.counts["Isolate"] == 1
    assert len(result.notes) == 1
    assert result.notes[0].endswith(f": {ZHOUSHAN}")


def test_local_values_sum_to_the_global_one(
    result: Any, values: pd.Series, weights: Weights
) -> None:
    i = sc.global_moran(values, weights, permutations=0).statistic
    assert result.global_statistic == pytest.approx(i, rel=1e-14)
    assert result.statistic.sum() == pytest.approx(weights.s0 * i, rel=1e-12)


def test_scaling_changes_the_statistic_only(
    result: Any, values: pd.Series, weights: Weights
) -> None:
    other = sc.local_moran(values, weights, permutations=9999, rng=1, scaling="n-1")
    np.testing.assert_allclose(other.statistic, result.statistic * 110 / 111, rtol=1e-14)
    same = ["lag", "quadrant", "pvalue", "qvalue", "label"]
    pd.testing.assert_frame_equal(other.to_frame()[same], result.to_frame()[same])


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_labels_follow_quadrant_and_adjusted_pvalue(
    values: pd.Series, weights: Weights, alpha: float
) -> None:
    result = sc.local_moran(values, weights, alpha=alpha, permutations=9999, rng=1)
    frame = result.to_frame().dropna()
    significant = frame["qvalue"] <= alpha
    names = {"HH": "High-High", "LL": "Low-Low", "HL": "High-Low", "LH": "Low-High"}
    assert (
        frame["label"] == frame["quadrant"].map(names).where(significant, "Not significant")
    ).all()
    assert significant.any() == (alpha == 0.2)


def test_corrections_are_ordered(values: pd.Series, weights: Weights) -> None:
    found = {
        c: sc.local_moran(values, weights, permutations=9999, correction=c, rng=1)  # type: ignore[arg-type]
        for c in ("none", "fdr_bh", "bonferroni")
    }
    assert found["none"].qvalue.equals(found["none"].pvalue.rename(found["none"].qvalue.name))
    assert (found["fdr_bh"].pvalue.dropna() == found["none"].pvalue.dropna()).all()
    assert (found["fdr_bh"].qvalue.dropna() >= found["fdr_bh"].pvalue.dropna()).all()
    assert (found["bonferroni"].qvalue.dropna() >= found["fdr_bh"].qvalue.dropna()).all()
    # 110 tests, not 111: the isolate is none.
    smallest = found["bonferroni"].pvalue.min()
    assert found["bonferroni"].qvalue.min() == pytest.approx(110 * smallest, rel=1e-12)


def test_a_smaller_alpha_finds_less(values: pd.Series, weights: Weights) -> None:
    found = [
        sc.local_moran(values, weights, permutations=9999, correction="none", alpha=a, rng=1).label
        for a in (0.01, 0.05, 0.5)
    ]
    few, some, many = ({u for u in x.index if "-" in x[u]} for x in found)
    assert few < some < many


def test_zero_lag_or_deviation_is_no_quadrant(lattice: gpd.GeoDataFrame) -> None:
    values = pd.Series([9.0, 8, 5, 7, 6, 3, 4, 2, 1], range(1, 10))
    w = sc.Backbone(lattice).contiguity("rook").standardised("R")
    found = sc.local_moran(values, w, correction="none", rng=1, alpha=0.999)
    # Unit 5 is at the mean (up to rounding in other units of measure too).
    assert found.quadrant[[3, 5]].tolist() == ["none", "none"]
    assert found.label[[3, 5]].tolist() == ["Not significant", "Not significant"]
    again = sc.local_moran(values / 3 * 1e-7, w, correction="none", rng=1)
    assert again.quadrant.tolist() == found.quadrant.tolist()


def test_without_permutations_nothing_is_significant(values: pd.Series, weights: Weights) -> None:
    found = sc.local_moran(values, weights, permutations=0)
    assert found.pvalue.isna().all()
    assert found.qvalue.isna().all()
    assert set(found.label) == {"Not significant", "Isolate"}
    assert "no test was made: permutations=0" in found.notes


def test_dropping_leaves_units_out(values: pd.Series, weights: Weights) -> None:
    gaps = values.copy()
    gaps[440300] = np.nan
    with pytest.raises(sc.MissingDataError, match="440300"):
        sc.local_moran(gaps, weights)
    found = sc.local_moran(gaps, weights, missing="drop", correction="none", rng=1)
    rest = gaps.dropna()
    by_hand = sc.local_moran(rest, weights.subset(rest.index), correction="none", rng=1)
    pd.testing.assert_frame_equal(found.to_frame(), by_hand.to_frame())
    assert found.dropped.tolist() == [440300]


@pytest.mark.parametrize("make", [lambda: None, lambda: np.random.default_rng(8)])
def test_the_recorded_seed_repeats_the_draws(
    values: pd.Series, weights: Weights, make: Any
) -> None:
    options: Any = {"permutations": 199, "correction": "none"}
    first = sc.local_moran(values, weights, rng=make(), **options)
    again = sc.local_moran(values, weights, rng=first.settings["seed"], **options)
    pd.testing.assert_frame_equal(first.to_frame(), again.to_frame(), check_exact=True)
    other = sc.local_moran(values, weights, rng=first.settings["seed"] + 1, **options)
    assert not other.pvalue.equals(first.pvalue)


def test_pvalues_lie_in_their_range(values: pd.Series, weights: Weights) -> None:
    p = sc.local_moran(values, weights, permutations=99, correction="none", rng=1).pvalue.dropna()
    assert (p >= 2 / 100).all()
    assert (p <= 1).all()


def test_results_are_picklable(result: Any) -> None:
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.to_frame(), result.to_frame())


# -- the warning ----------------------------------------------------------------------


@pytest.mark.parametrize("correction", ["fdr_bh", "bonferroni"])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_too_few_permutations_are_warned_of_and_the_number_named_is_enough(
    values: pd.Series, weights: Weights, correction: Any, alpha: float
) -> None:
    options: Any = {"correction": correction, "alpha": alpha, "rng": 1}
    with pytest.warns(sc.PermutationWarning) as caught:
        found = sc.local_moran(values, weights, permutations=99, **options)
    assert caught[0].filename == __file__
    said = str(caught[0].message)
    assert said in found.notes
    assert "no p-value below 0.02" in said
    enough = int(re.search(r"permutations=(\d+)", said)[1])  # type: ignore[index]
    assert enough == 2 * 110 / alpha - 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sc.local_moran(values, weights, permutations=enough, **options)
    with pytest.warns(sc.PermutationWarning):
        sc.local_moran(values, weights, permutations=enough - 1, **options)


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.1, 0.001, 1 / 3, 0.07])
@pytest.mark.parametrize("correction", ["fdr_bh", "bonferroni"])
def test_the_number_named_is_the_smallest_that_is_enough(alpha: float, correction: Any) -> None:
    for tests in range(1, 400):
        said = few_permutations(tests, 1, alpha, correction)
        if not said:  # one draw is enough for a single test at a wide level
            continue
        enough = said[0].params["enough"]
        assert few_permutations(tests, enough, alpha, correction) == ()
        if enough > 1:
            assert few_permutations(tests, enough - 1, alpha, correction) != ()


def test_the_warning_is_true() -> None:
    # A clear hot spot on a ring of 40 with 4 neighbours to each side.
    units = [f"u{i:02d}" for i in range(40)]
    links = [(units[i], units[(i + s) % 40]) for i in range(40) for s in range(-4, 5) if s]
    w = sc.Weights.from_edges(pd.DataFrame(links, columns=["focal", "neighbor"]))
    rng = np.random.default_rng(0)
    values = pd.Series(np.r_[100 + rng.normal(size=10), rng.normal(size=30)], units)
    found = sc.local_moran(values, w, permutations=2 * 40 * 20 - 1, rng=1, correction="bonferroni")
    assert (found.label == "High-High").any()
    with pytest.warns(sc.PermutationWarning, match="no unit can be significant"):
        less = sc.local_moran(values, w, permutations=1500, correction="bonferroni", rng=1)
    assert set(less.label) == {"Not significant"}


def test_no_correction_no_warning(values: pd.Series, weights: Weights) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = sc.local_moran(values, weights, permutations=19, correction="none", rng=1)
    assert found.pvalue.min() >= 1 / 20


def test_remarks_can_be_said_in_chinese(values: pd.Series, weights: Weights) -> None:
    with pytest.warns(sc.PermutationWarning):
        found = sc.local_moran(values, weights, permutations=99, rng=1)
    assert all("{" not in said for language in ("en", "zh") for said in found.notes_in(language))  # type: ignore[arg-type]
    assert len(found.notes_in("zh")) == len(found.notes) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"correction": "fdr"}, "fix: correction='fdr_bh'"),
        ({"correction": None}, "correction=None"),
        ({"scaling": "n - 1"}, "fix: scaling='n-1'"),
        ({"alpha": 0}, "alpha=0 must lie between 0 and 1"),
        ({"alpha": 1.0}, "alpha=1.0"),
        ({"alpha": 5}, "alpha=5"),
        ({"alpha": "x"}, "alpha='x'"),
        ({"permutations": -5}, "permutations=-5"),
        ({"permutations": 1e3}, "permutations=1000.0"),
        ({"rng": 1.5}, "rng=1.5"),
        ({"missing": "skip"}, "missing='skip'"),
    ],
)
def test_options_are_checked(
    values: pd.Series, weights: Weights, options: Any, message: str
) -> None:
    with pytest.raises(sc.OptionError) as caught:
        sc.local_moran(values, weights, **options)
    assert message in str(caught.value)


def test_degenerate_data_are_refused(values: pd.Series, weights: Weights) -> None:
    with pytest.raises(sc.DegenerateDataError, match="the same"):
        sc.local_moran(values * 0 + 1, weights)
    with pytest.raises(sc.DegenerateDataError, match="no unit has a neighbour"):
        sc.local_moran(values, sc.Weights.from_edges(weights.to_edges()[:0], units=weights.units))
