"""Regressions beside scikit-learn, dense likelihoods by SciPy and least squares by numpy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm, t
from sklearn.linear_model import LinearRegression

import spatialcarbon as sc
from tests.oracles.draws import labels, quietly, weights
from tests.oracles.oracle import Oracle, relative

COVARIATES = ["x1", "x2"]
SPEC: dict[str, Any] = {"outcome": "y", "covariates": COVARIATES, "draws": 2, "permutations": 0}


def a_table(rng: np.random.Generator, names: Any, spread: float = 0.0) -> pd.DataFrame:
    """Draw two covariates of any scale, and an outcome; ``spread`` is unequal noise."""
    n = len(names)
    x = rng.normal(0, 1, (n, 2)) * 10.0 ** rng.integers(-2, 3, 2) + rng.normal(0, 3, 2)
    noise = rng.normal(0, 1, n) * (1 + spread * np.abs(x[:, 0] - x[:, 0].mean()))
    y = x @ rng.normal(0, 1, 2) + rng.normal() + noise
    return pd.DataFrame(x, names, COVARIATES).assign(y=y)


def a_map(rng: np.random.Generator) -> sc.Weights:
    return weights(rng, islands=False, scheme="R", least=15)


def estimates(result: Any, column: str = "estimate") -> np.ndarray:
    return result.coefficients[column].to_numpy(dtype=float)


def with_constant(x: Any) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), np.asarray(x)])


def least_squares(rng: np.random.Generator) -> Mapping[str, float]:
    frame = a_table(rng, labels(rng, int(rng.integers(8, 60))), spread=0.3)
    x, y = frame[COVARIATES].to_numpy(), frame["y"].to_numpy()
    peer = LinearRegression().fit(x, y)
    plain = sc.spatial_regression(frame, None, **SPEC)
    white = sc.spatial_regression(frame, None, **SPEC, robust="white")
    full = with_constant(x)
    left, inverse = y - peer.predict(x), np.linalg.inv(full.T @ full)
    degrees = len(y) - 3
    leverage = np.einsum("ij,jk,ik->i", full, inverse, full)
    meat = full.T @ (full * (left / (1 - leverage))[:, None] ** 2)
    beta = np.array([peer.intercept_, *peer.coef_])
    se = np.sqrt(np.diag(inverse) * (left @ left) / degrees)
    return {
        "estimates": relative(estimates(plain) / se, beta / se),
        "standard errors": relative(estimates(plain, "standard_error") / se, np.ones(3)),
        "standard errors HC3": relative(
            estimates(white, "standard_error") / np.sqrt(np.diag(inverse @ meat @ inverse)),
            np.ones(3),
        ),
        "p-values": float(
            np.abs(estimates(plain, "pvalue") - 2 * t.sf(np.abs(beta / se), degrees)).max()
        ),
    }


def tests_of_space(rng: np.random.Generator) -> Mapping[str, float]:
    """Lagrange multiplier tests of Anselin (1988), in dense matrices."""
    w = a_map(rng)
    frame = a_table(rng, w.units)
    dense, n = w.sparse.toarray(), w.n
    x, y = with_constant(frame[COVARIATES]), frame["y"].to_numpy()
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    left = y - x @ beta
    variance, trace = left @ left / n, np.trace((dense.T + dense) @ dense)
    lagged = dense @ (x @ beta)
    rest = lagged - x @ np.linalg.lstsq(x, lagged, rcond=None)[0]
    error, lag = left @ dense @ left / variance, left @ dense @ y / variance
    between = rest @ rest / variance
    found = sc.spatial_regression(frame, w, **SPEC).diagnostics["statistic"]
    theirs = [
        error**2 / trace,
        lag**2 / (between + trace),
        (error - trace * lag / (between + trace)) ** 2 / (trace * (1 - trace / (between + trace))),
        (lag - error) ** 2 / between,
    ]
    names = ["lm_error", "lm_lag", "robust_lm_error", "robust_lm_lag"]
    return {"statistics": relative(found[names], theirs)}


def likelihood(y: Any, x: Any, dense: Any, model: str, years: int = 1) -> tuple[Any, ...]:
    """Maximise a concentrated likelihood over the spatial coefficient with dense eigenvalues.

    Rows are stacked by year; the same weights hold in each.
    """
    values = np.linalg.eigvals(dense)
    block = np.kron(np.eye(years), dense)

    def fitted(rho: float) -> tuple[Any, float]:
        own = y - rho * (block @ y)
        terms = x if model == "lag" else x - rho * (block @ x)
        beta = np.linalg.lstsq(terms, own, rcond=None)[0]
        left = own - terms @ beta
        return beta, float(left @ left)

    def loss(rho: float) -> float:
        jacobian = float(np.log(1 - rho * values).sum().real)
        return len(y) / 2 * np.log(fitted(rho)[1]) - years * jacobian

    low = 1 / min(values.real.min(), -1e-9)
    bounds = (max(low, -1.0) + 1e-6, 1 - 1e-6)
    best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-12})
    beta, squares = fitted(best.x)
    height = -best.fun - len(y) / 2 * (np.log(2 * np.pi / len(y)) + 1)
    return np.append(beta, best.x), height, squares


def _spatial(model: str) -> Any:
    def case(rng: np.random.Generator) -> Mapping[str, float]:
        w = a_map(rng)
        frame = a_table(rng, w.units)
        dense = w.sparse.toarray()
        frame["y"] = np.linalg.solve(np.eye(w.n) - rng.uniform(-0.3, 0.7) * dense, frame["y"])
        theirs, height, _ = likelihood(
            frame["y"].to_numpy(), with_constant(frame[COVARIATES]), dense, model
        )
        if abs(theirs[-1]) > 0.95:  # at the end of the range ours refuses, or says so
            return {}
        found = sc.spatial_regression(frame, w, model=model, **SPEC)  # type: ignore[arg-type]
        se = estimates(found, "standard_error")
        said = {
            "estimates, in standard errors": float(np.abs((estimates(found) - theirs) / se).max()),
            "log-likelihood": abs(found.diagnostics.loc["log_likelihood", "statistic"] - height),
        }
        if model == "lag":
            inverse = np.linalg.inv(np.eye(w.n) - estimates(found)[-1] * dense)
            parts = [
                (b * np.trace(inverse) / w.n, b * inverse.sum() / w.n)
                for b in estimates(found)[1:3]
            ]
            ours = found.effects.pivot(index="term", columns="effect", values="estimate")
            said["effects"] = relative(ours.loc[COVARIATES, ["direct", "total"]], parts)
        return said

    return case


def two_stages(rng: np.random.Generator) -> Mapping[str, float]:
    """Two-stage least squares with instruments X, WX and WWX."""
    w = a_map(rng)
    frame = a_table(rng, w.units)
    dense = w.sparse.toarray()
    frame["y"] = np.linalg.solve(np.eye(w.n) - rng.uniform(-0.3, 0.7) * dense, frame["y"])
    x, y = frame[COVARIATES].to_numpy(), frame["y"].to_numpy()
    instruments = np.column_stack([with_constant(x), dense @ x, dense @ dense @ x])
    terms = np.column_stack([with_constant(x), dense @ y])
    first = instruments @ np.linalg.lstsq(instruments, terms, rcond=None)[0]
    theirs = np.linalg.lstsq(first, y, rcond=None)[0]
    if abs(theirs[-1]) > 0.95:
        return {}
    found = sc.spatial_regression(frame, w, model="lag", estimator="gmm", **SPEC)
    return {"estimates": relative(estimates(found), theirs)}


def comparison(rng: np.random.Generator) -> Mapping[str, float]:
    w = a_map(rng)
    frame = a_table(rng, w.units)
    found = sc.compare_regressions(
        frame, w, outcome="y", covariates=COVARIATES, models=["ols", "error"], rng=1
    )
    y, x = frame["y"].to_numpy(), with_constant(frame[COVARIATES])
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    plain = norm.logpdf(left, scale=np.sqrt(left @ left / len(y))).sum()
    _, height, _ = likelihood(y, x, w.sparse.toarray(), "error")
    return {
        "AIC": relative(found.fit.loc[["ols", "error"], "aic"], [6 - 2 * plain, 8 - 2 * height])
    }


def a_panel(rng: np.random.Generator, units: Any, years: int) -> pd.DataFrame:
    frame = a_table(rng, range(len(units) * years))
    frame["unit"], frame["year"] = np.repeat(list(units), years), list(range(years)) * len(units)
    frame["y"] += np.repeat(rng.normal(0, 5, len(units)), years) + frame["year"] * 0.3
    return frame


def panel(rng: np.random.Generator) -> Mapping[str, float]:
    """A column for each place and year in place of demeaning; errors clustered by place."""
    n, years = int(rng.integers(5, 15)), int(rng.integers(3, 7))
    frame = a_panel(rng, labels(rng, n), years)
    found = sc.panel_regression(
        frame, unit="unit", year="year", outcome="y", covariates=COVARIATES, permutations=0
    )
    dummies = pd.get_dummies(frame[["unit", "year"]].astype(str), dtype=float)
    own = frame[COVARIATES].to_numpy()
    rest = own - LinearRegression().fit(dummies, own).predict(dummies)
    peer = LinearRegression().fit(np.column_stack([own, dummies]), frame["y"])
    left = frame["y"] - peer.predict(np.column_stack([own, dummies]))
    inverse = np.linalg.inv(rest.T @ rest)
    scores = pd.DataFrame(rest * left.to_numpy()[:, None]).groupby(frame["unit"]).sum().to_numpy()
    rows = found.coefficients.set_index("term").loc[COVARIATES]
    small = n / (n - 1) * (len(frame) - 1) / (len(frame) - len(found.coefficients))
    se = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))
    ours = rows["standard_error"].to_numpy()
    return {
        "estimates": relative(rows["estimate"] / ours, peer.coef_[:2] / ours),
        "clustered standard errors": relative(ours / se / np.sqrt(small), np.ones(2)),
    }


def spatial_panel(rng: np.random.Generator) -> Mapping[str, float]:
    w = a_map(rng)
    years = int(rng.integers(3, 6))
    frame = a_panel(rng, w.units, years)
    model = str(rng.choice(["lag", "error"]))
    within = frame.set_index(["unit", "year"])
    within = within - within.groupby(level="unit", sort=False).transform("mean")
    stacked = within.swaplevel().sort_index(level="year", sort_remaining=False)
    stacked = stacked.reindex(pd.MultiIndex.from_product([range(years), w.units]))
    theirs, _, _ = likelihood(
        stacked["y"].to_numpy(), stacked[COVARIATES].to_numpy(), w.sparse.toarray(), model, years
    )
    found = sc.panel_regression(
        frame, w, unit="unit", year="year", outcome="y", covariates=COVARIATES, effects="unit",
        model=model, draws=2, permutations=0,  # type: ignore[arg-type]
    )  # fmt: skip
    se = estimates(found, "standard_error")
    return {"estimates, in standard errors": float(np.abs((estimates(found) - theirs) / se).max())}


def turning_points(rng: np.random.Generator) -> Mapping[str, float]:
    """A parabola by numpy.polyfit; the ends of Fieller's interval by root finding."""
    n = int(rng.integers(12, 60))
    g = np.exp(rng.normal(2, 0.7, n))
    sign = rng.choice([-1.0, 1.0])
    y = sign * (np.log(g) - rng.uniform(1.5, 2.5)) ** 2 + rng.normal(0, 0.2, n)
    frame = pd.DataFrame({"g": g, "y": y}, labels(rng, n))
    found = quietly(sc.kuznets, frame, outcome="y", income="g", log=False).turning_points.iloc[0]
    (b2, b1, _), v = np.polyfit(np.log(g), y, 2, cov=True)
    c = t.ppf(0.975, n - 3)

    def outside(theta: float) -> float:
        spread = v[1, 1] + 4 * theta * v[0, 1] + 4 * theta**2 * v[0, 0]
        return float((b1 + 2 * theta * b2) ** 2 - c**2 * spread)

    turn = -b1 / (2 * b2)
    slope = np.array([b1 / (2 * b2**2), -1 / (2 * b2)])
    half = c * np.sqrt(slope @ v[:2, :2] @ slope)
    said = {
        "turning point": relative(found["income"], np.exp(turn)),
        "delta interval": relative(found[["low", "high"]], np.exp([turn - half, turn + half])),
    }
    if b2**2 > c**2 * v[0, 0] * 1.5:  # bounded
        ends = [brentq(outside, turn, turn + side * 50, xtol=1e-14) for side in (-1, 1)]
        said["Fieller interval"] = relative(found[["fieller_low", "fieller_high"]], np.exp(ends))
    return said


DENSE = "scipy.optimize.minimize_scalar over a dense likelihood"
ORACLES = (
    Oracle(
        "spatial_regression",
        "least squares: estimates, standard errors (HC3 too), p-values",
        "scikit-learn",
        "LinearRegression, and numpy for the errors",
        least_squares,
        1e-8,
        quick=10,
    ),
    Oracle(
        "spatial_regression",
        "Lagrange multiplier tests",
        "definition",
        "dense matrices",
        tests_of_space,
        1e-8,
        quick=8,
    ),
    Oracle(
        "spatial_regression",
        "lag by maximum likelihood: estimates, likelihood, effects",
        "scipy",
        DENSE,
        _spatial("lag"),
        1e-3,
        quick=5,
        note="spreg, which estimates, stops its search at 1e-7",
    ),
    Oracle(
        "spatial_regression",
        "error by maximum likelihood: estimates, likelihood",
        "scipy",
        DENSE,
        _spatial("error"),
        1e-3,
        quick=5,
        note="spreg, which estimates, stops its search at 1e-7",
    ),
    Oracle(
        "spatial_regression",
        "lag by two-stage least squares",
        "numpy",
        "numpy.linalg.lstsq",
        two_stages,
        1e-7,
        quick=5,
    ),
    Oracle(
        "compare_regressions",
        "AIC of least squares and spatial errors",
        "scipy",
        DENSE,
        comparison,
        1e-6,
        quick=3,
    ),
    Oracle(
        "panel_regression",
        "two-way effects: estimates, clustered standard errors",
        "scikit-learn",
        "LinearRegression with a column for each place and year",
        panel,
        1e-8,
        quick=8,
    ),
    Oracle(
        "panel_regression",
        "lag or error with effects of places",
        "scipy",
        DENSE,
        spatial_panel,
        1e-3,
        quick=3,
    ),
    Oracle(
        "kuznets",
        "turning point, delta and Fieller intervals",
        "numpy",
        "numpy.polyfit, scipy.optimize.brentq",
        turning_points,
        1e-7,
        quick=8,
    ),
)
