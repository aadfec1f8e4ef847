"""Study 004, Table 4 and Figure 1: targets, weights, 90 allocations, gaps, and who cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import spatialcarbon as sc

if TYPE_CHECKING:
    import pandas as pd

PRINTED_TOTAL = 2330609.99
"""10⁴ t: the sum of the first columns of Table 4."""

COLUMNS = {
    "comprehensive": "comprehensive",
    "fairness": "fair_biased",
    "efficiency": "efficiency_biased",
}
CRITERIA = ["population", "cumulative", "gdp", "intensity"]


@pytest.fixture(scope="module")
def table4() -> pd.DataFrame:
    return sc.load_table("study004_reduction").set_index("adcode")


@pytest.fixture(scope="module")
def emitted() -> pd.Series:
    return sc.load_table("study004_zsg").set_index("adcode")["co2_initial"]


@pytest.fixture(scope="module")
def criteria() -> pd.DataFrame:
    return sc.load_table("study004_criteria").set_index("adcode")[CRITERIA]


def allocation(criteria: pd.DataFrame, principle: str, **terms: object) -> pd.Series:
    return sc.allocate(PRINTED_TOTAL, criteria, principle=principle, **terms).allocation


def test_the_shipped_criteria_follow_from_the_tables(
    table4: pd.DataFrame, emitted: pd.Series
) -> None:
    shipped = sc.load_table("study004_criteria").set_index("adcode")
    for name in ("population", "cumulative", "gdp"):
        expected = table4[name] / table4[name].sum()
        np.testing.assert_allclose(shipped[name], expected.loc[shipped.index], atol=1e-12)
    co2 = emitted.loc[shipped.index]
    np.testing.assert_allclose(shipped["co2_2030_10kt"], co2)
    intensity = (co2 / co2.sum()) / (table4["gdp"] / table4["gdp"].sum()).loc[shipped.index]
    np.testing.assert_allclose(shipped["intensity"], intensity, rtol=1e-10)


def test_all_ninety_entropy_entries_of_table_4(
    table4: pd.DataFrame, criteria: pd.DataFrame
) -> None:
    worst = {}
    for principle, column in COLUMNS.items():
        ours = allocation(criteria, principle)
        assert len(ours) == 30
        worst[principle] = float((ours - table4[column]).abs().max())
    assert max(worst.values()) < 0.25
    assert worst == pytest.approx(
        {"comprehensive": 0.14, "fairness": 0.12, "efficiency": 0.21}, abs=0.005
    )


def test_intensity_may_be_left_to_emissions_and_gdp(
    table4: pd.DataFrame, criteria: pd.DataFrame, emitted: pd.Series
) -> None:
    three = criteria.drop(columns="intensity")
    with pytest.warns(sc.InfeasibleAllocationWarning):
        ours = allocation(three, "comprehensive", emissions=emitted)
    assert (ours - table4["comprehensive"]).abs().max() < 0.25


def test_entropies_weights_and_preferences(criteria: pd.DataFrame) -> None:
    found = sc.entropy_weights(criteria)
    assert found.entropy.tolist() == pytest.approx(
        [0.925120, 0.909116, 0.904966, 0.861586], abs=6e-7
    )
    assert found.weights.tolist() == pytest.approx(
        [0.187569, 0.227658, 0.238054, 0.346718], abs=2e-6
    )
    for principle, theta in (
        ("fairness", [0.281354, 0.341487, 0.153537, 0.223622]),
        ("efficiency", [0.055491, 0.067350, 0.357082, 0.520077]),
    ):
        weights = sc.allocate(1.0, criteria, principle=principle).weights
        assert weights.tolist() == pytest.approx(theta, abs=2e-6)


def test_the_targets_and_the_total(emitted: pd.Series) -> None:
    pledge = sc.national_target(349.58, 1.0, reduction=(0.60, 0.65), projected=emitted / 1e4)
    strict = sc.national_target(349.58, 1.0, reduction=(0.689, 0.893), projected=emitted / 1e4)
    assert pledge.interval == pytest.approx((122.35, 139.84), abs=0.011)
    assert strict.interval == pytest.approx((37.40, 108.72), abs=0.011)
    assert (pledge.target, strict.target) == pytest.approx((131.10, 73.06), abs=0.011)
    assert pledge.target - strict.target == pytest.approx(58.04, abs=0.011)
    # With the printed 73.06 the total is the sum of every column of Table 4.
    printed = sc.national_target(73.06, 1.0, reduction=0.0, projected=emitted / 1e4)
    assert printed.responsibility * 1e4 == pytest.approx(2330609.98, abs=0.005)
    assert strict.responsibility * 1e4 == pytest.approx(PRINTED_TOTAL, abs=25)
    assert "0.876 times what the base intensity gives" in strict.summary()


def test_every_column_has_the_same_sum(table4: pd.DataFrame, emitted: pd.Series) -> None:
    sums = table4.select_dtypes("number").sum()
    assert sums.tolist() == pytest.approx([emitted.sum() - 730600.0] * 6, abs=0.05)


def test_the_gaps_of_figure_1(criteria: pd.DataFrame) -> None:
    """The stricter target asks 580 400 more in all under every principle."""
    total = {}
    for principle in ("equality", "cumulative", "economic", *COLUMNS):
        gap = (
            allocation(criteria, principle)
            - sc.allocate(PRINTED_TOTAL - 580400, criteria, principle=principle).allocation
        )
        total[principle] = float(gap.sum())
        assert gap.min() > 0
    assert list(total.values()) == pytest.approx([580400] * 6)


def test_the_provinces_that_cannot(criteria: pd.DataFrame, emitted: pd.Series) -> None:
    numbers = {}
    for principle in (
        "comprehensive",
        "fairness",
        "efficiency",
        "equality",
        "economic",
        "cumulative",
    ):
        with pytest.warns(sc.InfeasibleAllocationWarning):
            found = sc.allocate(PRINTED_TOTAL, criteria, principle=principle, emissions=emitted)
        numbers[principle] = found.infeasible
    assert [len(units) for units in numbers.values()] == [6, 4, 6, 6, 8, 1]
    names = sc.load_table("study004_criteria").set_index("adcode")["province"]
    assert {names[unit] for unit in numbers["comprehensive"]} == {
        *("Hainan", "Guizhou", "Gansu", "Qinghai", "Ningxia", "Xinjiang")
    }
    assert emitted[640000] == pytest.approx(44988, abs=1)
    assert allocation(criteria, "comprehensive")[640000] == pytest.approx(161545, abs=1)


@pytest.mark.parametrize(
    ("terms", "column", "difference"),
    [
        ({"principle": "comprehensive", "normalisation": "sum"}, "comprehensive", 91536),
        ({"principle": "comprehensive", "weighting": "equal"}, "comprehensive", 43234),
        ({"principle": "fairness", "rule": "renormalise"}, "fair_biased", 27611),
        ({"principle": "efficiency", "rule": "renormalise"}, "efficiency_biased", 51170),
    ],
)
def test_alternatives_fail(
    criteria: pd.DataFrame,
    table4: pd.DataFrame,
    terms: dict[str, str],
    column: str,
    difference: float,
) -> None:
    ours = sc.allocate(PRINTED_TOTAL, criteria, **terms).allocation
    assert (ours - table4[column]).abs().max() == pytest.approx(difference, abs=1)


def test_an_offset_fails_too(criteria: pd.DataFrame, table4: pd.DataFrame) -> None:
    shifted = sc.entropy_weights(criteria, offset=1e-4)
    ours = PRINTED_TOTAL * (shifted.shares * shifted.weights).sum(axis=1)
    assert (ours - table4["comprehensive"]).abs().max() == pytest.approx(106, abs=1)
