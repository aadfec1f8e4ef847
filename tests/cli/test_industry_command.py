"""The command ``industry`` on the invented table and on a table of the user's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

LINE = ["industry", "--clusters", "plan", "--table", "illustrative_industry_shares"]
LINE += ["--shares", "energy,heavy,light,hightech", "--gap-samples", "5", "--bootstraps", "2"]


def test_shipped_table(together: Any, tmp_path: Path) -> None:
    shown, parsed, chinese, layer = together(
        [
            [*LINE, "--k", "auto", "--groups", "plan", "--areas"],
            [*LINE, "--k", "4", "--format", "json"],
            [*LINE, "--lang", "zh"],
            [*LINE, "--out", tmp_path / "types.gpkg"],
        ]
    )
    assert "(illustrative data)" in shown.fine().out.splitlines()[0]
    assert "invented" in shown.err
    assert "fall into 4 types" in shown.err
    records = json.loads(parsed.fine().out)
    assert len(records["industry"]) == 111
    assert {row["type"] for row in records["industry"]} == {1, 2, 3, 4}
    assert "示例数据" in chinese.fine().out.splitlines()[0]
    assert layer.fine().out == ""
    assert (tmp_path / "types.gpkg").is_file()


def test_own_table_and_mistakes(
    together: Any, own_map: list[object], files: Path, tmp_path: Path
) -> None:
    cross = pd.read_csv(files / "cross.csv")
    key = cross.columns[0]
    share = (cross["co2 [Mt]"] / cross["co2 [Mt]"].max()).clip(0.05, 0.95)
    table = pd.DataFrame({key: cross[key], "钢铁": share, "纺织": 1 - share})
    table.to_csv(tmp_path / "own.csv", index=False)
    line = ["industry", *own_map, "--table", tmp_path / "own.csv", "--k", "2"]
    line += ["--gap-samples", "0", "--bootstraps", "0"]
    fine, twice, k, absent = together(
        [
            [*line, "--shares", "钢铁,纺织", "--format", "json"],
            [*line, "--shares", "钢铁,钢铁"],
            [*line, "--shares", "钢铁,纺织", "--k", "many"],
            [*line, "--shares", "钢铁,丝绸"],
        ]
    )
    names = {row["type_name"] for row in json.loads(fine.fine().out)["industry"]}
    assert names <= {"钢铁", "纺织", "钢铁 + 纺织", "纺织 + 钢铁"}
    assert "llustrative" not in fine.err
    twice.refused("names a variable twice")
    k.refused("--k")
    absent.refused("丝绸")
