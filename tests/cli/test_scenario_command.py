"""Scenarios from the shell, without any map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc

LINE = ["scenario", "--base", "1184.2", "--rates", "study003_rates", "--horizon", "2030"]
COLUMNS = "scenario,start,end,delta,chi,beta,alpha"


def test_the_study_from_the_shell(together: Any, tmp_path: Path) -> None:
    shown, chinese, written, drawn, one, formed = together(
        [
            LINE,
            [*LINE, "--lang", "zh"],
            [*LINE, "--out", "paths.csv"],
            [*LINE, "--out", "paths.png"],
            [*LINE, "--scenarios", "low_emission", "--sustained", "4", "--format", "json"],
            [*LINE, "--draws", "200", "--seed", "5", "--peak-by", "2028", "--format", "json"],
        ],
        cwd=tmp_path,
    )
    words = shown.fine().out + shown.err
    for said in ("1,257.28", "1,229.72", "1,201.63", "it peaks in 2029 at 1,257.28 Mt CO2"):
        assert said in words
    assert "2027年达峰" in chinese.fine().err
    assert "低排放情景" in chinese.out
    written.fine()
    table = pd.read_csv(tmp_path / "paths.csv")
    assert set(table["table"]) == {"scenario", "scenario_paths", "scenario_rates"}
    drawn.fine()
    assert (tmp_path / "paths.png").read_bytes().startswith(b"\x89PNG")
    rows = json.loads(one.fine().out)["scenario"]
    assert [(row["scenario"], row["status"]) for row in rows] == [
        ("low_emission", "peaked, not sustained")
    ]
    found = json.loads(formed.fine().out)
    right = sc.simulate(
        1184.2, sc.load_table("study003_rates"), horizon=2030, draws=200, rng=5, peak_by=2028
    )
    by = {row["scenario"]: row["peaked_by"] for row in found["scenario_draws"]}
    assert by == pytest.approx(right.overview.set_index("scenario")["peaked_by"].to_dict())
    assert sum(row["probability"] for row in found["scenario_draws_peaks"]) == pytest.approx(3)


def test_rates_of_a_file(together: Any, tmp_path: Path) -> None:
    (tmp_path / "率.csv").write_bytes(f"{COLUMNS}\n慢,2021,2024,0,0.02,0,0.01\n".encode("gb18030"))
    (tmp_path / "gap.csv").write_text(f"{COLUMNS}\nx,2021,2022,0,0,0,0\nx,2024,2024,0,0,0,0\n")
    (tmp_path / "words.csv").write_text(f"{COLUMNS}\nx,2021,2022,0,5 %,0,0\n")
    line = ["scenario", "--base", "10", "--horizon", "2024", "--rates"]
    fine, gap, words, none, strange, unknown, zero, lone, turned = together(
        [
            [*line, "率.csv", "--format", "csv"],
            [*line, "gap.csv"],
            [*line, "words.csv"],
            [*line, "no.csv"],
            [*line, "study003_rate"],
            [*LINE, "--scenarios", "low"],
            [*LINE, "--base", "0"],
            [*LINE, "--errors", "normal(0.01)"],
            [*LINE, "--horizon", "2010"],
        ],
        cwd=tmp_path,
    )
    assert "慢" in fine.fine().out
    gap.refused("gap", "x has no rates in 2023")
    words.refused("chi is not a number", "5 %", "0.05 for 5 %")
    none.refused("there is no file no.csv")
    strange.refused("neither a shipped table of rates nor a file", "study003_rates")
    unknown.refused("no scenario 'low'", "low_emission")
    zero.refused("zero or below")
    lone.refused("--errors needs --draws")
    turned.refused("not after the base year 2017")
