"""Invented land-cover rasters over real boundaries, to try the methods with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.options import check_count, check_positive
from spatialcarbon.core.rng import RNGLike, Stream, resolve_rng
from spatialcarbon.geo.crs import equal_area_crs
from spatialcarbon.models.land.synthetic_fields import highest, noise, smooth_field

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from spatialcarbon.models.land.raster_input import Affine6
    from spatialcarbon.models.land.synthetic_fields import Field, Mask

CODES = {
    **{"cropland": 1, "forest": 2, "shrub": 3, "grassland": 4},
    **{"water": 5, "unused": 7, "built": 8},
}
"""Class → code of the CLCD scheme, in which the rasters are written."""

SCHEME = "CLCD"
NODATA = 0
SYNTHETIC_TAG = "SPATIALCARBON_SYNTHETIC"
"""Tag of a GeoTIFF whose classes are invented: whatever is made from it says so."""

TIFF = (".tif", ".tiff")

MAX_CELLS = 50_000_000

BUILT, GROWTH = 0.07, 1.032
"""Share of built-up land in 2000, and its factor per year."""

CROPLAND, UNUSED, GRASSLAND, SHRUB = 0.36, 0.012, 0.075, 0.035
"""Shares: cropland of the open land, each other of what the ones before it leave; the rest is
forest."""


class SyntheticRaster(NamedTuple):
    """Invented classes on a grid.

    Parameters
    ----------
    array : array of uint8
        Codes of the CLCD scheme, 0 where there are none.
    transform : tuple of float
        From columns and rows to coordinates: ``x = a·column + b·row + c``,
        ``y = d·column + e·row + f``. ``affine.Affine(*transform)`` for rasterio.
    crs : pyproj.CRS
        An equal-area projection in metres.
    """

    array: NDArray[np.uint8]
    transform: Affine6
    crs: CRS


def synthetic_land_cover(
    units: gpd.GeoDataFrame,
    *,
    years: Sequence[int] = (2000, 2010, 2020),
    cell: float = 300.0,
    seed: RNGLike = 20240501,
) -> dict[int, SyntheticRaster]:
    r"""What could the land cover of some places look like, where no raster is at hand?

    Use it to try a study, to teach, and to test. The classes are **invented**: cities lie
    where cities are and grow at their edges, everything else is chance. Say nothing about a
    real place with it.

    Parameters
    ----------
    units : GeoDataFrame
        Boundaries with a CRS, such as ``load_units("cities", clusters="PRD")``.
    years : sequence of int
        Years wanted. The raster of a year does not hang on which others are asked for.
    cell : float
        Side of a cell in metres.
    seed : int, Generator or None
        The same seed, units and cell give the same bytes on every machine.

    Returns
    -------
    dict
        Year → ``(array, transform, crs)``, all on one grid in an equal-area projection; cells
        whose centre is outside all units hold 0.

    Raises
    ------
    OptionError
        No years, the same year twice, or a cell so small that the grid would have more than
        fifty million cells.
    CRSMismatchError
        Boundaries without a CRS.

    Notes
    -----
    Sums of smoothed noise are cut at ranks, so that shares are exact. Water follows contour
    lines of one field (rivers) and the peaks of another (ponds). Built-up land is the share
    0.07 · 1.032^(year − 2000) of the cells with the highest potential

    .. math:: p = \max_k \frac{s_k r_k}{r_k + d_k} + \text{noise},

    over cities and towns :math:`k` of reach :math:`r_k` at distance :math:`d_k`; as the share
    rises it spreads from the edges. Cropland takes the lowest cells of a relief that shifts a
    little with the years; four cells in a thousand take a neighbour's class, as misclassified
    cells do.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> square = gpd.GeoDataFrame(geometry=[box(0, 0, 6000, 6000)], crs="EPSG:32650")
    >>> made = synthetic_land_cover(square, years=[2000, 2020], cell=300, seed=1)
    >>> built = {year: int((raster.array == 8).sum()) for year, raster in made.items()}
    >>> built[2020] > built[2000]
    True
    """
    wanted = _years(years)
    stream = resolve_rng(seed)
    transform, crs, inside, centres = _grid(units, check_positive(cell, "cell"))
    landscape = _Landscape(stream, inside, centres, cell)
    return {year: SyntheticRaster(landscape.year(year), transform, crs) for year in wanted}


def write_synthetic_land_cover(
    folder: str | Path,
    units: gpd.GeoDataFrame,
    *,
    years: Sequence[int] = (2000, 2010, 2020),
    cell: float = 300.0,
    seed: RNGLike = 20240501,
) -> dict[int, Path]:
    """What could the land cover of some places look like, as files?

    Writes ``synthetic_landcover_YEAR.tif``: tiled, compressed, with a colour table, and with
    tags that say that the classes are invented, for use with no land-cover map at hand.

    Parameters
    ----------
    folder : path
        An existing folder.
    units, years, cell, seed
        As for :func:`synthetic_land_cover`.

    Returns
    -------
    dict
        Year → path.

    Raises
    ------
    OptionError
        As :func:`synthetic_land_cover`.
    MissingDependencyError
        Without the ``rasters`` extra.

    Examples
    --------
    >>> import tempfile, geopandas as gpd
    >>> from shapely import box
    >>> square = gpd.GeoDataFrame(geometry=[box(0, 0, 6000, 6000)], crs="EPSG:32650")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = write_synthetic_land_cover(folder, square, years=[2020], seed=1)
    >>> made[2020].name
    'synthetic_landcover_2020.tif'
    """
    from spatialcarbon.models.land.change_raster import write_classes
    from spatialcarbon.models.land.legends import load_legend

    stream = resolve_rng(seed)
    rasters = synthetic_land_cover(units, years=years, cell=cell, seed=stream.seed)
    colours = {info.code: info.colour for info in load_legend(SCHEME).classes}
    written = {}
    for year, raster in rasters.items():
        path = Path(folder) / f"synthetic_landcover_{year}.tif"
        tags = {
            SYNTHETIC_TAG: "yes",
            "TIFFTAG_IMAGEDESCRIPTION": f"SYNTHETIC land cover {year}, invented: no real place",
            "YEAR": str(year),
            "SCHEME": SCHEME,
            "SEED": str(stream.seed),
        }
        write_classes(path, raster, nodata=NODATA, colours=colours, tags=tags)
        written[year] = path
    return written


def is_synthetic(path: str | Path) -> bool:
    """Return whether a raster says that its classes are invented; a VRT asks its sources."""
    from spatialcarbon.models.land.raster_opening import opened

    with opened(path) as source:
        if source.tags().get(SYNTHETIC_TAG) == "yes":
            return True
        parts = [part for part in source.files[1:] if source.driver == "VRT"]
    return any(is_synthetic(part) for part in parts if Path(part).suffix.lower() in TIFF)


def _years(years: Sequence[int]) -> list[int]:
    wanted = sorted(check_count(year, "years") for year in years)
    if not wanted or len(set(wanted)) != len(wanted):
        raise OptionError(
            "years={years} must name at least one year, and none twice",
            years=list(years),
            fix="years=[2000, 2010, 2020]",
        )
    return wanted


def _grid(units: gpd.GeoDataFrame, cell: float) -> tuple[Affine6, CRS, Mask, NDArray[np.float64]]:
    """Return transform, projection, which cell centres are inside, and where the cities are."""
    import shapely
    from pyproj import CRS

    crs = CRS.from_user_input(equal_area_crs(units))
    shapes = units.geometry.to_crs(crs)
    west, south, east, north = (float(x) for x in shapes.total_bounds)
    left, top = math.floor(west / cell) * cell, math.ceil(north / cell) * cell
    columns, rows = math.ceil((east - left) / cell), math.ceil((top - south) / cell)
    if rows * columns > MAX_CELLS:
        raise OptionError(
            "cell={cell} gives {n:,} cells, more than an invented raster may have",
            expected="at most {limit:,} cells",
            fix="cell={larger:.0f}",
            cell=cell,
            n=rows * columns,
            limit=MAX_CELLS,
            larger=math.ceil(cell * math.sqrt(rows * columns / MAX_CELLS)),
        )
    transform = (cell, 0.0, left, 0.0, -cell, top)
    inside = np.zeros((rows, columns), dtype=np.bool_)
    for shape in shapes:  # each in its own window: the rest of the grid need not be asked
        x0, y0, x1, y1 = shape.bounds
        window = (
            slice(max(0, math.floor((top - y1) / cell)), math.ceil((top - y0) / cell)),
            slice(max(0, math.floor((x0 - left) / cell)), math.ceil((x1 - left) / cell)),
        )
        y = top - (np.arange(*window[0].indices(rows)) + 0.5) * cell
        x = left + (np.arange(*window[1].indices(columns)) + 0.5) * cell
        shapely.prepare(shape)
        inside[window] |= shapely.contains_xy(shape, x[None, :], y[:, None])
    points = shapely.get_coordinates(shapely.point_on_surface(shapes.to_numpy()))
    centres = np.column_stack([(top - points[:, 1]) / cell, (points[:, 0] - left) / cell])
    # In an order of their own, so that the landscape does not hang on that of the rows.
    return transform, crs, inside, centres[np.lexsort(centres.T)]


class _Landscape:
    """The fields behind the classes: drawn once, cut anew for every year."""

    def __init__(
        self, stream: Stream, inside: Mask, centres: NDArray[np.float64], cell: float
    ) -> None:
        self.stream, self.inside = stream, inside
        shape = (inside.shape[0], inside.shape[1])

        def cells(km: float) -> int:
            return max(1, round(1000 * km / cell))

        def field(name: str, *parts: tuple[float, int]) -> Field:
            return smooth_field(stream, shape, [(cells(km), w) for km, w in parts], name)

        winding = field("rivers", (12, 6), (4, 2))
        self.rivers = highest(-np.abs(winding), inside, 0.028)
        self.ponds = field("ponds", (1.2, 1), (9, 1))
        relief = field("relief", (14, 6), (5, 3), (1.2, 2))
        self.potential = 6 * self._pull(centres, cells) + field("edges", (2.4, 1), (0.6, 1))
        self.hills, self.relief = relief, 4 * relief - self.potential // 2
        self.drift = field("drift", (5, 2), (1.5, 1))
        self.patches = {
            "unused": field("unused", (1, 1)),
            "grassland": field("grassland", (2.5, 1), (0.8, 1)),
            "shrub": field("shrub", (1.5, 1)),
        }

    def _pull(self, centres: NDArray[np.float64], cells: Any) -> Field:
        """Return the nearness to cities and towns: largest in the middle of the largest."""
        rows, columns = self.inside.shape
        pull = np.zeros((rows, columns))
        y, x = np.arange(rows)[:, None], np.arange(columns)[None, :]
        sizes = noise(self.stream, (1, len(centres)), "sizes")[0] >> 22  # 0 to 1023
        for (row, column), size in zip(centres, sizes, strict=True):
            away = np.sqrt((y - row) ** 2 + (x - column) ** 2)
            reach = float(cells(6)) * (0.6 + float(size) / 1024)
            pull = np.maximum(pull, 1000 * reach / (reach + away))
        land = np.flatnonzero(self.inside)
        towns = max(1, land.size // cells(14) ** 2)
        for word in noise(self.stream, (1, towns), "towns")[0]:
            row, column = divmod(int(land[int(word) * land.size >> 32]), columns)
            near = cells(9)
            part = (
                slice(max(0, row - near), row + near + 1),
                slice(max(0, column - near), column + near + 1),
            )
            away = np.sqrt((y[part[0]] - row) ** 2 + (x[:, part[1]] - column) ** 2)
            reach = float(cells(1.2))
            pull[part] = np.maximum(pull[part], 900 * reach / (reach + away))
        return pull.astype(np.int64) * 4

    def year(self, year: int) -> NDArray[np.uint8]:
        """Return the codes of one year."""
        land = self.inside
        codes = np.full(land.shape, NODATA, dtype=np.uint8)
        since = year - 2000
        lakes = min(0.06, max(0.005, 0.03 - 0.0003 * since))
        ponds = self.ponds - self.hills + since * self.drift // 400
        water = self.rivers | highest(ponds, land, lakes)
        open_land = land & ~water
        share = min(0.45, max(0.005, BUILT * GROWTH**since))
        built = highest(self.potential, open_land, share)
        rest = open_land & ~built
        lowland = -self.relief + since * self.drift // 25
        cropland = highest(lowland, rest, CROPLAND)
        codes[rest], codes[water], codes[built] = (
            CODES["forest"],
            CODES["water"],
            CODES["built"],
        )
        codes[cropland] = CODES["cropland"]
        rest &= ~cropland
        for name, part in (("unused", UNUSED), ("grassland", GRASSLAND), ("shrub", SHRUB)):
            chosen = highest(self.patches[name] + since * self.drift // 60, rest, part)
            codes[chosen] = CODES[name]
            rest &= ~chosen
        return self._misread(codes, year)

    def _misread(self, codes: NDArray[np.uint8], year: int) -> NDArray[np.uint8]:
        """Return the codes with errors of a classifier, and a few cells that it left empty."""
        shape = (codes.shape[0], codes.shape[1])
        beside = np.roll(codes, 3, axis=1)
        errors = smooth_field(self.stream, shape, [(1, 1)], "errors", year)
        wrong = highest(errors, self.inside & (beside != NODATA), 0.004)
        codes[wrong] = beside[wrong]
        cloud = smooth_field(self.stream, shape, [(3, 1)], "clouds", year)
        codes[highest(cloud, self.inside, 0.0005)] = NODATA
        return codes
