"""Worths of coalitions: the linear game against numerical optimisation, and tables of worths."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import spatialcarbon as sc
from spatialcarbon.models.governance.coalition_game import CalledGame
from spatialcarbon.models.governance.coalition_values import game_of

PLACES = ["甲", "b", "c"]
BENEFIT = pd.DataFrame([[7, 2, 1], [1.2, 3.6, 1.2], [0.4, 0.8, 2.8]], index=PLACES, columns=PLACES)
COST = pd.Series([2, 1, 1.5], index=PLACES)
EMISSION = pd.Series([10.0, 10, 10], index=PLACES)


def groups(players: list[Any]) -> list[frozenset[Any]]:
    return [frozenset(c) for k in range(1, len(players) + 1) for c in combinations(players, k)]


def optimised(game: sc.LinearGame, members: frozenset[Any]) -> float:
    """The worth by a general optimiser: members choose together, others stay at Nash."""
    inside = game.players.isin(list(members))

    def loss(chosen: np.ndarray) -> float:
        abated = game.nash.copy()
        abated[inside] = chosen
        damage = game.benefit[inside].sum(axis=0) @ (game.emission - abated)
        return float(damage + 0.5 * (game.cost[inside] * chosen**2).sum())

    bounds = [(0, e) for e in game.emission[inside]]
    return -float(
        minimize(loss, np.zeros(inside.sum()), bounds=bounds, options={"ftol": 1e-15}).fun
    )


@pytest.mark.parametrize("emission", [10.0, 3.0], ids=["interior", "corner"])
def test_every_coalition_is_worth_its_best(emission: float) -> None:
    game = sc.linear_game(BENEFIT, COST, EMISSION * 0 + emission)
    assert game.interior == (emission == 10)
    table = game.tabulate()
    for group in groups(PLACES):
        assert game(group) == pytest.approx(optimised(game, group), rel=1e-7)
        assert table(group) == pytest.approx(game(group), rel=1e-13)
    assert table.total == pytest.approx(game.total, rel=1e-13)
    assert np.allclose(table.standalone, game.standalone, rtol=1e-13)


def test_a_game_at_its_corner_has_no_closed_form_but_the_right_shares() -> None:
    game = sc.linear_game(BENEFIT, COST, EMISSION * 0.3)
    found = sc.shapley(game)
    assert found.settings["how"] == "all coalitions"
    by_hand = sc.shapley(lambda group: optimised(game, group), PLACES)
    assert np.allclose(found.shares, by_hand.shares, rtol=1e-6)
    assert abs(found.shares - game.shapley()).max() > 0.01


def test_orders_of_arrival_agree_in_all_forms_of_a_game() -> None:
    game = sc.linear_game(BENEFIT, COST, EMISSION * 0.45)
    orders = np.array([[0, 1, 2], [2, 0, 1], [1, 2, 0]])
    called = CalledGame(game.players, game)
    table = game.tabulate()
    assert np.allclose(game.along(orders), table.along(orders), rtol=1e-13)
    assert np.allclose(called.along(orders), table.along(orders), rtol=1e-13)
    assert np.allclose(called.tabulate().worth, table.worth, rtol=1e-13)
    assert table.along(orders)[0, 2] == table({"甲", "b"})


def test_a_table_of_worths_survives_a_round_trip() -> None:
    table = sc.linear_game(BENEFIT, COST, EMISSION).tabulate()
    series = table.to_series()
    assert series[frozenset({"甲", "c"})] == table({"甲", "c"})
    again = game_of(series.sample(frac=1, random_state=1), PLACES)
    assert isinstance(again, sc.CoalitionGame)
    assert (again.worth == table.worth).all()
    assert again.checksum == table.checksum
    assert table.members(5) == frozenset({"甲", "c"})
    assert table.sizes.tolist() == [0, 1, 1, 2, 1, 2, 2, 3]


def test_labels_in_another_order_are_conformed() -> None:
    game = sc.linear_game(
        BENEFIT.loc[PLACES[::-1], ["b", "甲", "c"]], COST[["c", "甲", "b"]], EMISSION
    )
    same = sc.linear_game(BENEFIT, COST, EMISSION)
    assert game.players.tolist() == PLACES[::-1]
    assert game({"甲", "c"}) == pytest.approx(same({"c", "甲"}), rel=1e-14)
    assert game.checksum == same.checksum
    assert game.checksum != sc.linear_game(BENEFIT, COST, EMISSION + 1).checksum


def test_inputs_of_the_linear_game_are_checked() -> None:
    with pytest.raises(sc.SchemaError, match="table of benefits is a list"):
        sc.linear_game([[1.0]], COST, EMISSION)  # type: ignore[arg-type]
    with pytest.raises(sc.AlignmentError, match="header of the table of benefits"):
        sc.linear_game(BENEFIT.rename(columns={"b": "x"}), COST, EMISSION)
    with pytest.raises(sc.AlignmentError, match="the cost"):
        sc.linear_game(BENEFIT, COST.drop("b"), EMISSION)
    with pytest.raises(sc.SchemaError, match="negative benefits for b"):
        sc.linear_game(BENEFIT.where(BENEFIT != 3.6, -1), COST, EMISSION)
    with pytest.raises(sc.SchemaError, match="cost is not above zero for 甲"):
        sc.linear_game(BENEFIT, COST.where(COST != 2, 0.0), EMISSION)
    with pytest.raises(sc.SchemaError, match="emission is negative for 甲, b, c"):
        sc.linear_game(BENEFIT, COST, -EMISSION)
    with pytest.raises(sc.MissingDataError, match="benefit of b is missing"):
        sc.linear_game(BENEFIT.where(BENEFIT != 3.6), COST, EMISSION)


def flat(group: frozenset[Any]) -> float:
    return float(len(group))


@pytest.mark.parametrize(
    ("value", "players", "error", "message"),
    [
        (flat, None, sc.SchemaError, "players are not named"),
        (flat, [], sc.SchemaError, "no players"),
        (flat, "abc", sc.AlignmentError, "one word"),
        (flat, ["a", "a"], sc.AlignmentError, "repeated labels"),
        (3.0, ["a"], sc.SchemaError, "given as a float"),
        (lambda _: float("nan"), ["a"], sc.MissingDataError, "not a finite number"),
        (lambda _: "much", ["a"], sc.MissingDataError, "'much' for a"),
        ({frozenset("a"): 1.0}, ["a", "b"], sc.SchemaError, "2 of 3 coalitions.*\n.*b, a \\+ b"),
        ({frozenset("ax"): 1.0}, ["a"], sc.AlignmentError, "not players\n.*x"),
        ({"a": 1.0}, ["a"], sc.SchemaError, "named by a str"),
        ({frozenset(): 2.0, frozenset("a"): 1.0}, ["a"], sc.SchemaError, "nobody is worth 2"),
        ({("a", "b"): 1.0, ("b", "a"): 1.0}, ["a", "b"], sc.AlignmentError, "two worths"),
        (flat, range(21), sc.OptionError, "2,097,152 coalitions"),
    ],
)
def test_games_are_checked(value: Any, players: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        sc.shapley(value, players)


def test_the_players_of_a_game_may_be_said_again_but_not_others() -> None:
    game = sc.linear_game(BENEFIT, COST, EMISSION)
    assert sc.shapley(game, PLACES[::-1])["b"] == sc.shapley(game)["b"]
    with pytest.raises(sc.AlignmentError, match="list of players"):
        sc.shapley(game, ["甲", "b"])


def test_twenty_places_take_seconds_at_most() -> None:
    rng = np.random.default_rng(1)
    places = pd.RangeIndex(20)
    game = sc.linear_game(
        pd.DataFrame(rng.random((20, 20)), places, places),
        pd.Series(rng.random(20) + 0.5, places),
        pd.Series(100.0, places),
    )
    table = game.tabulate()
    assert len(table.worth) == 2**20
    some = frozenset([0, 3, 4, 11, 19])
    assert table(some) == pytest.approx(game(some), rel=1e-12)
    assert np.allclose(sc.shapley(table).shares, game.shapley(), rtol=1e-11)
