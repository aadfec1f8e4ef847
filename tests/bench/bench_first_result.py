"""How long somebody waits for a first result, from the command to the written report.

Not part of the normal run: ``make bench``. Each run is a process of its own; the first
one of a pair finds no machine code, as after an installation.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import spatialcarbon as sc

GOALS = {"demo": 60, "own": 30}
"""Seconds, machine code and all."""

STUDY = """\
[study]
title = "Emissions of 351 cities"
seed = 1

[units]
source = "map.gpkg"
key = "adcode"
label = "name_zh"

[tables.data]
source = "emissions.csv"
unit = "adcode"
year = "年份"
[tables.data.variables]
co2 = { column = "CO2排放量", measure = "Mt CO2" }

[weights.queen]
type = "contiguity"
criterion = "queen"
transform = "R"

[[analyses]]
method = "indicators"
emission = "co2"
growth = [[1997, 2017]]

[[analyses]]
method = "moran"
variable = "co2"

[[analyses]]
method = "lisa"
variable = "co2"
years = [2017]
"""


def lay_out(folder: Path) -> None:
    """Write the files of somebody who has a map, a table and a question."""
    emissions = sc.load_table("city_co2")
    cities = sc.load_units("cities").rename_axis("adcode")
    have = cities[cities.index.isin(emissions["adcode"])]
    have[["name_zh", "geometry"]].reset_index().to_file(folder / "map.gpkg")
    told = emissions[emissions["adcode"].isin(have.index)]
    told = told.rename(columns={"year": "年份", "co2_mt": "CO2排放量"})
    told.to_csv(folder / "emissions.csv", index=False, encoding="gb18030")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")


def waited(words: list[str], folder: Path, code: Path) -> tuple[float, float]:
    """Return the seconds of one command, by the clock and of the processor.

    The machine code is kept in a folder of its own. Nearly all is done by one thread: what
    a machine without other work would need is what the processor needed.
    """
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(code),
        "PYTHONPATH": str(Path(sc.__file__).parents[1]),
    }
    before, start = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "spatialcarbon", *words, "--quiet"],
        cwd=folder,
        env=environment,
        check=True,
    )
    after, clock = os.times(), time.perf_counter() - start
    used = after.children_user + after.children_system
    return clock, used - before.children_user - before.children_system


@pytest.mark.parametrize("name", sorted(GOALS))
def test_first_result(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path)
    words = {"demo": ["demo"], "own": ["run", "study.toml"]}[name]
    for out in ("first", "later"):
        clock, used = waited([*words, "--out", out], tmp_path, tmp_path / "code")
        print(f"\n{name}, {out}: {clock:.1f} s by the clock, {used:.1f} s of the processor")
        assert (tmp_path / out / "report.html").is_file()
        assert used < GOALS[name]
