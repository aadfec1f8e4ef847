"""Random orders of the units, and what a statistic becomes under each.

A statistic is asked for as a quadratic form, a product of two series, or the
sums that each unit's neighbours could have had. The loops are compiled
(:mod:`spatialcarbon.stats.form_kernels`). Seeds go with fixed chunks of
permutations, or with units, so that results are the same on any number of
threads.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from spatialcarbon.core.compiled import in_threads, thread_count
from spatialcarbon.weights.matrices import Pairs, pairs_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.rng import Stream
    from spatialcarbon.weights.matrices import Matrix

    Floats: TypeAlias = npt.NDArray[np.float64]
    Whole: TypeAlias = npt.NDArray[np.int64]
    Positions: TypeAlias = npt.NDArray[np.intp]

Form = Literal["product", "difference"]

CHUNK = 128
"""Permutations that share a seed. A constant, since the draws depend on it."""

FALLBACKS = (99_999, 9_999, 999)
AFFORDABLE = 4e9
"""Elementary steps of some nanoseconds' fraction each: seconds, not minutes, on one core."""

SHORT = 5e6
"""Steps below which threads cost more than they save: some 3 ms on one core."""


def default_permutations(steps: float) -> int:
    """Return how many permutations to draw when the caller did not say.

    Parameters
    ----------
    steps : float
        Elementary steps of one permutation.
    """
    affordable = (count for count in FALLBACKS if count * steps <= AFFORDABLE)
    return next(affordable, FALLBACKS[-1])


def form_steps(n: int, pairs: int, series: int = 1) -> float:
    """Return the elementary steps of one permutation of quadratic forms."""
    return n + pairs * max(1.0, series / 4)


def all_orders(n: int) -> Positions:
    """Return all n! orders of n units."""
    return np.array(list(itertools.permutations(range(n))), dtype=np.intp)


def quadratic_forms(z: Floats, matrix: Any, orders: Positions) -> Floats:
    """Return z'Wz for each given order of the units and each series.

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
    z: Floats,
    links: Matrix | Pairs,
    permutations: int,
    stream: Stream,
    *,
    kind: Form = "product",
) -> Floats:
    """Return a quadratic form of each series under random orders of the units.

    Parameters
    ----------
    z : array, shape (n, S)
        S series; one order serves them all, and a series has the same draws
        alone and among others.
    links : sparse, shape (n, n), or Pairs
        Weights.
    permutations : int
        Orders drawn.
    stream : Stream
        Its unnamed generator gives the seeds.
    kind : {"product", "difference"}
        z'Wz, or the sum of w_ij (z_i − z_j)².

    Returns
    -------
    array, shape (permutations, S)
    """
    from spatialcarbon.stats.form_kernels import forms_of_many, forms_of_one

    pairs = _pairs(links)
    n, series = z.shape
    difference = kind == "difference"
    seeds = seeds_from(stream.generator(), -(-permutations // CHUNK))
    values = np.ascontiguousarray(z[:, 0] if series == 1 else z)
    drawn = np.empty((permutations, series))

    def work(part: range) -> None:
        for chunk in part:
            out = drawn[chunk * CHUNK : (chunk + 1) * CHUNK]
            if series == 1:
                forms_of_one(values, *pairs, difference, seeds[chunk], np.empty(n), out[:, 0])
            else:
                order, sums = np.empty(n, dtype=np.uint32), np.empty((4, series))
                forms_of_many(values, *pairs, difference, seeds[chunk], order, sums, out)

    in_threads(work, parts_of(len(seeds), permutations * form_steps(n, len(pairs.left), series)))
    return drawn


@dataclass(frozen=True, eq=False)
class FormTest:
    """What a permutation test needs of the draws, per series: counts and moments of the form."""

    extreme: Whole
    mean: Floats
    sd: Floats


def count_forms(
    z: Floats,
    links: Matrix | Pairs,
    permutations: int,
    stream: Stream,
    *,
    low: Floats,
    high: Floats,
    centre: Floats,
    kind: Form = "product",
) -> FormTest:
    """Count the draws of :func:`permuted_forms` outside an interval, without keeping them.

    Parameters
    ----------
    z, links, permutations, stream, kind
        As for :func:`permuted_forms`.
    low, high : array, shape (S,)
        A draw counts when it is ≤ low or ≥ high.
    centre : array, shape (S,)
        Near the mean of the draws: keeps the digits of the variance.
    """
    from spatialcarbon.stats.form_kernels import tally_of_many, tally_of_one

    pairs = _pairs(links)
    n, series = z.shape
    difference = kind == "difference"
    seeds = seeds_from(stream.generator(), -(-permutations // CHUNK))
    extreme = np.zeros((len(seeds), series), dtype=np.int64)
    total = np.zeros((len(seeds), series))
    squares = np.zeros((len(seeds), series))
    values = np.ascontiguousarray(z[:, 0] if series == 1 else z)
    bounds = (low, high, centre)
    sums = (extreme, total, squares)

    def work(part: range) -> None:
        draws = np.empty((CHUNK, series))
        chunks = (part.start, part.stop, permutations)
        if series == 1:
            order: Any = np.empty(n)
            tally_of_one(values, *pairs, difference, seeds, *chunks, *bounds, order, draws, *sums)
        else:
            order, scratch = np.empty(n, dtype=np.uint32), np.empty((4, series))
            tally_of_many(
                values, *pairs, difference, seeds, *chunks, *bounds, order, scratch, draws, *sums
            )

    in_threads(work, parts_of(len(seeds), permutations * form_steps(n, len(pairs.left), series)))
    shift = total.sum(axis=0) / permutations
    variance = squares.sum(axis=0) / permutations - shift**2
    return FormTest(extreme.sum(axis=0), centre + shift, np.sqrt(np.maximum(variance, 0.0)))


def permuted_products(fixed: Floats, z: Floats, permutations: int, stream: Stream) -> Floats:
    """Return the sum of fixed_i z_(i) under random orders of z, shape (permutations,)."""
    from spatialcarbon.stats.form_kernels import products_of_one

    drawn = np.empty(permutations)

    def work(part: range) -> None:
        order = np.empty(len(z))
        for chunk in part:
            out = drawn[chunk * CHUNK : (chunk + 1) * CHUNK]
            products_of_one(fixed, z, seeds[chunk], order, out)

    seeds = seeds_from(stream.generator(), -(-permutations // CHUNK))
    in_threads(work, parts_of(len(seeds), 2.0 * len(z) * permutations))
    return drawn


def _pairs(links: Matrix | Pairs) -> Pairs:
    return links if isinstance(links, Pairs) else pairs_of(links)


def seeds_from(generator: np.random.Generator, count: int) -> npt.NDArray[np.uint64]:
    """Return seeds of the compiled loops."""
    return generator.integers(2**64, size=count, dtype=np.uint64)


def parts_of(count: int, steps: float) -> list[range]:
    """Split 0 … count − 1 into one run per thread, or one in all for short work."""
    threads = max(1, min(count, thread_count())) if steps > SHORT else 1
    edges = [count * t // threads for t in range(threads + 1)]
    return [range(a, b) for a, b in itertools.pairwise(edges)]
