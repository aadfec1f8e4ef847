"""The panel: keys, units of measure, and what each operation refuses."""

import pickle

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.data.schema import year_ranges


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "city": ["丙", "甲", "乙", "丙", "甲"],
            "year": [2005, 2005, 2005, 2010, 2010],
            "co2": [3.0, 1.0, 2.0, 6.0, 4.0],
            "pop": [30.0, 10.0, np.nan, np.nan, np.nan],
        }
    )


@pytest.fixture
def panel(table):
    return sc.Panel.from_frame(
        table, unit="city", year="year", units={"co2": "Mt CO2", "pop": "persons"}
    )


def test_contents(panel):
    assert panel.units.tolist() == ["丙", "甲", "乙"]
    assert panel.years == (2005, 2010)
    assert panel.variables == ("co2", "pop")
    assert panel.units_of_measure == {"co2": "Mt CO2", "pop": "persons"}
    assert "co2" in panel
    assert panel["co2"].loc["丙"].to_dict() == {2005: 3.0, 2010: 6.0}
    assert panel["co2"].attrs["unit"] == "Mt CO2"
    assert panel["pop"].columns.tolist() == [2005]
    assert panel.at("co2", 2010).attrs["units"] == {"co2": "Mt CO2"}
    assert panel.missing("co2") == [("乙", 2010)]
    assert panel.missing("pop") == [("乙", 2005)]


def test_display(panel):
    expected = "<Panel: 3 units (city) × 2 years (2005, 2010), co2 [Mt CO2], pop [persons]>"
    assert repr(panel) == expected
    html = panel._repr_html_()
    assert ">Panel<" in html
    assert "Mt CO₂" in html
    assert year_ranges([2005, 2006, 2007, 2010, 2011]) == "2005–2007, 2010, 2011"


def test_unknown_names(panel):
    with pytest.raises(sc.OptionError, match=r"no variable 'c02'(.|\n)*fix: 'co2'"):
        panel["c02"]
    with pytest.raises(sc.OptionError, match=r"pop has no values in 2010\n.*a year of 2005"):
        panel.at("pop", 2010)


def test_it_cannot_be_changed(panel, table):
    with pytest.raises(AttributeError):
        panel.years = ()
    grid, values = panel["co2"], panel.at("co2", 2005)
    grid.loc[:, 2005] = 0.0
    values.loc["丙"] = 0.0
    panel.units_of_measure["co2"] = "t"
    table["co2"] = 0.0
    assert panel.at("co2", 2005).tolist() == [3.0, 1.0, 2.0]
    assert panel.measures["co2"] == "Mt CO2"


def test_it_can_be_pickled(panel):
    assert pickle.loads(pickle.dumps(panel)) == panel


def test_equality_follows_contents(panel, table):
    shuffled = table.sample(frac=1, random_state=1)
    units = {"co2": "Mt CO2", "pop": "persons"}
    same = sc.Panel.from_frame(shuffled, unit="city", year="year", units=units)
    assert same == panel
    assert hash(same) == hash(panel)
    assert same != panel.convert("co2", "kt")
    assert same != panel.subset(years=2005)
    assert same != "panel"
    table.loc[0, "co2"] = 3.0000001
    assert sc.Panel.from_frame(table, unit="city", year="year", units=units) != panel


def test_equality_sees_units_of_measure_and_years():
    table = pd.DataFrame({"city": ["A", "A"], "year": [2005, 2010], "v": [1.0, 2.0]})
    keys = {"unit": "city", "year": "year"}
    tonnes = sc.Panel.from_frame(table, **keys, units="t")
    assert tonnes == sc.Panel.from_frame(table, **keys, units="t")
    assert tonnes != sc.Panel.from_frame(table, **keys, units="kg")
    first = sc.Panel.from_frame(table.assign(w=[7.0, np.nan]), **keys)
    assert first != sc.Panel.from_frame(table.assign(w=[np.nan, 7.0]), **keys)


def test_to_frame_is_the_full_grid(panel):
    frame = panel.to_frame()
    assert list(frame) == ["city", "year", "co2", "pop"]
    assert len(frame) == 6
    assert frame.attrs["units"] == {"co2": "Mt CO2", "pop": "persons"}
    assert sc.Panel.from_frame(frame, unit="city", year="year") == panel


class TestFromFrame:
    def test_one_year_and_undated(self, table):
        half = table[table["year"] == 2010]
        assert sc.Panel.from_frame(half, unit="city", year=2010, values="co2").years == (2010,)
        assert sc.Panel.from_frame(half, unit="city", year=UNDATED, values="co2").years == (0,)

    def test_text_columns_are_named(self, table):
        table["zh"] = "字"
        panel = sc.Panel.from_frame(table, unit="city", year="year")
        assert panel.notes == ("columns without numbers left out: zh",)
        assert panel.units_of_measure == {"co2": None, "pop": None}
        with pytest.raises(sc.SchemaError, match="zh is not numeric"):
            sc.Panel.from_frame(table, unit="city", year="year", values="zh")
        with pytest.raises(sc.SchemaError, match="no column of numbers"):
            sc.Panel.from_frame(table[["city", "year", "zh"]], unit="city", year="year")

    def test_duplicates(self, table):
        doubled = pd.concat([table, table.iloc[[1]]], ignore_index=True)
        with pytest.raises(sc.AlignmentError, match=r"甲 stands twice in 2005\n.*rows 1 and 5"):
            sc.Panel.from_frame(doubled, unit="city", year="year")

    def test_labels(self, table):
        table["code"] = [1.0, 2.0, 3.0, 1.0, 2.0]
        panel = sc.Panel.from_frame(table, unit="code", year="year", values="co2")
        assert panel.units.tolist() == [1, 2, 3]
        assert panel.units.dtype == "int64"
        table.loc[4, "code"] = np.nan
        with pytest.raises(sc.AlignmentError, match=r"1 of them without code\n.*rows 4"):
            sc.Panel.from_frame(table, unit="code", year="year", values="co2")

    def test_bad_keys(self, table):
        with pytest.raises(sc.SchemaError, match=r"no column 'citi'(.|\n)*fix: 'city'"):
            sc.Panel.from_frame(table, unit="citi", year="year")
        with pytest.raises(sc.SchemaError, match="both called 'year'"):
            sc.Panel.from_frame(table.head(3), unit="city", year=2005, values="year")
        table["year"] = table["year"].astype(object)
        table.loc[2, "year"] = "x"
        with pytest.raises(sc.OptionError, match="'x' is not a year"):
            sc.Panel.from_frame(table, unit="city", year="year")

    def test_infinite(self, table):
        table.loc[2, "co2"] = np.inf
        with pytest.raises(sc.MissingDataError, match=r"co2 is infinite for 1 units\n.*乙"):
            sc.Panel.from_frame(table, unit="city", year="year")

    def test_units_of_measure(self, table):
        table.attrs["units"] = {"co2": "kt"}
        panel = sc.Panel.from_frame(table, unit="city", year="year")
        assert panel.units_of_measure == {"co2": "kt", "pop": None}
        with pytest.raises(sc.UnitMismatchError, match="no unit of measure to convert from"):
            panel.convert("pop", "persons")
        with pytest.raises(sc.UnitMismatchError, match="'tt' is not a unit"):
            sc.Panel.from_frame(table, unit="city", year="year", units={"co2": "tt"})


class TestSubset:
    def test_keeps_the_order(self, panel):
        part = panel.subset(units=["乙", "丙"], years=[2005])
        assert part.units.tolist() == ["丙", "乙"]
        assert part.years == (2005,)
        assert part.at("co2", 2005).tolist() == [3.0, 2.0]

    def test_a_year_without_values_goes(self, panel):
        part = panel.subset(units=["乙"])
        assert part["co2"].columns.tolist() == [2005]
        assert part.missing("pop") == [("乙", 2005), ("乙", 2010)]

    def test_unknown(self, panel):
        with pytest.raises(sc.AlignmentError, match=r"1 units are not in the panel\n.*'丁'"):
            panel.subset(units=["甲", "丁"])
        with pytest.raises(sc.OptionError, match=r"no year 2007\n.*2005, 2010"):
            panel.subset(years=2007)


class TestAlignedTo:
    def test_order(self, panel):
        aligned = panel.aligned_to(pd.Index(["甲", "乙", "丙"]))
        assert aligned.at("co2", 2005).tolist() == [1.0, 2.0, 3.0]
        assert aligned.unit_name == "city"
        assert aligned == panel

    def test_extra_units(self, panel):
        with pytest.raises(sc.AlignmentError, match=r"1 unknown \(乙\)"):
            panel.aligned_to(pd.Index(["甲", "丙"]))
        dropped = panel.aligned_to(pd.Index(["甲", "丙"]), extra="drop")
        assert dropped.units.tolist() == ["甲", "丙"]
        assert dropped.notes == ("1 units left out: 乙",)

    def test_absent_units(self, panel):
        with pytest.raises(sc.AlignmentError, match=r"1 without a value \(丁\)"):
            panel.aligned_to(pd.Index(["甲", "丁"]), extra="drop")
        with pytest.raises(sc.AlignmentError, match="repeated labels"):
            panel.aligned_to(pd.Index(["甲", "甲"]), extra="drop")
        with pytest.raises(sc.OptionError, match="extra='keep'"):
            panel.aligned_to(panel.units, extra="keep")


class TestConvert:
    def test_factor(self, panel):
        tonnes = panel.convert("co2", "10^4 t CO2")
        assert tonnes.at("co2", 2005).tolist() == [300.0, 100.0, 200.0]
        assert tonnes.measures["co2"] == "10^4 t CO2"
        assert panel.at("co2", 2005)["丙"] == 3.0

    def test_the_substance_is_never_lost(self, panel):
        assert panel.convert("co2", "t").measures["co2"] == "t CO2"
        with pytest.raises(sc.UnitMismatchError, match="different substances"):
            panel.convert("co2", "t").convert("co2", "t C")

    def test_other_kinds(self, panel):
        with pytest.raises(sc.UnitMismatchError, match="cannot be turned into"):
            panel.convert("co2", "km2")


class TestJoin:
    def gdp(self, units):
        frame = pd.DataFrame({"city": units, "gdp": range(1, len(units) + 1)})
        return sc.Panel.from_frame(frame, unit="city", year=2010, units="CNY")

    def test_same_units(self, panel):
        joined = panel.join(self.gdp(["乙", "丙", "甲"]))
        assert joined.variables == ("co2", "pop", "gdp")
        assert joined.at("gdp", 2010).to_dict() == {"丙": 2.0, "甲": 3.0, "乙": 1.0}
        assert joined.years == (2005, 2010)
        with pytest.raises(sc.OptionError, match="gdp has no values in 2005"):
            joined.at("gdp", 2005)

    def test_other_units(self, panel):
        other = self.gdp(["乙", "丁"])
        with pytest.raises(sc.AlignmentError, match=r"2 without a value \(丙, 甲\); 1 unknown"):
            panel.join(other)
        inner = panel.join(other, how="inner")
        assert inner.units.tolist() == ["乙"]
        assert inner.notes == ("3 units left out that only one table has: 丙, 甲, 丁",)
        outer = panel.join(other, how="outer")
        assert outer.units.tolist() == ["丙", "甲", "乙", "丁"]
        assert outer.missing("gdp") == [("丙", 2010), ("甲", 2010)]
        assert len(outer.notes) == 1
        with pytest.raises(sc.AlignmentError):
            panel.join(self.gdp(["x", "y"]), how="outer")

    def test_the_same_variable(self, panel):
        with pytest.raises(sc.OptionError, match="both panels have the variable co2, pop"):
            panel.join(panel)

    def test_with_variable(self, panel):
        area = pd.DataFrame({2005: [7.0, 8.0, 9.0]}, index=["甲", "乙", "丙"])
        more = panel.with_variable("area", area, "km2")
        assert more.at("area", 2005).to_dict() == {"丙": 9.0, "甲": 7.0, "乙": 8.0}
        assert more.measures["area"] == "km2"
        with pytest.raises(sc.AlignmentError):
            panel.with_variable("area", area.iloc[:2], "km2")


class TestAggregate:
    def test_sums(self, panel):
        groups = pd.Series({"甲": "北", "乙": "北", "丙": "南"}, name="cluster")
        sums = panel.aggregate(groups, "co2")
        assert sums.variables == ("co2",)
        assert sums.unit_name == "cluster"
        assert sums.at("co2", 2005).to_dict() == {"北": 3.0, "南": 3.0}
        assert sums.measures["co2"] == "Mt CO2"

    def test_missing_values_carry_through_and_are_named(self, panel):
        sums = panel.aggregate({"甲": "北", "乙": "北", "丙": "南"}, ["co2", "pop"])
        assert sums.missing("co2") == [("北", 2010)]
        assert sums.missing("pop") == [("北", 2005)]
        assert sums.notes == (
            "co2: sums left empty because these have no value: 乙 (2010)",
            "pop: sums left empty because these have no value: 乙 (2005)",
        )

    def test_units_without_a_group(self, panel):
        groups = {"甲": "北", "乙": None, "丙": "南"}
        with pytest.raises(sc.AlignmentError, match=r"unknown \(乙\)"):
            panel.aggregate(groups, "co2")
        sums = panel.aggregate(groups, "co2", extra="drop")
        assert sums.at("co2", 2010).to_dict() == {"北": 4.0, "南": 6.0}
        assert sums.notes == ("1 units left out: 乙",)
        with pytest.raises(sc.AlignmentError, match=r"without a value \(丁\)"):
            panel.aggregate({"甲": "北", "丁": "南"}, "co2", extra="drop")


def test_many_units_and_none_in_common_are_refused():
    many = [f"u{number}" for number in range(300)]
    first, other = (
        sc.Panel.from_frame(
            pd.DataFrame({"u": [mark + unit for unit in many], "year": 2020, name: range(300)}),
            unit="u",
            year="year",
            units={name: "t"},
        )
        for mark, name in (("a", "x"), ("b", "y"))
    )
    with pytest.raises(sc.AlignmentError):
        first.join(other, how="inner")
