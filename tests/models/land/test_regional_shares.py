"""Shares of places and regions by hand, and sums that cannot be shared."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc


def test_values_that_are_shares_already() -> None:
    values = pd.Series({"A": 0.5, "B": 0.25, "C": 0.25})
    region = pd.Series({"C": "West", "A": "East", "B": "West"})
    found = sc.regional_shares(values, groups=region)
    assert found.table["share"].to_dict() == {"A": 0.5, "B": 0.25, "C": 0.25}
    assert found.table["share_in_group"].to_dict() == {"A": 1.0, "B": 0.5, "C": 0.5}
    assert found.groups["share"].to_dict() == {"East": 0.5, "West": 0.5}


def test_nothing_cannot_be_shared() -> None:
    with pytest.raises(sc.DegenerateDataError, match="all values are zero"):
        sc.regional_shares(pd.Series({"A": 0.0, "B": 0.0}))
    with pytest.raises(sc.SchemaError, match="negative for B"):
        sc.regional_shares(pd.Series({"A": 2.0, "B": -1.0}))
