"""Allocations judged: fairness against yardsticks, clusters and border contrasts on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import text
from spatialcarbon.models.quota.judgement import judge_allocation
from spatialcarbon.studies.analyses._allocate_settings import emission_year
from spatialcarbon.studies.analyses._judgement_settings import (
    JudgementParameters,
    check,
    given_amounts,
    yardsticks,
)
from spatialcarbon.studies.analyses._judgement_shown import figures, layers
from spatialcarbon.studies.analyses._judgement_tables import tables
from spatialcarbon.studies.analyses._judgement_words import findings
from spatialcarbon.studies.analyses.allocate import run as run_allocation
from spatialcarbon.studies.analysis import Analysis, Inputs

if TYPE_CHECKING:
    from spatialcarbon.models.quota.judgement_result import JudgementResult


def run(parameters: JudgementParameters, inputs: Inputs) -> JudgementResult:
    """Allocate by the principles, or take the amounts of a table, and judge them."""
    if parameters.allocations is not None:
        amounts = pd.DataFrame(given_amounts(parameters, inputs))
        emitted = inputs.panel.at(parameters.emission, emission_year(parameters, inputs))
    else:
        results = run_allocation(parameters, inputs)["results"]
        amounts = pd.DataFrame({name: result.allocation for name, result in results.items()})
        # On the national scale where the allocation was made there.
        emitted = next(iter(results.values())).emissions
    return judge_allocation(
        amounts,
        weights=inputs.weights_named(parameters.weights),
        emissions=emitted,
        **yardsticks(parameters, inputs),
        groups=dict(inputs.groups) or None,
        permutations=parameters.permutations,
        alpha=parameters.alpha,
        correction=parameters.correction,
        rng=inputs.seed,
    )


ANALYSIS = Analysis(
    name="judgement",
    title=text("Allocations judged: fairness and the map"),
    question=text(
        "How evenly does each allocation lie on people, output and emissions, and where do neighbours "
        "bear very different burdens?"
    ),
    reading=text(
        "A small index says that a burden is nearly in proportion to a yardstick, not that this proportion is "
        "just: every principle is the fairest by its own yardstick. Moran's I of a burden mostly repeats that of "
        "what it follows, so read it relative to emissions. A border contrast is a reason for carbon to move "
        "from the side with the higher burden to the other, not a measurement of it moving."
    ),
    methods=text(
        "Gini coefficient and Theil's indices of the burden per unit of a yardstick, weighted by the yardstick; "
        "Theil's T split by groups. Global and local Moran's I with permutations, one seed for all. Contrast: "
        "ratio of the burdens relative to a yardstick on the two sides of every pair of neighbours. "
        "Pearson's and Spearman's correlation of the amounts."
    ),
    parameters=JudgementParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=(
        *("study004", "gini1912", "lorenz1905", "theil1967", "bourguignon1979"),
        *("moran1950", "anselin1995", "benjamini1995", "phipson2010"),
    ),
)
