"""Rings that surely do not touch themselves: none that does, and every tidy one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from shapely import Polygon

from spatialcarbon.weights.simple_rings import all_clear, convex, one_way, surely_simple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

HOOK = [(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)]
PENTAGRAM = [(np.cos(a), np.sin(a)) for a in np.arange(5) * 4 * np.pi / 5]


def sure(*rings: Sequence[tuple[float, float]] | Floats) -> list[bool]:
    """Return what is known of some rings, given without their closing vertex."""
    closed = [np.array([*ring, ring[0]], dtype=np.float64) for ring in rings]
    starts = np.cumsum([0, *map(len, closed)]).astype(np.uint32)
    found = np.zeros(len(rings), dtype=np.bool_)
    surely_simple(np.concatenate(closed), starts, 0, len(rings), found)
    return [bool(one) for one in found]


def star(n: int, *, seed: int = 0, depth: float = 0.6) -> Floats:
    """Return a ring about the origin that winds and never touches itself."""
    angle = 2 * np.pi * (np.arange(n) + 0.25) / n
    radius = 1 - depth * np.random.default_rng(seed).random(n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def looks(ring: Sequence[tuple[float, float]] | Floats) -> list[Floats]:
    """Return a ring from every start, either way round, turned by right angles and mirrored."""
    xy = np.array(ring, dtype=np.float64)
    turns = [xy, xy[:, ::-1] * [-1, 1], -xy, xy[:, ::-1] * [1, -1]]
    every = [np.roll(way, k, axis=0) for way in turns for k in range(len(xy))]
    return [*every, *(way[::-1] for way in every)]


SIZES = [3, 4, 5, 11, 12, 13, 14, 16, 17, 23, 24, 63, 64, 65, 72, 511, 512, 513, 640, 1000]


def test_every_tidy_ring_is_known_to_be_simple() -> None:
    assert sure(*(star(n, seed=n) for n in SIZES)) == [True] * len(SIZES)
    assert sure(*(star(n, seed=n)[::-1] * 1e3 - 7 for n in SIZES)) == [True] * len(SIZES)
    # Coordinates of zero, and sides along the axes.
    for few in ([(0, 0), (1, 0), (0, 1)], [(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)]):
        assert all(sure(*looks(few)))


def comb(teeth: int) -> Floats:
    """Return a ring of teeth, in which edges run back and forth."""
    up = [(x, y) for k in range(teeth) for x, y in [(2.0 * k, 9.0), (2.0 * k + 1, 1.0)]]
    return np.array([*up, (2.0 * teeth, 0), (-1.0, 0)])


@pytest.mark.parametrize("teeth", [2, 5, 6, 40])
def test_a_comb_is_simple_from_every_start(teeth: int) -> None:
    ring = comb(teeth)
    assert Polygon(ring).is_valid
    assert all(sure(*looks(ring)[:: max(1, teeth // 4)]))


def test_a_vertex_on_an_edge_is_found_from_either_side() -> None:
    assert not Polygon(HOOK).is_valid
    assert not any(sure(*looks(HOOK)))
    # The same with more edges than are compared each with each.
    long = [(0, 0), (4, 0), *((4, 4 * t / 7) for t in range(1, 8)), (2, 0), (0, 4)]
    long += [(0, 4 - 4 * t / 7) for t in range(1, 7)]
    assert not any(sure(*looks(long)))


def test_no_ring_of_long_ones_that_touches_itself_passes() -> None:
    rng = np.random.default_rng(5)
    for n in (6, 12, 13, 20, 33, 70, 530):
        rings = []
        for seed in range(12):
            xy = star(n, seed=seed)
            a, b = rng.choice(n, 2, replace=False)
            if seed % 2:
                xy[[a, b]] = xy[[b, a]]
            else:
                xy[a] = xy[b]
            rings.append(xy)
        known = np.array(sure(*rings))
        valid = shapely.is_valid([Polygon(ring) for ring in rings])
        assert not (known & ~valid).any()


def wall(bulge: int, n: int = 12) -> list[tuple[float, float]]:
    """Return a narrow ring, up on the left and down on the right, whose left side bulges across."""
    left = [(2.0 if k == bulge else 0.0, float(k)) for k in range(n)]
    return [*left, *((1.0, float(k)) for k in reversed(range(n)))]


@pytest.mark.parametrize("n", [12, 40])
def test_a_side_that_bulges_across_the_other_is_found(n: int) -> None:
    # Along the other axis the stretch runs one way, so that its ends are its bounds there only.
    for bulge in range(1, n - 1, 1 if n == 12 else 9):
        ring = np.array(wall(bulge, n))
        assert not Polygon(ring).is_valid
        for away in (0.0, 1e4):
            assert not any(sure(*(look + away for look in looks(ring)[:: n // 4])))
    assert all(sure(*looks(wall(-1, n))[:: n // 4]))


def test_longer_rings_than_are_looked_at_are_left_to_geos() -> None:
    assert sure(star(30_000, depth=0.0), star(30_001, depth=0.0), star(30_002, depth=0.0)) == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [5, 30])
def test_coordinates_that_are_no_numbers_are_never_sure(bad: float, n: int) -> None:
    for axis in range(2):
        ring = star(n)
        ring[2, axis] = bad
        assert sure(ring) == [False]


# -- the kernels it is made of ------------------------------------------------------------------


@pytest.mark.parametrize("start", [0, 1, 2, 5])
def test_convex_is_one_turn_one_way(start: int) -> None:
    def found(ring: Sequence[tuple[float, float]] | Floats) -> list[bool]:
        before = np.full((start, 2), 7.5)
        return [
            bool(convex(np.concatenate([before, look, look[:1]]), start, len(look)))
            for look in looks(ring)
        ]

    for n in (3, 4, 5, 7, 12):
        assert all(found(star(n, depth=0.0)))
    assert all(found([(0, 0), (2, 0), (2, 1), (0, 1)]))
    assert not any(found(PENTAGRAM))  # turns one way, but goes around twice
    assert not any(found([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)]))
    assert not any(found([(0, 0), (1, 0), (2, 0), (2, 2)]))  # does not surely turn


@pytest.mark.parametrize("start", [0, 1, 3])
def test_one_way_is_forward_along_the_line_that_is_spanned(start: int) -> None:
    path = np.array([(-3, 2), (-2, 4), (0, 3), (1, 5), (2, 7), (4, 6), (5, 8), (7, 9)], float)
    for way in (path, -path, path[:, ::-1].copy(), path[::-1].copy(), path + 100.0):
        xy = np.concatenate([np.full((start, 2), 50.0), way])
        assert one_way(xy, start, 0, 3, 3, 7)
        for back in range(1, 7):  # any edge that runs back
            bent = xy.copy()
            bent[[start + back, start + back + 1]] = bent[[start + back + 1, start + back]]
            assert not one_way(bent, start, 0, 3, 3, 7)
        still = xy.copy()
        still[start + 4] = still[start + 3]
        assert not one_way(still, start, 0, 3, 3, 7)


def test_one_way_of_two_stretches_with_others_between() -> None:
    xs = [0, 2, 1, 3, 9, 4, 5, 6, 2, 7]  # back from 1 to 2 only, and out of both stretches
    way = np.column_stack([xs, np.zeros(len(xs))]).astype(float)
    assert not one_way(way, 0, 0, 3, 5, 7)
    way[[1, 2]] = way[[2, 1]]
    assert one_way(way, 0, 0, 3, 5, 7)
    assert not one_way(way, 0, 0, 3, 5, 8)  # from 7 to 8


def test_edges_of_two_stretches_are_clear_of_each_other() -> None:
    ring = star(14, seed=3)
    xy = np.concatenate([np.full((3, 2), 9.0), ring, ring[:1]])
    assert all_clear(xy, 3, 14, 0, 14, 0, 14)
    assert all_clear(xy, 3, 14, 0, 4, 10, 14)
    xy[3 + 12] = 0.5 * (xy[3 + 1] + xy[3 + 2])  # a later vertex on an earlier edge
    assert not all_clear(xy, 3, 14, 0, 4, 10, 14)
    assert all_clear(xy, 3, 14, 2, 4, 5, 8)


def test_a_bulge_across_is_found_in_the_longest_rings() -> None:
    for bulge in (3, 4_000, 7_501, 14_990):
        assert sure(wall(bulge, 15_000)) == [False]
    assert sure(wall(-1, 15_000)) == [True]
