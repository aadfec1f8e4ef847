"""No public object without an example that runs as a doctest."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import spatialcarbon as sc
from spatialcarbon._face import LAZY
from spatialcarbon.core.results import Result

THINGS = sorted(
    name
    for name in LAZY
    if inspect.isroutine(getattr(sc, name)) or inspect.isclass(getattr(sc, name))
)


def example(thing: Any) -> str:
    """The lines of the *Examples* section that run; empty without any."""
    words = inspect.cleandoc(thing.__doc__ or "")
    _, _, section = words.partition("\nExamples\n--------\n")
    return "\n".join(re.findall(r"^\s*(?:>>>|\.\.\.) .*", section, re.M))


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties written in a class or a parent, but not in Result."""
    common = vars(Result)
    for name, value in inspect.getmembers_static(kind):
        if name.startswith("_") or common.get(name) is value:
            continue
        value = getattr(value, "func", value)  # of a cached property
        value = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        ours = str(getattr(value, "__module__", "")).startswith("spatialcarbon")
        if inspect.isroutine(value) and ours:
            yield name, value


@pytest.mark.parametrize("name", THINGS)
def test_everything_public_has_an_example(name: str) -> None:
    assert example(getattr(sc, name)), f"{LAZY[name]}.{name} has no Examples section with >>>"


@pytest.mark.parametrize("name", [name for name in THINGS if inspect.isclass(getattr(sc, name))])
def test_every_method_is_shown(name: str) -> None:
    """In its own docstring, or at work in the example of its class."""
    kind = getattr(sc, name)
    shown = "\n".join(example(parent) for parent in kind.__mro__[:-1])
    bare = [
        method
        for method, function in methods(kind)
        if not example(function) and not re.search(rf"\.{method}\b", shown)
    ]
    assert not bare, f"no example of {name} shows {bare}"
