"""Mean row sums of the spatial multiplier, by hand where the rows of the weights allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.drivers.regression_effects import Multiplier

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

LINKS = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})


def direct(weights: Weights, rho: float) -> tuple[float, float, float, float]:
    """Return the four means from the inverse written out."""
    w = weights.sparse.toarray()
    inverse = np.linalg.inv(np.eye(weights.n) - rho * w)
    lagged = inverse @ w
    n = weights.n
    means = (np.trace(inverse), inverse.sum(), np.trace(lagged), lagged.sum())
    return tuple(float(mean) / n for mean in means)  # type: ignore[return-value]


@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.2, 0.45])
@pytest.mark.parametrize("kind", ["rows of one", "with an isolate", "led to", "binary"])
def test_means_are_those_of_the_inverse(kind: str, rho: float) -> None:
    units = None if kind in ("rows of one", "binary") else list("abcdx")
    links = LINKS
    if kind == "led to":  # x leads nowhere, but a leads to x: its row sums do not settle
        links = pd.concat([LINKS, pd.DataFrame({"focal": ["a"], "neighbor": ["x"]})])
    weights = sc.Weights.from_edges(links, units=units)
    if kind != "binary":
        weights = weights.standardised("R")
    multiplier = Multiplier(weights)
    assert multiplier.settled is (kind in ("rows of one", "with an isolate"))
    assert multiplier.means(rho) == pytest.approx(direct(weights, rho), abs=1e-12)
