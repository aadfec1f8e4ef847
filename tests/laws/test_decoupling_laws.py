"""What holds for decoupling of any two series."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=60, deadline=None)
AMOUNT = st.integers(1, 400)


def panel(rows: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    units = [f"u{i}" for i in range(len(rows))]
    first = pd.DataFrame(
        {"unit": units, "year": 2000, "co2": [r[0] for r in rows], "gdp": [r[2] for r in rows]}
    )
    last = first.assign(year=2010, co2=[r[1] for r in rows], gdp=[r[3] for r in rows])
    return pd.concat([first, last]).astype({"co2": float, "gdp": float})


def by_hand(c0: int, c1: int, g0: int, g1: int) -> str:
    """Name the state in exact fractions, sector by sector."""
    if g0 == g1:
        return "undefined"
    e = Fraction(c1 - c0, c0) / Fraction(g1 - g0, g0)
    grows = g1 > g0
    if e < 0:
        return "strong decoupling" if grows else "strong negative decoupling"
    if e < Fraction(8, 10):
        return "weak decoupling" if grows else "weak negative decoupling"
    if e <= Fraction(12, 10):
        return "expansive coupling" if grows else "recessive coupling"
    return "expansive negative decoupling" if grows else "recessive decoupling"


@few
@given(st.lists(st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT), min_size=1, max_size=8))
def test_states_are_those_of_exact_fractions(rows: list[tuple[int, int, int, int]]) -> None:
    found = sc.decoupling(panel(rows), unit="unit", year="year")
    assert found["state"].tolist() == [by_hand(*row) for row in rows]


@few
@given(
    st.lists(st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT), min_size=1, max_size=5),
    st.sampled_from([0.01, 3.0, 44 / 12, 1e6]),
)
def test_units_of_measure_do_not_matter(rows: Any, factor: float) -> None:
    table = panel(rows)
    plain = sc.decoupling(table, unit="unit", year="year")
    scaled = sc.decoupling(
        table.assign(co2=table["co2"] * factor, gdp=table["gdp"] / factor), unit="unit", year="year"
    )
    assert scaled["state"].tolist() == plain["state"].tolist()
    np.testing.assert_allclose(scaled["elasticity"], plain["elasticity"], rtol=1e-9, atol=1e-12)


@few
@given(st.lists(st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT), min_size=1, max_size=5))
def test_a_strong_effort_is_one_that_keeps_emissions_from_growing(rows: Any) -> None:
    table = panel(rows)
    result = sc.decompose(table, identity="co2 = gdp * (co2/gdp)", unit="unit", year="year")
    effort = sc.decoupling_effort(result, activity="gdp").set_index("unit")
    for at, (c0, c1, g0, g1) in enumerate(rows):
        row = effort.loc[f"u{at}"]
        if g1 <= g0:
            assert row["state"] == "undefined"
            continue
        assert (row["state"] == "strong effort") == (c1 <= c0)
        np.testing.assert_allclose((1 - row["effort"]) * row["activity"], c1 - c0, atol=1e-9)
