"""Contiguity from polygons: who shares a point, who shares a stretch of boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from scipy import sparse

from spatialcarbon.core.errors import SchemaError, some

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from spatialcarbon.weights.matrices import Matrix

Criterion = Literal["queen", "rook"]

ROOK_TOLERANCE = 1e-9
"""Shared boundary that counts for rook, as a fraction of the median perimeter."""


def check_polygons(geometries: npt.NDArray[Any], units: pd.Index) -> None:
    """Raise unless every geometry is a polygon with an area."""
    polygonal = np.isin(shapely.get_type_id(geometries), (3, 6))
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    if empty.any():
        raise SchemaError(
            "{n} units have no geometry",
            arrived="{labels}",
            n=int(empty.sum()),
            labels=some(units[empty]),
        )
    if not polygonal.all():
        raise SchemaError(
            "contiguity needs polygons, and {n} units are not",
            arrived="{labels}",
            fix="Backbone(units).knn(4) works on points",
            n=int((~polygonal).sum()),
            labels=some(units[~polygonal]),
        )
    invalid = ~shapely.is_valid(geometries)
    if invalid.any():
        raise SchemaError(
            "{n} polygons are invalid",
            arrived="{labels}",
            fix="read the map with spatialcarbon.read_units, which repairs what is safe to repair",
            n=int(invalid.sum()),
            labels=some(units[invalid]),
        )


def touching_pairs(geometries: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return every pair (i < j) of polygons with a point in common, shape (m, 2).

    The exact predicate is used, not shared vertices, so boundaries whose
    vertices do not match (T-junctions) are found too.
    """
    tree = shapely.STRtree(geometries)
    left, right = tree.query(geometries, predicate="intersects")
    keep = left < right
    pairs = np.column_stack([left[keep], right[keep]])
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], dtype=np.intp)


def shared_lengths(
    geometries: npt.NDArray[Any], pairs: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return the length of boundary that each pair shares, in units of the CRS."""
    if len(pairs) == 0:
        return np.empty(0)
    outlines = shapely.boundary(geometries)
    common = shapely.intersection(outlines[pairs[:, 0]], outlines[pairs[:, 1]])
    return np.asarray(shapely.length(common), dtype=np.float64)


def block_matrix(codes: npt.NDArray[np.intp]) -> Matrix:
    """Return the binary matrix that links all units of the same code; negative is no block."""
    members = [np.flatnonzero(codes == code) for code in range(codes.max(initial=-1) + 1)]
    pairs = [np.column_stack([part[i] for i in np.triu_indices(len(part), 1)]) for part in members]
    stacked = np.concatenate([*pairs, np.empty((0, 2), dtype=np.intp)]).astype(np.intp)
    return pairs_to_matrix(stacked, len(codes))


def pairs_to_matrix(pairs: npt.NDArray[np.intp], n: int) -> Matrix:
    """Return the symmetric binary matrix of some pairs."""
    rows = np.concatenate([pairs[:, 0], pairs[:, 1]])
    columns = np.concatenate([pairs[:, 1], pairs[:, 0]])
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))
