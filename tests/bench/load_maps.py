"""Seeded maps and tables of any size, for programs that are run as a process of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

SIDE = 2_000_000.0
"""Metres: three thousand cells of a map so wide are about as large as counties."""


def voronoi_cells(n: int, *, seed: int = 1) -> Any:
    """Return n Voronoi polygons of random points of a square."""
    frame = shapely.box(0, 0, SIDE, SIDE)
    points = shapely.multipoints(np.random.default_rng(seed).random((n, 2)) * SIDE)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    return np.asarray(shapely.intersection(cells, frame))


def winding(cells: Any, levels: int) -> Any:
    """Return the cells with each edge bent at its middle, ``levels`` times, alike on both sides."""
    xy, owner = shapely.get_coordinates(cells, return_index=True)
    at = np.flatnonzero(np.diff(owner, append=-1) == 0)
    start, stop, owner = xy[at], xy[at + 1], owner[at]
    for _ in range(levels):
        swap = (start[:, 0] > stop[:, 0]) | (
            (start[:, 0] == stop[:, 0]) & (start[:, 1] > stop[:, 1])
        )
        low, high = np.where(swap[:, None], [stop, start], [start, stop])
        noise = np.sin(low @ [1.29898e-2, 7.8233e-2] + high @ [3.7719e-2, 1.113e-2]) * 43758.5453
        middle = (low + high) / 2 + 0.08 * (noise % 1 - 0.5)[:, None] * (high - low)[:, ::-1] * [
            -1,
            1,
        ]
        start = np.stack([start, middle], axis=1).reshape(-1, 2)
        stop = np.stack([middle, stop], axis=1).reshape(-1, 2)
        owner = np.repeat(owner, 2)
    return np.asarray(shapely.polygons(shapely.linearrings(start, indices=owner)))


def counties(n: int, groups: int, *, levels: int = 5) -> gpd.GeoDataFrame:
    """Return n cells with winding borders, a code, a name and one of some groups side by side."""
    cells = winding(voronoi_cells(n), levels)
    middle = shapely.get_coordinates(shapely.centroid(cells))
    seats = np.random.default_rng(2).random((groups, 2)) * SIDE
    nearest = ((middle[:, None] - seats) ** 2).sum(axis=2).argmin(axis=1)
    return gpd.GeoDataFrame(
        {
            "code": [f"C{i:05d}" for i in range(n)],
            "name": [f"County {i}" for i in range(n)],
            "region": [f"R{group:02d}" for group in nearest],
        },
        geometry=cells,
        crs="EPSG:6933",
    )


def smooth_panel(units: gpd.GeoDataFrame, years: range, variables: int) -> pd.DataFrame:
    """Return a long table: positive variables that neighbours share and that grow by the year."""
    rng = np.random.default_rng(3)
    middle = shapely.get_coordinates(shapely.centroid(units.geometry.to_numpy())) / SIDE
    made: dict[str, Any] = {}
    n, spans = len(units), len(years)
    made["code"] = np.repeat(units["code"].to_numpy(), spans)
    made["year"] = np.tile(np.array(years), n)
    for k in range(variables):
        waves = np.sin(middle @ rng.normal(0, 6, (2, 4)) + rng.random(4) * 6).sum(axis=1)
        level = np.exp(1.0 + 0.5 * waves + rng.normal(0, 0.4, n))
        growth = 1.02 ** np.arange(spans) * np.exp(rng.normal(0, 0.05, (n, spans)))
        made[f"v{k}"] = (level[:, None] * growth).round(6).ravel()
    return pd.DataFrame(made)


def write_map(units: gpd.GeoDataFrame, path: Path) -> None:
    """Write a map as a GeoPackage."""
    units.to_file(path, driver="GPKG")
