"""Judgement from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judged") / "数.csv"
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    pd.DataFrame(
        {
            "code": codes,
            "people": [float(7 * i % 11 + 2) for i in range(17)],
            "co2": [float((5 * i * i + 3 * i) % 23 + 1) for i in range(17)],
            "plan": [float(3 * i % 7) for i in range(17)],
        }
    ).to_csv(path, index=False)
    return path


def test_judgement(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["judgement", *own_map, "--table", table, "--emission", "co2", "--population", "people"]
    for measure in ("people=persons", "co2=万吨CO2"):
        line += ["--measure", measure]
    quick = [*line, "--permutations", "99"]
    two = [*quick, "--principles", "equality,grandfathering", "--cut", "0.5"]
    shown, chinese, layered, own, none = together(
        [
            [*two, "--format", "json"],
            [*two, "--lang", "zh"],
            [*two, "--out", "judged.gpkg"],
            [*quick, "--allocations", "plan", "--measure", "plan=万吨CO2", "--format", "json"],
            quick,
        ],
        cwd=tmp_path,
    )
    found = json.loads(shown.fine().out)
    fair = {(r["principle"], r["yardstick"]): r["gini"] for r in found["judgement_fairness"]}
    assert fair["equality", "population"] == pytest.approx(0, abs=1e-9)
    assert fair["grandfathering", "emissions"] == pytest.approx(0, abs=1e-9)
    assert fair["equality", "emissions"] == pytest.approx(fair["grandfathering", "population"])
    assert "公平性" in chinese.fine().out
    assert "最大反差在" in chinese.err
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "judged.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert {"judgement_borders_equality", "judgement_local_equality"} <= names
    rows = json.loads(own.fine().out)["judgement"]
    frame = pd.read_csv(table).set_index("code")
    assert {r["unit"]: r["amount"] for r in rows} == pytest.approx(frame["plan"].to_dict())
    none.refused("give one of total, cut and intensity_base")
