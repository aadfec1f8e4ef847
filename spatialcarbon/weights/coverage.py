r"""Polygons that touch, from their common vertices, with proof that no pair is missing.

Notes
-----
Each edge of a polygon is paired with the same edge of the polygon on its other
side; what finds no partner is loose. With :math:`m(x)` the number of polygons
over a point, :math:`m` changes across loose edges only. Suppose

1. loose edges have at most end points in common,
2. around each of their vertices loose edges alternate between coming and going,
3. next to one vertex of each connected set of them polygons do not overlap.

Then :math:`m = 1` left and 0 right of every loose edge, so no two polygons
overlap; and were a vertex of one polygon to lie inside an edge of another, both
sides of that edge would be taken, or the edge and one at the vertex would be
loose and touch. So polygons that touch have a vertex in common, and those that
share boundary share paired edges. Polygons that break a condition, or may, are
taken out and compared with all others by GEOS, and the rest is examined again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from spatialcarbon.weights.outlines import Flags, Floats, Numbers, Outlines

    Keys = npt.NDArray[np.uint64]
    Positions = npt.NDArray[np.intp]
    Tree = Callable[[], Any]

ROUNDS = 12
"""How often polygons are taken out before all are."""

MOST = 0.25
"""Share of polygons taken out above which it is quicker to take all."""

RIGHT = 2
TINY = float(np.finfo(np.float64).tiny)
HALF = np.uint64(32)


@dataclass(frozen=True)
class Stretches:
    """Paired edges of a map.

    Parameters
    ----------
    outlines : Outlines
        The rings.
    rings : array, shape (n_rings, 4)
        First vertex, closing vertex, polygon, side of the polygon.
    blocks : array
        Ring of every eighth vertex.
    twin : array, shape (n_vertices,)
        Partner of the edge that starts at each vertex; -1 for a loose edge.
    pairs : array
        Polygons that share a vertex (or all that could be missing are inside
        stretches that two others share), as smaller << 32 | larger, sorted.
    """

    outlines: Outlines
    rings: Numbers
    blocks: Numbers
    twin: npt.NDArray[np.int32]
    pairs: Keys

    @classmethod
    def of(cls, outlines: Outlines, *, every: bool) -> Stretches:
        """Pair edges, starting at some vertices where stretches are long, else at all."""
        from spatialcarbon.weights.shared_vertices import encode, link, prepare

        xy, n, n_rings = outlines.vertices, len(outlines.vertices), len(outlines.owners)
        rings = np.empty((n_rings, 4), dtype=np.uint32)
        blocks = np.empty((n >> 3) + 1, dtype=np.uint32)
        twin, inner = np.empty(n, dtype=np.int32), np.zeros(n, dtype=np.uint8)
        cell_bits = min(max(n // 64, 1).bit_length() // 2, 16)
        some = np.ascontiguousarray(xy[outlines.starts[:-1]].T)
        corner = some.min(axis=1)
        with np.errstate(over="ignore", invalid="ignore"):
            spans = np.maximum(some.max(axis=1) - corner, TINY)
            scale = np.minimum(2.0**cell_bits / spans, 1e300)
        frame = np.concatenate([corner, scale])
        bits, keys, number_bits = xy.view(np.uint64), np.empty(n, np.uint64), n.bit_length()
        sample = 0 if every or n < 40 * n_rings else 4 if n < 160 * n_rings else 16
        repeats, count = prepare(
            xy,
            bits,
            outlines.starts,
            outlines.owners,
            outlines.holes,
            frame,
            cell_bits,
            number_bits,
            sample,
            rings,
            blocks,
            twin,
            keys,
        )
        if repeats:
            return cls.of(outlines.without_repeats(), every=every)
        found = []
        for onward in (True, False) if sample else (False,):
            if not onward:
                count = encode(xy, bits, rings, inner, frame, cell_bits, number_bits, keys)
            listed = keys[:count]
            listed.sort()
            at, room, longest = 0, max(count, 16), 16
            while at < count:
                pairs = np.empty(room, dtype=np.uint64)
                spots = np.empty((longest, 6))
                edges = np.empty((longest, 5), dtype=np.uint64)
                at, written = link(
                    listed,
                    at,
                    number_bits,
                    onward,
                    xy,
                    rings,
                    blocks,
                    twin,
                    inner,
                    spots,
                    edges,
                    pairs,
                )
                found.append(pairs[:written])
                room, longest = 2 * room, 2 * longest
        return cls(outlines, rings, blocks, twin, distinct(np.concatenate(found)))

    def lengths(self) -> tuple[Keys, Floats]:
        """Return the pairs of polygons that share edges, and how long these are together."""
        from spatialcarbon.weights.shared_vertices import stretches

        xy = self.outlines.vertices
        pairs, lengths = np.empty(len(xy), dtype=np.uint64), np.empty(len(xy))
        count = stretches(xy, self.rings, self.blocks, self.twin, pairs, lengths)
        unique, at = np.unique(pairs[:count], return_inverse=True)
        sums = np.bincount(at, weights=lengths[:count], minlength=len(unique))
        return unique, sums.astype(np.float64)

    def loose(self, kept: Flags) -> tuple[Floats, Positions]:
        """Return the edges without a partner among some polygons, polygon on their left.

        Returns
        -------
        ends : array, shape (n, 4)
        owners : array, shape (n,)
        """
        at = self._unpaired
        left_out = np.flatnonzero(~kept[self.outlines.owners])
        if len(left_out):
            starts = self.outlines.starts.astype(np.intp)
            theirs = [self.twin[starts[ring] : starts[ring + 1] - 1] for ring in left_out]
            partners = np.concatenate(theirs)
            at = np.sort(np.concatenate([at, partners[partners >= 0]]))
        ring = np.searchsorted(self.outlines.starts, at, side="right") - 1
        inside = kept[self.outlines.owners[ring]]
        at, ring = at[inside], ring[inside]
        xy = self.outlines.vertices
        ends = np.concatenate([xy[at], xy[at + 1]], axis=1) + 0.0
        turned = self.rings[ring, 3] == RIGHT
        ends[turned] = ends[turned][:, [2, 3, 0, 1]]
        return ends, self.outlines.owners[ring].astype(np.intp)

    @cached_property
    def _unpaired(self) -> Positions:
        return np.flatnonzero(self.twin == -1)


def doubtful(stretches: Stretches, polygons: npt.NDArray[Any], tree: Tree) -> Flags:
    """Return the polygons without which the map surely has no overlap and no hidden contact."""
    outlines = stretches.outlines
    out = np.zeros(outlines.n, dtype=np.bool_)
    out[outlines.owners[stretches.rings[:, 3] == 0]] = True
    for _ in range(ROUNDS):
        more = _offenders(stretches, ~out, polygons, tree)
        if len(more) == 0:
            return out
        out[more] = True
        if out.mean() > MOST:
            break
    return np.ones(outlines.n, dtype=np.bool_)


def _offenders(
    stretches: Stretches, kept: Flags, polygons: npt.NDArray[Any], tree: Tree
) -> Positions:
    """Return the polygons, among those kept, that break one of the three conditions or may."""
    from spatialcarbon.weights.loose_edges import crowded, places

    ends, owners = stretches.loose(kept)
    if len(ends) == 0:
        return np.empty(0, dtype=np.intp)
    keys = np.empty(len(ends), dtype=np.uint64)
    places(ends, keys)
    keys.sort()
    order = (keys & np.uint64(0xFFFFFFFF)).astype(np.intp)
    ends, owners = np.ascontiguousarray(ends[order]), owners[order]
    n = len(ends)
    found, parents = np.zeros(n, dtype=np.bool_), np.arange(n, dtype=np.uint32)
    contacts, partners = np.zeros((n, 2), dtype=np.uint32), np.zeros((n, 2), dtype=np.uint32)
    crowded(ends, found, contacts, partners, parents)
    if not found.any() and (contacts != 1).any():
        found = _tangled(ends, contacts)
    if found.any():
        return np.unique(owners[found])
    # One vertex for each connected set, better one where a single polygon has loose edges.
    # The set of the westernmost vertex needs none: nothing lies beyond it.
    west = np.flatnonzero(ends[:, 0] == ends[:, 0].min())
    west = west[np.argmin(ends[west, 1])]
    rank = np.where(contacts[:, 0] != 1, 2, owners[partners[:, 0]] != owners)
    bounded = (parents == parents[west]) & (contacts[west, 0] == 1)
    candidates = np.flatnonzero(~bounded)
    candidates = candidates[np.lexsort((rank[candidates], parents[candidates]))]
    first = np.diff(parents[candidates].astype(np.int64), prepend=-1) != 0
    return _overlapping_at(ends[candidates[first], :2], kept, polygons, tree)


def _tangled(ends: Floats, contacts: Numbers) -> Flags:
    """Return the edges at vertices where loose edges do not surely alternate out and in."""
    busy = np.flatnonzero(contacts.T.ravel() != 1)
    edge, far = busy % len(ends), busy // len(ends)
    points = np.where(far[:, None] == 0, ends[edge, :2], ends[edge, 2:])
    along = (ends[edge, 2:] - ends[edge, :2]) * np.where(far == 0, 1, -1)[:, None]
    angle = np.arctan2(along[:, 1], along[:, 0])
    order = np.lexsort((angle, points[:, 1], points[:, 0]))
    points, angle, out, edge = points[order], angle[order], far[order] == 0, edge[order]
    new = np.append(True, (points[1:] != points[:-1]).any(axis=1))
    first = np.flatnonzero(new)
    following = np.arange(1, len(edge) + 1)
    following[np.append(first[1:], len(edge)) - 1] = first
    gap = np.mod(angle[following] - angle, 2 * np.pi)
    # Directions nearer to each other than this may be in either order.
    bad = (out == out[following]) | ~((gap > 1e-9) & (gap < 2 * np.pi - 1e-9))
    vertex = np.cumsum(new) - 1
    result = np.zeros(len(ends), dtype=np.bool_)
    result[edge[np.isin(vertex, vertex[bad])]] = True
    return result


def _overlapping_at(
    spots: Floats, kept: Flags, polygons: npt.NDArray[Any], tree: Tree
) -> Positions:
    """Return the polygons that overlap next to one of some points."""
    if len(spots) == 0:
        return np.empty(0, dtype=np.intp)
    which, found = tree().query(shapely.points(spots), predicate="intersects")
    which, found = which[kept[found]], found[kept[found]]
    several = np.flatnonzero(np.bincount(which, minlength=len(spots)) > 1)
    offenders: set[int] = set()
    for spot in several:
        here = found[which == spot]
        a, b = np.array(list(combinations(here.tolist(), 2))).T
        if not shapely.relate_pattern(polygons[a], polygons[b], "F********").all():
            offenders.update(here.tolist())
    return np.array(sorted(offenders), dtype=np.intp)


def distinct(keys: Keys) -> Keys:
    """Return sorted keys, each once."""
    keys = np.sort(keys)
    return keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys


def coded(left: Any, right: Any) -> Keys:
    """Return each pair of different positions once as smaller << 32 | larger, sorted."""
    low = np.minimum(left, right).astype(np.uint64)
    high = np.maximum(left, right).astype(np.uint64)
    return distinct((low << HALF | high)[low != high])


def decoded(pairs: Keys) -> tuple[Positions, Positions]:
    """Return the smaller and the larger position of each pair."""
    low = (pairs >> HALF).astype(np.intp)
    return low, (pairs & np.uint64(0xFFFFFFFF)).astype(np.intp)
