"""Compiled loops of the exact coverage: what a zone's outline does to the cells it crosses.

Coordinates are in cells: x to the right and y downwards from the raster's corner.
Each piece of outline within one row of cells moves the *cover*, the height of
the row that lies inside the zone, for every cell to its right, and gives its own
cell only the part that lies beyond it. Summing these from left to right gives
the share of each cell that the zone covers, with no approximation but rounding.

Import inside functions: it needs numba.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialcarbon.core.compiled import compiled

TOUCH = 1e-12
"""A share of a cell below this is rounding."""

LEVEL = 1e-9
"""Height by which many small pieces of outline in one row may miss a whole cell in their sum."""

HALF = 0.5


@compiled()
def outline_pieces(
    x: Any,
    y: Any,
    rings: Any,
    signs: Any,
    height: int,
    width: int,
    key: Any,
    area: Any,
    cover: Any,
) -> int:
    """Fill ``key, area, cover`` with one entry per cell and piece of outline; return how many.

    ``rings`` are the offsets of the rings in ``x, y``. ``key`` is
    ``row · (width + 1) + column + 1``, where column −1 stands for all that lies
    left of the raster.
    """
    n = 0
    for ring in range(len(rings) - 1):
        for i in range(rings[ring], rings[ring + 1] - 1):
            x0, y0, x1, y1, sign = x[i], y[i], x[i + 1], y[i + 1], signs[ring]
            if y0 > y1:
                x0, y0, x1, y1, sign = x1, y1, x0, y0, -sign
            if y0 == y1 or y1 <= 0 or y0 >= height:
                continue
            slope = (x1 - x0) / (y1 - y0)
            ya = max(y0, 0.0)
            xa = min(max(x0 + slope * (ya - y0), min(x0, x1)), max(x0, x1))
            last = min(y1, float(height))
            row = np.int64(ya)
            while ya < last:
                yb = min(row + 1.0, last)
                xb = x1 if yb == y1 else x0 + slope * (yb - y0)
                xb = min(max(xb, min(x0, x1)), max(x0, x1))
                left, right = min(xa, xb), max(xa, xb)
                rise = sign * (yb - ya)
                first = row * (width + 1)
                if right <= 0:
                    key[n], area[n], cover[n] = first, 0.0, rise
                    n += 1
                elif left < width:
                    if left < 0:
                        key[n], area[n], cover[n] = first, 0.0, rise * -left / (right - left)
                        n += 1
                    column = np.int64(max(left, 0.0))
                    while True:
                        xl, xr = max(left, float(column)), min(right, column + 1.0)
                        part = rise if right == left else rise * (xr - xl) / (right - left)
                        key[n] = first + column + 1
                        area[n] = part * (1.0 - (0.5 * (xl + xr) - column))
                        cover[n] = part
                        n += 1
                        column += 1
                        if column >= right or column >= width:
                            break
                ya, xa = yb, xb
                row += 1
    return n


@compiled()
def sweep(
    key: Any,
    area: Any,
    cover: Any,
    width: int,
    run_row: Any,
    start: Any,
    stop: Any,
    edge_row: Any,
    column: Any,
    share: Any,
) -> tuple[int, int]:
    """Turn the sorted pieces of one zone into runs of whole cells and shares of crossed ones.

    Returns how many of both there are; −1 if the arrays for them are too short.
    """
    runs = edges = i = 0
    inside = 0.0
    n = len(key)
    while i < n:
        here = key[i]
        row = here // (width + 1)
        col = here - row * (width + 1) - 1
        own = passed = 0.0
        while i < n and key[i] == here:
            own += area[i]
            passed += cover[i]
            i += 1
        part = min(inside + own, 1.0)
        if edges == share.size:
            return -1, -1
        if col >= 0 and part > TOUCH:
            edge_row[edges], column[edges] = row, col
            share[edges] = 1.0 if part > 1.0 - TOUCH else part
            edges += 1
        # The column of the next piece of outline, or the end of the row.
        following = min(key[i] - row * (width + 1) - 1, width) if i < n else width
        inside += passed
        if following > col + 1:
            whole = np.rint(inside)
            if abs(inside - whole) < LEVEL:
                inside = whole
                if inside > HALF:
                    run_row[runs], start[runs], stop[runs] = row, col + 1, following
                    runs += 1
            else:  # along a level border, which moves nothing from column to column
                if edges + following - col > share.size:
                    return -1, -1
                for level in range(col + 1, following):
                    edge_row[edges], column[edges] = row, level
                    share[edges] = min(inside, 1.0)
                    edges += 1
        if following == width:
            inside = 0.0
    return runs, edges


@compiled()
def add_crossed(
    a: Any,
    b: Any,
    rows: Any,
    columns: Any,
    zones: Any,
    shares: Any,
    weights: Any,
    of_a: Any,
    of_b: Any,
    tables: Any,
) -> None:
    """Add the covered share of each crossed cell to the table of its zone.

    The arguments are those of ``count_pairs``, with single cells and their
    shares in place of runs.
    """
    for i in range(rows.size):
        row, column = rows[i], columns[i]
        pair = (np.int64(of_a[a[row, column]]) << 4) | np.int64(of_b[b[row, column]])
        tables[zones[i], pair] += shares[i] * weights[row]
