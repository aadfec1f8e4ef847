"""How large the cells of a raster are: never by guess, never from degrees."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import CRSMismatchError, SchemaError

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.land.raster_input import Raster

    Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-6
"""Relative error of areas up to which a projection counts as equal-area."""

PROBES = 9
"""Points along each side of the raster at which a projection is measured."""

STRIDE = 10_000.0
"""Step of those measurements, m: long enough for the digits of an inverse projection."""

POLAR = np.radians(85.0)
"""Latitude above which longitudes turn too quickly to be measured so."""

EQUAL_AREA_LINE = (
    'gdalwarp -t_srs "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +datum=WGS84 +units=m" '
    "-r near {source} {target}"
)


def row_areas(raster: Raster) -> Floats:
    r"""Say how large a cell is in each row of a raster.

    Parameters
    ----------
    raster : Raster
        In longitude and latitude, or in an equal-area projection.

    Returns
    -------
    array of float, one per row
        km². All the same in an equal-area projection.

    Raises
    ------
    CRSMismatchError
        A projection that stretches areas over this raster by more than 1e-6:
        the message says by how much and has the ``gdalwarp`` line to one that
        does not.
    SchemaError
        A grid in longitude and latitude that is rotated, or reaches across the
        antimeridian.

    Notes
    -----
    Between the parallels :math:`\varphi_1` and :math:`\varphi_2` and
    :math:`\Delta\lambda` apart lies, on an ellipsoid with semi-minor axis
    :math:`b` and eccentricity :math:`e`,

    .. math:: A = \frac{b^2 \Delta\lambda}{2} [F(\sin\varphi_2) - F(\sin\varphi_1)], \quad
              F(s) = \frac{s}{1 - e^2 s^2} + \frac{\operatorname{artanh}(e s)}{e}.

    The difference is taken in closed form, so that small cells lose no digits.
    """
    crs = raster.crs
    if crs.is_geographic:
        return _on_the_ellipsoid(raster)
    _refuse_unless_equal_area(raster)
    a, b, _, d, e, _ = raster.transform
    to_km = float(crs.axis_info[0].unit_conversion_factor) / 1000.0
    return np.full(raster.shape[0], abs(a * e - b * d) * to_km**2)


def _on_the_ellipsoid(raster: Raster) -> Floats:
    step, b, west, d, down, north = raster.transform
    if b or d:
        raise SchemaError(
            "{raster} is rotated, in longitude and latitude",
            expected="rows along parallels",
            fix="gdalwarp -r near {source} {target}",
            raster=raster.name,
            source=shlex.quote(raster.name),
            target=shlex.quote(raster.beside("north_up")),
        )
    height, width = raster.shape
    ellipsoid: Any = raster.crs.ellipsoid
    radians = float(raster.crs.axis_info[0].unit_conversion_factor)
    east = west + step * width
    full = np.pi / radians
    if max(west, east) > full + abs(step) / 2 or min(west, east) < -full - abs(step) / 2:
        raise SchemaError(
            "{raster} reaches across the antimeridian",
            arrived="longitudes {west:g} to {east:g}",
            expected="longitudes between -180 and 180",
            fix="gdalwarp --config CENTER_LONG 0 -te -180 {south!r} 180 {top!r} "
            "-tr {step!r} {down!r} -r near {source} {target}",
            raster=raster.name,
            west=min(west, east),
            east=max(west, east),
            south=min(north, north + down * height),
            top=max(north, north + down * height),
            step=abs(step),
            down=abs(down),
            source=shlex.quote(raster.name),
            target=shlex.quote(raster.beside("wrapped")),
        )
    edges = np.clip((north + down * np.arange(height + 1)) * radians, -np.pi / 2, np.pi / 2)
    flattening = ellipsoid.inverse_flattening
    return ellipsoid_cells(
        edges,
        abs(step) * radians,
        ellipsoid.semi_major_metre / 1000.0,
        1.0 / flattening if flattening else 0.0,
    )


def ellipsoid_cells(edges: Floats, step: float, semi_major: float, flattening: float) -> Floats:
    r"""Return the areas between consecutive parallels on an ellipsoid.

    Parameters
    ----------
    edges : array of float
        Latitudes of the borders of the rows, radians.
    step : float
        Width of a cell, radians.
    semi_major : float
        Semi-major axis; areas come in its unit squared.
    flattening : float
        0 for a sphere.

    Examples
    --------
    The whole sphere of radius 1 in two rows is twice :math:`2\pi`:

    >>> import numpy as np
    >>> np.round(ellipsoid_cells(np.radians([90, 0, -90]), 2 * np.pi, 1.0, 0.0) / np.pi, 12)
    array([2., 2.])
    """
    low, high = edges[:-1], edges[1:]
    # sin(high) - sin(low) without taking nearly equal numbers from each other
    rise = 2.0 * np.cos((high + low) / 2.0) * np.sin((high - low) / 2.0)
    e2 = flattening * (2.0 - flattening)
    s, t = np.sin(low), np.sin(high)
    both = 1.0 - e2 * s * t
    first = rise * (1.0 + e2 * s * t) / ((1.0 - e2 * s * s) * (1.0 - e2 * t * t))
    e = np.sqrt(e2)
    second = np.arctanh(e * rise / both) / e if e else rise
    areas: Floats = np.abs(semi_major**2 * (1.0 - e2) * step / 2.0 * (first + second))
    return areas


def _refuse_unless_equal_area(raster: Raster) -> None:
    """Measure how a projection stretches areas, at points all over the raster."""
    scale = _areal_scales(raster.crs, *raster.probe(PROBES))
    if len(scale) and np.abs(scale - 1.0).max() <= TOLERANCE:
        return
    fix = "{line}"
    line = EQUAL_AREA_LINE.format(
        source=shlex.quote(raster.name), target=shlex.quote(raster.beside("equal_area"))
    )
    if not len(scale):
        raise CRSMismatchError(
            "the areas of {raster} cannot be told from its CRS",
            arrived="{crs}",
            expected="longitude and latitude, or an equal-area projection",
            fix=fix,
            raster=raster.name,
            crs=raster.crs.name,
            line=line,
        )
    raise CRSMismatchError(
        "{raster} is not in an equal-area projection",
        arrived="{crs}, where a cell shows {low:.6g} to {high:.6g} times its true area",
        expected="longitude and latitude, or an equal-area projection such as Albers",
        fix=fix,
        raster=raster.name,
        crs=raster.crs.name,
        low=float(scale.min()),
        high=float(scale.max()),
        line=line,
    )


def _areal_scales(crs: Any, x: Floats, y: Floats) -> Floats:
    """Return by how much areas are stretched at points of a projected CRS, where it is defined.

    Measured against the ellipsoid of the CRS: some projections that preserve
    areas, such as Mollweide's, are computed as if the Earth were a sphere.
    """
    from pyproj import Proj
    from pyproj.exceptions import ProjError

    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        return np.empty(0)
    try:
        projection = Proj(crs)
    except ProjError:
        return np.empty(0)
    step = STRIDE / float(crs.axis_info[0].unit_conversion_factor)

    def degrees(east: float, north: float) -> tuple[Floats, Floats]:
        longitude, latitude = projection(
            x + east * step, y + north * step, inverse=True, radians=True
        )
        return np.asarray(longitude), np.asarray(latitude)

    def slopes(east: int, north: int) -> tuple[Floats, Floats]:
        """Derivatives along one axis, exact to the fourth power of the step."""
        found = []
        for axis in (0, 1):
            near, far = (
                degrees(east * n, north * n)[axis] - degrees(-east * n, -north * n)[axis]
                for n in (1, 2)
            )
            near, far = (np.remainder(d + np.pi, 2 * np.pi) - np.pi for d in (near, far))
            found.append((8.0 * near - far) / (12.0 * step))
        return found[0], found[1]

    with np.errstate(invalid="ignore"):
        latitude = degrees(0, 0)[1]
        (lon_x, lat_x), (lon_y, lat_y) = slopes(1, 0), slopes(0, 1)
        flattening = 1.0 / ellipsoid.inverse_flattening if ellipsoid.inverse_flattening else 0.0
        e2 = flattening * (2.0 - flattening)
        curved = (
            ellipsoid.semi_major_metre**2 * (1.0 - e2) / (1.0 - e2 * np.sin(latitude) ** 2) ** 2
        )
        true = curved * np.cos(latitude) * np.abs(lon_x * lat_y - lon_y * lat_x)
        plane = float(crs.axis_info[0].unit_conversion_factor) ** 2
        measured = np.isfinite(true) & (np.abs(latitude) < POLAR) & (true > 0)
    found: Floats = plane / true[measured]
    return found
