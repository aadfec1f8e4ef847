"""Allocation from the command line."""

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
    path = tmp_path_factory.mktemp("quota") / "数.csv"
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    pd.DataFrame(
        {
            "code": codes,
            "people": [float(7 * i % 11 + 2) for i in range(17)],
            "co2": [float((5 * i * i + 3 * i) % 23 + 1) for i in range(17)],
        }
    ).to_csv(path, index=False)
    return path


def test_allocate(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["allocate", *own_map, "--table", table, "--measure", "people=persons"]
    line += ["--measure", "co2=万吨CO2", "--emission", "co2", "--population", "people"]
    two = [*line, "--principles", "equality,grandfathering"]
    shown, chinese, layered, capped, none, strange, plenty = together(
        [
            [*two, "--cut", "0.6", "--format", "json"],
            [*two, "--cut", "0.6", "--lang", "zh"],
            [*two, "--cut", "0.6", "--out", "quota.gpkg"],
            [*two, "--cut", "0.6", "--cap", "0.9", "--format", "json"],
            two,
            [*two, "--cut", "0.6", "--principles", "fair"],
            [*two, "--total", "1e6", "--cap", "1"],
        ],
        cwd=tmp_path,
    )
    frame = pd.read_csv(table).set_index("code")
    criteria = frame[["people"]].rename(columns={"people": "population"})
    total = 0.6 * frame["co2"].sum()
    with pytest.warns(sc.InfeasibleAllocationWarning):
        right = sc.allocate(total, criteria, principle="equality", emissions=frame["co2"])
    found = json.loads(shown.fine().out)
    rows = {row["unit"]: row["equality"] for row in found["allocate"]}
    assert rows == pytest.approx(right.allocation.to_dict())
    asked = [r["unit"] for r in found["allocate_infeasible"] if r["principle"] == "equality"]
    assert set(asked) == set(right.infeasible)
    assert "减排量" in chinese.fine().out
    assert "个的减排量超过其排放量" in chinese.err
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "quota.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert names == {"allocate_equality", "allocate_grandfathering"}
    limited = sc.allocate(total, criteria, principle="equality", emissions=frame["co2"], cap=0.9)
    rows = {row["unit"]: row["equality"] for row in json.loads(capped.fine().out)["allocate"]}
    assert rows == pytest.approx(limited.allocation.to_dict())
    none.refused("give one of total, cut and intensity_base")
    strange.refused("principles names fair", "equality")
    plenty.refused("1,000,000 is more than can be cut under the caps")
