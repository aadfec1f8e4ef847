"""Areas that hang together: Ward along links, maps in pieces, comparison with K-means."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc


def chain(values: list[float], cut: tuple[int, ...] = ()) -> tuple[pd.DataFrame, sc.Weights]:
    """Places in a row, of two shares; no link after the places in ``cut``."""
    names = [f"城{i}" for i in range(len(values))]
    shares = pd.DataFrame({"x": values, "y": [1 - v for v in values]}, index=names)
    pairs = [(a, b) for a, b in pairwise(names) if names.index(a) not in cut]
    edges = pd.DataFrame(pairs, columns=["focal", "neighbor"])
    return shares, sc.Weights.from_edges(edges, units=names)


def test_by_hand() -> None:
    shares, weights = chain([0.9, 0.8, 0.1, 0.2, 0.9])
    found = sc.constrained_clusters(shares, weights, k=3)
    assert found.labels.tolist() == [1, 1, 3, 3, 2]
    assert found.pieces.tolist() == [1, 1, 1]
    table = found.comparison
    assert table.loc["constrained", "within"] == pytest.approx(2 * 2 * (0.05**2 + 0.05**2))
    # K-means puts both ends together: (.9, .9, .8), or splits the low pair or the high ones
    assert table.loc["k-means", "within"] <= table.loc["constrained", "within"]
    assert table.loc["constrained", "joins"] == 0.5  # two of four links
    assert table.loc["constrained", "joins_by_chance"] == pytest.approx((2 + 2 + 0) / 20)
    assert table.loc["k-means", "adjusted_rand"] == 1.0
    assert found.notes == ()
    assert found.joined.empty
    assert found.names.tolist() == ["x + y 1", "x + y 2", "y"]


def test_a_map_in_pieces_is_joined_where_shares_are_most_alike() -> None:
    shares, weights = chain([0.9, 0.8, 0.1, 0.2, 0.88], cut=(1, 3))
    found = sc.constrained_clusters(shares, weights, k=2)
    # the last place stands alone and joins the pair like it, not the nearer low pair
    assert found.labels.tolist() == [1, 1, 2, 2, 1]
    assert found.joined.to_numpy().tolist() == [["城4", "城0"], ["城3", "城1"]]
    assert "3 pieces" in found.notes[0]
    # Pieces are counted on the map as it is.
    assert found.pieces.tolist() == [2, 1]
    with pytest.raises(sc.IslandError, match="in 3 pieces"):
        sc.constrained_clusters(shares, weights, k=2, disconnected="raise")


@pytest.mark.parametrize("kind_of_links", ["contiguity", "knn"])
def test_pieces_and_joins_against_networkx(plan_units: Any, kind_of_links: str) -> None:
    shares = sc.load_table("illustrative_industry_shares").set_index("adcode")
    backbone = sc.Backbone(plan_units)
    # A link one way, as nearest neighbours have them, counts once and both ways.
    weights = backbone.contiguity() if kind_of_links == "contiguity" else backbone.knn(3)
    found = sc.constrained_clusters(shares.sample(frac=1, random_state=1), weights, k=7, n_init=5)
    graph = weights.to_networkx().to_undirected()
    labels = found.labels
    for kind, pieces in found.pieces.items():
        inside = graph.subgraph(labels.index[labels == kind])
        assert pieces == nx.number_connected_components(inside)
    same = [labels[a] == labels[b] for a, b in graph.edges]
    whole = sc.constrained_clusters(shares, weights, k=1).comparison.loc["constrained", "within"]
    left = found.comparison["within"] / whole
    assert found.comparison["explained"].tolist() == pytest.approx((1 - left).tolist())
    assert found.comparison.loc["constrained", "joins"] == pytest.approx(np.mean(same))
    assert found.comparison.loc["constrained", "joins"] > found.comparison.loc["k-means", "joins"]
    assert (
        found.comparison.loc["k-means", "within"] <= found.comparison.loc["constrained", "within"]
    )
    # Joined, the map is one piece, and so is every type on it.
    graph.add_edges_from(found.joined.to_numpy().tolist())
    assert nx.is_connected(graph)
    for kind in found.centres.index:
        assert nx.is_connected(graph.subgraph(labels.index[labels == kind]))
    assert found.illustrative


def test_order_of_rows_and_of_the_map_change_nothing(contrarian: Any) -> None:
    table = contrarian.table[["co2", "gdp"]].div(
        contrarian.table[["co2", "gdp"]].sum(axis=1), axis=0
    )
    before = table.copy()
    straight = sc.constrained_clusters(table, contrarian.weights, k=3)
    units = contrarian.units.sample(frac=1, random_state=5)
    turned = sc.constrained_clusters(
        table.sample(frac=1, random_state=3), sc.Backbone(units).contiguity(), k=3
    )
    pd.testing.assert_series_equal(straight.labels, turned.labels.loc[table.index])
    pd.testing.assert_frame_equal(straight.comparison, turned.comparison, check_exact=True)
    pd.testing.assert_frame_equal(table, before)
    assert contrarian.island in straight.notes[0]


def test_missing_shares_drop_the_unit_and_its_links() -> None:
    shares, weights = chain([0.9, 0.8, 0.5, 0.2, 0.1])
    shares.loc["城2", "x"] = np.nan
    found = sc.constrained_clusters(shares, weights, k=2, missing="drop")
    assert found.labels.tolist() == [1, 1, 2, 2]
    assert found.dropped == ("城2",)
    assert len(found.joined) == 1  # the row was broken in two


def test_the_ends_of_the_range() -> None:
    shares, weights = chain([0.9, 0.8, 0.1])
    each = sc.constrained_clusters(shares, weights, k=3)
    assert each.comparison.loc["constrained", "within"] == 0.0
    whole = sc.constrained_clusters(shares, weights, k=1)
    assert whole.comparison["joins"].tolist() == [1.0, 1.0]
    assert whole.comparison["silhouette"].isna().all()
    alone = sc.Weights.from_edges(
        pd.DataFrame({"focal": [], "neighbor": []}, dtype=object), units=shares.index
    )
    without = sc.constrained_clusters(shares, alone, k=2)
    assert without.labels.tolist() == [1, 1, 2]
    assert without.comparison["joins"].isna().all()


def test_clr_warns_once() -> None:
    shares, weights = chain([1.0, 0.8, 0.1])
    with pytest.warns(sc.AdjustedDataWarning, match="1 zero") as caught:
        sc.constrained_clusters(shares, weights, k=2, scaling="clr")
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"k": 4}, sc.OptionError, "at most 3"),
        ({"k": "auto"}, sc.OptionError, "k='auto'"),
        ({"disconnected": "ignore"}, sc.OptionError, "disconnected='ignore'"),
        ({"scaling": "log"}, sc.OptionError, "scaling='log'"),
        ({"max_iter": 0}, sc.OptionError, "max_iter=0"),
    ],
)
def test_what_is_refused(options: Any, error: type[Exception], words: str) -> None:
    shares, weights = chain([0.9, 0.8, 0.1])
    with pytest.raises(error, match=words):
        sc.constrained_clusters(shares, weights, **{"k": 2, **options})


def test_other_units_and_no_weights_are_refused() -> None:
    shares, weights = chain([0.9, 0.8, 0.1])
    with pytest.raises(sc.AlignmentError, match="does not cover"):
        sc.constrained_clusters(shares.iloc[:2], weights, k=2)
    with pytest.raises(sc.AlignmentError, match="weights is a dict"):
        sc.constrained_clusters(shares, {}, k=2)  # type: ignore[arg-type]
