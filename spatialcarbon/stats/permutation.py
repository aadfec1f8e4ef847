"""Random orders of the units, and what a statistic becomes under each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

BLOCK = 2_000_000
"""Numbers held at once; bounds memory. A constant, since narrow draws depend on it."""


def random_orders(
    n: int, permutations: int, generator: np.random.Generator, rows: int
) -> Iterator[Positions]:
    """Yield blocks of random orders of n units, at most ``rows`` to a block."""
    done = 0
    while done < permutations:
        size = min(rows, permutations - done)
        yield generator.permuted(np.tile(np.arange(n), (size, 1)), axis=1)
        done += size


def all_orders(n: int) -> Positions:
    """Return all n! orders of n units."""
    return np.array(list(itertools.permutations(range(n))), dtype=np.intp)


def quadratic_forms(z: Floats, matrix: Any, orders: Positions) -> Floats:
    """Return z'Wz for each order of the units and each series.

    Parameters
    ----------
    z : array, shape (n, S)
        Deviations of S series; one order serves them all.
    matrix : sparse, shape (n, n)
        Weights.
    orders : array of int, shape (P, n)
        Orders of the units.

    Returns
    -------
    array, shape (P, S)
    """
    count, n = orders.shape
    shuffled = z[orders.T]  # (n, P, S)
    flat = shuffled.reshape(n, -1)
    return np.asarray((flat * (matrix @ flat)).sum(axis=0)).reshape(count, -1)


def permuted_forms(
    z: Floats, matrix: Any, permutations: int, generator: np.random.Generator
) -> Floats:
    """Return z'Wz under random orders, shape (permutations, S)."""
    n, series = z.shape
    rows = max(1, BLOCK // max(1, n * series))
    blocks = [
        quadratic_forms(z, matrix, orders)
        for orders in random_orders(n, permutations, generator, rows)
    ]
    return np.concatenate(blocks)


def distinct_draws(
    n: int, width: int, draws: int, generator: np.random.Generator
) -> npt.NDArray[np.int32]:
    """Draw ``width`` distinct units of n, in random order, ``draws`` times.

    Narrow draws are made by rejection (rows with a repeat are drawn again,
    which leaves the rest uniform); wide ones by shuffling all units.
    """
    if width * width > n:
        parts = [
            orders[:, :width].astype(np.int32)
            for orders in random_orders(n, draws, generator, max(1, BLOCK // n))
        ]
        return np.concatenate(parts)
    table = generator.integers(n, size=(draws, width), dtype=np.int32)
    pending = np.arange(draws)
    while len(pending):
        ordered = np.sort(table[pending], axis=1)
        pending = pending[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
        table[pending] = generator.integers(n, size=(len(pending), width), dtype=np.int32)
    return table
