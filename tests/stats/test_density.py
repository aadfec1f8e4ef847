"""Kernel density: worked values, other programs, shapes, and what is refused."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import gaussian_kde, norm

import spatialcarbon as sc
from spatialcarbon.stats.bandwidth import improved_sheather_jones, quantile

X = [1.0, 2.0, 3.0, 4.0, 10.0]
LABELLED = pd.Series(X, index=["u10", "成都", "9", "Zürich", "é"])


def normal_quantiles(n: int) -> np.ndarray:
    return norm.ppf((np.arange(1, n + 1) - 0.5) / n)


@pytest.mark.parametrize(
    ("bandwidth", "h", "height"),
    [
        ("silverman", 0.973585, 0.188607),
        ("scott", 2.562483, 0.112553),
        ("normal", 2.716232, None),
        (1.5, 1.5, None),
    ],
)
def test_the_worked_example(bandwidth: Any, h: float, height: float | None) -> None:
    found = sc.kernel_density(X, bandwidth=bandwidth, grid=[3.0])
    assert found.bandwidth == pytest.approx(h, abs=5e-7)
    by_hand = norm.pdf((3 - np.array(X)) / found.bandwidth).mean() / found.bandwidth
    assert found.density[0] == pytest.approx(by_hand, rel=1e-12)
    if height is not None:
        assert found.density[0] == pytest.approx(height, abs=5e-7)
    assert found.rule == (bandwidth if isinstance(bandwidth, str) else "given")


def test_the_default_grid_reaches_three_bandwidths_beyond_the_values() -> None:
    found = sc.kernel_density(LABELLED)
    h = found.bandwidth
    assert len(found.grid) == len(found.density) == 512
    np.testing.assert_allclose(found.grid[[0, -1]], [1 - 3 * h, 10 + 3 * h], rtol=1e-12)
    assert len(sc.kernel_density(LABELLED, grid=100).grid) == 100
    assert found.to_frame().columns.tolist() == ["grid", "density"]
    assert found.n == 5


@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 0.5, 3.0, 1.0], [2.0] * 5])
def test_scott_is_that_of_scipy(weights: Any) -> None:
    found = sc.kernel_density(X, bandwidth="scott", weights=weights)
    peer = gaussian_kde(X, weights=weights)
    np.testing.assert_allclose(found.density, peer(found.grid), rtol=1e-10)
    assert found.bandwidth == pytest.approx(float(np.sqrt(peer.covariance[0, 0])))


def test_improved_sheather_jones_on_known_quantiles() -> None:
    one = normal_quantiles(200)
    half = normal_quantiles(100)
    two = np.concatenate([half, 6 + 0.5 * half])
    assert sc.kernel_density(one, bandwidth="isj").bandwidth == pytest.approx(0.44139, abs=5e-6)
    found = sc.kernel_density(two, bandwidth="isj")
    assert found.bandwidth == pytest.approx(0.32503, abs=5e-6)
    assert found.rule == "isj"
    assert sc.kernel_density(two).bandwidth == pytest.approx(0.96972, abs=5e-6)


@pytest.mark.parametrize(("n", "draws", "theory"), [(1000, 24, 0.2661), (5000, 12, 0.1928)])
def test_improved_sheather_jones_is_near_the_best_bandwidth(
    n: int, draws: int, theory: float
) -> None:
    generator = np.random.default_rng(n)
    found = [improved_sheather_jones(generator.normal(size=n)) for _ in range(draws)]
    assert np.mean(found) == pytest.approx(theory, rel=0.08)  # type: ignore[arg-type]


def test_improved_sheather_jones_steps_back_where_it_has_no_solution() -> None:
    with pytest.warns(sc.ConvergenceWarning, match="no solution for these 5 values") as said:
        found = sc.kernel_density(LABELLED, bandwidth="isj")
    assert said[0].filename == __file__
    assert found.rule == "silverman"
    assert found.bandwidth == sc.kernel_density(LABELLED).bandwidth
    assert any("bandwidth is Silverman's" in note for note in found.notes)
    assert found.settings["bandwidth"] == "isj"
    far = [0.0] * 60 + [1e9]
    with pytest.warns(sc.ConvergenceWarning):
        assert sc.kernel_density(far, bandwidth="isj").rule == "silverman"


def test_half_of_the_values_being_the_same_does_not_stop_silverman() -> None:
    x = np.array([0.0, 5.0, 5.0, 5.0, 100.0])
    found = sc.kernel_density(x)
    assert found.bandwidth == pytest.approx(0.9 * x.std(ddof=1) * 5**-0.2)
    weighted = sc.kernel_density(x, weights=[1.0, 2.0, 3.0, 2.0, 1.0])
    assert weighted.bandwidth > 1


def test_weights_count_values_and_zero_ones_are_left_out() -> None:
    weights = pd.Series([1.0, 3.0, 0.0, 2.0, 2.0], index=LABELLED.index)
    shuffled = weights.sample(frac=1, random_state=1)
    found = sc.kernel_density(LABELLED, weights=shuffled, bandwidth=1.0)
    v = np.array([1, 3, 2, 2]) / 8
    x = np.array([1.0, 2.0, 4.0, 10.0])
    by_hand = (v * norm.pdf(found.grid[:, None] - x)).sum(axis=1)
    np.testing.assert_allclose(found.density, by_hand, rtol=1e-12)
    assert found.dropped.tolist() == ["9"]
    assert found.n == 4
    assert "weight of zero (1): 9" in " ".join(found.notes)
    repeated = sc.kernel_density([1.0, 2.0, 2.0, 2.0, 4.0, 4.0, 10.0, 10.0], bandwidth=1.0,
                                 grid=found.grid)  # fmt: skip
    np.testing.assert_allclose(found.density, repeated.density, rtol=1e-12)
    same = sc.kernel_density(X, weights=[7.0] * 5)
    np.testing.assert_allclose(same.density, sc.kernel_density(X).density, rtol=1e-12)


def test_weighted_quantiles_are_the_usual_ones_for_equal_weights() -> None:
    x = np.sort(np.random.default_rng(1).normal(size=12))
    nearly = np.linspace(1, 1 + 1e-13, 12)
    for share in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0):
        found = quantile(x, nearly / nearly.sum(), share)
        assert found == pytest.approx(np.quantile(x, share))
    # twice the weight at the upper end pulls the median up
    assert quantile(np.array([1.0, 2.0, 3.0]), np.array([0.25, 0.25, 0.5]), 0.5) > 2


def test_modes_are_the_local_maxima_of_the_curve() -> None:
    found = sc.kernel_density(X, bandwidth=0.8)
    for location, height in zip(found.modes["location"], found.modes["height"], strict=True):
        best = minimize_scalar(
            lambda t: -norm.pdf((t - np.array(X)) / 0.8).mean() / 0.8,
            bounds=(location - 0.5, location + 0.5),
            method="bounded",
            options={"xatol": 1e-10},
        )
        assert location == pytest.approx(best.x, abs=1e-5)
        assert height == pytest.approx(-best.fun, rel=1e-12)
    assert found.modes["relative"].max() == 1
    assert found.modes["location"].is_monotonic_increasing
    # they do not hang on the grid, nor on how far apart the values are
    far = sc.kernel_density([0.0, 0.1, 1e6, 1e6 + 0.1], bandwidth=0.2, grid=[5.0, 6.0])
    np.testing.assert_allclose(far.modes["location"], [0.05, 1e6 + 0.05], rtol=1e-12)


def test_width_is_that_of_the_hill_at_half_its_height() -> None:
    # Two values 2h apart or less make one hill; far apart, each is a normal curve.
    lone = sc.kernel_density([0.0, 100.0], bandwidth=2.0)
    assert lone.width == pytest.approx(2 * 2.0 * np.sqrt(2 * np.log(2)), rel=1e-9)
    assert len(lone.modes) == 2
    found = sc.kernel_density(X, bandwidth=1.0)
    left, right = found.mode, found.mode
    curve = lambda t: norm.pdf(t - np.array(X)).mean()  # noqa: E731
    half = curve(found.mode) / 2
    while curve(left) > half:
        left -= 1e-4
    while curve(right) > half:
        right += 1e-4
    assert found.width == pytest.approx(right - left, abs=3e-4)


def test_reflection_folds_the_mass_back_over_zero() -> None:
    x = [0.2, 0.5, 1.0, 3.0, 7.0]
    plain = sc.kernel_density(x, bandwidth=1.0)
    folded = sc.kernel_density(x, bandwidth=1.0, boundary="reflect")
    below = quad(lambda t: norm.pdf(t - np.array(x)).mean(), -10, 0)[0]
    assert plain.mass_below_zero == pytest.approx(below, rel=1e-8)
    assert any("lies below zero" in note for note in plain.notes)
    assert folded.mass_below_zero == 0
    assert folded.notes == ()
    assert folded.grid[0] == 0
    assert folded.mass == pytest.approx(1, abs=1e-3)
    at = np.array([-1.0, 0.0, 0.5, 4.0])
    mirrored = sc.kernel_density([-v for v in x] + x, bandwidth=1.0, grid=at).density * 2
    found = sc.kernel_density(x, bandwidth=1.0, boundary="reflect", grid=at).density
    np.testing.assert_allclose(found, np.where(at < 0, 0, mirrored), rtol=1e-12)


def test_values_below_zero_are_nothing_to_remark_on() -> None:
    found = sc.kernel_density([-3.0, 1.0, 2.0, 5.0])
    assert found.mass_below_zero > 0.1
    assert found.notes == ()


def test_a_mode_and_a_width_at_the_boundary() -> None:
    found = sc.kernel_density([0.0, 0.1, 0.2, 9.0], bandwidth=1.0, boundary="reflect")
    assert found.modes["location"].tolist() == pytest.approx([0.0, 9.0], abs=1e-6)
    assert found.mode == 0
    right = np.interp(-found.modes["height"].max() / 2, -found.density[:200], found.grid[:200])
    assert found.width == pytest.approx(right, abs=1e-2)
    apart = sc.kernel_density([0.5, 30.0], bandwidth=0.4, boundary="reflect")
    # The hill and its mirror image pull each other's tops together.
    assert 0 < apart.modes["location"].iloc[0] < 0.5


def test_a_grid_too_short_or_too_coarse_is_told() -> None:
    short = sc.kernel_density(X, grid=[2.0, 2.5, 3.0])
    assert any("too short or too coarse" in note for note in short.notes)
    assert short.modes.equals(sc.kernel_density(X).modes)
    assert np.isnan(sc.kernel_density(X, grid=[2.0]).mass)
    assert sc.kernel_density(X, grid=pd.Series([2.0, 3.0], index=["b", "a"])).grid.tolist() == [
        2,
        3,
    ]


def test_what_is_accepted_as_values() -> None:
    expected = sc.kernel_density(LABELLED).density
    for same in (X, tuple(X), np.array(X), LABELLED.to_frame("co2"), LABELLED.astype("float32"),
                 pd.Series(X, dtype="Float64"), pd.Series([1, 2, 3, 4, 10])):  # fmt: skip
        np.testing.assert_array_equal(sc.kernel_density(same).density, expected)
    holed = pd.concat([LABELLED, pd.Series({"北京": np.nan})])
    found = sc.kernel_density(holed, missing="drop")
    np.testing.assert_array_equal(found.density, expected)
    assert found.dropped.tolist() == ["北京"]
    assert "北京" in " ".join(found.notes_in("zh"))
    sizes = pd.Series(1.0, holed.index).mask(holed.index == "é")
    assert sc.kernel_density(holed, weights=sizes, missing="drop").n == 4


def test_input_is_left_alone_and_results_are_frozen() -> None:
    before, grid = LABELLED.copy(), np.array([1.0, 2.0])
    found = sc.kernel_density(LABELLED, grid=grid)
    pd.testing.assert_series_equal(LABELLED, before)
    assert grid.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        found.density[0] = 9


def test_a_result_says_what_it_is() -> None:
    found = sc.kernel_density(LABELLED, bandwidth=1.0)
    assert "bandwidth        1\n" in found.summary()
    assert "rule             given" in found.summary()
    row = found.overview().iloc[0]
    assert row["modes"] == 2
    assert row["mode"] == found.mode
    assert found.settings["data"] == sc.kernel_density(LABELLED.iloc[::-1]).settings["data"]
    assert set(found.references) >= {"silverman1986", "botev2010"}
    assert "grid" in found._repr_html_()


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        ([4.0], {}, sc.DegenerateDataError, "at least two values"),
        ([], {}, sc.DegenerateDataError, "got: 0 with a value"),
        ([4.0] * 9, {}, sc.DegenerateDataError, "all 9 values are the same"),
        ([0.1 + 0.2, 0.3], {}, sc.DegenerateDataError, "all 2 values are the same"),
        ([4.0] * 3, {"bandwidth": 1.0}, sc.DegenerateDataError, "are the same"),
        (X, {"weights": [0.0] * 5}, sc.DegenerateDataError, "all weights are zero"),
        (X, {"weights": [0.0] * 4 + [1.0]}, sc.DegenerateDataError, "at least two values"),
        (X, {"weights": [1.0] * 4 + [-1.0]}, sc.SchemaError, "negative for 1 units"),
        (X, {"weights": [1.0] * 4}, sc.AlignmentError, "4 weights for 5 values"),
        (X, {"weights": [1.0] * 4 + [np.nan]}, sc.MissingDataError, "weights is missing"),
        (X, {"weights": 3.0}, sc.SchemaError, "weights is a float"),
        (LABELLED, {"weights": [1.0] * 5}, sc.AlignmentError, "list without labels"),
        (LABELLED, {"weights": pd.Series(1.0, list("abcde"))}, sc.AlignmentError, "cover"),
        (X, {"weights": [1.0] * 5, "bandwidth": "isj"}, sc.OptionError, "takes no weights"),
        ([*X, np.nan], {}, sc.MissingDataError, "missing for 1 of 6 units"),
        ([*X, np.inf], {"missing": "drop"}, sc.MissingDataError, "infinite"),
        (["1", "2"], {}, sc.SchemaError, "not numeric"),
        (pd.Series([1.0, 2.0], ["a", "a"]), {}, sc.AlignmentError, "repeated labels"),
        (np.ones((2, 2)), {}, sc.SchemaError, "is a ndarray"),
        (pd.DataFrame({"a": X, "b": X}), {}, sc.SchemaError, "is a DataFrame"),
        ("co2", {}, sc.SchemaError, "is a str"),
        (X, {"bandwidth": "silvermann"}, sc.OptionError, "fix: bandwidth='silverman'"),
        (X, {"bandwidth": 0.0}, sc.OptionError, "must be above zero"),
        (X, {"bandwidth": None}, sc.OptionError, "must be above zero"),
        (X, {"bandwidth": 1e-12}, sc.OptionError, "too small for values up to 10"),
        (X, {"boundary": "mirror"}, sc.OptionError, "boundary='mirror'"),
        ([-1.0, 2.0, 3.0], {"boundary": "reflect"}, sc.SchemaError, "cannot be negative"),
        (X, {"missing": "ignore"}, sc.OptionError, "missing='ignore'"),
        (X, {"grid": [2.0, 1.0]}, sc.SchemaError, "does not ascend"),
        (X, {"grid": [2.0, 2.0]}, sc.SchemaError, "does not ascend"),
        (X, {"grid": []}, sc.SchemaError, "does not ascend"),
        (X, {"grid": [1.0, np.nan]}, sc.MissingDataError, "the grid"),
        (X, {"grid": 1}, sc.OptionError, "grid=1"),
        (X, {"grid": "fine"}, sc.SchemaError, "the grid is a str"),
    ],
)  # fmt: skip
def test_bad_input(values: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sc.kernel_density(values, **options)
    assert message in str(caught.value)


def test_large_samples_do_not_need_large_memory() -> None:
    import tracemalloc

    x = np.random.default_rng(3).normal(size=40_000)
    tracemalloc.start()
    sc.kernel_density(x, grid=200)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6


def test_no_warning_but_ours_is_given() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x in (normal_quantiles(60), [0.0, 1e-150, 1e150], [1e-9, 2e-9, 5e-9]):
            assert np.isfinite(sc.kernel_density(x).density).all()
