"""Efficiency again, a programme at a time by SciPy, and the bootstrap in plain steps."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def _sum_rows(returns: str, n: int) -> tuple[list, list, list, list]:
    """Return rows and right-hand sides on the sum of λ: inequalities, then equalities."""
    ones = np.ones(n)
    return {
        "variable": ([], [], [ones], [1.0]),
        "constant": ([], [], [], []),
        "increasing": ([-ones], [-1.0], [], []),
        "decreasing": ([ones], [1.0], [], []),
    }[returns]


def score(x, y, x_o, y_o, orientation: str, returns: str) -> float:
    """Return θ or φ of the unit (x_o, y_o) against the units (x, y); NaN if infeasible.

    Rows are scaled to the unit's own size, where SciPy's tolerance is an absolute one.
    """
    x, y = x / x_o, y / np.where(y_o > 0, y_o, y.mean(axis=0))
    own_y = (y_o > 0).astype(float)
    n, m = x.shape
    s = y.shape[1]
    over, limit, equal, total = _sum_rows(returns, n)
    if orientation == "input":
        first = np.r_[-np.ones(m), np.zeros(s)]
        right = np.r_[np.zeros(m), -own_y]
    else:
        first = np.r_[np.zeros(m), own_y]
        right = np.r_[np.ones(m), np.zeros(s)]
    rows = np.column_stack([first, np.vstack([x.T, -y.T])])
    if over:
        rows = np.vstack([rows, np.r_[0.0, over[0]]])
    sign = 1.0 if orientation == "input" else -1.0
    answer = linprog(
        np.r_[sign, np.zeros(n)],
        A_ub=rows,
        b_ub=np.r_[right, limit],
        A_eq=np.r_[0.0, equal[0]][None] if equal else None,
        b_eq=total or None,
        options=TIGHT,
    )
    return sign * answer.fun if answer.status == 0 else np.nan


def most_slack(x, y, x_o, y_o, returns: str) -> float:
    """Return the largest sum of slacks, each divided by its mean, at the point (x_o, y_o)."""
    means = np.r_[x.mean(axis=0), y.mean(axis=0)]
    x, x_o = x / means[: x.shape[1]], x_o / means[: x.shape[1]]
    y, y_o = y / means[x.shape[1] :], y_o / means[x.shape[1] :]
    n = len(x)
    over, limit, equal, total = _sum_rows(returns, n)
    # Σs = Σ(x_o − Σλx) + Σ(Σλy − y_o)
    answer = linprog(
        x.sum(axis=1) - y.sum(axis=1),
        A_ub=np.vstack([x.T, -y.T, *over]),
        b_ub=np.r_[x_o, -y_o, limit],
        A_eq=equal or None,
        b_eq=total or None,
        options=TIGHT,
    )
    assert answer.status == 0
    return float(x_o.sum() - y_o.sum() - answer.fun)


def bootstrap(x, y, returns: str, shrink: str, h: float, draws: int, generator) -> np.ndarray:
    """Return distances 1/θ under Simar and Wilson's draws, in plain loops."""
    n = len(x)
    distance = [1 / score(x, y, x[i], y[i], "input", returns) for i in range(n)]
    distance = [1.0 if d < 1 + 1e-9 else d for d in distance]
    mean = sum(distance) / n
    variance = sum((d - mean) ** 2 for d in distance) / (n - 1)
    about_one = sum((d - 1) ** 2 for d in distance) / n
    out = np.empty((draws, n))
    for draw in range(draws):
        beta = generator.choice(distance, size=n)
        noise = generator.standard_normal(n)
        moved = np.empty_like(x)
        for i in range(n):
            smooth = beta[i] + h * noise[i]
            if shrink == "mean":
                smooth = smooth if smooth >= 1 else 2 - smooth
                target = beta.mean() + (smooth - beta.mean()) / (1 + h * h / variance) ** 0.5
            else:
                target = 1 + (smooth - 1) / (1 + h * h / about_one) ** 0.5
                target = target if target >= 1 else 2 - target
            moved[i] = x[i] * target / distance[i]
        for i in range(n):
            out[draw, i] = 1 / score(moved, y, x[i], y[i], "input", returns)
    return out
