"""Every builder of weights beside libpysal, scikit-learn and plain geometry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from libpysal import weights as pysal
from libpysal.graph import Graph
from scipy.spatial.distance import cdist, pdist, squareform
from sklearn.metrics.pairwise import haversine_distances
from sklearn.neighbors import NearestNeighbors

import spatialcarbon as sc
from tests.oracles.draws import Rng, a_map, cities, grid, quietly, voronoi
from tests.oracles.oracle import Oracle, relative

RADIUS = 6371.0088


def of_w(w: Any) -> np.ndarray:
    """Return a libpysal W as a full matrix, in the order of its ids."""
    return np.asarray(w.full()[0])


def unequal(ours: Any, theirs: np.ndarray) -> float:
    """Return how many links only one of the two has."""
    return float(((ours.sparse.toarray() > 0) != (theirs > 0)).sum())


def planar(rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a projected map and its centroids in km."""
    made = grid(rng) if rng.random() < 0.5 else voronoi(rng)
    return made, shapely.get_coordinates(shapely.centroid(made.geometry.to_numpy())) / 1000


def contiguity(rng: Rng) -> dict[str, float]:
    units = a_map(rng)
    base = sc.Backbone(units)
    found = {}
    for name in ("queen", "rook"):
        builder = pysal.Queen if name == "queen" else pysal.Rook
        theirs = quietly(builder.from_dataframe, units, use_index=False)
        ours = base.contiguity(name, strict=False)  # type: ignore[arg-type]
        found[f"{name}, by vertices"] = unequal(ours, of_w(theirs))
    return found


def touching(rng: Rng) -> dict[str, float]:
    units = a_map(rng)
    shapes = units.geometry.to_numpy()
    n = len(shapes)
    queen, rook = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            shared = shapely.intersection(shapely.boundary(shapes[i]), shapely.boundary(shapes[j]))
            queen[i, j] = queen[j, i] = not shapely.is_empty(shared)
            rook[i, j] = rook[j, i] = shapely.length(shared) > 0
    base = sc.Backbone(units)
    return {
        "queen, strict": unequal(base.contiguity(), queen),
        "rook, strict": unequal(base.contiguity("rook"), rook),
    }


def orders(rng: Rng) -> dict[str, float]:
    units = a_map(rng)
    base = sc.Backbone(units)
    first = base.contiguity().to_graph()
    found = {}
    for k in (2, 3):
        for lower in (False, True):
            theirs = quietly(first.higher_order, k, lower_order=lower)
            ours = base.contiguity(order=k, include_lower=lower)
            name = f"order {k}{' and lower' if lower else ''}"
            found[name] = unequal(ours, theirs.sparse.toarray())
    return found


def nearest(rng: Rng) -> dict[str, float]:
    units, points = planar(rng)
    if len(np.unique(pdist(points).round(6))) < len(points) * (len(points) - 1) / 2:
        units = voronoi(rng)  # a grid has ties, which libpysal breaks as it happens to
        points = shapely.get_coordinates(shapely.centroid(units.geometry.to_numpy())) / 1000
    k = int(rng.integers(1, 7))
    theirs = quietly(pysal.KNN, points, k=k)
    base = sc.Backbone(units)
    directed = of_w(theirs)
    return {
        "nearest": unequal(base.knn(k), directed),
        "union": unequal(base.knn(k, symmetrise="union"), np.maximum(directed, directed.T)),
        "mutual": unequal(base.knn(k, symmetrise="mutual"), np.minimum(directed, directed.T)),
    }


def round_the_globe(rng: Rng) -> dict[str, float]:
    units = cities(rng)
    base = sc.Backbone(units)
    shapes = units.geometry.to_numpy()
    centre = shapely.centroid(shapes)
    centre = np.where(shapely.covers(shapes, centre), centre, shapely.point_on_surface(shapes))
    at = np.radians(shapely.get_coordinates(centre))[:, ::-1]
    km = RADIUS * haversine_distances(at)
    k = 4
    found = NearestNeighbors(n_neighbors=k + 1, metric="haversine", algorithm="brute").fit(at)
    near = np.zeros_like(km)
    np.put_along_axis(near, found.kneighbors(at)[1][:, 1:], 1.0, axis=1)
    pairs = [(units.index[0], unit) for unit in units.index[1:]]
    reach = float(np.quantile(km[km > 0], 0.3)) * (1 + 1e-7)  # between two distances
    band = (km <= reach) & (km > 0)
    return {
        "nearest": unequal(base.knn(k), near),
        "distances": relative(base.distances(pairs), km[0, 1:]),
        "band": unequal(base.distance_band(reach), band.astype(float)),
    }


def band(rng: Rng) -> dict[str, float]:
    units, points = planar(rng)
    reach = float(rng.uniform(15.3, 80.7))
    base = sc.Backbone(units)
    binary = quietly(pysal.DistanceBand, points, reach, silence_warnings=True)
    power = float(rng.choice([1.0, 2.0]))
    inverse = quietly(
        pysal.DistanceBand, points, reach, binary=False, alpha=-power, silence_warnings=True
    )
    ours = base.distance_band(reach, inverse=True, power=power)
    full = base.distance_band()
    gaps = squareform(pdist(points))
    np.fill_diagonal(gaps, np.inf)
    return {
        "band": unequal(base.distance_band(reach), of_w(binary)),
        "inverse distance": relative(ours.sparse.toarray(), of_w(inverse)),
        "smallest full band": unequal(full, (gaps <= gaps.min(axis=1).max() * (1 + 1e-12)) * 1.0),
    }


KERNELS = {"triangular": "triangular", "uniform": "uniform", "epanechnikov": "quadratic",
           "quartic": "quartic", "gaussian": "gaussian"}  # fmt: skip


def kernels(rng: Rng) -> dict[str, float]:
    units, points = planar(rng)
    base = sc.Backbone(units)
    reach = float(rng.uniform(20.3, 80.7))
    found = {}
    for name, theirs in KERNELS.items():
        given = quietly(
            pysal.Kernel, points, bandwidth=reach, fixed=True, function=theirs, diagonal=False
        )
        dense = of_w(given)
        np.fill_diagonal(dense, 0.0)
        ours = base.kernel(name, bandwidth=reach)  # type: ignore[arg-type]
        found[name] = relative(ours.sparse.toarray(), dense)
    gaps = cdist(points, points)
    k = int(rng.integers(2, 6))
    own = np.sort(gaps, axis=1)[:, k]
    for name, h in (("fixed", np.full(len(own), own.max())), ("adaptive", own)):
        u = gaps / h[:, None]
        expected = np.where(u <= 1 + 1e-12, 1 - u, 0.0).clip(0)
        np.fill_diagonal(expected, 0.0)
        ours = base.kernel("triangular", bandwidth=name, k=k)  # type: ignore[arg-type]
        found[f"{name} bandwidth"] = relative(ours.sparse.toarray(), expected)
    far = base.kernel("gaussian", bandwidth=reach, truncate=False)
    every = np.exp(-((gaps / reach) ** 2) / 2) / np.sqrt(2 * np.pi)
    np.fill_diagonal(every, 0.0)
    found["gaussian, not truncated"] = relative(far.sparse.toarray(), every)
    return found


def blocks(rng: Rng) -> dict[str, float]:
    units = grid(rng)
    labels = pd.Series(rng.choice(list("abcd"), len(units)), units.index)
    theirs = quietly(pysal.block_weights, labels.to_numpy())
    return {"links": unequal(sc.Backbone(units).blocks(labels), of_w(theirs))}


def economic(rng: Rng) -> dict[str, float]:
    units = grid(rng)
    level = pd.DataFrame(rng.lognormal(2, 1, (len(units), 3)), index=units.index)
    gaps = cdist(level.mean(axis=1).to_numpy()[:, None], level.mean(axis=1).to_numpy()[:, None])
    np.fill_diagonal(gaps, np.inf)
    ours = sc.Backbone(units).economic(level.sample(frac=1, random_state=int(rng.integers(99))))
    return {"weights": relative(ours.sparse.toarray(), 1 / gaps)}


def family(rng: Rng) -> dict[str, float]:
    units = voronoi(rng)
    points = shapely.get_coordinates(shapely.centroid(units.geometry.to_numpy())) / 1000
    ours = sc.weights_family(units, kinds=["contiguity", "knn"], transform="R")
    found = {"queen": 0.0, "rook": 0.0, "nearest": 0.0}
    for name, member in ours.items():
        if name in ("queen", "rook"):
            graph = quietly(Graph.build_contiguity, units, rook=name == "rook").transform("R")
            found[name] = relative(member.sparse.toarray(), graph.sparse.toarray())
        elif name.startswith("knn:"):
            k = int(name.split(":")[1])
            theirs = of_w(quietly(pysal.KNN, points, k=k)) / k
            found["nearest"] = max(found["nearest"], relative(member.sparse.toarray(), theirs))
    return found


COUNT = "The difference is the number of links that only one of the two has."

ORACLES = (
    Oracle(
        "Backbone",
        "contiguity by common vertices",
        "libpysal",
        "libpysal.weights.Queen, Rook",
        contiguity,
        0.0,
        quick=5,
        note=COUNT + " Grids, Voronoi maps and shipped cities.",
    ),
    Oracle(
        "Backbone",
        "contiguity by touching",
        "shapely",
        "intersection of boundaries",
        touching,
        0.0,
        quick=3,
        note=COUNT + " GEOS is behind both, in other operations.",
    ),
    Oracle(
        "Backbone",
        "contiguity of order 2 and 3",
        "libpysal",
        "Graph.higher_order",
        orders,
        0.0,
        quick=5,
        note=COUNT,
    ),
    Oracle(
        "Backbone",
        "k nearest, union, mutual",
        "libpysal",
        "libpysal.weights.KNN",
        nearest,
        0.0,
        quick=5,
        note=COUNT + " Without ties, which libpysal breaks as they come.",
    ),
    Oracle(
        "Backbone",
        "great circles: nearest, distances, band",
        "scikit-learn",
        "haversine_distances, NearestNeighbors",
        round_the_globe,
        1e-9,
        quick=3,
        note="Links are counted, distances are relative.",
    ),
    Oracle(
        "Backbone",
        "distance bands, plain and inverse",
        "libpysal",
        "libpysal.weights.DistanceBand",
        band,
        1e-9,
        quick=5,
        note="Links are counted, weights are relative.",
    ),
    Oracle(
        "Backbone",
        "kernels",
        "libpysal",
        "libpysal.weights.Kernel; scipy cdist",
        kernels,
        1e-9,
        quick=3,
        note="libpysal with a bandwidth given; its rules for one count the unit itself as a "
        "neighbour, so ours are compared with distances of SciPy.",
    ),
    Oracle(
        "Backbone",
        "blocks",
        "libpysal",
        "libpysal.weights.block_weights",
        blocks,
        0.0,
        quick=5,
        note=COUNT,
    ),
    Oracle(
        "Backbone",
        "economic distance",
        "scipy",
        "scipy.spatial.distance.cdist",
        economic,
        1e-9,
        quick=5,
    ),
    Oracle(
        "weights_family",
        "queen, rook, nearest",
        "libpysal",
        "Graph.build_contiguity, KNN",
        family,
        1e-12,
        quick=3,
    ),
)
