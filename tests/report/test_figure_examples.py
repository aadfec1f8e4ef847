"""Every figure shows how it is called, and stands in the reference."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import spatialcarbon.report.figures as figures
from spatialcarbon.report import maps

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "beneath.md"
PARTS = {"label_map"}  # what maps with labels are drawn with; lisa_map and hotspot_map are public
DRAWN = {
    name: thing
    for module in (figures, maps)
    for name, thing in vars(module).items()
    if inspect.isfunction(thing)
    and not name.startswith("_")
    and name not in PARTS
    and str(inspect.signature(thing).return_annotation) == "Figure"
}


def test_there_are_figures() -> None:
    assert {"moran_scatter", "choropleth", "transfer_chord"} <= set(DRAWN)


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_figure_has_an_example_and_a_place_in_the_reference(name: str) -> None:
    words = inspect.getdoc(DRAWN[name]) or ""
    example = words.partition("\nExamples\n--------\n")[2]
    assert re.search(rf"^\s*>>> .*\b{name}\(", example, re.M), f"{name} has no example that runs"
    listed = re.findall(r"^   (\w+)$", REFERENCE.read_text(encoding="utf-8"), re.M)
    assert name in listed, f"docs/reference/beneath.md does not list {name}"
