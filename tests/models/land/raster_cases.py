"""Small rasters of every kind, well-formed and broken, and an independent count of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterio.features
import rasterio.shutil
import shapely
from affine import Affine
from shapely import box

ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +x_0=0 +y_0=0 +ellps=GRS80 +units=m"
LONGLAT = "EPSG:4326"
COMMON = ("cropland", "forest", "shrub", "grassland", "water", "built", "unused", "ice")
"""The common legend in the order of its codes 1 to 8."""

METRES = Affine(30, 0, 500_000, 0, -30, 3_500_000)
DEGREES = Affine(0.01, 0, 118, 0, -0.01, 32)


def patchy(
    shape: tuple[int, int] = (150, 170), *, classes: int = 6, patch: int = 9, seed: int = 0
) -> np.ndarray:
    """Return codes 1 to ``classes`` in patches of about ``patch`` cells."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(1, classes + 1, [-(-n // patch) + 1 for n in shape], dtype=np.uint8)
    rows, columns = np.indices(shape)
    wobble = rng.integers(0, 3, shape)
    return coarse[(rows + wobble) // patch, (columns + wobble) // patch]


def changed(first: np.ndarray, *, share: float = 0.2, classes: int = 6, seed: int = 1) -> Any:
    """Return the codes of a later year: some patches of the first are another class."""
    other = patchy(first.shape, classes=classes, patch=5, seed=seed)
    moves = patchy(first.shape, classes=100, patch=4, seed=seed + 1) <= 100 * share
    return np.where(moves, other, first)


def write(
    path: Path,
    codes: np.ndarray,
    *,
    transform: Affine = METRES,
    crs: Any = ALBERS,
    nodata: float | None = 0,
    tile: int | None = 32,
    driver: str = "GTiff",
) -> Path:
    """Write one band; ``tile=None`` writes strips, as old programs do."""
    layout: dict[str, Any] = {"compress": "deflate"}
    if driver == "GTiff" and tile:
        layout |= {"tiled": True, "blockxsize": tile, "blockysize": tile}
    elif driver == "COG":
        layout["blocksize"] = max(128, tile or 0)
    with rasterio.open(
        path,
        "w",
        driver=driver,
        height=codes.shape[0],
        width=codes.shape[1],
        count=1,
        dtype=codes.dtype,
        transform=transform,
        crs=crs,
        nodata=nodata,
        **layout,
    ) as out:
        out.write(codes, 1)
    return path


def pair(folder: Path, **options: Any) -> tuple[Path, Path]:
    """Write two years of patches; some cells of each are nodata (0)."""
    first = patchy()
    second = changed(first)
    first[40:60, 30:45] = 0
    second[50:70, 40:60] = 0
    return write(folder / "a.tif", first, **options), write(folder / "b.tif", second, **options)


def virtual(path: Path, source: Path) -> Path:
    """Write a VRT over a raster."""
    rasterio.shutil.copy(source, path, driver="VRT")
    return path


def codes(path: Path) -> np.ndarray:
    """Return the first band."""
    with rasterio.open(path) as source:
        return source.read(1)


def zones(crs: Any = ALBERS, *, transform: Affine = METRES, shape=(150, 170)) -> gpd.GeoDataFrame:
    """Return irregular zones in a shuffled order, one partly and one wholly off the raster.

    Names are in no order and not ASCII; ``ring`` has a hole, ``two`` two parts,
    and ``over`` lies over others.
    """
    height, width = shape

    def at(column: float, row: float) -> tuple[float, float]:
        return transform @ (column * width, row * height)

    def patch(*corners: tuple[float, float]) -> Any:
        return shapely.Polygon([at(*corner) for corner in corners])

    ring = patch((0.5, 0.07), (0.93, 0.11), (0.88, 0.52), (0.55, 0.47))
    hole = patch((0.601, 0.203), (0.699, 0.212), (0.711, 0.398), (0.612, 0.371))
    shapes = {
        "西": patch((0.031, 0.04), (0.45, 0.061), (0.43, 0.5), (0.11, 0.55)),
        "ring": shapely.difference(ring, hole),
        "two": shapely.union(
            patch((0.1, 0.6), (0.3, 0.63), (0.2, 0.9)), patch((0.7, 0.7), (0.9, 0.71), (0.81, 0.97))
        ),
        "edge": patch((0.9, 0.8), (1.3, 0.83), (1.27, 1.4), (0.93, 1.2)),
        "over": patch((0.25, 0.25), (0.63, 0.27), (0.6, 0.7), (0.27, 0.66)),
        "Zürich": patch((3, 3), (3.2, 3), (3.2, 3.2), (3, 3.2)),
    }
    order = ["over", "Zürich", "edge", "西", "two", "ring"]
    return gpd.GeoDataFrame(
        geometry=[shapes[name] for name in order], index=pd.Index(order, name="city"), crs=crs
    )


def inside(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the zones that touch the raster."""
    return units.drop(index="Zürich")


# --- broken files ---------------------------------------------------------------------------


def damaged(path: Path, row: int, column: int) -> Path:
    """Overwrite the bytes of one block so that it cannot be decoded."""
    with rasterio.open(path) as source:
        start, size = (
            int(source.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", bidx=1))
            for what in ("OFFSET", "SIZE")
        )
    content = bytearray(path.read_bytes())
    content[start : start + size] = b"\xff" * size
    path.write_bytes(bytes(content))
    return path


def truncated(path: Path, share: float = 0.5) -> Path:
    """Cut a file off, as an interrupted download is."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def empty(path: Path) -> Path:
    """Write a file of 0 bytes."""
    path.write_bytes(b"")
    return path


# --- an independent count -------------------------------------------------------------------


def cell_areas(transform: Affine, height: int, crs: Any) -> np.ndarray:
    """Return the area of a cell of each row in km2, by numerical integration on an ellipsoid."""
    if not rasterio.crs.CRS.from_user_input(crs).is_geographic:
        return np.full(height, abs(transform.a * transform.e) / 1e6)
    a, e2 = 6378.137, 0.0066943799901413165
    nodes, weights = np.polynomial.legendre.leggauss(8)
    top = np.radians(transform.f + transform.e * np.arange(height))
    step = np.radians(-transform.e)
    latitude = (top - step / 2)[:, None] + nodes * step / 2
    density = a**2 * (1 - e2) * np.cos(latitude) / (1 - e2 * np.sin(latitude) ** 2) ** 2
    return density @ weights * step / 2 * np.radians(transform.a)


def centre_share(geometry: Any, transform: Affine, shape: tuple[int, int]) -> np.ndarray:
    """Return 1 for the cells whose centre lies in a polygon, and 0 for the others."""
    return rasterio.features.rasterize(
        [geometry], out_shape=shape, transform=transform, dtype="uint8"
    ).astype(float)


def exact_share(geometry: Any, transform: Affine, shape: tuple[int, int]) -> np.ndarray:
    """Return the share of each cell inside a polygon, by intersecting it with every cell."""
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    corner = transform @ (0, 0)
    across, down = transform.a, transform.e
    x, y = corner[0] + across * columns, corner[1] + down * rows
    cells = shapely.box(x, y + down, x + across, y)
    near = shapely.intersects(cells, geometry)
    share = np.zeros(shape)
    share[near] = shapely.area(shapely.intersection(cells[near], geometry)) / abs(across * down)
    return share


def counted(
    first: np.ndarray,
    second: np.ndarray,
    shares: Mapping[Any, np.ndarray],
    areas: np.ndarray,
    *,
    names: Sequence[str] = COMMON,
) -> pd.DataFrame:
    """Return zone, from, to, km2 of the cells valid in both years: code i is ``names[i - 1]``."""
    rows = []
    valid = (first > 0) & (second > 0)
    joint = first.astype(int) * 100 + second
    for zone, share in shares.items():
        weight = share * areas[:, None]
        sums = np.bincount(joint[valid], weight[valid], minlength=10_000)
        rows += [
            (zone, names[code // 100 - 1], names[code % 100 - 1], sums[code])
            for code in np.flatnonzero(sums)
        ]
    return tidy(pd.DataFrame(rows, columns=["zone", "from", "to", "km2"]))


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of km2 sorted by its other columns, which become the index."""
    keys = [name for name in table.columns if name != "km2"]
    plain = table.astype(dict.fromkeys(keys, str))
    return plain.groupby(keys)["km2"].sum().sort_index().to_frame()


# --- zones across 180° ----------------------------------------------------------------------


def antimeridian() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return a zone across 180° as it should be, in two parts, and as it is often drawn."""
    parts = shapely.union(box(178, 60, 180, 62), box(-180, 60, -178, 62))
    wrapped = shapely.Polygon([(178, 60), (-178, 60), (-178, 62), (178, 62)])
    index = pd.Index(["Chukotka"], name="unit")
    return (
        gpd.GeoDataFrame(geometry=[parts], index=index, crs=LONGLAT),
        gpd.GeoDataFrame(geometry=[wrapped], index=index, crs=LONGLAT),
    )
