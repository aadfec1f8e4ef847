"""Statistics of each place beside esda's and GeoDa's, adjusted p-values beside SciPy's."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import esda
import numpy as np
import pandas as pd
import pygeoda
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

import spatialcarbon as sc
from tests.oracles.draws import Rng, a_map, grid, numbers, positive, quietly, series, weights
from tests.oracles.oracle import Oracle, relative

QUADRANTS = {"HH": 1, "LH": 2, "LL": 3, "HL": 4}


def linked(w: Any) -> pd.Index:
    """Return the units with neighbours: peers give islands a number, we do not."""
    return w.units[~w.units.isin(w.isolates)]


def values(x: pd.Series, w: Any) -> np.ndarray:
    return x[w.units].to_numpy()


def moran(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    x = series(rng, w)
    ours = sc.local_moran(x, w, permutations=0, scaling="n-1")
    theirs = quietly(esda.Moran_Local, values(x, w), w.to_w(), transformation="O", permutations=0)
    at = linked(w)
    found = pd.DataFrame({"I": theirs.Is, "q": theirs.q}, index=w.units).loc[at]
    quadrant = ours.quadrant[at]
    told = (quadrant != "none").to_numpy()  # esda puts a zero into some quadrant
    wrong = quadrant[told].map(QUADRANTS).to_numpy() != found["q"].to_numpy()[told]
    return {
        "statistic": relative(ours.statistic[at], found["I"]),
        "quadrant (count of disagreements)": float(wrong.sum()),
    }


def moran_geoda(rng: Rng) -> dict[str, float]:
    units = grid(rng)
    x = pd.Series(numbers(rng, len(units)), units.index)
    geoda = pygeoda.open(units[["geometry"]].assign(x=x).reset_index(drop=True))
    queen = pygeoda.queen_weights(geoda)
    theirs = pd.Series(pygeoda.local_moran(queen, geoda["x"]).lisa_values(), units.index)
    w = sc.Backbone(units).contiguity()
    at = linked(w)
    ours = sc.local_moran(x, w.standardised("R"), permutations=0, scaling="n-1")
    return {"statistic": relative(ours.statistic[at], theirs[at])}


def exact_pvalue(drawn: np.ndarray, observed: float) -> float:
    """Return min(1, 2 min(p≥, p≤)) over all draws."""
    slack = 1e-9 * np.abs(drawn).max()
    tails = (drawn >= observed - slack).mean(), (drawn <= observed + slack).mean()
    return min(1.0, 2 * min(tails))


def moran_exact(rng: Rng) -> dict[str, float]:
    """Every ordered draw of neighbours counted out, against 9,999 draws of ours."""
    w = weights(rng, islands=False, least=8)
    few = w.subset(w.units[:8])
    while not few.s0:
        w = weights(rng, islands=False, least=8)
        few = w.subset(w.units[:8])
    x = pd.Series(numbers(rng, 8), few.units)
    draws = 9_999
    ours = sc.local_moran(x, few, permutations=draws, correction="none", independent=True, rng=1)
    gaps = []
    for unit in linked(few):
        row = few.neighbors(unit)
        others = x.drop(unit).to_numpy()
        if len(row) > 4 or abs(x[unit] - x.mean()) < 1e-9:
            continue  # too many orders; a value at the mean has p = 1 by convention
        drawn = np.array([np.dot(p, row) for p in permutations(others, len(row))])
        exact = exact_pvalue(drawn, float(x[row.index].to_numpy() @ row.to_numpy()))
        error = 2 * np.sqrt(max(exact / 2 * (1 - exact / 2), 1 / draws) / draws)
        gaps.append(abs(float(ours.pvalue[unit]) - exact) / error)
    return {"p-value": max(gaps, default=0.0)}


def adjusted(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    x = series(rng, w)
    found = {
        rule: quietly(sc.local_moran, x, w, permutations=199, correction=rule, rng=1)
        for rule in ("fdr_bh", "bonferroni")
    }
    at = linked(w)
    p = found["fdr_bh"].pvalue[at].to_numpy()
    return {
        "Benjamini–Hochberg": relative(
            found["fdr_bh"].qvalue[at], false_discovery_control(p, method="bh")
        ),
        "Bonferroni": relative(
            found["bonferroni"].qvalue[at], multipletests(p, method="bonferroni")[1]
        ),
    }


def binary(rng: Rng) -> Any:
    w = weights(rng, scheme="B")
    ones = w.sparse.copy()
    ones.data[:] = 1.0
    return sc.Weights.from_sparse(ones, w.units)


def hotspots(rng: Rng) -> dict[str, float]:
    w = binary(rng)
    x = series(rng, w, positive)
    found = {}
    for star in (False, True):
        ours = sc.local_g(x, w, star=star, permutations=0)
        theirs = quietly(
            esda.G_Local, values(x, w), w.to_w(), transform="B", permutations=0, star=star
        )
        by_unit = pd.Series(np.asarray(theirs.Zs).ravel(), w.units)
        at = ours.statistic.index[ours.statistic.notna()]
        found["z of G*" if star else "z of G"] = relative(ours.statistic[at], by_unit[at])
    return found


def bivariate(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    x, y = series(rng, w), series(rng, w)
    ours = sc.local_bivariate_moran(x, y, w, permutations=0)
    theirs = quietly(
        esda.Moran_Local_BV,
        values(x, w),
        values(y, w),
        w.to_w(),
        transformation="O",
        permutations=0,
    )
    at = linked(w)
    scaled = pd.Series(np.asarray(theirs.Is).ravel(), w.units) * w.n / (w.n - 1)
    return {"statistic": relative(ours.statistic[at], scaled[at])}


def bivariate_geoda(rng: Rng) -> dict[str, float]:
    units = a_map(rng)
    x, y = (pd.Series(numbers(rng, len(units)), units.index) for _ in range(2))
    geoda = pygeoda.open(units[["geometry"]].assign(x=x, y=y).reset_index(drop=True))
    near = pygeoda.knn_weights(geoda, 4) if units.crs.is_projected else None
    if near is None:
        return {"statistic": 0.0}  # GeoDa measures degrees as if they were a plane
    theirs = pd.Series(
        pygeoda.local_bimoran(near, geoda["x"], geoda["y"]).lisa_values(), units.index
    )
    edges = [
        (units.index[i], units.index[j]) for i in range(len(units)) for j in near.get_neighbors(i)
    ]
    w = sc.Weights.from_edges(
        pd.DataFrame(edges, columns=["focal", "neighbor"]), units=units.index
    ).standardised("R")
    ours = sc.local_bivariate_moran(x, y, w, permutations=0)
    n = len(units)
    return {"statistic": relative(ours.statistic, theirs * n / (n - 1))}


ORACLES = (
    Oracle(
        "local_moran",
        "statistic, quadrant",
        "esda",
        "esda.Moran_Local",
        moran,
        1e-10,
        quick=5,
        note='With `scaling="n-1"`. Units without neighbours are left out: esda gives them 0.',
    ),
    Oracle(
        "local_moran",
        "statistic",
        "pygeoda",
        "pygeoda.local_moran",
        moran_geoda,
        1e-10,
        quick=10,
        note='With `scaling="n-1"`, on grids, with GeoDa\'s own queen weights.',
    ),
    Oracle(
        "local_moran",
        "permutation p",
        "definition",
        "itertools.permutations",
        moran_exact,
        5.0,
        quick=5,
        note="Absolute, in Monte Carlo standard errors: 9,999 draws of ours beside every ordered "
        "draw, 8 units with up to 4 neighbours each.",
    ),
    Oracle(
        "local_moran",
        "adjusted p",
        "scipy",
        "scipy.stats.false_discovery_control, statsmodels multipletests",
        adjusted,
        1e-13,
        quick=5,
    ),
    Oracle(
        "local_g",
        "z-scores of G and G*",
        "esda",
        "esda.G_Local",
        hotspots,
        1e-9,
        quick=10,
        note="Binary weights, since esda takes a row-standardised row for one neighbour; values "
        "above zero, since it divides by their sum; units linked to all others are left out.",
    ),
    Oracle(
        "local_bivariate_moran",
        "statistic",
        "esda",
        "esda.Moran_Local_BV",
        bivariate,
        1e-10,
        quick=10,
        note="esda's values times n/(n − 1).",
    ),
    Oracle(
        "local_bivariate_moran",
        "statistic",
        "pygeoda",
        "pygeoda.local_bimoran",
        bivariate_geoda,
        1e-10,
        quick=5,
        note="GeoDa's values times n/(n − 1), with GeoDa's own nearest neighbours.",
    ),
)
