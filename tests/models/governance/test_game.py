"""Equilibria and optima against numerical optimisation, corners and quadratic damage included."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import spatialcarbon as sc
from spatialcarbon.core.errors import ConvergenceError, DegenerateDataError
from spatialcarbon.models.governance.coalition_values import LinearGame
from spatialcarbon.models.governance.game import Game
from spatialcarbon.models.governance.quadratic_coalitions import coalition_worths
from spatialcarbon.models.governance.quadratic_game import solve_box

GRID = np.linspace(0.0, 1.0, 401)


def drawn(seed: int, n: int, *, quadratic: bool, tight: bool = False) -> Game:
    """Make a game; a tight one has places that would abate more than they emit."""
    rng = np.random.default_rng(seed)
    spill = rng.uniform(0.02, 0.3, (n, n)) + np.diag(rng.uniform(0.6, 1.0, n))
    emission = rng.uniform(0.5 if tight else 8.0, 3.0 if tight else 20.0, n)
    harm = rng.uniform(0.1, 0.6, n) if quadratic else rng.uniform(0.5, 6.0, n)
    if tight:
        # One place is hurt a lot and abates nearly for nothing.
        emission[0], harm[0] = 0.1, harm[0] * 5
    cost = rng.uniform(0.5, 3.0, n)
    cost[0] *= 0.1 if tight else 1.0
    return Game(pd.RangeIndex(n), emission, harm, cost, spill, quadratic)


GAMES = {
    f"{n}-{'quadratic' if q else 'linear'}-{t}": drawn(seed, n, quadratic=q, tight=t)
    for seed, (n, q, t) in enumerate(itertools.product((2, 4), (False, True), (False, True)))
}
CASES = [pytest.param(game, id=name) for name, game in GAMES.items()]


@pytest.mark.parametrize("game", CASES)
def test_cooperation_is_the_optimum(game: Game) -> None:
    def lost(part: Any) -> float:
        return -float(game.payoff(part * game.emission).sum())

    found = minimize(
        lost,
        np.full(game.n, 0.5),
        bounds=[(0, 1)] * game.n,
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    best = game.cooperation()
    assert -lost(best / game.emission) >= -found.fun - 1e-9
    assert best == pytest.approx(found.x * game.emission, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("game", CASES)
def test_nobody_gains_by_answering_nash_otherwise(game: Game) -> None:
    plan = game.nash()
    for i in range(game.n):
        tries = np.tile(plan, (len(GRID), 1))
        tries[:, i] = GRID * game.emission[i]
        own = max(float(game.payoff(other)[i]) for other in tries)
        assert own <= game.payoff(plan)[i] + 1e-9


@pytest.mark.parametrize("game", CASES)
def test_members_gain_nothing_by_another_joint_answer(game: Game) -> None:
    inside = np.arange(game.n) < 2
    plan = game.coalition(inside)
    worth = game.value(inside)
    assert worth == pytest.approx(float(game.payoff(plan)[inside].sum()))
    for u, v in itertools.product(np.linspace(0, 1, 41), repeat=2):
        other = plan.copy()
        other[:2] = np.array([u, v]) * game.emission[:2]
        assert float(game.payoff(other)[inside].sum()) <= worth + 1e-9


def test_corners_were_among_the_cases() -> None:
    ends = [bool(game.corner(game.cooperation()).any()) for game in GAMES.values()]
    assert ends == [name.endswith("True") for name in GAMES]


@pytest.mark.parametrize("seed", [3, 4])
def test_all_coalitions_at_once_are_each_by_itself(seed: int) -> None:
    for tight in (False, True):
        game = drawn(seed, 4, quadratic=True, tight=tight)
        table = coalition_worths(game)
        for at in range(16):
            inside = (at >> np.arange(4) & 1).astype(bool)
            assert table[at] == pytest.approx(game.value(inside) if at else 0.0, rel=1e-9)


def test_the_linear_game_is_the_one_of_coalitions() -> None:
    game = drawn(5, 4, quadratic=False, tight=True)
    same = LinearGame(game.units, game.marginal(), game.cost, game.emission)
    assert same.nash == pytest.approx(game.nash())
    assert same.cooperation == pytest.approx(game.cooperation())
    table = same.tabulate().worth
    for at in range(1, 16):
        inside = (at >> np.arange(4) & 1).astype(bool)
        assert table[at] == pytest.approx(game.value(inside), rel=1e-12)


def test_a_complementarity_problem_with_both_bounds() -> None:
    slope = np.array([[2.0, 1.5, 0.0], [1.5, 2.0, 0.5], [0.0, 0.5, 2.0]])
    push, limit = np.array([8.0, 1.0, 1.0]), np.array([3.0, 4.0, 4.0])
    at = solve_box(slope, push, limit)
    drive = push - slope @ at
    assert at.tolist() == pytest.approx([3.0, 0.0, 0.5])
    assert drive[0] > 0 > drive[1]
    assert drive[2] == pytest.approx(0.0, abs=1e-12)


def test_best_responses_that_never_settle_are_said() -> None:
    slope = np.array([[1.0, -4.0, 0.0], [4.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    with pytest.raises(ConvergenceError, match="not settled"):
        solve_box(slope, np.array([1.0, 30.0, 20.0]), np.full(3, 9.0))


def test_so_much_spillover_that_equilibria_are_several() -> None:
    matrix = pd.DataFrame([[1.0, 10.0], [10.0, 1.0]], index=["A", "B"], columns=["A", "B"])
    places = pd.DataFrame({"emission": 10.0, "damage": 1.0, "cost": 1.0}, index=["A", "B"])
    with pytest.raises(DegenerateDataError, match="several equilibria"):
        sc.govern(places, matrix, damage="quadratic")
    linear = sc.govern(places, matrix)
    assert linear.model == "linear"


def test_marginal_benefits_with_quadratic_damage_are_slopes() -> None:
    game = drawn(1, 3, quadratic=True)
    at, step = game.nash(), 1e-5
    for i in range(3):
        more = at.copy()
        more[i] += step
        less = at.copy()
        less[i] -= step
        slope = (game.damages(less) - game.damages(more)) / (2 * step)
        assert slope == pytest.approx(game.marginal(at)[:, i], rel=1e-6)
