"""Tests that may say "perhaps": what they must be sure of, and what they must never be sure of."""

from __future__ import annotations

import pytest

from spatialcarbon.weights.certain import apart, forked, side

Segment = tuple[float, float, float, float]


def turned(points: Segment, quarter: int) -> Segment:
    """Turn a segment about the origin by right angles."""
    ax, ay, bx, by = points
    for _ in range(quarter):
        ax, ay, bx, by = -ay, ax, -by, bx
    return ax, ay, bx, by


def both_ways(points: Segment) -> tuple[Segment, Segment]:
    ax, ay, bx, by = points
    return points, (bx, by, ax, ay)


@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((2, 0, 3, 0), (0, 0, 1, 0), True),  # one behind the other on one line
        ((1, 0, 2, 0), (1, -1, 1, 1), False),  # an end on the other's middle
        ((1, 0, 2, 0), (0, 0, 1, 0), False),  # end to end on one line
        ((0, 0, 3, 0), (1, 0, 2, 0), False),  # one inside the other
        ((0, 0, 2, 2), (2, 0, 0, 2), False),  # a cross
        ((0, 0, 4, 4), (3, 0, 4, 2), True),  # boxes meet, segments do not
        ((0, 0, 4, 4), (3, 0, 3, 9), False),  # a cross where no box is inside the other
        ((0, 0, 4, 4), (2, 2, 3, 0), False),  # an end in the middle of a slope
    ],
)
def test_segments_that_have_a_point_in_common_are_never_apart(
    one: Segment, other: Segment, expected: bool, quarter: int
) -> None:
    for ab in both_ways(turned(one, quarter)):
        for cd in both_ways(turned(other, quarter)):
            assert apart(*ab, *cd) is expected
            assert apart(*cd, *ab) is expected


def test_the_side_of_a_line_is_known_where_rounding_cannot_change_it() -> None:
    assert side(0, 0, 2, 1, 1, 2) == 1
    assert side(0, 0, 2, 1, 2, -1) == -1
    assert side(0, 0, 2, 1, 4, 2) == 0
    assert side(-3, 5, -1, 6, -2, 7) == 1
    # A third is not 1/3 in binary: the points are next to a line, on an unknown side.
    assert side(0, 0, 1, 1 / 3, 3, 1) == 0
    assert side(0, 0, 1e-200, 0, 0, 1e-200) == 0


@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.parametrize(
    ("q", "r", "expected"),
    [
        ((2, 1), (1, 2), True),
        ((2, 1), (1, -2), True),
        ((2, 0), (-1, 0), True),  # straight on
        ((2, 2), (-1, -1), True),
        ((2, 0), (1, 0), False),  # back over itself
        ((2, 2), (1, 1), False),
        ((0, 0), (1, 1), False),  # no edge
        ((1, 1), (0, 0), False),
    ],
)
def test_segments_from_one_point_that_run_together_are_never_forked(
    q: tuple[int, int], r: tuple[int, int], expected: bool, quarter: int
) -> None:
    *far, x, y = turned((*q, *r), quarter)
    assert forked(0, 0, *far, x, y) is expected
    assert forked(0, 0, x, y, *far) is expected
