"""Zero-sum steps of study 004's 30 provinces beside a loop of linear programmes.

Not part of the normal run: ``make bench``. The loop does what a script does that calls
``scipy.optimize.linprog`` for each province and each of 11 iterations; both must end
in the same place.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import spatialcarbon as sc
from spatialcarbon.models.quota.dea_solver import efficiency_scores
from spatialcarbon.models.quota.zero_sum_rules import redistribute, single_score

if TYPE_CHECKING:
    import pandas as pd

ITERATIONS = 11
"""What study 004 takes."""


def scores_by_linprog(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    from scipy.optimize import linprog

    scaled, n = y / y.mean(axis=0), len(x)
    one = np.ones((1, n))
    cost = x / x.mean()
    found = [
        linprog(cost, A_ub=-scaled.T, b_ub=-scaled[o], A_eq=one, b_eq=[1.0], method="highs").fun
        for o in range(n)
    ]
    return np.minimum(np.array(found) / cost, 1.0)


def steps(x: np.ndarray, y: np.ndarray, score: Any) -> np.ndarray:
    for _ in range(ITERATIONS):
        x = redistribute(x, single_score(x, score(x, y)))
    return x


def ours(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return steps(x, y, lambda a, b: np.minimum(efficiency_scores(a[:, None], b)[0], 1.0))


@pytest.fixture(scope="module")
def provinces() -> pd.DataFrame:
    return sc.load_table("study004_criteria").set_index("province")


def test_eleven_iterations(race: Any, capsys: Any, provinces: pd.DataFrame) -> None:
    x = provinces["co2_2030_10kt"].to_numpy()
    y = provinces[["population", "gdp"]].to_numpy()
    np.testing.assert_allclose(ours(x, y), steps(x, y, scores_by_linprog), rtol=1e-9)
    answer = race(
        f"30 provinces, {ITERATIONS} iterations", "a loop of linprog calls",
        lambda: ours(x, y), lambda: steps(x, y, scores_by_linprog), pairs=3,
    )  # fmt: skip
    assert answer.ours < 0.05
    assert answer.ratio > 10
    for words, call in {
        "one-shot": {},
        "single": {"mode": "iterate", "rule": "single"},
        "paper004": {"mode": "iterate", "rule": "paper004"},
    }.items():
        times = []
        for _ in range(6):
            start = time.perf_counter()
            result = sc.zero_sum_dea(
                provinces["co2_2030_10kt"], provinces[["population", "gdp"]], **call
            )
            times.append(time.perf_counter() - start)
        taken = statistics.median(times[1:])
        assert taken < 0.05
        with capsys.disabled():
            print(
                f"sc.zero_sum_dea, {words}: {1e3 * taken:.1f} ms, {result.iterations} steps, "
                f"{result.handed_over} programmes by HiGHS (goal 50 ms)"
            )
