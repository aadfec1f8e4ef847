"""Contracts between two places, and learning: offers by search, equilibria by quantecon."""

from __future__ import annotations

from collections.abc import Mapping

import nashpy
import numpy as np
import pandas as pd
import quantecon as qe
from quantecon.game_theory import NormalFormGame, Player
from scipy.optimize import brentq, minimize_scalar

import spatialcarbon as sc
from tests.oracles.draws import labels
from tests.oracles.oracle import Oracle, relative


def licences(rng: np.random.Generator) -> Mapping[str, float]:
    """The royalty that is best for the licensor, by search over what the licensee would sign."""
    delta, cost = (float(v) for v in np.exp(rng.normal(0, 1, 2)))
    cheaper = cost * float(rng.uniform(0.02, 0.95))
    outside = float(rng.normal(0, 1)) * delta
    found = sc.licensing(delta, cost, cheaper, externality=outside)
    alone = delta**2 / (2 * cost)
    before = delta / cost

    def signs(r: float) -> float:
        return (delta - r) ** 2 / (2 * cheaper) - alone

    top = brentq(signs, 0.0, delta, xtol=1e-15)

    def gain(r: float) -> float:
        a = (delta - r) / cheaper
        return r * a + outside * (a - before)

    inner = minimize_scalar(lambda r: -gain(r), bounds=(0.0, top), method="bounded",
                            options={"xatol": 1e-12})  # fmt: skip
    royalty = max((0.0, float(inner.x), top), key=gain)
    fee = delta**2 / (2 * cheaper) - alone
    fee_value = fee + outside * (delta / cheaper - before)
    best = {"fee": fee_value, "royalty": gain(royalty)}
    size = max(map(abs, best.values()))
    said = {
        "royalty": abs(found.royalty - royalty) / delta,
        "values": max(abs(found.royalty_value - gain(royalty)), abs(found.fee_value - fee_value))
        / size,
    }
    if abs(best["fee"] - best["royalty"]) > 1e-9 * size and max(best.values()) > 1e-9 * size:
        said["choice (1 where they differ)"] = float(found.choice != max(best, key=best.get))  # type: ignore[arg-type]
    return said


def offers(rng: np.random.Generator) -> Mapping[str, float]:
    """The payer moves first: its best offer by search, given what the supplier answers."""
    delta, cost, gain = (float(v) for v in np.exp(rng.normal(0, 1, 3)))
    table = sc.side_payments(delta, cost, externality=gain).table
    before = delta / cost

    def subsidy(s: float) -> float:
        return (gain - s) * s / cost

    def all_tonnes(s: float) -> float:
        return gain * s / cost - s * (delta + s) / cost

    def shared(part: float) -> float:
        a = delta / (cost * (1 - part))
        return gain * (a - before) - part * cost * a**2 / 2

    said = {}
    for name, payer, top in (
        ("additional_subsidy", subsidy, gain), ("full_subsidy", all_tonnes, gain),
        ("cost_sharing", shared, 1 - 1e-9),
    ):  # fmt: skip
        best = minimize_scalar(lambda s, f=payer: -f(s), bounds=(0.0, top), method="bounded",
                               options={"xatol": 1e-12})  # fmt: skip
        value = max(-best.fun, 0.0)
        said[name] = abs(table.loc[name, "payer_gain"] - value) / (gain**2 / cost)
    return {"payer's gain": max(said.values())}


def replicators(rng: np.random.Generator) -> Mapping[str, float]:
    a, b = rng.integers(-5, 6, (2, 2, 2)).astype(float) + rng.uniform(0.1, 0.9, (2, 2, 2))
    both = ["first", "second"]
    row, column = (pd.DataFrame(m, both, both) for m in (a, b))
    start = pd.DataFrame({"x": rng.uniform(0.1, 0.9, 1), "y": rng.uniform(0.1, 0.9, 1)})
    found = sc.evolutionary_game(row, column, starts=start, horizon=3.0, points=31)
    path = found.trajectories
    x, y = start.iloc[0]
    peer = nashpy.Game(a, b).asymmetric_replicator_dynamics(
        x0=np.array([x, 1 - x]), y0=np.array([y, 1 - y]), timepoints=path["time"].to_numpy()
    )
    game = NormalFormGame([Player(a), Player(b.T)])
    pure = {(1.0 - i, 1.0 - j) for i, j in qe.game_theory.pure_nash_brute(game)}
    rest = found.equilibria
    kept = {(r.x, r.y) for r in rest.itertuples() if r.kind == "stable"}
    mixed = [
        (p[0], q[0])
        for p, q in qe.game_theory.support_enumeration(game)
        if 0 < p[0] < 1 and 0 < q[0] < 1
    ]
    inner = rest[rest["x"].between(0, 1, inclusive="neither")][["x", "y"]].to_numpy()
    return {
        "path": max(
            float(np.abs(path["x"] - peer[0][:, 0]).max()),
            float(np.abs(path["y"] - peer[1][:, 0]).max()),
        ),
        "stable corners that are no strict equilibria, or the reverse": float(len(kept ^ pure)),
        "mixed equilibrium": relative(inner.ravel(), np.ravel(mixed))
        if mixed
        else float(len(inner)),
    }


def given_costs(rng: np.random.Generator) -> Mapping[str, float]:
    n = int(rng.integers(1, 9))
    emitted = pd.Series(np.exp(rng.normal(10, 2, n)), labels(rng, n))
    price, marginal = float(rng.uniform(5, 500)), float(rng.uniform(20, 900))
    cut, ratio = float(rng.uniform(0.02, 1)), float(rng.uniform(0.1, 1))
    frame = sc.calibrate_game(
        emitted, price=price, marginal_cost=marginal, cut=cut, licensed_ratio=ratio
    ).places
    return {
        "marginal cost at the cut": relative(frame["cost"] * cut * emitted, [marginal] * n),
        "damage": relative(frame["damage"], [price] * n),
        "marginal cost licensed": relative(
            frame["licensed_cost"] * cut * emitted, [marginal * ratio] * n
        ),
    }


def supports(rng: np.random.Generator) -> Mapping[str, float]:
    """Payoffs cell by cell; cooperation lasts, or dominates, once the support is given."""
    names = ["A", "B"]
    keys = ["own_benefit", "spillover_benefit", "synergy", "cost", "subsidy", "penalty",
            "compensation"]  # fmt: skip
    drawn = pd.DataFrame(rng.integers(0, 40, (2, 7)) / 8.0, names, keys)
    found = sc.cooperation_payoffs(players=("A", "B"), **{k: drawn[k] for k in keys})
    cells = {}
    for me, other in (("A", "B"), ("B", "A")):
        mine, theirs = drawn.loc[me], drawn.loc[other]
        for i in (True, False):
            for j in (True, False):
                value = (
                    mine["own_benefit"] - mine["cost"] + mine["subsidy"] if i else -mine["penalty"]
                )
                value += mine["spillover_benefit"] if j else 0
                value += mine["synergy"] if i and j else 0
                value += theirs["compensation"] if i and not j else 0
                value -= mine["compensation"] if j and not i else 0
                cells[me, i, j] = value
    both = (True, False)
    row = [[cells["A", i, j] for j in both] for i in both]
    column = [[cells["B", j, i] for j in both] for i in both]
    game = NormalFormGame([Player(np.array(found.row)), Player(np.array(found.column).T)])
    last = (0, 0) in qe.game_theory.pure_nash_brute(game)
    support = drawn["subsidy"] + drawn["penalty"] + drawn["compensation"]
    return {
        "payoffs": max(relative(found.row, row), relative(found.column, column)),
        "cooperation lasts (1 where they differ)": float(
            last != bool((support >= found.support_to_last[names]).all())
        ),
    }


ORACLES = (
    Oracle(
        "licensing",
        "royalty, values, choice",
        "scipy",
        "scipy.optimize.minimize_scalar, brentq",
        licences,
        1e-6,
        quick=15,
        note="as for dynamic_game",
    ),
    Oracle(
        "side_payments",
        "payer's gain under the three offers",
        "scipy",
        "scipy.optimize.minimize_scalar",
        offers,
        1e-9,
        quick=15,
    ),
    Oracle(
        "evolutionary_game",
        "path",
        "nashpy",
        "Game.asymmetric_replicator_dynamics",
        replicators,
        1e-5,
        quick=3,
        note="nashpy integrates to about 1e-8 a step; equilibria are those of quantecon",
    ),
    Oracle(
        "calibrate_game",
        "damage and marginal costs",
        "definition",
        "the line through zero",
        given_costs,
        1e-12,
        quick=15,
    ),
    Oracle(
        "cooperation_payoffs",
        "payoffs, and whether cooperation lasts",
        "quantecon",
        "quantecon.game_theory.pure_nash_brute",
        supports,
        1e-12,
        quick=8,
    ),
)
