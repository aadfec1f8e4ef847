"""CRITIC weights where few criteria vary."""

from __future__ import annotations

import numpy as np
import pandas as pd

import spatialcarbon as sc


def test_the_only_criterion_that_varies_has_all_the_weight() -> None:
    table = pd.DataFrame({"gdp": [1.0, 2.0, 4.0], "population": [5.0, 5.0, 5.0]})
    found = sc.critic_weights(table)
    assert found.weights.to_dict() == {"gdp": 1.0, "population": 0.0}
    # Alone it conflicts with nothing: one by definition, and the spread is that of 0, 1/3, 1.
    assert found.conflict["gdp"] == 1.0
    assert np.isnan(found.conflict["population"])
    assert np.isclose(found.spread["gdp"], np.std([0.0, 1 / 3, 1.0], ddof=1))
