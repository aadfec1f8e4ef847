"""Inequality by year equals the single calls; every shape of table; what is not defined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.stats.inequality_panel import COLUMNS

WIDE = pd.DataFrame({2005: [1.0, 3.0, 2.0], 2010: [2.0, 2.0, 2.0]}, index=["a", "b", "成都"])
PEOPLE = pd.Series([1.0, 2.0, 1.0], index=["成都", "b", "a"])
GROUPS = pd.Series(["x", "x", "y"], index=WIDE.index)


def test_every_row_equals_the_single_calls(plan_co2: pd.DataFrame, plan_units: Any) -> None:
    years = plan_co2[[2005, 2017]]
    found = sc.inequality_panel(years, groups=plan_units["cluster"])
    assert found.table.columns.tolist() == list(COLUMNS)
    for row in found.to_frame().to_dict("records"):
        values = years[row["year"]]
        split = sc.theil(values, groups=plan_units["cluster"])
        assert row["gini"] == float(sc.gini(values))
        assert row["gini_corrected"] == sc.gini(values).corrected
        assert row["variation"] == float(sc.coefficient_of_variation(values))
        assert row["herfindahl"] == float(sc.herfindahl(values))
        assert (row["theil_t"], row["between_t"], row["within_t"]) == (
            *(split.total, split.between, split.within),
        )
        assert row["theil_l"] == split.mean_log_deviation
        assert row["between_share_l"] == split.mean_log_deviation_between_share
        assert row["between_share_t"] + row["within_share_t"] == pytest.approx(1, abs=1e-12)
        own = found.groups[found.groups["year"] == row["year"]].drop(columns=["variable", "year"])
        pd.testing.assert_frame_equal(own.reset_index(drop=True), split.table, check_exact=True)


def test_all_shapes_of_a_table() -> None:
    tidy = WIDE.rename_axis("unit").reset_index().melt("unit", var_name="year", value_name="co2")
    tidy["year"] = tidy["year"].astype(int)
    panel = sc.Panel.from_frame(tidy, unit="unit", year="year", units={"co2": "t"})
    expected = sc.inequality_panel(WIDE).table.drop(columns="variable")
    for given in (tidy.sample(frac=1, random_state=1), panel, tidy.set_index("unit")):
        table = sc.inequality_panel(given).table
        assert table["variable"].tolist() == ["co2"] * 2
        pd.testing.assert_frame_equal(table.drop(columns="variable"), expected)


def test_population_of_every_kind() -> None:
    plain = sc.inequality_panel(WIDE, population=PEOPLE).table
    assert plain.loc[0, "gini"] == float(sc.gini(WIDE[2005], population=PEOPLE))
    assert np.isnan(plain.loc[0, "gini_corrected"])
    totals = WIDE[2005] * PEOPLE
    assert plain.loc[0, "herfindahl"] == pytest.approx(float(sc.herfindahl(totals)))
    by_year = pd.DataFrame({2005: PEOPLE, 2010: PEOPLE, 2020: PEOPLE})
    pd.testing.assert_frame_equal(sc.inequality_panel(WIDE, population=by_year).table, plain)
    tidy = pd.concat(
        [pd.DataFrame({"unit": WIDE.index, "year": y, "x": WIDE[y].to_numpy()}) for y in WIDE]
    )
    tidy["people"] = np.where(tidy["year"] == 2005, tidy["unit"].map(PEOPLE), np.nan)
    named = sc.inequality_panel(tidy, population="people").table
    assert named[["variable", "year"]].to_numpy().tolist() == [["x", 2005]]
    assert named.loc[0, "gini"] == plain.loc[0, "gini"]


def test_equal_and_empty_years() -> None:
    wide = WIDE.assign(**{"2015": 0.0}).rename(columns={"2015": 2015})
    found = sc.inequality_panel(wide, groups=GROUPS)
    table = found.table.set_index("year")
    assert table.loc[2010, ["gini", "theil_t", "variation"]].tolist() == [0, 0, 0]
    assert np.isnan(table.loc[2010, "between_share_t"])
    assert table["status"].tolist() == ["ok", "ok", "sum=0"]
    assert np.isnan(table.loc[2015, "gini"])
    assert "all values are zero or missing in 2015" in found.notes
    assert sorted(set(found.groups["year"])) == [2005, 2010]
    assert sc.inequality_panel(wide[[2015]], groups=GROUPS).groups.empty


def test_zero_and_missing_values_year_by_year() -> None:
    zero = WIDE.replace(3.0, 0.0)
    with pytest.raises(sc.SchemaError, match="value in 2005 is zero for 1 units"):
        sc.inequality_panel(zero)
    dropped = sc.inequality_panel(zero, zero="drop", groups=GROUPS)
    assert dropped.table["n"].tolist() == [2, 3]
    assert "units left out for missing or zero values: 1 (2005)" in dropped.notes
    kept = sc.inequality_panel(zero, zero="keep")
    assert kept.table["theil_l"].isna().tolist() == [True, False]
    assert "infinite" in kept.notes[0]
    holed = WIDE.replace(3.0, np.nan)
    with pytest.raises(sc.MissingDataError, match="value in 2005 is missing for 1 of 3"):
        sc.inequality_panel(holed)
    assert sc.inequality_panel(holed, missing="drop").table["n"].tolist() == [2, 3]
    nothing = WIDE.assign(**{"2005": 1.0}).rename(columns={"2005": 2006})
    nothing[2006] = np.nan
    assert sc.inequality_panel(nothing, missing="drop").table["status"].iloc[-1] == "sum=0"
    mixed = pd.DataFrame({2005: [0.0, np.nan]}, index=["a", "b"])
    with pytest.raises(sc.MissingDataError):
        sc.inequality_panel(mixed)


def test_bad_input() -> None:
    with pytest.raises(sc.SchemaError, match="no variable 'people'") as caught:
        sc.inequality_panel(WIDE, population="people")
    assert "value" in str(caught.value)
    with pytest.raises(sc.SchemaError, match="no population for the year 2010"):
        sc.inequality_panel(WIDE, population=pd.DataFrame({2005: PEOPLE}))
    with pytest.raises(sc.AlignmentError, match="different units"):
        sc.inequality_panel(WIDE, population=PEOPLE.drop("a"))
    with pytest.raises(sc.AlignmentError, match="is a list without data"):
        sc.inequality_panel([1, 2])  # type: ignore[arg-type]
    with pytest.raises(sc.AlignmentError, match="repeated labels"):
        sc.inequality_panel(WIDE.set_axis(["a", "a", "b"]))
    tidy = pd.DataFrame({"unit": ["a", "b"] * 2, "year": [2005] * 2 + [2010] * 2})
    tidy["x"], tidy["p"] = [1.0, 2, np.nan, np.nan], [np.nan, np.nan, 1.0, 1.0]
    with pytest.raises(sc.SchemaError, match="no year in common"):
        sc.inequality_panel(
            sc.Panel.from_frame(tidy, unit="unit", year="year", units={}), population="p"
        )
