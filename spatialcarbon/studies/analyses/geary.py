"""Geary's C by year: how much neighbours differ, compared with any two places."""

from __future__ import annotations

import pandas as pd
from pydantic import Field

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.association_series import association_over_time
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.geary import GearyResult, geary
from spatialcarbon.stats.inference import Alternative
from spatialcarbon.stats.moran import global_moran
from spatialcarbon.studies.analyses._local import tested_column
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import HEADINGS, LABELS, shown, significant

WORDS = {
    **HEADINGS,
    "statistic": text("Geary's C"),
    "expected": text("E[C]"),
    "moran": text("Moran's I, for comparison"),
}


class GearyParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable to test.")
    years: list[int] | None = Field(default=None, description="Years; all of them if left out.")
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    alternative: Alternative = Field(
        default="two-sided",
        description="What p-values are against; greater: neighbours alike, C below 1.",
    )
    permutations: int | None = Field(
        default=None, ge=0, description="Random draws; 99,999 if left out, 0 for none."
    )


def run(parameters: GearyParameters, inputs: Inputs) -> dict[int, GearyResult]:
    """Compute every year in which the variable varies."""
    weights = inputs.weights_named(parameters.weights)
    return {
        year: geary(
            inputs.panel.at(parameters.variable, year),
            weights,
            alternative=parameters.alternative,
            permutations=parameters.permutations,
            rng=inputs.seed,
        )
        for year in parameters.years or inputs.years_of(parameters.variable)
    }


def check(parameters: GearyParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that the variable lacks."""
    return inputs.absent_years(parameters.variable, parameters.years)


def year_rows(done: Done) -> pd.DataFrame:
    """Return one row per year, with Moran's I of the same values."""
    weights = done.inputs.weights_named(done.parameters.weights)
    parts = []
    for year, result in done.result.items():
        row = result.to_frame()
        row.insert(0, "year", year)
        values = done.inputs.panel.at(done.parameters.variable, year)
        row["moran"] = global_moran(values, weights, permutations=0).statistic
        parts.append(row)
    frame: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return frame


def tables(done: Done) -> list[Table]:
    """Return one table of all years."""
    frame = year_rows(done)
    drawn = tested_column(frame)
    return [
        Table(
            name=done.key,
            title=text(
                "Geary's C of {variable}",
                variable=done.inputs.variable_name(done.parameters.variable),
            ),
            frame=frame,
            headings=WORDS,
            decimals={
                **dict.fromkeys(("statistic", "expected", "moran"), 4),
                **dict.fromkeys(("variance_normality", "variance_randomization"), 5),
                **dict.fromkeys(("z_normality", "z_randomization"), 3),
                **{name: 4 for name in frame.columns if str(name).startswith("pv")},
            },
            words=LABELS,
            note=text("C below 1: neighbours are more alike than any two places; above 1: less."),
            shown=("year", "statistic", "z_randomization", drawn, "moran", "n", "status"),
        )
    ]


def figures(done: Done) -> list[FigureSpec]:
    """Return Geary's C over time, when there is more than one year."""
    if len(done.result) < 2:
        return []
    variable = done.parameters.variable
    frame = year_rows(done)
    title = text("Geary's C of {variable} over time", variable=done.inputs.variable_name(variable))
    return [
        FigureSpec(
            name=f"{done.key}_{variable}_over_time",
            title=title,
            caption=text(
                "Below the band, neighbours are more alike than chance would have it; above it, less. "
                "Inside it, the pattern cannot be told from a random one."
            ),
            alt=text("Line chart of Geary's C by year with a 95 % band."),
            draw=lambda language: association_over_time(
                frame, title=title, quantity=text("Geary's C"), language=language
            ),
        )
    ]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    name = done.inputs.variable_name(done.parameters.variable)
    return [_sentence(name, year, result) for year, result in _ends(done.result).items()]


def _ends(results: dict[int, GearyResult]) -> dict[int, GearyResult]:
    return {year: results[year] for year in dict.fromkeys((min(results), max(results)))}


def _sentence(name: Text, year: int, result: GearyResult) -> Text:
    p = result.pvalue_permutation
    p = result.pvalue_randomization if p is None else p
    if not p < 0.05:
        verdict = text("the pattern cannot be told from a random one.")
    elif result.statistic < 1:
        verdict = text("neighbours are more alike than any two places.")
    else:
        verdict = text("neighbours differ more than any two places.")
    return text(
        "{variable}, {year}: C = {c} (p = {p}): {verdict}",
        variable=name,
        year=year,
        c=shown(result.statistic),
        p=significant(p) if p == p else "–",
        verdict=verdict,
    )


ANALYSIS = Analysis(
    name="geary",
    title=text("Differences between neighbours: Geary's C"),
    question=text("How much do neighbours differ, compared with any two places?"),
    reading=text(
        "C is 1 when neighbours differ as much as any two places, below 1 when they are alike, above 1 "
        "when they are unlike. It looks at differences across borders, so single extreme places weigh "
        "heavily; where it and Moran's I disagree, look at the map."
    ),
    methods=text(
        "Geary's C (Geary 1954) with the variances of Cliff and Ord (1981) under normality and "
        "randomisation, and permutation p-values (b + 1)/(R + 1)."
    ),
    parameters=GearyParameters,
    run=run,
    tables=tables,
    figures=figures,
    text=findings,
    check=check,
    references=("geary1954", "cliff1981", "phipson2010"),
)
