"""What is printed and said of regressions: intervals of effects, digits, spread that changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import spatialcarbon as sc

X = np.arange(1.0, 41.0)
SIGNS = np.tile([1.0, -1.0], 20)
WIDENING = "the spread of the residuals changes"


def said(spread: np.ndarray) -> str:
    frame = pd.DataFrame({"x": X, "y": 2 * X + spread * SIGNS})
    return " ".join(sc.spatial_regression(frame, None, outcome="y", covariates=["x"], rng=1).notes)


def test_spread_that_grows_with_a_covariate_is_said() -> None:
    assert WIDENING in said(0.3 * X)
    assert WIDENING not in said(np.full(40, 3.0))


def test_numbers_of_fit_are_printed_with_three_digits_and_counts_with_none() -> None:
    frame = pd.DataFrame({"x": X, "y": 2 * X + 9 * SIGNS})
    printed = sc.compare_regressions(frame, outcome="y", covariates=["x"], models=["ols"]).table
    cells = printed["ols"]
    assert cells["n"] == "40"
    assert cells["r2"] == f"{np.corrcoef(frame['x'], frame['y'])[0, 1] ** 2:.3f}"
    assert all(len(cells[row].rpartition(".")[2]) == 3 for row in ("log_likelihood", "aic", "bic"))


def test_effects_without_neighbours_have_the_intervals_of_the_coefficients() -> None:
    frame = pd.DataFrame({"x": X, "y": 2 * X + 9 * SIGNS})
    ours = sc.spatial_regression(frame, None, outcome="y", covariates=["x"], level=0.9, rng=1)
    theirs = sm.OLS(frame["y"].to_numpy(), sm.add_constant(X)).fit()
    expected = [theirs.params[1], theirs.bse[1], *theirs.conf_int(0.1)[1]]
    rows = ours.effects.set_index("effect")[["estimate", "standard_error", "low", "high"]]
    for kind in ("direct", "total"):
        assert rows.loc[kind].tolist() == pytest.approx(expected, rel=1e-9)
    assert rows.loc["indirect"].tolist() == [0, 0, 0, 0]
