"""One point for each unit of a map, ready to measure distances in kilometres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from spatialcarbon.core.errors import CRSMismatchError, SchemaError, some
from spatialcarbon.geo.crs import is_geographic, unit_to_km
from spatialcarbon.weights.distance import Points

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd


def centres(shapes: npt.NDArray[Any], units: pd.Index, crs: Any) -> Points:
    """Return the centroids, or an inner point where a centroid lies outside.

    Parameters
    ----------
    shapes : array of geometries
        One per unit.
    units : Index
        Their labels, for the error.
    crs : pyproj.CRS or None
        What the coordinates mean.

    Raises
    ------
    CRSMismatchError
        Without a coordinate reference system.
    SchemaError
        For units without geometry.

    Examples
    --------
    >>> import numpy as np, pandas as pd, pyproj, shapely
    >>> square = np.array([shapely.box(0, 0, 2000, 4000)])
    >>> centres(square, pd.Index(["a"]), pyproj.CRS(4547)).coordinates.tolist()
    [[1.0, 2.0]]
    """
    if crs is None:
        raise CRSMismatchError(
            "the map has no coordinate reference system, so distances have no unit",
            fix="units = units.set_crs('EPSG:4490')  # degrees; or the projected CRS it is in",
        )
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if missing.any():
        raise SchemaError("units without geometry: {labels}", labels=some(units[missing]))
    found = shapely.centroid(shapes)
    outside = ~shapely.intersects(shapes, found)
    found[outside] = shapely.point_on_surface(shapes[outside])
    coordinates = shapely.get_coordinates(found)
    geographic = is_geographic(crs)
    scale = 1.0 if geographic else unit_to_km(crs)
    return Points(coordinates * scale, geographic)
