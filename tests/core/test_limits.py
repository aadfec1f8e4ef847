"""Limits are one list, can be raised, and every refusal says how."""

from __future__ import annotations

import pytest

import spatialcarbon as sc
from spatialcarbon.core.limits import LIMITS, PREFIX, limit, shortened, within


def test_a_variable_changes_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit("NESTING") == LIMITS["NESTING"].default == 100
    monkeypatch.setenv("SPATIALCARBON_MAX_NESTING", " 1_000 ")
    assert limit("NESTING") == 1000


@pytest.mark.parametrize("given", ["", "0", "-1", "many", "1e6", "１０", "9" * 5000])
def test_what_is_no_number_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPATIALCARBON_MAX_NESTING", given)
    with pytest.raises(sc.OptionError, match=r"SPATIALCARBON_MAX_NESTING=.* is not a limit"):
        limit("NESTING")


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_a_refusal_names_the_limit_and_how_to_raise_it(name: str) -> None:
    most = limit(name)
    within(name, most, "a.csv")
    with pytest.raises(sc.SchemaError) as caught:
        within(name, most + 1, "a.csv")
    said = str(caught.value)
    assert "a.csv has too many" in said
    assert f"{most + 1:,}" in said
    assert f"{most:,} at most" in said
    assert f"{PREFIX}{name}={most + 1} in the environment" in said
    assert "a.csv" in caught.value.render("zh")


def test_where_counting_stopped_ten_times_as_much_is_proposed() -> None:
    with pytest.raises(sc.SchemaError, match=r"at least 101(.|\n)*MAX_NESTING=1000"):
        within("NESTING", 101, "a.json", counted=False)


def test_long_words_are_cut() -> None:
    assert shortened("x" * 500) == "x" * 199 + "…"
    assert shortened("abc") == "abc"
