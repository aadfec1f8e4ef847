"""Words of the report as each language sets them."""

from __future__ import annotations

import pytest

from spatialcarbon.report.document_text import NBSP, citation, pretty, typeset


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("10^4 t CO2/km2", "10⁴ t CO₂/km²"),
        ("10^12 CNY", "10¹² CNY"),
        ("km2m2", "km2m2"),
        ("5 m2", "5 m²"),
        ("2017", "2017"),
    ],
)
def test_signs_as_print_has_them(plain: str, shown: str) -> None:
    assert pretty(plain) == shown


@pytest.mark.parametrize(
    ("plain", "english", "chinese"),
    [
        ("from 5 to 15.1 Mt CO2", "from 5 to 15.1_Mt_CO₂", "from 5 to 15.1_Mt_CO₂"),
        ("12 km2 and 5 %", "12_km² and 5_%", "12_km² and 5%"),
        ("7 tons, 3 thirds", "7 tons, 3 thirds", "7 tons, 3 thirds"),
        ("(p = 0.05)", "(p_=_0.05)", "(p_=_0.05)"),
        ("共 5 个 city 地区", "共 5 个 city 地区", "共5个city地区"),
        ("上海, 杭州; 宁波: 好", "上海, 杭州; 宁波: 好", "上海，杭州；宁波：好"),
        ("指数(p < 0.05)为", "指数(p_<_0.05)为", "指数（p_<_0.05）为"),
        ("占 5.5 % 的", "占 5.5_% 的", "占5.5%的"),
        ("值为(b + 1)/(R + 1)的", "值为(b + 1)/(R + 1)的", "值为(b + 1)/(R + 1)的"),
        ("GDP (亿元)", "GDP (亿元)", "GDP（亿元）"),
        ("f(x), a: b", "f(x), a: b", "f(x), a: b"),
    ],
)
def test_words_are_set_as_each_language_sets_them(plain: str, english: str, chinese: str) -> None:
    assert typeset(plain, "en").replace(NBSP, "_") == english
    assert typeset(plain, "zh").replace(NBSP, "_") == chinese


def test_numbers_of_works() -> None:
    assert citation([]) == ""
    assert citation([3, 2, 2]) == "2, 3"
    assert citation([1, 2, 3, 5]) == "1–3, 5"
