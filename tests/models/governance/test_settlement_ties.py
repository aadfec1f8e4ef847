"""More than twenty places whose amounts are all the same."""

from __future__ import annotations

import pandas as pd

import spatialcarbon as sc


def test_equal_debts_meet_each_equal_claim_once() -> None:
    amounts = pd.Series({f"p{i:02}": 3.0 if i < 12 else -3.0 for i in range(24)})
    found = sc.settle(amounts, rule="fewest")
    assert (found.n, found.lower_bound, found.least) == (12, 12, True)
    assert found.transfers["amount"].tolist() == [3.0] * 12
    assert found.transfers["payer"].nunique() == found.transfers["receiver"].nunique() == 12
