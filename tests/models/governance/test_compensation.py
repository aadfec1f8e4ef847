"""Compensation: money, options, edges, mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

PLACES = pd.DataFrame(
    {
        "emission": [400.0, 350, 250],
        "sink": [20.0, 60, 120],
        "gdp": [500.0, 300, 200],
        "population": [10.0, 9.0, 8.0],
        "stage": [1.0, 0.0, -1.0],
    },
    index=["甲", "b c", "C"],
)


def owed(**options: Any) -> pd.Series:
    return sc.compensate(PLACES, price=60, **options).table["amount"]


def closes(account: pd.Series) -> bool:
    parts = account[["fee", "reserve", "received", "fund_balance"]].sum()
    return bool(np.isclose(account["paid"], parts, rtol=1e-12))


def test_income_weighs_payers_within_bounds() -> None:
    result = sc.compensate(PLACES, price=60, ability="income", ability_bounds=(0.95, 1.3))
    mean = 1000 / 27
    factor = result.table["factor"].to_dict()
    assert factor == pytest.approx({"甲": 1.3, "b c": 0.95, "C": 1.0})
    assert 50 / mean > 1.3
    assert 300 / 9 / mean < 0.95
    plain = owed()
    assert result.table["amount"]["甲"] == pytest.approx(1.3 * plain["甲"])
    assert result.account["paid"] == pytest.approx(1.3 * plain["甲"] + 0.95 * plain["b c"])
    assert result.account["received"] == pytest.approx(result.account["paid"])
    assert result.account["due"] == pytest.approx(-plain["C"])
    assert result.table["per_head"]["甲"] == pytest.approx(1.3 * plain["甲"] / 10)
    inside = sc.compensate(PLACES, price=60, ability="income", ability_bounds=(0.1, 9)).table
    assert inside["factor"]["甲"] == pytest.approx(50 / mean)


def test_stage_weighs_everyone_by_a_growth_curve() -> None:
    table = sc.compensate(PLACES, price=60, ability="stage", balance="none").table
    grown = 2 / (1 + np.exp(-PLACES["stage"]))
    assert table["factor"].to_dict() == pytest.approx(grown.to_dict())
    np.testing.assert_allclose(table["amount"], owed() * grown)


def test_every_balance_books_every_yuan() -> None:
    kept = {"ability": "income", "fee": 0.02, "reserve": 0.08, "ability_bounds": (0.5, 1.2)}
    by_receivers = sc.compensate(PLACES, price=60, **kept)
    by_payers = sc.compensate(PLACES, price=60, balance="payers", **kept)
    by_none = sc.compensate(PLACES, price=60, balance="none", **kept)
    for result in (by_receivers, by_payers, by_none):
        assert closes(result.account)
        amount = result.table["amount"]
        assert amount.clip(lower=0).sum() == pytest.approx(result.account["paid"])
        assert -amount.clip(upper=0).sum() == pytest.approx(result.account["received"])
        matrix = result.settlement.matrix
        payers = amount[amount > 0]
        assert matrix.sum(axis=1)[payers.index].to_dict() == pytest.approx(payers.to_dict())
    assert by_receivers.account["fund_balance"] == 0
    assert by_receivers.account["received"] == pytest.approx(0.9 * by_receivers.account["paid"])
    assert by_receivers.account["fee"] == pytest.approx(0.02 * by_receivers.account["paid"])
    assert by_payers.account["received"] == pytest.approx(by_payers.account["due"])
    assert by_payers.account["paid"] == pytest.approx(by_payers.account["due"] / 0.9)
    assert by_none.account["fund_balance"] == pytest.approx(
        0.9 * by_none.account["paid"] - by_none.account["due"]
    )
    assert "does not close" in by_none.notes[0]
    assert "(platform)" in by_receivers.settlement.matrix.columns


def test_a_cap_cuts_payers_and_names_how_many() -> None:
    cut = sc.compensate(PLACES, price=60, cap=10.0)  # of a GDP of 500, 300, 200
    assert cut.table["amount"].round(6).tolist()[0] == 5000
    assert cut.table["capped"].tolist() == [True, False, False]
    assert cut.account["received"] == pytest.approx(5000 + owed()["b c"])
    assert cut.notes == ("payments cut by the cap: 1",)
    # With payers scaled, what the cap takes from one is spread over the others.
    room = sc.compensate(PLACES, price=60, cap=30.0, balance="payers", fee=0.2)
    need = -owed()["C"] / 0.8
    assert room.table["amount"]["甲"] == pytest.approx(
        min(30 * 500, need * owed()["甲"] / 11311.91)
    )
    tight = sc.compensate(PLACES, price=60, cap=20.0, balance="payers")
    assert tight.table["amount"]["甲"] == pytest.approx(10000)
    assert tight.table["amount"]["b c"] == pytest.approx(-owed()["C"] - 10000)
    with pytest.raises(sc.InfeasibleError, match="without breaking the cap"):
        sc.compensate(PLACES, price=60, cap=5.0, balance="payers")


def test_what_the_cap_takes_from_one_may_bring_the_next_to_the_cap() -> None:
    from spatialcarbon.models.governance.compensation_account import keep_books

    owed_ = pd.Series({"a": 50.0, "b": 30.0, "c": 10.0, "d": -90.0})
    limit = pd.Series({"a": 20.0, "b": 40.0, "c": 100.0, "d": 1.0})
    books = keep_books(owed_, limit, balance="payers", fee=0.0, reserve=0.0)
    # a stops at 20; b and c would share 70 as 3 : 1, so b stops at 40; c pays the other 30.
    assert books.amount.round(9).to_dict() == {"a": 20, "b": 40, "c": 30, "d": -90}
    assert books.capped.to_dict() == {"a": True, "b": True, "c": False, "d": False}


def test_prices_scale_and_leave_roles_alone() -> None:
    free = sc.compensate(PLACES, price=0)
    assert (free.table["amount"] == 0).all()
    assert free.table["role"].tolist() == ["payer", "payer", "receiver"]
    assert free.account.eq(0).all()
    assert free.settlement.n == 0
    assert free.notes == ()
    carbon = sc.compensate(PLACES, price=220, price_of="C").table["amount"]
    np.testing.assert_allclose(carbon, owed())


def test_units_are_converted_and_refused() -> None:
    told = PLACES.drop(columns=["stage"])
    measures = {"emission": "Mt CO2", "sink": "10^4 t CO2", "gdp": "10^8 CNY"}
    declared = told.copy()
    declared.attrs["units"] = measures
    for result in (sc.compensate(told, price=1, units=measures), sc.compensate(declared, price=1)):
        assert result.table["net"].tolist() == [399.8e6, 349.4e6, 248.8e6]
        assert result.table["gdp"].tolist() == [5e10, 3e10, 2e10]
    with pytest.raises(sc.UnitMismatchError, match="different substances"):
        sc.compensate(told, price=1, units={"sink": "t C"})
    with pytest.raises(sc.UnitMismatchError, match="does not say which column"):
        sc.compensate(told, price=1, units="Mt CO2")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="units names co2"):
        sc.compensate(told, price=1, units={"co2": "Mt CO2"})


def test_places_without_a_sink() -> None:
    bare = PLACES.assign(sink=[0.0, 60, 120])
    with pytest.warns(sc.SpatialCarbonWarning, match="1 places have no sink.*甲"):
        result = sc.compensate(bare, price=60)
    assert result.table.loc["甲", ["share", "baseline"]].tolist() == [0, 0]
    assert "pay for all they emit: 1" in result.notes[0]
    none = PLACES.assign(sink=0.0)
    with pytest.raises(sc.DegenerateDataError, match="no place has a sink"):
        sc.compensate(none, price=60)
    plain = sc.compensate(none, price=60, b=0)
    assert set(plain.table["zone"]) == {"undefined"}
    assert plain.zones.sum() == 3
    assert plain.table["esc"].isna().all()
    assert "zones are not defined" in plain.notes[0]


def test_a_net_sink_has_no_share_to_give() -> None:
    green = PLACES.assign(sink=[400.0, 400, 400])
    for baseline in ("corrected", "emission"):
        with pytest.raises(sc.DegenerateDataError, match=r"(?s)as much as they emit.*zero"):
            sc.compensate(green, price=60, baseline=baseline)
    result = sc.compensate(green, price=60, baseline="zero")
    assert result.table["role"].tolist() == ["balanced", "receiver", "receiver"]
    assert result.account["fund_balance"] == pytest.approx(-200 * 60)
    assert "only payers, or only receivers" in result.notes[0]
    assert set(result.settlement.matrix.index) == {"(platform)"}


def test_one_place_and_a_wide_tolerance_are_balanced() -> None:
    alone = sc.compensate(PLACES.iloc[:1], price=60)
    assert alone.table["role"].tolist() == ["balanced"]
    assert alone.settlement.matrix.empty
    loose = sc.compensate(PLACES, price=60, tolerance=0.05)
    assert loose.table["role"].tolist() == ["payer", "balanced", "receiver"]
    assert loose.table["amount"]["b c"] == 0
    assert loose.account["received"] == pytest.approx(loose.account["paid"])


def test_rows_may_come_in_any_order_and_inputs_stay() -> None:
    before = PLACES.copy()
    one = sc.compensate(PLACES, price=60, settlement="fewest")
    two = sc.compensate(PLACES.iloc[[2, 0, 1]], price=60, settlement="fewest")
    pd.testing.assert_frame_equal(two.table.loc[one.table.index], one.table, rtol=1e-12)
    assert one.settings["data"] == two.settings["data"]
    pd.testing.assert_frame_equal(PLACES, before)
    assert one.to_frame()["unit"].tolist() == list(PLACES.index)
    assert "Ecological compensation" in one.summary()


@pytest.mark.parametrize(
    ("change", "options", "kind", "words"),
    [
        ({"emission": [0.0, 1, 1]}, {}, sc.SchemaError, "emission is zero or negative for 1"),
        ({"gdp": [1.0, -1, 1]}, {}, sc.SchemaError, "gdp is zero or negative"),
        ({"population": [1.0, 0, 1]}, {}, sc.SchemaError, "population is zero or negative"),
        ({"sink": [1.0, -1, 1]}, {}, sc.SchemaError, "the sink is negative for 1 places"),
        ({"sink": [1.0, np.nan, 1]}, {}, sc.MissingDataError, "(?s)sink is missing.*b c"),
        ({"gdp": [1.0, np.inf, 1]}, {}, sc.MissingDataError, "gdp is infinite"),
        ({"gdp": ["x", "y", "z"]}, {}, sc.SchemaError, "gdp is not numeric"),
        ({}, {"price": -1}, sc.OptionError, "price=-1 must be zero or more"),
        ({}, {"price": True}, sc.OptionError, "price=True must be zero or more"),
        ({}, {"price": "dear"}, sc.OptionError, "must be zero or more"),
        ({}, {"a": -0.5}, sc.OptionError, "a=-0.5"),
        ({}, {"b": float("nan")}, sc.OptionError, "b=nan"),
        ({}, {"baseline": "correct"}, sc.OptionError, "corrected"),
        ({}, {"ability": "wealth"}, sc.OptionError, "ability='wealth'"),
        ({}, {"balance": "payer"}, sc.OptionError, "balance='payer'"),
        ({}, {"settlement": "few"}, sc.OptionError, "fewest"),
        ({}, {"price_of": "c"}, sc.OptionError, "price_of='c'"),
        ({}, {"cap": 0}, sc.OptionError, "cap=0 must be above zero"),
        ({}, {"fee": 0.5, "reserve": 0.5}, sc.OptionError, "leave nothing for the receivers"),
        ({}, {"ability_bounds": (2, 1)}, sc.OptionError, "a lower and an upper bound"),
        ({}, {"ability_bounds": 2}, sc.OptionError, "a lower and an upper bound"),
        ({}, {"settlement": "neighbours"}, sc.OptionError, "needs weights"),
    ],
)  # fmt: skip
def test_mistakes(change: Any, options: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        sc.compensate(PLACES.assign(**change), **{"price": 60, **options})


def test_tables_that_are_none() -> None:
    with pytest.raises(sc.AlignmentError, match="without labels"):
        sc.compensate(PLACES["gdp"], price=60)  # type: ignore[arg-type]
    with pytest.raises(sc.SchemaError, match="lacks the column gdp"):
        sc.compensate(PLACES[["emission", "sink"]], price=60)
    with pytest.raises(sc.SchemaError, match="lacks the column population"):
        sc.compensate(PLACES[["emission", "sink", "gdp"]], price=60, ability="income")
    with pytest.raises(sc.SchemaError, match="two columns of one name"):
        sc.compensate(pd.concat([PLACES, PLACES["sink"]], axis=1), price=60)
    with pytest.raises(sc.AlignmentError, match="repeated labels"):
        sc.compensate(PLACES.set_axis(["a", "a", "b"]), price=60)
    with pytest.raises(sc.DegenerateDataError, match="no places"):
        sc.compensate(PLACES.iloc[:0], price=60)
