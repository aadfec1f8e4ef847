"""Getis-Ord local G*: where high values gather, and where low ones."""

from __future__ import annotations

import warnings

import pandas as pd
from pydantic import Field

from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.hotspot_map import HOTSPOT_TEXTS, hotspot_map, hotspot_style
from spatialcarbon.report.layers import Layer
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.hotspots import COLD, HOT, Inference, LocalGResult, local_g
from spatialcarbon.stats.inference import Correction
from spatialcarbon.studies.analyses._local import (
    label_sentences,
    nothing_found,
    with_measure,
    year_frame,
    years_or_last,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS

WORDS = {
    **HEADINGS,
    "statistic": text("G (z-score)"),
    "share": text("Share of the total in the neighbourhood"),
}


class HotspotParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable to test.")
    years: list[int] | None = Field(default=None, description="Years; the last one if left out.")
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    star: bool = Field(default=True, description="Count a place as part of its neighbourhood (G*).")
    inference: Inference = Field(
        default="permutation", description="p-values by permutation, or from the z-score."
    )
    permutations: int | None = Field(
        default=None, ge=0, description="Random draws; 99,999 if left out, 0 for none."
    )
    alpha: float = Field(default=0.05, gt=0, lt=1, description="Level of significance.")
    correction: Correction = Field(default="fdr_bh", description="For testing many units at once.")


def run(parameters: HotspotParameters, inputs: Inputs) -> dict[int, LocalGResult]:
    """Compute one local analysis per year."""
    results = {}
    for year in years_or_last(parameters.years, inputs.years_of(parameters.variable)):
        with warnings.catch_warnings():
            # The result carries the same sentence as a note, which the report shows.
            warnings.simplefilter("ignore", PermutationWarning)
            results[year] = local_g(
                inputs.panel.at(parameters.variable, year),
                inputs.weights_named(parameters.weights),
                star=parameters.star,
                inference=parameters.inference,
                permutations=parameters.permutations,
                alpha=parameters.alpha,
                correction=parameters.correction,
                rng=inputs.seed,
            )
    return results


def check(parameters: HotspotParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that the variable lacks."""
    return inputs.absent_years(parameters.variable, parameters.years)


def tables(done: Done) -> list[Table]:
    """Return one table of all units and years."""
    parts = [year_frame(done, year).assign(year=year) for year in done.result]
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "year", frame.pop("year"))
    variable = done.parameters.variable
    return [
        Table(
            name=done.key,
            title=text(
                "Hot and cold spots of {variable}", variable=done.inputs.variable_name(variable)
            ),
            frame=frame,
            headings=WORDS,
            measures={"value": done.inputs.measure(variable)},
            decimals={
                **{"statistic": 3, "share": 4, "value": 2},
                **{"pvalue": 4, "pvalue_normality": 4, "qvalue": 4},
            },
            words=HOTSPOT_TEXTS,
            note=text(
                "q is the p-value adjusted for testing many units; the cluster type is given where q "
                "is at most the level chosen."
            ),
            shown=("year", "name", "value", "statistic", "pvalue", "qvalue", "label"),
        )
    ]


def figures(done: Done) -> list[FigureSpec]:
    """Return a map per year."""
    inputs, variable = done.inputs, done.parameters.variable
    specs = []
    for year, result in done.result.items():
        title = _title(done, year)

        def draw(language, result=result, title=title):  # type: ignore[no-untyped-def]
            return hotspot_map(
                with_names(inputs, language),
                result.to_frame(),
                title=title,
                star=result.star,
                name_field="shown_name",
                groups=inputs.first_group(),
                group_names=inputs.group_names,
                background=inputs.background,
                language=language,
            )

        specs.append(
            FigureSpec(
                name=f"{done.key}_{variable}_{year}_map",
                title=title,
                caption=text(
                    "Red: high values gather here; blue: low values do, each beyond chance after "
                    "correction for multiple tests. Outliers are not marked: local Moran's I shows "
                    "those."
                ),
                alt=text("Map of hot and cold spots by place."),
                draw=draw,
            )
        )
    return specs


def _title(done: Done, year: int) -> Text:
    name = done.inputs.variable_name(done.parameters.variable)
    return text("Hot and cold spots of {variable}, {year}", variable=name, year=year)


def layers(done: Done) -> list[Layer]:
    """Return one map layer per year with the standard colours."""
    inputs, variable = done.inputs, done.parameters.variable
    name = inputs.variable_name(variable)
    made = []
    for year in done.result:
        frame = year_frame(done, year).set_index("unit").reindex(inputs.units.index)
        columns = {str(c): frame[c] for c in frame.columns if c != "name"}
        made.append(
            Layer(
                name=f"{done.key}_{variable}_{year}",
                title=_title(done, year),
                abstract=text(
                    "Getis-Ord local G of {variable} in {year}; p-values: {inference}, "
                    "{correction}, level {alpha}.",
                    variable=name,
                    year=year,
                    inference=INFERENCES[done.parameters.inference],
                    correction=done.parameters.correction,
                    alpha=done.parameters.alpha,
                ),
                frame=named_frame(inputs, columns),
                aliases={
                    **WORDS,
                    "value": with_measure(done, variable),
                },
                style=hotspot_style("label"),
                label_field="name",
                group=text("Local clusters"),
            )
        )
    return made


INFERENCES = {"permutation": text("permutation"), "normal": text("normal curve")}


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    name = done.inputs.variable_name(done.parameters.variable)
    said: list[Text] = []
    for year, result in done.result.items():
        if result.pvalue.isna().all():
            said.append(text("{year}: no test was made (0 permutations).", year=year))
            continue
        wanted = {label: HOTSPOT_TEXTS[label] for label in (HOT, COLD)}
        found = label_sentences(done, result.label, wanted, name, year)
        said += found or [nothing_found(name, year, result.pvalue, result.alpha)]
    return said


ANALYSIS = Analysis(
    name="hotspots",
    title=text("Hot and cold spots: local G*"),
    question=text("Where do high values gather, and where low ones?"),
    reading=text(
        "Hot spot: a neighbourhood of high values; cold spot: one of low values. A place unlike its "
        "neighbours takes their label where they outweigh it, and none where it outweighs them. The "
        "z-score of G* counts the place itself; the permutation p-value asks about its neighbours "
        "alone, and a spot needs both. Not significant means that chance is a "
        "sufficient explanation, not that nothing is there."
    ),
    methods=text(
        "Local G of Getis and Ord (1992), standardised after Ord and Getis (1995), with a place in its "
        "own neighbourhood (G*) unless said otherwise. Two-sided p-values by conditional permutation "
        "or from the normal curve; false discovery rate after Benjamini and Hochberg (1995)."
    ),
    parameters=HotspotParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("getis1992", "ord1995", "benjamini1995", "caldas2006", "phipson2010"),
)
