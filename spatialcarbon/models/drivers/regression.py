"""Regression over places: least squares, spatial lag, error and Durbin models."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum, same_units
from spatialcarbon.core.errors import DegenerateDataError, OptionError, SpatialCarbonWarning
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_fraction, check_option
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.models.drivers.regression_effects import effects_of
from spatialcarbon.models.drivers.regression_fit import (
    LAGS_COVARIATES,
    RHO,
    SPATIAL,
    Estimator,
    Model,
    Robust,
    estimate,
)
from spatialcarbon.models.drivers.regression_input import (
    read_design,
    refuse_collinear,
    regime_names,
)
from spatialcarbon.models.drivers.regression_result import (
    RegressionResult,
    chow_table,
    coefficient_table,
)
from spatialcarbon.models.drivers.regression_tests import (
    MORAN_PERMUTATIONS,
    diagnose,
    inflation,
    remarks_on,
)

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.models.drivers.regression_fit import Fit
    from spatialcarbon.models.drivers.regression_input import Design
    from spatialcarbon.weights.weights import Weights

REFERENCES = ("anselin1988", "anselin1996lm", "anselin2005", "lesage2009", "rey2010")
DRAWS = 1_000


def spatial_regression(
    frame: pd.DataFrame,
    weights: Weights | None,
    *,
    outcome: str,
    covariates: Sequence[str],
    model: Model = "ols",
    log: bool | Sequence[str] = False,
    groups: pd.Series[Any] | None = None,
    robust: Robust | None = None,
    estimator: Estimator = "ml",
    kernel: Weights | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    permutations: int = MORAN_PERMUTATIONS,
    rng: RNGLike = None,
) -> RegressionResult:
    r"""With what are emissions associated, once neighbours are allowed for?

    Use it on one year of places for STIRPAT (``log=True`` with population, affluence and
    technology) and its kin. Coefficients are associations given the other covariates; none
    of these models makes a cause out of them. For several years see
    :func:`spatialcarbon.panel_regression`.

    Parameters
    ----------
    frame : DataFrame
        Index unit; one column per variable.
    weights : Weights or None
        Taken as they are, of the same units in any order; None only for ``model="ols"``,
        which then has no test of what is left in space.
    outcome, covariates : str and sequence of str
        Columns. A constant is added.
    model : {"ols", "slx", "lag", "error", "durbin", "durbin_error"}
        Least squares; with the neighbours' covariates; with the neighbours' outcome; with
        errors that neighbours share; with both outcome and covariates of the neighbours;
        with neighbours' covariates and shared errors.
    log : bool or sequence of str
        Natural logarithm of all variables, of none, or of those named.
    groups : Series, optional
        Spatial regimes: every group has its own coefficients (one spatial coefficient and
        one variance for all). Models ``ols``, ``lag`` and ``error``.
    robust : {None, "white", "hac"}
        Standard errors that allow for unequal spread (least squares: HC3), and for
        dependence within ``kernel``. With a spatial coefficient: ``estimator="gmm"`` only.
    estimator : {"ml", "gmm"}
        Of models with a spatial coefficient: maximum likelihood, or two-stage least
        squares (lag) and generalised moments (error).
    kernel : Weights, optional
        For ``robust="hac"``: raw kernel weights; ones on the diagonal are added.
    level : float
        Of the intervals, between 0 and 1.
    draws : int
        Simulated coefficients behind the intervals of the effects.
    permutations : int
        For Moran's I of the residuals of models with a spatial coefficient.
    rng : int, Generator or None
        Seed of draws and permutations.

    Returns
    -------
    RegressionResult

    Raises
    ------
    AlignmentError
        Units of table, weights and groups differ.
    DegenerateDataError
        Too few units, a constant or collinear covariate, a logarithm of zero or less, no links.
    MissingDataError
        NaN, or units without a group.
    OptionError
        Options that do not go together.
    ConvergenceError
        A spatial lag whose likelihood is largest at the end of its range.

    Warns
    -----
    SpatialCarbonWarning
        A lag of the outcome or of covariates on weights whose rows do not sum to one.

    Notes
    -----
    With :math:`W` the weights as given:

    .. math:: y = \rho W y + X\beta + W Z\theta + u, \quad u = \lambda W u + \varepsilon

    where :math:`Z` is :math:`X` without the constant, and each model sets what it has not
    to zero. The effect of covariate :math:`r` is read from
    :math:`S_r = (I-\rho W)^{-1}(I\beta_r + W\theta_r)`: direct :math:`\mathrm{tr} S_r/n`,
    total :math:`1'S_r 1/n`, indirect their difference. Intervals are quantiles over draws
    of the coefficients from their normal distribution; draws outside the stable range are
    left out and counted. Estimation is by statsmodels and spreg. Moran's I of least-squares
    residuals has the moments of Cliff and Ord; with a spatial coefficient the residuals are
    permuted, which takes no account of estimation.

    References
    ----------
    Anselin (1988); Anselin, Bera, Florax & Yoon (1996); LeSage & Pace (2009), chapter 2.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"y": [1.0, 3.0, 4.0, 6.0, 9.0, 9.0], "x": range(6)}, index=list("abcdef")
    ... )
    >>> result = spatial_regression(frame, None, outcome="y", covariates=["x"])
    >>> result.coefficients["estimate"].round(4).tolist()
    [1.0476, 1.7143]
    """
    check_option(model, Model, "model")
    check_fraction(level, "level")
    draws, permutations = check_count(draws, "draws"), check_count(permutations, "permutations")
    _check_together(model, estimator, robust, kernel, weights, groups)
    stream = resolve_rng(rng)
    design = read_design(
        frame,
        weights,
        outcome=outcome,
        covariates=covariates,
        log=log,
        groups=groups,
        lagged=model in LAGS_COVARIATES,
    )
    refuse_collinear(design.terms, extra=1 if model in SPATIAL else 0)
    if kernel is not None:
        same_units(kernel.units, design.outcome.index, text("the kernel"))
    said = _about_weights(design, model)
    fit = estimate(design, model, estimator=estimator, robust=robust, kernel=kernel)
    order = frame.index if weights is None else weights.units
    return assembled(
        design,
        fit,
        model=model,
        order=order,
        level=level,
        draws=draws,
        permutations=permutations,
        stream=stream,
        robust=robust,
        said=said,
        settings={
            "outcome": outcome,
            "covariates": [covariates] if isinstance(covariates, str) else list(covariates),
            "log": log if isinstance(log, bool | str) else list(log),
            "estimator": estimator if model in SPATIAL else "least squares",
            "kernel": None if kernel is None else kernel.fingerprint,
            "groups": None if design.regimes is None else regime_names(design.regimes),
        },
    )


def assembled(
    design: Design,
    fit: Fit,
    *,
    model: Model,
    order: pd.Index,
    level: float,
    draws: int,
    permutations: int,
    stream: Any,
    robust: str | None,
    said: list[Text],
    settings: dict[str, Any],
) -> RegressionResult:
    """Return the result of an estimated model, its residuals in the caller's order."""
    linear = fit if model not in SPATIAL else estimate(
        design, "ols", estimator="ml", robust=None, kernel=None
    )  # fmt: skip
    diagnostics = diagnose(design, fit, permutations=permutations, seed=stream.seed, linear=linear)
    groups = [] if design.regimes is None else regime_names(design.regimes)
    effects, outside = effects_of(
        fit,
        [str(name) for name in design.plain],
        design.weights,
        groups=groups,
        draws=draws,
        level=level,
        stream=stream,
    )
    vif = inflation(design.plain)
    remarks = [*said, *remarks_on(design, diagnostics, vif, robust=robust)]
    if outside:
        remarks.append(
            text("{n} of {draws} simulated coefficients were not stable and are left out of the "
                 "intervals of effects", n=outside, draws=draws)
        )  # fmt: skip
    if fit.at_bound:
        remarks.append(
            text("the spatial coefficient stands at the end of its range: do not interpret it")
        )
    observed = pd.concat([design.outcome, design.plain], axis=1)
    return RegressionResult(
        method=METHODS[model],
        model=model,
        outcome=str(design.outcome.name),
        coefficients=coefficient_table(fit, level),
        effects=effects,
        diagnostics=diagnostics,
        vif=vif,
        chow=chow_table(design, fit),
        residuals=pd.Series(fit.residuals, design.outcome.index, name="residual").reindex(order),
        fitted=pd.Series(fit.fitted, design.outcome.index, name="fitted").reindex(order),
        covariance=fit.covariance,
        status="at bound" if fit.at_bound else "ok",
        settings={
            "model": model,
            **settings,
            "robust": robust,
            "level": level,
            "draws": draws,
            "permutations": permutations,
            "seed": stream.seed,
            "data": checksum(observed),
            **({} if design.weights is None else design.weights.describe()),
        },
        references=REFERENCES,
        remarks=tuple(remarks),
    )


METHODS = {
    "ols": "Least squares",
    "slx": "Least squares with neighbours' covariates (SLX)",
    "lag": "Spatial lag model",
    "error": "Spatial error model",
    "durbin": "Spatial Durbin model",
    "durbin_error": "Spatial Durbin error model",
}


def _check_together(
    model: str,
    estimator: str,
    robust: str | None,
    kernel: Weights | None,
    weights: Weights | None,
    groups: pd.Series[Any] | None,
) -> None:
    check_option(estimator, Estimator, "estimator")
    if robust is not None:
        check_option(robust, Robust, "robust")
    if weights is None and model != "ols":
        raise OptionError("model={model!r} needs weights", model=model)
    if (robust == "hac") != (kernel is not None):
        raise OptionError(
            "robust='hac' and kernel= go together", fix="robust='hac', kernel=backbone.kernel(k=4)"
        )
    if robust is not None and model in SPATIAL and estimator == "ml":
        raise OptionError(
            "maximum likelihood has no robust standard errors",
            fix="estimator='gmm', robust={robust!r}",
            robust=robust,
        )
    if robust == "hac" and model in SPATIAL and SPATIAL[model] != RHO:
        raise OptionError(
            "a model of spatial errors takes robust='white' only",
            fix="robust='white', or model='ols' with robust='hac'",
        )
    if groups is not None and (model not in ("ols", "lag", "error") or estimator == "gmm"):
        raise OptionError(
            "regimes are for model 'ols', 'lag' and 'error' by maximum likelihood",
            arrived="model={model!r}, estimator={estimator!r}",
            model=model,
            estimator=estimator,
        )


def _about_weights(design: Design, model: str) -> list[Text]:
    weights = design.weights
    if weights is None:
        return []
    if not weights.n_pairs and model != "ols":
        raise DegenerateDataError(
            "no unit has a neighbour, so that model={model!r} is not defined", model=model
        )
    said = list(weights.remarks())
    sums = np.asarray(weights.sparse.sum(axis=1)).ravel()
    linked = sums[np.diff(weights.sparse.indptr) > 0]
    if len(linked) and np.abs(linked - 1).max() > 1e-9 and model not in ("ols", "error"):
        words = text(
            "rows of the weights do not sum to one: the neighbours count as a sum, not as a mean, "
            "and effects hang on how many there are"
        )
        warnings.warn(SpatialCarbonWarning(words), stacklevel=3)
        said.append(words)
    return said
