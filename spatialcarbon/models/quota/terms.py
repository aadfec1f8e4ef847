"""What decides an allocation beside data, and what a principle makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.quota.criteria import (
    CUMULATIVE,
    EMISSIONS,
    GDP,
    INTENSITY,
    POPULATION,
)

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.quota.critic import Weighting
    from spatialcarbon.models.quota.preference import Rule
    from spatialcarbon.models.quota.weighting import Directions, Normalisation, WeightingResult

Principle = Literal[
    "equality",
    "cumulative",
    "economic",
    "comprehensive",
    "fairness",
    "efficiency",
    "grandfathering",
    "convergence",
    "ability",
    "criterion",
    "blended",
]

FAIRNESS = (POPULATION, CUMULATIVE)
EFFICIENCY = (GDP, INTENSITY)
SINGLE: Mapping[str, str] = {
    "equality": POPULATION,
    "cumulative": CUMULATIVE,
    "economic": GDP,
    "grandfathering": EMISSIONS,
}
"""Principles that share in proportion to one criterion."""

MIXED: Mapping[str, tuple[str, ...]] = {
    "comprehensive": (),
    "fairness": FAIRNESS,
    "efficiency": EFFICIENCY,
}
"""Principles that weight several criteria, and those each leans towards."""

Step = tuple[str, str, str, "pd.Series[float]"]
"""Principle, step, criterion, one number per unit."""

ALL = "all"
"""Stands for all criteria together in the audit."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Everything beside data that decides an allocation (see :func:`allocate`)."""

    principle: Principle
    preference: float = 1.5
    rule: Rule = "paper"
    criterion: str | None = None
    indicators: tuple[str, ...] | None = None
    preferred: tuple[str, ...] | None = None
    directions: Directions | None = None
    weighting: Weighting = "entropy"
    normalisation: Normalisation = "minmax"
    blend: Mapping[str, float] | None = None
    base_year: int | None = None
    year: int | None = None
    convergence_year: int | None = None
    ability_exponent: float = 1 / 3


@dataclass(frozen=True, kw_only=True)
class Split:
    """A total split by a principle, with the steps that led there."""

    amounts: pd.Series[float]
    weights: pd.Series[float]
    steps: tuple[Step, ...]
    weighting: WeightingResult | None = None
    references: tuple[str, ...] = ()
    remarks: tuple[Text, ...] = ()


def column_of(criteria: pd.DataFrame, column: str, terms: Terms) -> pd.Series[float]:
    """Return a criterion that a principle needs, or say how to give it."""
    if column not in criteria:
        raise SchemaError(
            "the principle {principle} needs the criterion {column}",
            arrived="{present}",
            fix="{hint}",
            principle=terms.principle,
            column=column,
            present=some(criteria.columns, 8) or text("no criterion"),
            hint=text("give emissions, from which it follows")
            if column == INTENSITY
            else text("add the column to the criteria"),
        )
    return criteria[column]


def emitted_by(emissions: pd.Series[float] | None, terms: Terms) -> pd.Series[float]:
    """Return the emissions that a principle needs, or say how to give them."""
    if emissions is None:
        raise SchemaError(
            "the principle {principle} needs emissions",
            fix="allocate(..., emissions=series)",
            principle=terms.principle,
        )
    return emissions
