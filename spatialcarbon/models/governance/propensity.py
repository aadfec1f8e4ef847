"""How likely was each place to come under the policy, by what it was like before?"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import ConvergenceError, DegenerateDataError, some

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

FARTHEST = 30.0
"""A log odds beyond this is a score of 0 or 1 in all but name: the groups are separated."""


@dataclass(frozen=True, eq=False)
class Propensity:
    """Scores of all units.

    Parameters
    ----------
    logit : Series
        Log odds of being treated; matching goes by this.
    supported : Series of bool
        Whether the score lies where both groups have some.
    coefficients : DataFrame
        Index covariate (``"const"`` first); ``estimate, se, z, pvalue``.
    constant : tuple of str
        Covariates left out because all units have the same value.
    """

    logit: pd.Series[float]
    supported: pd.Series[bool]
    coefficients: pd.DataFrame
    constant: tuple[str, ...]

    @property
    def score(self) -> pd.Series[float]:
        """The probability of being treated, between 0 and 1."""
        odds = np.exp(-self.logit.to_numpy(dtype=np.float64))
        return pd.Series(1.0 / (1.0 + odds), self.logit.index)


def propensity(covariates: pd.DataFrame, treated: pd.Series[bool]) -> Propensity:
    """Fit a logit of treatment on covariates, one row per unit.

    Raises
    ------
    DegenerateDataError
        When covariates say the same as others, or are as many as the units.
    ConvergenceError
        When covariates separate the groups, so that there is no estimate.
    """
    x = covariates.to_numpy(dtype=np.float64)
    spread = np.ptp(x, axis=0) if x.size else np.zeros(x.shape[1])
    varies = spread > 1e-12 * np.abs(x).max(axis=0, initial=0.0)
    names = [str(name) for name, kept in zip(covariates.columns, varies, strict=True) if kept]
    constant = tuple(str(n) for n, kept in zip(covariates.columns, varies, strict=True) if not kept)
    x = x[:, varies]
    # Fitted on standardised columns: a GDP of 1e12 beside a share would lose digits.
    centre, scale = x.mean(axis=0), x.std(axis=0)
    z = (x - centre) / np.where(scale > 0, scale, 1.0)
    if np.linalg.matrix_rank(z, tol=1e-8 * np.sqrt(len(z))) < z.shape[1]:
        raise DegenerateDataError(
            "the covariates repeat one another: one of {names} follows from the others",
            fix="leave one of them out",
            names=some(names, 12),
        )
    design = np.column_stack([np.ones(len(z)), z])
    beta, covariance = _logit(design, np.asarray(treated, dtype=np.float64), names)
    # Back from standardised columns to the units of measure that were given.
    turn = np.zeros((len(beta), len(beta)))
    turn[0, 0] = 1.0
    turn[0, 1:] = -centre / scale
    turn[1:, 1:] = np.diag(1.0 / scale)
    own, own_covariance = turn @ beta, turn @ covariance @ turn.T
    from scipy.stats import norm

    se = np.sqrt(np.diag(own_covariance))
    table = pd.DataFrame(
        {"estimate": own, "se": se, "z": own / se, "pvalue": 2 * norm.sf(np.abs(own / se))},
        index=pd.Index(["const", *names], name="covariate"),
    )
    logit = pd.Series(design @ beta, covariates.index)
    return Propensity(logit, common_support(logit, treated), table, constant)


def common_support(logit: pd.Series[float], treated: pd.Series[bool]) -> pd.Series[bool]:
    """Return which units lie in the overlap of the ranges of the two groups."""
    one, other = logit[treated], logit[~treated]
    low, high = max(one.min(), other.min()), min(one.max(), other.max())
    return (logit >= low) & (logit <= high)


def _logit(design: Floats, treated: Floats, names: list[str]) -> tuple[Floats, Floats]:
    if design.shape[1] == 1:  # nothing to go by: all have the share of the treated
        share = float(treated.mean())
        log_odds = float(np.log(share / (1.0 - share)))
        return np.array([log_odds]), np.array([[1.0 / (len(treated) * share * (1.0 - share))]])
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.tools.sm_exceptions import (
        PerfectSeparationError,
    )

    fitted: Any = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fitted = Logit(treated, design).fit(method="newton", maxiter=100, tol=1e-10, disp=0)
        except (PerfectSeparationError, np.linalg.LinAlgError):
            fitted = None
    ok = fitted is not None and bool(fitted.mle_retvals["converged"])
    if not ok or np.abs(design @ np.asarray(fitted.params)).max() > FARTHEST:
        raise ConvergenceError(
            "the propensity score has no estimate: {names} separate treated from untreated places",
            expected="covariates on which the two groups overlap",
            fix="use fewer covariates, or compare with places that could have been treated",
            names=some(names, 12),
        )
    return np.asarray(fitted.params), np.asarray(fitted.cov_params())
