"""Study 001, Tables 1 and 2, recomputed from the printed amounts (METHODS §18)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc


@pytest.fixture(scope="module")
def forest() -> pd.DataFrame:
    return sc.load_table("study001_forest").set_index("adcode")


@pytest.fixture(scope="module")
def land() -> pd.DataFrame:
    return sc.load_table("study001_land").set_index("adcode")


def test_table_1_shares_and_regional_sums(forest: pd.DataFrame) -> None:
    found = sc.regional_shares(forest["forest_stock_10k_m3"], groups=forest["region"])
    assert len(found.table) == 31
    assert found.total == pytest.approx(1_705_819.59, abs=5e-3)
    assert found.groups["value"].round(2).to_dict() == {
        "East": 226_187.89, "Central": 469_718.37, "West": 1_009_913.33,
    }  # fmt: skip
    # All 31 shares agree with the print to the last digit.
    shares = (100 * found.table["share"]).round(2)
    np.testing.assert_array_equal(shares, forest["share_pct"])


def test_table_1_is_not_a_stock_of_carbon(forest: pd.DataFrame) -> None:
    """91.86 × 10⁸ t of carbon are 1.97 t CO2 per m³ of this stock, not 1.6."""
    cubic_metres = forest["forest_stock_10k_m3"].sum() * 1e4
    assert 91.86e8 * 44 / 12 / cubic_metres == pytest.approx(1.97, abs=5e-3)
    assert pytest.approx(1.92, abs=5e-3) == 91.86e8 * 44 / 12 / 175.60e8


def test_growth_of_the_study_by_both_factors() -> None:
    growth = pd.Series({"中国": 1.0})
    assert sc.forest_stock_co2(growth, units="亿m3")["中国"] == pytest.approx(1.6e8)
    assert sc.forest_stock_co2(growth, units="亿m3", factor="cn_rule")["中国"] == pytest.approx(
        1.83e8
    )


def test_table_2_shares(land: pd.DataFrame) -> None:
    areas = land[["agri_land_kha", "built_land_kha"]]
    shares = areas.div(areas.sum(axis=1), axis=0) * 100
    for amount, printed in (
        ("agri_land_kha", "agri_share_pct"),
        ("built_land_kha", "built_share_pct"),
    ):
        np.testing.assert_allclose(shares[amount], land[printed], atol=0.005 + 1e-9)


def test_table_2_regional_sums(land: pd.DataFrame) -> None:
    found = sc.regional_shares(land["built_land_kha"], groups=land["region"])
    assert found.groups["value"].round(1).to_dict() == {
        "East": 23_806.5, "Central": 23_762.5, "West": 33_578.0,
    }  # fmt: skip
    agriculture = sc.regional_shares(land["agri_land_kha"], groups=land["region"]).groups
    part = agriculture["value"] / (agriculture["value"] + found.groups["value"])
    np.testing.assert_allclose(part, [0.7778, 0.8579, 0.9363], atol=5e-5)


def test_regions_cover_the_same_provinces(forest: pd.DataFrame, land: pd.DataFrame) -> None:
    regions = sc.load_table("study001_regions").set_index("adcode")
    assert set(regions.index) == set(forest.index) == set(land.index)
    assert regions["region8"].nunique() == 8
    found = sc.regional_shares(forest["forest_stock_10k_m3"], groups=regions["region8"])
    assert found.groups["share"].sum() == pytest.approx(1)
    assert (forest["region"] == land["region"].loc[forest.index]).all()
