from __future__ import annotations

import copy
import inspect
import pickle

import pytest

import spatialcarbon as sc
from spatialcarbon.core import errors
from spatialcarbon.core.errors import SchemaError, SpatialCarbonError, some

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, SpatialCarbonError) and kind is not SpatialCarbonError
]


def sample(kind: type[SpatialCarbonError]) -> SpatialCarbonError:
    return kind(
        "{name} is wrong in {n} places",
        arrived="{cells}",
        expected="numbers",
        fix="look at {name}",
        name="co2",
        n=2,
        cells="x, y",
    )


def test_message_says_what_arrived_what_was_expected_and_what_mends_it() -> None:
    assert str(sample(SchemaError)) == (
        "co2 is wrong in 2 places\n  got: x, y\n  expected: numbers\n  fix: look at co2"
    )


def test_empty_parts_are_left_out() -> None:
    assert str(SchemaError("plain")) == "plain"


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_survives_pickling_and_copying(kind: type[SpatialCarbonError]) -> None:
    error = sample(kind)
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(again) is kind
        assert str(again) == str(error)
        assert again.params == error.params
        assert again.render("zh") == error.render("zh")


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_the_builtin_parent_of_its_meaning(kind: type[Exception]) -> None:
    parent = {
        "InfeasibleError": RuntimeError,
        "ConvergenceError": RuntimeError,
        "MissingDependencyError": ImportError,
        "MemoryShortageError": MemoryError,
    }.get(kind.__name__, ValueError)
    assert issubclass(kind, parent)
    assert getattr(sc, kind.__name__) is kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_renders_in_both_languages(kind: type[SpatialCarbonError]) -> None:
    error = sample(kind)
    assert error.render("en") == str(error)
    assert "co2" in error.render("zh")


@pytest.mark.parametrize(
    ("count", "text"), [(0, ""), (1, "0"), (5, "0, 1, 2, 3, 4"), (7, "0, 1, 2, 3, 4 … (+2)")]
)
def test_some_names_at_most_five(count: int, text: str) -> None:
    assert some(range(count)) == text


def test_the_suite_says_every_error_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"{name} is wrong": "{nmae} 有误"}
    monkeypatch.setattr("spatialcarbon.core.language.glossary", lambda: broken)
    with pytest.raises(KeyError, match="nmae"):
        SchemaError("{name} is wrong", name="co2")


def test_warnings_are_ours() -> None:
    assert issubclass(sc.PermutationWarning, sc.SpatialCarbonWarning)
    assert issubclass(sc.SpatialCarbonWarning, UserWarning)
