"""Many allocations at once: the criteria of every draw in one array, draw × unit × source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spatialcarbon.models.quota.criteria import EMISSIONS, GDP, INTENSITY

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.quota.critic import Weighting
    from spatialcarbon.models.quota.preference import Rule
    from spatialcarbon.models.quota.weighting import Normalisation

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How criteria are mixed: all that decides shares beside the numbers.

    Parameters
    ----------
    indicators : tuple of str
        Criteria that are weighted.
    negative : frozenset of str
        Those of which less means a larger share.
    weighting, normalisation
        As in :func:`allocate`.
    leaning : tuple of str
        Criteria that λ raises; none for the comprehensive principle.
    preference, rule
        λ, and what it does to the others.
    """

    indicators: tuple[str, ...]
    negative: frozenset[str] = frozenset()
    weighting: Weighting = "entropy"
    normalisation: Normalisation = "minmax"
    leaning: tuple[str, ...] = ()
    preference: float = 1.0
    rule: Rule = "paper"


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """What is shared, and the numbers that it hangs on.

    Parameters
    ----------
    units : Index
        In canonical order, as every array here.
    sources : tuple of str
        Columns that were given: emissions among them where intensity follows from them.
    values : array
        Unit × source.
    total : float
        What is shared in all.
    members : tuple of arrays or None
        Places of the units of each group.
    totals : array or None
        Total of each group, where they are given.
    """

    units: pd.Index
    sources: tuple[str, ...]
    values: Floats
    total: float
    members: tuple[Places, ...] | None = None
    totals: Floats | None = None


def amounts_of(values: Floats, case: Case, mix: Mix) -> Floats:
    """Return the amounts of every draw, draw × unit; NaN in draws that have none.

    Parameters
    ----------
    values : array
        Draw × unit × source.
    case : Case
        The total, the groups and the names of the sources.
    mix : Mix
        How criteria are mixed.
    """
    if case.members is None:
        return case.total * mixed_shares(_indicators(values, case.sources, mix), mix)
    if case.totals is not None:
        between = np.broadcast_to(case.totals, (len(values), len(case.totals)))
    else:
        sums = _summed(values, case)
        between = case.total * _shares_or_all(_indicators(sums, case.sources, mix), mix)
    found = np.empty(values.shape[:2])
    for at, places in enumerate(case.members):
        inside = _shares_or_all(_indicators(values[:, places], case.sources, mix), mix)
        found[:, places] = between[:, [at]] * inside
    return found


def _shares_or_all(x: Floats, mix: Mix) -> Floats:
    return np.ones(x.shape[:2]) if x.shape[1] == 1 else mixed_shares(x, mix)


def _indicators(values: Floats, sources: Sequence[str], mix: Mix) -> Floats:
    at = {name: place for place, name in enumerate(sources)}
    columns = [
        values[..., at[EMISSIONS]] / values[..., at[GDP]]
        if name == INTENSITY and INTENSITY not in at
        else values[..., at[name]]
        for name in mix.indicators
    ]
    return np.stack(columns, axis=-1)


def _summed(values: Floats, case: Case) -> Floats:
    """Return sums over groups; the intensity of a group is a ratio of sums."""
    assert case.members is not None
    at = {name: place for place, name in enumerate(case.sources)}
    sums = np.stack([values[:, places].sum(axis=1) for places in case.members], axis=1)
    if INTENSITY in at:
        emitted = values[..., at[INTENSITY]] * values[..., at[GDP]]
        whole = np.stack([emitted[:, places].sum(axis=1) for places in case.members], axis=1)
        sums[..., at[INTENSITY]] = whole / sums[..., at[GDP]]
    return sums


def mixed_shares(x: Floats, mix: Mix) -> Floats:
    """Return the share of each unit, draw × unit, from draw × unit × indicator."""
    normalised, shares, varied = _on_scale(x, mix)
    weights = _WEIGHTS[mix.weighting](normalised, shares, varied)
    if mix.leaning:
        weights = _leant(weights, np.isin(mix.indicators, mix.leaning), mix)
    return np.asarray((shares * weights[:, None, :]).sum(axis=2))


def _on_scale(x: Floats, mix: Mix) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    varied = (high - low) > 1e-12 * np.abs(high)
    less = np.isin(mix.indicators, list(mix.negative))
    with np.errstate(divide="ignore", invalid="ignore"):
        if mix.normalisation == "minmax":
            normalised = np.where(less, high - x, x - low) / (high - low)
        else:
            turned = np.where(less, 1 / x, x)
            normalised = turned / turned.sum(axis=1, keepdims=True)
        shares = normalised / normalised.sum(axis=1, keepdims=True)
    shares = np.where(varied, shares, 1.0 / x.shape[1])
    return np.where(varied, normalised, 0.0), shares, varied[:, 0, :]


def _parts(content: Floats, least: float | Floats) -> Floats:
    """Return contents as parts of their sum; NaN where there is nothing to part."""
    whole = content.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > least, content / whole, np.nan)


def _entropy(_: Floats, shares: Floats, varied: npt.NDArray[np.bool_]) -> Floats:
    terms = shares * np.log(np.where(shares > 0, shares, 1.0))
    entropy = np.abs(terms.sum(axis=1)) / np.log(shares.shape[1])
    return _parts(np.where(varied, np.clip(1 - entropy, 0.0, None), 0.0), 0.0)


def _equal(_: Floats, __: Floats, varied: npt.NDArray[np.bool_]) -> Floats:
    return _parts(varied.astype(np.float64), 0.0)


def _critic(normalised: Floats, _: Floats, varied: npt.NDArray[np.bool_]) -> Floats:
    apart = normalised - normalised.mean(axis=1, keepdims=True)
    squares = (apart * apart).sum(axis=1)
    spread = np.sqrt(squares / (normalised.shape[1] - 1))
    count = varied.sum(axis=1, keepdims=True)
    conflict = np.zeros_like(squares)
    for j in range(squares.shape[1]):
        for k in range(j):
            with np.errstate(divide="ignore", invalid="ignore"):
                agreement = (apart[..., j] * apart[..., k]).sum(axis=1) / np.sqrt(
                    squares[:, j] * squares[:, k]
                )
            both = varied[:, j] & varied[:, k]
            apart_by = np.where(both, 1 - np.clip(agreement, -1.0, 1.0), 0.0)
            conflict[:, j] += apart_by
            conflict[:, k] += apart_by
    conflict = np.where(count == 1, 1.0, conflict)
    return _parts(np.where(varied, spread * conflict, 0.0), 1e-12 * count)


_WEIGHTS = {"entropy": _entropy, "equal": _equal, "critic": _critic}


def _leant(weights: Floats, inside: npt.NDArray[np.bool_], mix: Mix) -> Floats:
    """Return the weights that λ makes of these; NaN where the paper rule has none."""
    strength = mix.preference
    if mix.rule == "renormalise":
        raised = weights * np.where(inside, strength, 1.0)
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))
    whole = weights[:, inside].sum(axis=1, keepdims=True)
    rest = 1 - whole
    left = np.clip(1 - strength * whole, 0.0, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        others = np.where(rest > 0, left / rest, 0.0)
    theta = weights * np.where(inside, strength, others)
    return np.where(strength * whole > 1 + 1e-12, np.nan, theta)
