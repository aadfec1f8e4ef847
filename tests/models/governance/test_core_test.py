"""The core and convexity: who would leave, and where joining is worth less."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

PLAYERS = ["left", "right", "其他"]


def pairs(group: frozenset[str]) -> int:
    return min(len(group & {"left"}), len(group & {"right", "其他"}))


def random_game(n: int, seed: int) -> sc.CoalitionGame:
    worth = np.random.default_rng(seed).random(1 << n).cumsum()
    worth[0] = 0.0
    return sc.CoalitionGame(pd.Index(list("abcdefgh"[:n])), worth)


@pytest.mark.parametrize("seed", range(5))
def test_the_blocking_group_is_the_one_with_most_to_gain(seed: int) -> None:
    game = random_game(5, seed)
    shares = pd.Series(game.total / 5, index=game.players)
    found = sc.core_test(game, None, shares)
    gains = {
        group: game(group) - float(shares[list(group)].sum())
        for size in range(1, 5)
        for group in combinations("abcde", size)
    }
    assert found.gain == pytest.approx(max(gains.values()))
    assert gains[found.least_content] == pytest.approx(found.gain)
    assert found.count == sum(gain > 1e-9 for gain in gains.values())
    assert found.in_core == (found.count == 0)
    assert found.blocking == (found.least_content if found.count else ())
    listed = found.table.set_index("members")["gain"]
    assert len(listed) == 20
    assert listed.is_monotonic_decreasing
    assert np.allclose(listed, [gains[group] for group in listed.index])


def test_ties_go_by_size_and_then_by_the_players() -> None:
    found = sc.core_test(pairs, PLAYERS, {"其他": 0.2, "left": 0.6, "right": 0.2})
    assert found.blocking == ("left", "right")
    assert found.gain == pytest.approx(0.2)
    assert found.count == 2


def test_the_only_sharing_in_the_core_of_the_gloves() -> None:
    assert sc.core_test(pairs, PLAYERS, {"left": 1.0, "right": 0.0, "其他": 0.0}).in_core
    assert sc.core_test(pairs, PLAYERS, sc.nucleolus(pairs, PLAYERS)).in_core  # type: ignore[arg-type]


def test_shares_that_do_not_add_up_are_outside() -> None:
    found = sc.core_test(pairs, PLAYERS, {"left": 1.0, "right": 0.5, "其他": 0.0})
    assert (found.in_core, found.shared, found.blocking) == (False, False, ())
    assert found.notes == ("The shares add up to 1.5, and all players together are worth 1.",)


def test_one_player_has_nobody_to_leave_with() -> None:
    found = sc.core_test(lambda _: 2.0, ["only"], {"only": 2.0})
    assert found.in_core
    assert found.least_content == ()
    assert len(found.to_frame()) == 0


def test_shares_are_conformed_and_checked() -> None:
    with pytest.raises(sc.AlignmentError, match="list of shares"):
        sc.core_test(pairs, PLAYERS, {"left": 1.0})
    with pytest.raises(sc.AlignmentError, match="NoneType without labels"):
        sc.core_test(pairs, PLAYERS)
    with pytest.raises(sc.OptionError, match="at most 20"):
        sc.core_test(pairs, range(21), {})


@pytest.mark.parametrize("seed", range(6))
def test_the_margin_is_the_least_over_all_pairs_and_coalitions(seed: int) -> None:
    game = random_game(5, seed)
    margins = {}
    for i, j in combinations("abcde", 2):
        rest = [p for p in "abcde" if p not in (i, j)]
        for size in range(4):
            for joined in combinations(rest, size):
                k = frozenset(joined)
                together = game(k | {i, j}) + game(k)
                margins[(i, j), joined] = together - game(k | {i}) - game(k | {j})
    found = sc.convexity(game)
    assert found.margin == pytest.approx(min(margins.values()))
    assert margins[found.pair, found.joined] == pytest.approx(found.margin)
    assert not found.convex


def test_convex_and_trivial_games() -> None:
    squares = sc.convexity(lambda group: float(len(group) ** 2), list("abcd"))
    assert squares.convex
    assert squares.margin == 2.0
    assert sc.convexity(lambda group: float(len(group)), list("ab")).convex
    alone = sc.convexity(lambda _: 1.0, ["only"])
    assert (alone.convex, alone.margin, alone.pair, alone.joined) == (True, 0.0, (), ())
    assert alone.to_frame().loc[0, "convex"]


def test_a_larger_game_is_named_by_labels(contrarian: Any) -> None:
    places = contrarian.units.index
    found = sc.core_test(
        lambda group: float(len(group) == 2), places, pd.Series(0.0, index=places[::-1])
    )
    assert set(found.blocking) <= set(places)
    assert len(found.blocking) == 2
