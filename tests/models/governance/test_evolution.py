"""Two populations that imitate: rest points, basins and paths against independent answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

import spatialcarbon as sc
from spatialcarbon.models.governance.replicator import Replicator, basin_shares

BOTH = ["合作", "refuse"]


def play(a: Any, b: Any, **options: Any) -> sc.EvolutionResult:
    return sc.evolutionary_game(
        pd.DataFrame(a, BOTH, ["obey", "evade"], dtype=float),
        pd.DataFrame(b, BOTH, ["obey", "evade"], dtype=float),
        **options,
    )


GAMES = {
    "coordination": ([[3, 0], [2, 1]], [[3, 2], [-1, 1]]),
    "opposites": ([[0, 3], [1, 1]], [[0, 2], [1, 0]]),
    "dominance": ([[2, 2], [0, 1]], [[1, 0], [0, 3]]),
    "circling": ([[2, 0], [0, 1]], [[0, 1], [1, 0]]),
}


@pytest.mark.parametrize("name", GAMES)
def test_rest_points_are_at_rest_and_jacobians_are_derivatives(name: str) -> None:
    found = play(*GAMES[name])
    system = found.system
    for row in found.equilibria.to_dict("records"):
        x, y = row["x"], row["y"]
        assert np.allclose(system.motion(x, y), 0.0, atol=1e-15)
        h = 1e-6
        numeric = np.column_stack(
            [
                (np.array(system.motion(x + h, y)) - system.motion(x - h, y)) / (2 * h),
                (np.array(system.motion(x, y + h)) - system.motion(x, y - h)) / (2 * h),
            ]
        )
        assert np.allclose(system.jacobian(x, y), numeric, atol=1e-8)
        assert row["determinant"] == pytest.approx(np.linalg.det(numeric), abs=1e-7)
        assert row["trace"] == pytest.approx(numeric.trace(), abs=1e-7)


def test_motion_is_the_share_times_the_excess_payoff() -> None:
    a, b = np.array([[3.0, 0], [2, 1]]), np.array([[3.0, 2], [-1, 1]])
    system = play(a, b).system
    for x, y in ((0.2, 0.7), (0.9, 0.4)):
        p, q = np.array([x, 1 - x]), np.array([y, 1 - y])
        rates = x * ((a @ q)[0] - p @ a @ q), y * ((p @ b)[0] - p @ b @ q)
        assert np.allclose(system.motion(x, y), rates)


def kinds(found: sc.EvolutionResult) -> dict[tuple[float, float], str]:
    table = found.equilibria
    return {(r.x, r.y): r.kind for r in table.itertuples()}


def test_kinds_of_the_four_standard_games() -> None:
    coordination = play(*GAMES["coordination"])
    assert coordination.stable == (("合作", "obey"), ("refuse", "evade"))
    assert kinds(coordination)[0.5 * 2 * 2 / 3, 0.5] == "saddle"
    assert play(*GAMES["opposites"]).stable == (("合作", "evade"), ("refuse", "obey"))
    dominance = play(*GAMES["dominance"])
    assert dominance.stable == (("合作", "obey"),)
    assert len(dominance.equilibria) == 4
    assert sorted(dominance.equilibria["kind"]) == ["saddle", "saddle", "stable", "unstable"]
    circling = play(*GAMES["circling"])
    assert circling.stable == ()
    inner = circling.equilibria.iloc[-1]
    assert (inner["x"], inner["y"], inner["kind"]) == (0.5, pytest.approx(1 / 3), "centre")
    assert inner["frequency"] == pytest.approx(np.sqrt(0.25 * 2 / 9 * 3 * 2))
    assert "circle" in circling.notes[0]


@pytest.mark.parametrize("name", GAMES)
def test_paths_are_those_of_a_general_integrator(name: str) -> None:
    starts = pd.DataFrame({"x": [0.2, 0.7, 0.95], "y": [0.6, 0.1, 0.9]}, index=["甲", "b", "c"])
    found = play(*GAMES[name], starts=starts, horizon=8.0, points=17)
    for label, start in starts.iterrows():
        path = found.trajectories[found.trajectories["start"] == label]
        solved = solve_ivp(
            lambda _, z: found.system.motion(*z), (0, 8), start.to_numpy(),
            t_eval=path["time"], rtol=1e-10, atol=1e-12,
        )  # fmt: skip
        assert np.allclose(path[["x", "y"]].to_numpy().T, solved.y, atol=1e-6)
    assert found.starts[["end_x", "end_y"]].to_numpy() == pytest.approx(
        found.trajectories.groupby("start", sort=False)[["x", "y"]].last().to_numpy()
    )


def test_the_constant_of_motion_is_constant() -> None:
    found = play(*GAMES["circling"], starts=3, horizon=50.0)
    paths = found.trajectories
    constant = found.system.constant(paths["x"], paths["y"])
    assert constant.groupby(paths["start"]).agg(np.ptp).max() < 1e-5


@pytest.mark.parametrize(
    "advantages", [(1, -1, 3, -1), (-1, 2, -3, 1), (1, -0.3, 0.5, -0.1), (-0.2, 2, -3, 0.1)]
)
def test_basins_are_what_simulated_starts_reach(advantages: tuple[float, ...]) -> None:
    system = Replicator(*map(float, advantages))
    shares = (np.arange(24) + 0.5) / 24
    starts = np.stack(np.meshgrid(shares, shares), axis=-1).reshape(-1, 2)
    ends = system.paths(starts, np.array([0.0, 15 / min(map(abs, advantages))]))[:, -1]
    for (x, y), share in basin_shares(system).items():
        reached = (np.abs(ends - [x, y]) < 0.02).all(axis=1).mean()
        assert reached == pytest.approx(share, abs=0.02)


def test_basins_of_a_symmetric_game_are_halves() -> None:
    found = play([[2, 0], [1, 1]], [[2, 1], [0, 1]])
    assert found.equilibria["basin"].tolist() == pytest.approx([0.5, 0, 0, 0.5, 0], abs=1e-9)


def test_starts_on_the_edge_stay_there() -> None:
    starts = pd.DataFrame({"x": [0.0, 1.0, 0.3], "y": [0.4, 0.4, 1.0]})
    found = play(*GAMES["coordination"], starts=starts)
    assert found.starts["end_x"].iloc[:2].tolist() == [0.0, 1.0]
    assert found.starts["end_y"].iloc[2] == 1.0
    assert found.trajectories[["x", "y"]].stack().between(0, 1).all()  # noqa: PD013


def test_ties_are_said_not_decided() -> None:
    found = play([[1, 0], [1, 2]], [[3, 2], [0, 1]])
    assert found.equilibria["basin"].isna().all()
    assert "not decided" in found.equilibria["kind"].tolist()
    assert "linearisation does not decide" in found.notes[0]


def test_tables_in_another_order_are_conformed_and_scale_changes_only_time() -> None:
    a, b = GAMES["coordination"]
    row = pd.DataFrame(a, BOTH, ["obey", "evade"], dtype=float)
    column = pd.DataFrame(b, BOTH, ["obey", "evade"], dtype=float)
    plain = sc.evolutionary_game(row, column)
    turned = sc.evolutionary_game(row, column.iloc[::-1, ::-1])
    pd.testing.assert_frame_equal(plain.equilibria, turned.equilibria)
    large = sc.evolutionary_game(row * 1e6, column * 1e6)
    assert large.settings["horizon"] == pytest.approx(plain.settings["horizon"] / 1e6)
    assert np.allclose(large.trajectories[["x", "y"]], plain.trajectories[["x", "y"]], atol=1e-9)
    pd.testing.assert_frame_equal(plain.to_frame(), plain.equilibria)
    assert plain.references[0] == "taylor1978"


def test_inputs_are_checked() -> None:
    good = pd.DataFrame(1.0, BOTH, BOTH)
    moving = pd.DataFrame([[1.0, 0], [0, 2]], BOTH, BOTH)
    with pytest.raises(sc.SchemaError, match=r"payoffs_row is not a table.*\n.*2, 3"):
        sc.evolutionary_game(pd.DataFrame(1.0, BOTH, list("abc")), good)
    with pytest.raises(sc.SchemaError, match=r"payoffs_column is not a table.*\n.*list"):
        sc.evolutionary_game(good, [[1, 2], [3, 4]])  # type: ignore[arg-type]
    with pytest.raises(sc.AlignmentError, match="different strategies"):
        sc.evolutionary_game(good, good.rename(index={"refuse": "x"}))
    with pytest.raises(sc.AlignmentError, match="repeated labels"):
        sc.evolutionary_game(good.set_axis(["a", "a"]), good)
    with pytest.raises(sc.MissingDataError, match="payoffs_row has a missing payoff"):
        sc.evolutionary_game(moving.where(moving < 2), moving)
    with pytest.raises(sc.MissingDataError, match="infinite"):
        sc.evolutionary_game(moving.replace(2.0, np.inf), moving)
    with pytest.raises(sc.DegenerateDataError, match="nothing moves"):
        sc.evolutionary_game(good, good)
    for starts, message in (
        (pd.DataFrame({"x": [0.5]}), "columns x and y"),
        (pd.DataFrame({"x": [], "y": []}), "0 rows"),
        (pd.DataFrame({"x": [0.5, 1.2], "y": [0.1, 0.2]}), "rows 1"),
        (pd.DataFrame({"x": [0.5, np.nan], "y": [0.1, 0.2]}), "rows 1"),
    ):
        with pytest.raises(sc.SchemaError, match=message):
            sc.evolutionary_game(moving, moving, starts=starts)
    with pytest.raises(sc.OptionError, match="starts=0"):
        sc.evolutionary_game(moving, moving, starts=0)
    with pytest.raises(sc.OptionError, match="horizon=-1"):
        sc.evolutionary_game(moving, moving, horizon=-1)
    with pytest.raises(sc.OptionError, match="too long"):
        sc.evolutionary_game(moving, moving, horizon=1e9)
