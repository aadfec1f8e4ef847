"""No test without an assertion: one that only runs the code passes whatever the code answers."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
EXPECTING = {"raises", "warns", "deprecated_call", "fail"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions(path: Path) -> dict[str, Function]:
    """Every function of a file by its name, methods and inner functions among them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, Function)}


def called(node: ast.AST) -> Iterator[str]:
    """The names of what is called, without what they are called on."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            if isinstance(part.func, ast.Name):
                yield part.func.id
            elif isinstance(part.func, ast.Attribute):
                yield part.func.attr


def asserts(node: ast.AST, helpers: Mapping[str, Function], seen: frozenset[str]) -> bool:
    """Whether a function asserts something itself, or calls a helper of the tests that does."""
    if any(isinstance(part, ast.Assert) for part in ast.walk(node)):
        return True
    for name in called(node):
        if name in EXPECTING or name.startswith("assert_"):
            return True
        if name in helpers and name not in seen and asserts(helpers[name], helpers, seen | {name}):
            return True
    return False


def helpers_of(path: Path, root: Path) -> dict[str, Function]:
    """What a file can call: its own functions, those of the conftests above it and of helpers."""
    folders = [folder for folder in path.parents if folder == root or root in folder.parents]
    beside = [p for p in sorted(path.parent.glob("*.py")) if not p.name.startswith("test_")]
    above = [folder / "conftest.py" for folder in folders if (folder / "conftest.py").exists()]
    found: dict[str, Function] = {}
    for file in (*reversed(above), *beside, path):
        found |= functions(file)
    return found


def without(paths: Iterable[Path], root: Path) -> list[str]:
    """The tests of some files that assert nothing."""
    found = []
    for path in paths:
        helpers = helpers_of(path, root)
        for name, node in functions(path).items():
            if name.startswith("test_") and not asserts(node, helpers, frozenset({name})):
                found.append(f"{path.relative_to(root).as_posix()}:{node.lineno} {name}")
    return found


def test_every_test_asserts() -> None:
    paths = [path for path in sorted(TESTS.rglob("test_*.py")) if "__pycache__" not in path.parts]
    assert len(paths) > 100
    assert without(paths, TESTS) == []


@pytest.mark.parametrize(
    ("body", "enough"),
    [
        ("work()", False),
        ("x = work()\n    print(x)", False),
        ("assert work()", True),
        ("with pytest.raises(ValueError):\n        work()", True),
        ("np.testing.assert_allclose(work(), 1)", True),
        ("check(work())", True),
        ("through(work())", True),
        ("look(work())", False),
        ("opened(work())", True),
    ],
)
def test_what_counts_as_an_assertion(body: str, enough: bool, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("def opened(x):\n    assert x\n", encoding="utf-8")
    path = tmp_path / "test_it.py"
    path.write_text(
        "def check(x):\n    assert x\n\n\ndef through(x):\n    check(x)\n\n\n"
        f"def look(x):\n    look(x)\n\n\ndef test_it():\n    {body}\n",
        encoding="utf-8",
    )
    assert (without([path], tmp_path) == []) is enough
