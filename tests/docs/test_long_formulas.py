"""Long formulas may break, so that they are read on a telephone too, and say the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def mathtext() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_mathtext", DOCS / "_ext" / "mathtext.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_where_a_formula_may_break(mathtext: ModuleType) -> None:
    assert mathtext.parts("a = f(b = c) = 2", "=") == ["a", "= f(b = c)", "= 2"]
    assert mathtext.parts(r"\sum_{i=1}^n x_i = 1", "=") == [r"\sum_{i=1}^n x_i", "= 1"]
    assert mathtext.parts("= 2", "=") == ["= 2"]
    assert mathtext.parts(r"a = 1 \qquad b = 2", r"\qquad") == ["a = 1", r"\qquad b = 2"]
    assert mathtext.parts(r"\left[a \qquad b\right]", r"\qquad") == [r"\left[a \qquad b\right]"]


def test_a_broken_formula_is_said_once(mathtext: ModuleType) -> None:
    drawn = mathtext.pieces(r"a < 1 \qquad b = 2", r"\qquad")
    assert drawn.count("<svg") == drawn.count('aria-hidden="true"') == 2
    assert drawn.count('role="img"') == 1
    assert 'aria-label="a &lt; 1 \\qquad b = 2"' in drawn


def test_a_short_formula_stays_whole(mathtext: ModuleType) -> None:
    assert mathtext.pieces("a = b", "=", wider=12.0) == mathtext.svg("a = b")
    assert mathtext.pieces("a = b + c + d + e + f + g", "=", wider=2.0).count("<svg") == 2
