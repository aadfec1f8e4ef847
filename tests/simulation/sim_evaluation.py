"""Policies: coverage of the effect, and tests of policies that never were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from simulation_frame import Found, Measure, Simulation, holds

import spatialcarbon as sc

EFFECT = 2.0
EFFECTS = (0.1, 0.2, 0.3, 0.4)

Replicate = Callable[[np.random.Generator], Found]

BASE: dict[str, Any] = {
    "unit": "unit",
    "year": "year",
    "outcome": "outcome",
    "treated": "treated",
    "minimum_matched": 5,
}


def evaluated(frame: pd.DataFrame, rng: np.random.Generator, **asked: Any) -> Any:
    """Return an evaluation with a seed of its own."""
    return sc.psm_did(frame, **BASE, rng=int(rng.integers(2**31)), **asked)


def matched(units: int, trend: float, matching: str) -> Replicate:
    """Return a replication of the invented policy, whose effect is 2."""

    def replicate(rng: np.random.Generator) -> Found:
        frame = sc.synthetic_policy(
            units, years=6, effect=EFFECT, trend=trend, rng=int(rng.integers(2**31))
        )
        found = evaluated(
            frame,
            rng,
            treated_from="treated_from",
            covariates=["x", "z"],
            matching=matching,
            permutations=0,
        )
        plain = found.estimates.loc["unmatched"]
        return {
            "unmatched": holds(EFFECT, plain["low"], plain["high"]),
            "matched": holds(EFFECT, found.low, found.high),
            "pretrend": found.pretrend["pvalue"],
            "placebo_date": found.estimates.loc["placebo_date", "pvalue"],
            "propensity": found.coefficients.loc["z", "pvalue"],
        }

    return replicate


def panel(
    units: int, treated: int, memory: float, effect: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Return ten years of units without a trend of their own, whose errors last."""
    noise = rng.normal(size=(units, 10))
    for at in range(1, 10):
        noise[:, at] = memory * noise[:, at - 1] + np.sqrt(1 - memory**2) * noise[:, at]
    flag = np.arange(units) < treated
    noise += effect * np.outer(flag, np.arange(10) >= 5)
    return pd.DataFrame(
        {
            "unit": np.repeat([f"u{i}" for i in range(units)], 10),
            "year": np.tile(range(2010, 2020), units),
            "outcome": (noise + rng.normal(size=(units, 1))).ravel(),
            "treated": np.repeat(flag.astype(int), 10),
        }
    )


def plain(units: int, treated: int, memory: float, effect: float) -> Replicate:
    """Return a replication without matching, to judge errors and tests by themselves."""

    def replicate(rng: np.random.Generator) -> Found:
        found = evaluated(
            panel(units, treated, memory, effect, rng),
            rng,
            treated_from=2015,
            covariates=[],
            matching="none",
            permutations=199,
        )
        return {
            "effect": holds(effect, found.low, found.high),
            "pvalue": found.pvalue,
            "lot": found.placebo_pvalue,
            "pretrend": found.pretrend["pvalue"],
            "gaps": found.event_study["pvalue"].to_numpy(dtype=float),
        }

    return replicate


INVENTED = (
    Measure("unmatched", "effect, all units", "interval", 0.95),
    Measure("matched", "effect, after matching", "interval", 0.95),
    Measure("propensity", "propensity score: a covariate without influence", "test"),
)
NO_TREND = (
    Measure("pretrend", "joint test of the gaps before (matched)", "test"),
    Measure("placebo_date", "false date (matched)", "test"),
)
PLAIN = (
    Measure("effect", "effect, 95 % interval", "interval", 0.95),
    Measure("pretrend", "joint test of the gaps before", "test"),
)
NO_EFFECT = (
    Measure("pvalue", "effect (t of clusters)", "test"),
    Measure("lot", "effect, treatment by lot", "test"),
    Measure("gaps", "event study, each year", "test"),
)

SIMULATIONS = (
    *(
        Simulation(
            f"policy {matching} trend {trend}",
            "invented policy, 200 places, 6 years, "
            + (f"trends that follow a covariate ({trend})" if trend else "no trend")
            + f", matching {matching!r}",
            matched(200, trend, matching),
            (*INVENTED, *(() if trend else NO_TREND)),
            240,
        )
        for trend in (0.0, 0.5)
        for matching in ("nearest", "kernel")
    ),
    *(
        Simulation(
            f"did {units} units {treated} treated memory {memory}",
            f"{units} units, {treated} treated, 10 years, no effect, errors "
            + ("independent" if memory == 0 else f"correlated by {memory} from year to year"),
            plain(units, treated, memory, 0.0),
            (*PLAIN, *NO_EFFECT),
            320,
        )
        for units, treated in ((20, 5), (30, 15), (100, 10), (100, 50))
        for memory in (0.0, 0.8)
    ),
    *(
        Simulation(
            f"did power {effect}",
            f"100 units, 50 treated, 10 years, errors correlated by 0.8, effect {effect}",
            plain(100, 50, 0.8, effect),
            (
                Measure("pvalue", "effect (t of clusters)", "power"),
                Measure("lot", "effect, treatment by lot", "power"),
            ),
            160,
            effect,
            "effect of a policy, 100 units",
        )
        for effect in EFFECTS
    ),
)
