"""The tables of a simulation, filled from what was read of its paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.models.drivers.simulation_summary import (
    NOT_PEAKED,
    median_peak,
    peak_counts,
    peak_frame,
    peaked_by_frame,
    quantile_frame,
    row_quantiles,
    standard_error,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from spatialcarbon.models.drivers.error_draws import ErrorPlan
    from spatialcarbon.models.drivers.peak import Tie
    from spatialcarbon.models.drivers.simulation_paths import Group, Paths

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Found:
    """One scenario, of the total or of one group of units."""

    quantiles: Floats
    mean: Floats
    median: Floats
    counts: npt.NDArray[np.int64]
    below: dict[int, float]


@dataclass(frozen=True, eq=False)
class Asked:
    """What is read from the paths."""

    quantiles: tuple[float, ...]
    targets: dict[int, float]
    peak_by: int
    years: list[int]
    tol: float
    tie: Tie

    def of(self, levels: Floats, *, with_targets: bool = False) -> Found:
        """Read year × draw."""
        counts = peak_counts(levels, tol=self.tol, tie=self.tie)
        # Along the draws in one fixed order: the mean is the same whoever asks.
        mean = levels.mean(axis=1)
        ascending = np.sort(levels, axis=1)
        below = {}
        for year, target in self.targets.items() if with_targets else ():
            row = ascending[self.years.index(year)]
            below[year] = float(np.searchsorted(row, target, side="right")) / len(row)
        quantiles = row_quantiles(ascending, (*self.quantiles, 0.5))
        return Found(quantiles[:, :-1], mean, quantiles[:, -1], counts, below)


def by_year(columns: Sequence[Floats], plan: ErrorPlan, years: list[int]) -> pd.DataFrame:
    """Return one column per scenario, years in rows."""
    frame = pd.DataFrame(np.column_stack(columns), index=pd.Index(years, name="year"))
    return frame.set_axis(pd.Index(plan.rates.scenarios, name="scenario"), axis=1)


def total_frames(plan: ErrorPlan, asked: Asked, found: list[Found]) -> dict[str, pd.DataFrame]:
    """Return the frames of the total."""
    keys = pd.DataFrame({"scenario": list(plan.rates.scenarios)})
    counts = np.stack([one.counts for one in found])
    quantiles = np.stack([one.quantiles for one in found])
    chances = peaked_by_frame(counts, keys, asked.years, plan.draws)
    targets = [
        (name, year, asked.targets[year], one.below[year])
        for name, one in zip(plan.rates.scenarios, found, strict=True)
        for year in sorted(asked.targets)
    ]
    met = pd.DataFrame(targets, columns=["scenario", "year", "target", "probability"])
    met = met.astype({"year": "int64", "target": "float64", "probability": "float64"})
    peaks = peak_frame(counts, keys, asked.years, plan.draws)
    return {
        "quantiles": quantile_frame(quantiles, keys, asked.years, asked.quantiles),
        "peak_probability": peaks,
        "peaked_by": chances,
        "target_probability": met.assign(
            standard_error=standard_error(met["probability"], plan.draws)
        ),
        "overview": _overview(keys, counts, quantiles, asked, plan.draws, found),
        "mean": by_year([one.mean for one in found], plan, asked.years),
        "median": by_year([one.median for one in found], plan, asked.years),
    }


def _overview(
    keys: pd.DataFrame,
    counts: npt.NDArray[np.int64],
    quantiles: Floats,
    asked: Asked,
    draws: int,
    found: list[Found],
) -> pd.DataFrame:
    likeliest = counts.argmax(axis=1)
    labels = np.array([*asked.years, NOT_PEAKED], dtype=object)
    return keys.assign(
        year=asked.years[-1],
        low=quantiles[:, -1, 0],
        median=[one.median[-1] for one in found],
        high=quantiles[:, -1, -1],
        likeliest_peak=labels[likeliest],
        likeliest_probability=counts.max(axis=1) / draws,
        median_peak=median_peak(counts, asked.years, draws),
        **_chances(counts, asked, draws),
    )


def _chances(counts: npt.NDArray[np.int64], asked: Asked, draws: int) -> dict[str, Any]:
    passed = counts[:, : asked.years.index(asked.peak_by) + 1].sum(axis=1) / draws
    return {
        "peak_by": asked.peak_by,
        "peaked_by": passed,
        "standard_error": standard_error(passed, draws),
        "not_peaked": counts[:, -1] / draws,
    }


def unit_frames(
    paths: Paths,
    levels: pd.Series[float],
    asked: Asked,
    parts: list[tuple[Group, list[Found]]],
    order: pd.Index,
) -> dict[str, pd.DataFrame]:
    """Return the frames of the units, in the caller's order."""
    scenarios, draws = paths.plan.rates.scenarios, paths.plan.draws
    of_unit = {
        paths.units[member]: read for group, read in parts if read for member in group.members
    }
    rows = [(at, unit) for at in range(len(scenarios)) for unit in order]
    keys = pd.DataFrame(
        {
            "scenario": pd.Series([scenarios[at] for at, _ in rows], dtype=object),
            "unit": pd.Series([unit for _, unit in rows], dtype=order.dtype),
        }
    )
    counts = np.array([of_unit[unit][at].counts for at, unit in rows], dtype=np.int64)
    counts = counts.reshape(len(rows), len(asked.years) + 1)
    values = np.array([of_unit[unit][at].quantiles * levels[unit] for at, unit in rows])
    values = values.reshape(len(rows), len(asked.years), len(asked.quantiles))
    return {
        "unit_quantiles": quantile_frame(values, keys, asked.years, asked.quantiles),
        "unit_peak_probability": peak_frame(counts, keys, asked.years, draws),
        "unit_peaks": keys.assign(
            median_peak=median_peak(counts, asked.years, draws), **_chances(counts, asked, draws)
        ),
    }
