"""Plain arrays as bytes and a description, and back, with the same layout in memory.

Sums are taken in the order of memory, gaps and all: an array that is laid out otherwise can
give another last digit, so the layout is part of the value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

PLAIN_KINDS = "biufcSUmM"
"""Kinds of numpy arrays that are nothing but bytes."""

WIDEST = 1000
"""Times its own size that an array may be spread over: a file must not claim more memory."""

Array = np.ndarray[Any, Any]


def encode(array: Array) -> tuple[dict[str, Any], bytes] | None:
    """Return the description and the bytes of an array, or ``None`` if it cannot be held."""
    if array.dtype.kind not in PLAIN_KINDS:
        return None
    order: Literal["C", "F"] = "C"
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        order = "F"
    held: dict[str, Any] = {
        "d": array.dtype.str,
        "s": list(array.shape),
        "o": order,
        "w": array.flags.writeable,
    }
    if not (array.flags.c_contiguous or array.flags.f_contiguous):
        if sum(_reach(array.shape, array.strides)) > WIDEST * array.nbytes:
            return None
        held["g"] = list(array.strides)
    return held, array.tobytes(order=order)


def decode(held: Mapping[str, Any], data: bytes) -> Array:
    """Return the array of a description and its bytes.

    Raises
    ------
    ValueError
        For what :func:`encode` does not write.
    """
    dtype = np.dtype(held["d"])
    if dtype.kind not in PLAIN_KINDS:
        raise ValueError(f"array of {dtype}")
    array: Array = np.frombuffer(data, dtype=dtype).copy().reshape(held["s"], order=held["o"])
    if "g" in held:
        array = _spread(array, tuple(held["g"]))
    array.flags.writeable = bool(held["w"])
    return array


def _reach(shape: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """Return how many bytes an array reaches below and above its first element."""
    ends = [(n - 1) * step for n, step in zip(shape, strides, strict=True)]
    return -sum(end for end in ends if end < 0), sum(end for end in ends if end > 0)


def _spread(array: Array, strides: tuple[int, ...]) -> Array:
    """Return the same numbers with gaps between them, as a part of a larger array has."""
    below, above = _reach(array.shape, strides)
    if below + above > WIDEST * array.nbytes:
        raise ValueError("array with wide gaps")
    memory = np.zeros(below + above + array.itemsize, dtype=np.uint8)
    spread: Array = np.ndarray(array.shape, array.dtype, memory, offset=below, strides=strides)
    spread[...] = array
    return spread
