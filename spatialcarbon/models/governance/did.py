"""Differences in differences: weighted two-way fixed effects with clustered errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

OK = "ok"
COLLINEAR = "not identified"
TOO_FEW = "too few periods"


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficients of the regressors that were asked about.

    Parameters
    ----------
    estimate : array of float
        One per regressor; NaN where not identified.
    covariance : array of float
        Clustered by ``clusters``.
    residuals : DataFrame
        Unit × year, NaN where there is no observation.
    clusters, observations : int
        Counts with weight above zero.
    status : str
        ``"ok"`` or ``"not identified"``.
    """

    estimate: Floats
    covariance: Floats
    residuals: pd.DataFrame
    clusters: int
    observations: int
    status: str

    def row(self, which: int = 0) -> dict[str, Any]:
        """Return one coefficient with its error, 95 % interval and p-value."""
        from scipy.stats import t

        b = float(self.estimate[which])
        se = (
            float(np.sqrt(max(self.covariance[which, which], 0.0))) if self.status == OK else np.nan
        )
        freedom = max(self.clusters - 1, 1)
        reach = float(t.ppf(0.975, freedom)) * se
        p = float(2 * t.sf(abs(b) / se, freedom)) if se > 0 else np.nan
        return {
            "estimate": b, "se": se, "low": b - reach, "high": b + reach, "pvalue": p,
            "n": self.observations, "clusters": self.clusters, "status": self.status,
        }  # fmt: skip


def two_way(
    outcome: pd.DataFrame,
    regressors: list[Floats],
    weights: pd.Series[float],
    clusters: pd.Series[Any],
) -> Fit:
    r"""Regress an outcome on regressors with effects of units and of years.

    Since a unit has one weight in all its years, its effect is taken out by plain
    demeaning; the effects of years stay in as columns. The covariance is

    .. math::
        \frac{G}{G-1}\,\frac{N-1}{N-K}\;
        (X'WX)^{-1} \Bigl(\sum_g X_g'W_g e_g e_g'W_gX_g\Bigr) (X'WX)^{-1}

    where K counts regressors and years, but not units, which are nested in clusters.

    Parameters
    ----------
    outcome : DataFrame
        Unit × year.
    regressors : list of array
        Unit × year each.
    weights, clusters : Series
        Per unit.
    """
    kept = weights.to_numpy() > 0
    y = outcome.to_numpy(dtype=np.float64)[kept]
    w = weights.to_numpy(dtype=np.float64)[kept]
    seen = ~np.isnan(y)
    k = len(regressors)
    columns = _columns([r[kept] for r in regressors], y.shape)
    x = _within(columns, seen)
    demeaned = _within(np.where(seen, y, 0.0)[..., None], seen)[..., 0]
    flat, target = x[seen], demeaned[seen]
    heavy = np.repeat(w, seen.sum(axis=1))
    # Years without an observation under these weights leave columns of zeros.
    used = np.concatenate([np.ones(k, dtype=bool), np.abs(flat[:, k:]).max(axis=0) > 0])
    flat = flat[:, used]
    bread = flat.T @ (heavy[:, None] * flat)
    group = pd.factorize(clusters.to_numpy()[kept])[0]
    count = int(group.max()) + 1 if len(group) else 0
    residuals = pd.DataFrame(np.nan, outcome.index, outcome.columns)
    size = np.sqrt(np.clip(np.diag(bread), 0.0, None))
    scaled = bread / np.outer(size, size) if (size[:k] > 1e-12).all() else None
    if scaled is None or np.linalg.eigvalsh(scaled)[0] < 1e-10 or count < 2:
        gone = np.full((k, k), np.nan)
        return Fit(gone.diagonal().copy(), gone, residuals, count, int(seen.sum()), COLLINEAR)
    inverse = np.linalg.inv(scaled) / np.outer(size, size)
    beta = inverse @ (flat.T @ (heavy * target))
    error = target - flat @ beta
    scores = np.zeros((count, len(beta)))
    np.add.at(scores, np.repeat(group, seen.sum(axis=1)), flat * (heavy * error)[:, None])
    n = len(target)
    correction = count / (count - 1) * (n - 1) / max(n - len(beta) - 1, 1)
    covariance = correction * inverse @ (scores.T @ scores) @ inverse
    cells = np.full(y.shape, np.nan)
    cells[seen] = error
    residuals.iloc[np.flatnonzero(kept)] = cells
    return Fit(beta[:k], covariance[:k, :k], residuals, count, n, OK)


def _columns(regressors: list[Floats], shape: tuple[int, ...]) -> Floats:
    """Return regressors and dummies of all years but the first, stacked on the last axis."""
    years = [np.broadcast_to(row, shape) for row in np.eye(shape[1])[1:]]
    return np.stack([*regressors, *years], axis=-1)


def _within(columns: Floats, seen: npt.NDArray[np.bool_]) -> Floats:
    """Take the mean over its observed years from each unit."""
    present = seen[..., None]
    mean = (columns * present).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)[:, None]
    within: Floats = (columns - mean[:, None, :]) * present
    return within


def policy(treated: pd.Series[bool], years: Any, start: int) -> Floats:
    """Return 1 for treated units from the start of the policy on, unit × year."""
    late = (np.asarray(years) >= start).astype(np.float64)
    made: Floats = treated.to_numpy(dtype=np.float64)[:, None] * late
    return made


def event_study(
    outcome: pd.DataFrame,
    treated: pd.Series[bool],
    start: int,
    weights: pd.Series[float],
    clusters: pd.Series[Any],
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the gap between the groups year by year, and the joint test of those before.

    The last year before the policy is the base, with a gap of zero by construction.
    """
    from scipy.stats import f

    # A year in which no matched unit was observed has no gap.
    seen = outcome[weights > 0].notna().any()
    years = [int(year) for year in outcome.columns[seen]]
    outcome = outcome[years]
    base = max(year for year in years if year < start)
    own = treated.to_numpy(dtype=np.float64)
    others = [year for year in years if year != base]
    regressors = [np.outer(own, (np.asarray(years) == year).astype(float)) for year in others]
    fit = two_way(outcome, regressors, weights, clusters)
    rows = {year: fit.row(at) for at, year in enumerate(others)}
    rows[base] = {"estimate": 0.0, "se": 0.0, "low": 0.0, "high": 0.0, "pvalue": np.nan,
                  "n": fit.observations, "clusters": fit.clusters, "status": "base"}  # fmt: skip
    table = pd.DataFrame.from_dict({year: rows[year] for year in years}, orient="index")
    table.insert(0, "relative", [year - start for year in years])
    early = [at for at, year in enumerate(others) if year < start]
    q, freedom = len(early), fit.clusters - 1
    test: dict[str, Any] = {"statistic": np.nan, "df": q, "df_clusters": freedom, "pvalue": np.nan}
    if q == 0:
        test["status"] = TOO_FEW
    elif fit.status != OK or freedom < q:
        test["status"] = COLLINEAR
    else:
        b = fit.estimate[early]
        inside = fit.covariance[np.ix_(early, early)]
        if np.linalg.matrix_rank(inside, hermitian=True) < q:
            test["status"] = COLLINEAR
        else:
            statistic = float(b @ np.linalg.solve(inside, b)) / q
            test |= {"statistic": statistic, "pvalue": float(f.sf(statistic, q, freedom))}
            test["status"] = OK
    return table.rename_axis("year"), test
