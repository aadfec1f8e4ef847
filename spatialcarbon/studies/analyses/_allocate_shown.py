"""Figures, map layers and sentences about allocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.report.allocation_figures import (
    CRITERION_WORDS,
    PRINCIPLE_WORDS,
    burden_classes,
)
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import (
    allocation_burdens,
    allocation_maps,
    target_gaps,
    weight_bars,
)
from spatialcarbon.report.layers import Graduated, Layer
from spatialcarbon.studies.analyses._allocate_tables import (
    OWN_HEADINGS,
    OWN_LABELS,
    amounts,
    gaps,
    measure_of,
    results_of,
    weight_rows,
)
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import HEADINGS, shown, significant

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Done

MOST = 40
"""Most places that are drawn as rows: the ones that most is asked of."""

NAMED = 8


def figures(done: Done) -> list[FigureSpec]:
    """Return burdens against emissions, maps classed alike, weights, and gaps between targets."""
    made = [_burdens(done), _maps(done)]
    if len(weight_rows(done)):
        made.append(_weights(done))
    if done.result["other"]:
        made.append(_gaps(done))
    return made


def _few(table: pd.DataFrame, by: pd.Series[float]) -> pd.DataFrame:
    order = by.sort_values(ascending=False, kind="stable").index[:MOST]
    return table.loc[order]


def _burdens(done: Done) -> FigureSpec:
    inputs, title = done.inputs, text("What each principle asks of each place")
    emitted = next(iter(results_of(done).values())).emissions
    assert emitted is not None
    wide = amounts(results_of(done))
    table = wide[emitted.reindex(wide.index) > 0]
    few = _few(table, table.div(emitted.loc[table.index], axis=0).max(axis=1))
    return FigureSpec(
        name=f"{done.key}_burdens",
        title=title,
        caption=text(
            "Right of the dashed line a place is asked for more than it emits. The grey bar is how far the "
            "principles disagree. With many places, those are shown of which most is asked."
        ),
        alt=text("Dots by place and principle on a scale of reduction over emissions."),
        draw=lambda language: allocation_burdens(
            few, emitted.loc[few.index], title=title, names=inputs.names, language=language
        ),
    )


def _maps(done: Done) -> FigureSpec:
    inputs, title = done.inputs, text("Reduction by principle")
    return FigureSpec(
        name=f"{done.key}_maps",
        title=title,
        caption=text(
            "The classes are the same in all maps; blue places may emit more. Large places catch the eye."
            if (amounts(results_of(done)) < 0).any(axis=None)
            else "The classes are the same in all maps. Large places catch the eye."
        ),
        alt=text("Small maps of the reduction asked of each place, one for each principle."),
        draw=lambda language: allocation_maps(
            inputs.units,
            amounts(results_of(done)),
            title=title,
            unit=measure_of(done),
            groups=inputs.first_group(),
            background=inputs.background,
            language=language,
        ),
    )


def _weights(done: Done) -> FigureSpec:
    title = text("Weights of the criteria by principle")
    return FigureSpec(
        name=f"{done.key}_weights",
        title=title,
        caption=text("A weight says how unevenly a criterion is spread, not how much it matters."),
        alt=text("Stacked bars of the weights of criteria under each principle."),
        draw=lambda language: weight_bars(weight_rows(done), title=title, language=language),
    )


def _gaps(done: Done) -> FigureSpec:
    inputs, title = done.inputs, text("Gap between the two targets by place and principle")
    wide = gaps(done)
    few = _few(wide, wide.abs().max(axis=1))
    return FigureSpec(
        name=f"{done.key}_gaps",
        title=title,
        caption=text(
            "The gaps of all places have the same sum under every principle: only single places can be compared."
        ),
        alt=text("Dots by place and principle of the gap between two targets."),
        draw=lambda language: target_gaps(
            few, title=title, unit=measure_of(done), names=inputs.names, language=language
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return one layer per principle, all with the same classes."""
    inputs, results = done.inputs, results_of(done)
    bounds, colours = burden_classes(amounts(results))
    made = []
    for at, (name, result) in enumerate(results.items()):
        rows = result.to_frame().set_index("unit").reindex(inputs.units.index)
        columns: dict[str, Any] = {str(c): rows[c] for c in rows.columns}
        columns["status"] = [OWN_LABELS.get(status, text("ok")) for status in rows["status"]]
        words = PRINCIPLE_WORDS[name]
        made.append(
            Layer(
                name=f"{done.key}_{name}",
                title=text("Reduction: {principle}", principle=words),
                abstract=text(
                    "What the principle {principle} asks of each place. The classes are those of all principles.",
                    principle=words,
                ),
                frame=named_frame(inputs, columns),
                aliases={**HEADINGS, **OWN_HEADINGS},
                style=Graduated("allocation", bounds, colours, unit=measure_of(done)),
                label_field="name",
                visible=at == 0,
                group=text("Allocation"),
            )
        )
    return made


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found, those asked too much first."""
    results, measure = results_of(done), Text(measure_of(done))
    first = next(iter(results.values()))
    assert first.emissions is not None
    emitted = float(first.emissions.sum())
    said = [
        text(
            "To be cut: {total} of the {emitted} that the places emit together, {share} % ({measure}).",
            total=shown(first.total, 1),
            measure=measure,
            share=shown(100 * first.total / emitted, 1) if emitted else "–",
            emitted=shown(emitted, 1),
        )
    ]
    for name, result in results.items():
        said.append(_asked(done, name, result.infeasible, len(result.allocation)))
    said += [_most(done, name) for name in results]
    mixed = next((n for n in results if results[n].weighting is not None), None)
    if mixed is not None:
        said.append(_weight_sentence(mixed, results[mixed].weights))
    return said


def _asked(done: Done, name: str, units: tuple[object, ...], places: int) -> Text:
    if not units:
        return text(
            "{principle} asks no place for more than it emits.",
            principle=PRINCIPLE_WORDS[name],
        )
    return text(
        "{principle} asks more of {n} of {total} places than they emit ({names}).",
        principle=PRINCIPLE_WORDS[name],
        n=len(units),
        total=places,
        names=listed([done.inputs.names[unit] for unit in units], NAMED),
    )


def _most(done: Done, name: str) -> Text:
    amounts_ = results_of(done)[name].allocation.sort_values(ascending=False, kind="stable")
    return text(
        "{principle}: most is asked of {place}, {amount} ({measure}), and least of {last}, {least}.",
        principle=PRINCIPLE_WORDS[name],
        place=done.inputs.names[amounts_.index[0]],
        amount=significant(float(amounts_.iloc[0])),
        measure=Text(measure_of(done)),
        last=done.inputs.names[amounts_.index[-1]],
        least=significant(float(amounts_.iloc[-1])),
    )


def _weight_sentence(name: str, weights: pd.Series[float]) -> Text:
    return text(
        "Weights under {principle}: {weights}.",
        principle=PRINCIPLE_WORDS[name],
        weights=listed(
            [
                text(
                    "{criterion} {weight}",
                    criterion=CRITERION_WORDS.get(str(c), Text(str(c))),
                    weight=shown(float(w)),
                )
                for c, w in weights.items()
            ],
            NAMED,
        ),
    )
