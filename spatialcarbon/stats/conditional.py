"""Conditional permutation of a neighbourhood: the test behind every local statistic here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.stats.inference import two_sided_pvalue
from spatialcarbon.stats.tails import lag_tails

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.rng import Stream
    from spatialcarbon.weights.weights import Weights

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ConditionalTest:
    r"""Two-sided p-values, and on which side of the draws the observed sums lie.

    Parameters
    ----------
    pvalue : array
        :math:`\min(1, 2\min(p_>, p_<))`; NaN for units that were not tested.
    side : array of int
        1 where few draws reach the observed sum, −1 where few stay below it, else 0.
    """

    pvalue: Floats
    side: npt.NDArray[np.int64]


def conditional_test(
    values: Floats, weights: Weights, permutations: int, stream: Stream, *, independent: bool
) -> ConditionalTest:
    """Compare each unit's weighted sum of neighbours with sums of values drawn from the others."""
    links = weights.neighbours
    pvalue = np.full(len(values), np.nan)
    side = np.zeros(len(values), dtype=np.int64)
    tested = np.flatnonzero(links.cardinality)
    if permutations and len(tested):
        above, under = lag_tails(
            values, links, tested, permutations, stream,
            independent=weights.units if independent else None,
        )  # fmt: skip
        pvalue[tested] = two_sided_pvalue(above, under, permutations)
        side[tested] = np.sign(under - above)
    return ConditionalTest(pvalue, side)
