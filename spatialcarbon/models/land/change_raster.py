"""A raster of what turned into what, and rasters of classes, written with their colours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import OptionError
from spatialcarbon.models.land.block_reading import Reader
from spatialcarbon.models.land.legends import LAND_CLASSES, land_class_colours, load_legend
from spatialcarbon.models.land.raster_input import open_rasters
from spatialcarbon.models.land.raster_opening import rasterio_module

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely import STRtree

    from spatialcarbon.models.land.legends import Legend, SchemeLike
    from spatialcarbon.models.land.raster_input import Raster, RasterLike, Window
    from spatialcarbon.models.land.synthetic import SyntheticRaster

TILE = 256
ACROSS = 16 * TILE
EMPTY = 0
"""Code of the change map where a class is unknown in either year, or outside the zones."""


def change_code(before: str, after: str) -> int:
    """Return the code of a change: ten times the first class plus the second.

    Classes count from 1 in the order of the common legend: cropland 1, forest 2, shrub 3,
    grassland 4, water 5, built 6, unused 7, ice 8.

    Examples
    --------
    >>> change_code("cropland", "built"), change_code("forest", "forest")
    (16, 22)
    """
    return 10 * (LAND_CLASSES.index(before) + 1) + LAND_CLASSES.index(after) + 1


def change_pair(code: int) -> tuple[str, str]:
    """Return the two classes of a code.

    Examples
    --------
    >>> change_pair(16)
    ('cropland', 'built')
    """
    before, after = divmod(int(code), 10)
    return LAND_CLASSES[before - 1], LAND_CLASSES[after - 1]


def change_colours(colours: Mapping[str, str]) -> dict[int, str]:
    """Return a colour for every code: what stayed is pale, what changed has its new colour.

    Parameters
    ----------
    colours : mapping
        Class → ``"#rrggbb"``.

    Examples
    --------
    >>> found = change_colours({"forest": "#006400", "built": "#c00000"})
    >>> found[26], found[22]
    ('#c00000', '#c0d9c0')
    """
    known = [name for name in LAND_CLASSES if name in colours]
    return {
        change_code(a, b): _pale(colours[a]) if a == b else colours[b].lower()
        for a in known
        for b in known
    }


def _pale(colour: str) -> str:
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{255 - (255 - part) // 4:02x}" for part in parts)


def write_change_raster(
    path: str | Path,
    first: RasterLike,
    second: RasterLike,
    *,
    scheme: SchemeLike,
    zones: gpd.GeoDataFrame | None = None,
    tags: Mapping[str, str] | None = None,
) -> dict[int, int]:
    """Where did land turn from which class into which?

    Writes a GeoTIFF of one byte per cell on the grid of the inputs, with a colour table.
    It is read and written piece by piece: memory does not grow with the raster.

    Parameters
    ----------
    path : path
        File to write.
    first, second : path, (array, transform, crs) or Raster
        Class codes of two years on the same grid, the earlier first.
    scheme : str, path or Legend
        What the codes mean. Codes that the scheme lacks are left empty: counting refuses
        them, and comes first.
    zones : GeoDataFrame, optional
        Cut to these; cells whose centre is outside are left empty.
    tags : mapping, optional
        Written into the file.

    Returns
    -------
    dict
        Code of the change (see :func:`change_code`) → number of cells, without empty ones.

    Raises
    ------
    AlignmentError, CRSMismatchError, SchemaError
        As ``cross_tabulate``, for files that are no rasters or not on one grid.
    OptionError
        Zones outside the rasters.
    MissingDependencyError
        Without the ``rasters`` extra.
    """
    rasterio = rasterio_module()
    pair = open_rasters([first, second])
    legend = load_legend(scheme)
    shapes = tree = None
    if zones is not None:
        import shapely

        shapes = zones.geometry.to_crs(pair[0].crs).to_numpy()
        tree = shapely.STRtree(shapes)
    top, left, height, width = _window(pair[0], shapes)
    tables = [_class_table(raster, legend) for raster in pair]
    counts = np.zeros(100, dtype=np.int64)
    reader = Reader(pair)
    try:
        profile = _profile(pair[0].crs, _transform(pair[0], top, left), (height, width))
        with rasterio.open(path, "w", **profile) as out:
            out.write_colormap(1, _palette(change_colours(land_class_colours())))
            out.update_tags(**(tags or {}))
            for row, column, rows, columns in _pieces(height, width):
                window = (top + row, left + column, rows, columns)
                before, after = (_classes(reader, at, tables[at], window) for at in (0, 1))
                cells = np.where((before > 0) & (after > 0), 10 * before + after, EMPTY)
                place = _transform(pair[0], *window[:2])
                cells[~_inside(tree, cells.shape, place)] = EMPTY
                counts += np.bincount(cells.ravel(), minlength=100)
                out.write(cells, 1, window=((row, row + rows), (column, column + columns)))
    finally:
        reader.close()
    return {int(code): int(counts[code]) for code in np.flatnonzero(counts) if code != EMPTY}


def write_classes(
    path: str | Path,
    raster: SyntheticRaster,
    *,
    nodata: int,
    colours: Mapping[int, str],
    tags: Mapping[str, str],
) -> None:
    """Write an array of class codes as a tiled, compressed GeoTIFF with a colour table."""
    rasterio = rasterio_module()
    height, width = raster.array.shape
    profile = _profile(raster.crs, rasterio.Affine(*raster.transform), (height, width))
    with rasterio.open(path, "w", **profile | {"nodata": nodata}) as out:
        out.write_colormap(1, _palette(colours))
        out.update_tags(**tags)
        out.write(raster.array, 1)


def _profile(crs: CRS, transform: Any, shape: tuple[int, int]) -> dict[str, Any]:
    return {
        "driver": "GTiff",
        "height": shape[0],
        "width": shape[1],
        "count": 1,
        "dtype": "uint8",
        "crs": crs.to_wkt(),
        "transform": transform,
        "nodata": EMPTY,
        "tiled": True,
        "blockxsize": TILE,
        "blockysize": TILE,
        "compress": "deflate",
        "zlevel": 9,
        "bigtiff": "if_safer",
    }


def _window(raster: Raster, shapes: NDArray[Any] | None) -> Window:
    """Return the part of a raster that holds the zones, in whole cells."""
    height, width = raster.shape
    if shapes is None:
        return 0, 0, height, width
    import shapely

    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    columns, rows = raster.cells_of(
        np.array([west, east, west, east]), np.array([south, south, north, north])
    )
    top, left = max(0, math.floor(rows.min())), max(0, math.floor(columns.min()))
    bottom, right = min(height, math.ceil(rows.max())), min(width, math.ceil(columns.max()))
    if bottom <= top or right <= left:
        raise OptionError(
            "the zones lie outside {path}",
            fix="check the CRS of map and raster, and that the raster covers the places",
            path=raster.name,
        )
    return top, left, bottom - top, right - left


def _transform(raster: Raster, row: int, column: int) -> Any:
    """Return the transform of the part of a raster that begins at a row and column."""
    a, b, _, d, e, _ = raster.transform
    x, y = raster.coordinates(np.array([float(column)]), np.array([float(row)]))
    return rasterio_module().Affine(a, b, float(x[0]), d, e, float(y[0]))


def _pieces(height: int, width: int) -> Iterator[Window]:
    """Cut a grid into pieces of whole tiles, a million cells at most."""
    for row in range(0, height, TILE):
        for column in range(0, width, ACROSS):
            yield row, column, min(TILE, height - row), min(ACROSS, width - column)


def _inside(tree: STRtree | None, shape: tuple[int, ...], transform: Any) -> NDArray[np.bool_]:
    """Return the cells whose centre is in a zone."""
    if tree is None:
        return np.ones(shape, dtype=np.bool_)
    import shapely
    from rasterio.features import geometry_mask

    rows, columns = shape
    a, b, x, d, e, y = transform[:6]
    corners = [
        (a * column + b * row + x, d * column + e * row + y)
        for column, row in ((0, 0), (columns, 0), (columns, rows), (0, rows))
    ]
    # Only zones near by: all of them for every window would be zones times windows.
    near = tree.geometries[np.sort(tree.query(shapely.Polygon(corners)))]
    if not len(near):
        return np.zeros(shape, dtype=np.bool_)
    found: NDArray[np.bool_] = geometry_mask(list(near), shape, transform, invert=True)
    return found


def _class_table(raster: Raster, legend: Legend) -> NDArray[np.uint8]:
    """Return the class, counted from 1, of each code up to the largest; 0 for none."""
    size = max([*legend.codes, 0]) + 2
    table = np.zeros(size, dtype=np.uint8)
    for code, land in legend.codes.items():
        if code >= 0 and code != raster.nodata and code not in legend.nodata:
            table[code] = LAND_CLASSES.index(land) + 1
    return table


def _classes(
    reader: Reader, position: int, table: NDArray[np.uint8], window: Window
) -> NDArray[np.uint8]:
    cells = np.empty(window[2:], dtype=reader.rasters[position].dtype)
    damaged = reader.attempt(position, window, cells)
    last = len(table) - 1  # an entry that no code has, for all that lie outside
    known = (cells >= 0) & (cells < last)
    found: NDArray[np.uint8] = table[np.where(known, cells, last).astype(np.intp)]
    for damage in damaged:  # counting names them: it refuses them, or was told to skip them
        row, column = damage.window[0] - window[0], damage.window[1] - window[1]
        found[row : row + damage.window[2], column : column + damage.window[3]] = 0
    return found


def _palette(colours: Mapping[int, str]) -> dict[int, tuple[int, ...]]:
    return {
        code: (*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), 255)
        for code, colour in colours.items()
    }
