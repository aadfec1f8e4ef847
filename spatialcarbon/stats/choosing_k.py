"""How many clusters: the elbow, the silhouette and the gap statistic, all three reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.compiled import in_threads
from spatialcarbon.stats.kmeans import silhouettes, within

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.rng import Stream

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

GapReference = Literal["pca", "box"]
Decision = Literal["silhouette", "elbow", "gap"]
TIE = 1e-12


def choice_table(
    x: Floats,
    partitions: Mapping[int, Positions],
    ks: Sequence[int],
    *,
    reference: GapReference,
    samples: int,
    n_init: int,
    max_iter: int,
    stream: Stream,
) -> pd.DataFrame:
    r"""Return what speaks for each number of clusters.

    Parameters
    ----------
    x : array
        Points in rows.
    partitions : mapping
        Best partition of every k up to the largest of ``ks``.
    ks : sequence of int
        Candidates.
    reference : {"pca", "box"}
        Where the points without clusters are drawn for the gap statistic.
    samples, n_init, max_iter : int
        Reference samples (0 for no gap statistic), starts and iterations of each.
    stream : Stream
        Source of the draws.

    Returns
    -------
    DataFrame
        Columns ``k, within, explained, elbow, silhouette, gap, gap_error``.

    Notes
    -----
    .. math::

        \mathrm{Gap}(k) = \frac{1}{B}\sum_b \ln W^*_{kb} - \ln W_k, \qquad
        s_k = \mathrm{sd}_b(\ln W^*_{kb}) \sqrt{1 + 1/B}

    with the population standard deviation. It is not defined where
    :math:`W_k = 0`. ``elbow`` is the distance of :math:`(k, W_k)` from the chord
    between the end points, both axes scaled to [0, 1].
    """
    inside = np.array([within(x, partitions[k]) for k in ks])
    whole = within(x, partitions[1])
    gap, error = np.full(len(ks), np.nan), np.full(len(ks), np.nan)
    # A residue of rounding is no dispersion: there the range of the gap statistic ends.
    spread = inside > 1e-15 * max(whole, 1e-300)
    if samples and spread.any():
        logs = reference_logs(
            x,
            [k for k, some_left in zip(ks, spread, strict=True) if some_left],
            reference=reference,
            samples=samples,
            n_init=n_init,
            max_iter=max_iter,
            stream=stream,
        )
        gap[spread] = logs.mean(axis=0) - np.log(inside[spread])
        error[spread] = logs.std(axis=0) * np.sqrt(1 + 1 / samples)
    return pd.DataFrame(
        {
            "k": list(ks),
            "within": inside,
            "explained": 1 - inside / whole if whole else np.nan,
            "elbow": chord_distances(ks, inside),
            "silhouette": [float(silhouettes(x, partitions[k]).mean()) for k in ks],
            "gap": gap,
            "gap_error": error,
        }
    )


def chord_distances(ks: Sequence[int], inside: Floats) -> Floats:
    """Return the distance of each point of a curve from the chord between its ends.

    Examples
    --------
    >>> chord_distances([2, 3, 4], np.array([10.0, 2.0, 0.0])).round(4).tolist()
    [0.0, 0.2121, 0.0]
    """
    across = np.asarray(ks, dtype=np.float64)
    length, drop = across[-1] - across[0], inside[0] - inside[-1]
    if length == 0 or drop == 0:
        return np.zeros(len(across))
    along, down = (across - across[0]) / length, (inside - inside[-1]) / drop
    return np.asarray(np.abs(along + down - 1) / np.sqrt(2))


def suggestions(table: pd.DataFrame) -> dict[Decision, int | None]:
    """Return the k of each rule; ties go to the smaller, ``None`` where a rule cannot speak.

    The gap rule takes the smallest k with Gap(k) ≥ Gap(k + 1) − s(k + 1), and the
    largest k with a gap where no k satisfies it.
    """
    ks = table["k"].tolist()
    return {
        "silhouette": _largest(ks, table["silhouette"].to_numpy()),
        "elbow": _largest(ks, table["elbow"].to_numpy()),
        "gap": _by_gap(table)[0],
    }


def gap_was_found(table: pd.DataFrame) -> bool:
    """Whether some k satisfies the gap rule, rather than the range having ended."""
    return _by_gap(table)[1]


def _largest(ks: list[int], score: Floats) -> int | None:
    if np.isnan(score).all():
        return None
    best = np.nanmax(score)
    return ks[int(np.flatnonzero(score >= best - TIE * max(1.0, abs(best)))[0])]


def _by_gap(table: pd.DataFrame) -> tuple[int | None, bool]:
    known = table.dropna(subset=["gap"])
    if known.empty:
        return None, True
    ks, gap = known["k"].tolist(), known["gap"].to_numpy()
    enough = gap[:-1] >= gap[1:] - known["gap_error"].to_numpy()[1:]
    if enough.any():
        return ks[int(np.flatnonzero(enough)[0])], True
    return ks[-1], False


def reference_logs(
    x: Floats,
    ks: Sequence[int],
    *,
    reference: GapReference,
    samples: int,
    n_init: int,
    max_iter: int,
    stream: Stream,
) -> Floats:
    """Return the logarithm of the dispersion of points without clusters, sample × k."""
    # Compiled: the samples would keep scikit-learn busy for half a minute.
    from spatialcarbon.stats.kmeans_kernel import least_within

    draw = reference_box(x, reference)
    trials = 2 + int(np.log(max(ks)))

    def one(sample: int) -> list[float]:
        rng = stream.generator("gap", sample)
        drawn = draw(rng)
        chances = rng.random((n_init, max(ks), trials))
        return [float(np.log(least_within(drawn, chances, k, max_iter))) for k in ks]

    return np.array(in_threads(one, range(samples)))


def reference_box(x: Floats, reference: GapReference) -> Callable[[np.random.Generator], Floats]:
    """Return what draws as many points without clusters, from the box around the points."""
    centre = x.mean(axis=0)
    axes = principal_axes(x - centre) if reference == "pca" else np.eye(x.shape[1])
    turned = (x - centre) @ axes
    low, high = turned.min(axis=0), turned.max(axis=0)

    def draw(rng: np.random.Generator) -> Floats:
        return np.ascontiguousarray(centre + (low + (high - low) * rng.random(x.shape)) @ axes.T)

    return draw


def principal_axes(centred: Floats) -> Floats:
    """Return the principal axes in columns, each with its largest part positive."""
    axes = np.linalg.svd(centred, full_matrices=True)[2].T
    largest = np.abs(axes).argmax(axis=0)
    return np.asarray(axes * np.sign(axes[largest, np.arange(axes.shape[1])]))
