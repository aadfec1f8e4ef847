"""Decompositions by definition in decimal numbers of sixty digits, and elasticities beside them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import wraps
from math import nan

import numpy as np
import pandas as pd

import spatialcarbon as sc
from tests.oracles.oracle import Oracle, relative

COLUMNS = ["population", "gdp", "industry", "co2"]
FACTORS = ["population", "affluence", "structure", "intensity"]
Case = Callable[[np.random.Generator], Mapping[str, float]]


def in_sixty_digits(case: Case) -> Case:
    """Run a case with sixty digits, so that the definition may subtract nearly equal numbers."""

    @wraps(case)
    def run(rng: np.random.Generator) -> Mapping[str, float]:
        with localcontext() as context:
            context.prec = 60
            return case(rng)

    return run


def table(rng: np.random.Generator, years: int, least: int = -12) -> pd.DataFrame:
    """Draw places and years, some of them nearly without change, over many magnitudes."""
    n = int(rng.integers(1, 6))
    spread = 10.0 ** rng.integers(least, 1)
    start = np.exp(rng.normal(3, 2, (n, 1, 4)))
    drawn = start * np.exp(spread * rng.normal(0, 1, (n, years, 4)))
    index = [(f"p{i}", 2000 + t) for i in range(n) for t in range(years)]
    frame = pd.DataFrame(index, columns=["unit", "year"])
    return frame.join(pd.DataFrame(drawn.reshape(-1, 4), columns=COLUMNS))


def log_mean(a: Decimal, b: Decimal) -> Decimal:
    return a if a == b else (a - b) / (a.ln() - b.ln())


def factors(row: Mapping[str, float]) -> list[Decimal]:
    p, g, i, c = (Decimal(float(row[name])) for name in COLUMNS)
    return [p, g / p, i / g, c / i]


def step(first: Mapping[str, float], second: Mapping[str, float]) -> list[Decimal]:
    """Effects of the four factors between two rows."""
    mean = log_mean(Decimal(float(second["co2"])), Decimal(float(first["co2"])))
    return [mean * (b / a).ln() for a, b in zip(factors(first), factors(second), strict=True)]


def _rows(frame: pd.DataFrame) -> dict[str, list[dict[str, float]]]:
    return {
        unit: part.sort_values("year").to_dict("records") for unit, part in frame.groupby("unit")
    }


def _wide(effects: pd.DataFrame, column: str) -> np.ndarray:
    return effects.pivot(index="unit", columns="factor", values=column)[FACTORS].to_numpy()


@in_sixty_digits
def additive(rng: np.random.Generator) -> Mapping[str, float]:
    frame = table(rng, 4)
    rows = _rows(frame)
    ends = np.array([[float(e) for e in step(r[0], r[-1])] for r in rows.values()])
    chained = np.array(
        [
            [
                float(sum(parts))
                for parts in zip(*(step(a, b) for a, b in itertools.pairwise(r)), strict=True)
            ]
            for r in rows.values()
        ]
    )
    stages = [(2000, 2003)]
    plain = sc.decompose(frame, stages=stages)
    return {
        "effects": relative(_wide(plain.effects, "effect"), ends),
        "chained effects": relative(
            _wide(sc.decompose(frame, stages=stages, chain=True).effects, "effect"), chained
        ),
        "sum over places": relative(
            plain.total.set_index("factor")["effect"][FACTORS], ends.sum(axis=0)
        )
        * float(np.abs(ends.sum(axis=0)).max() / np.abs(ends).max()),
    }


@in_sixty_digits
def aggregate(rng: np.random.Generator) -> Mapping[str, float]:
    frame = table(rng, 2)
    # The sums are those that doubles give, as a table of totals would hold them.
    whole = frame.groupby("year")[COLUMNS].sum().to_dict("records")
    found = sc.decompose(frame, level="aggregate").effects
    theirs = [float(e) for e in step(whole[0], whole[1])]
    change = max(abs(np.log(whole[1][c] / whole[0][c])) for c in COLUMNS)
    # A sum is known to one rounding; a change of it, to one rounding over the change.
    return {
        "effects": relative(found.set_index("factor")["effect"][FACTORS], theirs) * min(1.0, change)
    }


@in_sixty_digits
def multiplicative(rng: np.random.Generator) -> Mapping[str, float]:
    frame = table(rng, 2)
    rows = _rows(frame)
    theirs = [
        [float((b / a).ln().exp()) for a, b in zip(factors(r[0]), factors(r[1]), strict=True)]
        for r in rows.values()
    ]
    found = sc.decompose(frame, form="multiplicative")
    base = sum((Decimal(r[0]["co2"]) for r in rows.values()), Decimal(0))
    last = sum((Decimal(r[1]["co2"]) for r in rows.values()), Decimal(0))
    effects = [sum(parts) for parts in zip(*(step(*r) for r in rows.values()), strict=True)]
    total = [float((e / log_mean(last, base)).exp()) for e in effects]
    ratios = found.total.set_index("factor")["ratio"][FACTORS]
    return {
        "ratios": relative(_wide(found.effects, "ratio"), theirs),
        "ratios of all places": relative(ratios, total),
    }


@in_sixty_digits
def by_fuel(rng: np.random.Generator) -> Mapping[str, float]:
    """Sum over fuels: gdp × (energy/gdp) × (energy[fuel]/energy) × (co2[fuel]/energy[fuel])."""
    fuels = int(rng.integers(2, 5))
    energy = np.exp(rng.normal(2, 1, (2, fuels)))
    carbon = energy * np.exp(rng.normal(0, 0.5, (2, fuels)))
    gdp = np.exp(rng.normal(4, 1, 2))
    frame = pd.DataFrame(
        [
            ("A", 2000 + t, f"f{k}", gdp[t], energy[t, k], carbon[t, k])
            for t in range(2)
            for k in range(fuels)
        ],
        columns=["unit", "year", "fuel", "gdp", "energy", "co2"],
    )
    identity = (
        "co2 = sum over fuel of gdp * (energy/gdp) * (energy[fuel]/energy)"
        " * (co2[fuel]/energy[fuel])"
    )
    found = sc.decompose(frame, identity=identity)
    exact = [[Decimal(float(v)) for v in row] for row in energy]
    burnt = [[Decimal(float(v)) for v in row] for row in carbon]
    theirs = [Decimal(0)] * 4
    for k in range(fuels):
        parts = []
        for t in range(2):
            total, money = sum(exact[t]), Decimal(float(gdp[t]))
            parts.append([money, total / money, exact[t][k] / total, burnt[t][k] / exact[t][k]])
        mean = log_mean(burnt[1][k], burnt[0][k])
        for x in range(4):
            theirs[x] += mean * (parts[1][x] / parts[0][x]).ln()
    return {"effects": relative(found.effects["effect"], [float(e) for e in theirs])}


def tapio(rng: np.random.Generator) -> Mapping[str, float]:
    # Growth below 1e-12 counts as none, so that the cases stay well above it.
    frame = table(rng, 3, least=-6)
    found = sc.decoupling(frame, outcome="co2", driver="gdp", stages="yearly")
    elasticities, states = [], []
    for row in found.itertuples():
        c0, c1 = Fraction(row.outcome_start), Fraction(row.outcome_end)
        g0, g1 = Fraction(row.driver_start), Fraction(row.driver_end)
        c, g = (c1 - c0) / c0, (g1 - g0) / g0
        elasticities.append(float(c / g) if g else nan)
        states.append(_state(c, g))
    own = found.set_index(["unit", "start"])
    given = frame.set_index(["unit", "year"])
    known = ~np.isnan(elasticities)
    ratios = np.where(known, found["elasticity"] / np.where(known, elasticities, 1.0), nan)
    return {
        "elasticity": relative(ratios, np.where(known, 1.0, nan)),
        "share of states that differ": float(
            np.mean(found["state"].to_numpy() != np.array(states))
        ),
        "levels": relative(own["outcome_start"], given.loc[own.index, "co2"]),
    }


def _state(c: Fraction, g: Fraction) -> str:
    if g == 0:
        return "undefined"
    e, grows = c / g, g > 0
    low, high = Fraction(4, 5), Fraction(6, 5)
    if e < 0:
        return "strong decoupling" if grows else "strong negative decoupling"
    if e < low:
        return "weak decoupling" if grows else "weak negative decoupling"
    if e <= high:
        return "expansive coupling" if grows else "recessive coupling"
    return "expansive negative decoupling" if grows else "recessive decoupling"


def effort(rng: np.random.Generator) -> Mapping[str, float]:
    frame = table(rng, 2)
    result = sc.decompose(frame)
    found = sc.decoupling_effort(result, activity=["population", "affluence"])
    wide = _wide(result.effects, "effect")
    activity, others = wide[:, :2].sum(axis=1), wide[:, 2:].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        theirs = np.where(activity > 0, -others / activity, nan)
    return {"effort": relative(found["effort"], theirs)}


ORACLES = (
    Oracle(
        "decompose",
        "additive effects, end to end and chained, and their sums",
        "definition",
        "logarithmic means in 60 decimal digits",
        additive,
        1e-11,
        quick=20,
        note="changes down to 1e-12 of the level are among the cases",
    ),
    Oracle(
        "decompose",
        "effects of the totals",
        "definition",
        "logarithmic means in 60 decimal digits",
        aggregate,
        1e-12,
        quick=20,
    ),
    Oracle(
        "decompose",
        "multiplicative ratios of places and of all",
        "definition",
        "logarithmic means in 60 decimal digits",
        multiplicative,
        1e-12,
        quick=20,
    ),
    Oracle(
        "decompose",
        "effects of a sum over fuels",
        "definition",
        "logarithmic means in 60 decimal digits",
        by_fuel,
        1e-11,
        quick=20,
    ),
    Oracle(
        "decoupling", "elasticity and state", "definition", "exact fractions", tapio, 1e-9, quick=20
    ),
    Oracle("decoupling_effort", "effort", "definition", "numpy", effort, 1e-12, quick=20),
)
