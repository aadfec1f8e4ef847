"""LMDI beside the loop over rows that a study would write, on the same table of places and years.

Not part of the normal run: ``make bench``. Each case checks that the effects agree, then
times the whole public call with its checks and its table against the loop with its table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

PLACES, YEARS, GOAL = 2_850, 20, 50
FACTORS = ("population", "affluence", "structure", "intensity")
COLUMNS = ("unit", "start", "end", "factor", "effect", "ratio", "share")


@cache
def panel() -> pd.DataFrame:
    """Return invented places that grow by some percent a year."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(110_000, 110_000 + PLACES), YEARS),
            "year": np.tile(np.arange(2000, 2000 + YEARS), PLACES),
        }
    )
    for name in ("population", "gdp", "industry", "co2"):
        growth = rng.normal(0.02, 0.05, (PLACES, YEARS)).cumsum(axis=1)
        frame[name] = (rng.gamma(2, 50, (PLACES, 1)) * np.exp(growth)).ravel()
    return frame


def loop(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the effects of every year and place, row after row."""
    rows, log, before = [], math.log, None
    for now in frame.itertuples(index=False):
        if before is not None and before.unit == now.unit:
            change = now.co2 - before.co2
            whole = log(now.co2 / before.co2)
            mean = change / whole if change else now.co2
            parts = (
                log(now.population / before.population),
                log((now.gdp / now.population) / (before.gdp / before.population)),
                log((now.industry / now.gdp) / (before.industry / before.gdp)),
                log((now.co2 / now.industry) / (before.co2 / before.industry)),
            )
            for factor, part in zip(FACTORS, parts, strict=True):
                effect = mean * part
                share = effect / change if change else math.nan
                row = (now.unit, before.year, now.year, factor, effect, math.exp(part), share)
                rows.append(row)
        before = now
    return pd.DataFrame(rows, columns=list(COLUMNS))


def ours(**options: Any) -> pd.DataFrame:
    """Return the effects by the public call."""
    return sc.decompose(panel(), **options).effects


def chained() -> pd.DataFrame:
    """Return the sums of the loop's effects over the years."""
    sums = loop(panel()).groupby(["unit", "factor"], sort=False)["effect"].sum()
    return sums.reset_index()


CASES = {
    "year by year": ({"stages": "yearly"}, lambda: loop(panel())),
    "chained over all years": ({"chain": True}, chained),
}


@pytest.mark.parametrize("name", CASES)
def test_loop(race: Callable[..., Any], name: str) -> None:
    options, theirs = CASES[name]
    mine, other = ours(**options), theirs()
    assert mine["factor"].tolist() == other["factor"].tolist()
    assert np.allclose(mine["effect"], other["effect"], rtol=1e-9, atol=1e-9)
    title = f"LMDI of {PLACES:,} places x {YEARS} years x {len(FACTORS)} factors, {name}"
    result = race(title, "itertuples", lambda: ours(**options), theirs, goal=GOAL)
    assert result.ratio > 1
