"""Methods that need several columns, from one table or from several."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc


@pytest.fixture(scope="session")
def tables(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with factors of the user's places: together, apart, wide and of one year."""
    folder = tmp_path_factory.mktemp("tables")
    wide = pd.read_csv(files / "wide.csv")
    number = pd.Series(range(1, len(wide) + 1), wide.index, dtype=float)
    long = pd.DataFrame(
        {
            "code": [*wide["code"], *wide["code"]],
            "year": [2015] * len(wide) + [2017] * len(wide),
            "co2": [*wide["co2_2015"], *wide["co2_2017"]],
            "gdp": [*(number * 2 + 3), *(number**2)],
            "人口": [*(number % 5 + 1), *(number % 7 + 1)],
        }
    ).sample(frac=1, random_state=2)
    long.to_csv(folder / "all.csv", index=False)
    long[["code", "year", "gdp", "人口"]].to_csv(folder / "factors.csv", index=False)
    long[["code", "year", "co2"]].to_csv(folder / "more.csv", index=False)
    apart = long.pivot(index="code", columns="year", values="gdp")
    apart.columns = [f"gdp_{year}" for year in apart.columns]
    apart.to_csv(folder / "gdp_wide.csv")
    long[long["year"] == 2017][["code", "人口"]].to_csv(folder / "people.csv", index=False)
    return folder


def degrees(said: Any) -> dict[tuple[str, int], float]:
    listed = csv.DictReader(io.StringIO(said.fine().out))
    return {
        (row["factor"], int(row["year"])): float(row["degree"])
        for row in listed
        if row["table"] == "grey"
    }


def expected(tables: Path, **options: Any) -> dict[tuple[str, int], float]:
    frame = pd.read_csv(tables / "all.csv")
    found = sc.grey_panel(
        frame, unit="code", reference="co2", factors=["gdp", "人口"], **options
    ).table
    return {(f, y): d for f, y, d in found[["factor", "year", "degree"]].itertuples(index=False)}


def test_columns_of_one_table(together: Any, own_map: list[object], tables: Path) -> None:
    line = ["grey", *own_map, "--table", tables / "all.csv", "--reference", "co2"]
    line += ["--factors", "gdp, 人口", "--format", "csv"]
    every, one, weighed, turned = together(
        [
            line,
            [*line, "--year", "2017", "--no-sensitivity"],
            [*line, "--weight-by", "人口", "--extremes", "pooled"],
            [*line, "--normalisation", "minmax", "--reverse", "gdp", "--rho", "0.1"],
        ]
    )
    assert degrees(every) == expected(tables)
    assert degrees(one) == expected(tables, years=[2017])
    assert degrees(weighed) == expected(tables, weights="人口", extremes="pooled")
    right = expected(tables, normalisation="minmax", reverse="gdp", rho=0.1)
    assert degrees(turned) == right
    assert "grey_sensitivity" in every.out
    assert "grey_sensitivity" not in one.out
    assert "extremes='year'" in every.err


def test_columns_of_several_tables(
    together: Any, own_map: list[object], files: Path, tables: Path
) -> None:
    line = ["grey", *own_map, "--reference", "co2", "--factors", "gdp,人口", "--format", "csv"]
    apart, wide = together(
        [
            [*line, "--table", tables / "factors.csv", "--table", tables / "more.csv"],
            [
                *line,
                *("--table", tables / "gdp_wide.csv", "--table", tables / "people.csv"),
                *("--table", files / "wide.csv", "--year", "2017"),
            ],
        ]
    )
    assert degrees(apart) == expected(tables)
    assert degrees(wide) == expected(tables, years=[2017])


def test_a_single_column_from_one_of_several_tables(
    together: Any, own_map: list[object], tables: Path
) -> None:
    line = ["moran", *own_map, "--permutations", "0", "--format", "json"]
    one, again = together(
        [
            [*line, "--table", tables / "more.csv", "--column", "co2"],
            [*line, "--table", tables / "all.csv", "--column", "co2"],
        ]
    )
    assert json.loads(one.fine().out) == json.loads(again.fine().out)


def test_shipped_tables_and_a_layer(together: Any, tmp_path: Path) -> None:
    line = ["grey", "--clusters", "plan", "--table", "city_co2", "--table", "city_population"]
    line += ["--reference", "co2_mt", "--factors", "population,urban_population", "--year", "2010"]
    plain, layer = together(
        [[*line, "--groups", "plan", "--format", "csv"], [*line, "--out", "x.gpkg"]], cwd=tmp_path
    )
    table = [
        row
        for row in csv.DictReader(io.StringIO(plain.fine().out))
        if row["table"] == "grey" and row["group"] == "ALL"
    ]
    assert [row["n"] for row in table] == ["111", "111"]
    assert "written: x.gpkg" in layer.fine().err


def test_measures_by_column(together: Any, own_map: list[object], tables: Path) -> None:
    line = ["grey", *own_map, "--table", tables / "all.csv", "--reference", "co2"]
    line += ["--factors", "gdp,人口", "--normalisation", "none"]
    none, alike, apart, partly, strange, unknown = together(
        [
            line,
            [*line, "--measure", "t"],
            [*line, "--measure", "t", "--measure", "gdp=亿元"],
            [*line, "--measure", "gdp=t", "--measure", "co2=Mt"],
            [*line, "--measure", "gpd=t"],
            [*line, "--measure", "gdp=furlong"],
        ]
    )
    none.fine()
    alike.fine()
    apart.refused("different units of measure", "gdp: 亿元", "co2: t")
    partly.refused("co2: Mt", "gdp: t")
    strange.refused("'gpd' is not a column that was asked for", "gdp")
    unknown.refused("furlong")


def test_what_is_refused(together: Any, own_map: list[object], tables: Path) -> None:
    both = ["--table", tables / "all.csv", "--table", tables / "factors.csv"]
    one = ["--table", tables / "all.csv"]
    names = ["--reference", "co2", "--factors", "gdp,人口"]
    cases: list[tuple[list[object], list[str]]] = [
        ([*one, "--factors", "gdp"], ["--reference"]),
        ([*one, "--reference", "co2"], ["--factors"]),
        ([*one, "--reference", "co2", "--factors", " , "], ["--factors"]),
        ([*one, "--reference", "co2", "--factors", "gpd"], ["no column 'gpd'", "'gdp'"]),
        ([*one, *names, "--column", "co2"], ["--column"]),
        ([*both, *names], ["2 of the tables have a column 'gdp'", "factors.csv"]),
        ([*both, "--reference", "co2", "--factors", "area"], ["0 of the tables", "'area'"]),
        (
            [*one, "--table", tables / "people.csv", "--reference", "co2", "--factors", "gdp"],
            ["no column asked for is in", "people.csv"],
        ),
        ([*one, "--table", "no.csv", *names], ["no.csv"]),
        ([*one, *names, "--rho", "3"], ["--rho"]),
        ([*one, *names, "--reverse", "gdp"], ["normalisation='minmax'"]),
        ([*one, *names, "--detail-year", "2016"], ["2016"]),
        ([*names], ["--table"]),
    ]
    for (_, words), said in zip(
        cases, together([["grey", *own_map, *more] for more, _ in cases]), strict=True
    ):
        said.refused(*words)


def test_help_offers_the_columns(together: Any) -> None:
    english, chinese = together([["grey", "--help"], ["grey", "--help", "--lang", "zh"]])
    for option in ("--reference COLUMN", "--factors COLUMN,…", "--weight-by", "--detail-year"):
        assert option in english.fine().out
    assert "--column" not in english.out
    assert "--reference co2 --factors gdp,population" in " ".join(
        english.out.replace("\\", " ").split()
    )
    assert "列，…" in chinese.fine().out
