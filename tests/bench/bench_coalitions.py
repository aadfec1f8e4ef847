"""Worths and Shapley values of all coalitions beside a plain loop over sets in Python.

Not part of the normal run: ``make bench``. The loop is timed on 12 places and its
time for 20 is that multiplied by 256: it has 2^20 coalitions in place of 2^12, so
that this is the least it would take (each coalition is also larger).
"""

from __future__ import annotations

import time
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

SMALL, LARGE = 12, 20


def game(n: int) -> sc.LinearGame:
    rng = np.random.default_rng(1)
    places = pd.RangeIndex(n)
    return sc.linear_game(
        pd.DataFrame(rng.random((n, n)), places, places),
        pd.Series(rng.random(n) + 0.5, places),
        pd.Series(rng.random(n) * 10, places),  # some places stop at their emission
    )


def plain(linear: sc.LinearGame) -> tuple[dict[frozenset[int], float], list[float]]:
    """Worths and Shapley values as one would first write them."""
    n = linear.n
    g, c, e = linear.benefit.tolist(), linear.cost.tolist(), linear.emission.tolist()
    worth: dict[frozenset[int], float] = {frozenset(): 0.0}
    for size in range(1, n + 1):
        for group in combinations(range(n), size):
            inside, total = set(group), 0.0
            for i in range(n):
                joint = sum(g[k][i] for k in group)
                if i in inside:
                    a = min(joint / c[i], e[i])
                    total -= joint * (e[i] - a) + 0.5 * c[i] * a * a
                else:
                    total -= joint * (e[i] - min(g[i][i] / c[i], e[i]))
            worth[frozenset(group)] = total
    shares = [0.0] * n
    for group, value in worth.items():
        size = len(group)
        for i in range(n):
            if i not in group:
                weight = factorial(size) * factorial(n - size - 1) / factorial(n)
                shares[i] += weight * (worth[group | {i}] - value)
    return worth, shares


def ours(linear: sc.LinearGame) -> sc.SharingResult:
    return sc.shapley(linear.tabulate())


def test_the_two_agree_and_ours_is_quicker(race: Any, capsys: pytest.CaptureFixture[str]) -> None:
    small, large = game(SMALL), game(LARGE)
    worth, shares = plain(small)
    table = small.tabulate()
    assert np.allclose([table(group) for group in worth], list(worth.values()), rtol=1e-12)
    assert np.allclose(ours(small).shares, shares, rtol=1e-11)
    found = race(
        f"worths and Shapley value, {SMALL} places",
        "a loop over sets",
        lambda: ours(small),
        lambda: plain(small),
        pairs=3,
    )
    assert found.ratio > 20
    start = time.perf_counter()
    ours(large)
    taken = time.perf_counter() - start
    scaled = found.theirs * 2 ** (LARGE - SMALL)
    with capsys.disabled():
        print(
            f"2^{LARGE} coalitions: ours {taken:.2f} s; the loop, scaled from 2^{SMALL} by the "
            f"number of coalitions, at least {scaled:.0f} s ({scaled / taken:.0f} times)"
        )
    assert taken < 10


def test_the_nucleolus_of_twelve_players(capsys: pytest.CaptureFixture[str]) -> None:
    table = game(12).tabulate()
    start = time.perf_counter()
    found = sc.nucleolus(table)
    taken = time.perf_counter() - start
    with capsys.disabled():
        print(f"nucleolus of 12 places with its certificate, first call: {1e3 * taken:.0f} ms")
    assert found.certificate == pytest.approx(0.0, abs=1e-9)
    assert taken < 10
