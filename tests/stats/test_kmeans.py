"""Clusters, their agreement and their silhouettes, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from spatialcarbon.core.rng import resolve_rng
from spatialcarbon.stats import kmeans
from spatialcarbon.stats.kmeans import adjusted_rand, lloyd, settled, silhouettes, within
from spatialcarbon.stats.kmeans_kernel import least_within

LINE = np.array([[0.0], [1.0], [4.0], [10.0]])


def uniform(*second: float) -> npt.NDArray[np.float64]:
    """Return numbers that take the first point first and then try the given ones."""
    draws = np.zeros((1, 2, len(second)))
    draws[0, 1] = second
    return draws


@pytest.mark.parametrize(
    ("draw", "least"),
    [
        (0.0, 0 + 0 + 9 + 81),  # the first that is away from 0, which is 1
        (0.1, 0 + 1 + 0 + 36),  # squared distances 0, 1, 16, 100: 11.7 is passed at 4
        (0.2, 0 + 1 + 16 + 0),  # 23.4 at 10
        (1.0, 0 + 1 + 16 + 0),  # none is beyond the whole, and the last one is taken
    ],
)
def test_centres_are_drawn_by_squared_distance(draw: float, least: float) -> None:
    assert least_within(LINE, uniform(draw), 2, 1) == least


def test_a_draw_of_the_whole_takes_the_last_point_even_where_it_is_near() -> None:
    x = LINE[[0, 3, 2, 1]]
    assert least_within(x, uniform(1.0), 2, 1) == 0 + 81 + 9 + 0


def test_the_best_candidate_and_the_best_start_stay() -> None:
    assert least_within(LINE, uniform(0.0, 0.2, 0.1), 2, 1) == 17
    starts = np.concatenate([uniform(0.0), uniform(0.2), uniform(0.1)])
    assert least_within(LINE, starts, 2, 1) == 17


def test_iterations_move_the_centres_to_the_means() -> None:
    # From 0 and 1: {0} {1, 4, 10}, means 0 and 5; then {0, 1} {4, 10}; then nothing moves.
    assert least_within(LINE, uniform(0.0), 2, 2) == 0 + 1 + 1 + 25
    assert least_within(LINE, uniform(0.0), 2, 3) == 0.25 + 0.25 + 9 + 9


def test_points_in_one_place_have_no_dispersion() -> None:
    assert least_within(np.ones((5, 2)), uniform(0.9), 2, 10) == 0.0


def test_a_start_hangs_on_its_seed() -> None:
    x = np.random.default_rng(3).normal(size=(60, 2))
    found = [within(x, lloyd(x, 9, n_init=1, max_iter=300, seed=seed)) for seed in range(4)]
    assert len(set(found)) > 1
    again = [within(x, lloyd(x, 9, n_init=1, max_iter=300, seed=seed)) for seed in range(4)]
    assert again == found
    # Seeds longer than scikit-learn takes are cut, not refused.
    assert within(x, lloyd(x, 9, n_init=1, max_iter=300, seed=2**32 + 3)) == found[3]


@pytest.mark.parametrize(
    ("left", "right", "index"),
    [
        # One pair on the left, none on the right: no agreement but that of chance.
        ([0, 0, 1], [0, 1, 2], 0.0),
        # 1 pair in common, 2 and 4 in the parts, 10 in all: (1 - 0.8) / (3 - 0.8).
        ([0, 0, 1, 1, 2], [0, 0, 0, 1, 1], 0.2 / 2.2),
        # 1 in common, 2 and 3 in the parts of four units: (1 - 1) / (2.5 - 1).
        ([0, 0, 1, 1], [0, 0, 0, 1], 0.0),
        # 3 in common, 3 and 4 in the parts: (3 - 1.2) / (3.5 - 1.2).
        ([0, 0, 0, 1, 2], [0, 0, 0, 1, 1], 1.8 / 2.3),
    ],
)
def test_agreement_beyond_chance(left: list[int], right: list[int], index: float) -> None:
    assert adjusted_rand(np.array(left), np.array(right)) == pytest.approx(index)
    assert adjusted_rand(np.array(right), np.array(left)) == pytest.approx(index)


def test_one_alone_in_the_place_of_others_has_a_silhouette_of_zero() -> None:
    x = np.zeros((3, 1))
    assert silhouettes(x, np.array([0, 1, 1])).tolist() == [0.0, 0.0, 0.0]


def test_silhouettes_by_hand() -> None:
    # Of 0: 1 to its own, 7 on average to the others; of 10: 6 to its own, 9.5 to the others.
    found = silhouettes(LINE, np.array([0, 0, 1, 1]))
    np.testing.assert_allclose(found, [6 / 7, 5 / 6, (3.5 - 6) / 6, 3.5 / 9.5])


def test_what_one_more_iteration_would_move_is_not_settled() -> None:
    assert settled(LINE, np.array([0, 0, 0, 1]))
    assert not settled(LINE, np.array([0, 1, 1, 1]))  # 1 is nearer to 0 than to 5


def test_a_further_cluster_starts_from_the_point_farthest_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starts: list[npt.NDArray[np.float64]] = []

    def noted(x: npt.NDArray[np.float64], k: int, *, first: Any = None, **kwargs: Any) -> Any:
        if first is not None:
            starts.append(first)
        return lloyd(x, k, first=first, **kwargs)

    monkeypatch.setattr(kmeans, "lloyd", noted)
    x = np.array([[0.0], [-10.0], [1.0], [1.0]])  # of mean -2
    kmeans.best_partitions(x, 2, n_init=1, max_iter=10, stream=resolve_rng(1))
    assert [start.tolist() for start in starts] == [[[-2.0], [-10.0]]]
