"""What the terms, models and diagnostics of a regression are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.regression_input import CONSTANT, LAGGED, regime_term, term_name

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done

MODELS: Mapping[str, Text] = {
    "ols": text("Least squares"),
    "slx": text("Neighbours' covariates (SLX)"),
    "lag": text("Spatial lag model"),
    "error": text("Spatial error"),
    "durbin": text("Spatial Durbin"),
    "durbin_error": text("Spatial Durbin error"),
}

EFFECTS: Mapping[str, Text] = {
    "direct": text("direct"),
    "indirect": text("indirect"),
    "total": text("total"),
}

DIAGNOSTICS: Mapping[str, Text] = {
    "n": text("Observations"),
    "k": text("Coefficients"),
    "r2": text("R² (of a panel: within)"),
    "adjusted_r2": text("Adjusted R²"),
    "pseudo_r2": text("Pseudo-R² (squared correlation)"),
    "log_likelihood": text("Log-likelihood"),
    "aic": text("AIC"),
    "bic": text("BIC"),
    "sigma2": text("Variance of residuals"),
    "residual_moran": text("Moran's I of residuals"),
    "lm_lag": text("Lagrange multiplier: lag"),
    "lm_error": text("Lagrange multiplier: error"),
    "robust_lm_lag": text("Robust Lagrange multiplier: lag"),
    "robust_lm_error": text("Robust Lagrange multiplier: error"),
    "sarma": text("Lagrange multiplier: lag and error (SARMA)"),
    "likelihood_ratio": text("Likelihood ratio against no spatial coefficient"),
    "breusch_pagan": text("Breusch–Pagan (unequal spread)"),
    "koenker": text("Koenker (unequal spread, robust)"),
    "jarque_bera": text("Jarque–Bera (normal residuals)"),
    "condition_number": text("Condition number"),
    "vif": text("Largest variance inflation"),
}

SHAPES: Mapping[str, Text] = {
    "inverted U": text("inverted U"),
    "U": text("U"),
    "N": text("N"),
    "inverted N": text("inverted N"),
    "rising": text("rising throughout"),
    "falling": text("falling throughout"),
    "maximum": text("maximum"),
    "minimum": text("minimum"),
    "bounded": text("bounded"),
    "open": text("open"),
    "whole line": text("whole line"),
}


def term_names(done: Done) -> dict[str, Text]:
    """Return every term that can occur with its name in words."""
    parameters, inputs = done.parameters, done.inputs
    logged = logged_of(parameters)
    names: dict[str, Text] = {CONSTANT: text("constant term")}
    columns = [parameters.outcome, *parameters.covariates]
    columns += [parameters.income] if parameters.income else []
    for column in columns:
        plain = inputs.variable_name(column)
        is_log = column in logged or column == parameters.income
        said = text("ln {variable}", variable=plain) if is_log else plain
        term = term_name(column, [column] if is_log else [])
        names[term] = said
        names[LAGGED + term] = text("neighbours: {term}", term=said)
        names[f"{term}^2"] = text("{term}, squared", term=said)
        names[f"{term}^3"] = text("{term}, cubed", term=said)
    for term in list(names):
        for group in inputs.groups:
            names[regime_term(term, group)] = text(
                "{term} ({group})", term=names[term], group=inputs.group_name(group)
            )
    return {
        **names,
        "rho": text("neighbours' outcome (rho)"),
        "lambda": text("shared errors (lambda)"),
        "all": text("all coefficients"),
    }


def variables_of(done: Done) -> dict[str, Text]:
    """Return for each term of one variable, and for the outcome, what the variable is called."""
    parameters = done.parameters
    logged = logged_of(parameters)
    return {
        term_name(column, logged): done.inputs.variable_name(column)
        for column in (parameters.outcome, *parameters.covariates)
    }


def logged_of(parameters: object) -> list[str]:
    """Return the variables that are taken in logarithms."""
    if not getattr(parameters, "log", False):
        return []
    columns = [parameters.outcome, *parameters.covariates]  # type: ignore[attr-defined]
    return [name for name in columns if name not in parameters.not_logged]  # type: ignore[attr-defined]
