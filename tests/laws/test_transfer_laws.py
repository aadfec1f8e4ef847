"""Laws of embodied transfers (METHODS section 14) on economies made by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

SEEDS = st.integers(0, 2**32 - 1)


def economy(seed: int, *, trade: bool = True) -> dict:
    """Return a balanced economy of two to four regions and one to three sectors."""
    rng = np.random.default_rng(seed)
    regions, sectors = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    rows = pd.MultiIndex.from_product([list("甲乙丙丁"[:regions]), range(sectors)])
    n = len(rows)
    at = np.arange(n) // sectors
    same = np.equal.outer(at, at)
    flows = rng.uniform(0, 10, (n, n)) * (rng.random((n, n)) < 0.8)
    demand = rng.uniform(0, 10, (n, regions)) + n * 8
    if not trade:
        flows = np.where(same, flows, 0.0)
        demand = demand * np.equal.outer(at, np.arange(regions))
    names = rows.get_level_values(0).unique()
    return {
        "transactions": pd.DataFrame(flows, index=rows, columns=rows),
        "final_demand": pd.DataFrame(demand, index=rows, columns=names),
        "emissions": pd.Series(rng.uniform(0, 5, n), index=rows),
    }


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_every_emission_is_somebodys_demand(seed: int) -> None:
    made = economy(seed)
    found = sc.embodied_transfers(**made)
    direct = made["emissions"].groupby(level=0).sum()[found.matrix.index]
    np.testing.assert_allclose(found.matrix.sum(axis=1), direct, rtol=1e-9)
    total = direct.sum()
    assert np.isclose(found.consumption.sum(), total)
    assert np.isclose(found.income.sum(), total)
    for weight in (0.0, 0.3, 1.0):
        assert np.isclose(found.shared(weight)["shared"].sum(), total)
    np.testing.assert_allclose(found.net, -found.net.to_numpy().T, atol=1e-12)
    assert abs(found.net_export.sum()) < 1e-9 * max(total, 1)
    assert (found.matrix >= -1e-12).all(axis=None)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.floats(0.01, 100))
def test_linear_in_demand_and_emissions_and_free_of_the_unit_of_money(
    seed: int, factor: float
) -> None:
    made = economy(seed)
    matrix = sc.embodied_transfers(**made).matrix
    louder = sc.embodied_transfers(**made | {"emissions": made["emissions"] * factor})
    np.testing.assert_allclose(louder.matrix, matrix * factor, rtol=1e-9)
    money = {k: v * factor for k, v in made.items() if k != "emissions"}
    np.testing.assert_allclose(sc.embodied_transfers(**made | money).matrix, matrix, rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_without_trade_nothing_is_transferred(seed: int) -> None:
    matrix = sc.embodied_transfers(**economy(seed, trade=False)).matrix.to_numpy()
    np.testing.assert_allclose(matrix, np.diag(np.diagonal(matrix)), atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_aggregating_in_two_steps_is_aggregating_at_once(seed: int) -> None:
    found = sc.embodied_transfers(**economy(seed))
    steps = found.aggregate(regions={"甲": "a", "乙": "a", "丙": "b", "丁": "c"})
    steps = steps.aggregate(regions={"a": "all", "b": "all", "c": "all"})
    once = found.aggregate(regions=dict.fromkeys("甲乙丙丁", "all"))
    np.testing.assert_allclose(steps.matrix, once.matrix)
    assert np.isclose(once.net_export.iloc[0], 0)
    assert np.isclose(once.consumption.iloc[0], found.consumption.sum())
