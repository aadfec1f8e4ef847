"""Compiled loops over pixels: polygons to runs of cells, and cells to a table of pairs of codes.

Import inside functions: it needs numba. Indices are unsigned, which spares a
check for negative ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialcarbon.core.compiled import compiled

U = np.uint64
ZERO = U(0)
ONE = U(1)
FOUR = U(4)
SEVEN = U(7)
EIGHT = U(8)
BYTE = U(255)
EVERY_BYTE = U(0x0101010101010101)
HIGH = U(0xF0F0F0F0F0F0F0F0)
CODES = 256
"""Entries of a table of pairs: two codes of four bits each."""


@compiled()
def crossings(x: Any, y: Any, left: Any, right: Any, height: int, per_row: Any, out: Any) -> int:
    """Count, then list, where the edges of one shape cross the centres of the rows.

    Edges run from vertex ``left[i]`` to ``right[i]``, in cells from the upper
    left corner. A row belongs to an edge that starts above or on its centre and
    ends below, so that a vertex on a centre counts once.

    Parameters
    ----------
    x, y : array of float
        Vertices.
    left, right : array of int
        Ends of the edges.
    height : int
        Rows of the raster.
    per_row : array of int, length height + 1
        With an empty ``out``: filled with the crossings of each row. Otherwise
        where the next crossing of each row goes; moved on.
    out : array of float
        Filled with the columns at which edges cross, row by row.
    """
    total = 0
    filling = out.size > 0
    for i in range(left.size):
        x0, y0, x1, y1 = x[left[i]], y[left[i]], x[right[i]], y[right[i]]
        if y0 == y1:
            continue
        if y0 > y1:  # one direction only: neighbours must compute the same crossing
            x0, y0, x1, y1 = x1, y1, x0, y0
        first = max(0, int(np.ceil(y0 - 0.5)))
        last = min(height, int(np.ceil(y1 - 0.5)))
        if last <= first:
            continue
        total += last - first
        slope = (x1 - x0) / (y1 - y0)
        for row in range(first, last):
            if filling:
                out[per_row[row]] = x0 + (row + 0.5 - y0) * slope
            per_row[row] += 1
    return total


@compiled()
def runs_between(
    crossed: Any, bounds: Any, first: int, width: int, rows: Any, starts: Any, stops: Any
) -> int:
    """Fill runs of cells whose centres lie between odd and even crossings; return their number.

    Parameters
    ----------
    crossed : array of float
        Crossings row by row; put into order here.
    bounds : array of int
        Where the crossings of each row begin; one more than rows.
    first : int
        Number of the first of these rows.
    width : int
        Columns of the raster.
    rows, starts, stops : array of int
        Filled.
    """
    n = 0
    for r in range(bounds.size - 1):
        low, high = bounds[r], bounds[r + 1]
        for i in range(low + 1, high):  # a handful each: insertion is quickest
            held = crossed[i]
            j = i - 1
            while j >= low and crossed[j] > held:
                crossed[j + 1] = crossed[j]
                j -= 1
            crossed[j + 1] = held
        for i in range(low, high - 1, 2):
            # A centre on the left border is out and one on the right border is in.
            start = max(0.0, np.floor(crossed[i] + 0.5))
            stop = min(float(width), np.floor(crossed[i + 1] + 0.5))
            if start < stop:
                if n > 0 and rows[n - 1] == first + r and stops[n - 1] == start:
                    stops[n - 1] = int(stop)
                    continue
                rows[n], starts[n], stops[n] = first + r, int(start), int(stop)
                n += 1
    return n


@compiled()
def by_rows(
    rows: Any,
    starts: Any,
    stops: Any,
    zones: Any,
    places: Any,
    out_rows: Any,
    out_starts: Any,
    out_stops: Any,
    out_zones: Any,
) -> bool:
    """Put runs into the order of rows and columns; say whether some lie over each other.

    Parameters
    ----------
    rows, starts, stops, zones : array of int
        Runs in any order.
    places : array of int, one more than rows of the raster
        Zeros; scratch.
    out_rows, out_starts, out_stops, out_zones : array of int
        Filled.
    """
    for run in range(rows.size):
        places[rows[run] + 1] += 1
    for row in range(1, places.size):
        places[row] += places[row - 1]
    for run in range(rows.size):
        at = places[rows[run]]
        places[rows[run]] += 1
        # A row has few runs: each is pushed forward to where it belongs.
        while at > 0 and out_rows[at - 1] == rows[run] and out_starts[at - 1] > starts[run]:
            out_rows[at] = out_rows[at - 1]
            out_starts[at] = out_starts[at - 1]
            out_stops[at] = out_stops[at - 1]
            out_zones[at] = out_zones[at - 1]
            at -= 1
        out_rows[at], out_starts[at] = rows[run], starts[run]
        out_stops[at], out_zones[at] = stops[run], zones[run]
    for run in range(1, rows.size):
        if out_rows[run] == out_rows[run - 1] and out_starts[run] < out_stops[run - 1]:
            return True
    return False


@compiled()
def clipped(
    rows: Any,
    starts: Any,
    stops: Any,
    zones: Any,
    row: int,
    column: int,
    width: int,
    places: Any,
    out_rows: Any,
    out_starts: Any,
    out_stops: Any,
    out_zones: Any,
) -> int:
    """Fill the part of runs inside a window, in its coordinates, zone by zone; return how many.

    Parameters
    ----------
    rows, starts, stops, zones : array of int
        Runs in the rows of the window.
    row, column, width : int
        Upper left cell of the window, and its columns.
    places : array of int, one more than zones
        Zeros; scratch.
    out_rows, out_starts, out_stops, out_zones : array of int
        Filled; as long as ``rows``.
    """
    for run in range(rows.size):
        if starts[run] < column + width and stops[run] > column:
            places[zones[run] + 1] += 1
    for zone in range(1, places.size):
        places[zone] += places[zone - 1]
    n = places[places.size - 1]
    for run in range(rows.size):
        if starts[run] < column + width and stops[run] > column:
            at = places[zones[run]]
            places[zones[run]] += 1
            out_rows[at] = rows[run] - row
            out_starts[at] = max(starts[run] - column, 0)
            out_stops[at] = min(stops[run] - column, width)
            out_zones[at] = zones[run]
    return n  # type: ignore[no-any-return]


@compiled()
def _empty_into(plain: Any, placed: Any, of_a: Any, of_b: Any, weight: float, table: Any) -> None:
    """Add private counts times the area of a cell to the table, and clear them."""
    for code in range(CODES):
        n = plain[0, code] + plain[1, code] + plain[2, code] + plain[3, code]
        if n:
            table[(U(of_a[code >> 4]) << FOUR) | U(of_b[code & 15])] += n * weight
            plain[0, code] = plain[1, code] = plain[2, code] = plain[3, code] = 0
        if placed[code]:
            table[code] += placed[code] * weight
            placed[code] = 0


@compiled()
def count_pairs(
    a: Any,
    b: Any,
    words_a: Any,
    words_b: Any,
    rows: Any,
    starts: Any,
    stops: Any,
    zones: Any,
    weights: Any,
    of_a: Any,
    of_b: Any,
    tables: Any,
) -> None:
    """Add the area under each pair of classes to the table of each zone.

    Counts are whole numbers as long as the weight of the rows stays the same;
    they meet a floating number once per zone and weight. Eight cells make a
    word, and words are counted when they change: in land cover most are like
    the one before. Four tables share the cells of a word, so that no sum waits
    for the one before it.

    Parameters
    ----------
    a, b : array of uint8, 2-D
        Codes in the first and the second year.
    words_a, words_b : array of uint64, 2-D
        The same memory, eight cells to a word.
    rows, starts, stops, zones : array of int
        Runs of cells and the zone each belongs to, zone by zone.
    weights : array of float
        Area of a cell in each row.
    of_a, of_b : array of uint8, length 256
        The class of each code, below 16.
    tables : array of float, zones × 256
        Added to, at ``16 * first + second``.
    """
    plain = np.zeros((4, CODES), np.int64)  # by code: both years below 16
    placed = np.zeros(CODES, np.int64)  # by class
    zone = -1
    weight = 0.0
    for run in range(rows.size):
        row = U(rows[run])
        if zones[run] != zone or weights[row] != weight:
            if zone >= 0:
                _empty_into(plain, placed, of_a, of_b, weight, tables[zone])
            zone, weight = zones[run], weights[row]
        i, stop = U(starts[run]), U(stops[run])
        while i < stop and i & SEVEN:
            placed[(U(of_a[a[row, i]]) << FOUR) | U(of_b[b[row, i]])] += 1
            i += ONE
        word, end = i // EIGHT, stop // EIGHT
        if word < end:
            i = end * EIGHT
        while word < end:
            seen_a, seen_b = words_a[row, word], words_b[row, word]
            first = word
            word += ONE
            while word < end and words_a[row, word] == seen_a and words_b[row, word] == seen_b:
                word += ONE
            times = np.int64(word - first)
            if (seen_a | seen_b) & HIGH:
                for _ in range(8):
                    placed[(U(of_a[seen_a & BYTE]) << FOUR) | U(of_b[seen_b & BYTE])] += times
                    seen_a >>= EIGHT
                    seen_b >>= EIGHT
                continue
            pairs = (seen_a << FOUR) | seen_b  # codes below 16: all eight pairs at once
            if pairs == (pairs & BYTE) * EVERY_BYTE:
                plain[0, pairs & BYTE] += 8 * times
                continue
            plain[0, pairs & BYTE] += times
            plain[1, (pairs >> U(8)) & BYTE] += times
            plain[2, (pairs >> U(16)) & BYTE] += times
            plain[3, (pairs >> U(24)) & BYTE] += times
            plain[0, (pairs >> U(32)) & BYTE] += times
            plain[1, (pairs >> U(40)) & BYTE] += times
            plain[2, (pairs >> U(48)) & BYTE] += times
            plain[3, pairs >> U(56)] += times
        while i < stop:
            placed[(U(of_a[a[row, i]]) << FOUR) | U(of_b[b[row, i]])] += 1
            i += ONE
    if zone >= 0:
        _empty_into(plain, placed, of_a, of_b, weight, tables[zone])
