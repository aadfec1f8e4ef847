"""Reading the solutions of efficiency programmes: slacks, statuses and peers of the units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.models.quota.dea_result import DEAStatus
from spatialcarbon.models.quota.dea_solver import TOLERANCE, Solutions

if TYPE_CHECKING:
    from spatialcarbon.models.quota.dea_technology import Floats, Orientation, Technology

CARRIES = 1e-9
"""A peer with less weight than this is no peer."""


def slack_table(answer: Solutions, of: Technology) -> Floats:
    """Return the slacks of inputs and outputs that a solution of the slack stage carries."""
    n, width = len(of.x), of.x.shape[1] + of.y.shape[1]
    table = np.zeros((len(answer.tau), width))
    rows, places = np.nonzero((answer.basis >= n) & (answer.basis < n + width))
    table[rows, answer.basis[rows, places] - n] = answer.part[rows, places]
    table[table < TOLERANCE] = 0.0
    return table


def clean(score: Floats, reference: object, orientation: Orientation) -> Floats:
    """Put scores within the tolerance of one on it, and all on their side of it."""
    score = np.where(np.abs(score - 1.0) <= TOLERANCE, 1.0, score)
    if reference is not None:
        return score
    return np.minimum(score, 1.0) if orientation == "input" else np.maximum(score, 1.0)


def status_of(
    score: Floats, rest: Floats | None, labels: pd.Index, orientation: Orientation
) -> pd.Series[Any]:
    """Return how each unit stands to the frontier, by its score and what slack is left."""
    beyond = score > 1.0 if orientation == "input" else score < 1.0
    loose = (
        np.zeros(len(score), dtype=bool) if rest is None else (rest > 10 * TOLERANCE).any(axis=1)
    )
    kinds = np.full(len(score), DEAStatus.INEFFICIENT, dtype=object)
    kinds[score == 1.0] = DEAStatus.EFFICIENT
    kinds[(score == 1.0) & loose] = DEAStatus.WEAKLY_EFFICIENT
    kinds[beyond] = DEAStatus.BEYOND
    kinds[np.isnan(score)] = DEAStatus.INFEASIBLE
    return pd.Series(kinds, labels, name="status", dtype=object)


def peers_of(answer: Solutions, labels: pd.Index, names: pd.Index, units: pd.Index) -> pd.DataFrame:
    """Return unit, peer and weight, units as the caller ordered them, heaviest peer first."""
    held = (answer.basis < len(names)) & (answer.part > CARRIES)
    rows, places = np.nonzero(held)
    table = pd.DataFrame(
        {
            "unit": labels[rows],
            "peer": names[answer.basis[rows, places]],
            "weight": answer.part[rows, places],
        }
    )
    first = units.get_indexer(pd.Index(table["unit"]))
    order = np.lexsort((answer.basis[rows, places], -table["weight"].round(9), first))
    return table.iloc[order].reset_index(drop=True)
