"""What is public says what it answers, and names every argument."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import spatialcarbon as sc

FACE = [
    name
    for name in sc.__all__
    if inspect.isroutine(getattr(sc, name)) or inspect.isclass(getattr(sc, name))
]
SECTIONS = (
    "Parameters",
    "Returns",
    "Yields",
    "Raises",
    "Notes",
    "References",
    "Examples",
    "See Also",
)


def sections(words: str) -> dict[str, str]:
    """The numpydoc sections of a docstring; what stands before them is under ``""``."""
    pattern = rf"^({'|'.join(SECTIONS)})\n-{{4,}}\n"
    parts = re.split(pattern, inspect.cleandoc(words) + "\n", flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def described(words: str) -> set[str]:
    """The names that the section of parameters describes: ``a, b : int`` describes both."""
    found: set[str] = set()
    for line in sections(words).get("Parameters", "").splitlines():
        if line and not line.startswith(" "):
            found |= {name.strip().lstrip("*") for name in line.partition(":")[0].split(",")}
    return found


def arguments(function: Any) -> list[str]:
    """The names of the arguments that a caller gives."""
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class that are written in this package."""
    for name, value in inspect.getmembers(kind):
        if name.startswith("_"):
            continue
        if isinstance(value, property):
            yield name, value.fget
        elif inspect.isroutine(value) and str(getattr(value, "__module__", "")).startswith(
            "spatialcarbon"
        ):
            yield name, value


@pytest.mark.parametrize("name", FACE)
def test_the_face_is_described(name: str) -> None:
    thing = getattr(sc, name)
    words = inspect.getdoc(thing) or ""
    first = sections(words)[""].strip().split("\n\n")[0]
    assert first.endswith((".", "?")), f"{name} opens with: {first!r}"
    if inspect.isroutine(thing):
        missing = set(arguments(thing)) - described(words)
        assert not missing, f"{name} does not describe {missing}"
        assert not described(words) - set(arguments(thing)), f"{name} describes what is not there"
        if inspect.signature(thing).return_annotation not in ("None", None):
            assert "Returns" in sections(words), f"{name} does not say what it returns"


@pytest.mark.parametrize("name", [name for name in FACE if inspect.isclass(getattr(sc, name))])
def test_methods_are_described(name: str) -> None:
    for method, function in methods(getattr(sc, name)):
        words = inspect.getdoc(function) or ""
        first = words.partition("\n\n")[0].strip()
        assert first.endswith((".", "?")), f"{name}.{method} opens with: {first!r}"
        if "Parameters" in sections(words):
            unknown = described(words) - set(arguments(function))
            assert not unknown, f"{name}.{method} describes {unknown}, which is not there"


@pytest.mark.parametrize("name", [name for name in FACE if inspect.isclass(getattr(sc, name))])
def test_fields_of_results_are_described(name: str) -> None:
    kind = getattr(sc, name)
    inherited = {"method", "settings", "references", "remarks"}
    fields = set(getattr(kind, "__dataclass_fields__", {})) - inherited
    public = {field for field in fields if not field.startswith("_")}
    if name.endswith("Result"):
        assert public, name
        assert not public - described(inspect.getdoc(kind) or ""), name


def test_every_module_says_what_it_is(modules: Mapping[str, ast.Module]) -> None:
    for path, tree in modules.items():
        words = ast.get_docstring(tree) or ""
        assert words.partition("\n\n")[0].strip().endswith((".", "?", ":")), path


def test_every_public_definition_has_a_docstring(modules: Mapping[str, ast.Module]) -> None:
    bare = []
    for path, tree in modules.items():
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        inside = [n for kind in classes if not kind.name.startswith("_") for n in kind.body]
        for node in (*tree.body, *inside):
            defined = isinstance(node, (ast.FunctionDef, ast.ClassDef))
            if defined and not node.name.startswith("_") and not ast.get_docstring(node):
                bare.append(f"{path}:{node.lineno} {node.name}")
    assert not bare
