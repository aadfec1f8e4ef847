"""Payoffs of two governments: each cell by hand, and what support changes."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc

PLACES = ("成都", "德阳")


def each(first: float, second: float) -> pd.Series:
    return pd.Series([second, first], index=PLACES[::-1])


GIVEN = {
    "own_benefit": each(4, 5),
    "spillover_benefit": each(2, 3),
    "synergy": each(1, 1.5),
    "cost": each(6, 8),
    "subsidy": each(0.5, 0.25),
    "penalty": each(0.2, 0.4),
    "compensation": each(0.7, 0.9),
}


def test_every_cell_by_hand() -> None:
    found = sc.cooperation_payoffs(players=PLACES, **GIVEN)
    assert found.row.loc["cooperate", "cooperate"] == pytest.approx(4 + 2 + 1 - 6 + 0.5)
    assert found.row.loc["cooperate", "refuse"] == pytest.approx(4 - 6 + 0.5 + 0.9)
    assert found.row.loc["refuse", "cooperate"] == pytest.approx(2 - 0.2 - 0.7)
    assert found.row.loc["refuse", "refuse"] == pytest.approx(-0.2)
    assert found.column.loc["cooperate", "cooperate"] == pytest.approx(5 + 3 + 1.5 - 8 + 0.25)
    assert found.column.loc["refuse", "cooperate"] == pytest.approx(5 - 8 + 0.25 + 0.7)
    assert found.column.loc["cooperate", "refuse"] == pytest.approx(3 - 0.4 - 0.9)
    assert found.column.loc["refuse", "refuse"] == pytest.approx(-0.4)
    assert found.illustrative == ()
    assert found.notes == ()
    frame = found.to_frame()
    assert frame.columns.tolist() == ["row", "column", *PLACES]
    assert frame.loc[1, "成都"] == found.row.loc["cooperate", "refuse"]
    assert frame.loc[1, "德阳"] == found.column.loc["cooperate", "refuse"]


def test_the_table_keeps_the_strategies_of_governments_without_names() -> None:
    frame = sc.cooperation_payoffs().to_frame()
    assert frame.columns.tolist() == ["row", "column", "first", "second"]
    assert frame.loc[1, ["row", "column"]].tolist() == ["cooperate", "refuse"]


def stable(**support: float) -> set[tuple[str, str]]:
    payoffs = sc.cooperation_payoffs(own_benefit=4, synergy=1.0, cost=6, **support)
    return set(sc.evolutionary_game(payoffs.row, payoffs.column, starts=1).stable)


@pytest.mark.parametrize("tool", ["subsidy", "penalty", "compensation"])
def test_support_turns_refusal_into_cooperation_where_it_says(tool: str) -> None:
    payoffs = sc.cooperation_payoffs(own_benefit=4, synergy=1.0, cost=6)
    assert payoffs.support_to_last.tolist() == [1.0, 1.0]
    assert payoffs.support_to_dominate.tolist() == [2.0, 2.0]
    both, none = ("cooperate", "cooperate"), ("refuse", "refuse")
    assert stable(**{tool: 0.99}) == {none}
    assert stable(**{tool: 1.01}) == {both, none}
    assert stable(**{tool: 1.99}) == {both, none}
    assert stable(**{tool: 2.01}) == {both}


def test_invented_numbers_are_named() -> None:
    found = sc.cooperation_payoffs(cost=3.0, subsidy=0.0)
    assert "cost" not in found.illustrative
    assert "subsidy" not in found.illustrative
    assert found.illustrative[0] == "own_benefit"
    assert "own_benefit" in found.notes[0]
    assert found.settings["illustrative"] == list(found.illustrative)


def test_inputs_are_checked() -> None:
    with pytest.raises(sc.SchemaError, match="penalty is negative for first, second"):
        sc.cooperation_payoffs(penalty=-1)
    with pytest.raises(sc.MissingDataError, match="cost is not a finite number"):
        sc.cooperation_payoffs(cost=float("inf"))
    with pytest.raises(sc.AlignmentError, match="cost"):
        sc.cooperation_payoffs(cost=pd.Series([1.0, 2.0], index=["a", "b"]))
    with pytest.raises(sc.AlignmentError, match="1 governments"):
        sc.cooperation_payoffs(players=("a",))  # type: ignore[arg-type]
    with pytest.raises(sc.AlignmentError, match="repeated"):
        sc.cooperation_payoffs(players=("a", "a"))
