"""Shuffled rows of values and of the map: the same numbers, to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

if TYPE_CHECKING:
    import geopandas as gpd

SHUFFLES = [1, 2, 3]


@pytest.fixture(params=["queen R", "queen D", "queen V", "knn", "inverse", "product"])
def make(request: pytest.FixtureRequest) -> Any:
    """Return a recipe of weights, to be followed on differently ordered maps."""
    recipe = request.param

    def build(units: gpd.GeoDataFrame) -> Any:
        backbone = sc.Backbone(units)
        if recipe.startswith("queen"):
            return backbone.contiguity(islands="nearest").standardised(recipe[-1])
        if recipe == "knn":
            return backbone.knn(5).standardised("R")
        if recipe == "inverse":
            return backbone.distance_band(400, inverse=True).standardised("R")
        return backbone.contiguity() * backbone.distance_band(400, inverse=True)

    return build


@pytest.mark.parametrize("seed", SHUFFLES)
def test_global(make: Any, seed: int, plan_units: gpd.GeoDataFrame, plan_co2: pd.DataFrame) -> None:
    values = plan_co2[2017]
    straight = sc.global_moran(values, make(plan_units), rng=1, permutations=199)
    turned = sc.global_moran(
        values.sample(frac=1, random_state=seed),
        make(plan_units.sample(frac=1, random_state=seed + 9)),
        rng=1,
        permutations=199,
    )
    pd.testing.assert_frame_equal(straight.to_frame(), turned.to_frame(), check_exact=True)
    assert straight.mean_permutation == turned.mean_permutation
    assert straight.sd_permutation == turned.sd_permutation
    assert straight.settings["data"] == turned.settings["data"]
    assert straight.settings["fingerprint"] == turned.settings["fingerprint"]


@pytest.mark.parametrize("independent", [False, True])
def test_local(
    make: Any, independent: bool, plan_units: gpd.GeoDataFrame, plan_co2: pd.DataFrame
) -> None:
    values = plan_co2[2017]
    options: Any = {"rng": 1, "permutations": 99, "correction": "none", "independent": independent}
    turned_map = plan_units.sample(frac=1, random_state=7)
    straight = sc.local_moran(values, make(plan_units), **options).to_frame()
    turned = sc.local_moran(values.sample(frac=1, random_state=5), make(turned_map), **options)
    frame = turned.to_frame()
    assert frame["unit"].tolist() == turned_map.index.tolist()
    pd.testing.assert_frame_equal(
        straight.set_index("unit"),
        frame.set_index("unit").loc[plan_units.index],
        check_exact=True,
        check_names=False,
    )


def test_panel(make: Any, plan_units: gpd.GeoDataFrame, plan_co2: pd.DataFrame) -> None:
    def run(units: gpd.GeoDataFrame, frame: pd.DataFrame) -> pd.DataFrame:
        found = sc.moran_panel(
            frame, make(units), groups=plan_units["cluster"], rng=1, permutations=99, fdr=True
        )
        return found.to_frame()

    straight = run(plan_units, plan_co2[[2005, 2017]])
    turned = run(
        plan_units.sample(frac=1, random_state=7),
        plan_co2[[2005, 2017]].sample(frac=1, random_state=5),
    )
    pd.testing.assert_frame_equal(straight, turned, check_exact=True)


def test_indicators(plan_units: gpd.GeoDataFrame, plan_co2: pd.DataFrame) -> None:
    def run(order: Any) -> pd.DataFrame:
        frame = plan_co2.loc[order].rename_axis("adcode").reset_index()
        tidy = frame.melt("adcode", var_name="year", value_name="co2")
        panel = sc.Panel.from_frame(tidy, unit="adcode", year="year", units={"co2": "Mt CO2"})
        table = sc.indicators(panel, groups=plan_units["cluster"]).to_frame()
        return table[table["level"] == "group"].reset_index(drop=True)

    rng = np.random.default_rng(3)
    straight = run(plan_co2.index)
    for _ in range(3):
        pd.testing.assert_frame_equal(
            straight, run(rng.permutation(plan_co2.index)), check_exact=True
        )
