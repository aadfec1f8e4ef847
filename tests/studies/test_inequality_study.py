"""Inequality, coupling and centres from a study file: tables, figures, layers, mistakes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analysis import get_analysis
from spatialcarbon.studies.inputs import build_inputs
from spatialcarbon.studies.pipeline import check_study
from spatialcarbon.studies.study_file import load_study

TABLES = """
[tables.more]
source = "more.csv"
unit = "代码"
[tables.more.variables]
people = { measure = "万人" }
urban = { measure = "万人" }
[ratios.urbanisation]
numerator = "urban"
denominator = "people"
measure = "1"
[ratios.per_head]
numerator = "co2"
denominator = "people"
measure = "t/person"
"""
ANALYSES = """
[[analyses]]
method = "inequality"
variable = "co2"

[[analyses]]
method = "inequality"
name = "per_head_inequality"
variable = "co2"
population = "people"
per_head = true
years = [2017]

[[analyses]]
method = "coupling"
subsystems = ["urbanisation", "per_head"]
scaling = "minmax"
inverse = ["per_head"]
alpha = { urbanisation = 0.25, per_head = 0.75 }
classes = "ten"
map_years = [2015, 2017]

[[analyses]]
method = "centre"
variable = "co2"
"""


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with people in a second table."""
    codes = list(own.units["code"])
    number = range(1, len(codes) + 1)
    own.tables, own.analyses = TABLES, ANALYSES
    columns: dict[str, list[Any]] = {"代码": codes}
    for year, factor in ((2015, 3), (2017, 5)):
        columns[f"people_{year}"] = [float((7 * i) % 23 + factor) for i in number]
        columns[f"urban_{year}"] = [float((7 * i) % 23 + factor) * (i % 5 + 1) / 8 for i in number]
    pd.DataFrame(columns).to_csv(own.folder / "more.csv", index=False, encoding="utf-8")
    return own


def values_of(study: Any, column: str, year: int) -> pd.Series:
    source = study.table if column == "排放" else pd.read_csv(study.folder / "more.csv")
    return source.set_index("代码")[f"{column}_{year}"]


def test_everything_is_written(study: Any, read: Any) -> None:
    study.outputs = "figures = []\nworkbook = false\n"
    result = study.run()
    co2, people = values_of(study, "排放", 2017), values_of(study, "people", 2017)

    table = read(result, "inequality").set_index("year")
    groups = study.units.set_index("code")["组"]
    split = sc.theil(co2, groups=groups)
    assert table.loc[2017, "gini"] == pytest.approx(float(sc.gini(co2)))
    assert table.loc[2017, "between_share_t"] == pytest.approx(split.between_share)
    by_group = read(result, "inequality_by_group").query("year == 2017").set_index("group")
    expected = split.table.set_index("group")["contribution_t"]
    assert by_group["contribution_t"].to_dict() == pytest.approx(expected.to_dict())

    [row] = read(result, "per_head_inequality").to_dict("records")
    assert row["gini"] == pytest.approx(float(sc.gini(co2 / people, population=people)))
    assert row["mean"] == pytest.approx(co2.sum() / people.sum())  # 万t over 万人
    assert row["herfindahl"] == pytest.approx(float(sc.herfindahl(co2)))

    coupling = read(result, "coupling")
    assert len(coupling) == 2 * 21
    both = coupling[["urbanisation", "per_head"]]
    assert both.min().tolist() == pytest.approx([0, 0], abs=1e-12)  # scaled over both years
    assert both.max().tolist() == pytest.approx([1, 1])
    t = 0.25 * coupling["urbanisation"] + 0.75 * coupling["per_head"]
    assert coupling["development"].tolist() == pytest.approx(t.tolist())
    counts = read(result, "coupling_classes")
    assert len(counts) == 10
    assert counts[["2015", "2017"]].sum().tolist() == [21, 21]

    centre = read(result, "centre")
    assert list(dict.fromkeys(centre["group"])) == ["ALL", "东", "西", "小", "岛"]
    found = result.results["centre"]
    kilometres, bearing = found.moved(2015, 2017)
    row = centre.query("group == 'ALL' and year == 2017").iloc[0]
    assert (row["displacement_km"], row["bearing"]) == pytest.approx((kilometres, bearing))

    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        styled = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
        assert {
            *("coupling_2015", "coupling_2017", "centre_points", "centre_tracks"),
            "centre_ellipses",
        } <= styled
        order = [name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")]
        assert order[:3] == ["centre_points", "centre_tracks", "centre_ellipses"]
        [(drawn,)] = database.execute("SELECT count(*) FROM centre_points").fetchall()
        assert drawn == 10
        levels = dict(database.execute("SELECT code, level FROM coupling_2017"))
    shown = coupling.query("year == 2017").set_index("unit")["level"]
    assert levels == shown.to_dict()
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    for words in (
        "Inequality between places",
        "lies between the groups",
        "The dashed curves bound the classes",
        "Centre of gravity and spread",
        "All units: the centre of CO",
        "Lefever",
        "Shorrocks",
    ):
        assert words in page, words


def test_places_in_no_group_are_a_group_of_their_own(study: Any, read: Any) -> None:
    study.units.loc[study.units["组"] == "岛", "组"] = ""
    study.analyses = '[[analyses]]\nmethod = "inequality"\nvariable = "co2"\nyears = [2017]\n'
    result = study.run()
    rows = read(result, "inequality_by_group").set_index("group")
    assert rows.loc["REST", "n"] == 4
    assert rows.loc["REST", "group_name"] == "Other places"
    [whole] = read(result, "inequality").to_dict("records")
    inside = rows["within_t"].sum()
    assert whole["between_t"] + inside == pytest.approx(whole["theil_t"], abs=1e-12)


def test_without_groups_nothing_is_split(study: Any, read: Any) -> None:
    study.analyses = (
        '[[analyses]]\nmethod = "inequality"\nvariable = "co2"\nby_group = false\n'
        'zero = "drop"\ncurve_years = [2015]\n'
        '[[analyses]]\nmethod = "centre"\nvariable = "co2"\nby_group = false\nyears = [2017]\n'
    )
    result = study.run()
    assert read(result, "inequality")["between_t"].isna().all()
    assert "inequality_by_group" not in result.tables
    assert list(result.results["inequality"]["curves"]) == [2015]
    assert read(result, "centre")["group"].tolist() == ["ALL"]


@pytest.mark.parametrize(
    ("analysis", "message"),
    [
        ('method = "inequality"\nvariable = "co2"\nyears = [1999]', "has no year 1999"),
        ('method = "inequality"\nvariable = "co2"\npopulation = "people"', "set per_head = true"),
        ('method = "inequality"\nvariable = "co2"\nper_head = true', "needs the variable of the"),
        ('method = "inequality"\nvariable = "co2"\nyears = [2015]\ncurve_years = [2017]',
         "curve_years 2017 are not among"),
        ('method = "inequality"\nvariable = "co3"', "co3"),
        ('method = "inequality"\nvariable = "co2"\npopulation = "folk"', "folk"),
        ('method = "coupling"\nsubsystems = ["urbanisation"]', "subsystems"),
        ('method = "coupling"\nsubsystems = ["urbanisation", "urbanization"]', "urbanization"),
        ('method = "coupling"\nsubsystems = ["urban", "people"]\ninverse = ["urban"]',
         "scores are taken as they are"),
        ('method = "coupling"\nsubsystems = ["urban", "people"]\nscaling = "minmax"\n'
         'inverse = ["co2"]', "inverse names co2"),
        ('method = "coupling"\nsubsystems = ["urban", "people"]\nalpha = { urban = 1.0 }',
         "alpha must have a weight"),
        ('method = "coupling"\nsubsystems = ["urban", "people"]\nyears = [2016]',
         "has no year 2016"),
        ('method = "centre"\nvariable = "co2"\nmap_years = [2016]', "has no year 2016"),
        ('method = "centre"\nvariable = "co2"\nyears = [2015]\nmap_years = [2017]',
         "map_years 2017 are not among"),
        ('method = "centre"\nvariable = "co2"\ncorrection = "root"', "correction"),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_runs(study: Any, analysis: str, message: str) -> None:
    study.analyses = f"[[analyses]]\n{analysis}\n"
    study.write()
    with pytest.raises(SpatialCarbonError, match=message):
        check_study(study.path)


def test_overlapping_groups_are_refused(study: Any) -> None:
    study.write()
    inputs = build_inputs(load_study(study.path))
    groups = {"A": inputs.units.index[:3], "B": inputs.units.index[2:]}
    analysis = get_analysis("inequality")
    [problem] = analysis.check(analysis.parameters(variable="co2"), replace(inputs, groups=groups))
    assert f"the groups share places ({inputs.units.index[2]})" in problem.render("en")
    whole = analysis.parameters(variable="co2", by_group=False)
    assert not analysis.check(whole, replace(inputs, groups=groups))
