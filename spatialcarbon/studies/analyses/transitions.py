"""Transitions: which places became, or ceased to be, hot spots, cold spots or outliers."""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import Field

from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.layers import Categorised, Category, Layer
from spatialcarbon.report.palettes import LISA_COLOURS
from spatialcarbon.report.tables import Table
from spatialcarbon.report.transition_figures import transition_heatmap, transition_maps
from spatialcarbon.stats.inference import Correction
from spatialcarbon.stats.moves import TYPES, UNDEFINED, unit_moves
from spatialcarbon.stats.transitions import LisaTransitionsResult, lisa_transitions
from spatialcarbon.studies.analyses._local import Places
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS, LABELS, shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from spatialcarbon.core.language import Language

UNCHANGED = "Unchanged"
NO_LONGER = "#b0b0b0"
"""Colour of a place that ceased to be significant: darker than one that never was."""

OWN_HEADINGS = {
    "states": text("States"),
    "origin": text("From state"),
    "destination": text("To state"),
    "n": text("Number of places"),
    "share": text("Share of those that started there"),
    "quadrant_start": text("Quadrant before"),
    "quadrant_end": text("Quadrant after"),
    "label_start": text("Cluster type before"),
    "label_end": text("Cluster type after"),
    "qvalue_start": text("q before"),
    "qvalue_end": text("q after"),
    "type": text("Type of move"),
    "changed": text("Cluster type changed"),
    "became": text("New cluster type"),
    **{name: text("Type {name}", name=name) for name in TYPES},
    UNDEFINED: text("No type"),
    "stability": text("Stability"),
    "flux": text("Flux"),
    "cohesion": text("Cohesion"),
}
WORDS = {
    **LABELS,
    "label": text("cluster type"),
    "quadrant": text("quadrant"),
    UNDEFINED: text("no type"),
}


class TransitionsParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable to follow.")
    start: int | None = Field(default=None, description="First year; the earliest if left out.")
    end: int | None = Field(default=None, description="Last year; the latest if left out.")
    every: bool = Field(default=False, description="Each year with the next, not only the two.")
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    permutations: int | None = Field(
        default=None, ge=0, description="Random draws; 99,999 if left out, 0 for none."
    )
    alpha: float = Field(default=0.05, gt=0, lt=1, description="Level of significance.")
    correction: Correction = Field(default="fdr_bh", description="For testing many units at once.")


def years_of(parameters: TransitionsParameters, inputs: Inputs) -> list[int]:
    """Return the years compared, each with the next."""
    known = sorted(inputs.years_of(parameters.variable))
    start = known[0] if parameters.start is None else parameters.start
    end = known[-1] if parameters.end is None else parameters.end
    if parameters.every:
        return [year for year in known if start <= year <= end]
    return [start, end]


def run(parameters: TransitionsParameters, inputs: Inputs) -> LisaTransitionsResult:
    """Compute local Moran's I of every year, and what moved between them."""
    with warnings.catch_warnings():
        # The result carries the same sentence as a note, which the report shows.
        warnings.simplefilter("ignore", PermutationWarning)
        return lisa_transitions(
            inputs.panel[parameters.variable],
            inputs.weights_named(parameters.weights),
            years=years_of(parameters, inputs),
            permutations=parameters.permutations,
            alpha=parameters.alpha,
            correction=parameters.correction,
            rng=inputs.seed,
        )


def check(parameters: TransitionsParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that the variable lacks, or fewer than two."""
    named = [year for year in (parameters.start, parameters.end) if year is not None]
    absent = inputs.absent_years(parameters.variable, named)
    if absent:
        return absent
    years = years_of(parameters, inputs)
    if len(years) < 2 or years[0] >= years[-1]:
        return [text("transitions need a first year before the last: start < end")]
    return []


def first_to_last(done: Done) -> pd.DataFrame:
    """Return the moves from the first year to the last, by unit, with names."""
    result: LisaTransitionsResult = done.result
    start, end = result.years[0], result.years[-1]
    frame = unit_moves(start, end, result.local[start], result.local[end])
    frame.insert(1, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    return frame


def tables(done: Done) -> list[Table]:
    """Return the moves between states, their types, and what became of every unit."""
    result: LisaTransitionsResult = done.result
    name = done.inputs.variable_name(done.parameters.variable)
    units = result.units.copy()
    units.insert(1, "name", [done.inputs.names[unit] for unit in units["unit"]])
    headings = {**HEADINGS, **OWN_HEADINGS}
    moved = units["changed"] | ~units["type"].isin(["0", UNDEFINED])
    shares = dict.fromkeys(("share", "stability", "flux", "cohesion"), 3)
    return [
        Table(
            name=done.key,
            title=text("Moves between the states of local Moran's I, {variable}", variable=name),
            frame=result.to_frame(),
            headings=headings,
            decimals=shares,
            words=WORDS,
            note=text("Quadrants need no test; cluster types are those after the test."),
            shown_rows=result.table["n"] > 0,
        ),
        Table(
            name=f"{done.key}_types",
            title=text("Types of moves on the Moran scatter plot, {variable}", variable=name),
            frame=result.types.copy(),
            headings=headings,
            decimals=shares,
            note=text(
                "0: no move; I: only the place; II: only its neighbours; IIIA: both the same way; "
                "IIIB: both, crossing. Stability is the share of 0, flux of I and II, cohesion of 0 "
                "and IIIA."
            ),
        ),
        Table(
            name=f"{done.key}_units",
            title=text("Places that moved, {variable}", variable=name),
            frame=units,
            headings=headings,
            decimals={"qvalue_start": 4, "qvalue_end": 4},
            words=WORDS,
            note=text("Files hold every place; the page those with another quadrant or type."),
            shown=("start", "end", "name", "quadrant_start", "quadrant_end", "type",
                   "label_start", "label_end", "qvalue_start", "qvalue_end"),
            shown_rows=moved,
        ),
    ]  # fmt: skip


def figures(done: Done) -> list[FigureSpec]:
    """Return the table of moves as a picture, and two maps of the labels."""
    inputs, result = done.inputs, done.result
    variable = done.parameters.variable
    name = inputs.variable_name(variable)
    start, end = result.years[0], result.years[-1]
    pooled = len(result.years) > 2
    facts = {"variable": name, "start": start, "end": end}
    heat_title = (
        text("Moves between kinds of neighbourhood, {variable}, {start}–{end}, all pairs of "
             "years", **facts)
        if pooled
        else text("Moves between kinds of neighbourhood, {variable}, {start} → {end}", **facts)
    )  # fmt: skip
    map_title = text("Local clusters of {variable}, {start} and {end}", **facts)

    def draw_table(language: Language) -> Figure:
        return transition_heatmap(
            result.counts("label"),
            result.counts("quadrant"),
            start=text("one year") if pooled else start,
            end=text("the next") if pooled else end,
            title=heat_title,
            language=language,
        )

    def draw_maps(language: Language) -> Figure:
        return transition_maps(
            with_names(inputs, language),
            result.local[start].label,
            result.local[end].label,
            start=start,
            end=end,
            title=map_title,
            name_field="shown_name",
            background=inputs.background,
            language=language,
        )

    return [
        FigureSpec(
            name=f"{done.key}_{variable}_moves",
            title=heat_title,
            caption=text(
                "Rows: where places started; columns: where they ended. On the framed diagonal "
                "nothing changed. Left without a test, right with it."
            ),
            alt=text("Table of counts of places by kind of neighbourhood before and after."),
            draw=draw_table,
        ),
        FigureSpec(
            name=f"{done.key}_{variable}_maps",
            title=map_title,
            caption=text(
                "Framed places changed their cluster type. Look at both q values before calling it "
                "a change: a place that crosses the level by little has hardly moved."
            ),
            alt=text("Two maps of local Moran clusters with changed places framed."),
            draw=draw_maps,
        ),
    ]


def layers(done: Done) -> list[Layer]:
    """Return a map layer of the places whose label changed between the first and last year."""
    inputs, result = done.inputs, done.result
    name = inputs.variable_name(done.parameters.variable)
    frame = first_to_last(done).set_index("unit").reindex(inputs.units.index)
    became = frame["label_end"].where(frame["changed"].eq(True), UNCHANGED)
    columns = {str(c): frame[c] for c in frame.columns if c not in ("name", "start", "end")}
    facts = {"variable": name, "start": result.years[0], "end": result.years[-1]}
    categories = [
        Category(label, text("became: {label}", label=LABELS[label]), colour)
        for label, colour in {**LISA_COLOURS, "Not significant": NO_LONGER}.items()
        if label != "Isolate"
    ]
    return [
        Layer(
            name=f"{done.key}_{done.parameters.variable}",
            title=text("Changed clusters of {variable}, {start} → {end}", **facts),
            abstract=text(
                "Places whose type of local Moran cluster in {end} differs from that in {start} "
                "({variable}), coloured by the new type.",
                **facts,
            ),
            frame=named_frame(inputs, {"became": became, **columns}),
            aliases={**HEADINGS, **OWN_HEADINGS},
            style=Categorised(
                "became", (*categories, Category(UNCHANGED, text("no change"), "#f7f7f7"))
            ),
            label_field="name",
            group=text("Local clusters"),
        )
    ]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result: LisaTransitionsResult = done.result
    name = done.inputs.variable_name(done.parameters.variable)
    said: list[Text] = []
    for start, end in pairwise(result.years):
        facts = {"variable": name, "start": start, "end": end}
        rows = result.units[(result.units["start"] == start) & (result.units["end"] == end)]
        moved = rows[rows["changed"]]
        types = result.types[(result.types["start"] == start) & (result.types["end"] == end)].iloc[
            0
        ]
        said.append(
            text(
                "{variable}, {start} → {end}: {k} of {n} places changed their cluster type; {same} "
                "kept their quadrant (stability {stability}, flux {flux}, cohesion {cohesion}).",
                k=len(moved),
                n=len(rows),
                same=int(types["0"]),
                stability=shown(types["stability"], 2),
                flux=shown(types["flux"], 2),
                cohesion=shown(types["cohesion"], 2),
                **facts,
            )
        )
        for (before, after), part in moved.groupby(["label_start", "label_end"], sort=False):
            said.append(
                text(
                    "{variable}, {start} → {end}: from {before} to {after}: {places}.",
                    before=LABELS[str(before)],
                    after=LABELS[str(after)],
                    places=Places([done.inputs.names[unit] for unit in part["unit"]]),
                    **facts,
                )
            )
    return said


ANALYSIS = Analysis(
    name="transitions",
    title=text("Transitions of local clusters"),
    question=text("Which places became, or ceased to be, hot spots, cold spots or outliers?"),
    reading=text(
        "Quadrants compare every place and its neighbours with the mean and need no test; cluster "
        "types keep those that pass the test. A type I move is the place's own, type II that of its "
        "neighbours. A place that crosses the level of significance by little has changed its type "
        "and hardly anything else: look at both q values."
    ),
    methods=text(
        "Local Moran's I of each year with the same weights and the same random draws; types of "
        "moves between the quadrants after Rey (2001). Stability is the share of places without a "
        "move, flux that of types I and II, cohesion that of types 0 and IIIA."
    ),
    parameters=TransitionsParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("rey2001", "rey2006", "anselin1995", "anselin1996"),
)
