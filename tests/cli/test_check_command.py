"""check: all that is wrong at once, then what is worth a look, then what is in order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.studies.checkup import check_up

if TYPE_CHECKING:
    from pathlib import Path

STUDY = """\
[study]
title = "Slips"

[units]
source = "cities"
groups = ["PRD"]

[tables.mine]
source = "co2.csv"
unit = "city"
level = "city"
year = "year"
[tables.mine.variables]
co2 = { column = "CO2", measure = "万吨 CO2" }
population = { column = "people", measure = "万人" }

[weights.near]
type = "knn"
k = 3

[[analyses]]
method = "moran"
variable = "co2"
years = [2014, 2015]
"""


def table(**cells: float | None) -> pd.DataFrame:
    """Return nine cities in four years; cells such as ``深圳市_2015_CO2`` are replaced."""
    members = sc.clusters("plan").query("cluster == 'PRD'")
    rows = [
        {
            "city": name,
            "year": year,
            "CO2": round(900 * (at + 2) * 1.04 ** (year - 2013), 1),
            "people": 300 + 70 * at,
        }
        for at, name in enumerate(members["name_zh"])
        for year in (2013, 2014, 2015, 2016)
    ]
    frame = pd.DataFrame(rows).astype({"CO2": float, "people": float})
    frame["people"] += (frame["year"] - 2013) * 2.5
    for key, value in cells.items():
        name, year, column = key.split("_")
        frame.loc[(frame["city"] == name) & (frame["year"] == int(year)), column] = value
    return frame


@pytest.fixture
def study(tmp_path: Path) -> Any:
    def write(frame: pd.DataFrame, text: str = STUDY) -> Path:
        frame.to_csv(tmp_path / "co2.csv", index=False)
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        return tmp_path / "study.toml"

    return write


def messages(path: Path, level: str) -> str:
    return "\n".join(part.render("en") for part in check_up(path).of(level))


def test_a_study_in_order(study: Any, together: Any) -> None:
    path = study(table())
    plain, spoken, data = together(
        [["check", path], ["check", path, "--lang", "zh"], ["check", path, "--json"]]
    )
    for words in (
        "is in order: 9 units, 1 groups, variables co2, population",
        "all 9 places of the map, years 2013–2016",
        "neighbours on average",
        "results is free",
        "What a run will do, in about",
        "report.html, results.gpkg, project.qgz",
    ):
        assert words in plain.fine().out
    assert "Worth a look" not in plain.out
    assert "\x1b[" not in plain.out
    assert "没有问题" in spoken.fine().out
    assert "约" in spoken.out
    content = json.loads(data.fine().out)
    assert (content["can_run"], content["error"], content["warning"]) == (True, [], [])
    assert content["analyses"][0]["variables"] == ["co2"]
    assert content["analyses"][0]["years"] == "2014, 2015"


def test_all_mistakes_at_once(study: Any, together: Any) -> None:
    """Of the file, of a cell of the table, and of the map, although none of them is first."""
    text = STUDY.replace(', measure = "万人"', "").replace('"PRD"', '"PDR"')
    text = text.replace('method = "moran"', 'method = "mroan"')
    frame = table().astype({"CO2": object})
    frame.loc[3, "CO2"] = "12%"
    path = study(frame, text)
    said, data = together([["check", path], ["check", path, "--json"]])
    assert said.status == data.status == 2
    lines = text.splitlines()
    method = lines.index('method = "mroan"') + 1
    for words in (
        "cannot run yet",
        "Mistakes to correct: 4",
        f"line {method}: analyses[1].method: 'mroan' is not a method; did you mean 'moran'?",
        "line 15: tables.mine.variables.population.measure: is missing",
        "line 6: clusters='PDR' is not registered",
        "row 5, CO2: '12%'",
    ):
        assert words in " ".join(said.out.split()), said.out
    found = json.loads(data.out)
    assert not found["can_run"]
    assert {part["topic"] for part in found["error"]} == {"file", "map", "tables"}


def test_mistakes_in_a_file_as_chinese_editors_save_it(study: Any) -> None:
    text = STUDY.replace('"Slips"', '"城市群"').replace('method = "moran"', 'method = "mroan"')
    path = study(table(), text)
    path.write_bytes(text.encode("gb18030"))
    assert "'mroan' is not a method" in messages(path, "error")


def test_slips_are_named_with_their_cells(study: Any) -> None:
    frame = table(
        深圳市_2015_CO2=table().query("city == '深圳市' and year == 2015")["CO2"].item() * 10,
        珠海市_2014_CO2=0.0,
        惠州市_2016_people=None,
    )
    said = messages(study(frame), "warning")
    row = int(frame.index[(frame["city"] == "深圳市") & (frame["year"] == 2015)][0]) + 2
    assert (
        "co2: Shenzhen 2015: 29,203, about 10 times what the years around it suggest (2,920)"
        in said
    )
    assert f"a moved decimal or another unit? → co2.csv, row {row}, CO2" in said
    assert "co2: Zhuhai 2014: zero: or is it not known?" in said
    assert "population: cells without a value, 1: Huizhou 2016" in said
    assert check_up(study(frame)).can_run


def test_gaps_in_the_years_of_an_analysis(study: Any) -> None:
    path = study(table(珠海市_2014_CO2=None))
    assert "analyses[1]: co2 has gaps in 2014; a run will refuse them" in messages(path, "warning")


def test_a_wrong_unit_of_measure_shows_per_head(study: Any) -> None:
    text = STUDY.replace('"万人"', '"人"')
    assert "co2 per head would be" in messages(study(table(), text), "warning")
    text = STUDY.replace('"万人"', '"亿元"')
    assert "population is in 亿元: is that its unit of measure?" in messages(
        study(table(), text), "warning"
    )


def test_a_row_of_sums_that_is_wrong(study: Any) -> None:
    frame = table()
    for year, right in ((2013, True), (2014, False)):
        rows = frame[frame["year"] == year]
        total = {"city": "合计", "year": year, "CO2": rows["CO2"].sum() + (0 if right else 5000.0)}
        frame.loc[len(frame)] = {**total, "people": rows["people"].sum()}
    path = study(frame)
    assert messages(path, "warning").count("but its") == 1
    assert "add up to that" in messages(path, "fine")


def test_places_of_map_and_table(study: Any) -> None:
    frame = table()
    path = study(frame[frame["city"] != "江门市"])
    assert "mine: places of the map without a row, 1 of 9: Jiangmen" in messages(path, "error")
    more = pd.DataFrame({"city": ["成都市"], "year": [2013], "CO2": [1.0], "people": [2.0]})
    path = study(pd.concat([frame, more]))
    assert "not on the map are left out, 1: 成都市" in messages(path, "fine")
    path = study(frame, STUDY.replace('level = "city"\n', ""))
    assert 'level = "city" under [tables.mine]' in messages(path, "error")
    path = study(frame.replace({"city": {"江门市": "将门市"}}))
    assert "江门市" in messages(path, "error")


def test_ratios_weights_and_analyses(study: Any) -> None:
    ratio = (
        '[ratios.r]\nnumerator = "co2"\ndenominator = "population"\nmeasure = "km2"\n[weights.near]'
    )
    assert "line 17: " in messages(study(table(), STUDY.replace("[weights.near]", ratio)), "error")
    queen = STUDY.replace('type = "knn"\nk = 3', 'type = "distance_band"\nkm = 1')
    said = messages(study(table(), queen), "warning")
    assert "near: places without neighbours, 9" in said
    many = STUDY.replace("k = 3", "k = 30")
    assert "line 17" in messages(study(table(), many), "error")
    years = STUDY.replace("[2014, 2015]", "[1990]")
    assert "analyses[1]: co2 has no year 1990" in messages(study(table(), years), "error")


def test_what_is_where_the_results_go(study: Any, tmp_path: Path) -> None:
    path = study(table())
    results = tmp_path / "results"
    results.mkdir()
    assert "results is empty" in messages(path, "fine")
    (results / "mine.txt").write_text("x", encoding="utf-8")
    assert "choose another directory" in messages(path, "error")
    (results / "manifest.json").write_text("{}", encoding="utf-8")
    assert "run with --overwrite" in messages(path, "warning")


def test_a_file_that_cannot_be_read_is_an_error(together: Any, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[study\n", encoding="utf-8")
    absent, broken = together([["check", "absent.toml"], ["check", "broken.toml"]], cwd=tmp_path)
    absent.refused("there is no study file at", "fix: spatialcarbon init")
    broken.refused("is not valid TOML")
