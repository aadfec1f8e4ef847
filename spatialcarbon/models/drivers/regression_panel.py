"""Regression over places and years with fixed effects."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, checksum, refuse_infinite, same_units
from spatialcarbon.core.errors import (
    DegenerateDataError,
    MissingDataError,
    OptionError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_fraction, check_option
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.models.drivers.regression_basis import on_basis
from spatialcarbon.models.drivers.regression_effects import effects_of
from spatialcarbon.models.drivers.regression_fit import (
    SPATIAL,
    Fit,
    asked,
    divided,
    finished,
    from_spreg,
    refuse_bound,
    stable_scale,
)
from spatialcarbon.models.drivers.regression_input import (
    Design,
    check_names,
    logarithm,
    logged_columns,
    read_panel_rows,
    refuse_collinear,
    term_name,
)
from spatialcarbon.models.drivers.regression_panel_tests import diagnose_panel, panel_likelihood
from spatialcarbon.models.drivers.regression_result import (
    RegressionResult,
    chow_table,
    coefficient_table,
)
from spatialcarbon.models.drivers.regression_tests import inflation

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

PanelModel = Literal["ols", "lag", "error"]
PanelEffects = Literal["unit", "twoway"]

REFERENCES = ("anselin1988", "elhorst2003", "lesage2009", "rey2010")
METHODS = {
    "ols": "Fixed effects panel regression",
    "lag": "Fixed effects spatial lag panel",
    "error": "Fixed effects spatial error panel",
}
PERMUTATIONS = 999


def panel_regression(
    frame: pd.DataFrame,
    weights: Weights | None = None,
    *,
    unit: str,
    year: str,
    outcome: str,
    covariates: Sequence[str],
    effects: PanelEffects = "twoway",
    model: PanelModel = "ols",
    log: bool | Sequence[str] = False,
    level: float = 0.95,
    draws: int = 1_000,
    permutations: int = PERMUTATIONS,
    rng: RNGLike = None,
) -> RegressionResult:
    r"""When a place changes, do its emissions change with it?

    Fixed effects compare each place with itself, so that whatever stays the same in a place
    (its coal, its climate) cannot confound; with ``effects="twoway"`` what happened to all
    places in a year is taken out too, inflation among it. What changes in a place along with
    a covariate still can confound.

    Parameters
    ----------
    frame : DataFrame
        Long: one row per unit and year.
    weights : Weights, optional
        Of the same units; needed by ``"lag"`` and ``"error"``, and for Moran's I of residuals.
    unit, year : str
        Columns.
    outcome, covariates, log
        As for :func:`spatialcarbon.spatial_regression`.
    effects : {"unit", "twoway"}
        Places, or places and years.
    model : {"ols", "lag", "error"}
        Least squares with errors clustered by unit (gaps allowed), or maximum likelihood
        with neighbours in the same year (every unit in every year).
    level, draws, rng
        As for :func:`spatialcarbon.spatial_regression`.
    permutations : int
        For Moran's I of the residuals: units are permuted, each with all its years.

    Returns
    -------
    RegressionResult
        ``residuals`` and ``fitted`` are those of the within-transformed outcome, by unit
        and year; ``r2`` is the within R².

    Raises
    ------
    AlignmentError
        A year twice, or other units than those of the weights.
    MissingDataError
        NaN, or for spatial models gaps.
    DegenerateDataError
        A covariate that does not change within units, too few rows.

    Notes
    -----
    .. math:: y_{it} = \rho \sum_j w_{ij} y_{jt} + x_{it}\beta + \mu_i + \tau_t + u_{it}

    Place effects are removed by demeaning and year effects by dummies; spatial panels follow
    Elhorst (2003) as in spreg. Their standard errors are those of maximum likelihood, too
    small by about :math:`\sqrt{(T-1)/T}` for :math:`T` years.

    References
    ----------
    Elhorst (2003).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "place": list("aaabbbccc"),
    ...         "year": [1, 2, 3] * 3,
    ...         "y": [1.0, 2, 4, 8, 7, 8, 3, 3, 6],
    ...         "x": [1.0, 2, 3, 3, 2, 4, 1, 2, 4],
    ...     }
    ... )
    >>> result = panel_regression(
    ...     frame, unit="place", year="year", outcome="y", covariates=["x"], effects="unit"
    ... )
    >>> result.coefficients["estimate"].round(4).tolist()
    [1.0385]
    """
    check_option(model, PanelModel, "model")
    check_option(effects, PanelEffects, "effects")
    check_fraction(level, "level")
    draws, permutations = check_count(draws, "draws"), check_count(permutations, "permutations")
    if model != "ols" and weights is None:
        raise OptionError("model={model!r} needs weights", model=model)
    named = check_names(outcome, covariates)
    logged = logged_columns(log, [outcome, *named])
    rows = read_panel_rows(frame, unit, year, [outcome, *named])
    data = _numbers(rows, [outcome, *named], logged)
    units = data.index.get_level_values(0).unique()
    years = data.index.get_level_values(1).unique().sort_values()
    if weights is not None:
        same_units(units, weights.units, text("the table of variables"))
        weights = weights.canonical
    if weights is not None and model != "ols" and not weights.n_pairs:
        raise DegenerateDataError(
            "no unit has a neighbour, so that model={model!r} is not defined", model=model
        )
    if model != "ols" and len(data) != len(units) * len(years):
        whole = pd.MultiIndex.from_product([units, years])
        whole = whole[~whole.isin(data.index)]
        raise MissingDataError(
            "a spatial panel needs every unit in every year; {n} rows are absent",
            arrived="{rows}",
            fix="model='ols', or years that all units have",
            n=len(whole),
            rows=some(f"{u}, {y}" for u, y in whole),
        )
    within = _within(data, effects)
    stream = resolve_rng(rng)
    design = Design(within.iloc[:, 0], within.iloc[:, 1:], within.iloc[:, 1:], weights)
    lost = len(units) + (len(years) - 1 if effects == "twoway" else 0)
    refuse_collinear(design.terms, extra=lost + (1 if model in SPATIAL else 0))
    fit = on_basis(
        design,
        lambda own: _least_squares(own) if model == "ols" else _likelihood(own, model, len(units)),
    )
    tested = diagnose_panel(design, fit, model, lost, permutations, stream)
    shown, _ = effects_of(
        fit,
        list(map(str, design.plain)),
        weights,
        groups=[],
        draws=draws,
        level=level,
        stream=stream,
    )
    remarks = [] if weights is None else list(weights.remarks())
    if model != "ols":
        short = math.sqrt(len(years) / max(len(years) - 1, 1)) - 1
        remarks.append(
            text(
                "standard errors are those of maximum likelihood with {n} years, too small by "
                "about {share} %",
                n=len(years),
                share=f"{100 * short:.0f}",
            )
        )
    elif len(units) < 30:
        remarks.append(
            text("{n} units: standard errors clustered by unit are rough with fewer than about 30",
                 n=len(units))
        )  # fmt: skip
    return RegressionResult(
        method=METHODS[model],
        model=model,
        outcome=str(design.outcome.name),
        coefficients=coefficient_table(fit, level),
        effects=shown,
        diagnostics=tested,
        vif=inflation(design.plain),
        chow=chow_table(design, fit),
        residuals=pd.Series(fit.residuals, data.index, name="residual"),
        fitted=pd.Series(fit.fitted, data.index, name="fitted"),
        covariance=fit.covariance,
        status="at bound" if fit.at_bound else "ok",
        settings={
            "model": model,
            "effects": effects,
            "outcome": outcome,
            "covariates": named,
            "log": log if isinstance(log, bool | str) else list(log),
            "units": len(units),
            "years": [int(y) if isinstance(y, int | np.integer) else y for y in years],
            "level": level,
            "draws": draws,
            "permutations": permutations,
            "seed": stream.seed,
            "data": checksum(data.set_axis([f"{u}|{y}" for u, y in data.index])),
            **({} if weights is None else weights.describe()),
        },
        references=REFERENCES,
        remarks=tuple(remarks),
    )


def _numbers(rows: pd.DataFrame, columns: list[str], logged: list[str]) -> pd.DataFrame:
    """Return the variables as numbers, logarithms taken; rows are named unit, year."""
    labels = pd.Index([f"{u}, {y}" for u, y in rows.index])
    made = {}
    for column in columns:
        name = text("the column {column}", column=column)
        values = as_numbers(rows[column].set_axis(labels), name)
        refuse_infinite(values, name)
        absent = values.index[values.isna()]
        if len(absent):
            raise MissingDataError(
                "{name} is missing for {n} of {total} units",
                arrived="{labels}",
                fix="fill them from a source, or leave these units out with missing='drop'",
                name=name,
                n=len(absent),
                total=len(values),
                labels=some(absent),
            )
        if column in logged:
            values = logarithm(values, column)
        made[term_name(column, logged)] = values.to_numpy()
    return pd.DataFrame(made, index=rows.index)


def _within(data: pd.DataFrame, effects: str) -> pd.DataFrame:
    """Return the data without the effects of units, and of years where asked for."""
    within = _demeaned(data)
    if effects == "twoway":
        dummies = pd.get_dummies(data.index.get_level_values(1), drop_first=True, dtype=float)
        other = _demeaned(dummies.set_axis(data.index)).to_numpy()
        coefficients = np.linalg.lstsq(other, within.to_numpy(), rcond=None)[0]
        within = within - other @ coefficients
    before, after = data.std(ddof=0).to_numpy(), within.std(ddof=0).to_numpy()
    gone = after <= 1e-9 * np.maximum(before, 1e-300)
    flat = [str(column) for column in data.columns[gone]]
    if flat:
        raise DegenerateDataError(
            "{columns} does not change within units beyond what the effects take out",
            fix="leave it out: fixed effects hold all that stays the same",
            columns=some(flat),
        )
    return within


def _demeaned(data: pd.DataFrame) -> pd.DataFrame:
    return data - data.groupby(level=0, sort=False).transform("mean")


def _least_squares(design: Design) -> Fit:
    import statsmodels.api as sm

    codes = pd.factorize(design.outcome.index.get_level_values(0))[0]
    x, y = design.terms.to_numpy(), design.outcome.to_numpy()
    found = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": codes}, use_t=True)
    terms = pd.Index(design.terms.columns, dtype=object)
    return Fit(
        pd.Series(np.asarray(found.params), terms),
        pd.DataFrame(np.asarray(found.cov_params()), terms, terms),
        np.asarray(found.resid),
        np.asarray(found.fittedvalues),
        np.asarray(found.fittedvalues),
        float(found.llf),
        int(codes.max()),
    )


def _likelihood(design: Design, model: PanelModel, n: int) -> Fit:
    from spreg.panel_fe import BasePanel_FE_Error, BasePanel_FE_Lag

    assert design.weights is not None
    scale = stable_scale(design.weights)
    # spreg stacks years, each with all units; ours are sorted by unit, then year.
    years = design.n // n
    swap = np.arange(design.n).reshape(n, years).T.ravel()
    kind = BasePanel_FE_Lag if model == "lag" else BasePanel_FE_Error
    y, x = design.outcome.to_numpy()[swap], design.terms.to_numpy()[swap]
    weights = divided(design.weights, scale)
    if model == "lag":
        refuse_bound(y, x, (weights.sparse @ y.reshape(years, n).T).T, weights)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = asked(lambda: kind(y[:, None], x, weights.to_w()))
    stacked = Design(
        design.outcome.iloc[swap], design.terms.iloc[swap], design.plain.iloc[swap], design.weights
    )
    fit = from_spreg(found, stacked, model)
    coefficient = float(fit.estimates[SPATIAL[model]])
    fit = finished(fit, scale, SPATIAL[model])
    back = np.argsort(swap)
    return Fit(
        fit.estimates, fit.covariance, fit.residuals[back], fit.fitted[back], fit.explained[back],
        panel_likelihood(design.weights, coefficient / scale, fit.residuals), None, fit.at_bound,
    )  # fmt: skip
