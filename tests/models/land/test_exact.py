"""Exact coverage: against intersections of shapely, against exactextract, and by hand."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity, box

from spatialcarbon.models.land.crosstab import cross_tabulate
from spatialcarbon.models.land.exact_cover import ExactCover, exact_cover


def covered(shapes: Any, shape: tuple[int, int]) -> ExactCover:
    """Cover shapes given in columns and rows."""
    many = [shapely.MultiPolygon([s]) if s.geom_type == "Polygon" else s for s in shapes]
    _, xy, offsets = shapely.to_ragged_array(many)
    return exact_cover(xy[:, 0], xy[:, 1], offsets, shape)


def dense(cover: ExactCover, zones: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the share of every cell in every zone."""
    out = np.zeros((zones, *shape))
    for row, start, stop, zone in zip(
        cover.rows, cover.starts, cover.stops, cover.zones, strict=True
    ):
        out[zone, row, start:stop] += 1
    crossed = cover.crossed
    np.add.at(out, (crossed.zones, crossed.rows, crossed.columns), crossed.shares)
    return out


def intersected(shape: Any, size: tuple[int, int]) -> np.ndarray:
    columns, rows = np.meshgrid(np.arange(size[1]), np.arange(size[0]))
    return shapely.area(shapely.intersection(box(columns, rows, columns + 1, rows + 1), shape))


SHAPES = {
    "on the lines": box(2, 3, 7, 9),
    "inside one cell": box(4.25, 4.5, 4.5, 4.75),
    "hole": shapely.difference(box(1.5, 1.25, 12.75, 15.5), shapely.Point(6.3, 7.1).buffer(2.7)),
    "two parts": shapely.MultiPolygon([box(1, 1, 1.1, 14), box(3.3, 2.2, 9.9, 2.3)]),
    "beyond every side": box(-30, -20, 90, 70),
    "beyond the left": shapely.Polygon([(-9, 2), (5, 4), (-3, 11)]),
    "beyond the right": shapely.Polygon([(40, 2), (15, 4.5), (30, 11)]),
    "over the corner": affinity.rotate(box(-3, -3, 8, 6), 31),
    "outside": box(50, 50, 60, 60),
    "outside at the left": box(-20, 3, -10, 9),
    "thin": shapely.LineString([(0, 0), (25, 17)]).buffer(0.01),
    "round": shapely.Point(10.1, 8.4).buffer(6.66),
    "between the lines": box(2.5, 3.5, 9.5, 8.25),
    "stairs": shapely.union(box(2.5, 3.5, 9.5, 8.25), box(4.5, 8.25, 12.25, 8.75)),
    "last row and column": box(17.5, 13.5, 20, 16),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("turned", [False, True])
def test_shares_are_those_of_intersections(name: str, turned: bool) -> None:
    size = (16, 20)
    shape = shapely.reverse(SHAPES[name]) if turned else SHAPES[name]
    cover = covered([shape], size)
    assert np.abs(dense(cover, 1, size)[0] - intersected(shape, size)).max() < 1e-11
    assert (np.diff(cover.rows) >= 0).all()
    assert (cover.crossed.shares > 0).all()
    assert (cover.crossed.shares <= 1).all()


def test_a_jagged_outline_within_one_row() -> None:
    """Thousands of pieces in one row: their rounding neither adds up nor leaves the row."""
    x = np.linspace(1.1, 18.7, 30_001)
    y = 3.5 + 0.29 * (-1.0) ** np.arange(len(x)) * np.random.default_rng(1).random(len(x))
    shape = shapely.Polygon([*zip(x, y, strict=True), (18.7, 9.3), (1.1, 9.3)])
    assert shape.is_valid
    cover = covered([shape], (16, 20))
    assert np.abs(dense(cover, 1, (16, 20))[0] - intersected(shape, (16, 20))).max() < 1e-9


def test_the_example_by_hand() -> None:
    cover = covered([box(0, 0, 2.5, 1.5)], (2, 4))
    assert dense(cover, 1, (2, 4))[0].tolist() == [[1, 1, 0.5, 0], [0.5, 0.5, 0.25, 0]]


def test_a_window_has_its_own_cells() -> None:
    size = (16, 20)
    shapes = [SHAPES["hole"], SHAPES["round"]]
    whole = covered(shapes, size)
    crossed = whole.crossed.inside(4, 5, 7, 9)
    assert (crossed.rows >= 0).all()
    assert (crossed.rows < 7).all()
    assert (crossed.columns < 9).all()
    window = np.zeros((2, 7, 9))
    np.add.at(window, (crossed.zones, crossed.rows, crossed.columns), crossed.shares)
    every = np.zeros((2, *size))
    cells = whole.crossed
    np.add.at(every, (cells.zones, cells.rows, cells.columns), cells.shares)
    assert (window == every[:, 4:11, 5:14]).all()


@given(
    st.lists(st.tuples(st.floats(-5, 25), st.floats(-5, 25)), min_size=3, max_size=12, unique=True)
)
def test_areas_are_those_of_the_polygon(points: list[tuple[float, float]]) -> None:
    """Any polygon: the shares sum to the area of its part on the grid."""
    hull = shapely.MultiPoint(points).convex_hull
    if hull.geom_type != "Polygon":
        return
    # A spiky shape around the hull's centre, and a hole.
    shape = shapely.difference(hull, affinity.scale(hull, 0.5, 0.5))
    shape = shapely.intersection(shape, box(-4, -4, 24, 24))
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        return
    cover = covered([shape], (20, 20))
    total = (cover.stops - cover.starts).sum() + cover.crossed.shares.sum()
    assert total == pytest.approx(shapely.intersection(shape, box(0, 0, 20, 20)).area, abs=1e-8)


def test_neighbours_share_each_cell_out() -> None:
    """Zones that tile the plane cover every cell once."""
    rng = np.random.default_rng(3)
    points = shapely.MultiPoint(rng.random((40, 2)) * 60)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box(0, 0, 60, 60)))
    shares = dense(covered(cells, (60, 60)), len(cells), (60, 60))
    assert np.abs(shares.sum(axis=0) - 1).max() < 1e-12


def test_shares_are_those_of_exactextract(cases: ModuleType) -> None:
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    units = cases.zones()
    transform, shape = cases.METRES, (150, 170)
    left, top = transform @ (0, 0)
    right, bottom = transform @ (shape[1], shape[0])
    source = NumPyRasterSource(
        np.ones(shape), xmin=left, ymin=bottom, xmax=right, ymax=top, srs_wkt=units.crs.to_wkt()
    )
    theirs = exact_extract(source, units, ["cell_id", "coverage"], output="pandas")
    inverse = ~transform
    moved = [
        shapely.transform(shape_, lambda xy: np.column_stack(inverse @ (xy[:, 0], xy[:, 1])))
        for shape_ in units.geometry
    ]
    ours = dense(covered(moved, shape), len(units), shape)
    for zone, (cells, shares) in enumerate(zip(theirs["cell_id"], theirs["coverage"], strict=True)):
        wanted = np.zeros(shape[0] * shape[1])
        wanted[np.asarray(cells, dtype=int)] = shares
        assert np.abs(ours[zone].ravel() - wanted).max() < 1e-6


def wanted(cases: ModuleType, first: Any, second: Any, units: Any, transform: Any, crs: Any) -> Any:
    """Count by the independent reference."""
    shares = {
        zone: cases.exact_share(shape, transform, first.shape)
        for zone, shape in units.geometry.items()
    }
    areas = cases.cell_areas(transform, first.shape[0], crs)
    return cases.counted(first, second, {z: s for z, s in shares.items() if s.any()}, areas)


@pytest.mark.parametrize("place", ["metres", "degrees"])
@pytest.mark.parametrize("layout", [{"tile": 32}, {"tile": None}, {"driver": "COG"}])
def test_the_table_is_that_of_intersections(
    cases: ModuleType, tmp_path: Path, place: str, layout: dict[str, Any]
) -> None:
    transform, crs = {
        "metres": (cases.METRES, cases.ALBERS), "degrees": (cases.DEGREES, cases.LONGLAT)
    }[place]  # fmt: skip
    two = cases.pair(tmp_path, transform=transform, crs=crs, **layout)
    units = cases.zones(crs, transform=transform).drop(index="over")
    found = cross_tabulate(two, zones=units, scheme="common", exact=True)
    theirs = wanted(cases, *map(cases.codes, two), units, transform, crs)
    ours = cases.tidy(found.tables[0, 1])
    assert list(ours.index) == list(theirs.index)
    assert np.allclose(ours["km2"], theirs["km2"], rtol=1e-9, atol=1e-12)
    assert found.settings["rule"] == "share of each cell"


def test_the_table_is_that_of_exactextract(cases: ModuleType, tmp_path: Path) -> None:
    from exactextract import exact_extract

    two = cases.pair(tmp_path)
    units = cases.zones().drop(index=["over", "Zürich"])
    first, second = map(cases.codes, two)
    joint = cases.write(
        tmp_path / "joint.tif",
        np.where((first > 0) & (second > 0), first * 10 + second, 0).astype("uint8"),
    )
    theirs = exact_extract(joint, units.reset_index(), ["unique", "frac", "count"],
                           include_cols=["city"], output="pandas")  # fmt: skip
    rows = [
        (row["city"], cases.COMMON[int(code) // 10 - 1], cases.COMMON[int(code) % 10 - 1],
         share * row["count"] * 0.0009)
        for _, row in theirs.iterrows()
        for code, share in zip(row["unique"], row["frac"], strict=True)
    ]  # fmt: skip
    theirs = cases.tidy(pd.DataFrame(rows, columns=["zone", "from", "to", "km2"]))
    ours = cross_tabulate(two, zones=units, scheme="common", exact=True)
    ours = cases.tidy(ours.tables[0, 1])
    assert list(ours.index) == list(theirs.index)
    assert np.allclose(ours["km2"], theirs["km2"], rtol=1e-6, atol=1e-9)


def test_zones_hold_their_own_area_exactly(cases: ModuleType, tmp_path: Path) -> None:
    """In an equal-area projection and without nodata, a zone's table is the zone's area."""
    path = cases.write(tmp_path / "a.tif", cases.patchy())
    units = cases.zones().loc[["西", "ring", "two"]]
    found = cross_tabulate([path, path], zones=units, scheme="common", exact=True)
    sums = found.tables[0, 1].groupby("zone")["km2"].sum()
    for zone, shape in units.geometry.items():
        assert sums[zone] == pytest.approx(shape.area / 1e6, rel=1e-12)


def test_the_difference_to_the_cell_centre_rule_is_stated(
    cases: ModuleType, tmp_path: Path
) -> None:
    path = cases.write(tmp_path / "a.tif", cases.patchy())
    units = cases.zones().loc[["西", "ring", "two"]]
    exact = cross_tabulate([path, path], zones=units, scheme="common", exact=True)
    centre = cross_tabulate([path, path], zones=units, scheme="common")
    apart = 100 * (
        centre.tables[0, 1].groupby("zone")["km2"].sum()
        / exact.tables[0, 1].groupby("zone")["km2"].sum()
        - 1
    )
    worst = apart.abs().idxmax()
    (said,) = [r for r in exact.remarks if "cell-centre rule" in r.render("en")]
    assert f"of {worst}, by {apart[worst]:+.2g} %" in said.render("en")
    assert f"{apart[worst]:+.2g}" in said.render("zh")
    assert not [r for r in centre.remarks if "cell-centre rule" in r.render("en")]


def test_a_zone_smaller_than_a_cell_is_counted(cases: ModuleType, tmp_path: Path) -> None:
    """The cell-centre rule may miss it."""
    path = cases.write(tmp_path / "a.tif", cases.patchy())
    corner = cases.METRES @ (50.1, 50.1)
    tiny = gpd.GeoDataFrame(
        geometry=[box(corner[0], corner[1] - 6, corner[0] + 6, corner[1])],
        index=["tiny"], crs=cases.ALBERS,
    )  # fmt: skip
    found = cross_tabulate([path, path], zones=tiny, scheme="common", exact=True)
    assert found.tables[0, 1]["km2"].sum() == pytest.approx(36e-6, rel=1e-9)


def test_several_years_are_shared_out_alike(cases: ModuleType, tmp_path: Path) -> None:
    two = cases.pair(tmp_path)
    three = [*two, cases.write(tmp_path / "c.tif", cases.patchy(seed=5))]
    units = cases.zones().loc[["西", "ring"]]
    found = cross_tabulate(three, zones=units, scheme="common", exact=True)
    for a, b in ((0, 1), (1, 2), (0, 2)):
        alone = cross_tabulate([three[a], three[b]], zones=units, scheme="common", exact=True)
        pd.testing.assert_frame_equal(found.tables[a, b], alone.tables[0, 1])


def test_slivers_shared_by_zones_are_reported(cases: ModuleType, tmp_path: Path) -> None:
    """An overlap too thin to hold the centre of a cell: counted in both zones, and said."""
    path = cases.write(tmp_path / "a.tif", cases.patchy())
    left, top = 500_000, 3_500_000
    units = gpd.GeoDataFrame(
        geometry=[
            box(left + 300, top - 900, left + 613, top - 300),
            box(left + 610, top - 900, left + 900, top - 300),
        ],
        index=["a", "b"],
        crs=cases.ALBERS,
    )
    found = cross_tabulate([path, path], zones=units, scheme="common", exact=True)
    (said,) = [r.render("en") for r in found.remarks if "slivers" in r.render("en")]
    assert "slivers of 2 cells" in said  # 3 m × 600 m
    assert found.tables[0, 1]["km2"].sum() == pytest.approx((313 + 290) * 600 / 1e6)
    apart = units.copy()
    apart.geometry = [units.geometry["a"], box(left + 613, top - 900, left + 900, top - 300)]
    found = cross_tabulate([path, path], zones=apart, scheme="common", exact=True)
    assert not [r for r in found.remarks if "slivers" in r.render("en")]


def test_a_sliver_inside_a_whole_cell_is_counted_twice() -> None:
    cover = covered([box(0, 0, 4, 4), box(3.75, 1, 6, 2)], (4, 8))
    assert cover.counted_twice(8) == pytest.approx(0.25)
    assert covered([box(0, 0, 4, 4), box(4, 1, 6, 2)], (4, 8)).counted_twice(8) == 0
    assert covered([box(20, 20, 24, 24)], (4, 8)).counted_twice(8) == 0


def test_a_zone_without_the_centre_of_a_cell_is_no_remark(
    cases: ModuleType, tmp_path: Path
) -> None:
    path = cases.write(tmp_path / "a.tif", cases.patchy())
    corner = cases.METRES @ (50.1, 50.1)
    tiny = gpd.GeoDataFrame(
        geometry=[box(corner[0], corner[1] - 6, corner[0] + 6, corner[1])],
        index=["tiny"],
        crs=cases.ALBERS,
    )
    found = cross_tabulate([path, path], zones=tiny, scheme="common", exact=True)
    assert not [r for r in found.remarks if "centre of no cell" in r.render("en")]


def test_arrays_that_are_too_short_are_not_overrun() -> None:
    """A level border in a row of many cells needs more room than pieces of outline."""
    from spatialcarbon.models.land.cover_kernels import sweep

    key = np.array([3, 90])  # in row 0: the height 0.5 from column 2 up to column 89
    whole = [np.empty(10, dtype=np.int32) for _ in range(5)]
    pieces = (key, np.array([0.5, -0.5]), np.array([0.5, -0.5]))
    assert sweep(*pieces, 100, *whole, np.empty(10)) == (-1, -1)
    whole = [np.empty(200, dtype=np.int32) for _ in range(5)]
    shares = np.empty(200)
    assert sweep(*pieces, 100, *whole, shares) == (0, 87)
    assert (shares[:87] == 0.5).all()
