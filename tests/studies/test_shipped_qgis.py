"""What QGIS makes of a real run: the shipped study on the 111 cities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatialcarbon.studies.pipeline import StudyResult

pytestmark = pytest.mark.qgis


def check_layers(layers: list[dict[str, Any]]) -> None:
    """Fail unless every layer is valid, styled, named and draws each of its features."""
    for layer in layers:
        assert layer["valid"], layer["name"]
        assert layer["locked"]
        assert layer["crs"] == "EPSG:4490"
        assert layer["undrawn"] == []
        assert layer["title"]
    kinds = {layer["features"]: set() for layer in layers}
    for layer in layers:
        kinds[layer["features"]].add(layer["renderer"])
    assert kinds.pop(111) == {"graduatedSymbol", "categorizedSymbol"}
    assert kinds.pop(253) == {"singleSymbol"}
    # Maps of years: of 21, and of two censuses.
    assert kinds.pop(2331) == kinds.pop(222) == {"graduatedSymbol"}
    # 21 years, 5 clusters and all of them: centres, tracks, and ellipses of two years.
    assert kinds == {rows: {"categorizedSymbol"} for rows in (126, 6, 12)}


def test_the_geopackage_of_a_run_opens_styled(
    shipped: StudyResult, qgis: Callable[..., Any]
) -> None:
    layers = qgis(shipped.directory / "results.gpkg")["layers"]
    spatial = {layer["name"]: layer for layer in layers if layer["spatial"]}
    check_layers(list(spatial.values()))
    assert spatial["indicators_co2_2017"]["labels"] == "name_en"
    assert spatial["lisa_co2_2017"]["aliases"]["qvalue"] == "q (adjusted p)"
    legend = [label for _, label, _ in spatial["clusters"]["entries"]]
    assert legend[:2] == ["Beijing-Tianjin-Hebei", "Yangtze River Delta"]
    tables = [layer for layer in layers if not layer["spatial"]]
    assert [table["name"] for table in tables] == ["panel"]


def test_the_project_of_a_run_opens(shipped: StudyResult, qgis: Callable[..., Any]) -> None:
    project = qgis(shipped.directory / "project.qgz")
    assert project["read"]
    assert project["crs"]
    check_layers([layer for layer in project["layers"] if layer["spatial"]])
    assert len(project["layers"]) == 21
    # What the first analysis shows, and the table: the rest would lie on top of it.
    assert project["shown"] == ["CO2 emissions, 2005", "Data by year"]


def test_places_lead_to_their_years_and_the_clock_moves_them(
    shipped: StudyResult, qgis: Callable[..., Any]
) -> None:
    project = qgis(shipped.directory / "project.qgz")
    # The years 1997 to 2017, the census of 2020, and the shares that have no year.
    assert len(project["relations"]) == 12
    assert set(map(tuple, project["relations"].values())) == {(23, True)}
    assert project["clock"] == [1997, 2020]
    assert project["in_2017"]["yearly_co2"] == 111
    assert project["in_2017"]["centre_points"] == 6
    assert set(project["layouts"]) == set(project["themes"])
    assert len(project["layouts"]) == 16
    credits = project["layouts"]["CO2 emissions, 2005"]["credits"]
    assert "Seed 20240501" in credits
    assert "spatialcarbon run study.toml" in credits
    assert "Scientific Data" in credits
