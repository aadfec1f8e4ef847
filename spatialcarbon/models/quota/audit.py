"""The trail of an allocation: one row per unit, step and criterion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.models.quota.terms import ALL

if TYPE_CHECKING:
    from spatialcarbon.models.quota.terms import Step

STEPS = (
    *("raw", "normalised", "share", "weight", "contribution", "allowance", "amount"),
    *("cap", "redistributed", "allocation"),
)
"""In the order in which they are taken."""

COLUMNS = ("unit", "principle", "step", "criterion", "value")


def audit_table(
    steps: Sequence[Step],
    principle: str,
    amounts: pd.Series[float],
    allocation: pd.Series[float],
    caps: pd.Series[float] | None,
) -> pd.DataFrame:
    """Return the steps with what capping did, unit by unit.

    Parameters
    ----------
    steps : sequence
        Of the principle.
    principle : str
        That of the allocation, under which the last steps stand.
    amounts, allocation : Series
        Before and after capping.
    caps : Series or None
        The most that each unit may cut.
    """
    last: list[Step] = []
    if caps is not None:
        last += [
            (principle, "cap", ALL, caps),
            (principle, "redistributed", ALL, allocation - amounts),
        ]
    parts = [
        pd.DataFrame(
            {
                "unit": values.index,
                "principle": name,
                "step": step,
                "criterion": criterion,
                "value": values.to_numpy(dtype=float),
                "_at": at,
            }
        )
        for at, (name, step, criterion, values) in enumerate(
            [*steps, *last, (principle, "allocation", ALL, allocation)]
        )
    ]
    frame = pd.concat(parts, ignore_index=True)
    places = pd.Series(range(len(allocation)), index=allocation.index)
    frame["_unit"] = places.reindex(frame["unit"]).to_numpy()
    ordered = frame.sort_values(["_unit", "_at"], kind="stable", ignore_index=True)
    return ordered[list(COLUMNS)]
