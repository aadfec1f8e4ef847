"""What holds for weights of any map."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from shapely import Point, box

import spatialcarbon as sc
from spatialcarbon.weights.matrices import higher_order

SCHEMES = st.sampled_from(["B", "R", "D", "V"])


@st.composite
def matrices(draw: Any, *, smallest: int = 1, largest: int = 9) -> sparse.csr_array:
    """Draw weights: sparse, not symmetric, without a diagonal."""
    n = draw(st.integers(smallest, largest))
    number = st.sampled_from([0.0, 0.0, 0.25, 1.0, 3.0, 1e-6, 1e6])
    dense = np.array(draw(st.lists(number, min_size=n * n, max_size=n * n))).reshape(n, n)
    np.fill_diagonal(dense, 0)
    return sparse.csr_array(dense)


@st.composite
def weights(draw: Any, **bounds: int) -> Any:
    matrix = draw(matrices(**bounds))
    labels = draw(st.permutations([f"城{i}" for i in range(matrix.shape[0])]))
    return sc.Weights.from_sparse(matrix, labels)


@st.composite
def tilings(draw: Any) -> gpd.GeoDataFrame:
    """Draw a map: some cells of a 5 × 5 grid, some rows shifted by half a cell."""
    cells = draw(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=14))
    shift = draw(st.lists(st.sampled_from([0.0, 0.5]), min_size=5, max_size=5))
    shapes = [box(x + shift[y], y, x + shift[y] + 1, y + 1) for x, y in sorted(cells)]
    order = draw(st.permutations(range(len(shapes))))
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4547").iloc[list(order)]


@st.composite
def towns(draw: Any) -> gpd.GeoDataFrame:
    place = st.tuples(st.integers(0, 9), st.integers(0, 9))
    places = draw(st.lists(place, min_size=3, max_size=15, unique=True))
    shapes = [Point(1000 * x, 1000 * y) for x, y in places]
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4547")


def links(w: Any) -> set[tuple]:
    return set(w.to_edges()[["focal", "neighbor"]].itertuples(index=False, name=None))


@given(weights())
def test_rows_sum_to_one_or_zero_under_r(w: Any) -> None:
    sums = w.standardised("R").sparse.sum(axis=1)
    alone = w.units.isin(w.isolates)
    np.testing.assert_allclose(sums, np.where(alone, 0.0, 1.0), rtol=1e-13)


@given(weights(), st.sampled_from(["D", "V"]))
def test_all_weights_sum_to_n_under_d_and_v(w: Any, scheme: Any) -> None:
    expected = w.n if w.s0 > 0 else 0.0
    np.testing.assert_allclose(w.standardised(scheme).s0, expected, rtol=1e-12)


@given(weights(), SCHEMES)
def test_schemes_keep_the_links(w: Any, scheme: Any) -> None:
    assert links(w.standardised(scheme)) == links(w)


@given(weights(), SCHEMES, st.sampled_from([2.0, 0.5, 1024.0]))
def test_schemes_forget_the_scale(w: Any, scheme: Any, c: float) -> None:
    scaled = sc.Weights.from_sparse(w.raw * c, w.units).standardised(scheme)
    factor = c if scheme == "B" else 1.0
    np.testing.assert_allclose(
        scaled.sparse.toarray(), w.standardised(scheme).sparse.toarray() * factor, rtol=1e-12
    )


@given(weights(), SCHEMES, st.randoms(use_true_random=False))
def test_relabelling_permutes_rows_and_columns_alike(w: Any, scheme: Any, random: Any) -> None:
    order = list(range(w.n))
    random.shuffle(order)
    turned = w.standardised(scheme).subset(w.units[order])
    expected = w.standardised(scheme).sparse.toarray()[np.ix_(order, order)]
    np.testing.assert_allclose(turned.sparse.toarray(), expected, rtol=1e-12)
    assert turned.fingerprint == w.standardised(scheme).fingerprint
    np.testing.assert_allclose(
        [turned.s0, turned.s1, turned.s2],
        [getattr(w.standardised(scheme), s) for s in ("s0", "s1", "s2")],
        rtol=1e-12,
    )


@given(weights(smallest=2), SCHEMES, st.data())
def test_subsets_standardise_anew(w: Any, scheme: Any, data: Any) -> None:
    some = data.draw(st.lists(st.sampled_from(list(w.units)), min_size=1, unique=True))
    at = w.units.get_indexer(pd.Index(some))
    part = w.standardised(scheme).subset(some)
    by_hand = sc.Weights.from_sparse(w.raw[at][:, at], some).standardised(scheme)
    assert part.fingerprint == by_hand.fingerprint
    again = part.subset(some[::-1])
    assert again.fingerprint == part.fingerprint


@given(weights(), SCHEMES)
def test_every_form_leads_back(w: Any, scheme: Any) -> None:
    w = w.standardised(scheme)
    dense = w.sparse.toarray()
    for again in (
        sc.Weights.from_edges(w.to_edges(), units=w.units),
        sc.Weights.from_graph(w.to_graph()),
        sc.Weights.from_w(w.to_w()),
        sc.Weights.from_networkx(w.to_networkx()),
    ):
        assert again.units.tolist() == w.units.tolist()
        np.testing.assert_allclose(again.sparse.toarray(), dense, rtol=1e-12)
    np.testing.assert_allclose(w.to_graph().sparse.toarray(), dense, rtol=1e-12)


@given(matrices(), st.integers(1, 4))
def test_orders_partition_what_can_be_reached(matrix: Any, order: int) -> None:
    pattern = sparse.csr_array((matrix.toarray() > 0).astype(float))
    orders = [higher_order(pattern, k, include_lower=False).toarray() for k in range(1, order + 1)]
    together = np.sum(orders, axis=0)
    assert together.max(initial=0) <= 1
    assert (together == higher_order(pattern, order, include_lower=True).toarray()).all()
    reach = np.linalg.matrix_power(np.eye(len(together)) + pattern.toarray(), order) > 0
    np.fill_diagonal(reach, False)
    assert (reach == (together > 0)).all()


@given(tilings())
def test_queen_holds_rook(units: Any) -> None:
    backbone = sc.Backbone(units)
    queen, rook = backbone.contiguity("queen"), backbone.contiguity("rook")
    assert links(rook) <= links(queen)
    assert queen.is_symmetric
    assert rook.is_symmetric


@given(tilings(), st.randoms(use_true_random=False))
def test_contiguity_does_not_hang_on_the_row_order(units: Any, random: Any) -> None:
    order = list(range(len(units)))
    random.shuffle(order)
    for criterion in ("queen", "rook"):
        a = sc.Backbone(units).contiguity(criterion)  # type: ignore[arg-type]
        b = sc.Backbone(units.iloc[order]).contiguity(criterion)  # type: ignore[arg-type]
        assert a.fingerprint == b.fingerprint


@given(tilings())
def test_the_nearest_bridge_leaves_no_island(units: Any) -> None:
    w = sc.Backbone(units).contiguity(islands="nearest")
    assert len(w.isolates) == 0
    assert len(w.bridges) == len(sc.Backbone(units).contiguity().isolates)


@given(towns(), st.floats(0.5, 15), st.floats(0.5, 15))
def test_bands_grow_with_their_width(units: Any, a: float, b: float) -> None:
    backbone = sc.Backbone(units)
    narrow, wide = (backbone.distance_band(km) for km in sorted((a, b)))
    assert links(narrow) <= links(wide)
    assert wide.is_symmetric


@given(towns())
def test_the_default_band_is_just_wide_enough(units: Any) -> None:
    backbone = sc.Backbone(units)
    assert len(backbone.distance_band().isolates) == 0
    edge = backbone.points.nearest(1)[1].max()
    assert len(backbone.distance_band(edge * (1 - 1e-9)).isolates) > 0


@given(towns(), st.data())
def test_nearest_neighbours_are_k_and_nearest(units: Any, data: Any) -> None:
    k = data.draw(st.integers(1, len(units) - 1))
    backbone = sc.Backbone(units)
    w = backbone.knn(k)
    assert (w.cardinalities == k).all()
    assert set(w.raw.data) == {1.0}
    x = backbone.points.coordinates
    every = np.hypot(*(x[:, None] - x[None, :]).transpose(2, 0, 1))
    np.fill_diagonal(every, np.inf)
    chosen = w.raw.toarray() > 0
    for i in range(len(x)):
        others = ~chosen[i] & (np.arange(len(x)) != i)
        if others.any():
            assert every[i][chosen[i]].max() <= every[i][others].min() + 1e-9
    union, mutual = (backbone.knn(k, symmetrise=s) for s in ("union", "mutual"))  # type: ignore[arg-type]
    assert links(mutual) <= links(w) <= links(union)
    assert union.is_symmetric
    assert mutual.is_symmetric


@given(towns(), st.sampled_from(["triangular", "uniform", "epanechnikov", "quartic", "gaussian"]))
def test_kernels_fall_with_distance(units: Any, function: Any) -> None:
    backbone = sc.Backbone(units)
    w = backbone.kernel(function, bandwidth=8.0)
    x = backbone.points.coordinates
    every = np.hypot(*(x[:, None] - x[None, :]).transpose(2, 0, 1))
    np.fill_diagonal(every, np.inf)
    dense = w.raw.toarray()
    assert (dense[every > 8.0] == 0).all()
    order = np.argsort(every, axis=None)
    assert (np.diff(dense.ravel()[order]) <= 1e-12).all()


@given(st.lists(st.sampled_from(["x", "y", "z", ""]), min_size=2, max_size=9))
def test_blocks_and_within_agree(labels: list[str]) -> None:
    shapes = [box(i, 0, i + 1, 1) for i in range(len(labels))]
    backbone = sc.Backbone(gpd.GeoDataFrame(geometry=shapes))
    groups = pd.Series(labels)
    blocks = backbone.blocks(groups)
    n = len(labels)
    every = sc.Weights.from_sparse(1 - np.eye(n), backbone.units)
    assert blocks.fingerprint == every.within(groups).fingerprint
    assert (every * blocks).fingerprint == blocks.fingerprint
