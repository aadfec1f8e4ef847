"""Three loads at the edge of what somebody may ask: what each needs, and the work itself.

Run one by one, each as a process of its own, by ``load_run.py``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from load_maps import SIDE, counties, smooth_panel, voronoi_cells, write_map

Steps = dict[str, float]


@dataclass(frozen=True)
class Load:
    """One load: files that it needs, the work on them, its size for a scale of 1."""

    title: str
    prepare: Callable[[Path, int], None]
    work: Callable[[Path], Steps]
    size: int
    told: str
    """What its size counts; ``{size}`` stands for it."""


# -- a study of counties ---------------------------------------------------------------------

MEASURES = ("Mt CO2", "10^4 persons", "10^8 CNY", *["1"] * 7)
ANALYSES: tuple[dict[str, Any], ...] = (
    {
        "method": "indicators",
        **{"emission": "v0", "population": "v1", "gdp": "v2", "map_years": [2000, 2020]},
    },
    {"method": "moran", "variable": [f"v{k}" for k in range(10)], "permutations": 999},
    {"method": "lisa", "variable": "v0", "years": [2000, 2020]},
    {"method": "hotspots", "variable": "v0"},
    {"method": "transitions", "variable": "v0", "start": 2000, "end": 2020},
    {"method": "sensitivity", "variable": "v0", "year": 2020, "permutations": 999},
    {"method": "grey", "reference": "v0", "factors": ["v1", "v2", "v3"], "years": [2020]},
    {"method": "density", "variable": "v0", "years": [1996, 2008, 2020]},
    {"method": "inequality", "variable": "v0", "population": "v1", "per_head": True},
    {"method": "centre", "variable": "v0"},
    {"method": "decoupling", "outcome": "v0", "driver": "v2"},
)
HEAD = """\
[study]
title = "Counties"
seed = 1

[units]
source = "counties.gpkg"
key = "code"
label = "name"
groups = "region"

[tables.panel]
source = "panel.csv"
unit = "code"
year = "year"
[tables.panel.variables]
"""


def prepare_study(folder: Path, n: int) -> None:
    """Write map, table and study file of n counties in 20 regions over 25 years."""
    units = counties(n, 20)
    write_map(units, folder / "counties.gpkg")
    smooth_panel(units, range(1996, 2021), 10).to_csv(folder / "panel.csv", index=False)
    lines = [f"v{k} = {{ measure = {json.dumps(measure)} }}" for k, measure in enumerate(MEASURES)]
    for analysis in ANALYSES:
        lines += ["", "[[analyses]]"]
        lines += [f"{name} = {json.dumps(value)}" for name, value in analysis.items()]
    (folder / "study.toml").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def run_study(folder: Path) -> Steps:
    """Run the study with all its outputs; return the seconds that its record tells."""
    import spatialcarbon as sc

    done = sc.run_study(folder / "study.toml", out=folder / "results", overwrite=True)
    return dict(done.manifest["seconds"])


# -- local statistics of a million polygons --------------------------------------------------


def prepare_lisa(folder: Path, n: int) -> None:
    """Write n polygons as they lie in memory, and a value of each."""
    import shapely

    cells = voronoi_cells(n)
    middle = shapely.get_coordinates(shapely.centroid(cells)) / SIDE
    noise = np.random.default_rng(4).gamma(1, size=n)
    values = np.sin(9 * middle[:, 0]) + np.cos(7 * middle[:, 1]) + noise
    _, xy, (offsets, _) = shapely.to_ragged_array(cells)  # one ring each
    np.savez(folder / "cells.npz", xy=xy, offsets=offsets, values=values)


def run_lisa(folder: Path) -> Steps:
    """Find who neighbours whom, then test every place with 999 and with 99,999 draws."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    import spatialcarbon as sc

    clock = _Clock()
    with np.load(folder / "cells.npz") as kept:
        values = pd.Series(kept["values"])
        offsets = (kept["offsets"], np.arange(len(values) + 1))
        cells = shapely.from_ragged_array(shapely.GeometryType.POLYGON, kept["xy"], offsets)
    units = gpd.GeoDataFrame(geometry=cells, crs="EPSG:6933")
    clock.lap("Reading the map")
    weights = sc.Backbone(units).contiguity().standardised("R")
    clock.lap("Queen contiguity")
    for draws in (999, 99_999):
        sc.local_moran(values, weights, permutations=draws, correction="none", rng=1)
        clock.lap(f"Local Moran's I, {draws:,} draws")
    sc.local_moran(values, weights, permutations=99_999, rng=1).to_frame()
    clock.lap("The same with false discovery rate and table")
    return clock.steps


# -- land cover of 400 million cells ---------------------------------------------------------

STRIP, CELL, CLASSES = 512, 30.0, 8
ZONES = 3_000


def prepare_raster(folder: Path, side: int) -> None:
    """Write land cover of two years, strip by strip, and zones that share it out."""
    import geopandas as gpd
    import rasterio
    from rasterio.transform import from_origin

    profile = {
        **{"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "uint8"},
        **{"crs": "EPSG:6933", "transform": from_origin(0, side * CELL, CELL, CELL)},
        **{"tiled": True, "blockxsize": STRIP, "blockysize": STRIP, "compress": "deflate"},
        **{"nodata": 0, "zlevel": 1},
    }
    rng = np.random.default_rng(5)
    with (
        rasterio.open(folder / "first.tif", "w", **profile) as first,
        rasterio.open(folder / "second.tif", "w", **profile) as second,
    ):
        for top in range(0, side, STRIP):
            rows = min(STRIP, side - top)
            codes = patches(rng, rows, side, 16)
            grown = patches(rng, rows, side, 8, classes=20) == 1
            window = ((top, top + rows), (0, side))
            first.write(codes, 1, window=window)
            second.write(np.where(grown, np.uint8(6), codes), 1, window=window)
    scale = side * CELL / SIDE
    zones = gpd.GeoSeries(voronoi_cells(ZONES), crs="EPSG:6933").scale(scale, scale, origin=(0, 0))
    frame = gpd.GeoDataFrame({"zone": [f"z{i}" for i in range(ZONES)]}, geometry=zones)
    write_map(frame, folder / "zones.gpkg")


def patches(
    rng: np.random.Generator, rows: int, columns: int, side: int, classes: int = CLASSES
) -> Any:
    """Return square patches of chance, each row of them shifted by its own steps."""
    coarse = rng.integers(1, classes + 1, (rows // side + 1, columns // side + 2), dtype=np.uint8)
    fine = np.repeat(np.repeat(coarse, side, axis=0), side, axis=1)[:rows]
    shift = rng.integers(0, side, rows)
    return np.stack([line[at : at + columns] for line, at in zip(fine, shift, strict=True)])


def run_raster(folder: Path) -> Steps:
    """Count what became what in each zone, by cell centres and by shares, and map it."""
    import geopandas as gpd

    import spatialcarbon as sc
    from spatialcarbon.models.land.change_raster import write_change_raster
    from spatialcarbon.models.land.crosstab import cross_tabulate

    clock = _Clock()
    zones = gpd.read_file(folder / "zones.gpkg").set_index("zone")
    pair = [folder / "first.tif", folder / "second.tif"]
    clock.lap("Reading the zones")
    cross_tabulate(pair, zones=zones, scheme="common")
    clock.lap("Class × class of each zone, by cell centres")
    cross_tabulate(pair, zones=zones, scheme="common", exact=True)
    clock.lap("The same by the share of each cell")
    sc.transition_matrix(*pair, years=(2000, 2020), zones=zones, scheme="common")
    clock.lap("Transition matrices")
    write_change_raster(folder / "change.tif", *pair, scheme="common", zones=zones)
    clock.lap("Change map")
    return clock.steps


class _Clock:
    """Seconds from one step to the next."""

    def __init__(self) -> None:
        self.steps: Steps = {}
        self.last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.steps[step] = now - self.last
        self.last = now


LOADS = {
    "study": Load(
        "A study with all its outputs",
        prepare_study, run_study, 3_000, "{size} counties × 25 years × 10 variables",
    ),
    "lisa": Load(
        "Local Moran's I of a large map",
        prepare_lisa, run_lisa, 1_000_000, "{size} polygons",
    ),
    "raster": Load(
        "Land cover of two years",
        prepare_raster, run_raster, 20_000, "{size} × {size} cells, 3,000 zones",
    ),
}  # fmt: skip
