"""Which themes a study gives to the interactive map of its report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc
from spatialcarbon.core.language import text
from spatialcarbon.data.panel import Panel
from spatialcarbon.report.layers import graduated_style
from spatialcarbon.studies.analysis import Done, Inputs, get_analysis
from spatialcarbon.studies.report_map import _classes, report_map
from spatialcarbon.studies.study_file import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialcarbon.report.interactive import InteractiveMap, Theme

YEARS = (2015, 2016, 2017)


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    """25 squares and an island, with a total and a change of either sign."""
    shapes = [
        box(i % 5 * 1e4, i // 5 * 1e4, i % 5 * 1e4 + 1e4, i // 5 * 1e4 + 1e4) for i in range(25)
    ]
    units = gpd.GeoDataFrame(
        geometry=[*shapes, box(9e4, 0, 9.5e4, 5e3)],
        index=pd.Index([f"u{i}" for i in range(26)]),
        crs="EPSG:4547",
    )
    base = np.array([*(i // 5 * 10.0 + i % 5 for i in range(25)), 7.0])
    co2 = pd.DataFrame({year: base + t for t, year in enumerate(YEARS)}, index=units.index)
    panel = Panel.from_grids(
        {"co2": co2, "delta": co2[[2017]] - 20.0}, {"co2": "Mt CO2", "delta": "%"}, unit_name="city"
    )
    backbone = sc.Backbone(units)
    return Inputs(
        units=units,
        names={unit: text("{n}", n=unit) for unit in units.index},
        panel=panel,
        backbone=backbone,
        weights={"queen": backbone.contiguity(islands="keep").standardised("R")},
        groups={"a": units.index[:10], "b": units.index[10:25]},
        group_names={},
        seed=1,
        variable_names={"co2": text("CO2 emissions"), "delta": text("Change")},
        illustrative=frozenset({"delta"}),
    )


def run(inputs: Inputs, *settings: Mapping[str, Any]) -> InteractiveMap:
    pairs = []
    for given in settings:
        analysis = get_analysis(given["method"])
        rest = {key: value for key, value in given.items() if key != "method"}
        parameters = analysis.parameters(**rest)
        done = Done(
            key=analysis.name,
            parameters=parameters,
            inputs=inputs,
            result=analysis.run(parameters, inputs),
        )
        pairs.append((Step(analysis.name, analysis, parameters), done))
    made = report_map(inputs, pairs, [step.analysis.title for step, _ in pairs])
    assert made is not None
    return made


def titles(shown: InteractiveMap) -> dict[str, Theme]:
    return {theme.title.render("en"): theme for theme in shown.themes}


def test_variables_of_the_panel_come_first_in_honest_classes(inputs: Inputs) -> None:
    themes = titles(run(inputs))
    assert list(themes) == ["CO2 emissions", "Change (illustrative data)", "Groups"]
    co2, delta = themes["CO2 emissions"].style, themes["Change (illustrative data)"].style
    assert list(themes["CO2 emissions"].values) == list(YEARS)
    assert co2.bounds[0] <= 0  # type: ignore[union-attr]
    assert co2.bounds[-1] >= 46  # the classes hold all years  # type: ignore[union-attr]
    assert co2.unit == "Mt CO2"  # type: ignore[union-attr]
    assert 0.0 in delta.bounds  # type: ignore[union-attr]
    assert delta.bounds[0] == -delta.bounds[-1]  # type: ignore[union-attr]
    assert themes["Groups"].values[0].isna().sum() == 1


def test_years_of_local_clusters_are_one_theme_with_its_scatter_plots(inputs: Inputs) -> None:
    shown = run(
        inputs, {"method": "lisa", "variable": "co2", "years": [2015, 2017], "permutations": 99}
    )
    theme = titles(shown)["Local clusters of CO2 emissions"]
    assert list(theme.values) == [2015, 2017]
    assert theme.values[2015]["u25"] == "Isolate"
    assert [detail.title.render("en") for detail in theme.details] == [
        "CO2 emissions (Mt CO2)",
        "Local Moran's I",
        "q (adjusted p)",
    ]
    assert theme.details[0].values[2017]["u3"] == 5.0
    scatter = theme.scatters[2017]
    assert np.isnan(scatter.y["u25"])  # without neighbours there is no mean of theirs
    assert shown.themes[0].scatters.keys() == {2015, 2017}


def test_the_scatter_plot_of_a_tested_variable_has_slope_i(inputs: Inputs) -> None:
    shown = run(inputs, {"method": "moran", "variable": "co2", "permutations": 99})
    scatter = shown.themes[0].scatters[2016]
    assert list(shown.themes[0].scatters) == list(YEARS)
    values = inputs.panel.at("co2", 2016)
    whole = sc.global_moran(values, inputs.weights["queen"], permutations=99, rng=1)
    assert scatter.statistic == pytest.approx(whole.statistic)
    assert scatter.pvalue is not None
    assert 0 < scatter.pvalue <= 0.1
    # I is the slope through all places, times the share of them that have neighbours.
    slope = (scatter.x * scatter.y.fillna(0)).mean() / (scatter.x**2).mean()
    assert slope * 26 / 25 == pytest.approx(whole.statistic)


def test_layers_that_repeat_a_variable_are_left_out(inputs: Inputs) -> None:
    shown = run(inputs, {"method": "indicators", "emission": "co2", "map_years": [2016]})
    assert "CO2 emissions, 2016" not in titles(shown)
    assert len(titles(shown)) == len(shown.themes) == 3


def test_nothing_by_place_is_no_map(inputs: Inputs) -> None:
    points = inputs.units.set_geometry(inputs.units.centroid)
    assert report_map(replace(inputs, units=points), [], []) is None
    bare = replace(inputs, panel=Panel(units=inputs.units.index, years=(), frames={}, measures={}))
    assert report_map(replace(bare, groups={}), [], []) is None


def test_classes_of_many_numbers_are_those_of_all() -> None:
    numbers = np.sort(np.random.default_rng(2).lognormal(2, 1, 1700))
    every = graduated_style("v", numbers, k=6)
    style = _classes(numbers, "t")
    assert style.bounds[0] <= numbers[0]
    assert style.bounds[-1] >= numbers[-1]
    sizes = [np.diff(np.searchsorted(numbers, bounds)) for bounds in (style.bounds, every.bounds)]  # type: ignore[union-attr]
    np.testing.assert_allclose(*sizes, atol=12)
