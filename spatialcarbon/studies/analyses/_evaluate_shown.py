"""Figures, map layer and sentences about an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.governance.evaluation_result import (
    CONTROL,
    OUTSIDE,
    TREATED,
    UNMATCHED,
)
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.evaluation_figures import CONTROL_COLOUR, TREATED_COLOUR
from spatialcarbon.report.figures import (
    event_study_plot,
    love_plot,
    placebo_plot,
    propensity_overlap,
)
from spatialcarbon.report.layers import Categorised, Category, Layer
from spatialcarbon.studies.analyses._evaluate_tables import (
    OWN_HEADINGS,
    WORDS,
    covariate_names,
)
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import shown, significant

if TYPE_CHECKING:
    from spatialcarbon.models.governance.evaluation_result import EvaluationResult
    from spatialcarbon.studies.analysis import Done

COLOURS = {
    TREATED: TREATED_COLOUR,
    CONTROL: CONTROL_COLOUR,
    UNMATCHED: "#d0d0d0",
    OUTSIDE: "#efe6c8",
}
LEVEL = 0.05


def _unit(done: Done) -> str:
    unit = done.inputs.measure(done.parameters.outcome)
    return "" if unit == "1" else unit


def _p(value: float) -> str:
    """Return a p-value with two digits that count, however small it is."""
    return f"{value:.2g}".replace("-", "−")


def figures(done: Done) -> list[FigureSpec]:
    """Return gaps by year, balance, overlap of the scores, and treatment by lot."""
    made = [_gaps(done)]
    if len(done.result.balance):
        made += [_balance(done), _overlap(done)]
    if (~np.isnan(done.result.placebo_estimates)).any():
        made.append(_lot(done))
    return made


def _gaps(done: Done) -> FigureSpec:
    title = text("Gap between treated and matched places, year by year")
    return FigureSpec(
        name=f"{done.key}_years",
        title=title,
        caption=text(
            "Gaps before the policy should scatter around zero; those after it are the effect under parallel trends."
        ),
        alt=text("Points with vertical intervals by year, around zero before the policy."),
        draw=lambda language: event_study_plot(
            done.result.event_study,
            title=title,
            unit=_unit(done),
            pretrend=done.result.pretrend,
            language=language,
        ),
    )


def _balance(done: Done) -> FigureSpec:
    title = text("Balance before and after matching")
    return FigureSpec(
        name=f"{done.key}_balance",
        title=title,
        caption=text(
            "Points within the band are as good as alike; matching should bring all there."
        ),
        alt=text("Standardised differences of covariates before and after matching."),
        draw=lambda language: love_plot(
            done.result.balance, title=title, names=covariate_names(done), language=language
        ),
    )


def _overlap(done: Done) -> FigureSpec:
    title = text("Were untreated places as likely to be treated?")
    return FigureSpec(
        name=f"{done.key}_overlap",
        title=title,
        caption=text("Treated places without a control of a like score say nothing here."),
        alt=text("Histograms of the propensity score of treated and control places."),
        draw=lambda language: propensity_overlap(done.result.units, title=title, language=language),
    )


def _lot(done: Done) -> FigureSpec:
    title = text("Effects with treatment dealt out by lot")
    return FigureSpec(
        name=f"{done.key}_lot",
        title=title,
        caption=text("An effect inside the heap is one that chance alone finds often."),
        alt=text("Histogram of placebo effects with a line at the effect found."),
        draw=lambda language: placebo_plot(
            done.result.placebo_estimates,
            done.result.effect,
            title=title,
            unit=_unit(done),
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return the part of each place in the comparison."""
    units = done.result.units
    columns = {
        name: units[name].reindex(done.inputs.units.index)
        for name in ("role", "score", "weight", "exposure")
    }
    roles = columns["role"]
    present = [role for role in COLOURS if (roles == role).any()]
    frame = named_frame(done.inputs, {**columns, "role": roles.where(roles.notna(), None)})
    return [
        Layer(
            name=f"{done.key}_roles",
            title=text("Treated, control and unmatched places"),
            abstract=text("Which places are compared, and with what weight."),
            frame=frame,
            aliases=OWN_HEADINGS,
            style=Categorised(
                "role", tuple(Category(role, WORDS[role], COLOURS[role]) for role in present)
            ),
            label_field="name",
            group=text("Evaluation of a policy"),
        )
    ]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found, and under which condition."""
    result: EvaluationResult = done.result
    said = [_effect(done, result), *_doubts(result)]
    rows: dict[Any, Any] = result.estimates.T.to_dict()
    if "spillover" in rows and rows["spillover"]["status"] == "ok":
        said.append(
            text(
                "Beside the treated share among neighbours the effect is {effect}; a wholly treated neighbourhood "
                "goes with {spill} (p = {p}).",
                effect=significant(rows["spillover_controlled"]["estimate"]),
                spill=significant(rows["spillover"]["estimate"]),
                p=_p(rows["spillover"]["pvalue"]),
            )
        )
    if result.residual_moran is not None:
        p = result.residual_moran.pvalue_permutation
        assert p is not None, "drawn with permutations"
        said.append(
            text(
                "Residuals lie together on the map (I = {i}, p = {p}): the errors are too small.",
                i=shown(result.residual_moran.statistic),
                p=_p(p),
            )
            if p < LEVEL and result.residual_moran.statistic > 0
            else text(
                "Residuals do not visibly lie together on the map (I = {i}, p = {p}).",
                i=shown(result.residual_moran.statistic),
                p=_p(p),
            )
        )
    return said


def _effect(done: Done, result: EvaluationResult) -> Text:
    words = {
        "n": result.n_matched,
        "total": result.n_treated,
        "variable": done.inputs.variable_name(done.parameters.outcome),
        "year": done.parameters.treated_from,
        "effect": significant(result.effect),
        "low": significant(result.low),
        "high": significant(result.high),
        "unit": Text(_unit(done)),
        "plain": significant(float(result.estimates["estimate"].loc["unmatched"])),
    }
    if result.low <= 0 <= result.high or np.isnan(result.se):
        return text(
            "Under parallel trends, no effect of the policy from {year} on {variable} of {n} matched of {total} treated "
            "places can be told from zero: {effect} {unit} (95 % interval {low} to {high}; without matching {plain}).",
            **words,
        )
    return text(
        "Under parallel trends, the policy from {year} changed {variable} of {n} matched of {total} treated places by "
        "{effect} {unit} on average (95 % interval {low} to {high}; without matching {plain}).",
        **words,
    )


def _doubts(result: EvaluationResult) -> list[Text]:
    """Say what the years before, the false date and the lots speak for."""
    said = []
    p = result.pretrend["pvalue"]
    if result.pretrend["status"] == "ok":
        said.append(
            text(
                "The groups moved apart before the policy already (p = {p}): do not read the effect as that of the "
                "policy.",
                p=_p(p),
            )
            if p < LEVEL
            else text(
                "No gap before the policy can be told from zero (p = {p}), which does not prove parallel trends.",
                p=_p(p),
            )
        )
    false: dict[str, Any] = result.estimates.T.to_dict()["placebo_date"]
    if false["status"] == "ok":
        said.append(
            text(
                "With a false date, {year}, the effect is {effect} (p = {p}).",
                year=result.placebo_year,
                effect=significant(false["estimate"]),
                p=_p(false["pvalue"]),
            )
        )
    drawn = int((~np.isnan(result.placebo_estimates)).sum())
    if drawn:
        said.append(
            text(
                "Of {n} assignments of treatment by lot, a share of {p} is at least as far from zero.",
                n=f"{drawn:,}",
                p=_p(result.placebo_pvalue),
            )
        )
    return said
