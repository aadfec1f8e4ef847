"""Statistics of a whole map beside esda's and beside counting out every order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import esda
import numpy as np
import pandas as pd

import spatialcarbon as sc
from tests.oracles.draws import Rng, numbers, quietly, series, weights
from tests.oracles.oracle import Oracle, relative


def moran(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    x = series(rng, w)
    ours = sc.global_moran(x, w, permutations=0)
    theirs = quietly(
        esda.Moran, x[w.units].to_numpy(), w.to_w(), transformation="O", permutations=0
    )
    return {
        "statistic": relative(ours.statistic, theirs.I),
        "variances": relative(
            [ours.variance_normality, ours.variance_randomization],
            [theirs.VI_norm, theirs.VI_rand],
        ),
        "z-scores": relative(
            [ours.z_normality, ours.z_randomization], [theirs.z_norm, theirs.z_rand]
        ),
        "p-values": relative(
            [ours.pvalue_normality, ours.pvalue_randomization], [theirs.p_norm, theirs.p_rand]
        ),
    }


def moran_exact(rng: Rng) -> dict[str, float]:
    n = int(rng.integers(4, 7))
    dense = np.where(rng.random((n, n)) < 0.6, rng.uniform(0.1, 2, (n, n)), 0.0)
    np.fill_diagonal(dense, 0.0)
    dense[0, 1] = 1.0
    x = numbers(rng, n)
    w = sc.Weights.from_sparse(dense, [f"u{i}" for i in range(n)])
    ours = sc.global_moran(pd.Series(x, w.units), w, exact=True)
    z = x - x.mean()
    every = np.array(
        [n / dense.sum() * (np.array(p) @ dense @ np.array(p)) / (z @ z) for p in permutations(z)]
    )
    gap = np.abs(every + 1 / (n - 1)) - abs(every[0] + 1 / (n - 1))
    return {
        "mean and variance of all orders": relative(
            [ours.expected, ours.variance_randomization], [every.mean(), every.var()]
        ),
        "p-value": relative(ours.pvalue_permutation, (gap >= -1e-9).mean()),
    }


def moran_drawn(rng: Rng) -> dict[str, float]:
    w = weights(rng, islands=False)
    x = series(rng, w)
    draws = 999
    sides = [
        sc.global_moran(x, w, permutations=draws, alternative=side, rng=1).pvalue_permutation  # type: ignore[arg-type]
        for side in ("greater", "less")
    ]
    state = np.random.get_state()  # noqa: NPY002 - esda draws from the generator of the process
    np.random.seed(int(rng.integers(2**31)))  # noqa: NPY002
    theirs = quietly(
        esda.Moran, x[w.units].to_numpy(), w.to_w(), transformation="O", permutations=draws
    ).p_sim
    np.random.set_state(state)  # noqa: NPY002
    ours = min(side for side in sides if side is not None)
    middle = (ours + theirs) / 2
    return {"p-value": abs(ours - theirs) / np.sqrt(2 * middle * (1 - middle) / draws)}


def geary(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    x = series(rng, w)
    ours = sc.geary(x, w, permutations=0)
    theirs = quietly(
        esda.Geary, x[w.units].to_numpy(), w.to_w(), transformation="O", permutations=0
    )
    return {
        "statistic": relative(ours.statistic, theirs.C),
        "variances": relative(
            [ours.variance_normality, ours.variance_randomization],
            [theirs.VC_norm, theirs.VC_rand],
        ),
        "z-scores": relative(
            [ours.z_normality, ours.z_randomization], [theirs.z_norm, theirs.z_rand]
        ),
    }


def bivariate(rng: Rng) -> dict[str, float]:
    w = weights(rng, islands=False, scheme="R")
    x, y = series(rng, w), series(rng, w)
    ours = sc.bivariate_moran(x, y, w, permutations=0)
    theirs = bivariate_of_esda(x, y, w)
    correlation = np.corrcoef(x[w.units], y[w.units])[0, 1]
    return {
        "statistic": relative(ours.statistic, theirs),
        "correlation": relative(ours.correlation, correlation),
    }


def bivariate_of_esda(x: pd.Series, y: pd.Series, w: Any) -> float:
    found = quietly(
        esda.Moran_BV,
        x[w.units].to_numpy(),
        y[w.units].to_numpy(),
        w.to_w(),
        transformation="r",
        permutations=0,
    )
    return float(found.I)


def bivariate_exact(rng: Rng) -> dict[str, float]:
    n = int(rng.integers(4, 7))
    dense = np.where(rng.random((n, n)) < 0.6, rng.uniform(0.1, 2, (n, n)), 0.0)
    np.fill_diagonal(dense, 0.0)
    dense[0, 1] = 1.0
    x, y = numbers(rng, n), numbers(rng, n)
    w = sc.Weights.from_sparse(dense, [f"u{i}" for i in range(n)])
    ours = sc.bivariate_moran(pd.Series(x, w.units), pd.Series(y, w.units), w, permutations=0)
    u, v = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    every = np.array([u @ dense @ np.array(p) / dense.sum() for p in permutations(v)])
    return {
        "statistic": relative(ours.statistic, every[0]) if abs(every[0]) > 1e-6 else 0.0,
        "variance of all orders": relative(ours.variance_randomization, every.var())
        if every.var() > 1e-9
        else 0.0,
    }


def lagged(rng: Rng) -> dict[str, float]:
    w = weights(rng, islands=False, scheme="R")
    frame = pd.DataFrame({year: series(rng, w) for year in (2001, 2004, 2007)})
    ours = sc.lagged_moran(frame, w, lag=3, permutations=0).table
    theirs = [bivariate_of_esda(frame[now], frame[now - 3], w) for now in (2004, 2007)]
    same_year = [
        quietly(
            esda.Moran,
            frame.loc[w.units, now].to_numpy(),
            w.to_w(),
            transformation="O",
            permutations=0,
        ).I
        for now in (2004, 2007)
    ]
    return {
        "statistic": relative(ours["statistic"], theirs),
        "contemporaneous": relative(ours["contemporaneous"], same_year),
    }


def door(rng: Rng) -> dict[str, float]:
    w = weights(rng, islands=False, scheme="R")
    x = series(rng, w)
    ours = quietly(sc.esda_statistic, "Geary", x, w, permutations=0, rng=1)
    theirs = quietly(
        esda.Geary, x[w.units].to_numpy(), w.to_w(), transformation="O", permutations=0
    )
    return {"statistic": relative(ours.C, theirs.C)}


WITHOUT_ISLANDS = "Row-standardised weights without islands: esda leaves out n/S0."

ORACLES = (
    Oracle("global_moran", "I, variances, z, p", "esda", "esda.Moran", moran, 1e-10, quick=8),
    Oracle(
        "global_moran",
        "moments and exact p of all n! orders, n ≤ 6",
        "definition",
        "itertools.permutations",
        moran_exact,
        1e-9,
        quick=5,
    ),
    Oracle(
        "global_moran",
        "permutation p",
        "esda",
        "esda.Moran(permutations=999).p_sim",
        moran_drawn,
        5.0,
        quick=10,
        note="Absolute, in Monte Carlo standard errors of the difference: both draw. esda folds "
        "its p to the smaller tail, which is our smaller one-sided p.",
    ),
    Oracle("geary", "C, variances, z", "esda", "esda.Geary", geary, 1e-10, quick=8),
    Oracle(
        "bivariate_moran",
        "statistic, correlation",
        "esda",
        "esda.Moran_BV",
        bivariate,
        1e-10,
        quick=8,
        note=WITHOUT_ISLANDS,
    ),
    Oracle(
        "bivariate_moran",
        "statistic and variance of all n! orders, n ≤ 6",
        "definition",
        "itertools.permutations",
        bivariate_exact,
        1e-10,
        quick=5,
    ),
    Oracle(
        "lagged_moran",
        "statistic, contemporaneous",
        "esda",
        "esda.Moran_BV, esda.Moran",
        lagged,
        1e-10,
        quick=10,
        note=WITHOUT_ISLANDS,
    ),
    Oracle(
        "esda_statistic",
        "Geary's C",
        "esda",
        "esda.Geary",
        door,
        1e-12,
        quick=10,
        note="`esda_statistic` hands labelled values to esda: this checks the order of the rows.",
    ),
)
