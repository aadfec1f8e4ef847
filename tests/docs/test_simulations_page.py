"""The page of simulations shows every result of the record, and says of each what it is."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
FRAME, END = '<div class="frame">', "</div>\n```"


@pytest.fixture(scope="module")
def simulations() -> ModuleType:
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        return import_module("simulations")
    finally:
        sys.path.pop(0)


def test_every_result_has_a_row(simulations: ModuleType) -> None:
    for module, part in simulations.record()["modules"].items():
        results = [(s, r) for s in part["simulations"] for r in s["results"]]
        curves = {(s["curve"], r["title"]) for s, r in results if r["kind"] == "power"}
        plain = [r for _, r in results if r["kind"] != "power"]
        lines = simulations.tables(module).splitlines()
        heads = sum(set(line) <= set("|-: ") for line in lines if line)
        assert len([line for line in lines if line]) == len(plain) + len(curves) + 2 * heads


@pytest.mark.parametrize(("asked", "kind"), [("tests", "test"), ("intervals", "interval")])
def test_every_result_has_a_dot(simulations: ModuleType, asked: str, kind: str) -> None:
    svg = ET.fromstring(simulations.page(asked).partition(FRAME)[2].removesuffix(END))
    dots = [node for node in svg.iter() if node.tag == "circle"]
    found = [
        result
        for part in simulations.record()["modules"].values()
        for one in part["simulations"]
        for result in one["results"]
        if result["kind"] == kind and result["share"] is not None
    ]
    assert len(dots) == len(found) > 30
    assert all(node[0].text for node in dots)
    assert all(350 <= float(node.attrib["cx"]) <= 736 for node in dots)


def test_every_power_has_a_point(simulations: ModuleType) -> None:
    svg = ET.fromstring(simulations.page("power").partition(FRAME)[2].removesuffix(END))
    lines = [node.attrib["points"].split() for node in svg.iter() if node.tag == "polyline"]
    panels = simulations.power_panels()
    wanted = [len(points) for _, tests in panels for _, points in tests]
    assert [len(line) for line in lines] == wanted


@pytest.mark.parametrize(
    ("kind", "share", "strict", "said"),
    [
        ("test", 0.06, 0.012, "as stated"),
        ("test", 0.12, 0.02, "too often"),
        ("test", 0.00, 0.0, "too seldom"),
        ("test", 0.06, 0.03, "too often at 1\N{NO-BREAK SPACE}%"),
        ("interval", 0.12, 0.0, "too wide"),
        ("interval", 0.01, 0.0, "too narrow"),
        ("bound", 0.12, 0.0, "exceeded"),
        ("bound", 0.01, 0.0, "kept"),
        ("chance", 0.06, 0.0, "as announced"),
        ("test", None, None, "no case"),
    ],
)
def test_verdicts(
    simulations: ModuleType, kind: str, share: float | None, strict: float | None, said: str
) -> None:
    row: dict[str, Any] = {"kind": kind, "share": share, "nominal": 0.05, "error": 0.01}
    assert simulations.verdict({**row, "strict": strict, "strict_error": 0.005}) == said


def test_an_error_of_zero_does_not_divide(simulations: ModuleType) -> None:
    assert simulations.away(0.05, 0.05, 0.0) == 0.0
    assert simulations.away(1.0, 0.95, 0.0) == float("inf")
    assert simulations.away(0.9, 0.95, 0.0) == float("-inf")


def test_the_record_is_plain(simulations: ModuleType) -> None:
    text = simulations.RECORD.read_text(encoding="utf-8")
    assert json.loads(text)["seed"] > 0
    assert "NaN" not in text
