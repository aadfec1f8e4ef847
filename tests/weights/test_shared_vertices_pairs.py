"""Edges paired with each other, and the pairs of polygons that come of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from spatialcarbon.weights.shared_vertices import stretches
from tests.weights.vertices import PIERCED, Map, encoded, linked, prepared, turned

if TYPE_CHECKING:
    import numpy.typing as npt

BORDER = [(5, 0), (6, 1), (4.5, 2), (5.5, 3), (5, 4.25), (5, 5)]
WEST = Polygon([(0, 0), *BORDER, (0, 5)])
EAST = Polygon([*BORDER[::-1], (9, 0), (9, 5)])
EAST_PIERCED = Polygon([*BORDER[::-1], (9, 0), (9, 5)], [box(7, 2, 8, 3).exterior])
THREE = [box(0, 0, 1, 1), box(1, 0, 2, 1), Polygon([(0, 1), (1, 1), (2, 1), (2, 2), (0, 2)])]


def partners(one: Map) -> npt.NDArray[np.int64]:
    """Return the partner of each edge, by comparing all with all."""
    ends = defaultdict(list)
    for first, last, owner, _ in one.rings.tolist():
        for k in range(first, last):
            ends[frozenset(map(tuple, one.xy[[k, k + 1]].tolist()))].append((k, owner))
    found = np.full(len(one.xy), -1)
    found[one.rings[:, 1]] = -2
    for edges in ends.values():
        if len(edges) == 2:
            (a, _), (b, _) = edges
            found[a], found[b] = b, a
    return found


@pytest.mark.parametrize(
    ("west", "east"), [(False, False), (False, True), (True, False), (True, True)]
)
def test_from_one_vertex_the_whole_border_is_paired(west: bool, east: bool) -> None:
    for start in range(8):
        for other, pierced in ((0, False), (5, True)):
            right = turned(EAST_PIERCED if pierced else EAST, other, east)
            shapes = [turned(PIERCED, 0, False), turned(WEST, start, west), right]
            for spot in BORDER:
                one = prepared(shapes)
                numbers = encoded(one) & np.uint64((1 << one.number_bits) - 1)
                some = encoded(one)[(one.xy[numbers] == spot).all(axis=1)]
                assert len(some) == 2
                _, pairs, _ = linked(one, np.sort(some), onward=True)
                assert set(pairs) == {(1, 2)}
                np.testing.assert_array_equal(one.twin, partners(one))
                between = np.array([tuple(xy) in BORDER[1:-1] for xy in one.xy.tolist()])
                marked = one.inner == 1
                assert not (marked & ~between).any()
                rims = np.isin(np.arange(len(one.xy)), one.rings[:, :2])
                assert marked[between & ~rims].all()


def test_a_vertex_of_three_polygons_is_never_inner() -> None:
    one = prepared(THREE)
    _, pairs, _ = linked(one, np.sort(encoded(one)), onward=True)
    assert set(pairs) == {(0, 1), (0, 2), (1, 2)}
    assert not one.inner.any()
    np.testing.assert_array_equal(one.twin, partners(one))


@pytest.mark.parametrize("onward", [False, True])
def test_an_edge_has_one_partner_at_most(onward: bool) -> None:
    again = turned(EAST, 2, True)
    for shapes in ([WEST, EAST, WEST], [EAST, WEST, again], [WEST, EAST, WEST, again]):
        one = prepared(shapes)
        linked(one, np.sort(encoded(one)), onward=onward)
        paired = np.flatnonzero(one.twin >= 0)
        assert len(paired) >= 10
        np.testing.assert_array_equal(one.twin[one.twin[paired]], paired)


def test_vertices_of_a_ring_whose_side_is_in_doubt_are_common_and_its_edges_are_loose() -> None:
    sliver = Polygon([(0, 0), (1, 1 / 3), (3, 1)])
    below = Polygon([(0, 0), (1, 1 / 3), (1, -1)])
    one = prepared([below, sliver, box(3, 1, 4, 2)])
    assert one.rings[:, 3].tolist() == [
        1 if below.exterior.is_ccw else 2,
        0,
        2 - box(0, 0, 1, 1).exterior.is_ccw,
    ]
    _, pairs, _ = linked(one, np.sort(encoded(one)))
    assert set(pairs) == {(0, 1), (1, 2)}
    assert (one.twin < 0).all()


def test_no_more_is_written_than_there_is_room_for() -> None:
    tops = [Polygon([(k, 1), (k + 1, 1), (k + 0.5, 2)]) for k in range(6)]
    shapes = [*(box(k, 0, k + 1, 1) for k in range(6)), *tops]
    keys = np.sort(encoded(prepared(shapes)))
    heads = keys >> np.uint64(prepared(shapes).number_bits)
    counts = np.unique(heads, return_counts=True)[1]
    whole, every, _ = linked(prepared(shapes), keys)
    assert whole == len(keys)
    most = int((counts * (counts - 1) // 2).sum())
    for room in range(most + 1):
        one = prepared(shapes)
        stop, pairs, beyond = linked(one, keys, room=room)
        assert (beyond == 12345).all()
        assert len(pairs) <= room
        assert (stop == len(keys)) >= (room == most)
        if stop < len(keys):  # the next run would have needed more
            run = int((heads[stop:] == heads[stop]).sum())
            assert len(pairs) + run * (run - 1) // 2 > room
            rest = linked(one, keys, at=stop)
            assert rest[0] == len(keys)
            assert set(pairs + rest[1]) == set(every)
    for longest in range(2, 6):
        stop, _, _ = linked(prepared(shapes), keys, longest=longest)
        too_long = np.flatnonzero(counts > longest)
        begins = np.cumsum(counts) - counts
        assert stop == (begins[too_long[0]] if len(too_long) else len(keys))


def test_keys_beyond_the_last_are_not_read() -> None:
    one = prepared(THREE)
    numbers = encoded(one) & np.uint64((1 << one.number_bits) - 1)
    middle = np.sort(encoded(one)[(one.xy[numbers] == 1).all(axis=1)])
    assert len(middle) == 3
    stop, pairs, _ = linked(one, middle[:2])
    assert (stop, len(pairs)) == (2, 1)


def test_a_border_is_one_stretch_of_its_length() -> None:
    for start in range(8):
        one = prepared([turned(WEST, start, False), EAST, box(20, 0, 21, 1)])
        linked(one, np.sort(encoded(one)))
        pairs, lengths = np.empty(99, dtype=np.uint64), np.full(99, np.nan)
        count = int(stretches(one.xy, one.rings, one.blocks, one.twin, pairs, lengths))
        assert count == 1
        assert pairs[0] == 1
        assert lengths[0] == pytest.approx(shapely.LineString(BORDER).length, rel=1e-15)
