"""Smoothing: an allocation that asks alike of neighbours, at a stated cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum, conform, same_units
from spatialcarbon.core.errors import DegenerateDataError, InfeasibleError, OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_positive
from spatialcarbon.models.quota.capping import Cap, cap_amounts, water_fill
from spatialcarbon.models.quota.links import amounts_of, linked
from spatialcarbon.models.quota.smoothing_programme import Programme, Solution, solve
from spatialcarbon.models.quota.smoothing_result import SmoothingResult, facts

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.models.quota.smoothing_programme import Floats
    from spatialcarbon.weights.weights import Weights

STRENGTHS = (0.0, *np.geomspace(1e-3, 1e3, 25).tolist())
"""Strengths of the frontier, if none are given."""

STRONGEST = 1e6


def smooth_allocation(
    allocation: Any,
    weights: Any,
    *,
    emissions: pd.Series[Any] | None = None,
    population: pd.Series[Any] | None = None,
    strength: float | None = None,
    max_contrast: float | None = None,
    cap: Cap | bool | None = None,
    strengths: Sequence[float] | None = None,
) -> SmoothingResult:
    r"""What is the closest allocation that asks more alike of neighbours?

    Use it where a border with a high burden on one side and a low one on the other would
    move factories instead of cutting emissions. What closeness to the principle that
    is given up for it is stated beside the result. Do not use it to repair a
    principle that is wrong everywhere: only contrasts between neighbours count.

    Parameters
    ----------
    allocation : Series or AllocationResult
        Reduction asked of each unit, not negative.
    weights : Weights
        Whose burdens should be alike, and how much each pair counts.
    emissions, population : Series
        One of them: what a burden is relative to, above zero.
    strength : float, optional
        What squared contrasts count beside the cost, zero or more; no unit of measure.
    max_contrast : float, optional
        In its place: the largest contrast, and the least strength that keeps to it.
        0.2: neighbours differ by a fifth of the mean burden, in the quadratic mean.
    cap : float, bool or Series, optional
        Largest part of its emissions that a unit may cut; ``True`` is 1. Needs emissions.
    strengths : sequence of float, optional
        Strengths of the frontier; 26 from 0 to 1000 if left out.

    Returns
    -------
    SmoothingResult
        The allocation of the same sum, in the order of the one before.

    Raises
    ------
    AlignmentError
        Other units than those of the weights.
    ConvergenceError
        When the optimum could not be proved.
    DegenerateDataError
        No links; nothing to cut; emissions or people that are zero.
    InfeasibleError
        Caps without room for the sum, or that do not allow the contrast.
    OptionError
        Neither or both of strength and max_contrast, or of the yardsticks; a negative strength.
    SchemaError
        An amount below zero.

    Notes
    -----
    With shares :math:`s_i = A_i / R` of the reduction and :math:`q_i` of the yardstick, burdens
    :math:`b_i = s_i / q_i` (1 on average), and weights of pairs :math:`\omega` of sum one:

    .. math:: \min_s \sum_i \frac{(s_i - s_i^0)^2}{s_i^0}
              + \kappa \sum_{(i,j)} \omega_{ij} (b_i - b_j)^2, \qquad
              \sum_i s_i = 1,\ s_i \leq u_i

    The first sum is the cost, the root of the second the contrast. A unit of which
    nothing is asked stays so, and its borders are not counted. The conditions of optimality are
    checked (``violation``); as the programme is convex, they prove the answer.

    References
    ----------
    Deming & Stephan (1940) for the distance; Nocedal & Wright (2006), chapter 16, for
    active-set methods.

    Examples
    --------
    Two neighbours that emit the same are asked for 30 and 10:

    >>> import spatialcarbon as sc
    >>> pair = sc.Weights.from_edges(pd.DataFrame({"focal": ["a", "b"], "neighbor": ["b", "a"]}))
    >>> asked, emitted = pd.Series({"a": 30.0, "b": 10.0}), pd.Series({"a": 50.0, "b": 50.0})
    >>> found = smooth_allocation(asked, pair, emissions=emitted, max_contrast=0.5)
    >>> found.allocation.round(6).tolist(), round(found.moved, 6)
    ([25.0, 15.0], 0.125)
    """
    if (strength is None) == (max_contrast is None):
        raise OptionError("give one of strength and max_contrast")
    if (emissions is None) == (population is None):
        raise OptionError("give one of emissions and population: what a burden is relative to")
    before = amounts_of(allocation)
    links = linked(weights)
    same_units(before.index, links.units, text("the allocation"))
    yardstick = _yardstick(emissions if population is None else population, before.index)
    caps = None
    if cap is not None and cap is not False:
        emitted = None if emissions is None else yardstick
        caps = cap_amounts(1.0 if cap is True else cap, emitted)
    asked = (before > 0).to_numpy()
    programme = _programme(before, yardstick, caps, links, asked)
    start = _start(programme)
    if max_contrast is not None:
        goal = check_positive(max_contrast, "max_contrast")
        used, solution = _least_strength(programme, goal, start)
    else:
        used = _not_negative(strength)
        solution = solve(programme, used, start)
    cost, contrast, moved = facts(programme, solution)
    total = float(before.sum())
    after = pd.Series(0.0, index=before.index, name="allocation")
    after[asked] = total * solution.shares
    order = _order(allocation, before)
    return SmoothingResult(
        method="Allocation smoothed over borders",
        settings={
            "strength": used,
            "max_contrast": max_contrast,
            "strengths": len(STRENGTHS if strengths is None else strengths),
            "yardstick": "emissions" if population is None else "population",
            "cap": cap if not isinstance(cap, pd.Series) else checksum(cap),
            "weights": links.fingerprint,
            "recipe": links.recipe,
            "data": checksum(pd.DataFrame({"allocation": before, "yardstick": yardstick})),
        },
        references=("study004",),
        remarks=_remarks(links, before.index[~asked], programme),
        before=before.reindex(order),
        allocation=after.reindex(order),
        yardstick=yardstick.reindex(order),
        burden_before=(before / yardstick).reindex(order).rename("burden"),
        burden_after=(after / yardstick).reindex(order).rename("burden"),
        total=total,
        strength=used,
        cost=cost,
        moved=moved,
        contrast_before=float(programme.contrast(programme.shares) ** 0.5),
        contrast_after=contrast,
        caps=None if caps is None else caps.reindex(order),
        at_cap=tuple(u for u in order if u in set(before.index[asked][solution.at_limit])),
        untouched=tuple(u for u in order if before[u] == 0),
        pairs=_pairs(programme, solution, before.index[asked]),
        frontier=_frontier(programme, start, STRENGTHS if strengths is None else strengths),
        violation=solution.violation,
    )


def _order(allocation: Any, before: pd.Series[float]) -> pd.Index:
    given = allocation if isinstance(allocation, pd.Series) else allocation.allocation
    index: pd.Index = given.index
    return index if len(index) == len(before) else before.index


def _not_negative(strength: float | None) -> float:
    try:
        number = float("nan") if isinstance(strength, bool) else float(strength)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = float("nan")
    if not 0 <= number <= STRONGEST:
        raise OptionError(
            "strength={value!r} is not a number from 0 to {most}",
            value=strength,
            most=f"{STRONGEST:,.0f}",
        )
    return number


def _yardstick(values: pd.Series[Any] | None, units: pd.Index) -> pd.Series[float]:
    name = text("what burdens are relative to")
    numbers = conform(values, units, name=name)  # type: ignore[arg-type]
    bad = numbers.index[numbers <= 0]
    if len(bad):
        raise DegenerateDataError(
            "a burden needs emissions or people above zero: {units}",
            fix="leave these units out of the allocation and the weights",
            units=some(bad),
        )
    return numbers.rename("yardstick")


def _programme(
    before: pd.Series[float],
    yardstick: pd.Series[float],
    caps: pd.Series[float] | None,
    links: Weights,
    asked: Any,
) -> Programme:
    pairs = links.subset(before.index).pairs
    keep = asked[pairs.left] & asked[pairs.right]
    if not keep.any():
        raise DegenerateDataError(
            "no two neighbours are both asked for something, so there is no contrast to smooth"
        )
    place = np.cumsum(asked) - 1
    link = pairs.weight[keep]
    total = float(before.sum())
    limits = np.full(int(asked.sum()), np.inf)
    if caps is not None:
        limits = caps.to_numpy()[asked] / total
    return Programme(
        shares=before.to_numpy()[asked] / total,
        yardstick=(yardstick.to_numpy() / float(yardstick.sum()))[asked],
        left=place[pairs.left[keep]],
        right=place[pairs.right[keep]],
        link=link / float(link.sum()),
        limits=limits,
    )


def _start(programme: Programme) -> Floats | None:
    """Return shares within the limits, what exceeds them moved as :func:`allocate` does."""
    if not np.isfinite(programme.limits).any():
        return None
    filled = water_fill(pd.Series(programme.shares), pd.Series(programme.limits))
    return np.asarray(filled, dtype=np.float64)


def _least_strength(
    programme: Programme, goal: float, start: Floats | None
) -> tuple[float, Solution]:
    """Return the least strength whose optimum keeps to a contrast, found by bisection."""
    from scipy.optimize import brentq

    def excess(exponent: float) -> float:
        found = solve(programme, math.exp(exponent), start)
        return float(programme.contrast(found.shares) ** 0.5 - goal)

    plain = solve(programme, 0.0, start)
    if programme.contrast(plain.shares) ** 0.5 <= goal:
        return 0.0, plain
    low, high = math.log(1e-9), math.log(STRONGEST)
    least = excess(high)
    if least > 0:
        raise InfeasibleError(
            "no allocation of this sum has so small a contrast",
            arrived="max_contrast={goal}",
            expected="at least {least}",
            fix="a larger max_contrast, or a higher cap",
            goal=f"{goal:g}",
            least=f"{least + goal:.4g}",
        )
    if excess(low) <= 0:
        return 0.0, plain
    root = float(brentq(excess, low, high, xtol=1e-13, rtol=1e-14))
    strength = math.exp(root)
    return strength, solve(programme, strength, start)


def _pairs(programme: Programme, solution: Solution, units: pd.Index) -> pd.DataFrame:
    first = programme.shares / programme.yardstick
    then = solution.shares / programme.yardstick
    left, right = programme.left, programme.right
    frame = pd.DataFrame(
        {
            "unit": units[left],
            "neighbour": units[right],
            "weight": programme.link,
            "before": np.abs(first[left] - first[right]),
            "after": np.abs(then[left] - then[right]),
        }
    )
    return frame.sort_values("before", ascending=False, kind="stable").reset_index(drop=True)


def _frontier(
    programme: Programme, start: Floats | None, strengths: Sequence[float]
) -> pd.DataFrame:
    rows = []
    for strength in sorted({_not_negative(s) for s in strengths}):
        cost, contrast, moved = facts(programme, solve(programme, strength, start))
        rows.append({"strength": strength, "cost": cost, "contrast": contrast, "moved": moved})
    return pd.DataFrame(rows, columns=["strength", "cost", "contrast", "moved"])


def _remarks(links: Weights, untouched: pd.Index, programme: Programme) -> tuple[Text, ...]:
    said: list[Text] = []
    if len(links.isolates):
        said.append(
            text(
                "units without neighbours, on which smoothing has no hold of its own: {units}",
                units=some(links.isolates),
            )
        )
    parts = links.components - len(links.isolates)
    if parts > 1:
        said.append(
            text("the map falls into {n} parts; contrasts between them do not count", n=parts)
        )
    if len(untouched):
        said.append(text("nothing is asked of {units}, and it stays so", units=some(untouched)))
    over = int((programme.shares > programme.limits * (1 + 1e-12)).sum())
    if over:
        said.append(
            text("{n} units were above their cap before; part of the cost is the cap's", n=over)
        )
    return tuple(said)
