"""What a page of a method works out by hand is what the program finds."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

DOCS = Path(__file__).parents[2] / "docs"
METHODS = DOCS / "methods"
BY_HAND = {
    "sinks": {"2,566.67", "118,066.67", "770.00", "4,638.33", "126,041.67", "5,194.93"},
    "forest": {"172.33"},
    "landcover": {"−0.4741", "0.5815", "0.3444", "0.5556", "0.3758", "0.1846"},
    "lmdi": {"10.455", "26.455", "−16.910", "41.83"},
    "decoupling": {"17.017", "−13.017", "0.765"},
    "regression": {"0.8526", "−0.5893", "1.3333", "0.6667"},
    "scenario": {"112.06"},
    "simulation": {"0.019608"},
    "growth": {"105.68", "182.80", "43.33", "48.33"},
    "global_moran": {"0.083"},
    "local_moran": {"0.053", "0.04"},
    "hotspots": {"1.549"},
    "rates": {"-1.315", "0.459", "0.0316"},
    "permutations": {"0.0833"},
    "sensitivity": {"0.333"},
    "profiles": {"0.444", "0.25", "0.75"},
    "inequality": {"0.25", "0.1064", "0.0823", "0.0242"},
    "coupling": {"0.942809", "0.45", "0.651356"},
    "centre": {"5.896", "2.998"},
    "industry": {"0.08", "0.667"},
    "grey": {"0.941", "0.75", "0.467"},
    "density": {"0.974", "0.1886"},
    "allocation": {"0.4056", "0.6320", "0.1768", "0.3885", "0.2405", "36.38"},
    "smoothing": {"0.0833", "0.3333"},
    "trading": {"112.50", "37.50", "12.50"},
    "judgement": {"0.2310"},
    "allocation_sensitivity": {"0.233"},
    "dea": {"0.889"},
    "zero_sum": {"1.5217", "3.04", "4.57", "6.09", "0.483"},
    "transfers": {"28.333", "3.556", "31.889", "18.111", "40.944", "0.875", "0.912"},
    "compensation": {"1.25", "0.25", "0.857"},
    "governance": {"11.52", "28.80"},
    "games": {"1.867", "3.333", "6.173"},
    "licensing": {"1.1716", "2.8284", "4.1421", "-0.5858", "0.0526", "0.02"},
    "coalitions": {"3.833", "4.833", "1.333", "3.333", "4.333", "2.333"},
    "evolution": {"0.25", "0.433"},
}
"""For each page numbers that its prose works out, and a block below it must find."""

HEADING = "## Worked example by hand\n"
PRINTED = re.compile(r"(?<![\w.,])[−-]?\d{1,3}(?:,?\d{3})*\.\d{2,}(?!\w)")
"""A number with two decimals or more: 2,566.67 or −0.4741."""


def pages_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_pages_by_hand", DOCS / "_ext" / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def numbers(value: Any) -> Iterator[float]:
    """Yield every number in what a block shows."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        value = value.to_numpy()
    if isinstance(value, np.ndarray):
        value = value.ravel().tolist()
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def worked(text: str) -> tuple[str, int, int]:
    """Return the prose of the section, and the lines between which it stands."""
    start = text.index(HEADING)
    end = text.index("\n## ", start + 5)
    prose = re.sub(r"^```.*?^```", "", text[start:end], flags=re.M | re.S)
    return prose, text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1


def confirmed(text: str) -> set[str]:
    """Return the numbers of the prose with two decimals or more that the blocks find too."""
    pages = pages_module()
    prose, first, last = worked(text)
    found: list[float] = []
    page = pages.Scratch()
    try:
        for block in pages.blocks(text):
            if block.kind != "{run}" or block.line > last or {"alt", "raises"} & set(block.options):
                continue
            _, value = page.execute(block.content)
            if block.line > first:
                found += numbers(value)
    finally:
        shutil.rmtree(page.folder)
    return {word for word in PRINTED.findall(prose) if any(_same(word, one) for one in found)}


def _same(word: str, value: float) -> bool:
    digits = len(word.partition(".")[2])
    plain = float(word.replace(",", "").replace("−", "-"))
    return abs(value - plain) <= 0.5000001 * 10.0**-digits


@pytest.mark.parametrize("page", BY_HAND)
def test_the_arithmetic_is_confirmed(page: str) -> None:
    text = (METHODS / f"{page}.md").read_text(encoding="utf-8")
    assert not BY_HAND[page] - confirmed(text)


def test_a_wrong_number_is_not_confirmed() -> None:
    text = (METHODS / "growth.md").read_text(encoding="utf-8")
    assert "105.68" not in confirmed(text.replace('"r": [0.15]', '"r": [0.16]', 1))
    assert "105.98" not in confirmed(text.replace("105.68", "105.98"))
