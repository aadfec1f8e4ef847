"""Local Moran's I: hot spots, cold spots and outliers on the map."""

from __future__ import annotations

import warnings

import pandas as pd
from pydantic import Field

from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import moran_scatter
from spatialcarbon.report.layers import Layer, lisa_style
from spatialcarbon.report.maps import lisa_map
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.inference import Correction
from spatialcarbon.stats.local_moran import LABELS as QUADRANT_LABELS
from spatialcarbon.stats.local_moran import LocalMoranResult, Scaling, local_moran
from spatialcarbon.studies.analyses._local import (
    label_sentences,
    nothing_found,
    with_measure,
    year_frame,
    years_or_last,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS, LABELS


class LisaParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable to test.")
    years: list[int] | None = Field(default=None, description="Years; the last one if left out.")
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    permutations: int | None = Field(
        default=None, ge=0, description="Random draws; 99,999 if left out, 0 for none."
    )
    alpha: float = Field(default=0.05, gt=0, lt=1, description="Level of significance.")
    correction: Correction = Field(default="fdr_bh", description="For testing many units at once.")
    scaling: Scaling = Field(default="n", description="Divisor of the variance.")
    independent: bool = Field(default=False, description="Draw afresh for every unit.")


def run(parameters: LisaParameters, inputs: Inputs) -> dict[int, LocalMoranResult]:
    """Compute one local analysis per year."""
    results = {}
    for year in years_or_last(parameters.years, inputs.years_of(parameters.variable)):
        with warnings.catch_warnings():
            # The result carries the same sentence as a note, which the report shows.
            warnings.simplefilter("ignore", PermutationWarning)
            results[year] = local_moran(
                inputs.panel.at(parameters.variable, year),
                inputs.weights_named(parameters.weights),
                permutations=parameters.permutations,
                alpha=parameters.alpha,
                correction=parameters.correction,
                scaling=parameters.scaling,
                independent=parameters.independent,
                rng=inputs.seed,
            )
    return results


def check(parameters: LisaParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that the variable lacks."""
    return inputs.absent_years(parameters.variable, parameters.years)


def tables(done: Done) -> list[Table]:
    """Return one table of all units and years."""
    parts = []
    for year in done.result:
        part = year_frame(done, year)
        part.insert(0, "year", year)
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    measure = done.inputs.measure(done.parameters.variable)
    return [
        Table(
            name=done.key,
            title=text(
                "Local Moran's I of {variable}",
                variable=done.inputs.variable_name(done.parameters.variable),
            ),
            frame=frame,
            headings={**HEADINGS, "statistic": HEADINGS["local"]},
            measures={"value": measure, "lag": measure},
            decimals={"statistic": 3, "lag": 2, "value": 2, "pvalue": 4, "qvalue": 4},
            words=LABELS,
            note=text(
                "q is the p-value adjusted for testing many units; the cluster type is given where q "
                "is at most the level chosen."
            ),
            shown=("year", "name", "value", "statistic", "lag", "pvalue", "qvalue", "label"),
        )
    ]


def figures(done: Done) -> list[FigureSpec]:
    """Return a map and a Moran scatter plot per year."""
    inputs, variable = done.inputs, done.parameters.variable
    name = inputs.variable_name(variable)
    group = inputs.first_group()
    specs = []
    for year, result in done.result.items():
        map_title = text("Local clusters of {variable}, {year}", variable=name, year=year)
        plot_title = text("Moran scatter plot of {variable}, {year}", variable=name, year=year)

        def draw_map(language, result=result, title=map_title):  # type: ignore[no-untyped-def]
            return lisa_map(
                with_names(inputs, language),
                result.to_frame(),
                title=title,
                name_field="shown_name",
                groups=group,
                group_names=inputs.group_names,
                background=inputs.background,
                language=language,
            )

        def draw_plot(language, result=result, title=plot_title):  # type: ignore[no-untyped-def]
            spread = float(result.deviation.std(ddof=0))
            return moran_scatter(
                result.deviation / spread,
                result.lag.fillna(0.0) / spread,  # an isolate has no neighbours: drawn hollow at 0
                result.global_statistic,
                title=title,
                quantity=name,
                labels=result.label,
                names=with_names(inputs, language)["shown_name"],
                language=language,
            )

        specs += [
            FigureSpec(
                name=f"{done.key}_{variable}_{year}_map",
                title=map_title,
                caption=text(
                    "Coloured places differ from a random arrangement after correction for multiple "
                    "tests: red where high lies among high, blue where low lies among low, pale "
                    "shades for a place unlike its neighbours."
                ),
                alt=text("Map of local Moran clusters by place."),
                draw=draw_map,
            ),
            FigureSpec(
                name=f"{done.key}_{variable}_{year}_scatter",
                title=plot_title,
                caption=text(
                    "Each point is a place: its own value across, the mean of its neighbours up, both "
                    "in standard deviations. The slope of the line is Moran's I."
                ),
                alt=text("Scatter plot of standardised values against their spatial lags."),
                draw=draw_plot,
            ),
        ]
    return specs


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
                title=text("Local clusters of {variable}, {year}", variable=name, year=year),
                abstract=text(
                    "Local Moran's I of {variable} in {year}; {n} permutations, {correction}, level {alpha}.",
                    variable=name,
                    year=year,
                    n=done.result[year].permutations,
                    correction=done.parameters.correction,
                    alpha=done.parameters.alpha,
                ),
                frame=named_frame(inputs, columns),
                aliases={
                    **HEADINGS,
                    "statistic": HEADINGS["local"],
                    "value": with_measure(done, variable),
                },
                style=lisa_style("label"),
                label_field="name",
                group=text("Local clusters"),
            )
        )
    return made


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    said = []
    name = done.inputs.variable_name(done.parameters.variable)
    words = {label: LABELS[label] for label in QUADRANT_LABELS.values()}
    for year, result in done.result.items():
        if not result.permutations:
            said.append(text("{year}: no test was made (0 permutations).", year=year))
        else:
            found = label_sentences(done, result.label, words, name, year)
            said += found or [nothing_found(name, year, result.pvalue, result.alpha)]
    return said


ANALYSIS = Analysis(
    name="lisa",
    title=text("Local clusters: local Moran's I"),
    question=text(
        "Where are the hot spots, the cold spots and the places unlike their neighbours?"
    ),
    reading=text(
        "High-High: a high value among high neighbours (hot spot). Low-Low: cold spot. High-Low and "
        "Low-High: a place unlike its neighbours. The colour marks the core of a cluster; its "
        "neighbours belong to it too. Not significant means that chance is a sufficient explanation, "
        "not that nothing is there."
    ),
    methods=text(
        "Local Moran's I (Anselin 1995) with conditional permutation: each place keeps its value, its "
        "neighbours' values are drawn without replacement from the rest. Two-sided p-values "
        "(b + 1)/(R + 1), doubled; false discovery rate after Benjamini and Hochberg (1995)."
    ),
    parameters=LisaParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("anselin1995", "anselin1996", "benjamini1995", "caldas2006", "phipson2010"),
)
