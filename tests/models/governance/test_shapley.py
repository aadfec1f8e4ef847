"""Shapley values: exact, in closed form, and by sampling with honest standard errors."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

PLAYERS = ["北", "a", "3"]


def random_game(n: int, seed: int = 1) -> sc.CoalitionGame:
    worth = np.random.default_rng(seed).normal(size=1 << n)
    worth[0] = 0.0
    return sc.CoalitionGame(pd.Index([f"p{i}" for i in range(n)]), worth)


def large_game(n: int, emission: float = 100.0) -> sc.LinearGame:
    rng = np.random.default_rng(3)
    places = pd.Index([f"place {i}" for i in range(n)])
    return sc.linear_game(
        pd.DataFrame(rng.gamma(1.0, size=(n, n)), places, places),
        pd.Series(rng.random(n) + 0.5, places),
        pd.Series(emission, places),
    )


def by_orders(game: sc.CoalitionGame) -> np.ndarray:
    """Average over all N! orders: the definition."""
    orders = np.array(list(permutations(range(game.n))))
    added = np.diff(game.along(orders), axis=1)
    shares = np.empty_like(added)
    np.put_along_axis(shares, orders, added, axis=1)
    return shares.mean(axis=0)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7])
def test_the_sum_over_coalitions_is_the_mean_over_orders(n: int) -> None:
    game = random_game(n)
    assert np.allclose(sc.shapley(game).shares, by_orders(game), atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 6, 11])
def test_the_closed_form_is_the_sum_over_coalitions(n: int) -> None:
    game = large_game(n)
    closed = sc.shapley(game)
    assert closed.settings["how"] == "closed form"
    assert np.allclose(closed.shares, sc.shapley(game.tabulate()).shares, rtol=1e-12)


def test_the_closed_form_has_no_limit_of_players() -> None:
    game = large_game(60, emission=1e4)
    found = sc.shapley(game)
    assert found.total == pytest.approx(game.total, rel=1e-12)
    assert found.standard_error is None
    drawn = sc.shapley(game, method="sampling", permutations=2000, rng=1)
    z = (drawn.shares - found.shares) / drawn.standard_error
    assert abs(z).max() < 4.5
    assert 0.6 < float(np.sqrt((z**2).mean())) < 1.4


@pytest.mark.parametrize("design", ["antithetic", "stratified", "independent"])
def test_standard_errors_say_how_far_off_samples_are(design: Any) -> None:
    game = random_game(6)
    exact = sc.shapley(game).shares
    z = []
    for seed in range(60):
        drawn = sc.shapley(game, method="sampling", permutations=240, design=design, rng=seed)
        assert drawn.total == pytest.approx(game.total, abs=1e-12)
        z.append((drawn.shares - exact) / drawn.standard_error)
    assert 0.85 < float(np.sqrt((np.array(z) ** 2).mean())) < 1.15
    assert abs(np.mean(z)) < 0.25


def test_orders_with_their_reverses_err_less() -> None:
    game = large_game(24)
    errors = {
        design: sc.shapley(game, method="sampling", permutations=480, design=design, rng=1)
        .standard_error.mean()  # type: ignore[union-attr]
        for design in ("antithetic", "stratified", "independent")
    }  # fmt: skip
    assert errors["antithetic"] < 0.6 * errors["independent"]
    assert errors["stratified"] < 0.6 * errors["independent"]


def test_the_same_seed_gives_the_same_bytes_in_any_order_of_players() -> None:
    def worth(group: frozenset[str]) -> float:
        return float(len(group) ** 3 + ("北" in group) * len(group) ** 2)

    first = sc.shapley(worth, PLAYERS, method="sampling", permutations=50, rng=7)
    turned = sc.shapley(worth, PLAYERS[::-1], method="sampling", permutations=50, rng=7)
    assert (first.shares == turned.shares[PLAYERS]).all()
    assert first.shares.index.tolist() == PLAYERS
    other = sc.shapley(worth, PLAYERS, method="sampling", permutations=50, rng=8)
    assert (first.shares != other.shares).any()
    again = sc.shapley(
        worth, PLAYERS, method="sampling", permutations=50, rng=first.settings["seed"]
    )
    assert (again.shares == first.shares).all()


def test_sampling_asks_a_function_of_many_players() -> None:
    found = sc.shapley(
        lambda group: float(len(group) ** 2), range(25), method="sampling", permutations=20, rng=1
    )
    assert found.settings["permutations"] == 20
    assert np.allclose(found.shares, 25.0)  # with its reverse, every order says so
    assert "20 orders of arrival" in found.notes[0]


def test_permutations_are_rounded_up_to_whole_blocks() -> None:
    found = sc.shapley(
        random_game(5), method="sampling", permutations=12, design="stratified", rng=1
    )
    assert found.settings["permutations"] == 15


def test_the_result_reads_like_a_mapping() -> None:
    found = sc.shapley(lambda group: float(len(group)), PLAYERS)
    assert found["北"] == 1.0
    assert dict(found) == {"北": 1.0, "a": 1.0, "3": 1.0}
    assert pd.Series(found).to_dict() == dict(found.items())
    assert list(found) == PLAYERS
    assert len(found) == 3
    assert list(found.values()) == [1.0] * 3
    assert "a" in found
    assert "x" not in found
    frame = found.to_frame()
    assert frame.columns.tolist() == ["player", "share", "standalone", "gain", "standard_error"]
    assert frame["gain"].eq(0).all()
    assert found.references == ("shapley1953",)
    assert "北" in found.summary()


def test_the_empty_coalition_is_never_asked() -> None:
    asked: list[frozenset[str]] = []

    def worth(group: frozenset[str]) -> float:
        asked.append(group)
        return float(max(len(name) for name in group))

    sc.shapley(worth, PLAYERS)
    assert frozenset() not in asked
    assert len(asked) == 7


def test_options_are_checked() -> None:
    game = random_game(3)
    with pytest.raises(sc.OptionError, match="sampling"):
        sc.shapley(game, method="sample")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="antithetic"):
        sc.shapley(game, design="antithetical")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="permutations=1"):
        sc.shapley(game, method="sampling", permutations=1)
    with pytest.raises(sc.OptionError, match="method='sampling'"):
        sc.shapley(large_game(24, emission=1.0))
