"""Solving efficiency programmes: the compiled walk, its certificate, and HiGHS where it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spatialcarbon.core.errors import ConvergenceError, some
from spatialcarbon.models.quota.dea_technology import (
    Floats,
    Orientation,
    Programmes,
    Returns,
    frame,
)

TOLERANCE = 1e-9
"""Feasibility and gap that a certified answer keeps; data are scaled to means of one."""

ROOM = 4096
"""Facets kept beside the first ones; a longer list costs more to look through than it saves."""


@dataclass(frozen=True, eq=False)
class Solutions:
    """Answers to :class:`Programmes`.

    Parameters
    ----------
    tau : array (q,)
        Optimal values; NaN where a programme has no solution.
    basis, part : array (q, d - 1)
        Columns of the matrix that carry the solution, and their coefficients.
    normal : array (q, d)
        Prices of the rows, with w·g = 1.
    handed_over : int
        How many were solved by HiGHS.
    """

    tau: Floats
    basis: npt.NDArray[np.int64]
    part: Floats
    normal: Floats
    handed_over: int


def solve(programmes: Programmes, labels: Any = None) -> Solutions:
    """Solve every programme; what the compiled walk cannot prove, HiGHS solves.

    Parameters
    ----------
    programmes : Programmes
        In an order that does not hang on the order of the rows of a table.
    labels : sequence, optional
        Names of the units, for messages.

    Raises
    ------
    ConvergenceError
        When HiGHS too fails, naming the units.
    """
    from spatialcarbon.models.quota.dea_kernels import solve_many

    columns, g, b = programmes.columns, programmes.g, programmes.b
    (q, d), starts = g.shape, programmes.starts
    room = len(starts) + min(ROOM, q)
    kept = np.zeros((room, d - 1), dtype=np.int64)
    normals, worst = np.zeros((d, room)), np.zeros(room)
    for k, (facet, w) in enumerate(starts):
        kept[k], normals[:, k] = facet, w / np.abs(w).max()
        worst[k] = min(float((normals[:, k] @ columns).min()), 0.0)
    ended = np.zeros(q, dtype=np.int64)
    basis = np.zeros((q, d - 1), dtype=np.int64)
    part, normal, least = np.zeros((q, d)), np.zeros((q, d)), np.zeros(q)
    solve_many(
        columns, g, b, kept, normals, worst, len(starts), ended, basis, part, normal, least
    )  # fmt: skip
    tau = part[:, -1].copy()
    coefficients = np.maximum(part[:, :-1], 0.0)
    sure = (ended == 0) & certified(programmes, tau, basis, part[:, :-1], normal, least)
    doubtful = np.flatnonzero(~sure)
    for o in doubtful.tolist():
        tau[o], basis[o], coefficients[o], normal[o] = _by_highs(
            programmes, o, o if labels is None else labels[o]
        )
    return Solutions(tau, basis, coefficients, normal, len(doubtful))


def certified(
    programmes: Programmes,
    tau: Floats,
    basis: npt.NDArray[np.int64],
    part: Floats,
    normal: Floats,
    least: Floats,
) -> npt.NDArray[np.bool_]:
    """Return which answers are proved: feasible, dual feasible, and without a gap.

    By weak duality a normal with w·a ≥ 0 for all columns and w·g = 1 bounds τ from
    below by −w·b; a feasible point that attains the bound is optimal. What is missed
    counts by what it is worth in τ, so that a unit a million times smaller than the
    mean is held to the same standard; but not where b is known no better than that.
    """
    columns, g, b = programmes.columns, programmes.g, programmes.b
    used = np.maximum(part, 0.0)
    carried = np.einsum("dqk,qk->qd", columns[:, basis], used)
    missed = np.abs(carried - tau[:, None] * g - b)
    size = TOLERANCE * (1.0 + np.abs(tau))
    proved: npt.NDArray[np.bool_] = (
        np.isfinite(tau)
        & (missed <= TOLERANCE * (1.0 + np.abs(b))).all(axis=1)
        & (((missed * np.abs(normal)).sum(axis=1) <= size) | (not programmes.given))
        & (least * (1.0 + used.sum(axis=1)) >= -size)
        & (np.abs(tau + (normal * b).sum(axis=1)) <= size)
    )
    return proved


def _by_highs(
    programmes: Programmes, o: int, label: object
) -> tuple[float, npt.NDArray[np.int64], Floats, Floats]:
    """Solve one programme with HiGHS; NaN where it has no solution."""
    from scipy.optimize import linprog

    own = np.abs(programmes.g[o]) + np.abs(programmes.b[o])
    scale = 1.0 / np.where(own > 0.0, own, 1.0)  # the unit's own size, not that of the mean
    columns = programmes.columns * scale[:, None]
    g, b = programmes.g[o] * scale, programmes.b[o] * scale
    size = columns.shape[1]
    answer = linprog(
        np.append(np.zeros(size), 1.0),
        A_eq=np.column_stack([columns, -g]),
        b_eq=b,
        bounds=[*[(0.0, None)] * size, (None, None)],
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    d = g.size
    if answer.status == 2:
        nothing = np.full(d, np.nan)
        return float("nan"), np.arange(d - 1), nothing[1:], nothing
    if answer.status != 0:
        raise ConvergenceError(
            "no solver could settle the programme of {label}",
            arrived="{message}",
            fix="look for inputs or outputs that are many orders of magnitude apart",
            label=some([label]),
            message=str(answer.message),
        )
    held = np.argsort(-answer.x[:size], kind="stable")[: d - 1]
    return float(answer.x[-1]), held, answer.x[held], -answer.eqlin.marginals * scale


def efficiency_scores(
    inputs: Any,
    outputs: Any,
    *,
    orientation: Orientation = "input",
    returns: Returns = "variable",
    reference: tuple[Any, Any] | None = None,
) -> tuple[Floats, int]:
    """Return θ (or φ) of every row of plain arrays, and how many HiGHS had to solve.

    The lean door for loops such as bootstraps and reallocations: nothing is checked
    or labelled, and rows should come in an order that does not hang on the source.
    """
    x, y = np.asarray(inputs, dtype=float), np.asarray(outputs, dtype=float)
    best = frame(*((x, y) if reference is None else reference), returns=returns)
    found = solve(best.technology.efficiency(x / best.x_mean, y / best.y_mean, orientation))
    return (found.tau if orientation == "input" else -found.tau), found.handed_over
