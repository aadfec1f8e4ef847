"""Projections, peaks and simulations: products in exact fractions, quantiles by SciPy."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import accumulate, groupby, pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm, triang, uniform

import spatialcarbon as sc
from tests.oracles.oracle import Oracle, relative

COLUMNS = ["scenario", "start", "end", "delta", "chi", "beta", "alpha"]
BASE = 2020
DRAWS = 2000


def rate_rows(rng: np.random.Generator, unit: str | None = None) -> list[dict[str, Any]]:
    """Draw two scenarios of one to three periods, as far as one horizon."""
    rows = []
    for name in ("low", "high"):
        cuts = sorted({2021, *rng.integers(2022, 2030, 2).tolist(), 2031})
        for start, stop in pairwise(cuts):
            rates = rng.normal(0, 0.03, 4)
            row = dict(zip(COLUMNS, (name, start, stop - 1, *rates), strict=True))
            rows.append(row if unit is None else row | {"unit": unit})
    return rows


def walk(base: float, rows: list[dict[str, Any]], scenario: str) -> list[Fraction]:
    """Levels from the base year on, each growth multiplied out."""
    growth = {}
    for row in rows:
        if row["scenario"] == scenario:
            d, x, b, a = (Fraction(float(row[name])) for name in COLUMNS[3:])
            for year in range(row["start"], row["end"] + 1):
                growth[year] = (1 + d) * (1 + x) * (1 - b) * (1 - a)
    return list(accumulate((growth[y] for y in sorted(growth)), lambda c, g: c * g,
                           initial=Fraction(base)))  # fmt: skip


def projections(rng: np.random.Generator) -> Mapping[str, float]:
    names = [f"p{i}" for i in range(int(rng.integers(1, 4)))]
    base = pd.Series(np.exp(rng.normal(4, 2, len(names))), names)
    rows = {name: rate_rows(rng, name) for name in names}
    table = pd.DataFrame([row for part in rows.values() for row in part])
    found = sc.project(base, table, horizon=2030)
    gaps, totals = [], []
    for scenario in ("low", "high"):
        paths = [walk(base[name], rows[name], scenario) for name in names]
        for name, path in zip(names, paths, strict=True):
            gaps.append(relative(found.path[scenario, name], list(map(float, path))))
        whole = [float(sum(parts)) for parts in zip(*paths, strict=True)]
        totals.append(relative(found.total[scenario], whole))
    return {"path of each place": max(gaps), "sum": max(totals)}


def written_out(values: list[int], tol: Fraction, tie: str) -> dict[str, Any]:
    """Peak of a series of whole numbers, read off run by run."""
    top = max(values)
    high = [top - v <= tol * abs(top) for v in values]
    begin = values.index(top)
    while begin and high[begin - 1]:
        begin -= 1
    end = begin
    while end + 1 < len(values) and high[end + 1]:
        end += 1
    if end == len(values) - 1:
        status = "flat" if begin == 0 else "not peaked in horizon"
    else:
        status = "declining from start" if begin == end == 0 else "peaked"
    runs, at = [], 0
    for value, run in groupby(values):
        length = len(list(run))
        runs.append((at, value))
        at += length
    peaks = [
        at for (_, left), (at, own), (_, right) in zip(runs, runs[1:], runs[2:], strict=False)
        if own > left and own > right
    ]  # fmt: skip
    return {
        "year": BASE + (begin if tie == "first" else end),
        "value": float(top),
        "status": status,
        "plateau": (BASE + begin, BASE + end),
        "local_maxima": tuple(BASE + at for at in peaks),
    }


def peaks(rng: np.random.Generator) -> Mapping[str, float]:
    n = int(rng.integers(2, 15))
    values = rng.integers(1, int(rng.integers(2, 12)), n, endpoint=True).tolist()
    tol, tie = rng.choice([0.0, 0.1, 0.3]), str(rng.choice(["first", "last"]))
    found = sc.peak(pd.Series(values, range(BASE, BASE + n), dtype=float), tol=tol, tie=tie)
    theirs = written_out(values, Fraction(str(tol)), tie)
    if tol > 0:  # neighbours that are alike within the tolerance then count as one run
        del theirs["local_maxima"]
    return {name: float(getattr(found, name) != value) for name, value in theirs.items()}


def one_period(rng: np.random.Generator) -> tuple[pd.DataFrame, float, float]:
    """Draw one scenario of one period; return it, its growth without alpha, and alpha."""
    delta, chi, beta = (float(v) for v in rng.normal(0.01, 0.01, 3))
    alpha = float(rng.uniform(-0.02, 0.06))
    table = pd.DataFrame([["one", 2021, 2030, delta, chi, beta, alpha]], columns=COLUMNS)
    return table, (1 + delta) * (1 + chi) * (1 - beta), alpha


def distributions(rng: np.random.Generator) -> Mapping[str, float]:
    """One rate alone is uncertain, so that quantiles of its error are those of the path."""
    table, growth, alpha = one_period(rng)
    width = float(rng.uniform(0.002, 0.03))
    text, law = {
        0: (f"normal({width})", norm(scale=width)),
        1: (f"uniform({width})", uniform(-width, 2 * width)),
        2: (f"triangular({-width}, 0, {2 * width})", triang(1 / 3, -width, 3 * width)),
    }[int(rng.integers(3))]
    years = int(rng.integers(1, 11))
    parts = (0.05, 0.25, 0.5, 0.75, 0.95)
    found = sc.simulate(
        100.0, table, horizon=2020 + years, draws=DRAWS, errors={"alpha": text},
        quantiles=parts, rng=int(rng.integers(1 << 30)),
    )  # fmt: skip
    last = found.quantiles.query("year == @years + 2020").set_index("quantile")["value"]
    # The level that a quantile of ours stands for, turned back into an error and its chance.
    errors = 1 - alpha - (last[list(parts)].to_numpy() / 100) ** (1 / years) / growth
    chance = law.sf(errors)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    u = (nodes + 1) / 2
    mean = float((weights / 2) @ (100 * (growth * (1 - alpha - law.ppf(u))) ** years))
    return {
        "quantiles, as probabilities": float(np.abs(chance - parts).max()),
        "mean": relative(found.mean["one"].iloc[-1], mean),
    }


def certain(rng: np.random.Generator) -> Mapping[str, float]:
    rows = rate_rows(rng)
    base = float(np.exp(rng.normal(4, 2)))
    found = sc.simulate(base, pd.DataFrame(rows), horizon=2030, draws=10, errors=0.0, rng=1)
    return {
        "path": max(
            relative(found.median[name], list(map(float, walk(base, rows, name))))
            for name in ("low", "high")
        )
    }


def declines(rng: np.random.Generator) -> Mapping[str, float]:
    """Only the rate of intensity is uncertain: what a draw needs is a line in its error."""
    table, growth, alpha = one_period(rng)
    alpha = table.loc[0, "alpha"] = min(alpha, 1 - 1 / growth)  # without more, no peak
    sd, chance = float(rng.uniform(0.001, 0.005)), float(rng.uniform(0.6, 0.95))
    sure, found = (
        sc.required_decline(
            100.0, table, scenario="one", horizon=2030, peak_by=2024, from_year=2025,
            probability=chance, errors=errors, draws=draws, most=0.5,
            rng=int(rng.integers(1 << 30)),
        )
        for errors, draws in ((0.0, 100), ({"alpha": f"normal({sd})"}, DRAWS))
    )  # fmt: skip
    root = brentq(lambda x: growth * (1 - alpha - x) - 1, -1.0, 1.0, xtol=1e-15)
    # A draw whose emissions fall before the peak year has later years below it at once.
    share = norm.cdf((found.value - root) / sd)
    return {
        "decline without errors": abs(sure.value - root),
        "decline with errors, as a probability": abs(float(share) - chance),
    }


ORACLES = (
    Oracle(
        "project",
        "levels of places and their sum",
        "definition",
        "exact fractions",
        projections,
        1e-12,
        quick=10,
    ),
    Oracle(
        "peak",
        "year, value, status, plateau, local maxima (1 where they differ)",
        "definition",
        "runs of whole numbers",
        peaks,
        0.0,
        quick=60,
    ),
    Oracle(
        "simulate",
        "quantiles and mean with one uncertain rate",
        "scipy",
        "scipy.stats.norm, uniform, triang",
        distributions,
        0.06,
        quick=4,
        note=f"{DRAWS} draws, whose standard error is up to 0.011",
    ),
    Oracle(
        "simulate",
        "median path without errors",
        "definition",
        "exact fractions",
        certain,
        1e-12,
        quick=4,
    ),
    Oracle(
        "required_decline",
        "extra decline of intensity",
        "scipy",
        "scipy.optimize.brentq, scipy.stats.norm",
        declines,
        0.06,
        quick=4,
        note=f"{DRAWS} draws, whose standard error is up to 0.011",
    ),
)
