"""What an allocation hangs on, from the command line."""

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


def test_the_command(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["allocation_sensitivity", *own_map, "--table", table, "--measure", "people=persons"]
    line += ["--measure", "co2=万吨CO2", "--emission", "co2", "--population", "people"]
    line += ["--criterion", "co2", "--draws", "40", "--noise", "0.1", "--top", "4", "--seed", "9"]
    shown, chinese, layered, none, strange, low = together(
        [
            [*line, "--cut", "0.4", "--format", "json"],
            [*line, "--cut", "0.4", "--lang", "zh"],
            [*line, "--cut", "0.4", "--out", "quota.gpkg"],
            line,
            [*line, "--cut", "0.4", "--weighting", "entropie"],
            [*line, "--cut", "0.4", "--noise", "-1"],
        ],
        cwd=tmp_path,
    )
    frame = pd.read_csv(table).set_index("code")
    criteria = pd.DataFrame({"population": frame["people"], "criterion": frame["co2"]})
    right = sc.allocation_sensitivity(
        0.4 * frame["co2"].sum(), criteria, indicators=["population", "criterion"],
        emissions=frame["co2"], draws=40, noise=0.1, top=4, rng=9,
    )  # fmt: skip
    found = json.loads(shown.fine().out)
    rows = {row["unit"]: row["sd"] for row in found["allocation_sensitivity"]}
    assert rows == pytest.approx(right.stability["sd"].to_dict())
    taus = [row["tau"] for row in found["allocation_sensitivity_agreement"]]
    # Without a value JSON has null.
    known = [tau for tau in taus if tau is not None]
    assert known == pytest.approx(right.agreement["tau"].dropna().tolist())
    assert "最前位次" in chinese.fine().out
    assert "肯德尔τ" in chinese.err
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "quota.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert names == {"allocation_sensitivity_range"}
    none.refused("give one of total and cut")
    strange.refused("weighting names entropie")
    low.refused("--noise")
