"""Zones as runs of cells are those of GDAL's rasteriser, and share each cell out once."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio.features
import shapely
from affine import Affine
from shapely import box

from spatialcarbon.core.errors import AlignmentError, SchemaError
from spatialcarbon.models.land.raster_input import Raster, open_rasters
from spatialcarbon.models.land.zone_runs import ALL, ZoneRuns, zone_runs

EQUAL = "EPSG:6933"
SHAPE = (97, 131)
GRID = Affine(100, 0, 5_000, 0, -100, 60_000)


def raster(shape: tuple[int, int] = SHAPE, transform: Affine = GRID, crs: str = EQUAL) -> Raster:
    return open_rasters([(np.ones(shape, np.uint8), transform, crs)])[0]


def burned(runs: ZoneRuns, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """Position of the zone of each cell, -1 for none; fails where runs overlap."""
    found = np.full(shape, -1)
    for row, start, stop, zone in zip(runs.rows, runs.starts, runs.stops, runs.zones, strict=True):
        assert 0 <= start < stop <= shape[1]
        assert (found[row, start:stop] == -1).all()
        found[row, start:stop] = zone
    return found


def cells_of(n: int, seed: int = 0) -> gpd.GeoDataFrame:
    """Voronoi zones that reach over the raster on some sides."""
    rng = np.random.default_rng(seed)
    frame = box(4_000, 50_000, 18_000, 61_000)
    points = shapely.MultiPoint(rng.random((n, 2)) * [14_000, 11_000] + [4_000, 50_000])
    shapes = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    shapes = shapely.intersection(shapes, frame)
    return gpd.GeoDataFrame(geometry=shapes, index=[f"区{i}" for i in range(n)], crs=EQUAL)


@pytest.mark.parametrize("n", [1, 7, 150, 3_000])
def test_runs_are_what_gdal_burns(n: int) -> None:
    zones = cells_of(n)
    runs = zone_runs(zones, raster())
    expected = rasterio.features.rasterize(
        zip(zones.geometry, range(n), strict=True),
        out_shape=SHAPE,
        transform=GRID,
        fill=-1,
        dtype="int32",
    )
    assert (burned(runs) == expected).all()
    assert runs.cells == SHAPE[0] * (SHAPE[1] - 1)  # no zone reaches the last column


def test_real_borders_with_holes_and_islands(plan_units: gpd.GeoDataFrame) -> None:
    units = plan_units.iloc[[0, 3, 40, 80, 110]].to_crs("EPSG:4326")
    west, south, east, north = units.total_bounds
    shape = (211, 317)
    transform = Affine((east - west) / 317, 0, west, 0, (south - north) / 211, north)
    runs = zone_runs(units, raster(shape, transform, "EPSG:4326"))
    expected = rasterio.features.rasterize(
        zip(units.geometry, range(5), strict=True),
        out_shape=shape,
        transform=transform,
        fill=-1,
        dtype="int32",
    )
    assert (burned(runs, shape) == expected).all()


def test_zones_come_in_the_crs_of_the_raster() -> None:
    zones = cells_of(12)
    there = zone_runs(zones.to_crs("EPSG:4490"), raster())
    assert (burned(there) == burned(zone_runs(zones, raster()))).mean() > 0.9999


@pytest.mark.parametrize("shift", [0.0, 0.5, 0.25])
def test_borders_through_centres_give_each_cell_to_one_zone(shift: float) -> None:
    edges = 5_000 + 100 * (np.arange(0, 14) * 10 + shift)
    zones = gpd.GeoDataFrame(
        geometry=[box(a, 50_000, b, 61_000) for a, b in pairwise(edges)],
        crs=EQUAL,
    )
    found = burned(zone_runs(zones, raster()))
    assert (np.bincount(found[0][found[0] >= 0]) == 10).sum() >= 12
    across = gpd.GeoDataFrame(
        geometry=[
            box(5_000, a, 18_100, b)
            for a, b in zip(
                60_000 - 100 * (np.arange(9) * 10 + 10 + shift),
                60_000 - 100 * (np.arange(9) * 10 + shift),
                strict=True,
            )
        ],
        crs=EQUAL,
    )
    rows = burned(zone_runs(across, raster()))[:, 0]
    assert (np.bincount(rows[rows >= 0]) == 10).all()


def test_a_turned_grid() -> None:
    turned = Affine.translation(8_000, 58_000) @ Affine.rotation(30) @ Affine.scale(50, -50)
    zones = cells_of(20)
    found = burned(zone_runs(zones, raster(transform=turned)))
    x, y = turned @ (np.indices(SHAPE)[1] + 0.5, np.indices(SHAPE)[0] + 0.5)
    for position, shape in enumerate(zones.geometry):
        assert (shapely.contains_xy(shape, x, y) == (found == position)).all()


def test_windows_hold_their_part_zone_by_zone() -> None:
    runs = zone_runs(cells_of(40), raster())
    whole = burned(runs)
    part = runs.inside(20, 33, 31, 57)
    assert (np.diff(part.zones) >= 0).all()
    assert (burned(part, (31, 57)) == whole[20:51, 33:90]).all()
    assert runs.inside(20, 33, 0, 57).cells == 0


def test_no_zones_is_one_zone() -> None:
    runs = zone_runs(None, raster())
    assert runs.labels.tolist() == [ALL]
    assert runs.cells == SHAPE[0] * SHAPE[1]


def test_zones_that_overlap_are_named_with_their_cells() -> None:
    shapes = [box(5_000, 55_000, 6_000, 56_000), box(5_800, 55_500, 7_000, 57_000)]
    shapes.append(box(5_900, 55_900, 6_500, 56_500))
    zones = gpd.GeoDataFrame(geometry=shapes, index=["西", "b", "c"], crs=EQUAL)
    with pytest.raises(AlignmentError, match=r"overlap\n.*b / c: 36, 西 / b: 10, 西 / c: 1"):
        zone_runs(zones, raster())


def said(zones: Any) -> tuple[str, ...]:
    return tuple(note.render("en") for note in zone_runs(zones, raster()).remarks)


def test_zones_beyond_the_raster_are_named() -> None:
    shapes = [
        box(5_000, 55_000, 6_000, 56_000),
        box(17_000, 55_000, 19_000, 56_000),
        box(99_000, 55_000, 99_900, 56_000),
        box(8_010, 55_010, 8_020, 55_020),
    ]
    zones = gpd.GeoDataFrame(geometry=shapes, index=["in", "half", "out", "tiny"], crs=EQUAL)
    assert said(zones) == (
        "zones outside the raster, not in the table: out",
        "zones that the raster covers only in part: half; their areas are of that part",
        "zones that hold the centre of no cell: tiny",
    )
    assert said(zones.loc[["in"]]) == ()
    with pytest.raises(AlignmentError, match="no zone lies on the raster"):
        zone_runs(zones.loc[["out"]], raster())


def test_points_are_no_zones() -> None:
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([6_000], [55_000]), crs=EQUAL)
    with pytest.raises(SchemaError, match="not polygons"):
        zone_runs(points, raster())


def test_input_is_left_alone(cases: ModuleType) -> None:
    zones = cells_of(5)
    before = zones.copy()
    zone_runs(zones, raster())
    assert zones.equals(before)
