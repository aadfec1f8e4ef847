"""Panels and turning points: clustered errors, likelihoods over few years, and Kuznets curves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from simulation_frame import MAPS, Found, Measure, Simulation, holds, multiplier

import spatialcarbon as sc

BETA = 0.5
TURN = 2.0

Replicate = Callable[[np.random.Generator], Found]


def remembered(shape: tuple[int, int], memory: float, rng: np.random.Generator) -> Any:
    """Return units × years, each year holding on to a part of the one before."""
    made = rng.normal(size=shape)
    for at in range(1, shape[1]):
        made[:, at] = memory * made[:, at - 1] + np.sqrt(1 - memory**2) * made[:, at]
    return made


def long(units: Any, **columns: Any) -> pd.DataFrame:
    """Return arrays of units × years as a long table."""
    years = next(iter(columns.values())).shape[1]
    keys = {"unit": np.repeat(np.asarray(units), years), "year": np.tile(range(years), len(units))}
    return pd.DataFrame({**keys, **{name: x.ravel() for name, x in columns.items()}})


def held(result: Any, term: str, truth: float) -> float:
    """Return whether the interval of a coefficient holds the truth."""
    row = result.coefficients.set_index("term").loc[term]
    return holds(truth, row["low"], row["high"])


def clustered(n: int, years: int, memory: float) -> Replicate:
    """Return a replication with errors and covariate that last."""

    def replicate(rng: np.random.Generator) -> Found:
        x, e = (remembered((n, years), memory, rng) for _ in range(2))
        level = rng.normal(size=(n, 1))
        frame = long([f"u{i}" for i in range(n)], y=BETA * x + e + level, x=x + level)
        asked: Any = {"unit": "unit", "year": "year", "outcome": "y", "covariates": ["x"],
                      "rng": 1}  # fmt: skip
        return {"x": held(sc.panel_regression(frame, **asked), "x", BETA)}

    return replicate


def spatial(model: str, years: int, rho: float) -> Replicate:
    """Return a replication of a spatial panel of the provinces."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = MAPS["31 provinces"]()
        inverse = multiplier(weights, rho)
        x, e = rng.normal(size=(2, weights.n, years))
        own = BETA * x + (e if model == "lag" else inverse @ e) + rng.normal(size=(weights.n, 1))
        frame = long(weights.units, y=inverse @ own if model == "lag" else own, x=x)
        asked: Any = {"unit": "unit", "year": "year", "outcome": "y", "covariates": ["x"]}
        found = sc.panel_regression(
            frame, weights, model=model, effects="unit", draws=300, permutations=199, rng=1,
            **asked
        )  # fmt: skip
        return {
            "x": held(found, "x", BETA),
            "spatial": held(found, "rho" if model == "lag" else "lambda", rho),
            "residual_moran": found.diagnostic("residual_moran", "pvalue"),
        }

    return replicate


def curve(n: int, bend: float, end: float) -> Replicate:
    """Return a replication of places along a parabola of log income that turns at 2."""

    def replicate(rng: np.random.Generator) -> Found:
        logs = np.linspace(0.0, end, n)
        y = -bend * (logs - TURN) ** 2 + rng.normal(size=n)
        frame = pd.DataFrame({"g": np.exp(logs), "y": y}, [f"u{i}" for i in range(n)])
        found = sc.kuznets(frame, outcome="y", income="g", log=False, rng=1)
        row, truth = found.turning_points.iloc[0], float(np.exp(TURN))
        return {
            "delta": holds(truth, row["low"], row["high"]),
            "fieller": holds(truth, row["fieller_low"], row["fieller_high"]),
            # Without a turning point inside the data there is no p-value, and no claim.
            "turn": 1.0 if found.shape_pvalue is None else found.shape_pvalue,
        }

    return replicate


CLUSTERED = (Measure("x", "errors clustered by unit, coefficient", "interval", 0.95),)
SPATIAL = (
    Measure("x", "likelihood, coefficient", "interval", 0.95),
    Measure("spatial", "likelihood, ρ or λ", "interval", 0.95),
    Measure("residual_moran", "Moran's I of residuals", "test"),
)
TURNING = (
    Measure("delta", "turning point, delta method", "interval", 0.95),
    Measure("fieller", "turning point, Fieller (an open one holds everything)", "interval", 0.95),
)
MONOTONE = (Measure("turn", "that the curve turns (Lind and Mehlum)", "test"),)

SIMULATIONS = (
    *(
        Simulation(
            f"panel {n} units memory {memory}",
            f"{n} units, 12 years, errors and covariate "
            + ("independent" if memory == 0 else f"correlated by {memory} from year to year"),
            clustered(n, 12, memory),
            CLUSTERED,
            600,
        )
        for n, memory in ((10, 0.8), (30, 0.0), (30, 0.8), (111, 0.8))
    ),
    *(
        Simulation(
            f"panel {model} {years} years",
            f"31 provinces, {years} years, {model} model with {rho}",
            spatial(model, years, rho),
            SPATIAL,
            320,
        )
        for model, rho in (("lag", 0.4), ("error", 0.4))
        for years in (4, 12)
    ),
    *(
        Simulation(
            f"kuznets {n} bend {bend}",
            f"{n} places, curve with second derivative −{2 * bend:g} that turns within the data",
            curve(n, bend, 3.0),
            TURNING,
            800,
        )
        for n in (31, 111)
        for bend in (0.1, 0.3, 1.0)
    ),
    *(
        Simulation(
            f"kuznets {n} monotone",
            f"{n} places, curve that turns just at the end of the data",
            curve(n, 1.0, TURN),
            MONOTONE,
            800,
        )
        for n in (31, 111)
    ),
)
