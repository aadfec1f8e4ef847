"""Efficiency scores beside HiGHS and a package of PyPI, on easy and on hard clouds of units.

Not part of the normal run: ``make bench``. Each case checks that the scores agree
to 1e-9 before anything is timed. The persistent model is the HiGHS inside SciPy,
loaded once, with nothing but its right-hand side changed from unit to unit; one
``linprog`` call per unit is timed on a sample of units and scaled up.
"""

from __future__ import annotations

import time
import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

N = 2_850
SAMPLE = 40

KINDS = ("plain", "many efficient", "duplicates and zeros", "integer ties", "near the frontier")
GOAL = dict.fromkeys(KINDS, 10.0)


@cache
def cloud(kind: str, n: int = N) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one input and three outputs of n units."""
    rng = np.random.default_rng(7)
    if kind == "many efficient":
        y = np.abs(rng.standard_normal((n, 3))) + 0.01
        y /= np.linalg.norm(y, axis=1, keepdims=True) * rng.choice([1.0, 1.02], n)[:, None]
        x = rng.uniform(0.999, 1.001, (n, 1))
    elif kind == "duplicates and zeros":
        take = rng.integers(0, n // 5, n)
        x = rng.lognormal(size=(n // 5, 1))[take]
        y = (rng.lognormal(size=(n // 5, 3)) * rng.integers(0, 2, (n // 5, 3)))[take]
        y[y.sum(axis=1) == 0, 0] = 0.5
    elif kind == "integer ties":
        x = rng.integers(1, 12, (n, 1)).astype(float)
        y = rng.integers(0, 12, (n, 3)).astype(float)
        y[y.sum(axis=1) == 0, 0] = 1.0
    elif kind == "near the frontier":
        y = rng.lognormal(0, 0.5, (n, 3))
        x = np.sqrt((y**2).sum(axis=1, keepdims=True)) * (1 + 1e-7 * rng.random((n, 1)))
        x[rng.random(n) < 0.7] *= 1.3
    else:
        x = rng.lognormal(3, 1, (n, 1))
        y = x ** rng.uniform(0.3, 0.9, (1, 3)) * rng.lognormal(0, 0.4, (n, 3))
    units = [f"u{i:05d}" for i in range(n)]
    return pd.DataFrame(x, units, ["co2"]), pd.DataFrame(y, units, ["people", "energy", "gdp"])


def persistent(inputs: pd.DataFrame, outputs: pd.DataFrame) -> np.ndarray:
    """Return the scores by one HiGHS model that stays loaded and warm."""
    from scipy.optimize._highspy import _core

    x, y = inputs.to_numpy()[:, 0], outputs.to_numpy()
    x, y = x / x.mean(), y / y.mean(axis=0)
    n, s = y.shape
    lp = _core.HighsLp()
    lp.num_col_, lp.num_row_ = n, s + 1
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = x, np.zeros(n), np.full(n, np.inf)
    lp.row_lower_, lp.row_upper_ = np.append(y[0], 1.0), np.append(np.full(s, np.inf), 1.0)
    lp.a_matrix_.format_ = _core.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, n * (s + 1) + 1, s + 1, dtype=np.int32)
    lp.a_matrix_.index_ = np.tile(np.arange(s + 1, dtype=np.int32), n)
    lp.a_matrix_.value_ = np.column_stack([y, np.ones(n)]).ravel()
    model = _core._Highs()
    for option, value in (
        ("output_flag", False),
        ("primal_feasibility_tolerance", 1e-10),
        ("dual_feasibility_tolerance", 1e-10),
    ):
        model.setOptionValue(option, value)
    model.passModel(lp)
    theta = np.empty(n)
    for o in range(n):
        for r in range(s):
            model.changeRowBounds(r, y[o, r], np.inf)
        model.run()
        theta[o] = model.getObjectiveValue() / x[o]
    return theta


def one_call(inputs: pd.DataFrame, outputs: pd.DataFrame, o: int) -> float:
    """Return the score of one unit by a call of its own."""
    from scipy.optimize import linprog

    x, y = inputs.to_numpy(), outputs.to_numpy()
    x, y = x / x.mean(axis=0), y / y.mean(axis=0)
    n, s = y.shape
    return linprog(
        np.append(1.0, np.zeros(n)),
        A_ub=np.vstack([np.append(-x[o], x[:, 0]), np.column_stack([np.zeros(s), -y.T])]),
        b_ub=np.append(0.0, -y[o]),
        A_eq=np.append(0.0, np.ones(n))[None],
        b_eq=[1.0],
        method="highs",
    ).fun


def ours(inputs: pd.DataFrame, outputs: pd.DataFrame) -> np.ndarray:
    """Return the scores by the public solver behind ``sc.dea``."""
    from spatialcarbon.models.quota.dea_solver import efficiency_scores

    return efficiency_scores(inputs.to_numpy(), outputs.to_numpy())[0]


@pytest.mark.parametrize("kind", KINDS)
def test_persistent_model(race: Any, capsys: Any, kind: str) -> None:
    x, y = cloud(kind)
    result = sc.dea(x, y, slacks=False)
    theirs = persistent(x, y)
    np.testing.assert_allclose(result.efficiency, theirs, rtol=0, atol=1e-9)
    with capsys.disabled():
        share = (result.efficiency == 1).mean()
        print(f"\n{kind}: {share:.0%} on the frontier\n{result.certified.to_string()}")
    answer = race(
        f"scores, {kind}, n = {N:,}", "a persistent HiGHS model",
        lambda: ours(x, y), lambda: persistent(x, y), pairs=3, goal=GOAL[kind],
    )  # fmt: skip
    whole = race(
        f"sc.dea with scale, {kind}", "a persistent HiGHS model (scores only)",
        lambda: sc.dea(x, y, slacks=False), lambda: persistent(x, y), pairs=3,
    )  # fmt: skip
    assert answer.ratio >= GOAL[kind]
    assert whole.ratio > 1


def test_calls_per_unit(capsys: Any) -> None:
    x, y = cloud("plain")
    scores = ours(x, y)
    start = time.perf_counter()
    for o in range(SAMPLE):
        assert one_call(x, y, o) == pytest.approx(scores[o], abs=1e-9)
    theirs = (time.perf_counter() - start) * N / SAMPLE
    start = time.perf_counter()
    for _ in range(10):
        sc.dea(x, y, slacks=False)
    own = (time.perf_counter() - start) / 10
    with capsys.disabled():
        print(
            f"\nsc.dea {1e3 * own:,.1f} ms, one linprog call per unit {theirs:,.1f} s "
            f"({SAMPLE} units timed, scaled to {N:,}): {theirs / own:,.0f} times (goal 250)"
        )
    assert theirs / own >= 250


def test_package(race: Any) -> None:
    """Pyfrontier writes a model for each unit and calls CBC: small n, or it takes hours."""
    frontier = pytest.importorskip("Pyfrontier.frontier_model")
    x, y = cloud("plain", 200)

    def theirs() -> np.ndarray:
        model = frontier.EnvelopDEA("VRS", "in")
        model.fit(x.to_numpy(), y.to_numpy(), index=np.arange(len(x), dtype=float))
        return np.array([answer.score for answer in model.result])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_allclose(ours(x, y), theirs(), atol=1e-6)  # CBC prints few digits
    answer = race("sc.dea, n = 200", "Pyfrontier", lambda: sc.dea(x, y), theirs, pairs=2)
    assert answer.ratio > 1


def test_bootstrap(capsys: Any) -> None:
    x, y = cloud("plain", 333)
    sc.dea_bootstrap(x, y, draws=2, rng=1)
    start = time.perf_counter()
    result = sc.dea_bootstrap(x, y, draws=2_000, rng=1)
    taken = time.perf_counter() - start
    with capsys.disabled():
        print(
            f"\n333 units × 2,000 bootstrap draws: {taken:.1f} s, "
            f"{result.handed_over} of 666,333 programmes by HiGHS (goal: a minute)"
        )
    assert taken < 60
