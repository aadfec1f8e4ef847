"""Carbon sinks of a user's own columns, from the command line."""

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
    """Return a table with two land classes and emissions."""
    path = tmp_path_factory.mktemp("land") / "地.csv"
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    pd.DataFrame(
        {
            "code": codes,
            "paddy": [float(7 * i % 11 + 2) for i in range(17)],
            "forest": [float((5 * i * i + 3 * i) % 23 + 1) for i in range(17)],
            "co2": [float(i % 5 + 1) for i in range(17)],
        }
    ).to_csv(path, index=False)
    return path


def test_sinks(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["sinks", *own_map, "--table", table, "--measure", "km2"]
    both = [*line, "--areas", "paddy,forest", "--classes", "cropland,forest"]
    usual = [*both, "--coefficients", "cn_landuse,xie2008_nep"]
    emission = ["--emission", "co2", "--measure", "co2=万吨CO2"]
    by_hand = ["--own", "forest=0.6,cropland=0.1", "--own-substance", "CO2"]
    shown, chinese, layered, own, none, strange, silent = together(
        [
            [*usual, *emission, "--format", "json"],
            [*usual, "--lang", "zh"],
            [*usual, *emission, "--out", "sinks.gpkg"],
            [*both, *by_hand, "--format", "json"],
            both,
            [*usual, "--coefficients", "fang"],
            [*both, "--coefficients", "fang2007_low"],
        ],
        cwd=tmp_path,
    )  # fmt: skip
    land = pd.read_csv(table).set_index("code").rename(columns={"paddy": "cropland"})
    areas = land[["cropland", "forest"]]
    found = json.loads(shown.fine().out)
    right = sc.carbon_sink(areas, coefficients=["cn_landuse", "xie2008_nep"])
    rows = {row["unit"]: row for row in found["sinks"]}
    assert {u: r["total"] for u, r in rows.items()} == pytest.approx(right.total.to_dict())
    assert {u: r["high"] for u, r in rows.items()} == pytest.approx(right.high.to_dict())
    assert sorted({row["set"] for row in found["sinks_sets"]}) == ["cn_landuse", "xie2008_nep"]
    ratio = {row["unit"]: row["neutrality"] for row in found["sinks_balance"]}
    assert ratio == pytest.approx((right.total / land["co2"] / 1e4).to_dict())
    assert "secondary: the original was not opened" in shown.err
    assert "碳汇" in chinese.fine().out
    assert "按系数集 cn_landuse" in chinese.err
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "sinks.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert names == {"sinks_total", "sinks_balance"}
    rows = {row["unit"]: row for row in json.loads(own.fine().out)["sinks"]}
    expected = areas @ pd.Series({"cropland": 10.0, "forest": 60.0})
    assert {u: r["total"] for u, r in rows.items()} == pytest.approx(expected.to_dict())
    none.refused("there is no default", "cn_landuse")
    strange.refused("coefficients names fang")
    silent.refused("fang2007_low has no value for cropland", "missing_class='zero'")
