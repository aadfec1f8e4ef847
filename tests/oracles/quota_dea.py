"""Efficiency scores by one linear programme a unit, and what follows from them step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog

import spatialcarbon as sc
from tests.oracles.draws import labels, quietly
from tests.oracles.oracle import Oracle, relative

TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
RETURNS = ("variable", "constant", "increasing", "decreasing")


def activities(rng: np.random.Generator, inputs: int, most: int = 25) -> tuple[Any, Any]:
    """Draw inputs and outputs of some units, with ties among them now and then."""
    n, outputs = int(rng.integers(6, most)), int(rng.integers(1, 4))
    x = np.exp(rng.normal(2, 0.7, (n, inputs)))
    y = x.mean(axis=1, keepdims=True) ** 0.8 * np.exp(rng.normal(0, 0.5, (n, outputs)))
    if rng.random() < 0.3:
        x, y = np.ceil(x), np.ceil(y)
    names = labels(rng, n)
    return (
        pd.DataFrame(x, names, [f"x{i}" for i in range(inputs)]),
        pd.DataFrame(y, names, [f"y{i}" for i in range(outputs)]),
    )


def by_linprog(x: Any, y: Any, unit: int, orientation: str, returns: str) -> float:
    """Solve the envelopment form of one unit; rows are in shares of the unit's own amounts."""
    n = len(x)
    x, y = x / x[unit], y / y[unit]
    if orientation == "input":
        rows = np.vstack(
            [
                np.column_stack([x.T, -np.ones(x.shape[1])]),
                np.column_stack([-y.T, np.zeros(y.shape[1])]),
            ]
        )
        right = np.append(np.zeros(x.shape[1]), -np.ones(y.shape[1]))
    else:
        rows = np.vstack(
            [
                np.column_stack([x.T, np.zeros(x.shape[1])]),
                np.column_stack([-y.T, np.ones(y.shape[1])]),
            ]
        )
        right = np.append(np.ones(x.shape[1]), np.zeros(y.shape[1]))
    whole = np.append(np.ones(n), 0.0)[None]
    if returns == "increasing":
        rows, right = np.vstack([rows, -whole]), np.append(right, -1.0)
    elif returns == "decreasing":
        rows, right = np.vstack([rows, whole]), np.append(right, 1.0)
    sign = 1.0 if orientation == "input" else -1.0
    found = linprog(
        np.append(np.zeros(n), sign), A_ub=rows, b_ub=right,
        A_eq=whole if returns == "variable" else None,
        b_eq=[1.0] if returns == "variable" else None, method="highs", options=TIGHT,
    )  # fmt: skip
    return sign * float(found.fun)


def slack_sum(x: Any, y: Any, point_x: Any, point_y: Any) -> float:
    """Largest sum of slacks, each over the mean of its column, with variable returns."""
    n, m, s = len(x), x.shape[1], y.shape[1]
    scale_x, scale_y = x.mean(axis=0), y.mean(axis=0)
    left = np.vstack(
        [
            np.column_stack([(x / scale_x).T, np.eye(m), np.zeros((m, s))]),
            np.column_stack([(y / scale_y).T, np.zeros((s, m)), -np.eye(s)]),
            np.append(np.ones(n), np.zeros(m + s)),
        ]
    )
    right = np.concatenate([point_x / scale_x, point_y / scale_y, [1.0]])
    found = linprog(np.append(np.zeros(n), -np.ones(m + s)), A_eq=left, b_eq=right,
                    method="highs", options=TIGHT)  # fmt: skip
    return -float(found.fun) if found.status == 0 else np.nan


def scores(rng: np.random.Generator) -> Mapping[str, float]:
    x, y = activities(rng, int(rng.integers(1, 4)))
    orientation, returns = str(rng.choice(["input", "output"])), str(rng.choice(RETURNS))
    found = quietly(sc.dea, x, y, orientation=orientation, returns=returns)
    a, b = x.to_numpy(), y.to_numpy()
    theirs = [by_linprog(a, b, i, orientation, returns) for i in range(len(x))]
    said = {"efficiency": float(np.abs(found.efficiency / theirs - 1).max())}
    constant = np.array([by_linprog(a, b, i, orientation, "constant") for i in range(len(x))])
    variable = np.array([by_linprog(a, b, i, orientation, "variable") for i in range(len(x))])
    ratio = constant / variable if orientation == "input" else variable / constant
    said["scale efficiency"] = relative(found.scale_efficiency, ratio)
    # The multipliers are a dual solution: they give the score back, and no unit beats one.
    weights, at = found.multipliers, found.intercept
    made, used = (y * weights[y.columns]).sum(axis=1), (x * weights[x.columns]).sum(axis=1)
    value = made + at if orientation == "input" else used + at
    said["score from multipliers"] = float(np.abs(value / theirs - 1).max())
    return said


def slacks(rng: np.random.Generator) -> Mapping[str, float]:
    x, y = activities(rng, int(rng.integers(1, 3)), most=15)
    found = quietly(sc.dea, x, y)
    a, b = x.to_numpy(), y.to_numpy()
    means = np.concatenate([a.mean(axis=0), b.mean(axis=0)])
    ours = (found.slacks.to_numpy() / means).sum(axis=1)
    # A hair of room, since a point on the frontier may lie beyond it by one rounding.
    theirs = [
        slack_sum(a, b, a[i] * by_linprog(a, b, i, "input", "variable") * (1 + 1e-11), b[i])
        for i in range(len(x))
    ]
    return {"sum of slacks": float(np.nanmax(np.abs(ours - theirs)))}


def zero_sum(rng: np.random.Generator) -> Mapping[str, float]:
    x, y = activities(rng, 1, most=20)
    a, b = x.to_numpy(), y.to_numpy()
    phi = np.array([by_linprog(a, b, i, "input", "variable") for i in range(len(x))])
    own = a[:, 0]
    # The proportional rule again, as a search for the factor that restores the total.
    low, high = 1.0, 1 / phi.min()
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if (middle * phi * own).sum() < own.sum() else (low, middle)
    allocation = high * phi * own
    after = [by_linprog(allocation[:, None], b, i, "input", "variable") for i in range(len(x))]
    found = quietly(sc.zero_sum_dea, x, y)
    return {
        "allocation": relative(found.allocation, allocation),
        "efficiency after": float(np.abs(found.final_efficiency - after).max()),
        "score alone": relative(found.single_score, _alone(own, phi)),
    }


def _alone(own: Any, phi: Any) -> Any:
    """Score at which a unit that searches alone meets the frontier that its gift has moved."""
    low, high = phi.copy(), np.ones(len(phi))
    rest = own.sum() - own
    for _ in range(200):
        h = (low + high) / 2
        # Others grow by the same factor, and with them what an efficient unit would need.
        above = h * own > phi * own * (1 + own * (1 - h) / rest)
        low, high = np.where(above, low, h), np.where(above, h, high)
    return high


def steps(rng: np.random.Generator) -> Mapping[str, float]:
    """The rule by single-unit scores, redistributed unit by unit."""
    x, y = activities(rng, 1, most=12)
    own, b = x.to_numpy()[:, 0], y.to_numpy()
    found = quietly(sc.zero_sum_dea, x, y, mode="iterate", rule="single", max_iter=2)
    for _ in range(min(2, found.iterations)):
        phi = np.array(
            [by_linprog(own[:, None], b, i, "input", "variable") for i in range(len(own))]
        )
        k = own / (own.sum() - own)
        h = phi * (1 + k) / (1 + k * phi)
        given = own * (1 - h)
        moved = own - given
        for o in range(len(own)):
            for i in range(len(own)):
                if i != o:
                    moved[i] += given[o] * own[i] / (own.sum() - own[o])
        own = moved
    return {"allocation after two steps": relative(found.allocation, own)}


def bootstrap(rng: np.random.Generator) -> Mapping[str, float]:
    """The same sampling in plain steps with other random numbers."""
    x, y = activities(rng, 1, most=13)
    y = y.iloc[:, :1]
    a, b = x.to_numpy(), y.to_numpy()
    theta = np.array([by_linprog(a, b, i, "input", "variable") for i in range(len(x))])
    distance = np.where(theta > 1 - 1e-8, 1.0, 1 / theta)
    if (distance == 1).all():
        return {}
    found = quietly(sc.dea_bootstrap, x, y, draws=150, rng=int(rng.integers(1 << 30)))
    h = found.bandwidth
    drawn = []
    for _ in range(150):
        beta = rng.choice(distance, len(distance)) + h * rng.standard_normal(len(distance))
        star = 1 + np.abs(beta - 1) / np.sqrt(1 + h**2 / np.mean((distance - 1) ** 2))
        moved = a[:, 0] * star / distance
        drawn.append([_hull(moved, b[:, 0], b[o, 0]) for o in range(len(a))] / a[:, 0])
    shift = 1 / np.array(drawn) - distance
    ours = 1 / found.corrected.to_numpy() - distance
    error = shift.std(axis=0) * np.sqrt(2 / 150)
    gap = np.abs(ours + shift.mean(axis=0)) / np.where(error > 0, error, 1.0)
    return {"bias, in standard errors of the two": float(gap.max())}


def _hull(x: Any, y: Any, level: float) -> float:
    """Least input of a mixture that makes as much: over single units and pairs of them."""
    enough = y >= level
    best = x[enough].min() if enough.any() else np.inf
    for i in np.flatnonzero(enough):
        for j in np.flatnonzero(~enough):
            part = (level - y[j]) / (y[i] - y[j])
            best = min(best, part * x[i] + (1 - part) * x[j])
    return float(best)


HIGHS = "scipy.optimize.linprog (HiGHS), a programme a unit"
ORACLES = (
    Oracle(
        "dea",
        "efficiency, scale efficiency, multipliers; both orientations, four returns",
        "scipy",
        HIGHS,
        scores,
        1e-7,
        quick=4,
        note="HiGHS is exact to 1e-10 of its rows",
    ),
    Oracle(
        "dea",
        "largest sum of slacks",
        "scipy",
        HIGHS,
        slacks,
        1e-6,
        quick=3,
        note="the sum is single, the slacks need not be",
    ),
    Oracle(
        "zero_sum_dea",
        "one-shot allocation, efficiency after it, single-unit score",
        "scipy",
        HIGHS + ", and bisection",
        zero_sum,
        1e-7,
        quick=3,
    ),
    Oracle(
        "zero_sum_dea",
        "two steps of the rule by single-unit scores",
        "scipy",
        HIGHS,
        steps,
        1e-7,
        quick=3,
    ),
    Oracle(
        "dea_bootstrap",
        "bias of the distances",
        "definition",
        "frontier by pairs of units, other random numbers",
        bootstrap,
        6.0,
        quick=1,
        note="150 draws in each: the difference is in standard errors",
    ),
)
