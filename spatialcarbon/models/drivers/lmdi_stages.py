"""Stages of a decomposition, and the steps between years that they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import text

if TYPE_CHECKING:
    import numpy.typing as npt

    Years = npt.NDArray[np.int64]

Stages = Sequence[tuple[int, int]] | Literal["yearly"] | None
YEARLY = "yearly"


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Which pairs of years are compared, and which of them make a stage.

    Parameters
    ----------
    years : array
        Years that are needed, ascending.
    stages : tuple of (int, int)
        First and last year of each.
    steps : array
        First and last year of every step, step × 2.
    spans : array
        First step of each stage and the one after its last.
    """

    years: Years
    stages: tuple[tuple[int, int], ...]
    steps: Years
    spans: npt.NDArray[np.intp]


def build_plan(known: Years, stages: Stages, *, chain: bool) -> Plan:
    """Return the steps of stages between years that are known, ascending."""
    pairs = checked_stages(known, stages)
    if not chain:
        steps = list(pairs)
        spans = [(at, at + 1) for at in range(len(steps))]
    else:
        for start, end in pairs:
            check_even(known[(known >= start) & (known <= end)])
        steps = [
            (int(a), int(b))
            for a, b in pairwise(known)
            if any(start <= a and b <= end for start, end in pairs)
        ]
        begin, finish = [a for a, _ in steps], [b for _, b in steps]
        spans = [(begin.index(start), finish.index(end) + 1) for start, end in pairs]
    ends = np.array(steps, dtype=np.int64)
    return Plan(
        years=np.unique(ends), stages=pairs, steps=ends, spans=np.array(spans, dtype=np.intp)
    )


def checked_stages(known: Years, stages: Stages) -> tuple[tuple[int, int], ...]:
    """Return stages as pairs of years that are known, the earlier first."""
    if len(known) < 2:
        raise SchemaError(
            "a decomposition needs two years, and there is only {years}", years=some(known)
        )
    if stages is None:
        return ((int(known[0]), int(known[-1])),)
    if isinstance(stages, str):
        if stages != YEARLY:
            raise OptionError(
                "stages={stages!r} is not a choice",
                expected="'yearly', or pairs of years such as [(2005, 2010), (2010, 2015)]",
                stages=stages,
            )
        return tuple((int(a), int(b)) for a, b in pairwise(known))
    pairs = tuple(_pair(stage) for stage in _listed(stages))
    absent = sorted({year for pair in pairs for year in pair} - set(known.tolist()))
    if absent:
        raise SchemaError(
            "the table lacks the years {absent} of the stages",
            arrived="{known}",
            absent=some(absent),
            known=some(known, 40),
        )
    if len(set(pairs)) < len(pairs):
        raise OptionError("a stage is listed twice", arrived="{stages}", stages=some(pairs, 12))
    return pairs


def _listed(stages: Any) -> list[Any]:
    try:
        listed = list(stages)
    except TypeError:
        listed = []
    if not listed:
        raise OptionError(
            "there are no stages",
            arrived="{stages!r}",
            expected="'yearly', or pairs of years such as [(2005, 2010), (2010, 2015)]",
            stages=stages,
        )
    return listed


def _pair(stage: Any) -> tuple[int, int]:
    try:
        start, end = stage
        pair = int(start), int(end)
        right = pair == (start, end) and pair[0] < pair[1]
    except (TypeError, ValueError):
        right = False
    if not right:
        raise OptionError(
            "{stage!r} is not a stage",
            expected="an earlier and a later year, such as (2005, 2010)",
            stage=stage,
        )
    return pair


def check_even(years: Years) -> None:
    """Raise unless the years of a chain are equally far apart."""
    gaps = np.diff(years)
    if len(gaps) and (gaps != gaps[0]).any():
        at = int(np.flatnonzero(gaps != gaps.min())[0])
        raise SchemaError(
            "the years of a chain are not equally far apart: {gap}",
            arrived="{years}",
            fix="leave out the odd years, or use the two ends of each stage: chain=False",
            gap=text("{first} is followed by {second}", first=years[at], second=years[at + 1]),
            years=some(years, 40),
        )


def check_base(known: Years, base: int) -> None:
    """Raise unless the base of cumulative effects is a year of the table."""
    if isinstance(base, bool) or base not in known.tolist():
        raise OptionError(
            "cumulative={base!r} is not a year of the table",
            expected="one of {known}",
            base=base,
            known=some(known, 40),
        )
