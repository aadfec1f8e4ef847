"""Games of places: complementarity by quantecon, stocks and values by SciPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from quantecon.optimize.lcp_lemke import lcp_lemke
from scipy.integrate import quad, solve_ivp
from scipy.optimize import minimize_scalar

import spatialcarbon as sc
from tests.oracles.draws import labels
from tests.oracles.oracle import Oracle, relative

MODES = ("nash", "cooperation")


def places(rng: np.random.Generator, least: float, most: float) -> tuple[Any, Any]:
    """Draw places and where emissions of each (columns) do their damage (rows)."""
    names = labels(rng, int(rng.integers(2, 7)))
    n = len(names)
    shares = rng.dirichlet(np.ones(n), n).T * 0.5 + 0.5 * np.eye(n)
    frame = pd.DataFrame(
        {
            "emission": rng.uniform(least, most, n),
            "damage": np.exp(rng.normal(0, 1, n)),
            "cost": np.exp(rng.normal(0, 0.5, n)),
        },
        names,
    )
    return frame, pd.DataFrame(shares, names, names)


def complementarity(slope: Any, pull: Any, most: Any) -> Any:
    """Solve 0 <= a <= most against slope a - pull >= 0, with multipliers of the upper bounds."""
    n = len(pull)
    m = np.block([[slope, np.eye(n)], [-np.eye(n), np.zeros((n, n))]])
    return lcp_lemke(m, np.concatenate([-pull, most])).z[:n]


def abatements(frame: Any, shares: Any, damage: str) -> dict[str, Any]:
    """Abatement alone and together, from the first-order conditions."""
    s, (e, d, c) = shares.to_numpy(), (frame[x].to_numpy() for x in ("emission", "damage", "cost"))
    if damage == "linear":
        benefit = d[:, None] * s
        alone = complementarity(np.diag(c), np.diag(benefit).copy(), e)
        return {"nash": alone, "cooperation": complementarity(np.diag(c), benefit.sum(axis=0), e)}
    own, all_ = np.diag(d * np.diag(s)) @ s, s.T @ np.diag(d) @ s
    return {
        "nash": complementarity(np.diag(c) + own, own @ e, e),
        "cooperation": complementarity(np.diag(c) + all_, all_ @ e, e),
    }


def payoff(frame: Any, shares: Any, abated: Any, damage: str) -> Any:
    stock = shares.to_numpy() @ (frame["emission"].to_numpy() - abated)
    d, c = frame["damage"].to_numpy(), frame["cost"].to_numpy()
    harm = d * stock if damage == "linear" else d * stock**2 / 2
    return -harm - c * abated**2 / 2


def _modes(damage: str) -> Callable[[np.random.Generator], Mapping[str, float]]:
    def case(rng: np.random.Generator) -> Mapping[str, float]:
        frame, shares = places(rng, 0.2, 4.0)
        found = sc.govern(frame, shares, modes=MODES, rules=(), damage=damage)  # type: ignore[arg-type]
        theirs = abatements(frame, shares, damage)
        return {
            "abatement": max(relative(found.abatement[m], theirs[m]) for m in MODES),
            "payoff": max(
                relative(found.payoff_before[m], payoff(frame, shares, theirs[m], damage))
                for m in MODES
            ),
        }

    return case


def payments(rng: np.random.Generator) -> Mapping[str, float]:
    """Compensation: a lump sum for each supplier, paid by whoever gains."""
    frame, shares = places(rng, 50.0, 90.0)
    found = sc.govern(frame, shares, modes=("nash", "compensation"), rules=())
    benefit = frame["damage"].to_numpy()[:, None] * shares.to_numpy()
    n = len(frame)
    paid = np.zeros((n, n))
    for q in range(n):
        spill = sum(benefit[p, q] for p in range(n) if p != q)
        for p in set(range(n)) - {q}:
            paid[p, q] = 3 * spill * benefit[p, q] / (4 * frame["cost"].iloc[q])
    net = paid.sum(axis=0) - paid.sum(axis=1)
    before = payoff(frame, shares, benefit.sum(axis=0) / frame["cost"].to_numpy(), "linear")
    return {
        "payments": relative(found.payments["compensation"], paid),
        "payoff after transfers": relative(found.payoff["compensation"], before + net),
    }


def sweeps(rng: np.random.Generator) -> Mapping[str, float]:
    frame, shares = places(rng, 0.5, 5.0)
    damages, parts = [0.5, 2.0], [0.0, 0.4]
    found = sc.govern_sweep(frame, shares, damages=damages, shares=parts, modes=MODES)
    off = shares.to_numpy() * (1 - np.eye(len(frame)))
    gaps = []
    for row in found.table.itertuples():
        moved = pd.DataFrame(
            row.share * off / off.sum(axis=0) + (1 - row.share) * np.eye(len(frame)),
            shares.index, shares.columns,
        )  # fmt: skip
        scaled = frame.assign(damage=frame["damage"] * row.damage)
        own = abatements(scaled, moved, "linear")
        value = {m: payoff(scaled, moved, own[m], "linear") for m in MODES}
        gain = value["cooperation"].sum() - value["nash"].sum()
        gaps.append(abs(row.gain_cooperation - gain) / np.abs(value["nash"]).max())
    return {"gain of cooperation": max(gaps)}


def dynamics(rng: np.random.Generator) -> Mapping[str, float]:
    """Stocks by an integrator, values by quadrature, abatement by a search for each place."""
    frame, shares = places(rng, 5.0, 20.0)
    frame["damage"] *= 0.2
    discount, decay = float(rng.uniform(0.02, 0.1)), float(rng.uniform(0.05, 0.3))
    start = rng.uniform(0, 50, len(frame))
    found = sc.dynamic_game(
        frame, shares, discount=discount, decay=decay, stock=pd.Series(start, frame.index),
        horizon=20,
    )  # fmt: skip
    s = shares.to_numpy()
    e, d, c = (frame[x].to_numpy() for x in ("emission", "damage", "cost"))
    said = {}
    for mode in MODES:
        a = found.abatement[mode].to_numpy()

        def flow(_: float, z: Any, a: Any = a) -> Any:
            return s @ (e - a) - decay * z

        run = solve_ivp(flow, (0, 20), start, method="DOP853", rtol=1e-12, atol=1e-12)
        last = found.path.query("mode == @mode and year == 20").set_index("place")["stock"]
        said[f"stock, {mode}"] = relative(last[frame.index], run.y[:, -1])

        def value(i: int, abated: Any) -> float:
            inflow = s[i] @ (e - abated)

            def rate(t: float) -> float:
                stock = inflow / decay + np.exp(-decay * t) * (start[i] - inflow / decay)
                return np.exp(-discount * t) * (-d[i] * stock - c[i] * abated[i] ** 2 / 2)

            # In time on a scale on which the tail is short.
            return float(quad(lambda u: rate(-np.log1p(-u) / discount) / (1 - u) / discount,
                              0, 1, epsabs=0, epsrel=1e-11, limit=200)[0])  # fmt: skip

        said[f"value, {mode}"] = relative(
            found.value[mode], [value(i, a) for i in range(len(frame))]
        )
        if mode == "nash":
            best = [
                minimize_scalar(
                    lambda x, i=i: -value(i, np.where(np.arange(len(e)) == i, x, a)),  # noqa: B023
                    bounds=(0, e[i]), method="bounded", options={"xatol": 1e-10},
                ).x
                for i in range(min(2, len(e)))
            ]  # fmt: skip
            said["best reply"] = relative(a[: len(best)], best)
    return said


LEMKE = "quantecon.optimize.lcp_lemke"
ORACLES = (
    Oracle(
        "govern",
        "abatement and payoff, alone and together: linear damage",
        "quantecon",
        LEMKE,
        _modes("linear"),
        1e-9,
        quick=5,
        note="places that abate all they emit are among them",
    ),
    Oracle(
        "govern",
        "abatement and payoff, alone and together: quadratic damage",
        "quantecon",
        LEMKE,
        _modes("quadratic"),
        1e-9,
        quick=5,
    ),
    Oracle(
        "govern",
        "payments and payoffs of compensation",
        "definition",
        "a loop over payers and suppliers",
        payments,
        1e-10,
        quick=5,
    ),
    Oracle(
        "govern_sweep",
        "gain of cooperation in each cell",
        "quantecon",
        LEMKE,
        sweeps,
        1e-9,
        quick=3,
    ),
    Oracle(
        "dynamic_game",
        "stock, value, best reply",
        "scipy",
        "scipy.integrate.solve_ivp and quad, scipy.optimize.minimize_scalar",
        dynamics,
        1e-5,
        quick=2,
        note="a search for a flat top finds the reply to the root of the precision",
    ),
)
