"""Studies with several maps: each has its tables, weights and analyses, and they stay apart."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from spatialcarbon.studies.checkup import check_up
from spatialcarbon.studies.pipeline import StudyResult, check_study, run_study
from spatialcarbon.studies.study_file import StudyFileError, json_schema, load_study
from spatialcarbon.studies.toml_lines import TomlLines
from spatialcarbon.studies.verify import verify

TWO = """\
[study]
title = "Cities and provinces"
[units]
source = "cities"
groups = ["PRD"]
[tables.emissions]
source = "city_co2"
[tables.emissions.variables]
co2 = { column = "co2_mt", measure = "Mt CO2" }

[maps.east]
title = "Eastern provinces"
[maps.east.units]
source = "provinces"
groups = ["EAST"]
[maps.east.tables.emissions]
source = "province_co2"
[maps.east.tables.emissions.variables]
co2 = { column = "co2_10kt", measure = "Mt CO2" }
[maps.east.tables.forest]
source = "study001_forest"
year = 2016
[maps.east.tables.forest.variables]
forest = { column = "forest_stock_10k_m3", measure = "10^4 m3" }
[maps.east.ratios.stock]
numerator = "forest"
denominator = "co2"
measure = "m3/t"
[maps.east.weights.bridged]
type = "contiguity"
bridges = [[440000, 460000]]

[[analyses]]
method = "moran"
variable = "co2"
years = [2016]
permutations = 99

[[analyses]]
method = "moran"
name = "provinces"
map = "east"
variable = ["co2", "stock"]
years = [2016]
permutations = 99

[[analyses]]
method = "indicators"
map = "east"
years = [2016]

[outputs]
figures = []
workbook = false
"""


def write(folder: Path, source: str) -> Path:
    (folder / "study.toml").write_text(source, encoding="utf-8")
    return folder / "study.toml"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    folder = tmp_path_factory.mktemp("maps")
    return run_study(write(folder, TWO), out=folder / "results")


def test_an_analysis_sees_its_map_and_nothing_of_the_others(result: StudyResult) -> None:
    first, second = result.results["moran"]["panel"], result.results["provinces"]["panel"]
    assert set(first.table["n"]) == {9}
    assert set(second.table["n"]) == {11}
    assert list(result.inputs.panel.variables) == ["co2"]
    assert list(result.inputs.weights) == ["queen"]
    rows = result.tables["indicators_by_unit"]
    assert {110000, 460000} <= set(rows["place"])


def test_one_year_is_given_to_a_shipped_table_without_years(result: StudyResult) -> None:
    inputs = check_study(result.study.path)
    assert inputs.years_of("co2")[-1] == 2017
    table = result.tables["provinces"]
    assert set(table["variable"]) == {"co2", "stock"}
    assert set(table["year"]) == {2016}


def test_layers_of_all_maps_are_in_one_file(result: StudyResult) -> None:
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        titles = dict(database.execute("SELECT table_name, identifier FROM gpkg_contents"))
        counts = {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in ("clusters", "east_clusters", "weights_queen", "east_weights_bridged")
        }
    assert counts["clusters"] == 9
    assert counts["east_clusters"] == 11
    assert {"panel", "east_panel", "yearly_co2", "east_yearly_co2"} <= set(titles)
    assert titles["clusters"] == "Groups"
    assert titles["east_clusters"] == "Eastern provinces: Groups"
    assert titles["indicators_co2_2016"] == "Eastern provinces: CO2 emissions, 2016"


def test_the_project_opens_with_what_one_analysis_shows(result: StudyResult) -> None:
    with zipfile.ZipFile(result.directory / "project.qgz") as archive:
        project = archive.read(archive.namelist()[0]).decode()
    tree = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", project))
    shown = [
        layer.get("name")
        for layer in tree.find("layer-tree-group").iter("layer-tree-layer")  # type: ignore[union-attr]
        if layer.get("checked") == "Qt::Checked" and "Data by year" not in str(layer.get("name"))
    ]
    assert shown == ["Eastern provinces: CO2 emissions, 2016"]


def test_the_report_tells_of_all_maps(result: StudyResult) -> None:
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    assert "A further map, Eastern provinces, has 11 places" in page
    assert "east_bridged" in page
    assert "CO2 of prefecture-level units" in page
    assert "CO2 of provinces, study 004 by year" in page


def test_the_record_names_the_map_of_each_analysis(result: StudyResult) -> None:
    record = result.manifest
    assert [item.get("map") for item in record["analyses"]] == [None, "east", "east"]
    assert list(record["weights"]) == ["queen", "east_bridged"]
    assert {
        "map: cities (shipped)",
        "map: provinces (shipped)",
        "table: city_co2",
        "table: study001_forest",
    } <= set(record["inputs"])


def test_it_comes_out_again(result: StudyResult, tmp_path: Path) -> None:
    found = verify(result.directory, scratch=tmp_path)
    assert found.same
    assert "results.gpkg" in found.outputs


def test_a_checkup_looks_at_every_map(tmp_path: Path) -> None:
    found = check_up(write(tmp_path, TWO))
    assert found.can_run
    assert [part.key for part in found.plan] == ["moran", "provinces", "indicators"]
    fine = [item.render("en") for item in found.of("fine")]
    assert any("11 places in 1 groups" in words for words in fine)
    broken = TWO.replace('"province_co2"', '"city_co2"').replace("co2_10kt", "co2_mt")
    found = check_up(write(tmp_path, broken))
    [wrong] = [item for item in found.of("error") if item.topic == "tables"]
    assert wrong.line == TomlLines(broken).find(["maps", "east", "tables", "emissions"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('map = "east"', 'map = "est"', "line 42: analyses[2].map: 'est' is not defined here; "
         "did you mean 'east'? there is east"),
        ('map = "east"', 'map = ["east"]', "analyses[2].map: \"['east']\" is not defined here"),
        ('map = "east"', "", "line 11: maps.east: no analysis works on it; "
         'under [[analyses]]: map = "east"'),
        ('["co2", "stock"]', '["co2", "stok"]', "line 43: analyses[2].variable: 'stok' is not "
         "defined here; did you mean 'stock'? there is co2, forest, stock"),
        ('numerator = "forest"', 'numerator = "wood"', "line 26: maps.east.ratios.stock.numerator: "
         "'wood' is not defined here"),
        ("forest = {", "co2 = {", "line 24: maps.east.tables.forest.variables.co2: 'co2' is "
         "already in [maps.east.tables.emissions]"),
        ('[maps.east.units]', '[maps.east.units]\ngroup = ["EAST"]', "line 14: "
         "maps.east.units.group: is not a setting; did you mean 'groups'?"),
        ('title = "Eastern provinces"', 'titel = "Eastern provinces"', "line 12: maps.east.titel: "
         "is not a setting; did you mean 'title'?"),
        ('type = "contiguity"', 'type = "contiguous"', "line 29: maps.east.weights.bridged"),
        ("[maps.east.weights.bridged]",
         '[maps.east.rasters.land]\nscheme = "CLCD"\nfiles = { 2020 = "no.tif" }\n'
         "[maps.east.weights.bridged]", None),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_lines(
    tmp_path: Path, old: str, new: str, said: str | None
) -> None:
    assert old in TWO
    # Without any map = "east" left, the map has no use.
    path = write(tmp_path, TWO.replace(old, new, 1 if new else -1))
    if said is None:
        with pytest.raises(
            StudyFileError, match=r"line 31: maps\.east\.rasters\.land\.files\.2020"
        ):
            check_study(path)
        return
    with pytest.raises(StudyFileError) as caught:
        load_study(path)
    assert said in caught.value.render("en")


def test_a_map_needs_a_section_of_its_own(tmp_path: Path) -> None:
    single = TWO[: TWO.index("[maps.east]")] + '[[analyses]]\nmethod = "moran"\nmap = "east"\n'
    with pytest.raises(StudyFileError, match=r"there is no map 'east': this file has no \[maps"):
        load_study(write(tmp_path, single + 'variable = "co2"\n'))
    with pytest.raises(StudyFileError) as caught:
        load_study(write(tmp_path, single + 'variable = "co2"\n'))
    assert "没有名为 'east' 的地图" in caught.value.render("zh")


def test_tables_may_be_missing_only_where_analyses_bring_their_own(tmp_path: Path) -> None:
    bare = TWO[: TWO.index("[maps.east.tables.emissions]")] + TWO[TWO.index("[[analyses]]") :]
    with pytest.raises(StudyFileError, match=r"maps\.east\.tables: is missing"):
        load_study(write(tmp_path, bare))


def test_editors_know_the_setting() -> None:
    schema: Any = json_schema()
    assert "maps" in schema["properties"]
    assert "map" in schema["$defs"]["analysis_moran"]["properties"]
    assert "MapSection" in schema["$defs"]
