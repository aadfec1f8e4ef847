"""Outlines for a map on a screen: every border is written once, in few characters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialcarbon.geo.crs import is_geographic, unit_to_km
from spatialcarbon.report.map_canvas import map_view

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialcarbon.report.map_canvas import MapView

Point = tuple[int, int]
Ring = list[Point]

GRID = 6000
"""Steps of the longer side of the map: fine enough to be smooth when magnified eight times."""

COARSE = 4
"""How much coarser the areas behind are: they are there for orientation only."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class Outlines:
    """Areas on a grid of whole numbers, y downwards, as arcs that neighbours share.

    Parameters
    ----------
    width, height : int
        Of the map, in steps.
    km : float
        Kilometres per step.
    arcs : str
        All arcs, parted by full stops, as :func:`pack` writes them.
    rings : sequence
        For each unit its rings; a ring is a list of arcs, ``~arc`` for one run backwards.
    centres : sequence of (int, int)
        A point inside each unit.
    groups : mapping
        Group → the arcs around it.
    land : str
        Pale areas behind, packed rings.
    """

    width: int
    height: int
    km: float
    arcs: str
    rings: Sequence[Sequence[Sequence[int]]]
    centres: Sequence[Point]
    groups: Mapping[Hashable, Sequence[int]]
    land: str


def outlines(
    units: gpd.GeoDataFrame,
    *,
    groups: pd.Series[Any] | None = None,
    background: gpd.GeoDataFrame | None = None,
) -> Outlines:
    """Which few numbers draw these areas, on a map that keeps areas comparable?

    Parameters
    ----------
    units : GeoDataFrame
        Polygons, with a coordinate reference system; degrees are projected.
    groups : Series, optional
        Group of each unit, missing for none.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.

    Raises
    ------
    CRSMismatchError
        Without a coordinate reference system.
    SchemaError
        Without any unit.
    """
    view = map_view(units, detail=GRID / 2.5)
    x0, y0, x1, y1 = view.bounds
    step = max(x1 - x0, y1 - y0) / GRID
    drawn = view.units.geometry
    shapes = [_rings(shape, x0, y1, step) for shape in drawn]
    made = _Arcs()
    made.cut(ring for rings in shapes for ring in rings)
    rings = [[made.ring(ring) for ring in rings] for rings in shapes]
    behind = [] if background is None else _behind(background, view)
    coarse = [_rings(shape, x0, y1, step, every=COARSE) for shape in behind]
    inside = shapely.get_coordinates(shapely.point_on_surface(drawn.to_numpy()))
    members = _members(units.index, groups)
    unit_km = 0.001 if is_geographic(units.crs) else unit_to_km(units.crs)
    return Outlines(
        width=round((x1 - x0) / step),
        height=round((y1 - y0) / step),
        km=float(f"{step * unit_km:.6g}"),
        arcs=".".join(pack(arc) for arc in made.arcs),
        rings=rings,
        centres=[_on_grid(x, y, x0, y1, step) for x, y in inside.tolist()],
        groups={group: made.border([rings[i] for i in at]) for group, at in members.items()},
        land=".".join(pack(ring) for part in coarse for ring in part),
    )


def _behind(background: gpd.GeoDataFrame, view: MapView) -> list[Any]:
    """Return what lies behind, as far around as a window of any shape shows of it."""
    x0, y0, x1, y1 = view.bounds
    side = max(x1 - x0, y1 - y0)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    shapes = background.to_crs(view.units.crs).geometry.to_numpy()
    shapes = shapely.coverage_simplify(shapes, 2 * COARSE * side / GRID)
    return list(shapely.clip_by_rect(shapes, x - side, y - side, x + side, y + side))


def _members(index: pd.Index, groups: pd.Series[Any] | None) -> dict[Hashable, list[int]]:
    if groups is None:
        return {}
    labels = groups.reindex(index)
    return {
        group: np.flatnonzero((labels == group).to_numpy()).tolist()
        for group in labels[labels.notna() & (labels != "")].unique()
    }


def _on_grid(x: float, y: float, left: float, top: float, step: float) -> Point:
    return round((x - left) / step), round((top - y) / step)


def _rings(shape: Any, left: float, top: float, step: float, every: int = 1) -> list[Ring]:
    """Return the rings of an area on the grid, without its last point; specks vanish."""
    found: list[Ring] = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for line in (part.exterior, *part.interiors):
            xy = np.asarray(line.coords)[:, :2]
            steps = np.rint((xy - (left, top)) / (step, -step) / every).astype(int) * every
            kept = np.append(True, (np.diff(steps, axis=0) != 0).any(axis=1))
            ring = [(int(x), int(y)) for x, y in steps[kept].tolist()]
            if ring[0] == ring[-1]:
                ring.pop()
            if len(ring) > 2:
                found.append(ring)
    if found or every > 1:
        return found
    # A unit smaller than a step stays visible and can be pointed at.
    point = shapely.point_on_surface(shape)
    x, y = _on_grid(point.x, point.y, left, top, step)
    return [[(x - 1, y - 1), (x + 1, y - 1), (x + 1, y + 1), (x - 1, y + 1)]]


@dataclass
class _Arcs:
    """Lines between points where more than two borders meet, each kept once."""

    arcs: list[Ring] = field(default_factory=list)
    _known: dict[tuple[Point, ...], int] = field(default_factory=dict)
    _beside: dict[Point, set[Point]] = field(default_factory=lambda: defaultdict(set))

    def cut(self, rings: Iterable[Ring]) -> None:
        """Look at all rings, to find where they part."""
        for ring in rings:
            for before, point, after in zip(
                ring[-1:] + ring[:-1], ring, ring[1:] + ring[:1], strict=True
            ):
                self._beside[point] |= {before, after}

    def ring(self, ring: Ring) -> list[int]:
        """Return a ring as numbers of arcs."""
        ends = [i for i, point in enumerate(ring) if len(self._beside[point]) != 2]
        if not ends:  # an island: its neighbour's hole is to start at the same point
            start = ring.index(min(ring))
            return [self._number([*ring[start:], *ring[: start + 1]])]
        turned = ring[ends[0] :] + ring[: ends[0] + 1]
        cuts = [end - ends[0] for end in ends] + [len(ring)]
        return [self._number(turned[a : b + 1]) for a, b in pairwise(cuts)]

    def border(self, shapes: Iterable[Sequence[Sequence[int]]]) -> list[int]:
        """Return the outline of a union of units: the arcs that lie on one side only of them.

        Islets are left out, which a thick outline would turn into blots.
        """
        count: dict[int, int] = defaultdict(int)
        for arc in (arc for rings in shapes for ring in rings for arc in ring):
            count[max(arc, ~arc)] += 1
        return sorted(
            arc
            for arc, times in count.items()
            if times == 1 and not (self._is_closed(arc) and self._reach(arc) < GRID / 100)
        )

    def _is_closed(self, arc: int) -> bool:
        return self.arcs[arc][0] == self.arcs[arc][-1]

    def _reach(self, arc: int) -> int:
        across, down = ([point[axis] for point in self.arcs[arc]] for axis in (0, 1))
        return max(max(across) - min(across), max(down) - min(down))

    def _number(self, arc: Ring) -> int:
        back = arc[::-1]
        if tuple(back) in self._known:
            return ~self._known[tuple(back)]
        if tuple(arc) not in self._known:
            self._known[tuple(arc)] = len(self.arcs)
            self.arcs.append(arc)
        return self._known[tuple(arc)]


def pack(points: Iterable[Point]) -> str:
    """Write points as text: steps from one to the next, five bits to a letter.

    Parameters
    ----------
    points : iterable of (int, int)
        On the grid.

    Returns
    -------
    str
        A step is folded to a number from 0 (0, −1, 1, −2, …), and cut into groups of five
        bits, the lowest first; a letter from the second half of the alphabet says that
        more follow.

    Examples
    --------
    >>> pack([(3, 0), (2, 16)])
    'GABgB'
    """
    letters: list[str] = []
    before = (0, 0)
    for point in points:
        for now, then in zip(point, before, strict=True):
            step = now - then
            folded = 2 * step if step >= 0 else -2 * step - 1
            while folded > 31:
                letters.append(LETTERS[32 + folded % 32])
                folded //= 32
            letters.append(LETTERS[folded])
        before = point
    return "".join(letters)
