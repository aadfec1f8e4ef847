"""Starts on a grid, and the names of the strategies at each corner."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc

ROW, COLUMN = ["obey", "evade"], ["inspect", "trust"]


def played(**options: object) -> sc.EvolutionResult:
    """Return a game in which doing as the other does pays, whoever the other is."""
    same = pd.DataFrame([[2.0, 0.0], [0.0, 1.0]], ROW, COLUMN)
    return sc.evolutionary_game(same, same, **options)  # type: ignore[arg-type]


def test_starts_are_the_middles_of_equal_squares() -> None:
    found = played(starts=4).starts
    middles = [0.125, 0.375, 0.625, 0.875]
    assert found["x"].tolist() == pytest.approx([x for x in middles for _ in middles])
    assert found["y"].tolist() == pytest.approx(middles * 4)


def test_corners_are_called_by_the_strategies_that_all_play() -> None:
    rows = played(starts=1).equilibria.set_index(["x", "y"])
    names = {at: (row["row"], row["column"]) for at, row in rows.iterrows()}
    assert names == {
        (1, 1): ("obey", "inspect"),
        (1, 0): ("obey", "trust"),
        (0, 1): ("evade", "inspect"),
        (0, 0): ("evade", "trust"),
        # Indifferent where the other's share is 1/3: 2 y = 1 - y.
        (1 / 3, 1 / 3): ("", ""),
    }
    kinds = rows["kind"].tolist()
    assert kinds == ["stable", "unstable", "unstable", "stable", "saddle"]
