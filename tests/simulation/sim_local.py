"""Local statistics: false hot spots on a map without any, and beside a real one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from simulation_frame import MAPS, Found, Measure, Simulation, city_map, series

import spatialcarbon as sc
from spatialcarbon.stats.inference import adjust_pvalues

if TYPE_CHECKING:
    import pandas as pd

PERMUTATIONS = 9_999
RAISED = 12
STEPS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
METHODS = {"moran": "local Moran", "g": "local G*", "bivariate": "local bivariate Moran"}
CORRECTIONS = {"none": "no correction", "fdr_bh": "FDR", "bonferroni": "Bonferroni"}

Replicate = Callable[[np.random.Generator], Found]

EMPTY = tuple(
    measure
    for key, title in METHODS.items()
    for measure in (
        Measure(f"{key}_each", f"{title}, each unit by itself", "test"),
        *(
            Measure(f"{key}_any_{correction}", f"{title}, any unit on the map, {said}", "bound")
            for correction, said in CORRECTIONS.items()
        ),
    )
)
BESIDE = tuple(
    measure
    for key, title in METHODS.items()
    if key != "bivariate"
    for measure in (
        Measure(f"{key}_false", f"{title}, FDR, false units among those named", "bound"),
        Measure(f"{key}_inner", f"{title}, FDR, units found", "power"),
    )
)


def pvalues(values: pd.Series[Any], other: pd.Series[Any], weights: Any, seed: int) -> Any:
    """Return the unadjusted p-values of each local statistic."""
    asked: dict[str, Any] = {"permutations": PERMUTATIONS, "rng": seed}
    return {
        "moran": sc.local_moran(values, weights, **asked).pvalue.to_numpy(),
        "g": sc.local_g(values, weights, **asked).pvalue.to_numpy(),
        "bivariate": sc.local_bivariate_moran(values, other, weights, **asked).pvalue.to_numpy(),
    }


def empty(size: str, draw: Callable[[int, np.random.Generator], Any]) -> Replicate:
    """Return a replication on a map without pattern."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = MAPS[size]()
        x, y = (series(weights, draw(weights.n, rng)) for _ in range(2))
        found: dict[str, Any] = {}
        for key, p in pvalues(x, y, weights, int(rng.integers(2**31))).items():
            found[f"{key}_each"] = p
            for correction in CORRECTIONS:
                adjusted = adjust_pvalues(p, correction)
                found[f"{key}_any_{correction}"] = float(np.nanmin(adjusted) <= 0.05)
        return found

    return replicate


@cache
def region() -> tuple[Any, Any, Any]:
    """Return the raised cities, those all of whose neighbours are raised too, and the far ones.

    A far city and all its neighbours lie outside the region: what is said of it is false.
    """
    weights = city_map()
    links = weights.sparse.toarray() > 0
    first = int(links.sum(axis=1).argmax())
    raised = np.zeros(weights.n, dtype=bool)
    raised[first] = True
    while raised.sum() < RAISED:
        near = (links[raised].any(axis=0)) & ~raised
        raised[int(np.flatnonzero(near)[links[np.ix_(near, raised)].sum(axis=1).argmax()])] = True
    inner = raised & ~(links & ~raised[None, :]).any(axis=1)
    far = ~raised & ~(links & raised[None, :]).any(axis=1)
    return raised, inner, far


def hot_spot(step: float) -> Replicate:
    """Return a replication with a region of twelve cities that lie higher by some deviations."""

    def replicate(rng: np.random.Generator) -> Found:
        weights = city_map()
        raised, inner, far = region()
        x = series(weights, rng.normal(size=weights.n) + step * raised)
        seed = int(rng.integers(2**31))
        found: dict[str, float] = {}
        for key, test in (("moran", sc.local_moran), ("g", sc.local_g)):
            named = test(x, weights, permutations=PERMUTATIONS, rng=seed).qvalue <= 0.05
            flags = named.to_numpy(dtype=bool)
            found[f"{key}_false"] = float((flags & far).sum() / max(flags.sum(), 1))
            # "power" counts values at most 0.05, as of p-values.
            found[f"{key}_inner"] = np.where(flags[inner], 0.0, 1.0)  # type: ignore[assignment]
        return found

    return replicate


SIMULATIONS = (
    *(
        Simulation(f"local {size} {name}", f"{size}, independent {name} values", empty(size, draw),
                   EMPTY, 1200)
        for size in MAPS
        for name, draw in (
            ("normal", lambda n, rng: rng.normal(size=n)),
            ("lognormal", lambda n, rng: rng.lognormal(size=n)),
        )
    ),
    *(
        Simulation(
            f"hot spot {step}",
            f"111 cities, {RAISED} of them in one region higher by {step} standard deviations",
            hot_spot(step),
            BESIDE,
            400,
            step,
            "hot spot of 12 cities",
        )
        for step in STEPS
    ),
)  # fmt: skip
