"""Inequality beside SciPy's entropies, and beside sums written out pair by pair."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import auc

import spatialcarbon as sc
from tests.oracles.draws import Rng, positive
from tests.oracles.oracle import Oracle, relative


def table(rng: Rng) -> pd.DataFrame:
    """Return values per head, people and a group by unit."""
    n = int(rng.integers(5, 40))
    frame = pd.DataFrame(
        {
            "y": positive(rng, n),
            "people": rng.lognormal(3, 1, n),
            "group": rng.choice(list("abc"), n),
        },
        index=[f"u{i}" for i in rng.permutation(n)],
    )
    frame.iloc[0, 0] *= 1.5  # not all the same
    return frame


def pairs(y: np.ndarray, q: np.ndarray) -> float:
    """Return the Gini coefficient as half the mean difference over the mean."""
    gaps = np.abs(np.subtract.outer(y, y))
    return float(q @ gaps @ q / (2 * q @ y))


def gini(rng: Rng) -> dict[str, float]:
    frame = table(rng)
    y, people = frame["y"].to_numpy(), frame["people"].to_numpy()
    even, q = np.full(len(y), 1 / len(y)), people / people.sum()
    order = np.argsort(y)
    across = np.concatenate([[0], np.cumsum(q[order])])
    up = np.concatenate([[0], np.cumsum((q * y)[order]) / (q @ y)])
    weighted = sc.gini(frame["y"], population=frame["people"]).statistic
    plain = sc.gini(frame["y"])
    return {
        "sum over pairs": relative([plain.statistic, weighted], [pairs(y, even), pairs(y, q)]),
        "1 − 2 × area under the Lorenz curve": relative(weighted, 1 - 2 * auc(across, up)),
        "corrected": relative(plain.corrected, pairs(y, even) * len(y) / (len(y) - 1)),
    }


def variation(rng: Rng) -> dict[str, float]:
    frame = table(rng)
    y, people = frame["y"], frame["people"]
    ours = sc.coefficient_of_variation(y)
    weighted = sc.coefficient_of_variation(y, population=people).statistic
    described = stats_of(y.to_numpy(), people.to_numpy())
    return {
        "without weights": relative(
            [ours.statistic, ours.corrected], [stats.variation(y), stats.variation(y, ddof=1)]
        ),
        "with population": relative(weighted, described),
    }


def stats_of(y: np.ndarray, people: np.ndarray) -> float:
    from statsmodels.stats.weightstats import DescrStatsW

    found = DescrStatsW(y, weights=people)
    return float(found.std / found.mean)


def concentration(rng: Rng) -> dict[str, float]:
    y = [int(v) for v in rng.integers(1, 10_000, int(rng.integers(2, 30)))]
    ours = sc.herfindahl(pd.Series(y, dtype=float))
    exact = sum(Fraction(v, sum(y)) ** 2 for v in y)
    even = Fraction(1, len(y))
    return {
        "statistic, effective number": relative(
            [ours.statistic, ours.effective_number], [float(exact), float(1 / exact)]
        ),
        "normalised": abs((ours.normalised or 0.0) - float((exact - even) / (1 - even))),
    }


def theil(rng: Rng) -> dict[str, float]:
    frame = table(rng)
    ours = sc.theil(frame["y"], population=frame["people"], groups=frame["group"])
    q = frame["people"] / frame["people"].sum()
    s = q * frame["y"] / (q @ frame["y"])
    parts = pd.DataFrame({"q": q, "s": s}).groupby(frame["group"]).sum()
    inside = pd.DataFrame(
        {
            name: (stats.entropy(s[at], q[at]), stats.entropy(q[at], s[at]))
            for name, at in frame.groupby("group").groups.items()
        },
        index=["t", "l"],
    ).T
    within = parts["s"] @ inside["t"], parts["q"] @ inside["l"]
    return {
        "T and L": relative(
            [ours.total, ours.mean_log_deviation], [stats.entropy(s, q), stats.entropy(q, s)]
        ),
        "between": relative(
            [ours.between, ours.mean_log_deviation_between],
            [stats.entropy(parts["s"], parts["q"]), stats.entropy(parts["q"], parts["s"])],
        )
        if len(parts) > 1
        else 0.0,
        "within": relative([ours.within, ours.mean_log_deviation_within], within),
        "inside each group": relative(
            ours.table.set_index("group").loc[parts.index, ["theil_t", "theil_l"]].to_numpy(),
            inside.to_numpy(),
        ),
    }


def panel(rng: Rng) -> dict[str, float]:
    frame = table(rng)
    wide = pd.DataFrame({2005: frame["y"], 2010: positive(rng, len(frame)) + 0.5})
    ours = sc.inequality_panel(wide, population=frame["people"]).table.set_index("year")
    q = (frame["people"] / frame["people"].sum()).to_numpy()
    gaps = []
    for year in wide:
        y = wide[year].to_numpy()
        s = q * y / (q @ y)
        theirs = [pairs(y, q), stats.entropy(s, q), stats.entropy(q, s), stats_of(y, q)]
        row = ours.loc[year, ["gini", "theil_t", "theil_l", "variation"]]
        gaps.append(relative(row.astype(float), theirs))
    return {"every year": max(gaps)}


PAIRS = "No distribution that is installed computes it: the definition is summed over all pairs."

ORACLES = (
    Oracle(
        "gini",
        "G, corrected G",
        "definition",
        "numpy, sklearn.metrics.auc",
        gini,
        1e-10,
        quick=6,
        note=PAIRS,
    ),
    Oracle(
        "coefficient_of_variation",
        "both forms, weighted",
        "statsmodels",
        "scipy.stats.variation, statsmodels DescrStatsW",
        variation,
        1e-10,
        quick=6,
    ),
    Oracle(
        "herfindahl",
        "H, effective number, normalised",
        "definition",
        "fractions.Fraction",
        concentration,
        1e-13,
        quick=6,
        note="The normalised index is compared absolutely.",
    ),
    Oracle(
        "theil",
        "T and L: total, between, within, groups",
        "scipy",
        "scipy.stats.entropy",
        theil,
        1e-10,
        quick=5,
    ),
    Oracle(
        "inequality_panel",
        "Gini, T, L, CV of each year",
        "scipy",
        "scipy.stats.entropy, statsmodels DescrStatsW, numpy",
        panel,
        1e-10,
        quick=5,
    ),
)
