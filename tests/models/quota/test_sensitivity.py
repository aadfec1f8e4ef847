"""Sensitivity of allocations: against a loop over sc.allocate with the same draws."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

import spatialcarbon as sc
from spatialcarbon.core.rng import Stream
from spatialcarbon.models.quota import sensitivity_draws
from spatialcarbon.models.quota.rank_agreement import kendall_to, ranks_of
from spatialcarbon.models.quota.sensitivity_draws import STREAM, factors

NAMES = ["population", "cumulative", "gdp", "intensity"]
UNITS = ["丙", "a", "d", "b", "甲", "c", "e", "f"]
RNG = np.random.default_rng(7)
TABLE = pd.DataFrame(RNG.lognormal(2, 0.8, (8, 4)), index=UNITS, columns=NAMES)
EMITTED = pd.Series(RNG.lognormal(3, 0.6, 8), index=UNITS)
GROUP = pd.Series(["东", "西", "东", "东", "西", "西", "东", "西"], index=UNITS)
THREE = pd.Series(["东", "西", "中", "东", "西", "西", "中", "中"], index=UNITS)


def quiet(total: Any, table: pd.DataFrame, **terms: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sc.InfeasibleAllocationWarning)
        return sc.allocate(total, table, **terms)


def drawn(table: pd.DataFrame, noise: dict[str, float], draws: int, seed: int) -> Any:
    """Yield each draw as a table, rows in the order of their labels."""
    ordered = table.sort_index()
    normal = {
        name: Stream(seed).generator(STREAM, name).standard_normal((draws, len(table)))
        for name in table
    }
    for at in range(draws):
        yield ordered.assign(
            **{
                name: ordered[name] * factors(np.array(cv), normal[name][at])
                for name, cv in noise.items()
            }
        )


@pytest.mark.parametrize(
    ("terms", "grouped"),
    [
        ({"weighting": "entropy"}, None),
        ({"weighting": "critic"}, None),
        ({"weighting": "equal", "normalisation": "sum"}, None),
        ({"weighting": "entropy", "principle": "fairness", "preference": 1.3}, None),
        ({"weighting": "critic", "principle": "efficiency", "rule": "renormalise"}, None),
        ({"weighting": "entropy", "directions": {"gdp": "negative"}}, None),
        ({"weighting": "entropy", "normalisation": "sum", "directions": {"gdp": "negative"}}, None),
        ({"weighting": "entropy", "indicators": ("cumulative", "population", "gdp")}, None),
        ({"weighting": "entropy"}, "three"),
        ({"weighting": "critic"}, pd.Series({"西": 60.0, "东": 30.0})),
    ],
)
def test_draws_are_those_of_a_loop_over_allocate(terms: dict[str, Any], grouped: Any) -> None:
    terms = {"principle": "comprehensive", **terms}
    noise = {"population": 0.1, "cumulative": 0.05, "gdp": 0.2, "intensity": 0.15}
    noise = {k: v for k, v in noise.items() if k in terms.get("indicators", NAMES)}
    total: Any = 100.0 if grouped is None else grouped
    # Of two groups one would get all from min–max, whatever their sums.
    within = None if grouped is None else THREE if isinstance(grouped, str) else GROUP
    total = 100.0 if isinstance(total, str) else total
    draws, top = 8, 3
    options = {**terms, "weighting": [terms["weighting"]]}
    found = sc.allocation_sensitivity(
        total, TABLE, **options, noise=noise, draws=draws, top=top, within=within,
        emissions=EMITTED, rng=11,
    )  # fmt: skip
    used = TABLE[[c for c in NAMES if c in noise or c == "gdp"]]
    amounts = pd.DataFrame(
        [
            quiet(total, table, **terms, within=within).allocation
            for table in drawn(used, noise, draws, 11)
        ]
    )
    base = quiet(total, TABLE, **terms, within=within, emissions=EMITTED)
    pd.testing.assert_series_equal(found.base.allocation, base.allocation)
    stable = found.stability
    assert stable.index.tolist() == UNITS
    close = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(stable["allocation"], base.allocation, **close)
    np.testing.assert_allclose(stable["mean"], amounts[UNITS].mean(), **close)
    np.testing.assert_allclose(stable["sd"], amounts[UNITS].std(), rtol=1e-7)
    np.testing.assert_allclose(stable["lower"], amounts[UNITS].quantile(0.025), **close)
    np.testing.assert_allclose(stable["upper"], amounts[UNITS].quantile(0.975), **close)
    ranks = amounts[UNITS].round(9).rank(axis=1, ascending=False, method="min")
    np.testing.assert_allclose(stable["top_probability"], (ranks <= top).mean())
    low = ranks.quantile(0.025, interpolation="lower")
    high = ranks.quantile(0.975, interpolation="higher")
    assert stable["noise_low"].tolist() == low.tolist()
    assert stable["noise_high"].tolist() == high.tolist()
    too_much = (amounts[UNITS] > EMITTED.loc[UNITS]).mean()
    np.testing.assert_allclose(stable["above_probability"], too_much)
    own = base.allocation.round(9).rank(ascending=False, method="min")
    assert stable["rank"].tolist() == own.tolist()
    taus = [kendalltau(own.loc[UNITS], row).statistic for _, row in ranks.iterrows()]
    row = found.agreement.set_index("kind").loc["noise"]
    assert row["tau"] == pytest.approx(np.mean(taus))
    assert row["tau_low"] == pytest.approx(np.quantile(taus, 0.025))
    moved = (amounts[UNITS] - base.allocation).abs().sum(axis=1).mean() / 2 / base.total
    assert row["moved"] == pytest.approx(moved)
    single = {}
    if grouped is not None or "directions" in terms or "indicators" in terms:
        return  # five cases are enough to see that columns vary alone
    for name in noise:
        alone = [
            quiet(total, table, **terms, within=within).allocation
            for table in drawn(used, {name: noise[name]}, draws, 11)
        ]
        single[name] = pd.DataFrame(alone)[UNITS].var()
    variances = pd.DataFrame(single)
    shares = variances.div(variances.sum(axis=1), axis=0)
    np.testing.assert_allclose(found.variance[list(noise)], shares[list(noise)], rtol=1e-6)
    additive = variances.sum(axis=1) / amounts[UNITS].var()
    np.testing.assert_allclose(stable["additivity"], additive, rtol=1e-6)


def test_emissions_per_gdp_carry_the_errors_of_both() -> None:
    table = TABLE[["population", "cumulative", "gdp"]]
    noise = {"gdp": 0.2, "emissions": 0.1}
    found = sc.allocation_sensitivity(50.0, table, emissions=EMITTED, noise=noise, draws=9, rng=3)
    amounts = pd.DataFrame(
        [
            quiet(50.0, draw, principle="comprehensive").allocation
            for draw in drawn(table.assign(emissions=EMITTED), noise, 9, 3)
        ]
    )
    np.testing.assert_allclose(found.stability["mean"], amounts[UNITS].mean(), rtol=1e-9)
    assert (found.variance[["population", "cumulative"]] == 0).all(axis=None)
    assert (found.variance["emissions"] > 0).all()


def test_variants_are_those_of_allocate() -> None:
    grid = [1, 1.5, 2, 4]
    found = sc.allocation_sensitivity(100.0, TABLE, emissions=EMITTED, preferences=grid, draws=0)
    wide = found.pivot("allocation")
    for way in ("entropy", "equal", "critic"):
        expected = quiet(100.0, TABLE, principle="comprehensive", weighting=way).allocation
        np.testing.assert_allclose(wide[way], expected)
    stopped = []
    for leaning in ("fairness", "efficiency"):
        for rule in ("paper", "renormalise"):
            for value in grid:
                name = f"{leaning} {rule} {value:g}"
                try:
                    expected = quiet(
                        100.0, TABLE, principle=leaning, rule=rule, preference=value
                    ).allocation
                except sc.OptionError:
                    stopped.append(name)
                    assert wide[name].isna().all()
                else:
                    np.testing.assert_allclose(wide[name], expected, err_msg=name)
    facts = found.agreement.set_index("variant")
    assert stopped
    assert facts.index[facts["status"] == "stops"].tolist() == stopped
    for name in NAMES:
        rest = [c for c in NAMES if c != name]
        expected = quiet(100.0, TABLE, principle="comprehensive", indicators=rest).allocation
        np.testing.assert_allclose(wide[f"without {name}"], expected)
        tau = kendalltau(wide["entropy"], expected).statistic
        assert facts.loc[f"without {name}", "tau"] == pytest.approx(tau)
        change = expected - found.base.allocation
        assert facts.loc[f"without {name}", "moved"] == pytest.approx(change.abs().sum() / 200)
        assert facts.loc[f"without {name}", "most"] == change.abs().idxmax()
    np.testing.assert_allclose(found.pivot("share"), wide / 100.0)
    difference = found.pivot("difference")["equal"]
    np.testing.assert_allclose(difference, wide["equal"] - wide["entropy"])
    ranks = found.pivot("rank")
    lowest = ranks[["entropy", "equal", "critic"]].min(axis=1)
    assert found.stability["weighting_low"].tolist() == lowest.tolist()
    assert found.stability["low"].tolist() == ranks.min(axis=1).tolist()
    assert found.stability["high"].tolist() == ranks.max(axis=1).tolist()
    notes = " | ".join(found.notes)
    assert "leaning to fairness stops at λ = " in notes
    assert found.variance.isna().all(axis=None)
    assert found.stability["top_probability"].isna().all()
    assert found.undefined == 0
    assert "noise" not in set(found.agreement["kind"])


def test_a_leaning_base() -> None:
    found = sc.allocation_sensitivity(
        10.0, TABLE, principle="fairness", preferred=["gdp"], preference=1.2, draws=10, rng=0,
        emissions=EMITTED,
    )  # fmt: skip
    expected = quiet(10.0, TABLE, principle="fairness", preferred=["gdp"], preference=1.2)
    np.testing.assert_allclose(found.pivot("allocation")["entropy"], expected.allocation)
    assert "without gdp" not in set(found.table["variant"])
    assert any("gdp was not left out" in note for note in found.notes)
    swept = quiet(10.0, TABLE, principle="fairness", preferred=["gdp"], preference=2)
    np.testing.assert_allclose(found.pivot("allocation")["fairness paper 2"], swept.allocation)


def test_draws_that_the_paper_rule_stops_are_counted() -> None:
    weights = sc.entropy_weights(TABLE).weights
    limit = 1 / (weights["population"] + weights["cumulative"])
    found = sc.allocation_sensitivity(
        10.0, TABLE, principle="fairness", preference=float(limit) * 0.999, noise=0.2, draws=60,
        rng=5,
    )  # fmt: skip
    stopped = 0
    for table in drawn(TABLE, dict.fromkeys(NAMES, 0.2), 60, 5):
        w = sc.entropy_weights(table).weights
        stopped += w["population"] + w["cumulative"] > 1 / (float(limit) * 0.999)
    assert 0 < found.undefined == stopped < 60
    assert any(f"{stopped} of 60 draws have no allocation" in note for note in found.notes)


def test_undefined_variants_have_a_status() -> None:
    twins = TABLE.assign(cumulative=TABLE["population"])[["population", "cumulative", "gdp"]]
    found = sc.allocation_sensitivity(
        1.0, twins, indicators=["population", "cumulative"], draws=0, noise=0.0
    )
    status = found.agreement.set_index("variant")["status"]
    assert status["critic"] == "undefined"
    assert status["without population"] == "ok"
    assert any("no allocation by critic: its weights do not exist" in n for n in found.notes)
    assert any("no sweep of λ" in note for note in found.notes)


def test_one_criterion_and_one_place_in_a_group() -> None:
    group = pd.Series(["x"] * 7 + ["y"], index=UNITS)
    found = sc.allocation_sensitivity(
        1.0, TABLE, indicators=["gdp"], within=group, draws=20, rng=1, weighting="equal"
    )
    expected = sc.allocate(
        1.0, TABLE, principle="comprehensive", indicators=["gdp"], within=group, weighting="equal"
    )
    np.testing.assert_allclose(found.stability["allocation"], expected.allocation)
    assert any("a single criterion cannot be left out" in note for note in found.notes)
    # A group of two or more shares by min–max, so the place alone in its group gets all or nothing.
    assert found.stability.loc["f", "allocation"] in (0.0, 1.0)


def test_a_constant_criterion_keeps_its_values_and_stays_without_weight() -> None:
    flat = TABLE.assign(population=3.0)
    found = sc.allocation_sensitivity(10.0, flat, draws=50, noise=0.3, rng=2)
    assert (found.variance["population"] == 0).all()
    assert found.settings["noise"]["population"] == 0.0
    assert any("constant, so without weight: population" in note for note in found.notes)


def test_no_noise_changes_nothing() -> None:
    found = sc.allocation_sensitivity(10.0, TABLE, noise=0, draws=5, rng=1)
    np.testing.assert_allclose(found.stability["mean"], found.stability["allocation"])
    assert found.stability["additivity"].isna().all()
    assert found.variance.isna().all(axis=None)
    assert found.agreement.iloc[-1][["tau", "moved"]].tolist() == pytest.approx([1, 0])


def test_blocks_rows_and_names_leave_every_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    def bytes_of(found: Any, units: Any) -> list[bytes]:
        frames = (found.stability.loc[units], found.variance.loc[units])
        return [frame.to_numpy(dtype=float).tobytes() for frame in frames]

    first = sc.allocation_sensitivity(10.0, TABLE, within=GROUP, draws=60, rng=4)
    monkeypatch.setattr(sensitivity_draws, "CELLS", 7 * 32)
    blocks = sc.allocation_sensitivity(10.0, TABLE, within=GROUP, draws=60, rng=4)
    np.testing.assert_allclose(first.stability["sd"], blocks.stability["sd"], rtol=1e-12)
    monkeypatch.undo()
    turned = TABLE.iloc[::-1]
    shuffled = sc.allocation_sensitivity(10.0, turned, within=GROUP, draws=60, rng=4)
    assert bytes_of(first, UNITS) == bytes_of(shuffled, UNITS)
    assert shuffled.stability.index.tolist() == UNITS[::-1]
    assert shuffled.table["unit"].tolist()[:8] == UNITS[::-1]
    keys = ["variant", "unit"]
    by_unit = [f.table.set_index(keys)["allocation"].sort_index() for f in (first, shuffled)]
    pd.testing.assert_series_equal(*by_unit, check_exact=True)
    seed = first.settings["seed"]
    other = sc.allocation_sensitivity(10.0, TABLE, within=GROUP, draws=60, rng=seed)
    assert bytes_of(first, UNITS) == bytes_of(other, UNITS)
    one = sc.allocation_sensitivity(10.0, TABLE, within=GROUP, draws=60, rng=5)
    assert bytes_of(first, UNITS) != bytes_of(one, UNITS)


def test_errors_have_a_mean_of_one_and_the_spread_asked_for() -> None:
    normal = np.random.default_rng(1).standard_normal(400_000)
    for noise in (0.05, 0.5):
        drawn_factors = factors(np.array(noise), normal)
        assert drawn_factors.mean() == pytest.approx(1, abs=3e-3)
        assert drawn_factors.std() == pytest.approx(noise, rel=0.02)
    assert factors(np.array(0.0), normal[:3]).tolist() == [1, 1, 1]


def test_inputs_stay_as_they_were() -> None:
    before, emitted = TABLE.copy(), EMITTED.copy()
    sc.allocation_sensitivity(10.0, TABLE, emissions=EMITTED, draws=3, rng=1)
    pd.testing.assert_frame_equal(TABLE, before)
    pd.testing.assert_series_equal(EMITTED, emitted)


def test_ranks_and_tau_with_ties() -> None:
    amounts = np.array([[3.0, 1.0, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0 + 1e-14, 5.0, 0.0]])
    amounts = np.vstack([amounts, [4.0, 1.0, 2.0, 3.0]])
    ranks = ranks_of(amounts)
    assert ranks.tolist() == [[1, 3, 3, 2], [1, 1, 1, 1], [2, 2, 1, 4], [1, 4, 3, 2]]
    base = ranks_of(np.array([[4.0, 3.0, 3.0, 1.0]]))[0]
    taus = kendall_to(base, ranks)
    for row, tau in zip(ranks, taus, strict=True):
        np.testing.assert_allclose(tau, kendalltau(base, row).statistic, equal_nan=True)


@pytest.mark.parametrize(
    ("terms", "error", "words"),
    [
        ({"principle": "equality"}, sc.OptionError, "principle='equality' is not a choice"),
        ({"weighting": []}, sc.OptionError, "names no way of weighting"),
        ({"weighting": ["entropie"]}, sc.OptionError, "weighting='entropie' is not a choice"),
        ({"preferences": [0.5, 2]}, sc.OptionError, "preferences holds 0.5"),
        ({"draws": -1}, sc.OptionError, "draws=-1"),
        ({"top": 0}, sc.OptionError, "top=0"),
        ({"noise": -0.1}, sc.OptionError, "standard deviation: population: -0.1"),
        ({"noise": {"gpd": 0.1}}, sc.OptionError, "noise names gpd"),
        ({"noise": {"gdp": "much"}}, sc.OptionError, "gdp: 'much'"),
        ({"noise": True}, sc.OptionError, "population: True"),
        ({"total": 0.0}, sc.OptionError, "a total of zero asks nothing"),
        ({"total": -1.0}, sc.OptionError, "is not an amount to cut"),
        ({"rng": -1}, sc.OptionError, "cannot seed"),
        ({"indicators": ["forest"]}, sc.SchemaError, "needs the criterion forest"),
        ({"within": GROUP.iloc[:5]}, sc.AlignmentError, "not of the same units"),
    ],
)  # fmt: skip
def test_bad_input(terms: dict[str, Any], error: type[Exception], words: str) -> None:
    terms = dict(terms)
    with pytest.raises(error, match=words.replace("(", r"\(")):
        sc.allocation_sensitivity(terms.pop("total", 10.0), TABLE, **{"rng": 1, **terms})


def test_bad_criteria_are_refused_as_by_allocate() -> None:
    with pytest.raises(sc.MissingDataError, match="丙/gdp"):
        sc.allocation_sensitivity(1.0, TABLE.assign(gdp=TABLE["gdp"].where(TABLE.index != "丙")))
    with pytest.raises(sc.DegenerateDataError, match="all criteria are constant"):
        sc.allocation_sensitivity(1.0, TABLE * 0 + 1)
    with pytest.raises(sc.AlignmentError, match="repeated"):
        sc.allocation_sensitivity(1.0, pd.concat([TABLE, TABLE.iloc[:1]]))


def test_the_shown_text() -> None:
    found = sc.allocation_sensitivity(10.0, TABLE, draws=5, rng=1)
    assert found.to_frame()["unit"].tolist() == UNITS
    assert "noise_low" in found.summary()
    assert found.settings["seed"] == 1
    assert {"saisana2005", "kendall1945"} <= set(found.references)
