"""Scenarios from a study file: shipped rates, a file, rows; tables, figures, layers, mistakes."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analyses._scenario_shown import _slugs
from spatialcarbon.studies.analysis import get_analysis
from spatialcarbon.studies.pipeline import check_study, run_study

SHIPPED = Path(__file__).parents[2] / "analyses" / "03_yangtze_delta_peak" / "study.toml"
COLUMNS = "scenario,start,end,delta,chi,beta,alpha"
ROWS = """
[[analyses]]
method = "scenario"
variable = "co2"
horizon = 2021
boundary = "reflect"
sustained = 1
rates = [
  { scenario = "基准", start = 2018, end = 2019, chi = 0.05 },
  { scenario = "基准", start = 2020, end = 2021, alpha = 0.02 },
  { scenario = "rise", start = 2018, end = 2021, chi = 0.01 },
]
"""
BY_UNIT = """
[[analyses]]
method = "scenario"
name = "by_unit"
variable = "co2"
horizon = 2020
rates = "rates/变化率.csv"
densities = false
"""


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with rates in the file and in a table of its own."""
    own.analyses = ROWS + BY_UNIT
    (own.folder / "rates").mkdir()
    lines = [
        "own,2018,2020,0,0.05,0,0,",
        "own,2018,2018,0,0.1,0,0,西0",
        "own,2019,2020,0,0,0,0.2,西0",
    ]
    (own.folder / "rates" / "变化率.csv").write_bytes(
        f"{COLUMNS},unit\n{chr(10).join(lines)}\n".encode("gb18030")
    )
    return own


def test_everything_is_written(study: Any, read: Any) -> None:
    study.outputs = 'figures = ["png"]\nworkbook = false\n'
    result = study.run()
    base = result.inputs.panel.at("co2", 2017)
    peaks = read(result, "scenario").set_index("scenario")
    assert peaks.loc["基准", "base"] == pytest.approx(base.sum())
    assert peaks.loc["基准", ["peak_year", "status"]].tolist() == [2019, "peaked"]
    assert peaks.loc["rise", "status"] == "not peaked in horizon"
    assert peaks.loc["rise", "change_percent"] == pytest.approx(100 * (1.01**4 - 1))
    paths = read(result, "scenario_paths").set_index("year")
    assert paths["基准"].to_numpy() == pytest.approx(
        base.sum() * pd.Series([1, 1.05, 1.05**2, 1.05**2 * 0.98, 1.05**2 * 0.98**2]).to_numpy()
    )
    groups = read(result, "scenario_groups").set_index(["scenario", "group"])
    east = result.inputs.groups["东"]
    assert groups.loc[("rise", "东"), "horizon"] == pytest.approx(base[east].sum() * 1.01**4)
    units = read(result, "scenario_units").set_index(["scenario", "unit"])
    assert units.loc[("基准", "西0"), "peak_value"] == pytest.approx(base["西0"] * 1.05**2)
    densities = read(result, "scenario_densities")
    assert densities["scenario"].tolist() == ["基准", "rise", "2017"]
    assert densities["bandwidth"].gt(0).all()
    rates = read(result, "scenario_rates")
    assert rates["omega"].tolist() == pytest.approx([0.05, -0.02, 0.01])

    own = read(result, "by_unit_units").set_index("unit")
    assert own.loc["西0", ["peak_year", "status"]].tolist() == [2018, "peaked"]
    assert own.loc["西1", "horizon"] == pytest.approx(base["西1"] * 1.05**3)
    assert "by_unit_densities" not in result.tables
    figures = {path.name for path in (result.directory / "figures").iterdir()}
    assert figures == {"scenario_paths.png", "scenario_densities.png", "by_unit_paths.png"}
    assert any(name.endswith("rates/变化率.csv") for name in result.manifest["inputs"])

    page = (result.directory / "report.html").read_text(encoding="utf-8")
    assert "it peaks in 2019" in page
    assert "it does not peak by 2021" in page
    assert "own: 1 of 21 places peak, the first in 2018, the last in 2018." in page
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as file:
        first = file.execute("select code, horizon, peak from scenario_scenario_1").fetchall()
        assert {code: peak for code, _, peak in first} == dict.fromkeys(base.index, "2019")
        peaks_of = dict(file.execute("select code, peak from by_unit_own").fetchall())
    assert peaks_of["西0"] == "2018"
    assert peaks_of["西1"] == "not peaked in horizon"


def test_chinese(study: Any) -> None:
    result = study.run(language="zh")
    said = get_analysis("scenario").text(_done(result, "scenario"))
    words = [sentence.render("zh") for sentence in said]
    assert "2019年达峰" in words[0]
    assert "至2021年未达峰" in words[1]
    assert not [w for w in words if re.search("[a-z]{5,}", w)]


def _done(result: Any, key: str) -> Any:
    from spatialcarbon.studies.analysis import Done

    step = next(step for step in result.study.steps if step.key == key)
    return Done(key, step.parameters, result.inputs, result.results[key])


def test_the_past_is_held_against_the_peaks(study: Any) -> None:
    study.analyses = ROWS
    told = []
    for factor in (0.01, 100.0):
        study.table["排放_2015"] = study.table["排放_2017"] * factor
        result = study.run(f"results_{factor:g}")
        sentences = get_analysis("scenario").text(_done(result, "scenario"))
        told.append([s.render("en") for s in sentences if "The past was higher" in s.render("en")])
    assert told[0] == []
    (said,) = told[1]
    assert "in 2015. Seen with it, that year is the maximum under 基准; rise." in said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("end = 2019, chi", "end = 2020, chi", ["overlap", "基准 has two rates in 2020"]),
        ("start = 2020, end = 2021, alpha", "start = 2021, end = 2021, alpha", ["gap", "2020"]),
        ("horizon = 2021", "horizon = 2030", ["gap", "no rates in 2022–2030"]),
        ("alpha = 0.02", "alpha = 2", ["out of bounds", "divide percentages"]),
        ("alpha = 0.02", "alhpa = 0.02", ["alhpa"]),
        ("start = 2018, end = 2019, chi", "start = 2019, end = 2019, chi", ["no rates in 2018"]),
        ("horizon = 2021", "horizon = 2021\nbase_year = 2019", ["no year 2019"]),
        ("rates/变化率.csv", "rates/none.csv", ["there is no file", "none.csv"]),
        ("rates/变化率.csv", "study003_rate", ["study003_rates"]),
        ("tol", "tol", []),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(
    study: Any, old: str, new: str, words: list[str]
) -> None:
    if not words:
        study.analyses = ROWS.replace("sustained = 1", "tol = 1.0\nsustained = 0\ntie = 'mid'")
        words = ["tol", "sustained", "tie"]
    else:
        assert old in study.analyses
        study.analyses = study.analyses.replace(old, new, 1)
    study.write()
    with pytest.raises(SpatialCarbonError) as caught:
        check_study(study.path)
    for word in ["line", *words]:
        assert word in str(caught.value)
    assert "Traceback" not in caught.value.render("zh")


def test_layers_have_names_of_their_own() -> None:
    names = _slugs(["A b", "a-b", "基准", "Low emission"])
    assert names == ["scenario_1", "scenario_2", "scenario_3", "low_emission"]


def test_places_without_a_level_are_named(study: Any) -> None:
    study.table.loc[study.table["代码"] == "西1", "排放_2017"] = None
    study.table.loc[study.table["代码"] == "e3", "排放_2017"] = 0.0
    study.write()
    with pytest.raises(SpatialCarbonError) as caught:
        check_study(study.path)
    assert "co2 of 2017 is missing for 1 places: 西1; leave them out" in str(caught.value)
    assert "co2 of 2017 is zero or below for 1 places: e3" in str(caught.value)


@pytest.fixture(scope="module")
def delta(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run the shipped study of the 26 cities."""
    folder = tmp_path_factory.mktemp("delta")
    source = SHIPPED.read_text(encoding="utf-8") + (
        '\n[outputs]\nfigures = ["png"]\nworkbook = false\ngeopackage = false\n'
    )
    (folder / "study.toml").write_text(source, encoding="utf-8")
    return run_study(folder / "study.toml", out=folder / "results")


def test_the_shipped_study(delta: Any) -> None:
    found = delta.results["scenario"]["projection"]
    assert found.path.shape == (14, 3 * 26)
    assert found.peaks["year"].tolist() == [2029, 2027, 2025]
    cities = sc.clusters("variants").query("cluster == 'YRD26'")["adcode"]
    base = sc.load_table("city_co2", years=2017).set_index("adcode")["co2_mt"].loc[cities]
    assert found.total.loc[2017].tolist() == pytest.approx([base.sum()] * 3)
    figures = {path.stem for path in (delta.directory / "figures").glob("*.png")}
    assert figures >= {"scenario_paths", "scenario_densities", "faster_intensity_paths"}
    page = (delta.directory / "report.html").read_text(encoding="utf-8")
    assert "The past was higher" in page
    assert "that year is the maximum under Low emission; Technology breakthrough" in page
    assert delta.results["faster_intensity"]["projection"].peaks["status"].tolist() == [
        "not peaked in horizon",
        "peaked",
    ]
