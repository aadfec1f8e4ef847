"""Patchy random fields in whole numbers: the same on every machine, whatever its libraries.

The raw words of a bit generator, sums and floor divisions only. No sampler of a
distribution, no Fourier transform: their last digits may change with a version, and a
threshold would turn that into another class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spatialcarbon.core.rng import Stream

    Field = NDArray[np.int64]
    Mask = NDArray[np.bool_]

LEVEL = 1000
"""Mean absolute deviation of every field, so that fields can be weighed against each other."""


def noise(stream: Stream, shape: tuple[int, int], *names: object) -> Field:
    """Return independent whole numbers of 32 bits for every cell."""
    words = stream.generator(*names).bit_generator.random_raw(shape[0] * shape[1])
    return (np.asarray(words, dtype=np.uint64) >> np.uint64(32)).astype(np.int64).reshape(shape)


def smooth_field(
    stream: Stream, shape: tuple[int, int], parts: Sequence[tuple[int, int]], *names: object
) -> Field:
    """Return a sum of smoothed noises.

    Parameters
    ----------
    stream : Stream
        Where the noise comes from.
    shape : tuple of int
        Rows and columns.
    parts : sequence of (int, int)
        Radius of smoothing in cells, and the weight of that noise.
    *names : object
        Name of the field; each has noise of its own.
    """
    total = np.zeros(shape, dtype=np.int64)
    for radius, weight in parts:
        part = noise(stream, shape, *names, radius)
        for _ in range(2):  # twice a box is near a bell
            part = _boxes(_boxes(part, radius, 0), radius, 1)
        total += weight * levelled(part)
    return levelled(total)


def levelled(values: Field) -> Field:
    """Return a field with mean 0 and mean absolute deviation :data:`LEVEL`, nearly.

    Examples
    --------
    >>> levelled(np.array([[1_000_000, 3_000_000]])).tolist()
    [[-1000, 1000]]
    """
    centred = values - int(values.sum()) // values.size
    spread = max(1, int(np.abs(centred).sum()) // values.size)
    levels: Field = centred * LEVEL // spread
    return levels


def _boxes(values: Field, radius: int, axis: int) -> Field:
    """Return means over windows of ``2 radius + 1`` cells along an axis, edges mirrored."""
    width = [(0, 0), (0, 0)]
    width[axis] = (radius + 1, radius)
    sums = np.cumsum(np.pad(values, width, mode="symmetric"), axis=axis)
    n = values.shape[axis]
    after = np.take(sums, range(2 * radius + 1, 2 * radius + 1 + n), axis=axis)
    before = np.take(sums, range(n), axis=axis)
    means: Field = (after - before) // (2 * radius + 1)
    return means


def highest(values: Field, among: Mask, share: float) -> Mask:
    """Return the cells that hold the highest values: exactly that share of those allowed.

    Examples
    --------
    >>> highest(np.array([[3, 1, 2, 9]]), np.array([[True, True, True, False]]), 2 / 3).tolist()
    [[True, False, True, False]]
    """
    flat = np.flatnonzero(among)
    count = round(share * flat.size)
    order = np.argsort(-values.ravel()[flat], kind="stable")  # of equals, the first cells
    chosen = np.zeros(values.size, dtype=np.bool_)
    chosen[flat[order[:count]]] = True
    return chosen.reshape(values.shape)
