"""What holds for the density of any values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

import spatialcarbon as sc

RULES = st.sampled_from(["silverman", "scott", "normal", 0.75])


@st.composite
def samples(draw: Any, smallest: int = 3) -> pd.Series:
    """Draw values that vary, with ties, on string labels."""
    numbers = draw(st.lists(st.integers(0, 60), min_size=smallest, max_size=14))
    assume(len(set(numbers)) > 1)
    return pd.Series(numbers, [f"城{i}" for i in range(len(numbers))], dtype=float) / 4


def reach(found: Any, values: pd.Series, widths: float = 6.0) -> np.ndarray:
    h = found.bandwidth
    low, high = values.min() - widths * h, values.max() + widths * h
    return np.linspace(low, high, int(8 * (high - low) / h) + 2)


@given(samples(), RULES)
def test_the_mass_is_one_and_nothing_is_negative(values: pd.Series, rule: Any) -> None:
    first = sc.kernel_density(values, bandwidth=rule)
    found = sc.kernel_density(values, bandwidth=rule, grid=reach(first, values))
    assert abs(found.mass - 1) < 1e-6
    assert (found.density >= 0).all()


@given(samples(), RULES)
def test_so_it_is_when_folded_at_zero(values: pd.Series, rule: Any) -> None:
    first = sc.kernel_density(values, bandwidth=rule, boundary="reflect")
    grid = reach(first, values)
    grid = np.linspace(0, grid[-1], 8 * len(grid))
    found = sc.kernel_density(values, bandwidth=rule, boundary="reflect", grid=grid)
    assert abs(found.mass - 1) < 1e-5
    assert found.modes["location"].min() >= 0
    assert 0 < found.width <= values.max() + 6 * found.bandwidth


@given(samples(), RULES, st.sampled_from([-512.0, 0.25, 1024.0]))
def test_a_shift_moves_the_grid_only(values: pd.Series, rule: Any, shift: float) -> None:
    a, b = (sc.kernel_density(x, bandwidth=rule) for x in (values, values + shift))
    np.testing.assert_allclose(b.bandwidth, a.bandwidth, rtol=1e-9)
    np.testing.assert_allclose(b.grid, a.grid + shift, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(b.density, a.density, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose([b.width, b.mode], [a.width, a.mode + shift], rtol=1e-6, atol=1e-6)


@given(samples(), st.sampled_from(["silverman", "scott", "normal"]),
       st.sampled_from([1e-6, 0.5, 3.0, 1e9]))  # fmt: skip
def test_a_change_of_unit_scales_everything(values: pd.Series, rule: Any, c: float) -> None:
    a, b = (sc.kernel_density(x, bandwidth=rule) for x in (values, values * c))
    for ours, theirs in (
        (b.bandwidth, a.bandwidth * c),
        (b.grid, a.grid * c),
        (b.density, a.density / c),
        (b.width, a.width * c),
        (b.mass_below_zero, a.mass_below_zero),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9 * c)
    assert len(a.modes) == len(b.modes)


@given(samples(), RULES, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    values: pd.Series, rule: Any, weighted: bool, random: Any
) -> None:
    weights = pd.Series(np.arange(1.0, len(values) + 1), values.index) if weighted else None
    order = list(values.index)
    random.shuffle(order)
    a = sc.kernel_density(values, bandwidth=rule, weights=weights)
    b = sc.kernel_density(values[order], bandwidth=rule, weights=weights)
    np.testing.assert_array_equal(a.density, b.density)
    np.testing.assert_array_equal(a.grid, b.grid)
    pd.testing.assert_frame_equal(a.overview(), b.overview(), check_exact=True)


@given(samples(), RULES)
def test_the_highest_point_of_the_grid_is_no_higher_than_the_mode(
    values: pd.Series, rule: Any
) -> None:
    found = sc.kernel_density(values, bandwidth=rule)
    top = found.modes["height"].max()
    assert found.density.max() <= top * (1 + 1e-9)
    assert found.density.max() >= 0.9 * top or np.diff(found.grid)[0] > 0.3 * found.bandwidth


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([1e-5, 7.0, 1e6]))
def test_improved_sheather_jones_scales_too(seed: int, c: float) -> None:
    x = norm.rvs(size=150, random_state=np.random.default_rng(seed))
    x = pd.Series(np.concatenate([x, 4 + x]))
    a, b, moved = (sc.kernel_density(y, bandwidth="isj").bandwidth for y in (x, x * c, x + 3.0))
    np.testing.assert_allclose([b / c, moved], [a, a], rtol=1e-4)
