"""Grey relational degrees again, in fractions: no rounding at all, no arrays."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

import spatialcarbon as sc
from tests.oracles.oracle import Oracle, relative

KINDS = ("mean", "initial", "max", "minmax", "none")
Exact = list[Fraction]
Rng = np.random.Generator


def normalised(x: Exact, kind: str) -> Exact:
    if kind == "mean":
        return [v * len(x) / sum(x) for v in x]
    if kind == "initial":
        return [v / x[0] for v in x]
    if kind == "max":
        return [v / max(x) for v in x]
    if kind == "minmax":
        return [(v - min(x)) / (max(x) - min(x)) for v in x]
    return x


def gaps(reference: Exact, factors: Sequence[Exact], kind: str) -> list[Exact]:
    zero = normalised(reference, kind)
    return [[abs(a - b) for a, b in zip(zero, normalised(x, kind), strict=True)] for x in factors]


def degrees(
    delta: list[Exact], rho: Fraction, shares: Exact | None = None, among: list[Exact] | None = None
) -> list[float]:
    flat = [d for row in (among or delta) for d in row]
    m, largest = min(flat), max(flat)
    n = len(delta[0])
    v = shares or [Fraction(1, n)] * n
    if largest == 0:
        return [1.0] * len(delta)
    top, add = m + rho * largest, rho * largest
    return [float(sum(w * top / (d + add) for w, d in zip(v, row, strict=True))) for row in delta]


def drawn(rng: Rng, n: int, m: int) -> pd.DataFrame:
    """Return whole numbers of very different sizes, so that fractions of them are exact."""
    sizes = 10 ** rng.integers(1, 8, m + 1)
    data = np.column_stack([rng.integers(1, 50 * size, n) for size in sizes])
    data[0] += 1
    names = ["reference", *(f"f{j}" for j in range(m))]
    return pd.DataFrame(data, columns=names, index=[f"u{i}" for i in rng.permutation(n)])


def exact(column: pd.Series) -> Exact:
    return [Fraction(int(v)) for v in column]


def degree(rng: Rng) -> dict[str, float]:
    frame = drawn(rng, int(rng.integers(3, 15)), int(rng.integers(1, 6)))
    kind = str(rng.choice(KINDS))
    rho = Fraction(int(rng.integers(1, 17)), 16)
    weights = pd.Series(rng.integers(1, 9, len(frame)), frame.index)
    names = frame.columns[1:]
    ours, weighted = (
        sc.grey_relational_degree(
            frame["reference"],
            frame[names],
            normalisation=kind,
            rho=float(rho),
            weights=v,  # type: ignore[arg-type]
        )
        for v in (None, weights)
    )
    delta = gaps(exact(frame["reference"]), [exact(frame[name]) for name in names], kind)
    shares = [Fraction(int(v), int(weights.sum())) for v in weights]
    return {
        "degree": relative(ours.degree, degrees(delta, rho)),
        "weighted degree": relative(weighted.degree, degrees(delta, rho, shares)),
        "differences": relative(ours.delta.to_numpy(), np.array(delta, dtype=float).T),
    }


def zscore(rng: Rng) -> dict[str, float]:
    from scipy.stats import zscore as standardised

    frame = drawn(rng, int(rng.integers(3, 15)), 3)
    ours = sc.grey_relational_degree(
        frame["reference"], frame[["f0", "f1", "f2"]], normalisation="zscore"
    )
    z = standardised(frame.to_numpy(dtype=float))
    delta = np.abs(z[:, :1] - z[:, 1:])
    m, largest = delta.min(), delta.max()
    return {"degree": relative(ours.degree, ((m + largest / 2) / (delta + largest / 2)).mean(0))}


def panel(rng: Rng) -> dict[str, float]:
    n = int(rng.integers(4, 10))
    years = {year: drawn(rng, n, 3).set_axis([f"u{i}" for i in range(n)]) for year in (2005, 2010)}
    tidy = pd.concat(
        [frame.rename_axis("unit").reset_index().assign(year=year) for year, frame in years.items()]
    )
    names = ["f0", "f1", "f2"]
    delta = {
        year: gaps(exact(frame["reference"]), [exact(frame[name]) for name in names], "mean")
        for year, frame in years.items()
    }
    pooled = [row for rows in delta.values() for row in rows]
    found = {}
    for extremes in ("year", "pooled"):
        ours = sc.grey_panel(
            tidy.sample(frac=1, random_state=int(rng.integers(2**31))),
            reference="reference",
            factors=names,
            extremes=extremes,  # type: ignore[arg-type]
        ).pivot("degree")
        theirs = {
            year: degrees(rows, Fraction(1, 2), among=pooled if extremes == "pooled" else None)
            for year, rows in delta.items()
        }
        found[f"degree, extremes of the {extremes}"] = relative(
            ours.loc[names, list(years)].to_numpy(), np.array([theirs[year] for year in years]).T
        )
    return found


def sensitivity(rng: Rng) -> dict[str, float]:
    frame = drawn(rng, int(rng.integers(4, 10)), 3)
    names = ["f0", "f1", "f2"]
    ours = sc.grey_sensitivity(
        frame["reference"], frame[names], normalisations=["mean", "minmax"], rhos=[0.25, 0.5]
    ).table
    largest = 0.0
    for (kind, rho), part in ours.groupby(["normalisation", "rho"]):
        delta = gaps(exact(frame["reference"]), [exact(frame[name]) for name in names], str(kind))
        theirs = degrees(delta, Fraction(rho))
        largest = max(largest, relative(part.set_index("factor").loc[names, "degree"], theirs))
    return {"degree under every setting": largest}


NONE = (
    "No distribution that is installed computes it: exact fractions, written from the definition."
)

ORACLES = (
    Oracle(
        "grey_relational_degree",
        "degree, weighted degree, differences",
        "definition",
        "fractions.Fraction",
        degree,
        1e-11,
        quick=6,
        note=NONE,
    ),
    Oracle(
        "grey_relational_degree",
        "degree under z-scores",
        "scipy",
        "scipy.stats.zscore",
        zscore,
        1e-11,
        quick=5,
    ),
    Oracle(
        "grey_panel",
        "degree by year",
        "definition",
        "fractions.Fraction",
        panel,
        1e-11,
        quick=5,
        note=NONE,
    ),
    Oracle(
        "grey_sensitivity",
        "degree under every setting",
        "definition",
        "fractions.Fraction",
        sensitivity,
        1e-11,
        quick=5,
        note=NONE,
    ),
)
