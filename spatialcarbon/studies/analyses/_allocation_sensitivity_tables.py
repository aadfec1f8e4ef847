"""Tables of what an allocation hangs on: ranks by place, agreement by choice, variance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.allocation_figures import CRITERION_WORDS, PRINCIPLE_WORDS
from spatialcarbon.report.allocation_sensitivity_figures import variant_words
from spatialcarbon.report.preference_figure import RULE_WORDS
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from spatialcarbon.models.quota.sensitivity_result import AllocationSensitivityResult
    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = {
    "allocation": text("Reduction"),
    "share": text("Share of the total"),
    "rank": text("Rank"),
    "low": text("Best rank"),
    "high": text("Last rank"),
    "range": text("Ranks between best and last"),
    "noise_low": text("Rank, 2.5 % of the draws"),
    "noise_high": text("Rank, 97.5 % of the draws"),
    "weighting_low": text("Best rank over weights"),
    "weighting_high": text("Last rank over weights"),
    "preference_low": text("Best rank over λ"),
    "preference_high": text("Last rank over λ"),
    "leave_out_low": text("Best rank, a criterion left out"),
    "leave_out_high": text("Last rank, a criterion left out"),
    "in_top": text("In the top"),
    "top_probability": text("Probability of the top"),
    "mean": text("Mean of the draws"),
    "sd": text("Standard deviation"),
    "lower": text("2.5 % of the draws"),
    "upper": text("97.5 % of the draws"),
    "above_probability": text("Probability of more than it emits"),
    "additivity": text("Single variances over the whole"),
    "kind": text("What is changed"),
    "variant": text("Variant"),
    "variant_name": text("Choice"),
    "weighting": text("Weights"),
    "leaning": text("Leaning"),
    "rule": text("Rule"),
    "preference": text("λ"),
    "left_out": text("Left out"),
    "tau": text("Kendall's tau"),
    "tau_low": text("tau, 2.5 % of the draws"),
    "tau_high": text("tau, 97.5 % of the draws"),
    "moved": text("Part of the total that moves"),
    "most": text("Most changed"),
    "change": text("Its change"),
    "difference": text("Change from the base"),
}

OWN_LABELS: Mapping[str, Text] = {
    "preference": text("λ"),
    "leave_out": text("a criterion left out"),
    "noise": text("errors"),
    "stops": text("λ too large"),
    "undefined": text("no weights"),
    "entropy": text("entropy"),
    "equal": text("equal"),
    "critic": text("CRITIC"),
}


def measure_of(done: Done) -> str:
    """Return the unit of measure of emissions and of what is cut."""
    return done.inputs.measure(done.parameters.emission)


def criterion_words(done: Done) -> Mapping[str, Text]:
    """Return what to call criteria; a further one has the name of its variable."""
    own = done.parameters.criterion
    further = {} if own is None else {"criterion": done.inputs.variable_name(own)}
    return {**CRITERION_WORDS, **further}


def choice_words(done: Done, row: Mapping[Any, Any]) -> Text:
    """Return what to call a variant in a sentence or a cell."""
    if row["kind"] == "noise":
        return text("errors in the numbers")
    if row["kind"] == "preference":
        return text(
            "{leaning}, λ = {value}, {rule}",
            leaning=PRINCIPLE_WORDS[row["leaning"]],
            value=f"{row['preference']:g}",
            rule=RULE_WORDS[row["rule"]],
        )
    return variant_words(str(row["variant"]), criterion_words(done))


def tables(done: Done) -> list[Table]:
    """Return ranks by place, agreement by choice, shares of variance, and every variant."""
    made = [_stability(done), _agreement(done)]
    if done.result.variance.notna().any(axis=None):
        made.append(_variance(done))
    return [*made, _variants(done)]


def _with_names(done: Done, frame: pd.DataFrame, column: str = "unit") -> pd.DataFrame:
    frame.insert(1, "name", [done.inputs.names[unit] for unit in frame[column]])
    return frame


def _stability(done: Done) -> Table:
    frame = _with_names(done, done.result.to_frame())
    measure = measure_of(done)
    amounts = ("allocation", "mean", "sd", "lower", "upper")
    parts = ("share", "top_probability", "above_probability", "additivity")
    return Table(
        name=done.key,
        title=text("Ranks and amounts of each place over choices and errors"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=dict.fromkeys(amounts, measure),
        decimals={
            **dict.fromkeys(amounts, 1),
            **dict.fromkeys(parts, 3),
            **dict.fromkeys(("noise_low", "noise_high"), 0),
        },
        note=text(
            "Rank 1 is asked most. Best and last rank are those over all choices and over 95 % of the draws."
        ),
        shown=["name", "allocation", "rank", "low", "high", "noise_low", "noise_high",
               "top_probability", "lower", "upper"],
    )  # fmt: skip


def _agreement(done: Done) -> Table:
    result: AllocationSensitivityResult = done.result
    frame = result.agreement.copy()
    frame.insert(2, "variant_name", [choice_words(done, row) for row in frame.to_dict("records")])
    names = done.inputs.names
    frame["most"] = pd.Series([names.get(unit) for unit in frame["most"]], dtype=object)
    return Table(
        name=f"{done.key}_agreement",
        title=text("Agreement of every choice with the base"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures={"change": measure_of(done)},
        decimals={**dict.fromkeys(("tau", "tau_low", "tau_high", "moved"), 3), "change": 1},
        words={**LABELS, **PRINCIPLE_WORDS, **criterion_words(done), **RULE_WORDS, **OWN_LABELS},
        note=text(
            "tau is 1 where all places keep their order. Choices with λ too large have no allocation."
        ),
        shown=["variant_name", "status", "tau", "tau_low", "tau_high", "moved", "most", "change"],
    )


def _variance(done: Done) -> Table:
    frame = _with_names(done, done.result.variance.rename_axis("unit").reset_index())
    columns = [str(c) for c in done.result.variance]
    return Table(
        name=f"{done.key}_variance",
        title=text("What errors in each column contribute to the variance"),
        frame=frame,
        headings={**HEADINGS, **criterion_words(done)},
        decimals=dict.fromkeys(columns, 3),
        shown=["name", *columns],
    )


def _variants(done: Done) -> Table:
    frame = done.result.table.copy()
    frame.insert(2, "variant_name", [choice_words(done, row) for row in frame.to_dict("records")])
    frame.insert(0, "unit", frame.pop("unit"))
    frame = _with_names(done, frame)
    return Table(
        name=f"{done.key}_variants",
        title=text("Reduction by place under every choice"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=dict.fromkeys(("allocation", "difference"), measure_of(done)),
        decimals={"allocation": 1, "difference": 1, "share": 4, "rank": 0},
        words={**LABELS, **PRINCIPLE_WORDS, **criterion_words(done), **RULE_WORDS, **OWN_LABELS},
        note=text("The page shows the first place; the file has all of them."),
        shown=["name", "variant_name", "status", "allocation", "rank", "difference"],
        shown_rows=frame["unit"] == frame["unit"].iloc[0],
    )
