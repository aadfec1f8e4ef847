"""Zones as runs of cells: polygons are turned once into the cells whose centres they hold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique
from spatialcarbon.core.errors import (
    AlignmentError,
    CRSMismatchError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.geo.crs import require_crs
from spatialcarbon.geo.repair import checked_shapes
from spatialcarbon.models.land.exact_cover import exact_cover

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from spatialcarbon.models.land.exact_cover import CrossedCells
    from spatialcarbon.models.land.raster_input import Raster

    Whole = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

ALL = "ALL"
"""What the only zone is called where none are given."""

HALF_CELL = 0.5

TINY = 1e-6
"""Part of all cells below which an overlap is rounding."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ZoneRuns:
    """Which cells belong to which zone.

    Parameters
    ----------
    labels : Index
        The zones.
    rows, starts, stops, zones : array of int
        Runs of cells ``starts`` up to before ``stops`` of a row, and the
        position of the zone that they belong to; in order of rows and columns.
    remarks : tuple of Text
        Zones that the raster does not hold, wholly or in part.
    crossed : CrossedCells or None
        Cells that belong to a zone in part; the runs then hold whole cells only.
    """

    labels: pd.Index
    rows: Whole
    starts: Whole
    stops: Whole
    zones: Whole
    remarks: tuple[Text, ...] = ()
    crossed: CrossedCells | None = None

    @property
    def cells(self) -> int:
        """Return the number of cells in all zones; one that two zones share counts twice."""
        shared = 0 if self.crossed is None else len(self.crossed.rows)
        return int((self.stops - self.starts).sum()) + shared

    def between(self, top: int, bottom: int) -> ZoneRuns:
        """Return the part of the runs in some rows."""
        low, high = np.searchsorted(self.rows, (top, bottom))
        rows, starts, stops, zones = (
            part[low:high] for part in (self.rows, self.starts, self.stops, self.zones)
        )
        crossed = None if self.crossed is None else self.crossed.between(top, bottom)
        return ZoneRuns(
            labels=self.labels, rows=rows, starts=starts, stops=stops, zones=zones, crossed=crossed
        )

    def inside(self, row: int, column: int, height: int, width: int) -> ZoneRuns:
        """Return the part of the runs inside a window, in its coordinates and zone by zone.

        Parameters
        ----------
        row, column : int
            Upper left cell of the window.
        height, width : int
            Its size.
        """
        from spatialcarbon.models.land.count_kernels import clipped

        low, high = np.searchsorted(self.rows, (row, row + height))
        out = np.empty((4, high - low), dtype=np.int64)
        n = clipped(
            self.rows[low:high],
            self.starts[low:high],
            self.stops[low:high],
            self.zones[low:high],
            row,
            column,
            width,
            np.zeros(len(self.labels) + 1, dtype=np.int64),
            out[0],
            out[1],
            out[2],
            out[3],
        )
        return ZoneRuns(
            labels=self.labels,
            rows=out[0, :n],
            starts=out[1, :n],
            stops=out[2, :n],
            zones=out[3, :n],
            crossed=None
            if self.crossed is None
            else self.crossed.inside(row, column, height, width),
        )


def whole_raster(raster: Raster) -> ZoneRuns:
    """Return one zone that holds every cell."""
    height, width = raster.shape
    rows = np.arange(height, dtype=np.int64)
    zeros = np.zeros(height, dtype=np.int64)
    return ZoneRuns(
        labels=pd.Index([ALL], name="zone"),
        rows=rows,
        starts=zeros,
        stops=np.full(height, width, dtype=np.int64),
        zones=zeros,
    )


def zone_runs(
    zones: gpd.GeoDataFrame | None, raster: Raster, *, exact: bool = False, stacklevel: int = 2
) -> ZoneRuns:
    """Turn polygons into runs of cells whose centres lie inside.

    Parameters
    ----------
    zones : GeoDataFrame or None
        Polygons with a CRS; the index names them. None: the whole raster is one.
    raster : Raster
        The grid.
    exact : bool
        Split cells that outlines cross by the area on each side, instead of
        giving each to the zone of its centre.
    stacklevel : int
        Where warnings of mended shapes point.

    Raises
    ------
    AlignmentError
        Overlapping zones, repeated labels, or no zone on the raster.
    SchemaError
        Zones that are no map of polygons, or reach across the antimeridian.
    CRSMismatchError
        Zones without a CRS, or that cannot be taken to that of the raster.
    """
    if zones is None:
        return whole_raster(raster)
    x, y, shapes = _in_cells(zones, raster, stacklevel)
    height, width = raster.shape
    from spatialcarbon.models.land.count_kernels import by_rows

    found = [_runs_of(x, y, *edges, height, width) for edges in _edges_of(shapes)]
    counts = [len(rows) for rows, _, _ in found]
    rows, starts, stops = (np.concatenate(part) for part in zip(*found, strict=True))
    owners = np.repeat(np.arange(len(zones), dtype=np.int64), counts)
    out = np.full((4, len(rows)), -1, dtype=np.int64)
    places = np.zeros(height + 1, dtype=np.int64)
    overlapping = by_rows(rows, starts, stops, owners, places, *out)
    rows, starts, stops, owners = out
    labels = zones.index
    if overlapping:
        _refuse_overlaps(rows * width + starts, rows * width + stops, owners, labels)
    runs = ZoneRuns(
        labels=labels,
        rows=rows,
        starts=starts,
        stops=stops,
        zones=owners,
        remarks=_beyond(x, y, shapes, np.bincount(owners, minlength=len(labels)), labels, raster),
    )
    return _exact(runs, x, y, shapes, raster) if exact else runs


def _exact(runs: ZoneRuns, x: Floats, y: Floats, shapes: Any, raster: Raster) -> ZoneRuns:
    """Return whole and crossed cells, and say how far they are from the cell-centre rule."""
    cover = exact_cover(x, y, shapes, raster.shape)
    crossed, labels, n = cover.crossed, runs.labels, len(runs.labels)
    exact, centre = np.zeros(n), np.zeros(n)
    np.add.at(exact, cover.zones, cover.stops - cover.starts)
    np.add.at(exact, crossed.zones, crossed.shares)
    np.add.at(centre, runs.zones, runs.stops - runs.starts)
    apart = np.divide(100.0 * (centre - exact), exact, out=np.zeros(n), where=exact > 0)
    worst = int(np.argmax(np.abs(apart)))
    every = max(float(exact.sum()), TINY)
    remarks = [*_beyond(x, y, shapes, (exact > 0).astype(np.int64), labels, raster)]
    if (twice := cover.counted_twice(raster.shape[1])) > TINY * every:
        remarks.append(
            text(
                "zones overlap by slivers of {cells:.3g} cells in all, which stand in both: sums "
                "over zones are too large by that",
                cells=twice,
            )
        )
    said = text(
        "cells on borders are split by area; the cell-centre rule would change the cells of "
        "all zones together by {total:+.2g} %, and most those of {zone}, by {most:+.2g} %",
        total=float(100.0 * (centre.sum() - every) / every),
        zone=labels[worst],
        most=float(apart[worst]),
    )
    return ZoneRuns(
        labels=labels,
        rows=cover.rows,
        starts=cover.starts,
        stops=cover.stops,
        zones=cover.zones,
        remarks=(*remarks, said),
        crossed=crossed,
    )


def _in_cells(zones: Any, raster: Raster, stacklevel: int) -> tuple[Floats, Floats, Any]:
    """Return the vertices of all zones in columns and rows of the raster, and their rings."""
    import shapely

    if not hasattr(zones, "geometry") or not hasattr(zones, "to_crs"):
        raise SchemaError(
            "zones is a {kind}, not a map",
            expected="a GeoDataFrame of polygons, indexed by label",
            fix='for example sc.load_units("cities", clusters="PRD")',
            kind=type(zones).__name__,
        )
    check_unique(zones.index, text("the zones"))
    shapes, _ = checked_shapes(zones, stacklevel=stacklevel + 1)
    if not len(shapes) or shapely.get_dimensions(shapes).min() < 2:
        raise SchemaError(
            "zones are not polygons",
            arrived="{n} shapes",
            expected="at least one polygon, and no points",
            n=len(shapes),
        )
    own = require_crs(zones.crs)
    if own.is_geographic:
        _refuse_antimeridian(shapes, zones.index)
    import geopandas as gpd

    moved = gpd.GeoSeries(shapes, index=zones.index, crs=own)
    if not own.equals(raster.crs, ignore_axis_order=True):
        moved = moved.to_crs(raster.crs)
    _, coordinates, offsets = shapely.to_ragged_array(
        [shapely.MultiPolygon([s]) if s.geom_type == "Polygon" else s for s in moved.array]
    )
    if not np.isfinite(coordinates).all():
        bounds = moved.bounds.to_numpy()
        lost = zones.index[~np.isfinite(bounds).all(axis=1)]
        raise CRSMismatchError(
            "zones cannot be taken to the CRS of {raster}",
            arrived="{labels}",
            fix="clip the zones to the area of that CRS, or gdalwarp the raster to another",
            raster=raster.name,
            labels=some(lost),
        )
    columns, rows = raster.cells_of(coordinates[:, 0], coordinates[:, 1])
    return columns, rows, offsets


def _refuse_antimeridian(shapes: Any, labels: pd.Index) -> None:
    import shapely

    bounds = shapely.bounds(shapes)
    wrong = (bounds[:, 2] - bounds[:, 0] > 180.0) | (bounds[:, 2] > 180.0) | (bounds[:, 0] < -180.0)
    if wrong.any():
        raise SchemaError(
            "{n} zones reach across the antimeridian",
            arrived="{labels}",
            expected="longitudes between -180 and 180, and zones less than 180 degrees wide",
            fix="ogr2ogr -wrapdateline split.gpkg zones.gpkg, and give each side its own label",
            n=int(wrong.sum()),
            labels=some(labels[wrong]),
        )


def _edges_of(offsets: Any) -> list[tuple[Whole, Whole]]:
    """Return the edges of each zone as positions of their two vertices."""
    ring_ends, polygon_ends, zone_ends = offsets
    # The edge from the last vertex of a ring to the first of the next is none.
    is_edge = np.ones(ring_ends[-1], dtype=np.bool_)
    is_edge[ring_ends[1:] - 1] = False
    vertex_ends = ring_ends[polygon_ends[zone_ends]]
    edges = []
    for low, high in pairwise(vertex_ends):
        left = low + np.flatnonzero(is_edge[low:high])
        edges.append((left, left + 1))
    return edges


def _runs_of(
    x: Floats, y: Floats, left: Whole, right: Whole, height: int, width: int
) -> tuple[Whole, Whole, Whole]:
    """Return rows, starts and stops of the runs of one zone."""
    from spatialcarbon.models.land.count_kernels import crossings, runs_between

    nothing = np.empty(0, dtype=np.int64)
    first = min(max(0, int(np.floor(y[left].min()))), height)
    last = min(max(first, int(np.ceil(y[left].max())) + 1), height)
    per_row = np.zeros(height + 1, dtype=np.int64)
    total = crossings(x, y, left, right, height, per_row, np.empty(0))
    if total == 0:
        return nothing, nothing, nothing
    bounds = np.concatenate(([0], np.cumsum(per_row[first:last])))
    per_row[first:last] = bounds[:-1]
    crossed = np.empty(total)
    crossings(x, y, left, right, height, per_row, crossed)
    rows, starts, stops = (np.empty(total // 2, dtype=np.int64) for _ in range(3))
    n = runs_between(crossed, bounds, first, width, rows, starts, stops)
    return rows[:n], starts[:n], stops[:n]


def _refuse_overlaps(starts: Whole, stops: Whole, owners: Whole, labels: pd.Index) -> None:
    """Raise naming the zones that share cells; runs are in order of their start."""
    reached = np.maximum.accumulate(stops)[:-1]
    late = np.flatnonzero(starts[1:] < reached) + 1
    shared: dict[tuple[int, int], int] = {}
    for run in late:
        # Back to every run that still reaches into this one.
        before = run - 1
        while before >= 0 and reached[before] > starts[run]:
            both = min(stops[before], stops[run]) - starts[run]
            if both > 0:
                pair = tuple(sorted((int(owners[before]), int(owners[run]))))
                shared[pair] = shared.get(pair, 0) + int(both)  # type: ignore[index, arg-type]
            before -= 1
    worst = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
    raise AlignmentError(
        "zones overlap",
        arrived="{pairs}",
        expected="zones that share no cell, so that sums over zones equal the whole",
        fix="mend the borders, or tabulate each of the overlapping zones in a call of its own",
        pairs=some(f"{labels[a]} / {labels[b]}: {n}" for (a, b), n in worst),
    )


def _beyond(
    x: Floats, y: Floats, offsets: Any, runs: Whole, labels: pd.Index, raster: Raster
) -> tuple[Text, ...]:
    """Say which zones lie outside the raster, stick out of it, or hold the centre of no cell."""
    ring_ends, polygon_ends, zone_ends = offsets
    begins = ring_ends[polygon_ends[zone_ends]][:-1]
    height, width = raster.shape
    west, east = np.minimum.reduceat(x, begins), np.maximum.reduceat(x, begins)
    north, south = np.minimum.reduceat(y, begins), np.maximum.reduceat(y, begins)
    outside = (east <= 0) | (west >= width) | (south <= 0) | (north >= height)
    if outside.all():
        raise AlignmentError(
            "no zone lies on the raster {raster}",
            arrived="{labels}",
            expected="zones within {bounds}",
            fix="check the CRS of the zones and of the raster",
            raster=raster.name,
            labels=some(labels),
            bounds=raster.bounds_text(),
        )
    out = (west < -HALF_CELL) | (east > width + HALF_CELL)
    out |= (north < -HALF_CELL) | (south > height + HALF_CELL)
    partly = out & ~outside & (runs > 0)
    small = ~outside & (runs == 0)
    remarks = []
    if outside.any():
        remarks.append(
            text(
                "zones outside the raster, not in the table: {labels}", labels=some(labels[outside])
            )
        )
    if partly.any():
        remarks.append(
            text(
                "zones that the raster covers only in part: {labels}; their areas are of that part",
                labels=some(labels[partly]),
            )
        )
    if small.any():
        remarks.append(
            text("zones that hold the centre of no cell: {labels}", labels=some(labels[small]))
        )
    return tuple(remarks)
