"""Coordinate reference systems: what a number in them means in kilometres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import CRSMismatchError

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, km, as great-circle distances use it."""

CHINA_BOUNDS = (73.0, 3.0, 136.0, 54.0)
"""Longitude and latitude that hold all of China, degrees: west, south, east, north."""

CHINA_ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m +no_defs"
"""The equal-area conic with which maps of China are commonly drawn, on the CGCS2000 ellipsoid."""


def require_crs(crs: Any) -> CRS:
    """Return a CRS as pyproj's object, or raise where there is none.

    Raises
    ------
    CRSMismatchError
        For None, and for text or numbers that name no CRS; the message shows
        how to give one.

    Examples
    --------
    >>> require_crs(4490).to_epsg()
    4490
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if crs is None:
        raise CRSMismatchError(
            "the map does not say in which coordinate reference system it is",
            expected="a CRS, such as EPSG:4490 (CGCS2000 longitude and latitude)",
            fix='crs="EPSG:4490", if that is what the coordinates are in',
        )
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise CRSMismatchError(
            "{crs!r} is not a coordinate reference system", fix='crs="EPSG:4490"', crs=crs
        ) from error


def is_geographic(crs: Any) -> bool:
    """Say whether coordinates are longitude and latitude.

    Examples
    --------
    >>> is_geographic("EPSG:4490"), is_geographic("EPSG:4547")
    (True, False)
    """
    return bool(require_crs(crs).is_geographic)


def unit_to_km(crs: Any) -> float:
    """Return how many kilometres one unit of a projected CRS is.

    Parameters
    ----------
    crs : anything pyproj understands
        A projected CRS. Degrees have no fixed length and are refused.

    Returns
    -------
    float
        Kilometres per unit, 0.001 for metres.

    Raises
    ------
    CRSMismatchError
        For longitude and latitude.

    Examples
    --------
    >>> unit_to_km("EPSG:4547")
    0.001
    """
    known = require_crs(crs)
    if known.is_geographic:
        raise CRSMismatchError(
            "a degree has no fixed length",
            arrived="{crs}",
            expected="a projected CRS",
            fix="project the map first, or measure great circles",
            crs=known.name,
        )
    return float(known.axis_info[0].unit_conversion_factor) / 1000.0


def equal_area_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> str:
    """Return an equal-area projection fit for a map.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        The map, with a CRS.

    Returns
    -------
    str
        A PROJ string: for a map inside China the usual Albers conic
        (parallels 25° and 47° N, meridian 105° E), elsewhere an azimuthal
        equal-area projection about its centre.

    Raises
    ------
    CRSMismatchError
        When the map has no CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> chengdu = gpd.GeoSeries.from_wkt(["POINT (104 30)"], crs="EPSG:4490")
    >>> equal_area_crs(chengdu).split()[0]
    '+proj=aea'
    """
    require_crs(frame.crs)
    west, south, east, north = (float(x) for x in frame.to_crs("EPSG:4326").total_bounds)
    inside = (
        west >= CHINA_BOUNDS[0]
        and south >= CHINA_BOUNDS[1]
        and east <= CHINA_BOUNDS[2]
        and north <= CHINA_BOUNDS[3]
    )
    if inside:
        return CHINA_ALBERS
    lat, lon = (south + north) / 2, (west + east) / 2
    return f"+proj=laea +lat_0={lat:.4f} +lon_0={lon:.4f} +datum=WGS84 +units=m +no_defs"


def areas_km2(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series[float]:
    """Measure how large each unit is on the ellipsoid.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        Polygons with a CRS. A projected map is taken back to longitude and
        latitude first, so the projection does not stretch the answer.

    Returns
    -------
    Series
        Area in km², on the labels of ``frame``; edges run along geodesics.

    Raises
    ------
    CRSMismatchError
        When the map has no CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> square = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"], crs="EPSG:4326")
    >>> round(areas_km2(square)[0])
    12309
    """
    import shapely
    from pyproj import Geod

    crs = require_crs(frame.crs)
    degrees = frame if crs.is_geographic else frame.to_crs(crs.geodetic_crs)
    geod = crs.get_geod() or Geod(ellps="WGS84")
    # pyproj signs a ring by its direction: parts wound differently would cancel.
    wound = shapely.orient_polygons(np.asarray(degrees.geometry.array), exterior_cw=False)
    areas = [geod.geometry_area_perimeter(shape)[0] / 1e6 for shape in wound]
    return pd.Series(areas, index=frame.index, dtype="float64", name="area_km2")
