"""Does a table close? Where it does not, and by how much; nothing is adjusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.core.errors import BalanceError
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.models.transfer.flows import label_words

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.transfer.flows import Floats, Flows

TOLERANCE = 1e-6
"""Largest gap of a row that passes, as a part of the largest output."""

SHOWN = 5


def row_gaps(flows: Flows) -> Floats:
    """Return output less all uses, in money, for each row."""
    used = flows.intermediate.sum(axis=1) + flows.demand.sum(axis=1) + flows.exports + flows.other
    made: Floats = flows.output - used
    return made


def refuse_gaps(labels: pd.Index, gaps: Floats, scale: float, tolerance: float, side: Text) -> None:
    """Raise with the largest gaps if any is above the tolerance.

    Parameters
    ----------
    labels : Index
        Label of each row or column.
    gaps : array
        What is missing (above zero) or too much (below zero) in each.
    scale, tolerance : float
        A gap passes up to ``tolerance × scale``.
    side : Text
        What does not close.
    """
    over = np.abs(gaps) > tolerance * scale
    if not over.any():
        return
    worst = np.argsort(-np.abs(gaps), kind="stable")
    worst = worst[over[worst]]
    raise BalanceError(
        "{side} of {n} of {total} rows do not equal the output",
        arrived="{rows}",
        expected="a gap of at most {limit:.3g} ({tolerance:g} of the largest output)",
        fix=(
            "correct these rows; or pass the discrepancy column of the table; or set tolerance= "
            "to accept the gap, which then stays in result.residual"
        ),
        side=side,
        n=int(np.count_nonzero(over)),
        total=len(gaps),
        rows=listed(
            (
                text("{row}: {gap:+.6g}", row=label_words(labels[i]), gap=float(gaps[i]))
                for i in worst
            ),
            SHOWN,
        ),
        limit=tolerance * scale,
        tolerance=tolerance,
    )
