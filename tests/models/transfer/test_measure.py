"""What is carried by trade keeps its measure: money and other masses are never converted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

AB = ["A", "B"]
FLOWS = pd.DataFrame([[20.0, 30.0], [10.0, 40.0]], index=AB, columns=AB)
DEMAND = pd.DataFrame([[40.0, 10.0], [5.0, 45.0]], index=AB, columns=AB)
BURDEN = pd.Series({"A": 50.0, "B": 20.0})


@pytest.mark.parametrize(("units", "factor"), [("万元", 1), ("CNY", 1), ("kt CO2", 1000)])
def test_all_that_is_made_is_used_somewhere(units: str, factor: float) -> None:
    found = sc.embodied_transfers(FLOWS, DEMAND, BURDEN, units=units)
    assert found.production.to_dict() == pytest.approx({"A": 50 * factor, "B": 20 * factor})
    # With both outputs 100, A = FLOWS / 100: a burden of 0.5 and 0.2 a unit of output.
    leontief = np.linalg.inv(np.eye(2) - FLOWS.to_numpy() / 100)
    expected = np.diag([0.5, 0.2]) @ leontief @ DEMAND.to_numpy() * factor
    np.testing.assert_allclose(found.matrix, expected, rtol=1e-12)
