"""Turning points of polynomials in log income: far ones, and both of a cubic."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spatialcarbon.models.drivers.kuznets_turn import turning_points


def test_a_turn_at_an_income_that_no_float_holds_is_infinite() -> None:
    # The slope 2000 - 2t is zero at t = 1000, and e^1000 is above the largest float.
    row = turning_points(np.array([2000.0, -1.0]), np.diag([1e-4, 1e-10]), 1.96, (5.0, 9.0)).loc[0]
    assert row["kind"] == "maximum"
    assert row["income"] == row["low"] == row["high"] == math.inf
    assert row["fieller_low"] == row["fieller_high"] == math.inf
    assert not row["inside"]


def test_both_turns_of_a_cubic() -> None:
    # The slope 3 (t - 1)(t - 2) = 6 - 9t + 3t² is zero at 1 and 2, and falls before it rises.
    found = turning_points(np.array([6.0, -4.5, 1.0]), np.zeros((3, 3)), 1.96, (0.0, 1.5))
    assert found["kind"].tolist() == ["maximum", "minimum"]
    assert found["income"].tolist() == pytest.approx([math.e, math.e**2])
    assert found["low"].tolist() == pytest.approx(found["high"].tolist())
    assert found["inside"].tolist() == [True, False]
