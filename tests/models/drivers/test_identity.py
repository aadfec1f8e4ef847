"""Reading identities: what they mean, and what is said about wrong ones."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spatialcarbon as sc
from spatialcarbon.models.drivers.identity import Variable, parse_identity
from spatialcarbon.models.drivers.identity_names import factor_names

KAYA = "co2 = population * (gdp/population) * (industry/gdp) * (co2/industry)"
FUELS = "co2 = sum over fuel of population * (gdp/population) * (energy[fuel]/gdp) * (co2[fuel]/energy[fuel])"  # noqa: E501


def keys(words: str) -> tuple[str, ...]:
    return factor_names(parse_identity(words))[0]


def test_kaya() -> None:
    identity = parse_identity(KAYA)
    assert identity.outcome == "co2"
    assert identity.levels == ()
    names, titles = factor_names(identity)
    assert names == ("population", "affluence", "structure", "intensity")
    assert [titles[name].render("zh") for name in names] == [
        "人口规模", "人均产出", "产业结构", "碳排放强度"
    ]  # fmt: skip


def test_fuels() -> None:
    identity = parse_identity(FUELS)
    assert identity.levels == ("fuel",)
    assert identity.held_by == {
        "co2": ("fuel",), "population": (), "gdp": (), "energy": ("fuel",)
    }  # fmt: skip
    assert keys(FUELS) == ("population", "affluence", "energy_intensity", "carbon_content")


def test_several_levels() -> None:
    identity = parse_identity(
        "c = sum over sector, fuel of g * (g[sector]/g) * (e[sector]/g[sector]) * "
        "(e[fuel, sector]/e[sector]) * (c[sector,fuel]/e[sector,fuel])"
    )
    assert identity.levels == ("sector", "fuel")
    assert Variable("e", ("sector", "fuel")) in identity.variables
    assert identity.held_by["g"] == ("sector",)
    assert keys("c = sum over s of g * (g[s]/g) * (c[s]/g[s])") == ("g", "mix", "c[s]/g[s]")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("co2_mt=pop*(gdp_real/pop)*(co2_mt/gdp_real)", ("population", "affluence", "intensity")),
        ("碳排放 ＝ 常住人口 × （GDP／常住人口）·（碳排放÷GDP）",
         ("population", "affluence", "intensity")),
        ("co2 = `GDP (亿元)` * (co2/`GDP (亿元)`)", ("gdp", "intensity")),
        ("co2 = households * (co2/households)", ("households", "co2/households")),
        ("co2 = scale: gdp * technique: (co2/gdp)", ("scale", "technique")),
        ("co2 = affluence: (gdp/population) * (co2*population/gdp)",
         ("affluence", "co2*population/gdp")),
        ("co2 = (a/b/c) * (co2*b*c/a)", ("a/b/c", "co2*b*c/a")),
        ("co2 = (a/(b*c)) * (co2*b*c/a)", ("a/(b*c)", "co2*b*c/a")),
        ("co2 = sum * (co2/sum)", ("sum", "co2/sum")),
        ("co2 = co2", ("co2",)),
    ],
)  # fmt: skip
def test_ways_of_writing(words: str, expected: tuple[str, ...]) -> None:
    assert keys(words) == expected


def test_own_names() -> None:
    names = {"gdp/population": ("wealth", "富裕程度"), "intensity": "technique"}
    found, titles = factor_names(parse_identity(KAYA), names)
    assert found[1] == "affluence"
    assert titles["affluence"].render("zh") == "富裕程度"
    assert titles["intensity"].render("zh") == titles["intensity"].render("en") == "technique"
    with pytest.raises(sc.OptionError, match="no such factor"):
        factor_names(parse_identity(KAYA), {"wealth": "x"})
    with pytest.raises(sc.OptionError, match="is not a name"):
        factor_names(parse_identity(KAYA), {"affluence": 3})


def test_factors_with_one_name() -> None:
    with pytest.raises(sc.SchemaError, match="have one name"):
        keys("co2 = x: gdp * x: (co2/gdp)")
    assert keys("e = g * (i/g) * (h/g) * (e*g/(i*h))")[1:3] == ("i/g", "h/g")
    guessed = "co2 = gdp * (secondary/gdp) * (industry/gdp) * (co2*gdp/(secondary*industry))"
    assert keys(guessed)[1:3] == ("secondary/gdp", "industry/gdp")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "no identity"),
        ("co2", "character 4: '=' is missing"),
        ("= a", "character 1: the variable that is explained is missing"),
        ("co2 = ", "a variable is missing"),
        ("co2 = 2 * co2", "character 7: a variable is missing"),
        ("co2 = population * gdp/population", "character 23: a ratio that is a factor"),
        ("co2 = (gdp/population", r"'\)' is missing"),
        ("co2 = gdp (co2/gdp)", r"character 11: '\*' is missing"),
        ("co2 = gdp + co2", r"character 11: '\*' is missing"),
        ("co2 = (a - b)", r"'\)' is missing"),
        ("co2[fuel] = a", "no categories"),
        ("co2 = a[fuel]", "does not sum"),
        ("co2 = sum over fuel, fuel of co2[fuel]", "sums twice"),
        ("co2 = sum over fuel co2[fuel]", "'of' is missing"),
        ("co2 = sum over fuel of co2[fuel, fuel]", "taken twice"),
        ("co2 = sum over fuel of co2[fuel", r"'\]' is missing"),
        ("co2 = (gdp/gdp) * co2", "always one"),
        ("co2 = " + "(" * 50 + "co2" + ")" * 50, "too deep"),
        ("co2 = " + "a*" * 6000 + "a", "too long"),
        ("co2 = a:", "a variable is missing"),
    ],
)
def test_what_cannot_be_read(words: str, said: str) -> None:
    with pytest.raises(sc.SchemaError, match=said) as caught:
        parse_identity(words)
    assert caught.value.render("zh") != caught.value.render("en")


@pytest.mark.parametrize(
    ("words", "over", "back"),
    [
        ("co2 = population * (gdp/population) * (co2/industry)", "gdp / industry",
         "industry / gdp"),
        ("co2 = population * (gdp/population)", "gdp / co2", "co2 / gdp"),
        ("co2 = gdp * gdp * (co2/gdp)", "gdp", "1 / gdp"),
        ("co2 = sum over fuel of gdp * (energy/gdp) * (co2[fuel]/energy[fuel])",
         r"energy / energy\[fuel\]", r"energy\[fuel\] / energy"),
        ("co2 = sum over fuel of gdp * (co2/gdp)", r"co2 / co2\[fuel\]", r"co2\[fuel\] / co2"),
    ],
)  # fmt: skip
def test_what_is_left_over(words: str, over: str, back: str) -> None:
    with pytest.raises(sc.SchemaError, match=rf": {over} is left over") as caught:
        parse_identity(words)
    assert back.replace("\\", "") in str(caught.value)


def test_not_a_text() -> None:
    with pytest.raises(sc.SchemaError, match="no identity"):
        parse_identity(None)  # type: ignore[arg-type]


PIECES = ["co2", "gdp", "a", "fuel", "sum", "over", "of", *"=*/()[],:`+2 \n（"]


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
def test_any_text_is_an_identity_or_an_error(words: str) -> None:
    for text in (words, f"co2 = {words}", f"co2 = sum over fuel of {words} * co2[fuel]"):
        with suppress(sc.SchemaError):
            assert factor_names(parse_identity(text))[0]
