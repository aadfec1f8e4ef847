"""Bargaining, proportional shares, the Pareto check, and all rules side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import spatialcarbon as sc

PLACES = ["成都", "b", "c"]
QUO = pd.Series([1.0, 3.0, -2.0], index=PLACES)
POWER = pd.Series([0.5, 0.2, 0.3], index=PLACES)


def game(emission: float = 10.0) -> sc.LinearGame:
    return sc.linear_game(
        pd.DataFrame([[7, 2, 1], [1.2, 3.6, 1.2], [0.4, 0.8, 2.8]], PLACES, PLACES),
        pd.Series([2, 1, 1.5], PLACES),
        pd.Series(emission, PLACES),
    )


def large(n: int, emission: float) -> sc.LinearGame:
    rng = np.random.default_rng(1)
    places = pd.RangeIndex(n)
    return sc.linear_game(
        pd.DataFrame(rng.random((n, n)), places, places),
        pd.Series(rng.random(n) + 0.5, places),
        pd.Series(emission, places),
    )


def test_nash_bargaining_maximises_the_weighted_product() -> None:
    found = sc.nash_bargaining(10.0, QUO, weights=POWER.sample(frac=1, random_state=2))
    gains = minimize(
        lambda x: -(POWER.to_numpy() * np.log(x)).sum(),
        np.full(3, 8 / 3),
        bounds=[(1e-6, None)] * 3,
        constraints={"type": "eq", "fun": lambda x: x.sum() - 8.0},
        options={"ftol": 1e-14},
    )
    assert np.allclose(found.gain, gains.x, atol=1e-4)
    assert found.gain.to_dict() == pytest.approx({"成都": 4.0, "b": 1.6, "c": 2.4})
    assert np.ptp(sc.nash_bargaining(10.0, QUO).gain) == pytest.approx(0, abs=1e-14)


def test_proportional_shares_follow_the_key() -> None:
    found = sc.proportional_sharing(10.0, QUO, {"c": 3, "成都": 0, "b": 1})
    assert found.gain.to_dict() == {"成都": 0.0, "b": 2.0, "c": 6.0}


def test_sharing_a_surplus_is_checked() -> None:
    with pytest.raises(sc.InfeasibleError, match="1 together, 2 without"):
        sc.nash_bargaining(1.0, QUO)
    with pytest.raises(sc.SchemaError, match=r"sum to one\n.*sum of 2"):
        sc.nash_bargaining(9.0, QUO, weights=POWER * 2)
    with pytest.raises(sc.SchemaError, match="above zero"):
        sc.nash_bargaining(9.0, QUO, weights=pd.Series([1.5, 0.5, -1.0], PLACES))
    with pytest.raises(sc.MissingDataError, match="total to share"):
        sc.nash_bargaining(float("nan"), QUO)
    with pytest.raises(sc.AlignmentError, match="status quo is a list"):
        sc.nash_bargaining(9.0, [1.0])  # type: ignore[arg-type]
    with pytest.raises(sc.SchemaError, match="no players"):
        sc.nash_bargaining(9.0, {})
    with pytest.raises(sc.AlignmentError, match="list of weights"):
        sc.nash_bargaining(9.0, QUO, weights={"b": 1.0})
    with pytest.raises(sc.SchemaError, match="key is negative for b"):
        sc.proportional_sharing(9.0, QUO, pd.Series([1, -1, 1], PLACES))
    with pytest.raises(sc.DegenerateDataError, match="zero for every player"):
        sc.proportional_sharing(9.0, QUO, pd.Series(0, PLACES))
    with pytest.raises(sc.MissingDataError, match="status quo is missing"):
        sc.nash_bargaining(9.0, QUO.where(QUO > 0))


def test_who_is_worst_off_and_what_makes_everybody_sign() -> None:
    nash = pd.Series(game().standalone, PLACES)
    joint = pd.Series(game().payoff(game().cooperation), PLACES)
    found = sc.pareto_check(joint[::-1], nash)
    assert not found.pareto
    assert found.worst_off == "b"
    assert found.losers == ("b",)
    assert found.worst_gain == pytest.approx(-1.2)
    assert found.smallest_transfers.to_dict() == pytest.approx({"成都": 0, "b": 1.2, "c": 0})
    assert found.affordable
    frame = found.to_frame()
    assert frame["loses"].tolist() == [False, True, False]


def test_rounding_is_no_loss_and_waste_is_not_affordable() -> None:
    assert sc.pareto_check(QUO * (1 - 1e-13), QUO).pareto
    assert not sc.pareto_check(QUO - 1, QUO).affordable


def test_the_rules_of_the_linear_example() -> None:
    found = sc.share_gains(game(), key=pd.Series([1.0, 2, 1], PLACES), weights=POWER)
    assert found.shares.columns.tolist() == [
        "shapley", "nucleolus", "nash_bargaining", "equal", "proportional",
    ]  # fmt: skip
    assert np.allclose(found.shares.sum(), game().total)
    assert found.checks["pareto"].all()
    assert found.checks["in_core"].tolist() == [True, True, True, True, True]
    assert np.allclose(found.gains.sum(), game().total - game().standalone.sum())
    frame = found.to_frame()
    assert len(frame) == 15
    assert np.allclose(frame["gain"], frame["share"] - frame["standalone"])
    assert found.details["nucleolus"].certificate == pytest.approx(0, abs=1e-9)
    assert set(found.references) == {
        "shapley1953", "schmeidler1969", "kohlberg1971", "nash1950",
    }  # fmt: skip
    assert found.notes == ()


def test_a_rule_outside_the_core_names_who_would_leave() -> None:
    def pairs(group: frozenset[str]) -> int:
        return min(len(group & {"left"}), len(group & {"right", "other"}))

    found = sc.share_gains(pairs, ["left", "right", "other"])
    assert found.checks.loc["equal", "blocking"] == ("left", "right")
    assert found.checks.loc["equal", "blocking_gain"] == pytest.approx(1 / 3)
    assert found.checks.loc["nucleolus", "blocking"] == ()
    assert found.checks.loc["nucleolus", "blocking_gain"] == 0.0


def test_many_players_say_what_was_left_out() -> None:
    some = sc.share_gains(large(14, 100.0))
    assert list(some.shares) == ["shapley", "equal"]
    assert some.notes == ("The nucleolus is left out: it takes at most 12 players.",)
    assert some.checks["in_core"].notna().all()
    many = sc.share_gains(large(24, 1000.0))
    assert many.checks[["in_core", "blocking", "blocking_gain"]].isna().all(axis=None)
    assert any("Groups were not asked" in note for note in many.notes)
    assert many.details["shapley"].standard_error is None
    drawn = sc.share_gains(large(24, 1.0), permutations=100, rng=1)
    assert drawn.details["shapley"].standard_error is not None
    assert any("100 orders of arrival" in note for note in drawn.notes)
    assert drawn.settings["shapley"]["seed"] == 1


def test_a_function_is_asked_once_for_each_coalition() -> None:
    asked: list[Any] = []

    def worth(group: frozenset[str]) -> float:
        asked.append(group)
        return float(len(group) ** 2)

    sc.share_gains(worth, list("abcd"))
    assert len(asked) == 15
