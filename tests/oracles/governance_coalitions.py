"""Games of coalitions, every order and every coalition written out in exact fractions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import combinations, permutations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint, linprog, minimize

import spatialcarbon as sc
from tests.oracles.draws import labels, quietly
from tests.oracles.oracle import Oracle, relative

Group = frozenset[Any]


def subsets(players: Any) -> list[Group]:
    """Return every coalition, the empty one too."""
    return [frozenset(c) for k in range(len(players) + 1) for c in combinations(players, k)]


def a_game(rng: np.random.Generator, most: int = 5) -> tuple[list[str], dict[Group, float]]:
    """Draw worths that grow with the coalition on average, in sixty-fourths."""
    players = labels(rng, int(rng.integers(2, most + 1)))
    power = rng.uniform(0.8, 2.0)
    worth = {
        group: round(64 * float(len(group) ** power + rng.normal(0, 0.4))) / 64
        for group in subsets(players)
    }
    worth[frozenset()] = 0.0
    alone = sum(worth[frozenset([p])] for p in players)
    worth[frozenset(players)] = max(worth[frozenset(players)], alone + 0.5)
    return players, worth


def by_orders(players: list[str], worth: Mapping[Group, float]) -> list[Fraction]:
    """Mean of what each adds over every order of arrival."""
    total = dict.fromkeys(players, Fraction(0))
    for order in permutations(players):
        inside: Group = frozenset()
        for player in order:
            total[player] += Fraction(worth[inside | {player}]) - Fraction(worth[inside])
            inside = inside | {player}
    return [total[player] / factorial(len(players)) for player in players]


def shares_by_orders(rng: np.random.Generator) -> Mapping[str, float]:
    players, worth = a_game(rng)
    found = sc.shapley(worth.__getitem__, players)
    return {
        "shares": relative(found.shares[players], [float(v) for v in by_orders(players, worth)])
    }


def sampled(rng: np.random.Generator) -> Mapping[str, float]:
    players, worth = a_game(rng)
    found = sc.shapley(worth.__getitem__, players, method="sampling", permutations=400,
                       rng=int(rng.integers(1 << 30)))  # fmt: skip
    theirs = np.array([float(v) for v in by_orders(players, worth)])
    gap = np.abs(found.shares[players].to_numpy() - theirs)
    error = found.standard_error[players].to_numpy()
    return {"gap, in standard errors": float((gap / np.where(error > 1e-12, error, 1.0)).max())}


def least_core(rng: np.random.Generator) -> Mapping[str, float]:
    """The nucleolus by the definition: lexicographic linear programmes over all excesses."""
    players, worth = a_game(rng, most=4)
    groups = [g for g in subsets(players) if 0 < len(g) < len(players)]
    inside = np.array([[float(p in g) for p in players] for g in groups])
    values = np.array([worth[g] for g in groups])
    whole = worth[frozenset(players)]
    alone = [(worth[frozenset([p])], None) for p in players]
    fixed: dict[int, float] = {}
    while np.linalg.matrix_rank(np.vstack([np.ones(len(players)), inside[list(fixed)]])) < len(
        players
    ):
        free = [i for i in range(len(groups)) if i not in fixed]

        def solve(cost: Any, level: float | None, free: list[int] = free) -> Any:
            equal = np.vstack([np.ones(len(players)), inside[list(fixed)]])
            equal = np.column_stack([equal, np.zeros(len(equal))])
            right = [whole, *(values[i] - e for i, e in fixed.items())]
            left = np.column_stack([-inside[free], -np.ones(len(free))])
            bound = (None, None) if level is None else (level, level)
            return linprog(cost, A_ub=left, b_ub=-values[free], A_eq=equal, b_eq=right,
                           bounds=[*alone, bound], method="highs")  # fmt: skip

        level = solve(np.append(np.zeros(len(players)), 1.0), None).fun
        # An excess is fixed where no sharing at this level can lower it.
        for i in free:
            lowest = solve(np.append(-inside[i], 0.0), level + 1e-12).fun
            if values[i] + lowest >= level - 1e-8:
                fixed[i] = level
    rows = np.vstack([np.ones(len(players)), inside[list(fixed)]])
    right = [whole, *(values[i] - e for i, e in fixed.items())]
    theirs = np.linalg.lstsq(rows, right, rcond=None)[0]
    return {"shares": relative(sc.nucleolus(worth.__getitem__, players).shares[players], theirs)}


def cores(rng: np.random.Generator) -> Mapping[str, float]:
    players, worth = a_game(rng)
    given = rng.dirichlet(np.full(len(players), 5.0)) * worth[frozenset(players)]
    found = sc.core_test(worth.__getitem__, players, dict(zip(players, given, strict=True)))
    own = dict(zip(players, map(Fraction, given), strict=True))
    gains = {
        g: Fraction(worth[g]) - sum((own[p] for p in g), Fraction(0))
        for g in subsets(players)
        if 0 < len(g) < len(players)
    }
    best = max(gains.values())
    return {
        "in the core (1 where they differ)": float(found.in_core != (best <= 0)),
        "largest gain": abs(found.gain - float(best)) / max(map(abs, worth.values())),
    }


def convexities(rng: np.random.Generator) -> Mapping[str, float]:
    players, worth = a_game(rng)
    exact = {g: Fraction(v) for g, v in worth.items()}
    margins = [
        exact[g | {i, j}] - exact[g | {i}] - exact[g | {j}] + exact[g]
        for i, j in combinations(players, 2)
        for g in subsets([p for p in players if p not in (i, j)])
    ]
    found = sc.convexity(worth.__getitem__, players)
    return {
        "smallest margin": abs(found.margin - float(min(margins))) / max(map(abs, worth.values())),
        "convex (1 where they differ)": float(found.convex != (min(margins) >= 0)),
    }


def a_map(rng: np.random.Generator, most: int = 5) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Draw benefits, costs and emissions; some places stop at their emission."""
    names = labels(rng, int(rng.integers(2, most + 1)))
    n = len(names)
    benefit = pd.DataFrame(np.exp(rng.normal(0, 1, (n, n))), names, names)
    cost = pd.Series(np.exp(rng.normal(0, 0.5, n)), names)
    return benefit, cost, pd.Series(rng.uniform(0.5, 12, n), names)


def payoffs(benefit: Any, cost: Any, emission: Any, group: Group) -> dict[str, Fraction]:
    """What each place earns when a group acts as one and all others alone."""
    g = {(k, i): Fraction(benefit.loc[k, i]) for k in benefit.index for i in benefit.index}
    c, e = ({i: Fraction(v) for i, v in s.items()} for s in (cost, emission))
    abated = {}
    for i in benefit.index:
        gain = sum((g[k, i] for k in group), Fraction(0)) if i in group else g[i, i]
        abated[i] = min(gain / c[i], e[i])
    return {
        k: -sum((g[k, i] * (e[i] - abated[i]) for i in benefit.index), Fraction(0))
        - c[k] * abated[k] ** 2 / 2
        for k in benefit.index
    }


def worths(rng: np.random.Generator) -> Mapping[str, float]:
    benefit, cost, emission = a_map(rng)
    game = sc.linear_game(benefit, cost, emission)
    groups = [g for g in subsets(list(benefit.index)) if g]
    theirs = [
        float(sum((payoffs(benefit, cost, emission, g)[k] for k in g), Fraction(0))) for g in groups
    ]
    every = dict(zip(groups, theirs, strict=True)) | {frozenset(): 0.0}
    own = list(benefit.index)
    return {
        "worth of each coalition": relative([game(g) for g in groups], theirs),
        "Shapley value": relative(
            sc.shapley(game).shares[own], [float(v) for v in by_orders(own, every)]
        ),
    }


def stabilities(rng: np.random.Generator) -> Mapping[str, float]:
    benefit, cost, emission = a_map(rng, most=4)
    found = sc.coalition_stability(sc.linear_game(benefit, cost, emission))
    players = list(benefit.index)
    earned = {g: payoffs(benefit, cost, emission, g) for g in subsets(players)}
    groups = [g for g in subsets(players) if g]
    stable, held = set(), set()
    surplus = {g: sum((earned[g][i] - earned[g - {i}][i] for i in g), Fraction(0)) for g in groups}
    for g in groups:
        inside = all(earned[g][i] >= earned[g - {i}][i] for i in g)
        outside = all(earned[g][j] >= earned[g | {j}][j] for j in set(players) - g)
        if inside and outside:
            stable.add(g)
        if surplus[g] >= 0 and all(surplus[g | {j}] < 0 for j in set(players) - g):
            held.add(g)
    # One place alone is what all are without a coalition.
    single = {g for g in groups if len(g) == 1}
    ours = {frozenset(g) for g in found.stable} - single
    paid = {frozenset(g) for g in found.stable_paid} - single
    return {
        "stable coalitions that differ": float(len(ours ^ (stable - single))),
        "stable with payments that differ": float(len(paid ^ (held - single))),
    }


def bargains(rng: np.random.Generator) -> Mapping[str, float]:
    """The product of gains to the power of the weights, at its highest by SciPy."""
    names = labels(rng, int(rng.integers(2, 6)))
    before = pd.Series(rng.normal(0, 5, len(names)), names)
    power = pd.Series(rng.dirichlet(np.full(len(names), 4.0)), names)
    surplus = float(np.exp(rng.normal(1, 1)))
    found = sc.nash_bargaining(before.sum() + surplus, before, weights=power)
    w = power.to_numpy()
    best = minimize(
        lambda g: -(w @ np.log(g)), np.full(len(w), 1 / len(w)), jac=lambda g: -w / g,
        bounds=[(1e-9, None)] * len(w), method="SLSQP", options={"ftol": 1e-15, "maxiter": 500},
        constraints=LinearConstraint(np.ones((1, len(w))), 1.0, 1.0),
    )  # fmt: skip
    return {"gains": relative((found.shares - before)[names] / surplus, best.x)}


def keys(rng: np.random.Generator) -> Mapping[str, float]:
    names = labels(rng, int(rng.integers(2, 9)))
    before = pd.Series(rng.normal(0, 5, len(names)), names)
    key = pd.Series(rng.uniform(0, 9, len(names)), names)
    total = float(before.sum() + np.exp(rng.normal(1, 1)))
    found = sc.proportional_sharing(total, before, key)
    left = Fraction(total) - sum(map(Fraction, before), Fraction(0))
    whole = sum(map(Fraction, key), Fraction(0))
    theirs = [
        float(Fraction(d) + Fraction(q) / whole * left) for d, q in zip(before, key, strict=True)
    ]
    return {"shares": relative(found.shares[names], theirs)}


def checks(rng: np.random.Generator) -> Mapping[str, float]:
    names = labels(rng, int(rng.integers(2, 9)))
    before, after = (pd.Series(rng.normal(0, 5, len(names)).round(1), names) for _ in range(2))
    found = sc.pareto_check(after, before)
    loses = {n for n in names if after[n] < before[n]}
    worst = min(names, key=lambda n: after[n] - before[n])
    return {
        "losers that differ": float(len(set(found.losers) ^ loses)),
        "worst gain": abs(found.worst_gain - (after[worst] - before[worst])) / 5,
        "smallest transfers": relative(
            found.smallest_transfers[names], [max(0.0, before[n] - after[n]) for n in names]
        ),
    }


def rules(rng: np.random.Generator) -> Mapping[str, float]:
    players, worth = a_game(rng, most=4)
    key = pd.Series(rng.uniform(1, 9, len(players)), players)
    found = quietly(sc.share_gains, worth.__getitem__, players, key=key)
    alone = pd.Series({p: worth[frozenset([p])] for p in players})
    left = worth[frozenset(players)] - alone.sum()
    return {
        "shapley": relative(
            found.shares.loc[players, "shapley"], [float(v) for v in by_orders(players, worth)]
        ),
        "equal": relative(found.shares.loc[players, "equal"], alone + left / len(players)),
        "proportional": relative(
            found.shares.loc[players, "proportional"], alone + left * key / key.sum()
        ),
    }


Case = Callable[[np.random.Generator], Mapping[str, float]]


def _exact(method: str, words: str, case: Case, call: str, quick: int = 15) -> Oracle:
    return Oracle(method, words, "definition", call, case, 1e-9, quick=quick)


ORACLES = (
    _exact("shapley", "shares", shares_by_orders, "every order of arrival in exact fractions", 8),
    Oracle(
        "shapley",
        "shares by sampling",
        "definition",
        "every order of arrival",
        sampled,
        6.0,
        quick=3,
        note="400 orders: the difference is in standard errors",
    ),
    Oracle(
        "nucleolus",
        "shares",
        "scipy",
        "lexicographic programmes by scipy.optimize.linprog",
        least_core,
        1e-7,
        quick=5,
    ),
    _exact("core_test", "in the core or not, largest gain", cores, "every coalition in fractions"),
    _exact("convexity", "smallest margin", convexities, "every pair and coalition in fractions"),
    _exact(
        "linear_game",
        "worths, and their Shapley value",
        worths,
        "each place's payoff in fractions",
        4,
    ),
    _exact(
        "coalition_stability",
        "stable coalitions, without and with payments",
        stabilities,
        "each place's payoff in fractions",
        4,
    ),
    Oracle(
        "nash_bargaining",
        "gains",
        "scipy",
        "scipy.optimize.minimize (SLSQP)",
        bargains,
        1e-5,
        quick=10,
        note="SLSQP stops where the product no longer rises",
    ),
    _exact("proportional_sharing", "shares", keys, "exact fractions"),
    _exact("pareto_check", "losers, worst gain, smallest transfers", checks, "a loop over players"),
    _exact("share_gains", "shares by each rule", rules, "every order of arrival in fractions", 5),
)
