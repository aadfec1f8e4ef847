"""Centre and ellipse: by hand, against an eigen-decomposition, on the real map, bad input."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod
from shapely import box

import spatialcarbon as sc
from spatialcarbon.geo.crs import CHINA_ALBERS


def at(xy: Any, crs: str = "EPSG:4547") -> gpd.GeoDataFrame:
    """Return units that are points."""
    points = gpd.GeoSeries.from_xy(*np.asarray(xy, dtype=float).T, crs=crs)
    return gpd.GeoDataFrame(geometry=points.set_axis([f"u{i}" for i in range(len(points))]))


def one_year(values: Any, units: gpd.GeoDataFrame, **options: Any) -> pd.Series:
    frame = pd.DataFrame({2010: values}, index=units.index, dtype=float)
    return sc.centre_track(frame, units, **options).table.iloc[0]


def test_a_cross_by_hand() -> None:
    units = at([(500_000 + 1000 * x, 3_000_000 + 1000 * y) for x, y in
                ((-3, 0), (3, 0), (0, -1), (0, 1))])  # fmt: skip
    row = one_year([1, 1, 1, 1], units)
    assert (row["x"], row["y"]) == pytest.approx((500_000, 3_000_000))
    # Variances 18/4 and 2/4 km².
    assert row["semi_major_km"] == pytest.approx(math.sqrt(4.5))
    assert row["semi_minor_km"] == pytest.approx(math.sqrt(0.5))
    assert row["rotation_grid"] == pytest.approx(90)
    assert row["area_km2"] == pytest.approx(math.pi * 1.5)
    # 500 000 m is the central meridian: grid north is true north there.
    assert row["rotation"] == pytest.approx(90, abs=1e-3)
    assert row["lon"] == pytest.approx(114)
    wider = one_year([1, 1, 1, 1], units, correction="sqrt2")
    assert wider["semi_major_km"] == pytest.approx(3)
    assert wider["area_km2"] == pytest.approx(2 * row["area_km2"])


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 120, 179])
def test_the_axis_points_where_the_points_lie(degrees: float) -> None:
    turn = math.radians(degrees)
    line = [(4e5 + 1e4 * k * math.sin(turn), 3e6 + 1e4 * k * math.cos(turn)) for k in (-2, 0, 1)]
    row = one_year([1, 2, 2], at(line))
    assert row["rotation_grid"] % 180 == pytest.approx(degrees % 180, abs=1e-6)
    assert row["semi_minor_km"] == 0
    assert row["area_km2"] == 0


def test_against_an_eigen_decomposition(plan_co2: pd.DataFrame, plan_units: Any) -> None:
    groups = plan_units["cluster"]
    found = sc.centre_track(plan_co2[[2005, 2017]], plan_units, groups=groups)
    points = plan_units.to_crs(CHINA_ALBERS).centroid
    for row in found.table.to_dict("records"):
        own = groups.index if row["group"] == "ALL" else groups.index[groups == row["group"]]
        xy = np.column_stack([points.x, points.y])[groups.index.isin(own)]
        weight = plan_co2.loc[own, row["year"]].to_numpy()
        centre = np.average(xy, axis=0, weights=weight)
        assert (row["x"], row["y"]) == pytest.approx(tuple(centre), rel=1e-12)
        values, vectors = np.linalg.eigh(np.cov(xy.T, aweights=weight, ddof=0))
        assert row["semi_major_km"] == pytest.approx(math.sqrt(values[1]) / 1000, rel=1e-9)
        assert row["semi_minor_km"] == pytest.approx(math.sqrt(values[0]) / 1000, rel=1e-9)
        angle = math.degrees(math.atan2(*vectors[:, 1])) % 180
        assert row["rotation_grid"] == pytest.approx(angle, abs=1e-6)
        assert row["n"] == len(own)
        assert row["total"] == pytest.approx(weight.sum())


def test_lefevers_equation(plan_co2: pd.DataFrame, plan_units: Any) -> None:
    row = sc.centre_track(plan_co2[[2017]], plan_units).table.iloc[0]
    points = plan_units.to_crs(CHINA_ALBERS).centroid
    w = plan_co2[2017] / plan_co2[2017].sum()
    dx, dy = points.x - row["x"], points.y - row["y"]
    a, b = float((w * (dx**2 - dy**2)).sum()), float((w * dx * dy).sum())
    theta = math.atan((a + math.sqrt(a * a + 4 * b * b)) / (2 * b))
    assert row["rotation_grid"] == pytest.approx(math.degrees(theta) % 180, abs=1e-9)
    along = dx * math.sin(theta) + dy * math.cos(theta)
    assert row["semi_major_km"] == pytest.approx(math.sqrt((w * along**2).sum()) / 1000)


def test_directions_are_from_true_north() -> None:
    # At 120° E the y axis of the Albers cone about 105° E points well east of north.
    row = one_year([1, 1], at([(120, 29), (120, 31)], "EPSG:4490"))
    assert min(row["rotation"], 180 - row["rotation"]) < 1e-3
    assert 5 < row["rotation_grid"] % 180 < 175


def test_steps_are_geodesic() -> None:
    units = at([(110, 30), (112, 30), (110, 33)], "EPSG:4490")
    frame = pd.DataFrame({2010: [0.0, 1, 0], 2005: [1.0, 0, 0], 2015: [1.0, 0, 0]}, units.index)
    found = sc.centre_track(frame, units)
    assert found.table["year"].tolist() == [2005, 2010, 2015]
    azimuth, back, metres = Geod(ellps="GRS80").inv(110, 30, 112, 30)
    assert found.table["displacement_km"].iloc[1] == pytest.approx(metres / 1000, rel=1e-6)
    assert found.table["bearing"].iloc[1] == pytest.approx(azimuth, abs=1e-3)
    assert found.table["bearing"].iloc[2] == pytest.approx(back % 360, abs=1e-3)
    assert math.isnan(found.table["displacement_km"].iloc[0])
    assert found.moved(2005, 2010)[0] == pytest.approx(metres / 1000, rel=1e-6)
    assert found.moved(2005, 2015)[0] == pytest.approx(0, abs=1e-9)
    with pytest.raises(sc.OptionError, match="group ALL has no centre in 2020"):
        found.moved(2005, 2020)


def test_a_point_and_a_circle_have_no_direction() -> None:
    square = [(0, 0), (1e4, 0), (0, 1e4), (1e4, 1e4)]
    units = at([(5e5 + x, 3e6 + y) for x, y in square])
    point = one_year([0, 5, 0, 0], units)
    assert (point["semi_major_km"], point["area_km2"]) == (0, 0)
    assert math.isnan(point["rotation"])
    circle = one_year([1, 1, 1, 1], units)
    assert circle["semi_major_km"] == pytest.approx(5)
    assert math.isnan(circle["rotation_grid"])
    frame = pd.DataFrame({2010: [0.0, 5, 0, 0], 2011: 1.0}, index=units.index)
    ellipses = sc.centre_track(frame, units).ellipses()
    assert ellipses["year"].tolist() == [2011]
    assert ellipses.area.iloc[0] == pytest.approx(math.pi * 25e6, rel=1e-3)


def test_geometry_for_maps(plan_co2: pd.DataFrame, plan_units: Any) -> None:
    found = sc.centre_track(plan_co2, plan_units, groups=plan_units["cluster"])
    points, tracks, ellipses = found.points(), found.tracks(), found.ellipses([2017])
    assert len(points) == 6 * 21
    assert tracks["group"].tolist() == ["ALL", "BTH", "YRD", "PRD", "CY", "MYR"]
    steps = found.table.groupby("group", sort=False)["displacement_km"].sum()
    assert tracks["length_km"].tolist() == pytest.approx(steps.tolist())
    assert len(tracks.geometry.iloc[0].coords) == 21
    assert ellipses.crs == found.crs == points.crs
    assert ellipses.area.to_numpy() / 1e6 == pytest.approx(ellipses["area_km2"], rel=1e-3)
    centres = ellipses.centroid
    assert np.hypot(centres.x - ellipses["x"], centres.y - ellipses["y"]).max() < 1
    # The longest chord of the outline is the major axis, in its direction.
    row, shape = ellipses.iloc[0], ellipses.geometry.iloc[0]
    corners = np.array(shape.exterior.coords) - [row["x"], row["y"]]
    far = corners[np.hypot(*corners.T).argmax()]
    assert np.hypot(*far) / 1000 == pytest.approx(row["semi_major_km"])
    assert math.degrees(math.atan2(*far)) % 180 == pytest.approx(row["rotation_grid"])


def test_years_without_emissions() -> None:
    units = at([(5e5, 3e6), (6e5, 3e6)])
    frame = pd.DataFrame({2005: [1.0, 1], 2010: 0.0, 2015: [1.0, 3]}, index=units.index)
    found = sc.centre_track(frame, units)
    assert found.table["status"].tolist() == ["ok", "sum=0", "ok"]
    assert np.isnan(found.table["displacement_km"].iloc[2])
    assert found.notes == ("no centre, since the sum is zero: ALL 2010",)
    assert len(found.points()) == 2


def test_centroids_and_projections(contrarian: Any) -> None:
    values = contrarian.table[["co2"]].set_axis([2010], axis=1)
    own = sc.centre_track(values, contrarian.units)
    assert own.crs.to_epsg() == 4547
    w = contrarian.table["co2"] / contrarian.table["co2"].sum()
    middle = contrarian.units.centroid
    assert own.table["x"].item() == pytest.approx(float((w * middle.x.reindex(w.index)).sum()))
    other = sc.centre_track(values, contrarian.units.to_crs("EPSG:4490"), crs="EPSG:4547")
    assert other.table["semi_major_km"].item() == pytest.approx(
        own.table["semi_major_km"].item(), rel=1e-6
    )
    feet = sc.centre_track(values, contrarian.units.to_crs("EPSG:2225"))
    assert feet.crs.axis_info[0].unit_name == "metre"
    shuffled = sc.centre_track(values.sample(frac=1, random_state=3), contrarian.units)
    pd.testing.assert_frame_equal(shuffled.table, own.table, check_exact=True)
    grouped = sc.centre_track(values, contrarian.units, groups=contrarian.units["cluster"])
    assert set(grouped.table["group"]) == {"ALL", "east", "西"}


def test_bad_input(contrarian: Any) -> None:
    values = contrarian.table[["co2"]].set_axis([2010], axis=1)
    units = contrarian.units
    bare = gpd.GeoDataFrame(geometry=list(units.geometry), index=units.index)
    for call, error, message in (
        (lambda: sc.centre_track(values, bare), sc.CRSMismatchError, "does not say"),
        (
            lambda: sc.centre_track(values, pd.DataFrame(index=units.index)),
            sc.CRSMismatchError,
            "does not",
        ),
        (lambda: sc.centre_track(values, units, crs=4490), sc.CRSMismatchError, "fixed length"),
        (lambda: sc.centre_track(values, units, crs=2225), sc.CRSMismatchError, "not in metres"),
        (lambda: sc.centre_track(-values, units), sc.SchemaError, "value is negative for"),
        (lambda: sc.centre_track(values.iloc[1:], units), sc.AlignmentError, "does not cover"),
        (
            lambda: sc.centre_track(values.replace(9.0, np.nan), units),
            sc.MissingDataError,
            "value in 2010 is missing for 1",
        ),
        (
            lambda: sc.centre_track(values, units, correction="root2"),  # type: ignore[arg-type]
            sc.OptionError,
            "correction='root2'",
        ),
        (
            lambda: sc.centre_track(values, units.set_geometry([box(0, 0, 0, 0)] + [None] * 12)),
            sc.SchemaError,
            "no geometry",
        ),
    ):
        with pytest.raises(error, match=message):
            call()
    both = contrarian.table[["co2", "gdp"]].assign(year=2010)
    with pytest.raises(sc.SchemaError, match="several variables: co2, gdp"):
        sc.centre_track(both, units)
