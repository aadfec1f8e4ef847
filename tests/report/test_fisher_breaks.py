"""Classes found with few trials are those that trying every pair of bounds finds."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest

from spatialcarbon.report.fisher_breaks import last_of_classes


def spread(values: Any, ends: list[int], levels: Any) -> float:
    """Return the sum of squared deviations inside the classes."""
    bounds = [-np.inf, *levels[ends], np.inf]
    parts = [values[(values > a) & (values <= b)] for a, b in pairwise(bounds)]
    return float(sum(((part - part.mean()) ** 2).sum() for part in parts))


def drawn(kind: str, rng: np.random.Generator) -> Any:
    n = int(rng.integers(2, 14))
    if kind == "skewed":
        return rng.lognormal(0, 2, n)
    if kind == "ties":
        return rng.integers(0, 8, n).astype(float)
    if kind == "even":
        return np.arange(n, dtype=float)
    return 1e9 + rng.normal(size=n)


@pytest.mark.parametrize("kind", ["skewed", "ties", "even", "far from zero"])
def test_no_other_classes_are_better(kind: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        values = drawn(kind, rng)
        levels, counts = np.unique(values, return_counts=True)
        k = int(rng.integers(1, len(levels) + 1))
        ends = last_of_classes(levels, counts, k)
        assert len(ends) == k - 1
        assert ends == sorted(set(ends))
        least = min(
            spread(values, list(chosen), levels)
            for chosen in combinations(range(len(levels) - 1), k - 1)
        )
        assert spread(values, ends, levels) == pytest.approx(least, rel=1e-6, abs=1e-6)


def test_many_numbers_need_no_square_of_trials() -> None:
    """All pairs of 200,000 bounds would be 2·10¹⁰ trials for each class: minutes."""
    levels = np.sort(np.random.default_rng(2).lognormal(size=200_000))
    ends = last_of_classes(levels, np.ones(len(levels), dtype=np.intp), 3)
    whole = [0, *(end + 1 for end in ends), len(levels)]
    means = [levels[a:b].mean() for a, b in pairwise(whole)]
    # At the optimum every number is nearest to the mean of its own class.
    nearest = np.abs(levels[:, None] - means).argmin(axis=1)
    assert (np.diff(nearest) >= 0).all()
    assert [int(np.flatnonzero(nearest == c)[-1]) for c in (0, 1)] == ends
