"""Ranges of a compensation, and forms other than money."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

PLACES = pd.DataFrame(
    {"emission": [400.0, 350, 250], "sink": [20.0, 60, 120], "gdp": [500.0, 300, 200]},
    index=["甲", "B", "C"],
)


def test_every_case_is_that_of_a_direct_call() -> None:
    other = pd.Series({"C": 10.0, "甲": 100.0, "B": 90.0})
    span = sc.compensation_range(
        PLACES,
        prices=[30, 60, 30],
        sinks={"given": 1, "C": 44 / 12, "other": other},
        baselines=["corrected", "zero"],
        fee=0.05,
    )
    assert len(span.cases) == 2 * 3 * 2
    for row in span.cases.itertuples():
        factor = {"given": 1, "C": 44 / 12}.get(row.sinks)
        sink = other if factor is None else PLACES["sink"] * factor
        direct = sc.compensate(
            PLACES.assign(sink=sink), price=row.price, baseline=row.baseline, fee=0.05
        )
        of_case = span.amounts.query(
            f"sinks == '{row.sinks}' and price == {row.price} and baseline == '{row.baseline}'"
        ).set_index("unit")
        np.testing.assert_allclose(of_case["amount"], direct.table["amount"])
        assert row.paid == pytest.approx(direct.account["paid"])
        assert row.payers == len(direct.payers)
        assert row.receivers == len(direct.receivers)
    by_unit = span.amounts.groupby("unit")["amount"]
    assert span.table["low"].to_dict() == by_unit.min().to_dict()
    assert span.table["high"].to_dict() == by_unit.max().to_dict()
    roles = {unit: set(own["role"]) for unit, own in span.amounts.groupby("unit")}
    assert roles == {
        "甲": {"payer", "receiver"},
        "B": {"payer", "receiver"},
        "C": {"payer", "receiver"},
    }
    assert set(span.table["role"]) == {"depends"}
    assert (span.table["payer_cases"] + span.table["receiver_cases"]).tolist() == [12, 12, 12]
    assert (
        span.table.loc["C", "payer_cases"]
        == (span.amounts.query("unit == 'C'")["amount"] > 0).sum()
    )
    steady = sc.compensation_range(PLACES, prices=[30, 60]).table
    assert steady["role"].tolist() == ["payer", "payer", "receiver"]
    assert list(span.table.index) == list(PLACES.index)
    assert span.to_frame()["unit"].tolist() == list(PLACES.index)


def test_cases_without_an_answer_are_named_and_stop_no_other() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        span = sc.compensation_range(PLACES, prices=[60], sinks={"once": 1, "much": 40, "none": 0})
    status = span.cases.set_index("sinks")["status"].to_dict()
    assert status == {"once": "ok", "much": "undefined", "none": "undefined"}
    assert "corrected, much, corrected, none" in span.notes[0]
    assert set(span.amounts["sinks"]) == {"once"}
    with pytest.raises(sc.DegenerateDataError, match="no case is defined"):
        sc.compensation_range(PLACES, prices=[60], sinks={"much": 40})


def test_units_of_the_table_hold_for_its_sinks() -> None:
    told = PLACES.copy()
    told.attrs["units"] = {"emission": "Mt CO2", "sink": "Mt CO2"}
    span = sc.compensation_range(told, prices=[60], sinks={"own": PLACES["sink"]})
    assert span.table["high"].iloc[0] == pytest.approx(10463.31e6, rel=1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prices": []}, "prices is empty"),
        ({"baselines": []}, "baselines is empty"),
        ({"sinks": {}}, "sinks is empty"),
        ({"baselines": ["emissions"]}, "emission"),
        ({"prices": [-1]}, "price=-1.0"),
    ],
)
def test_mistakes_of_a_range(options: Any, words: str) -> None:
    with pytest.raises(sc.OptionError, match=words):
        sc.compensation_range(PLACES, **{"prices": [60], **options})


def test_mistakes_of_its_tables() -> None:
    with pytest.raises(sc.SchemaError, match="lacks the column sink"):
        sc.compensation_range(PLACES.drop(columns="sink"), prices=[60])
    with pytest.raises(sc.AlignmentError, match="does not cover"):
        sc.compensation_range(PLACES, prices=[60], sinks={"own": PLACES["sink"].iloc[:2]})


def test_quantities_are_money_over_value() -> None:
    amounts = pd.Series({"甲": 900.0, "B": -900.0})
    result = sc.non_cash_compensation(
        amounts, values={"jobs": 30.0, "树苗": 0.5}, shares={"jobs": 0.2}
    )
    assert list(result.quantities) == ["jobs", "树苗", "cash"]
    np.testing.assert_allclose(result.quantities, [[6, 0, 720], [-6, 0, -720]])
    assert result.money.sum(axis=1).to_dict() == pytest.approx(amounts.to_dict())
    frame = result.to_frame().set_index(["unit", "form"])
    assert frame.loc[("甲", "jobs")].to_dict() == {"quantity": 6, "money": 180, "value": 30}
    assert not result.alternatives
    each = sc.non_cash_compensation(amounts, values={"jobs": 30.0, "energy": 0.5})
    assert each.alternatives
    assert each.quantities.loc["甲"].to_dict() == {"jobs": 30, "energy": 1800}
    assert "assumptions" in each.notes[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"values": {}}, "names no form"),
        ({"values": {"cash": 1}}, "or cash"),
        ({"values": {"jobs": 0}}, "jobs=0 must be above zero"),
        ({"shares": {"energy": 0.1}}, "shares names energy"),
        ({"shares": {"jobs": 1.1}}, "(?s)sum to more than one.*jobs = 1.1"),
        ({"shares": {"jobs": -0.1}}, "below zero"),
    ],
)
def test_mistakes_of_forms(options: Any, words: str) -> None:
    with pytest.raises(sc.OptionError, match=words):
        sc.non_cash_compensation(pd.Series({"a": 1.0}), **{"values": {"jobs": 1.0}, **options})
    with pytest.raises(sc.AlignmentError, match="without labels"):
        sc.non_cash_compensation([1.0], values={"jobs": 1.0})  # type: ignore[arg-type]
