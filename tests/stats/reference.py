"""The compiled loops again, in NumPy that can be read: slow, and made of other steps."""

from __future__ import annotations

import numpy as np

MASK = 2**64 - 1


def words(seed: int):
    """Yield the words of SplitMix64 after Steele, Lea & Flood (2014), in Python's whole numbers."""
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        x = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
        yield x ^ (x >> 31)


def product(z: np.ndarray, w: np.ndarray) -> float:
    """Return z'Wz."""
    return float(z @ w @ z)


def difference(z: np.ndarray, w: np.ndarray) -> float:
    """Return the sum of w_ij (z_i − z_j)²."""
    return float((w * (z[:, None] - z[None, :]) ** 2).sum())


def conditional_tails(
    values: np.ndarray, w: np.ndarray, unit: int, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the shares of draws of a unit's lag ≥ and ≤ the observed one, ties in both."""
    neighbours = np.flatnonzero(w[unit])
    weights = w[unit, neighbours]
    others = np.delete(values, unit)
    order = rng.permuted(np.tile(others, (draws, 1)), axis=1)[:, : len(neighbours)]
    drawn = order @ weights
    observed = values[neighbours] @ weights
    slack = 1e-9 * np.abs(values).max()
    return float((drawn >= observed - slack).mean()), float((drawn <= observed + slack).mean())


def exact_tails(values: np.ndarray, w: np.ndarray, unit: int) -> tuple[float, float]:
    """Return the same over all ordered draws."""
    from itertools import permutations

    neighbours = np.flatnonzero(w[unit])
    weights = w[unit, neighbours]
    others = np.delete(values, unit)
    drawn = np.array([np.dot(p, weights) for p in permutations(others, len(neighbours))])
    observed = values[neighbours] @ weights
    slack = 1e-9 * np.abs(values).max()
    return float((drawn >= observed - slack).mean()), float((drawn <= observed + slack).mean())
