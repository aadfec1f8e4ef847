"""Moves between the states of local Moran's I: their types, counts and shares."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.stats.local_moran import ISOLATE, LABELS, NOT_SIGNIFICANT, LocalMoranResult

Year = Hashable

QUADRANTS = ("HH", "LH", "LL", "HL")
"""Counter-clockwise from the upper right of the Moran scatter plot."""

STATES: Mapping[str, tuple[str, ...]] = {
    "label": (*(LABELS[quadrant] for quadrant in QUADRANTS), NOT_SIGNIFICANT, ISOLATE),
    "quadrant": (*QUADRANTS, "none"),
}
TYPES = ("0", "I", "II", "IIIA", "IIIB")
UNDEFINED = "undefined"


def unit_moves(
    start: Year, end: Year, before: LocalMoranResult, after: LocalMoranResult
) -> pd.DataFrame:
    """Return what became of every unit from one year to another."""
    moves = pd.DataFrame(
        {
            "unit": before.label.index,
            "start": start,
            "end": end,
            "quadrant_start": before.quadrant.to_numpy(),
            "quadrant_end": after.quadrant.to_numpy(),
            "label_start": before.label.to_numpy(),
            "label_end": after.label.to_numpy(),
            "qvalue_start": before.qvalue.to_numpy(),
            "qvalue_end": after.qvalue.to_numpy(),
        }
    )
    pairs = zip(moves["quadrant_start"], moves["quadrant_end"], strict=True)
    moves["type"] = [move_type(one, other) for one, other in pairs]
    moves["changed"] = moves["label_start"] != moves["label_end"]
    return moves


def move_type(before: str, after: str) -> str:
    """Return the type of a move between two quadrants after Rey (2001).

    Examples
    --------
    >>> [move_type("HH", to) for to in ("HH", "LH", "HL", "LL")], move_type("HL", "LH")
    (['0', 'I', 'II', 'IIIA'], 'IIIB')
    """
    if before not in QUADRANTS or after not in QUADRANTS:
        return UNDEFINED
    own, neighbours = before[0] != after[0], before[1] != after[1]
    if own and neighbours:
        return "IIIA" if before[0] == before[1] else "IIIB"
    return "I" if own else "II" if neighbours else "0"


def _by_pair(units: pd.DataFrame) -> list[tuple[tuple[Any, Any], pd.DataFrame]]:
    pairs = units.groupby(["start", "end"], sort=False)
    return [((key[0], key[1]), moves) for key, moves in pairs]


def count_moves(units: pd.DataFrame) -> pd.DataFrame:
    """Return the number of units for every pair of years and of states, zeros included."""
    parts = []
    for years, moves in _by_pair(units):
        for states, order in STATES.items():
            every = pd.MultiIndex.from_product([order, order], names=["origin", "destination"])
            seen = moves.groupby([f"{states}_start", f"{states}_end"]).size()
            n = seen.rename_axis(["origin", "destination"]).reindex(every, fill_value=0)
            part = n.rename("n").reset_index()
            total = part.groupby("origin")["n"].transform("sum")
            part["share"] = part["n"] / total.where(total > 0)
            parts.append(part.assign(start=years[0], end=years[1], states=states))
    columns = ["start", "end", "states", "origin", "destination", "n", "share"]
    return pd.concat(parts, ignore_index=True)[columns]


def type_shares(units: pd.DataFrame) -> pd.DataFrame:
    """Return how many units moved in which way, and the shares that sum it up."""
    rows = []
    for (start, end), moves in _by_pair(units):
        found = moves["type"].value_counts().reindex([*TYPES, UNDEFINED], fill_value=0)
        n = int(found[list(TYPES)].sum())
        over = float(n) if n else np.nan
        rows.append(
            {
                "start": start,
                "end": end,
                **found.to_dict(),
                "n": n,
                "stability": found["0"] / over,
                "flux": (found["I"] + found["II"]) / over,
                "cohesion": (found["0"] + found["IIIA"]) / over,
            }
        )
    return pd.DataFrame(rows)
