"""Moran's I by group and year: every way in, every status, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.stats.moran import MORAN_COLUMNS
from spatialcarbon.stats.moran_panel import group_members

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.weights.weights import Weights

COLUMNS = ["group", "year", "variable", *MORAN_COLUMNS, "qvalue", "stars"]
YEARS = [2005, 2010, 2017]


@pytest.fixture
def weights(plan_queen: Weights) -> Weights:
    return plan_queen.standardised("R")


@pytest.fixture
def frame(plan_co2: pd.DataFrame) -> pd.DataFrame:
    return plan_co2[YEARS]


@pytest.fixture
def cluster(plan_units: gpd.GeoDataFrame) -> pd.Series:
    return plan_units["cluster"]


def test_table_has_the_promised_columns(
    frame: pd.DataFrame, weights: Weights, cluster: pd.Series
) -> None:
    result = sc.moran_panel(frame, weights, groups=cluster, rng=1)
    table = result.to_frame()
    assert table.columns.tolist() == COLUMNS
    assert len(table) == 6 * 3
    assert table["group"].drop_duplicates().tolist() == ["ALL", *dict.fromkeys(cluster)]
    assert table["year"].tolist() == YEARS * 6
    assert set(table["variable"]) == {"value"}
    assert (table["status"] == "ok").all()
    assert table["qvalue"].isna().all()
    sizes = table.drop_duplicates("group").set_index("group")["n"]
    assert sizes.to_dict() == {"ALL": 111, "BTH": 14, "YRD": 41, "PRD": 9, "CY": 16, "MYR": 31}


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_every_row_is_the_single_call_with_the_same_seed(
    plan_co2: pd.DataFrame, weights: Weights, cluster: pd.Series, alternative: Any
) -> None:
    # 21 years at once: more numbers than one block of random orders holds.
    options: Any = {"alternative": alternative, "rng": 7, "permutations": 999}
    table = sc.moran_panel(plan_co2, weights, groups=cluster, **options).to_frame()
    rows = table[table["year"].isin([1997, 2017])]
    for row in rows.itertuples():
        units = cluster.index if row.group == "ALL" else cluster.index[cluster == row.group]
        single = sc.global_moran(plan_co2.loc[units, row.year], weights.subset(units), **options)
        for name in MORAN_COLUMNS:
            assert getattr(row, name) == getattr(single, name), (row.group, row.year, name)


def test_seeds_and_settings(frame: pd.DataFrame, weights: Weights) -> None:
    first = sc.moran_panel(frame, weights, permutations=49)
    again = sc.moran_panel(frame, weights, permutations=49, rng=first.settings["seed"])
    pd.testing.assert_frame_equal(first.to_frame(), again.to_frame(), check_exact=True)
    assert first.settings["fingerprint"] == weights.fingerprint
    assert first.settings["alternative"] == "two-sided"


def test_a_group_does_not_change_because_another_joins(
    frame: pd.DataFrame, weights: Weights, cluster: pd.Series
) -> None:
    every = sc.moran_panel(frame, weights, groups=cluster, rng=1).to_frame()
    alone = sc.moran_panel(
        frame, weights, groups={"YRD": cluster.index[cluster == "YRD"]}, overall=False, rng=1
    ).to_frame()
    pd.testing.assert_frame_equal(
        every[every["group"] == "YRD"].reset_index(drop=True), alone, check_exact=True
    )


def test_table_handed_out_is_a_copy(frame: pd.DataFrame, weights: Weights) -> None:
    result = sc.moran_panel(frame, weights, permutations=0)
    table = result.to_frame()
    table.loc[:, "statistic"] = 0.0
    assert (result.to_frame()["statistic"] != 0).all()


def test_pivot_is_the_table_that_studies_print(
    frame: pd.DataFrame, weights: Weights, cluster: pd.Series
) -> None:
    result = sc.moran_panel(frame, weights, groups=cluster, rng=1, permutations=0)
    wide = result.pivot()
    assert wide.index.tolist() == ["ALL", *dict.fromkeys(cluster)]
    assert wide.columns.tolist() == YEARS
    assert wide.loc["ALL", 2017] == sc.global_moran(frame[2017], weights, permutations=0).statistic


def test_without_permutations_the_randomization_pvalue_is_judged(
    frame: pd.DataFrame, weights: Weights
) -> None:
    table = sc.moran_panel(frame, weights, permutations=0).to_frame()
    assert table["pvalue_permutation"].isna().all()
    p = table["pvalue_randomization"]
    assert table["stars"].tolist() == ["**" if x < 0.05 else "*" if x < 0.1 else "" for x in p]


def test_false_discovery_is_counted_over_the_whole_table(
    frame: pd.DataFrame, weights: Weights, cluster: pd.Series
) -> None:
    groups = {**{k: list(v.index) for k, v in cluster.groupby(cluster)}, "pair": [110000, 120000]}
    table = sc.moran_panel(frame, weights, groups=groups, fdr=True, rng=1).to_frame()
    p = table["pvalue_permutation"]
    tested = p.notna()
    assert tested.sum() == 18
    from scipy.stats import false_discovery_control

    np.testing.assert_allclose(table["qvalue"][tested], false_discovery_control(p[tested]))
    assert table["qvalue"][~tested].isna().all()
    q = table["qvalue"]
    assert table["stars"].tolist() == ["**" if x < 0.05 else "*" if x < 0.1 else "" for x in q]


# -- ways in --------------------------------------------------------------------------


def tidy(frame: pd.DataFrame, key: str = "adcode", value: str = "co2") -> pd.DataFrame:
    return frame.rename_axis(key).reset_index().melt(key, var_name="year", value_name=value)


FORMS: dict[str, Any] = {
    "adcode": lambda f: tidy(f),
    "unit": lambda f: tidy(f, "unit"),
    "index": lambda f: tidy(f).set_index("adcode"),
    "with a text column": lambda f: tidy(f).assign(name="成都"),
    "variable and value": lambda f: tidy(f, value="value").assign(variable="co2"),
    "shuffled": lambda f: tidy(f).sort_values(["year", "co2"]),
    "columns of two levels": lambda f: pd.concat({"co2": f}, axis=1),
    "panel": lambda f: sc.Panel.from_frame(tidy(f), unit="adcode", year="year"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(
    frame: pd.DataFrame, weights: Weights, cluster: pd.Series, form: str
) -> None:
    options: Any = {"groups": cluster, "rng": 1, "permutations": 49}
    expected = sc.moran_panel(frame, weights, **options).to_frame().assign(variable="co2")
    found = sc.moran_panel(FORMS[form](frame), weights, **options).to_frame()
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_several_variables_stand_one_under_the_other(frame: pd.DataFrame, weights: Weights) -> None:
    table = tidy(frame).assign(logged=lambda t: np.log(t["co2"]))
    found = sc.moran_panel(table, weights, rng=1, permutations=49)
    assert found.to_frame()["variable"].tolist() == ["co2"] * 3 + ["logged"] * 3
    logged = sc.moran_panel(np.log(frame), weights, rng=1, permutations=49)
    assert found.pivot(variable="logged").equals(logged.pivot())
    assert found.pivot().equals(sc.moran_panel(frame, weights, permutations=0).pivot())


def test_input_is_left_alone(frame: pd.DataFrame, weights: Weights) -> None:
    table = tidy(frame)
    before = table.copy()
    sc.moran_panel(table, weights, permutations=9)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda f: f.to_numpy(), sc.AlignmentError, "frame is a ndarray"),
        (lambda f: f[2005], sc.AlignmentError, "frame is a Series"),
        (lambda f: f.iloc[:0], sc.AlignmentError, "without data"),
        (lambda f: f.iloc[1:], sc.AlignmentError, "1 without a value (110000)"),
        (lambda f: pd.concat([f, f.iloc[:1]]), sc.AlignmentError, "repeated labels"),
        (lambda f: f.rename(index=str), sc.AlignmentError, "different types"),
        (lambda f: tidy(f).set_index(["adcode", "year"]), sc.AlignmentError, "2 levels"),
        (
            lambda f: pd.concat({1: pd.concat({2: f}, axis=1)}, axis=1),
            sc.AlignmentError,
            "3 levels",
        ),
        (lambda f: tidy(f).replace(2017, np.nan), sc.AlignmentError, "without adcode or year"),
        (lambda f: f.mask(f > 200), sc.MissingDataError, "value in 2010 is missing"),
        (lambda f: f.assign(**{"x": "text"}), sc.SchemaError, "value in x is not numeric"),
        (lambda f: f.replace(f.iloc[3, 1], np.inf), sc.MissingDataError, "infinite"),
        (lambda f: f.set_axis([2005, 2005, 2017], axis=1), sc.AlignmentError, "2005"),
        (lambda f: tidy(f).assign(co2="much"), sc.SchemaError, "no numeric column"),
        (lambda f: pd.concat([tidy(f), tidy(f)[:2]]), sc.AlignmentError, "2 repeated rows"),
        (lambda f: tidy(f).iloc[1:], sc.MissingDataError, "co2 in 2005 is missing for 1"),
    ],
)
def test_bad_tables(
    frame: pd.DataFrame, weights: Weights, spoil: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        sc.moran_panel(spoil(frame), weights, permutations=0)
    assert message in str(caught.value)


def test_options_are_checked(frame: pd.DataFrame, weights: Weights) -> None:
    for options in (
        {"alternative": "both"},
        {"missing": "omit"},
        {"permutations": -1},
        {"rng": "x"},
    ):
        with pytest.raises(sc.OptionError):
            sc.moran_panel(frame, weights, **options)  # type: ignore[arg-type]


# -- status ---------------------------------------------------------------------------


@pytest.fixture
def statuses(frame: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Return a panel in which everything that can go wrong in a group does."""
    bth = [110000, 120000, 130100, 130200, 130300]
    values = frame.copy()
    values.loc[bth, 2010] = 5.0
    groups = {
        "fine": bth,
        "three": bth[:3],
        "none": [],
        "apart": [110000, 440100, 330900, 510100],
        "complete": [440100, 440300, 441900, 440600],
    }
    full = sc.Weights.from_sparse(1 - np.eye(4), groups["complete"]).to_edges()
    rest = weights.standardised("B").to_edges()
    both = groups["complete"]
    edges = pd.concat([rest[~(rest["focal"].isin(both) & rest["neighbor"].isin(both))], full])
    w = sc.Weights.from_edges(edges, units=weights.units).standardised("R")
    result = sc.moran_panel(values, w, groups=groups, overall=False, permutations=99, rng=1)
    for status, rows in {
        "all islands": "apart 2005, apart 2010, apart 2017",
        "constant": "fine 2010",
        "n<4": "three 2005, three 2010, three 2017, none 2005, none 2010 … (+1)",
        "var<=0": "complete 2005, complete 2010, complete 2017",
    }.items():
        assert sum(status in note and note.endswith(f": {rows}") for note in result.notes) == 1
    return result.to_frame().set_index(["group", "year"])


def test_one_bad_group_does_not_stop_the_others(statuses: pd.DataFrame) -> None:
    assert statuses["status"].to_dict() == {
        ("fine", 2005): "ok",
        ("fine", 2010): "constant",
        ("fine", 2017): "ok",
        **{("three", year): "n<4" for year in YEARS},
        **{("none", year): "n<4" for year in YEARS},
        **{("apart", year): "all islands" for year in YEARS},
        **{("complete", year): "var<=0" for year in YEARS},
    }
    assert statuses["n"].groupby(level=0).first().to_dict() == {
        "fine": 5,
        "three": 3,
        "none": 0,
        "apart": 4,
        "complete": 4,
    }


def test_statistics_of_bad_groups_are_missing_and_never_invented(statuses: pd.DataFrame) -> None:
    numbers = [c for c in MORAN_COLUMNS if c not in ("n", "permutations", "status")]
    bad = statuses[statuses["status"].isin(["n<4", "constant", "all islands"])]
    assert bad[numbers].isna().all().all()
    assert (bad["permutations"] == 0).all()
    assert (bad["stars"] == "").all()
    good = statuses[statuses["status"] == "ok"]
    assert good[numbers].notna().all().all()
    full = statuses[statuses["status"] == "var<=0"]
    assert (full["pvalue_permutation"] == 1).all()
    assert full[["z_normality", "z_randomization", "pvalue_randomization"]].isna().all().all()
    np.testing.assert_allclose(full["statistic"], -1 / 3)


def test_a_constant_year_leaves_the_other_years_alone(
    frame: pd.DataFrame, weights: Weights
) -> None:
    spoiled = frame.assign(flat=1.0)[[2005, "flat", 2010, 2017]]
    table = sc.moran_panel(spoiled, weights, rng=1, permutations=99).to_frame()
    clean = sc.moran_panel(frame, weights, rng=1, permutations=99).to_frame()
    for year in YEARS:
        a = table[table["year"] == year].reset_index(drop=True)
        b = clean[clean["year"] == year].reset_index(drop=True)
        pd.testing.assert_frame_equal(a, b, check_dtype=False, check_exact=True)
    assert table["status"].tolist() == ["ok", "constant", "ok", "ok"]


def test_dropping_is_done_row_by_row(frame: pd.DataFrame, weights: Weights) -> None:
    gaps = frame.copy()
    gaps.loc[[110000, 120000], 2010] = np.nan
    table = sc.moran_panel(gaps, weights, missing="drop", rng=1, permutations=49).to_frame()
    assert table["n"].tolist() == [111, 109, 111]
    single = sc.global_moran(gaps[2010], weights, missing="drop", rng=1, permutations=49)
    assert table["statistic"][1] == pytest.approx(single.statistic, rel=1e-12)
    assert table["pvalue_permutation"][1] == single.pvalue_permutation


def test_a_group_is_cut_from_the_raw_weights(
    frame: pd.DataFrame, weights: Weights, cluster: pd.Series
) -> None:
    yrd = cluster.index[cluster == "YRD"]
    table = sc.moran_panel(frame, weights, groups={"YRD": yrd}, permutations=0).pivot()
    part = weights.standardised("B").subset(yrd).standardised("R")
    expected = sc.global_moran(frame.loc[yrd, 2017], part, permutations=0).statistic
    assert table.loc["YRD", 2017] == pytest.approx(expected, rel=1e-12)


# -- groups ---------------------------------------------------------------------------

UNITS = pd.Index(list("abcd"))


def test_empty_labels_are_no_group() -> None:
    labels = pd.Series(["y", "", None, "x"], list("dcba"), dtype=object)
    found = group_members(labels, UNITS, overall=True)
    assert {k: list(v) for k, v in found.items()} == {"ALL": list("abcd"), "y": ["d"], "x": ["a"]}


def test_groups_may_overlap_and_keep_the_order_of_the_weights() -> None:
    found = group_members({"one": ["c", "a"], "two": ("a", "b", "b")}, UNITS, overall=False)
    assert {k: list(v) for k, v in found.items()} == {"one": ["a", "c"], "two": ["a", "b"]}


def test_hundreds_of_groups_have_names_of_their_own() -> None:
    found = group_members({f"g{i}": ["a"] for i in range(300)}, UNITS, overall=True)
    assert list(found) == ["ALL", *(f"g{i}" for i in range(300))]


def test_no_groups_are_all_units() -> None:
    for overall in (True, False):
        assert list(group_members(None, UNITS, overall=overall)) == ["ALL"]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (pd.Series(["x"], ["a"]), "groups does not cover"),
        ({"g": ["a", "z"]}, "group g has 1 units that are not in the weights"),
        ({"ALL": ["a", "b"]}, "two groups have the same name"),
        ({1: ["a"], "1": ["b"]}, "two groups have the same name"),
        (pd.Series([1, "1", 1, 1], list("abcd"), dtype=object), "two groups have the same name"),
        (["x", "x", "y", "y"], "groups is a list"),
        (pd.DataFrame({"g": list("xxyy")}, list("abcd")), "groups is a DataFrame"),
        ("plan", "groups is a str"),
    ],
)
def test_bad_groups(groups: Any, message: str) -> None:
    with pytest.raises(sc.AlignmentError) as caught:
        group_members(groups, UNITS, overall=True)
    assert message in str(caught.value)


@pytest.mark.parametrize("groups", [{}, pd.Series("", list("abcd"))])
def test_no_group_at_all(groups: Any) -> None:
    with pytest.raises(sc.AlignmentError, match="no unit belongs to any group"):
        group_members(groups, UNITS, overall=False)
    assert list(group_members(groups, UNITS, overall=True)) == ["ALL"]


def test_all_is_free_where_it_is_not_asked_for() -> None:
    assert list(group_members({"ALL": ["a"]}, UNITS, overall=False)["ALL"]) == ["a"]
