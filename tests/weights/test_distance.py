"""Weights from distance, on points whose distances are known."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, Polygon, box

import spatialcarbon as sc
from spatialcarbon.weights.distance import Points


def points(*coordinates: tuple[float, float], crs: str = "EPSG:4547", km: bool = True) -> Any:
    """Return a backbone of points; projected coordinates are given in km."""
    scale = 1000 if km else 1
    shapes = [Point(x * scale, y * scale) for x, y in coordinates]
    labels = [chr(ord("a") + i) for i in range(len(shapes))]
    return sc.Backbone(gpd.GeoDataFrame(geometry=shapes, index=labels, crs=crs))


LINE = points((0, 0), (1, 0), (3, 0), (7, 0))


def rows(w: Any) -> list[list[float]]:
    return w.raw.toarray().tolist()


def test_nearest_neighbours_need_not_be_mutual() -> None:
    assert rows(LINE.knn(1)) == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    assert rows(LINE.knn(1, symmetrise="union")) == [
        [0, 1, 0, 0],
        [1, 0, 1, 0],
        [0, 1, 0, 1],
        [0, 0, 1, 0],
    ]
    mutual = LINE.knn(1, symmetrise="mutual")
    assert rows(mutual) == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert mutual.isolates.tolist() == ["c", "d"]


def test_ties_go_to_the_unit_that_stands_first() -> None:
    star = points((0, 0), (0, 1), (0, -1), (-1, 0), (1, 0))
    assert star.knn(2).neighbors("a").index.tolist() == ["b", "c"]
    turned = sc.Backbone(
        gpd.GeoDataFrame(
            geometry=[Point(1000, 0), Point(-1000, 0), Point(0, 1000), Point(0, 0)],
            index=list("edba"),
            crs="EPSG:4547",
        )
    )
    assert turned.knn(2).neighbors("a").index.tolist() == ["e", "d"]


def test_ties_beyond_what_a_tree_fetches_first() -> None:
    # 36 points with whole coordinates lie at exactly 65 from the origin.
    circle = [(x, y) for x in range(-65, 66) for y in range(-65, 66) if x * x + y * y == 65**2]
    assert len(circle) == 36
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(36)
        places = np.array([(0, 0), *(circle[i] for i in order)], dtype=float)
        for k in (1, 3, 20):
            found, reach = Points(places, geographic=False).nearest(k)
            assert found[0].tolist() == list(range(1, k + 1))
            assert (reach[0] == 65).all()


def test_coincident_points_are_near() -> None:
    assert rows(points((0, 0), (0, 0), (5, 0)).knn(1)) == [[0, 1, 0], [1, 0, 0], [1, 0, 0]]
    many = points(*[(0, 0)] * 30, (9, 9))
    assert (np.diff(many.knn(4).raw.indptr) == 4).all()


@pytest.mark.parametrize("k", [0, -1, 2.0, True, "4"])
def test_k_is_a_positive_whole_number(k: object) -> None:
    with pytest.raises(sc.OptionError, match="k="):
        LINE.knn(k)


def test_k_has_to_leave_the_unit_itself_out() -> None:
    assert LINE.knn(3).n_pairs == 6
    with pytest.raises(sc.OptionError, match="k=4 nearest neighbours cannot be found among 4"):
        LINE.knn(4)
    with pytest.raises(sc.OptionError, match="symmetrise"):
        LINE.knn(1, symmetrise="both")


def test_band_holds_its_edge() -> None:
    assert rows(LINE.distance_band(2)) == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert LINE.distance_band(1.999).n_pairs == 1
    assert LINE.distance_band(2).isolates.tolist() == ["d"]


def test_default_band_is_the_smallest_without_islands() -> None:
    w = LINE.distance_band()
    assert w.recipe == "band 4 km"
    assert len(w.isolates) == 0
    assert LINE.distance_band(3.999).isolates.tolist() == ["d"]


def test_inverse_distance() -> None:
    w = LINE.distance_band(4, inverse=True, power=2)
    assert rows(w)[2] == [1 / 9, 1 / 4, 0, 1 / 16]


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf"), "far"])
def test_lengths_are_positive(bad: object) -> None:
    with pytest.raises(sc.OptionError, match="km="):
        LINE.distance_band(bad)
    with pytest.raises(sc.OptionError, match="power="):
        LINE.distance_band(1, power=bad)
    if bad != "far":
        with pytest.raises(sc.OptionError, match="bandwidth="):
            LINE.kernel(bandwidth=bad)


def test_coincident_points_have_no_inverse_distance() -> None:
    twins = points((0, 0), (0, 0), (5, 0))
    assert twins.distance_band(1).n_pairs == 1
    with pytest.raises(sc.OptionError, match="same point, and inverse distance divides"):
        twins.distance_band(1, inverse=True)
    with pytest.raises(sc.OptionError, match="same point, and a kernel"):
        twins.kernel(bandwidth="adaptive", k=1)


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ("triangular", 1 / 2),
        ("uniform", 1 / 2),
        ("epanechnikov", 3 / 4 * 3 / 4),
        ("quartic", 15 / 16 * 9 / 16),
        ("gaussian", np.exp(-1 / 8) / np.sqrt(2 * np.pi)),
    ],
)
def test_kernels_at_half_their_bandwidth(function: Any, value: float) -> None:
    w = LINE.kernel(function, bandwidth=2)
    assert w.neighbors("a")["b"] == pytest.approx(value, rel=1e-15)
    assert w.neighbors("d").empty


def test_kernels_that_vanish_at_their_edge_link_nothing_there() -> None:
    assert LINE.kernel("triangular", bandwidth=2).neighbors("c").empty
    assert LINE.kernel("uniform", bandwidth=2).neighbors("c").to_dict() == {"b": 0.5}


def test_adaptive_bandwidth_is_each_units_own() -> None:
    w = LINE.kernel(bandwidth="adaptive", k=2)  # bandwidths 3, 2, 3, 6
    assert rows(w) == [
        [0, pytest.approx(2 / 3), 0, 0],
        [0.5, 0, 0, 0],
        [0, pytest.approx(1 / 3), 0, 0],
        [0, 0, pytest.approx(1 / 3), 0],
    ]


def test_gaussian_reaches_everyone_on_request() -> None:
    w = LINE.kernel("gaussian", bandwidth=1, truncate=False)
    assert w.n_pairs == 6
    assert w.neighbors("a")["d"] == pytest.approx(np.exp(-49 / 2) / np.sqrt(2 * np.pi))


def test_kernel_options_are_checked() -> None:
    with pytest.raises(sc.OptionError, match="function='triangle'") as caught:
        LINE.kernel("triangle")
    assert "triangular" in str(caught.value)
    with pytest.raises(sc.OptionError, match="bandwidth='adaptiv'"):
        LINE.kernel(bandwidth="adaptiv")


# -- which distance --------------------------------------------------------------------


def test_degrees_are_measured_along_great_circles() -> None:
    degrees = points((0, 0), (90, 0), (0, 90), (180, 0), crs="EPSG:4326", km=False)
    quarter = 6371.0088 * np.pi / 2
    found = degrees.distances([("a", "b"), ("a", "c"), ("a", "d"), ("b", "c")])
    assert found.tolist() == pytest.approx([quarter, quarter, 2 * quarter, quarter], rel=1e-14)
    assert found.index.names == ["unit", "neighbor"]


def test_the_date_line_is_no_border() -> None:
    w = points((179.9, 0), (-179.9, 0), (170, 0), crs="EPSG:4326", km=False).knn(1)
    assert w.neighbors("a").index.tolist() == ["b"]
    band = points((179.9, 0), (-179.9, 0), (170, 0), crs="EPSG:4326", km=False).distance_band(30)
    assert band.n_pairs == 1


def test_feet_are_turned_into_kilometres() -> None:
    feet = points((0, 0), (1000, 0), crs="EPSG:2263", km=False)  # US survey feet
    assert feet.distances([("a", "b")]).iloc[0] == pytest.approx(0.3048006096, rel=1e-9)


def test_distances_of_unknown_units_are_refused() -> None:
    with pytest.raises(sc.AlignmentError, match="1 units are not on the map"):
        LINE.distances([("a", "z")])


def test_polygons_are_measured_from_a_point_inside() -> None:
    hook = Polygon([(0, 0), (10, 0), (10, 1), (1, 1), (1, 9), (10, 9), (10, 10), (0, 10)])
    frame = gpd.GeoDataFrame(geometry=[hook, box(20, 0, 22, 2)], index=list("ab"), crs="EPSG:4547")
    found = sc.Backbone(frame).points.coordinates
    assert not hook.contains(hook.centroid)
    assert hook.contains(Point(found[0] * 1000))
    assert found[1].tolist() == [0.021, 0.001]


def test_great_circles_and_a_projection_agree(plan_units: gpd.GeoDataFrame) -> None:
    # An equidistant conic along China's middle latitudes is true to 1 % here.
    conic = plan_units.to_crs("+proj=eqdc +lat_1=25 +lat_2=40 +lat_0=30 +lon_0=112 +ellps=GRS80")
    labels = plan_units.index.tolist()
    pairs = [(a, b) for a in labels[::9] for b in labels[4::9] if a != b]
    degrees = sc.Backbone(plan_units).distances(pairs)
    planar = sc.Backbone(conic).distances(pairs)
    assert len(pairs) > 100
    assert (planar / degrees - 1).abs().max() < 0.01
    same = sc.Backbone(plan_units).knn(4).raw != sc.Backbone(conic).knn(4).raw
    assert same.nnz <= 0.05 * 4 * 111


def test_distance_weights_do_not_hang_on_the_row_order(plan_units: gpd.GeoDataFrame) -> None:
    shuffled = plan_units.sample(frac=1, random_state=5)
    for make in (
        lambda b: b.knn(4),
        lambda b: b.distance_band(),
        lambda b: b.distance_band(300, inverse=True),
        lambda b: b.kernel("gaussian", bandwidth="adaptive"),
        lambda b: b.economic(pd.Series(np.sqrt(plan_units.index), plan_units.index)),
    ):
        assert make(sc.Backbone(plan_units)).fingerprint == make(sc.Backbone(shuffled)).fingerprint
