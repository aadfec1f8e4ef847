"""Where a unit's neighbourhood stands among those it could have had: conditional permutation.

The unit keeps its own value and its neighbours' values are drawn, without
replacement, from the other n − 1 units. Three ways, the same question:

- Equal weights in every row: what could have been depends on the number of
  neighbours only. Draws are shared by all units, summed once per number of
  neighbours, sorted once, and each unit finds its rank by binary search.
- Any weights: shared draws, weighted anew for each unit.
- ``independent``: fresh draws for each unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from spatialcarbon.core.compiled import in_threads
from spatialcarbon.stats.inference import rounding
from spatialcarbon.stats.permutation import parts_of, seeds_from
from spatialcarbon.weights.matrices import Neighbours, neighbours_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.rng import Stream
    from spatialcarbon.weights.matrices import Matrix

    Floats: TypeAlias = npt.NDArray[np.float64]
    Whole: TypeAlias = npt.NDArray[np.int64]
    Positions: TypeAlias = npt.NDArray[np.intp]

ROWS = 1024
"""Rows of draws that share a seed. A constant, since the draws depend on it."""

HELD = 4_000_000
"""Numbers of a table held at once; bounds memory."""

CELLS = 4096
"""Cells that ranked sums are indexed by: as many as stay in the processor's cache."""

BITS = 50
"""Binary digits of a value in sums of whole numbers."""


@dataclass(frozen=True, eq=False)
class _Question:
    """Observed neighbourhoods in the form that the kernels take."""

    values: Any
    links: Neighbours
    tested: npt.NDArray[np.uint32]
    low: Any
    high: Any

    @property
    def n(self) -> int:
        return len(self.links.cardinality)

    @property
    def width(self) -> int:
        """Draws per row: one more than the largest number of neighbours."""
        return int(self.links.cardinality.max()) + 1

    def nothing(self) -> Whole:
        return np.zeros(self.n, dtype=np.int64)


def tail_steps(links: Neighbours, *, independent: bool = False) -> float:
    """Return the elementary steps of one conditional permutation of every unit."""
    if independent:
        return 4.0 * len(links.others)
    if links.equal:
        return 10.0 * float(links.cardinality.max(initial=0))
    return len(links.others) / 4


def lag_tails(
    values: Floats,
    links: Matrix | Neighbours,
    tested: Positions,
    permutations: int,
    stream: Stream,
    *,
    independent: pd.Index | None = None,
) -> tuple[Whole, Whole]:
    """Count the conditional draws of each unit's lag in both tails, ties in both.

    Parameters
    ----------
    values : array, shape (n,)
        The variable whose lag is asked about; finite.
    links : sparse, shape (n, n), or Neighbours
        Weights, no diagonal.
    tested : array of int
        Positions of the units asked about; each has a neighbour.
    permutations : int
        Draws per unit.
    stream : Stream
        ``stream.generator("local")`` gives the seeds.
    independent : Index, optional
        Labels of all n units: then each has draws of its own, which depend on
        the seed and its label alone.

    Returns
    -------
    above, under : array of int, shape (len(tested),)
        Draws whose weighted sum is ≥ and ≤ the observed one. Sums of whole
        numbers are compared where all weights of a row are equal, so that
        ties are exact; elsewhere they count within 1e-12.
    """
    if not isinstance(links, Neighbours):
        links = neighbours_of(links)
    question = _ask(values, links, tested)
    if len(tested) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    generator = stream.generator("local")
    if independent is not None:
        above, under = _separate(question, permutations, generator, independent)
    elif links.equal:
        above, under = _ranked(question, permutations, generator)
    else:
        above, under = _weighted(question, permutations, generator)
    return above[tested], under[tested]


def _ask(values: Floats, links: Neighbours, tested: Positions) -> _Question:
    from spatialcarbon.stats.tail_kernels import equal_sums, weighted_sums

    # The spread, not the level, decides what is a tie; where all weights of a
    # row are equal the level is the same in every draw and can be left out.
    deviations = values - values.mean()
    spread = float(np.abs(deviations).max()) or 1.0
    near = rounding(values)
    if links.equal:
        widest = max(1, int(links.cardinality.max(initial=1)))
        bits = min(BITS, 61 - math.ceil(math.log2(widest + 1)))
        used: Any = np.rint(deviations * (2.0**bits / spread)).astype(np.int64)
        slack: Any = links.cardinality * np.int64(max(1, int(near / spread * 2.0**bits)))
        observed = equal_sums(used, links.others, links.starts)
    else:
        used = deviations
        slack = near * links.total
        observed = weighted_sums(used, links.others, links.starts, links.weight)
    return _Question(used, links, tested.astype(np.uint32), observed - slack, observed + slack)


def _ranked(
    asked: _Question, permutations: int, generator: np.random.Generator
) -> tuple[Whole, Whole]:
    """Rank each observed sum among the sums of as many draws."""
    from spatialcarbon.stats.tail_kernels import count_tails, index_row

    above, under = asked.nothing(), asked.nothing()
    present = np.bincount(asked.links.cardinality[asked.tested]) > 0
    listed = np.flatnonzero(present).astype(np.uint32)
    row_of = np.cumsum(present).astype(np.uint32) - np.uint32(1)
    rows = max(ROWS, HELD // len(listed) // ROWS * ROWS)
    cells = np.empty((len(listed), min(permutations, CELLS) + 2), dtype=np.uint32)
    shifts = np.empty(len(listed), dtype=np.uint64)

    def rank(part: range) -> None:
        for row in part:
            table[row].sort()
            shifts[row] = index_row(table[row], cells[row])

    def search(part: range) -> None:
        count_tails(
            table,
            cells,
            shifts,
            row_of,
            asked.links.cardinality,
            asked.tested,
            asked.low,
            asked.high,
            part.start,
            part.stop,
            above,
            under,
        )

    for start in range(0, permutations, rows):
        size = min(rows, permutations - start)
        table, more_above, more_under = _sums_of_draws(asked, listed, size, generator)
        np.add(above, more_above, out=above)
        np.add(under, more_under, out=under)
        in_threads(rank, parts_of(len(listed), 10.0 * table.size))
        in_threads(search, parts_of(len(asked.tested), 60.0 * len(asked.tested)))
    return above, under


def _sums_of_draws(
    asked: _Question, listed: Any, size: int, generator: np.random.Generator
) -> tuple[Whole, Whole, Whole]:
    """Return the sums of the first k draws for each k, and what self-encounters change."""
    from spatialcarbon.stats.tail_kernels import draw_sums

    seeds = seeds_from(generator, -(-size // ROWS))
    table = np.empty((len(listed), size), dtype=np.int64)

    def work(part: range) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        above = np.zeros(asked.n, dtype=np.int32)
        under = np.zeros(asked.n, dtype=np.int32)
        order = np.empty(asked.n, dtype=np.uint32)
        drawn = np.empty(asked.width, dtype=np.uint32)
        prefix = np.empty(asked.width + 1, dtype=np.int64)
        for chunk in part:
            order[:] = np.arange(asked.n, dtype=np.uint32)
            draw_sums(
                asked.links.cardinality,
                asked.values,
                listed,
                asked.low,
                asked.high,
                order,
                seeds[chunk],
                drawn,
                prefix,
                table,
                chunk * ROWS,
                min(size, (chunk + 1) * ROWS),
                above,
                under,
            )
        return above, under

    found = in_threads(work, parts_of(len(seeds), 8.0 * size * asked.width))
    above, under = asked.nothing(), asked.nothing()
    for part_above, part_under in found:
        above += part_above
        under += part_under
    return table, above, under


def _weighted(
    asked: _Question, permutations: int, generator: np.random.Generator
) -> tuple[Whole, Whole]:
    """Weight shared draws anew for each unit."""
    from spatialcarbon.stats.tail_kernels import distinct_rows, mend_collisions, weighted_tails

    above, under = asked.nothing(), asked.nothing()
    seeds = seeds_from(generator, -(-permutations // ROWS))
    steps = ROWS * len(asked.links.others) / 8.0
    order = np.empty(asked.n, dtype=np.uint32)
    for chunk, seed in enumerate(seeds):
        size = min(ROWS, permutations - chunk * ROWS)
        rows = np.empty((size, asked.width), dtype=np.uint32)
        order[:] = np.arange(asked.n, dtype=np.uint32)
        distinct_rows(order, seed, rows)
        drawn = np.ascontiguousarray(asked.values[rows.T])

        def work(part: range, drawn: Floats = drawn) -> None:
            weighted_tails(
                drawn,
                asked.tested,
                asked.links.starts,
                asked.links.weight,
                asked.low,
                asked.high,
                part.start,
                part.stop,
                np.empty(drawn.shape[1]),
                above,
                under,
            )

        in_threads(work, parts_of(len(asked.tested), steps))
        mend_collisions(
            rows, drawn, asked.links.starts, asked.links.weight, asked.low, asked.high, above, under
        )
    return above, under


def _separate(
    asked: _Question, permutations: int, generator: np.random.Generator, labels: pd.Index
) -> tuple[Whole, Whole]:
    """Draw afresh for each unit, from a seed that its label gives."""
    from spatialcarbon.stats.tail_kernels import separate_tails

    above, under = asked.nothing(), asked.nothing()
    seeds = pd.util.hash_array(np.asarray(labels)) ^ seeds_from(generator, 1)[0]
    whole = np.ones(len(asked.links.others), dtype=np.int64)
    weight: Any = whole if asked.links.equal else asked.links.weight

    def work(part: range) -> None:
        separate_tails(
            asked.values,
            asked.tested,
            asked.links.starts,
            weight,
            asked.low,
            asked.high,
            seeds,
            permutations,
            part.start,
            part.stop,
            np.arange(asked.n - 1, dtype=np.uint32),
            np.empty(asked.width, dtype=np.uint32),
            above,
            under,
        )

    in_threads(work, parts_of(len(asked.tested), 4.0 * permutations * len(asked.links.others)))
    return above, under
