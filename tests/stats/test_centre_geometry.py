"""Ellipses and their outlines, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from shapely import get_coordinates

from spatialcarbon.stats.centre_geometry import deviational_ellipse, outline

QUARTER = np.full(4, 0.25)


def test_a_cross_stands_upright() -> None:
    found = deviational_ellipse(np.array([[3.0, 0.0], [-3, 0], [0, 1], [0, -1]]), QUARTER)
    assert (found.x, found.y) == (0.0, 0.0)
    assert (found.major, found.minor) == pytest.approx((math.sqrt(4.5), math.sqrt(0.5)))
    assert found.rotation == pytest.approx(90.0)


def test_a_turned_cross_is_turned_clockwise_from_the_north() -> None:
    slope = math.radians(30.0)
    long = 4 * np.array([math.sin(slope), math.cos(slope)])
    short = np.array([math.cos(slope), -math.sin(slope)])
    points = np.array([100.0, 50.0]) + np.array([long, -long, short, -short])
    found = deviational_ellipse(points, QUARTER)
    assert (found.x, found.y) == pytest.approx((100.0, 50.0))
    assert (found.major, found.minor) == pytest.approx((math.sqrt(8.0), math.sqrt(0.5)))
    assert found.rotation == pytest.approx(30.0)


def test_the_corners_of_an_outline() -> None:
    row = {"x": 10.0, "y": 20.0, "semi_major_km": 3.0, "semi_minor_km": 1.0}
    upright = get_coordinates(outline(row | {"rotation_grid": 0.0}, corners=4))
    np.testing.assert_allclose(
        upright, [[10, 3020], [1010, 20], [10, -2980], [-990, 20], [10, 3020]]
    )
    lying = get_coordinates(outline(row | {"rotation_grid": 90.0}, corners=4))
    np.testing.assert_allclose(lying, [[3010, 20], [10, -980], [-2990, 20], [10, 1020], [3010, 20]])


def test_the_outline_of_a_circle_begins_in_the_north() -> None:
    row = {
        "x": 0.0,
        "y": 0.0,
        "semi_major_km": 2.0,
        "semi_minor_km": 2.0,
        "rotation_grid": math.nan,
    }
    found = get_coordinates(outline(row, corners=4)) / 1000
    np.testing.assert_allclose(found, [[0, 2], [2, 0], [0, -2], [-2, 0], [0, 2]], atol=1e-12)
