"""Regression on the backbone: what emissions go along with, once neighbours are allowed for."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field, field_validator

from spatialcarbon.core.errors import ConvergenceError, SpatialCarbonWarning, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.kuznets import kuznets
from spatialcarbon.models.drivers.regression import spatial_regression
from spatialcarbon.models.drivers.regression_compare import compare_regressions
from spatialcarbon.models.drivers.regression_fit import Model
from spatialcarbon.models.drivers.regression_panel import panel_regression
from spatialcarbon.studies.analyses._regression_figures import figures, layers
from spatialcarbon.studies.analyses._regression_tables import comparison_of, tables
from spatialcarbon.studies.analyses._regression_words import (
    MODELS,
    SHAPES,
    logged_of,
    variables_of,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import shown, significant

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.regression_result import RegressionResult

PANEL_MODELS: tuple[Model, ...] = ("ols", "lag", "error")


class RegressionParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("outcome", "covariates", "not_logged", "income")
    WRITTEN: ClassVar = ("models",)

    outcome: str = Field(description="Variable to explain.")
    covariates: list[str] = Field(min_length=1, description="Variables to explain it by.")
    log: bool = Field(default=True, description="Take logarithms (STIRPAT).")
    not_logged: list[str] = Field(default=[], description="Variables left as they are.")
    models: list[Model] | None = Field(
        default=None,
        min_length=1,
        description="Models to set beside each other; ols, lag, error (and durbin without a panel) if left out.",
    )
    panel: Literal["none", "unit", "twoway"] = Field(
        default="none",
        description="Fixed effects over all years: of places, or of places and years.",
    )
    years: list[int] | None = Field(
        default=None,
        description="Years of a panel; else the last of them. All that the variables share if left out.",
    )
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    robust: bool = Field(
        default=False, description="Least squares with errors robust to unequal spread (HC3)."
    )
    regimes: bool = Field(
        default=False, description="Test whether coefficients differ between the groups."
    )
    income: str | None = Field(
        default=None, description="Variable of income for a Kuznets curve of the outcome."
    )
    degree: int = Field(default=2, ge=2, le=3, description="Of the Kuznets curve.")

    @field_validator("models", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        """Take a line with commas as well as a list."""
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value


def years_of(parameters: RegressionParameters, inputs: Inputs) -> list[int]:
    """Return the years that are used: all of a panel, one otherwise."""
    known = set.intersection(*(set(inputs.years_of(name)) for name in _columns(parameters)))
    years = sorted(set(parameters.years) if parameters.years is not None else known)
    return years if parameters.panel != "none" else years[-1:]


def models_of(parameters: RegressionParameters) -> list[Model]:
    """Return the models asked for, or the usual ones."""
    if parameters.models is not None:
        return parameters.models
    return list(PANEL_MODELS) if parameters.panel != "none" else [*PANEL_MODELS, "durbin"]


def _columns(parameters: RegressionParameters) -> list[str]:
    income = [parameters.income] if parameters.income else []
    return list(dict.fromkeys([parameters.outcome, *parameters.covariates, *income]))


def run(parameters: RegressionParameters, inputs: Inputs) -> dict[str, Any]:
    """Estimate every model, the regimes and the Kuznets curve on the places that have all values."""
    data = _data(parameters, inputs)
    units = data.index.get_level_values(0).unique()
    weights = inputs.weights_named(parameters.weights).subset(units)
    log: Any = logged_of(parameters)
    common: dict[str, Any] = {"outcome": parameters.outcome, "covariates": parameters.covariates,
                              "log": log, "rng": inputs.seed}  # fmt: skip
    long = data.reset_index()
    flat = data if parameters.panel != "none" else data.droplevel(1)
    fits: dict[str, RegressionResult] = {}
    lost: list[str] = []
    with warnings.catch_warnings():
        # The results carry the same sentences as notes, which the report shows.
        warnings.simplefilter("ignore", SpatialCarbonWarning)
        for model in dict.fromkeys(models_of(parameters)):
            try:
                fits[str(model)] = _fitted(parameters, model, long, flat, weights, common)
            except ConvergenceError:
                # One model that these data do not bear must not cost the others.
                lost.append(str(model))
        if not fits:
            raise ConvergenceError(
                "none of the models could be estimated", fix="add 'ols' to the models"
            )
        made: dict[str, Any] = {"comparison": compare_regressions(fits), "models": fits,
                                "lost": lost}  # fmt: skip
        if parameters.regimes:
            made["regimes"] = spatial_regression(
                flat, weights, groups=_groups(inputs, units), **common
            )
        if parameters.income:
            made["kuznets"] = _curve(parameters, inputs, long, flat, weights)
    return made


def _fitted(
    parameters: RegressionParameters, model: Any, long: Any, flat: Any, weights: Any, common: Any
) -> RegressionResult:
    if parameters.panel != "none":
        return panel_regression(
            long, weights, unit="unit", year="year", effects=parameters.panel, model=model, **common
        )
    robust: Any = "white" if parameters.robust and model in ("ols", "slx") else None
    return spatial_regression(flat, weights, model=model, robust=robust, **common)


def _curve(
    parameters: RegressionParameters, inputs: Inputs, long: Any, flat: Any, weights: Any
) -> Any:
    controls = [name for name in parameters.covariates if name != parameters.income]
    log = [name for name in logged_of(parameters) if name != parameters.income]
    common: dict[str, Any] = {"outcome": parameters.outcome, "income": str(parameters.income),
                              "controls": controls, "degree": parameters.degree, "log": log,
                              "rng": inputs.seed}  # fmt: skip
    if parameters.panel == "none":
        return kuznets(flat, weights, **common)
    return kuznets(long, weights, unit="unit", year="year", effects=parameters.panel, **common)


def _data(parameters: RegressionParameters, inputs: Inputs) -> pd.DataFrame:
    """Return the variables by unit and year, of the places that have every value."""
    parts = []
    for year in years_of(parameters, inputs):
        part = pd.DataFrame({name: inputs.panel.at(name, year) for name in _columns(parameters)})
        parts.append(part.assign(year=year).rename_axis("unit").set_index("year", append=True))
    data = pd.concat(parts)
    absent = data.isna().any(axis=1).groupby(level=0).any()
    return data[~data.index.get_level_values(0).isin(absent.index[absent])]


def _groups(inputs: Inputs, units: pd.Index) -> pd.Series[Any]:
    labels = inputs.first_group()
    assert labels is not None
    return labels.reindex(units)


def check(parameters: RegressionParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years, models of a panel, groups."""
    problems = [
        problem
        for name in _columns(parameters)
        for problem in inputs.absent_years(name, parameters.years)
    ]
    if not problems and not years_of(parameters, inputs):
        problems.append(text("the variables have no year in common"))
    strange = [name for name in parameters.not_logged
               if name not in (parameters.outcome, *parameters.covariates)]  # fmt: skip
    if strange:
        problems.append(
            text("not_logged names {names}, not a variable of the regression", names=some(strange))
        )
    panel = parameters.panel != "none"
    unknown = [model for model in models_of(parameters) if model not in PANEL_MODELS]
    if panel and unknown:
        problems.append(
            text("a panel knows the models {known}, not {models}",
                 known=", ".join(PANEL_MODELS), models=some(unknown))
        )  # fmt: skip
    if parameters.regimes and panel:
        problems.append(text("regimes are for one year: panel = 'none'"))
    if parameters.regimes and not inputs.groups:
        problems.append(text("regimes need groups under [units]"))
    return problems


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found, as associations."""
    comparison, parameters = comparison_of(done), done.parameters
    first = next(iter(comparison.results))
    best = comparison.best or first
    years = years_of(parameters, done.inputs)
    left_out = len(done.inputs.units) - len(
        comparison.results[first].residuals.index.get_level_values(0).unique()
    )
    said = [
        text(
            "{model}: left out, its spatial coefficient runs into the end of its range.",
            model=MODELS[model],
        )
        for model in done.result["lost"]
    ]
    for model in dict.fromkeys([first, best]):
        said += _associations(done, model)
    for name, result in comparison.results.items():
        pvalue = result.diagnostic("residual_moran", "pvalue")
        if pd.notna(pvalue):
            said.append(
                text(
                    "{model}: Moran's I of the residuals is {moran} (p = {p}).",
                    model=MODELS[name],
                    moran=shown(result.diagnostic("residual_moran")),
                    p=_p(pvalue),
                )
            )
    if len(comparison.results) > 1 and comparison.best:
        said.append(
            text("Least AIC: {model} ({aic}).", model=MODELS[best],
                 aic=shown(float(comparison.fit["aic"][best]), 1))
        )  # fmt: skip
    if "regimes" in done.result:
        row = done.result["regimes"].chow.iloc[-1]
        said.append(
            text(
                "Chow test of equal coefficients in all groups: p = {p}.",
                p=_p(float(row["pvalue"])),
            )
        )
    if "kuznets" in done.result:
        said += _turns(done, done.result["kuznets"])
    return [*said, _sample(years, comparison.results[first], left_out)]


def _sample(years: list[int], result: Any, left_out: int) -> Text:
    n = int(result.diagnostic("n"))
    span = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    if left_out:
        return text(
            "{n} observations, {span}; {left} places are left out for missing values.",
            n=n, span=span, left=left_out,
        )  # fmt: skip
    return text("{n} observations, {span}.", n=n, span=span)


def _associations(done: Done, model: str) -> list[Text]:
    """Return a sentence per covariate on its direct effect, and on the indirect one if there is one."""
    result, names = comparison_of(done).results[model], variables_of(done)
    both_logs = result.outcome.startswith("ln(")
    said = []
    for term, effect, value, low, high in result.effects[
        ["term", "effect", "estimate", "low", "high"]
    ].itertuples(index=False, name=None):
        unsure = low <= 0 <= high
        if effect == "total" or (effect == "indirect" and unsure):
            continue
        what: dict[str, Any] = {
            "model": MODELS[model], "term": names[term], "outcome": names[result.outcome],
            "value": shown(value), "low": shown(low), "high": shown(high),
        }  # fmt: skip
        elastic = both_logs and term.startswith("ln(")
        if unsure:
            sentence = text(
                "{model}: no association of {term} with {outcome} can be told from none ({value}, interval {low} to {high}).",
                **what,
            )
        elif effect == "direct" and elastic:
            sentence = text(
                "{model}: a difference of 1 % in {term} is associated with one of {value} % in {outcome} (interval {low} to {high}), other covariates equal.",
                **what,
            )
        elif effect == "direct":
            sentence = text(
                "{model}: a difference of one in {term} is associated with one of {value} in {outcome} (interval {low} to {high}), other covariates equal.",
                **what,
            )
        elif elastic:
            sentence = text(
                "{model}: a difference of 1 % in {term} of all other places is associated with one of {value} % in {outcome} (interval {low} to {high}).",
                **what,
            )
        else:
            sentence = text(
                "{model}: a difference of one in {term} of all other places is associated with one of {value} in {outcome} (interval {low} to {high}).",
                **what,
            )
        said.append(sentence)
    return said


def _turns(done: Done, result: Any) -> list[Text]:
    inside = result.turning_points[result.turning_points["inside"].astype(bool)]
    income = done.inputs.variable_name(done.parameters.income)
    if inside.empty:
        return [
            text("Kuznets curve over {income}: {shape} within the data; no turning point in sight.",
                 income=income, shape=SHAPES[result.shape])
        ]  # fmt: skip
    return [
        text(
            "Kuznets curve over {income}: {kind} at {value} {measure} (interval {low} to {high}); shape within the data: {shape}.",
            income=income,
            kind=SHAPES[kind],
            value=significant(value),
            measure=Text(done.inputs.measure(done.parameters.income)),
            low=significant(low),
            high=significant(high),
            shape=SHAPES[result.shape],
        )
        for kind, value, low, high in zip(
            inside["kind"], inside["income"], inside["low"], inside["high"], strict=True
        )
    ]


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else shown(value)


ANALYSIS = Analysis(
    name="regression",
    title=text("Regression with neighbours"),
    question=text(
        "With what do emissions go along, and does the answer hold once neighbours are allowed for?"
    ),
    reading=text(
        "Coefficients are associations given the other covariates, not causes. With logarithms they are elasticities. In a spatial lag or Durbin model read the effects: direct within a place, indirect from all others. Residuals that resemble those of neighbours say that something with a place on the map is missing. Models that agree are worth more than a model that fits."
    ),
    methods=text(
        "Least squares by statsmodels; spatial lag, error and Durbin models by maximum likelihood (spreg; Anselin 1988), on the weights of the study as they are. Direct, indirect and total effects after LeSage and Pace (2009) with 1,000 simulated draws. Moran's I of least-squares residuals after Cliff and Ord (1981), of other models by permutation; Lagrange multiplier tests after Anselin et al. (1996). Panels: fixed effects, errors clustered by place."
    ),
    parameters=RegressionParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("anselin1988", "anselin1996lm", "anselin2005", "lesage2009", "dietz1997"),
)
