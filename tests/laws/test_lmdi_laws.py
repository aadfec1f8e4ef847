"""What holds for decompositions of any data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=25)
KAYA = ["population", "gdp", "industry", "co2"]
VALUE = st.floats(1e-3, 1e6)


@st.composite
def panels(draw: Any, years: int = 2) -> pd.DataFrame:
    """Draw a few cities in a few years, some of which do not change."""
    n = draw(st.integers(1, 5))
    rows = draw(st.lists(st.tuples(*[VALUE] * 4), min_size=n * years, max_size=n * years))
    table = pd.DataFrame(rows, columns=KAYA)
    table["unit"], table["year"] = np.repeat(np.arange(n), years), np.tile(np.arange(years), n)
    for name in draw(st.sets(st.sampled_from(KAYA), max_size=2)):
        table[name] = table.groupby("unit")[name].transform("first")
    return table


def close(a: Any, b: Any, scale: float) -> None:
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-9, atol=1e-11 * scale)


@few
@given(panels(years=3), st.booleans())
def test_it_closes(table: pd.DataFrame, chain: bool) -> None:
    result = sc.decompose(table, chain=chain)
    co2 = table.set_index(["unit", "year"])["co2"].unstack()
    scale = table["co2"].max() * 100
    close(result.effects.groupby("unit")["effect"].sum(), co2[2] - co2[0], scale)
    close(result.effects.groupby("unit")["ratio"].prod(), co2[2] / co2[0], 1)
    close(result.total["ratio"].prod(), co2[2].sum() / co2[0].sum(), 1)
    assert result.residual["relative"].max() < 1e-9
    other = sc.decompose(table, chain=chain, form="multiplicative")
    assert other.residual["relative"].max() < 1e-9


@few
@given(panels())
def test_time_reversal(table: pd.DataFrame) -> None:
    forth, back = sc.decompose(table).effects, sc.decompose(
        table.assign(year=1 - table["year"])
    ).effects  # fmt: skip
    assert (forth["effect"] == -back["effect"]).all()
    np.testing.assert_allclose(forth["ratio"] * back["ratio"], 1, rtol=1e-12)


@few
@given(panels(), st.lists(st.integers(0, 2), min_size=5, max_size=5))
def test_consistency_in_aggregation(table: pd.DataFrame, labels: list[int]) -> None:
    result = sc.decompose(table)
    groups = pd.Series(labels[: len(result.units)], index=result.units)
    parts = result.aggregate(groups)
    scale = table["co2"].max() * 100
    close(parts.groupby("factor", sort=False)["effect"].sum(), result.total["effect"], scale)
    # ratios: the logarithms of the groups, weighted with their logarithmic means, are the whole's
    close(result.aggregate({"all": result.units})["ratio"], result.total["ratio"], 1)


@few
@given(panels(), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(1e-3, 1e3))
def test_units_of_measure(table: pd.DataFrame, people: float, money: float, co2: float) -> None:
    plain = sc.decompose(table).effects
    scaled = sc.decompose(
        table.assign(
            population=table["population"] * people,
            gdp=table["gdp"] * money,
            industry=table["industry"] * money,
            co2=table["co2"] * co2,
        )
    ).effects
    scale = table["co2"].max() * co2 * 100
    close(scaled["effect"], plain["effect"] * co2, scale)
    close(scaled["ratio"], plain["ratio"], 1)


@few
@given(panels(), st.sampled_from(KAYA[:3]))
def test_what_does_not_change_has_no_effect(table: pd.DataFrame, name: str) -> None:
    table[name] = table.groupby("unit")[name].transform("first")
    identity = f"co2 = own: {name} * rest: (co2/{name})"
    effects = sc.decompose(table, identity=identity).effects.query("factor == 'own'")
    assert (effects["effect"] == 0).all()
    assert (effects["ratio"] == 1).all()


@few
@given(panels(years=4))
def test_stages_of_a_chain_add(table: pd.DataFrame) -> None:
    parts = sc.decompose(table, stages=[(0, 1), (1, 3)], chain=True)
    whole = sc.decompose(table, chain=True, cumulative=0)
    scale = table["co2"].max() * 100
    sums = parts.effects.groupby(["unit", "factor"], sort=False)["effect"].sum()
    close(sums, whole.effects["effect"], scale)
    close(parts.effects.groupby(["unit", "factor"], sort=False)["ratio"].prod(),
          whole.effects["ratio"], 1)  # fmt: skip
    close(whole.cumulative.query("year == 3")["effect"], whole.effects["effect"], scale)


@few
@given(panels(), st.floats(0.05, 0.95))
def test_categories_that_are_alike_do_not_matter(table: pd.DataFrame, part: float) -> None:
    """Splitting a place into two that are alike leaves its effects as they are."""
    two = pd.concat(
        [
            table.assign(kind=kind, **{name: table[name] * share for name in ("industry", "co2")})
            for kind, share in (("a", part), ("b", 1 - part))
        ]
    )
    summed = sc.decompose(
        two,
        identity="co2 = sum over kind of population * (gdp/population) * (industry[kind]/gdp) * "
        "(co2[kind]/industry[kind])",
    )
    plain = sc.decompose(table)
    close(summed.effects["effect"], plain.effects["effect"], table["co2"].max() * 100)


@pytest.mark.parametrize("zeros", ["limit", "small"])
def test_options_for_zeros_do_nothing_without(zeros: Any) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.uniform(1, 9, (6, 4)), columns=KAYA)
    table = table.assign(unit=[0, 0, 1, 1, 2, 2], year=[0, 1] * 3)
    plain = sc.decompose(table)
    assert sc.decompose(table, zeros=zeros).effects.equals(plain.effects)
