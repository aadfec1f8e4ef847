"""What to cite: for a result, a study's folder, a shipped table, and the package itself."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon._version import RELEASED, __version__
from spatialcarbon.cli.main import main
from spatialcarbon.core.bibliography import parse

ROOT = Path(sc.__file__).parents[1]
STUDY = """\
[study]
title = "Two methods"
seed = 11
[units]
source = "cities"
groups = ["PRD"]
[tables.emissions]
source = "city_co2"
[tables.emissions.variables]
co2 = { column = "co2_mt", measure = "Mt CO2" }
[[analyses]]
method = "moran"
variable = "co2"
years = [2017]
permutations = 99
[[analyses]]
method = "inequality"
variable = "co2"
years = [2017]
[outputs]
figures = []
workbook = false
report = false
geopackage = false
"""


@pytest.fixture(scope="module")
def gini() -> object:
    return sc.gini(pd.Series([1.0, 2.0, 4.0], index=["A", "B", "C"]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cited")
    (place / "study.toml").write_text(STUDY, encoding="utf-8")
    sc.run_study(place / "study.toml", out=place / "results")
    return place / "results"


def test_bibtex_is_bibtex(gini: object) -> None:
    works = parse(sc.cite(gini) + "\n")
    assert list(works) == ["spatialcarbon", "gini1912", "lorenz1905"]
    assert works["spatialcarbon"].fields["version"] == f"{__version__}"


def test_csl_names_the_same_works(gini: object) -> None:
    items = json.loads(sc.cite(gini, format="csl-json"))
    assert [item["id"] for item in items] == ["spatialcarbon", "gini1912", "lorenz1905"]
    assert {item["type"] for item in items} <= {"software", "book", "article-journal"}
    assert items[0]["version"] == __version__


def test_a_study_cites_its_methods_and_its_data(folder: Path) -> None:
    works = parse(sc.cite(folder) + "\n")
    assert {"moran1950", "gini1912", "chen2020"} <= set(works)
    assert sc.cite(str(folder)) == sc.cite(folder)
    said = sc.cite(folder, format="methods")
    assert "permutations 99" in said
    assert "seed 11" in said
    assert "Data: Chen et al. 2020." in said
    assert said.endswith(f"Computed with spatialcarbon {__version__} ({RELEASED[:4]}).")
    chinese = sc.cite(folder, format="methods", language="zh")
    assert "数据：Chen et al. 2020。" in chinese
    assert ". " not in chinese.replace("et al. ", "")


def test_the_run_itself_cites_the_same(tmp_path: Path, folder: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(STUDY, encoding="utf-8")
    assert sc.cite(sc.run_study(study, out=tmp_path / "out")) == sc.cite(folder)


def test_a_table_without_a_work_keeps_its_source_in_words() -> None:
    people = sc.load_table("city_population")
    assert "National Bureau of Statistics" in sc.cite(people, format="text")
    assert sc.cite(people).splitlines()[-1].startswith("% city_population: National Bureau")
    assert list(parse(sc.cite(sc.load_table("city_co2")) + "\n")) == ["spatialcarbon", "chen2020"]
    assert sc.cite("city_co2") == sc.cite(sc.load_table("city_co2"))


def test_a_key_alone() -> None:
    assert list(parse(sc.cite("moran1950") + "\n")) == ["spatialcarbon", "moran1950"]


def test_what_cannot_be_cited(tmp_path: Path) -> None:
    with pytest.raises(sc.SchemaError, match="DataFrame holds nothing"):
        sc.cite(pd.DataFrame({"a": [1]}))
    with pytest.raises(sc.OptionError, match="moran1950"):
        sc.cite("moran1951")
    with pytest.raises(sc.SchemaError, match="no results"):
        sc.cite(tmp_path)
    with pytest.raises(sc.OptionError, match="bibtex"):
        sc.cite("moran1950", format="bibtext")


@pytest.mark.parametrize("form", ["bibtex", "csl-json", "text", "methods"])
def test_the_command(form: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["cite", "city_co2", "--format", form])
    assert left.value.code == 0
    printed = capsys.readouterr().out
    assert printed == sc.cite(sc.load_table("city_co2"), format=form) + "\n"
    with pytest.raises(SystemExit):
        main(["cite", "city_co2", "--format", form, "--out", str(tmp_path / "cited.txt")])
    assert (tmp_path / "cited.txt").read_text(encoding="utf-8") == printed


def test_the_package_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["cite"])
    assert list(parse(capsys.readouterr().out)) == ["spatialcarbon"]


def test_the_citation_file_agrees() -> None:
    words = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    lines = [line for line in words.splitlines() if line[:1].isalpha() and ": " in line]
    given = dict(line.split(": ", 1) for line in lines)
    assert given["version"] == __version__
    assert given["date-released"] == RELEASED
    assert given["cff-version"] == "1.2.0"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert given["license"] == project["license"]
