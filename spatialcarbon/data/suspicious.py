"""Numbers that smell of a slip: a moved decimal, another unit, a blank written as zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import parse_unit
from spatialcarbon.data.schema import UNDATED

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    import pandas as pd

Kind = Literal["jump", "whole year", "scale", "negative", "zero", "repeated"]
Numbers = npt.NDArray[np.float64]

JUMP = 0.8
"""Orders of magnitude beyond the usual change from which a change counts: a factor of 6.3."""
ROUND = 0.35
"""How far a jump may be from a power of ten, in orders of magnitude, and still smell of one."""
SPREADS = 6.0
"""Times the usual spread of the changes (MAD) that a jump must exceed."""
FAR = 2.0
"""Orders of magnitude from the middle of the other places that look like another unit."""
REPEATS = 3
"""Years in a row with the very same number from which it looks carried forward."""

STEADY = ("area", "number")
"""Kinds of quantities that may well stay the same from year to year."""


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """A number, or a run of them, worth a look; nothing is changed.

    Parameters
    ----------
    variable : str
        Its variable.
    unit : Hashable or None
        The place; ``None`` where all places are concerned.
    years : tuple of int
        The years.
    kind : str
        What it smells of.
    value, usual : float
        The first number, and what would have been expected.
    """

    variable: str
    unit: Hashable | None
    years: tuple[int, ...]
    kind: Kind
    value: float
    usual: float = float("nan")

    @property
    def factor(self) -> float:
        """Return how many times what was expected the number is."""
        return self.value / self.usual

    def said(self, place: Text) -> Text:
        """Return the suspicion as a sentence about a place."""
        year, last = self.years[0], self.years[-1]
        value, usual = Text(_short(self.value)), Text(_short(self.usual))
        at = (
            text("{place} {year}", place=place, year=year)
            if year == last
            else text("{place} {year}–{last}", place=place, year=year, last=last)
        )
        if year == UNDATED:
            at = place
        match self.kind:
            case "jump":
                return text(
                    "{at}: {value}, about {times} what the years around "
                    "it suggest ({usual}): a moved decimal or another unit?",
                    at=at, value=value, usual=usual, times=_times(self.factor),
                )  # fmt: skip
            case "whole year":
                return text(
                    "all places from {year} on: about {times} the "
                    "year before: has the unit of measure changed?",
                    year=year, times=_times(self.factor),
                )  # fmt: skip
            case "scale":
                return text(
                    "{at}: {value}, about {times} the middle "
                    "of the other places ({usual}): another unit?",
                    at=at, value=value, usual=usual, times=_times(self.factor),
                )  # fmt: skip
            case "negative":
                return text("{at}: {value} is below zero", at=at, value=value)
            case "zero":
                return text("{at}: zero: or is it not known?", at=at)
            case _:
                return text(
                    "{at}: the same number every year ({value}): carried forward?",
                    at=at,
                    value=value,
                )


def suspicious_values(grid: pd.DataFrame, variable: str, measure: str | None) -> list[Suspicion]:
    """Return the numbers of a variable that smell of a slip, place by place.

    A change from one year to the next is compared with the median change of all
    places in the same year, on a logarithmic scale and in units of the median
    absolute deviation, so that a common boom or a noisy table raises no alarm. A
    number that jumps away and back is one suspicion, not two.

    Parameters
    ----------
    grid : DataFrame
        Values, unit × year.
    variable : str
        Its name.
    measure : str or None
        Its unit of measure: masses, areas, money and people are not negative.

    Examples
    --------
    >>> import pandas as pd
    >>> years = [2015, 2016, 2017, 2018]
    >>> table = pd.DataFrame(
    ...     [[50, 52, 53, 55], [20, 21, 220, 22], [31, 32, 33, 35]],
    ...     index=list("ABC"),
    ...     columns=years,
    ... )
    >>> [(s.unit, s.years, s.kind) for s in suspicious_values(table, "co2", "Mt CO2")]
    [('B', (2017,), 'jump')]
    """
    dimension = parse_unit(measure or "").dimension if measure else "number"
    found = list(_signs(grid, variable, dimension))
    values = grid.to_numpy(dtype=float, copy=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs: Numbers = np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)
    years = [int(str(year)) for year in grid.columns]
    found += _jumps(grid, logs, years, variable)
    if dimension.partition("/")[0] not in ("number",):
        found += _far(grid, logs, years, variable, [s.unit for s in found if s.kind == "jump"])
    if dimension not in STEADY:
        found += _repeated(grid, years, variable)
    return found


def _signs(grid: pd.DataFrame, variable: str, dimension: str) -> Iterator[Suspicion]:
    if dimension == "number" or variable.startswith(("sink", "net")):
        return
    for kind, hits in (("negative", grid < 0), ("zero", grid == 0)):
        for at in np.flatnonzero(hits.any(axis=1).to_numpy()):
            unit, row = grid.index.tolist()[at], grid.iloc[int(at)]
            years = tuple(int(str(year)) for year in grid.columns[hits.to_numpy()[at]])
            yield Suspicion(
                variable=variable, unit=unit, years=years, value=float(row[years[0]]),
                kind="negative" if kind == "negative" else "zero",
            )  # fmt: skip


def _jumps(
    grid: pd.DataFrame, logs: Numbers, years: Sequence[int], variable: str
) -> Iterator[Suspicion]:
    if logs.shape[1] < 2:
        return
    steps = np.diff(logs, axis=1)
    known = np.isfinite(steps)
    middle = np.array(
        [np.median(c[k]) if k.any() else 0.0 for c, k in zip(steps.T, known.T, strict=True)]
    )
    for at, common in enumerate(middle):
        if abs(common) > JUMP and len(grid) > 2:
            yield Suspicion(
                variable=variable, unit=None, years=(years[at + 1],), kind="whole year",
                value=float(10**common), usual=1.0,
            )  # fmt: skip
    away = steps - middle
    spread = 1.4826 * float(np.median(np.abs(away[known]))) if known.any() else 0.0
    limit = max(JUMP, SPREADS * spread)
    for row, unit in enumerate(grid.index):
        yield from _of_one(grid, logs, away, middle, years, variable, row, unit, limit)


def _of_one(
    grid: pd.DataFrame, logs: Numbers, away: Numbers, middle: Numbers, years: Sequence[int],
    variable: str, row: int, unit: Hashable, limit: float,
) -> Iterator[Suspicion]:  # fmt: skip
    """Yield the runs of one place that lie off by about a power of ten."""
    at, last = 0, away.shape[1]
    while at < last:
        jump = away[row, at]
        if not _smells(jump, limit):
            at += 1
            continue
        back = next(
            (
                j
                for j in range(at + 1, last)
                if _smells(away[row, j], limit) and away[row, j] * jump < 0
            ),
            None,
        )
        if back is None and at + 1 > (last + 1) / 2:
            run, start = tuple(years[at + 1 :]), at + 1
        elif back is None:  # the fewer years are the odd ones
            run, start, jump = tuple(years[: at + 1]), 0, -jump
        else:
            run, start = tuple(years[at + 1 : back + 1]), at + 1
        value = float(grid.to_numpy(dtype=float)[row, years.index(run[0])])
        shift = middle[at] if start == at + 1 else 0.0
        base = logs[row, at] + shift if start == at + 1 else logs[row, start] - jump
        yield Suspicion(
            variable=variable, unit=unit, years=run, kind="jump", value=value, usual=float(10**base)
        )
        at = last if back is None else back + 1


def _smells(jump: float, limit: float) -> bool:
    return (
        bool(np.isfinite(jump)) and abs(jump) > limit and abs(abs(jump) - round(abs(jump))) <= ROUND
    )


def _far(
    grid: pd.DataFrame, logs: Numbers, years: Sequence[int], variable: str, done: Sequence[object]
) -> Iterator[Suspicion]:
    """Yield places whose whole series lies orders of magnitude from all others."""
    if len(grid) < 5:
        return
    level = np.array(
        [np.median(r[np.isfinite(r)]) if np.isfinite(r).any() else np.nan for r in logs]
    )
    fine = np.isfinite(level)
    if fine.sum() < 5:
        return
    middle = float(np.median(level[fine]))
    spread = 1.4826 * float(np.median(np.abs(level[fine] - middle)))
    for row in np.flatnonzero(fine & (np.abs(level - middle) > max(FAR, 5 * spread))):
        unit = grid.index.tolist()[row]
        if unit in done:
            continue
        yield Suspicion(
            variable=variable, unit=unit, years=tuple(dict.fromkeys((years[0], years[-1]))),
            kind="scale", value=float(10 ** level[row]), usual=float(10**middle),
        )  # fmt: skip


def _repeated(grid: pd.DataFrame, years: Sequence[int], variable: str) -> Iterator[Suspicion]:
    values = grid.to_numpy(dtype=float)
    for row, unit in enumerate(grid.index):
        start = 0
        for at in range(1, values.shape[1] + 1):
            if at < values.shape[1] and values[row, at] == values[row, start]:
                continue
            if at - start >= REPEATS and values[row, start] != 0:
                yield Suspicion(
                    variable=variable, unit=unit, years=tuple(years[start:at]), kind="repeated",
                    value=float(values[row, start]),
                )  # fmt: skip
            start = at


def _short(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _times(factor: float) -> Text:
    if factor >= 1:
        return text("{n} times", n=f"{10 ** round(np.log10(factor)):,.0f}")
    return text("1/{n} of", n=f"{10 ** round(-np.log10(factor)):,.0f}")
