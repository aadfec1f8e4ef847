"""Judgement of allocations: numbers by hand, other libraries, and what is not defined."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy.stats import pearsonr, spearmanr

import spatialcarbon as sc

CHAIN = sc.Weights.from_edges(
    pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
).standardised("R")
CUT = pd.Series([2.0, 8.0, 6.0, 8.0], list("abcd"))
PEOPLE = pd.Series([1.0, 2.0, 1.0, 1.0], list("abcd"))
EMITTED = pd.Series([4.0, 8.0, 24.0, 8.0], list("abcd"))
GROUPS = {"west": ["a", "b"], "east": ["c", "d"]}


def judge(allocation: Any = CUT, **more: Any) -> sc.JudgementResult:
    given = {"weights": CHAIN, "permutations": 0, "rng": 7} | more
    return sc.judge_allocation(allocation, **given)


def row(frame: pd.DataFrame, **cells: Any) -> pd.Series[Any]:
    for column, value in cells.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_fairness_is_that_of_the_published_example() -> None:
    """Per head 2, 4, 6, 8 and people 1, 2, 1, 1: the example of METHODS §13.1."""
    found = judge(population=PEOPLE, groups=GROUPS)
    fair = row(found.fairness, yardstick="population")
    assert fair["gini"] == pytest.approx(0.233333, abs=1e-6)
    assert fair["theil"] == pytest.approx(0.092332, abs=1e-6)
    assert fair["between"] == pytest.approx(0.068154, abs=1e-6)
    assert fair["within"] == pytest.approx(0.024178, abs=1e-6)
    assert fair["between_share"] == pytest.approx(0.068154 / 0.092332, abs=1e-4)
    assert fair["mean_log_deviation"] == pytest.approx(0.101229, abs=1e-6)
    assert fair["status"] == "ok"
    curve = found.curves("population")["amount"]
    assert curve["population"].tolist() == pytest.approx([0, 0.2, 0.6, 0.8, 1])
    assert curve["value"].tolist() == pytest.approx([0, 2 / 24, 10 / 24, 16 / 24, 1])


def test_contrasts_stand_the_largest_first() -> None:
    found = judge(emissions=EMITTED)  # 0.5, 1, 0.25, 1
    pairs = found.contrasts[["unit", "neighbor", "ratio"]].to_numpy().tolist()
    assert pairs == [["b", "c", 4.0], ["d", "c", 4.0], ["b", "a", 2.0]]
    assert found.contrasts["difference"].tolist() == [0.75, 0.75, 0.5]
    assert found.largest_contrasts("amount", n=1)["unit"].tolist() == ["b"]
    assert judge(PEOPLE, population=PEOPLE).contrasts["ratio"].tolist() == [1.0] * 3
    assert not len(judge(PEOPLE, emissions=PEOPLE).largest_contrasts("amount"))


def test_groups_have_ratios_of_sums() -> None:
    found = judge(emissions=EMITTED, population=PEOPLE, groups=GROUPS).groups
    west = row(found, group="west")
    assert (west["n"], west["amount"], west["share"]) == (2, 10.0, 10 / 24)
    assert west["per_emission"] == pytest.approx(10 / 12)
    assert west["per_head"] == pytest.approx(10 / 3)
    assert np.isnan(west["per_gdp"])
    assert row(found, group="ALL")["amount"] == 24.0
    assert judge().groups["group"].tolist() == ["ALL"]


def test_the_table_has_every_measure() -> None:
    found = judge(emissions=EMITTED, gdp=PEOPLE * 2, history=EMITTED / 2).table
    assert found["per_emission"].tolist() == [0.5, 1.0, 0.25, 1.0]
    assert found["per_gdp"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert found["per_history"].tolist() == [1.0, 2.0, 0.5, 2.0]
    assert found["per_head"].isna().all()
    assert found["rank"].tolist() == [4, 1, 3, 1]
    assert found["share"].sum() == pytest.approx(1)
    two = judge(pd.DataFrame({"x": CUT, "y": EMITTED}), emissions=EMITTED).table
    assert two["per_emission"].tolist() == [0.5, 1.0, 0.25, 1.0, 1.0, 1.0, 1.0, 1.0]


@pytest.fixture(scope="module")
def provinces() -> Any:
    criteria = sc.load_table("study004_criteria").set_index("adcode")
    units = sc.load_units("provinces").loc[criteria.index]
    weights = sc.Backbone(units).contiguity().bridged([(460000, 440000)]).standardised("R")
    four = criteria[["population", "cumulative", "gdp", "intensity"]]
    emitted = criteria["co2_2030_10kt"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sc.InfeasibleAllocationWarning)
        results = {
            name: sc.allocate(2330609.99, four, principle=name, emissions=emitted)
            for name in ("equality", "comprehensive", "grandfathering")
        }
    found = sc.judge_allocation(
        results, weights=weights, population=four["population"], gdp=four["gdp"],
        permutations=1999, rng=3,
    )  # fmt: skip
    return found, results, weights, four, emitted


def test_spatial_rows_are_those_of_global_moran(provinces: Any) -> None:
    found, results, weights, four, emitted = provinces
    series = {
        ("comprehensive", "amount"): results["comprehensive"].allocation,
        ("comprehensive", "per_emission"): results["comprehensive"].allocation / emitted,
        ("equality", "per_gdp"): results["equality"].allocation / four["gdp"],
        ("population", "yardstick"): four["population"],
    }
    for (principle, measure), values in series.items():
        right = sc.global_moran(values, weights, permutations=1999, rng=3)
        ours = row(found.spatial, principle=principle, measure=measure)
        assert ours["statistic"] == pytest.approx(right.statistic, rel=1e-12)
        assert ours["pvalue_permutation"] == pytest.approx(right.pvalue_permutation)
    esda = pytest.importorskip("esda")
    burden = (results["comprehensive"].allocation / emitted).reindex(weights.units)
    theirs = esda.Moran(burden.to_numpy(), weights.to_w(), permutations=0)
    ours = row(found.spatial, principle="comprehensive", measure="per_emission")
    assert ours["statistic"] == pytest.approx(theirs.I)


def test_a_burden_that_follows_people_clusters_as_they_do(provinces: Any) -> None:
    found = provinces[0].spatial
    burden = row(found, principle="equality", measure="amount")["statistic"]
    assert burden == pytest.approx(row(found, principle="population")["statistic"])
    per_head = row(found, principle="equality", measure="per_head")
    assert per_head["status"] == "constant"
    assert np.isnan(per_head["statistic"])
    assert row(found, principle="grandfathering", measure="per_emission")["status"] == "constant"
    assert any("no local Moran's I of grandfathering" in note for note in provinces[0].notes)
    assert not ((provinces[0].local["principle"] == "grandfathering")
                & (provinces[0].local["measure"] == "per_emission")).any()  # fmt: skip


def test_local_rows_are_those_of_local_moran(provinces: Any) -> None:
    found, results, weights, _, emitted = provinces
    right = sc.local_moran(
        results["equality"].allocation / emitted, weights, permutations=1999, rng=3
    ).to_frame()
    ours = found.local.query("principle == 'equality' and measure == 'per_emission'")
    assert_frame_equal(
        ours[right.columns].set_index("unit").sort_index(), right.set_index("unit").sort_index()
    )


def test_correlations_are_scipys(provinces: Any) -> None:
    found, results = provinces[0], provinces[1]
    a, b = results["equality"].allocation, results["comprehensive"].allocation
    ours = row(found.correlation, principle="equality", other="comprehensive")
    assert ours["pearson"] == pytest.approx(pearsonr(a, b).statistic)
    assert ours["spearman"] == pytest.approx(spearmanr(a, b).statistic)
    assert len(found.correlation) == 3


def test_emissions_come_with_the_allocation(provinces: Any) -> None:
    found, results, weights, _, emitted = provinces
    assert set(found.fairness["yardstick"]) == {"population", "gdp", "emissions"}
    alone = sc.judge_allocation(results["equality"], weights=weights, permutations=0)
    assert alone.principles == ("equality",)
    per = row(alone.table, unit=640000)["per_emission"]
    assert per == pytest.approx(results["equality"].allocation[640000] / emitted[640000])
    assert list(alone.correlation.columns)[:2] == ["principle", "other"]
    assert not len(alone.correlation)


def test_a_zero_sum_allocation_is_judged_by_what_each_may_emit() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sc.WeakDiscriminationWarning)
        shared = sc.zero_sum_dea(EMITTED.to_frame("co2"), PEOPLE.to_frame("people"))
    found = judge(shared, population=PEOPLE)
    assert found.principles == ("zero_sum",)
    assert found.amounts["zero_sum"].to_dict() == pytest.approx(shared.allocation.to_dict())


def test_contrarian_input(contrarian: Any) -> None:
    table = contrarian.table
    amounts = table[["co2", "gdp"]].rename(columns={"co2": "按排放", "gdp": "by GDP"})
    people = pd.Series(2.0, table.index)
    given = {"weights": contrarian.weights, "permutations": 99, "rng": 5}
    found = sc.judge_allocation(
        amounts, population=people, emissions=table["co2"], groups=contrarian.units["cluster"],
        **given,
    )  # fmt: skip
    assert list(found.amounts.index) == list(contrarian.units.index)
    assert any("isolate" in note or contrarian.island in note for note in found.notes)
    assert any("Theil's index was not split" in note for note in found.notes)
    assert contrarian.island not in set(found.contrasts["unit"]) | set(found.contrasts["neighbor"])
    local = found.local.query("principle == 'by GDP' and measure == 'amount'")
    assert row(local, unit=contrarian.island)["label"] == "Isolate"
    other = sc.judge_allocation(
        amounts.sample(frac=1, random_state=1), population=people.sort_index(),
        emissions=table["co2"].sample(frac=1, random_state=2),
        groups=contrarian.units["cluster"], **given,
    )  # fmt: skip
    for name in ("table", "spatial", "local", "fairness", "lorenz", "correlation", "ranks",
                 "contrasts", "groups"):  # fmt: skip
        assert_frame_equal(getattr(found, name), getattr(other, name), check_exact=True)
    assert found.settings == other.settings


def test_a_zero_yardstick_is_left_out_and_named() -> None:
    found = judge(population=PEOPLE.replace({2.0: 0.0}), emissions=EMITTED)
    fair = row(found.fairness, yardstick="population")
    assert (fair["n"], fair["status"]) == (3, "zero yardstick left out")
    assert fair["gini"] == pytest.approx(
        float(sc.gini(pd.Series([2.0, 6, 8]), population=pd.Series([1.0, 1, 1])))
    )
    assert np.isnan(row(found.table, unit="b")["per_head"])
    pairs = found.contrasts.query("measure == 'per_head'")
    assert pairs["status"].tolist() == ["ok", "no yardstick", "no yardstick"]
    moran = row(found.spatial, principle="amount", measure="per_head")
    assert (moran["n"], moran["status"]) == (3, "n<4")
    assert any("population is zero for b" in note for note in found.notes)


def test_gains_have_no_gini_and_nothing_has_no_ratio() -> None:
    found = judge(pd.Series([-2.0, 0.0, 0.0, 8.0], list("abcd")), emissions=EMITTED)
    assert row(found.fairness, yardstick="emissions")["status"] == "below zero"
    assert np.isnan(row(found.fairness, yardstick="emissions")["gini"])
    assert not len(found.lorenz)
    pairs = found.contrasts[["unit", "neighbor", "status"]].to_numpy().tolist()
    assert pairs == [
        ["d", "c", "nothing on one side"],
        ["b", "a", "below zero"],
        ["b", "c", "nothing on either side"],
    ]
    assert found.contrasts["ratio"].isna().all()
    assert any("below zero for 1 units (a)" in note for note in found.notes)


def test_without_yardsticks_a_remark_says_what_is_not_there() -> None:
    found = judge(CUT.rename("own"))
    assert found.principles == ("own",)
    assert found.fairness.empty
    assert found.contrasts.empty
    assert any("no yardstick was given" in note for note in found.notes)
    assert "Judgement of allocations" in found.summary()


def test_without_links_there_is_no_moran() -> None:
    lonely = sc.Weights.from_sparse(np.zeros((4, 4)), list("abcd"))
    found = judge(weights=lonely, emissions=EMITTED)
    assert set(found.spatial["status"]) == {"all islands"}
    assert found.local.empty
    assert found.contrasts.empty
    assert any("no local Moran's I" in note for note in found.notes)


def test_one_seed_repeats_everything() -> None:
    drawn = [judge(emissions=EMITTED, permutations=99, rng=np.random.default_rng(1))
             for _ in range(2)]  # fmt: skip
    assert_frame_equal(drawn[0].spatial, drawn[1].spatial)
    again = judge(emissions=EMITTED, permutations=99, rng=drawn[0].settings["seed"])
    assert_frame_equal(drawn[0].local, again.local)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"allocation": [1, 2]}, sc.SchemaError, "the allocation is a list"),
        ({"allocation": {}}, sc.SchemaError, "no allocation to judge"),
        ({"allocation": CUT * 0}, sc.DegenerateDataError, "nothing to judge"),
        ({"allocation": CUT[:3]}, sc.AlignmentError, "the allocation amount"),
        ({"allocation": CUT.replace({2.0: np.nan})}, sc.MissingDataError, "allocation amount"),
        ({"population": -PEOPLE}, sc.SchemaError, "yardstick population is negative for a"),
        ({"gdp": PEOPLE * 0}, sc.DegenerateDataError, "yardstick gdp is zero for every unit"),
        ({"gdp": PEOPLE.rename({"a": "z"})}, sc.AlignmentError, "the yardstick gdp"),
        ({"history": PEOPLE.replace({2.0: np.nan})}, sc.MissingDataError, "yardstick history"),
        ({"alpha": 2.0}, sc.OptionError, "alpha"),
        ({"correction": "none of it"}, sc.OptionError, "correction"),
        ({"permutations": -1}, sc.OptionError, "permutations"),
    ],
)
def test_bad_input(change: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        judge(change.pop("allocation", CUT), **change)


def test_repeated_principles_are_refused() -> None:
    twice = pd.concat([CUT, CUT], axis=1, keys=["a", "a"])
    with pytest.raises(sc.AlignmentError, match="the header of the allocations"):
        judge(twice)
