"""Pages of what was measured, and what a benchmark says of its record."""

from __future__ import annotations

import json
import math
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from spatialcarbon.studies.pipeline import check_study

ROOT = Path(__file__).parents[2]


def extension(name: str) -> ModuleType:
    """Load a module of docs/_ext."""
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        return import_module(name)
    finally:
        sys.path.pop(0)


def bench(name: str) -> ModuleType:
    """Load a module of tests/bench, which is no package."""
    spec = spec_from_file_location(f"bench_{name}", ROOT / "tests" / "bench" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    sys.path.insert(0, str(ROOT / "tests" / "bench"))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


def engine(power: float, **more: Any) -> dict[str, Any]:
    """Return what would be recorded of an engine whose time is a power of its size."""
    sizes = [1_000, 10_000, 100_000]
    seconds = [[1e-6 * size**power * factor for factor in (0.9, 1.0, 1.2)] for size in sizes]
    told = {"title": "Engine", "counts": "places", "theory": "n", "power": 1, "sizes": sizes}
    return {**told, "seconds": seconds, "slope": power, "low": 0.9, "high": 1.1, **more}


def test_a_panel_for_each_engine_with_its_line_and_that_of_theory() -> None:
    scaling = extension("scaling")
    engines = {str(i): engine(power) for i, power in enumerate((0.7, 1.0, 1.4, 2.0))}
    svg = ET.fromstring(scaling.drawing(engines))
    panels = list(svg)
    assert len(panels) == 4
    for panel, power in zip(panels, (0.7, 1.0, 1.4, 2.0), strict=True):
        lines = {line.attrib["class"]: line.attrib for line in panel.iter("line")}
        rise = {
            kind: (float(at["y1"]) - float(at["y2"])) / (float(at["x2"]) - float(at["x1"]))
            for kind, at in lines.items()
        }
        assert rise["span"] == pytest.approx(power, abs=0.02)
        assert rise["rule one"] == pytest.approx(1.0, abs=0.02)
        assert len(list(panel.iter("circle"))) == 3
    page = scaling.section({"engines": engines})
    assert "| Engine | 1,000–100,000 | places |" in page


def test_sizes_and_times_are_short() -> None:
    scaling = extension("scaling")
    assert [scaling.short(n) for n in (20, 3_000, 64_000_000)] == ["20", "3k", "64M"]
    space = "\N{NO-BREAK SPACE}"
    assert [scaling.clock(s) for s in (2.34, 0.0123, 4.2e-5)] == [
        f"2.3{space}s",
        f"12{space}ms",
        f"42{space}µs",
    ]


def test_the_recorded_engines_are_sound() -> None:
    found = extension("benchmarks").growth()
    if found is None:
        pytest.skip("make bench has not yet been run")
    for part in found["engines"].values():
        assert len(part["sizes"]) == len(part["seconds"]) >= 3
        assert part["low"] <= part["slope"] <= part["high"]
        assert all(min(row) > 0 for row in part["seconds"])


def test_a_slope_is_that_of_the_points() -> None:
    run = bench("scaling_run")
    sizes = [100, 1_000, 10_000]
    power, low, high = run.slope(sizes, [[n**1.5, 1.1 * n**1.5] for n in sizes])
    assert power == pytest.approx(1.5)
    assert low < 1.5 < high
    found = engine(2.0, low=1.9, high=2.1)
    assert run.said(found, None).endswith("STEEPER than theory")
    assert "STEEPER than the record" in run.said(found, engine(1.0))
    assert "STEEPER" not in run.said(engine(1.0), engine(1.0))


def test_every_engine_can_be_called() -> None:
    engines = bench("scaling_engines").ENGINES
    assert len(engines) >= 18
    for name in ("names", "breaks", "shapley"):
        assert engines[name].make(64)() is not None
    assert all(list(part.sizes) == sorted(part.sizes) for part in engines.values())


def race(ratio: float, least: float, most: float, title: str = "a race") -> dict[str, Any]:
    return {"title": title, "peer": "peer", "ratio": ratio, "least": least, "most": most}


def test_what_fell_is_marked_and_counted() -> None:
    comparing = bench("comparing")
    old = {"bench_a": {"races": [race(10, 9, 11), race(10, 9, 11, "other")]}}
    new = {"bench_a": [race(7, 6, 8), race(7, 6, 9.5, "other")], "bench_b": [race(1, 1, 1)]}
    lines = list(comparing.compared(old, new))
    assert "a race, beside peer: 10 (9–11) → 7 (6–8)  FELL" in lines[1]
    assert lines[2].endswith("10 (9–11) → 7 (6–9.5)")
    assert "not in the record → 1 (1–1)" in lines[3]
    assert lines[-1] == "1 of 3 fell by more than a fifth."


def test_the_loads_are_shown_with_their_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = extension("load")
    monkeypatch.setattr(load, "RECORD", tmp_path / "load.json")
    assert load.page("") == load.NONE
    assert load.page("study") == ""
    told = {"title": "A study", "size": "3,000 counties", "seconds": 100.4, "processor_s": 90.0}
    told |= {"memory_mb": 1500, "steps": {"Reading": 2.0}, "written_mb": {"report.html": 13.8}}
    machine = {"cores": 2, "processor": "P", "system": "Linux", "python": "3.11.7"}
    record = {"when": "2026-11", "machine": machine, "versions": {"numpy": "2"}}
    record["loads"] = {"study": told}
    load.RECORD.write_text(json.dumps(record), encoding="utf-8")
    assert "| A study | 3,000 counties | 100 | 90 | 1,500 MB |" in load.page("")
    assert "2 cores of P, Linux, Python 3.11.7; numpy 2." in load.page("")
    assert "| Reading | 2.0 |" in load.page("study")
    assert "`report.html` 13.8 MB" in load.page("study")
    assert load.page("lisa") == "*Not in the record.*"


def test_small_loads_can_be_prepared_and_done(tmp_path: Path) -> None:
    loads = bench("load_cases").LOADS
    loads["lisa"].prepare(tmp_path, 60)
    steps = loads["lisa"].work(tmp_path)
    assert list(steps)[:2] == ["Reading the map", "Queen contiguity"]
    assert all(math.isfinite(seconds) and seconds >= 0 for seconds in steps.values())
    loads["study"].prepare(tmp_path, 40)
    assert {path.name for path in tmp_path.iterdir()} >= {
        "counties.gpkg",
        "panel.csv",
        "study.toml",
    }
    assert len(check_study(tmp_path / "study.toml").units) == 40


def test_determinism_says_what_differs() -> None:
    page = extension("determinism")
    run = {"what": "x", "same": {"tables/": 2}, "different": []}
    assert page.cell(run, "tables/", 2) == "same"
    apart = {"file": "tables/a.csv", "cells": 3, "relative": 2.2e-16, "other": ""}
    run = {"what": "x", "same": {"tables/": 1}, "different": [apart]}
    assert page.cell(run, "tables/", 2) == "1 of 2 differ, numbers by 2e-16 at most"
    run = {"what": "x", "same": {}, "different": [{**apart, "cells": -1, "other": "bytes"}]}
    assert page.cell(run, "tables/", 2) == "1 of 2 differ"
    found = page.record()
    rows = [line for line in page.page("").splitlines() if line.startswith("| ")]
    assert len(rows) == len(found["runs"]) + 1
    assert found["files"]["results.gpkg"] == 1


def test_differences_do_not_break_in_narrow_columns() -> None:
    oracles = extension("oracles")
    numbers = (0.0, 3.14e-15, 2e-7, 2.3, 5.0)
    assert [oracles.difference(x) for x in numbers] == ["0", "3.1e−15", "2e−07", "2.3", "5"]
    assert [oracles.at_most(x) for x in (0.0, 3.14e-15, 9.7e-16, 2e-7)] == [
        "0",
        "4e−15",
        "1e−15",
        "2e−07",
    ]
    row = {"method": "m", "quantities": "q", "peer": "esda", "call": "esda.Moran_BV", "cases": 200}
    row |= {"largest": {"I": 1e-15, "p": 3e-14}, "tolerance": 1e-10, "note": ""}
    lines = oracles.compared([row, {**row, "peer": "R spdep", "call": "moran"}]).splitlines()
    plain = [line.replace("\N{ZERO WIDTH SPACE}", "") for line in lines[2:]]
    assert plain[0] == "| `m` | q | esda.Moran_BV | 200 | 3e−14 | 1e−10 |"
    assert plain[1] == "|  | q | R spdep: moran | 200 | 3e−14 | 1e−10 |"


def test_an_option_in_a_table_keeps_its_two_hyphens() -> None:
    cell = extension("interruption").cell
    assert cell("without\n--resume, a|b and `--out`") == "without `--resume`, a\\|b and `--out`"


def test_determinism_names_the_pythons_that_were_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    page = extension("determinism")
    found = page.record()
    found["versions"] = [{"python": "3.11.7"}, {"python": "3.13.1"}]
    monkeypatch.setattr(page, "record", lambda: found)
    assert page.page("").endswith("Not in this record: Python 3.12.")
    found["versions"].append({"python": "3.12.2"})
    assert "Not in this record" not in page.page("")
