"""Options of fits and simulations that are wrong in one place only."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.drivers.rates import RATES, checked_rates
from spatialcarbon.models.drivers.simulation_input import checked_quantiles

RISING = pd.DataFrame([[10.0, 14, 19, 23, 26, 28, 29]], ["甲"], range(2010, 2017))


@pytest.mark.parametrize("grid", [[-40, 35, 50], [0, 35], [35, float("inf")], [35, float("nan")]])
def test_every_capacity_of_a_grid_is_above_zero(grid: list[float]) -> None:
    with pytest.raises(sc.OptionError, match="not a list of capacities above zero"):
        sc.fit_growth(RISING, capacity="grid", grid=grid)


@pytest.mark.parametrize("quantiles", [0.5, None, ["half"], [], [1.5], [-0.1, 0.5]])
def test_quantiles_are_a_list_of_numbers_from_0_to_1(quantiles: Any) -> None:
    with pytest.raises(sc.OptionError, match="are not numbers from 0 to 1"):
        checked_quantiles(quantiles)
    assert checked_quantiles([0.5, 0, 0.5]) == (0.0, 0.5)


def test_years_that_a_table_of_rates_leaves_out_are_said_as_runs() -> None:
    rows = [("a", start, end, *[0.0] * len(RATES)) for start, end in [(2018, 2019), (2023, 2023)]]
    rows.append(("a", 2025, 2026, *[0.0] * len(RATES)))
    table = pd.DataFrame(rows, columns=["scenario", "start", "end", *RATES])
    with pytest.raises(sc.SchemaError, match=r"no rates in 2020–2022, 2024\n") as caught:
        checked_rates(table, horizon=2026)
    assert "2018 to 2026" in str(caught.value)
