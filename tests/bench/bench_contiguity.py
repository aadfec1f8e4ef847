"""Queen contiguity beside libpysal's and pygeoda's in one run; the neighbours must be the same.

Not part of the normal run: ``make bench``.
Ours is timed from the GeoDataFrame to the finished weights, validity of the
polygons included. pygeoda copies the map first (``pygeoda.open``), which is
left out: ratios are to ``queen_weights`` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pygeoda
import pytest
import shapely
from libpysal.graph import Graph

import spatialcarbon as sc

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.weights.weights import Weights


def voronoi(n: int, seed: int = 1) -> npt.NDArray[Any]:
    """Return the Voronoi polygons of random points, cut to a square."""
    square = shapely.box(0, 0, 1000, 1000)
    points = shapely.multipoints(np.random.default_rng(seed).random((n, 2)) * 1000)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=square))
    return np.asarray(shapely.intersection(cells, square))


def with_dense_borders(polygons: npt.NDArray[Any], levels: int) -> npt.NDArray[Any]:
    """Return the polygons with each edge bent at its middle, ``levels`` times over."""
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    closing = np.diff(owner, append=-1) != 0
    at = np.flatnonzero(~closing)
    start, stop, owner = xy[at], xy[at + 1], owner[at]
    for _ in range(levels):
        # Seen from its smaller end, an edge bends the same way for both neighbours.
        ahead = (start[:, 0] < stop[:, 0]) | (
            (start[:, 0] == stop[:, 0]) & (start[:, 1] < stop[:, 1])
        )
        low, high = np.where(ahead[:, None], [start, stop], [stop, start])
        noise = np.sin(low @ [12.9898, 78.233] + high @ [37.719, 11.13]) * 43758.5453
        across = (high - low)[:, ::-1] * [-1, 1]
        middle = (low + high) / 2 + 0.08 * (noise % 1 - 0.5)[:, None] * across
        start = np.stack([start, middle], axis=1).reshape(-1, 2)
        stop = np.stack([middle, stop], axis=1).reshape(-1, 2)
        owner = np.repeat(owner, 2)
    return np.asarray(shapely.polygons(shapely.linearrings(start, indices=owner)))


def same_as_graph(ours: Weights, graph: Graph) -> bool:
    """Whether libpysal's neighbours are ours."""
    return ours.fingerprint == sc.Weights.from_graph(graph).fingerprint


def same_as_geoda(ours: Weights, theirs: Any) -> bool:
    """Whether pygeoda's neighbours are ours."""
    raw = ours.raw
    return all(
        sorted(theirs.get_neighbors(i)) == raw.indices[raw.indptr[i] : raw.indptr[i + 1]].tolist()
        for i in range(ours.n)
    )


@pytest.mark.parametrize(("n", "goal"), [(2_850, 15), (100_000, 15)])
@pytest.mark.parametrize("criterion", ["queen", "rook"])
def test_libpysal(n: int, goal: float, criterion: Any, race: Any) -> None:
    units = gpd.GeoDataFrame(geometry=voronoi(n), crs="EPSG:4547")

    def ours() -> Weights:
        return sc.Backbone(units).contiguity(criterion)

    def theirs() -> Graph:
        return Graph.build_contiguity(units, rook=criterion == "rook")

    assert same_as_graph(ours(), theirs())
    aim = goal if criterion == "queen" else None
    race(f"{criterion}, {n:,} Voronoi polygons", "libpysal's Graph", ours, theirs, goal=aim)


@pytest.mark.parametrize(
    ("name", "n", "levels", "goal"),
    [
        ("2,850 Voronoi", 2_850, 0, None),
        ("100,000 Voronoi", 100_000, 0, None),
        ("dense borders", 3_700, 7, 1.3),
    ],
)
def test_pygeoda(name: str, n: int, levels: int, goal: float | None, race: Any) -> None:
    units = gpd.GeoDataFrame(geometry=with_dense_borders(voronoi(n), levels), crs="EPSG:4547")
    opened = pygeoda.open(units)
    vertices = int(shapely.get_num_coordinates(units.geometry.to_numpy()).sum())

    def ours() -> Weights:
        return sc.Backbone(units).contiguity()

    def theirs() -> Any:
        return pygeoda.queen_weights(opened)

    assert same_as_geoda(ours(), theirs())
    race(f"queen, {name}, {vertices:,} vertices", "pygeoda (opened)", ours, theirs, goal=goal)


def test_dense_borders_and_libpysal(race: Any) -> None:
    """One pair only: libpysal takes many seconds."""
    units = gpd.GeoDataFrame(geometry=with_dense_borders(voronoi(3_700), 7), crs="EPSG:4547")

    def ours() -> Weights:
        return sc.Backbone(units).contiguity()

    def theirs() -> Graph:
        return Graph.build_contiguity(units, rook=False)

    assert same_as_graph(ours(), theirs())
    race("queen, dense borders", "libpysal's Graph", ours, theirs, pairs=1)
