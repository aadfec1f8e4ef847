"""Zone × class × class of two large rasters beside rasterio, rasterstats and exactextract.

Not part of the normal run: ``make bench``. The rasters are made here, seeded, in
a temporary folder: 20,000 × 20,000 cells in deflated tiles of 512, ten classes,
111 zones. rasterio only decodes both files, with as many threads: less cannot
be done. The others get one raster in which both years are already combined.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import exactextract
import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rasterstats
import shapely
import xarray
from rasterio.features import rasterize
from rasterio.transform import from_origin
from xrspatial import zonal

from spatialcarbon.core.compiled import thread_count
from spatialcarbon.models.land.block_reading import windows
from spatialcarbon.models.land.crosstab import cross_tabulate
from spatialcarbon.models.land.raster_input import open_rasters
from spatialcarbon.models.land.window_counts import CACHE_BYTES

SIZE, TILE, CLASSES, ZONES = 20_000, 512, 10, 111
CELL = 30.0
KM2 = CELL**2 / 1e6
WEST, NORTH = 9_000_000.0, 4_000_000.0
COMMON = ("cropland", "forest", "shrub", "grassland", "water", "built", "unused", "ice")
LANDS = (*COMMON, "water", "built")
"""The common class of each of the ten codes."""


def strips(kind: str) -> Any:
    """Yield the first row and the codes of both years, strip by strip.

    Patches of 64 and of 12 cells with winding borders; in the second year some
    of 16 cells have become built-up. Noisy rasters have no patches at all.
    """
    rng = np.random.default_rng(1)

    def patches(n: int) -> Any:
        return rng.integers(1, CLASSES + 1, (SIZE // n + 8, SIZE // n + 8), dtype=np.uint8)

    coarse, fine = patches(64), patches(12)
    mixed = rng.random((SIZE // 40 + 8, SIZE // 40 + 8)) < 0.3
    growing = rng.random((SIZE // 16 + 8, SIZE // 16 + 8)) < 0.05
    across = np.arange(SIZE)
    for top in range(0, SIZE, TILE):
        down = np.arange(top, min(top + TILE, SIZE))
        if kind == "noisy":
            shape = (len(down), SIZE)
            yield top, *(rng.integers(1, CLASSES + 1, shape, dtype=np.uint8) for _ in range(2))
            continue
        columns = across + wave(down, 40, 17, 5)[:, None]
        rows = down[:, None] + wave(across, 40, 23, 7)

        def at(grid: Any, n: int, rows: Any = rows, columns: Any = columns) -> Any:
            return grid[rows // n, columns // n]

        first = np.where(at(mixed, 40), at(fine, 12), at(coarse, 64))
        yield top, first, np.where(at(growing, 16), np.uint8(6), first)


def wave(along: Any, shift: int, long: float, short: float) -> Any:
    """Return by how many cells borders bend; never less than 0."""
    bend = 9 * np.sin(along / long) + 3 * np.sin(along / short) + 2 * np.sin(along * 1.7)
    return (shift + bend).astype(np.int64)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a maker of both years and of their combination; each kind is made once."""
    folder = tmp_path_factory.mktemp("landcover")

    @cache
    def make(kind: str) -> tuple[Path, Path, Path]:
        paths = [folder / f"{kind}_{name}.tif" for name in ("first", "second", "both")]
        profile = {
            "driver": "GTiff",
            "width": SIZE,
            "height": SIZE,
            "count": 1,
            "dtype": "uint8",
            "crs": "EPSG:6933",
            "transform": from_origin(WEST, NORTH, CELL, CELL),
            "tiled": True,
            "blockxsize": TILE,
            "blockysize": TILE,
            "compress": "deflate",
            "nodata": 0,
        }
        outs = [rasterio.open(path, "w", **profile) for path in paths]
        for top, first, second in strips(kind):
            for out, codes in zip(outs, (first, second, first << 4 | second), strict=True):
                out.write(codes, 1, window=((top, top + len(codes)), (0, SIZE)))
        for out in outs:
            out.close()
        return paths[0], paths[1], paths[2]

    return make


@pytest.fixture(scope="session")
def scheme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the table of the ten codes."""
    path = tmp_path_factory.mktemp("scheme") / "ten.csv"
    rows = (f"{code},{land}" for code, land in enumerate(LANDS, 1))
    path.write_text("code,class\n" + "\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def zones() -> gpd.GeoDataFrame:
    """Return 111 seeded polygons that share the raster out."""
    side = SIZE * CELL
    frame = shapely.box(WEST, NORTH - side, WEST + side, NORTH)
    points = np.random.default_rng(2).random((ZONES, 2)) * side + [WEST, NORTH - side]
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame)
    shapes = shapely.intersection(shapely.get_parts(cells), frame)
    return gpd.GeoDataFrame(geometry=shapes, index=[f"z{i}" for i in range(ZONES)], crs="EPSG:6933")


def cube(table: Any, labels: list[str]) -> np.ndarray:
    """Return a table as cells by zone × class × class."""
    found = np.zeros((len(labels), 8, 8))
    at = {label: i for i, label in enumerate(labels)}, {land: i for i, land in enumerate(COMMON)}
    rows = zip(table["zone"], table["from"], table["to"], table["km2"], strict=True)
    for zone, before, after, km2 in rows:
        found[at[0][zone], at[1][before], at[1][after]] += km2 / KM2
    return found


def folded(counts: list[dict[int, float]]) -> np.ndarray:
    """Return counts of combined codes as cells by zone × class × class."""
    found = np.zeros((len(counts), 8, 8))
    for zone, counted in enumerate(counts):
        for code, cells in counted.items():
            before, after = LANDS[int(code) // 16 - 1], LANDS[int(code) % 16 - 1]
            found[zone, COMMON.index(before), COMMON.index(after)] += cells
    return found


MEMORY = """
import sys
import geopandas as gpd
import numpy as np
from spatialcarbon.models.land.crosstab import cross_tabulate

def resident(name):
    words = open("/proc/self/status").read().split(name + ":")[1].split()
    return int(words[0]) / 1e3

first, second, scheme, zones = sys.argv[1:]
zones = gpd.read_file(zones)
small = (np.ones((600, 600), np.uint8), (30, 0, 9e6, 0, -30, 4e6), "EPSG:6933")
cross_tabulate([small, small], zones=zones, scheme="common")  # imports and compiles
before = resident("VmRSS")
cross_tabulate([first, second], zones=zones, scheme=scheme)
print(resident("VmHWM") - before)
"""
"""What a fresh process holds at most beyond its libraries, MB, as Linux counts it."""


@pytest.mark.parametrize("kind", ["patchy", "noisy"])
def test_beside_rasterio_decoding(
    kind: str, files: Any, zones: Any, scheme: Path, race: Any, capsys: Any
) -> None:
    first, second, _ = files(kind)
    tiles = list(windows(open_rasters([first, second])))
    threads = thread_count()
    own = threading.local()

    def decode(window: tuple[int, int, int, int]) -> None:
        if not hasattr(own, "files"):
            own.files = [rasterio.open(path) for path in (first, second)]
            own.codes = np.empty((window[2], window[3]), np.uint8)
        row, column, height, width = window
        for file in own.files:
            out = own.codes[:height, :width]
            file.read(1, window=((row, row + height), (column, column + width)), out=out)

    def theirs() -> None:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), ThreadPoolExecutor(threads) as pool:
            list(pool.map(decode, tiles))

    def ours() -> Any:
        return cross_tabulate([first, second], zones=zones, scheme=scheme)

    result = race(f"{kind} pair", "rasterio decoding only", ours, theirs, goal=1 / 1.4)
    outlines = first.with_name("zones.gpkg")
    zones.to_file(outlines)
    run = subprocess.run(
        [sys.executable, "-c", MEMORY, first, second, scheme, outlines],
        capture_output=True,
        text=True,
        check=True,
    )
    with capsys.disabled():
        extra = float(run.stdout)
        print(f"{1 / result.ratio:.2f} times decoding (goal 1.4), {extra:.0f} MB extra (goal 150)")


def test_beside_rasterstats(files: Any, zones: Any, scheme: Path, race: Any) -> None:
    first, second, both = files("patchy")

    def theirs() -> Any:
        return rasterstats.zonal_stats(zones, str(both), categorical=True, stats=["count"])

    counted = [{code: n for code, n in zone.items() if code != "count"} for zone in theirs()]
    table = cross_tabulate([first, second], zones=zones, scheme=scheme).tables[0, 1]
    assert (np.round(cube(table, list(zones.index))) == folded(counted)).all()
    race(
        "patchy pair",
        "rasterstats on the combined raster",
        lambda: cross_tabulate([first, second], zones=zones, scheme=scheme),
        theirs,
        pairs=3,
        goal=15,
    )


def test_beside_exactextract(files: Any, zones: Any, scheme: Path, race: Any) -> None:
    """Cell centres against coverage fractions: within 1 % in each zone, alike in the whole."""
    first, second, both = files("patchy")

    def theirs() -> Any:
        return exactextract.exact_extract(str(both), zones, ["unique", "frac", "count"])

    counted = []
    for feature in theirs():
        told = feature["properties"]
        cells = np.asarray(told["frac"]) * told["count"]
        counted.append(dict(zip(told["unique"], cells, strict=True)))
    table = cross_tabulate([first, second], zones=zones, scheme=scheme).tables[0, 1]
    ours, other = cube(table, list(zones.index)), folded(counted)
    assert np.allclose(ours.sum(axis=(1, 2)), other.sum(axis=(1, 2)), rtol=1e-2)
    assert np.allclose(ours.sum(axis=0), other.sum(axis=0), rtol=1e-3)
    race(
        "patchy pair",
        "exactextract on the combined raster",
        lambda: cross_tabulate([first, second], zones=zones, scheme=scheme),
        theirs,
        pairs=1,
        goal=25,
    )


def quarter(path: Path) -> Path:
    """Return the upper left quarter of a raster as a file of the same kind."""
    small = path.with_name(f"quarter_{path.name}")
    if not small.exists():
        half = SIZE // 2
        with rasterio.open(path) as whole:
            profile = {**whole.profile, "width": half, "height": half}
            with rasterio.open(small, "w", **profile) as part:
                part.write(whole.read(1, window=((0, half), (0, half))), 1)
    return small


def test_beside_xarray_spatial(files: Any, zones: Any, scheme: Path, race: Any) -> None:
    """A quarter of the area; zones burned and codes in memory before theirs is timed."""
    first, second, both = (quarter(path) for path in files("patchy"))
    with rasterio.open(both) as raster:
        codes, transform = raster.read(1), raster.transform
    shapes = ((shape, at + 1) for at, shape in enumerate(zones.geometry))
    burned = rasterize(shapes, out_shape=codes.shape, transform=transform, dtype=np.int32)
    layers = (xarray.DataArray(burned.astype(float)), xarray.DataArray(codes.astype(float)))
    present = [at for at in range(ZONES) if (burned == at + 1).any()]

    def ours() -> Any:
        return cross_tabulate([first, second], zones=zones.iloc[present], scheme=scheme)

    def theirs() -> Any:
        return zonal.crosstab(*layers, zone_ids=[at + 1 for at in present])

    listed = theirs().set_index("zone")
    counted = [{int(code): n for code, n in listed.loc[at + 1].items() if n} for at in present]
    found = cube(ours().tables[0, 1], list(zones.index[present]))
    assert (np.round(found) == folded(counted)).all()
    race("patchy quarter", "xarray-spatial", ours, theirs, pairs=1, goal=100)


def test_exact_shares_beside_exactextract(files: Any, zones: Any, scheme: Path, race: Any) -> None:
    """The same question, so the same answer: to one part in a million in each table."""
    first, second, both = files("patchy")

    def ours() -> Any:
        return cross_tabulate([first, second], zones=zones, scheme=scheme, exact=True)

    def theirs() -> Any:
        return exactextract.exact_extract(str(both), zones, ["unique", "frac", "count"])

    counted = []
    for feature in theirs():
        told = feature["properties"]
        cells = np.asarray(told["frac"]) * told["count"]
        counted.append(dict(zip(told["unique"], cells, strict=True)))
    table = cube(ours().tables[0, 1], list(zones.index))
    assert np.allclose(table, folded(counted), rtol=1e-6, atol=1e-3)
    race("patchy pair", "exactextract", ours, theirs, pairs=1, goal=1)


def test_two_workers_beside_one(files: Any, zones: Any, scheme: Path, race: Any) -> None:
    """Processes of dask on this machine, six noisy years: decoding keeps them busy."""
    from distributed import Client, LocalCluster

    first, second, _ = files("noisy")
    years = [first, second] * 3
    alone = cross_tabulate(years, zones=zones, scheme=scheme)

    def started(workers: int) -> Any:
        return LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")

    with (
        started(1) as one,
        started(2) as two,
        Client(one, set_as_default=False) as slow,
        Client(two, set_as_default=False) as fast,
    ):

        def counted(client: Any) -> Any:
            return cross_tabulate(years, zones=zones, scheme=scheme, client=client)

        assert counted(fast).tables[0, 1].equals(alone.tables[0, 1])
        race(
            "six noisy years, two workers of dask",
            "one",
            lambda: counted(fast),
            lambda: counted(slow),
            pairs=3,
            goal=1.7,
        )
