"""What is done with weights beside libpysal, networkx, pandas and SciPy."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

import spatialcarbon as sc
from tests.oracles.draws import Rng, quietly, weights
from tests.oracles.oracle import Oracle, relative


def schemes(rng: Rng) -> dict[str, float]:
    w = weights(rng, scheme="B")
    found = {}
    for scheme in "RDV":
        theirs = w.to_w()
        quietly(setattr, theirs, "transform", scheme)
        expected = np.asarray(theirs.full()[0]) * (w.n if scheme == "D" else 1)
        found[scheme] = relative(w.standardised(scheme).sparse.toarray(), expected)  # type: ignore[arg-type]
    return found


def facts(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    theirs = w.to_w()
    count, _ = connected_components(w.sparse, directed=False)
    return {
        "S0, S1, S2": relative([w.s0, w.s1, w.s2], [theirs.s0, theirs.s1, theirs.s2]),
        "islands": float(len(set(theirs.islands) ^ set(w.isolates))),
        "pieces": float(abs(w.components - count)),
        "neighbours": relative(
            w.cardinalities[theirs.id_order], list(theirs.cardinalities.values())
        ),
    }


def edges(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    table = w.to_edges().sample(frac=1, random_state=int(rng.integers(2**31)))
    ours = sc.Weights.from_edges(table, units=w.units)
    theirs = (
        table.pivot(index="focal", columns="neighbor", values="weight")
        .reindex(index=w.units, columns=w.units)
        .fillna(0.0)
    )
    network = sc.Weights.from_networkx(w.to_networkx())
    of_nx = nx.to_numpy_array(w.to_networkx(), nodelist=list(network.units), weight="weight")
    graph = sc.Weights.from_graph(w.to_graph())
    return {
        "table": relative(ours.sparse.toarray(), theirs),
        "networkx": relative(network.sparse.toarray(), of_nx),
        "libpysal W": relative(sc.Weights.from_w(w.to_w()).sparse.toarray(), w.to_w().full()[0]),
        "libpysal Graph": relative(graph.sparse.toarray(), w.to_graph().sparse.toarray()),
    }


def parts(rng: Rng) -> dict[str, float]:
    w = weights(rng, scheme="B")
    full = pd.DataFrame(w.sparse.toarray(), w.units, w.units)
    groups = pd.Series(rng.choice(list("ab"), w.n), w.units)
    same = groups.to_numpy()[:, None] == groups.to_numpy()[None, :]
    chosen = w.units[rng.permutation(w.n)[: w.n // 2]]
    pair = tuple(w.units[:2])
    linked = full.copy()
    for i, j in (pair, pair[::-1]):
        linked.loc[i, j] = linked.loc[i, j] or 1.0
    other = sc.Weights.from_sparse((rng.random((w.n, w.n)) < 0.4) * (1 - np.eye(w.n)), w.units)
    return {
        "within groups": relative(w.within(groups).sparse.toarray(), full.where(same, 0.0)),
        "subset": relative(w.subset(chosen).sparse.toarray(), full.loc[chosen, chosen]),
        "bridged": relative(w.bridged([pair]).sparse.toarray(), linked),
        "product": relative((w * other).sparse.toarray(), full * other.sparse.toarray()),
    }


def spill(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    share = pd.Series(rng.uniform(0, 0.95, w.n), w.units)
    ours = sc.spillover(w, share=share).matrix
    expected = pd.DataFrame(0.0, w.units, w.units)
    table = w.to_edges()
    for unit in w.units:
        row = table[table["focal"] == unit]
        expected.loc[unit, unit] = 1.0 - share[unit] if len(row) else 1.0
        for other, weight in zip(row["neighbor"], row["weight"], strict=True):
            expected.loc[other, unit] = share[unit] * weight / row["weight"].sum()
    return {"matrix": relative(ours, expected)}


ORACLES = (
    Oracle(
        "Weights",
        "standardisation R, D, V",
        "libpysal",
        "libpysal.weights.W.transform",
        schemes,
        1e-12,
        quick=10,
        note="libpysal's D sums to one, ours to n; its B makes all weights one, ours leaves them.",
    ),
    Oracle(
        "Weights",
        "S0, S1, S2, islands, pieces, neighbours",
        "libpysal",
        "libpysal.weights.W; scipy connected_components",
        facts,
        1e-12,
        quick=10,
        note="Islands and pieces are counted.",
    ),
    Oracle(
        "Weights",
        "tables, networkx, W and Graph",
        "networkx",
        "pandas pivot, networkx, libpysal",
        edges,
        1e-15,
        quick=10,
    ),
    Oracle(
        "Weights",
        "within, subset, bridged, product",
        "pandas",
        "DataFrame.where, loc, *",
        parts,
        1e-15,
        quick=5,
    ),
    Oracle("spillover", "matrix", "definition", "place by place", spill, 1e-14, quick=5),
)
