"""Methods as commands on a user's own files, without a study."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("method", ["moran", "lisa", "indicators"])
def test_each_method_in_each_format(
    cli: Any, together: Any, own_map: list[object], files: Path, method: str
) -> None:
    line = [
        method,
        *own_map,
        "--table",
        files / "wide.csv",
        "--column",
        "co2",
        "--measure",
        "Mt CO2",
    ]
    line += ["--year", "2017", *(() if method == "indicators" else ("--permutations", "99"))]
    shown, listed = together([[*line, "--format", form] for form in ("table", "csv")])
    parsed = cli(*line, "--format", "json")
    records = json.loads(parsed.fine().out)
    assert records == json.loads(json.dumps(records, allow_nan=False))
    table = rows_of(listed.fine().out)
    assert not listed.out.startswith("\ufeff")
    assert len(table) == len(records) == {"moran": 1, "lisa": 17, "indicators": 17}[method]
    assert list(table[0]) == list(records[0])
    for left, right in zip(table, records, strict=True):
        for key, value in right.items():
            assert left[key] == ("" if value is None else str(value)), key
    heading = {"moran": "Moran's I", "lisa": "Local Moran's I", "indicators": "Indicators by place"}
    assert shown.fine().out.startswith(heading[method])
    # Remarks are apart from results: an isolate is told on standard error.
    for said in (shown, listed, parsed):
        assert "岛" in said.err or method == "indicators"
        assert "without neighbours" not in said.out


@pytest.mark.parametrize(
    ("table", "column", "more"),
    [
        ("wide.csv", "co2", ["--year", "2017"]),
        ("long.csv", "co2", ["--year", "2017"]),
        ("long.csv", "co2", ["--year", "年份"]),
        ("long.xlsx", "co2", ["--table-key", "地区"]),
        ("cross.csv", "co2 [Mt]", []),
        ("cross.csv", "co2 [Mt]", ["--year", "2017"]),
        ("wide.csv", "co2_2017", []),
    ],
)
def test_tables_of_every_shape_give_the_same_number(
    together: Any,
    own_map: list[object],
    files: Path,
    expected: Any,
    table: str,
    column: str,
    more: list[str],
) -> None:
    line = ["moran", *own_map, "--table", files / table, "--column", column, *more]
    [said] = together([[*line, "--permutations", "99", "--format", "json"]])
    rows = {row["year"]: row for row in json.loads(said.fine().out)}
    right = expected("co2_2017")
    row = rows[2017] if 2017 in rows else rows[0]
    assert row["statistic"] == right.statistic
    assert row["pvalue_permutation"] == right.pvalue_permutation
    if table.startswith("long") and "2017" not in more:
        assert rows[2015]["statistic"] == expected("co2_2015").statistic
    else:
        assert len(rows) == 1


def test_shipped_names_groups_and_seed(together: Any) -> None:
    line = ["moran", "--clusters", "plan", "--table", "city_co2", "--column", "co2_mt"]
    line += ["--year", "2017", "--permutations", "99", "--format", "csv"]
    first, again, seeded = together(
        [
            [*line, "--groups", "BTH,PRD"],
            [*line, "--groups", "cluster"],
            [*line, "--seed", "5"],
        ]
    )
    rows = {row["group"]: row for row in rows_of(first.fine().out)}
    assert set(rows) == {"ALL", "BTH", "PRD"}
    assert float(rows["ALL"]["statistic"]) == pytest.approx(0.2454, abs=5e-5)
    whole = {row["group"]: row for row in rows_of(again.fine().out)}
    assert whole["PRD"] == rows["PRD"]
    assert len(whole) == 6
    [other] = rows_of(seeded.fine().out)
    assert other["statistic"] == rows["ALL"]["statistic"]
    assert "units left out" in first.err
    assert "330900" in first.err


def test_results_to_files(
    together: Any, own_map: list[object], files: Path, tmp_path: Path
) -> None:
    line = ["lisa", *own_map, "--table", files / "long.csv", "--column", "co2", "--year", "2017"]
    line += ["--permutations", "99"]
    said = together(
        [[*line, "--out", f"x.{kind}"] for kind in ("gpkg", "csv", "json", "xlsx", "txt")],
        cwd=tmp_path,
    )
    for item, kind in zip(said[:4], ("gpkg", "csv", "json", "xlsx"), strict=True):
        assert item.fine().out == ""
        assert f"written: x.{kind}" in item.err
    said[4].refused("or for maps in .gpkg, .shp or .parquet, not '.txt'")
    assert {path.name for path in tmp_path.iterdir()} == {"x.gpkg", "x.csv", "x.json", "x.xlsx"}
    text = (tmp_path / "x.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    table = rows_of(text.decode("utf-8-sig"))
    records = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert [row["label"] for row in table] == [row["label"] for row in records]
    assert len(openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]["A"]) >= 18
    with closing(sqlite3.connect(tmp_path / "x.gpkg")) as database:
        [(layer,)] = database.execute("SELECT f_table_name FROM layer_styles").fetchall()
        found = dict(database.execute(f'SELECT code, label FROM "{layer}"'))
    assert found == {row["unit"]: row["label"] for row in table}
    assert found["岛"] == "Isolate"


def test_several_tables_stay_one_piece(together: Any, own_map: list[object], files: Path) -> None:
    line = ["indicators", *own_map, "--table", files / "wide.csv", "--column", "co2"]
    line += ["--measure", "Mt CO2", "--groups", "cluster"]
    listed, parsed = together([[*line, "--format", form] for form in ("csv", "json")])
    records = json.loads(parsed.fine().out)
    assert set(records) == {"indicators_totals", "indicators_by_group", "indicators_by_unit"}
    table = rows_of(listed.fine().out)
    assert len(table) == sum(map(len, records.values()))
    assert {row["table"] for row in table} == set(records)
    by_unit = [row for row in table if row["table"] == "indicators_by_unit"]
    assert [float(row["value"]) for row in by_unit] == [
        row["value"] for row in records["indicators_by_unit"]
    ]
    total = {row["group"]: row["2017"] for row in records["indicators_totals"]}
    assert total["ALL"] == pytest.approx(
        sum(row["value"] for row in records["indicators_by_unit"] if row["year"] == 2017)
    )


def test_headings_with_brackets_are_shown_as_they_are(
    together: Any, own_map: list[object], files: Path
) -> None:
    more = [*own_map, "--table", files / "cross.csv", "--column", "co2 [Mt]", "--permutations", "0"]
    weights = ["--weights", "knn:3", "--transform", "B", "--lang", "zh"]
    moran, lisa = together([["moran", *more], ["lisa", *more, *weights]])
    assert "co2 [Mt]" in moran.fine().out
    assert "co2 [Mt]" in lisa.fine().out.splitlines()[0]


def test_what_cannot_be_computed_is_refused(
    together: Any, own_map: list[object], files: Path, tmp_path: Path
) -> None:
    table = (files / "cross.csv").read_text(encoding="utf-8")
    (tmp_path / "short.csv").write_text("\n".join(table.splitlines()[:-1]), encoding="utf-8")
    (tmp_path / "twice.csv").write_text(table + table.splitlines()[1] + "\n", encoding="utf-8")
    (tmp_path / "text.csv").write_text(table.replace(".0", ".0 Mt", 1), encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "junk.gal").write_bytes(b"\x00\x01junk")
    (tmp_path / "junk.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "junk.parquet").write_bytes(b"PAR1")
    column = ["--column", "co2 [Mt]"]
    cross = ["moran", *own_map, "--table", files / "cross.csv"]
    cases: list[tuple[list[object], list[str]]] = [
        ([*cross, "--column", "co3"], ["has no column 'co3'", "co2 [Mt]"]),
        (["moran", *own_map, "--table", "city_co3", *column], ["city_co3"]),
        (["moran", *own_map[:2], "--table", files / "cross.csv", *column], ["--key"]),
        (["moran", "--units", "n.gpkg", "--key", "x", "--table", "x", *column], ["n.gpkg"]),
        (["moran", "--table", files / "cross.csv", *column], ["--table-key"]),
        ([*cross, *column, "--weights", "quen"], ["'quen' is not understood", "queen, rook"]),
        ([*cross, *column, "--weights", "knn:many"], ["'many' is not a whole number", "knn:4"]),
        ([*cross, *column, "--weights", "knn:²"], ["'²' is not a whole number"]),
        ([*cross, *column, "--weights", "knn:99"], ["99"]),
        ([*cross, *column, "--weights", "band:far"], ["'far' is not a number of km"]),
        ([*cross, *column, "--weights", "blocks:x"], ["no column 'x' for block weights"]),
        ([*cross, *column, "--weights", "kernel:round"], ["'round' is not a choice"]),
        ([*cross, *column, "--weights", tmp_path / "no.gal"], ["no weights file at"]),
        ([*cross, *column, "--weights", tmp_path / "junk.gal"], ["junk.gal"]),
        ([*cross, *column, "--weights", tmp_path / "junk.csv"], ["focal"]),
        ([*cross, *column, "--weights", tmp_path / "junk.parquet"], ["cannot be read"]),
        ([*cross, *column, "--groups", "x"], ["the map has no column 'x'", "cluster"]),
        ([*cross, *column, "--year", "²"], ["²"]),
        (["moran", *own_map, "--table", files / "wide.csv", "--column", "co2", "--year", "1999"],
         ["co2 has no year 1999; it has 2015 to 2017"]),
        (["lisa", *cross[1:], *column, "--alpha", "2"], ["--alpha"]),
        (["indicators", *cross[1:], *column], ["no unit of measure"]),
        (["indicators", *cross[1:], *column, "--measure", "km2"], ["not a mass"]),
        (["moran", *own_map, "--table", tmp_path / "short.csv", *column], ["1"]),
        (["moran", *own_map, "--table", tmp_path / "twice.csv", *column], ["row 2", "row 19"]),
        (["moran", *own_map, "--table", tmp_path / "text.csv", *column], ["Mt", "row"]),
        (["moran", *own_map, "--table", tmp_path / "empty.csv", *column], ["empty.csv"]),
        (["moran", "--clusters", "YRDD", "--table", "city_co2", "--column", "co2_mt"], ["YRD"]),
        (["indicators", *cross[1:], *column, "--measure", "Mt", "--out", "no/x.csv"],
         ["there is no such folder"]),
        (["lisa", *cross[1:], *column, "--out", "no/x.gpkg"], ["there is no such folder"]),
        (["moran", *cross[1:], *column, "--out", "x.gpkg"], ["moran has no map layer"]),
    ]  # fmt: skip
    for (line, words), said in zip(
        cases, together([line for line, _ in cases], cwd=tmp_path), strict=True
    ):
        assert said.status == 2, (line, said)
        said.refused(*words)
    assert {p.name for p in tmp_path.iterdir()} == {
        *("short.csv", "twice.csv", "text.csv", "empty.csv"),
        *("junk.gal", "junk.csv", "junk.parquet"),
    }


def test_help_of_a_method_says_what_it_answers_in_both_languages(together: Any) -> None:
    english, chinese = together([["moran", "--help"], ["moran", "--help", "--lang", "zh"]])
    flat = " ".join(english.fine().out.split())
    assert "Do places with high emissions lie next to each other" in flat
    for option in ("--permutations N", "--alternative", "--fdr / --no-fdr", "--seed"):
        assert option in flat
    assert "spatialcarbon moran --units map.gpkg --key adcode" in english.out
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.fine().out)
