"""Efficiency: intervals of scores by the bootstrap, with a known frontier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from simulation_frame import Found, Measure, Simulation

import spatialcarbon as sc

DRAWS = 200

Replicate = Callable[[np.random.Generator], Found]


def frontier(n: int, inputs: int, *, rising: bool) -> Replicate:
    """Return a replication of units below the frontier y = (x₁ ⋯)^(1/2m).

    Inefficiency is exponential with mean 0.3 on the logarithm of output; in ``rising`` it is
    the larger the larger the unit, against what the bootstrap supposes.
    """

    def replicate(rng: np.random.Generator) -> Found:
        x = pd.DataFrame(rng.uniform(1.0, 10.0, size=(n, inputs))).add_prefix("x")
        best = np.exp(np.log(x).mean(axis=1) / 2)
        scale = 0.3 * (x["x0"] / 5.5 if rising else 1.0)
        truth = np.exp(rng.exponential(1.0, size=n) * scale)
        y = (best / truth).rename("y")
        found: dict[str, Any] = {}
        for shrink in ("mirrored", "mean"):
            made = sc.dea_bootstrap(x, y, orientation="output", draws=DRAWS, shrink=shrink, rng=1)
            inside = (made.low <= truth) & (truth <= made.high)
            found[shrink] = inside.to_numpy(dtype=float)
        return found

    return replicate


MEASURES = (
    Measure("mirrored", "score, default", "interval", 0.95),
    Measure("mean", 'score, `shrink="mean"` as printed in 1998', "interval", 0.95),
)

SIMULATIONS = (
    *(
        Simulation(
            f"frontier {n} units {inputs} inputs",
            f"{n} units, {inputs} {'input' if inputs == 1 else 'inputs'}, one output",
            frontier(n, inputs, rising=False),
            MEASURES,
            160,
        )
        for n, inputs in ((30, 1), (100, 1), (100, 3))
    ),
    Simulation(
        "frontier rising",
        "100 units, 1 input, inefficiency that grows with size",
        frontier(100, 1, rising=True),
        MEASURES,
        160,
    ),
)
