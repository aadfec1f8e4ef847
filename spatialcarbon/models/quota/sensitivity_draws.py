"""Errors in the numbers: allocations of many draws of the criteria, streamed block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spatialcarbon.models.quota.criteria import EMISSIONS
from spatialcarbon.models.quota.sensitivity_engine import Case, Floats, Mix, amounts_of

if TYPE_CHECKING:
    from spatialcarbon.core.rng import Stream

STREAM = "allocation sensitivity"
CELLS = 1 << 20
"""Numbers in a block of draws: 8 MB each time one is copied."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulated:
    """What the draws gave.

    Parameters
    ----------
    amounts : array
        Draw × unit, of the draws that have an allocation.
    variances : array
        Source × unit: variance with noise in that source alone.
    above : array
        Part of the draws in which a unit is asked for more than it emits; NaN without emissions.
    undefined : int
        Draws without an allocation.
    """

    amounts: Floats
    variances: Floats
    above: Floats
    undefined: int


def factors(noise: Floats, normal: Floats) -> Floats:
    r"""Return positive factors of mean one and relative standard deviation ``noise``.

    Notes
    -----
    .. math:: f = \exp(\sigma z - \sigma^2 / 2), \qquad \sigma^2 = \ln(1 + c^2)
    """
    spread = np.log1p(noise * noise)
    return np.asarray(np.exp(np.sqrt(spread) * normal - spread / 2))


def simulate(
    case: Case,
    mix: Mix,
    noise: Floats,
    draws: int,
    stream: Stream,
    emissions: Floats | None,
) -> Simulated:
    """Draw the criteria anew many times and allocate each time.

    The draws of a column do not hang on the other columns, the order of the rows or
    the size of the blocks.

    Parameters
    ----------
    case : Case
        What is shared.
    mix : Mix
        How criteria are mixed.
    noise : array
        Relative standard deviation of each source.
    draws : int
        How many.
    stream : Stream
        The seed.
    emissions : array or None
        What each unit emits.
    """
    n, count = case.values.shape
    drawn = [stream.generator(STREAM, name) for name in case.sources]
    base = amounts_of(case.values[None], case, mix)[0]
    amounts: list[Floats] = []
    sums, squares = np.zeros((2, count, n))
    made = np.zeros(count)
    above = np.zeros(n)
    block = max(1, CELLS // (n * count))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        normal = np.stack([each.standard_normal((size, n)) for each in drawn], axis=-1)
        values = case.values * factors(noise, normal)
        found = amounts_of(values, case, mix)
        good = np.isfinite(found).all(axis=1)
        amounts.append(found[good])
        if emissions is not None:
            emitted = _emitted(values, case, emissions)
            above += (found > emitted * (1 + 1e-12))[good].sum(axis=0)
        for at in np.flatnonzero(noise):
            alone = np.repeat(case.values[None], size, axis=0)
            alone[..., at] = values[..., at]
            apart = amounts_of(alone, case, mix) - base
            apart = apart[np.isfinite(apart).all(axis=1)]
            sums[at] += apart.sum(axis=0)
            squares[at] += (apart * apart).sum(axis=0)
            made[at] += len(apart)
    kept = np.concatenate(amounts)
    return Simulated(
        amounts=kept,
        variances=_variances(sums, squares, made),
        above=above / len(kept) if emissions is not None and len(kept) else np.full(n, np.nan),
        undefined=draws - len(kept),
    )


def _emitted(values: Floats, case: Case, emissions: Floats) -> Floats:
    if EMISSIONS in case.sources:
        return np.asarray(values[..., case.sources.index(EMISSIONS)])
    return emissions


def _variances(sums: Floats, squares: Floats, made: npt.NDArray[np.float64]) -> Floats:
    n = np.maximum(made, 1.0)[:, None]
    # Moments are about the base, from which draws differ little: no digits cancel.
    spread = np.clip(squares - sums * sums / n, 0.0, None) / np.maximum(n - 1, 1.0)
    return np.asarray(np.where(made[:, None] > 1, spread, 0.0))
