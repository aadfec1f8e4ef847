"""Study 002, Tables 1, 3 and 4: what its sinks imply (METHODS §4.3 and §5)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import nnls

import spatialcarbon as sc

ORDER = ["YRD", "BTH", "PRD", "CY", "MYR"]
CLASSES = ["cropland", "forest", "grassland", "water"]


@pytest.fixture(scope="module")
def sinks() -> pd.DataFrame:
    """Return the printed sinks, 10⁴ t: (cluster, year) × class."""
    table = sc.load_table("study002_sinks")
    wide = table.pivot(index=["cluster", "year"], columns="cover", values="sink_10kt_co2")
    return wide.loc[ORDER]


@pytest.fixture(scope="module")
def areas() -> pd.DataFrame:
    """Return the bounds of each cluster's area that the printed shares leave, km²."""
    table = sc.load_table("study002_built_area")
    built, share = table["built_area_km2"], table["built_share_pct"]
    bounds = table.assign(low=100 * built / (share + 0.05), high=100 * built / (share - 0.05))
    return bounds.groupby("cluster").agg(low=("low", "max"), high=("high", "min")).loc[ORDER]


@pytest.fixture(scope="module")
def open_land(areas: pd.DataFrame, sinks: pd.DataFrame) -> pd.Series:
    """Return what is not built up, km², by cluster and year."""
    built = sc.load_table("study002_built_area").set_index(["cluster", "year"])["built_area_km2"]
    whole = areas.mean(axis=1)
    return pd.Series(
        [whole[cluster] - built[cluster, year] for cluster, year in sinks.index], sinks.index
    )


def test_areas_of_the_clusters(areas: pd.DataFrame) -> None:
    expected = {
        "YRD": (357_663, 358_998), "BTH": (223_465, 224_989), "PRD": (54_076, 54_126),
        "CY": (237_800, 244_757), "MYR": (324_557, 325_821),
    }  # fmt: skip
    for cluster, (low, high) in expected.items():
        assert areas.loc[cluster].tolist() == pytest.approx([low, high], abs=0.5)
    assert areas.mean(axis=1).sum() == pytest.approx(1.203e6, rel=1e-3)
    built = sc.load_table("study002_built_area").groupby("year")["built_area_km2"].sum()
    assert built[[2005, 2020]].round(1).tolist() == [75_963.7, 109_464.7]


def test_implied_coefficients(sinks: pd.DataFrame, open_land: pd.Series) -> None:
    # Residuals relative to the area, so that the Pearl River Delta counts as much as others.
    parts = sinks[CLASSES].mul(1e4).div(open_land * 100, axis=0)
    inverse, _ = nnls(parts.to_numpy(), np.ones(len(parts)))
    assert (1 / inverse[:3]).tolist() == pytest.approx([0.0567, 0.735, 0.111], rel=5e-3)
    assert inverse[3] == 0  # water is not identified
    residual = parts.to_numpy() @ inverse - 1
    assert (residual.min(), residual.max()) == pytest.approx((-0.042, 0.045), abs=5e-4)
    shipped = sc.sink_sets().query("set == 'paper002_implied'").set_index("class")["value"]
    assert shipped.tolist() == pytest.approx((1 / inverse[:3]).tolist(), rel=6e-3)


def test_no_conversion_fits(sinks: pd.DataFrame, open_land: pd.Series) -> None:
    usual = sc.sink_sets().query("set == 'cn_landuse'").set_index("class")
    for column, low, high in (("t_co2_per_ha", 0.32, 0.46), ("value", 1.16, 1.70)):
        needed = (sinks[CLASSES] * 1e4 / usual[column][CLASSES]).sum(axis=1)
        share = needed / (open_land * 100)
        assert (share.min(), share.max()) == pytest.approx((low, high), abs=0.006)


def test_changes_contradict_the_levels(
    sinks: pd.DataFrame, open_land: pd.Series, areas: pd.DataFrame
) -> None:
    change = (sinks.xs(2020, level="year") - sinks.xs(2005, level="year"))[CLASSES] * 1e4
    lost = (open_land.xs(2020, level="year") - open_land.xs(2005, level="year")) * 100
    inverse, _ = nnls(change.to_numpy() / 1e6, lost.to_numpy() / 1e6)
    assert (1 / inverse[:3]).tolist() == pytest.approx([0.070, 1.66, 0.033], abs=5e-3)
    forest = sinks["forest"].unstack("year")
    growth = forest[2020] / forest[2005] - 1
    assert growth[["CY", "BTH"]].tolist() == pytest.approx([0.152, 0.071], abs=5e-4)
    implied = pd.Series([0.0567, 0.735, 0.111], CLASSES[:3])
    gained = (change.loc["CY", CLASSES[:3]] / implied).sum() / 100 - lost["CY"] / 100
    assert gained == pytest.approx(8000, abs=100)
    assert gained / areas.loc["CY"].mean() == pytest.approx(0.033, abs=5e-4)


def test_row_sums_that_do_not_add_up(sinks: pd.DataFrame) -> None:
    excess = (sinks["printed_total"] - sinks[CLASSES].sum(axis=1)).round(1)
    assert excess["YRD", 2020] == 0.4
    assert excess["BTH", 2020] == 0.2
    assert (excess.drop([("YRD", 2020), ("BTH", 2020)]).abs() <= 0.1).all()


def test_neutrality_and_roles(sinks: pd.DataFrame) -> None:
    places = pd.DataFrame(
        {
            "emission": sc.load_table("study002_indicators").set_index("cluster")["co2_total_10kt"],
            "sink": sinks.xs(2020, level="year")["printed_total"],
        }
    ).loc[ORDER]
    unit = {"emission": "10^4 t CO2", "sink": "10^4 t CO2"}
    found = sc.carbon_balance(places, units=unit)
    np.testing.assert_allclose(
        100 * found.table["neutrality"], [0.480, 0.315, 0.614, 1.383, 1.652], atol=5e-4
    )
    assert found.table["role"].to_dict() == {
        "YRD": "payer", "BTH": "payer", "PRD": "payer", "CY": "receiver", "MYR": "receiver",
    }  # fmt: skip
    carbon = places.assign(sink=places["sink"] * 44 / 12)
    in_carbon = sc.carbon_balance(carbon, units=unit).table["neutrality"]
    np.testing.assert_allclose(in_carbon, found.table["neutrality"] * 44 / 12)


def test_the_table_path_gives_the_printed_forest_sink_back(sinks: pd.DataFrame) -> None:
    """Areas implied by one set, put through the same set, are the printed numbers again."""
    implied = pd.Series({"cropland": 0.057, "forest": 0.735, "grassland": 0.111})
    rows = sinks.xs(2020, level="year")[list(implied.index)]
    areas = rows * 1e4 / implied / 100
    found = sc.carbon_sink(areas, coefficients="paper002_implied")
    np.testing.assert_allclose(found.sink / 1e4, rows, rtol=1e-12)
