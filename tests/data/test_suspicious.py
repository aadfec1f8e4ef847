"""Numbers that smell of a slip, each kind on a table small enough to see it by eye."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from spatialcarbon.core.language import Text
from spatialcarbon.data.schema import UNDATED
from spatialcarbon.data.suspicious import FAR, JUMP, REPEATS, Suspicion, suspicious_values

YEARS = [2014, 2015, 2016, 2017, 2018]


def table(**rows: list[float]) -> pd.DataFrame:
    """Places with their values by year."""
    width = len(next(iter(rows.values())))
    return pd.DataFrame(rows, index=YEARS[:width]).T


def found(grid: pd.DataFrame, measure: str | None = "Mt CO2", name: str = "co2") -> list[Suspicion]:
    return suspicious_values(grid, name, measure)


def growing(first: float, at: dict[int, float] | None = None) -> list[float]:
    """Numbers that grow by 2 per cent a year; those in ``at`` are multiplied besides."""
    return [first * 1.02**year * (at or {}).get(year, 1.0) for year in range(5)]


def test_a_table_in_order_is_not_suspected() -> None:
    assert found(table(a=growing(50), b=growing(20), c=growing(31))) == []


@pytest.mark.parametrize(
    ("at", "years"),
    [
        ({2: 10}, (2016,)),
        ({2: 10, 3: 10}, (2016, 2017)),
        ({3: 10, 4: 10}, (2017, 2018)),  # away and not back: the later years are the fewer
        ({0: 10}, (2014,)),  # the earlier ones are
        ({0: 10, 1: 10}, (2014, 2015)),
        ({1: 0.1}, (2015,)),
        ({1: 100}, (2015,)),
    ],
)
def test_a_moved_decimal_is_one_suspicion(at: dict[int, float], years: tuple[int, ...]) -> None:
    first = {0: 2014, 1: 2015, 2: 2016, 3: 2017}[min(at)] - 2014
    (one,) = found(table(a=growing(50), b=growing(20, at), c=growing(31)))
    assert (one.unit, one.years, one.kind) == ("b", years, "jump")
    assert one.usual == pytest.approx(20 * 1.02**first)
    assert one.factor == pytest.approx(next(iter(at.values())))


def test_two_slips_of_a_place_are_two_suspicions() -> None:
    ones = found(table(a=growing(50), b=growing(20, {1: 10, 3: 0.1}), c=growing(31)))
    assert [(one.years, one.kind) for one in ones] == [((2015,), "jump"), ((2017,), "jump")]


@pytest.mark.parametrize(
    ("times", "suspected"),
    [(10**JUMP * 0.99, False), (10**JUMP * 1.03, True), (10**1.4, False), (22.0, True)],
)
def test_only_large_jumps_by_about_a_power_of_ten_count(times: float, suspected: bool) -> None:
    ones = found(table(a=growing(50), b=growing(20, {2: times}), c=growing(31)))
    assert bool(ones) is suspected


def test_a_noisy_table_raises_no_alarm() -> None:
    noise = np.random.default_rng(5).normal(0, 0.4, (30, 5))
    noisy = pd.DataFrame(50 * 10**noise, columns=YEARS)
    assert (np.abs(np.diff(noise, axis=1)) > JUMP).sum() > 10
    assert found(noisy) == []


@pytest.mark.parametrize(("spread", "suspected"), [(0.11, True), (0.115, False)])
def test_a_jump_is_weighed_by_the_usual_spread_of_changes(spread: float, suspected: bool) -> None:
    # Six times 1.4826 times the median: 0.98 and 1.02 about the jump of one order of magnitude.
    steps = [-spread] * 5 + [0.0] + [spread] * 4 + [1.0]
    grid = pd.DataFrame({2014: [50.0] * 11, 2015: [50 * 10**step for step in steps]})
    assert [one.unit for one in found(grid)] == ([10] if suspected else [])


@pytest.mark.parametrize(("spread", "suspected"), [(0.3, True), (0.4, True), (0.41, False)])
def test_a_place_is_far_by_the_usual_spread_of_places(spread: float, suspected: bool) -> None:
    # Five times 1.4826 times the median: 2.97 and 3.04 about the three orders of magnitude.
    levels = [-spread] * 5 + [0.0] + [spread] * 4 + [3.0]
    grid = pd.DataFrame({year: [50 * 10**level for level in levels] for year in YEARS})
    ones = [one for one in found(grid) if one.kind != "repeated"]
    assert [(one.unit, one.kind) for one in ones] == ([(10, "scale")] if suspected else [])


def test_a_change_of_all_places_is_one_of_the_unit_of_measure() -> None:
    at = {3: 10.0, 4: 10.0}
    (one,) = found(table(a=growing(50, at), b=growing(20, at), c=growing(31, at)))
    assert (one.unit, one.years, one.kind) == (None, (2017,), "whole year")
    assert one.factor == pytest.approx(10 * 1.02)
    assert "about 10 times the year before" in one.said(Text("b")).render("en")
    # Of two places nobody can say which is the usual one.
    two = found(table(a=growing(50, at), b=growing(20, at)))
    assert not [one for one in two if one.kind == "whole year"]


def test_a_place_far_from_all_others_may_be_in_another_unit() -> None:
    rows = {name: growing(value) for name, value in zip("abcde", (50, 20, 31, 44, 27), strict=True)}
    assert found(table(**rows)) == []
    rows["c"] = growing(31 * 10**FAR * 10)
    (one,) = found(table(**rows))
    assert (one.unit, one.years, one.kind) == ("c", (2014, 2018), "scale")
    assert one.value == pytest.approx(31_000 * 1.02**2)
    assert one.usual == pytest.approx(44 * 1.02**2)
    for without in (None, "km2/km2", "%"):  # of shares and ratios nothing is known
        assert found(table(**rows), without) == []
    del rows["e"]  # four places are too few to say what is usual
    assert found(table(**rows)) == []


def test_a_place_that_jumps_is_not_far_as_well_and_hides_no_other() -> None:
    rows = {name: growing(50 + place) for place, name in enumerate("abcdefgh")}
    rows["b"] = growing(50e3, {0: 0.1})
    rows["f"] = growing(60e3)
    ones = found(table(**rows))
    assert [(one.unit, one.kind) for one in ones] == [("b", "jump"), ("f", "scale")]


def test_a_place_without_any_number_is_not_far_and_counts_for_nothing() -> None:
    rows = {name: growing(value) for name, value in zip("abcd", (50, 20, 31, 44), strict=True)}
    rows["c"] = growing(31e3)
    assert found(table(**rows, e=[math.nan] * 5)) == []


def test_signs_of_what_cannot_be_negative() -> None:
    grid = table(a=growing(50), b=[20, -21, 0, 22, 0], c=growing(31))
    ones = [one for one in found(grid) if one.kind in ("negative", "zero")]
    assert [(one.unit, one.years, one.kind, one.value) for one in ones] == [
        ("b", (2015,), "negative", -21.0),
        ("b", (2016, 2018), "zero", 0.0),
    ]
    first = found(table(a=growing(50), b=[1, -0.5, 1, 2, 1]))[0]
    assert (first.kind, first.value) == ("negative", -0.5)
    for options in ({"measure": None}, {"name": "sink_forest"}, {"name": "net_co2"}):
        kinds = {one.kind for one in found(grid, **options)}  # type: ignore[arg-type]
        assert not kinds & {"negative", "zero"}


@pytest.mark.parametrize(
    ("numbers", "years"),
    [
        ([7, 7, 7, 8, 9], (2014, 2015, 2016)),
        ([6, 7, 8, 8, 8], (2016, 2017, 2018)),
        ([6, 7, 7, 8, 8], None),
        ([0, 0, 0, 8, 9], None),
    ],
)
def test_a_number_carried_forward(numbers: list[float], years: tuple[int, ...] | None) -> None:
    assert REPEATS == 3
    ones = [one for one in found(table(a=growing(5), b=numbers)) if one.kind == "repeated"]
    assert [(one.unit, one.years, one.value) for one in ones] == (
        [("b", years, numbers[YEARS.index(years[0])])] if years else []
    )
    assert not [one for one in found(table(b=numbers), "km2") if one.kind == "repeated"]


@pytest.mark.parametrize(
    ("kind", "value", "usual", "years", "said"),
    [
        ("jump", 220.0, 22.0, (2017,), "B 2017: 220, about 10 times what the years around it"),
        ("jump", 2.2, 220.0, (2016, 2017), "B 2016–2017: 2.2, about 1/100 of what the years"),
        ("scale", 12_345.6, 12.0, (UNDATED,), "B: 12,346, about 1,000 times the middle"),
        ("negative", -1.5, math.nan, (2015,), "B 2015: -1.5 is below zero"),
        ("zero", 0.0, math.nan, (2015, 2016), "B 2015–2016: zero: or is it not known?"),
        ("repeated", 7.0, math.nan, (2015, 2017), "B 2015–2017: the same number every year (7)"),
    ],
)
def test_the_sentence(
    kind: str, value: float, usual: float, years: tuple[int, ...], said: str
) -> None:
    one = Suspicion(variable="co2", unit="B", years=years, kind=kind, value=value, usual=usual)  # type: ignore[arg-type]
    assert one.said(Text("B")).render("en").startswith(said)
    assert "B" in one.said(Text("B")).render("zh")
