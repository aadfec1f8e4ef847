"""Direct, indirect and total effects of a covariate when neighbours answer each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.models.drivers.regression_fit import RHO, eigenvalues
from spatialcarbon.models.drivers.regression_input import LAGGED, regime_term

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.rng import Stream
    from spatialcarbon.models.drivers.regression_fit import Fit
    from spatialcarbon.weights.weights import Weights

    Floats = npt.NDArray[np.float64]

KINDS = ("direct", "indirect", "total")
COLUMNS = ("term", "effect", "estimate", "standard_error", "low", "high")


class Multiplier:
    r"""Means over the matrices that carry a change of one place to all places.

    Parameters
    ----------
    weights : Weights
        As the model used them.

    Notes
    -----
    With eigenvalues the mean diagonal of :math:`(I-\rho W)^{-1}` costs nothing for each
    further :math:`\rho`; the mean sum of a row needs one sparse solution, and none at all
    where every row of W sums to one, or to zero for isolates that no other unit leads to.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.values = eigenvalues(weights)
        self.sums = np.asarray(weights.sparse.sum(axis=1)).ravel()
        # Then W1 = WW1 = ..., so that the series of the inverse can be summed by hand.
        self.settled = bool(np.abs(weights.sparse @ self.sums - self.sums).max() < 1e-12)

    def stable(self, rho: Floats) -> npt.NDArray[np.bool_]:
        """Return for which coefficients the process is stable."""
        real = self.values.real[np.abs(self.values.imag) < 1e-9]
        most, least = real.max(initial=0.0), real.min(initial=0.0)
        inside = rho * most < 1
        return np.asarray(inside & (rho * least < 1), dtype=bool)

    def means(self, rho: float) -> tuple[float, float, float, float]:
        """Return mean diagonal and mean row sum of M and of MW, with M the inverse of I - rho W."""
        if rho == 0.0:
            return 1.0, 1.0, float(self.values.mean().real), float(self.sums.mean())
        shrunk = 1 / (1 - rho * self.values)
        own = float(shrunk.mean().real)
        whole = float(self._row_sums(rho).mean())
        # M = I + rho M W, so that M W = (M - I) / rho.
        return own, whole, float((self.values * shrunk).mean().real), (whole - 1) / rho

    def _row_sums(self, rho: float) -> Floats:
        from scipy import sparse
        from scipy.sparse.linalg import spsolve

        if self.settled:
            return 1 + self.sums * rho / (1 - rho)
        n = self.weights.n
        system = sparse.csc_array(sparse.eye_array(n) - rho * self.weights.sparse)
        return np.asarray(spsolve(system, np.ones(n)))


def effects_of(
    fit: Fit,
    plain: list[str],
    weights: Weights | None,
    *,
    groups: list[Any],
    draws: int,
    level: float,
    stream: Stream,
) -> tuple[pd.DataFrame, int]:
    """Return the table of effects, and how many draws left the stable range.

    Parameters
    ----------
    fit : Fit
        The estimated model.
    plain : list of str
        Covariates.
    weights : Weights or None
        As the model used them.
    groups : list
        Names of the regimes; then there are no effects of the whole.
    draws, level, stream
        Of the simulated intervals.
    """
    terms = list(fit.estimates.index)
    lagged = LAGGED + plain[0] in terms
    if weights is None or groups or not (lagged or RHO in terms):
        return _plain_effects(fit, plain, groups, level), 0
    multiplier = Multiplier(weights)
    at = {name: terms.index(name) for name in plain}
    ats = {name: terms.index(LAGGED + name) for name in plain} if lagged else {}
    place = terms.index(RHO) if RHO in terms else None
    point = fit.estimates.to_numpy()
    generator = stream.generator("effects")
    covariance = fit.covariance.to_numpy()
    scale = np.sqrt(np.diag(covariance))
    # In units of the standard errors: where these lie far apart, what is small would be lost.
    shape = covariance / np.outer(scale, scale)
    drawn = point + scale * generator.multivariate_normal(
        np.zeros(len(point)), shape, size=draws, method="eigh"
    )
    outside = 0
    if place is not None:
        kept = multiplier.stable(drawn[:, place])
        outside = int((~kept).sum())
        drawn = drawn[kept]

    def impacts(row: Any) -> Floats:
        rho = 0.0 if place is None else float(row[place])
        own, whole, own_lag, whole_lag = multiplier.means(rho)
        made = []
        for name in plain:
            beta, theta = row[at[name]], row[ats[name]] if lagged else 0.0
            direct, total = own * beta + own_lag * theta, whole * beta + whole_lag * theta
            made.append([direct, total - direct, total])
        return np.array(made)

    best = impacts(point)
    spread = np.array([impacts(row) for row in drawn]).reshape(len(drawn), len(plain), 3)
    tail = (1 - level) / 2
    if len(drawn) >= 2:
        low, high = np.quantile(spread, [tail, 1 - tail], axis=0)
        errors = spread.std(axis=0, ddof=1)
    else:
        low = high = errors = np.full(best.shape, np.nan)
    rows = [
        (name, kind, best[i, j], errors[i, j], low[i, j], high[i, j])
        for i, name in enumerate(plain)
        for j, kind in enumerate(KINDS)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)), outside


def _plain_effects(fit: Fit, plain: list[str], groups: list[Any], level: float) -> pd.DataFrame:
    """Return coefficients as effects: nothing passes from place to place.

    With a spatial lag and regimes no mean over all places has a meaning: no rows.
    """
    if RHO in fit.estimates.index:
        return pd.DataFrame(columns=list(COLUMNS)).astype({"estimate": float})
    names = [regime_term(name, group) for group in groups for name in plain] if groups else plain
    reach = critical(level, fit.degrees)
    rows = []
    for name in names:
        best = float(fit.estimates[name])
        error = float(np.sqrt(fit.covariance[name][name]))
        whole = (best, error, best - reach * error, best + reach * error)
        rows += [
            (name, "direct", *whole),
            (name, "indirect", 0.0, 0.0, 0.0, 0.0),
            (name, "total", *whole),
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def critical(level: float, degrees: int | None) -> float:
    """Return how many standard errors an interval reaches to either side."""
    from scipy import stats

    upper = (1 + level) / 2
    return float(stats.norm.ppf(upper) if degrees is None else stats.t.ppf(upper, degrees))
