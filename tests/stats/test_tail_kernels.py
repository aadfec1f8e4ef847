"""The loops that count tails, one at a time, against counts by definition."""

from __future__ import annotations

import numpy as np
import pytest

from spatialcarbon.stats.tail_kernels import (
    count_tails,
    distinct_rows,
    draw_sums,
    equal_sums,
    index_row,
    mend_collisions,
    weighted_sums,
)

# Unit 0 has the neighbours 1 and 2, unit 1 none, unit 2 has 0, 1 and 3, unit 3 has 2.
OTHERS = np.array([1, 2, 0, 1, 3, 2], dtype=np.uint32)
STARTS = np.array([0, 2, 2, 5, 6])


def test_sums_over_neighbours_by_hand() -> None:
    found = equal_sums(np.array([1, 10, 100, 1000]), OTHERS, STARTS)
    assert found.tolist() == [110, 0, 1011, 100]
    w = np.array([0.5, 0.25, 1.0, 2.0, 3.0, 4.0])
    found = weighted_sums(np.array([1.0, 10.0, 100.0, 1000.0]), OTHERS, STARTS, w)
    assert found.tolist() == [30.0, 0.0, 3021.0, 400.0]


@pytest.mark.parametrize(("size", "cells"), [(1, 1), (2, 2), (9, 4), (200, 16), (200, 200)])
@pytest.mark.parametrize("width", [1, 5, 10**6, 2**60])
def test_tails_are_counts_of_the_sums(size: int, cells: int, width: int) -> None:
    rng = np.random.default_rng(size + cells)
    table = np.sort(rng.integers(-width, width + 1, (2, size)), axis=1)
    notes = np.empty((2, cells + 2), dtype=np.uint32)
    shifts = np.array([index_row(table[r], notes[r]) for r in range(2)], dtype=np.uint64)
    # Bounds beyond both ends, on the sums, beside them and between them.
    near = np.concatenate([table.ravel(), table.ravel() + 1, table.ravel() - 1])
    bounds = np.concatenate([near, [-(2**61), 2**61, 0, width]])
    n = len(bounds)
    low, high = bounds, bounds + rng.integers(0, 3, n)
    cardinality = np.where(np.arange(n) % 2 == 0, 3, 5).astype(np.uint32)
    row_of = np.array([9, 9, 9, 0, 9, 1], dtype=np.uint32)
    above, under = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    units = np.arange(n, dtype=np.uint32)
    count_tails(table, notes, shifts, row_of, cardinality, units, low, high, 0, n, above, under)
    rows = table[np.arange(n) % 2]
    assert above.tolist() == (rows >= low[:, None]).sum(axis=1).tolist()
    assert under.tolist() == (rows <= high[:, None]).sum(axis=1).tolist()


def test_a_note_says_where_a_cell_begins() -> None:
    ranked = np.array([-4, -4, 0, 3, 11])
    notes = np.empty(4 + 2, dtype=np.uint32)
    # They span 15, so that each of four cells is four wide: 0, 0, 1, 1 and 3.
    assert index_row(ranked, notes) == 2
    assert notes.tolist() == [0, 2, 4, 4, 5, 5]


def test_who_meets_himself_takes_the_next_draw() -> None:
    values = np.array([2.0, 1.0, 0.0, 3.0])
    starts = np.array([0, 1, 3, 6, 6])
    w = np.array([1.0, 1.0, 2.0, 1.0, 2.0, 4.0])
    # Unit 0 has one draw, is it itself, and takes unit 2: 0 for 2. Unit 2 is the second of its
    # three and takes unit 3: 2 + 2 * 3 + 4 * 1 for 2 + 2 * 0 + 4 * 1. Unit 1 comes after its two.
    rows = np.tile(np.array([0, 2, 1, 3], dtype=np.uint32), (5, 1))
    drawn = np.ascontiguousarray(values[rows.T])
    for low, high, more, less in [
        ([1.5, 0.0, 9.0, 0.0], [0.5, 9.0, 8.0, 0.0], [-5, 0, 5, 0], [5, 0, -5, 0]),
        ([2.0, 0.0, 12.0, 0.0], [0.0, 9.0, 6.0, 0.0], [-5, 0, 5, 0], [5, 0, -5, 0]),
        ([2.5, 0.0, 6.0, 0.0], [2.0, 9.0, 12.0, 0.0], [0, 0, 0, 0], [0, 0, 0, 0]),
    ]:
        above, under = np.zeros(4, dtype=np.int64), np.zeros(4, dtype=np.int64)
        mend_collisions(rows, drawn, starts, w, np.array(low), np.array(high), above, under)
        assert above.tolist() == more
        assert under.tolist() == less


def test_sums_of_draws_are_those_of_the_rows_drawn() -> None:
    n, width, size = 7, 4, 40
    values = np.array([1, 10, 100, 1000, 10**4, 10**5, 10**6])
    cardinality = np.full(n, 3, dtype=np.uint32)
    listed = np.array([1, 3], dtype=np.uint32)
    bound = np.full(n, 10**4)
    table = np.empty((2, size), dtype=np.int64)
    above, under = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
    order, drawn = np.arange(n, dtype=np.uint32), np.empty(width, dtype=np.uint32)
    prefix, seed = np.empty(width + 1, dtype=np.int64), np.uint64(11)
    draw_sums(
        *(cardinality, values, listed, bound, bound, order, seed, drawn, prefix),
        *(table, 0, size, above, under),
    )
    rows = np.empty((size, width), dtype=np.uint32)
    distinct_rows(np.arange(n, dtype=np.uint32), seed, rows)
    assert table[0].tolist() == values[rows[:, 0]].tolist()
    assert table[1].tolist() == values[rows[:, :3]].sum(axis=1).tolist()
    # Who is among the first three of a row takes the fourth in its own place.
    more, less = np.zeros(n, dtype=int), np.zeros(n, dtype=int)
    for row in rows:
        before = values[row[:3]].sum()
        for unit in row[:3]:
            after = before - values[unit] + values[row[3]]
            more[unit] += int(after >= 10**4) - int(before >= 10**4)
            less[unit] += int(after <= 10**4) - int(before <= 10**4)
    assert above.tolist() == more.tolist()
    assert under.tolist() == less.tolist()
    assert above.any()
