"""What holds for inequality, coupling and centres of any data."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=40)
POSITIVE = st.floats(1e-3, 1e3)
SCORE = st.floats(0, 1)


@st.composite
def places(draw: Any, least: int = 2) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Draw values, people and groups of some towns."""
    n = draw(st.integers(least, 8))
    towns = pd.Index([f"城{i}" for i in range(n)])
    values, people = (draw(st.lists(POSITIVE, min_size=n, max_size=n)) for _ in range(2))
    marks = draw(st.lists(st.sampled_from("xyz"), min_size=n, max_size=n))
    return (pd.Series(values, towns), pd.Series(people, towns), pd.Series(marks, towns))


def indices(values: pd.Series, people: pd.Series) -> np.ndarray:
    split = sc.theil(values, population=people)
    return np.array(
        [
            sc.gini(values, population=people),
            sc.coefficient_of_variation(values, population=people),
            *(split.total, split.mean_log_deviation),
        ]
    )


@few
@given(places())
def test_parts_add_up_and_nothing_is_negative(case: Any) -> None:
    values, people, groups = case
    found = sc.theil(values, population=people, groups=groups)
    assert abs(found.between + found.within - found.total) <= 1e-12
    parts = found.mean_log_deviation_between + found.mean_log_deviation_within
    assert abs(parts - found.mean_log_deviation) <= 1e-12
    assert min(found.between, found.within, found.mean_log_deviation_between) >= 0
    assert (found.table[["theil_t", "theil_l", "gini"]] >= 0).all(axis=None)
    assert math.isclose(found.table["population_share"].sum(), 1, rel_tol=1e-12)
    assert math.isclose(found.table["value_share"].sum(), 1, rel_tol=1e-12)
    assert 0 <= sc.gini(values, population=people) < 1


@few
@given(places(), POSITIVE, POSITIVE)
def test_scale_and_replication_change_nothing(case: Any, by: float, crowd: float) -> None:
    values, people, _ = case
    before = indices(values, people)
    np.testing.assert_allclose(indices(values * by, people * crowd), before, rtol=1e-9, atol=1e-12)
    twice = [pd.concat([s, s.rename(lambda town: f"{town}'")]) for s in (values, people)]
    np.testing.assert_allclose(indices(*twice), before, rtol=1e-9, atol=1e-12)


@few
@given(places(), st.floats(0.05, 0.95))
def test_a_transfer_from_rich_to_poor_lowers_every_index(case: Any, part: float) -> None:
    values, _, _ = case
    order = values.sort_values().index
    poor, rich = order[0], order[-1]
    gap = values[rich] - values[poor]
    assume(gap > 1e-3 * values[rich])
    even = pd.Series(1.0, values.index)
    moved = values.copy()
    moved[rich] -= part * gap / 2
    moved[poor] += part * gap / 2
    assert (indices(moved, even) < indices(values, even)).all()


@few
@given(places())
def test_the_lorenz_curve_is_convex_and_holds_the_gini(case: Any) -> None:
    values, people, _ = case
    found = sc.gini(values, population=people)
    across, up = found.lorenz["population"].to_numpy(), found.lorenz["value"].to_numpy()
    assert (np.diff(across) > 0).all()
    slopes = np.diff(up) / np.diff(across)
    assert (np.diff(slopes) >= -1e-9 * slopes.max()).all()
    assert math.isclose(1 - 2 * np.trapezoid(up, across), found, rel_tol=1e-9, abs_tol=1e-12)


@few
@given(places())
def test_concentration_is_variation(case: Any) -> None:
    values, _, _ = case
    found, cv = sc.herfindahl(values), sc.coefficient_of_variation(values)
    assert math.isclose(found, (1 + cv**2) / len(values), rel_tol=1e-9)
    assert found.effective_number * (1 + 1e-12) >= 1
    assert found.effective_number <= len(values) * (1 + 1e-12)


@few
@given(st.lists(st.lists(SCORE, min_size=3, max_size=3), min_size=1, max_size=6), st.floats(0.1, 1))
def test_coupling(rows: Any, scale: float) -> None:
    scores = pd.DataFrame(rows, columns=list("xyz"))
    found = sc.coupling_coordination(scores)
    for degree in (found.coupling, found.development, found.coordination):
        assert degree.between(0, 1).all()
    turned = sc.coupling_coordination(scores[["z", "x", "y"]])
    np.testing.assert_allclose(turned.coupling, found.coupling, rtol=1e-9)
    assume((scores.min().min() == 0) or (scores > 1e-100).all(axis=None))
    smaller = sc.coupling_coordination(scores * scale)
    np.testing.assert_allclose(smaller.coupling, found.coupling, rtol=1e-9, atol=1e-15)
    assert (smaller.coordination <= found.coordination * (1 + 1e-9)).all()
    apart = scores.max(axis=1) - scores.min(axis=1) > 1e-6
    assert (found.coupling[apart] < 1).all()


@settings(max_examples=12)
@given(places(), st.floats(0, 360), st.floats(-1e5, 1e5))
def test_centres_turn_and_move_with_their_points(case: Any, degrees: float, by: float) -> None:
    values, people, _ = case
    xy = np.column_stack([values * 30, people * 50])
    turn = math.radians(degrees)
    spin = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    first, second = (
        sc.centre_track(values.to_frame(2010), _units(points, values.index)).table.iloc[0]
        for points in (xy, xy @ spin.T + by)
    )
    np.testing.assert_allclose(
        second[["x", "y"]].to_numpy(float) - [5e5, 3e6] - by,
        spin @ (first[["x", "y"]].to_numpy(float) - [5e5, 3e6]),
        atol=1e-4,
    )
    axes = ["semi_major_km", "semi_minor_km"]
    np.testing.assert_allclose(
        first[axes].to_numpy(float), second[axes].to_numpy(float), rtol=1e-5, atol=1e-4
    )
    assert first["semi_minor_km"] <= first["semi_major_km"]


def _units(points: np.ndarray, labels: pd.Index) -> gpd.GeoDataFrame:
    made = gpd.GeoSeries.from_xy(points[:, 0] + 5e5, points[:, 1] + 3e6, crs="EPSG:4547")
    return gpd.GeoDataFrame(geometry=made.set_axis(labels))
