"""Principles of allocation: each turns a total and the criteria into amounts by unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast, get_args

import pandas as pd

from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.options import check_option
from spatialcarbon.models.quota.criteria import (
    CRITERIA,
    EMISSIONS,
    GDP,
    POPULATION,
    share_of,
    with_intensity,
)
from spatialcarbon.models.quota.critic import criterion_weights
from spatialcarbon.models.quota.effort_sharing import by_ability, by_convergence
from spatialcarbon.models.quota.preference import preference_weights
from spatialcarbon.models.quota.terms import (
    ALL,
    MIXED,
    SINGLE,
    Principle,
    Split,
    Step,
    Terms,
    column_of,
    emitted_by,
)

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text


def split(
    total: float, criteria: pd.DataFrame, emissions: pd.Series[float] | None, terms: Terms
) -> Split:
    """Split a total among the units of checked criteria."""
    check_option(terms.principle, Principle, "principle")
    if terms.principle in SINGLE:
        return _by_one(total, criteria, emissions, terms, SINGLE[terms.principle])
    if terms.principle in MIXED:
        return _by_several(total, criteria, emissions, terms)
    return _OTHER[terms.principle](total, criteria, emissions, terms)


def needed_columns(terms: Terms) -> tuple[str, ...]:
    """Return the criteria that a principle reads, emissions among them."""
    if terms.principle in SINGLE:
        return (SINGLE[terms.principle],)
    if terms.principle in MIXED:
        return terms.indicators or CRITERIA
    if terms.principle == "criterion":
        return (terms.criterion,) if terms.criterion else ()
    if terms.principle == "blended":
        parts = [replace(terms, principle=_name(name)) for name in terms.blend or {}]
        return tuple(dict.fromkeys(c for part in parts for c in needed_columns(part)))
    return {
        "convergence": (POPULATION, EMISSIONS),
        "ability": (POPULATION, GDP, EMISSIONS),
    }[terms.principle]


def _by_one(
    total: float,
    criteria: pd.DataFrame,
    emissions: pd.Series[float] | None,
    terms: Terms,
    column: str,
) -> Split:
    values = (
        emitted_by(emissions, terms) if column == EMISSIONS else column_of(criteria, column, terms)
    )
    shares = share_of(values, column)
    amounts = total * shares
    ones = pd.Series(1.0, index=values.index)
    name = terms.principle
    return Split(
        amounts=amounts,
        weights=pd.Series({column: 1.0}, name="weight"),
        steps=(
            (name, "raw", column, values),
            (name, "share", column, shares),
            (name, "weight", column, ones),
            (name, "contribution", column, amounts),
            (name, "amount", ALL, amounts),
        ),
        references=("vandenberg2020",) if column == EMISSIONS else ("study004",),
    )


def _by_several(
    total: float, criteria: pd.DataFrame, emissions: pd.Series[float] | None, terms: Terms
) -> Split:
    wanted = terms.indicators or CRITERIA
    complete = with_intensity(criteria, emissions, wanted)
    for column in wanted:
        column_of(complete, column, terms)
    table = complete[list(wanted)]
    weighting = criterion_weights(
        table,
        weighting=terms.weighting,
        normalisation=terms.normalisation,
        directions=terms.directions,
    )
    theta = weighting.weights
    if terms.principle != "comprehensive":
        usual = tuple(c for c in MIXED[terms.principle] if c in wanted)
        theta = preference_weights(
            theta, terms.preferred or usual, preference=terms.preference, rule=terms.rule
        )
    amounts = total * (weighting.shares * theta).sum(axis=1)
    steps: list[Step] = []
    for column in wanted:
        part = weighting.shares[column]
        steps += [
            (terms.principle, "raw", column, table[column]),
            (terms.principle, "normalised", column, weighting.normalised[column]),
            (terms.principle, "share", column, part),
            (terms.principle, "weight", column, pd.Series(theta[column], part.index)),
            (terms.principle, "contribution", column, total * theta[column] * part),
        ]
    return Split(
        amounts=amounts,
        weights=theta,
        steps=(*steps, (terms.principle, "amount", ALL, amounts)),
        weighting=weighting,
        references=("study004", *weighting.references),
        remarks=weighting.remarks,
    )


def _by_criterion(
    total: float, criteria: pd.DataFrame, emissions: pd.Series[float] | None, terms: Terms
) -> Split:
    if terms.criterion is None:
        raise OptionError(
            "principle='criterion' needs the name of one", fix="allocate(..., criterion='forest')"
        )
    return _by_one(total, criteria, emissions, terms, terms.criterion)


def _by_blend(
    total: float, criteria: pd.DataFrame, emissions: pd.Series[float] | None, terms: Terms
) -> Split:
    blend = checked_blend(terms.blend)
    parts = {
        name: split(total, criteria, emissions, replace(terms, principle=_name(name), blend=None))
        for name in blend
    }
    amounts = pd.Series(0.0, index=criteria.index)
    steps: list[Step] = []
    for name, part in parts.items():
        contribution = blend[name] * part.amounts
        amounts = amounts + contribution
        steps += [
            *part.steps,
            ("blended", "weight", name, pd.Series(blend[name], criteria.index)),
            ("blended", "contribution", name, contribution),
        ]
    return Split(
        amounts=amounts,
        weights=pd.Series(blend, name="weight"),
        steps=(*steps, ("blended", "amount", ALL, amounts)),
        references=tuple(dict.fromkeys(r for part in parts.values() for r in part.references)),
        remarks=_each_once([r for part in parts.values() for r in part.remarks]),
    )


def _each_once(remarks: list[Text]) -> tuple[Text, ...]:
    return tuple(said for at, said in enumerate(remarks) if said not in remarks[:at])


def checked_blend(blend: Mapping[str, float] | None) -> dict[str, float]:
    """Return the weight of each principle of a blend.

    Raises
    ------
    OptionError
        No weights, unknown principles, or weights that are negative or do not sum to one.
    """
    if not blend:
        raise OptionError(
            "principle='blended' needs principles and their weights",
            fix="allocate(..., blend={{'equality': 0.5, 'economic': 0.5}})",
        )
    given = {str(_name(name)): float(weight) for name, weight in blend.items()}
    if min(given.values()) < 0 or abs(sum(given.values()) - 1) > 1e-9:
        raise OptionError(
            "the weights of a blend are not parts of one",
            arrived="{weights}",
            expected="none below zero, and a sum of one",
            weights=some(f"{name}: {weight:g}" for name, weight in given.items()),
        )
    return given


def _name(name: str) -> Principle:
    known = tuple(p for p in get_args(Principle) if p != "blended")
    return cast("Principle", check_option(name, Literal[known], "blend"))


_Rule = Callable[[float, pd.DataFrame, "pd.Series[float] | None", Terms], Split]
_OTHER: Mapping[str, _Rule] = {
    "criterion": _by_criterion,
    "convergence": by_convergence,
    "ability": by_ability,
    "blended": _by_blend,
}
