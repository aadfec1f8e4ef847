"""Weights of criteria beside pymcdm, and allocations share by share in exact fractions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pymcdm.weights
from scipy.stats import entropy, kendalltau

import spatialcarbon as sc
from tests.oracles.draws import labels, quietly, weights
from tests.oracles.oracle import Oracle, relative

CRITERIA = ["population", "cumulative", "gdp", "intensity"]
FAIR = CRITERIA[:2]


def criteria(rng: np.random.Generator, least: int = 3) -> pd.DataFrame:
    """Draw places with four criteria, each of its own spread."""
    n = int(rng.integers(least, 31))
    spread = rng.uniform(0.2, 1.5, 4)
    drawn = np.exp(rng.normal(3, 1, 4) + spread * rng.normal(0, 1, (n, 4)))
    return pd.DataFrame(drawn, labels(rng, n), CRITERIA)


def by_entropy(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and shares after min–max, the entropies by SciPy."""
    spread = (table - table.min()) / (table.max() - table.min())
    told = 1 - np.array([entropy(column, base=len(table)) for column in spread.to_numpy().T])
    return told / told.sum(), (spread / spread.sum()).to_numpy()


def entropies(rng: np.random.Generator) -> Mapping[str, float]:
    table = criteria(rng)
    expected, shares = by_entropy(table)
    found = sc.entropy_weights(table)
    return {
        "weights by min–max": relative(found.weights, expected),
        "shares": relative(found.shares, shares),
        "weights by sums": relative(
            sc.entropy_weights(table, normalisation="sum").weights,
            pymcdm.weights.entropy_weights(table.to_numpy()),
        ),
    }


def critic(rng: np.random.Generator) -> Mapping[str, float]:
    table = criteria(rng)
    expected = quietly(pymcdm.weights.critic_weights, table.to_numpy())
    return {
        "weights": relative(sc.critic_weights(table).weights, expected),
        "weights by the common door": relative(
            sc.criterion_weights(table, weighting="critic").weights, expected
        ),
    }


def rules(rng: np.random.Generator) -> Mapping[str, float]:
    table = criteria(rng)
    return {
        "entropy": relative(
            sc.criterion_weights(table, normalisation="sum").weights,
            pymcdm.weights.entropy_weights(table.to_numpy()),
        ),
        "equal": relative(
            sc.criterion_weights(table, weighting="equal").weights,
            pymcdm.weights.equal_weights(table.to_numpy()),
        ),
    }


def leaning(own: np.ndarray, rate: float, rule: str, front: int = 2) -> list[float]:
    """Weights that lean towards the first criteria, in fractions."""
    exact = [Fraction(float(w)) for w in own]
    held, factor = sum(exact[:front]), Fraction(rate)
    if rule == "paper":
        rest = (1 - factor * held) / (sum(exact) - held)
        return [float(w * (factor if j < front else rest)) for j, w in enumerate(exact)]
    raised = [w * (factor if j < front else 1) for j, w in enumerate(exact)]
    return [float(w / sum(raised)) for w in raised]


def preferences(rng: np.random.Generator) -> Mapping[str, float]:
    own = pd.Series(rng.dirichlet(np.ones(4)), CRITERIA)
    rate = float(rng.uniform(1, min(3.0, 1 / own[:2].sum())))
    return {
        rule: relative(
            sc.preference_weights(own, FAIR, preference=rate, rule=rule),  # type: ignore[arg-type]
            leaning(own.to_numpy(), rate, rule),
        )
        for rule in ("paper", "renormalise")
    }


def mixed(rng: np.random.Generator) -> Mapping[str, float]:
    """Principles of several criteria."""
    table = criteria(rng)
    own, shares = by_entropy(table)
    total = float(np.exp(rng.normal(5, 3)))
    rate = float(rng.uniform(1, min(3.0, 1 / own[:2].sum(), 1 / own[2:].sum())))
    said = {}
    for principle in ("comprehensive", "fairness", "efficiency"):
        for rule in ("paper", "renormalise"):
            found = quietly(
                sc.allocate, total, table, principle=principle, preference=rate, rule=rule
            )
            if principle == "comprehensive":
                theta = own
            elif principle == "fairness":
                theta = np.array(leaning(own, rate, rule))
            else:
                theta = np.array(leaning(own[::-1], rate, rule))[::-1]
            said[f"{principle}, {rule}"] = relative(found.allocation, total * shares @ theta)
    return {"amounts": max(said.values())}


def single(rng: np.random.Generator) -> Mapping[str, float]:
    """Principles of one criterion, in exact fractions, and their caps by water filling."""
    table = criteria(rng)
    emitted = pd.Series(np.exp(rng.normal(4, 1, len(table))), table.index)
    total = float(rng.uniform(0.05, 0.9)) * float(emitted.sum())
    p, h, g = ([Fraction(v) for v in table[name]] for name in CRITERIA[:3])
    c, whole = [Fraction(v) for v in emitted], Fraction(total)
    keys = {"equality": p, "cumulative": h, "economic": g, "grandfathering": c}
    said = {}
    for principle, key in keys.items():
        theirs = [whole * k / sum(key) for k in key]
        found = quietly(sc.allocate, total, table, principle=principle, emissions=emitted)
        said[principle] = relative(found.allocation, list(map(float, theirs)))
    at = Fraction(int(rng.integers(0, 11)), 10)
    theirs = [
        ci - (sum(c) - whole) * ((1 - at) * ci / sum(c) + at * pi / sum(p))
        for ci, pi in zip(c, p, strict=True)
    ]
    found = quietly(
        sc.allocate, total, table, principle="convergence", emissions=emitted,
        base_year=2020, year=2020 + int(at * 10), convergence_year=2030,
    ) if at > 0 else None  # fmt: skip
    if found is not None:
        gap = np.abs(found.allocation.to_numpy() - list(map(float, theirs))).max()
        said["convergence"] = float(gap / emitted.max())
    wealth = (table["gdp"] / table["population"]) / (table["gdp"].sum() / table["population"].sum())
    key = emitted * np.cbrt(wealth)
    found = quietly(sc.allocate, total, table, principle="ability", emissions=emitted)
    said["ability"] = relative(found.allocation, total * key / key.sum())
    return {
        "amounts by one criterion": max(said.values()),
        "amounts under a cap": capped(table, emitted, total),
    }


def capped(table: pd.DataFrame, emitted: pd.Series, total: float) -> float:
    """Each amount is the smaller of its cap and one multiple of its share: found by bisection."""
    found = quietly(
        sc.allocate, total, table, principle="equality", emissions=emitted, cap=0.95
    ) if total < 0.94 * emitted.sum() else None  # fmt: skip
    share, most = (table["population"] / table["population"].sum()).to_numpy(), 0.95 * emitted
    low, high = 0.0, float((most / share).max())
    for _ in range(200):
        level = (low + high) / 2
        low, high = (level, high) if np.minimum(level * share, most).sum() < total else (low, level)
    return 0.0 if found is None else relative(found.allocation, np.minimum(high * share, most))


def spilled(rng: np.random.Generator) -> Mapping[str, float]:
    w = weights(rng)
    values = pd.Series(np.exp(rng.normal(2, 2, w.n)), w.units)
    share = float(rng.uniform(0, 1))
    dense = w.sparse.toarray()
    theirs = np.zeros(w.n)
    for j in range(w.n):
        out = dense[j].sum()
        theirs[j] += values.iloc[j] * (1 - share if out else 1.0)
        if out:
            theirs += values.iloc[j] * share * dense[j] / out
    return {"amounts": relative(sc.spillover_criterion(values, w, share=share), theirs)}


def sensitivities(rng: np.random.Generator) -> Mapping[str, float]:
    """Each variant is another allocation; ranks are compared by SciPy."""
    table = criteria(rng, least=6)
    total = float(np.exp(rng.normal(5, 1)))
    found = quietly(sc.allocation_sensitivity, total, table, draws=0)
    own, shares = by_entropy(table)
    base = total * shares @ own
    gaps: dict[str, Any] = {"equal": shares.mean(axis=1) * total}
    other = quietly(pymcdm.weights.critic_weights, table.to_numpy())
    gaps["critic"] = total * shares @ other
    rows = found.table[found.table["kind"] == "weighting"]
    taus = found.agreement[found.agreement["kind"] == "weighting"].set_index("weighting")["tau"]
    amounts = max(
        relative(
            rows[rows["weighting"] == name].set_index("unit").loc[table.index, "allocation"], theirs
        )
        for name, theirs in gaps.items()
    )
    gone = found.table[found.table["kind"] == "leave_out"]
    left_out = []
    for name in CRITERIA:
        rest = table.drop(columns=name)
        weight, part = by_entropy(rest)
        ours = gone[gone["left_out"] == name].set_index("unit").loc[table.index, "allocation"]
        left_out.append(relative(ours, total * part @ weight))
    return {
        "amounts under other weights": amounts,
        "amounts without a criterion": max(left_out),
        "Kendall's tau": max(
            abs(taus[name] - kendalltau(base, theirs).statistic) for name, theirs in gaps.items()
        ),
    }


ORACLES = (
    Oracle(
        "entropy_weights",
        "weights and shares",
        "pymcdm",
        "pymcdm.weights.entropy_weights (sums), scipy.stats.entropy (min–max)",
        entropies,
        1e-11,
        quick=15,
        note="pymcdm has no min–max; SciPy's entropies stand for it",
    ),
    Oracle(
        "critic_weights",
        "weights",
        "pymcdm",
        "pymcdm.weights.critic_weights",
        critic,
        1e-10,
        quick=15,
    ),
    Oracle(
        "criterion_weights",
        "weights by each rule",
        "pymcdm",
        "entropy_weights, equal_weights",
        rules,
        1e-11,
        quick=15,
    ),
    Oracle(
        "preference_weights",
        "weights by both rules",
        "definition",
        "exact fractions",
        preferences,
        1e-12,
        quick=20,
    ),
    Oracle(
        "allocate",
        "amounts: comprehensive, fairness, efficiency",
        "scipy",
        "scipy.stats.entropy, exact fractions",
        mixed,
        1e-11,
        quick=5,
    ),
    Oracle(
        "allocate",
        "amounts: one criterion, convergence, ability, caps",
        "definition",
        "exact fractions; bisection for caps",
        single,
        1e-10,
        quick=5,
    ),
    Oracle(
        "spillover_criterion",
        "amounts",
        "definition",
        "a loop over places",
        spilled,
        1e-12,
        quick=15,
    ),
    Oracle(
        "allocation_sensitivity",
        "amounts of each variant, rank correlation",
        "scipy",
        "scipy.stats.kendalltau and entropy, pymcdm.weights.critic_weights",
        sensitivities,
        1e-10,
        quick=3,
        note="without the part that is drawn at random",
    ),
)
