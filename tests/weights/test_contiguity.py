"""Contiguity on maps that can be checked by eye."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import MultiPolygon, Point, Polygon, box

import spatialcarbon as sc

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights


def backbone(shapes: dict[Any, Any], crs: str | None = None) -> sc.Backbone:
    return sc.Backbone(
        gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=crs)
    )


def links(w: Weights) -> set[frozenset]:
    assert w.is_symmetric
    return {frozenset(pair) for pair in w.to_edges()[["focal", "neighbor"]].to_numpy().tolist()}


def pairs(*both: str) -> set[frozenset]:
    return {frozenset(pair) for pair in both}


QUARTERS = {"a": box(0, 1, 1, 2), "b": box(1, 1, 2, 2), "c": box(0, 0, 1, 1), "d": box(1, 0, 2, 1)}


def test_queen_takes_corners_and_rook_does_not() -> None:
    assert links(backbone(QUARTERS).contiguity("queen")) == pairs(
        "ab", "ac", "ad", "bc", "bd", "cd"
    )
    assert links(backbone(QUARTERS).contiguity("rook")) == pairs("ab", "ac", "bd", "cd")


def test_boundaries_whose_vertices_do_not_match_are_found() -> None:
    shapes = {"wide": box(0, 0, 2, 1), "left": box(0, 1, 1.3, 2), "right": box(1.3, 1, 2, 2)}
    for criterion in ("queen", "rook"):
        w = backbone(shapes).contiguity(criterion)  # type: ignore[arg-type]
        assert w.n_pairs == 3


def test_a_hole_and_what_fills_it_are_neighbours() -> None:
    ring = Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    w = backbone({"ring": ring, "core": box(1, 1, 2, 2)}).contiguity("rook")
    assert w.n_pairs == 1


def test_overlapping_polygons_are_neighbours() -> None:
    assert backbone({"a": box(0, 0, 2, 2), "b": box(1, 1, 3, 3)}).contiguity().n_pairs == 1


def test_parts_of_a_unit_count_together() -> None:
    shapes = {"a": MultiPolygon([box(0, 0, 1, 1), box(5, 0, 6, 1)]), "b": box(6, 0, 7, 1)}
    assert backbone(shapes).contiguity("rook").n_pairs == 1


def test_lattice_of_methods(lattice: gpd.GeoDataFrame) -> None:
    rook = sc.Backbone(lattice).contiguity("rook")
    assert rook.neighbors(5).index.tolist() == [2, 4, 6, 8]
    assert rook.neighbors(1).index.tolist() == [2, 4]
    assert rook.n_pairs == 12
    assert sc.Backbone(lattice).contiguity("queen").n_pairs == 20


def test_weights_come_raw_in_the_order_of_the_map(lattice: gpd.GeoDataFrame) -> None:
    shuffled = lattice.sample(frac=1, random_state=3)
    w = sc.Backbone(shuffled).contiguity()
    assert w.units.tolist() == shuffled.index.tolist()
    assert w.transform == "B"
    assert set(w.raw.data) == {1.0}


def test_the_map_is_left_alone(lattice: gpd.GeoDataFrame) -> None:
    before = lattice.copy()
    found = sc.Backbone(lattice)
    found.contiguity("rook")
    found.knn(2)
    pd.testing.assert_frame_equal(pd.DataFrame(lattice), pd.DataFrame(before))


def test_neighbours_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from spatialcarbon.weights import contiguity

    calls: list[int] = []
    original = contiguity.contacts
    monkeypatch.setattr(
        contiguity, "contacts", lambda *a, **k: (calls.append(1), original(*a, **k))[1]
    )
    one = backbone(QUARTERS)
    for criterion, order in (("queen", 1), ("rook", 1), ("queen", 2), ("rook", 1)):
        one.contiguity(criterion, order=order)  # type: ignore[arg-type]
    assert len(calls) == 1


def test_contiguity_needs_no_crs_and_distance_does() -> None:
    one = backbone(QUARTERS)
    assert one.contiguity().n_pairs == 6
    with pytest.raises(sc.CRSMismatchError, match="no coordinate reference system") as caught:
        one.knn(1)
    assert "set_crs" in str(caught.value)


# -- bad maps and options -----------------------------------------------------------


@pytest.mark.parametrize("bad", [None, Polygon()])
def test_units_without_geometry_are_named(bad: Any) -> None:
    with pytest.raises(sc.SchemaError, match="1 units have no geometry") as caught:
        backbone({"a": box(0, 0, 1, 1), "b": bad}).contiguity()
    assert "got: b" in str(caught.value)
    with pytest.raises(sc.SchemaError, match="units without geometry: b"):
        backbone({"a": box(0, 0, 1, 1), "b": bad}, "EPSG:4547").knn(1)


def test_points_have_no_contiguity() -> None:
    with pytest.raises(sc.SchemaError, match="contiguity needs polygons") as caught:
        backbone({"a": box(0, 0, 1, 1), "p": Point(0, 0)}).contiguity()
    assert "got: p" in str(caught.value)


def test_invalid_polygons_are_named() -> None:
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(sc.SchemaError, match="1 polygons are invalid") as caught:
        backbone({"a": box(0, 0, 1, 1), "bow": bow}).contiguity()
    assert "got: bow" in str(caught.value)


def test_maps_are_checked_at_the_door() -> None:
    with pytest.raises(sc.SchemaError, match="without geometry"):
        sc.Backbone(pd.DataFrame({"x": [1]}))  # type: ignore[arg-type]
    with pytest.raises(sc.SchemaError, match="no units"):
        sc.Backbone(gpd.GeoDataFrame(geometry=[], crs="EPSG:4547"))
    twice = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)] * 2, index=["a", "a"])
    with pytest.raises(sc.AlignmentError, match="repeated labels"):
        sc.Backbone(twice)


def test_options_are_checked() -> None:
    one = backbone(QUARTERS)
    with pytest.raises(sc.OptionError, match="criterion='rok'") as caught:
        one.contiguity("rok")  # type: ignore[arg-type]
    assert "fix: criterion='rook'" in str(caught.value)
    for order in (0, -1, 1.5, True):
        with pytest.raises(sc.OptionError, match="order"):
            one.contiguity(order=order)  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="islands"):
        one.contiguity(islands="ignore")  # type: ignore[arg-type]


def test_repr_says_size_and_crs() -> None:
    assert repr(backbone(QUARTERS)) == "<Backbone 4 units, no CRS>"
    assert repr(backbone(QUARTERS, "EPSG:4547")) == "<Backbone 4 units, EPSG:4547>"


# -- islands ----------------------------------------------------------------------------

SHORE = {"a": box(0, 0, 10, 10), "b": box(10, 0, 20, 10), "far": box(26, 0, 30, 10)}


@pytest.fixture
def shore() -> sc.Backbone:
    """Return a map in km scale whose last unit lies 6 m off b."""
    return backbone(SHORE, "EPSG:4547")


def test_islands_are_kept_and_named(shore: sc.Backbone) -> None:
    assert shore.contiguity().isolates.tolist() == ["far"]


def test_islands_are_refused_on_request(shore: sc.Backbone) -> None:
    with pytest.raises(sc.IslandError, match="1 units have no neighbours under queen") as caught:
        shore.contiguity(islands="raise")
    assert "got: far" in str(caught.value)


def test_islands_are_dropped_on_request(shore: sc.Backbone) -> None:
    assert shore.contiguity(islands="drop").units.tolist() == ["a", "b"]


def test_dropping_leaves_no_island_behind() -> None:
    one_way = pd.DataFrame({"focal": ["a", "b", "c"], "neighbor": ["b", "a", "far"]})
    shapes = {**SHORE, "c": box(40, 0, 50, 10)}
    w = backbone(shapes, "EPSG:4547").custom(one_way, islands="drop")
    assert w.units.tolist() == ["a", "b"]


def test_islands_are_linked_on_request(shore: sc.Backbone) -> None:
    w = shore.contiguity(islands="nearest")
    assert w.bridges == (("far", "b"),)
    assert w.neighbors("far").to_dict() == {"b": 1.0}
    assert w.neighbors("b").to_dict() == {"a": 1.0, "far": 1.0}


def test_suggestions_measure_the_gap_between_boundaries(shore: sc.Backbone) -> None:
    table = shore.suggest_bridges()
    assert table.to_dict("list") == {"unit": ["far"], "neighbor": ["b"], "distance_km": [0.006]}


def test_suggestions_stay_among_the_units_of_the_weights(shore: sc.Backbone) -> None:
    table = shore.suggest_bridges(shore.contiguity().subset(["a", "far"]))
    assert table[["unit", "neighbor"]].to_numpy().tolist() == [["a", "far"], ["far", "a"]]
    assert table["distance_km"].tolist() == [0.016, 0.016]


def test_no_islands_no_suggestions() -> None:
    table = backbone(QUARTERS, "EPSG:4547").suggest_bridges()
    assert table.empty
    assert table.columns.tolist() == ["unit", "neighbor", "distance_km"]


def test_suggestions_for_weights_of_another_map_are_refused(
    shore: sc.Backbone, chain: Weights
) -> None:
    with pytest.raises(sc.AlignmentError, match="2 units are not on the map"):
        shore.suggest_bridges(chain)


def test_a_lonely_unit_has_no_nearest() -> None:
    with pytest.raises(sc.DegenerateDataError, match="single unit"):
        backbone({"a": box(0, 0, 1, 1)}, "EPSG:4547").suggest_bridges()


# -- blocks, economic, custom ------------------------------------------------------------


def test_blocks_link_all_of_a_label() -> None:
    labels = pd.Series(["x", "y", "x", "x"], list("dcba"))
    assert links(backbone(QUARTERS).blocks(labels)) == pairs("ab", "ad", "bd")


@pytest.mark.parametrize("none", ["", None, np.nan])
def test_no_label_is_no_block(none: object) -> None:
    labels = pd.Series([none, none, "x", "x"], list("abcd"), dtype=object)
    w = backbone(QUARTERS).blocks(labels)
    assert links(w) == pairs("cd")
    assert w.isolates.tolist() == ["a", "b"]
    assert backbone(QUARTERS).blocks(pd.Series(none, list("abcd"), dtype=object)).s0 == 0


def test_blocks_are_block_diagonal_after_sorting() -> None:
    labels = pd.Series(["x", "y", "x", "y"], list("abcd"))
    w = backbone(QUARTERS).blocks(labels).subset(labels.sort_values().index)
    assert w.raw.toarray().tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]


def test_blocks_need_a_label_per_unit() -> None:
    with pytest.raises(sc.AlignmentError, match="labels is a list"):
        backbone(QUARTERS).blocks(list("xxyy"))  # type: ignore[arg-type]
    with pytest.raises(sc.AlignmentError, match="does not cover"):
        backbone(QUARTERS).blocks(pd.Series(["x"], ["a"]))


def test_economic_levels_are_averaged_over_the_years() -> None:
    years = pd.DataFrame({2005: [9.0, 11, 19, 39], 2010: [11.0, 13, 21, 41]}, list("abcd"))
    w = backbone(QUARTERS).economic(years.iloc[::-1])
    np.testing.assert_allclose(w.raw.toarray()[0], [0, 1 / 2, 1 / 10, 1 / 30], rtol=1e-15)


def test_economic_ties_are_refused_or_floored() -> None:
    levels = pd.Series([1.0, 1.0, 3.0, 7.0], list("abcd"))
    with pytest.raises(sc.DegenerateDataError, match="a and b have the same level"):
        backbone(QUARTERS).economic(levels)
    w = backbone(QUARTERS).economic(levels, ties="floor")
    assert w.neighbors("a")["b"] == 1 / 2
    with pytest.raises(sc.DegenerateDataError, match="all units have the same level"):
        backbone(QUARTERS).economic(pd.Series(1.0, list("abcd")), ties="floor")


def test_economic_refuses_bare_levels_even_where_they_would_fit() -> None:
    one = sc.Backbone(gpd.GeoDataFrame(geometry=list(QUARTERS.values())))
    for bare in ([1.0, 2, 3, 4], np.arange(4.0)):
        with pytest.raises(sc.AlignmentError, match="without labels"):
            one.economic(bare)  # type: ignore[arg-type]


def test_economic_names_missing_levels() -> None:
    with pytest.raises(sc.MissingDataError, match="2005 is missing for 1 of 4 units"):
        backbone(QUARTERS).economic(pd.DataFrame({2005: [1.0, np.nan, 3, 4]}, list("abcd")))


def test_economic_weights_of_huge_maps_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spatialcarbon.weights.economic.MAX_DENSE_UNITS", 3)
    with pytest.raises(sc.OptionError, match="all pairs of 4 units, more than 3"):
        backbone(QUARTERS).economic(pd.Series([1.0, 2, 3, 4], list("abcd")))


def test_custom_links_stand_on_the_units_of_the_map() -> None:
    edges = pd.DataFrame({"focal": ["d"], "neighbor": ["a"], "weight": [2.5]})
    w = backbone(QUARTERS).custom(edges)
    assert w.units.tolist() == list("abcd")
    assert w.isolates.tolist() == list("abc")
    with pytest.raises(sc.AlignmentError, match="not on the map"):
        backbone(QUARTERS).custom(edges.assign(neighbor="z"))
