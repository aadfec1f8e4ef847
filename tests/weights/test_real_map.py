"""The shipped map of China: known counts, known islands, and libpysal's opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from libpysal.graph import Graph

import spatialcarbon as sc

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.weights.weights import Weights

ZHOUSHAN, NINGBO = 330900, 330200
HAINAN, GUANGDONG, TAIWAN, FUJIAN = 460000, 440000, 710000, 350000


def test_cities_of_the_five_clusters(plan_queen: Weights) -> None:
    assert plan_queen.n == 111
    assert plan_queen.n_pairs == 253
    assert plan_queen.isolates.tolist() == [ZHOUSHAN]
    # BTH; YRD with MYR; PRD; CY; Zhoushan
    assert plan_queen.components == 5
    assert plan_queen.is_symmetric


def test_components_are_the_clusters(plan_queen: Weights, plan_units: gpd.GeoDataFrame) -> None:
    parts = plan_queen.component_labels.groupby(plan_units["cluster"]).nunique()
    assert parts.to_dict() == {"BTH": 1, "CY": 1, "MYR": 1, "PRD": 1, "YRD": 2}
    by_part = plan_units["cluster"].groupby(plan_queen.component_labels).unique()
    assert {frozenset(names) for names in by_part} == {
        frozenset({"BTH"}),
        frozenset({"CY"}),
        frozenset({"PRD"}),
        frozenset({"YRD", "MYR"}),
        frozenset({"YRD"}),
    }


def test_within_clusters_only_links_across_them_go(
    plan_queen: Weights, plan_units: gpd.GeoDataFrame
) -> None:
    inside = plan_queen.within(plan_units["cluster"])
    cluster = plan_units["cluster"]
    edges = plan_queen.to_edges()
    same = (cluster[edges["focal"]].to_numpy() == cluster[edges["neighbor"]].to_numpy()).sum()
    assert 2 * inside.n_pairs == same < 2 * 253
    assert inside.components == 6


def test_blocks_of_clusters(plan_backbone: sc.Backbone, plan_units: gpd.GeoDataFrame) -> None:
    w = plan_backbone.blocks(plan_units["cluster"])
    sizes = {"BTH": 14, "YRD": 41, "PRD": 9, "CY": 16, "MYR": 31}
    assert w.n_pairs == sum(n * (n - 1) // 2 for n in sizes.values())
    assert w.components == 5
    assert (w.cardinalities + 1).tolist() == plan_units["cluster"].map(sizes).tolist()
    assert w.recipe == "blocks of cluster"


def test_bridge_to_zhoushan(plan_backbone: sc.Backbone) -> None:
    table = plan_backbone.suggest_bridges()
    assert table[["unit", "neighbor"]].to_numpy().tolist() == [[ZHOUSHAN, NINGBO]]
    # The islands off Ningbo's coast: a few km at the map's resolution of 1 km.
    assert 1 < table["distance_km"].item() < 5
    w = plan_backbone.contiguity(islands="nearest")
    assert w.bridges == ((ZHOUSHAN, NINGBO),)
    assert w.n_pairs == 254
    assert len(w.isolates) == 0


def test_bridges_between_provinces() -> None:
    table = sc.Backbone(sc.load_units("provinces")).suggest_bridges().set_index("unit")
    assert table["neighbor"].to_dict() == {HAINAN: GUANGDONG, TAIWAN: FUJIAN}
    assert 15 < table["distance_km"][HAINAN] < 35  # the Qiongzhou Strait
    assert 120 < table["distance_km"][TAIWAN] < 140  # the Taiwan Strait at its narrowest


def test_distances_between_city_centres_are_plausible(plan_backbone: sc.Backbone) -> None:
    found = plan_backbone.distances([(110000, 120000), (440100, 440300), (ZHOUSHAN, NINGBO)])
    assert 80 < found.iloc[0] < 160
    assert 80 < found.iloc[1] < 160
    assert 40 < found.iloc[2] < 120


@pytest.mark.parametrize("level", ["plan", "cities", "provinces"])
@pytest.mark.parametrize("criterion", ["queen", "rook"])
def test_libpysal_finds_the_same_neighbours(
    level: str, criterion: str, plan_units: gpd.GeoDataFrame
) -> None:
    units = plan_units if level == "plan" else sc.load_units(level)  # type: ignore[arg-type]
    ours = sc.Backbone(units).contiguity(criterion)  # type: ignore[arg-type]
    theirs = Graph.build_contiguity(units, rook=criterion == "rook")
    assert ours.fingerprint == sc.Weights.from_graph(theirs).fingerprint
    assert ours.isolates.tolist() == theirs.isolates.tolist()


def test_nearest_neighbours_agree_with_libpysal(plan_units: gpd.GeoDataFrame) -> None:
    projected = plan_units.to_crs("EPSG:2381")
    centres = projected.representative_point().where(
        ~projected.intersects(projected.centroid), projected.centroid
    )
    ours = sc.Backbone(projected).knn(5)
    theirs = sc.Weights.from_graph(Graph.build_knn(centres, k=5))
    assert ours.fingerprint == theirs.fingerprint
    band = sc.Backbone(projected).distance_band(200)
    theirs = sc.Weights.from_graph(Graph.build_distance_band(centres, 200_000))
    assert band.fingerprint == theirs.fingerprint


def test_weights_do_not_hang_on_the_row_order(plan_units: gpd.GeoDataFrame) -> None:
    shuffled = sc.Backbone(plan_units.sample(frac=1, random_state=2))
    for criterion in ("queen", "rook"):
        straight = sc.Backbone(plan_units).contiguity(criterion, order=2)  # type: ignore[arg-type]
        assert shuffled.contiguity(criterion, order=2).fingerprint == straight.fingerprint  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(
        shuffled.suggest_bridges(), sc.Backbone(plan_units).suggest_bridges()
    )
