"""Rates over unequal populations: empirical-Bayes smoothing, Moran's I global and local."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from spatialcarbon.core.align import Missing
from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.stats.inference import Alternative, Correction
from spatialcarbon.stats.local_moran import LABELS as QUADRANT_LABELS
from spatialcarbon.stats.rate_moran import RateMoranResult, local_rate_moran, rate_moran
from spatialcarbon.studies.analyses._local import (
    label_sentences,
    nothing_found,
    years_or_last,
)
from spatialcarbon.studies.analyses._rates_shown import figures, layers, rate_name, tables
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import LABELS, shown, significant

if TYPE_CHECKING:
    from spatialcarbon.stats.moran import MoranResult


class RateParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("events", "population")

    events: str = Field(description="Variable of counted events.")
    population: str = Field(description="Variable they are counted among.")
    years: list[int] | None = Field(
        default=None, description="Years; the last one that both variables have if left out."
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


def run(parameters: RateParameters, inputs: Inputs) -> dict[int, Any]:
    """Compute the global and the local statistic of every year."""
    weights = inputs.weights_named(parameters.weights)
    results = {}
    for year in years_of(parameters, inputs):
        events = inputs.panel.at(parameters.events, year)
        population = inputs.panel.at(parameters.population, year)
        overall = rate_moran(
            events,
            population,
            weights,
            alternative=parameters.alternative,
            permutations=parameters.permutations,
            missing=parameters.missing,
            rng=inputs.seed,
        )
        with warnings.catch_warnings():
            # The result carries the same sentence as a note, which the report shows.
            warnings.simplefilter("ignore", PermutationWarning)
            local = local_rate_moran(
                events,
                population,
                weights,
                permutations=parameters.permutations,
                alpha=parameters.alpha,
                correction=parameters.correction,
                missing=parameters.missing,
                rng=inputs.seed,
            )
        results[year] = {"overall": overall, "local": local}
    return results


def years_of(parameters: RateParameters, inputs: Inputs) -> list[int]:
    """Return the years asked for; by default the last one that both variables have."""
    known = set(inputs.years_of(parameters.population))
    shared = [year for year in inputs.years_of(parameters.events) if year in known]
    return years_or_last(parameters.years, shared)


def check(parameters: RateParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that a variable lacks."""
    problems = inputs.absent_years(parameters.events, parameters.years)
    problems += inputs.absent_years(parameters.population, parameters.years)
    shared = set(inputs.years_of(parameters.events)) & set(inputs.years_of(parameters.population))
    if not shared:
        problems.append(
            text(
                "{events} and {population} have no year in common",
                events=parameters.events,
                population=parameters.population,
            )
        )
    return problems


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    name = rate_name(done)
    said: list[Text] = []
    for year, results in done.result.items():
        overall: RateMoranResult = results["overall"]
        local = results["local"]
        said.append(
            text(
                "{variable}, {year}: I of the standardised rates = {i} (p = {p}); of the raw rates "
                "{raw} (p = {raw_p}).",
                variable=name,
                year=year,
                i=shown(overall.statistic),
                p=_pvalue(overall),
                raw=shown(overall.raw.statistic),
                raw_p=_pvalue(overall.raw),
            )
        )
        if local.permutations:
            wanted = {label: LABELS[label] for label in QUADRANT_LABELS.values()}
            found = label_sentences(done, local.label, wanted, name, year)
            said += found or [nothing_found(name, year, local.pvalue, local.alpha)]
    return said


def _pvalue(result: MoranResult) -> str:
    p = result.pvalue_permutation
    p = result.pvalue_randomization if p is None else p
    return significant(p) if p == p else "–"


ANALYSIS = Analysis(
    name="rates",
    title=text("Rates over unequal populations: empirical Bayes and Moran's I"),
    question=text(
        "Are high rates next to high rates, or do small populations only make it look so?"
    ),
    reading=text(
        "A rate over few people varies more by chance. Standardised rates measure each against what "
        "its population allows; where their Moran's I and that of the raw rates differ, believe the "
        "former. Smoothed rates are for maps, not for tests. All of this is for counted events: with "
        "other quantities, such as tonnes, the unit of measure decides how much is smoothed."
    ),
    methods=text(
        "Moran's I of empirical-Bayes standardised rates (Assunção and Reis 1999) with permutation "
        "p-values (b + 1)/(R + 1); smoothed rates after Marshall (1991); locally by conditional "
        "permutation with the false discovery rate."
    ),
    parameters=RateParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("assuncao1999", "marshall1991", "anselin1995", "benjamini1995", "phipson2010"),
)
