"""National targets in exact fractions, and judgements of allocations pair by pair."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr

import spatialcarbon as sc
from tests.oracles.draws import quietly, weights
from tests.oracles.oracle import Oracle, relative


def targets(rng: np.random.Generator) -> Mapping[str, float]:
    base, gdp = (float(v) for v in np.exp(rng.normal(3, 3, 2)))
    low, high = sorted(rng.uniform(0, 0.95, 2).tolist())
    n = int(rng.integers(1, 30))
    regions = pd.Series(np.exp(rng.normal(0, 1, n)), range(n)) * base * gdp
    found = quietly(sc.national_target, base, gdp, reduction=(low, high), projected=regions)
    whole = Fraction(base) * Fraction(gdp)
    ends = [whole * (1 - Fraction(high)), whole * (1 - Fraction(low))]
    target = sum(ends) / 2
    left = max(Fraction(0), sum(map(Fraction, regions), Fraction(0)) - target)
    return {
        "target": relative(found.target, float(target)),
        "interval": relative(found.interval, list(map(float, ends))),
        "responsibility": abs(found.responsibility - float(left)) / float(regions.sum()),
    }


def fairness(rng: np.random.Generator) -> Mapping[str, float]:
    """Gini of amounts over a yardstick by every pair, Theil term by term."""
    w = weights(rng)
    amounts = pd.Series(np.exp(rng.normal(2, 1, w.n)), w.units)
    people = pd.Series(np.exp(rng.normal(2, 1, w.n)), w.units)
    found = quietly(sc.judge_allocation, amounts, weights=w, population=people, permutations=0)
    q, s = people / people.sum(), amounts / amounts.sum()
    ratio = (s / q).to_numpy()
    gaps = np.abs(ratio[:, None] - ratio[None, :])
    row = found.fairness.iloc[0]
    return {
        "Gini": relative(row["gini"], (q.to_numpy() @ gaps @ q.to_numpy()) / 2),
        "Theil": relative(row["theil"], (s * np.log(s / q)).sum()),
        "mean log deviation": relative(row["mean_log_deviation"], (q * np.log(q / s)).sum()),
    }


def contrasts(rng: np.random.Generator) -> Mapping[str, float]:
    w = weights(rng)
    amounts = pd.Series(np.exp(rng.normal(2, 1, w.n)), w.units)
    other = pd.Series(np.exp(rng.normal(2, 1, w.n)), w.units)
    emitted = pd.Series(np.exp(rng.normal(2, 1, w.n)), w.units)
    found = quietly(
        sc.judge_allocation, pd.DataFrame({"one": amounts, "two": other}), weights=w,
        emissions=emitted, permutations=0,
    )  # fmt: skip
    burden, dense = amounts / emitted, w.sparse.toarray()
    theirs = {}
    for i in range(w.n):
        for j in range(i):
            if dense[i, j] or dense[j, i]:
                a, b = burden.iloc[i], burden.iloc[j]
                theirs[frozenset((w.units[i], w.units[j]))] = max(a / b, b / a)
    rows = found.contrasts.query("principle == 'one' and measure == 'per_emission'")
    ours = {frozenset((r.unit, r.neighbor)): r.ratio for r in rows.itertuples()}
    pearson = np.corrcoef(amounts, other)[0, 1]
    line = found.correlation.iloc[0]
    ranks = found.ranks[found.ranks["principle"] == "one"].set_index("unit")["rank"]
    return {
        "pairs that differ": float(len(ours.keys() ^ theirs.keys())),
        "contrast of each pair": relative([ours[p] for p in theirs], list(theirs.values())),
        "correlations": relative(
            [line["pearson"], line["spearman"]], [pearson, spearmanr(amounts, other).statistic]
        ),
        "ranks": relative(ranks[amounts.index], rankdata(-amounts)),
    }


ORACLES = (
    Oracle(
        "national_target",
        "target, interval, responsibility",
        "definition",
        "exact fractions",
        targets,
        1e-12,
        quick=20,
    ),
    Oracle(
        "judge_allocation",
        "Gini, Theil, mean log deviation",
        "definition",
        "every pair of units",
        fairness,
        1e-10,
        quick=4,
    ),
    Oracle(
        "judge_allocation",
        "contrasts of neighbours, correlations, ranks",
        "scipy",
        "scipy.stats.spearmanr, rankdata; every pair of units",
        contrasts,
        1e-10,
        quick=4,
    ),
)
