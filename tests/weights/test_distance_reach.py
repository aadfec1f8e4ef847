"""What is measured and what need not be: ties far away, bands around the Earth, counts of work."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box

import spatialcarbon as sc
from spatialcarbon.weights.distance import Points

RADIUS = 6371.0088


class Counted(Points):
    """Points that count the distances they measure."""

    measured = 0

    def between(self, a: Any, b: Any) -> Any:
        """Measure, and count."""
        type(self).measured += len(a)
        return super().between(a, b)


def around(lon: float, lat: float, km: float, n: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return points all at one distance from a place, by the formulas of navigation."""
    arc, bearing = km / RADIUS, 2 * np.pi * np.arange(n) / n
    phi = np.radians(lat)
    there = np.arcsin(np.sin(phi) * np.cos(arc) + np.cos(phi) * np.sin(arc) * np.cos(bearing))
    step = np.arctan2(
        np.sin(bearing) * np.sin(arc) * np.cos(phi), np.cos(arc) - np.sin(phi) * np.sin(there)
    )
    return np.column_stack([np.degrees(np.radians(lon) + step), np.degrees(there)])


@pytest.mark.parametrize("km", [9_000.0, 15_000.0, 19_000.0])
def test_ties_that_rounding_breaks_are_all_looked_at(km: float) -> None:
    """The tree sees chords and the answer goes by arcs, which round differently."""
    ring = around(110.0, 35.0, km, 60)
    for order in (np.arange(60), np.random.default_rng(2).permutation(60)):
        points = Points(np.concatenate([[[110.0, 35.0]], ring[order]]), True)
        n, k = points.n, 4
        every = points.between(np.repeat(np.arange(n), n), np.tile(np.arange(n), n)).reshape(n, n)
        np.fill_diagonal(every, np.inf)
        expected = np.argsort(every, axis=1, kind="stable")[:, :k]
        np.testing.assert_array_equal(points.nearest(k)[0], expected)


@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_near_points_alone_are_measured(scale: float) -> None:
    rng = np.random.default_rng(4)
    Counted.measured = 0
    points = Counted(rng.random((300, 2)) * scale, False)
    points.nearest(2)
    assert Counted.measured <= 300 * (2 + 9)
    Counted.measured = 0
    _, _, distance = points.within(0.1 * scale)
    assert Counted.measured == len(distance) > 0
    globe = Counted(np.column_stack([rng.random(300) * 60, rng.random(300) * 60]), True)
    Counted.measured = 0
    _, _, distance = globe.within(500.0)
    assert Counted.measured == len(distance) > 0


def test_bands_wider_than_a_third_of_the_globe() -> None:
    places = [(0.0, 0.0), (59.0, 0.0), (90.0, 0.0), (150.0, 0.0), (180.0, 0.0)]
    points = Points(np.array(places), True)
    lon = np.array([x for x, _ in places])
    gap = np.abs(lon[:, None] - lon)
    gap = np.minimum(gap, 360 - gap)
    for degrees in (1, 29.5, 58, 61, 89, 91, 119, 121, 179, 181):
        a, b, km = points.within(np.radians(degrees) * RADIUS)
        found = np.zeros((5, 5), dtype=bool)
        found[a, b] = True
        np.testing.assert_array_equal(found, (gap <= degrees) & ~np.eye(5, dtype=bool))
        np.testing.assert_allclose(km, np.radians(gap[a, b]) * RADIUS, rtol=1e-12)


def test_a_band_reaches_what_lies_exactly_at_its_end() -> None:
    points = Points(np.array([[0.0, 0.0], [0.3, 0.0], [0.3, 0.4]]), False)
    a, b, _ = points.within(0.5)
    assert len(a) == 6
    globe = Points(np.array([[116.0, 39.0], [117.0, 40.0], [118.0, 41.5]]), True)
    for i, j in ((0, 1), (1, 2), (0, 2)):
        reach = float(globe.between(np.array([i]), np.array([j]))[0])
        a, b, _ = globe.within(reach)
        assert (i, j) in set(zip(a.tolist(), b.tolist(), strict=True))


def test_no_neighbours_cannot_be_asked_for() -> None:
    points = Points(np.arange(6.0).reshape(3, 2), False)
    for k in (0, -1, 3):
        with pytest.raises(sc.OptionError, match=f"k={k} nearest neighbours"):
            points.nearest(k)


def test_gaps_on_longitude_and_latitude_are_measured_on_the_ellipsoid() -> None:
    shapes = [box(110, -0.5, 111, 0.5), box(112, -0.5, 113, 0.5)]
    units = gpd.GeoDataFrame(geometry=shapes, index=["a", "b"], crs="EPSG:4490")
    table = sc.Backbone(units).suggest_bridges()
    # One degree along the equator is a circle of the major axis over 360.
    low, high = 2 * np.pi * 6378.137 / 360 * np.cos(np.radians(0.5)), 2 * np.pi * 6378.137 / 360
    assert ((low < table["distance_km"]) & (table["distance_km"] < high * 1.0001)).all()


def test_points_of_a_backbone_are_in_km() -> None:
    units = gpd.GeoDataFrame(
        geometry=[Point(0, 0), Point(3000, 4000)], index=["a", "b"], crs="EPSG:4547"
    )
    assert sc.Backbone(units).distances([("a", "b")]).tolist() == [5.0]
