"""What holds for a compensation of any places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=25, deadline=None)
AMOUNT = st.integers(100, 10**6).map(float)


@st.composite
def some_places(draw: Any) -> pd.DataFrame:
    """Draw places whose emissions are above their sinks together."""
    n = draw(st.integers(2, 8))
    rows = draw(
        st.lists(
            st.tuples(AMOUNT, st.integers(1, 10**5).map(float), AMOUNT), min_size=n, max_size=n
        )
    )
    places = pd.DataFrame(
        rows, index=[f"城{i}" for i in range(n)], columns=["emission", "sink", "gdp"]
    )
    assume(places["sink"].sum() < 0.9 * places["emission"].sum())
    return places


@few
@given(some_places(), st.sampled_from(["corrected", "emission"]), st.floats(0, 2), st.floats(0, 2))
def test_shares_average_and_balance(places: Any, baseline: Any, a: float, b: float) -> None:
    result = sc.compensate(places, price=60, baseline=baseline, a=a, b=b)
    table = result.table
    size = places["emission"].sum()
    assert abs(table["deviation"].sum()) <= 1e-9 * size
    assert np.isclose(table["share"].sum(), 1)
    part = places["emission"] / size
    assert np.isclose((part * table["ecc"]).sum(), 1)
    assert np.isclose((part * table["esc"]).sum(), 1)
    account = result.account
    assert np.isclose(account["paid"], account["received"], rtol=1e-9)
    assert abs(table["amount"].sum()) <= 1e-9 * max(account["paid"], 1)


@few
@given(some_places(), st.floats(0.01, 1000), st.floats(0.01, 100))
def test_linear_in_price_and_in_size(places: Any, price: float, size: float) -> None:
    one = sc.compensate(places, price=1).table
    dear = sc.compensate(places, price=price).table
    floor = 1e-9 * places["emission"].sum()
    np.testing.assert_allclose(dear["amount"], one["amount"] * price, atol=floor * price)
    assert dear["role"].equals(one["role"])
    grown = places.assign(emission=places["emission"] * size, sink=places["sink"] * size)
    scaled = sc.compensate(grown, price=1).table
    np.testing.assert_allclose(scaled["deviation"], one["deviation"] * size, atol=floor * size)
    richer = sc.compensate(places.assign(gdp=places["gdp"] * size), price=1).table
    np.testing.assert_allclose(richer["deviation"], one["deviation"], atol=floor)


@few
@given(
    some_places(),
    st.sampled_from(["proportional", "fewest"]),
    st.sampled_from(["receivers", "payers", "none"]),
    st.floats(0, 0.4),
    st.floats(0, 0.4),
    st.permutations(range(8)),
)
def test_settlements_pay_what_is_owed(
    places: Any, rule: Any, balance: Any, fee: float, reserve: float, order: list[int]
) -> None:
    options = {"balance": balance, "fee": fee, "reserve": reserve, "settlement": rule}
    result = sc.compensate(places, price=7, **options)
    amount, matrix = result.table["amount"], result.settlement.matrix
    floor = 1e-8 * max(result.account["paid"], result.account["received"], 1)
    rows = matrix.sum(axis=1).reindex(amount.index, fill_value=0.0)
    columns = matrix.sum().reindex(amount.index, fill_value=0.0)
    np.testing.assert_allclose(rows, amount.clip(lower=0), atol=floor)
    np.testing.assert_allclose(columns, -amount.clip(upper=0), atol=floor)
    kept = result.account[["fee", "reserve", "fund_balance"]].sum()
    assert abs(result.account["paid"] - result.account["received"] - kept) <= floor
    assert result.settlement.lower_bound <= max(result.settlement.n, 0)
    mixed = places.iloc[[i for i in order if i < len(places)]]
    again = sc.compensate(mixed, price=7, **options)
    np.testing.assert_allclose(again.table["amount"].loc[amount.index], amount, atol=floor)


@few
@given(some_places(), st.floats(0.0001, 10))
def test_a_cap_is_never_broken_and_only_lowers_payments(places: Any, cap: float) -> None:
    free, capped = sc.compensate(places, price=7), sc.compensate(places, price=7, cap=cap)
    paid = capped.table["amount"].clip(lower=0)
    assert (paid <= cap * places["gdp"] * (1 + 1e-12)).all()
    assert (paid <= free.table["amount"].clip(lower=0) * (1 + 1e-12)).all()
    assert capped.table["role"].equals(free.table["role"])
