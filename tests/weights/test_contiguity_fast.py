"""Common vertices and paired edges against GEOS, on maps that are tidy and maps that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from libpysal.graph import Graph
from shapely import MultiPolygon, Polygon, box

import spatialcarbon as sc
from spatialcarbon.weights import contiguity, coverage
from spatialcarbon.weights.outlines import Outlines

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[Any]


@pytest.fixture(autouse=True)
def compiled_for_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send small maps the way of large ones."""
    monkeypatch.setattr(contiguity, "SMALL", 0)
    monkeypatch.setattr(contiguity, "FOR_ONE_THREAD", 500)


# -- the readable reference: every pair of polygons is put to GEOS -----------------------


def touching(shapes: Shapes) -> set[tuple[int, int]]:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return {(int(i), int(j)) for i, j in zip(left, right, strict=True) if i < j}


def bordering(shapes: Shapes) -> set[tuple[int, int]]:
    tolerance = contiguity.ROOK_TOLERANCE * float(np.median(shapely.length(shapes)))
    edges = shapely.boundary(shapes)
    return {
        (i, j)
        for i, j in touching(shapes)
        if shapely.intersection(edges[i], edges[j]).length > tolerance
    }


def common_vertices(shapes: Shapes) -> set[tuple[int, int]]:
    sets = [set(map(tuple, (shapely.get_coordinates(shape) + 0.0).tolist())) for shape in shapes]
    n = len(shapes)
    return {(i, j) for i in range(n) for j in range(i + 1, n) if sets[i] & sets[j]}


def links(w: Any) -> set[tuple[int, int]]:
    upper = np.argwhere(np.triu(w.raw.toarray()))
    assert w.is_symmetric
    return {(int(i), int(j)) for i, j in upper}


def backbone(shapes: Any) -> sc.Backbone:
    return sc.Backbone(gpd.GeoDataFrame(geometry=list(shapes)))


def assert_as_geos_finds_them(shapes: Shapes) -> None:
    shapes = np.asarray(shapes, dtype=object)
    one = backbone(shapes)
    assert links(one.contiguity("queen")) == touching(shapes)
    assert links(one.contiguity("rook")) == bordering(shapes)
    vertices = common_vertices(shapes)
    assert links(one.contiguity("queen", strict=False)) == vertices
    extra = len(touching(shapes) - vertices)
    said = f", {extra} pairs without a common vertex" if extra else ""
    assert one.contiguity().recipe == f"queen{said}"


# -- maps -----------------------------------------------------------------------------------


def squares(n: int) -> Shapes:
    return np.array([box(i % n, i // n, i % n + 1, i // n + 1) for i in range(n * n)])


def bricks(n: int) -> Shapes:
    places = [(2 * (i % n) + (i // n) % 2, i // n) for i in range(n * n)]
    return np.array([box(x, y, x + 2, y + 1) for x, y in places])


def voronoi(n: int, seed: int) -> Shapes:
    square = box(0, 0, 100, 100)
    points = shapely.multipoints(np.random.default_rng(seed).random((n, 2)) * 100)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=square))
    return np.asarray(shapely.intersection(cells, square))


def with_long_borders(shapes: Shapes, steps: int) -> Shapes:
    """Cut each edge into steps, at the same points for both neighbours, bent to one side."""
    made = []
    for shape in shapes:
        xy = shapely.get_coordinates(shape)
        ring: list[tuple[float, float]] = []
        for a, b in zip(xy[:-1].tolist(), xy[1:].tolist(), strict=True):
            low, high = np.array(min(a, b)), np.array(max(a, b))
            t = np.arange(steps)[:, None] / steps
            across = (high - low)[::-1] * [-1, 1] * 0.1
            points = low + (high - low) * t + across * np.sin(np.pi * t) * np.sin(9 * t)
            if a == min(a, b):
                ring += map(tuple, points.tolist())
            else:
                ring += [tuple(b_) for b_ in [high.tolist(), *points[:0:-1].tolist()]]
        made.append(Polygon(ring))
    return np.array(made)


RING = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])
DISC = shapely.Point(50, 50).buffer(10)
MAPS = {
    "squares": squares(6),
    "bricks": bricks(5),
    "Voronoi": voronoi(60, 1),
    "long borders": with_long_borders(voronoi(12, 2), 200),
    "middling borders": with_long_borders(voronoi(12, 2), 12),
    "long borders of squares": with_long_borders(squares(3), 200),
    "chessboard": squares(7)[::2],
    "islands": np.array([box(3 * i, 0, 3 * i + 1, 1) for i in range(6)]),
    "islands in twos": np.array([box(i + i // 2, 0, i + i // 2 + 1, 1) for i in range(8)]),
    "core in a hole": np.array([RING, box(1, 1, 2, 2), box(3, 0, 4, 3)]),
    "core cut in two": np.array([RING, box(1, 1, 2, 1.5), box(1, 1.5, 2, 2)]),
    "core on top, no hole": np.array([box(0, 0, 3, 3), box(1, 1, 2, 2), box(3, 0, 4, 3)]),
    "core on top touches": np.array([box(0, 0, 3, 3), Polygon([(0, 0), (2, 1), (1, 2)])]),
    "two maps on top of each other": np.concatenate([voronoi(30, 3), voronoi(30, 4)]),
    "moved by a hair": np.concatenate(
        [voronoi(9, 3), shapely.transform(voronoi(9, 3), lambda x: x + 1e-9)]
    ),
    "target on top": np.array([*voronoi(80, 7), DISC.buffer(10).difference(DISC), DISC]),
    "twice the same": np.concatenate([voronoi(20, 5), voronoi(20, 5)[:3]]),
    "corner on an edge": np.array([box(0, 0, 2, 1), Polygon([(1, 1), (2, 2), (0, 2)])]),
    "corner to corner": np.array([box(0, 0, 1, 1), box(1, 1, 2, 2)]),
    "a long side and many short ones": np.array(
        [box(0, 0, 9, 1), *(box(i, 1, i + 1, 2) for i in range(9)), box(0, 2, 9, 3)]
    ),
    "many parts": np.array(
        [
            MultiPolygon([box(0, 0, 1, 1), box(4, 0, 5, 1)]),
            MultiPolygon([box(1, 0, 2, 1), box(5, 0, 6, 1)]),
            box(2, 0, 3, 1),
            box(10, 10, 11, 11),
        ]
    ),
    "a lake between three": np.array(
        [
            Polygon([(0, 0), (6, 0), (4, 1), (2, 1)]),
            Polygon([(0, 0), (2, 1), (3, 3), (3, 6)]),
            Polygon([(6, 0), (3, 6), (3, 3), (4, 1)]),
        ]
    ),
    "a fan": np.array(
        [
            Polygon([(0, 0), (np.cos(a), np.sin(a)), (np.cos(a + 0.05), np.sin(a + 0.05))])
            for a in np.arange(0, 6, 0.1)
        ]
    ),
}


@pytest.mark.parametrize("name", MAPS)
def test_neighbours_are_those_geos_finds(name: str) -> None:
    assert_as_geos_finds_them(MAPS[name])


@pytest.mark.parametrize("name", ["Voronoi", "bricks", "core in a hole", "long borders"])
def test_any_start_turn_and_order_of_rings(name: str) -> None:
    rng = np.random.default_rng(8)
    made = []
    for shape in MAPS[name]:
        rings = [shape.exterior, *shape.interiors]
        turned = []
        for ring in rings:
            xy = shapely.get_coordinates(ring)[:-1]
            xy = np.roll(xy, int(rng.integers(len(xy))), axis=0)
            turned.append(xy[::-1] if rng.random() < 0.5 else xy)
        made.append(Polygon(turned[0], turned[1:]))
    order = rng.permutation(len(made))
    assert_as_geos_finds_them(np.array(made)[order])


def test_zero_has_no_sign() -> None:
    west = Polygon([(-0.0, 0.0), (-0.0, 1.0), (-1.0, 1.0), (-1.0, -0.0)])
    east = Polygon([(0.0, -0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)])
    assert_as_geos_finds_them(np.array([west, east]))


def test_a_vertex_may_stand_twice_in_a_row() -> None:
    stutter = Polygon([(0, 0), (0, 0), (1, 0), (1, 0), (1, 1), (0, 1), (0, 1)])
    assert_as_geos_finds_them(np.array([box(-1, 0, 0, 1), stutter, box(1, 0, 2, 1)]))


def test_coordinates_of_any_size() -> None:
    for factor in (1e-12, 1e12):
        assert_as_geos_finds_them(shapely.transform(MAPS["Voronoi"], lambda x, f=factor: x * f))
    far = shapely.transform(MAPS["squares"], lambda x: x + 1e7)
    assert_as_geos_finds_them(far)


@given(st.integers(4, 30), st.integers(0, 10_000), st.floats(0, 1), st.floats(-3, 3))
def test_maps_that_were_cut_and_moved(n: int, seed: int, share: float, step: float) -> None:
    """Some cells are cut (T-junctions, off by a rounding error) and some move."""
    rng = np.random.default_rng(seed)
    made: list[Any] = []
    for cell in voronoi(n, seed):
        if rng.random() < share:
            middle = cell.centroid
            line = shapely.LineString(
                [(middle.x - 99, middle.y - 60), (middle.x + 99, middle.y + 60)]
            )
            made += shapely.ops.split(cell, line).geoms
        elif rng.random() < 0.1:
            made.append(shapely.transform(cell, lambda x: x + step))
        else:
            made.append(cell)
    assert_as_geos_finds_them(np.array(made)[rng.permutation(len(made))])


@given(
    st.lists(st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 3)] * 2), min_size=1, max_size=14)
)
def test_boxes_anyhow(corners: list[tuple[int, int, int, int]]) -> None:
    assert_as_geos_finds_them(np.array([box(x, y, x + w, y + h) for x, y, w, h in corners]))


# -- what is told, and what is proved --------------------------------------------------------


def test_tidy_maps_need_no_comparison_by_geos() -> None:
    for name in ("squares", "Voronoi", "long borders", "core in a hole", "many parts"):
        shapes = MAPS[name]
        found = contiguity.contacts(shapes, pd.RangeIndex(len(shapes)))
        assert not found.examined.any(), name


def test_only_what_is_in_doubt_is_compared_by_geos() -> None:
    cells = voronoi(400, 6)
    inside = cells[200].centroid.buffer(1e-3)
    found = contiguity.contacts(np.append(cells, inside), pd.RangeIndex(401))
    assert set(np.flatnonzero(found.examined)) == {200, 400}
    assert found.extra.tolist() == [200 << 32 | 400]


def test_the_recipe_counts_pairs_without_a_common_vertex() -> None:
    wall = backbone(MAPS["bricks"])
    n = len(touching(MAPS["bricks"]) - common_vertices(MAPS["bricks"]))
    assert wall.contiguity().recipe == f"queen, {n} pairs without a common vertex"
    assert wall.contiguity(order=2).recipe == f"queen order 2, {n} pairs without a common vertex"
    loose = wall.contiguity(strict=False)
    assert loose.recipe.startswith("queen by common vertices, ")
    assert int(loose.recipe.split()[4]) >= n
    tidy = backbone(squares(4)).contiguity("rook", strict=False)
    assert tidy.recipe == "rook by common vertices, 0 more pairs may touch"


def test_small_maps_go_another_way_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contiguity, "SMALL", 10**9)
    monkeypatch.setattr(coverage.Stretches, "of", None)
    for name in ("squares", "bricks", "core on top, no hole", "many parts", "a fan"):
        assert_as_geos_finds_them(MAPS[name])


def test_stretches_have_the_length_of_the_common_boundary() -> None:
    shapes = MAPS["long borders"]
    stretches = coverage.Stretches.of(Outlines.of(shapes), every=False)
    left, right = coverage.decoded(stretches.lengths()[0])
    expected = contiguity.shared_lengths(shapes, left, right)
    np.testing.assert_allclose(stretches.lengths()[1], expected, rtol=1e-9)


@pytest.mark.parametrize("n", [1, 40])
def test_many_polygons_at_one_vertex(n: int) -> None:
    slices = np.linspace(0, 2 * np.pi, n + 1)
    fan = (
        [
            Polygon([(0, 0), *zip(np.cos(a), np.sin(a), strict=True)])
            for a in (np.linspace(slices[i], slices[i + 1], 4) for i in range(n))
        ]
        if n > 1
        else [box(0, 0, 1, 1)]
    )
    assert_as_geos_finds_them(np.array(fan))


def test_tolerance_bridges_gaps() -> None:
    gaps = backbone([box(0, 0, 1, 1), box(1.1, 0, 2, 1), box(3, 0, 4, 1)])
    assert gaps.contiguity().n_pairs == 0
    near = gaps.contiguity(tolerance=0.2)
    assert links(near) == {(0, 1)}
    assert near.recipe == "queen within 0.2"
    with pytest.raises(sc.OptionError, match="rook measures common boundary") as caught:
        gaps.contiguity("rook", tolerance=0.2)
    assert "contiguity('queen', tolerance=0.2)" in str(caught.value)
    for bad in (-1.0, np.nan, "wide"):
        with pytest.raises(sc.OptionError, match="tolerance"):
            gaps.contiguity(tolerance=bad)  # type: ignore[arg-type]


# -- validity ---------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 12, 200])
def test_invalid_polygons_are_found_among_many(steps: int) -> None:
    shapes = with_long_borders(voronoi(12, 2), steps)
    xy = shapely.get_coordinates(shapes[4])
    xy[len(xy) // 2] += 400
    xy[len(xy) // 2 + 1] -= 400
    shapes[4] = Polygon(xy)
    assert not shapes[4].is_valid
    with pytest.raises(sc.SchemaError, match="1 polygons are invalid") as caught:
        backbone(shapes).contiguity()
    assert "got: 4" in str(caught.value)


@pytest.mark.parametrize(
    "bad",
    [
        Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
        Polygon([(0, 0), (2, 0), (2, 2), (1, 0), (0, 2)]),
        Polygon([(0, 0), (1, 0), (2, 0)]),
        Polygon([(0, 0), (2, 0), (1, 0), (1, 1)]),
        Polygon(box(0, 0, 1, 1).exterior, [box(2, 2, 3, 3).exterior]),
        MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)]),
        shapely.transform(box(0, 0, 1, 1), lambda x: np.where(x.any(axis=1)[:, None], x, np.nan)),
        shapely.transform(box(0, 0, 1, 1), lambda x: np.where(x.any(axis=1)[:, None], x, np.inf)),
    ],
)
def test_every_kind_of_invalid_polygon(bad: Any) -> None:
    with pytest.raises(sc.SchemaError, match="1 polygons are invalid"):
        backbone([box(9, 9, 10, 10), bad]).contiguity()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=60))
def test_what_passes_without_geos_is_valid(points: list[tuple[int, int]]) -> None:
    """Rings through grid points, most of which cross or touch themselves."""
    shapes = np.array([Polygon(points)])
    if not shapely.is_empty(shapes).any():
        found = contiguity.invalid(shapes, Outlines.of(shapes))
        assert found.tolist() == (~shapely.is_valid(shapes)).tolist()


@given(st.integers(0, 10_000), st.integers(20, 900), st.floats(0.0, 0.9))
def test_rings_that_wind(seed: int, n: int, wild: float) -> None:
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False) + rng.normal(0, 3 * wild / n, n)
    radius = 1 + wild * rng.random(n)
    shapes = np.array([Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))])
    found = contiguity.invalid(shapes, Outlines.of(shapes))
    assert found.tolist() == (~shapely.is_valid(shapes)).tolist()


# -- shipped maps -----------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["plan", "cities", "provinces"])
def test_shipped_maps_as_geos_and_libpysal_see_them(level: str, plan_units: Any) -> None:
    units = plan_units if level == "plan" else sc.load_units(level)  # type: ignore[arg-type]
    shapes = units.geometry.to_numpy()
    ours = sc.Backbone(units).contiguity()
    left, right = coverage.decoded(contiguity.contacts(shapes, units.index).pairs)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == touching(shapes)
    theirs = Graph.build_contiguity(units, rook=False)
    assert ours.fingerprint == sc.Weights.from_graph(theirs).fingerprint
    assert ours.recipe == "queen"
