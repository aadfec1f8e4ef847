"""Planes, maps and layers of decoupling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.driver_looks import EFFORT_COLOURS, STATE_COLOURS
from spatialcarbon.report.figures import decoupling_plane, kind_map
from spatialcarbon.report.layers import Categorised, Category, Layer
from spatialcarbon.studies.analyses._decompose_tables import note_of
from spatialcarbon.studies.analyses._decoupling_shown import (
    STATES,
    headings_of,
    notes_of,
    of_stage,
    places_of,
    stages_of,
)
from spatialcarbon.studies.analyses._drivers import span
from spatialcarbon.studies.maplayers import named_frame, with_names

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Done


def _title(template: Text, start: int, end: int) -> Text:
    return text("{title}, {stage}", title=template, stage=span(start, end))


def _pair(done: Done) -> Text:
    return text(
        "{outcome} and {driver}",
        outcome=done.inputs.variable_name(done.parameters.outcome),
        driver=done.inputs.variable_name(done.parameters.driver),
    )


def figures(done: Done) -> list[FigureSpec]:
    """Return a plane and a map of the states for each stage, and a map of the effort."""
    frame = places_of(done)
    specs: list[FigureSpec] = []
    for start, end in stages_of(frame):
        rows = of_stage(frame, start, end)
        specs += [_plane(done, rows, start, end), _map(done, rows, start, end)]
        if "effort_state" in rows:
            specs.append(_effort_map(done, rows, start, end))
    return specs


def _plane(done: Done, rows: pd.DataFrame, start: int, end: int) -> FigureSpec:
    inputs, parameters = done.inputs, done.parameters
    title = _title(text("Growth of {pair}", pair=_pair(done)), start, end)
    return FigureSpec(
        name=f"{done.key}_plane_{start}_{end}",
        title=title,
        caption=text(
            "Each point is a place; its sector is its state. Below the upper ray and right of "
            "zero, the outcome grows more slowly than the driver; below zero it falls."
        ),
        alt=text("Scatter plot of two growth rates with the eight sectors of decoupling."),
        draw=lambda language: decoupling_plane(
            rows,
            title=title,
            outcome=inputs.variable_name(parameters.outcome),
            driver=inputs.variable_name(parameters.driver),
            names=inputs.names,
            bounds=(parameters.low, parameters.high),
            notes=notes_of(done),
            language=language,
        ),
    )


def _map(done: Done, rows: pd.DataFrame, start: int, end: int) -> FigureSpec:
    title = _title(text("Decoupling: {pair}", pair=_pair(done)), start, end)
    return _kinds(
        done, f"{done.key}_{start}_{end}_map", title, rows, "state",
        STATE_COLOURS, text("State (places)"),
        text("Blue: the outcome breaks away downwards; red and purple: it outruns its driver."),
        text("Map of the state of decoupling by place."),
    )  # fmt: skip


def _effort_map(done: Done, rows: pd.DataFrame, start: int, end: int) -> FigureSpec:
    outcome = done.inputs.variable_name(done.parameters.outcome)
    title = _title(text("Decoupling effort: {variable}", variable=outcome), start, end)
    return _kinds(
        done, f"{done.key}_effort_{start}_{end}_map", title, rows, "effort_state",
        EFFORT_COLOURS, text("Effort (places)"),
        text("Strong: the other factors take back all that activity adds; weak: part of it."),
        text("Map of the decoupling effort by place."),
    )  # fmt: skip


def _kinds(
    done: Done,
    name: str,
    title: Text,
    rows: pd.DataFrame,
    column: str,
    colours: Mapping[str, str],
    heading: Text,
    caption: Text,
    alt: Text,
) -> FigureSpec:
    inputs = done.inputs
    kinds = rows.set_index("unit")[column]
    return FigureSpec(
        name=name,
        title=title,
        caption=caption,
        alt=alt,
        draw=lambda language: kind_map(
            with_names(inputs, language),
            kinds,
            colours,
            STATES,
            title=title,
            caption=heading,
            groups=inputs.first_group(),
            group_names=inputs.group_names,
            background=inputs.background,
            notes=notes_of(done),
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return the state of each place, and the effort, stage by stage."""
    frame = places_of(done)
    made: list[Layer] = []
    for at, (start, end) in enumerate(stages_of(frame)):
        rows = of_stage(frame, start, end).set_index("unit").reindex(done.inputs.units.index)
        columns: dict[str, Any] = {
            str(column): rows[column].to_numpy()
            for column in rows
            if column not in ("start", "end")
        }
        kinds = [("state", STATE_COLOURS, text("Decoupling: {pair}", pair=_pair(done)))]
        if "effort_state" in rows:
            outcome = done.inputs.variable_name(done.parameters.outcome)
            title = text("Decoupling effort: {variable}", variable=outcome)
            kinds.append(("effort_state", EFFORT_COLOURS, title))
        for field, colours, words in kinds:
            made.append(
                Layer(
                    name=f"{done.key}_{'effort_' if field != 'state' else ''}{start}_{end}",
                    title=_title(words, start, end),
                    abstract=note_of(done, text("Growth is a fraction: 0.1 is 10 %.")),
                    frame=named_frame(done.inputs, columns),
                    aliases=headings_of(done),
                    style=_style(field, rows[field], colours),
                    label_field="name",
                    visible=at == 0 and field == "state",
                    group=text("Decoupling"),
                )
            )
    return made


def _style(field: str, kinds: pd.Series[Any], colours: Mapping[str, str]) -> Categorised:
    present = [kind for kind in colours if (kinds == kind).any()]
    return Categorised(field, tuple(Category(k, STATES[k], colours[k]) for k in present))
