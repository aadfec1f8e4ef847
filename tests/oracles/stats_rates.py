"""Rates over unequal populations beside esda's."""

from __future__ import annotations

import esda
import numpy as np
import pandas as pd
from esda import smoothing

import spatialcarbon as sc
from tests.oracles.draws import Rng, quietly, weights
from tests.oracles.oracle import Oracle, relative


def counts(rng: Rng, units: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Return events and the people they are counted among, very unequal."""
    people = np.round(rng.lognormal(8, rng.uniform(0.2, 2.0), len(units))) + 20
    rate = rng.beta(2, 60, len(units)) if rng.random() < 0.8 else 0.02
    events = rng.poisson(people * rate)
    events[0] += 1
    order = rng.permutation(len(units))
    return (
        pd.Series(events, units, dtype=float).iloc[order],
        pd.Series(people, units).iloc[order[::-1]],
    )


def smoothed(rng: Rng) -> dict[str, float]:
    units = pd.Index([f"u{i}" for i in range(int(rng.integers(5, 41)))])
    events, people = counts(rng, units)
    ours = sc.smoothed_rates(events, people)
    e, b = events[units].to_numpy(), people[units].to_numpy()
    found = {
        "standardised": relative(ours.standardised[units], quietly(smoothing.assuncao_rate, e, b)),
        "raw": relative(ours.rate[units], e / b),
    }
    if ours.variance > 0:  # esda does not cut a negative variance at zero
        found["smoothed"] = relative(
            ours.smoothed[units], quietly(smoothing.Empirical_Bayes, e, b).r.ravel()
        )
    return found


def rate(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    events, people = counts(rng, w.units)
    ours = sc.rate_moran(events, people, w, permutations=0)
    arguments = events[w.units].to_numpy(), people[w.units].to_numpy(), w.to_w()
    theirs, raw = (
        quietly(esda.Moran_Rate, *arguments, adjusted=adjusted, transformation="O", permutations=0)
        for adjusted in (True, False)
    )
    return {
        "statistic": relative(ours.statistic, theirs.I),
        "z-scores": relative(
            [ours.z_normality, ours.z_randomization], [theirs.z_norm, theirs.z_rand]
        ),
        "of raw rates": relative(ours.raw.statistic, raw.I),
    }


def local(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    events, people = counts(rng, w.units)
    ours = sc.local_rate_moran(events, people, w, permutations=0)
    theirs = quietly(
        esda.Moran_Local_Rate,
        events[w.units].to_numpy(),
        people[w.units].to_numpy(),
        w.to_w(),
        transformation="O",
        permutations=0,
    )
    at = w.units[~w.units.isin(w.isolates)]
    scaled = pd.Series(np.asarray(theirs.Is).ravel(), w.units) * w.n / (w.n - 1)
    return {"statistic": relative(ours.statistic[at], scaled[at])}


ORACLES = (
    Oracle(
        "smoothed_rates",
        "raw, smoothed and standardised rates",
        "esda",
        "esda.smoothing.Empirical_Bayes, assuncao_rate",
        smoothed,
        1e-10,
        quick=5,
        note="Smoothed rates only where the variance between places is positive: esda does not "
        "cut it at zero.",
    ),
    Oracle(
        "rate_moran",
        "I of standardised and of raw rates, z",
        "esda",
        "esda.Moran_Rate",
        rate,
        1e-9,
        quick=10,
    ),
    Oracle(
        "local_rate_moran",
        "statistic",
        "esda",
        "esda.Moran_Local_Rate",
        local,
        1e-9,
        quick=10,
        note="esda's values times n/(n − 1).",
    ),
)
