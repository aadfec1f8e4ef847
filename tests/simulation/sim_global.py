"""Global tests of autocorrelation, where there is no pattern and where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from simulation_frame import MAPS, Found, Measure, Simulation, autoregressive, series

import spatialcarbon as sc

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

PERMUTATIONS = 999
RHOS = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
NORMAL_95 = 1.959963984540054

Replicate = Callable[[np.random.Generator], Found]

VALUES: dict[str, Callable[[int, np.random.Generator], Any]] = {
    "normal": lambda n, rng: rng.normal(size=n),
    "lognormal": lambda n, rng: rng.lognormal(size=n),
    "Pareto": lambda n, rng: rng.pareto(1.5, size=n),
}
"""Independent values; of Pareto's the variance is infinite: one unit may outweigh all others."""

KINDS = {"normality": "normality", "randomization": "randomisation", "permutation": "permutations"}
ALONE = (
    *(Measure(f"moran_{kind}", f"Moran's I, {said}", "test") for kind, said in KINDS.items()),
    Measure("moran_greater", "Moran's I, randomisation, against greater", "test"),
    *(Measure(f"geary_{kind}", f"Geary's C, {said}", "test") for kind, said in KINDS.items()),
    Measure("band", "I within the band of chance of `weights_sensitivity`", "interval", 0.95),
)
PAIR = (
    Measure("randomization", "bivariate Moran, randomisation", "test"),
    Measure("permutation", "bivariate Moran, permutations", "test"),
)
POWER = (
    Measure("moran_permutation", "Moran's I, permutations", "power"),
    Measure("geary_permutation", "Geary's C, permutations", "power"),
)


def tested(weights: Weights, values: Any, rng: np.random.Generator) -> dict[str, Any]:
    """Return p-values of Moran's I and Geary's C, and whether I lies in the band of chance."""
    x, seed = series(weights, values), int(rng.integers(2**31))
    moran = sc.global_moran(x, weights, permutations=PERMUTATIONS, rng=seed)
    c = sc.geary(x, weights, permutations=PERMUTATIONS, rng=seed)
    greater = sc.global_moran(x, weights, alternative="greater", permutations=0)
    assert moran.mean_permutation is not None
    assert moran.sd_permutation is not None
    away = abs(moran.statistic - moran.mean_permutation)
    return {
        **{f"moran_{kind}": getattr(moran, f"pvalue_{kind}") for kind in KINDS},
        **{f"geary_{kind}": getattr(c, f"pvalue_{kind}") for kind in KINDS},
        "moran_greater": greater.pvalue_randomization,
        "band": float(away <= NORMAL_95 * moran.sd_permutation),
    }


def independent(size: str, values: str) -> Replicate:
    """Return a replication in which no place has to do with another."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = MAPS[size]()
        return tested(weights, VALUES[values](weights.n, rng), rng)

    return replicate


def alike(size: str, rho: float, *, skewed: bool = False) -> Replicate:
    """Return a replication in which neighbours resemble each other."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = MAPS[size]()
        values = autoregressive(weights, rho, rng)
        return tested(weights, np.exp(values) if skewed else values, rng)

    return replicate


def pair(size: str, rho: float, inside: float) -> Replicate:
    """Return a replication with two columns that are related at most within places."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = MAPS[size]()
        first, second = (autoregressive(weights, rho, rng) for _ in range(2))
        second = inside * first + np.sqrt(1 - inside**2) * second
        x, y = series(weights, first), series(weights, second)
        seed = int(rng.integers(2**31))
        found = sc.bivariate_moran(x, y, weights, permutations=PERMUTATIONS, rng=seed)
        return {
            "randomization": found.pvalue_randomization,
            "permutation": found.pvalue_permutation,
        }

    return replicate


SIMULATIONS = (
    *(
        Simulation(
            f"global {size} {values}",
            f"{size}, independent {values} values",
            independent(size, values),
            ALONE,
        )
        for size in MAPS
        for values in VALUES
    ),
    *(
        Simulation(
            f"bivariate {size} rho {rho} inside {inside}",
            f"{size}, two columns, {said}",
            pair(size, rho, inside),
            PAIR,
        )
        for size in MAPS
        for rho, inside, said in (
            (0.0, 0.0, "unrelated, without pattern"),
            (0.0, 0.9, "without pattern, correlated by 0.9 within places"),
            (0.6, 0.0, "unrelated, each autoregressive with ρ = 0.6"),
        )
    ),
    *(
        Simulation(
            f"power {size} {'lognormal ' if skewed else ''}rho {rho}",
            f"{size}, autoregressive with ρ = {rho}{', exponential taken' if skewed else ''}",
            alike(size, rho, skewed=skewed),
            POWER,
            600,
            rho,
            f"{size}, {'lognormal' if skewed else 'normal'}",
        )
        for size, skewed in (("111 cities", False), ("111 cities", True), ("31 provinces", False))
        for rho in RHOS
    ),
)
