"""Rasters in: files or arrays on one grid, refused with the line that mends them where not."""

from __future__ import annotations

import os
import shlex
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from spatialcarbon.core.errors import (
    AlignmentError,
    CRSMismatchError,
    SchemaError,
)
from spatialcarbon.core.files import is_file
from spatialcarbon.geo.crs import require_crs
from spatialcarbon.models.land.raster_opening import opened, rasterio_module

if TYPE_CHECKING:
    import numpy.typing as npt
    from pyproj import CRS

    Floats = npt.NDArray[np.float64]
    Cells = npt.NDArray[Any]

Affine6: TypeAlias = tuple[float, float, float, float, float, float]
"""Column and row to x and y: ``x = a·column + b·row + c``, ``y = d·column + e·row + f``."""

RasterLike: TypeAlias = "str | os.PathLike[str] | tuple[Any, Any, Any] | Raster"

DRIFT = 1e-3
"""Cells by which corners of two grids may lie apart: rounding in headers, not another grid."""

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

Window: TypeAlias = tuple[int, int, int, int]
"""Row, column, height and width."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Raster:
    """One raster of whole-numbered codes, described but not read.

    Parameters
    ----------
    name : str
        Path, or what to call an array in messages.
    shape : tuple of int
        Rows and columns.
    transform : tuple of float
        The six numbers of the affine map from columns and rows to coordinates.
    crs : CRS
        Coordinate reference system, pyproj's.
    dtype : dtype
        Type of the codes.
    nodata : int or None
        The code that the file says stands for nothing.
    block : tuple of int
        Rows and columns of the blocks in which it is stored.
    path : str or None
        The file.
    array : array or None
        The codes, if there is no file.
    top : int
        Row of the grid with which the array begins.
    """

    name: str
    shape: tuple[int, int]
    transform: Affine6
    crs: CRS
    dtype: np.dtype[Any]
    nodata: int | None = None
    block: tuple[int, int] = (512, 512)
    path: str | None = None
    array: Cells | None = field(default=None, repr=False)
    top: int = 0

    def cells_of(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return columns and rows of coordinates, from the upper left corner of the raster."""
        a, b, c, d, e, f = self.transform
        scale = a * e - b * d
        u, v = x - c, y - f
        return (e * u - b * v) / scale, (a * v - d * u) / scale

    def coordinates(self, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Return coordinates of columns and rows."""
        a, b, c, d, e, f = self.transform
        return a * columns + b * rows + c, d * columns + e * rows + f

    def probe(self, n: int) -> tuple[Floats, Floats]:
        """Return the coordinates of n × n points spread over the raster."""
        height, width = self.shape
        along = (np.arange(n) + 0.5) / n
        columns, rows = np.meshgrid(along * width, along * height)
        return self.coordinates(columns.ravel(), rows.ravel())

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return left, bottom, right and top."""
        height, width = self.shape
        x, y = self.coordinates(
            np.array([0.0, width, 0, width]), np.array([0.0, 0, height, height])
        )
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def bounds_text(self) -> str:
        """Return the bounds and the CRS for messages."""
        edges = ", ".join(f"{edge:.10g}" for edge in self.bounds)
        return f"{edges} ({self.crs.name})"

    def beside(self, addition: str) -> str:
        """Return the name of a new file beside this one: ``a.tif`` → ``a_aligned.tif``."""
        path = Path(self.name)
        return str(path.with_name(f"{path.stem}_{addition}.tif"))


def open_rasters(given: Sequence[RasterLike]) -> tuple[Raster, ...]:
    """Describe rasters and check that all are on the grid of the first.

    Parameters
    ----------
    given : sequence of path, (array, transform, crs) or Raster
        In order of years.

    Raises
    ------
    AlignmentError
        Grids that differ; the message has the ``gdalwarp`` line.
    CRSMismatchError
        Different or missing CRS.
    SchemaError
        Files that are empty or no raster, several bands, codes that are not
        whole numbers.
    """
    if isinstance(given, (str, os.PathLike)) or not isinstance(given, Sequence) or not len(given):
        raise SchemaError(
            "rasters is {kind}",
            expected="a list of rasters, one per year",
            fix='rasters=["2000.tif", "2020.tif"]',
            kind=type(given).__name__ if not isinstance(given, Sequence) or given else "empty",
        )
    rasters = tuple(_open(item, position) for position, item in enumerate(given))
    for other in rasters[1:]:
        _refuse_other_grid(rasters[0], other)
    return rasters


def _open(item: RasterLike, position: int) -> Raster:
    if isinstance(item, Raster):
        return item
    if isinstance(item, tuple):
        return _from_array(item, position)
    return _from_file(os.fspath(item))


def _from_array(item: tuple[Any, Any, Any], position: int) -> Raster:
    name = f"array_{position + 1}"
    if len(item) != 3 or np.ndim(item[0]) != 2:
        raise SchemaError(
            "{name} is not a raster",
            expected="(array of rows and columns, transform of six numbers, CRS)",
            fix="(codes, from_origin(west, north, 30, 30), 'EPSG:6933')",
            name=name,
        )
    array = np.asarray(item[0])
    a, b, c, d, e, f = (float(number) for number in tuple(item[1])[:6])
    raster = Raster(
        name=name,
        shape=(int(array.shape[0]), int(array.shape[1])),
        transform=(a, b, c, d, e, f),
        crs=require_crs(item[2]),
        dtype=array.dtype,
        array=array,
    )
    _refuse_fractions(raster)
    return raster


def _from_file(path: str) -> Raster:
    if is_file(path) and os.path.getsize(path) == 0:
        raise SchemaError(
            "{path} is empty (0 bytes)", fix="download or copy the file again", path=path
        )
    rasterio = rasterio_module()
    try:
        dataset = opened(path)
    except rasterio.errors.RasterioError as problem:
        raise SchemaError(
            "{path} cannot be opened as a raster",
            arrived="{problem}",
            expected="a GeoTIFF, COG or VRT",
            fix="gdalinfo {source} says more; a download that broke off must be repeated",
            path=path,
            source=shlex.quote(path),
            problem=problem,
        ) from problem
    with dataset:
        _refuse_bands_and_masks(dataset, path, rasterio)
        if dataset.crs is None or tuple(dataset.transform)[:6] == IDENTITY:
            raise CRSMismatchError(
                "{path} does not say where it lies on the Earth",
                expected="a CRS and a transform in the file",
                fix="gdal_translate -a_srs EPSG:4326 -a_ullr west north east south "
                "{source} {target}",
                path=path,
                source=shlex.quote(path),
                target=shlex.quote(str(Path(path).with_name(f"{Path(path).stem}_placed.tif"))),
            )
        nodata = dataset.nodata
        a, b, c, d, e, f = tuple(dataset.transform)[:6]
        raster = Raster(
            name=path,
            shape=(dataset.height, dataset.width),
            transform=(a, b, c, d, e, f),
            crs=require_crs(dataset.crs),
            dtype=np.dtype(dataset.dtypes[0]),
            nodata=int(nodata) if nodata is not None and float(nodata).is_integer() else None,
            block=dataset.block_shapes[0],
            path=path,
        )
    _refuse_fractions(raster)
    return raster


def _refuse_bands_and_masks(dataset: Any, path: str, rasterio: Any) -> None:
    source = shlex.quote(path)
    target = shlex.quote(str(Path(path).with_name(f"{Path(path).stem}_codes.tif")))
    if dataset.count != 1:
        raise SchemaError(
            "{path} has {n} bands",
            expected="one band of class codes per file",
            fix="gdal_translate -b 1 {source} {target}",
            path=path,
            n=dataset.count,
            source=source,
            target=target,
        )
    if rasterio.enums.MaskFlags.per_dataset in dataset.mask_flag_enums[0]:
        raise SchemaError(
            "{path} marks cells without data by a mask",
            expected="a nodata code",
            fix="gdalwarp -dstnodata 0 {source} {target}",
            path=path,
            source=source,
            target=target,
        )


def _refuse_fractions(raster: Raster) -> None:
    if raster.dtype.kind in "ui":
        return
    raise SchemaError(
        "{raster} holds {dtype} numbers, not class codes",
        expected="whole numbers",
        fix="gdal_translate -ot Byte {source} {target}, if every value is a code of 0 to 255",
        raster=raster.name,
        dtype=raster.dtype.name,
        source=shlex.quote(raster.name),
        target=shlex.quote(raster.beside("codes")),
    )


def _refuse_other_grid(first: Raster, other: Raster) -> None:
    """Raise with the line that aligns the other raster, unless both have one grid."""
    line = _gdalwarp(first, other)
    fix = "{line}"
    if not first.crs.equals(other.crs, ignore_axis_order=True):
        raise CRSMismatchError(
            "{other} has another CRS than {first}",
            arrived="{theirs}; {ours}",
            expected="rasters on one grid: nothing is resampled unasked",
            fix=fix,
            other=other.name,
            first=first.name,
            theirs=other.crs.name,
            ours=first.crs.name,
            line=line,
        )
    height, width = first.shape
    columns = np.array([0.0, width, 0, width])
    rows = np.array([0.0, 0, height, height])
    there, down = first.cells_of(*other.coordinates(columns, rows))
    drift = float(max(np.abs(there - columns).max(), np.abs(down - rows).max()))
    if first.shape == other.shape and drift <= DRIFT:
        return
    raise AlignmentError(
        "{other} is not on the grid of {first}",
        arrived="{other_rows} × {other_columns} cells of {other_size}; corners up to {drift:.4g} "
        "cells away",
        expected="{rows} × {columns} cells of {size}: nothing is resampled unasked",
        fix=fix,
        other=other.name,
        first=first.name,
        other_rows=other.shape[0],
        other_columns=other.shape[1],
        other_size=_cell_size(other),
        drift=drift,
        rows=height,
        columns=width,
        size=_cell_size(first),
        line=line,
    )


def _cell_size(raster: Raster) -> str:
    a, b, _, d, e, _ = raster.transform
    return f"{np.hypot(a, d):.12g} × {np.hypot(b, e):.12g}"


def _gdalwarp(first: Raster, other: Raster) -> str:
    """Return the line that puts ``other`` on the grid of ``first``."""
    left, bottom, right, top = first.bounds
    height, width = first.shape
    words = ["gdalwarp", "-t_srs", _crs_word(first.crs)]
    words += ["-te", *map(repr, (left, bottom, right, top)), "-ts", str(width), str(height)]
    return shlex.join([*words, "-r", "near", other.name, other.beside("aligned")])


def _crs_word(crs: CRS) -> str:
    """Return the shortest name of a CRS that gdalwarp reads as the same."""
    authority = crs.to_authority(min_confidence=100)
    if authority:
        return ":".join(authority)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # what is lost is checked here
        short = crs.to_proj4()
    same = bool(short) and crs.equals(require_crs(short), ignore_axis_order=True)
    return short if same else crs.to_wkt("WKT1_GDAL")
