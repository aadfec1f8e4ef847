"""Contiguity from polygons: who shares a point, who shares a stretch of boundary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from scipy import sparse

from spatialcarbon.core.compiled import in_threads
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.options import check_positive
from spatialcarbon.weights.coverage import Stretches, coded, decoded, doubtful
from spatialcarbon.weights.outlines import Outlines

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pandas as pd

    from spatialcarbon.weights.matrices import Matrix
    from spatialcarbon.weights.outlines import Flags, Floats

    Keys = npt.NDArray[np.uint64]
    Positions = npt.NDArray[np.intp]
    Shapes = npt.NDArray[Any]

Criterion = Literal["queen", "rook"]

ROOK_TOLERANCE = 1e-9
"""Shared boundary that counts for rook, as a fraction of the median perimeter."""

SMALL = 2_000
"""Up to this many vertices GEOS compares all polygons, and nothing need be compiled."""


FOR_ONE_THREAD = 1_000_000
"""Up to this many vertices a second thread does not pay."""


@dataclass(frozen=True)
class Contacts:
    """Pairs of polygons that touch, and how they were found.

    Pairs are kept as smaller << 32 | larger, sorted.

    Parameters
    ----------
    shapes : array
        The polygons.
    pairs : array
        All pairs that are linked.
    extra : array
        Those of them that touch without a common vertex.
    possible : int
        Pairs without a common vertex that were not looked at and may touch.
    examined : array of bool
        Polygons that GEOS compared with all others.
    stretches : Stretches or None
        Common edges; None for small maps.
    """

    shapes: Shapes
    pairs: Keys
    extra: Keys
    possible: int
    examined: Flags
    stretches: Stretches | None

    def bordering(self) -> Keys:
        """Return the pairs that share a stretch of boundary."""
        tolerance = ROOK_TOLERANCE * float(np.median(shapely.length(self.shapes)))
        found = np.empty(0, dtype=np.uint64)
        if self.stretches is not None:
            pairs, lengths = self.stretches.lengths()
            found = pairs[~self._by_geos(pairs) & (lengths > tolerance)]
        unsure = self.pairs[self._by_geos(self.pairs)]
        left, right = decoded(unsure)
        return np.sort(
            np.concatenate([found, unsure[shared_lengths(self.shapes, left, right) > tolerance]])
        )

    def links(self, criterion: Criterion) -> tuple[Matrix, str]:
        """Return the binary matrix, and how it was found in words."""
        pairs = self.pairs if criterion == "queen" else self.bordering()
        n_extra = int(np.isin(self.extra, pairs).sum()) if len(self.extra) else 0
        note = f", {n_extra} pairs without a common vertex" if n_extra else ""
        if self.possible >= 0:
            note = f" by common vertices, {self.possible} more pairs may touch"
        return pairs_to_matrix(pairs, len(self.shapes)), f"{criterion}{note}"

    def _by_geos(self, pairs: Keys) -> Flags:
        left, right = decoded(pairs)
        return np.asarray(self.examined[left] | self.examined[right], dtype=np.bool_)


def contacts(shapes: Shapes, units: pd.Index, *, strict: bool = True) -> Contacts:
    """Return the pairs of valid polygons with a point in common.

    Parameters
    ----------
    shapes, units : array, Index
        Polygons and their labels.
    strict : bool
        ``False`` looks at common vertices only and counts what may be missing.

    Raises
    ------
    SchemaError
        Geometries that are missing, not polygons or invalid, by label.
    """
    counts = check_kind(shapes, units)
    if counts.sum() <= SMALL:
        check_valid(~shapely.is_valid(shapes), units)
        return _small(shapes, strict=strict)
    outlines = Outlines.of(shapes, counts)
    jobs: list[Callable[[], Any]] = [
        lambda: invalid(shapes, outlines),
        lambda: Stretches.of(outlines, every=not strict),
    ]
    several = len(outlines.vertices) > FOR_ONE_THREAD
    bad, stretches = in_threads(lambda job: job(), jobs) if several else [job() for job in jobs]
    check_valid(bad, units)
    return _large(shapes, stretches, strict=strict)


def within(
    shapes: Shapes, units: pd.Index, criterion: Criterion, tolerance: float
) -> tuple[Matrix, str]:
    """Return the binary matrix of polygons at most ``tolerance`` apart, and words for it."""
    tolerance = check_positive(tolerance, "tolerance")
    if criterion == "rook":
        raise OptionError(
            "rook measures common boundary, which a tolerance of {tolerance:g} does not make",
            fix="contiguity('queen', tolerance={tolerance:g})",
            tolerance=tolerance,
        )
    check_kind(shapes, units)
    check_valid(~shapely.is_valid(shapes), units)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=tolerance)
    return pairs_to_matrix(coded(left, right), len(shapes)), f"queen within {tolerance:g}"


def check_kind(shapes: Shapes, units: pd.Index) -> npt.NDArray[Any]:
    """Return the number of vertices of each polygon, or raise where there is none."""
    kinds = shapely.get_type_id(shapes)
    polygonal = (kinds == 3) | (kinds == 6)
    counts: npt.NDArray[Any] = shapely.get_num_coordinates(shapes)
    empty = counts == 0
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
    return counts


def check_valid(bad: Flags, units: pd.Index) -> None:
    """Raise where polygons are invalid."""
    if bad.any():
        raise SchemaError(
            "{n} polygons are invalid",
            arrived="{labels}",
            fix="read the map with spatialcarbon.read_units, which repairs what is safe to repair",
            n=int(bad.sum()),
            labels=some(units[bad]),
        )


def invalid(shapes: Shapes, outlines: Outlines) -> Flags:
    """Return which polygons are invalid, asking GEOS only where it may be so."""
    from spatialcarbon.weights.simple_rings import surely_simple

    n_rings = len(outlines.owners)
    found = np.zeros(n_rings, dtype=np.bool_)
    surely_simple(outlines.vertices, outlines.starts, 0, n_rings, found)
    sure = np.zeros(outlines.n, dtype=np.bool_)
    sure[outlines.owners[found]] = True
    ask = np.flatnonzero(~(sure & outlines.single))
    bad = np.zeros(outlines.n, dtype=np.bool_)
    bad[ask] = ~shapely.is_valid(shapes[ask])
    return bad


def _small(shapes: Shapes, *, strict: bool) -> Contacts:
    vertices, owners = shapely.get_coordinates(shapes, return_index=True)
    _, spots = np.unique(vertices + 0.0, axis=0, return_inverse=True)
    at = sparse.csr_array((np.ones(len(owners)), (owners, spots.ravel())))
    common = coded(*(at @ at.T).nonzero())
    every = np.ones(len(shapes), dtype=np.bool_)
    return _completed(shapes, common, every, None, strict=strict)


def _large(shapes: Shapes, stretches: Stretches, *, strict: bool) -> Contacts:
    tree = cache(lambda: shapely.STRtree(shapes))
    examined = doubtful(stretches, shapes, tree)
    if examined.any() and strict:
        stretches = Stretches.of(stretches.outlines, every=True)
    return _completed(shapes, stretches.pairs, examined, stretches, strict=strict)


def _completed(
    shapes: Shapes, common: Keys, examined: Flags, stretches: Stretches | None, *, strict: bool
) -> Contacts:
    """Add the pairs that have no common vertex, or count those that may be such."""
    extra = np.empty(0, dtype=np.uint64)
    if examined.any():
        at = np.flatnonzero(examined)
        predicate = "intersects" if strict else None
        left, right = shapely.STRtree(shapes).query(shapes[at], predicate=predicate)
        near = coded(at[left], right)
        extra = near[~np.isin(near, common)]
    if strict:
        pairs = np.sort(np.concatenate([common, extra])) if len(extra) else common
        return Contacts(shapes, pairs, extra, -1, examined, stretches)
    return Contacts(shapes, common, extra[:0], len(extra), examined, stretches)


def shared_lengths(shapes: Shapes, left: Positions, right: Positions) -> Floats:
    """Return the length of boundary that each pair shares, in units of the CRS."""
    if len(left) == 0:
        return np.empty(0)
    outlines = shapely.boundary(shapes)
    common = shapely.intersection(outlines[left], outlines[right])
    return np.asarray(shapely.length(common), dtype=np.float64)


def block_matrix(codes: Positions) -> Matrix:
    """Return the binary matrix that links all units of the same code; negative is no block."""
    members = [np.flatnonzero(codes == code) for code in range(codes.max(initial=-1) + 1)]
    joined = [[part[i] for i in np.triu_indices(len(part), 1)] for part in members]
    left = np.concatenate([*(ends[0] for ends in joined), np.empty(0, dtype=np.intp)])
    right = np.concatenate([*(ends[1] for ends in joined), np.empty(0, dtype=np.intp)])
    return pairs_to_matrix(coded(left, right), len(codes))


def pairs_to_matrix(pairs: Keys, n: int) -> Matrix:
    """Return the symmetric binary matrix of some pairs, rows and columns in order."""
    half = np.uint64(32)
    both = np.concatenate([pairs, pairs << half | pairs >> half])
    both.sort()
    rows = (both >> half).astype(np.int32)
    columns = (both & np.uint64(0xFFFFFFFF)).astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]).astype(np.int32)
    return sparse.csr_array((np.ones(len(both)), columns, starts), shape=(n, n))
