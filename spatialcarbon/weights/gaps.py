"""Gaps between polygons: which unit is nearest to one that touches nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.geo.crs import equal_area_crs, is_geographic, unit_to_km

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Plane:
    """Geometries in a plane where distances between boundaries can be compared.

    Parameters
    ----------
    shapes : array of geometry
        In the plane.
    km : float
        Kilometres per unit of the plane.
    to_degrees : callable or None
        The way back to longitude and latitude, if the map came from there.
    """

    shapes: npt.NDArray[Any]
    km: float
    to_degrees: Callable[..., Any] | None

    @classmethod
    def of(cls, geometries: npt.NDArray[Any], crs: Any) -> Plane:
        """Take a projected map as it is, and project longitude and latitude."""
        if not is_geographic(crs):
            return cls(geometries, unit_to_km(crs), None)
        import geopandas as gpd
        from pyproj import Transformer

        frame = gpd.GeoDataFrame(geometry=geometries, crs=crs)
        plane = equal_area_crs(frame)
        back = Transformer.from_crs(plane, crs, always_xy=True)
        return cls(frame.geometry.to_crs(plane).to_numpy(), 0.001, back.transform)

    def nearest(self, at: int, members: npt.NDArray[np.intp]) -> tuple[int, float]:
        """Return the member nearest to the geometry at ``at``, and the gap between them in km."""
        if len(members) < 2:
            raise DegenerateDataError("a single unit has no nearest neighbour")
        gap = np.full(len(self.shapes), np.inf)
        gap[members] = shapely.distance(self.shapes[members], self.shapes[at])
        gap[at] = np.inf
        other = int(np.argmin(gap))
        if self.to_degrees is None:
            return other, float(gap[other]) * self.km
        # An equal-area plane stretches lengths: measure the shortest line on the ellipsoid.
        line = shapely.shortest_line(self.shapes[at], self.shapes[other])
        ends = shapely.get_coordinates(shapely.transform(line, self.to_degrees, interleaved=False))
        from pyproj import Geod

        (lon1, lat1), (lon2, lat2) = ends
        return other, float(Geod(ellps="GRS80").inv(lon1, lat1, lon2, lat2)[2]) / 1000
