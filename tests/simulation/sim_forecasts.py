"""Curves and scenarios: intervals of forecasts, and announced chances of a peak."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from simulation_frame import Found, Measure, Simulation, holds

import spatialcarbon as sc

K, A, R = 200.0, 4.0, 0.2
BASE_YEAR, HORIZON, PEAK_BY = 2020, 2045, 2030
SERIES = 20
RATES = ("delta", "chi", "beta", "alpha")
SPREAD = 0.01

Replicate = Callable[[np.random.Generator], Found]


def logistic(t: Any) -> Any:
    """Return the true curve."""
    return K / (1 + A * np.exp(-R * np.asarray(t, dtype=float)))


def growth(years: int, memory: float) -> Replicate:
    """Return a replication of twenty series about one curve, with forecasts of five years."""

    def replicate(rng: np.random.Generator) -> Found:
        noise = rng.normal(size=(SERIES, years + 5))
        for at in range(1, years + 5):
            noise[:, at] = memory * noise[:, at - 1] + np.sqrt(1 - memory**2) * noise[:, at]
        truth = logistic(np.arange(years + 5))
        values = truth + 4.0 * noise
        names = pd.Index([f"u{i:02d}" for i in range(SERIES)], name="unit")
        frame = pd.DataFrame(values[:, :years], names, range(2000, 2000 + years))
        found: dict[str, Any] = {}
        for confidence in (0.95, 0.90):
            made = sc.fit_growth(frame, allow_decline=True, confidence=confidence)
            fine = (made.status == "ok").to_numpy()
            last = made.forecast(1999 + years + 5).groupby("unit").last().loc[names]
            suffix = "" if confidence == 0.95 else "90"
            found |= {
                f"curve{suffix}": inside(truth[-1], last, "", fine),
                f"observed{suffix}": inside(values[:, -1], last, "_observed", fine),
            }
            if suffix:
                continue
            for name, value in (("k", K), ("r", R)):
                own = made.parameters.rename(columns={f"{name}_low": "low", f"{name}_high": "high"})
                found[name] = inside(value, own, "", fine)
            found["any"] = inside(truth[-1], last, "", np.ones(SERIES, dtype=bool))
        return found

    return replicate


def inside(truth: Any, table: pd.DataFrame, suffix: str, fine: Any) -> Any:
    """Return for each series 1, 0, or NaN where it does not count."""
    low, high = (table[f"{end}{suffix}"].to_numpy(dtype=float) for end in ("low", "high"))
    hit = ((low <= truth) & (truth <= high)).astype(float)
    return np.where(fine & np.isfinite(low) & np.isfinite(high), hit, np.nan)


def scenario(rng: np.random.Generator) -> pd.DataFrame:
    """Return a scenario of two periods whose chance of an early peak may be anything."""
    first, second = rng.uniform(-0.02, 0.02), rng.uniform(-0.03, 0.01)
    rows = [
        ("s", BASE_YEAR + 1, PEAK_BY, 0.002, 0.05, 0.02, 0.03 + first),
        ("s", PEAK_BY + 1, HORIZON, -0.002, 0.03, 0.02, 0.02 + second),
    ]
    return pd.DataFrame(rows, columns=["scenario", "start", "end", *RATES])


def world(rates: pd.DataFrame, rng: np.random.Generator, *, yearly: bool, heavy: bool) -> Any:
    """Return one path of the world: rates of the scenario with errors, worked out by itself."""
    level, path = 100.0, [100.0]
    for row in rates.itertuples():
        error = np.zeros(4)
        for at in range(row.end - row.start + 1):
            if yearly or at == 0:
                drawn = rng.standard_t(3, size=4) if heavy else rng.normal(size=4)
                error = SPREAD * drawn
            grown = (row.delta + error[0], row.chi + error[1])
            fallen = (row.beta + error[2], row.alpha + error[3])
            level *= np.prod(1 + np.array(grown)) * np.prod(1 - np.array(fallen))
            path.append(level)
    return np.array(path)


def announced(*, per: str, yearly: bool, heavy: bool = False) -> Replicate:
    """Return a replication: a scenario, what ``simulate`` announces, and what then happens."""

    def replicate(rng: np.random.Generator) -> Found:
        rates = scenario(rng)
        seed = int(rng.integers(2**31))
        asked: Any = {"horizon": HORIZON, "errors": SPREAD, "per": per, "draws": 1_000, "rng": seed}
        found = sc.simulate(100.0, rates, peak_by=PEAK_BY, quantiles=(0.025, 0.05, 0.95, 0.975),
                            **asked)  # fmt: skip
        path = world(rates, rng, yearly=yearly, heavy=heavy)
        peaked = float(path.argmax() <= PEAK_BY - BASE_YEAR)
        chance = float(found.peaked_by.query("year == @PEAK_BY")["probability"].iloc[0])
        ends = found.quantiles.query("year == @HORIZON").set_index("quantile")["value"]
        bins = {"low": chance < 1 / 3, "middle": 1 / 3 <= chance < 2 / 3, "high": chance >= 2 / 3}
        return {
            "95": holds(path[-1], ends[0.025], ends[0.975]),
            "90": holds(path[-1], ends[0.05], ends[0.95]),
            **{name: (chance, peaked) if own else np.nan for name, own in bins.items()},
        }

    return replicate


FIXED = pd.DataFrame(
    [["s", 2021, 2030, 0.002, 0.05, 0.02, 0.03], ["s", 2031, 2045, -0.002, 0.03, 0.02, 0.02]],
    columns=["scenario", "start", "end", *RATES],
)


def decline(draws: int, seed: int) -> Any:
    """Return the decline required of one scenario."""
    return sc.required_decline(
        100.0, FIXED, scenario="s", horizon=HORIZON, errors=SPREAD, draws=draws, rng=seed
    )


@cache
def true_decline() -> float:
    """Return the required decline by so many draws that its own error does not matter."""
    return float(decline(200_000, 1).value)


def required(rng: np.random.Generator) -> Found:
    """Return whether the interval of the Monte Carlo holds the answer of endless draws."""
    found = decline(1_000, int(rng.integers(2**31)))
    return {"interval": holds(true_decline(), *found.interval)}


GROWTH = (
    Measure("curve", "the curve five years ahead", "interval", 0.95),
    Measure("curve90", "the curve five years ahead", "interval", 0.90),
    Measure("observed", "a value five years ahead", "interval", 0.95),
    Measure("observed90", "a value five years ahead", "interval", 0.90),
    Measure("any", "the curve, fits at a bound included", "interval", 0.95),
    Measure("k", "capacity k", "interval", 0.95),
    Measure("r", "rate r", "interval", 0.95),
)
CHANCES = (
    Measure("95", "level of 2045, outer quantiles", "interval", 0.95),
    Measure("90", "level of 2045, outer quantiles", "interval", 0.90),
    Measure("low", "a peak by 2030 announced with less than 1/3", "chance"),
    Measure("middle", "a peak by 2030 announced with 1/3 to 2/3", "chance"),
    Measure("high", "a peak by 2030 announced with more than 2/3", "chance"),
)

SIMULATIONS = (
    *(
        Simulation(
            f"growth {years} years memory {memory}",
            f"logistic series of {years} years, errors "
            + ("independent" if memory == 0 else f"correlated by {memory} from year to year"),
            growth(years, memory),
            GROWTH,
            160,
        )
        for years in (12, 25)
        for memory in (0.0, 0.7)
    ),
    Simulation("scenario as told", "errors as told to `simulate`, lasting for a period",
               announced(per="period", yearly=False), CHANCES, 1000),
    Simulation("scenario yearly", "errors as told, drawn anew every year",
               announced(per="year", yearly=True), CHANCES, 1000),
    Simulation("scenario heavy", "told normal errors, in truth t(3) of that scale",
               announced(per="period", yearly=False, heavy=True), CHANCES, 1000),
    Simulation("scenario lasting", "told yearly errors, in truth lasting for a period",
               announced(per="year", yearly=False), CHANCES, 1000),
    Simulation("required decline", "1,000 draws, probability 0.9", required,
               (Measure("interval", "required decline, interval of the Monte Carlo", "interval",
                        0.95),), 1500),
)  # fmt: skip
