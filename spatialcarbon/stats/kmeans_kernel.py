"""The inner loop of the gap statistic: K-means of points without clusters, by the hundred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.core.compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


@compiled()
def _apart(a: Floats, b: Floats) -> float:
    distance = 0.0
    for j in range(len(a)):
        distance += (a[j] - b[j]) ** 2
    return distance


@compiled()
def least_within(x: Floats, draws: Floats, k: int, max_iter: int) -> float:
    """Return the least dispersion that several k-means++ starts lead to.

    Parameters
    ----------
    x : array
        Points in rows.
    draws : array
        Uniform numbers, start × cluster × trial: candidates for each further centre.
    k, max_iter : int
        Clusters, and Lloyd iterations of each start.
    """
    n, m = x.shape
    starts, _, trials = draws.shape
    best = np.inf
    means = np.empty((k, m))
    sums = np.empty((k, m))
    sizes = np.empty(k, np.int64)
    labels = np.empty(n, np.int64)
    nearest = np.empty(n)
    tried = np.empty(n)
    for start in range(starts):
        means[0] = x[min(int(draws[start, 0, 0] * n), n - 1)]
        for i in range(n):
            nearest[i] = _apart(x[i], means[0])
        for c in range(1, k):
            # Candidates are drawn in proportion to the squared distance; the best of them stays.
            total = nearest.sum()
            least = np.inf
            for trial in range(trials):
                aim = draws[start, c, trial] * total
                pick, reached = n - 1, 0.0
                for i in range(n):
                    reached += nearest[i]
                    if reached > aim:
                        pick = i
                        break
                for i in range(n):
                    tried[i] = min(nearest[i], _apart(x[i], x[pick]))
                if tried.sum() < least:
                    least, means[c] = tried.sum(), x[pick]
            for i in range(n):
                nearest[i] = min(nearest[i], _apart(x[i], means[c]))
        labels[:] = -1
        for _ in range(max_iter):
            moved = False
            sums[:] = 0.0
            sizes[:] = 0
            for i in range(n):
                nearest[i], own = np.inf, 0
                for c in range(k):
                    distance = _apart(x[i], means[c])
                    if distance < nearest[i]:
                        nearest[i], own = distance, c
                moved = moved or own != labels[i]
                labels[i] = own
                sizes[own] += 1
                for j in range(m):
                    sums[own, j] += x[i, j]
            if not moved:
                break
            for c in range(k):
                if sizes[c] > 0:
                    means[c] = sums[c] / sizes[c]
                else:
                    far = nearest.argmax()
                    means[c] = x[far]
                    nearest[far] = 0.0
        best = min(best, nearest.sum())
    return best
