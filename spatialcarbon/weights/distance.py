"""Weights from distance: nearest neighbours, bands and kernels, in kilometres.

Longitude and latitude are measured along great circles (haversine formula on a
sphere of 6371.0088 km), projected coordinates in a straight line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import Text, text

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.weights.matrices import Matrix

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

EARTH_RADIUS_KM = 6371.0088
Kernel = Literal["triangular", "uniform", "epanechnikov", "quartic", "gaussian"]
Symmetrise = Literal["none", "union", "mutual"]


@dataclass(frozen=True, eq=False)
class Points:
    """Points that know how to measure the distance between each other.

    Parameters
    ----------
    coordinates : array, shape (n, 2)
        Longitude and latitude in degrees, or projected coordinates in km.
    geographic : bool
        Which of the two.
    """

    coordinates: Floats
    geographic: bool

    def __post_init__(self) -> None:
        # Chords of the sphere order points exactly as great circles do, and a
        # plain k-d tree can search them.
        if self.geographic:
            lon, lat = np.radians(self.coordinates).T
            space = np.column_stack(
                [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
            )
        else:
            space = self.coordinates
        object.__setattr__(self, "_tree", cKDTree(space))

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self.coordinates)

    def between(self, a: Positions, b: Positions) -> Floats:
        """Return distances in km between points at positions ``a`` and ``b``."""
        p, q = self.coordinates[a], self.coordinates[b]
        if not self.geographic:
            return np.asarray(np.hypot(*(p - q).T), dtype=np.float64)
        (lon1, lat1), (lon2, lat2) = np.radians(p).T, np.radians(q).T
        h = (
            np.sin((lat2 - lat1) / 2) ** 2
            + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
        )
        return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0, 1))))

    def nearest(self, k: int) -> tuple[Positions, Floats]:
        """Return the ``k`` nearest others of each point, ties by position, with distances in km."""
        n = self.n
        if not 1 <= k <= n - 1:
            raise OptionError(
                "k={k} nearest neighbours cannot be found among {n} units",
                expected="1 to {top}",
                k=k,
                n=n,
                top=n - 1,
            )
        width = min(n, k + 9)
        while True:
            _, found = self._tree.query(self._tree.data, k=width)  # type: ignore[attr-defined]
            found = np.asarray(found, dtype=np.intp).reshape(n, width)
            rows = np.repeat(np.arange(n), width)
            distance = self.between(rows, found.ravel()).reshape(n, width)
            distance[found == np.arange(n)[:, None]] = np.inf
            order = np.lexsort((found, distance), axis=1)
            found = np.take_along_axis(found, order, axis=1)
            distance = np.take_along_axis(distance, order, axis=1)
            # A tie that reaches the edge of what was fetched could hide an
            # equally near unit of smaller position: fetch more.
            finite = np.where(np.isfinite(distance), distance, -np.inf)
            clear = finite.max(axis=1) > distance[:, k - 1] * (1 + 1e-9) + 1e-12
            if width == n or bool(clear.all()):
                return found[:, :k], distance[:, :k]
            width = min(n, 2 * width)

    def within(self, reach: float) -> tuple[Positions, Positions, Floats]:
        """Return all ordered pairs at most ``reach`` km apart, with their distances."""
        bound = reach * (1 + 1e-9) + 1e-9
        if self.geographic:
            bound = 2 * np.sin(min(bound / EARTH_RADIUS_KM, np.pi) / 2) * (1 + 1e-9)
        pairs = self._tree.query_pairs(bound, output_type="ndarray")  # type: ignore[attr-defined]
        a = np.concatenate([pairs[:, 0], pairs[:, 1]]).astype(np.intp)
        b = np.concatenate([pairs[:, 1], pairs[:, 0]]).astype(np.intp)
        distance = self.between(a, b)
        keep = distance <= reach
        return a[keep], b[keep], distance[keep]


def knn_matrix(points: Points, k: int, symmetrise: Symmetrise) -> Matrix:
    """Return the binary matrix of the k nearest neighbours."""
    found, _ = points.nearest(k)
    n = points.n
    rows = np.repeat(np.arange(n), k)
    matrix = sparse.csr_array((np.ones(n * k), (rows, found.ravel())), shape=(n, n))
    if symmetrise == "union":
        return matrix.maximum(matrix.T)
    if symmetrise == "mutual":
        return matrix.minimum(matrix.T)
    return matrix


def smallest_full_band(points: Points) -> float:
    """Return the smallest band in km under which every unit has a neighbour."""
    return float(points.nearest(1)[1].max())


def band_matrix(points: Points, km: float, *, inverse: bool, power: float) -> Matrix:
    """Return the matrix of units at most ``km`` apart: 1, or distance to the power −p."""
    a, b, distance = points.within(km)
    values = np.ones(len(a))
    if inverse:
        require_apart(distance, text("inverse distance"))
        values = distance**-power
    return sparse.csr_array((values, (a, b)), shape=(points.n, points.n))


def kernel_matrix(points: Points, function: Kernel, bandwidth: Floats, *, truncate: bool) -> Matrix:
    """Return kernel weights with one bandwidth in km per receiving unit."""
    require_apart(bandwidth, text("a kernel whose bandwidth is the k-th neighbour distance"))
    n = points.n
    if truncate or function != "gaussian":
        a, b, distance = points.within(float(bandwidth.max()))
    else:
        a, b = np.nonzero(~np.eye(n, dtype=bool))
        distance = points.between(a, b)
    u = distance / bandwidth[a]
    keep = (u <= 1.0) if truncate or function != "gaussian" else np.ones(len(u), dtype=bool)
    values = kernel_value(function, u[keep])
    return sparse.csr_array((values, (a[keep], b[keep])), shape=(n, n))


def kernel_value(function: Kernel, u: Floats) -> Floats:
    """Return K(u) for 0 ≤ u ≤ 1 (the Gaussian for any u ≥ 0)."""
    if function == "triangular":
        return 1 - u
    if function == "uniform":
        return np.full_like(u, 0.5)
    if function == "epanechnikov":
        return 0.75 * (1 - u**2)
    if function == "quartic":
        return 15 / 16 * (1 - u**2) ** 2
    return np.asarray(np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi))


def require_apart(distance: Floats, what_for: Text) -> None:
    """Raise if a distance is zero where the formula divides by it."""
    if (distance <= 0).any():
        raise OptionError(
            "two units lie at the same point, and {what_for} divides by their distance",
            fix="merge the units, or use knn or a plain distance band",
            what_for=what_for,
        )
