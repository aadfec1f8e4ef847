"""A header's unit is read whole or not at all: half of it would be a factor of ten thousand."""

from __future__ import annotations

import pytest

from spatialcarbon.data.headers import known_measure, measure_of, quantity_of, variable_name


@pytest.mark.parametrize(
    ("header", "measure"),
    [
        ("co2 10^4 t", "10^4 t"),
        ("co2, 10000 t", "10^4 t"),
        ("CO2_10_kt", "10^4 t"),
        ("output 10 kt", "10^4 t"),
        ("population 10 000 persons", "10^4 persons"),
        ("GDP 10^8 yuan", "10^8 CNY"),
        ("GDP 100 million yuan", "10^8 CNY"),
        ("emissions million tons", "Mt"),
        ("emissions, million tonnes", "Mt"),
        ("area sq km", "km2"),
        ("co2_2020_mt", "Mt"),
        ("co2 of 1999 Mt", "Mt"),
    ],
)
def test_a_unit_of_several_words_is_read_whole(header: str, measure: str) -> None:
    assert measure_of(header) == measure


@pytest.mark.parametrize(
    "header",
    [
        *("co2 100 Mt", "co2 10k t", "co2 2.5 t", "co2 thousand tonnes", "GDP billion yuan"),
        *("GDP trillion CNY", "population million persons", "GDP 亿 yuan", "co2 2199 t"),
    ],
)
def test_a_multiple_that_is_not_known_is_not_dropped(header: str) -> None:
    assert measure_of(header) is None


@pytest.mark.parametrize("header", ["Mt", "kt", "ha", "%", "吨"])
def test_a_word_alone_is_a_name(header: str) -> None:
    assert measure_of(header) is None


def test_of_several_brackets_the_last_unit_counts() -> None:
    assert measure_of("钢产量（吨）（万吨）") == "万吨"
    assert measure_of("钢产量（万吨）（2020）") == "万吨"
    assert measure_of("steel (Mt) t") == "Mt"


def test_digits_are_no_unit() -> None:
    assert known_measure("2020") is None
    assert known_measure(" 单位：万吨 ") == "万吨"


@pytest.mark.parametrize(
    ("header", "variable"),
    [
        ("城镇化率", "urbanisation"),
        ("Share of urbanisation", "urbanisation"),
        ("GDP指数", None),
        ("人口增长率", None),
        ("能源消费总量占比", None),
        ("emissions growth", None),
        ("指标（GDP）", "gdp"),
    ],
)
def test_a_rate_of_a_quantity_is_another(header: str, variable: str | None) -> None:
    found = quantity_of(header)
    assert (found.variable if found else None) == variable


def test_a_taken_name_gets_the_next_free_number() -> None:
    assert variable_name("Steel (Mt)", ["steel"], 1) == "steel_2"
    assert variable_name("Steel (t)", ["steel", "steel_2", "steel_3"], 1) == "steel_4"
    assert variable_name("钢", ["variable_7", "variable_7_2"], 7) == "variable_7_3"
    assert variable_name("x", [], 4) == "variable_4"
    assert variable_name("xy", [], 4) == "xy"
