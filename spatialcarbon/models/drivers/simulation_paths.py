"""Paths of emissions under uncertain rates: one for each draw, unit by unit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from spatialcarbon.models.drivers.error_draws import (
    ErrorPlan,
    Key,
    Tally,
    beginnings,
    chunks,
    own_errors,
    shared_errors,
    shared_scores,
)
from spatialcarbon.models.drivers.rates import RATES, SIGNS

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Job = TypeVar("Job")
Answer = TypeVar("Answer")

ALPHA = RATES.index("alpha")

KEPT_BYTES = 256 * 2**20
"""Most memory for errors that are asked for again."""


@dataclass(frozen=True, eq=False)
class Group:
    """Units that share every draw, because rates and errors are the same for them.

    Parameters
    ----------
    row : int
        Their row of the rate table.
    members : list of int
        Positions of the units.
    weight : float
        Sum of their levels in the base year.
    """

    row: int
    members: list[int]
    weight: float


@dataclass(frozen=True, eq=False)
class Extra:
    """A further decline of intensity.

    Parameters
    ----------
    decline : ndarray
        Added to alpha, one for each draw.
    start : int
        Position of the year from which it is added.
    """

    decline: Floats
    start: int


class Paths:
    """Paths of groups of units, made when they are asked for and not kept.

    Parameters
    ----------
    plan : ErrorPlan
        The rates and their errors.
    base : Series
        Level of each unit, in an order that does not hang on the caller's rows.
    """

    def __init__(self, plan: ErrorPlan, base: pd.Series[float]) -> None:
        self.plan = plan
        self.units: list[Hashable] = list(base.index)
        self.tally = Tally(np.zeros(len(plan.rates.scenarios), dtype=np.int64))
        self._kept: dict[tuple[int, int], dict[Key, Floats]] = {}
        self.whole = plan.between == 1.0
        levels = base.to_numpy()
        if self.whole:
            self.groups = [
                Group(row, members, float(levels[members].sum()))
                for row, members in self._alike().items()
            ]
            self.errors: Mapping[Key, Floats] = shared_errors(plan, self.tally)
            self.common: Mapping[int, Floats] = {}
        else:
            self.groups = [Group(self._row(u), [u], float(levels[u])) for u in range(len(levels))]
            self.errors = {}
            self.common = shared_scores(plan) if plan.between > 0 else {}

    def _row(self, unit: int) -> int:
        rows = self.plan.rates.units
        return 0 if rows is None else int(rows.get_indexer(pd.Index([self.units[unit]]))[0])

    def _alike(self) -> dict[int, list[int]]:
        """Return the first row of each kind of rates, and the units that have such rates."""
        rates = self.plan.rates
        kinds: dict[bytes, int] = {}
        members: dict[int, list[int]] = {}
        for unit in range(len(self.units)):
            row = self._row(unit)
            arrays = (rates.values[:, row], rates.period[:, row], self.plan.scale[:, row])
            kind = b"".join(np.ascontiguousarray(part).tobytes() for part in arrays)
            members.setdefault(kinds.setdefault(kind, row), []).append(unit)
        return members

    def ratios(self, group: Group, extra: Extra | None = None) -> tuple[list[Floats], Tally]:
        """Return levels over the level of the base year, year × draw, one array a scenario."""
        scenarios, _, years, _ = self.plan.rates.values.shape
        tally = Tally(np.zeros(scenarios, dtype=np.int64))
        made = [np.empty((years + 1, self.plan.draws)) for _ in range(scenarios)]
        for chunk in chunks(self.plan.draws):
            part = chunk[1]
            if self.whole:
                errors = {key: drawn[:, part] for key, drawn in self.errors.items()}
            else:
                errors = self._own(group, chunk, tally, keep=extra is not None)
            own = None if extra is None else Extra(extra.decline[part], extra.start)
            for scenario in range(scenarios):
                _walk(self.plan, scenario, group.row, errors, own, made[scenario][:, part])
        return made, tally

    def _own(
        self, group: Group, chunk: tuple[int, slice], tally: Tally, *, keep: bool
    ) -> dict[Key, Floats]:
        """Return the errors of one unit, drawn once where a search asks for them again."""
        unit = group.members[0]
        made = self._kept.get((unit, chunk[0]))
        if made is None:
            made = own_errors(self.plan, self.units[unit], group.row, chunk, self.common, tally)
            if keep and self._room:
                self._kept[unit, chunk[0]] = made
        return made

    @property
    def _room(self) -> bool:
        """Whether the errors of all units can be kept."""
        starts = {at for _, at in beginnings(self.plan)}
        numbers = len(self.units) * len(starts) * len(self.plan.active) * self.plan.draws
        return 8 * numbers <= KEPT_BYTES


def _walk(
    plan: ErrorPlan,
    scenario: int,
    row: int,
    errors: Mapping[Key, Floats],
    extra: Extra | None,
    out: Floats,
) -> None:
    """Multiply the growth of every year up, from 1 in the base year."""
    out[0] = 1.0
    for start, end in plan.blocks(scenario, row):
        base = 1.0 + SIGNS * plan.rates.values[scenario, row, start]
        slope = SIGNS * plan.scale[scenario, row, start]
        moved = dict(zip(plan.active, errors[scenario, start], strict=True))
        factors = [
            base[at] + slope[at] * moved[at] if at in moved else base[at]
            for at in range(len(RATES))
        ]
        growth = factors[0] * factors[1] * factors[2] * factors[3]
        for year in range(start, end):
            if extra is not None and year >= extra.start:
                # Intensity can fall to zero, not below.
                lower = np.maximum(factors[ALPHA] - extra.decline, 0.0)
                growth = factors[0] * factors[1] * factors[2] * lower
            np.multiply(out[year], growth, out=out[year + 1])


def in_order(
    work: Callable[[Job], Answer], jobs: Sequence[Job], threads: int
) -> Iterator[tuple[Job, Answer]]:
    """Yield each job with its answer, in the order of the jobs, a few ahead of the reader.

    What is added up in this order is the same on any number of threads.
    """
    if threads <= 1 or len(jobs) <= 1:
        for job in jobs:
            yield job, work(job)
        return
    waiting: deque[tuple[Job, Future[Answer]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for job in jobs:
                waiting.append((job, pool.submit(work, job)))
                if len(waiting) > threads:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
