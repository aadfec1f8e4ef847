"""What holds for units of measure."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spatialcarbon as sc
from spatialcarbon.core.units import _SCALES, conversion_factor, parse_unit

KINDS: dict[str, list[str]] = {}
for _name, (_kind, _) in _SCALES.items():
    KINDS.setdefault(_kind, []).append(_name)

SIMPLE = st.sampled_from(sorted(name for name in _SCALES if name))


@st.composite
def alike(draw: st.DrawFn, count: int) -> list[str]:
    """Draw units that measure the same, quotients included."""
    top = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    below = KINDS[draw(st.sampled_from(sorted(KINDS)))] if draw(st.booleans()) else None
    names = []
    for _ in range(count):
        name = draw(st.sampled_from(top))
        names.append(name if below is None else f"{name}/{draw(st.sampled_from(below)) or '1'}")
    return names


@given(alike(2))
def test_conversions_invert(names: list[str]) -> None:
    a, b = names
    assert conversion_factor(a, b) * conversion_factor(b, a) == pytest.approx(1, rel=1e-15)
    assert parse_unit(a).factor / parse_unit(b).factor > 0
    assert conversion_factor(a, a) == 1.0


@given(alike(3))
def test_conversions_chain(names: list[str]) -> None:
    a, b, c = names
    assert conversion_factor(a, b) * conversion_factor(b, c) == pytest.approx(
        conversion_factor(a, c), rel=1e-14
    )


@given(SIMPLE, SIMPLE)
def test_only_like_things_convert(a: str, b: str) -> None:
    if parse_unit(a).dimension == parse_unit(b).dimension:
        assert conversion_factor(a, b) > 0
    else:
        with pytest.raises(sc.UnitMismatchError):
            conversion_factor(a, b)


@given(SIMPLE, st.sampled_from(["", " ", "  "]))
def test_spaces_around_do_not_matter(name: str, space: str) -> None:
    assert parse_unit(space + name + space).factor == parse_unit(name).factor


@given(st.sampled_from(KINDS["mass"]), st.sampled_from(["CO2", "CO₂", "co2", "二氧化碳"]))
def test_a_substance_changes_no_size(name: str, substance: str) -> None:
    unit = parse_unit(f"{name} {substance}")
    assert unit.substance == "CO2"
    assert unit.factor == parse_unit(name).factor
    assert isinstance(unit.factor, Fraction)


@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_a_clear_error(text: str) -> None:
    with suppress(sc.UnitMismatchError):  # and nothing else
        assert parse_unit(text).factor > 0
