"""Bounds and parts that would give money to nobody, or to everybody."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc

PLACES = pd.DataFrame(
    {"emission": [400.0, 250], "sink": [20.0, 120], "gdp": [500.0, 200], "population": [10.0, 8]},
    index=["a", "b"],
)


def test_parts_that_are_small_but_too_many_are_refused() -> None:
    values = {"jobs": 30.0, "trees": 0.5}
    amounts = pd.Series({"a": 900.0, "b": -900.0})
    with pytest.raises(sc.OptionError, match="sum to more than one"):
        sc.non_cash_compensation(amounts, values=values, shares={"jobs": 0.7, "trees": 0.4})
    all_of_it = sc.non_cash_compensation(amounts, values=values, shares={"jobs": 0.7, "trees": 0.3})
    assert all_of_it.quantities.loc["a"].to_dict() == pytest.approx(
        {"jobs": 21, "trees": 540, "cash": 0}
    )


@pytest.mark.parametrize("bounds", [(0.5, float("inf")), (0.0, 2.0), (float("nan"), 2.0)])
def test_bounds_that_bound_nothing_are_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(sc.OptionError, match="a lower and an upper bound"):
        sc.compensate(PLACES, price=60, ability="income", ability_bounds=bounds)
