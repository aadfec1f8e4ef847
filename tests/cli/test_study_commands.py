"""init, check, run, verify, demo."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest


def test_init_writes_a_study_that_is_in_order(together: Any, tmp_path: Path) -> None:
    together(
        [
            ["init", "--schema", "schema.json"],
            ["init", "--out", "研究.toml", "--lang", "zh"],
        ],
        cwd=tmp_path,
    )
    english = tomllib.loads((tmp_path / "study.toml").read_text(encoding="utf-8"))
    chinese = tomllib.loads((tmp_path / "研究.toml").read_text(encoding="utf-8"))
    assert (english["study"]["language"], chinese["study"]["language"]) == ("en", "zh")
    schema = json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))
    assert schema["$schema"].endswith("2020-12/schema")
    checked, listed, again = together(
        [["check", "study.toml"], ["check", "研究.toml"], ["init"]], cwd=tmp_path
    )
    assert "is in order: 50 units, 2 groups, variables co2, population" in checked.fine().out
    assert "neighbours on average" in listed.fine().out
    again.refused("study.toml exists already", "--overwrite, or --out another")
    replaced, nowhere = together(
        [["init", "--overwrite"], ["init", "--out", "no/such/x.toml"]], cwd=tmp_path
    )
    replaced.fine()
    nowhere.refused("there is no such folder")


def test_run_and_what_it_says(cli: Any, processes: Any, folder: Path) -> None:
    said, quiet = processes(
        [["run", "study.toml"], ["run", "study.toml", "--out", "other", "--quiet"]], cwd=folder
    )
    assert said.fine().err == ""
    assert said.out.startswith("Done: results\n") or str(folder / "results") in said.out
    for name in ("results.gpkg", "project.qgz", "tables", "manifest.json"):
        assert f"\n  {name} " in said.out
    for name in ("report.html", "tables.xlsx", "figures"):
        assert name not in said.out
    assert (quiet.fine().out, quiet.err) == ("", "")
    refused, replaced = (
        cli("run", "study.toml", cwd=folder),
        cli("run", "study.toml", "--overwrite", "--lang", "zh", cwd=folder),
    )
    refused.refused("holds results already", "--overwrite")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in replaced.fine().out)
    record = json.loads((folder / "results" / "manifest.json").read_text(encoding="utf-8"))
    assert record["language"] == "zh"


def outputs(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def test_two_processes_give_the_same_bytes(cli: Any, folder: Path, files: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    study = (files / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(study, encoding="utf-8")

    def run(seed: str) -> dict[str, bytes]:
        threads = {"OMP_NUM_THREADS": seed, "NUMBA_NUM_THREADS": seed, "OPENBLAS_NUM_THREADS": seed}
        env = {"PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}", **threads}
        cli("run", "study.toml", "--out", f"out{seed}", cwd=folder, env=env).fine()
        return outputs(folder / f"out{seed}")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, ["1", "2"])
    assert {name.partition("/")[0] for name in first} == {
        "figures",
        "project.qgz",
        "report.html",
        "results.gpkg",
        "study.toml",
        "tables",
        "tables.xlsx",
    }
    assert [name for name in first if first[name] != second.get(name)] == []
    assert set(first) == set(second)


@pytest.mark.slow
def test_the_demo_gives_the_same_bytes_in_two_processes(processes: Any, tmp_path: Path) -> None:
    a, b = processes([["demo", "--out", name] for name in ("a", "b")], cwd=tmp_path)
    assert a.fine().out == b.fine().out.replace("Done: b", "Done: a")
    assert outputs(tmp_path / "a") == outputs(tmp_path / "b")


def test_verify(cli: Any, processes: Any, together: Any, folder: Path) -> None:
    cli("run", "study.toml", "--quiet", cwd=folder).fine()
    same, quiet = processes([["verify", "results"], ["verify", "results", "--quiet"]], cwd=folder)
    assert "tables and layers came out the same." in same.fine().out
    assert same.out.count(" same\n") >= 5
    assert (quiet.fine().out, quiet.err) == ("", "")

    table = folder / "results" / "tables" / "moran.csv"
    kept = table.read_bytes()
    table.write_bytes(kept.replace(b"co2", b"CO2", 1))
    [changed] = together([["verify", "results"]], cwd=folder)
    assert changed.status == 2
    assert "changed since" in changed.out
    table.write_bytes(kept)
    data = folder / "wide.csv"
    data.write_text(data.read_text(encoding="utf-8").replace(".0,", ".25,", 1), encoding="utf-8")
    [touched] = together([["verify", "results"]])
    assert touched.status == 2
    assert "inputs have changed since" in touched.out
    assert "table: wide.csv" in touched.out
    (folder / "results" / "manifest.json").unlink()
    [lost] = together([["verify", "results"]])
    lost.refused("holds no results of this program")
    assert table.read_bytes() == kept


def test_demo_finds_the_shipped_study(together: Any, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("x", encoding="utf-8")
    # It gets as far as the folder it may not replace, so the study file was found and is right.
    there, ours = together([["demo"], ["demo", "--overwrite"]], cwd=tmp_path)
    there.refused("demo holds results already", "--overwrite")
    ours.refused("does not hold results of this program")
