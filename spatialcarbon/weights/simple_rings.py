"""Kernel: rings that surely do not touch or cross themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import uint64

from spatialcarbon.core.compiled import compiled
from spatialcarbon.weights.certain import apart, forked, side

if TYPE_CHECKING:
    from spatialcarbon.weights.outlines import Flags, Floats, Numbers
    from spatialcarbon.weights.shared_vertices import Bytes

ONE = uint64(1)

FEW = 12
"""Up to this many edges, all pairs are looked at."""

MANY = 30_000
"""Longer rings are left to GEOS: here the work grows with the square of the chunks."""


@compiled("b1(f8[:,::1], u8, u8, u8, u8, u8, u8)")
def all_clear(xy: Floats, start: int, n: int, i0: int, i1: int, j0: int, j1: int) -> bool:
    """Return whether edges i0 to i1 of a ring surely keep clear of the later ones of j0 to j1.

    Edges that follow one another may share the vertex between them, no more.
    """
    for i in range(i0, i1):
        a = start + i
        ax, ay, bx, by = xy[a, 0], xy[a, 1], xy[a + ONE, 0], xy[a + ONE, 1]
        west, east = min(ax, bx), max(ax, bx)
        south, north = min(ay, by), max(ay, by)
        for j in range(max(i + ONE, j0), j1):
            c = start + j
            cx, cy, dx, dy = xy[c, 0], xy[c, 1], xy[c + ONE, 0], xy[c + ONE, 1]
            if j == i + ONE:
                if not forked(bx, by, ax, ay, dx, dy):
                    return False
            elif i == 0 and j == n - ONE:
                if not forked(ax, ay, bx, by, cx, cy):
                    return False
            elif not (
                max(cx, dx) < west
                or min(cx, dx) > east
                or max(cy, dy) < south
                or min(cy, dy) > north
            ) and not apart(ax, ay, bx, by, cx, cy, dx, dy):
                return False
    return True


@compiled("b1(f8[:,::1], u8, u8)")
def convex(xy: Floats, start: int, n: int) -> bool:
    """Return whether a ring surely turns one way at each vertex, and once around in all."""
    px, py = xy[start + n - ONE, 0], xy[start + n - ONE, 1]
    x, y = xy[start, 0], xy[start, 1]
    eastward = x > px
    changes = turn = 0
    for k in range(start + ONE, start + n + ONE):
        ahead_x, ahead_y = xy[k, 0], xy[k, 1]
        here = side(px, py, x, y, ahead_x, ahead_y)
        if here == 0 or here == -turn:
            return False
        turn = here
        if ahead_x != x and (ahead_x > x) != eastward:
            changes += 1
            eastward = not eastward
        px, py, x, y = x, y, ahead_x, ahead_y
    return changes <= 2


@compiled("b1(f8[:,::1], u8, u8, u8, u8, u8)")
def one_way(xy: Floats, start: int, i0: int, i1: int, j0: int, j1: int) -> bool:
    """Return whether the edges i0 to i1 and j0 to j1 all surely run along the line they span."""
    ux = xy[start + j1, 0] - xy[start + i0, 0]
    uy = xy[start + j1, 1] - xy[start + i0, 1]
    for step in range(i1 - i0 + j1 - j0):
        i = i0 + step
        k = start + (i if i < i1 else j0 + (i - i1))
        px, py = (xy[k + ONE, 0] - xy[k, 0]) * ux, (xy[k + ONE, 1] - xy[k, 1]) * uy
        if not px + py > 1e-15 * (abs(px) + abs(py)):
            return False
    return True


@compiled("b1(f8[:,::1], u8, u8, f8[:,::1], u1[::1])")
def simple(xy: Floats, start: int, n: int, boxes: Floats, ways: Bytes) -> bool:
    """Return whether the ring of n edges surely neither touches nor crosses itself."""
    if n < uint64(3) or n > uint64(MANY):
        return False
    if n <= uint64(FEW):
        for v in range(start, start + n):
            if not (xy[v, 0] - xy[v, 0] == 0.0 and xy[v, 1] - xy[v, 1] == 0.0):
                return False
        return convex(xy, start, n) or all_clear(xy, start, n, uint64(0), n, uint64(0), n)
    size = uint64(4) if n < uint64(64) else uint64(8) if n < uint64(512) else uint64(16)
    chunks = (n + size - ONE) // size
    total = 0.0
    for c in range(chunks):
        k = start + uint64(c) * size
        stop = min(k + size, start + n)
        px, py = xy[k, 0], xy[k, 1]
        way = uint64(15)
        for v in range(k + ONE, stop + ONE):
            x, y = xy[v, 0], xy[v, 1]
            total += x + y
            way &= (
                uint64(x > px)
                | uint64(x < px) << ONE
                | uint64(y > py) << uint64(2)
                | uint64(y < py) << uint64(3)
            )
            px, py = x, y
        # Along an axis on which the chunk runs one way, its ends are its bounds.
        west, east = min(px, xy[k, 0]), max(px, xy[k, 0])
        south, north = min(py, xy[k, 1]), max(py, xy[k, 1])
        if way & uint64(3) == 0:
            for v in range(k, stop):
                west, east = min(west, xy[v, 0]), max(east, xy[v, 0])
        if way & uint64(12) == 0:
            for v in range(k, stop):
                south, north = min(south, xy[v, 1]), max(north, xy[v, 1])
        row = uint64(c)
        boxes[0, row], boxes[1, row], boxes[2, row], boxes[3, row] = west, east, south, north
        ways[row] = way
    if total - total != 0.0:
        return False
    for c in range(chunks):
        here = uint64(c)
        i0 = here * size
        i1 = min(i0 + size, n)
        # A chunk and the next one: edges that all run one way (east, west, north, south, or
        # along the line they span) cannot meet again.
        following = here + ONE if here + ONE < chunks else uint64(0)
        j0 = following * size
        j1 = min(j0 + size, n)
        if ways[here] & ways[following] == 0 and not one_way(xy, start, i0, i1, j0, j1):
            if not all_clear(xy, start, n, i0, i1, i0, i1):
                return False
            if not all_clear(xy, start, n, j0, j1, j0, j1):
                return False
            if following > here:
                if not all_clear(xy, start, n, i0, i1, j0, j1):
                    return False
            elif not all_clear(xy, start, n, j0, j1, i0, i1):
                return False
        # Chunks further on (the last is next to the first): only where boxes meet.
        beyond = chunks - ONE if here == 0 else chunks
        for d in range(here + uint64(2), beyond):
            there = uint64(d)
            if (
                boxes[0, here] > boxes[1, there]
                or boxes[0, there] > boxes[1, here]
                or boxes[2, here] > boxes[3, there]
                or boxes[2, there] > boxes[3, here]
            ):
                continue
            j0 = there * size
            j1 = min(j0 + size, n)
            if not all_clear(xy, start, n, i0, i1, j0, j1):
                return False
    return True


@compiled("void(f8[:,::1], u4[::1], u8, u8, b1[::1])")
def surely_simple(xy: Floats, starts: Numbers, first: int, last: int, found: Flags) -> None:
    """Write for the rings ``first`` to ``last`` whether each is surely simple.

    A ring with a coordinate that is not a finite number never is.
    """
    boxes, ways = np.empty((4, MANY // 16 + 2)), np.empty(MANY // 16 + 2, np.uint8)
    for ring in range(first, last):
        r = uint64(ring)
        start = uint64(starts[r])
        n = uint64(starts[r + ONE]) - start - ONE
        found[r] = simple(xy, start, n, boxes, ways)
