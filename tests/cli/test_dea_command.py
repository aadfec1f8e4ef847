"""Efficiency and zero-sum gains from the command line."""

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


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dea") / "数.csv"
    rng = np.random.default_rng(2)
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    co2 = rng.lognormal(3, 1, 17)
    pd.DataFrame(
        {
            "code": codes,
            "co2": co2,
            "people": co2**0.7 * rng.lognormal(0, 0.4, 17),
            "gdp": co2**0.9 * rng.lognormal(0, 0.4, 17),
        }
    ).to_csv(path, index=False)
    return path


def test_dea(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["dea", *own_map, "--table", table, "--measure", "co2=万吨CO2"]
    line += ["--measure", "people=persons", "--measure", "gdp=万元"]
    line += ["--inputs", "co2", "--outputs", "people,gdp", "--draws", "60"]
    shared = [*line, "--zero-sum", "co2"]
    shown, plain, chinese, stepped, layered, output = together(
        [
            [*shared, "--format", "json", "--seed", "3"],
            [*line, "--format", "json"],
            [*shared, "--lang", "zh"],
            [*line, "--zero-sum", "input=co2,mode=iterate,rule=single", "--format", "json"],
            [*shared, "--out", "dea.gpkg"],
            [*line, "--orientation", "output", "--returns", "constant", "--format", "json"],
        ],
        cwd=tmp_path,
    )
    frame = pd.read_csv(table).set_index("code")
    x, y = frame["co2"], frame[["people", "gdp"]]
    found = json.loads(shown.fine().out)
    rows = {row["unit"]: row for row in found["dea"]}
    right = sc.dea(x, y)
    assert {u: r["efficiency"] for u, r in rows.items()} == pytest.approx(
        right.efficiency.to_dict()
    )
    bounds = sc.dea_bootstrap(x, y, draws=60, rng=3)
    assert {u: r["low"] for u, r in rows.items()} == pytest.approx(bounds.low.to_dict())
    zero = sc.zero_sum_dea(x, y)
    shares = {row["unit"]: row["allocation"] for row in found["dea_allocation"]}
    assert shares == pytest.approx(zero.allocation.to_dict())
    assert set(json.loads(plain.fine().out)) == {"dea", "dea_slacks", "dea_peers"}
    assert "零和分配量" in chinese.fine().out
    assert "位于前沿" in chinese.err
    steps = {row["iteration"] for row in json.loads(stepped.fine().out)["dea_history"]}
    assert steps == set(range(sc.zero_sum_dea(x, y, mode="iterate", rule="single").iterations + 1))
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "dea.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
        moved = dict(database.execute("SELECT code, adjustment FROM dea_adjustment"))
    assert names == {"dea_efficiency", "dea_scale", "dea_adjustment"}
    assert moved == pytest.approx(zero.adjustment.to_dict())
    outward = {row["unit"]: row["efficiency"] for row in json.loads(output.fine().out)["dea"]}
    expected = sc.dea(x, y, orientation="output", returns="constant").efficiency
    assert outward == pytest.approx(expected.to_dict())


def test_refusals(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["dea", *own_map, "--table", table, "--inputs", "co2", "--draws", "0"]
    one = [*line, "--outputs", "people"]
    wrong, two, side, outward, rule = together(
        [
            [*one, "--zero-sum", "input=co2,mode=twice"],
            ["dea", *own_map, "--table", table, "--inputs", "co2,gdp", "--outputs", "people",
             "--zero-sum", "co2"],
            [*line, "--outputs", "co2"],
            [*one, "--zero-sum", "co2", "--orientation", "output"],
            [*one, "--zero-sum", "input=co2,rule=single"],
        ],
        cwd=tmp_path,
    )  # fmt: skip
    wrong.refused("zero_sum names the mode twice", "one-shot, iterate")
    two.refused("zero_sum shares out co2, which must be the only input")
    side.refused("co2 is an input and an output at once")
    outward.refused("zero_sum needs orientation input")
    rule.refused("the rule single is for mode iterate")
