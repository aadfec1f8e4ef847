"""Compensation place by place in exact fractions, settlements by linear programmes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations, product
from math import exp
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse.csgraph import shortest_path

import spatialcarbon as sc
from tests.oracles.draws import labels, quietly
from tests.oracles.oracle import Oracle, relative


def places(rng: np.random.Generator) -> pd.DataFrame:
    names = labels(rng, int(rng.integers(2, 12)))
    n = len(names)
    emission = np.exp(rng.normal(14, 1, n))
    return pd.DataFrame(
        {
            "emission": emission,
            "sink": emission * rng.uniform(0.01, 0.8, n),
            "gdp": np.exp(rng.normal(24, 1, n)),
            "population": np.exp(rng.normal(13, 1, n)),
        },
        names,
    )


def due(frame: pd.DataFrame, price: float, baseline: str, a: float, b: float) -> dict[str, Any]:
    """Coefficients, deviations and amounts; powers are those of doubles, the rest is exact."""
    c, s, g = ([Fraction(v) for v in frame[name]] for name in ("emission", "sink", "gdp"))
    net = [ci - si for ci, si in zip(c, s, strict=True)]
    ecc = [gi / sum(g) / (ci / sum(c)) for gi, ci in zip(g, c, strict=True)]
    esc = [si / sum(s) / (ci / sum(c)) for si, ci in zip(s, c, strict=True)]
    if baseline == "zero":
        part = [Fraction(0)] * len(c)
    elif baseline == "emission":
        part = [ci / sum(c) for ci in c]
    else:
        key = [
            ci * Fraction(float(e) ** a) * Fraction(float(f) ** b)
            for ci, e, f in zip(c, ecc, esc, strict=True)
        ]
        part = [k / sum(key) for k in key]
    gap = [n - p * sum(net) for n, p in zip(net, part, strict=True)]
    return {
        "ecc": list(map(float, ecc)),
        "esc": list(map(float, esc)),
        "deviation": list(map(float, gap)),
        "amount": [float(Fraction(price) * d) for d in gap],
    }


def amounts(rng: np.random.Generator) -> Mapping[str, float]:
    frame = places(rng)
    price, a, b = float(rng.uniform(5, 400)), float(rng.uniform(0, 2)), float(rng.uniform(0, 2))
    baseline = str(rng.choice(["corrected", "emission", "zero"]))
    found = quietly(
        sc.compensate, frame, price=price, baseline=baseline, a=a, b=b, balance="none"
    ).table
    theirs = due(frame, price, baseline, a, b)
    said = {name: relative(found[name], theirs[name]) for name in ("ecc", "esc")}
    size = frame["emission"].max()
    said["deviation"] = float(np.abs(found["deviation"] - theirs["deviation"]).max() / size)
    said["amount"] = float(np.abs(found["amount"] - theirs["amount"]).max() / size / price)
    return said


def balanced(rng: np.random.Generator) -> Mapping[str, float]:
    """Ability of payers by income, and receipts scaled to what is paid."""
    frame = places(rng)
    found = quietly(sc.compensate, frame, price=60.0, ability="income")
    plain = np.array(due(frame, 60.0, "corrected", 0.5, 0.5)["amount"])
    head = frame["gdp"] / frame["population"]
    rate = np.clip(head / (frame["gdp"].sum() / frame["population"].sum()), 0.5, 2.0).to_numpy()
    paid = np.where(plain > 0, plain * rate, 0.0)
    received = np.where(plain < 0, plain, 0.0)
    theirs = paid + received * paid.sum() / -received.sum()
    scores = pd.Series(rng.normal(0, 1, len(frame)), frame.index)
    staged = quietly(
        sc.compensate, frame.assign(stage=scores), price=60.0, ability="stage", balance="none"
    )
    factor = [2 / (1 + exp(-t)) for t in scores]
    return {
        "amounts by income": relative(found.table["amount"], theirs),
        "account": abs(found.account["fund_balance"]) / paid.sum(),
        "amounts by stage": relative(staged.table["amount"], plain * factor),
    }


def ranges(rng: np.random.Generator) -> Mapping[str, float]:
    frame = places(rng)
    prices, factors = rng.uniform(10, 300, 2), {"one": 1.0, "half": 0.5}
    rules = ["corrected", "zero"]
    found = quietly(
        sc.compensation_range, frame, prices=prices.tolist(), sinks=factors, baselines=rules,
        balance="none",
    ).table  # fmt: skip
    every = np.array(
        [
            due(frame.assign(sink=frame["sink"] * factor), float(price), rule, 0.5, 0.5)["amount"]
            for price, factor, rule in product(prices, factors.values(), rules)
        ]
    )
    size = np.abs(every).max()
    return {
        "low and high": float(
            max(np.abs(found["low"] - every.min(axis=0)).max(),
                np.abs(found["high"] - every.max(axis=0)).max()) / size
        )
    }  # fmt: skip


def owed(rng: np.random.Generator, most: int) -> pd.Series:
    """Draw whole amounts that add up to nothing."""
    n = int(rng.integers(3, most))
    drawn = rng.integers(-9, 10, n).astype(float)
    drawn[-1] -= drawn.sum()
    drawn[0] += 0.0 if drawn.any() else 1.0
    drawn[1] -= drawn.sum()
    return pd.Series(drawn, labels(rng, n))


def proportional(rng: np.random.Generator) -> Mapping[str, float]:
    given = owed(rng, 12)
    matrix = sc.settle(given).matrix
    pays, gets = given[given > 0], -given[given < 0]
    theirs = np.outer(pays, gets) / gets.sum()
    return {"transfers": relative(matrix.loc[pays.index, gets.index], theirs)}


def fewest(rng: np.random.Generator) -> Mapping[str, float]:
    """The most groups of sum zero into which the places can be parted, by trying all."""
    given = owed(rng, 8)
    left = [int(v) for v in given if v]

    def groups(rest: tuple[int, ...]) -> int:
        if not rest:
            return 0
        first, others = rest[0], rest[1:]
        best = 0
        for k in range(len(others) + 1):
            for chosen in combinations(range(len(others)), k):
                if first + sum(others[i] for i in chosen) == 0:
                    kept = tuple(v for i, v in enumerate(others) if i not in chosen)
                    best = max(best, 1 + groups(kept))
        return best

    found = sc.settle(given, rule="fewest")
    net = found.matrix.sum(axis=1).reindex(
        given.index, fill_value=0.0
    ) - found.matrix.sum().reindex(given.index, fill_value=0.0)
    return {
        "number of transfers": float(abs(found.n - (len(left) - groups(tuple(left))))),
        "sums": relative(net, given),
    }


def near(rng: np.random.Generator) -> Mapping[str, float]:
    """Money times links, at its least by a transport programme."""
    given = owed(rng, 10)
    n = len(given)
    links = np.triu(rng.random((n, n)) < 0.4, 1)
    links[0, 1] = True
    links = links | links.T
    edges = [(given.index[i], given.index[j]) for i in range(n) for j in range(n) if links[i, j]]
    w = sc.Weights.from_edges(
        pd.DataFrame(edges, columns=["focal", "neighbor"]), units=list(given.index)
    )
    away = shortest_path(links.astype(float), unweighted=True)
    away[np.isinf(away)] = n
    pays, gets = np.flatnonzero(given > 0), np.flatnonzero(given < 0)
    cost = away[np.ix_(pays, gets)]
    equal = np.vstack(
        [
            np.kron(np.eye(len(pays)), np.ones(len(gets))),
            np.kron(np.ones(len(pays)), np.eye(len(gets))),
        ]
    )
    right = np.concatenate([given.iloc[pays], -given.iloc[gets]])
    best = linprog(cost.ravel(), A_eq=equal, b_eq=right, method="highs").fun
    matrix = sc.settle(given, rule="neighbours", weights=w).matrix
    ours = (matrix.loc[given.index[pays], given.index[gets]].to_numpy() * cost).sum()
    return {"money times links": relative(ours, best)}


def other_forms(rng: np.random.Generator) -> Mapping[str, float]:
    given = owed(rng, 9)
    forms = ["jobs", "energy", "land"]
    worth = dict(zip(forms, np.exp(rng.normal(3, 2, 3)).tolist(), strict=True))
    part = dict(zip(forms, (rng.dirichlet(np.ones(4))[:3]).tolist(), strict=True))
    found = sc.non_cash_compensation(given, values=worth, shares=part)
    theirs = [[float(Fraction(part[f]) * Fraction(m) / Fraction(worth[f])) for f in forms]
              for m in given]  # fmt: skip
    return {
        "quantities": relative(found.quantities[forms], theirs),
        "money": relative(found.money.sum(axis=1), given),
    }


TRANSPORT = "scipy.optimize.linprog (HiGHS) on scipy.sparse.csgraph.shortest_path"
ORACLES = (
    Oracle(
        "compensate",
        "coefficients, deviations, amounts under three baselines",
        "definition",
        "exact fractions",
        amounts,
        1e-12,
        quick=5,
    ),
    Oracle(
        "compensate",
        "amounts by ability, and the account",
        "definition",
        "a second way by numpy",
        balanced,
        1e-11,
        quick=4,
    ),
    Oracle(
        "compensation_range",
        "least and largest amount",
        "definition",
        "every case in exact fractions",
        ranges,
        1e-12,
        quick=3,
    ),
    Oracle(
        "settle", "transfers in proportion", "numpy", "numpy.outer", proportional, 1e-12, quick=10
    ),
    Oracle(
        "settle",
        "fewest transfers",
        "definition",
        "every way to part the places",
        fewest,
        1e-12,
        quick=10,
    ),
    Oracle(
        "settle", "money times links between neighbours", "scipy", TRANSPORT, near, 1e-9, quick=10
    ),
    Oracle(
        "non_cash_compensation",
        "quantities",
        "definition",
        "exact fractions",
        other_forms,
        1e-12,
        quick=10,
    ),
)
