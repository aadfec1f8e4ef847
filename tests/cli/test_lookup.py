"""tables, units and weights."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import spatialcarbon as sc


def test_tables_are_listed_and_printed(together: Any) -> None:
    shown, listed, parsed, one, whole, missing = together(
        [
            ["tables"],
            ["tables", "--format", "csv"],
            ["tables", "--format", "json"],
            ["tables", "city_co2", "--format", "csv"],
            ["tables", "study002_moran"],
            ["tables", "city_co3"],
        ]
    )
    names = list(sc.tables()["name"])
    assert [row["name"] for row in json.loads(parsed.fine().out)] == names
    assert [row["name"] for row in csv.DictReader(io.StringIO(listed.fine().out))] == names
    assert all(name in shown.fine().out for name in names)
    frame = pd.read_csv(io.StringIO(one.fine().out))
    pd.testing.assert_frame_equal(frame, sc.load_table("city_co2"), check_exact=True)
    assert one.err == ""
    assert "not significant" in whole.fine().err or "Table" in whole.err
    missing.refused("city_co3", "city_co2")


def test_units_are_listed_and_exported(together: Any, tmp_path: Path) -> None:
    lines = [
        ["units", "--clusters", "PRD"],
        ["units", "--clusters", "PRD", "--format", "json"],
        ["units", "provinces", "--format", "csv"],
        ["units", "--clusters", "PRD", "--out", "prd.gpkg"],
        ["units", "--clusters", "BTH,PRD", "--out", "two.csv"],
        ["units", "villages"],
        ["units", "--clusters", "PRDD"],
        ["units", "--out", "no/prd.gpkg"],
    ]
    shown, parsed, provinces, _, _, level, cluster, folder = together(lines, cwd=tmp_path)
    assert "Guangzhou" in shown.fine().out
    assert [row["adcode"] for row in json.loads(parsed.fine().out)] == list(
        sc.load_units("cities", clusters="PRD").index
    )
    assert len(provinces.fine().out.splitlines()) == 1 + len(sc.load_units("provinces"))
    level.refused("'villages'")
    cluster.refused("PRDD", "PRD")
    folder.refused("there is no such folder")
    frame = gpd.read_file(tmp_path / "prd.gpkg", layer="cities")
    assert sorted(frame["adcode"]) == sorted(sc.load_units("cities", clusters="PRD").index)
    with closing(sqlite3.connect(tmp_path / "prd.gpkg")) as database:
        assert database.execute("SELECT count(*) FROM layer_styles").fetchone() == (1,)
    two = pd.read_csv(tmp_path / "two.csv", encoding="utf-8-sig")
    assert two["cluster"].value_counts().to_dict() == {"BTH": 14, "PRD": 9}
    assert {path.name for path in tmp_path.iterdir()} == {"prd.gpkg", "two.csv"}


def test_weights_are_described(together: Any, own_map: list[object], files: Path) -> None:
    shown, edges, parsed, bridges, whole, bad = together(
        [
            ["weights", *own_map],
            ["weights", *own_map, "--format", "csv"],
            ["weights", *own_map, "--format", "json", "--transform", "R"],
            ["weights", *own_map, "--bridges", "--format", "json"],
            ["weights", "--clusters", "plan"],
            ["weights", *own_map, "--weights", "queeen"],
        ]
    )
    raw = sc.Backbone(gpd.read_file(files / "map.gpkg").set_index("code")).contiguity()
    assert raw.fingerprint in shown.fine().out
    assert "岛" in shown.out
    listed = pd.read_csv(io.StringIO(edges.fine().out))
    assert len(listed) == raw.raw.nnz == 2 * raw.n_pairs
    sums = pd.DataFrame(json.loads(parsed.fine().out)).groupby("focal")["weight"].sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    [bridge] = json.loads(bridges.fine().out)
    assert "岛" in bridge.values()
    assert "253" in whole.fine().out
    bad.refused("is not understood")


@pytest.mark.parametrize("ending", ["parquet", "gal", "csv"])
def test_saved_weights_are_read_back(
    together: Any, own_map: list[object], files: Path, expected: Any, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"w.{ending}"
    line = ["moran", *own_map, "--table", files / "wide.csv", "--column", "co2", "--year", "2017"]
    line += ["--weights", path, "--permutations", "99", "--format", "json"]
    said, back = together([["weights", *own_map, "--out", path], line])
    assert said.fine().out == ""
    assert "written:" in said.err
    [row] = json.loads(back.fine().out)
    assert row["statistic"] == expected("co2_2017").statistic
    assert row["pvalue_permutation"] == expected("co2_2017").pvalue_permutation
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_gwt_and_files_that_cannot_be_written(
    together: Any, own_map: list[object], tmp_path: Path
) -> None:
    near, isolates, ending, folder = together(
        [
            ["weights", *own_map, "--weights", "knn:2", "--out", "near.gwt"],
            ["weights", *own_map, "--out", "queen.gwt"],
            ["weights", *own_map, "--out", "queen.txt"],
            ["weights", *own_map, "--out", "no/queen.parquet"],
        ],
        cwd=tmp_path,
    )
    near.fine()
    assert sc.Weights.from_gal(tmp_path / "near.gwt").n_pairs > 16
    isolates.refused("list links only, and 1 units have none")
    ending.refused("--out must end in")
    folder.refused("there is no such folder")
    assert [item.name for item in tmp_path.iterdir()] == ["near.gwt"]
