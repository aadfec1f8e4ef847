"""Share of the largest places: how much of the total the few largest emit."""

from __future__ import annotations

import pandas as pd
from pydantic import Field

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.top_share import TopShareResult, top_share
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters


class TopShareParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable whose total is shared.")
    year: int | None = Field(default=None, description="Year; the last one if left out.")
    k: int = Field(default=3, ge=1, description="How many of the largest places.")


def run(parameters: TopShareParameters, inputs: Inputs) -> dict[str, TopShareResult]:
    """Compute all units together and every group with at least k of them."""
    year = parameters.year or inputs.years_of(parameters.variable)[-1]
    values = inputs.panel.at(parameters.variable, year)
    members = {"ALL": inputs.units.index, **inputs.groups}
    return {
        code: top_share(values.loc[units], k=parameters.k)
        for code, units in members.items()
        if len(units) >= parameters.k
    }


def tables(done: Done) -> list[Table]:
    """Return one row for each group."""
    rows = [
        {"group": code, "share": found.share, "k": len(found.units), "n": found.n}
        for code, found in done.result.items()
    ]
    return [
        Table(
            name=done.key,
            title=text("Share of the largest places"),
            frame=pd.DataFrame(rows),
            headings={
                "group": text("Group"),
                "share": text("Share of the total"),
                "k": text("Largest places"),
                "n": text("Units"),
            },
            decimals={"share": 3},
        )
    ]


def findings(done: Done) -> list[Text]:
    """Return what was found for all units together."""
    found = done.result["ALL"]
    return [
        text(
            "the {k} largest of {n} places: {share} % of the total.",
            k=len(found.units),
            n=found.n,
            share=f"{100 * found.share:.1f}",
        )
    ]


ANALYSIS = Analysis(
    name="top_share",
    title=text("Share of the largest places"),
    question=text("How much of the total do the few largest places emit?"),
    reading=text(
        "Where all places are alike the share is k/n; at 1 the few largest emit everything. "
        "It compares groups only where they have about as many places."
    ),
    methods=text("Sum of the k largest amounts over the sum of all."),
    parameters=TopShareParameters,
    run=run,
    tables=tables,
    figures=lambda _: [],
    text=findings,
)
