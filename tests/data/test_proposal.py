"""What the columns of a table seem to be, and what is never taken for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import OptionError, SchemaError
from spatialcarbon.data.headers import measure_of, quantity_of, variable_name, with_substance
from spatialcarbon.data.placematch import match_places
from spatialcarbon.data.reassign import reassigned
from spatialcarbon.data.suspicious import suspicious_values

if TYPE_CHECKING:
    from pathlib import Path

    from spatialcarbon.data.proposal import ColumnProposal, TableProposal


def by_column(proposal: TableProposal) -> dict[str, ColumnProposal]:
    return {part.column: part for part in proposal.columns}


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("header", "variable", "measure"),
    [
        ("碳排放（万吨）", "co2", "万吨"),
        ("二氧化碳排放量(单位：万吨)", "co2", "万吨"),
        ("co2_mt", "co2", "Mt"),
        ("CO₂/Mt", "co2", "Mt"),
        ("地区生产总值(亿元)", "gdp", "亿元"),
        ("GDP (100 million yuan)", "gdp", "10^8 CNY"),
        ("人均GDP（元/人）", "gdp_per_head", "元/人"),
        ("年末常住人口（万人）", "population", "万人"),
        ("城镇人口（万人）", "urban_population", "万人"),
        ("Area km²", "area", "km2"),
        ("能源消费总量（万吨标准煤）", "energy", "万吨"),
        ("碳汇（万吨CO2）", "sink", "万吨CO2"),
        ("城镇化率（%）", "urbanisation", "%"),
        ("GDP增速(%)", None, "%"),
        ("人口密度（人/平方公里）", None, "人/平方公里"),
        ("序号", None, None),
        ("gdp_2", "gdp", None),
    ],
)
def test_headers(header: str, variable: str | None, measure: str | None) -> None:
    quantity = quantity_of(header)
    assert (quantity.variable if quantity else None) == variable
    assert measure_of(header) == measure


def test_carbon_is_not_taken_for_carbon_dioxide() -> None:
    assert with_substance("万吨", "碳排放（万吨）") == ("万吨 CO2", False)
    assert with_substance("万吨", "CO2排放（万吨）") == ("万吨 CO2", True)
    assert with_substance("万吨碳", "碳排放（万吨碳）") == ("万吨碳", True)
    assert with_substance("t/person", "co2 per head") == ("t CO2/person", True)


def test_a_yearbook_in_gbk(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        "序号,省份,城市,年份,碳排放（万吨）,年末总人口（万人）,备注\n"
        "1,四川省,成都,2020,5000,2095,无\n2,四川省,绵阳市,2020,1800,487,无\n3,四川省,合计,2020,6800,2582,无\n",
        "gbk",
    )
    proposal = sc.propose_columns(file)
    found = by_column(proposal)
    assert {name: part.role for name, part in found.items()} == {
        "序号": "left out", "省份": "left out", "城市": "place", "年份": "year",
        "碳排放（万吨）": "variable", "年末总人口（万人）": "variable", "备注": "left out",
    }  # fmt: skip
    co2, people = found["碳排放（万吨）"], found["年末总人口（万人）"]
    assert (co2.variable, co2.measure, co2.sure) == ("co2", "万吨 CO2", "open")
    assert (people.variable, people.measure, people.sure) == ("population", "万人", "likely")
    assert (proposal.level, proposal.unit, proposal.year) == ("city", "城市", "年份")
    assert proposal.years == (2020,)
    assert proposal.places is not None
    assert not proposal.places.unmatched  # 合计 is a total, no unknown city
    assert "44/12" in co2.why.render("en")
    assert co2.samples == ("5000", "1800", "6800")
    assert list(proposal.to_frame("zh")["why"])[4].startswith("表头没有说明")
    assert "<table" in proposal._repr_html_()
    assert repr(proposal) == "<TableProposal: a.csv, place '城市', 2 variables>"


def test_codes_win_over_names_and_provinces_are_seen(tmp_path: Path) -> None:
    rows = sc.load_units("provinces").head(6)
    frame = pd.DataFrame(
        {"地区": rows["name_zh"].to_numpy(), "代码": rows.index, "2019年": 1.5, "2020年": 2.5}
    )
    frame.to_csv(tmp_path / "GDP亿元.csv", index=False)
    proposal = sc.propose_columns(tmp_path / "GDP亿元.csv")
    assert (proposal.unit, proposal.level, proposal.year) == ("代码", "province", None)
    assert proposal.years == (2019, 2020)
    [variable] = proposal.variables
    assert (variable.variable, variable.shown, variable.years) == (
        "gdp",
        "2019 … 2020",
        (2019, 2020),
    )


def test_wide_columns_are_one_variable_each(tmp_path: Path) -> None:
    file = write(
        tmp_path / "w.csv",
        "city,co2_2019,co2_2020,gdp_2019,gdp_2020,area\nChengdu,1,2,3,4,5\nMianyang,1,2,3,4,5\n",
    )
    found = by_column(sc.propose_columns(file))
    assert found["co2"].years == (2019, 2020)
    assert (found["gdp"].variable, found["gdp"].measure, found["gdp"].sure) == ("gdp", "", "open")
    assert found["area"].role == "left out"
    assert "no year" in found["area"].why.render("en")


def test_the_size_of_a_population_suggests_its_unit(tmp_path: Path) -> None:
    for name, value, measure in (("p", 4_900_000, "人"), ("q", 490, "万人"), ("r", 3, "")):
        file = write(tmp_path / f"{name}.csv", f"city,year,population\nChengdu,2020,{value}\n")
        part = by_column(sc.propose_columns(file))["population"]
        assert (part.measure, part.sure) == (measure, "open")


def test_what_is_not_known(tmp_path: Path) -> None:
    own = write(tmp_path / "own.csv", "site,co2 [Mt CO2]\nq1,3\nq2,4\n")
    proposal = sc.propose_columns(own)
    assert (proposal.unit, proposal.places, proposal.level, proposal.year) == (
        "site",
        None,
        None,
        0,
    )
    assert "no column holds names or codes" in proposal.summary()
    assert proposal.remarks(own_map=True) == []
    dated = write(tmp_path / "co2_2018.csv", "city,CO2 (Mt)\nChengdu,3\nMianyang,4\n")
    assert sc.propose_columns(dated).year == 2018
    typo = write(
        tmp_path / "t.csv", "city,CO2 (Mt)\nChengdu,3\nDeyang,2\nZigong,2\nMianyangg,1\n莱芜,1\n"
    )
    said = sc.propose_columns(typo).summary()
    assert "places matched to the map: 3 of 5" in said
    assert "closest: 绵阳市" in said
    assert "merged in 2019 into 济南市" in said
    with pytest.raises(SchemaError, match="there is no file"):
        sc.propose_columns(tmp_path / "absent.csv")


def test_former_names_are_matched_and_told() -> None:
    found = match_places(["襄樊市", "襄阳市", "铜仁地区"], "city")
    assert found.codes["襄樊市"] == found.codes["襄阳市"]
    assert found.renamed == ("襄樊市",)
    assert (found.places, found.total, found.share) == (2, 3, 1.0)


def test_a_proposal_is_corrected(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        "site,city,when,steel,CO2 (Mt)\na,Chengdu,2020,1,3\nb,Mianyang,2021,2,4\n",
    )
    before = sc.propose_columns(file)
    after = reassigned(before, {"steel": "steel_output", "when": "year", "CO2 (Mt)": "-"})
    found = by_column(after)
    assert (found["steel"].variable, found["steel"].sure) == ("steel_output", "open")
    assert found["CO2 (Mt)"].role == "left out"
    assert (after.year, after.years) == ("when", (2020, 2021))
    assert found["when"].role == "year"
    moved = reassigned(before, {"site": "place"})
    assert (moved.unit, moved.places, by_column(moved)["city"].role) == ("site", None, "left out")
    assert before.unit == "city"
    with pytest.raises(OptionError, match="not a name"):
        reassigned(before, {"steel": "粗钢"})
    with pytest.raises(SchemaError, match="no column 'steeel'"):
        reassigned(before, {"steeel": "steel"})


def test_names_of_variables_are_fit_for_a_study_file() -> None:
    assert variable_name("Steel output (Mt)", ["steel_output"], 1) == "steel_output_2"
    assert variable_name("粗钢产量", [], 7) == "variable_7"


def series(**changes: dict[int, float]) -> pd.DataFrame:
    """Return six places that grow by 3 % a year, with some numbers changed."""
    years = range(2010, 2018)
    table = pd.DataFrame(
        {
            year: [level * 1.03 ** (year - 2010) for level in (10, 23, 35, 41, 58, 77)]
            for year in years
        },
        index=list("ABCDEF"),
    )
    for unit, cells in changes.items():
        for year, value in cells.items():
            table.loc[unit, year] = value
    return table


def kinds(table: pd.DataFrame, measure: str = "Mt CO2") -> list[tuple]:
    return [(s.unit, s.years, s.kind) for s in suspicious_values(table, "co2", measure)]


def test_slips_are_found_and_nothing_else() -> None:
    assert kinds(series()) == []
    assert kinds(series(B={2013: 250.0})) == [("B", (2013,), "jump")]
    assert kinds(series(B={2013: 0.25, 2014: 0.26})) == [("B", (2013, 2014), "jump")]
    late = dict.fromkeys((2016, 2017), 5e4)
    assert kinds(series(C=late)) == [("C", (2016, 2017), "jump")]
    early = {2010: 3.5e5, 2011: 3.6e5}
    assert kinds(series(C=early)) == [("C", (2010, 2011), "jump")]
    assert kinds(series(A={2012: 0.0, 2015: -3.0})) == [
        ("A", (2015,), "negative"), ("A", (2012,), "zero")
    ]  # fmt: skip
    assert kinds(series(D={2012: 40.0, 2013: 40.0, 2014: 40.0})) == [
        ("D", (2012, 2013, 2014), "repeated")
    ]
    # Doubling is no slip, and a boom of all places is none of one.
    assert kinds(series(B={2013: 50.0})) == []


def test_a_jump_of_all_places_and_a_place_in_another_unit() -> None:
    table = series()
    table[[2015, 2016, 2017]] *= 10
    assert kinds(table) == [(None, (2015,), "whole year")]
    table = series()
    table.loc["F"] *= 1e4
    assert kinds(table) == [("F", (2010, 2017), "scale")]
    [found] = suspicious_values(series(B={2013: 250.0}), "co2", "Mt CO2")
    assert found.factor == pytest.approx(10, rel=0.1)


def test_signs_matter_only_where_a_quantity_has_one() -> None:
    table = series(A={2012: -1.0})
    assert kinds(table, "%") == []
    assert [s.kind for s in suspicious_values(table, "sink", "Mt CO2")] == []
