"""The Shapley value from orders of arrival drawn at random, with standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from spatialcarbon.core.align import canonical_order

if TYPE_CHECKING:
    from spatialcarbon.core.rng import Stream
    from spatialcarbon.models.governance.coalition_game import (
        CalledGame,
        CoalitionGame,
        Floats,
        Orders,
    )
    from spatialcarbon.models.governance.coalition_values import LinearGame

Design = Literal["antithetic", "stratified", "independent"]
CHUNK = 256
"""Blocks drawn at a time, each chunk from a seed of its own."""


def sampled(
    game: LinearGame | CoalitionGame | CalledGame,
    permutations: int,
    design: Design,
    stream: Stream,
) -> tuple[Floats, Floats, int]:
    """Return estimated shares, their standard errors, and how many orders were drawn.

    Orders within a block (an order and its reverse, or its rotations) hang together;
    the standard error is that of the mean over blocks, which are independent.
    """
    n = game.n
    size = {"antithetic": 2, "stratified": n, "independent": 1}[design]
    blocks = max(2, -(-permutations // size))
    # Drawn for the sorted labels, so that the order in which players are listed is no matter.
    listed = canonical_order(game.players)
    means = np.empty((blocks, n))
    for start in range(0, blocks, CHUNK):
        count = min(CHUNK, blocks - start)
        rng = stream.generator("shapley", design, start)
        drawn = rng.permuted(np.tile(np.arange(n), (count, 1)), axis=1)
        orders = listed[_arranged(drawn, design)]
        added = np.diff(game.along(orders), axis=1)
        shares = np.empty_like(added)
        np.put_along_axis(shares, orders, added, axis=1)
        means[start : start + count] = shares.reshape(count, size, n).mean(axis=1)
    error = means.std(axis=0, ddof=1) / np.sqrt(blocks)
    return means.mean(axis=0), error, blocks * size


def _arranged(drawn: Orders, design: Design) -> Orders:
    """Return the orders of each block one after the other."""
    count, n = drawn.shape
    if design == "independent":
        return drawn
    if design == "antithetic":
        return np.stack([drawn, drawn[:, ::-1]], axis=1).reshape(2 * count, n)
    turns = (np.arange(n)[:, None] + np.arange(n)) % n
    return np.asarray(drawn[:, turns].reshape(n * count, n))
