"""Rings laid end to end, read back one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from spatialcarbon.weights.outlines import Outlines

RING = Polygon(box(0, 0, 9, 9).exterior, [box(1, 1, 2, 2).exterior, box(3, 3, 5, 4).exterior])
KINDS = {
    "plain": [box(0, 0, 1, 1), box(1, 0, 2, 1)],
    "pierced": [box(10, 0, 11, 1), RING, box(11, 0, 12, 1)],
    "in parts": [MultiPolygon([box(20, 0, 21, 1), RING]), box(30, 0, 31, 1)],
    "in one part": [MultiPolygon([box(20, 0, 21, 1)]), Polygon([(0, 0), (1, 0), (0, 1)])],
}


def rings_of(shapes: list[Any]) -> list[tuple[int, bool, list[list[float]]]]:
    found = []
    for owner, shape in enumerate(shapes):
        for part in getattr(shape, "geoms", [shape]):
            for hole, ring in [(False, part.exterior), *((True, r) for r in part.interiors)]:
                found.append((owner, hole, shapely.get_coordinates(ring).tolist()))
    return found


def read(outlines: Outlines) -> list[tuple[int, bool, list[list[float]]]]:
    pieces = np.split(outlines.vertices, outlines.starts[1:-1])
    assert outlines.starts[-1] == len(outlines.vertices)
    return [
        (int(owner), bool(hole), piece.tolist())
        for owner, hole, piece in zip(outlines.owners, outlines.holes, pieces, strict=True)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_ring_is_there_with_its_owner(kind: str) -> None:
    shapes = KINDS[kind]
    outlines = Outlines.of(np.array(shapes, dtype=object))
    assert read(outlines) == rings_of(shapes)
    known = np.array([shapely.get_num_coordinates(shape) for shape in shapes])
    assert read(Outlines.of(np.array(shapes, dtype=object), known)) == rings_of(shapes)
    counted = [len([ring for ring in rings_of(shapes) if ring[0] == k]) for k in range(len(shapes))]
    assert outlines.single.tolist() == [count == 1 for count in counted]


def test_repeated_vertices_go_and_rings_stay() -> None:
    square = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    stutter = [(0, 0), (0, 0), (1, 0), (1, 1), (1, 1), (1, 1), (0, 1), (0, 0), (0, 0)]
    # The second ring starts where the first one ends, which is no repeat.
    rows = [*stutter, *square, *((x + 5, y) for x, y in stutter)]
    starts = np.array([0, 9, 14, 23], dtype=np.uint32)
    owners, holes = np.arange(3, dtype=np.uint32), np.zeros(3, dtype=np.bool_)
    tidy = Outlines(np.array(rows, dtype=float), starts, owners, holes, 3).without_repeats()
    assert tidy.starts.tolist() == [0, 5, 10, 15]
    expected = [*square, *square, *((x + 5, y) for x, y in square)]
    assert tidy.vertices.tolist() == [list(map(float, row)) for row in expected]
    assert tidy.without_repeats().vertices.tolist() == tidy.vertices.tolist()
