"""Settlement beside brute force and networkx's minimum-cost flow."""

from __future__ import annotations

from functools import cache

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.governance.settlement_fewest import EXACT_LIMIT


def ring(n: int) -> sc.Weights:
    """Weights of a ring of places, named after their number."""
    edges = [(f"城{i}", f"城{(i + 1) % n}") for i in range(n)]
    both = [*edges, *((b, a) for a, b in edges)]
    return sc.Weights.from_edges(
        pd.DataFrame(both, columns=["focal", "neighbor"]), units=[f"城{i}" for i in range(n)]
    )


def drawn(n: int, seed: int, top: int = 9) -> pd.Series:
    """Whole amounts of sum zero."""
    rng = np.random.default_rng(seed)
    amounts = rng.integers(-top, top + 1, n).astype(float)
    amounts[-1] -= amounts.sum()
    return pd.Series(amounts, index=[f"城{i}" for i in range(n)])


def least_by_force(amounts: pd.Series) -> int:
    """The least number of transfers, by trying every payer and receiver in turn."""

    @cache
    def rest(left: tuple[int, ...]) -> int:
        open_ = [x for x in left if x]
        if not open_:
            return 0
        first, others = open_[0], open_[1:]
        tries = [at for at, x in enumerate(others) if x * first < 0]
        return 1 + min(
            rest(tuple(sorted([*others[:at], others[at] + first, *others[at + 1 :]])))
            for at in tries
        )

    return rest(tuple(sorted(int(x) for x in amounts)))


def pays_and_receives(result: sc.SettlementResult, amounts: pd.Series) -> None:
    """Rows and columns of the matrix are the payments and the receipts."""
    paid, got = amounts[amounts > 0], -amounts[amounts < 0]
    rows = result.matrix.sum(axis=1).reindex(paid.index, fill_value=0)
    columns = result.matrix.sum().reindex(got.index, fill_value=0)
    np.testing.assert_allclose(rows, paid, rtol=1e-9)
    np.testing.assert_allclose(columns, got, rtol=1e-9)
    assert (result.transfers["amount"] > 0).all()
    assert result.matrix.to_numpy().sum() == pytest.approx(result.transfers["amount"].sum())


@pytest.mark.parametrize("seed", range(12))
def test_the_least_number_is_that_of_brute_force(seed: int) -> None:
    amounts = drawn(8, seed, top=4)
    result = sc.settle(amounts, rule="fewest")
    assert result.n == least_by_force(amounts)
    assert result.least
    assert result.lower_bound == result.n
    pays_and_receives(result, amounts)


def test_groups_that_hide_in_twenty_places_are_found() -> None:
    parts = [[7.25, -3.0, -4.25], [5.5, 1.5, -7.0], [2.0, -2.0], [9.0, 4.0, -6.0, -7.0]]
    parts += [[11.0, -11.0], [3.25, 3.5, -6.75], [8.0, -5.0, -3.0]]
    flat = [x for part in parts for x in part]
    assert len(flat) == EXACT_LIMIT
    order = np.random.default_rng(3).permutation(len(flat))
    amounts = pd.Series(np.array(flat)[order], index=[f"城{i}" for i in range(len(flat))])
    result = sc.settle(amounts, rule="fewest")
    assert result.n == len(flat) - len(parts)
    pays_and_receives(result, amounts)


def test_beyond_twenty_places_the_number_has_bounds() -> None:
    amounts = drawn(45, 5, top=500)
    result = sc.settle(amounts, rule="fewest")
    assert result.lower_bound <= result.n <= (amounts != 0).sum() - 1
    assert not result.least
    assert f"between {result.lower_bound} and {result.n}" in result.notes[0]
    pays_and_receives(result, amounts)
    pairs = pd.Series([float(i + 1) for i in range(20)] + [-float(i + 1) for i in range(20)])
    exact = sc.settle(pairs, rule="fewest")
    assert (exact.n, exact.least) == (20, True)


@pytest.mark.parametrize("seed", range(8))
def test_neighbours_first_is_the_minimum_cost_flow(seed: int) -> None:
    n = 15
    amounts, weights = drawn(n, seed, top=50), ring(n)
    result = sc.settle(amounts, rule="neighbours", weights=weights)
    graph, all_ = nx.DiGraph(), int(amounts[amounts > 0].sum())
    for label, amount in amounts.items():
        graph.add_node(label, demand=-int(amount))
    for a, b in zip(*weights.to_edges()[["focal", "neighbor"]].to_numpy().T, strict=True):
        # Without a capacity networkx 3.3 takes a large flow for one without end.
        graph.add_edge(a, b, weight=1, capacity=all_)
    cost = (result.transfers["amount"] * result.transfers["steps"]).sum()
    assert cost == pytest.approx(nx.min_cost_flow_cost(graph))
    pays_and_receives(result, amounts)
    assert result.n <= (amounts != 0).sum() - 1  # a forest
    other = sc.settle(amounts, weights=weights)
    assert result.money_steps <= other.money_steps + 1e-12


def test_amounts_of_very_different_size_are_exact() -> None:
    amounts = drawn(15, 1, top=50) * 1.37e9
    amounts.iloc[0] += 321.5
    amounts.iloc[1] -= 321.5
    result = sc.settle(amounts, rule="neighbours", weights=ring(15))
    pays_and_receives(result, amounts)
    # One place pays a hundred-millionth of the whole, and still pays all of it.
    small = pd.Series([5e9, -5e9 - 100.0, 100.0, 0.0], index=[f"城{i}" for i in range(4)])
    tiny = sc.settle(small, rule="neighbours", weights=ring(4))
    pays_and_receives(tiny, small)
    assert tiny.n == 2


def test_islands_pay_each_other_last() -> None:
    edges = pd.DataFrame(
        [("a", "b", 1.0), ("b", "a", 1.0), ("c", "c", 0.0), ("d", "d", 0.0)],
        columns=["focal", "neighbor", "weight"],
    )
    weights = sc.Weights.from_edges(edges, units=["d", "c", "b", "a"])
    amounts = pd.Series({"a": 3.0, "b": -2.0, "c": -3.0, "d": 2.0})
    result = sc.settle(amounts, rule="neighbours", weights=weights)
    steps = result.transfers.set_index(["payer", "receiver"])["steps"]
    assert steps["a", "b"] == 1
    assert steps.drop(("a", "b")).isna().all()
    assert result.transfers.set_index(["payer", "receiver"])["amount"]["a", "b"] == 2
    assert "no chain of neighbours joins" in result.notes[0]
    assert result.money_steps == 1


def test_the_proportional_rule_is_the_formula() -> None:
    amounts = pd.Series({"a": 6.0, "b": 3.0, "c": -2.0, "d": -7.0})
    result = sc.settle(amounts)
    expected = np.outer([6, 3], [2, 7]) / 9
    np.testing.assert_allclose(result.matrix, expected)
    assert result.n == 4
    assert result.lower_bound == 2
    assert not result.least
    assert result.transfers["steps"].isna().all()
    assert np.isnan(result.money_steps)
    assert list(result.to_frame()) == ["payer", "receiver", "amount", "steps"]


@pytest.mark.parametrize("rule", ["proportional", "fewest", "neighbours"])
@pytest.mark.parametrize("kept", [10.0, -10.0, 0.0])
def test_the_platform_keeps_or_adds_its_part(rule: str, kept: float) -> None:
    amounts = drawn(9, 4, top=50)
    amounts.iloc[0] += kept
    result = sc.settle(amounts, rule=rule, weights=ring(9), platform=kept)
    pays_and_receives(result, amounts)
    own = result.matrix.sum() if kept > 0 else result.matrix.sum(axis=1)
    assert own.get("(platform)", 0.0) == pytest.approx(abs(kept))
    assert result.platform == kept
    mixed = amounts.sample(frac=1, random_state=1)
    again = sc.settle(mixed, rule=rule, weights=ring(9), platform=kept)
    pairs = [r.transfers.set_index(["payer", "receiver"])["amount"] for r in (result, again)]
    pd.testing.assert_series_equal(pairs[1].sort_index(), pairs[0].sort_index())


def test_one_side_alone_deals_with_the_platform() -> None:
    result = sc.settle(pd.Series({"a": 2.0, "b": 3.0}), platform=5.0)
    assert result.transfers["receiver"].tolist() == ["(platform)"] * 2
    nothing = sc.settle(pd.Series({"a": 0.0}), rule="fewest")
    assert nothing.n == 0
    assert nothing.matrix.empty


def test_mistakes() -> None:
    amounts = pd.Series({"a": 2.0, "b": -3.0})
    with pytest.raises(sc.BalanceError, match=r"(?s)do not add up.*platform=-1"):
        sc.settle(amounts)
    with pytest.raises(sc.OptionError, match="needs weights"):
        sc.settle(amounts, rule="neighbours", platform=-1.0)
    with pytest.raises(sc.AlignmentError, match="does not cover"):
        sc.settle(amounts, rule="neighbours", platform=-1.0, weights=ring(5))
    with pytest.raises(sc.AlignmentError, match="without labels"):
        sc.settle([1.0, -1.0])  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="rule='few'"):
        sc.settle(amounts, rule="few")  # type: ignore[arg-type]
    with pytest.raises(sc.MissingDataError, match="missing"):
        sc.settle(pd.Series({"a": 2.0, "b": np.nan}))
