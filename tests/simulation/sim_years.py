"""Many years and groups at once: tests that share the same places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from simulation_frame import Found, Measure, Simulation, autoregressive, city_map

import spatialcarbon as sc

YEARS = range(2005, 2018)
PERMUTATIONS = 999
PANEL = (
    Measure("each", "`moran_panel`, each year by itself", "test"),
    Measure("any", "`moran_panel`, any year, p-values as they are", "bound"),
    Measure("any_fdr", "`moran_panel(fdr=True)`, any year", "bound"),
    Measure("lagged", "`lagged_moran`, each pair of years by itself", "test"),
)
LAGGED = (Measure("lagged", "`lagged_moran`, each pair of years by itself", "test"),)


def panel(weights: Any, rng: np.random.Generator, rho: float, memory: float) -> pd.DataFrame:
    """Return places × years: autoregressive over the map, and over the years."""
    news = autoregressive(weights, rho, rng, len(YEARS))
    made = np.empty_like(news)
    made[:, 0] = news[:, 0]
    for at in range(1, len(YEARS)):
        made[:, at] = memory * made[:, at - 1] + np.sqrt(1 - memory**2) * news[:, at]
    return pd.DataFrame(made, weights.units, YEARS)


def years(rho: float, memory: float) -> Callable[[np.random.Generator], Found]:
    """Return a replication of thirteen years of 111 cities."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = city_map()
        frame = panel(weights, rng, rho, memory)
        asked: dict[str, Any] = {"permutations": PERMUTATIONS, "rng": int(rng.integers(2**31))}
        table = sc.moran_panel(frame, weights, fdr=True, **asked).to_frame()
        lagged = sc.lagged_moran(frame, weights, **asked).to_frame()
        return {
            "each": table["pvalue_permutation"].to_numpy(),
            "any": float(table["pvalue_permutation"].min() <= 0.05),
            "any_fdr": float(table["qvalue"].min() <= 0.05),
            "lagged": lagged["pvalue_permutation"].to_numpy(),
        }

    return replicate


SIMULATIONS = (
    *(
        Simulation(
            f"years memory {memory}",
            "111 cities, 13 years, no pattern; from year to year "
            + ("independent" if memory == 0 else f"correlated by {memory}"),
            years(0.0, memory),
            PANEL,
            800,
        )
        for memory in (0.0, 0.9)
    ),
    Simulation(
        "years lagged alike",
        "111 cities, 13 years independent of each other, in each an autoregression with ρ = 0.6",
        years(0.6, 0.0),
        LAGGED,
        800,
    ),
)
