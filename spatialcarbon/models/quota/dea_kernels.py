"""The compiled solver of efficiency programmes: facets that are kept, and walks between them.

Import inside functions: it needs numba. Every programme has the form

    minimise τ   subject to   A c = b + τ g,   c ≥ 0

with one matrix A for all units and a right-hand side b and direction g for each.
A *facet* is a set of columns whose normal w satisfies w·a = 0 on them and w·a ≥ 0
everywhere; it bounds τ from below by −w·b / w·g for every unit, and the facet with
the largest bound is where a unit starts. If the unit's coefficients on it are not
negative it is done, else the dual simplex walks to a neighbouring facet. The tests hold
every answer against SciPy's solver.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialcarbon.core.compiled import compiled

SOLVED, NO_WAY_IN, GAVE_UP = 0, 1, 2

NEGATIVE = 1e-11
"""A coefficient below minus this is negative; columns are scaled to means of one."""

PIVOT = 1e-9
"""Smallest element that may be divided by when a column enters."""

PATIENCE = 30
"""Steps per row before Bland's rule; ten times as many, and HiGHS takes over."""


@compiled()
def invert(matrix: Any, out: Any) -> bool:
    """Write the inverse into ``out`` (Gauss and Jordan, partial pivoting); destroy ``matrix``."""
    d = matrix.shape[0]
    for i in range(d):
        for j in range(d):
            out[i, j] = 0.0
        out[i, i] = 1.0
    for k in range(d):
        best = k
        for i in range(k + 1, d):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        if abs(matrix[best, k]) < 1e-13:
            return False
        if best != k:
            for j in range(d):
                matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
                out[k, j], out[best, j] = out[best, j], out[k, j]
        scale = 1.0 / matrix[k, k]
        for j in range(d):
            matrix[k, j] *= scale
            out[k, j] *= scale
        for i in range(d):
            factor = matrix[i, k]
            if i != k and factor != 0.0:
                for j in range(d):
                    matrix[i, j] -= factor * matrix[k, j]
                    out[i, j] -= factor * out[k, j]
    return True


@compiled()
def undominated(points: Any) -> Any:
    """Return which points no earlier point matches or undercuts in every coordinate."""
    n, d = points.shape
    alive = np.ones(n, dtype=np.bool_)
    held = np.empty((n, d))
    count = 0
    for i in range(n):
        point = points[i]
        for k in range(count):
            under = True
            for j in range(d):
                if held[k, j] > point[j]:
                    under = False
                    break
            if under:
                alive[i] = False
                break
        if alive[i]:
            held[count] = point
            count += 1
    return alive


@compiled()
def combine(row: Any, columns: Any, out: Any) -> None:
    """Write row·a into ``out`` for every column a: one pass along memory for each entry."""
    out[:] = 0.0
    for i in range(row.size):
        factor = row[i]
        if factor != 0.0:
            line = columns[i]
            for j in range(out.size):
                out[j] += factor * line[j]


@compiled()
def nearest(g: Any, b: Any, normals: Any, count: int, above: Any, below: Any) -> int:
    """Return the kept facet with the largest bound on τ, or -1 if none says anything."""
    combine(b, normals[:, :count], above[:count])
    combine(g, normals[:, :count], below[:count])
    best, bound = -1, -np.inf
    for k in range(count):
        if below[k] > 1e-12 and -above[k] > bound * below[k]:
            best, bound = k, -above[k] / below[k]
    return best


@compiled()
def leaving(part: Any, careful: bool, basis: Any) -> int:
    """Return the place of the coefficient that is negative: the lowest, or by Bland the first."""
    place = -1
    for k in range(basis.size):
        if part[k] < -NEGATIVE and (
            place < 0 or (basis[k] < basis[place] if careful else part[k] < part[place])
        ):
            place = k
    return place


@compiled()
def entering(costs: Any, steps: Any, careful: bool, basis: Any) -> int:
    """Return the column that keeps every other on the right side of the turned facet.

    Among columns that tie, the one with the largest element to divide by (or by
    Bland the first) is taken.
    """
    for k in range(basis.size):
        steps[basis[k]] = 0.0
    least = np.inf
    for j in range(costs.size):
        if steps[j] < -PIVOT:
            least = min(least, max(costs[j], 0.0) / -steps[j])
    if least == np.inf:
        return -1
    chosen = -1
    for j in range(costs.size):
        if (
            steps[j] < -PIVOT
            and max(costs[j], 0.0) <= (least * (1.0 + 1e-12) + 1e-15) * -steps[j]
            and (chosen < 0 or (not careful and steps[j] < steps[chosen]))
        ):
            chosen = j
    return chosen


@compiled()
def walk(
    columns: Any, g: Any, b: Any, basis: Any, part: Any, normal: Any, work: Any, inverse: Any,
    costs: Any, steps: Any,
) -> tuple[int, int]:  # fmt: skip
    """Go from facet to facet until the unit lies over one; return how it ended and the steps.

    ``basis`` is changed in place; ``part`` receives its coefficients and τ, ``normal``
    the normal scaled to w·g = 1. The inverse is made anew at every step: for so few
    rows that is cheap, and no error builds up.
    """
    d = g.size
    for step in range(10 * PATIENCE * d):
        for i in range(d):
            for k in range(d - 1):
                work[i, k] = columns[i, basis[k]]
            work[i, d - 1] = -g[i]
        if not invert(work, inverse):
            return GAVE_UP, step
        for k in range(d):
            total = 0.0
            for i in range(d):
                total += inverse[k, i] * b[i]
            part[k] = total
            normal[k] = -inverse[d - 1, k]
        careful = step > PATIENCE * d
        out = leaving(part, careful, basis)
        if out < 0:
            return SOLVED, step
        combine(normal, columns, costs)
        combine(inverse[out], columns, steps)
        into = entering(costs, steps, careful, basis)
        if into < 0:
            return NO_WAY_IN, step
        basis[out] = into
    return GAVE_UP, 10 * PATIENCE * d


@compiled()
def solve_many(
    columns: Any, g: Any, b: Any, kept: Any, normals: Any, worst: Any, count: int,
    ended: Any, basis: Any, part: Any, normal: Any, least: Any,
) -> int:  # fmt: skip
    """Solve the programme of each unit in turn; return how many facets are known at the end.

    Parameters
    ----------
    columns : array (d, N)
        A.
    g, b : array (q, d)
        Direction and right-hand side of each unit.
    kept, normals, worst : array (K, d - 1), (d, K), (K,)
        Columns, normal and least w·a of the facets; the first ``count`` are filled.
    ended, basis, part, normal, least : array
        Answers by unit: how it ended, columns (q, d - 1), their coefficients and τ
        (q, d), normal with w·g = 1 (q, d), least w·a over all columns (q,).
    """
    d = columns.shape[0]
    room = kept.shape[0]
    first = count
    work, inverse = np.empty((d, d)), np.empty((d, d))
    costs, steps = np.empty(columns.shape[1]), np.empty(columns.shape[1])
    above, below = np.empty(room), np.empty(room)
    fresh = count
    for o in range(g.shape[0]):
        start = nearest(g[o], b[o], normals, count, above, below)
        if start < 0:
            ended[o] = GAVE_UP
            continue
        basis[o] = kept[start]
        how, taken = walk(
            columns, g[o], b[o], basis[o], part[o], normal[o], work, inverse, costs, steps
        )
        ended[o] = how
        if how != SOLVED:
            continue
        if taken == 0:
            least[o] = worst[start] / below[start]
            continue
        combine(normal[o], columns, costs)
        least[o] = costs.min()
        # Where there is no room the oldest facet found makes way; those given at the start stay.
        if fresh == room:
            fresh = first
        size = np.abs(normal[o]).max()
        kept[fresh] = basis[o]
        normals[:, fresh] = normal[o] / size
        worst[fresh] = least[o] / size
        fresh += 1
        count = max(count, fresh)
    return count
