"""Areas of cells: on the ellipsoid in closed form, and only where a projection keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyproj import CRS, Geod

from spatialcarbon.core.errors import CRSMismatchError, SchemaError
from spatialcarbon.models.land.cell_areas import ellipsoid_cells, row_areas
from spatialcarbon.models.land.raster_input import open_rasters

ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=krass +units=m"


def areas(transform: tuple[float, ...], crs: Any, shape: tuple[int, int] = (6, 5)) -> np.ndarray:
    return row_areas(open_rasters([(np.ones(shape, np.uint8), transform, crs)])[0])


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4214"])
@pytest.mark.parametrize("north", [89.5, 40.25, 0.5, -33.0])
def test_rows_of_degrees_are_polygons_on_the_ellipsoid(crs: str, north: float) -> None:
    step = 0.25
    found = areas((step, 0, 100, 0, -step, north), crs, (3, 2))
    geod = CRS(crs).get_geod()
    assert isinstance(geod, Geod)
    along = np.linspace(0, step, 4001)  # parallels are no geodesics: many short ones instead
    for row, area in enumerate(found):
        top, bottom = north - step * row, north - step * (row + 1)
        lon = np.concatenate([100 + along, 100 + along[::-1]])
        lat = np.repeat([bottom, top], len(along))
        assert area == pytest.approx(geod.polygon_area_perimeter(lon, lat)[0] / 1e6, rel=1e-9)


def test_rows_make_up_the_earth() -> None:
    a, f = 6378137.0, 1 / 298.257223563
    e = np.sqrt(f * (2 - f))
    whole = 2 * np.pi * a**2 * (1 + (1 - e**2) / e * np.arctanh(e)) / 1e6
    fine = np.radians(np.linspace(90, -90, 100_001))
    for edges in (fine, np.radians([90.0, 12.0, -90.0])):
        found = ellipsoid_cells(edges, 2 * np.pi, a / 1000, f)
        assert found.sum() == pytest.approx(whole, rel=1e-13)


def test_small_cells_lose_no_digits() -> None:
    """A row of a tenth of a second of arc against the integrand at its middle."""
    a, e2 = 6378.137, 0.0066943799901413165
    edges = np.radians([31.2, 31.2 - 1 / 36000])
    middle = edges.mean()
    drop, step = edges[0] - edges[1], 1e-6
    exact = a**2 * (1 - e2) * np.cos(middle) / (1 - e2 * np.sin(middle) ** 2) ** 2 * drop * step
    found = ellipsoid_cells(edges, step, a, 1 / 298.257223563)[0]
    assert found == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    "crs",
    [
        ALBERS,
        "EPSG:6933",
        "EPSG:3035",
        "+proj=sinu +R=6371007.181 +units=m",
        "+proj=laea +lat_0=30 +lon_0=110 +datum=WGS84 +units=m",
    ],
)
def test_equal_area_projections(crs: str) -> None:
    x, y = (4_300_000, 3_200_000) if crs == "EPSG:3035" else (400_000, 3_200_000)
    found = areas((30, 0, x, 0, -30, y), crs)
    assert found == pytest.approx(np.full(6, 0.0009), rel=1e-12)


def test_units_of_the_projection_count() -> None:
    crs = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=us-ft"
    found = areas((100, 0, 0, 0, -100, 1e7), crs)
    assert found[0] == pytest.approx((100 * 1200 / 3937 / 1000) ** 2)


def test_a_turned_equal_area_grid_is_fine() -> None:
    c, s = 30 * np.cos(0.3), 30 * np.sin(0.3)
    assert areas((c, s, 0, s, -c, 4e6), ALBERS)[0] == pytest.approx(0.0009)


@pytest.mark.parametrize(
    ("crs", "x", "y", "times"),
    [
        ("EPSG:3857", 11_700_000, 3_600_000, "1.3"),
        ("EPSG:32650", 500_000, 3_500_000, "0.999"),
        ("EPSG:4547", 500_000, 3_500_000, "1"),
        ("ESRI:54009", 9_000_000, 3_800_000, "1.00"),  # computed on a sphere
    ],
)
def test_other_projections_are_refused_with_the_line(
    crs: str, x: float, y: float, times: str
) -> None:
    with pytest.raises(CRSMismatchError, match=f"shows {times}") as caught:
        areas((30_000, 0, x, 0, -30_000, y), crs)
    assert 'gdalwarp -t_srs "+proj=aea' in str(caught.value)


def test_a_turned_grid_of_degrees() -> None:
    with pytest.raises(SchemaError, match="rotated"):
        areas((0.1, 0.01, 100, 0.01, -0.1, 30), "EPSG:4326")


@pytest.mark.parametrize("west", [179.8, -180.3, 200.0])
def test_the_antimeridian(west: float) -> None:
    with pytest.raises(SchemaError, match="antimeridian") as caught:
        areas((0.1, 0, west, 0, -0.1, 30), "EPSG:4326")
    assert "CENTER_LONG" in str(caught.value)


def test_the_poles_are_not_passed() -> None:
    found = areas((90, 0, -180, 0, -90, 90.0000001), "EPSG:4326", (2, 4))
    assert found.sum() * 4 == pytest.approx(510_065_621.7, rel=1e-9)
