"""The arithmetic of LMDI-I over all units, steps, categories and factors at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.models.drivers.lmdi_course import Course
from spatialcarbon.models.drivers.lmdi_zeros import limit_effects
from spatialcarbon.models.drivers.log_mean import log_change, log_mean

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.drivers.identity import Identity, Variable
    from spatialcarbon.models.drivers.lmdi_cube import Cells
    from spatialcarbon.models.drivers.lmdi_stages import Plan

    Floats = npt.NDArray[np.float64]
    Places = npt.NDArray[np.intp]

BLOCK = 8_192
"""How many cells are worked on at once: their arrays stay in the processor's cache."""


def run_course(
    cube: Mapping[Variable, Floats],
    identity: Identity,
    plan: Plan,
    cells: Cells,
    *,
    limits: bool,
) -> tuple[Course, Floats]:
    """Return effects by place, and by place and category, of the steps of a plan.

    Parameters
    ----------
    cube : mapping
        Variable → unit × year × category; above zero, or with zeros that have limits.
    identity : Identity
        With the powers of the variables in each factor.
    plan : Plan
        The steps.
    cells : Cells
        Units, years and categories of the cube.
    limits : bool
        Whether there are zeros to take limits for.

    Returns
    -------
    tuple of Course and array
        The array is place × stage × category × factor.
    """
    first, last = (np.searchsorted(cells.years, plan.steps[:, at]) for at in (0, 1))
    begins, stops = _in_a_row(first), _in_a_row(last)
    start, end = cube[identity.term][:, begins], cube[identity.term][:, stops]
    effects = np.empty((*start.shape, len(identity.factors)))
    mean, sizes = np.empty(start.shape), np.empty(start.shape)
    width = max(1, BLOCK // (start.shape[1] * start.shape[2]))
    for begin in range(0, len(start), width):
        some = slice(begin, begin + width)
        ends = {v: (x[some, begins], x[some, stops]) for v, x in cube.items()}
        _fill(effects[some], mean[some], sizes[some], ends, identity, limits=limits)
    if limits:
        limit_effects(effects, cube, identity, (first, last), cells)
        sizes = np.abs(effects).max(axis=3)
    lower, upper = over_categories(start), over_categories(end)
    plain = start.shape[2] == 1 and not limits
    course = Course(
        effects=effects[:, :, 0] if effects.shape[2] == 1 else effects.sum(axis=2),
        changes=over_categories(end - start),
        sizes=over_categories(sizes),
        start=lower,
        end=upper,
        mean=over_categories(mean) if plain else log_mean(lower, upper),
        spans=plan.spans,
    )
    return course, course.staged(effects) if identity.levels else effects[:, :0]


def _fill(
    effects: Floats,
    mean: Floats,
    sizes: Floats,
    ends: Mapping[Variable, tuple[Floats, Floats]],
    identity: Identity,
    *,
    limits: bool,
) -> None:
    """Write effects, logarithmic means and the largest effect of some units into their place."""
    if limits:  # any number will do for a zero: what depends on it is replaced by its limit
        ends = {
            v: (np.where(a == 0, 1.0, a), np.where(b == 0, 1.0, b)) for v, (a, b) in ends.items()
        }
    changes = {variable: log_change(*pair) for variable, pair in ends.items()}
    start, end = ends[identity.term]
    change = changes[identity.term]
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(end - start, change, out=mean)
    if not change.all():
        np.copyto(mean, start, where=change == 0)
    for at, factor in enumerate(identity.factors):
        effect = mean * _logarithm(factor.powers, changes)
        effects[..., at] = effect
        size = np.abs(effect, out=effect)
        np.maximum(sizes, size, out=sizes) if at else np.copyto(sizes, size)


def over_categories(part: Floats) -> Floats:
    """Return the sum over categories."""
    return part[:, :, 0] if part.shape[2] == 1 else np.asarray(part.sum(axis=2))


def _in_a_row(places: Places) -> Places | slice:
    """Return places that follow one another as a slice, which needs no copy."""
    begin, end = int(places[0]), int(places[0]) + len(places)
    return slice(begin, end) if np.array_equal(places, np.arange(begin, end)) else places


def _logarithm(
    powers: tuple[tuple[Variable, int], ...], changes: Mapping[Variable, Floats]
) -> Floats:
    """Return the logarithmic change of a factor; gains before losses, so that few are negated."""
    ordered = sorted(powers, key=lambda item: -item[1])
    variable, power = ordered[0]
    total = changes[variable] if power == 1 else power * changes[variable]
    for variable, power in ordered[1:]:
        change = changes[variable]
        total = total - change if power == -1 else total + power * change
    return total


def cumulate(course: Course, years: npt.NDArray[np.int64], base: int) -> Floats:
    """Return the sums of effects of single years since the base, place × year × factor."""
    sums = np.zeros((course.effects.shape[0], len(years), course.effects.shape[2]))
    np.cumsum(course.effects, axis=1, out=sums[:, 1:])
    return sums - sums[:, np.flatnonzero(years == base)]
