"""What a careful reader of a sink should know: where its coefficients come from, what is zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.land.sink_sets import STATUSES, SinkSet

if TYPE_CHECKING:
    import pandas as pd


def references_of(sets: Mapping[str, SinkSet]) -> tuple[str, ...]:
    """Return the keys of the literature behind some sets, each once."""
    return tuple(dict.fromkeys(item.reference for item in sets.values() if item.reference))


def set_remarks(sets: Mapping[str, SinkSet]) -> list[Text]:
    """Return where each set comes from, and a warning about an unknown substance."""
    said = []
    for name, item in sets.items():
        status = STATUSES[item.status]
        said.append(
            text(
                "coefficient set {name} ({status}): {source}",
                name=name,
                status=status,
                source=item.source,
            )
            if item.source
            else text("coefficient set {name} ({status})", name=name, status=status)
        )
        if item.doubtful:
            said.append(
                text(
                    "whether {name} is in carbon or CO2 is not known: taken as printed, "
                    "for comparison only",
                    name=name,
                )
            )
    return said


def sink_remarks(
    sets: Mapping[str, SinkSet],
    per_ha: pd.DataFrame,
    areas: pd.DataFrame,
    central: str,
    dropped: tuple[Any, ...],
) -> tuple[Text, ...]:
    """Return all that a careful reader of a sink should know."""
    said = set_remarks(sets)
    if len(sets) > 1:
        said.append(
            text("low and high are the least and the largest of {n} sets, central is {name}",
                 n=len(sets), name=central)
        )  # fmt: skip
    covered = (areas > 0).any()
    for name in per_ha:
        zero = per_ha.index[per_ha[name].isna() & covered]
        if len(zero):
            said.append(
                text("{name} has no value for {classes}: counted as zero",
                     name=str(name), classes=some(zero, 9))
            )  # fmt: skip
    if dropped:
        said.append(text("left out for empty cells: {units}", units=some(dropped)))
    return tuple(said)
