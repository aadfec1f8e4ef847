"""The raster of changes where a block of one year cannot be decoded: those cells are empty."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely import box

from spatialcarbon.models.land.change_raster import write_change_raster


@pytest.mark.parametrize(("down", "right"), [(0, 0), (37, 11), (70, 40)])
def test_the_damaged_block_and_nothing_else_is_empty(
    cases: ModuleType, tmp_path: Path, down: int, right: int
) -> None:
    """The zone begins some rows and columns into the raster, and into the block."""
    a, b = cases.patchy(), cases.patchy(seed=3)
    first, second = cases.write(tmp_path / "a.tif", a), cases.write(tmp_path / "b.tif", b)
    cases.damaged(second, 2, 1)  # rows 64 to 95, columns 32 to 63
    wanted = 10 * a.astype(int) + b
    wanted[64:96, 32:64] = 0
    wanted = wanted[down:, right:]
    west, north = cases.METRES.c, cases.METRES.f
    area = box(west + 30 * right, north - 30 * 150, west + 30 * 170, north - 30 * down)
    zones = gpd.GeoDataFrame(geometry=[area], crs=cases.ALBERS)
    out = tmp_path / "c.tif"
    counts = write_change_raster(out, first, second, scheme="common", zones=zones)
    with rasterio.open(out) as source:
        assert source.shape == wanted.shape
        assert np.array_equal(source.read(1), wanted)
    assert sum(counts.values()) == np.count_nonzero(wanted)
