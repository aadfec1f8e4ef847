"""Arrays of a small map as kernels read and write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from shapely import Polygon, box

from spatialcarbon.weights.outlines import Outlines
from spatialcarbon.weights.shared_vertices import encode, link, prepare

if TYPE_CHECKING:
    import numpy.typing as npt

    Words = npt.NDArray[np.uint64]

COMB = Polygon([(0, 0), (9, 0), (9, 5), (8, 1), (7, 5), (6, 1), (5, 5), (4, 1), (0, 5)])
PIERCED = Polygon(
    box(10, 0, 19, 9).exterior, [box(11, 1, 12, 2).exterior, box(14, 3, 17, 4).exterior]
)
CELLS = 3  # bits: 8 by 8 cells


class Map(NamedTuple):
    """Rings of some polygons, and the arrays that kernels write to."""

    xy: npt.NDArray[np.float64]
    bits: Words
    outlines: Outlines
    frame: npt.NDArray[np.float64]
    number_bits: int
    rings: npt.NDArray[np.uint32]
    blocks: npt.NDArray[np.uint32]
    twin: npt.NDArray[np.int32]
    inner: npt.NDArray[np.uint8]
    repeats: int
    sampled: Words


def prepared(shapes: list[Any], *, sample: int = 0) -> Map:
    outlines = Outlines.of(np.array(shapes, dtype=object))
    xy = outlines.vertices
    n, n_rings = len(xy), len(outlines.owners)
    corner = xy.min(axis=0)
    frame = np.concatenate([corner, 2**CELLS / (xy.max(axis=0) - corner)])
    rings, blocks = np.empty((n_rings, 4), np.uint32), np.full((n >> 3) + 1, 99, np.uint32)
    twin, keys = np.full(n, 77, np.int32), np.empty(n, np.uint64)
    bits, number_bits = xy.view(np.uint64), n.bit_length()
    repeats, count = prepare(
        *(xy, bits, outlines.starts, outlines.owners, outlines.holes, frame),
        *(CELLS, number_bits, sample, rings, blocks, twin, keys),
    )
    inner = np.zeros(n, np.uint8)
    return Map(
        *(xy, bits, outlines, frame, number_bits, rings, blocks, twin, inner),
        *(int(repeats), keys[: int(count)].copy()),
    )


def encoded(one: Map) -> Words:
    keys = np.empty(len(one.xy), dtype=np.uint64)
    arrays = (one.xy, one.bits, one.rings, one.inner, one.frame)
    count = encode(*arrays, CELLS, one.number_bits, keys)
    return keys[: int(count)].copy()


def linked(
    one: Map, keys: Words, *, onward: bool = False, room: int = 200, longest: int = 20, at: int = 0
) -> tuple[int, list[tuple[int, int]], Words]:
    """Return where it stopped, the pairs that were written, and what lies beyond their room."""
    whole = np.full(room + 50, 12345, dtype=np.uint64)
    spots, edges = np.empty((longest, 6)), np.empty((longest, 5), dtype=np.uint64)
    stop, count = link(
        *(keys, at, one.number_bits, onward, one.xy, one.rings, one.blocks),
        *(one.twin, one.inner, spots, edges, whole[:room]),
    )
    pairs = [divmod(int(pair), 1 << 32) for pair in whole[: int(count)]]
    return int(stop), pairs, whole[room:]


def turned(shape: Any, start: int, back: bool) -> Any:
    """Return a polygon whose rings start elsewhere, one way or the other."""
    rings = []
    for ring in (shape.exterior, *shape.interiors):
        xy = np.roll(shapely.get_coordinates(ring)[:-1], start, axis=0)
        rings.append(xy[::-1] if back else xy)
    return Polygon(rings[0], rings[1:])
