"""Figures and layers of a regression."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import coefficient_plot, kuznets_curve, residual_map
from spatialcarbon.report.layers import Layer, graduated_style
from spatialcarbon.studies.analyses._regression_tables import (
    comparison_of,
    outcome_name,
    residual_frame,
)
from spatialcarbon.studies.analyses._regression_words import MODELS, term_names
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.kuznets import KuznetsResult
    from spatialcarbon.studies.analysis import Done


def mapped_models(done: Done) -> list[str]:
    """Return the models whose residuals are mapped: the first, and the best if it is another."""
    comparison = comparison_of(done)
    first = next(iter(comparison.results))
    return list(dict.fromkeys([first, comparison.best or first]))


def figures(done: Done) -> list[FigureSpec]:
    """Return the coefficients of all models, maps of residuals, and the Kuznets curve."""
    comparison = comparison_of(done)
    title = text("Coefficients of the models: {outcome}", outcome=outcome_name(done))
    specs = [
        FigureSpec(
            name=f"{done.key}_coefficients",
            title=title,
            caption=text(
                "Points are estimates, lines their intervals. A coefficient whose line crosses zero, or that changes from model to model, is not to be leaned on."
            ),
            alt=text("Coefficients of several regression models with intervals."),
            draw=lambda language: coefficient_plot(
                comparison.coefficients,
                title=title,
                model_names=MODELS,
                term_names=term_names(done),
                language=language,
            ),
        )
    ]
    specs += [_map_spec(done, model) for model in mapped_models(done)]
    if "kuznets" in done.result:
        specs.append(_kuznets_spec(done, done.result["kuznets"]))
    return specs


def _map_spec(done: Done, model: str) -> FigureSpec:
    inputs = done.inputs
    found = comparison_of(done).results[model]
    residuals = residual_frame(done)[model].reindex(inputs.units.index)
    title = text("Residuals of {outcome}: {model}", outcome=outcome_name(done), model=MODELS[model])

    def draw(language):  # type: ignore[no-untyped-def]
        return residual_map(
            with_names(inputs, language),
            residuals,
            title=title,
            moran=found.diagnostic("residual_moran"),
            pvalue=found.diagnostic("residual_moran", "pvalue"),
            unit=_unit(done),
            groups=inputs.first_group(),
            group_names=inputs.group_names,
            background=inputs.background,
            language=language,
        )

    return FigureSpec(
        name=f"{done.key}_{model}_residuals",
        title=title,
        caption=text(
            "Red: more than the model expects; blue: less. Neighbours of one colour say that something with a place on the map is left out."
        ),
        alt=text("Map of regression residuals by place."),
        draw=draw,
    )


def _unit(done: Done) -> str:
    """Return the unit of residuals: that of a logarithm, or of the variable."""
    logged = comparison_of(done).results[next(iter(comparison_of(done).results))].outcome
    return "ln" if logged.startswith("ln(") else done.inputs.measure(done.parameters.outcome)


def _kuznets_spec(done: Done, result: KuznetsResult) -> FigureSpec:
    title = text("Kuznets curve: {outcome}", outcome=outcome_name(done))
    single = not hasattr(result.points.index, "levels")
    return FigureSpec(
        name=f"{done.key}_kuznets",
        title=title,
        caption=text(
            "Emissions against income with other covariates taken out. The dashed line is the turning point, the red band its interval; a turning point outside the data is not drawn."
        ),
        alt=text("Scatter plot with a fitted curve of emissions over income."),
        draw=lambda language: kuznets_curve(
            result.curve,
            result.points,
            result.turning_points,
            title=title,
            income=done.inputs.variable_name(done.parameters.income),
            income_unit=done.inputs.measure(done.parameters.income),
            outcome=outcome_name(done),
            names=done.inputs.names if single else None,
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return one layer for each mapped model: its residuals, and those of the others beside them."""
    inputs = done.inputs
    frame = residual_frame(done).reindex(inputs.units.index)
    made = []
    for at, model in enumerate(mapped_models(done)):
        columns = {f"residual_{name}": frame[name] for name in frame}
        finite = [value for value in frame[model] if math.isfinite(value)]
        made.append(
            Layer(
                name=f"{done.key}_{model}",
                title=text(
                    "Residuals of {outcome}: {model}",
                    outcome=outcome_name(done),
                    model=MODELS[model],
                ),
                abstract=text(
                    "Observed less fitted, by place; above zero where the model says too little."
                ),
                frame=named_frame(inputs, columns),
                aliases=_aliases(frame.columns),
                style=graduated_style(f"residual_{model}", finite, breaks="zero"),
                label_field="name",
                visible=at == 0,
                group=text("Regression"),
            )
        )
    return made


def _aliases(models: object) -> dict[str, Text]:
    named = {
        f"residual_{model}": text("Residual: {model}", model=MODELS[model])
        for model in models  # type: ignore[attr-defined]
    }
    return {**HEADINGS, **named}
