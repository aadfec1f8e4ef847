"""What random cases are drawn from: maps, values, weights and tables."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

import spatialcarbon as sc

Rng = np.random.Generator
METRIC = "EPSG:4547"
FAR = np.array([400_000, 3_300_000])  # where that system has its coordinates


def quietly(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call a peer without the warnings that it gives about islands, or of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*args, **options)


def labels(rng: Rng, n: int) -> list[str]:
    """Return labels whose order as text is not that of the rows."""
    return [f"u{i}" for i in rng.permutation(n)]


def numbers(rng: Rng, n: int) -> np.ndarray:
    """Return values that vary: normal, skewed, tied, uniform, or with one far off."""
    kind = rng.integers(5)
    if kind == 0:
        return rng.normal(rng.uniform(-5, 5), 1.0, n)
    if kind == 1:
        return rng.lognormal(0.0, rng.uniform(0.5, 2.0), n)
    if kind == 2:
        tied = rng.integers(0, 5, n).astype(float)
        tied[:2] = 0.0, 1.0
        return rng.permutation(tied)
    if kind == 3:
        return rng.uniform(0.0, 1e6, n)
    return np.append(rng.normal(size=n - 1), 40.0)


def positive(rng: Rng, n: int) -> np.ndarray:
    """Return values above zero: even, skewed, or with ties."""
    kind = rng.integers(3)
    if kind == 0:
        return rng.uniform(1.0, 10.0, n)
    if kind == 1:
        return rng.lognormal(0.0, rng.uniform(0.5, 2.0), n)
    return rng.integers(1, 6, n).astype(float)


def series(rng: Rng, w: Any, kind: Callable[[Rng, int], np.ndarray] = numbers) -> pd.Series:
    """Return one value per unit, in another order of rows than that of the weights."""
    found = pd.Series(kind(rng, w.n), w.units)
    return found.iloc[rng.permutation(w.n)]


def weights(rng: Rng, *, islands: bool = True, scheme: str = "BRDV", least: int = 8) -> Any:
    """Return weights of 8 to 40 units, binary or not, one way or both, some with islands."""
    n = int(rng.integers(least, 41))
    dense = (rng.random((n, n)) < rng.uniform(0.08, 0.5)).astype(float)
    if rng.random() < 0.5:
        dense = np.maximum(dense, dense.T)
    if rng.random() < 0.5:
        dense *= rng.uniform(0.1, 3.0, (n, n))
    np.fill_diagonal(dense, 0.0)
    if islands and rng.random() < 0.5:
        alone = rng.integers(n)
        dense[alone] = dense[:, alone] = 0.0
    if not islands:
        after = (np.arange(n) + 1) % n
        empty = dense.sum(axis=1) == 0
        dense[np.flatnonzero(empty), after[empty]] = 1.0
    dense[1, 0] = 1.0  # one link at least
    found = sc.Weights.from_sparse(sparse.csr_array(dense), labels(rng, n))
    return found.standardised(rng.choice(list(scheme)))


def grid(rng: Rng) -> gpd.GeoDataFrame:
    """Return squares of 10 km in rows and columns, some of them left out."""
    columns, rows = rng.integers(3, 7, 2)
    at = np.array([(i, j) for j in range(rows) for i in range(columns)])
    at = at[np.sort(rng.permutation(len(at))[: max(8, int(len(at) * rng.uniform(0.6, 1.0)))])]
    x, y = 500_000 + 10_000 * at[:, 0], 3_400_000 + 10_000 * at[:, 1]
    return units(rng, shapely.box(x, y, x + 10_000, y + 10_000), METRIC)


def voronoi(rng: Rng) -> gpd.GeoDataFrame:
    """Return the polygons nearest to random points, cut off by a frame."""
    points = shapely.points(rng.uniform(0, 300_000, (int(rng.integers(10, 41)), 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    cells = shapely.intersection(cells, shapely.box(0, 0, 300_000, 300_000))
    # A corner on the frame is computed twice, and is to be one point.
    cells = shapely.transform(cells, lambda xy: np.round(xy, 3) + FAR)
    return units(rng, cells, METRIC)


def cities(rng: Rng) -> gpd.GeoDataFrame:
    """Return some shipped cities: one and those around it, islands among them."""
    every, points = _cities()
    near = np.argsort(np.linalg.norm(points - points[rng.integers(len(points))], axis=1))
    return every.iloc[rng.permutation(near[: int(rng.integers(10, 31))])]


def units(rng: Rng, shapes: Any, crs: str) -> gpd.GeoDataFrame:
    """Return shapes with labels, in any order."""
    order = rng.permutation(len(shapes))
    return gpd.GeoDataFrame(
        geometry=np.asarray(shapes)[order], index=labels(rng, len(shapes)), crs=crs
    )


def a_map(rng: Rng) -> gpd.GeoDataFrame:
    """Return a grid, a Voronoi map or some cities."""
    made: gpd.GeoDataFrame = rng.choice([grid, voronoi, cities])(rng)  # type: ignore[arg-type]
    return made


@cache
def _cities() -> tuple[gpd.GeoDataFrame, np.ndarray]:
    every = sc.load_units("cities")[["geometry"]]
    points = shapely.get_coordinates(shapely.point_on_surface(every.geometry.to_numpy()))
    return every, points
