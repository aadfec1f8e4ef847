"""The game of modes on a user's own columns, from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

import spatialcarbon as sc


def test_govern(together: Any, own_map: list[object], tmp_path: Path) -> None:
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    frame = pd.DataFrame({"code": codes, "co2": [float(7 * i % 11 + 2) for i in range(17)]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    line = ["govern", *own_map, "--table", "t.csv", "--emission", "co2", "--measure", "co2=Mt CO2"]
    line += ["--sweep", "0"]
    shown, chinese, layered, wrong, none = together(
        [
            [*line, "--price", "30", "--format", "json", "--modes", "nash,cooperation"],
            [*line, "--lang", "zh"],
            [*line, "--out", "g.gpkg"],
            [*line, "--modes", "nash,war"],
            line[:-6],
        ],
        cwd=tmp_path,
    )
    own = frame.set_index("code")["co2"] * 1e6
    found = json.loads(shown.fine().out)
    rows = {(row["unit"], row["mode"]): row for row in found["govern"]}
    made = sc.calibrate_game(own, price=30.0).places
    slope = made["cost"].to_dict()
    alone = rows["岛", "nash"]
    # An island has all the damage of its own emissions.
    assert abs(alone["abatement"] - 30.0 / slope["岛"]) < 1e-6 * alone["abatement"]
    assert "治理博弈" in chinese.fine().out
    assert "示例" in chinese.out
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "g.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert names == {f"govern_{k}" for k in ("sides", "transfers", "abatement", "payments")}
    wrong.refused("must name some of nash")
    none.refused("--emission")
