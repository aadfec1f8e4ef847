"""Laws of sharing: efficiency, symmetry, null players, additivity, core of convex games."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st

import spatialcarbon as sc
from spatialcarbon.models.governance.coalition_game import coalition_sums

sizes = st.integers(1, 6)
seeds = st.integers(0, 10_000)


def table(n: int, seed: int) -> sc.CoalitionGame:
    worth = np.random.default_rng(seed).normal(size=1 << n)
    worth[0] = 0.0
    return sc.CoalitionGame(pd.Index([f"p{i}" for i in range(n)]), worth)


def linear(n: int, seed: int, emission: float = 1e3) -> sc.LinearGame:
    rng = np.random.default_rng(seed)
    places = pd.Index([f"地{i}" for i in range(n)])
    return sc.linear_game(
        pd.DataFrame(rng.gamma(0.5, size=(n, n)), places, places),
        pd.Series(rng.random(n) + 0.2, places),
        pd.Series(emission, places),
    )


@given(sizes, seeds)
def test_shapley_is_efficient_and_additive(n: int, seed: int) -> None:
    first, second = table(n, seed), table(n, seed + 1)
    both = sc.CoalitionGame(first.players, 2 * first.worth - 3 * second.worth)
    shares = [sc.shapley(game).shares for game in (first, second, both)]
    assert np.isclose(shares[0].sum(), first.total)
    assert np.allclose(shares[2], 2 * shares[0] - 3 * shares[1])


@given(st.integers(2, 6), seeds, st.floats(-5, 5))
def test_a_player_who_adds_a_constant_gets_it(n: int, seed: int, adds: float) -> None:
    smaller = table(n - 1, seed)
    game = sc.CoalitionGame(pd.RangeIndex(n), np.concatenate([smaller.worth, smaller.worth + adds]))
    shares = sc.shapley(game).shares.to_numpy()
    assert np.isclose(shares[-1], adds)
    assert np.allclose(shares[:-1], sc.shapley(smaller).shares)


@given(st.integers(2, 6), seeds)
def test_relabelling_moves_shares_along(n: int, seed: int) -> None:
    game = table(n, seed)
    order = np.random.default_rng(seed).permutation(n)
    turned = [game.players[i] for i in order]
    assert np.allclose(
        sc.shapley(game, None).shares[turned], sc.shapley(game, turned).shares[turned]
    )
    again = sc.shapley(game.to_series(), turned)
    assert list(again) == turned
    assert np.allclose(again.shares[game.players], sc.shapley(game).shares)


@given(sizes, seeds)
def test_the_linear_game_is_convex_and_its_shares_hold(n: int, seed: int) -> None:
    game = linear(n, seed)
    assert game.interior
    assert sc.convexity(game).convex
    found = sc.share_gains(game)
    assert np.allclose(found.shares.sum(), game.total)
    assert found.checks["pareto"].all()
    assert found.checks.loc["shapley", "in_core"]
    assert found.checks.loc["nucleolus", "in_core"]


@given(st.integers(2, 6), seeds, st.floats(0.05, 3.0))
def test_more_places_together_are_worth_no_less(n: int, seed: int, emission: float) -> None:
    game = linear(n, seed, emission).tabulate()
    grown = [1 << i for i in range(n)]
    for coalition in range(1 << n):
        for other in grown:
            if not coalition & other:
                apart = game.worth[coalition] + game.worth[other]
                assert game.worth[coalition | other] >= apart - 1e-9


@given(st.integers(2, 6), seeds)
def test_a_place_without_spillovers_keeps_its_payoff(n: int, seed: int) -> None:
    game = linear(n, seed)
    benefit = game.benefit.copy()
    benefit[0, 1:] = benefit[1:, 0] = 0.0
    lonely = sc.LinearGame(game.players, benefit, game.cost, game.emission)
    for rule in (sc.shapley, sc.nucleolus):
        found = rule(lonely)
        assert np.isclose(found.shares.iloc[0], lonely.standalone[0])


@given(st.integers(2, 6), seeds)
def test_places_that_are_alike_get_the_same(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    own, other = rng.random(2)
    places = pd.RangeIndex(n)
    game = sc.linear_game(
        pd.DataFrame(np.full((n, n), other) + np.eye(n) * own, places, places),
        pd.Series(rng.random() + 0.1, places),
        pd.Series(1e3, places),
    )
    for rule in (sc.shapley, sc.nucleolus):
        assert np.allclose(rule(game).shares, game.total / n)


@given(st.integers(2, 5), seeds)
def test_the_nucleolus_has_the_least_largest_excess(n: int, seed: int) -> None:
    game = table(n, seed)
    worth = game.worth.copy()
    worth[-1] = max(worth[-1], game.standalone.sum() + 0.5)
    game = sc.CoalitionGame(game.players, worth)
    found = sc.nucleolus(game)
    assert np.isclose(found.total, game.total)
    assert (found.gain >= -1e-9).all()
    assert found.certificate is not None
    assert abs(found.certificate) < 1e-9
    largest = (worth - coalition_sums(found.shares.to_numpy()))[1:-1].max()
    spread = np.random.default_rng(seed).dirichlet(np.ones(n), 20)
    for parts in spread:
        x = game.standalone + parts * (game.total - game.standalone.sum())
        assert (worth - coalition_sums(x))[1:-1].max() >= largest - 1e-9
    assert all(b <= a for a, b in pairwise(found.excesses))


@given(sizes, seeds, st.floats(0.1, 1e6), st.floats(-100, 100))
def test_shares_follow_the_measure_of_the_worths(
    n: int, seed: int, scale: float, shift: float
) -> None:
    game = linear(n, seed).tabulate()
    other = sc.CoalitionGame(game.players, scale * game.worth + coalition_sums(np.full(n, shift)))
    for rule in (sc.shapley, sc.nucleolus):
        assert np.allclose(rule(other).shares, scale * rule(game).shares + shift, rtol=1e-7)


payoffs = st.lists(st.integers(-5, 5), min_size=4, max_size=4)


@given(payoffs, payoffs)
def test_kinds_of_rest_points_follow_the_advantages(row: list[int], column: list[int]) -> None:
    both = ["first", "second"]
    a = pd.DataFrame(np.reshape(row, (2, 2)), both, both, dtype=float)
    b = pd.DataFrame(np.reshape(column, (2, 2)), both, both, dtype=float)
    gaps = np.array([a.iloc[0] - a.iloc[1], b.iloc[:, 0] - b.iloc[:, 1]])
    assume((gaps != 0).any())
    found = sc.evolutionary_game(a, b, starts=1, horizon=1.0, points=2)
    # A corner lasts if both strategies are strict best answers to each other.
    strict = {
        (x, y)
        for i, x in enumerate(both)
        for j, y in enumerate(both)
        if a.iloc[i, j] > a.iloc[1 - i, j] and b.iloc[i, j] > b.iloc[i, 1 - j]
    }
    assert set(found.stable) == strict
    basins = found.equilibria["basin"]
    if not basins.isna().any() and strict:
        assert np.isclose(basins.sum(), 1.0)
    shares = found.trajectories[["x", "y"]].to_numpy()
    assert ((shares >= 0) & (shares <= 1)).all()
