"""The nucleolus: against textbook answers, a search by brute force, and its own certificate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.governance.coalition_game import coalition_sums
from spatialcarbon.models.governance.nucleolus import _kohlberg


def game(worth: list[float]) -> sc.CoalitionGame:
    n = len(worth).bit_length() - 1
    return sc.CoalitionGame(pd.Index(list("abcdefghijkl"[:n])), np.array(worth))


def sorted_excess(worth: np.ndarray, x: np.ndarray) -> tuple[float, ...]:
    excess = np.round((worth - coalition_sums(x))[1:-1], 9)
    return tuple(np.sort(excess)[::-1].tolist())


@pytest.mark.parametrize("seed", range(12))
def test_no_point_of_a_fine_grid_has_smaller_excesses(seed: int) -> None:
    rng = np.random.default_rng(seed)
    worth = np.zeros(8)
    worth[[1, 2, 4]] = rng.integers(0, 3, 3)
    worth[[3, 5, 6]] = worth[[1, 2, 4]].sum() * 0.5 + rng.integers(0, 8, 3)
    worth[7] = worth[[1, 2, 4]].sum() + rng.integers(1, 8)
    found = sc.nucleolus(game(worth.tolist()))
    best = sorted_excess(worth, found.shares.to_numpy())
    total, own = worth[7], worth[[1, 2, 4]]
    steps = np.linspace(0, total - own.sum(), 61)
    for first in steps:
        for second in steps[steps <= total - own.sum() - first + 1e-12]:
            x = own + np.array([first, second, total - own.sum() - first - second])
            assert sorted_excess(worth, x) >= best
    assert found.total == pytest.approx(total)
    assert found.certificate == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("n", [4, 6, 9])
def test_random_games_pass_their_certificate_and_stay_rational(n: int) -> None:
    rng = np.random.default_rng(n)
    worth = rng.random(1 << n) * n
    worth[0], worth[1 << np.arange(n)] = 0.0, rng.random(n)
    worth[-1] = n * 1.2
    found = sc.nucleolus(game(worth.tolist()))
    assert found.certificate == pytest.approx(0.0, abs=1e-9)
    assert (found.gain >= -1e-9).all()
    assert list(found.excesses) == sorted(found.excesses, reverse=True)
    largest = (worth - coalition_sums(found.shares.to_numpy()))[1:-1].max()
    assert largest == pytest.approx(found.excesses[0], abs=1e-9)


def test_the_certificate_refuses_other_sharings() -> None:
    worth = np.array([0.0, 0, 0, 4, 0, 2, 1, 6]) / 6
    right = sc.nucleolus(game(worth.tolist())).shares.to_numpy()
    assert _kohlberg(worth, right) == pytest.approx(0.0, abs=1e-12)
    for wrong in ([0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3], [0.4, 0.4, 0.2]):
        assert _kohlberg(worth, np.array(wrong)) > 0.01


def test_equals_get_the_same_and_shifts_move_it_along() -> None:
    worth = [0.0, 1, 1, 5, 0, 3, 3, 9]
    found = sc.nucleolus(game(worth))
    assert found["a"] == pytest.approx(found["b"], abs=1e-12)
    moved = np.array(worth) * 1e9 + coalition_sums(np.array([5e9, -2e9, 0.0]))
    again = sc.nucleolus(game(moved.tolist()))
    assert np.allclose(again.shares, found.shares * 1e9 + [5e9, -2e9, 0.0], rtol=1e-12)


def test_one_player_and_a_game_without_surplus() -> None:
    assert sc.nucleolus(lambda _: 3.5, ["only"])["only"] == 3.5
    added = sc.nucleolus(lambda group: float(len(group)), ["a", "b", "c"])
    assert added.shares.tolist() == [1.0, 1.0, 1.0]
    assert added.certificate == 0.0


def test_too_many_players_and_games_not_worth_playing() -> None:
    def flat(group: frozenset[Any]) -> float:
        return float(len(group))

    with pytest.raises(sc.OptionError, match="at most 12 players"):
        sc.nucleolus(flat, range(13))
    with pytest.raises(sc.InfeasibleError, match=r"less than one by one\n.*1 together, 2 alone"):
        sc.nucleolus(lambda group: 1.0, ["a", "b"])


def test_twelve_players() -> None:
    """Quotas of a weighted vote: heavier players never get less."""
    weights = np.arange(1, 13)

    def wins(group: frozenset[int]) -> float:
        return float(sum(weights[i] for i in group) >= 40)

    found = sc.nucleolus(wins, range(12))
    assert found.total == pytest.approx(1.0)
    assert (np.diff(found.shares) >= -1e-9).all()
    assert found.certificate == pytest.approx(0.0, abs=1e-9)
