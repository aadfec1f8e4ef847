"""Tables of a regression: coefficients, fit, effects, diagnostics, residuals, turning points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._regression_words import (
    DIAGNOSTICS,
    EFFECTS,
    MODELS,
    SHAPES,
    term_names,
)
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.kuznets import KuznetsResult
    from spatialcarbon.models.drivers.regression_compare import RegressionComparison
    from spatialcarbon.models.drivers.regression_result import RegressionResult
    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS = {
    "model": text("Model"),
    "term": text("Term"),
    "estimate": text("Estimate"),
    "standard_error": text("Standard error"),
    "statistic": text("Statistic"),
    "low": text("Lower bound"),
    "high": text("Upper bound"),
    "effect": text("Effect"),
    "diagnostic": text("Measure or test"),
    "degrees": text("Degrees of freedom"),
    "r2": text("R²"),
    "pseudo_r2": text("Pseudo-R²"),
    "log_likelihood": text("Log-likelihood"),
    "aic": text("AIC"),
    "bic": text("BIC"),
    "residual_moran": text("Moran's I of residuals"),
    "residual_moran_pvalue": text("p of Moran's I"),
    "kind": text("Kind"),
    "income": text("Income"),
    "fieller_low": text("Lower bound (Fieller)"),
    "fieller_high": text("Upper bound (Fieller)"),
    "fieller": text("Fieller's interval"),
    "inside": text("Within the data"),
    "z": text("z"),
    "n": text("Observations"),
}
SPILLING = ("slx", "lag", "durbin", "durbin_error")
TESTED = (
    "residual_moran", "lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error", "likelihood_ratio",
    "koenker", "jarque_bera", "vif",
)  # fmt: skip
ESTIMATES = {"estimate": 4, "standard_error": 4, "statistic": 2, "pvalue": 4, "low": 4, "high": 4}


def tables(done: Done) -> list[Table]:
    """Return every table of the analysis."""
    made = [_coefficients(done), _fit(done), _effects(done), _diagnostics(done), _residuals(done)]
    if "regimes" in done.result:
        made.append(_chow(done, done.result["regimes"]))
    if "kuznets" in done.result:
        made.append(_turning(done, done.result["kuznets"]))
    return made


def comparison_of(done: Done) -> RegressionComparison:
    """Return the models beside each other."""
    comparison: RegressionComparison = done.result["comparison"]
    return comparison


def outcome_name(done: Done) -> Text:
    """Return what is explained."""
    return term_names(done)[comparison_of(done).results[first_model(done)].outcome]


def first_model(done: Done) -> str:
    """Return the first of the models."""
    return next(iter(comparison_of(done).results))


def _words(done: Done) -> dict[str, Text]:
    return {**LABELS, **MODELS, **EFFECTS, **SHAPES, **term_names(done),
            "at bound": text("at the end of its range")}  # fmt: skip


def _table(done: Done, suffix: str, title: Text, frame: pd.DataFrame, **more: Any) -> Table:
    return Table(
        name=f"{done.key}{suffix}",
        title=title,
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        words=_words(done),
        **more,
    )


def _coefficients(done: Done) -> Table:
    return _table(
        done,
        "",
        text("Coefficients: {outcome}", outcome=outcome_name(done)),
        comparison_of(done).coefficients,
        decimals=ESTIMATES,
        note=text(
            "*** p < 0.001, ** p < 0.01, * p < 0.05. Coefficients of a spatial lag or Durbin model are not effects: see the table of effects."
        ),
        shown=("model", "term", "estimate", "standard_error", "low", "high", "pvalue", "stars"),
    )


def _fit(done: Done) -> Table:
    fit = comparison_of(done).fit.reset_index()
    return _table(
        done,
        "_fit",
        text("Fit of the models: {outcome}", outcome=outcome_name(done)),
        fit,
        decimals={"n": 0, "r2": 3, "pseudo_r2": 3, "log_likelihood": 2, "aic": 1, "bic": 1,
                  "residual_moran": 3, "residual_moran_pvalue": 4},
        note=text("A smaller AIC or BIC is better; a difference below 2 says little."),
    )  # fmt: skip


def _effects(done: Done) -> Table:
    parts = [
        result.effects.assign(model=name) for name, result in comparison_of(done).results.items()
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "model", frame.pop("model"))
    return _table(
        done,
        "_effects",
        text("Direct, indirect and total effects: {outcome}", outcome=outcome_name(done)),
        frame,
        decimals=ESTIMATES,
        note=text(
            "Direct: with the place's own covariate, feedback included. Indirect: with the covariate of all other places together. Intervals are simulated. Without neighbours among the terms the effects are the coefficients: files have them all."
        ),
        shown_rows=frame["model"].isin(SPILLING),
    )


def _diagnostics(done: Done) -> Table:
    parts = []
    for name, result in comparison_of(done).results.items():
        part = result.diagnostics.dropna(how="all").reset_index()
        part.insert(0, "model", name)
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    table = _table(
        done,
        "_diagnostics",
        text("Diagnostics: {outcome}", outcome=outcome_name(done)),
        frame,
        decimals={"statistic": 4, "z": 2, "degrees": 0, "pvalue": 4},
        shown=("model", "diagnostic", "statistic", "degrees", "pvalue"),
        shown_rows=frame["diagnostic"].isin(TESTED),
    )
    return Table(**{**vars(table), "words": {**MODELS, **DIAGNOSTICS}})


def residual_frame(done: Done) -> pd.DataFrame:
    """Return the residuals of every model, one column each, index unit; of a panel the last year."""
    results = comparison_of(done).results
    frame = pd.DataFrame({name: result.residuals for name, result in results.items()})
    if isinstance(frame.index, pd.MultiIndex):
        last = frame.index.get_level_values(1).max()
        frame = frame[frame.index.get_level_values(1) == last].droplevel(1)
    return frame


def _residuals(done: Done) -> Table:
    results = comparison_of(done).results
    frame = pd.DataFrame({name: result.residuals for name, result in results.items()})
    panel = isinstance(frame.index, pd.MultiIndex)
    frame = frame.rename_axis(["unit", "year"] if panel else "unit").reset_index()
    frame.insert(1, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    words = {name: text("Residual: {model}", model=MODELS[name]) for name in results}
    table = _table(
        done,
        "_residuals",
        text("Residuals by place: {outcome}", outcome=outcome_name(done)),
        frame,
        decimals=dict.fromkeys(results, 4),
        note=text("Observed less fitted: above zero where the model says too little."),
        shown=["name", *(["year"] if panel else []), *results],
        shown_rows=frame["year"] == frame["year"].max() if panel else None,
    )
    return Table(**{**vars(table), "headings": {**HEADINGS, **words}, "words": LABELS})


def _chow(done: Done, result: RegressionResult) -> Table:
    return _table(
        done,
        "_regimes",
        text("Do coefficients differ between the groups? {outcome}", outcome=outcome_name(done)),
        result.chow,
        decimals={"statistic": 3, "pvalue": 4, "degrees": 0},
        note=text(
            "Chow test as a Wald test: a small p says that the coefficient differs between groups."
        ),
    )


def _turning(done: Done, result: KuznetsResult) -> Table:
    measure = done.inputs.measure(done.parameters.income)
    bounds = ("income", "low", "high", "fieller_low", "fieller_high")
    frame = result.turning_points.assign(shape=result.shape)
    table = _table(
        done,
        "_turning_points",
        text("Turning points of the Kuznets curve: {outcome}", outcome=outcome_name(done)),
        frame,
        measures=dict.fromkeys(bounds, measure),
        note=text(
            "Bounds by the delta method and by Fieller. A turning point outside the data is an extrapolation."
        ),
    )
    income = done.inputs.variable_name(done.parameters.income)
    heads = {**table.headings, "income": income, "shape": text("Shape within the data")}
    return Table(**{**vars(table), "headings": heads})
