"""Gini, Theil, variation, Herfindahl: worked values, an oracle by brute force, bad input."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

Y = pd.Series([2.0, 4.0, 6.0, 8.0], index=["a", "b", "c", "成都"])
P = pd.Series([100, 100, 200, 100], index=["成都", "c", "b", "a"])
GROUPS = {"low": ["a", "b"], "high": ["成都", "c"]}


def double_sum(y: Any, q: Any) -> float:
    """Gini by its definition."""
    y, q = np.asarray(y, dtype=float), np.asarray(q, dtype=float) / np.sum(q)
    return float((np.abs(y[:, None] - y) * np.outer(q, q)).sum() / (2 * q @ y))


def plain_theil(y: Any, p: Any) -> tuple[float, float]:
    """T and L from shares, written another way than the package does."""
    y, p = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    q, s = p / p.sum(), p * y / (p * y).sum()
    return float(np.sum(s * np.log(s / q))), float(np.sum(q * np.log(q / s)))


def test_the_worked_example() -> None:
    found = sc.theil(Y, population=P, groups=GROUPS)
    assert found.total == pytest.approx(0.092332, abs=5e-7)
    assert found.between == pytest.approx(0.068154, abs=5e-7)
    assert found.within == pytest.approx(0.024178, abs=5e-7)
    assert found.mean_log_deviation == pytest.approx(0.101229, abs=5e-7)
    assert found.mean_log_deviation_between == pytest.approx(0.067868, abs=5e-7)
    assert found.mean_log_deviation_within == pytest.approx(0.033360, abs=5e-7)
    assert float(sc.gini(Y, population=P)) == pytest.approx(0.233333, abs=5e-7)
    variation = sc.coefficient_of_variation(Y, population=P)
    assert float(variation) == pytest.approx(0.424918, abs=5e-7)
    assert variation.corrected is None
    assert sc.gini(Y, population=P).corrected is None


def test_the_worked_example_unweighted() -> None:
    assert sc.theil(Y).total == pytest.approx(0.106440, abs=5e-7)
    assert sc.theil(Y).between is None
    assert sc.theil(Y).between_share is None
    assert sc.theil(Y).table.empty
    assert sc.gini(Y).statistic == pytest.approx(0.25)
    assert sc.gini(Y).corrected == pytest.approx(1 / 3)
    assert sc.coefficient_of_variation(Y).statistic == pytest.approx(0.447214, abs=5e-7)
    assert sc.coefficient_of_variation(Y).corrected == pytest.approx(0.516398, abs=5e-7)


def test_group_table_adds_up() -> None:
    found = sc.theil(Y, population=P, groups=GROUPS)
    table = found.table.set_index("group")
    assert table.loc["low", "population_share"] == pytest.approx(0.6)
    assert table.loc["low", "value_share"] == pytest.approx(1000 / 2400)
    assert table.loc["low", "mean"] == pytest.approx(1000 / 300)
    inside = plain_theil([2, 4], [100, 200])
    assert table.loc["low", ["theil_t", "theil_l"]].tolist() == pytest.approx(inside)
    assert table.loc["low", "gini"] == pytest.approx(double_sum([2, 4], [100, 200]))
    for letter, total, between in (
        ("t", found.total, found.between_share),
        ("l", found.mean_log_deviation, found.mean_log_deviation_between_share),
    ):
        assert between + table[f"contribution_{letter}"].sum() == pytest.approx(1, abs=1e-12)
        assert table[f"within_{letter}"].sum() == pytest.approx(total * (1 - between), abs=1e-12)
    frame = found.to_frame()
    assert frame["part"].tolist() == ["total", "between", "within low", "within high"]
    assert frame["theil_t"].iloc[1:].sum() == pytest.approx(frame["theil_t"].iloc[0], abs=1e-12)


def test_against_brute_force_on_the_cities(plan_co2: pd.DataFrame) -> None:
    values = plan_co2[2010]
    people = sc.load_table("city_population").query("year == 2010")
    people = people.set_index("adcode")["population"].loc[plan_co2.index]
    head = values / people * 1e6
    q = people / people.sum()
    assert float(sc.gini(head, population=people)) == pytest.approx(double_sum(head, q), rel=1e-12)
    assert float(sc.gini(values)) == pytest.approx(double_sum(values, np.ones(111)), rel=1e-12)
    found = sc.theil(head, population=people)
    assert (found.total, found.mean_log_deviation) == pytest.approx(plain_theil(head, people))
    variation = sc.coefficient_of_variation(values)
    assert variation.corrected == pytest.approx(values.std() / values.mean(), rel=1e-12)
    share = values / values.sum()
    assert float(sc.herfindahl(values)) == pytest.approx((share**2).sum(), rel=1e-12)


def test_the_lorenz_curve() -> None:
    curve = sc.gini(Y, population=P).lorenz
    assert curve["population"].tolist() == pytest.approx([0, 0.2, 0.6, 0.8, 1])
    assert curve["value"].tolist() == pytest.approx([0, 200 / 2400, 1000 / 2400, 1600 / 2400, 1])
    below = np.trapezoid(curve["value"], curve["population"])
    assert 1 - 2 * below == pytest.approx(float(sc.gini(Y, population=P)))


def test_a_result_is_a_number() -> None:
    found = sc.gini(Y)
    assert found == 0.25
    assert found == pytest.approx(0.25)
    assert 1 - found == 0.75
    assert f"{found:.2f}" == "0.25"
    assert (found.value, found.statistic, found.n, found.mean) == (0.25, 0.25, 4, 5.0)
    for other in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert other == 0.25
        assert other.corrected == found.corrected
        assert other.lorenz.equals(found.lorenz)
    assert "statistic  0.25" in found.summary()
    assert sc.herfindahl(Y).to_frame().columns.tolist() == [
        *("statistic", "n", "mean", "effective_number", "normalised"),
    ]


def test_herfindahl() -> None:
    even = sc.herfindahl(pd.Series([3.0] * 5))
    assert float(even) == pytest.approx(0.2)
    assert even.effective_number == pytest.approx(5)
    assert even.normalised == pytest.approx(0, abs=1e-15)
    alone = sc.herfindahl(pd.Series([0.0, 7.0, 0.0]))
    assert (float(alone), alone.effective_number, alone.normalised) == (1.0, 1.0, 1.0)
    assert alone.mean == pytest.approx(7 / 3)
    one = sc.herfindahl(pd.Series([7.0]))
    assert (float(one), one.normalised) == (1.0, None)
    cv = sc.coefficient_of_variation(Y)
    assert float(sc.herfindahl(Y)) == pytest.approx((1 + cv**2) / 4)


def test_all_equal_is_zero_and_has_no_shares() -> None:
    flat = pd.Series(0.1 + 0.2, index=Y.index)
    found = sc.theil(flat, population=P, groups=GROUPS)
    assert (found.total, found.between, found.within) == (0, 0, 0)
    assert (found.mean_log_deviation, found.mean_log_deviation_between) == (0, 0)
    assert math.isnan(found.between_share)
    assert found.table[["contribution_t", "contribution_l"]].isna().all(axis=None)
    assert sc.gini(flat, population=P) == 0
    assert sc.coefficient_of_variation(flat) == 0


def test_a_group_of_one_has_nothing_inside() -> None:
    found = sc.theil(Y, groups={"one": ["a"], "rest": ["b", "c", "成都"]})
    row = found.table.set_index("group").loc["one"]
    assert (row["theil_t"], row["theil_l"], row["gini"], row["within_t"]) == (0, 0, 0, 0)
    assert found.between + found.within == pytest.approx(found.total, abs=1e-12)


def test_zero_values() -> None:
    some = Y.replace(2.0, 0.0)
    with pytest.raises(sc.SchemaError, match="zero for 1 units") as caught:
        sc.theil(some)
    assert "zero='drop'" in str(caught.value)
    dropped = sc.theil(some, zero="drop")
    assert dropped.dropped == ("a",)
    assert dropped.n == 3
    assert dropped.total == pytest.approx(sc.theil(some.drop("a")).total)
    assert "1 units left out: a" in dropped.notes
    kept = sc.theil(some, zero="keep", groups=GROUPS)
    share = np.array([4, 6, 8]) / 18
    assert kept.total == pytest.approx((share * np.log(share * 4)).sum())
    assert math.isnan(kept.mean_log_deviation)
    assert kept.between + kept.within == pytest.approx(kept.total, abs=1e-12)
    assert "infinite" in kept.notes[0]
    assert float(sc.gini(some)) == pytest.approx(double_sum(some, np.ones(4)))


def test_a_group_with_nothing_at_all() -> None:
    found = sc.theil(
        pd.Series([0.0, 0.0, 1.0, 2.0], list("abcd")),
        groups={"nil": ["a", "b"], "all": ["c", "d"]},
        zero="keep",
    )
    row = found.table.set_index("group").loc["nil"]
    assert (row["value_share"], row["within_t"], row["contribution_t"]) == (0, 0, 0)
    assert math.isnan(row["theil_t"])
    assert found.between == pytest.approx(math.log(2))
    assert found.between + found.within == pytest.approx(found.total, abs=1e-12)


def test_missing_values() -> None:
    holed, people = Y.replace(4.0, np.nan), P.astype(float).replace(200.0, np.nan)
    with pytest.raises(sc.MissingDataError, match="missing for 1 of 4 units"):
        sc.gini(holed)
    with pytest.raises(sc.MissingDataError, match="the population is missing"):
        sc.gini(Y, population=people)
    for found in (
        sc.gini(holed, population=P, missing="drop"),
        sc.gini(Y, population=people, missing="drop"),
    ):
        assert found.dropped == ("b",)
        assert float(found) == pytest.approx(float(sc.gini(Y.drop("b"), population=P.drop("b"))))
    split = sc.theil(holed, groups=GROUPS, missing="drop")
    assert split.table["n"].tolist() == [1, 2]


def test_order_of_rows_changes_no_bit(plan_co2: pd.DataFrame) -> None:
    values = plan_co2[2017]
    shuffled = values.sample(frac=1, random_state=4)
    groups = values.index.to_series().floordiv(10000)
    assert float(sc.gini(values)) == float(sc.gini(shuffled))
    one, two = sc.theil(values, groups=groups), sc.theil(shuffled, groups=groups)
    assert (one.total, one.between, one.within) == (two.total, two.between, two.within)
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
    assert one.settings == two.settings


def test_contrarian(contrarian: Any) -> None:
    table = contrarian.table
    labels = contrarian.units["cluster"].replace("", "island")
    found = sc.theil(table["co2"], population=table["gdp"], groups=labels)
    assert set(found.table["group"]) == {"西", "east", "island"}
    assert found.between + found.within == pytest.approx(found.total, abs=1e-12)
    assert sc.gini(table["flat"]) == 0
    assert "one unit only" in sc.gini(table["co2"].iloc[:1]).notes[0]
    assert sc.gini(table["co2"].iloc[:1]).corrected is None


CALLS = {
    "gini": sc.gini,
    "theil": sc.theil,
    "variation": sc.coefficient_of_variation,
    "herfindahl": sc.herfindahl,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda y: y.replace(2.0, -2.0), sc.SchemaError, "is negative for a"),
        (lambda y: y * 0.0 + 0.0, (sc.DegenerateDataError, sc.SchemaError), "is zero for"),
        (lambda y: y.iloc[:0], sc.DegenerateDataError, "there is no unit"),
        (lambda y: y.replace(2.0, np.inf), sc.MissingDataError, "infinite"),
        (lambda y: y.astype(object).replace(2.0, "two"), sc.SchemaError, "is not numeric"),
        (lambda y: y.set_axis(["a", "a", "b", "c"]), sc.AlignmentError, "repeated labels"),
        (lambda y: y.to_numpy(), sc.AlignmentError, "without labels"),
        (lambda y: y.tolist(), sc.AlignmentError, "without labels"),
    ],
)
def test_bad_values(call: Any, spoil: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call(spoil(Y))


def test_bad_population_groups_and_options() -> None:
    with pytest.raises(sc.SchemaError, match="the population is not positive for b"):
        sc.gini(Y, population=P.replace(200, 0))
    with pytest.raises(sc.AlignmentError, match="population and the values are of different") as e:
        sc.gini(Y, population=P.rename({"c": "d"}))
    assert "1 units without it (c), 1 without a value (d)" in str(e.value)
    with pytest.raises(sc.AlignmentError, match="without labels"):
        sc.gini(Y, population=[1, 2, 3, 4])  # type: ignore[arg-type]
    with pytest.raises(sc.SchemaError, match="in no group: 成都"):
        sc.theil(Y, groups={"x": ["a", "b", "c"]})
    with pytest.raises(sc.SchemaError, match="in several groups: a"):
        sc.theil(Y, groups={"x": ["a", "b", "c"], "y": ["a", "成都"]})
    with pytest.raises(sc.SchemaError, match="in no group: b"):
        sc.theil(Y, groups=pd.Series(["x", "", "x", "y"], Y.index))
    with pytest.raises(sc.OptionError, match="zero='dorp'"):
        sc.theil(Y, zero="dorp")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="missing='ignore'"):
        sc.gini(Y, missing="ignore")  # type: ignore[arg-type]


def test_inputs_are_left_alone() -> None:
    y, p = Y.copy(), P.copy()
    table = sc.theil(Y, population=P, groups=GROUPS).table
    table.loc[0, "n"] = 9
    pd.testing.assert_series_equal(Y, y)
    pd.testing.assert_series_equal(P, p)
