"""Fisher's best classes of numbers in order, by far fewer trials than all pairs of bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]


def last_of_classes(levels: Floats, counts: npt.NDArray[np.intp], k: int) -> list[int]:
    r"""Where do the ``k`` classes that differ least inside end?

    Parameters
    ----------
    levels : array
        Distinct numbers, ascending.
    counts : array
        How often each occurs.
    k : int
        Number of classes, at most as many as levels.

    Returns
    -------
    list of int
        Position of the last level of each class but the last one.

    Notes
    -----
    With :math:`C_j(e)` the least sum of squared deviations of the first :math:`e` levels in
    :math:`j` classes, :math:`C_j(e) = \min_s C_{j-1}(s) + W(s, e)`. Because :math:`W` grows
    faster the wider a class already is, the best :math:`s` never falls as :math:`e` rises: once
    it is known for two ends, those between need only be tried between their starts. The ends are
    taken at halved distances, so that a class costs :math:`n \log n` trials in place of
    :math:`n^2`.

    Examples
    --------
    >>> last_of_classes(np.array([1.0, 2, 3, 10, 11, 12, 50]), np.ones(7, int), 3)
    [2, 5]
    """
    # Centring first keeps the differences of squares below from cancelling.
    centred = levels - levels.mean()
    n, s, q = (
        np.concatenate(([0.0], np.cumsum(part)))
        for part in (counts, counts * centred, counts * centred**2)
    )

    def within(start: Positions, end: Positions) -> Floats:
        """Squared deviations inside the classes from ``start`` to before ``end``."""
        return np.asarray(q[end] - q[start] - (s[end] - s[start]) ** 2 / (n[end] - n[start]))

    size = len(levels)
    cost = np.full(size + 1, np.inf)
    cost[0] = 0.0
    firsts = []
    for classes in range(1, k + 1):
        first = np.full(size + 1, classes - 1, dtype=np.intp)
        found = np.full(size + 1, np.inf)
        step = 1 << (size + 1).bit_length()
        while step := step // 2:
            ends = np.arange(classes - 1 + step, size + 1, 2 * step)
            if not len(ends):
                continue
            after = ends + step
            low = first[ends - step]
            high = np.where(after <= size, first[np.minimum(after, size)], size)
            high = np.minimum(high, ends - 1)
            widths = high - low + 1
            heads = np.cumsum(widths) - widths
            starts = np.arange(widths.sum()) - np.repeat(heads - low, widths)
            total = cost[starts] + within(starts, np.repeat(ends, widths))
            best = np.minimum.reduceat(total, heads)
            hits = np.flatnonzero(total == np.repeat(best, widths))
            first[ends] = starts[hits[np.searchsorted(hits, heads)]]
            found[ends] = best
        firsts.append(first)
        cost = found
    cuts, end = [], size
    for first in reversed(firsts[1:]):
        end = int(first[end])
        cuts.append(end - 1)
    return cuts[::-1]
