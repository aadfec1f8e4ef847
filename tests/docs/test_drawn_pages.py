"""Diagrams and benchmark tables that are made when the site is built."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]


def extension(name: str) -> ModuleType:
    """Load a module of docs/_ext."""
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        return import_module(name)
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="module")
def benchmarks() -> ModuleType:
    return extension("benchmarks")


def test_the_floors_are_those_of_the_house() -> None:
    floors = extension("floors")
    source = (ROOT / "tests" / "house" / "test_floors.py").read_text(encoding="utf-8")
    named = {
        node.targets[0].id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(named["FLOORS"]) == floors.FLOORS
    counts = floors.imports()
    assert counts["stats", "core"] > 100
    order = {name: at for at, name in enumerate(floors.FLOORS)}
    assert not [(a, b) for a, b in counts if order[b] > order[a]]
    words = "".join(ET.fromstring(floors.drawing()).itertext())
    assert all(name in words for name in floors.FLOORS)
    assert "| `weights` | Who neighbours whom" in floors.page("")


def test_the_record_is_sound(benchmarks: ModuleType) -> None:
    found = benchmarks.record()
    assert list(found) == sorted(found)
    for module, part in found.items():
        assert (ROOT / "tests" / "bench" / f"{module}.py").is_file()
        assert set(part) == {"when", "load", "machine", "versions", "races"}
        for race in part["races"]:
            assert 0 < race["least"] <= race["ratio"] <= race["most"]
            assert race["ours_s"] > 0
            assert race["peer_s"] > 0


def test_the_page_shows_every_race(benchmarks: ModuleType) -> None:
    found = benchmarks.record()
    page = benchmarks.page("").partition("## How time grows")[0]
    rows = [line for line in page.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows) == sum(len(part["races"]) for part in found.values()) + len(found)
    svg = ET.fromstring(benchmarks.drawing(found))
    points = [node for node in svg.iter() if node.tag == "circle"]
    assert len(points) == len(rows) - len(found)
    inside = [float(node.attrib["cx"]) for node in points]
    assert min(inside) > benchmarks.LEFT
    assert max(inside) < benchmarks.WIDTH


@pytest.mark.parametrize(("load", "busy"), [(None, False), (1.0, False), (1.4, True)])
def test_a_busy_machine_is_told(benchmarks: ModuleType, load: float | None, busy: bool) -> None:
    machine = {"cores": 2, "processor": "x", "system": "y", "python": "3"}
    said = benchmarks.circumstances({"a": {"when": "2026-11", "machine": machine, "load": load}})
    assert said.startswith("Measured in 2026-11 on 2 cores")
    assert ("(load 1.4 to 1.4)" in said) is busy


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(2.5, "2.5 s"), (0.01234, "12.3 ms"), (4.2e-5, "42 µs"), (1234.5, "1,230 s")],
)
def test_times_are_said_in_units_that_fit(
    benchmarks: ModuleType, seconds: float, said: str
) -> None:
    assert benchmarks.spoken(seconds) == said.replace(" ", "\N{NO-BREAK SPACE}")


def test_a_new_record_keeps_what_was_not_run() -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("bench_conftest", ROOT / "tests" / "bench" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    conftest = module_from_spec(spec)
    sys.modules[spec.name] = conftest  # dataclasses look their module up
    spec.loader.exec_module(conftest)
    old = {"bench_b": {"races": ["old b"]}, "bench_a": {"races": ["old a"]}}
    found = conftest.updated(old, {"bench_b": [{"title": "new"}]}, 0.5)
    assert list(found) == ["bench_a", "bench_b"]
    assert found["bench_a"] == {"races": ["old a"]}
    assert found["bench_b"]["races"] == [{"title": "new"}]
    assert found["bench_b"]["load"] == 0.5
    assert found["bench_b"]["machine"]["cores"] >= 1
    assert "numpy" in found["bench_b"]["versions"]
