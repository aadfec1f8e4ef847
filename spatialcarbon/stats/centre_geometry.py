"""The plane geometry of weighted points: middle, spread, outline, and true north."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from pyproj import CRS

    Floats = npt.NDArray[np.float64]

CIRCLE = 1e-9
"""Axes that differ by less than this part of the longer one have no direction."""

LINE = 1e-12
"""A variance below this part of the larger one is rounding: the points lie on a line."""


class Ellipse(NamedTuple):
    """Centre, semi-axes in metres, and degrees of the major axis clockwise from the y axis."""

    x: float
    y: float
    major: float
    minor: float
    rotation: float


def deviational_ellipse(xy: Floats, w: Floats) -> Ellipse:
    """Return the ellipse of the standard deviations of points with weights of sum one."""
    x, y = (math.fsum(w * xy[:, axis]) for axis in (0, 1))
    d = xy - (x, y)
    sxx, syy, sxy = (math.fsum(w * d[:, i] * d[:, j]) for i, j in ((0, 0), (1, 1), (0, 1)))
    half, root = (sxx + syy) / 2, math.hypot((sxx - syy) / 2, sxy)
    first, second = half + root, half - root
    major, minor = math.sqrt(first), math.sqrt(second) if second > LINE * first else 0.0
    rotation = math.nan
    if major - minor > CIRCLE * major:
        # Clockwise from the y axis: half the angle of the doubled direction.
        rotation = math.degrees(0.5 * math.atan2(2 * sxy, syy - sxx)) % 180.0
    return Ellipse(x, y, major, minor, rotation)


def outline(row: Mapping[Any, Any], corners: int = 180) -> Any:
    """Return the ellipse of a row of a centre table as a polygon; a circle needs no direction."""
    import shapely

    angle = math.radians(0.0 if math.isnan(row["rotation_grid"]) else row["rotation_grid"])
    t = np.linspace(0.0, 2 * math.pi, corners, endpoint=False)
    along = 1000.0 * row["semi_major_km"] * np.cos(t)
    across = 1000.0 * row["semi_minor_km"] * np.sin(t)
    x = row["x"] + along * math.sin(angle) + across * math.cos(angle)
    y = row["y"] + along * math.cos(angle) - across * math.sin(angle)
    return shapely.polygons(np.column_stack([x, y]))


class Globe:
    """Longitude, latitude and true north of points in a projected system.

    Parameters
    ----------
    system : CRS
        Projected, in metres.
    """

    def __init__(self, system: CRS) -> None:
        from pyproj import Geod, Transformer

        self._back = Transformer.from_crs(system, 4326, always_xy=True)
        self._geod = system.get_geod() or Geod(ellps="WGS84")

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude."""
        lon, lat = self._back.transform(x, y)
        return float(lon), float(lat)

    def direction(self, x: float, y: float, degrees: float) -> float:
        """Return the true bearing of a direction given from the y axis, as a line: in [0, 180).

        Found by going a little way, since no equal-area projection keeps angles.
        """
        angle = math.radians(degrees)
        if math.isnan(angle):
            return math.nan
        ahead = self.place(x + 100.0 * math.sin(angle), y + 100.0 * math.cos(angle))
        return float(self._geod.inv(*self.place(x, y), *ahead)[0]) % 180.0

    def way(self, start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
        """Return km and bearing of the shortest way; without a way there is no bearing."""
        azimuth, _, metres = self._geod.inv(*start, *end)
        return metres / 1000.0, azimuth % 360.0 if metres > 0 else math.nan
