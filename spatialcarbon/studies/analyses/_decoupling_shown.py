"""Tables and sentences of decoupling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.models.drivers.decoupling_states import (
    DECOUPLING_STATES,
    EFFORT_STATES,
    UNDEFINED,
)
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._decompose_tables import digits, note_of
from spatialcarbon.studies.analyses._drivers import OWN_HEADINGS, price_notes, span
from spatialcarbon.studies.words import shown

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done

MAX_STAGES = 3
STATES: Mapping[str, Text] = {**DECOUPLING_STATES, **EFFORT_STATES}

HEADINGS: Mapping[str, Text] = {
    **OWN_HEADINGS,
    "elasticity": text("Elasticity e"),
    "state": text("State"),
    "activity": text("Contribution of activity"),
    "others": text("Contribution of the other factors"),
    "effort": text("Decoupling effort D"),
    "effort_state": text("State of the effort"),
}


def notes_of(done: Done) -> list[Text]:
    """Return what is said about prices wherever decoupling is shown."""
    parameters = done.parameters
    return price_notes(
        done.inputs,
        [parameters.outcome, parameters.driver],
        parameters.prices,
        inflated=text("Inflation counts as growth of the driver: decoupling looks stronger."),
    )


def headings_of(done: Done) -> dict[str, Text]:
    """Return the headings of columns, with the names of the two quantities."""
    words = dict(HEADINGS)
    for part in ("outcome", "driver"):
        name = done.inputs.variable_name(getattr(done.parameters, part))
        words |= {
            f"{part}_start": text("{variable} at start", variable=name),
            f"{part}_end": text("{variable} at end", variable=name),
            f"{part}_change": text("Change of {quantity}", quantity=name),
            f"{part}_growth": text("Growth of {quantity}", quantity=name),
        }
    return words


def _with_effort(frame: pd.DataFrame, effort: pd.DataFrame | None) -> pd.DataFrame:
    """Return states with the effort beside them, where there is one."""
    if effort is None:
        return frame
    place = frame.columns[0]
    columns = effort.rename(columns={"state": "effort_state"})
    return frame.merge(columns, on=[place, "start", "end"], how="left", validate="1:1")


def places_of(done: Done) -> pd.DataFrame:
    """Return the states of places, with the effort beside them where there is one."""
    found = done.result["decoupling"]
    return _with_effort(found.places, found.effort)


def tables(done: Done) -> list[Table]:
    """Return states by place and by group, and how many places are in each."""
    found = done.result["decoupling"]
    places = places_of(done)
    places.insert(1, "name", [done.inputs.names[unit] for unit in places["unit"]])
    groups = _with_effort(found.groups, found.group_effort)
    groups.insert(1, "group_name", [done.inputs.group_name(str(g)) for g in groups["group"]])
    return [
        _table(done, done.key, text("Decoupling by place"), places, "name"),
        _table(done, f"{done.key}_groups", text("Decoupling by group"), groups, "group_name"),
        _counts(done, found.places),
    ]


def _table(done: Done, name: str, title: Text, frame: pd.DataFrame, place: str) -> Table:
    inputs, parameters = done.inputs, done.parameters
    measures: dict[str, str] = {}
    decimals: dict[str, int] = {"elasticity": 3, "effort": 3}
    for part in ("outcome", "driver"):
        columns = [f"{part}_{end}" for end in ("start", "end", "change")]
        measures |= dict.fromkeys(columns, inputs.measure(getattr(parameters, part)))
        decimals |= dict.fromkeys(columns, digits(frame[f"{part}_start"]))
        decimals[f"{part}_growth"] = 4
    effects = [column for column in ("activity", "others") if column in frame]
    measures |= dict.fromkeys(effects, inputs.measure(parameters.outcome))
    decimals |= dict.fromkeys(effects, digits(frame["outcome_start"]))
    shown_columns = [place, "start", "end", "outcome_growth", "driver_growth", "elasticity"]
    shown_columns += ["state", *(c for c in ("effort", "effort_state") if c in frame)]
    return Table(
        name=name,
        title=title,
        frame=frame,
        headings=headings_of(done),
        measures=measures,
        decimals=decimals,
        words=STATES,
        note=note_of(done, text("Growth is a fraction: 0.1 is 10 %.")),
        shown=shown_columns,
    )


def _counts(done: Done, frame: pd.DataFrame) -> Table:
    stages = list(dict.fromkeys(zip(frame["start"], frame["end"], strict=True)))
    wide = pd.DataFrame({"state": list(DECOUPLING_STATES)})
    for start, end in stages:
        rows = frame[(frame["start"] == start) & (frame["end"] == end)]
        counts = rows["state"].value_counts()
        wide[span(start, end)] = [int(counts.get(state, 0)) for state in DECOUPLING_STATES]
    if not (frame["state"] == UNDEFINED).any():
        wide = wide[wide["state"] != UNDEFINED]
    return Table(
        name=f"{done.key}_states",
        title=text("Places by state of decoupling"),
        frame=wide,
        headings=HEADINGS,
        words=STATES,
        note=note_of(done, text("Numbers of places.")),
    )


def stages_of(frame: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the stages to draw: all where they are few, else the last."""
    stages = list(dict.fromkeys(zip(frame["start"], frame["end"], strict=True)))
    return stages if len(stages) <= MAX_STAGES else stages[-1:]


def of_stage(frame: pd.DataFrame, start: int, end: int) -> pd.DataFrame:
    """Return the rows of one stage."""
    return frame[(frame["start"] == start) & (frame["end"] == end)]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    found = done.result["decoupling"]
    said: list[Text] = []
    for start, end in stages_of(found.places):
        whole = of_stage(found.groups, start, end).iloc[0]
        said.append(_whole(done, whole, start, end))
        rows = of_stage(found.places, start, end)
        counts = rows["state"].value_counts()
        parts = [
            text("{state} {n}", state=STATES[state], n=int(counts[state]))
            for state in DECOUPLING_STATES
            if state in counts
        ]
        said.append(
            text(
                "{stage}: places by state: {parts}.",
                stage=span(start, end),
                parts=listed(parts, len(parts)),
            )
        )
        said += _exceptions(done, rows, counts, start, end)
        if found.group_effort is not None:
            said.append(_effort(of_stage(found.group_effort, start, end).iloc[0]))
    return [*said, *notes_of(done)]


def _whole(done: Done, row: pd.Series[Any], start: int, end: int) -> Text:
    return text(
        "{stage}, all places together: {outcome} {a} %, {driver} {b} %; elasticity {e}: {state}.",
        stage=span(start, end),
        outcome=done.inputs.variable_name(done.parameters.outcome),
        driver=done.inputs.variable_name(done.parameters.driver),
        a=_signed(100 * row["outcome_growth"]),
        b=_signed(100 * row["driver_growth"]),
        e="–" if pd.isna(row["elasticity"]) else shown(row["elasticity"], 2),
        state=STATES[row["state"]],
    )


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + shown(value, 1)


def _exceptions(
    done: Done, rows: pd.DataFrame, counts: pd.Series[int], start: int, end: int
) -> list[Text]:
    """Name the places of states that few are in."""
    few: Sequence[str] = [s for s in DECOUPLING_STATES if 0 < counts.get(s, 0) <= len(rows) // 6]
    return [
        text(
            "{stage}, {state}: {places}.",
            stage=span(start, end),
            state=STATES[state],
            places=listed([done.inputs.names[u] for u in rows["unit"][rows["state"] == state]], 8),
        )
        for state in few
    ]


def _effort(row: pd.Series[Any]) -> Text:
    if pd.isna(row["effort"]):
        return text(
            "{stage}, all places together: activity adds nothing, so there is no effort to measure.",
            stage=span(row["start"], row["end"]),
        )
    return text(
        "{stage}, all places together: the other factors take back {share} % of what activity adds "
        "({state}).",
        stage=span(row["start"], row["end"]),
        share=shown(100 * row["effort"], 1),
        state=STATES[row["state"]],
    )
