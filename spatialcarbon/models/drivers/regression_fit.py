"""Estimation by statsmodels and spreg behind one shape: coefficients, covariance, residuals."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import ConvergenceError, DegenerateDataError, OptionError
from spatialcarbon.models.drivers.regression_basis import lagged, on_basis, orthonormal, scaled
from spatialcarbon.models.drivers.regression_input import LAGGED
from spatialcarbon.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from spatialcarbon.models.drivers.regression_input import Design

    Floats = npt.NDArray[np.float64]

Model = Literal["ols", "slx", "lag", "error", "durbin", "durbin_error"]
Robust = Literal["white", "hac"]
Estimator = Literal["ml", "gmm"]

RHO, LAMBDA = "rho", "lambda"
SPATIAL: dict[str, str] = {
    "lag": RHO, "durbin": RHO, "error": LAMBDA, "durbin_error": LAMBDA,
}  # fmt: skip
"""Models with a spatial coefficient, and what it is called."""

LAGS_COVARIATES = ("slx", "durbin", "durbin_error")
BOUND = 0.995
"""Of the stable range: an estimate beyond it has run into the end of its interval."""


@dataclass(frozen=True, eq=False)
class Fit:
    """What every estimator returns.

    Parameters
    ----------
    estimates : Series
        By term, the spatial coefficient last.
    covariance : DataFrame
        Of the estimates.
    residuals, fitted : array
        What is left and what is not: they add up to the outcome. Under spatial
        errors what the neighbours' errors tell is part of the fit.
    explained : array
        Of which the squared correlation with the outcome is the pseudo-R².
    log_likelihood : float
        NaN where the estimator has none.
    degrees : int or None
        Of Student's t; None for the normal distribution.
    at_bound : bool
        Whether the spatial coefficient stands at the end of its interval.
    """

    estimates: pd.Series[float]
    covariance: pd.DataFrame
    residuals: Floats
    fitted: Floats
    explained: Floats
    log_likelihood: float
    degrees: int | None
    at_bound: bool = False


def estimate(
    design: Design,
    model: Model,
    *,
    estimator: Estimator,
    robust: Robust | None,
    kernel: Weights | None,
) -> Fit:
    """Estimate one model."""
    if model not in SPATIAL:
        return on_basis(design, lambda own: _least_squares(own, robust, kernel))
    assert design.weights is not None
    scale = stable_scale(design.weights)
    weights = divided(design.weights, scale)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # spreg warns of numpy's future and of isolates; the result is checked below.
        warnings.simplefilter("ignore")
        if estimator == "ml":
            fit = on_basis(design, lambda own: _likelihood(own, model, weights))
        elif SPATIAL[model] == LAMBDA:
            fit = on_basis(design, lambda own: _error_moments(own, model, weights, robust))
        else:
            fit = _lag_moments(design, model, weights, robust, kernel)
    return finished(fit, scale, SPATIAL[model])


def stable_scale(weights: Weights) -> float:
    """Return by what the weights are divided so that a coefficient of 1 is the end of stability.

    spreg seeks the coefficient between -1 and 1, which holds for rows that sum to one.
    Weights of other kinds are divided by their spectral radius for the search, and the
    coefficient with them: the model is the same.
    """
    sums = np.asarray(weights.sparse.sum(axis=1)).ravel()
    if sums.max(initial=0.0) <= 1 + 1e-9:
        return 1.0
    return float(np.abs(eigenvalues(weights)).max()) or 1.0


def eigenvalues(weights: Weights) -> npt.NDArray[np.complex128]:
    """Return the eigenvalues of the weights as used.

    Rows of symmetric weights that were divided by their sums have those of a symmetric
    matrix, which are found several times as fast.
    """
    raw, used = weights.raw, weights.sparse
    gap = abs(raw - raw.T)
    if weights.transform == "R" and (gap.nnz == 0 or gap.max() == 0):
        sums = np.asarray(raw.sum(axis=1)).ravel()
        root = np.where(sums > 0, 1 / np.sqrt(np.where(sums > 0, sums, 1.0)), 0.0)
        even = raw.toarray() * root[:, None] * root[None, :]
        return np.asarray(np.linalg.eigvalsh((even + even.T) / 2), dtype=np.complex128)
    return np.asarray(np.linalg.eigvals(used.toarray()), dtype=np.complex128)


def divided(weights: Weights, scale: float) -> Weights:
    """Return the weights as they are used, divided by a number."""
    return Weights(weights.units, weights.sparse / scale, recipe=weights.recipe)


def finished(fit: Fit, scale: float, spatial: str) -> Fit:
    """Return the fit for the weights as given, after a look at its numbers."""
    coefficient = float(fit.estimates[spatial])
    variances = np.diag(fit.covariance.to_numpy())
    if not (np.isfinite(fit.estimates).all() and np.isfinite(variances).all()):
        raise ConvergenceError(
            "the estimator found no finite answer",
            fix="look for outliers, for covariates that say nearly the same, or take model='ols'",
        )
    estimates, covariance = fit.estimates.copy(), fit.covariance.copy()
    estimates[spatial] = coefficient / scale
    covariance.loc[spatial] /= scale
    covariance[spatial] /= scale
    return replace(
        fit,
        estimates=estimates,
        covariance=covariance,
        at_bound=fit.at_bound or abs(coefficient) >= BOUND,
    )


def _least_squares(design: Design, robust: Robust | None, kernel: Weights | None) -> Fit:
    import statsmodels.api as sm

    x = design.terms.to_numpy()
    model = sm.OLS(design.outcome.to_numpy(), x)
    found = model.fit(cov_type="HC3", use_t=True) if robust == "white" else model.fit()
    covariance = np.asarray(found.cov_params())
    if robust == "hac":
        assert kernel is not None
        scores = x * np.asarray(found.resid)[:, None]
        inverse = np.linalg.inv(x.T @ x)
        covariance = inverse @ (scores.T @ (kernel_matrix(design, kernel) @ scores)) @ inverse
        covariance = checked_kernel((covariance + covariance.T) / 2)
    terms = pd.Index(design.terms.columns, dtype=object)
    return Fit(
        pd.Series(np.asarray(found.params), terms),
        pd.DataFrame(covariance, terms, terms),
        np.asarray(found.resid),
        np.asarray(found.fittedvalues),
        np.asarray(found.fittedvalues),
        float(found.llf),
        int(found.df_resid),
    )


def kernel_matrix(design: Design, kernel: Weights) -> Any:
    """Return the kernel among the units of a design, with ones on its diagonal."""
    from scipy import sparse

    matrix = kernel.canonical.sparse
    if matrix.nnz and (matrix.data.max() > 1 or matrix.data.min() < 0 or kernel.transform != "B"):
        raise OptionError(
            "the kernel of robust='hac' must hold raw values between 0 and 1",
            fix="kernel=backbone.kernel(k=4), not standardised",
        )
    return sparse.csr_array(matrix + sparse.eye_array(design.n))


def checked_kernel(covariance: Any) -> Any:
    """Return a covariance, refusing negative variances, which some kernels give."""
    if (np.diag(covariance) <= 0).any():
        raise DegenerateDataError(
            "this kernel gives a negative variance",
            fix="another bandwidth, a triangular kernel, or robust='white'",
        )
    return covariance


def _likelihood(design: Design, model: Model, weights: Weights) -> Fit:
    from spreg.ml_error import BaseML_Error
    from spreg.ml_lag import BaseML_Lag

    y = design.outcome.to_numpy()[:, None]
    x = design.terms.to_numpy()
    # "ord" would take eigenvalues of the links as if they were all alike, "full" a determinant
    # that underflows; "LU" is right for any weights.
    kind = BaseML_Lag if SPATIAL[model] == RHO else BaseML_Error
    if kind is BaseML_Lag:
        refuse_bound(y, x, weights.sparse @ y, weights)
    return from_spreg(asked(lambda: kind(y, x, weights.to_w(), method="LU")), design, model)


def refuse_bound(y: Any, x: Any, lagged: Any, weights: Weights) -> None:
    """Raise when the likelihood of a lag is largest at the end of the range.

    spreg would then sum a power series that hardly converges, for hours.
    """
    from scipy.optimize import minimize_scalar

    both = np.column_stack([np.ravel(y), np.ravel(lagged)])
    plain, moved = (both - x @ np.linalg.lstsq(x, both, rcond=None)[0]).T
    values, years = eigenvalues(weights), len(plain) / weights.n

    def loss(rho: float) -> float:
        left = plain - rho * moved
        jacobian = float(np.log(1 - rho * values).sum().real)
        return len(plain) / 2 * math.log(float(left @ left)) - years * jacobian

    best = float(minimize_scalar(loss, bounds=(-1.0, 1.0), method="bounded").x)
    if abs(best) >= BOUND:
        raise ConvergenceError(
            "the spatial lag runs into the end of its range: these data have no such model",
            arrived="a coefficient of {value} of the most that is stable",
            fix="model='error' or 'ols', or other weights",
            value=f"{best:.3f}",
        )


def from_spreg(found: Any, design: Design, model: Model) -> Fit:
    """Return the shared shape of what spreg found."""
    spatial = SPATIAL[model]
    terms = pd.Index([*design.terms.columns, spatial], dtype=object)
    y = design.outcome.to_numpy()
    trend = np.asarray(found.predy).ravel()
    left = found.u if spatial == RHO else found.e_filtered
    residuals = np.asarray(left).ravel()
    likelihood = float(np.asarray(getattr(found, "logll", math.nan)).ravel()[0])
    return Fit(
        pd.Series(np.asarray(found.betas, dtype=np.float64).ravel(), terms),
        pd.DataFrame(np.asarray(found.vm), terms, terms),
        residuals,
        y - residuals,
        trend,
        likelihood,
        None,
    )


def _error_moments(design: Design, model: Model, weights: Weights, robust: Robust | None) -> Fit:
    from spreg.error_sp_het import BaseGM_Error_Het
    from spreg.error_sp_hom import BaseGM_Error_Hom

    y, x = design.outcome.to_numpy()[:, None], design.terms.to_numpy()
    kind = BaseGM_Error_Hom if robust is None else BaseGM_Error_Het
    return from_spreg(asked(lambda: kind(y, x, weights.to_w().sparse)), design, model)


def _lag_moments(
    design: Design, model: Model, weights: Weights, robust: Robust | None, kernel: Weights | None
) -> Fit:
    from spreg.twosls_sp import BaseGM_Lag

    own = [at for at, name in enumerate(design.terms) if not str(name).startswith(LAGGED)]
    x = design.terms.to_numpy()[:, own]
    # Lags of covariates are made by spreg, which keeps them from its instruments. Mixing a
    # covariate with the constant mixes its lag with that of the constant, which is the constant
    # again where rows sum to one.
    even = bool(np.allclose(weights.sparse.sum(axis=1), 1.0, rtol=0.0, atol=1e-12))
    basis = orthonormal(x) if even else scaled(x)
    matrix = None if kernel is None else _as_w(kernel_matrix(design, kernel), design)
    found = asked(
        lambda: BaseGM_Lag(
            design.outcome.to_numpy()[:, None],
            basis.columns,
            w=weights.to_w(),
            w_lags=2,
            slx_lags=1 if model == "durbin" else 0,
            robust=robust,
            gwk=matrix,
        )
    )
    if model == "durbin":
        basis = lagged(basis, weights.sparse @ basis.columns[:, 1:])
    return basis.back(from_spreg(found, design, model))


def asked(fitted: Callable[[], Any]) -> Any:
    """Return what an estimator of spreg finds, whose own complaints are plain exceptions."""
    try:
        return fitted()
    except Exception as reason:
        raise ConvergenceError(
            "the estimator found no finite answer",
            fix="look for outliers, for covariates that say nearly the same, or take model='ols'",
        ) from reason


def _as_w(matrix: Any, design: Design) -> Any:
    from libpysal.weights import WSP
    from scipy.sparse import csr_matrix

    # libpysal 4.12.0 lags with ``*``, which multiplies a ``csr_array`` cell by cell.
    product = csr_matrix(matrix)
    return WSP(product, id_order=design.outcome.index.tolist()).to_W(silence_warnings=True)
