"""Estimate on an orthonormal basis of the terms, and give the answer back in their own units.

Estimators that invert X'X lose twice as many digits as the columns are out of proportion: a
covariate of 1e9 that varies by 1 leaves none. On an orthonormal basis of the same columns they
lose nothing; what remains is the rounding of the data themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from spatialcarbon.models.drivers.regression_fit import Fit
    from spatialcarbon.models.drivers.regression_input import Design

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Basis:
    """Columns that stand for the terms of a regression: ``terms = columns @ turn``.

    Parameters
    ----------
    columns : array
        Observation × coefficient.
    turn : array
        Upper triangular.
    """

    columns: Floats
    turn: Floats

    def back(self, fit: Fit, unit: float = 1.0) -> Fit:
        """Return the fit for the terms themselves and an outcome that was divided by a unit.

        A spatial coefficient comes last and stays as it is.
        """
        from scipy.linalg import solve_triangular

        size, whole = len(self.turn), len(fit.estimates)
        turn = np.eye(whole)
        turn[:size, :size] = self.turn / unit
        names = fit.estimates.index
        estimates = solve_triangular(turn, fit.estimates.to_numpy())
        half = solve_triangular(turn, fit.covariance.to_numpy())
        covariance = solve_triangular(turn, half.T).T
        return replace(
            fit,
            estimates=pd.Series(estimates, names),
            covariance=pd.DataFrame((covariance + covariance.T) / 2, names, names),
            residuals=fit.residuals * unit,
            fitted=fit.fitted * unit,
            explained=fit.explained * unit,
            log_likelihood=fit.log_likelihood - len(fit.residuals) * float(np.log(unit)),
        )


def orthonormal(terms: Any) -> Basis:
    """Return an orthonormal basis; its first column is the first term over its length.

    Examples
    --------
    >>> basis = orthonormal([[1.0, 11.0], [1.0, 12.0], [1.0, 13.0]])
    >>> (basis.columns.T @ basis.columns).round(12).tolist() == np.eye(2).tolist()
    True
    >>> float(basis.turn[1, 1].round(6))  # by what the slope on it is divided
    1.414214
    """
    values = np.asarray(terms, dtype=np.float64)
    sizes = np.sqrt((values**2).sum(axis=0))
    columns, turn = np.linalg.qr(values / sizes)
    signs = np.where(np.diag(turn) < 0, -1.0, 1.0)
    columns = columns * signs
    columns[:, 0] = values[:, 0] / sizes[0]  # to the last bit, so that a constant stays one
    return Basis(columns, signs[:, None] * turn * sizes)


def scaled(terms: Any) -> Basis:
    """Return the columns over their lengths, where they may not be mixed.

    Examples
    --------
    >>> basis = scaled([[3.0, 1e9], [4.0, 0.0]])
    >>> basis.columns.tolist(), basis.turn.tolist()
    ([[0.6, 1.0], [0.8, 0.0]], [[5.0, 0.0], [0.0, 1000000000.0]])
    """
    values = np.asarray(terms, dtype=np.float64)
    sizes = np.sqrt((values**2).sum(axis=0))
    return Basis(values / sizes, np.diag(sizes))


def lagged(own: Basis, lags: Any) -> Basis:
    """Return the basis of terms with lags of all but the first, which is its own lag.

    Parameters
    ----------
    own : Basis
        Of the terms without lags.
    lags : array
        Lags of its columns but the first.
    """
    count = len(own.turn)
    turn = np.zeros((2 * count - 1, 2 * count - 1))
    turn[:count, :count] = own.turn
    turn[0, count:] = own.turn[0, 1:]
    turn[count:, count:] = own.turn[1:, 1:]
    return Basis(np.column_stack([own.columns, lags]), turn)


def on_basis(design: Design, fitted: Callable[[Design], Fit]) -> Fit:
    """Fit a design on an orthonormal basis of its terms, its outcome in standard deviations.

    spreg ends its searches and series at absolute numbers, which only fit outcomes of about one.
    """
    basis = orthonormal(design.terms)
    terms = pd.DataFrame(basis.columns, design.terms.index, design.terms.columns)
    unit = float(design.outcome.std(ddof=0)) or 1.0
    return basis.back(fitted(replace(design, outcome=design.outcome / unit, terms=terms)), unit)
