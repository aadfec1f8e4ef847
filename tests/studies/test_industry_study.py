"""The method ``industry`` in a study, and invented numbers marked in whatever uses them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.pipeline import check_study, run_study

STUDY = """\
[study]
title = "Industry"
seed = 5
[units]
source = "cities"
groups = "plan"
[tables.industry]
source = "illustrative_industry_shares"
[tables.industry.variables]
energy = { measure = "1" }
heavy = { measure = "%", title = "Steel and the like" }
light = { measure = "1" }
hightech = { measure = "1" }
[tables.emissions]
source = "city_co2"
[tables.emissions.variables]
co2 = { column = "co2_mt", measure = "Mt CO2" }
[ratios.mixed]
numerator = "energy"
denominator = "heavy"
measure = "1"
[[analyses]]
method = "industry"
shares = ["energy", "heavy", "light", "hightech"]
areas = true
gap_samples = 5
bootstraps = 3
type_names = { 4 = "New" }
[[analyses]]
method = "moran"
variable = "mixed"
permutations = 0
[[analyses]]
method = "moran"
name = "real"
variable = "co2"
years = [2017]
permutations = 0
[outputs]
figures = ["png"]
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("industry")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return run_study(folder / "study.toml", out=folder / "results")


def test_tables(done: Any) -> None:
    direct = sc.industry_clusters(
        sc.load_table("illustrative_industry_shares").set_index("adcode"),
        gap_samples=5, bootstraps=3, rng=5,
    )  # fmt: skip
    table = done.tables["industry"].set_index("unit")
    assert table["type"].to_dict() == direct.labels.to_dict()
    assert table.loc[110000, "heavy"] == pytest.approx(direct.overall["heavy"], abs=0.3)
    groups = done.tables["industry_by_group"].set_index("group")
    counts = direct.counts(done.inputs.groups)
    assert (
        groups[["type_1", "type_2", "type_3", "type_4"]].to_numpy().tolist()
        == counts.to_numpy().tolist()
    )
    assert groups["n"].sum() == 111
    assert set(done.tables["industry_areas"]["solution"]) == {"k-means", "constrained"}
    frame = pd.read_csv(done.directory / "tables" / "industry_centres.csv", encoding="utf-8-sig")
    assert frame["type_name"].tolist() == [
        "energy production", "Steel and the like", "light industry", "New",
    ]  # fmt: skip
    assert done.tables["industry_number_of_types"]["k"].tolist() == list(range(2, 9))


def test_invented_numbers_are_marked_and_real_ones_not(done: Any) -> None:
    page = (done.directory / "report.html").read_text(encoding="utf-8")
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Types of place by industrial structure (illustrative data)" in plain
    assert plain.count("On illustrative data: ") >= 3
    assert "Some results rest, in whole or in part, on invented numbers" in plain
    assert "invented data" in plain
    book = openpyxl.load_workbook(done.directory / "tables.xlsx")
    # A ratio of invented numbers is invented; what has no part in them is not.
    rows = book["Contents"].iter_rows(min_row=5, values_only=True)
    marked = {
        row[-1]: "(illustrative data)" in row[1]
        and "(illustrative data)" in book[row[0]]["A1"].value
        for row in rows
        if row[0] != "Notes"
    }
    assert marked.pop("real") is False
    assert all(marked.values())
    assert done.inputs.illustrative == {"energy", "heavy", "light", "hightech", "mixed"}


def test_layers_have_the_types_and_the_mark(done: Any) -> None:
    with closing(sqlite3.connect(done.directory / "results.gpkg")) as database:
        titles = dict(database.execute("SELECT table_name, identifier FROM gpkg_contents"))
        kinds = dict(database.execute('SELECT adcode, type FROM "industry"'))
        names = {row[0] for row in database.execute('SELECT type_name FROM "industry"')}
    assert titles["industry"].endswith("(illustrative data)")
    assert titles["industry_areas"].endswith("(illustrative data)")
    table = done.tables["industry"].set_index("unit")["type"]
    assert {int(code): kind for code, kind in kinds.items()} == table.to_dict()
    assert names == {"energy production", "Steel and the like", "light industry", "New"}


def test_figures(done: Any) -> None:
    drawn = {path.stem for path in (done.directory / "figures").iterdir()}
    parts = ("profiles", "by_group", "number_of_types", "map", "areas_map")
    assert drawn >= {f"industry_{part}" for part in parts}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"light", "hightech"]', '"light", "hightec"]', "hightec"),
        ('"light", "hightech"]', '"light", "light"]', "names a variable twice"),
        ("areas = true", "year = 2017", "has no year 2017"),
        ("areas = true", 'k = "all"', "analyses"),
        ("areas = true", 'industry_names = { co2 = "x" }', "'co2', which is not among the shares"),
        ("{ 4 =", "{ x =", "'x', which is not the number of a type"),
        ('"light", "hightech"]', '"light", "co2"]', "no year in common"),
    ],
)
def test_mistakes_are_found_before_anything_is_computed(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    (tmp_path / "study.toml").write_text(STUDY.replace(old, new), encoding="utf-8")
    with pytest.raises(SpatialCarbonError, match=re.escape(words)):
        check_study(tmp_path / "study.toml")


def test_a_table_of_ones_own_is_not_marked(own: Any) -> None:
    table = own.table[["代码"]].assign(a=[0.2 + 0.03 * i for i in range(21)])
    table["b"] = 1 - table["a"]
    table.loc[3, "a"] = None
    own.write()
    table.to_csv(own.folder / "shares.csv", index=False)
    own.tables = (
        '[tables.shares]\nsource = "shares.csv"\nunit = "代码"\nyear = 2015\n'
        '[tables.shares.variables]\na = { measure = "1" }\nb = { measure = "1" }\n'
    )
    own.analyses = (
        '[[analyses]]\nmethod = "industry"\nshares = ["a", "b"]\nk = 2\nmissing = "drop"\n'
        "gap_samples = 0\nbootstraps = 0\n"
    )
    own.outputs = "figures = []\nworkbook = false\n"
    result = own.run(language="zh")
    assert len(result.tables["industry"]) == 20
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    assert "示例数据" not in page
    assert "2015年" in page
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        missing = database.execute('SELECT count(*) FROM "industry" WHERE type IS NULL').fetchall()
    assert missing == [(1,)]
