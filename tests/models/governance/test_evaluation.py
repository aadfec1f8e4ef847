"""PSM-DID against statsmodels, brute-force matching, known truth, and everything it refuses."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import spatialcarbon as sc
from spatialcarbon.models.governance.did import event_study, policy, two_way
from spatialcarbon.models.governance.matching import balance_table, match
from spatialcarbon.models.governance.placebo import assigned_by_lot
from spatialcarbon.models.governance.propensity import propensity


@pytest.fixture(scope="module")
def judge(policy_terms: dict[str, Any]) -> Callable[..., sc.EvaluationResult]:
    """Evaluate a table, whatever is doubted."""

    def evaluated(frame: pd.DataFrame, **changed: Any) -> sc.EvaluationResult:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sc.SpatialCarbonWarning)
            return sc.psm_did(frame, **{**policy_terms, **changed})

    return evaluated


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return sc.synthetic_policy(120, rng=5)


@pytest.fixture(scope="module")
def gaps(sample: pd.DataFrame) -> pd.DataFrame:
    """Return the sample with missing outcomes."""
    holes = sample.copy()
    holes.loc[[2, 50, 57, 210, 333], "outcome"] = np.nan
    return holes


def dummies(result: sc.EvaluationResult, frame: pd.DataFrame, extra: Any = ()) -> Any:
    """Fit the same by least squares with a dummy for every unit and year."""
    long = frame.merge(result.units[["weight"]], left_on="unit", right_index=True)
    long = long[(long["weight"] > 0) & long["outcome"].notna()]
    term = (long["treated"] * (long["year"] >= 2012)).rename("policy").astype(float)
    effects = pd.get_dummies(long[["unit", "year"]].astype(str), drop_first=True, dtype=float)
    more = [(long[name] * (long["year"] >= 2012)).rename(name) for name in extra]
    x = sm.add_constant(pd.concat([term, *more, effects], axis=1))
    groups = pd.factorize(long["unit"])[0]
    fit = sm.WLS(long["outcome"], x, weights=long["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    # Its correction counts the dummies of units, which are nested in the clusters; ours does not.
    n, units, k = len(long), len(set(groups)), x.shape[1]
    return fit, np.sqrt((n - k) / (n - (k - units + 1)))


@pytest.mark.parametrize("matching", ["nearest", "kernel", "none"])
def test_effect_and_error_are_those_of_dummies(
    gaps: pd.DataFrame, matching: str, judge: Any
) -> None:
    result = judge(gaps, matching=matching)
    fit, factor = dummies(result, gaps)
    assert result.effect == pytest.approx(fit.params["policy"], rel=1e-9)
    assert result.se == pytest.approx(fit.bse["policy"] * factor, rel=1e-8)
    assert result.estimates.loc["matched", "n"] == fit.nobs
    assert result.n_missing == 5
    assert any("5 outcomes are missing" in note for note in result.notes)


def test_spillover_is_a_second_regressor(sample: pd.DataFrame, judge: Any) -> None:
    units = sorted(sample["unit"].unique())
    ring = pd.DataFrame({"focal": units, "neighbor": [*units[1:], units[0]]})
    both = pd.concat([ring, ring.rename(columns={"focal": "neighbor", "neighbor": "focal"})])
    weights = sc.Weights.from_edges(both)
    result = judge(sample, weights=weights)
    flag = sample.drop_duplicates("unit").set_index("unit")["treated"]
    share = pd.Series(
        [(flag[units[i - 1]] + flag[units[(i + 1) % len(units)]]) / 2 for i in range(len(units))],
        units,
    )
    pd.testing.assert_series_equal(result.units["exposure"], share, check_names=False)
    fit, factor = dummies(result, sample.assign(near=sample["unit"].map(share)), ["near"])
    rows = result.estimates
    assert rows.loc["spillover_controlled", "estimate"] == pytest.approx(fit.params["policy"])
    assert rows.loc["spillover", "estimate"] == pytest.approx(fit.params["near"])
    assert rows.loc["spillover", "se"] == pytest.approx(fit.bse["near"] * factor)
    moran = result.residual_moran
    assert moran is not None
    matched = result.units.index[result.units["weight"] > 0]
    assert moran.n == len(matched)
    design = sample.pivot(index="unit", columns="year", values="outcome").loc[units]
    fitted = two_way(
        design,
        [policy(flag.loc[units].astype(bool), design.columns, 2012)],
        result.units["weight"],
        pd.Series(units, units),
    )
    after = fitted.residuals[[2012, 2013]].mean(axis=1).loc[matched]
    right = sc.global_moran(after, weights.subset(matched).standardised("R"), permutations=0)
    assert moran.statistic == pytest.approx(right.statistic)


def test_the_score_is_that_of_statsmodels(sample: pd.DataFrame, judge: Any) -> None:
    early = sample[sample["year"] < 2012].groupby("unit")[["x", "z"]].mean()
    flag = sample.drop_duplicates("unit").set_index("unit")["treated"]
    fit = sm.Logit(flag, sm.add_constant(early)).fit(disp=0)
    found = judge(sample.assign(x=sample["x"] * 1e9)).coefficients
    scale = np.array([1.0, 1e9, 1.0])
    np.testing.assert_allclose(found["estimate"], fit.params / scale, rtol=1e-6)
    np.testing.assert_allclose(found["se"], fit.bse / scale, rtol=1e-6)
    np.testing.assert_allclose(judge(sample).units["score"], fit.predict(), rtol=1e-6)


def brute(logit: pd.Series, flag: pd.Series, ok: pd.Series, m: int, width: float) -> pd.Series:
    weight = pd.Series(0.0, logit.index)
    for one in logit.index[flag & ok]:
        near = sorted(
            (abs(logit[c] - logit[one]), c)
            for c in logit.index[~flag & ok]
            if abs(logit[c] - logit[one]) <= width
        )[:m]
        if near:
            weight[one] = 1.0
            for _, c in near:
                weight[c] += 1 / len(near)
    return weight


@pytest.mark.parametrize(("neighbours", "caliper"), [(1, 0.2), (3, 0.2), (2, None)])
def test_nearest_by_brute_force(
    sample: pd.DataFrame, neighbours: int, caliper: Any, judge: Any
) -> None:
    result = judge(sample, neighbours=neighbours, caliper=caliper)
    units = result.units
    one, other = (units.loc[units["treated"] == side, "logit"] for side in (True, False))
    low, high = max(one.min(), other.min()), min(one.max(), other.max())
    assert units["supported"].equals(units["logit"].between(low, high).rename("supported"))
    width = np.inf if caliper is None else caliper * units["logit"].std()
    right = brute(units["logit"], units["treated"], units["supported"], neighbours, width)
    np.testing.assert_allclose(units["weight"], right)
    assert result.n_matched == int((right[units["treated"]] > 0).sum())
    assert result.pairs.groupby("treated")["weight"].sum().to_numpy() == pytest.approx(1)


def test_radius_kernel_ties_and_no_replacement() -> None:
    logit = pd.Series([0.0, 0.1, 0.1, 0.3, 1.0, 0.05], list("abcdef"))
    flag = pd.Series([True, False, False, False, False, True], list("abcdef"))
    ok = pd.Series(True, logit.index)
    wide = 0.2 / float(logit.std())
    options: dict[str, Any] = {"neighbours": 1, "replacement": True, "caliper": wide}
    near = match(logit, flag, ok, method="nearest", **options)
    assert near.pairs["control"].tolist() == ["b", "b"]  # a tie goes to the first label
    apart = match(logit, flag, ok, method="nearest", **{**options, "replacement": False})
    # The treated with the higher score chooses first.
    assert dict(zip(apart.pairs["treated"], apart.pairs["control"], strict=True)) == {
        "f": "b",
        "a": "c",
    }
    radius = match(logit, flag, ok, method="radius", **options)
    assert radius.weights.to_dict() == {"a": 1, "b": 1, "c": 1, "d": 0, "e": 0, "f": 1}
    kernel = match(logit, flag, ok, method="kernel", **options)
    assert kernel.weights["b"] == pytest.approx(1.0)
    assert kernel.weights["d"] == 0
    more = match(logit, flag, ok, method="kernel", **{**options, "caliper": 2 * wide})
    share = 1 - (np.array([0.1, 0.1, 0.3]) / 0.4) ** 2
    np.testing.assert_allclose(more.pairs["weight"][:3], share / share.sum())


def test_balance_by_hand() -> None:
    x = pd.DataFrame({"x": [1.0, 3.0, 0.0, 2.0, 7.0], "flat": 1.0}, index=list("abcde"))
    flag = pd.Series([True, True, False, False, False], x.index)
    table = balance_table(x, flag, pd.Series([1.0, 1.0, 0.0, 2.0, 0.0], x.index))
    spread = np.sqrt((2 + 13) / 2)
    assert table.loc["x", "smd_before"] == pytest.approx((2 - 3) / spread)
    assert table.loc["x", "smd_after"] == pytest.approx(0)
    assert table.loc["flat", ["smd_before", "smd_after"]].tolist() == [0, 0]


def test_event_study_and_pretrend(sample: pd.DataFrame, judge: Any) -> None:
    result = judge(sample)
    study, units = result.event_study, result.units
    wide = sample.pivot(index="unit", columns="year", values="outcome")

    def gap(year: int) -> float:
        sides = [units["treated"], ~units["treated"]]
        one, other = (np.average(wide[year][s], weights=units["weight"][s]) for s in sides)
        return float(one - other)

    for year in wide.columns:
        assert study.loc[year, "estimate"] == pytest.approx(gap(year) - gap(2011))
    assert study["relative"].tolist() == [-2, -1, 0, 1]
    assert study["status"].to_dict() == {2010: "ok", 2011: "base", 2012: "ok", 2013: "ok"}
    # One year before the base: the joint test is the square of its t.
    row = study.loc[2010]
    assert result.pretrend["statistic"] == pytest.approx((row["estimate"] / row["se"]) ** 2)
    assert result.pretrend["pvalue"] == pytest.approx(row["pvalue"])
    # The placebo date between the two years before is that gap the other way round.
    assert result.placebo_year == 2011
    assert result.estimates.loc["placebo_date", "estimate"] == pytest.approx(-row["estimate"])


def test_joint_test_by_statsmodels() -> None:
    frame = sc.synthetic_policy(60, years=8, rng=8)
    wide = frame.pivot(index="unit", columns="year", values="outcome")
    flag = frame.drop_duplicates("unit").set_index("unit")["treated"].astype(bool)
    plain = pd.Series(1.0, wide.index)
    _, test = event_study(wide, flag, 2014, plain, pd.Series(wide.index, wide.index))
    long = frame.copy()
    terms = {f"g{y}": (long["treated"] * (long["year"] == y)).astype(float)
             for y in wide.columns if y != 2013}  # fmt: skip
    effects = pd.get_dummies(long[["unit", "year"]].astype(str), drop_first=True, dtype=float)
    x = sm.add_constant(pd.concat([pd.DataFrame(terms), effects], axis=1))
    groups = pd.factorize(long["unit"])[0]
    fit = sm.OLS(long["outcome"], x).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    names = [f"g{y}" for y in range(2010, 2013)]
    beta, inside = fit.params[names], fit.cov_params().loc[names, names]
    n, k = x.shape
    inside = inside * (n - k) / (n - (k - 59))
    assert test["statistic"] == pytest.approx(beta @ np.linalg.solve(inside, beta) / 3, rel=1e-7)
    assert (test["df"], test["df_clusters"]) == (3, 59)


def test_lots_are_regressions_with_roles_dealt_anew(gaps: pd.DataFrame, judge: Any) -> None:
    result = judge(gaps)
    wide = gaps.pivot(index="unit", columns="year", values="outcome")
    used = result.units[result.units["weight"] > 0]
    drawn = assigned_by_lot(
        wide, result.units["treated"], 2012, result.units["weight"], 3, np.random.default_rng(9)
    )
    deals = np.random.default_rng(9)
    for found in drawn:
        deal = deals.permutation(len(used))
        flag = pd.Series(used["treated"].to_numpy()[deal], used.index)
        load = pd.Series(used["weight"].to_numpy()[deal], used.index)
        own = wide.loc[used.index]
        fit = two_way(own, [policy(flag, own.columns, 2012)], load, flag.index.to_series())
        assert found == pytest.approx(fit.estimate[0], rel=1e-9)


def test_a_known_effect_is_found_and_bias_removed(judge: Any) -> None:
    frame = sc.synthetic_policy(400, rng=42)
    result = judge(frame, permutations=199)
    plain = result.estimates.loc["unmatched"]
    assert plain["low"] > 2.3  # biased by the trend
    assert result.low < 2 < result.high
    assert abs(result.effect - 2) < 0.1
    assert result.n_treated - result.n_matched == 14
    assert result.placebo_pvalue == 1 / 200
    assert abs(result.balance.loc["x", "smd_after"]) < 0.05 < result.balance.loc["x", "smd_before"]
    none = judge(sc.synthetic_policy(400, effect=0.0, rng=42), permutations=199)
    assert none.placebo_pvalue > 0.05
    assert none.effect == pytest.approx(result.effect - 2)


def test_orders_seeds_and_labels(sample: pd.DataFrame, judge: Any) -> None:
    first = judge(sample)
    shuffled = judge(sample.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(first.estimates, shuffled.estimates, rtol=1e-12)
    pd.testing.assert_frame_equal(first.pairs, shuffled.pairs)
    assert np.array_equal(first.placebo_estimates, shuffled.placebo_estimates)
    assert not np.array_equal(first.placebo_estimates, judge(sample, rng=4).placebo_estimates)
    named = sample.assign(unit="城" + sample["unit"])
    chosen = named.loc[named["treated"] == 1, "unit"].unique()[::-1]
    by_name = judge(named, treated=chosen, treated_from="treated_from")
    assert by_name.effect == pytest.approx(first.effect, rel=1e-12)
    assert by_name.settings["treated_from"] == 2012
    assert first.settings["seed"] == 3
    assert first.to_frame()["estimator"].tolist() == ["unmatched", "matched", "placebo_date"]


def test_one_year_before_constant_covariate_and_left_out(sample: pd.DataFrame, judge: Any) -> None:
    short = sample[sample["year"] > 2010]
    result = judge(short.assign(flat=7.0), covariates=["x", "flat"])
    assert result.placebo_year is None
    assert result.estimates.loc["placebo_date", "status"] == "too few periods"
    assert result.pretrend["status"] == "too few periods"
    assert any("one value for all units" in note for note in result.notes)
    gone = sample[~((sample["unit"] == "P0003") & (sample["year"] >= 2012))]
    assert judge(gone).left_out == ("P0003",)
    assert judge(sample, permutations=0).placebo_estimates.size == 0


REFUSED: list[tuple[str, dict[str, Any], Any, type[Exception], str]] = [
    ("absent column", {"outcome": "co2"}, None, sc.SchemaError, "lacks the column co2"),
    ("unknown unit", {"treated": ["P0001", "nowhere"]}, None, sc.AlignmentError, "nowhere"),
    ("no before", {"treated_from": 2010}, None, sc.DegenerateDataError, "both sides"),
    ("no after", {"treated_from": 2014}, None, sc.DegenerateDataError, "both sides"),
    ("no treated", {"treated": []}, None, sc.DegenerateDataError, "groups is empty"),
    ("odd date", {"treated_from": 2012.5}, None, sc.SchemaError, "neither a year nor a column"),
    ("late", {"covariate_year": 2012}, None, sc.SchemaError, "not before the policy"),
    ("bad method", {"matching": "nearst"}, None, sc.OptionError, "nearest"),
    ("no caliper", {"matching": "kernel", "caliper": None}, None, sc.OptionError, "caliper"),
    ("false date", {"placebo_year": 2012}, None, sc.OptionError, "placebo_year"),
    ("few", {"minimum_matched": 99}, None, sc.DegenerateDataError, "have a match"),
    ("twice", {"covariates": ["x", "x2"]}, {"x2": lambda f: 3 * f["x"] + 1},
     sc.DegenerateDataError, "repeat one another"),
    ("separated", {"covariates": ["s"]}, {"s": lambda f: f["treated"] * 9 + f["z"]},
     sc.ConvergenceError, "separate treated"),
    ("moving", {}, {"treated": lambda f: (f["treated"] * (f["year"] >= 2012))},
     sc.SchemaError, "changes over the years"),
    ("words", {}, {"treated": "yes"}, sc.SchemaError, "treated is not numeric"),
    ("half", {}, {"treated": lambda f: f["treated"] / 2}, sc.SchemaError, "neither 0 nor 1"),
    ("staggered", {"treated_from": "treated_from"},
     {"treated_from": lambda f: f["treated_from"].where(f["x"] > 0, 2013)},
     sc.SchemaError, "2 different years"),
    ("undated", {"treated_from": "treated_from"}, {"treated_from": np.nan},
     sc.SchemaError, "no year for any treated"),
    ("no x", {}, {"x": lambda f: f["x"].where(f["unit"] != "P0004")},
     sc.MissingDataError, "P0004"),
    ("infinite", {}, {"outcome": np.inf}, sc.MissingDataError, "infinite"),
    ("no unit", {}, {"unit": lambda f: f["unit"].where(f.index > 3)},
     sc.MissingDataError, "4 rows"),
    ("same row", {}, {"year": 2010}, sc.AlignmentError, "several rows"),
    ("half years", {}, {"year": lambda f: f["year"] + 0.5}, sc.SchemaError, "no year"),
    ("no cluster", {"cluster": "k"}, {"k": None}, sc.MissingDataError, "k is missing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "changed", "error", "words"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_refused(
    sample: pd.DataFrame, options: Any, changed: Any, error: type[Exception], words: str, judge: Any
) -> None:
    frame = sample.assign(**(changed or {}))
    with pytest.raises(error, match=words):
        judge(frame, **options)


def test_weights_must_be_of_the_same_units(sample: pd.DataFrame, judge: Any) -> None:
    weights = sc.Weights.from_edges(pd.DataFrame({"focal": ["P0001"], "neighbor": ["P0002"]}))
    with pytest.raises(sc.AlignmentError, match="panel of the evaluation"):
        judge(sample, weights=weights)


def test_a_score_needs_no_covariates() -> None:
    flag = pd.Series([True, False, False, False], list("abcd"))
    found = propensity(pd.DataFrame(index=flag.index), flag)
    np.testing.assert_allclose(found.score, 0.25)
    assert found.supported.all()


def test_covariates_are_those_before_the_policy(sample: pd.DataFrame, judge: Any) -> None:
    moving = sample.assign(x=sample["x"] + 10.0 * (sample["year"] - 2010) ** 3)
    early = moving[moving["year"] < 2012].groupby("unit")["x"].mean()
    flag = judge(moving, covariates=["x", "x"]).units["treated"]
    mean = judge(moving, covariates=["x", "x"]).balance
    assert mean.loc["x", "treated_before"] == pytest.approx(early[flag].mean())
    first = judge(moving, covariates="x", covariate_year=2010).balance
    assert first.loc["x", "treated_before"] == pytest.approx(early[flag].mean() - 5)


def test_neighbours_that_are_left_out_count(sample: pd.DataFrame, judge: Any) -> None:
    units = sorted(sample["unit"].unique())
    line = pd.DataFrame({"focal": units[1:], "neighbor": units[:-1]})
    weights = sc.Weights.from_edges(line, units=units)
    treated = sample.loc[sample["treated"] == 1, "unit"].iloc[0]
    gone = sample[~((sample["unit"] == treated) & (sample["year"] < 2012))]
    result = judge(gone, weights=weights)
    assert result.left_out == (treated,)
    assert result.units.loc[units[units.index(treated) + 1], "exposure"] == 1.0
    assert result.units.loc[units[0], "exposure"] == 0.0


def test_true_or_false_is_one_or_zero_and_a_flat_outcome_has_no_effect(
    sample: pd.DataFrame, judge: Any
) -> None:
    flags = sample.assign(treated=sample["treated"] == 1)
    assert judge(flags).effect == judge(sample).effect
    flat = judge(sample.assign(outcome=5.0))
    assert flat.effect == pytest.approx(0)
    assert flat.placebo_pvalue == 1.0
