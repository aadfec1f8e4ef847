"""Figures, map layers and sentences about efficiency and the reallocation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.models.quota.dea_result import DEAStatus
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import (
    efficiency_intervals,
    frontier_plot,
    zero_sum_adjustments,
    zero_sum_paths,
)
from spatialcarbon.report.layers import Categorised, Category, Graduated, Layer
from spatialcarbon.report.palettes import (
    diverging_colours,
    natural_breaks,
    sequential_colours,
    zero_centred_breaks,
)
from spatialcarbon.report.zero_sum_figures import RULE_WORDS
from spatialcarbon.studies.analyses._dea_tables import (
    OWN_HEADINGS,
    RETURNS_WORDS,
    STATUS_WORDS,
    allocation_frame,
    intervals_of,
    score_frame,
    scores_of,
    shared_measure,
    zero_sum_result,
)
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import HEADINGS, shown, significant

if TYPE_CHECKING:
    from spatialcarbon.models.quota.dea_bootstrap import DEABootstrapResult
    from spatialcarbon.models.quota.zero_sum_result import ZeroSumResult
    from spatialcarbon.studies.analysis import Done

MOST = 50
"""Most places that are drawn as rows."""

NAMED = 8
"""Most places that a sentence, or the frontier, names."""

SCALE_COLOURS = {"increasing": "#92c5de", "constant": "#f7f7f7", "decreasing": "#f4a582"}


def figures(done: Done) -> list[FigureSpec]:
    """Return intervals, the frontier where it can be drawn, adjustments and paths."""
    made: list[FigureSpec] = []
    bounds, zero = intervals_of(done), zero_sum_result(done)
    if bounds is not None:
        made.append(_intervals(done, bounds))
    result = scores_of(done)
    if result.inputs.shape[1] == result.outputs.shape[1] == 1:
        made.append(_frontier(done))
    if zero is not None:
        made.append(_adjustments(done, zero))
        if zero.mode == "iterate":
            made.append(_paths(done, zero))
    return made


def _intervals(done: Done, bounds: DEABootstrapResult) -> FigureSpec:
    title = text("Efficiency and its uncertainty")
    worst_first = bounds.corrected.sort_values(
        ascending=bounds.orientation == "input", kind="stable"
    )
    kept = worst_first.index[:MOST]
    few = replace(
        bounds,
        **{
            name: getattr(bounds, name).loc[kept]
            for name in ("efficiency", "corrected", "bias", "low", "high")
        },
    )
    return FigureSpec(
        name=f"{done.key}_intervals",
        title=title,
        caption=text(
            "Open dots are the scores, filled dots the scores without their bias. Places whose bars overlap cannot "
            "be ranked. With many places, the least efficient are shown."
        ),
        alt=text("Rows of efficiency scores with confidence bars, the best at the top."),
        draw=lambda language: efficiency_intervals(
            few, title=title, names=done.inputs.names, language=language
        ),
    )


def _frontier(done: Done) -> FigureSpec:
    inputs, result = done.inputs, scores_of(done)
    title = text("The frontier")
    (x,), (y,) = result.inputs.columns, result.outputs.columns
    return FigureSpec(
        name=f"{done.key}_frontier",
        title=title,
        caption=text("A thin line leads from each place to the point it is held to."),
        alt=text("Places by input and output below the frontier."),
        draw=lambda language: frontier_plot(
            result,
            title=title,
            input_name=inputs.variable_name(x),
            output_name=inputs.variable_name(y),
            input_unit=inputs.measure(x),
            output_unit=inputs.measure(y),
            names=inputs.names,
            named=NAMED,
            language=language,
        ),
    )


def _adjustments(done: Done, zero: ZeroSumResult) -> FigureSpec:
    title = text("Who gets and who gives, at an unchanged total")
    return FigureSpec(
        name=f"{done.key}_adjustments",
        title=title,
        caption=text(
            "An arrow leads from what a place has to what it would get were all equally efficient. With many "
            "places, those of the largest changes are shown."
        ),
        alt=text("Arrows by place from the input before to the zero-sum allocation."),
        draw=lambda language: zero_sum_adjustments(
            zero,
            title=title,
            unit=shared_measure(done),
            quantity=done.inputs.variable_name(str(zero.inputs.columns[0])),
            names=done.inputs.names,
            most=MOST,
            language=language,
        ),
    )


def _paths(done: Done, zero: ZeroSumResult) -> FigureSpec:
    title = text("Where the steps lead")
    return FigureSpec(
        name=f"{done.key}_paths",
        title=title,
        caption=text(
            "At 1 a place has its one-shot allocation. A rule that is right closes in on the line; one that cuts "
            "below the frontier crosses it and ends elsewhere."
        ),
        alt=text("Lines by place: the input over the one-shot allocation at each step."),
        draw=lambda language: zero_sum_paths(
            zero, title=title, names=done.inputs.names, language=language
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return efficiency, returns to scale, and the adjustment."""
    inputs, group = done.inputs, text("Efficiency")
    rows = score_frame(done).set_index("unit").reindex(inputs.units.index)
    columns: dict[str, Any] = {str(c): rows[c] for c in rows.columns}
    columns["status"] = [STATUS_WORDS[word] for word in rows["status"]]
    bounds = natural_breaks(rows["efficiency"], 5)
    colours = sequential_colours(len(bounds) - 1)
    if scores_of(done).orientation == "input":
        colours = colours[::-1]  # dark is what is far from the frontier
    made = [
        Layer(
            name=f"{done.key}_efficiency",
            title=text("Efficiency"),
            abstract=text(
                "Share of its inputs a place would need, or times its outputs it could make; 1 is best."
            ),
            frame=named_frame(inputs, columns),
            aliases={**HEADINGS, **OWN_HEADINGS},
            style=Graduated("efficiency", bounds, colours),
            label_field="name",
            group=group,
        ),
        Layer(
            name=f"{done.key}_scale",
            title=text("Returns to scale"),
            abstract=text("Increasing: too small for its best size. Decreasing: too large."),
            frame=named_frame(
                inputs, {c: columns[c] for c in ("scale_efficiency", "returns_to_scale")}
            ),
            aliases={**HEADINGS, **OWN_HEADINGS},
            style=Categorised(
                "returns_to_scale",
                tuple(Category(k, RETURNS_WORDS[k], colour) for k, colour in SCALE_COLOURS.items()),
            ),
            label_field="name",
            visible=False,
            group=group,
        ),
    ]
    zero = zero_sum_result(done)
    if zero is not None:
        made.append(_adjustment_layer(done, zero, group))
    return made


def _adjustment_layer(done: Done, zero: ZeroSumResult, group: Text) -> Layer:
    inputs = done.inputs
    rows = allocation_frame(zero).set_index("unit").reindex(inputs.units.index)
    bounds = zero_centred_breaks(rows["adjustment"], 6)
    return Layer(
        name=f"{done.key}_adjustment",
        title=text("Adjustment at an unchanged total"),
        abstract=text("Blue gets, red gives: the zero-sum allocation less what a place has."),
        frame=named_frame(inputs, {str(c): rows[c] for c in rows.columns}),
        aliases={**HEADINGS, **OWN_HEADINGS},
        style=Graduated(
            "adjustment", bounds, diverging_colours(len(bounds) - 1)[::-1], shared_measure(done)
        ),
        label_field="name",
        visible=False,
        group=group,
    )


def findings(done: Done) -> list[Text]:
    """Return what was found: who is efficient, how sure that is, what would move."""
    result, names = scores_of(done), done.inputs.names
    score, n = result.efficiency, len(result.efficiency)
    best = score.index[(score == 1).to_numpy()]
    said = [
        text(
            "{n} of {total} places are on the frontier ({names}).",
            n=len(best),
            total=n,
            names=listed([names[unit] for unit in best], NAMED),
        )
    ]
    weak = int((result.status == DEAStatus.WEAKLY_EFFICIENT).sum())
    if weak:
        said.append(
            text(
                "{n} of them could still save or gain something: they are weakly efficient.", n=weak
            )
        )
    if len(best) < n:
        worst: Any = score.idxmin() if result.orientation == "input" else score.idxmax()
        said.append(
            text(
                "The mean score is {mean}; furthest from the frontier is {place} with {score}.",
                mean=shown(float(score.mean())),
                place=names[worst],
                score=shown(float(score[worst])),
            )
        )
    bounds = intervals_of(done)
    if bounds is not None:
        said.append(
            text(
                "The scores flatter: without their bias the mean is {mean}, and the {share} % interval of {place} "
                "runs from {low} to {high}.",
                mean=shown(float(bounds.corrected.mean())),
                share=f"{100 * bounds.confidence:g}",
                place=names[worst],
                low=shown(float(bounds.low[worst])),
                high=shown(float(bounds.high[worst])),
            )
        )
    zero = zero_sum_result(done)
    return said if zero is None else [*said, *_zero_sum_sentences(done, zero)]


def _zero_sum_sentences(done: Done, zero: ZeroSumResult) -> list[Text]:
    names, measure, change = done.inputs.names, Text(shared_measure(done)), zero.adjustment
    if zero.constant == 1.0:
        return [text("All places are efficient, so nothing of the total moves.")]
    most: Any = change.idxmax()
    least: Any = change.idxmin()
    said = [
        text(
            "At an unchanged total of {total} ({measure}), {moved} or {share} % would move from {givers} places to "
            "{getters}: most to {most} ({gain}), most from {least} ({loss}).",
            total=shown(zero.total, 0),
            measure=measure,
            moved=significant(zero.moved),
            share=shown(100 * zero.moved / zero.total, 1),
            givers=int((change < 0).sum()),
            getters=int((change > 0).sum()),
            most=names[most],
            gain=f"+{significant(float(change[most]))}",
            least=names[least],
            loss=significant(float(change[least])),
        )
    ]
    if zero.mode == "iterate":
        answer = zero.score * zero.inputs.iloc[:, 0]
        off = float((zero.allocation - answer).abs().sum() / 2)
        said.append(
            text(
                "After {n} steps of the rule “{rule}”, {off} % of the total is in other places than the one-shot "
                "allocation would have it.",
                n=zero.iterations,
                rule=RULE_WORDS[zero.rule],
                off=shown(100 * off / zero.total, 2),
            )
        )
    return said
