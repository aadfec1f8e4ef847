"""The command line as a user has it: a process of its own, and files of the user's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc
from spatialcarbon.cli.main import main

ROOT = Path(sc.__file__).parents[1]
COMMAND = [sys.executable, "-m", "spatialcarbon"]

STUDY = """\
[study]
title = "Squares"
seed = 11

[units]
source = "map.gpkg"
key = "code"
label = "name"
groups = "cluster"

[tables.emissions]
source = "wide.csv"
unit = "code"
[tables.emissions.variables]
co2 = { measure = "万吨CO2" }

[[analyses]]
method = "indicators"
growth = [[2015, 2017]]

[[analyses]]
method = "moran"
variable = "co2"
permutations = 99

[[analyses]]
method = "lisa"
variable = "co2"
permutations = 99
"""
PLAIN = "[outputs]\nfigures = []\nworkbook = false\nreport = false\n"


def environment(**more: str) -> dict[str, str]:
    """Return an environment in English in which the package is found, installed or not."""
    kept = {key: value for key, value in os.environ.items() if key != "SPATIALCARBON_LANG"}
    path = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH", "")]))
    return {**kept, "PYTHONPATH": path, "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "default", **more}


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    def fine(self) -> Said:
        assert self.status == 0, self.err
        assert "Traceback" not in self.err
        return self

    def refused(self, *words: str, status: int = 2) -> Said:
        assert self.status == status, (self.status, self.out, self.err)
        assert "Traceback" not in self.err
        assert self.out == ""
        for word in words:
            assert word in self.err, self.err
        return self


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Said]:
    """Return a function that runs the command line in a process of its own."""
    nowhere = tmp_path_factory.mktemp("cwd")

    def run(*words: object, cwd: Path = nowhere, command: Any = None, **options: Any) -> Said:
        more = options.pop("env", {})
        done = subprocess.run(
            [*(command or COMMAND), *map(str, words)],
            cwd=cwd,
            env=environment(**more),
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
            **options,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def processes(cli: Callable[..., Said]) -> Callable[..., list[Said]]:
    """Return a function that runs several commands as processes, two at a time."""

    def run(lines: Sequence[Sequence[object]], **options: Any) -> list[Said]:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda words: cli(*words, **options), lines))

    return run


@pytest.fixture
def together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[Said]]:
    """Return a function that runs several commands in this process.

    Starting Python and importing pandas takes longer than most commands do.
    """
    monkeypatch.delenv("SPATIALCARBON_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(lines: Sequence[Sequence[object]], cwd: Path | None = None) -> list[Said]:
        if cwd is not None:
            monkeypatch.chdir(cwd)
        return [one(words) for words in lines]

    def one(words: Sequence[object]) -> Said:
        monkeypatch.setattr(sys, "argv", ["spatialcarbon", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return Said(int(stop.value.code or 0), out, err)

    return run


def squares() -> gpd.GeoDataFrame:
    """Return a 4 x 4 grid of 10 km squares in two clusters, and an island of its own."""
    codes = [f"q{i:02d}" for i in range(16)]
    shapes = [box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(16)]
    frame = gpd.GeoDataFrame(
        {
            "code": [*codes, "岛"],
            "name": ["=1+1", "[bold]b[/bold]", *(f"市{i}" for i in range(2, 16)), "海岛"],
            "cluster": [*("西" if i % 4 < 2 else "东" for i in range(16)), ""],
        },
        geometry=[*shapes, box(8, 0, 9, 1)],
        crs="EPSG:4547",
    )
    frame["geometry"] = frame.scale(10_000, 10_000, origin=(0, 0)).translate(500_000, 3_400_000)
    return frame


def emissions() -> pd.DataFrame:
    codes = [*(f"q{i:02d}" for i in range(16)), "岛"]
    first = [float((5 * i * i + 3 * i) % 23 + (i % 4) * 9) for i in range(17)]
    return pd.DataFrame(
        {"code": codes, "co2_2015": first, "co2_2017": [v * 1.5 + i for i, v in enumerate(first)]}
    )


def lay_out(folder: Path) -> Path:
    """Write the user's files in every shape they come in."""
    wide = emissions().sample(frac=1, random_state=3)
    squares().to_file(folder / "map.gpkg")
    wide.to_csv(folder / "wide.csv", index=False)
    long = wide.melt("code", var_name="年份", value_name="co2")
    long["年份"] = long["年份"].str[-4:].astype(int)
    long.to_csv(folder / "long.csv", index=False, encoding="gb18030")
    long.rename(columns={"code": "地区"}).to_excel(folder / "long.xlsx", index=False)
    cross = wide[["code", "co2_2017"]].rename(columns={"co2_2017": "co2 [Mt]"})
    cross.to_csv(folder / "cross.csv", index=False)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the user's files; tests only read it."""
    return lay_out(tmp_path_factory.mktemp("user"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return such a folder to work in, its study without figures and report."""
    lay_out(tmp_path)
    (tmp_path / "study.toml").write_text(STUDY + PLAIN, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def own_map(files: Path) -> list[object]:
    return ["--units", files / "map.gpkg", "--key", "code"]


@pytest.fixture(scope="session")
def expected() -> Callable[[str], Any]:
    """Return a function that computes Moran's I of a column by the library."""
    weights = sc.Backbone(squares().set_index("code")).contiguity().standardised("R")

    def moran(column: str) -> Any:
        values = emissions().set_index("code")[column]
        return sc.global_moran(values, weights, permutations=99, rng=20240501)

    return moran
