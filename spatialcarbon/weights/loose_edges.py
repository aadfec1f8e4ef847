"""Kernels: which edges of a set surely keep clear of all others, found with a tree of boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import int64, uint32, uint64

from spatialcarbon.core.compiled import compiled
from spatialcarbon.weights.certain import apart, forked
from spatialcarbon.weights.shared_vertices import spread

if TYPE_CHECKING:
    from spatialcarbon.weights.outlines import Flags, Floats, Numbers
    from spatialcarbon.weights.shared_vertices import Keys, Word

ONE = uint64(1)

FAN = 8
"""Children of each box of the tree."""


@compiled("void(f8[:,::1], u8[::1])")
def places(ends: Floats, keys: Keys) -> None:
    """Write map cell << 32 | number for each edge; sorted, near edges follow one another."""
    west, south = ends[:, 0].min(), ends[:, 1].min()
    wide = max(ends[:, 0].max() - west, ends[:, 1].max() - south)
    scale = 65535.0 / wide if wide > 0 else 0.0
    for i in range(uint64(len(ends))):
        column, row = uint64((ends[i, 0] - west) * scale), uint64((ends[i, 1] - south) * scale)
        keys[i] = (spread(column) << ONE | spread(row)) << uint64(32) | i


@compiled("u8(u4[::1], u8)")
def root(parents: Numbers, i: int) -> Word:
    """Return the edge that stands for the connected set of edge i."""
    while uint64(parents[i]) != i:
        parents[i] = parents[parents[i]]
        i = uint64(parents[i])
    return i


@compiled("b1(f8[:,::1], u8, u8, u4[:,::1], u4[:,::1], u4[::1])")
def clear_of(
    ends: Floats, i: int, j: int, contacts: Numbers, partners: Numbers, parents: Numbers
) -> bool:
    """Return whether two edges surely have nothing in common but one end of each at most.

    Such an end is written down, and the two sets of edges become one.
    """
    ax, ay, bx, by = ends[i, 0], ends[i, 1], ends[i, 2], ends[i, 3]
    cx, cy, dx, dy = ends[j, 0], ends[j, 1], ends[j, 2], ends[j, 3]
    ac, ad = ax == cx and ay == cy, ax == dx and ay == dy
    bc, bd = bx == cx and by == cy, bx == dx and by == dy
    common = int64(ac) + int64(ad) + int64(bc) + int64(bd)
    if common == 0:
        return apart(ax, ay, bx, by, cx, cy, dx, dy)
    if common > 1:
        return False
    mine, yours = (0 if ac or ad else 1), (0 if ac or bc else 1)
    contacts[i, mine] += uint32(1)
    contacts[j, yours] += uint32(1)
    partners[i, mine], partners[j, yours] = j, i
    parents[root(parents, j)] = root(parents, i)
    if mine == 0:
        return forked(ax, ay, bx, by, dx if ac else cx, dy if ac else cy)
    return forked(bx, by, ax, ay, dx if bc else cx, dy if bc else cy)


@compiled("void(f8[:,::1], b1[::1], u4[:,::1], u4[:,::1], u4[::1])")
def crowded(
    ends: Floats, found: Flags, contacts: Numbers, partners: Numbers, parents: Numbers
) -> None:
    """Mark the edges that may touch another one elsewhere than at a common end.

    Parameters
    ----------
    ends : array, shape (n, 4)
        x, y of the first and of the second end, near edges near each other.
    found : array, shape (n,)
        All false; true is written.
    contacts, partners : array, shape (n, 2)
        All zero; how many edges meet each end, and the last of them, are written.
    parents : array, shape (n,)
        0 to n - 1; an edge of the same connected set is written.
    """
    n = uint64(len(ends))
    offsets = np.zeros(24, np.uint64)
    levels = uint64(0)
    size = n
    while True:
        size = (size + uint64(FAN - 1)) // uint64(FAN)
        offsets[levels + ONE] = offsets[levels] + size
        levels += ONE
        if size == 1:
            break
    boxes = np.empty((offsets[levels], 4))
    below = n
    for level in range(levels):
        for node in range(offsets[level + ONE] - offsets[level]):
            west = south = np.inf
            east = north = -np.inf
            stop = min(node * uint64(FAN) + uint64(FAN), below)
            for child in range(node * uint64(FAN), stop):
                if level == 0:
                    x0, x1 = ends[child, 0], ends[child, 2]
                    y0, y1 = ends[child, 1], ends[child, 3]
                    west, east = min(west, x0, x1), max(east, x0, x1)
                    south, north = min(south, y0, y1), max(north, y0, y1)
                else:
                    c = offsets[level - ONE] + child
                    west, east = min(west, boxes[c, 0]), max(east, boxes[c, 1])
                    south, north = min(south, boxes[c, 2]), max(north, boxes[c, 3])
            b = offsets[level] + node
            boxes[b, 0], boxes[b, 1], boxes[b, 2], boxes[b, 3] = west, east, south, north
        below = offsets[level + ONE] - offsets[level]
    waiting = np.empty(24 * FAN, np.uint64)
    depth = np.empty(24 * FAN, np.uint64)
    for group in range(offsets[1]):
        waiting[0], depth[0] = uint64(0), levels - ONE
        top = ONE
        while top > 0:
            top -= ONE
            node, level = waiting[top], depth[top]
            b = offsets[level] + node
            if boxes[b, 0] > boxes[group, 1] or boxes[b, 1] < boxes[group, 0]:
                continue
            if boxes[b, 2] > boxes[group, 3] or boxes[b, 3] < boxes[group, 2]:
                continue
            first = node * uint64(FAN)
            if level > 0:
                count = offsets[level] - offsets[level - ONE]
                for child in range(first, min(first + uint64(FAN), count)):
                    waiting[top], depth[top] = child, level - ONE
                    top += ONE
                continue
            stop = min(first + uint64(FAN), n)
            for i in range(group * uint64(FAN), min(group * uint64(FAN) + uint64(FAN), stop)):
                west, east = min(ends[i, 0], ends[i, 2]), max(ends[i, 0], ends[i, 2])
                south, north = min(ends[i, 1], ends[i, 3]), max(ends[i, 1], ends[i, 3])
                for j in range(max(first, i + ONE), stop):
                    if max(ends[j, 0], ends[j, 2]) < west or min(ends[j, 0], ends[j, 2]) > east:
                        continue
                    if max(ends[j, 1], ends[j, 3]) < south or min(ends[j, 1], ends[j, 3]) > north:
                        continue
                    if not clear_of(ends, i, j, contacts, partners, parents):
                        found[i] = found[j] = True
    for i in range(n):
        parents[i] = root(parents, i)
