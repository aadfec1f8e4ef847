"""What a regression returns, whichever model it was."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.results import Result
from spatialcarbon.models.drivers.regression_effects import critical
from spatialcarbon.models.drivers.regression_input import regime_names, regime_term, with_constant

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.regression_fit import Fit
    from spatialcarbon.models.drivers.regression_input import Design

ALL_TERMS = "all"


@dataclass(frozen=True, kw_only=True, eq=False)
class RegressionResult(Result):
    """Coefficients, effects and diagnostics of one regression.

    Parameters
    ----------
    model : str
        ``"ols"``, ``"slx"``, ``"lag"``, ``"error"``, ``"durbin"`` or ``"durbin_error"``.
    outcome : str
        Term that is explained: ``"ln(co2)"``.
    coefficients : DataFrame
        Columns ``term, estimate, standard_error, statistic, pvalue, low, high``; a
        spatial coefficient is the last row, ``rho`` or ``lambda``.
    effects : DataFrame
        Columns ``term, effect, estimate, standard_error, low, high``: ``direct``,
        ``indirect`` and ``total`` of each covariate (LeSage and Pace 2009). No rows for
        regimes with a spatial lag.
    diagnostics : DataFrame
        Index ``diagnostic``; columns ``statistic, z, degrees, pvalue``. The same rows
        for every model, NaN for what a model has not.
    vif : Series
        By covariate: its variance inflation, 1 or more.
    chow : DataFrame
        Columns ``term, statistic, degrees, pvalue``: whether coefficients differ between
        the regimes, each and all; no rows without regimes.
    residuals, fitted : Series
        By unit, or by unit and year, in the unit of the outcome (of its logarithm, if that
        was taken); they add up to it. Of a spatial model these are the innovations: what
        neighbours tell is part of the fit.
    covariance : DataFrame
        Of the coefficients, term × term.
    status : str
        ``"ok"``, or ``"at bound"`` when the spatial coefficient ran into the end of its range.

    Examples
    --------
    A line of slope 30/17.5 through six points:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> frame = pd.DataFrame({"y": [1.0, 3.0, 4.0, 6.0, 9.0, 9.0], "x": range(6)})
    >>> found = sc.spatial_regression(frame, None, outcome="y", covariates=["x"])
    >>> found.coefficients.set_index("term")["estimate"].round(4).to_dict()
    {'constant': 1.0476, 'x': 1.7143}
    >>> (found.fitted + found.residuals).round(9).tolist()
    [1.0, 3.0, 4.0, 6.0, 9.0, 9.0]
    >>> found.to_frame().columns.tolist()[:3]
    ['term', 'estimate', 'standard_error']
    """

    model: str
    outcome: str
    coefficients: pd.DataFrame
    effects: pd.DataFrame
    diagnostics: pd.DataFrame
    vif: pd.Series[float]
    chow: pd.DataFrame
    residuals: pd.Series[float]
    fitted: pd.Series[float]
    covariance: pd.DataFrame
    status: str

    def to_frame(self) -> pd.DataFrame:
        """Return the table of coefficients."""
        return self.coefficients.copy()

    def diagnostic(self, name: str, column: str = "statistic") -> float:
        """Return one number of the diagnostics.

        Parameters
        ----------
        name : str
            A row of ``diagnostics``, such as ``"aic"``; NaN where the model has no such thing.
        column : {"statistic", "z", "degrees", "pvalue"}
            Which of its numbers.

        Returns
        -------
        float

        Examples
        --------
        The squared correlation of x and y, 30² / (17.5 × 53.33):

        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> frame = pd.DataFrame({"y": [1.0, 3.0, 4.0, 6.0, 9.0, 9.0], "x": range(6)})
        >>> found = sc.spatial_regression(frame, None, outcome="y", covariates=["x"])
        >>> round(found.diagnostic("r2"), 4)
        0.9643
        """
        return float(self.diagnostics[column].to_dict()[name])


def coefficient_table(fit: Fit, level: float) -> pd.DataFrame:
    """Return estimates with standard errors, tests and intervals."""
    from scipy import stats

    estimates = fit.estimates
    errors = np.sqrt(np.diag(fit.covariance.to_numpy()))
    ratio = estimates.to_numpy() / errors
    tail = stats.norm.sf if fit.degrees is None else stats.t(fit.degrees).sf
    reach = critical(level, fit.degrees) * errors
    return pd.DataFrame(
        {
            "term": estimates.index.astype(str),
            "estimate": estimates.to_numpy(),
            "standard_error": errors,
            "statistic": ratio,
            "pvalue": 2 * tail(np.abs(ratio)),
            "low": estimates.to_numpy() - reach,
            "high": estimates.to_numpy() + reach,
        }
    )


def chow_table(design: Design, fit: Fit) -> pd.DataFrame:
    """Return Wald tests that coefficients are the same in all groups, each and all together."""
    from scipy import stats

    columns = ["term", "statistic", "degrees", "pvalue"]
    if design.regimes is None:
        return pd.DataFrame(columns=columns)
    groups: list[Any] = regime_names(design.regimes)
    terms = [str(term) for term in with_constant(design.plain)]
    at = {name: place for place, name in enumerate(fit.estimates.index)}
    restrictions: dict[str, list[np.ndarray[Any, Any]]] = {}
    for term in terms:
        first = at[regime_term(term, groups[0])]
        for group in groups[1:]:
            row = np.zeros(len(at))
            row[first], row[at[regime_term(term, group)]] = 1.0, -1.0
            restrictions.setdefault(term, []).append(row)
    restrictions[ALL_TERMS] = [row for rows in restrictions.values() for row in rows]
    made = []
    for term, rows in restrictions.items():
        matrix = np.array(rows)
        gap = matrix @ fit.estimates.to_numpy()
        spread = matrix @ fit.covariance.to_numpy() @ matrix.T
        statistic = float(gap @ np.linalg.solve(spread, gap))
        made.append((term, statistic, len(rows), float(stats.chi2.sf(statistic, len(rows)))))
    return pd.DataFrame(made, columns=columns)


def stars(pvalue: float) -> str:
    """Return the usual stars: *** below 0.001, ** below 0.01, * below 0.05.

    Examples
    --------
    >>> [stars(p) for p in (0.0004, 0.02, 0.2)]
    ['***', '*', '']
    """
    if math.isnan(pvalue):
        return ""
    return next(
        (mark for mark, most in (("***", 0.001), ("**", 0.01), ("*", 0.05)) if pvalue < most), ""
    )
