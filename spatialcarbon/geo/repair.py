"""Check the shapes of a map, and mend those that can be mended without guessing."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import CRSMismatchError, GeometryRepairWarning, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.geo.crs import require_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd
    from pyproj import CRS

    Shapes = npt.NDArray[np.object_]

AREA_LOST = 0.001
AREA_OF_USE_MARGIN = 20.0
"""Degrees by which a map may lie outside the area of its CRS: zones are often stretched."""
POINT, POLYGON, MULTIPOLYGON, COLLECTION = 0, 3, 6, 7


def checked_shapes(frame: gpd.GeoDataFrame, *, stacklevel: int) -> tuple[Shapes, list[Text]]:
    """Return shapes fit for use, and notes on what was mended; each mend is also warned.

    Raises
    ------
    SchemaError
        Missing or empty shapes, lines, points among polygons, or a repair that
        would lose more than 0.1 % of a unit's area.
    """
    import shapely

    shapes: Shapes = frame.geometry.to_numpy()
    keys = frame.index
    nothing = keys[shapely.is_missing(shapes) | shapely.is_empty(shapes)]
    if len(nothing):
        raise SchemaError(
            "{n} units have no geometry",
            arrived="{keys}",
            expected="a polygon for every unit",
            fix="leave these units out of the file, or draw them",
            n=len(nothing),
            keys=some(nothing),
        )
    kinds = shapely.get_type_id(shapes)
    notes: list[Text] = []
    if (kinds == POINT).all():
        return shapely.force_2d(shapes), notes
    wrong = ~np.isin(kinds, (POLYGON, MULTIPOLYGON, COLLECTION))
    if wrong.any():
        raise SchemaError(
            "{n} units are not polygons",
            arrived="{found}: {keys}",
            expected="polygons, or points throughout",
            n=int(wrong.sum()),
            found=some(sorted({shape.geom_type for shape in shapes[wrong]})),
            keys=some(keys[wrong]),
        )
    shapes = shapely.force_2d(shapes)
    collected = kinds == COLLECTION
    if collected.any():
        shapes = _polygons_only(shapes, collected, keys)
        notes.append(
            text("kept only the polygons of mixed collections: {keys}", keys=some(keys[collected]))
        )
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        shapes = _made_valid(shapes, invalid, keys)
        notes.append(text("repaired invalid rings of {keys}", keys=some(keys[invalid], 1000)))
    for note in notes:
        warnings.warn(GeometryRepairWarning(note), stacklevel=stacklevel)
    return shapes, notes


def _polygons_only(shapes: Shapes, where: npt.NDArray[np.bool_], keys: pd.Index) -> Shapes:
    """Replace collections by a polygon or multipolygon of their areal parts."""
    import shapely

    mended = shapes.copy()
    for i in np.flatnonzero(where).tolist():
        parts = shapely.get_parts(shapely.get_parts(shapes[i]))
        areal = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
        if not areal:
            raise SchemaError(
                "unit {key} has no polygon",
                arrived="a geometry collection without any",
                key=keys[i],
            )
        mended[i] = areal[0] if len(areal) == 1 else shapely.MultiPolygon(areal)
    return mended


def _made_valid(shapes: Shapes, where: npt.NDArray[np.bool_], keys: pd.Index) -> Shapes:
    """Make rings valid, refusing a repair that loses ground."""
    import shapely

    mended = shapes.copy()
    mended[where] = shapely.make_valid(shapes[where], method="structure", keep_collapsed=False)
    gone = where & (shapely.is_empty(mended) | (shapely.area(mended) == 0))
    if gone.any():
        raise SchemaError(
            "{n} units have invalid rings that enclose nothing",
            arrived="{keys}",
            fix="draw them anew",
            n=int(gone.sum()),
            keys=some(keys[gone]),
        )
    mended = _polygons_only(mended, where & (shapely.get_type_id(mended) == COLLECTION), keys)
    before, after = shapely.area(shapes[where]), shapely.area(mended[where])
    lost = 1.0 - after / np.where(before > 0, before, after)
    if (lost > AREA_LOST).any():
        labels = keys[where][lost > AREA_LOST]
        raise SchemaError(
            "repairing the rings of {n} units would lose up to {share:.2%} of their area",
            arrived="{keys}",
            expected="at most {limit:.1%}",
            fix="repair them in a GIS, where you see what is cut off",
            n=len(labels),
            share=float(lost.max()),
            limit=AREA_LOST,
            keys=some(labels),
        )
    return mended


def settled_crs(frame: gpd.GeoDataFrame, crs: Any) -> CRS:
    """Return the CRS of a map from the file and the caller, which must not contradict.

    Raises
    ------
    CRSMismatchError
        No CRS at all, two different ones, or coordinates that cannot be in it.
    """
    if frame.crs is None:
        known = require_crs(crs)
    else:
        known = require_crs(frame.crs)
        if crs is not None and not _same(known, require_crs(crs)):
            raise CRSMismatchError(
                "the file says that it is in another CRS than crs=",
                arrived="{theirs} in the file, {ours} in crs=",
                fix="leave crs= out and transform afterwards: units.to_crs({ours!r})",
                theirs=known.name,
                ours=str(crs),
            )
    _check_bounds(np.asarray(frame.total_bounds, dtype=float), known)
    return known


def _same(one: CRS, other: CRS) -> bool:
    if one.equals(other, ignore_axis_order=True):
        return True
    code = one.to_authority(min_confidence=70)
    return code is not None and code == other.to_authority(min_confidence=70)


def _check_bounds(bounds: npt.NDArray[np.float64], crs: CRS) -> None:
    """Raise when coordinates and CRS cannot belong together."""
    from pyproj import Transformer

    west, south, east, north = (float(x) for x in bounds)
    degrees = (
        west >= -180.000001 and east <= 180.000001 and south >= -90.000001 and north <= 90.000001
    )
    if crs.is_geographic and not degrees:
        raise _misplaced(bounds, crs, text("longitudes of -180 to 180 and latitudes of -90 to 90"))
    if not crs.is_geographic:
        if degrees:
            raise _misplaced(bounds, crs, text("projected coordinates; these look like degrees"))
        back = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        west, south, east, north = back.transform_bounds(west, south, east, north)
        if not np.isfinite([west, south, east, north]).all():
            raise _misplaced(bounds, crs, text("coordinates that this projection can have"))
    area = crs.area_of_use
    if area is None or area.west > area.east:
        return
    margin = AREA_OF_USE_MARGIN
    apart = (
        east < area.west - margin
        or west > area.east + margin
        or north < area.south - margin
        or south > area.north + margin
    )
    if apart:
        raise _misplaced(
            bounds,
            crs,
            text(
                "{west:g} to {east:g} °E, {south:g} to {north:g} °N",
                west=area.west,
                east=area.east,
                south=area.south,
                north=area.north,
            ),
        )


def _misplaced(bounds: npt.NDArray[np.float64], crs: CRS, expected: Text) -> CRSMismatchError:
    return CRSMismatchError(
        "the coordinates do not lie where {crs} is used",
        arrived="x {west:.6g} to {east:.6g}, y {south:.6g} to {north:.6g}",
        expected="{place}",
        fix="correct the .prj or the crs= of the file; longitude comes first",
        crs=crs.name,
        west=bounds[0],
        south=bounds[1],
        east=bounds[2],
        north=bounds[3],
        place=expected,
    )
