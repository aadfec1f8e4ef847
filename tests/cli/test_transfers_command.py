"""Embodied transfers from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import spatialcarbon as sc

EIGHT, TEXTBOOK = "illustrative_eight_regions", "miller_blair_two_regions"


def test_tables_findings_and_layers(together: Any, tmp_path: Path) -> None:
    shown, written, valued = together(
        [
            ["transfers", EIGHT],
            ["transfers", EIGHT, "--out", tmp_path / "t.gpkg", "--largest", "5"],
            ["transfers", TEXTBOOK, "--account", "value_added", "--format", "json"],
        ]
    )
    assert shown.status == written.status == valued.status == 0
    assert "On illustrative data: 45.9 %" in shown.err
    assert "Beijing-Tianjin" in shown.out
    assert "On illustrative data" in written.err
    with closing(sqlite3.connect(tmp_path / "t.gpkg")) as database:
        rows = database.execute("SELECT origin, destination, net FROM transfers_flows").fetchall()
    assert len(rows) == 5
    account = sc.read_io_table(EIGHT).transfers()
    for origin, destination, net in rows:
        assert net * 1e6 == pytest.approx(account.net.loc[origin, destination])
    assert "1415" in valued.out
    assert json.loads(valued.out)


def test_what_is_wrong_is_one_paragraph(together: Any, tmp_path: Path) -> None:
    layout = sc.read_io_table(TEXTBOOK).to_layout()
    layout.iloc[2, 3] = "5OO"
    layout.to_csv(tmp_path / "t.csv", header=False, index=False)
    cell, nowhere, chinese, mapping = together(
        [
            ["transfers", tmp_path / "t.csv"],
            ["transfers", "nowhere.csv"],
            ["--lang", "zh", "transfers", TEXTBOOK],
            ["transfers", EIGHT, "--mapping", "study001_regions"],
        ]
    )
    assert {cell.status, nowhere.status, chinese.status, mapping.status} == {2}
    assert "D3: '5OO'" in cell.err
    assert "there is no input-output table" in nowhere.err
    assert "没有排放行" in chinese.err
    assert "gives no group for Northeast" in mapping.err
