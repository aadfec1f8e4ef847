"""Every public docstring is sound numpydoc: sections, order, parameters, returns, references."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

import spatialcarbon as sc
from spatialcarbon._face import LAZY

OFF = {
    "SA01": "See Also: the pages of the methods link what belongs together",
    "ES01": "an extended summary is written where there is something to say",
    "EX01": "tests/house/test_examples.py looks for examples, also in the class of a method",
    "SS03": "summaries are questions: they end with a question mark",
    "SS05": "… and open with a question word or a verb in the third person",
    "PR01": "tests/house/test_docstrings.py does this, and knows of inherited fields",
    "PR03": "parameters are grouped by meaning where the signature groups by kind",
    "PR04": "'data, groups' as in another function: the type stands there, and in the signature",
    "PR08": "a description may open with a name or a symbol, which is lower case",
    "RT01": "a property or a short method says what it returns in its summary",
    "RT03": "a result is described by its own class",
    "RT04": "… and its description may open with a symbol",
    "GL08": "tests/house/test_docstrings.py does this",
}
"""Codes of numpydoc that are not asked for, and why."""


def public() -> Iterator[str]:
    """Yield the public names, and the methods and properties written in public classes."""
    for name in LAZY:
        yield name
        thing = getattr(sc, name)
        if inspect.isclass(thing):
            for member, value in vars(thing).items():
                value = getattr(value, "__func__", value)
                if not member.startswith("_") and (
                    inspect.isfunction(value) or isinstance(value, property)
                ):
                    yield f"{name}.{member}"


def faults(name: str) -> list[str]:
    """Return what numpydoc finds in a docstring, those that are off left out."""
    validate = pytest.importorskip("numpydoc.validate").validate
    found = validate(f"spatialcarbon.{name}")["errors"]
    # A result that is also a float has the signature of a float.
    thing = getattr(sc, name, None)
    off = {*OFF, "PR02"} if inspect.isclass(thing) and issubclass(thing, float) else set(OFF)
    return [f"{name}: {code} {words}" for code, words in found if code not in off]


def test_docstrings_are_sound() -> None:
    names = list(public())
    assert len(names) > 300
    wrong = [fault for name in names for fault in faults(name)]
    assert not wrong, "\n".join(wrong)


def test_it_finds_what_it_looks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter that is not there, and sections in the wrong order."""

    def bad(x: int) -> int:
        """What is x?

        Returns
        -------
        int
            It.

        Parameters
        ----------
        y : int
            Not there.
        """
        return x

    monkeypatch.setattr(sc.global_moran, "__doc__", bad.__doc__)
    codes = {fault.split()[1] for fault in faults("global_moran")}
    assert {"GL07", "PR02"} <= codes
