"""Weights beside R's spdep."""

from __future__ import annotations

import numpy as np

import spatialcarbon as sc
from tests.oracles.oracle import Oracle
from tests.oracles.spdep import Question, batch, why_no_spdep

Answer = dict[str, np.ndarray]


def built(one: Question, told: Answer) -> dict[str, float]:
    base = sc.Backbone(one.units)
    ours = {
        "queen": base.contiguity(),
        "rook": base.contiguity("rook"),
        "order two": base.contiguity(order=2),
        "band": base.distance_band(one.reach),
    }
    gaps = np.linalg.norm(one.points[:, None] - one.points[None], axis=2).round(6)
    if all(len(np.unique(row)) == len(row) for row in gaps):  # no ties
        ours["nearest"] = base.knn(3)
    n = len(one.units)
    return {
        name: float(((w.sparse.toarray() > 0) != (told[name].reshape(n, n) > 0)).sum())
        for name, w in ours.items()
    }


ORACLES = (
    Oracle(
        "Backbone",
        "queen, rook, order two, nearest, band",
        "R spdep",
        "poly2nb, nblag, knearneigh, dnearneigh",
        None,
        0.0,
        quick=4,
        note="The difference is the number of links that only one of the two has. Grids and "
        "Voronoi maps; nearest neighbours where there are no ties.",
        batch=batch(built),
        absent=why_no_spdep,
    ),
)
