"""Efficiency scores as printed: a textbook's examples, and study 004's Table 5."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

few = pytest.mark.filterwarnings("ignore::spatialcarbon.WeakDiscriminationWarning")
FIXTURE = Path(__file__).parents[1] / "fixtures" / "p004_synthetic_third_output.csv"


@few
def test_stores_of_cooper_seiford_and_tone() -> None:
    """Table 1.1: eight stores, staff and sales; efficiency is the ratio to B's."""
    stores = list("ABCDEFGH")
    staff = pd.Series([2.0, 3, 3, 4, 5, 5, 6, 8], stores, name="staff")
    sales = pd.Series([1.0, 3, 2, 3, 4, 2, 3, 5], stores, name="sales")
    constant = sc.dea(staff, sales, returns="constant")
    printed = [0.5, 1, 0.667, 0.75, 0.8, 0.4, 0.5, 0.625]
    np.testing.assert_allclose(constant.efficiency, printed, atol=5e-4)
    assert constant.efficient.tolist() == ["B"]
    # Variable returns by hand: the frontier goes through A, B, E and H.
    variable = sc.dea(staff, sales)
    by_hand = [1, 1, 2.5 / 3, 3 / 4, 1, 2.5 / 5, 3 / 6, 1]
    np.testing.assert_allclose(variable.efficiency, by_hand)


@few
def test_two_inputs_of_cooper_seiford_and_tone() -> None:
    """Example 2.2: six units, two inputs, one output, constant returns; F has slack."""
    units = list("ABCDEF")
    x = pd.DataFrame({"x1": [4.0, 7, 8, 4, 2, 10], "x2": [3.0, 3, 1, 2, 4, 1]}, units)
    result = sc.dea(x, pd.Series(1.0, units, name="y"), returns="constant")
    np.testing.assert_allclose(result.efficiency, [0.8571, 0.6316, 1, 1, 1, 1], atol=5e-5)
    assert result.status["F"] == sc.DEAStatus.WEAKLY_EFFICIENT
    assert result.slacks is not None
    assert result.slacks.loc["F"].tolist() == pytest.approx([2, 0, 0])
    peers = result.peers.groupby("unit")["peer"].agg(set)
    assert peers["A"] == {"D", "E"}
    assert peers["B"] == {"C", "D"}
    assert peers["F"] == {"C"}
    assert result.multipliers.loc["A"].tolist() == pytest.approx([0.1429, 0.1429, 0.8571], abs=5e-5)


@pytest.fixture(scope="module")
def provinces() -> pd.DataFrame:
    printed = sc.load_table("study004_zsg").set_index("province")
    return printed.join(pd.read_csv(FIXTURE).set_index("province").drop(columns="province_zh"))


def test_study_004_with_the_two_known_outputs(provinces: pd.DataFrame) -> None:
    """Energy is not printed: 18 (22) of 30 scores follow without it, none lies above the print."""
    known = provinces[["pop_share_2030", "gdp_share_2030"]]
    for stage, close in (("initial", 18), ("iter1", 22)):
        found = sc.dea(provinces[f"co2_{stage}"], known).efficiency
        printed = provinces[f"phi_{stage}"]
        assert ((found - printed).abs() <= 0.006).sum() == close
        assert (found <= printed + 0.006).all()


def test_study_004_scores_are_jointly_feasible(provinces: pd.DataFrame) -> None:
    """With a synthetic third output (a fixture, not energy data) all printed scores follow."""
    for stage, within in (("initial", 0.006), ("iter1", 0.006), ("iter10", 0.0105)):
        outputs = provinces[["pop_share_2030", "gdp_share_2030", "synthetic_output_A"]]
        found = sc.dea(provinces[f"co2_{stage}"], outputs)
        assert (found.efficiency - provinces[f"phi_{stage}"]).abs().max() <= within
        assert found.certified["highs"].sum() == 0


@few
def test_worked_example_of_the_single_input() -> None:
    """METHODS §12.2: C = X / Σφx = 25/19, and the projected points are all efficient."""
    units = list("abcde")
    x = pd.Series([2.0, 4, 6, 5, 8], units, name="x")
    y = pd.Series([1.0, 3, 4, 2, 3], units, name="y")
    score = sc.dea(x, y).efficiency
    factor = x.sum() / (score * x).sum()
    assert factor == pytest.approx(25 / 19)
    assert (sc.dea(factor * score * x, y).efficiency == 1).all()
