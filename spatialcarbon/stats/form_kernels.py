"""Compiled loops over the links of a map under random orders of its units.

Import inside functions: it needs numba. Each loop has a readable NumPy twin in
``tests/stats/reference.py``. Indices are unsigned, which spares a check for
negative ones.
"""

from __future__ import annotations

from typing import Any

from spatialcarbon.core.compiled import compiled
from spatialcarbon.stats.random_words import (
    FOUR,
    HALF,
    ONE,
    S32,
    STEP,
    TWO,
    ZERO,
    U,
    below,
    mixed,
)


@compiled()
def shuffle(items: Any, state: Any) -> Any:
    """Put the items into a random order (Fisher & Yates) and return the state after it."""
    i = U(items.size)
    while i > TWO:
        state += STEP
        word = mixed(state)
        j, state = below(word & HALF, i, state)
        i -= ONE
        held = items[i]
        items[i] = items[j]
        items[j] = held
        j, state = below(word >> S32, i, state)
        i -= ONE
        held = items[i]
        items[i] = items[j]
        items[j] = held
    if i == TWO:
        state += STEP
        if mixed(state) & ONE:
            held = items[ZERO]
            items[ZERO] = items[ONE]
            items[ONE] = held
    return state


@compiled()
def forms_of_one(
    z: Any, left: Any, right: Any, w: Any, difference: Any, state: Any, order: Any, out: Any
) -> Any:
    """Fill ``out`` with the quadratic form of one series under random orders.

    ``order`` is scratch of the size of z. Four sums run beside each other so
    that no addition waits for the one before it.
    """
    m = U(left.size)
    whole = m - (m & U(3))
    order[:] = z
    for p in range(out.size):
        state = shuffle(order, state)
        a = b = c = d = 0.0
        e = ZERO
        if difference:
            while e < m:
                gap = order[left[e]] - order[right[e]]
                a += w[e] * gap * gap
                e += ONE
        else:
            while e < whole:
                a += w[e] * order[left[e]] * order[right[e]]
                b += w[e + ONE] * order[left[e + ONE]] * order[right[e + ONE]]
                c += w[e + TWO] * order[left[e + TWO]] * order[right[e + TWO]]
                d += w[e + U(3)] * order[left[e + U(3)]] * order[right[e + U(3)]]
                e += FOUR
            while e < m:
                a += w[e] * order[left[e]] * order[right[e]]
                e += ONE
        out[U(p)] = (a + b) + (c + d)
    return state


@compiled()
def forms_of_many(
    z: Any,
    left: Any,
    right: Any,
    w: Any,
    difference: Any,
    state: Any,
    order: Any,
    sums: Any,
    out: Any,
) -> Any:
    """Fill ``out`` (draw × series) with the forms of many series, one order serving all.

    The additions stand in the order of :func:`forms_of_one`, so that a series
    has the same digits alone and among others. ``order`` and ``sums`` (4 × S)
    are scratch.
    """
    m = U(left.size)
    whole = m - (m & U(3))
    count = U(z.shape[1])
    for i in range(order.size):
        order[U(i)] = i
    for p in range(out.shape[0]):
        state = shuffle(order, state)
        sums[:] = 0.0
        for e in range(left.size):
            at = U(e)
            lane = at & U(3) if at < whole and not difference else ZERO
            first = z[U(order[left[at]])]
            second = z[U(order[right[at]])]
            total = sums[lane]
            weight = w[at]
            if difference:
                for s in range(z.shape[1]):
                    gap = first[U(s)] - second[U(s)]
                    total[U(s)] += weight * gap * gap
            else:
                for s in range(z.shape[1]):
                    total[U(s)] += weight * first[U(s)] * second[U(s)]
        row = out[U(p)]
        for s in range(count):
            row[s] = (sums[ZERO, s] + sums[ONE, s]) + (sums[TWO, s] + sums[U(3), s])
    return state


@compiled()
def products_of_one(fixed: Any, z: Any, state: Any, order: Any, out: Any) -> Any:
    """Fill ``out`` with the product of a fixed series and another under random orders."""
    order[:] = z
    for p in range(out.size):
        state = shuffle(order, state)
        total = 0.0
        for i in range(order.size):
            total += fixed[U(i)] * order[U(i)]
        out[U(p)] = total
    return state


@compiled()
def tally(
    draws: Any, low: Any, high: Any, centre: Any, extreme: Any, total: Any, squares: Any
) -> None:
    """Add up, per series, draws outside (low, high), and deviations from a centre."""
    for p in range(draws.shape[0]):
        row = draws[U(p)]
        for s in range(draws.shape[1]):
            value = row[U(s)]
            gap = value - centre[U(s)]
            extreme[U(s)] += (value >= high[U(s)]) | (value <= low[U(s)])
            total[U(s)] += gap
            squares[U(s)] += gap * gap


@compiled()
def tally_of_one(
    z: Any,
    left: Any,
    right: Any,
    w: Any,
    difference: Any,
    seeds: Any,
    start: int,
    stop: int,
    permutations: int,
    low: Any,
    high: Any,
    centre: Any,
    order: Any,
    draws: Any,
    extreme: Any,
    total: Any,
    squares: Any,
) -> None:
    """Draw chunks of :func:`forms_of_one` and add each up in a row of its own."""
    for chunk in range(start, stop):
        size = min(draws.shape[0], permutations - chunk * draws.shape[0])
        part = draws[:size]
        forms_of_one(z, left, right, w, difference, seeds[U(chunk)], order, part[:, 0])
        row = U(chunk)
        tally(part, low, high, centre, extreme[row], total[row], squares[row])


@compiled()
def tally_of_many(
    z: Any,
    left: Any,
    right: Any,
    w: Any,
    difference: Any,
    seeds: Any,
    start: int,
    stop: int,
    permutations: int,
    low: Any,
    high: Any,
    centre: Any,
    order: Any,
    sums: Any,
    draws: Any,
    extreme: Any,
    total: Any,
    squares: Any,
) -> None:
    """Draw chunks of :func:`forms_of_many` and add each up in a row of its own."""
    for chunk in range(start, stop):
        size = min(draws.shape[0], permutations - chunk * draws.shape[0])
        part = draws[:size]
        forms_of_many(z, left, right, w, difference, seeds[U(chunk)], order, sums, part)
        row = U(chunk)
        tally(part, low, high, centre, extreme[row], total[row], squares[row])
