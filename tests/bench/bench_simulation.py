"""Monte Carlo of scenarios beside a plain loop over draws: seconds, and memory by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.rng import Stream
from spatialcarbon.models.drivers.error_draws import scores
from spatialcarbon.models.drivers.rates import RATES
from spatialcarbon.models.drivers.simulation_input import planned

CITIES = 111
ERRORS = dict(zip(RATES, (0.001, 0.01, 0.002, 0.008), strict=True))

SCRIPT = """
import resource, sys, time
sys.path.insert(0, {here!r})
from bench_simulation import ERRORS, cities
import spatialcarbon as sc
base, rates = cities(111)
sc.simulate(base, rates, horizon=2030, draws=100, errors=ERRORS, units={units!r}, rng=1)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before, start = peak(), time.perf_counter()
sc.simulate(base, rates, horizon=2030, draws=100_000, errors=ERRORS, units={units!r}, rng=1)
print(time.perf_counter() - start, before, peak())
"""


def cities(count: int) -> tuple[pd.Series[float], pd.DataFrame]:
    """Return levels, and the rates of study 003 with intensity moved a little in each city."""
    rng = np.random.default_rng(0)
    base = pd.Series(rng.lognormal(3.0, 1.0, count), index=pd.RangeIndex(count))
    shipped = sc.load_table("study003_rates")
    moved = [
        shipped.assign(unit=unit, alpha=shipped["alpha"] + rng.normal(0.0, 0.01))
        for unit in base.index
    ]
    return base, pd.concat(moved, ignore_index=True)


def plain(
    base: pd.Series[float], rates: pd.DataFrame, draws: int
) -> dict[str, np.ndarray[Any, Any]]:
    """Project draw by draw with the errors of ours, as one would write it first."""
    plan, levels, _ = planned(
        base, rates, horizon=2030, base_year=None, draws=draws, errors=ERRORS, correlation=None,
        per="period", units="shared", stream=Stream(1),
    )  # fmt: skip
    table, sd = plan.rates, np.array(list(ERRORS.values()))
    drawn = {
        int(year): scores(plan, "shared by all units", int(year), 0, draws) for year in table.years
    }
    totals = {}
    for s, scenario in enumerate(table.scenarios):
        totals[scenario] = np.empty((draws, len(table.years) + 1))
        for draw in range(draws):
            level = levels.to_numpy().copy()
            totals[scenario][draw, 0] = level.sum()
            for at, year in enumerate(table.years):
                if at == 0 or table.period[s, 0, at] != table.period[s, 0, at - 1]:
                    error = drawn[int(year)][:, draw] * sd
                rate = table.values[s, :, at] + error
                level = (
                    level
                    * (1 + rate[:, 0])
                    * (1 + rate[:, 1])
                    * (1 - rate[:, 2])
                    * (1 - rate[:, 3])
                )
                totals[scenario][draw, at + 1] = level.sum()
    return totals


def test_the_loop_says_the_same_and_takes_longer(race: Any) -> None:
    draws = 3000
    base, rates = cities(CITIES)
    found = sc.simulate(base, rates, horizon=2030, draws=draws, errors=ERRORS, rng=1)
    known = plain(base, rates, draws)
    for scenario, paths in known.items():
        rows = found.quantiles[found.quantiles["scenario"] == scenario]
        wide = rows.pivot(index="year", columns="quantile", values="value")
        np.testing.assert_allclose(wide, np.quantile(paths, wide.columns, axis=0).T, rtol=1e-10)
    race(
        f"Monte Carlo, {draws} draws × {CITIES} cities × 3 scenarios",
        "a loop over draws (totals only)",
        lambda: sc.simulate(base, rates, horizon=2030, draws=draws, errors=ERRORS, rng=1),
        lambda: plain(base, rates, draws),
        pairs=3,
    )


@pytest.mark.parametrize("units", ["shared", "independent"])
def test_seconds_and_memory_of_a_large_run(units: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(units=units, here=str(Path(__file__).parent))],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, before, after = map(float, done.stdout.split())
    print(
        f"\n100,000 draws × {CITIES} cities × 13 years × 3 scenarios, errors {units}: "
        f"{seconds:.1f} s, {after - before:.0f} MB more, {after:.0f} MB in all"
    )
    assert after < 500
