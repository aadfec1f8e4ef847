"""K-means by scikit-learn, made repeatable: fixed order, fixed seeds, one thread."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.rng import Stream

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

CHUNK = 1024
"""Rows of the distance matrix that the silhouette holds at once."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Run scikit-learn on one thread: sums of several threads come in no fixed order."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1), warnings.catch_warnings():
        # Fewer clusters than asked for are seen to below, where another start mends them.
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def lloyd(
    x: Floats, k: int, *, n_init: int, max_iter: int, seed: int, first: Floats | None = None
) -> Positions:
    """Return the best partition of ``n_init`` k-means++ starts, or the one from given centres.

    Parameters
    ----------
    x : array
        Points in rows.
    k : int
        Number of clusters, at most the number of distinct points.
    n_init, max_iter, seed : int
        Starts, Lloyd iterations of each, seed.
    first : array, optional
        Centres to start from, once.
    """
    from sklearn.cluster import KMeans

    if k == 1:
        return np.zeros(len(x), dtype=np.intp)
    rows, group = np.unique(x, axis=0, return_inverse=True)
    if len(rows) <= k:
        return np.asarray(group.ravel(), dtype=np.intp)
    model = KMeans(
        k,
        init="k-means++" if first is None else first,
        n_init=n_init if first is None else 1,
        max_iter=max_iter,
        tol=0.0,
        random_state=seed % 2**32,
    )
    return np.asarray(model.fit(x).labels_, dtype=np.intp)


def best_partitions(
    x: Floats, largest: int, *, n_init: int, max_iter: int, stream: Stream
) -> dict[int, Positions]:
    """Return the best partition found for every k from 1 to ``largest``.

    Besides its own starts, each k also starts from the centres of k − 1 and the
    point farthest from its own: so no further cluster ever makes a fit worse.
    """
    found = {1: np.zeros(len(x), dtype=np.intp)}
    for k in range(2, largest + 1):
        before = found[k - 1]
        means = centres(x, before)
        gap = ((x - means[before]) ** 2).sum(axis=1)
        start = np.vstack([means, x[np.argmax(gap)]])
        seed = int(stream.generator("kmeans", k).integers(2**32))
        tries = [
            lloyd(x, k, n_init=n_init, max_iter=max_iter, seed=seed, first=first)
            for first in (None, start)
        ]
        found[k] = min(tries, key=lambda labels: (-len(np.unique(labels)), within(x, labels)))
    return found


def centres(x: Floats, labels: Positions) -> Floats:
    """Return the mean of each cluster, numbered from 0."""
    return np.stack([x[labels == c].mean(axis=0) for c in range(int(labels.max()) + 1)])


def within(x: Floats, labels: Positions) -> float:
    """Return the sum of squared distances of points from the centre of their cluster."""
    return float(((x - centres(x, labels)[labels]) ** 2).sum())


def settled(x: Floats, labels: Positions) -> bool:
    """Whether one more Lloyd iteration would leave every point where it is, ties apart."""
    distance = squared_distances(x, centres(x, labels))
    own = distance[np.arange(len(x)), labels]
    return bool(np.all(own <= distance.min(axis=1) + 1e-12 * np.maximum(1.0, own)))


def squared_distances(x: Floats, points: Floats) -> Floats:
    """Return squared distances, exact where two rows are the same."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(x, points, "sqeuclidean"))


def silhouettes(x: Floats, labels: Positions) -> Floats:
    """Return the silhouette of every point: 0 for one alone, NaN where there is one cluster."""
    if labels.max() == 0:
        return np.full(len(x), np.nan)
    member = np.eye(int(labels.max()) + 1)[labels]
    sizes = member.sum(axis=0)
    rows = np.arange(len(x))
    sums = np.vstack(
        [
            np.sqrt(squared_distances(x[at : at + CHUNK], x)) @ member
            for at in range(0, len(x), CHUNK)
        ]
    )
    own = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    alone = (sizes[labels] == 1) | (larger == 0)
    return np.where(alone, 0.0, (other - own) / np.where(alone, 1.0, larger))


def adjusted_rand(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> float:
    """Return how far two partitions agree beyond chance (Hubert and Arabie): 1 when they are one.

    Examples
    --------
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([5, 5, 3, 3]))
    1.0
    """
    _, a = np.unique(left, return_inverse=True)
    _, b = np.unique(right, return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1.0)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    every = len(a) * (len(a) - 1) / 2
    by_chance = rows * columns / every if every else 0.0
    most = (rows + columns) / 2
    # Two partitions of one piece, or of single units only, agree in the one way there is.
    return 1.0 if most == by_chance else (both - by_chance) / (most - by_chance)


def reseeded_stability(
    x: Floats, labels: Positions, k: int, *, runs: int, n_init: int, max_iter: int, stream: Stream
) -> float:
    """Return the mean adjusted Rand index of whole runs from other seeds with this partition."""
    scores = [
        adjusted_rand(
            labels,
            lloyd(
                x,
                k,
                n_init=n_init,
                max_iter=max_iter,
                seed=int(stream.generator("reseeded", run).integers(2**32)),
            ),
        )
        for run in range(runs)
    ]
    return float(np.mean(scores)) if scores else float("nan")


def bootstrap_stability(
    x: Floats, labels: Positions, k: int, *, draws: int, n_init: int, max_iter: int, stream: Stream
) -> Floats:
    """Return the adjusted Rand index of each bootstrap with this partition.

    Units are drawn with replacement and clustered; then all units, drawn or not,
    join the nearest of those centres.
    """
    scores = np.empty(draws)
    for draw in range(draws):
        rng = stream.generator("bootstrap", draw)
        drawn = x[np.sort(rng.integers(len(x), size=len(x)))]
        seed = int(rng.integers(2**32))
        means = centres(drawn, lloyd(drawn, k, n_init=n_init, max_iter=max_iter, seed=seed))
        nearest = squared_distances(x, means).argmin(axis=1)
        scores[draw] = adjusted_rand(labels, nearest)
    return scores
