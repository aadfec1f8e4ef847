"""Only a decline that cannot suffice is called too late."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.drivers.rates import RATES


@pytest.mark.parametrize(
    ("growth", "by", "status"), [(-0.05, 2024, "not needed"), (0.02, 2024, "found")]
)
def test_nothing_is_called_too_late_that_is_not(growth: float, by: int, status: str) -> None:
    columns = ["scenario", "start", "end", *RATES]
    zero = dict.fromkeys(columns, 0.0)
    row = zero | {"scenario": "calm", "start": 2021, "end": 2030, "chi": growth}
    found = sc.required_decline(
        1.0, pd.DataFrame([row]), scenario="calm", horizon=2030, peak_by=by, errors=0.0,
        draws=10, rng=1,
    )  # fmt: skip
    assert found.status == status
    assert "suffices" not in " ".join(found.notes)
