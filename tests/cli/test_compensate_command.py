"""Compensation of a user's own columns, from the command line."""

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
    """Return a table with emissions, sinks and GDP."""
    path = tmp_path_factory.mktemp("places") / "补偿.csv"
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    pd.DataFrame(
        {
            "code": codes,
            "co2": [float(7 * i % 11 + 2) for i in range(17)],
            "sink": [float((5 * i * i + 3 * i) % 23 + 1) for i in range(17)],
            "gdp": [float(i % 5 + 1) for i in range(17)],
        }
    ).to_csv(path, index=False)
    return path


def test_compensate(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["compensate", *own_map, "--table", table, "--emission", "co2", "--sink", "sink"]
    line += ["--gdp", "gdp", "--measure", "co2=Mt CO2", "--measure", "sink=万吨CO2"]
    line += ["--measure", "gdp=亿元"]
    shown, chinese, layered, unpriced, few = together(
        [
            [*line, "--price", "60", "--prices", "30,60", "--format", "json"],
            [*line, "--price", "60", "--lang", "zh"],
            [*line, "--price", "60", "--settlement", "neighbours", "--out", "c.gpkg"],
            line,
            [*line[:-8], "--price", "60"],
        ],
        cwd=tmp_path,
    )
    own = pd.read_csv(table).set_index("code")
    places = pd.DataFrame(
        {"emission": own["co2"] * 1e6, "sink": own["sink"] * 1e4, "gdp": own["gdp"] * 1e8}
    )
    right = sc.compensate(places, price=60)
    found = json.loads(shown.fine().out)
    amounts = {row["unit"]: row["amount"] for row in found["compensate"]}
    assert amounts == pytest.approx(right.table["amount"].to_dict())
    assert len(found["compensate_range"]) == 17
    assert "生态补偿" in chinese.fine().out
    assert "支付" in chinese.err
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "c.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert names == {"compensate_zones", "compensate_amounts", "compensate_payments"}
    unpriced.refused("--price")
    few.refused("a compensation needs gdp")
