"""``transitions`` and ``sensitivity`` on a user's own files."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

import spatialcarbon as sc


def test_both_commands(together: Any, own_map: list[object], files: Path, tmp_path: Path) -> None:
    line = [*own_map, "--table", files / "wide.csv", "--column", "co2", "--measure", "Mt CO2"]
    line += ["--permutations", "99", "--correction", "none"]
    moves, family, layer, chinese = together(
        [
            ["transitions", *line, "--start", "2015", "--format", "json"],
            ["sensitivity", *line, "--weights", "knn:2", "--year", "2017", "--format", "json"],
            ["transitions", *line, "--out", "moves.gpkg"],
            ["sensitivity", *line, "--no-local", "--lang", "zh"],
        ],
        cwd=tmp_path,
    )
    units = gpd.read_file(files / "map.gpkg").set_index("code")
    weights = sc.Backbone(units).contiguity().standardised("R")
    table = pd.read_csv(files / "wide.csv", index_col="code").set_axis([2015, 2017], axis=1)
    expected = sc.lisa_transitions(table, weights, permutations=99, correction="none", rng=20240501)
    found = json.loads(moves.fine().out)
    assert [row["n"] for row in found["transitions"]] == expected.table["n"].tolist()
    assert [row["type"] for row in found["transitions_units"]] == expected.units["type"].tolist()
    assert "2015 → 2017" not in moves.err

    rows = {row["member"]: row for row in json.loads(family.fine().out)["sensitivity"]}
    assert rows["own:knn 2"]["statistic"] != rows["queen"]["statistic"]
    assert (
        rows["queen"]["statistic"]
        == sc.global_moran(table[2017], weights, permutations=0).statistic
    )
    assert "under all" in family.err or "hangs on the weights" in family.err

    assert "written: moves.gpkg" in layer.fine().err
    with closing(sqlite3.connect(tmp_path / "moves.gpkg")) as database:
        became = dict(database.execute('SELECT code, became FROM "transitions_co2"'))
    assert len(became) == 17
    assert "莫兰指数" in chinese.fine().out


def test_what_does_not_fit(together: Any, own_map: list[object], files: Path) -> None:
    line = [*own_map, "--table", files / "wide.csv", "--column", "co2"]
    absent, backwards, single = together(
        [
            ["transitions", *line, "--end", "2016"],
            ["transitions", *line, "--start", "2017"],
            ["transitions", *own_map, "--table", files / "cross.csv", "--column", "co2 [Mt]"],
        ]
    )
    absent.refused("no year 2016")
    backwards.refused("a first year before the last")
    single.refused("a first year before the last")
