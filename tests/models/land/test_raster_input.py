"""Files and arrays come in as one description, or are refused with the line that mends them."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.warp import Resampling, reproject

from spatialcarbon.core.errors import AlignmentError, CRSMismatchError, SchemaError
from spatialcarbon.models.land.raster_input import open_rasters

GRID = (30.0, 0.0, 500_000.0, 0.0, -30.0, 3_500_000.0)


def test_a_file_is_described(cases: ModuleType, tmp_path: Path) -> None:
    codes = np.ones((40, 70), np.int16)
    path = cases.write(tmp_path / "年.tif", codes, nodata=-32768, tile=16)
    (raster,) = open_rasters([path])
    assert (raster.shape, raster.transform) == ((40, 70), GRID)
    assert (raster.dtype, raster.nodata, raster.block) == (np.int16, -32768, (16, 16))
    assert raster.bounds == (500_000, 3_498_800, 502_100, 3_500_000)
    assert open_rasters([raster]) == (raster,)


def test_columns_and_rows_there_and_back() -> None:
    (raster,) = open_rasters([(np.ones((4, 5), int), (2, 1, 10, 1, -3, 20), "EPSG:6933")])
    columns, rows = np.array([0.0, 5, 2.5]), np.array([0.0, 4, 1.25])
    back = raster.cells_of(*raster.coordinates(columns, rows))
    assert np.allclose(back, (columns, rows))


@pytest.mark.parametrize("given", ["a.tif", [], None, 3])
def test_rasters_come_in_a_list(given: Any) -> None:
    with pytest.raises(SchemaError, match="a list of rasters"):
        open_rasters(given)


def test_an_array_needs_its_place() -> None:
    with pytest.raises(SchemaError, match="array_1 is not a raster"):
        open_rasters([(np.ones(4, int), GRID, "EPSG:6933")])
    with pytest.raises(CRSMismatchError):
        open_rasters([(np.ones((4, 4), int), GRID, None)])


def test_rounded_headers_are_the_same_grid() -> None:
    codes = np.ones((100, 100), np.uint8)
    near = (30.0000001, 0, 500_000.001, 0, -30, 3_500_000)
    assert len(open_rasters([(codes, GRID, "EPSG:6933"), (codes, near, "EPSG:6933")])) == 2
    half = (30, 0, 500_015, 0, -30, 3_500_000)
    with pytest.raises(AlignmentError, match=r"corners up to 0\.5 cells"):
        open_rasters([(codes, GRID, "EPSG:6933"), (codes, half, "EPSG:6933")])


def test_the_line_aligns(cases: ModuleType, tmp_path: Path) -> None:
    """What the line asks of gdalwarp makes a grid that is taken."""
    first = cases.write(tmp_path / "a.tif", np.ones((30, 40), np.uint8))
    other = cases.write(
        tmp_path / "b 2.tif",
        np.ones((80, 90), np.uint8),
        transform=Affine(0.0004, 0, 110.415, 0, -0.0004, 32.81),
        crs="EPSG:4326",
    )
    with pytest.raises(CRSMismatchError) as caught:
        open_rasters([first, other])
    line = shlex.split(str(caught.value).split("fix: ")[1])
    assert line[0] == "gdalwarp"
    assert line[line.index("-r") + 1] == "near"
    assert line[-2:] == [str(other), str(tmp_path / "b 2_aligned.tif")]
    if shutil.which("gdalwarp"):
        subprocess.run(line, check=True, capture_output=True)
    else:  # the same request through rasterio
        at = line.index("-te") + 1
        left, bottom, right, top = map(float, line[at : at + 4])
        width, height = map(int, line[line.index("-ts") + 1 : line.index("-ts") + 3])
        crs = line[line.index("-t_srs") + 1]
        transform = rasterio.transform.from_bounds(left, bottom, right, top, width, height)
        codes = np.zeros((height, width), np.uint8)
        with rasterio.open(other) as source:
            reproject(
                rasterio.band(source, 1),
                codes,
                dst_transform=transform,
                dst_crs=crs,
                resampling=Resampling.nearest,
            )
        cases.write(Path(line[-1]), codes, transform=transform, crs=crs)
    assert len(open_rasters([first, line[-1]])) == 2
    with rasterio.open(line[-1]) as file:
        assert (file.read(1) == 1).all()


def test_an_authority_is_named_in_the_line() -> None:
    codes = np.ones((10, 10), np.uint8)
    with pytest.raises(AlignmentError, match=r"-t_srs EPSG:6933 -te 500000\.0 .* -ts 10 10 -r"):
        open_rasters([(codes, GRID, "EPSG:6933"), (codes[:5], GRID, "EPSG:6933")])


def test_a_mask_is_refused(cases: ModuleType, tmp_path: Path) -> None:
    path = cases.write(tmp_path / "a.tif", np.ones((32, 32), np.uint8), nodata=None)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        file.write_mask(np.eye(32, dtype=np.uint8) * 255)
    with pytest.raises(SchemaError, match=r"by a mask\n(.*\n)*.*gdalwarp -dstnodata 0"):
        open_rasters([path])


def test_fractions_are_refused_with_the_line() -> None:
    with pytest.raises(SchemaError, match=r"float64 numbers(.|\n)*gdal_translate -ot Byte"):
        open_rasters([(np.ones((4, 4)), GRID, "EPSG:6933")])


def test_without_rasterio_the_line_that_installs_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['rasterio'] = None\n"
        "from spatialcarbon.models.land.raster_input import open_rasters\n"
        "open_rasters(['a.tif'])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    line = r'pip install "spatialcarbon\[rasters\]"'
    assert re.search(rf"MissingDependencyError(.|\n)*{line}", run.stderr)
