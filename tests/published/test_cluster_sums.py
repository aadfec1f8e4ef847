"""Sums of CO2 over the clusters, as issue 2 and the data's own notes give them (Mt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import spatialcarbon as sc

if TYPE_CHECKING:
    import pandas as pd

SUMS = {
    "BTH": (560.113, 930.484),
    "YRD": (971.260, 1570.516),
    "PRD": (220.964, 326.324),
    "CY": (250.439, 410.913),
    "MYR": (371.668, 689.689),
}


@pytest.fixture(scope="module")
def panel(plan_units: pd.DataFrame) -> sc.Panel:
    table = sc.load_table("city_co2")
    whole = sc.Panel.from_frame(table, unit="adcode", year="year")
    return whole.aligned_to(plan_units.index, extra="drop")


def test_the_table_declares_its_unit(panel: sc.Panel) -> None:
    assert panel.units_of_measure == {"co2_mt": "Mt CO2"}


def test_cluster_sums(panel: sc.Panel, plan_units: pd.DataFrame) -> None:
    found = sc.indicators(
        panel, emission="co2_mt", groups=plan_units["cluster"], years=[2005, 2017]
    ).pivot("total")
    for cluster, (first, last) in SUMS.items():
        assert found.loc[cluster, 2005] == pytest.approx(first, abs=6e-4)
        assert found.loc[cluster, 2017] == pytest.approx(last, abs=6e-4)
    assert found.loc["ALL", 2017] == pytest.approx(sum(last for _, last in SUMS.values()), abs=3e-3)


def test_delta_of_study_003_leaves_the_chaohu_counties_out() -> None:
    registry = sc.clusters()
    members = registry.loc[registry["cluster"] == "YRD26", "adcode"]
    assert len(members) == 26
    cities = sc.load_table("city_co2")
    sums = cities[cities["adcode"].isin(members)].groupby("year")["co2_mt"].sum()
    counties = sc.load_table("city_co2_chaohu")
    value = next(name for name in counties.columns if name.startswith("co2"))
    left = sums - counties.groupby("year")[value].sum()
    assert left[2005] == pytest.approx(746.816, abs=6e-4)
    assert left[2010] == pytest.approx(1147.520, abs=6e-4)
    assert left[2017] == pytest.approx(1184.199, abs=6e-4)


def test_ratios_of_the_census_year(panel: sc.Panel, plan_units: pd.DataFrame) -> None:
    census = sc.load_table("city_population")
    people = sc.Panel.from_frame(census, unit="adcode", year="year")
    variable = next(v for v in people.variables if "urban" not in v)
    both = panel.join(people.aligned_to(plan_units.index, extra="drop"))
    result = sc.indicators(
        both, emission="co2_mt", population=variable, groups=plan_units["cluster"]
    )
    heads = result.pivot("per_capita")
    assert heads.columns.tolist() == [2010]  # the emissions end before the census of 2020
    expected = people.at(variable, 2020).loc[plan_units.index].groupby(plan_units["cluster"]).sum()
    assert expected.to_dict() == {
        "BTH": 113_545_527,
        "YRD": 235_213_670,
        "PRD": 78_014_335,
        "CY": 102_709_894,
        "MYR": 126_523_204,
    }
    assert ((heads[2010] > 2) & (heads[2010] < 12)).all()
