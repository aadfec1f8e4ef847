"""Bivariate and time-lagged Moran's I: one variable here, another one (or another year) next door."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from pydantic import Field

from spatialcarbon.core.align import Missing
from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.stats.bivariate import BivariateMoranResult, bivariate_moran
from spatialcarbon.stats.inference import Alternative, Correction
from spatialcarbon.stats.lagged import lagged_moran
from spatialcarbon.stats.local_bivariate import local_bivariate_moran
from spatialcarbon.stats.local_moran import LABELS as QUADRANT_LABELS
from spatialcarbon.studies.analyses._bivariate_shown import figures, layers, tables
from spatialcarbon.studies.analyses._local import (
    label_sentences,
    nothing_found,
    years_or_last,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import LABELS, shown, significant


class BivariateParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("x", "y")

    x: str = Field(description="Variable in the place itself.")
    y: str | None = Field(
        default=None, description="Variable among its neighbours; x itself if left out."
    )
    lag: int = Field(default=0, ge=0, description="Years by which y lies before x.")
    years: list[int] | None = Field(
        default=None, description="Years of x; the last possible one if left out."
    )
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    alternative: Alternative = Field(default="two-sided", description="What p-values are against.")
    permutations: int | None = Field(
        default=None, ge=0, description="Random draws; 99,999 if left out, 0 for none."
    )
    alpha: float = Field(default=0.05, gt=0, lt=1, description="Level of significance.")
    correction: Correction = Field(default="fdr_bh", description="For testing many units at once.")
    missing: Missing = Field(
        default="raise", description="Refuse missing values, or leave these places out."
    )

    @property
    def other(self) -> str:
        """The variable among the neighbours."""
        return self.x if self.y is None else self.y


def run(parameters: BivariateParameters, inputs: Inputs) -> dict[str, Any]:
    """Compute the global and the local statistic of every year, and all pairs of years."""
    weights = inputs.weights_named(parameters.weights)
    drawn: dict[str, Any] = {
        "permutations": parameters.permutations,
        "missing": parameters.missing,
        "rng": inputs.seed,
    }
    overall, local = {}, {}
    for year in years_of(parameters, inputs):
        x = inputs.panel.at(parameters.x, year)
        y = inputs.panel.at(parameters.other, year - parameters.lag)
        overall[year] = bivariate_moran(x, y, weights, alternative=parameters.alternative, **drawn)
        with warnings.catch_warnings():
            # The result carries the same sentence as a note, which the report shows.
            warnings.simplefilter("ignore", PermutationWarning)
            local[year] = local_bivariate_moran(
                x, y, weights, alpha=parameters.alpha, correction=parameters.correction, **drawn
            )
    series = None
    if parameters.lag and parameters.other == parameters.x:
        grid = inputs.panel.grid(parameters.x)
        series = lagged_moran(
            grid, weights, lag=parameters.lag, alternative=parameters.alternative, **drawn
        )
    return {"overall": overall, "local": local, "lagged": series}


def years_of(parameters: BivariateParameters, inputs: Inputs) -> list[int]:
    """Return the years of x asked for; by default the last one for which y is known as well."""
    known = set(inputs.years_of(parameters.other))
    possible = [year for year in inputs.years_of(parameters.x) if year - parameters.lag in known]
    return years_or_last(parameters.years, possible)


def check(parameters: BivariateParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: absent years, or a variable against itself."""
    if parameters.other == parameters.x and not parameters.lag:
        return [
            text("x and y are both {variable}: give a lag, or use moran", variable=parameters.x)
        ]
    earlier = [year - parameters.lag for year in parameters.years or ()]
    problems = inputs.absent_years(parameters.x, parameters.years)
    problems += inputs.absent_years(parameters.other, earlier)
    known = set(inputs.years_of(parameters.other))
    if not any(year - parameters.lag in known for year in inputs.years_of(parameters.x)):
        problems.append(
            text(
                "{x} and {y} have no years that lie {lag} apart",
                x=parameters.x,
                y=parameters.other,
                lag=parameters.lag,
            )
        )
    return problems


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    parameters, inputs = done.parameters, done.inputs
    name = text(
        "{x} with {y} next door {lag} years before" if parameters.lag else "{x} with {y} next door",
        x=inputs.variable_name(parameters.x),
        y=inputs.variable_name(parameters.other),
        lag=parameters.lag,
    )
    said: list[Text] = []
    for year, result in done.result["overall"].items():
        said.append(_sentence(name, year, result))
        local = done.result["local"][year]
        if local.permutations:
            wanted = {label: LABELS[label] for label in QUADRANT_LABELS.values()}
            found = label_sentences(done, local.label, wanted, name, year)
            said += found or [nothing_found(name, year, local.pvalue, local.alpha)]
    return said


def _sentence(name: Text, year: int, result: BivariateMoranResult) -> Text:
    p = result.pvalue_permutation
    p = result.pvalue_randomization if p is None else p
    if not p < 0.05:
        verdict = text("no association with the neighbours that chance could not explain.")
    elif result.statistic > 0:
        verdict = text("high lies next to high, and low next to low.")
    else:
        verdict = text("high lies next to low.")
    return text(
        "{variable}, {year}: I = {i} (p = {p}), beside a correlation of {r} in the same places: "
        "{verdict}",
        variable=name,
        year=year,
        i=shown(result.statistic),
        p=significant(p) if p == p else "–",
        r=shown(result.correlation),
        verdict=verdict,
    )


ANALYSIS = Analysis(
    name="bivariate",
    title=text("One variable here, another next door: bivariate Moran's I"),
    question=text(
        "Where one variable is high, is another one, or the same one some years before, high in the "
        "neighbourhood?"
    ),
    reading=text(
        "Above 0: high values lie next to high values of the other variable; below 0: next to low "
        "ones. When the two go together in the same places and each is clustered, this follows by "
        "itself: compare I with their correlation, and a lagged I with the I of the year itself. "
        "Neither shows that one acts on the other. In labels the first word is about the place, the "
        "second about its neighbours."
    ),
    methods=text(
        "Bivariate Moran's I (Wartenberg 1985; Lee 2001), x in the place, y among its neighbours; "
        "p-values (b + 1)/(R + 1) over random assignments of y to the places. Locally (Anselin, Syabri "
        "and Smirnov 2002) by conditional permutation with the false discovery rate."
    ),
    parameters=BivariateParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("wartenberg1985", "lee2001", "anselin2002", "benjamini1995", "phipson2010"),
)
