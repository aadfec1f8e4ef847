"""Compiled loops over the neighbourhoods that units could have had.

Import inside functions: it needs numba. Each loop has a readable NumPy twin in
``tests/stats/reference.py``. Indices are unsigned, which spares a check for
negative ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialcarbon.core.compiled import compiled
from spatialcarbon.stats.random_words import HALF, ONE, S32, STEP, TWO, ZERO, U, below, mixed


@compiled()
def equal_sums(values: Any, others: Any, starts: Any) -> Any:
    """Return the plain sum over each unit's neighbours."""
    sums = np.empty(starts.size - 1, dtype=np.int64)
    for i in range(sums.size):
        total = 0
        for m in range(starts[U(i)], starts[U(i) + ONE]):
            total += values[others[U(m)]]
        sums[U(i)] = total
    return sums


@compiled()
def weighted_sums(values: Any, others: Any, starts: Any, w: Any) -> Any:
    """Return the weighted sum over each unit's neighbours, added in the order of storage."""
    sums = np.empty(starts.size - 1)
    for i in range(sums.size):
        total = 0.0
        for m in range(starts[U(i)], starts[U(i) + ONE]):
            total += w[U(m)] * values[others[U(m)]]
        sums[U(i)] = total
    return sums


@compiled()
def draw_sums(
    cardinality: Any,
    values: Any,
    listed: Any,
    low: Any,
    high: Any,
    order: Any,
    state: Any,
    drawn: Any,
    prefix: Any,
    table: Any,
    start: Any,
    stop: Any,
    above: Any,
    under: Any,
) -> Any:
    """Draw distinct units per row and keep the sums of their first k values.

    For the cardinalities in ``listed``, ``table[c, p]`` becomes the sum of the
    first k draws of row p; a row is one draw wider than the largest. A unit
    that meets itself among its own first k draws takes draw k + 1 in that
    place; what this changes in its counts of draws at or above ``low`` and at
    or under ``high`` goes into ``above`` and ``under``.
    """
    n = U(order.size)
    width = U(drawn.size)
    count = U(listed.size)
    for p in range(start, stop):
        i = ZERO
        prefix[ZERO] = 0
        word = ZERO
        while i < width:
            if i & ONE:
                half = word >> S32
            else:
                state += STEP
                word = mixed(state)
                half = word & HALF
            j, state = below(half, n - i, state)
            j += i
            held = order[j]
            order[j] = order[i]
            order[i] = held
            drawn[i] = held
            prefix[i + ONE] = prefix[i] + values[held]
            i += ONE
        for c in range(count):
            table[c, U(p)] = prefix[listed[c]]
        for at in range(width):
            unit = drawn[at]
            k = U(cardinality[unit])
            if at < k:
                before = prefix[k]
                after = before - values[unit] + values[drawn[k]]
                above[unit] += np.int32(after >= low[unit]) - np.int32(before >= low[unit])
                under[unit] += np.int32(after <= high[unit]) - np.int32(before <= high[unit])
    return state


@compiled()
def index_row(ranked: Any, cells: Any) -> Any:
    """Note where each of equally wide cells begins in ascending numbers; return the shift.

    ``cells[c]`` becomes the first position whose cell is c or later, a number
    being in cell ``(number - ranked[0]) >> shift``.
    """
    count = U(cells.size) - TWO
    span = U(ranked[U(ranked.size) - ONE] - ranked[ZERO])
    shift = ZERO
    while (span >> shift) >= count:
        shift += ONE
    at = ZERO
    for c in range(cells.size):
        while at < U(ranked.size) and (U(ranked[at] - ranked[ZERO]) >> shift) < U(c):
            at += ONE
        cells[U(c)] = at
    return shift


@compiled()
def count_tails(
    table: Any,
    cells: Any,
    shifts: Any,
    row_of: Any,
    cardinality: Any,
    units: Any,
    low: Any,
    high: Any,
    start: int,
    stop: int,
    above: Any,
    under: Any,
) -> None:
    """Count, for some units, the sums at or above ``low`` and at or under ``high``.

    ``table[row_of[k]]`` holds the sums of k draws in ascending order, with the
    notes of :func:`index_row`: they leave a few numbers to search.
    """
    size = U(table.shape[1])
    for at in range(start, stop):
        unit = units[U(at)]
        row = U(row_of[cardinality[unit]])
        ranked = table[row]
        wanted = low[unit]
        if wanted <= ranked[ZERO]:
            first = ZERO
        elif wanted > ranked[size - ONE]:
            first = size
        else:
            cell = U(wanted - ranked[ZERO]) >> shifts[row]
            first = U(cells[row, cell])
            length = U(cells[row, cell + ONE]) - first
            while length > ZERO:
                half = length >> ONE
                first += (length - half) * U(ranked[first + half] < wanted)
                length = half
        above[unit] += np.int64(size - first)
        wanted = high[unit]
        last = first
        if last < size and ranked[last] <= wanted:  # a tie
            length = size - last
            while length > ZERO:
                half = length >> ONE
                if ranked[last + half] <= wanted:
                    last += half + ONE
                    length -= half + ONE
                else:
                    length = half
        under[unit] += np.int64(last)


@compiled()
def distinct_rows(order: Any, state: Any, out: Any) -> Any:
    """Fill each row of ``out`` with distinct units in random order."""
    n = U(order.size)
    for p in range(out.shape[0]):
        row = out[U(p)]
        i = ZERO
        word = ZERO
        while i < U(row.size):
            if i & ONE:
                half = word >> S32
            else:
                state += STEP
                word = mixed(state)
                half = word & HALF
            j, state = below(half, n - i, state)
            j += i
            held = order[j]
            order[j] = order[i]
            order[i] = held
            row[i] = held
            i += ONE
    return state


@compiled()
def weighted_tails(
    drawn: Any,
    units: Any,
    starts: Any,
    w: Any,
    low: Any,
    high: Any,
    start: int,
    stop: int,
    sums: Any,
    above: Any,
    under: Any,
) -> None:
    """Count weighted sums of drawn values in both tails, for some units.

    ``drawn[m]`` holds the values of the m-th draws of all rows, so that one
    neighbour costs one pass over contiguous numbers. That a unit may have met
    itself is left to :func:`mend_collisions`.
    """
    for at in range(start, stop):
        unit = units[U(at)]
        sums[:] = 0.0
        first = U(starts[unit])
        for m in range(starts[unit + ONE] - starts[unit]):
            weight = w[first + U(m)]
            values = drawn[U(m)]
            for p in range(sums.size):
                sums[U(p)] += weight * values[U(p)]
        bottom = low[unit]
        top = high[unit]
        some_above = np.int64(0)
        some_under = np.int64(0)
        for p in range(sums.size):
            some_above += np.int64(sums[U(p)] >= bottom)
            some_under += np.int64(sums[U(p)] <= top)
        above[unit] += some_above
        under[unit] += some_under


@compiled()
def mend_collisions(
    rows: Any, drawn: Any, starts: Any, w: Any, low: Any, high: Any, above: Any, under: Any
) -> None:
    """Correct the counts of units that met themselves among their own draws."""
    for p in range(rows.shape[0]):
        at = U(p)
        for own in range(rows.shape[1]):
            unit = rows[at, U(own)]
            first = U(starts[unit])
            k = starts[unit + ONE] - starts[unit]
            if own < k:
                before = 0.0
                after = 0.0
                for m in range(k):
                    weight = w[first + U(m)]
                    before += weight * drawn[U(m), at]
                    after += weight * drawn[U(k) if m == own else U(m), at]
                above[unit] += np.int64(after >= low[unit]) - np.int64(before >= low[unit])
                under[unit] += np.int64(after <= high[unit]) - np.int64(before <= high[unit])


@compiled()
def separate_tails(
    values: Any,
    units: Any,
    starts: Any,
    w: Any,
    low: Any,
    high: Any,
    states: Any,
    permutations: int,
    start: int,
    stop: int,
    order: Any,
    swapped: Any,
    above: Any,
    under: Any,
) -> None:
    """Count both tails with fresh draws for each unit.

    ``order`` holds 0 … n − 2, the units other than one's own; the swaps of each
    draw are undone, so that a unit's draws depend on its own seed alone.
    """
    n = U(order.size)
    for at in range(start, stop):
        unit = units[U(at)]
        state = states[unit]
        first = U(starts[unit])
        k = U(starts[unit + ONE]) - first
        for _ in range(permutations):
            total = values[ZERO] - values[ZERO]
            i = ZERO
            word = ZERO
            while i < k:
                if i & ONE:
                    half = word >> S32
                else:
                    state += STEP
                    word = mixed(state)
                    half = word & HALF
                j, state = below(half, n - i, state)
                j += i
                held = order[j]
                order[j] = order[i]
                order[i] = held
                swapped[i] = j
                other = U(held)
                if other >= U(unit):
                    other += ONE
                total += w[first + i] * values[other]
                i += ONE
            while i > ZERO:
                i -= ONE
                j = U(swapped[i])
                held = order[j]
                order[j] = order[i]
                order[i] = held
            above[unit] += np.int64(total >= low[unit])
            under[unit] += np.int64(total <= high[unit])
