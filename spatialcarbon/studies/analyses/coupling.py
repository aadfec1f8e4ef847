"""Coupling coordination: do subsystems develop together, and how far?"""

from __future__ import annotations

from functools import reduce
from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.coupling_figures import class_colours
from spatialcarbon.report.figures import class_map, coupling_plane
from spatialcarbon.report.layers import Categorised, Category, Layer
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.coupling import CouplingResult, coupling_coordination, minmax_scores
from spatialcarbon.stats.coupling_classes import CLASS_NAMES, Scheme
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS, LABELS, shown

OWN_HEADINGS = {
    "coupling": text("Coupling C"),
    "development": text("Development T"),
    "coordination": text("Coordination D"),
    "level": text("Class"),
}


class CouplingParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("subsystems", "inverse")

    subsystems: list[str] = Field(
        min_length=2, description="Variables that are the scores of the subsystems, in 0 to 1."
    )
    scaling: Literal["none", "minmax"] = Field(
        default="none",
        description="Scores as they are, or variables scaled from the least (0) to the most (1).",
    )
    inverse: list[str] = Field(
        default=[], description="With minmax: those of the subsystems of which less is better."
    )
    alpha: dict[str, float] | None = Field(
        default=None, description="Weight of each subsystem in T, of sum one; equal if left out."
    )
    classes: Scheme = Field(default="six", description="Number of classes of coordination.")
    years: list[int] | None = Field(
        default=None, description="Years; all that the variables have in common if left out."
    )
    map_years: list[int] | None = Field(
        default=None, description="Years to map; the last one if left out."
    )


def run(parameters: CouplingParameters, inputs: Inputs) -> CouplingResult:
    """Compute all places and years; years are scaled together."""
    rows = pd.MultiIndex.from_product(
        [inputs.units.index, _years(parameters, inputs)], names=["unit", "year"]
    )
    scores = pd.DataFrame(
        {
            name: inputs.panel[name][_years(parameters, inputs)].to_numpy().ravel()
            for name in parameters.subsystems
        },
        index=rows,
    )
    if parameters.scaling == "minmax":
        scores = minmax_scores(scores, inverse=parameters.inverse)
    return coupling_coordination(scores, weights=parameters.alpha, classes=parameters.classes)


def _years(parameters: CouplingParameters, inputs: Inputs) -> list[int]:
    if parameters.years is not None:
        return sorted(set(parameters.years))
    known = [set(inputs.years_of(name)) for name in parameters.subsystems]
    return sorted(set.intersection(*known))


def check(parameters: CouplingParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: absent years, strange names among weights and inverse ones."""
    asked = [*(parameters.years or []), *(parameters.map_years or [])]
    problems = [
        problem for name in parameters.subsystems for problem in inputs.absent_years(name, asked)
    ]
    if not problems and not _years(parameters, inputs):
        problems.append(text("the variables have no year in common"))
    strange = [name for name in parameters.inverse if name not in parameters.subsystems]
    if strange:
        problems.append(text("inverse names {names}, not a subsystem", names=some(strange)))
    if parameters.inverse and parameters.scaling == "none":
        problems.append(text("inverse is for scaling = 'minmax'; scores are taken as they are"))
    if parameters.alpha is not None and set(parameters.alpha) != set(parameters.subsystems):
        problems.append(text("alpha must have a weight for every subsystem and for nothing else"))
    return problems


def _map_years(done: Done) -> list[int]:
    years = _years(done.parameters, done.inputs)
    return [y for y in done.parameters.map_years or years[-1:] if y in years]


def _of_year(done: Done, year: int) -> pd.DataFrame:
    frame = done.result.to_frame()
    rows: pd.DataFrame = frame[frame["year"] == year].drop(columns="year").reset_index(drop=True)
    return rows


def _together(done: Done) -> Text:
    """Return the names of the subsystems in one, so that titles of two analyses differ."""
    names = [done.inputs.variable_name(name) for name in done.parameters.subsystems]
    return reduce(lambda first, then: text("{a} × {b}", a=first, b=then), names)


def _score_headings(done: Done) -> dict[str, Text]:
    turned = done.parameters.inverse
    return {
        name: text(
            "Score: {variable}, less is better" if name in turned else "Score: {variable}",
            variable=done.inputs.variable_name(name),
        )
        for name in done.parameters.subsystems
    }


def tables(done: Done) -> list[Table]:
    """Return every place and year, and how many are in each class."""
    result: CouplingResult = done.result
    frame = result.to_frame()
    frame.insert(1, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    scores = list(done.parameters.subsystems)
    counts = frame.groupby(["year", "level"], sort=False).size()
    years = list(dict.fromkeys(frame["year"]))
    wide = pd.DataFrame(
        {str(year): [int(counts.get((year, c), 0)) for c in result.classes] for year in years}
    )
    wide.insert(0, "level", list(result.classes))
    wide.insert(1, "lower_bound", list(result.classes.values()))
    return [
        Table(
            name=done.key,
            title=text("Coupling coordination by place"),
            frame=frame,
            headings={**HEADINGS, **OWN_HEADINGS, **_score_headings(done)},
            decimals=dict.fromkeys([*scores, "coupling", "development", "coordination"], 3),
            words={**LABELS, **CLASS_NAMES, "all zero": text("all scores are zero")},
            note=text("All numbers lie between 0 and 1."),
            shown=["name", "year", *scores, "coupling", "development", "coordination", "level"],
            shown_rows=frame["year"].isin(_map_years(done)),
        ),
        Table(
            name=f"{done.key}_classes",
            title=text("Places by class of coordination"),
            frame=wide,
            headings={**OWN_HEADINGS, "lower_bound": text("D from")},
            decimals={"lower_bound": 1},
            words=CLASS_NAMES,
        ),
    ]


def figures(done: Done) -> list[FigureSpec]:
    """Return the plane of coupling and development, and the map of classes, per mapped year."""
    inputs, result = done.inputs, done.result
    specs = []
    for year in _map_years(done):
        rows = _of_year(done, year)
        plane = text("Coupling of {names}, {year}", names=_together(done), year=year)
        areas = text("Coordination of {names}, {year}", names=_together(done), year=year)

        def draw_plane(language, rows=rows, title=plane):  # type: ignore[no-untyped-def]
            return coupling_plane(
                rows,
                classes=result.classes,
                title=title,
                class_names=CLASS_NAMES,
                names=inputs.names,
                language=language,
            )

        def draw_map(language, rows=rows, title=areas):  # type: ignore[no-untyped-def]
            return class_map(
                with_names(inputs, language),
                rows.set_index("unit")["level"],
                classes=list(result.classes),
                title=title,
                caption=text("Class of D (places)"),
                class_names=CLASS_NAMES,
                groups=inputs.first_group(),
                group_names=inputs.group_names,
                background=inputs.background,
                language=language,
            )

        specs += [
            FigureSpec(
                name=f"{done.key}_{year}_plane",
                title=plane,
                caption=text(
                    "Up: how alike the scores of a place are. Across: how high they are on average. The dashed curves "
                    "bound the classes of D = √(C·T). High and to the left: the subsystems agree, but on a low level."
                ),
                alt=text("Scatter plot of coupling against development."),
                draw=draw_plane,
            ),
            FigureSpec(
                name=f"{done.key}_{year}_map",
                title=areas,
                caption=text(
                    "Classes of the coordination degree D. Their bounds are a convention: look at D where a place lies close to one."
                ),
                alt=text("Map of classes of coordination by place."),
                draw=draw_map,
            ),
        ]
    return specs


def layers(done: Done) -> list[Layer]:
    """Return one layer per mapped year, coloured by class."""
    inputs, result = done.inputs, done.result
    colours = class_colours(list(result.classes))
    made = []
    for at, year in enumerate(_map_years(done)):
        rows = _of_year(done, year).set_index("unit").reindex(inputs.units.index)
        made.append(
            Layer(
                name=f"{done.key}_{year}",
                title=text("Coordination of {names}, {year}", names=_together(done), year=year),
                abstract=text(
                    "Coupling coordination degree of {names} in {year}, by class.",
                    names=_together(done),
                    year=year,
                ),
                frame=named_frame(inputs, {str(c): rows[c] for c in rows.columns}),
                aliases={**HEADINGS, **OWN_HEADINGS, **_score_headings(done)},
                style=Categorised(
                    "level",
                    tuple(
                        Category(name, CLASS_NAMES[name], colours[name])
                        for name in reversed(list(result.classes))
                    ),
                ),
                label_field="name",
                visible=at == 0,
                group=text("Coordination"),
            )
        )
    return made


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    said = []
    for year in _map_years(done):
        rows = _of_year(done, year).sort_values("coordination", kind="stable")
        counts = rows["level"].value_counts()
        most = max(done.result.classes, key=lambda name: counts.get(name, 0))
        said.append(
            text(
                "{year}: D from {a} ({low}) to {b} ({top}), {mean} on average; {n} of {total} places are in the class {label}.",
                year=year,
                a=shown(rows["coordination"].iloc[0]),
                b=shown(rows["coordination"].iloc[-1]),
                low=done.inputs.names[rows["unit"].iloc[0]],
                top=done.inputs.names[rows["unit"].iloc[-1]],
                mean=shown(rows["coordination"].mean()),
                n=int(counts[most]),
                total=len(rows),
                label=CLASS_NAMES[most],
            )
        )
    return said


ANALYSIS = Analysis(
    name="coupling",
    title=text("Coupling coordination of subsystems"),
    question=text("Do the subsystems of a place develop together, and on which level?"),
    reading=text(
        "C says how alike the scores of a place are (1: equal), T how high they are, D both at once. A place can "
        "be perfectly coupled because everything is equally low. D depends on how the scores were made: with "
        "scores scaled by minimum and maximum it ranks the places of this study and cannot be compared with "
        "another one. Nothing here says that one subsystem drives the other."
    ),
    methods=text(
        "C = k (Π U)^(1/k) / Σ U, T = Σ α U, D = √(C·T) with scores U in [0, 1] (Liao 1999, in the form that Wang "
        "et al. 2021 find free of misuse). Lower bounds of classes are inclusive."
    ),
    parameters=CouplingParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("liao1999", "wang2021"),
)
