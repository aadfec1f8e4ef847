"""Growth curves found by SciPy's least squares from many starts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

import spatialcarbon as sc
from tests.oracles.oracle import Oracle, relative


def a_series(rng: np.random.Generator, kind: str) -> np.ndarray:
    """Draw a curve that bends within its years, with some noise."""
    n = int(rng.integers(10, 22))
    t = np.arange(n)
    k, rate = float(np.exp(rng.normal(4, 1))), float(rng.uniform(0.15, 0.5))
    curve = k / (1 + np.exp(rng.uniform(0.5, 2.5)) * np.exp(-rate * t))
    if kind == "increment":
        curve = k * rng.uniform(3, 10) + np.cumsum(curve)
    return curve * (1 + rng.normal(0, 0.01, n))


def by_scipy(values: np.ndarray, kind: str, relative_residuals: bool) -> tuple[Any, float]:
    """Least sum of squares over ln k, ln a and r within the documented bounds."""
    t = np.arange(len(values))
    top = values.max()

    def residuals(p: Any) -> Any:
        curve = np.exp(p[0]) / (1 + np.exp(p[1] - p[2] * t))
        if kind == "increment":
            curve = values[0] + np.cumsum(np.where(t > 0, curve, 0.0))
        left = curve - values
        return left / values if relative_residuals else left / top

    if kind == "level":
        bounds = ([np.log(top), -30.0, 0.0], [np.log(5 * top), 30.0, 2.0])
        starts = [
            (np.log(top * m), a, r) for m in (1.02, 1.5, 3) for a in (0.5, 2.0) for r in (0.1, 0.4)
        ]
    else:
        bounds = ([-30.0, -30.0, -1.0], [np.log(5 * top), 30.0, 1.0])
        size = np.diff(values).max()
        starts = [
            (np.log(size * m), a, r) for m in (1.0, 3.0) for a in (0.5, 2.0) for r in (0.1, 0.4)
        ]
    found = [
        least_squares(residuals, start, bounds=bounds, x_scale=[1, 1, 0.1],
                      xtol=1e-15, ftol=1e-15, gtol=1e-15)
        for start in starts
    ]  # fmt: skip
    best = min(found, key=lambda one: one.cost)
    squares = 2 * best.cost * (1.0 if relative_residuals else top**2)
    return best.x, squares


def _fit(kind: str) -> Any:
    def case(rng: np.random.Generator) -> Mapping[str, float]:
        values = a_series(rng, kind)
        relatively = bool(rng.integers(2))
        found = sc.fit_growth(
            pd.DataFrame([values], ["A"], range(2000, 2000 + len(values))),
            kind=kind,  # type: ignore[arg-type]
            residuals="relative" if relatively else "absolute",
        )
        point, squares = by_scipy(values, kind, relatively)
        row = found.parameters.loc["A"]
        left = found.fitted.loc["A"].to_numpy() - values
        ours = float(((left / values if relatively else left) ** 2).sum())
        # A flat valley has many parameters of nearly the same sum: the sum is what is sought.
        said = {"excess of the sum of squares": max(0.0, ours / squares - 1)}
        if row["status"] == "ok" and abs(ours / squares - 1) < 1e-9:
            theirs = [np.exp(point[0]), np.exp(point[1]), point[2]]
            mine = row[["k", "a", "r"]].to_numpy(dtype=float)
            said["k, a, r"] = float(np.abs(mine / theirs - 1).max())
        return said

    return case


def trends(rng: np.random.Generator) -> Mapping[str, float]:
    """The straight line and the exponential trend beside the curve, by numpy.polyfit."""
    values = a_series(rng, "level")
    t = np.arange(len(values))
    found = sc.fit_growth(pd.DataFrame([values], ["A"], 2000 + t))
    rows = found.compare.set_index("model")
    line = np.polyval(np.polyfit(t, values, 1), t)
    return {
        "RMSE of the line": relative(
            rows.loc["linear", "rmse"], np.sqrt(np.mean((line - values) ** 2))
        )
    }


def curves(rng: np.random.Generator) -> Mapping[str, float]:
    n = int(rng.integers(1, 5))
    given = pd.DataFrame(
        {
            "k": np.exp(rng.normal(5, 2, n)),
            "a": np.exp(rng.normal(1, 1, n)),
            "r": rng.uniform(-0.2, 0.6, n),
            "first": np.exp(rng.normal(3, 1, n)),
        },
        [f"p{i}" for i in range(n)],
    )
    kind = str(rng.choice(["level", "increment"]))
    if kind == "level":
        given = given.drop(columns="first")
    years = range(2000, 2000 + int(rng.integers(2, 30)))
    found = sc.growth_curve(given, years, base=2000, kind=kind)  # type: ignore[arg-type]
    theirs = []
    for row in given.itertuples():
        k, a, r = (Decimal(float(v)) for v in (row.k, row.a, row.r))
        path = [k / (1 + a * (-r * t).exp()) for t in range(len(years))]
        if kind == "increment":
            path = [Decimal(float(row.first)) + sum(path[1 : t + 1]) for t in range(len(years))]
        theirs.append([float(v) for v in path])
    return {"path": relative(found, theirs)}


ORACLES = (
    Oracle(
        "fit_growth",
        "level: sum of squares, k, a, r",
        "scipy",
        "scipy.optimize.least_squares from 12 starts",
        _fit("level"),
        1e-4,
        quick=4,
        note="bends are within the years; parameters are compared where the sums agree",
    ),
    Oracle(
        "fit_growth",
        "increment: sum of squares, k, a, r",
        "scipy",
        "scipy.optimize.least_squares from 8 starts",
        _fit("increment"),
        1e-4,
        quick=4,
        note="as for levels",
    ),
    Oracle(
        "fit_growth",
        "linear trend beside the curve",
        "numpy",
        "numpy.polyfit",
        trends,
        1e-9,
        quick=4,
    ),
    Oracle("growth_curve", "path", "definition", "28 decimal digits", curves, 1e-12, quick=20),
)
