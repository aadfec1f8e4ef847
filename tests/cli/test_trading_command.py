"""Smoothing and trading from the command line."""

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
    path = tmp_path_factory.mktemp("traded") / "数.csv"
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    pd.DataFrame(
        {
            "code": codes,
            "people": [float(7 * i % 11 + 2) for i in range(17)],
            "co2": [float((5 * i * i + 3 * i) % 23 + 1) for i in range(17)],
            "price": [float(3 * i % 7 + 10) for i in range(17)],
        }
    ).to_csv(path, index=False)
    return path


def test_both(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    common = [*own_map, "--table", table, "--measure", "people=persons", "--emission", "co2"]
    common += ["--measure", "co2=万吨CO2", "--population", "people"]
    common += ["--principles", "equality", "--cut", "0.3", "--cap", "0.8"]
    trade = ["trading", *common, "--price", "price", "--measure", "price=CNY/t"]
    smooth = ["smoothing", *common]
    traded, chinese, layered, smoothed, both, groups = together(
        [
            [*trade, "--format", "json"],
            [*trade, "--lang", "zh"],
            [*trade, "--out", "trade.gpkg"],
            [*smooth, "--strength", "0.5", "--format", "json"],
            [*smooth, "--strength", "0.5", "--max-contrast", "0.1"],
            [*trade, "--trade", "groups-only"],
        ],
        cwd=tmp_path,
    )
    frame = pd.read_csv(table).set_index("code")
    people, emitted = frame["people"].rename("population").to_frame(), frame["co2"]
    base = sc.allocate(
        0.3 * emitted.sum(), people, principle="equality", emissions=emitted, cap=0.8
    )
    right = sc.trade_allowances(base, sc.cost_curves(frame["price"], emitted), emissions=emitted)
    found = json.loads(traded.fine().out)
    rows = {row["unit"]: row["purchase"] for row in found["trading"]}
    assert rows == pytest.approx(right.purchase.to_dict(), abs=1e-9)
    assert found["trading_market"][1]["price"] == pytest.approx(right.price)
    assert "谁买入，谁卖出" in chinese.fine().out
    assert "市场出清价格" in chinese.err
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "trade.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert names == {"trading"}
    rows = {row["unit"]: row for row in json.loads(smoothed.fine().out)["smoothing"]}
    assert sum(row["allocation"] for row in rows.values()) == pytest.approx(base.total)
    assert {u: row["before"] for u, row in rows.items()} == pytest.approx(base.allocation.to_dict())
    both.refused("give one of strength and max_contrast")
    groups.refused("trade inside groups needs a group for every place")
