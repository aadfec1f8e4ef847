"""What to look at beside the coefficients: fit, space left in the residuals, and assumptions."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.regression_basis import orthonormal
from spatialcarbon.models.drivers.regression_fit import LAMBDA, RHO
from spatialcarbon.models.drivers.regression_input import with_constant
from spatialcarbon.stats.moran import global_moran

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.regression_fit import Fit
    from spatialcarbon.models.drivers.regression_input import Design
    from spatialcarbon.weights.weights import Weights

ROWS = (
    "n", "k", "r2", "adjusted_r2", "pseudo_r2", "log_likelihood", "aic", "bic", "sigma2",
    "residual_moran", "lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error", "sarma",
    "likelihood_ratio", "breusch_pagan", "koenker", "jarque_bera", "condition_number", "vif",
)  # fmt: skip
"""Rows of the diagnostics, the same for every model; what a model has not is NaN."""

ALPHA = 0.05
HIGH_VIF, SMALL = 10.0, 30
MORAN_PERMUTATIONS = 9_999

Row = tuple[float, float, float, float]


def diagnose(
    design: Design,
    fit: Fit,
    *,
    permutations: int,
    seed: int,
    linear: Fit,
) -> pd.DataFrame:
    """Return the table of diagnostics.

    Parameters
    ----------
    design, fit
        What was estimated.
    permutations : int
        For Moran's I of the residuals of models with a spatial coefficient.
    seed : int
        Of those permutations.
    linear : Fit
        The same covariates by least squares, for the ratio of likelihoods.
    """
    spatial = RHO in fit.estimates.index or LAMBDA in fit.estimates.index
    n, k = design.n, len(fit.estimates)
    y, likelihood = design.outcome.to_numpy(), fit.log_likelihood
    squares = float(fit.residuals @ fit.residuals)
    r2 = 1 - squares / float(((y - y.mean()) ** 2).sum())
    correlation = float(np.corrcoef(y, fit.explained)[0, 1])
    found: dict[str, Row] = {
        "n": _value(n),
        "k": _value(k),
        "pseudo_r2": _value(correlation**2),
        "log_likelihood": _value(likelihood),
        "aic": _value(2 * k - 2 * likelihood),
        "bic": _value(k * math.log(n) - 2 * likelihood),
        "sigma2": _value(squares / (n if spatial else n - k)),
        "condition_number": _value(condition_number(design.terms)),
        "vif": _value(float(inflation(design.plain).max())),
        **_assumptions(design, fit),
    }
    if not spatial:
        found["r2"] = _value(r2)
        found["adjusted_r2"] = _value(1 - (1 - r2) * (n - 1) / (n - k))
    if spatial and math.isfinite(likelihood):
        found["likelihood_ratio"] = _chi2(2 * (likelihood - linear.log_likelihood), 1)
    if design.weights is not None and design.weights.n_pairs:
        if spatial:
            found["residual_moran"] = _permuted_moran(
                design.weights, fit.residuals, permutations, seed
            )
        else:
            found |= _lagrange(design, design.weights)
    empty = (math.nan,) * 4
    table = pd.DataFrame(
        [found.get(row, empty) for row in ROWS],
        index=pd.Index(ROWS, name="diagnostic"),
        columns=["statistic", "z", "degrees", "pvalue"],
    )
    return table


def _value(number: float) -> Row:
    return (float(number), math.nan, math.nan, math.nan)


def _chi2(statistic: float, degrees: int) -> Row:
    from scipy import stats

    return (statistic, math.nan, degrees, float(stats.chi2.sf(statistic, degrees)))


def _lagrange(design: Design, weights: Weights) -> dict[str, Row]:
    """Return Moran's I of residuals (Cliff and Ord) and the Lagrange multiplier tests, by spreg."""
    from spreg import BaseOLS, LMtests, MoranRes

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Only what the terms span counts here.
        ols = BaseOLS(design.outcome.to_numpy()[:, None], orthonormal(design.terms).columns)
        w = weights.to_w()
        moran = MoranRes(ols, w, z=True)
        found = LMtests(ols, w, tests=["lme", "lml", "rlme", "rlml", "sarma"])
    tests = {
        "lm_lag": (found.lml, 1),
        "lm_error": (found.lme, 1),
        "robust_lm_lag": (found.rlml, 1),
        "robust_lm_error": (found.rlme, 1),
        "sarma": (found.sarma, 2),
    }
    rows: dict[str, Row] = {
        "residual_moran": (
            _number(moran.I), _number(moran.zI), math.nan, _number(moran.p_norm)
        )
    }  # fmt: skip
    for name, (pair, degrees) in tests.items():
        rows[name] = (_number(pair[0]), math.nan, degrees, _number(pair[1]))
    return rows


def _number(value: Any) -> float:
    return float(np.asarray(value).ravel()[0])


def _permuted_moran(weights: Weights, residuals: Any, permutations: int, seed: int) -> Row:
    moran = global_moran(
        pd.Series(residuals, weights.units), weights, permutations=permutations, rng=seed
    )
    pvalue = moran.pvalue_permutation
    return (
        moran.statistic,
        math.nan,
        math.nan,
        math.nan if pvalue is None else float(pvalue),
    )


def _assumptions(design: Design, fit: Fit) -> dict[str, Row]:
    from scipy import stats
    from statsmodels.stats.diagnostic import het_breuschpagan

    # Of regimes the covariates of all together: the test wants one constant.
    terms = design.terms if design.regimes is None else with_constant(design.plain)
    basis = orthonormal(terms).columns
    degrees = basis.shape[1] - 1
    normal, pvalue = stats.jarque_bera(fit.residuals)
    rows: dict[str, Row] = {"jarque_bera": (float(normal), math.nan, 2, float(pvalue))}
    for name, robust in (("breusch_pagan", False), ("koenker", True)):
        statistic, probability, _, _ = het_breuschpagan(fit.residuals, basis, robust=robust)
        rows[name] = (float(statistic), math.nan, degrees, float(probability))
    return rows


def condition_number(terms: pd.DataFrame) -> float:
    """Return the condition number of the terms, each scaled to length one (Belsley)."""
    values = terms.to_numpy(dtype=np.float64)
    return float(np.linalg.cond(values / np.sqrt((values**2).sum(axis=0))))


def inflation(plain: pd.DataFrame) -> pd.Series[float]:
    """Return by how much each variance is inflated because covariates resemble each other."""
    between = np.corrcoef(plain.to_numpy(dtype=np.float64), rowvar=False)
    between = np.atleast_2d(between)
    return pd.Series(np.diag(np.linalg.inv(between)), plain.columns, name="vif")


def advice(diagnostics: pd.DataFrame) -> Text | None:
    """Return what Anselin's rule of thumb makes of the Lagrange multiplier tests."""
    p = {str(row): float(value) for row, value in diagnostics["pvalue"].items()}
    if not math.isfinite(p["lm_lag"]):
        return None
    lag, error = p["lm_lag"] < ALPHA, p["lm_error"] < ALPHA
    if not lag and not error:
        return text(
            "Lagrange multiplier tests find neither lag nor error dependence at 0.05 (p = {lag} "
            "and {error}): by Anselin's rule of thumb, stay with least squares.",
            lag=_p(p["lm_lag"]),
            error=_p(p["lm_error"]),
        )
    first, second = p["robust_lm_lag"], p["robust_lm_error"]
    if lag and error and min(first, second) >= ALPHA:
        return text(
            "Lagrange multiplier tests find dependence, but their robust forms do not tell a lag "
            "from an error (p = {lag} and {error}): by Anselin's rule of thumb, look at the "
            "specification.",
            lag=_p(first),
            error=_p(second),
        )
    if lag and (not error or first < second):
        return text(
            "Lagrange multiplier tests point to a spatial lag (robust forms: lag p = {lag}, error "
            "p = {error}): Anselin's rule of thumb, which is advice and no proof.",
            lag=_p(first),
            error=_p(second),
        )
    return text(
        "Lagrange multiplier tests point to spatial errors (robust forms: lag p = {lag}, error "
        "p = {error}): Anselin's rule of thumb, which is advice and no proof.",
        lag=_p(first),
        error=_p(second),
    )


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def remarks_on(
    design: Design, diagnostics: pd.DataFrame, vif: pd.Series[float], *, robust: str | None
) -> list[Text]:
    """Return what a careful reader should know about these residuals and covariates."""
    said: list[Text] = []
    values = {str(row): float(value) for row, value in diagnostics["statistic"].items()}
    spatial = not math.isfinite(values["r2"])
    if spatial and design.n < SMALL:
        said.append(
            text(
                "{n} observations: intervals rest on large samples, so take them as rough",
                n=design.n,
            )
        )
    high = vif[vif > HIGH_VIF]
    if len(high):
        names = ", ".join(f"{name} ({value:.0f})" for name, value in high.items())
        said.append(
            text(
                "covariates resemble each other (variance inflation above 10: {names}): their "
                "coefficients are hard to tell apart",
                names=names,
            )
        )
    p = {str(row): float(value) for row, value in diagnostics["pvalue"].items()}
    if p["koenker"] < ALPHA and robust is None:
        said.append(
            text(
                "the spread of the residuals changes with the covariates (Koenker's test, "
                "p = {p}): standard errors without robust= may be off",
                p=_p(p["koenker"]),
            )
        )
    if spatial and p["residual_moran"] < ALPHA:
        said.append(
            text(
                "neighbours' residuals are still alike (Moran's I = {moran}, p = {p}): the model "
                "does not take up all of the spatial pattern",
                moran=f"{values['residual_moran']:.3f}",
                p=_p(p["residual_moran"]),
            )
        )
    found = advice(diagnostics)
    return said if found is None else [*said, found]
