"""Decomposition and decoupling of a user's own columns, from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc

KAYA = "co2 = people * (gdp/people) * (co2/gdp)"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a long table of three years in GB18030, rows in no order."""
    path = tmp_path_factory.mktemp("drivers") / "表.csv"
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    rows = [
        (code, year, 10.0 + i % 5 + step, 50.0 + 3 * i + 5 * step * (i % 3), 4.0 + i % 4 + step / 2)
        for i, code in enumerate(codes)
        for step, year in enumerate((2010, 2015, 2016))
    ]
    frame = pd.DataFrame(rows, columns=["code", "year", "co2", "gdp", "people"])
    frame.sample(frac=1, random_state=2).to_csv(path, index=False, encoding="gb18030")
    return path


def test_decompose(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["decompose", *own_map, "--table", table, "--identity", KAYA]
    measures = ["--measure", "co2=Mt CO2", "--measure", "gdp=亿元", "--measure", "people=万人"]
    line += measures
    stages = ["--stages", "2010-2015,2015-2016"]
    shown, chinese, uneven, layered, wrong, badly, absent = together(
        [
            [*line, *stages, "--format", "json"],
            [*line, "--lang", "zh", "--prices", "current"],
            [*line, "--cumulative", "2010"],
            [*line, *stages, "--groups", "cluster", "--out", "drivers.gpkg"],
            [*line[:-1], "people=万人", "--identity", "co2 = people * (gdp/people)"],
            [*line, "--stages", "2010:2015"],
            [*line, "--stages", "2010-2017"],
        ],
        cwd=tmp_path,
    )
    frame = pd.read_csv(table, encoding="gb18030")
    right = sc.decompose(
        frame, identity=KAYA, unit="code", year="year", stages=[(2010, 2015), (2015, 2016)]
    )
    found = pd.DataFrame(json.loads(shown.fine().out)["decompose"])
    expected = right.effects.pivot(index=["unit", "start"], columns="factor", values="effect")
    ours = found.set_index(["unit", "start"])
    for factor, key in (("people", "population"), ("affluence", "affluence")):
        column = f"effect_{factor}" if f"effect_{factor}" in ours else f"effect_{key}"
        assert ours[column].to_dict() == pytest.approx(expected[column[7:]].to_dict())
    assert "按当年价" in chinese.fine().out + chinese.err
    uneven.refused("not equally far apart")
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "drivers.gpkg")) as database:
        names = {row[0] for row in database.execute("select table_name from gpkg_contents")}
    assert {"decompose_dominant_2010_2015", "decompose_dominant_2015_2016"} <= names
    wrong.refused("the factors of the identity do not give co2", "multiply by")
    badly.refused("is not a list of stages", "2006-2011,2011-2016")
    absent.refused("not all complete in 2017; they are in 2010, 2015, 2016")


def test_decoupling(together: Any, own_map: list[object], table: Path) -> None:
    line = ["decoupling", *own_map, "--table", table]
    effort = ["--identity", KAYA, "--activity", "population,affluence"]
    plain, with_effort, half, unknown = together(
        [
            [*line, "--format", "json"],
            [*line, *effort, "--stages", "yearly", "--format", "json"],
            [*line, "--identity", KAYA],
            [*line, "--driver", "gpd"],
        ]
    )
    frame = pd.read_csv(table, encoding="gb18030")
    right = sc.decoupling(frame, unit="code", year="year").set_index("unit")["state"]
    found = pd.DataFrame(json.loads(plain.fine().out)["decoupling"]).set_index("unit")
    assert found["state"].to_dict() == right.to_dict()
    assert "effort" not in found
    yearly = pd.DataFrame(json.loads(with_effort.fine().out)["decoupling"])
    assert yearly["start"].unique().tolist() == [2010, 2015]
    assert set(yearly["effort_state"]) <= {"strong effort", "weak effort", "no effort", "undefined"}
    half.refused("needs both identity and activity")
    unknown.refused("gpd")


def test_help_shows_an_identity(together: Any) -> None:
    [said] = together([["decompose", "--help"]])
    assert '--identity "co2 = population * (gdp/population) * (co2/gdp)"' in said.out
    assert "--stages" in said.out
    assert "FORMULA" in said.out
