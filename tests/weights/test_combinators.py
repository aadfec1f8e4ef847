"""New weights from old: subset, within, lower_order, bridged and the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights


def row_of_squares(n: int) -> sc.Backbone:
    shapes = [box(i, 0, i + 1, 1) for i in range(n)]
    return sc.Backbone(gpd.GeoDataFrame(geometry=shapes, index=range(n), crs="EPSG:4547"))


def links(w: Weights) -> set[tuple]:
    return set(w.to_edges()[["focal", "neighbor"]].itertuples(index=False, name=None))


def both_ways(*pairs: tuple) -> set[tuple]:
    return {(a, b) for a, b in pairs} | {(b, a) for a, b in pairs}


# -- subset -----------------------------------------------------------------------


def test_subset_standardises_anew(chain: Weights) -> None:
    part = chain.standardised("R").subset(["d", "c", "b"])
    assert part.units.tolist() == ["d", "c", "b"]
    assert part.neighbors("b").to_dict() == {"c": 1.0}  # 0.5 if cut from the standardised
    assert part.neighbors("c").to_dict() == {"d": 0.5, "b": 0.5}


def test_subset_can_leave_isolates(chain: Weights) -> None:
    assert chain.subset(["a", "c"]).isolates.tolist() == ["a", "c"]


def test_subset_refuses_strangers_and_repeats(chain: Weights) -> None:
    with pytest.raises(sc.AlignmentError, match="2 units are not in the weights"):
        chain.subset(["a", "y", "z"])
    with pytest.raises(sc.AlignmentError, match="repeated labels"):
        chain.subset(["a", "a"])


def test_subset_keeps_the_bridges_it_holds(chain: Weights) -> None:
    w = chain.bridged([("a", "c"), ("a", "d")])
    assert w.subset(["a", "c"]).bridges == (("a", "c"),)


# -- within -----------------------------------------------------------------------


def test_within_cuts_links_between_groups(chain: Weights) -> None:
    cut = chain.standardised("R").within(pd.Series(["x", "y", "y", "y"], list("abcd")))
    assert links(cut) == both_ways(("b", "c"), ("c", "d"))
    assert cut.isolates.tolist() == ["a"]
    assert cut.neighbors("b").to_dict() == {"c": 1.0}


@pytest.mark.parametrize("none", ["", None, np.nan])
def test_units_in_no_group_are_not_a_group(chain: Weights, none: object) -> None:
    cut = chain.within(pd.Series([none, none, "y", "y"], list("abcd"), dtype=object))
    assert links(cut) == both_ways(("c", "d"))


def test_within_takes_labels_in_any_order(chain: Weights) -> None:
    labels = pd.Series(["x", "x", "y", "y"], list("abcd"))
    assert chain.within(labels.iloc[::-1]).fingerprint == chain.within(labels).fingerprint


def test_within_refuses_what_is_not_one_label_per_unit(chain: Weights) -> None:
    with pytest.raises(sc.AlignmentError, match="labels is a list"):
        chain.within(["x", "x", "y", "y"])  # type: ignore[arg-type]
    with pytest.raises(sc.AlignmentError, match="does not cover"):
        chain.within(pd.Series(["x", "x"], ["a", "b"]))


def test_within_forgets_bridges_that_it_cuts(chain: Weights) -> None:
    w = chain.bridged([("a", "c"), ("b", "d")])
    cut = w.within(pd.Series(["x", "y", "x", "z"], list("abcd")))
    assert cut.bridges == (("a", "c"),)


# -- orders ---------------------------------------------------------------------------


def test_orders_count_the_shortest_path() -> None:
    backbone = row_of_squares(6)
    assert links(backbone.contiguity(order=3)) == both_ways((0, 3), (1, 4), (2, 5))
    lower = backbone.contiguity(order=3, include_lower=True)
    assert links(lower) == {(i, j) for i in range(6) for j in range(6) if 0 < abs(i - j) <= 3}


def test_lower_order_is_the_same_as_including_them() -> None:
    backbone = row_of_squares(6)
    for order in (1, 2, 3, 9):
        one = backbone.contiguity(order=order).lower_order
        assert one.fingerprint == backbone.contiguity(order=order, include_lower=True).fingerprint
        assert one.lower_order.fingerprint == one.fingerprint


def test_lower_order_keeps_transform_bridges_and_groups() -> None:
    backbone = row_of_squares(6)
    groups = pd.Series(["x", "x", "x", "y", "y", "y"], range(6))
    w = backbone.contiguity(order=2).within(groups).bridged([(0, 5)]).standardised("R")
    found = w.lower_order
    assert links(found) == both_ways((0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (0, 5))
    assert found.transform == "R"
    assert found.bridges == ((0, 5),)


def test_lower_order_of_first_order_keeps_bridges() -> None:
    w = row_of_squares(4).contiguity().bridged([(0, 3)])
    assert links(w.lower_order) == links(w)


def test_lower_order_and_subset_commute() -> None:
    w = row_of_squares(6).contiguity(order=3)
    some = [0, 1, 3, 4]  # 2, over which paths lead, is left out
    assert w.subset(some).lower_order.fingerprint == w.lower_order.subset(some).fingerprint


def test_orders_agree_with_libpysal(plan_backbone: sc.Backbone) -> None:
    first = plan_backbone.contiguity().to_graph()
    for lower in (False, True):
        theirs = first.higher_order(3, lower_order=lower)
        ours = plan_backbone.contiguity(order=3, include_lower=lower)
        assert ours.fingerprint == sc.Weights.from_graph(theirs).subset(ours.units).fingerprint


# -- bridges --------------------------------------------------------------------------


def test_bridges_link_both_ways_and_are_recorded(chain: Weights) -> None:
    w = chain.bridged([("a", "d")])
    assert links(w) - links(chain) == {("a", "d"), ("d", "a")}
    assert w.bridges == (("a", "d"),)
    assert [said.render("en") for said in w.remarks()] == ["bridges added by hand: a–d"]
    assert chain.bridges == ()


def test_a_bridge_keeps_the_weight_of_a_link_that_is_there() -> None:
    edges = pd.DataFrame({"focal": ["a"], "neighbor": ["b"], "weight": [5.0]})
    w = sc.Weights.from_edges(edges).bridged([("a", "b")], weight=2.0)
    assert w.raw.toarray().tolist() == [[0, 5], [2, 0]]


def test_bridges_are_added_before_standardising(chain: Weights) -> None:
    w = chain.standardised("R").bridged([("a", "d")])
    assert w.neighbors("a").to_dict() == {"b": 0.5, "d": 0.5}


def test_suggestions_can_be_taken_as_they_come() -> None:
    shapes = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(5, 0, 6, 1)]
    backbone = sc.Backbone(gpd.GeoDataFrame(geometry=shapes, index=list("abc"), crs="EPSG:4547"))
    w = backbone.contiguity()
    assert w.bridged(backbone.suggest_bridges()).bridges == (("c", "b"),)


@pytest.mark.parametrize("weight", [0, -1, np.nan, np.inf, "x"])
def test_a_bridge_has_a_positive_weight(chain: Weights, weight: float) -> None:
    with pytest.raises(sc.OptionError, match="above zero"):
        chain.bridged([("a", "d")], weight=weight)


@pytest.mark.parametrize("pairs", [[("a",)], [("a", "b", "c")], ["ad"], [330900], ("a", "d")])
def test_bridges_are_pairs(chain: Weights, pairs: list) -> None:
    with pytest.raises(sc.SchemaError, match="a bridge is a pair of units"):
        chain.bridged(pairs)


def test_bridges_join_two_different_units_of_the_weights(chain: Weights) -> None:
    with pytest.raises(sc.SchemaError, match="two different units"):
        chain.bridged([("a", "a")])
    with pytest.raises(sc.AlignmentError, match="not in the weights"):
        chain.bridged([("a", "z")])


def test_no_bridges_change_nothing(chain: Weights) -> None:
    assert chain.bridged([]).fingerprint == chain.fingerprint


# -- product --------------------------------------------------------------------------


def test_product_is_element_by_element_on_labels(chain: Weights) -> None:
    edges = pd.DataFrame(
        {"focal": list("dbac"), "neighbor": list("cabd"), "weight": [4.0, 3.0, 2.0, 0.5]}
    )
    other = sc.Weights.from_edges(edges)
    assert other.units.tolist() != chain.units.tolist()
    product = chain.standardised("R") * other
    assert product.units.tolist() == list("abcd")
    assert product.raw.toarray().tolist() == [
        [0, 2, 0, 0],
        [1.5, 0, 0, 0],
        [0, 0, 0, 0.25],
        [0, 0, 4, 0],
    ]


def test_product_keeps_the_bridges_that_are_left(chain: Weights) -> None:
    a = chain.bridged([("a", "d"), ("a", "c")])
    b = chain.bridged([("a", "d")])
    assert (a * b).bridges == (("a", "d"),)


def test_product_needs_the_same_units(chain: Weights) -> None:
    with pytest.raises(sc.AlignmentError, match="the other weights"):
        _ = chain * chain.subset(["a", "b"])
    with pytest.raises(TypeError):
        _ = chain * 2  # type: ignore[operator]
