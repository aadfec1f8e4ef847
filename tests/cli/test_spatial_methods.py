"""Bivariate, geary, hotspots and rates as commands, on shipped tables and a user's own files."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

SHIPPED = ["--clusters", "plan", "--table", "city_co2", "--table", "city_population"]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("line", "heading", "rows"),
    [
        (["bivariate", "--x", "co2_mt", "--y", "population"], "Bivariate Moran's I", 1),
        (["rates", "--events", "urban_population", "--population", "population"],
         "Moran's I of raw", 2),
    ],
)  # fmt: skip
def test_two_columns_of_two_shipped_tables(
    together: Any, line: list[str], heading: str, rows: int
) -> None:
    tables = SHIPPED if line[0] == "bivariate" else [*SHIPPED[:2], *SHIPPED[4:]]
    words = [*line, *tables, "--year", "2010", "--permutations", "99"]
    shown, parsed = together([words, [*words, "--lang", "zh"]])
    assert shown.fine().out.startswith(heading)
    assert "330900" in shown.err
    assert "330900" in parsed.fine().err
    assert any("\u4e00" <= letter <= "\u9fff" for letter in parsed.out)
    [listed] = together([[*words, "--format", "json"]])
    tables_of = json.loads(listed.fine().out)
    assert set(tables_of) == {line[0], f"{line[0]}_places"}
    assert {row["year"] for row in tables_of[line[0]]} == {2010}
    assert len(tables_of[line[0]]) == rows
    assert len(tables_of[f"{line[0]}_places"]) == 111


def test_a_lag_of_one_shipped_column(together: Any) -> None:
    line = ["bivariate", "--clusters", "PRD", "--table", "city_co2", "--x", "co2_mt"]
    line += ["--lag", "12", "--year", "2017", "--permutations", "99", "--format", "csv"]
    [said] = together([line])
    assert "2005" in said.fine().out
    [refused] = together([line[:7]])
    refused.refused("x and y are both co2_mt")


@pytest.mark.parametrize("method", ["geary", "hotspots"])
def test_one_column_of_a_users_own(
    together: Any, own_map: list[object], files: Path, method: str
) -> None:
    line = [method, *own_map, "--table", files / "wide.csv", "--column", "co2"]
    line += ["--year", "2017", "--permutations", "99"]
    shown, listed = together([line, [*line, "--format", "csv"]])
    assert "岛" in shown.fine().err
    table = rows_of(listed.fine().out)
    assert len(table) == {"geary": 1, "hotspots": 17}[method]
    if method == "geary":
        assert "C = " in shown.err
    else:
        assert {row["label"] for row in table} >= {"Isolate"}


def test_hotspots_as_map(together: Any, own_map: list[object], files: Path, tmp_path: Path) -> None:
    line = ["hotspots", *own_map, "--table", files / "wide.csv", "--column", "co2"]
    line += ["--year", "2017", "--inference", "normal", "--no-star", "--out", "g.gpkg"]
    [said] = together([line], cwd=tmp_path)
    said.fine()
    with closing(sqlite3.connect(tmp_path / "g.gpkg")) as database:
        [(layer, style)] = database.execute(
            "SELECT f_table_name, styleQML FROM layer_styles"
        ).fetchall()
        found = dict(database.execute(f'SELECT code, label FROM "{layer}"'))
    assert found["岛"] == "Isolate"
    assert "Hot spot" in style
