"""Lengths and areas of coordinates."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import MultiPolygon, Point, box

from spatialcarbon.core.errors import CRSMismatchError
from spatialcarbon.geo.crs import areas_km2, equal_area_crs, is_geographic, unit_to_km


def test_kinds_of_crs():
    assert is_geographic(4490)
    assert not is_geographic("EPSG:3857")
    assert unit_to_km("EPSG:4547") == 0.001
    assert unit_to_km("EPSG:2263") == pytest.approx(0.0003048, rel=1e-4)


def test_no_crs_and_degrees_are_refused():
    with pytest.raises(CRSMismatchError, match="EPSG:4490"):
        is_geographic(None)
    with pytest.raises(CRSMismatchError, match="nonsense"):
        is_geographic("nonsense")
    with pytest.raises(CRSMismatchError, match="degree"):
        unit_to_km(4326)


def test_the_area_of_a_whole_hemisphere_is_half_the_ellipsoid():
    octants = [box(lon, 0, lon + 90, 90) for lon in (-180, -90, 0, 90)]
    total = areas_km2(gpd.GeoSeries(octants, crs=4326)).sum()
    assert total == pytest.approx(510065622 / 2, rel=1e-6)


def test_area_does_not_depend_on_projection_or_direction_of_rings():
    square = box(104, 30, 104.1, 30.1)
    parts = MultiPolygon([square, box(105, 30, 105.1, 30.1).reverse()])
    degrees = gpd.GeoSeries([square, square.reverse(), parts], index=list("abc"), crs=4490)
    areas = areas_km2(degrees)
    assert areas["a"] == pytest.approx(107.0, rel=0.01)
    assert areas["b"] == pytest.approx(areas["a"])
    assert areas["c"] == pytest.approx(2 * areas["a"])
    np.testing.assert_allclose(areas_km2(degrees.to_crs(3857)), areas, rtol=1e-6)


def test_an_equal_area_plane_for_china_and_elsewhere():
    china = gpd.GeoSeries([box(104, 30, 105, 31)], crs=4490)
    plane = china.to_crs(equal_area_crs(china))
    assert plane.area.iloc[0] / 1e6 == pytest.approx(areas_km2(china).iloc[0], rel=1e-3)
    peru = gpd.GeoSeries([Point(-77, -12).buffer(1)], crs=4326)
    plane = peru.to_crs(equal_area_crs(peru))
    assert plane.area.iloc[0] / 1e6 == pytest.approx(areas_km2(peru).iloc[0], rel=1e-3)
