"""What to look at beside the coefficients of a panel: fit, and Moran's I over all years."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.models.drivers.regression_tests import ROWS, condition_number, inflation

if TYPE_CHECKING:
    from spatialcarbon.core.rng import Stream
    from spatialcarbon.models.drivers.regression_fit import Fit
    from spatialcarbon.models.drivers.regression_input import Design
    from spatialcarbon.weights.weights import Weights


def panel_likelihood(weights: Weights, coefficient: float, residuals: Any) -> float:
    """Return the log-likelihood of innovations and a spatial coefficient.

    spreg's own leaves the number of rows out of its variance, so that it cannot be set
    beside that of least squares.
    """
    rows = len(residuals)
    variance = float(residuals @ residuals) / rows
    system = np.eye(weights.n) - coefficient * weights.sparse.toarray()
    jacobian = rows / weights.n * float(np.linalg.slogdet(system)[1])
    return jacobian - rows / 2 * (math.log(2 * math.pi * variance) + 1)


def diagnose_panel(
    design: Design, fit: Fit, model: str, lost: int, permutations: int, stream: Stream
) -> pd.DataFrame:
    """Return the table of diagnostics; ``lost`` degrees of freedom went into fixed effects."""
    n, k = design.n, len(fit.estimates)
    y = design.outcome.to_numpy()
    squares = float(fit.residuals @ fit.residuals)
    numbers = {
        "n": n,
        "k": k,
        "pseudo_r2": float(np.corrcoef(y, fit.explained)[0, 1]) ** 2,
        "log_likelihood": fit.log_likelihood,
        "aic": 2 * k - 2 * fit.log_likelihood,
        "bic": k * math.log(n) - 2 * fit.log_likelihood,
        "sigma2": squares / (n - lost - k),
        "condition_number": condition_number(design.terms),
        "vif": float(inflation(design.plain).max()),
    }
    if model == "ols":
        numbers["r2"] = 1 - squares / float(y @ y)
    table = pd.DataFrame(
        math.nan, index=pd.Index(ROWS, name="diagnostic"),
        columns=["statistic", "z", "degrees", "pvalue"],
    )  # fmt: skip
    for name, value in numbers.items():
        table.loc[name, "statistic"] = value
    if design.weights is not None and design.weights.n_pairs:
        statistic, pvalue = _pooled_moran(design, fit, permutations, stream)
        table.loc["residual_moran", ["statistic", "pvalue"]] = [statistic, pvalue]
    return table


def _pooled_moran(
    design: Design, fit: Fit, permutations: int, stream: Stream
) -> tuple[float, float]:
    """Return Moran's I over all years, and its p-value when units are permuted with their years."""
    assert design.weights is not None
    w = design.weights
    left = pd.Series(fit.residuals, design.outcome.index).unstack().reindex(w.units)
    # A gap says nothing of its neighbours: it counts as the mean, which is zero.
    values = left.fillna(0.0).to_numpy()

    def product(array: Any) -> float:
        return float((array * (w.sparse @ array)).sum())

    size = float((values**2).sum())
    scale = w.n / w.s0 / size
    observed = product(values)
    if permutations == 0:
        return observed * scale, math.nan
    generator: Any = stream.generator("moran")
    drawn = np.array([product(values[generator.permutation(w.n)]) for _ in range(permutations)])
    slack = 1e-12 * size
    above, below = (drawn >= observed - slack).sum(), (drawn <= observed + slack).sum()
    return observed * scale, min(1.0, 2 * (min(above, below) + 1) / (permutations + 1))
