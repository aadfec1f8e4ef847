from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

AMOUNTS = pd.DataFrame(
    {"power": [6.0, 3.0, 0.0], "steel": [3.0, 9.0, 1.0], "heat": [1.0, 0.0, 1.0]},
    index=["a", "b", "成都"],
)


def test_shares_of_amounts() -> None:
    found = sc.composition(AMOUNTS)
    assert found.table.loc["a"].tolist() == [0.6, 0.3, 0.1]
    assert found.totals.tolist() == [10.0, 12.0, 2.0]
    assert found.to_frame().columns.tolist() == ["place", "power", "steel", "heat"]


def test_groups_are_summed_before_shares_are_taken() -> None:
    found = sc.composition(AMOUNTS, groups={"both": ["a", "b"]})
    np.testing.assert_allclose(found.table.loc["both"], [9 / 22, 12 / 22, 1 / 22])
    labels = pd.Series(["x", "", "x"], AMOUNTS.index)
    assert sc.composition(AMOUNTS, groups=labels).totals.to_dict() == {"x": 12.0}


def test_categories_are_summed() -> None:
    kinds = {"power": "indirect", "steel": "direct", "heat": "indirect"}
    found = sc.composition(AMOUNTS, categories=kinds)
    assert found.table.columns.tolist() == ["indirect", "direct"]
    assert found.table.loc["a", "indirect"] == pytest.approx(0.7)
    with pytest.raises(sc.SchemaError, match="sectors without a category: heat"):
        sc.composition(AMOUNTS, categories={"power": "x", "steel": "y"})


def test_shares_must_sum_to_one() -> None:
    shares = pd.DataFrame({"x": [0.4, 0.5, 0.5], "y": [0.6, 0.5, 0.4]}, list("abc"))
    with pytest.raises(sc.BalanceError, match="shares of 1 places do not sum to one") as caught:
        sc.composition(shares, kind="shares")
    assert "c: 0.9" in str(caught.value)
    nearly = shares.assign(y=[0.6, 0.5 + 9e-7, 0.5 - 9e-7])
    assert sc.composition(nearly, kind="shares").table.equals(nearly)
    with pytest.raises(sc.BalanceError):
        sc.composition(nearly.assign(y=[0.6, 0.5 + 2e-6, 0.5]), kind="shares")


def test_shares_are_not_added_over_places() -> None:
    shares = AMOUNTS.div(AMOUNTS.sum(axis=1), axis=0)
    with pytest.raises(sc.SchemaError, match="cannot be added"):
        sc.composition(shares, kind="shares", groups={"both": ["a", "b"]})


def test_a_place_without_emissions_has_no_composition() -> None:
    with pytest.raises(sc.DegenerateDataError, match="sum to zero: b"):
        sc.composition(AMOUNTS.mul([1, 0, 1], axis=0))


def test_the_largest_is_one() -> None:
    found = sc.max_normalise(AMOUNTS).table
    assert found.max().tolist() == [1.0, 1.0, 1.0]
    assert found.loc["b"].tolist() == [0.5, 1.0, 0.0]


def test_a_column_of_zeros_has_no_scale() -> None:
    with pytest.raises(sc.DegenerateDataError, match="not positive: nil"):
        sc.max_normalise(AMOUNTS.assign(nil=0.0))


@pytest.mark.parametrize("call", [sc.composition, sc.max_normalise])
@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda t: t.replace(9.0, np.nan), sc.MissingDataError, "missing or infinite for b"),
        (lambda t: t.replace(9.0, np.inf), sc.MissingDataError, "missing or infinite for b"),
        (lambda t: t.replace(9.0, -9.0), sc.SchemaError, "negative for b"),
        (lambda t: t.astype(object).replace(9.0, "nine"), sc.SchemaError, "steel is not numeric"),
        (lambda t: t.set_axis(["a", "a", "b"]), sc.AlignmentError, "repeated labels"),
        (lambda t: t.set_axis(["x", "x", "y"], axis=1), sc.AlignmentError, "the header"),
        (lambda t: t["steel"], sc.SchemaError, "the table is a Series"),
        (lambda t: t.to_numpy(), sc.SchemaError, "the table is a ndarray"),
    ],
)
def test_bad_tables(call: Any, spoil: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        call(spoil(AMOUNTS))
    assert message in str(caught.value)


def test_kind_is_checked() -> None:
    with pytest.raises(sc.OptionError, match="kind='share'"):
        sc.composition(AMOUNTS, kind="share")  # type: ignore[arg-type]


def test_input_is_left_alone() -> None:
    before = AMOUNTS.copy()
    sc.composition(AMOUNTS, groups={"g": ["a"]})
    table = sc.max_normalise(AMOUNTS).table
    table.iloc[0, 0] = 9
    pd.testing.assert_frame_equal(AMOUNTS, before)
