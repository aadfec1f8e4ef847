"""Types of city beside scikit-learn and SciPy, and beside every partition there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_samples, silhouette_score

import spatialcarbon as sc
from tests.oracles.draws import Rng, quietly
from tests.oracles.oracle import Oracle, relative


def shares(rng: Rng, n: int) -> pd.DataFrame:
    """Return shares of four industries that sum to one, around three kinds of city."""
    kinds = rng.dirichlet(np.full(4, 0.6), 3)
    drawn = np.vstack([rng.dirichlet(12 * kinds[i % 3] + 0.5) for i in range(n)])
    return pd.DataFrame(
        drawn, columns=["energy", "heavy", "light", "tech"], index=[f"u{i}" for i in range(n)]
    )


def within(x: np.ndarray, labels: Any) -> float:
    """Return the sum of squared distances from the means of the types."""
    return float(
        sum(((x[labels == t] - x[labels == t].mean(axis=0)) ** 2).sum() for t in np.unique(labels))
    )


def ours_of(frame: pd.DataFrame, k: int, starts: int = 10) -> Any:
    return quietly(
        sc.industry_clusters, frame, k=k, gap_samples=0, bootstraps=0, k_range=[k], n_init=starts
    )


def kmeans(rng: Rng) -> dict[str, float]:
    frame = shares(rng, int(rng.integers(8, 11)))
    k = int(rng.integers(2, 4))
    ours = ours_of(frame, k)
    x = frame.to_numpy()
    labels = ours.labels[frame.index].to_numpy()
    means = np.vstack([x[labels == t].mean(axis=0) for t in range(1, k + 1)])
    theirs = KMeans(k, init=means, n_init=1).fit(x)
    return {
        "dispersion": relative(ours.within[k], theirs.inertia_),
        "1 − adjusted Rand index": 1 - adjusted_rand_score(theirs.labels_, labels),
        "dispersion of our labels": relative(ours.within[k], within(x, labels)),
        "silhouettes of our labels": relative(
            ours.silhouettes[frame.index], silhouette_samples(x, labels)
        ),
        "mean silhouette": relative(
            ours.choice.set_index("k").loc[k, "silhouette"], silhouette_score(x, labels)
        ),
    }


def partitions(n: int, k: int) -> Iterator[np.ndarray]:
    """Yield every way of putting n things into k types that are not told apart."""

    def grow(start: list[int], used: int) -> Iterator[list[int]]:
        if len(start) == n:
            if used == k:
                yield start
            return
        for t in range(min(used + 1, k)):
            yield from grow([*start, t], max(used, t + 1))

    yield from (np.array(found) for found in grow([], 0))


def best_of_all(rng: Rng) -> dict[str, float]:
    frame = shares(rng, 6)
    k = int(rng.integers(2, 4))
    x = frame.to_numpy()
    least = min(within(x, labels) for labels in partitions(6, k))
    return {"dispersion": relative(ours_of(frame, k, starts=50).within[k], least)}


def complete(units: pd.Index) -> Any:
    """Return weights under which every unit neighbours every other."""
    dense = np.ones((len(units), len(units))) - np.eye(len(units))
    return sc.Weights.from_sparse(dense, units)


def ward(rng: Rng) -> dict[str, float]:
    frame = shares(rng, int(rng.integers(8, 25)))
    k = int(rng.integers(2, 5))
    ours = sc.constrained_clusters(frame, complete(frame.index), k=k, n_init=1)
    theirs = fcluster(linkage(frame.to_numpy(), "ward"), k, "maxclust")
    return {"1 − adjusted Rand index": 1 - adjusted_rand_score(theirs, ours.labels[frame.index])}


def greedy(x: np.ndarray, near: np.ndarray, k: int) -> np.ndarray:
    """Return labels by merging, again and again, the linked pair that costs least."""
    groups = [[i] for i in range(len(x))]
    while len(groups) > k:
        cost = {}
        for a in range(len(groups)):
            for b in range(a):
                if near[np.ix_(groups[a], groups[b])].any():
                    gap = x[groups[a]].mean(axis=0) - x[groups[b]].mean(axis=0)
                    size = len(groups[a]) * len(groups[b]) / (len(groups[a]) + len(groups[b]))
                    cost[a, b] = size * (gap @ gap)
        a, b = min(cost, key=lambda pair: cost[pair])
        groups[b] += groups.pop(a)
    labels = np.empty(len(x), dtype=int)
    for t, members in enumerate(groups):
        labels[members] = t
    return labels


def constrained(rng: Rng) -> dict[str, float]:
    n = int(rng.integers(8, 20))
    frame = shares(rng, n)
    near = np.zeros((n, n), dtype=bool)
    ring = np.arange(n)
    near[ring, (ring + 1) % n] = True
    near |= rng.random((n, n)) < 0.1
    near |= near.T
    np.fill_diagonal(near, False)
    k = int(rng.integers(2, 5))
    ours = sc.constrained_clusters(
        frame, sc.Weights.from_sparse(near.astype(float), frame.index), k=k, n_init=1
    )
    theirs = greedy(frame.to_numpy(), near, k)
    row = ours.comparison.iloc[0]
    x = frame.to_numpy()
    return {
        "1 − adjusted Rand index": 1 - adjusted_rand_score(theirs, ours.labels[frame.index]),
        "dispersion, silhouette": relative(
            row[["within", "silhouette"]].astype(float),
            [within(x, theirs), silhouette_score(x, theirs)],
        ),
    }


ORACLES = (
    Oracle(
        "industry_clusters",
        "dispersion, silhouettes",
        "scikit-learn",
        "sklearn.cluster.KMeans, silhouette_samples",
        kmeans,
        1e-10,
        quick=2,
        note="It starts from our types and finds nothing to improve in them.",
    ),
    Oracle(
        "industry_clusters",
        "least dispersion of all partitions, 6 units",
        "definition",
        "every partition",
        best_of_all,
        1e-10,
        quick=1,
    ),
    Oracle(
        "constrained_clusters",
        "types on a map where all are neighbours",
        "scipy",
        "scipy.cluster.hierarchy.linkage(method='ward')",
        ward,
        1e-12,
        quick=2,
    ),
    Oracle(
        "constrained_clusters",
        "types, dispersion, silhouette",
        "definition",
        "greedy merges, sklearn.metrics",
        constrained,
        1e-10,
        quick=2,
    ),
)
