"""Geary's C: worked values, exact moments over all orders, esda, and what is refused."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import esda
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import DegenerateDataError, MissingDataError

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

CHAIN = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})


def test_the_worked_chain() -> None:
    weights = sc.Weights.from_edges(CHAIN)
    result = sc.geary(pd.Series([1, 2, 3, 4], list("abcd")), weights, permutations=0)
    assert result.statistic == pytest.approx(3 * 6 / (2 * 6 * 5), rel=1e-15)
    # S1 = 12, S2 = 40: ((24 + 40) 3 - 144) / (2 · 5 · 36)
    assert result.variance_normality == pytest.approx(48 / 360, rel=1e-14)
    assert result.status == "ok"
    assert result.mean_permutation is None


@pytest.mark.parametrize("transform", ["B", "R"])
def test_moments_are_exact_over_all_orders(transform: Any) -> None:
    weights = sc.Weights.from_edges(CHAIN).standardised(transform)
    values = pd.Series([1.0, 2, 4, 9], list("abcd"))
    every = [
        sc.geary(pd.Series(order, values.index), weights, permutations=0).statistic
        for order in itertools.permutations(values)
    ]
    result = sc.geary(values, weights, permutations=0)
    assert np.mean(every) == pytest.approx(1, rel=1e-13)
    assert np.var(every) == pytest.approx(result.variance_randomization, rel=1e-12)
    drawn = sc.geary(values, weights, permutations=99_999, rng=1)
    exact = np.mean(np.abs(np.array(every) - 1) >= abs(result.statistic - 1) - 1e-12)
    assert drawn.pvalue_permutation == pytest.approx(exact, abs=0.01)
    assert drawn.mean_permutation == pytest.approx(1, abs=0.01)


@pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")
@pytest.mark.parametrize("transform", ["B", "R"])
def test_esda_agrees(plan_co2: pd.DataFrame, plan_queen: Weights, transform: Any) -> None:
    weights = plan_queen.standardised(transform)
    ours = sc.geary(plan_co2[2017], weights, permutations=9999, rng=1)
    ordered = plan_co2[2017].loc[weights.units].to_numpy()
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    theirs = esda.Geary(ordered, weights.to_w(), transformation=transform, permutations=999)
    np.random.set_state(state)  # noqa: NPY002
    assert ours.statistic == pytest.approx(theirs.C, rel=1e-12)
    assert ours.variance_normality == pytest.approx(theirs.VC_norm, rel=1e-12)
    assert ours.variance_randomization == pytest.approx(theirs.VC_rand, rel=1e-12)
    assert ours.z_normality == pytest.approx(theirs.z_norm, rel=1e-12)
    assert ours.z_randomization == pytest.approx(theirs.z_rand, rel=1e-12)
    assert ours.sd_permutation == pytest.approx(theirs.seC_sim, rel=0.1)
    assert ours.pvalue_permutation / 2 == pytest.approx(theirs.p_sim, abs=0.02)


def test_alternatives_speak_of_autocorrelation(lattice: Any) -> None:
    weights = sc.Backbone(lattice).contiguity("rook").standardised("R")
    smooth = pd.Series([1.0, 2, 3, 2, 3, 4, 3, 4, 5], range(1, 10))
    chess = pd.Series([1.0, -1, 1, -1, 1, -1, 1, -1, 1], range(1, 10))
    p = {
        (name, side): sc.geary(values, weights, alternative=side, permutations=999, rng=1)  # type: ignore[arg-type]
        for name, values in (("smooth", smooth), ("chess", chess))
        for side in ("greater", "less")
    }
    assert p["smooth", "greater"].statistic < 1 < p["chess", "less"].statistic
    for kind in ("pvalue_permutation", "pvalue_randomization", "pvalue_normality"):
        assert getattr(p["smooth", "greater"], kind) < 0.05
        assert getattr(p["smooth", "less"], kind) > 0.95
        assert getattr(p["chess", "less"], kind) < 0.05
        assert getattr(p["chess", "greater"], kind) > 0.9


def test_three_units_and_complete_graphs_have_no_z() -> None:
    three = sc.Weights.from_edges(CHAIN.iloc[:4])
    found = sc.geary(pd.Series([1.0, 2, 4], list("abc")), three, permutations=9, rng=1)
    assert np.isnan(found.variance_randomization)
    assert found.status == "ok"
    both = [(a, b) for a in "abcd" for b in "abcd" if a != b]
    whole = sc.Weights.from_edges(pd.DataFrame(both, columns=["focal", "neighbor"]))
    flat = sc.geary(pd.Series([1.0, 2, 4, 9], list("abcd")), whole, permutations=9, rng=1)
    assert flat.statistic == pytest.approx(1)
    assert flat.status == "var<=0"
    assert flat.pvalue_permutation == 1


def test_row_order_isolates_and_bad_input(contrarian: Any) -> None:
    table, weights = contrarian.table, contrarian.weights
    first = sc.geary(table["co2"], weights, permutations=99, rng=4)
    turned = weights.subset(weights.units[::-1])
    again = sc.geary(table["co2"].sort_index(), turned, permutations=99, rng=4)
    pd.testing.assert_frame_equal(first.to_frame(), again.to_frame(), check_exact=True)
    assert first.n == 13
    assert any(contrarian.island in note for note in first.notes)
    with pytest.raises(DegenerateDataError, match="all 13 values are the same"):
        sc.geary(table["flat"], weights)
    gappy = table["co2"].where(table.index != "é")
    with pytest.raises(MissingDataError):
        sc.geary(gappy, weights)
    dropped = sc.geary(gappy, weights, missing="drop", permutations=0)
    assert dropped.dropped.tolist() == ["é"]
    alone = sc.Weights.from_edges(CHAIN.iloc[:0], units=list(table.index))
    with pytest.raises(DegenerateDataError, match="Geary's C is undefined"):
        sc.geary(table["co2"], alone)
    two = weights.subset(weights.units[:2])
    with pytest.raises(DegenerateDataError, match="Geary's C needs at least three units"):
        sc.geary(table["co2"][two.units], two)
