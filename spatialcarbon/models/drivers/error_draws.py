"""Draws of rate errors: a seed for each place, year and chunk of draws, and bounds that hold."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from spatialcarbon.core.errors import InfeasibleError
from spatialcarbon.models.drivers.rates import RATES, SIGNS, RateTable

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.rng import Stream
    from spatialcarbon.models.drivers.rate_errors import RateError

    Floats = npt.NDArray[np.float64]

Per = Literal["period", "year"]

CHUNK = 10_000
"""Draws that share a seed. It is part of the method: another number gives other draws."""

ROUNDS = 500
"""Redraws after which bounds count as out of reach."""

Key = tuple[int, int]
"""Scenario and year, both by position."""


@dataclass(frozen=True, eq=False)
class ErrorPlan:
    """Everything that decides the errors, apart from the draws themselves.

    Parameters
    ----------
    rates : RateTable
        The rates that the errors are added to.
    errors : mapping
        Factor → distribution.
    scale : ndarray
        What multiplies an error, in the shape of ``rates.values``.
    root : ndarray or None
        Square root of the correlation of the uncertain factors.
    per : {"period", "year"}
        How long an error stays.
    between : float
        Correlation of the scores of two units; 1 where all share them.
    draws : int
    stream : Stream
    """

    rates: RateTable
    errors: Mapping[str, RateError]
    scale: Floats
    root: Floats | None
    per: Per
    between: float
    draws: int
    stream: Stream

    @property
    def active(self) -> list[int]:
        """Positions of the factors that are uncertain."""
        return [at for at, name in enumerate(RATES) if not self.errors[name].certain]

    def blocks(self, scenario: int, row: int) -> list[tuple[int, int]]:
        """Return the stretches of years, by position, through which an error stays the same."""
        period = self.rates.period[scenario, row]
        changes = np.ones(len(period), dtype=bool)
        if self.per == "period":
            changes[1:] = period[1:] != period[:-1]
        starts = np.flatnonzero(changes).tolist()
        return list(zip(starts, [*starts[1:], len(period)], strict=True))

    def floors(self, scenario: int, rows: list[int], at: int) -> Floats:
        """Return how low an unscaled error may go, signed as in the product."""
        with np.errstate(divide="ignore"):
            left = (1.0 + SIGNS * self.rates.values[scenario, rows, at]) / self.scale[
                scenario, rows, at
            ]
        # Where nothing scales the error nothing bounds it.
        return np.asarray(-left.min(axis=0)[self.active], dtype=np.float64)


@dataclass(eq=False)
class Tally:
    """How many errors of each scenario were drawn, and thrown away for leaving the bounds."""

    drawn: npt.NDArray[np.int64]
    rejected: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Start from nothing rejected."""
        self.rejected = np.zeros_like(self.drawn)

    def add(self, other: Tally) -> None:
        """Count what another part counted."""
        self.drawn += other.drawn
        self.rejected += other.rejected


def chunks(draws: int) -> list[tuple[int, slice]]:
    """Return number and place of each chunk of draws."""
    return [(k, slice(a, min(a + CHUNK, draws))) for k, a in enumerate(range(0, draws, CHUNK))]


def scores(
    plan: ErrorPlan, owner: Hashable, year: int, chunk: int, size: int, *more: object
) -> Floats:
    """Return correlated standard normal scores, uncertain factor × draw.

    They are named by whose they are and by the year in which they begin, so that
    scenarios share them, and neither another unit nor a longer horizon changes them.
    """
    name = str(owner)
    generator = plan.stream.generator("simulate", name, name[::-1], year, chunk, *more)
    drawn = generator.standard_normal((size, len(RATES))).T[plan.active]
    if plan.root is None:
        return np.ascontiguousarray(drawn)
    # Sums written out: a matrix product may round otherwise on another number of threads.
    return np.array([sum(w * z for w, z in zip(row, drawn, strict=True)) for row in plan.root])


def shaped(plan: ErrorPlan, score: Floats) -> Floats:
    """Return unscaled errors of the uncertain factors."""
    kinds = [plan.errors[RATES[at]] for at in plan.active]
    made = [kind.from_scores(z) for kind, z in zip(kinds, score, strict=True)]
    return np.array(made, dtype=np.float64).reshape(score.shape)


def within_bounds(
    plan: ErrorPlan,
    errors: Floats,
    floors: Floats,
    redraw: tuple[Hashable, int, int],
    scenario: int,
    tally: Tally,
) -> Floats:
    """Return the errors with those redrawn that would take a factor to zero or below."""
    signs = SIGNS[plan.active]
    tally.drawn[scenario] += errors.shape[1]
    if all((s * e).min() > low for s, e, low in zip(signs, errors, floors, strict=True)):
        return errors
    errors = errors.copy()
    name = plan.rates.scenarios[scenario]
    owner, year, chunk = redraw
    for attempt in range(ROUNDS):
        bad = np.flatnonzero((signs[:, None] * errors <= floors[:, None]).any(axis=0))
        if not len(bad):
            return errors
        tally.rejected[scenario] += len(bad)
        tally.drawn[scenario] += len(bad)
        fresh = scores(plan, owner, year, chunk, len(bad), "again", name, attempt)
        errors[:, bad] = shaped(plan, fresh)
    raise InfeasibleError(
        "errors of {scenario} leave the bounds of the rates in nearly every draw of {year}",
        arrived="{errors}",
        expected="delta, chi above -1 and beta, alpha below 1 after the error is added",
        fix="narrower errors: they are fractions a year, 0.01 is one percentage point",
        scenario=name,
        year=year,
        errors=", ".join(f"{RATES[at]} + {plan.errors[RATES[at]]}" for at in plan.active),
    )


SHARED = "shared by all units"
"""Owner of the scores that units have in common."""


def shared_scores(plan: ErrorPlan) -> dict[int, Floats]:
    """Return the scores that units have in common, by position of the year they begin in."""
    return {
        at: np.concatenate(
            [
                scores(plan, SHARED, int(plan.rates.years[at]), chunk, part.stop - part.start)
                for chunk, part in chunks(plan.draws)
            ],
            axis=1,
        )
        for at in sorted({key[1] for key in beginnings(plan)})
    }


def beginnings(plan: ErrorPlan) -> dict[Key, list[int]]:
    """Return which rows of the rate table begin a block, by scenario and year."""
    found: dict[Key, list[int]] = {}
    scenarios, rows = plan.rates.values.shape[:2]
    for scenario in range(scenarios):
        for row in range(rows):
            for start, _ in plan.blocks(scenario, row):
                found.setdefault((scenario, start), []).append(row)
    return found


def shared_errors(plan: ErrorPlan, tally: Tally) -> dict[Key, Floats]:
    """Return errors that hold for all units, redrawn where they break the bounds of any."""
    made: dict[Key, Floats] = {}
    begun = beginnings(plan)
    for at, score in shared_scores(plan).items():
        errors = shaped(plan, score)
        year = int(plan.rates.years[at])
        for scenario in range(len(plan.rates.scenarios)):
            rows = begun.get((scenario, at))
            if rows is None:
                continue
            floors, before = plan.floors(scenario, rows, at), tally.rejected[scenario]
            parts = [
                within_bounds(plan, errors[:, part], floors, (SHARED, year, chunk), scenario, tally)
                for chunk, part in chunks(plan.draws)
            ]
            # Scenarios without a redraw look at the same numbers.
            untouched = tally.rejected[scenario] == before
            made[scenario, at] = errors if untouched else np.concatenate(parts, axis=1)
    return made


def own_errors(
    plan: ErrorPlan,
    unit: Hashable,
    row: int,
    chunk: tuple[int, slice],
    common: Mapping[int, Floats],
    tally: Tally,
) -> dict[Key, Floats]:
    """Return the errors of one unit in one chunk of draws."""
    number, part = chunk
    made: dict[Key, Floats] = {}
    unscaled: dict[int, Floats] = {}
    for scenario in range(len(plan.rates.scenarios)):
        for at, _ in plan.blocks(scenario, row):
            year = int(plan.rates.years[at])
            if at not in unscaled:
                score = scores(plan, ("unit", unit), year, number, part.stop - part.start)
                if plan.between > 0:
                    together, apart = np.sqrt([plan.between, 1.0 - plan.between])
                    score = together * common[at][:, part] + apart * score
                unscaled[at] = shaped(plan, score)
            made[scenario, at] = within_bounds(
                plan,
                unscaled[at],
                plan.floors(scenario, [row], at),
                (("unit", unit), year, number),
                scenario,
                tally,
            )
    return made
