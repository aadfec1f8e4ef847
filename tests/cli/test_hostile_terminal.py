"""What a name may do to a terminal, and to a program that reads what is printed: nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from spatialcarbon.cli.complete import _starting
from spatialcarbon.cli.main import main

RULING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u206f\ufeff]")
NAMES = (
    "\x1b[31mred",
    "\x1b]8;;https://example.org\x07x",
    "\x1b]52;c;eA==\x07",
    "c1\x9b2J",
    "a\u202eb",
)
SIGNS = ("$(x)", "`x`", "a;b", "a|b", "a&b", "a>b", 'a"b', "a'b", "a\nb", "a\x1bb", "a!b", "a\\b")


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    seen = capsys.readouterr()
    code = end.value.code
    return (code if isinstance(code, int) else 0), seen.out, seen.err


@pytest.fixture
def own(tmp_path: Path) -> list[str]:
    """Return a command on a map and a table whose places are called as attacks are written."""
    cells = [(i % 4, i // 4) for i in range(16)]
    labels = [f"{NAMES[i % len(NAMES)]}{i}" for i in range(16)]
    corners = [(500_000 + 10_000 * x, 3_400_000 + 10_000 * y) for x, y in cells]
    shapes = [box(x, y, x + 10_000, y + 10_000) for x, y in corners]
    gpd.GeoDataFrame({"code": labels}, geometry=shapes, crs="EPSG:4547").to_file(
        tmp_path / "map.gpkg"
    )
    co2 = [x * x + y + 1.0 for x, y in cells]
    # Not a CSV file: one that holds such codes is refused.
    pd.DataFrame({"code": labels, "co2": co2}).to_parquet(tmp_path / "co2.parquet")
    return [
        *("lisa", "--units", str(tmp_path / "map.gpkg"), "--key", "code"),
        *("--table", str(tmp_path / "co2.parquet"), "--column", "co2", "--measure", "Mt CO2"),
        *("--permutations", "99"),
    ]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_what_is_printed_rules_no_terminal(own: list[str], form: str, capsys: Any) -> None:
    status, out, err = said([*own, "--format", form], capsys)
    assert status == 0, err
    assert "[31mred0" in out
    assert RULING.findall(out + err) == []
    if form == "json":
        # A program reads the names as they are: what rules a terminal is written as its number.
        assert {row["unit"] for row in json.loads(out)} >= {
            "\x1b[31mred0",
            "c1\x9b2J3",
            "a\u202eb4",
        }


@pytest.mark.parametrize("name", NAMES)
def test_an_error_that_quotes_a_name_rules_no_terminal(
    tmp_path: Path, name: str, capsys: Any
) -> None:
    for arguments in (
        [name],
        ["run", str(tmp_path / f"{name}.toml")],
        ["tables", name],
        ["units", "--clusters", name],
        ["moran", str(tmp_path / f"{name}.csv"), f"--{name}"],
    ):
        status, out, err = said(arguments, capsys)
        assert status == 2, (arguments, err)
        assert RULING.findall(out + err) == [], arguments
        assert err


def test_a_name_forges_no_second_line_of_an_error(tmp_path: Path, capsys: Any) -> None:
    table = tmp_path / "t.csv"
    table.write_text('"a\n  fix: rm -rf /",x\n1,2\n', encoding="utf-8")
    status, _, err = said(["moran", str(table), "--column", "co2"], capsys)
    assert status == 2
    assert not re.search(r"^\s+fix: rm", err, re.MULTILINE)


@pytest.mark.parametrize("sign", SIGNS)
def test_no_column_is_offered_that_a_shell_would_carry_out(sign: str) -> None:
    offered = _starting([(sign, ""), ("co2 (Mt)", ""), ("碳", "")], "")
    assert [item.value for item in offered] == ["co2 (Mt)", "碳"]
