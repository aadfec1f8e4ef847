"""The rings of a map's polygons, laid end to end in flat arrays that kernels can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Numbers = npt.NDArray[np.uint32]
    Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Outlines:
    """Vertices of every ring of some polygons, and whose ring it is.

    Parameters
    ----------
    vertices : array, shape (n_vertices, 2)
        Rings one after the other, each closed by its first vertex.
    starts : array, shape (n_rings + 1,)
        Where each ring starts; the last entry is the number of vertices.
    owners : array, shape (n_rings,)
        Position of the polygon each ring belongs to.
    holes : array, shape (n_rings,)
        Whether the ring bounds a hole.
    n : int
        Number of polygons.
    """

    vertices: Floats
    starts: Numbers
    owners: Numbers
    holes: Flags
    n: int

    @classmethod
    def of(cls, polygons: npt.NDArray[Any], counts: npt.NDArray[Any] | None = None) -> Outlines:
        """Read the rings of polygons and multipolygons (with as many vertices, if known)."""
        several = shapely.get_type_id(polygons) == 6
        if several.any():
            parts, owners = shapely.get_parts(polygons, return_index=True)
            counts = None
        else:
            parts, owners = polygons, np.arange(len(polygons))
        inner = np.maximum(shapely.get_num_interior_rings(parts), 0)
        lengths = shapely.get_num_coordinates(parts) if counts is None else counts
        holes = np.zeros(len(parts) + int(inner.sum()), dtype=np.bool_)
        if len(holes) > len(parts):
            holes[:] = True
            holes[np.cumsum(inner + 1) - inner - 1] = False
            owners, lengths = np.repeat(owners, inner + 1), _ring_lengths(parts, inner, lengths)
        starts = np.zeros(len(holes) + 1, dtype=np.uint32)
        np.cumsum(lengths, out=starts[1:])
        return cls(
            shapely.get_coordinates(polygons),
            starts,
            owners.astype(np.uint32),
            holes,
            len(polygons),
        )

    @property
    def single(self) -> Flags:
        """Whether a polygon is one ring: no hole, no second part."""
        return np.asarray(np.bincount(self.owners, minlength=self.n) == 1)

    def without_repeats(self) -> Outlines:
        """Return the same rings with each vertex that repeats the one before it left out."""
        xy = self.vertices
        same = (xy[1:, 0] == xy[:-1, 0]) & (xy[1:, 1] == xy[:-1, 1])
        at = np.flatnonzero(same) + 1
        # The first vertex of a ring may stand where the ring before it closed.
        at = at[~np.isin(at, self.starts)]
        gone = np.searchsorted(at, self.starts)
        starts = (self.starts - gone).astype(np.uint32)
        return Outlines(np.delete(xy, at, axis=0), starts, self.owners, self.holes, self.n)


def _ring_lengths(
    parts: npt.NDArray[Any], inner: npt.NDArray[Any], lengths: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Return the number of vertices of each ring, outer before inner."""
    found = np.repeat(lengths, inner + 1)
    pierced = inner > 0
    rings = shapely.get_rings(parts[pierced])
    found[np.repeat(pierced, inner + 1)] = shapely.get_num_coordinates(rings)
    return found
