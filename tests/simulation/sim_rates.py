"""Rates over unequal populations: whose inequality looks like a pattern, and whose does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from simulation_frame import Found, Measure, Simulation, autoregressive, city_map, series

import spatialcarbon as sc

PERMUTATIONS = 999
MEASURES = (
    Measure("raw", "raw rates, permutations (`rate_moran().raw`)", "test"),
    Measure("standardised", "standardised rates, permutations (`rate_moran`)", "test"),
    Measure("local", "`local_rate_moran`, each unit by itself", "test"),
    Measure("local_any", "`local_rate_moran`, any unit on the map, FDR", "bound"),
)
POWER = (
    Measure("raw", "raw rates", "power"),
    Measure("standardised", "standardised rates", "power"),
)


@cache
def population(kind: str) -> Any:
    """Return fixed populations: equal, scattered at random, or small ones beside small ones."""
    weights, rng = city_map(), np.random.default_rng(1)
    if kind == "equal":
        return np.full(weights.n, 20_000.0)
    free = rng.normal(size=weights.n)
    made = free if kind == "scattered" else autoregressive(weights, 0.9, rng)
    return np.round(20_000 * np.exp(1.5 * (made - made.mean()) / made.std()))


def counts(kind: str, rho: float, spread: float) -> Callable[[np.random.Generator], Found]:
    """Return a replication of Poisson counts over those populations.

    The risk of a place is 1 in 1,000 times a lognormal factor with this spread, whose logarithm
    follows an autoregression with ρ.
    """

    def replicate(rng: np.random.Generator) -> Found:
        weights, people = city_map(), population(kind)
        own = autoregressive(weights, rho, rng)
        events = series(weights, rng.poisson(people * 1e-3 * np.exp(spread * own)))
        seed = int(rng.integers(2**31))
        asked: dict[str, Any] = {"permutations": PERMUTATIONS, "rng": seed}
        there = series(weights, people)
        found = sc.rate_moran(events, there, weights, **asked)
        local = sc.local_rate_moran(events, there, weights, **asked | {"permutations": 9_999})
        return {
            "raw": found.raw.pvalue_permutation,
            "standardised": found.pvalue_permutation,
            "local": local.pvalue.to_numpy(),
            "local_any": float(np.nanmin(local.qvalue) <= 0.05),
        }

    return replicate


SIMULATIONS = (
    *(
        Simulation(
            f"rates {kind} spread {spread}",
            f"111 cities, {said}, risk "
            + ("the same everywhere" if spread == 0 else "different, without pattern"),
            counts(kind, 0.0, spread),
            MEASURES,
            1200,
        )
        for kind, said in (
            ("equal", "equal populations"),
            ("scattered", "very unequal populations, scattered"),
            ("clustered", "very unequal populations, small beside small"),
        )
        for spread in (0.0, 0.3)
    ),
    *(
        Simulation(
            f"rates power {rho}",
            f"111 cities, very unequal populations, logarithm of the risk with ρ = {rho}",
            counts("scattered", rho, 0.3),
            POWER,
            400,
            rho,
            "rates over unequal populations",
        )
        for rho in (0.2, 0.4, 0.6, 0.8)
    ),
)
