"""Efficiency with its intervals, and a fixed total shared so that all are efficient."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

from spatialcarbon.core.errors import ConvergenceWarning, WeakDiscriminationWarning
from spatialcarbon.core.language import text
from spatialcarbon.models.quota.dea import dea
from spatialcarbon.models.quota.dea_bootstrap import dea_bootstrap
from spatialcarbon.models.quota.zero_sum import zero_sum_dea
from spatialcarbon.studies.analyses._dea_settings import (
    DEAParameters,
    check,
    year_of,
    zero_sum_of,
)
from spatialcarbon.studies.analyses._dea_shown import figures, findings, layers
from spatialcarbon.studies.analyses._dea_tables import tables
from spatialcarbon.studies.analysis import Analysis, Inputs


def run(parameters: DEAParameters, inputs: Inputs) -> dict[str, Any]:
    """Score every place, bootstrap the scores, and share the input out anew where asked."""

    def table(names: list[str]) -> pd.DataFrame:
        return pd.DataFrame(
            {name: inputs.panel.at(name, year_of(parameters, inputs, name)) for name in names}
        )

    x, y = table(parameters.inputs), table(parameters.outputs)
    asked, reallocated, intervals = zero_sum_of(parameters), None, None
    with warnings.catch_warnings():
        # Results carry the same sentences.
        warnings.simplefilter("ignore", WeakDiscriminationWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        scores = dea(x, y, orientation=parameters.orientation, returns=parameters.returns)
        if parameters.draws and not (scores.efficiency == 1).all():
            intervals = dea_bootstrap(
                x,
                y,
                orientation=parameters.orientation,
                returns=parameters.returns,
                draws=parameters.draws,
                confidence=parameters.confidence,
                rng=inputs.seed,
            )
        if asked is not None:
            reallocated = zero_sum_dea(
                x, y, mode=asked.mode, rule=asked.rule, returns=parameters.returns
            )
    return {"scores": scores, "intervals": intervals, "zero_sum": reallocated}


ANALYSIS = Analysis(
    name="dea",
    title=text("Efficiency and zero-sum gains"),
    question=text(
        "How far is each place from the best of its kind, and who would get what were all as efficient?"
    ),
    reading=text(
        "A score compares a place with the best mixture of the others, not with what is possible: every score "
        "flatters, and places with overlapping intervals cannot be ranked. A place without its like is efficient for "
        "that alone. A zero-sum allocation rewards those who make much of little; it asks nothing about need, history "
        "or what can be cut. It is the answer to one question, not a proposal."
    ),
    methods=text(
        "Efficiency by linear programmes, each proved by its dual; intervals by the smoothed bootstrap of Simar and "
        "Wilson. Zero-sum gains multiply the efficient input of each place, φx, by the one constant that restores the "
        "total. Steps by single-unit scores approach the same allocation; the clipped score of study 004 does not."
    ),
    parameters=DEAParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("banker1984", "simar1998", "gomes2008"),
)
