from __future__ import annotations

from fractions import Fraction

import pytest

from spatialcarbon.core.errors import UnitMismatchError
from spatialcarbon.core.units import carbon_to_co2, conversion_factor, parse_unit


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        # METHODS §0
        ("万t", "t", 1e4),
        ("亿t", "t", 1e8),
        ("Mt", "t", 1e6),
        ("Gt", "Mt", 1e3),
        ("kg", "t", 1e-3),
        ("万元", "元", 1e4),
        ("亿元", "yuan", 1e8),
        ("万亿元", "亿元", 1e4),
        ("万人", "person", 1e4),
        ("hm²", "km²", 0.01),
        ("ha", "km2", 0.01),
        ("千公顷", "ha", 1e3),
        ("千公顷", "km2", 10),
        ("m²", "km²", 1e-6),
        ("%", "fraction", 0.01),
        # one thing, several spellings
        ("10⁴ t", "万吨", 1),
        ("10^4 t", "10kt", 1),
        ("10⁸ CNY", "亿元", 1),
        ("Mt CO2", "Mt", 1),
        ("Mt CO₂", "万吨CO2", 100),
        ("万吨二氧化碳", "t CO2", 1e4),
        ("t", "t CO2", 1),
        # quotients
        ("t/person", "t/万人", 1e4),
        ("万吨/亿元", "t/万元", 1),
        ("万吨/平方公里", "t/km2", 1e4),
        ("t CO2/person", "kg/人", 1e3),
    ],
)
def test_conversions(source: str, target: str, factor: float) -> None:
    assert conversion_factor(source, target) == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("t", "km2"),
        ("t/person", "t"),
        ("t", "1/t"),
        ("person", "元"),
        ("m3", "m2"),
        ("%", "t"),
        ("t/km2", "t/person"),
    ],
)
def test_different_things_do_not_convert(source: str, target: str) -> None:
    with pytest.raises(UnitMismatchError, match="cannot be turned into"):
        conversion_factor(source, target)


@pytest.mark.parametrize(("source", "target"), [("t C", "t CO2"), ("Mt CO2", "万吨碳")])
def test_carbon_is_not_carbon_dioxide(source: str, target: str) -> None:
    with pytest.raises(UnitMismatchError, match="different substances") as caught:
        conversion_factor(source, target)
    assert "44/12" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["mt", "tons", "t/", "t/t/t", "kilotonne", "CO2", "104 t", "t CO3", "km²²"]
)
def test_unknown_units_are_not_guessed(text: str) -> None:
    if text == "t/":  # a quotient without a denominator is the plain unit
        assert parse_unit(text).dimension == "mass"
        return
    with pytest.raises(UnitMismatchError, match="not a unit of measure"):
        parse_unit(text)


def test_a_near_miss_is_corrected() -> None:
    with pytest.raises(UnitMismatchError) as caught:
        parse_unit("persns")
    assert "fix: person" in str(caught.value)


def test_the_ratio_of_masses_is_exact() -> None:
    assert carbon_to_co2(3.0) == 11.0
    assert parse_unit("千公顷").factor == Fraction(10)


def test_substance_is_read() -> None:
    assert [parse_unit(x).substance for x in ("t C", "Mt CO2", "亿吨碳", "t")] == [
        "C",
        "CO2",
        "C",
        "",
    ]
