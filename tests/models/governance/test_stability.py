"""Stable coalitions: against brute force, and the well-known limit of three."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc


def random_game(n: int, seed: int, emission: float = 50.0) -> sc.LinearGame:
    rng = np.random.default_rng(seed)
    places = pd.Index([f"地{i}" for i in range(n)])
    benefit = rng.gamma(1.0, size=(n, n)) + np.diag(rng.random(n) * 3)
    return sc.linear_game(
        pd.DataFrame(benefit, places, places),
        pd.Series(rng.random(n) + 0.3, places),
        pd.Series(emission, places),
    )


def payoffs(game: sc.LinearGame, members: frozenset[Any]) -> pd.Series:
    """Payoff of every place when these act as one, written out."""
    inside = game.players.isin(list(members))
    joint = np.minimum(game.benefit[inside].sum(axis=0) / game.cost, game.emission)
    abated = np.where(inside, joint, game.nash)
    return pd.Series(game.payoff(abated), game.players)


@pytest.mark.parametrize("emission", [50.0, 1.2], ids=["interior", "corner"])
@pytest.mark.parametrize("seed", range(3))
def test_every_coalition_against_brute_force(seed: int, emission: float) -> None:
    game = random_game(4, seed, emission)
    found = sc.coalition_stability(game)
    everybody = frozenset(game.players)
    held = {}
    for size in range(1, 5):
        for group in map(frozenset, combinations(game.players, size)):
            now = payoffs(game, group)
            left = {i: payoffs(game, group - {i})[i] for i in group}
            held[group] = sum(now[i] - left[i] for i in group)
    assert len(found.table) == 15
    for row in found.table.to_dict("records"):
        group = frozenset(row["members"])
        now = payoffs(game, group)
        leave = {i: payoffs(game, group - {i})[i] - now[i] for i in group}
        join = {j: payoffs(game, group | {j})[j] - now[j] for j in everybody - group}
        assert row["payoff"] == pytest.approx(now[list(group)].sum())
        assert row["payoff"] == pytest.approx(game(group))
        assert row["welfare"] == pytest.approx(now.sum())
        assert row["internal"] == (max(leave.values()) <= 1e-8)
        assert row["external"] == all(gain <= 1e-8 for gain in join.values())
        assert row["surplus"] == pytest.approx(held[group])
        assert row["internal_paid"] == (held[group] >= -1e-8)
        assert row["external_paid"] == all(held[group | {j}] < -1e-8 for j in join)
        if len(group) > 1:
            assert row["leaver_gain"] == pytest.approx(max(leave.values()))
            assert leave[row["leaver"]] == pytest.approx(row["leaver_gain"])
        if join:
            assert row["joiner_gain"] == pytest.approx(max(join.values()))
            assert join[row["joiner"]] == pytest.approx(row["joiner_gain"])


@pytest.mark.parametrize("n", [3, 5, 7])
def test_of_places_that_are_alike_at_most_three_hold(n: int) -> None:
    """The known result for linear damage and quadratic cost with one global harm."""
    places = pd.RangeIndex(n)
    game = sc.linear_game(
        pd.DataFrame(1.0, places, places), pd.Series(1.0, places), pd.Series(99.0, places)
    )
    found = sc.coalition_stability(game)
    assert max(map(len, found.stable)) == 3
    assert bool(found.grand["internal"]) == (n == 3)
    welfare = found.table.set_index("members")["welfare"]
    assert welfare[found.stable[0]] == max(welfare[group] for group in found.stable)


def test_the_linear_example_of_three_regions() -> None:
    places = ["1", "2", "3"]
    game = sc.linear_game(
        pd.DataFrame([[7, 2, 1], [1.2, 3.6, 1.2], [0.4, 0.8, 2.8]], places, places),
        pd.Series([2, 1, 1.5], places),
        pd.Series(10.0, places),
    )
    found = sc.coalition_stability(game)
    assert found.stable == ()
    assert found.stable_paid == (("1", "2", "3"),)
    assert found.grand["leaver"] == "2"
    assert found.grand["leaver_gain"] == pytest.approx(2.24)


def test_single_coalitions_of_many_places() -> None:
    game = random_game(20, 1)
    everybody = list(game.players)
    found = sc.coalition_stability(game, coalitions=[everybody[:2], everybody])
    assert found.table["size"].tolist() == [2, 20]
    assert found.grand["size"] == 20
    assert found.notes == ("Only the 2 coalitions asked for were looked at.",)
    small = random_game(4, 2)
    one = sc.coalition_stability(small, coalitions=[small.players[:2]])
    every = sc.coalition_stability(small)
    row = every.table[every.table["members"] == tuple(small.players[:2])].iloc[0]
    shown = one.table.iloc[0]
    for name in ("payoff", "welfare", "surplus", "leaver_gain", "joiner_gain", "external_paid"):
        assert shown[name] == pytest.approx(row[name])
    assert one.grand["welfare"] == pytest.approx(every.grand["welfare"])
    assert one.to_frame().shape == (1, 13)


def test_inputs_are_checked() -> None:
    with pytest.raises(sc.OptionError, match="65,536 coalitions"):
        sc.coalition_stability(random_game(16, 1))
    with pytest.raises(sc.SchemaError, match="game is a CoalitionGame"):
        sc.coalition_stability(random_game(3, 1).tabulate())  # type: ignore[arg-type]
    with pytest.raises(sc.SchemaError, match="no members"):
        sc.coalition_stability(random_game(3, 1), coalitions=[[]])
    with pytest.raises(sc.AlignmentError, match=r"not players\n.*nobody"):
        sc.coalition_stability(random_game(3, 1), coalitions=[["nobody"]])
