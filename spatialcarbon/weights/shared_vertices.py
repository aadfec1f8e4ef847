"""Kernels: common vertices by sorting, and the stretches of boundary that run between them.

A vertex becomes a 64-bit key: map cell | hash of the exact coordinates | number
of the vertex. After one sort, equal vertices are neighbours in the list, and
those of one cell are near each other in memory. Whatever the keys say, the
coordinates themselves are compared.
"""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any, TypeAlias

from numba import int32, int64, uint64

from spatialcarbon.core.compiled import compiled
from spatialcarbon.weights.certain import side

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from spatialcarbon.weights.outlines import Flags, Floats, Numbers

    Keys = npt.NDArray[np.uint64]
    Bytes = npt.NDArray[np.uint8]
    Twins = npt.NDArray[np.int32]

Word: TypeAlias = Any
"""An unsigned number of 64 bits."""

MINUS_ZERO = uint64(0x8000000000000000)
ONE, TWO = uint64(1), uint64(2)

FIRST, LAST, OWNER, TURN = 0, 1, 2, 3
"""Columns of the table of rings: first vertex, closing vertex, polygon, side of the polygon."""

UNSURE, LEFT, RIGHT = 0, 1, 2

BLOCK = 3
"""The ring of every eighth (2 to the power 3) vertex is written down."""


@compiled("u8(u8, u8)")
def mixed(a: int, b: int) -> Word:
    """Return a hash of the bits of two coordinates, where -0.0 is 0.0."""
    if a == MINUS_ZERO:
        a = uint64(0)
    if b == MINUS_ZERO:
        b = uint64(0)
    h = a * uint64(0x9E3779B97F4A7C15) ^ (b * uint64(0xC2B2AE3D27D4EB4F) >> uint64(17))
    h = (h ^ b ^ (h >> uint64(29))) * uint64(0xBF58476D1CE4E5B9)
    return (h ^ (h >> uint64(32))) * uint64(0x94D049BB133111EB)


@compiled("u8(u8)")
def spread(v: int) -> Word:
    """Return the number with a zero bit before each of its lower 16 bits."""
    v = (v | (v << uint64(8))) & uint64(0x00FF00FF)
    v = (v | (v << uint64(4))) & uint64(0x0F0F0F0F)
    v = (v | (v << uint64(2))) & uint64(0x33333333)
    return (v | (v << uint64(1))) & uint64(0x55555555)


@compiled("u8(u8, u8, f8, f8, u8, u8, u8)")
def key_of(a: int, b: int, across: float, along: float, cell_bits: int, bits: int, k: int) -> Word:
    """Return cell | hash | number of a vertex from its bits and its place in cells.

    What lies beyond the map's frame goes with the cells at the rim.
    """
    top = float((ONE << cell_bits) - ONE)
    column = uint64(min(max(across, 0.0), top))
    row = uint64(min(max(along, 0.0), top))
    h = mixed(a, b)
    if cell_bits > 0:
        cell = spread(column) << ONE | spread(row)
        h = cell << (uint64(64) - TWO * cell_bits) | h >> (TWO * cell_bits)
    return h >> bits << bits | k


@compiled(
    "UniTuple(u8, 2)(f8[:,::1], u8[:,::1], u4[::1], u4[::1], b1[::1], f8[::1], u8, u8, u8,"
    " u4[:,::1], u4[::1], i4[::1], u8[::1])"
)
def prepare(
    xy: Floats,
    bits: Keys,
    starts: Numbers,
    owners: Numbers,
    holes: Flags,
    frame: Floats,
    cell_bits: int,
    number_bits: int,
    sample: int,
    rings: Numbers,
    blocks: Numbers,
    twin: Twins,
    keys: Keys,
) -> tuple[Word, Word]:
    """Write the table of rings, the ring of each block of vertices, no twins yet, and some keys.

    Returns how many vertices repeat the one before, and how many keys there
    are: of every ``sample``-th vertex, none for 0. The coordinates decide
    which, and so the same ones on either side of a boundary.

    Edge k runs from vertex k to k + 1. ``twin`` is -1, and -2 where a ring's
    last vertex closes it and starts no edge. ``frame`` is west, south, and
    cells per unit of length both ways.
    """
    repeats = count = uint64(0)
    for r in range(uint64(len(owners))):
        first, last = uint64(starts[r]), uint64(starts[r + ONE]) - ONE
        west = first
        px, py = xy[first, 0], xy[first, 1]
        least = px
        for k in range(first + ONE, last + ONE):
            twin[k - ONE] = -1
            x, y = xy[k, 0], xy[k, 1]
            if x == px and y == py:
                repeats += ONE
            if x < least or (x == least and y < xy[west, 1]):
                west, least = k, x
            px, py = x, y
            if sample > 0:
                a, b = bits[k, 0], bits[k, 1]
                # Signs are shifted out, so that -0.0 is 0.0.
                h = (a << ONE ^ (b << ONE) >> uint64(7)) * uint64(0x9E3779B97F4A7C15)
                if (h >> uint64(48)) & (sample - ONE) == 0 and k < last:
                    across, along = (x - frame[0]) * frame[2], (y - frame[1]) * frame[3]
                    keys[count] = key_of(a, b, across, along, cell_bits, number_bits, k)
                    count += ONE
        twin[last] = -2
        # At its westernmost vertex a ring turns the way it turns as a whole.
        before = (west if west > first else last) - ONE
        after = west + ONE if west < last else first + ONE
        turn = side(
            xy[before, 0], xy[before, 1], xy[west, 0], xy[west, 1], xy[after, 0], xy[after, 1]
        )
        rings[r, FIRST], rings[r, LAST], rings[r, OWNER] = first, last, owners[r]
        rings[r, TURN] = UNSURE if turn == 0 else LEFT if (turn > 0) != holes[r] else RIGHT
        for b in range((first + uint64(7)) >> uint64(BLOCK), (last + uint64(8)) >> uint64(BLOCK)):
            blocks[b] = r
    return repeats, count


@compiled("u8(u4[:,::1], u4[::1], u8)", inline=True)
def ring_at(rings: Numbers, blocks: Numbers, k: int) -> Word:
    """Return the ring of a vertex."""
    r = uint64(blocks[k >> uint64(BLOCK)])
    while k > uint64(rings[r, LAST]):
        r += ONE
    return r


@compiled("u8(f8[:,::1], u8[:,::1], u4[:,::1], u1[::1], f8[::1], u8, u8, u8[::1])")
def encode(
    xy: Floats,
    bits: Keys,
    rings: Numbers,
    inner: Bytes,
    frame: Floats,
    cell_bits: int,
    number_bits: int,
    keys: Keys,
) -> Word:
    """Write the keys of the vertices that are not inner, and return how many there are.

    ``frame`` is west, south, and cells per unit of length both ways.
    """
    count = uint64(0)
    for r in range(uint64(len(rings))):
        for k in range(uint64(rings[r, FIRST]), uint64(rings[r, LAST])):
            if inner[k] == 0:
                across = (xy[k, 0] - frame[0]) * frame[2]
                along = (xy[k, 1] - frame[1]) * frame[3]
                a, b = bits[k, 0], bits[k, 1]
                keys[count] = key_of(a, b, across, along, cell_bits, number_bits, k)
                count += ONE
    return count


@compiled("void(f8[:,::1], u4[:,::1], i4[::1], u1[::1], u8, u8, u8, u8)")
def walk(
    xy: Floats, rings: Numbers, twin: Twins, inner: Bytes, a: int, r: int, b: int, s: int
) -> None:
    """Pair edges of two rings as long as they coincide, ahead from a in r, behind from b in s.

    The vertices between the paired edges are marked as inner.
    """
    a_first, a_last = uint64(rings[r, FIRST]), uint64(rings[r, LAST])
    b_first, b_last = uint64(rings[s, FIRST]), uint64(rings[s, LAST])
    a_step = 1 if rings[r, TURN] == LEFT else -1
    b_step = -1 if rings[s, TURN] == LEFT else 1
    started = False
    while twin[a] == -1 and twin[b] == -1:
        far_a = a + ONE if a_step > 0 else a
        far_b = b + ONE if b_step > 0 else b
        if xy[far_a, 0] != xy[far_b, 0] or xy[far_a, 1] != xy[far_b, 1]:
            break
        twin[a], twin[b] = int32(b), int32(a)
        if started:
            inner[a if a_step > 0 else a + ONE] = 1
            inner[b if b_step > 0 else b + ONE] = 1
        started = True
        if a_step > 0:
            a = a + ONE if a + ONE < a_last else a_first
        else:
            a = a - ONE if a > a_first else a_last - ONE
        if b_step > 0:
            b = b + ONE if b + ONE < b_last else b_first
        else:
            b = b - ONE if b > b_first else b_last - ONE


@compiled(
    "UniTuple(u8, 2)(u8[::1], u8, u8, b1, f8[:,::1], u4[:,::1], u4[::1], i4[::1], u1[::1],"
    " f8[:,::1], u8[:,::1], u8[::1])"
)
def link(
    keys: Keys,
    at: int,
    number_bits: int,
    onward: bool,
    xy: Floats,
    rings: Numbers,
    blocks: Numbers,
    twin: Twins,
    inner: Bytes,
    spots: Floats,
    edges: Keys,
    pairs: Keys,
) -> tuple[Word, Word]:
    """Go through runs of equal keys from ``at`` on: pair edges, and write pairs of polygons.

    With ``onward`` each pairing is followed along the boundary, for keys of
    some vertices only. ``spots`` and ``edges`` are room for what lies around
    the vertices of a run. Returns where it stopped, which is before the end
    where there is no more room, and how many pairs it wrote (smaller number <<
    32 | larger; some twice).

    Small steps are written out here: a call with arrays costs more than they do.
    """
    total = uint64(len(keys))
    numbers = (ONE << number_bits) - ONE
    count = uint64(0)
    while at < total:
        stop = at + ONE
        head = keys[at] >> number_bits
        while stop < total and keys[stop] >> number_bits == head:
            stop += ONE
        length = stop - at
        if length == ONE:
            at = stop
            continue
        fits = count + length * (length - ONE) // TWO <= uint64(len(pairs))
        if length > uint64(len(spots)) or not fits:
            break
        # What lies around each vertex, as seen with its polygon on the left: the vertex, the
        # one ahead, the one behind; the edge ahead, the edge behind, the ring, the polygon.
        for p in range(length):
            k = keys[at + p] & numbers
            r = uint64(blocks[k >> uint64(BLOCK)])
            while k > uint64(rings[r, LAST]):
                r += ONE
            before = (k if k > uint64(rings[r, FIRST]) else uint64(rings[r, LAST])) - ONE
            after = k + ONE
            ahead, behind = k, before
            if rings[r, TURN] == RIGHT:
                after, before = before, after
                ahead, behind = behind, ahead
            spots[p, 0], spots[p, 1] = xy[k, 0], xy[k, 1]
            spots[p, 2], spots[p, 3] = xy[after, 0], xy[after, 1]
            spots[p, 4], spots[p, 5] = xy[before, 0], xy[before, 1]
            if rings[r, TURN] == UNSURE:
                spots[p, 2] = spots[p, 4] = nan
            edges[p, 0], edges[p, 1], edges[p, 2] = ahead, behind, r
            edges[p, 3], edges[p, 4] = uint64(rings[r, OWNER]), k
        for q in range(ONE, length):
            for p in range(q):
                mine, other = edges[p, 3], edges[q, 3]
                same = spots[p, 0] == spots[q, 0] and spots[p, 1] == spots[q, 1]
                if mine == other or not same:
                    continue
                known = new = False
                for way in range(2):
                    i, j = (p, q) if way == 0 else (q, p)
                    if spots[i, 2] != spots[j, 4] or spots[i, 3] != spots[j, 5]:
                        continue
                    a, b = edges[i, 0], edges[j, 1]
                    if twin[a] == int64(b):
                        known = True
                    elif onward:
                        new = True
                        walk(xy, rings, twin, inner, a, edges[i, 2], b, edges[j, 2])
                    elif twin[a] == -1 and twin[b] == -1:
                        twin[a], twin[b] = int32(b), int32(a)
                    if way == 1 and twin[a] == int64(b) and twin[edges[p, 0]] == int64(edges[q, 1]):
                        inner[edges[p, 4]] = inner[edges[q, 4]] = 1
                if new or not known:
                    pairs[count] = min(mine, other) << uint64(32) | max(mine, other)
                    count += ONE
        at = stop
    return at, count


@compiled("u8(f8[:,::1], u4[:,::1], u4[::1], i4[::1], u8[::1], f8[::1])")
def stretches(
    xy: Floats, rings: Numbers, blocks: Numbers, twin: Twins, pairs: Keys, lengths: Floats
) -> Word:
    """Write pair and length of each stretch of paired edges, and return how many there are."""
    count = uint64(0)
    for r in range(uint64(len(rings))):
        mine = uint64(rings[r, OWNER])
        start = count
        for k in range(uint64(rings[r, FIRST]), uint64(rings[r, LAST])):
            if twin[k] < 0 or uint64(twin[k]) < k:
                continue
            other = uint64(rings[ring_at(rings, blocks, uint64(twin[k])), OWNER])
            pair = min(mine, other) << uint64(32) | max(mine, other)
            if count == start or pairs[count - ONE] != pair:
                pairs[count] = pair
                lengths[count] = 0.0
                count += ONE
            dx = xy[k + ONE, 0] - xy[k, 0]
            dy = xy[k + ONE, 1] - xy[k, 1]
            lengths[count - ONE] += (dx * dx + dy * dy) ** 0.5
    return count
