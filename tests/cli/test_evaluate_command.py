"""Evaluation of a user's own columns, from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

PILOTS = "q01,q04,q07,q10,q13"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return emissions of six years, a covariate, and who is treated."""
    path = tmp_path_factory.mktemp("places") / "政策.csv"
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    draw = np.random.default_rng(2)
    rows = [
        {
            "code": code,
            "year": year,
            "co2": 10 + i % 5 + draw.normal() - 4 * (code in PILOTS.split(",")) * (year >= 2013),
            "size": float((7 * i) % 11),
            "pilot": int(code in PILOTS.split(",")),
        }
        for i, code in enumerate(codes)
        for year in range(2010, 2016)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_evaluate(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["evaluate", *own_map, "--table", table, "--outcome", "co2", "--measure", "co2=Mt CO2"]
    line += ["--measure", "size=1", "--covariates", "size", "--year", "year"]
    line += ["--treated-from", "2013", "--minimum-matched", "2", "--permutations", "19"]
    line += ["--matching", "radius", "--caliper", "2"]
    shown, column, chinese, layered, nobody, strange = together(
        [
            [*line, "--treated-units", PILOTS, "--format", "json"],
            [*line, "--treated", "pilot", "--measure", "pilot=1", "--format", "json"],
            [*line, "--treated-units", PILOTS, "--lang", "zh"],
            [*line, "--treated-units", PILOTS, "--out", "e.gpkg"],
            line,
            [*line, "--treated-units", "nowhere"],
        ],
        cwd=tmp_path,
    )
    frame = pd.read_csv(table)
    with pytest.warns(sc.SpatialCarbonWarning):
        right = sc.psm_did(
            frame, unit="code", year="year", outcome="co2", treated="pilot", treated_from=2013,
            covariates=["size"], matching="radius", caliper=2, minimum_matched=2,
            permutations=0, rng=0,
        )  # fmt: skip
    for said in (shown, column):
        rows = {row["estimator"]: row for row in json.loads(said.fine().out)["evaluate"]}
        assert rows["matched"]["estimate"] == pytest.approx(right.effect)
        assert rows["matched"]["se"] == pytest.approx(right.se)
        assert "spillover" in rows
    assert "平行趋势" in chinese.fine().err
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "e.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert names == {"evaluate_roles"}
    nobody.refused("say who is treated")
    strange.refused("nowhere")
