"""Figures, map layers and sentences about what an allocation hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.report.allocation_sensitivity_figures import variant_words
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import preference_lines, rank_ranges, variant_heatmap
from spatialcarbon.report.layers import Graduated, Layer
from spatialcarbon.report.palettes import natural_breaks, sequential_colours
from spatialcarbon.studies.analyses._allocation_sensitivity_tables import (
    OWN_HEADINGS,
    choice_words,
    criterion_words,
)
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import HEADINGS, shown

if TYPE_CHECKING:
    from spatialcarbon.models.quota.sensitivity_result import AllocationSensitivityResult
    from spatialcarbon.studies.analysis import Done

MOST = 40
"""Most places that are drawn as rows: the ones that most is asked of."""

NAMED = 8
SURE = 0.95


def figures(done: Done) -> list[FigureSpec]:
    """Return ranges of ranks, lines over λ, and changes under other choices."""
    result: AllocationSensitivityResult = done.result
    made = [_ranges(done)]
    sweep = result.table[result.table["kind"] == "preference"]
    if len(sweep.loc[sweep["status"] == "ok", "preference"].unique()) > 1:
        made.append(_lines(done))
    if _changes(result).shape[1]:
        made.append(_heat(done))
    return made


def _first(result: AllocationSensitivityResult) -> pd.Index:
    order = result.stability.sort_values("rank", kind="stable").index
    return order[:MOST]


def _ranges(done: Done) -> FigureSpec:
    title = text("Between which ranks each place lies")
    result: AllocationSensitivityResult = done.result
    return FigureSpec(
        name=f"{done.key}_ranks",
        title=title,
        caption=text(
            "The pale bar spans the ranks under all choices and 95 % of the draws, the dark one those of the draws alone. "
            "A short bar is a rank that holds. With many places, the first {n} are shown.",
            n=MOST,
        ),
        alt=text("Bars of the range of ranks of each place, with a dot at the rank reported."),
        draw=lambda language: rank_ranges(
            result.stability.loc[_first(result)],
            top=result.top,
            title=title,
            names=done.inputs.names,
            language=language,
        ),
    )


def _lines(done: Done) -> FigureSpec:
    title = text("Share of the total as λ grows")
    result: AllocationSensitivityResult = done.result
    return FigureSpec(
        name=f"{done.key}_preferences",
        title=title,
        caption=text(
            "To the left λ leans to fairness, to the right to efficiency; the places whose share changes most are in colour. "
            "In the grey, λ times the weight of the preferred criteria exceeds one at the values tried."
        ),
        alt=text("Lines of the share of each place over λ, in a panel for each rule."),
        draw=lambda language: preference_lines(
            result.table, title=title, names=done.inputs.names, language=language
        ),
    )


def _changes(result: AllocationSensitivityResult) -> pd.DataFrame:
    """Return place × variant: changes under other weights and without each criterion."""
    own = str(result.table["variant"].iloc[0])
    parts = [result.pivot("difference", kind=kind) for kind in ("weighting", "leave_out")]
    wide = pd.concat(parts, axis=1).drop(columns=own)
    return wide.dropna(axis="columns", how="all")


def _heat(done: Done) -> FigureSpec:
    title = text("Change of the reduction under other weights and without a criterion")
    result: AllocationSensitivityResult = done.result
    return FigureSpec(
        name=f"{done.key}_changes",
        title=title,
        caption=text(
            "Per cent of what is reported; a dash where nothing is. A full column is a criterion or a weighting that "
            "the result hangs on."
        ),
        alt=text("Grid of places and choices, coloured by how far the reduction changes."),
        draw=lambda language: variant_heatmap(
            _changes(result).loc[_first(result)],
            result.base.allocation,
            title=title,
            names=done.inputs.names,
            variant_names={
                variant: variant_words(str(variant), criterion_words(done))
                for variant in _changes(result)
            },
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return how many ranks lie between the best and the last of each place."""
    inputs, result = done.inputs, done.result
    frame = result.stability.reindex(inputs.units.index)
    frame.insert(0, "range", (frame["high"] - frame["low"]).astype(float))
    bounds = natural_breaks(frame["range"], 5)
    return [
        Layer(
            name=f"{done.key}_range",
            title=text("Ranks between the best and the last"),
            abstract=text(
                "How many ranks lie between the best and the last that a place has over all choices and 95 % of "
                "the draws. Dark places hang most on the choice."
            ),
            frame=named_frame(inputs, {str(c): frame[c] for c in frame}),
            aliases={**HEADINGS, **OWN_HEADINGS},
            style=Graduated("range", bounds, sequential_colours(len(bounds) - 1)),
            label_field="name",
            group=text("Allocation"),
        )
    ]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found, what holds first."""
    result: AllocationSensitivityResult = done.result
    stable = result.stability
    said = [_top(done), _widest(done)]
    good = result.agreement[result.agreement["kind"].ne("noise") & result.agreement["tau"].notna()]
    if len(good) > 1:
        worst = good.iloc[int(good["tau"].to_numpy().argmin())]
        said.append(
            text(
                "Of all choices tried, {choice} agrees least with the base: Kendall's tau is {tau}, and {moved} % of the "
                "total changes hands.",
                choice=choice_words(done, worst.to_dict()),
                tau=shown(worst["tau"], 2),
                moved=shown(100 * worst["moved"], 1),
            )
        )
    if stable["sd"].notna().any():
        said += _errors(done)
    return said


def _top(done: Done) -> Text:
    result: AllocationSensitivityResult = done.result
    stable = result.stability
    kept = stable[stable["in_top"] & (stable["high"] <= result.top)].sort_values("rank")
    if kept.empty:
        return text(
            "None of the {n} places of which most is asked is among them under every choice.",
            n=int(stable["in_top"].sum()),
        )
    return text(
        "Of the {n} places of which most is asked, {k} stay among the first {top} under every choice and in 95 % of the "
        "draws ({names}).",
        n=int(stable["in_top"].sum()),
        k=len(kept),
        top=result.top,
        names=listed([done.inputs.names[unit] for unit in kept.index], NAMED),
    )


def _widest(done: Done) -> Text:
    stable = done.result.stability
    at = int((stable["high"] - stable["low"]).to_numpy().argmax())
    rank, low, high = (int(stable[column].iloc[at]) for column in ("rank", "low", "high"))
    return text(
        "The rank of {place} hangs most on what is chosen: {rank} in the base, between {low} and {high} otherwise.",
        place=done.inputs.names[stable.index[at]],
        rank=rank,
        low=low,
        high=high,
    )


def _errors(done: Done) -> list[Text]:
    result: AllocationSensitivityResult = done.result
    row = result.agreement[result.agreement["kind"] == "noise"].iloc[0]
    said = []
    if pd.notna(row["tau"]):
        said.append(
            text(
                "Errors in the numbers alone: Kendall's tau lies between {low} and {high} in 95 % of {n} draws, and on "
                "average {moved} % of the total changes hands.",
                low=shown(row["tau_low"], 2),
                high=shown(row["tau_high"], 2),
                n=result.draws - result.undefined,
                moved=shown(100 * row["moved"], 1),
            )
        )
    varied = result.variance.dropna()
    if len(varied) and varied.shape[1] > 1:
        leading = varied.idxmax(axis=1).value_counts()
        column = str(leading.index[0])
        said.append(
            text(
                "For {k} of {n} places the variance comes mostly from errors in one column: {column}.",
                k=int(leading.iloc[0]),
                n=len(varied),
                column=criterion_words(done).get(column, Text(column)),
            )
        )
    above = result.stability["above_probability"]
    if above.notna().any() and (above >= SURE).any():
        units = above.index[above >= SURE]
        said.append(
            text(
                "In at least {share} % of the draws more is asked than is emitted of {n} places ({names}).",
                share=round(100 * SURE),
                n=len(units),
                names=listed([done.inputs.names[unit] for unit in units], NAMED),
            )
        )
    return said
