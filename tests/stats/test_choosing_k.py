"""How many clusters each rule suggests, from tables made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spatialcarbon.stats.choosing_k import chord_distances, gap_was_found, suggestions

NAN = float("nan")


def table(gap: list[float], error: list[float], silhouette: list[float]) -> pd.DataFrame:
    """Return a table of 2, 3, … clusters."""
    return pd.DataFrame(
        {
            "k": range(2, 2 + len(gap)),
            "silhouette": silhouette,
            "elbow": silhouette[::-1],
            "gap": gap,
            "gap_error": error,
        }
    )


@pytest.mark.parametrize(
    ("gap", "error", "k", "found"),
    [
        ([0.1, 0.5, 0.6, 0.2], [0.0, 0.1, 0.2, 0.0], 3, True),  # 0.5 is 0.6 within its error
        ([0.6, 0.5, 0.7, 0.2], [0.0, 0.1, 0.1, 0.0], 2, True),
        ([0.1, 0.2, 0.4, 0.8], [0.5, 0.0, 0.1, 0.1], 5, False),  # it rises to the end
        ([0.1, 0.2, 0.4, NAN], [0.5, 0.0, 0.1, NAN], 4, False),
        ([NAN] * 4, [NAN] * 4, None, True),
    ],
)
def test_the_gap_rule(gap: list[float], error: list[float], k: int | None, found: bool) -> None:
    made = table(gap, error, [0.1, 0.2, 0.3, 0.4])
    assert suggestions(made)["gap"] == k
    assert gap_was_found(made) is found


def test_the_largest_score_is_taken_and_of_equal_ones_the_smaller_k() -> None:
    made = table([NAN] * 4, [NAN] * 4, [0.2, 0.7, 0.7 + 1e-15, 0.3])
    assert suggestions(made)["silhouette"] == 3
    assert suggestions(made)["elbow"] == 3
    assert suggestions(table([NAN] * 4, [NAN] * 4, [0.2, 0.7, 0.71, NAN]))["silhouette"] == 4
    assert suggestions(table([NAN] * 4, [NAN] * 4, [-0.5, -0.4, -0.3, -0.2]))["elbow"] == 2
    assert suggestions(table([NAN] * 4, [NAN] * 4, [NAN] * 4))["silhouette"] is None


def test_distance_from_a_chord() -> None:
    # The chord of (1, 10) and (5, 2), scaled, is x + y = 1; (3, 3) is at (1/2, 1/8).
    found = chord_distances([1, 3, 5], np.array([10.0, 3.0, 2.0]))
    assert found == pytest.approx([0.0, 3 / 8 / np.sqrt(2), 0.0])
    assert chord_distances([1, 2], np.array([4.0, 4.0])).tolist() == [0.0, 0.0]
