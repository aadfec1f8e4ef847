"""Indicators on four towns whose ratios can be checked by eye."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

UNITS = {
    "co2": "Mt CO2",
    "people": "万人",
    "gdp": "亿元",
    "built": "km2",
    "uptake": "万t CO2",
}


def panel(units: dict[str, str] | None = None, **changes: Any) -> sc.Panel:
    table = pd.DataFrame(
        {
            "town": ["a", "b", "c", "d"] * 2,
            "year": [2005] * 4 + [2010] * 4,
            "co2": [1.0, 3.0, 2.0, 4.0, 2.0, 3.0, 1.0, 8.0],
            "people": [10.0, 90.0, 50.0, 50.0, 20.0, 90.0, np.nan, 50.0],
            "gdp": [100.0, 100.0, 50.0, 50.0, 100.0, 300.0, 0.0, 50.0],
            "built": [np.nan] * 4 + [10.0, 10.0, 20.0, 5.0],
            "uptake": [10.0, 0.0, 300.0, 40.0] * 2,
        }
    ).assign(**changes)
    return sc.Panel.from_frame(table, unit="town", year="year", units=units or UNITS)


GROUPS = {"ab": ["a", "b"], "cd": ["c", "d"]}
AREA = pd.Series({"d": 100.0, "c": 400.0, "b": 200.0, "a": 50.0})


def value(result: Any, place: str, indicator: str, year: int = 2005, column: str = "value") -> Any:
    table = result.to_frame()
    rows = table[
        (table["place"] == place) & (table["indicator"] == indicator) & (table["year"] == year)
    ]
    assert len(rows) == 1
    return rows[column].item()


@pytest.fixture
def result() -> Any:
    return sc.indicators(
        panel(),
        population="people",
        gdp="gdp",
        area=AREA,
        built_area="built",
        sink="uptake",
        groups=GROUPS,
    )


def test_table_has_the_promised_columns(result: Any) -> None:
    table = result.to_frame()
    assert table.columns.tolist() == [
        "level",
        "place",
        "year",
        "indicator",
        "value",
        "measure",
        "status",
    ]
    assert set(table["indicator"]) == {
        "total",
        "per_capita",
        "per_gdp",
        "per_area",
        "per_built_area",
        "net",
        "neutrality",
    }
    assert not table.duplicated(["place", "year", "indicator"]).any()
    measures = table.drop_duplicates("indicator").set_index("indicator")["measure"]
    assert measures.to_dict() == {
        "total": "Mt CO2",
        "per_capita": "t/person",
        "per_gdp": "t/10^4 CNY",
        "per_area": "t/km2",
        "per_built_area": "t/km2",
        "net": "Mt CO2",
        "neutrality": "1",
    }


def test_ratios_of_a_town(result: Any) -> None:
    assert value(result, "a", "total") == 1.0
    assert value(result, "a", "per_capita") == 1e6 / 1e5
    assert value(result, "a", "per_gdp") == pytest.approx(1e6 / 1e6)
    assert value(result, "a", "per_area") == 1e6 / 50
    assert value(result, "a", "per_built_area", 2010) == 2e6 / 10
    assert value(result, "a", "net") == pytest.approx(0.9)
    assert value(result, "a", "neutrality") == pytest.approx(0.1)


def test_ratios_of_a_group_are_ratios_of_sums(result: Any) -> None:
    assert value(result, "ab", "total") == 4.0
    assert value(result, "ab", "per_capita") == 4e6 / 1e6  # the mean of ratios is 6.67
    assert value(result, "ab", "per_area") == 4e6 / 250
    assert value(result, "ALL", "per_capita") == 10e6 / 2e6
    assert value(result, "ALL", "neutrality") == pytest.approx(3.5 / 10)
    assert value(result, "cd", "net", 2010) == pytest.approx(9 - 3.4)


def test_two_areas_two_names(result: Any) -> None:
    # Per land area c is leaner than a, per built-up area as well, yet d tells them apart.
    assert value(result, "d", "per_area", 2010) == 8e6 / 100
    assert value(result, "d", "per_built_area", 2010) == 8e6 / 5


def test_a_missing_denominator_makes_its_group_missing(result: Any) -> None:
    assert np.isnan(value(result, "c", "per_capita", 2010))
    assert value(result, "c", "per_capita", 2010, "status") == "missing"
    assert np.isnan(value(result, "cd", "per_capita", 2010))
    assert value(result, "cd", "per_capita", 2010, "status") == "missing"
    assert value(result, "ALL", "per_capita", 2010, "status") == "missing"
    assert value(result, "ab", "per_capita", 2010) == 5e6 / 1.1e6


def test_a_denominator_of_zero_is_a_status(result: Any) -> None:
    assert np.isnan(value(result, "c", "per_gdp", 2010))
    assert value(result, "c", "per_gdp", 2010, "status") == "denominator<=0"
    # The group still has one: 9 Mt over 50 亿元.
    assert value(result, "cd", "per_gdp", 2010) == pytest.approx(9e6 / 5e5)
    assert value(result, "cd", "per_gdp", 2010, "status") == "ok"


def test_negative_denominators_are_a_status_too() -> None:
    found = sc.indicators(panel(people=[-1.0] * 8), population="people")
    table = found.to_frame()
    ratios = table[table["indicator"] == "per_capita"]
    assert ratios["value"].isna().all()
    assert set(ratios["status"]) == {"denominator<=0"}


def test_neutrality_of_no_emission_is_undefined() -> None:
    found = sc.indicators(panel(co2=[0.0, *[1.0] * 7]), sink="uptake")
    assert value(found, "a", "neutrality", column="status") == "denominator<=0"
    assert value(found, "a", "net") == pytest.approx(-0.1)


def test_years_without_a_denominator_are_absent(result: Any) -> None:
    table = result.to_frame()
    built = table[table["indicator"] == "per_built_area"]
    assert set(built["year"]) == {2010}
    assert set(table.loc[table["indicator"] == "total", "year"]) == {2005, 2010}


def test_units_of_measure_are_carried_through(result: Any) -> None:
    other = panel(
        units={**UNITS, "co2": "万吨 CO2", "people": "person", "gdp": "元", "uptake": "Mt CO2"},
        co2=lambda t: t["co2"] * 100,
        people=lambda t: t["people"] * 1e4,
        gdp=lambda t: t["gdp"] * 1e8,
        uptake=lambda t: t["uptake"] / 100,
    )
    found = sc.indicators(
        other,
        population="people",
        gdp="gdp",
        area=AREA,
        built_area="built",
        sink="uptake",
        groups=GROUPS,
    )
    a, b = result.to_frame(), found.to_frame()
    ratios = ~a["indicator"].isin(["total", "net"])
    pd.testing.assert_frame_equal(a[ratios], b[ratios], rtol=1e-12)
    totals = a["indicator"].isin(["total", "net"])
    np.testing.assert_allclose(b["value"][totals], a["value"][totals] * 100, rtol=1e-12)
    assert set(b["measure"][totals]) == {"万吨 CO2"}


@pytest.mark.parametrize(
    ("units", "options", "message"),
    [
        (
            {**UNITS, "people": "亿元"},
            {"population": "people"},
            "亿元 cannot be turned into person",
        ),
        ({**UNITS, "co2": "km2"}, {"population": "people"}, "km2 cannot be turned into t"),
        ({**UNITS, "uptake": "t C"}, {"sink": "uptake"}, "different substances"),
        ({k: v for k, v in UNITS.items() if k != "co2"}, {}, "co2 has no unit of measure"),
        (
            {k: v for k, v in UNITS.items() if k != "gdp"},
            {"gdp": "gdp"},
            "gdp has no unit of measure",
        ),
    ],
)
def test_units_are_never_guessed(units: dict[str, str], options: Any, message: str) -> None:
    with pytest.raises(sc.UnitMismatchError) as caught:
        sc.indicators(panel(units), **options)
    assert message in str(caught.value)


def test_missing_emissions_are_named() -> None:
    with pytest.raises(sc.MissingDataError, match="co2 is missing 1 times") as caught:
        sc.indicators(panel(co2=[1.0, np.nan, *[1.0] * 6]))
    assert re.search("got: b .*2005", str(caught.value))
    found = sc.indicators(panel(co2=[1.0, np.nan, *[1.0] * 6]), years=[2010])
    assert set(found.to_frame()["year"]) == {2010}


def test_bad_requests() -> None:
    with pytest.raises(sc.OptionError, match="no values in 2007"):
        sc.indicators(panel(), years=[2007])
    with pytest.raises(sc.OptionError, match="no variable 'popul'"):
        sc.indicators(panel(), population="popul")
    with pytest.raises(sc.AlignmentError, match="area does not cover"):
        sc.indicators(panel(), area=AREA.drop("a"))
    with pytest.raises(sc.AlignmentError, match="without labels"):
        sc.indicators(panel(), area=AREA.to_list())  # type: ignore[arg-type]
    with pytest.raises(sc.AlignmentError, match="group g has 1 units"):
        sc.indicators(panel(), groups={"g": ["z"]})


def test_pivot(result: Any) -> None:
    wide = result.pivot("per_capita")
    assert wide.index.tolist() == ["ALL", "ab", "cd"]
    assert wide.loc["ab", 2005] == 4.0
    assert result.pivot("total", level="unit").loc["d", 2010] == 8.0
    with pytest.raises(sc.OptionError, match="no indicator 'per_head'") as caught:
        result.pivot("per_head")
    assert "per_capita" in str(caught.value)


# -- growth ---------------------------------------------------------------------------


def test_growth_simple_and_annual() -> None:
    found = sc.growth(panel(), start=2005, end=2010, groups=GROUPS)
    rows = found.set_index("place")
    assert rows.loc["a", "growth"] == 1.0
    assert rows.loc["a", "annual_growth"] == pytest.approx(2 ** (1 / 5) - 1, rel=1e-14)
    assert rows.loc["c", "growth"] == -0.5
    assert rows.loc["ab", ["value_start", "value_end", "change"]].tolist() == [4.0, 5.0, 1.0]
    assert rows.loc["ab", "growth"] == 0.25
    assert rows.loc["ALL", "growth"] == pytest.approx(0.4)
    assert (rows["status"] == "ok").all()
    assert set(rows["measure"]) == {"Mt CO2"}


def test_growth_from_nothing_is_undefined() -> None:
    found = sc.growth(panel(co2=[0.0, 1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 0.0]), start=2005, end=2010)
    rows = found.set_index("place")
    assert rows.loc[["a", "c"], ["growth", "annual_growth"]].isna().all().all()
    assert rows["status"].tolist() == ["start<=0", "ok", "start<=0", "ok"]
    # To below zero: a change there is, a rate per year there is not.
    assert rows.loc["b", "growth"] == -2.0
    assert np.isnan(rows.loc["b", "annual_growth"])
    assert rows.loc["d", ["growth", "annual_growth"]].tolist() == [-1.0, -1.0]


@pytest.mark.parametrize(("start", "end"), [(2010, 2005), (2005, 2005)])
def test_growth_has_a_length(start: int, end: int) -> None:
    with pytest.raises(sc.OptionError, match="has no length"):
        sc.growth(panel(), start=start, end=end)


def test_growth_in_an_unknown_year() -> None:
    with pytest.raises(sc.OptionError, match="no values in 2011"):
        sc.growth(panel(), start=2005, end=2011)
