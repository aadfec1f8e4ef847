"""Inequality, coupling and centres of a user's own columns, from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a table with emissions, people and two scores."""
    path = tmp_path_factory.mktemp("table") / "表.csv"
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    pd.DataFrame(
        {
            "code": codes,
            "co2": [float((5 * i * i + 3 * i) % 23 + 1) for i in range(17)],
            "people": [float(7 * i % 11 + 2) for i in range(17)],
            "economy": [i / 16 for i in range(17)],
            "ecology": [(3 * i % 17) / 16 for i in range(17)],
        }
    ).to_csv(path, index=False)
    return path


def test_inequality(together: Any, own_map: list[object], table: Path) -> None:
    line = ["inequality", *own_map, "--table", table, "--measure", "co2=万吨"]
    line += ["--variable", "co2"]
    people = ["--population", "people", "--measure", "people=万人"]
    plain, weighted, total, layered, missing = together(
        [
            [*line, "--groups", "cluster", "--format", "json"],
            [*line, *people, "--per-head", "--lang", "zh"],
            [*line, *people],
            [*line, "--out", "x.gpkg"],
            line[:-2],
        ]
    )
    found = json.loads(plain.fine().out)
    values = pd.read_csv(table).set_index("code")
    [row] = found["inequality"]
    assert row["gini"] == pytest.approx(float(sc.gini(values["co2"])))
    # The island is in no group of the map.
    assert [group["group"] for group in found["inequality_by_group"]] == ["西", "东", "REST"]
    assert "基尼系数" in weighted.fine().out
    head = values["co2"] / values["people"]
    gini = sc.gini(head, population=values["people"])
    assert f"{float(gini):.3f}" in weighted.err
    total.refused("set per_head = true")
    layered.refused("inequality has no map layer")
    missing.refused()


def test_coupling(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["coupling", *own_map, "--table", table, "--subsystems"]
    both = [*line, "economy,ecology"]
    shown, scaled, written, high, single = together(
        [
            [*both, "--classes", "ten", "--format", "json"],
            [*line, "economy,people", "--scaling", "minmax", "--inverse", "people"],
            [*both, "--out", "coupling.gpkg"],
            [*line, "economy,people"],
            [*line, "economy"],
        ],
        cwd=tmp_path,
    )
    rows = {row["unit"]: row for row in json.loads(shown.fine().out)["coupling"]}
    scores = pd.read_csv(table).set_index("code")[["economy", "ecology"]]
    right = sc.coupling_coordination(scores, classes="ten")
    assert {u: row["level"] for u, row in rows.items()} == right.level.to_dict()
    assert "on average" in scaled.fine().err
    written.fine()
    with closing(sqlite3.connect(tmp_path / "coupling.gpkg")) as database:
        [(name,)] = database.execute("SELECT f_table_name FROM layer_styles").fetchall()
        [(count,)] = database.execute(f'SELECT count(*) FROM "{name}"').fetchall()
    assert count == 17
    high.refused("outside 0 to 1")
    single.refused("--subsystems")


def test_centre(
    together: Any, own_map: list[object], files: Path, table: Path, tmp_path: Path
) -> None:
    line = ["centre", *own_map, "--column", "co2", "--table", files / "wide.csv"]
    shown, written, corrected, wrong = together(
        [
            [*line, "--format", "json"],
            [*line, "--groups", "cluster", "--out", "centre.gpkg"],
            [*line, "--correction", "sqrt2", "--format", "json"],
            [*line, "--correction", "two"],
        ],
        cwd=tmp_path,
    )
    first, last = json.loads(shown.fine().out)
    assert (first["year"], last["year"]) == (2015, 2017)
    wider = json.loads(corrected.fine().out)[1]
    assert wider["semi_major_km"] == pytest.approx(2**0.5 * last["semi_major_km"])
    written.fine()
    with closing(sqlite3.connect(tmp_path / "centre.gpkg")) as database:
        rows = database.execute("SELECT f_table_name FROM layer_styles").fetchall()
    assert {name for (name,) in rows} == {"centre_points", "centre_tracks", "centre_ellipses"}
    wrong.refused("--correction")
