"""Spatial regression: intervals of coefficients and effects, tests of what is left in space."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from simulation_frame import (
    MAPS,
    Found,
    Measure,
    Simulation,
    autoregressive,
    city_map,
    holds,
    multiplier,
)

import spatialcarbon as sc

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

BETA, GAMMA = 0.5, -0.3
RHOS = (0.1, 0.2, 0.3, 0.4, 0.6)

Replicate = Callable[[np.random.Generator], Found]
Noise = Callable[[int, np.random.Generator, Any], Any]

SPACE = {
    "residual_moran": "Moran's I of residuals",
    "lm_lag": "LM lag",
    "lm_error": "LM error",
    "robust_lm_lag": "robust LM lag",
    "robust_lm_error": "robust LM error",
    "sarma": "SARMA",
}
SHAPE = {
    "breusch_pagan": "Breusch–Pagan",
    "koenker": "Koenker",
    "jarque_bera": "Jarque–Bera",
}
OLS = (
    Measure("ols", "least squares, coefficient", "interval", 0.95),
    Measure("ols90", "least squares, coefficient", "interval", 0.90),
    *(Measure(name, said, "test") for name, said in SPACE.items()),
)


def frame_of(weights: Weights, rng: np.random.Generator, pattern: float = 0.0) -> pd.DataFrame:
    """Return two covariates, themselves autoregressive."""
    columns = {name: autoregressive(weights, pattern, rng) for name in ("a", "b")}
    return pd.DataFrame(columns, weights.units)


def fitted(frame: pd.DataFrame, weights: Weights | None, seed: int, **asked: Any) -> Any:
    """Return a regression of y on a and b."""
    asked = {"permutations": 0, "draws": 500, **asked}
    return sc.spatial_regression(
        frame, weights, outcome="y", covariates=["a", "b"], rng=seed, **asked
    )


def held(result: Any, term: str, truth: float) -> float:
    """Return whether the interval of a coefficient holds the truth."""
    row = result.coefficients.set_index("term").loc[term]
    return holds(truth, row["low"], row["high"])


def held_effect(result: Any, kind: str, truth: float) -> float:
    """Return whether the interval of an effect of the first covariate holds the truth."""
    rows = result.effects
    at = rows[(rows.iloc[:, 0] == "a") & (rows.iloc[:, 1] == kind)].iloc[0]
    return holds(truth, at["low"], at["high"])


def plain(size: str, noise: Noise) -> Replicate:
    """Return a replication in which nothing passes between places."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = MAPS[size]()
        frame = frame_of(weights, rng)
        frame["y"] = 1 + BETA * frame["a"] + GAMMA * frame["b"]
        frame["y"] += noise(weights.n, rng, frame["a"].to_numpy())
        found = fitted(frame, weights, 1)
        p = found.diagnostics["pvalue"]
        return {
            "ols": held(found, "a", BETA),
            "ols90": held(fitted(frame, None, 1, level=0.9), "a", BETA),
            "white": held(fitted(frame, None, 1, robust="white"), "a", BETA),
            **{name: float(p[name]) for name in (*SPACE, *SHAPE)},
        }

    return replicate


def normal(n: int, rng: np.random.Generator, a: Any) -> Any:
    """Return normal errors."""
    return rng.normal(size=n)


def heavy(n: int, rng: np.random.Generator, a: Any) -> Any:
    """Return errors of Student's t with three degrees of freedom."""
    return rng.standard_t(3, size=n)


def uneven(n: int, rng: np.random.Generator, a: Any) -> Any:
    """Return normal errors that spread more the larger the covariate."""
    return np.exp(0.7 * a) * rng.normal(size=n)


def errors_alike(weights: Weights, rho: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return data of the error model, with covariates that have a pattern too."""
    frame = frame_of(weights, rng, 0.6)
    frame["y"] = 1 + BETA * frame["a"] + GAMMA * frame["b"] + autoregressive(weights, rho, rng)
    return frame


def outcomes_alike(weights: Weights, rho: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return data of the lag model."""
    frame = frame_of(weights, rng)
    own = 1 + BETA * frame["a"] + GAMMA * frame["b"] + rng.normal(size=weights.n)
    frame["y"] = multiplier(weights, rho) @ own.to_numpy()
    return frame


def error_model(size: str, rho: float) -> Replicate:
    """Return a replication of the error model."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = MAPS[size]()
        frame = errors_alike(weights, rho, rng)
        ols = fitted(frame, weights, 1)
        error = fitted(frame, weights, 1, model="error")
        return {
            "ols": held(ols, "a", BETA),
            "error": held(error, "a", BETA),
            "lambda": held(error, "lambda", rho),
            "likelihood_ratio": error.diagnostic("likelihood_ratio", "pvalue"),
            "robust_lm_lag": ols.diagnostic("robust_lm_lag", "pvalue"),
            "lm_lag": ols.diagnostic("lm_lag", "pvalue"),
        }

    return replicate


def lag_model(size: str, rho: float) -> Replicate:
    """Return a replication of the lag model, with its effects."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = MAPS[size]()
        frame = outcomes_alike(weights, rho, rng)
        inverse = multiplier(weights, rho)
        direct = BETA * float(np.trace(inverse)) / weights.n
        total = BETA * float(inverse.sum()) / weights.n
        lag = fitted(frame, weights, int(rng.integers(2**31)), model="lag", permutations=499)
        moments = fitted(frame, weights, 1, model="lag", estimator="gmm", draws=2)
        ols = fitted(frame, weights, 1)
        rho_row = lag.coefficients.set_index("term").loc["rho"]
        return {
            "ols": held(ols, "a", BETA),
            "lag": held(lag, "a", BETA),
            "rho": held(lag, "rho", rho),
            "gmm": held(moments, "a", BETA),
            "gmm_rho": held(moments, "rho", rho),
            "direct": held_effect(lag, "direct", direct),
            "indirect": held_effect(lag, "indirect", total - direct),
            "total": held_effect(lag, "total", total),
            "likelihood_ratio": lag.diagnostic("likelihood_ratio", "pvalue"),
            "wald": float(rho_row["pvalue"]),
            "residual_moran": lag.diagnostic("residual_moran", "pvalue"),
            "robust_lm_error": ols.diagnostic("robust_lm_error", "pvalue"),
            "lm_error": ols.diagnostic("lm_error", "pvalue"),
        }

    return replicate


def equal_regimes(rng: np.random.Generator) -> Found:
    """Return the test for a break where two groups of cities have the same coefficients."""
    weights = city_map()
    frame = frame_of(weights, rng)
    frame["y"] = 1 + BETA * frame["a"] + GAMMA * frame["b"] + rng.normal(size=weights.n)
    groups = pd.Series(np.where(np.arange(weights.n) < 40, "one", "two"), weights.units)
    found = fitted(frame, weights, 1, groups=groups)
    return {"each": found.chow["pvalue"].to_numpy(dtype=float)}


def powers(model: str, rho: float) -> Replicate:
    """Return a replication for the power of the LM tests."""
    make = outcomes_alike if model == "lag" else errors_alike

    def replicate(rng: np.random.Generator) -> Found:
        weights = city_map()
        p = fitted(make(weights, rho, rng), weights, 1).diagnostics["pvalue"]
        return {name: float(p[name]) for name in SPACE}

    return replicate


def interval(key: str, title: str) -> Measure:
    """Return the measure of an interval at 95 per cent."""
    return Measure(key, title, "interval", 0.95)


WHITE = interval("white", 'least squares, HC3 (`robust="white"`)')
SHAPES = tuple(Measure(name, said, "test") for name, said in SHAPE.items())
ERROR = (
    interval("ols", "least squares, coefficient"),
    interval("error", "error model, likelihood, coefficient"),
    interval("lambda", "error model, likelihood, λ"),
)
LAG = (
    interval("ols", "least squares, coefficient"),
    interval("lag", "lag model, likelihood, coefficient"),
    interval("rho", "lag model, likelihood, ρ"),
    interval("gmm", "lag model, two-stage, coefficient"),
    interval("gmm_rho", "lag model, two-stage, ρ"),
    interval("direct", "lag model, direct effect"),
    interval("indirect", "lag model, indirect effect"),
    interval("total", "lag model, total effect"),
    Measure("residual_moran", "lag model, Moran's I of residuals (permuted)", "test"),
)

SIMULATIONS = (
    *(
        Simulation(f"regression normal {size}", f"{size}, normal errors", plain(size, normal),
                   (*OLS, WHITE, *SHAPES), 1000)
        for size in MAPS
    ),
    Simulation("regression heavy", "111 cities, errors of t(3)", plain("111 cities", heavy),
               (*OLS, WHITE, *SHAPES[:2]), 1000),
    *(
        Simulation(f"regression uneven {size}", f"{size}, errors spread with the covariate",
                   plain(size, uneven), (*OLS, WHITE), 1000)
        for size in MAPS
    ),
    *(
        Simulation(
            f"regression errors {size} {rho}",
            f"{size}, {'independent errors' if rho == 0 else f'errors with λ = {rho}'}, covariates "
            "with ρ = 0.6",
            error_model(size, rho),
            (
                *ERROR,
                Measure("likelihood_ratio", "likelihood ratio against λ = 0", "test"),
            )
            if rho == 0
            else (
                *ERROR,
                Measure("lm_lag", "LM lag, though no lag is there", "test"),
                Measure("robust_lm_lag", "robust LM lag", "test"),
            ),
            480,
        )
        for size in MAPS
        for rho in (0.0, 0.6)
    ),
    *(
        Simulation(
            f"regression lag {size} {rho}",
            f"{size}, {'no lag' if rho == 0 else f'lag with ρ = {rho}'}",
            lag_model(size, rho),
            (
                *LAG,
                Measure("likelihood_ratio", "likelihood ratio against ρ = 0", "test"),
                Measure("wald", "Wald test (z) of ρ", "test"),
            )
            if rho == 0
            else (
                *LAG,
                Measure("lm_error", "LM error, though errors are independent", "test"),
                Measure("robust_lm_error", "robust LM error", "test"),
            ),
            320,
        )
        for size in MAPS
        for rho in (0.0, 0.5)
    ),
    Simulation("regression regimes", "111 cities, two groups with equal coefficients",
               equal_regimes, (Measure("each", "test for a break, each coefficient", "test"),),
               800),
    *(
        Simulation(
            f"regression power {model} {rho}",
            f"111 cities, {'outcome' if model == 'lag' else 'errors'} autoregressive by {rho}",
            powers(model, rho),
            tuple(
                Measure(name, SPACE[name], "power")
                for name in ("residual_moran", "lm_lag", "lm_error")
            ),
            240,
            rho,
            "lag of the outcome" if model == "lag" else "errors alike",
        )
        for model in ("lag", "error")
        for rho in RHOS
    ),
)  # fmt: skip
