"""Threads, hashes, time zone and locale leave no trace in what a study writes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.determinism.run_differences import VERSION_ONLY, checksums, differences, kinds

ROOT = Path(__file__).parents[2]
THREADS = ("SPATIALCARBON_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
ONE = {
    **dict.fromkeys(THREADS, "1"),
    **{"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"},
}
OTHER = {
    **dict.fromkeys(THREADS, "2"),
    **{"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "LC_ALL": "C", "LANG": "zh_CN.GB18030"},
}

SMALL = """\
[study]
title = "Nine cities"
seed = 1
[units]
source = "cities"
groups = ["PRD"]
[tables.emissions]
source = "city_co2"
[tables.emissions.variables]
co2 = { column = "co2_mt", measure = "Mt CO2" }
[[analyses]]
method = "moran"
variable = "co2"
[[analyses]]
method = "lisa"
variable = "co2"
[[analyses]]
method = "inequality"
variable = "co2"
[outputs]
figures = []
report = false
"""


def run(study: Path, out: Path, settings: dict[str, str]) -> Path:
    """Run a study as a process of its own."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    subprocess.run(
        [sys.executable, "-m", "spatialcarbon", "run", study, "--out", out, "--quiet"],
        env={**os.environ, "PYTHONPATH": path, **settings},
        check=True,
    )
    return out


def test_a_small_study_is_the_same_on_one_thread_and_on_two(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(SMALL, encoding="utf-8")
    one = run(study, tmp_path / "one", ONE)
    two = run(study, tmp_path / "two", OTHER)
    counted = kinds(checksums(one))
    assert counted["results.gpkg"] == counted["tables.xlsx"] == 1
    assert counted["tables/"] >= 3
    assert differences(one, two) == []


@pytest.mark.slow
def test_the_demo_is_the_same_on_one_thread_and_on_two(tmp_path: Path) -> None:
    study = ROOT / "analyses" / "02_five_city_clusters" / "study.toml"
    one = run(study, tmp_path / "one", ONE)
    two = run(study, tmp_path / "two", OTHER)
    assert kinds(checksums(one))["figures/"] > 10
    assert differences(one, two) == []


def folder(path: Path, table: str, number: float, name: str = "a") -> Path:
    """Write what a run may have written."""
    (path / "tables").mkdir(parents=True)
    (path / "tables" / "x.csv").write_text(table, encoding="utf-8")
    (path / "manifest.json").write_text(str(path), encoding="utf-8")
    with sqlite3.connect(path / "results.gpkg") as file:
        file.execute("CREATE TABLE layer (name TEXT, co2 REAL)")
        file.execute("INSERT INTO layer VALUES (?, ?)", (name, number))
    file.close()
    return path


def test_differences_are_said_in_numbers(tmp_path: Path) -> None:
    first = folder(tmp_path / "a", "unit,x,y\nu,1.0,2.0\nv,4.0,\n", 8.0)
    other = folder(tmp_path / "b", "unit,x,y\nu,1.0,2.5\nv,5.0,\n", 8.0)
    (found,) = differences(first, other)
    assert (found.file, found.cells, found.other) == ("tables/x.csv", 2, "")
    assert (found.absolute, found.relative) == (1.0, 0.2)
    assert differences(first, first) == []


def test_differences_of_layers_words_and_files_are_said(tmp_path: Path) -> None:
    first = folder(tmp_path / "a", "unit,x\nu,1.0\n", 8.0)
    other = folder(tmp_path / "b", "unit,x\nw,\n", 10.0, name="b")
    (other / "report.html").write_text("more", encoding="utf-8")
    report, layer, table = differences(first, other)
    assert report.other == "in one of both only"
    assert (layer.file, layer.cells, layer.relative) == ("results.gpkg", 1, 0.2)
    assert layer.other == "layer: name"
    assert table.other == "table: unit; table: x is missing in one of both"
    shape = folder(tmp_path / "c", "unit,x\nu,1.0\nv,1.0\n", 8.0)
    assert [item.other for item in differences(first, shape)] == ["table: another shape"]
    reordered = folder(tmp_path / "d", 'unit,x\n"u",1.0\n', 8.0)
    assert [item.other for item in differences(first, reordered)] == ["bytes, not values"]


def test_the_printed_version_is_told_from_other_bytes(tmp_path: Path) -> None:
    made = []
    for name, words in (("a", "python 3.11.7"), ("b", "python 3.13.0"), ("c", "other words")):
        path = folder(tmp_path / name, "unit,x\nu,1.0\n", 8.0)
        (path / "report.html").write_text(f"<p>{words}</p>", encoding="utf-8")
        with zipfile.ZipFile(path / "tables.xlsx", "w") as book:
            book.writestr("sheet.xml", words)
        made.append(path)
    assert [item.other for item in differences(made[0], made[1])] == [VERSION_ONLY] * 2
    assert [item.other for item in differences(made[0], made[2])] == ["bytes"] * 2
