"""Best abatement within bounds: where the slopes alone do not decide, and places without harm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.governance.quadratic_game import solve_box, unique_equilibrium


def test_a_system_without_a_unique_solution_is_decided_by_the_bounds() -> None:
    """Both rows are the same line: only a + b counts, and a is pushed harder than b."""
    found = solve_box(np.ones((2, 2)), np.array([2.5, 0.5]), np.array([1.0, 9.0]))
    # At (1, 0) more of a would pay (2.5 - 1 > 0) and is not to be had; b would cost (0.5 - 1 < 0).
    assert found.tolist() == [1.0, 0.0]


def test_an_answer_inside_the_bounds_solves_the_equations() -> None:
    slope = np.array([[3.0, 1.0], [2.0, 4.0]])
    found = solve_box(slope, slope @ [0.5, 0.25], np.array([1.0, 1.0]))
    assert found.tolist() == pytest.approx([0.5, 0.25])


def test_what_spills_over_to_a_place_without_harm_decides_nothing() -> None:
    spill = np.array([[1.0, 0.1, 0.1], [0.1, 1.0, 0.1], [90.0, 90.0, 1.0]])
    places, cost = pd.Index(list("abc")), np.ones(3)
    with pytest.raises(sc.DegenerateDataError, match="may have several equilibria"):
        unique_equilibrium(np.ones(3), cost, spill, places)
    # Without c, each place answers the other by 0.1 / 2: far below one.
    unique_equilibrium(np.array([1.0, 1.0, 0.0]), cost, spill, places)
