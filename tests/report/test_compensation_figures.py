"""Figures of a compensation: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc
from spatialcarbon.core.language import text
from spatialcarbon.report import figures
from spatialcarbon.report.compensation_figures import ZONE_COLOURS
from spatialcarbon.report.compensation_map import flow_classes
from spatialcarbon.report.measures import money_measure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLACES = pd.DataFrame(
    {
        "emission": [400e6, 350e6, 250e6, 100e6],
        "sink": [20e6, 60e6, 120e6, 0.0],
        "gdp": [5e12, 3e12, 2e12, 1e12],
    },
    index=["a", "乙", "c", "d"],
)


@pytest.fixture(scope="module")
def result() -> sc.CompensationResult:
    with pytest.warns(sc.SpatialCarbonWarning):
        return sc.compensate(PLACES, price=60, settlement="fewest")


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_bars_are_the_amounts(result: sc.CompensationResult) -> None:
    with pytest.warns(sc.SpatialCarbonWarning):
        sc.compensate(PLACES, price=1)
    span = sc.compensation_range(PLACES, prices=[30, 120]).table
    fig = figures.payers_and_receivers(
        result.table, ranges=span, names={"a": text("Built-up")}, language="zh"
    )
    widths = [bar.get_width() for bar in by_gid(fig, "amounts")]
    ranked = result.table["amount"].sort_values(ascending=False)
    np.testing.assert_allclose(widths, ranked / 1e8)
    [lines] = by_gid(fig, "ranges")
    ends = [segment[:, 0].tolist() for segment in lines.get_segments()]
    np.testing.assert_allclose(ends, span.loc[ranked.index, ["low", "high"]] / 1e8)
    assert {"支付区", "受偿区", "乙", "受偿（左）与支付（右）（亿元）"} <= set(words(fig))
    colours = [mpl.colors.to_hex(bar.get_facecolor()) for bar in by_gid(fig, "amounts")]
    assert colours[0] == "#d95f0e"
    assert colours[-1] == "#2b8c61"
    many = pd.concat([result.table.set_axis([f"{i}{k}" for k in "abcd"]) for i in range(9)])
    assert len(by_gid(figures.payers_and_receivers(many), "amounts")) == 30
    with pytest.raises(sc.SchemaError, match="lacks the column role"):
        figures.payers_and_receivers(result.table[["amount"]])


def test_the_plane_has_every_place_in_its_zone(result: sc.CompensationResult) -> None:
    fig = figures.coefficient_plane(result.table, names={"d": "Dee"})
    shown = np.vstack(
        [
            dots.get_offsets()
            for role in ("payer", "receiver")
            for dots in by_gid(fig, f"role {role}")
        ]
    )
    drawn = result.table[result.table["esc"] > 0]
    expected = {tuple(row) for row in drawn[["ecc", "esc"]].round(9).to_numpy().tolist()}
    assert {tuple(row) for row in np.round(shown, 9).tolist()} == expected
    assert "Not drawn, without a sink: Dee." in words(fig)
    assert len(by_gid(fig, "zone carbon-sink development")) == 1
    assert {"a", "乙", "c"} <= set(words(fig))
    with pytest.raises(sc.DegenerateDataError, match="both coefficients"):
        figures.coefficient_plane(result.table.assign(esc=0.0))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_map_has_zones_and_an_arrow_per_transfer(
    result: sc.CompensationResult, language: Any
) -> None:
    units = gpd.GeoDataFrame(
        {"word": ["A", "乙", "C", "D"]},
        geometry=[box(x, 30, x + 1, 31) for x in range(110, 114)],
        index=PLACES.index,
        crs=4490,
    )
    settled = result.settlement.transfers
    fig = figures.compensation_map(
        units.iloc[::-1], result.table, settled, title="T", name_field="word", language=language
    )
    assert len(by_gid(fig, "flow")) == len(settled)
    [areas] = by_gid(fig, "units")
    expected = [ZONE_COLOURS[z] for z in result.table["zone"].iloc[::-1]]
    assert [mpl.colors.to_hex(c) for c in areas.get_facecolors()] == expected
    few = figures.compensation_map(units, result.table, settled, title="T", most=1)
    assert len(by_gid(few, "flow")) == 1
    assert any("largest of" in word for word in words(few))
    none = figures.compensation_map(units, result.table, settled.iloc[:0], title="T")
    assert not by_gid(none, "flow")
    with pytest.raises(sc.AlignmentError):
        figures.compensation_map(units.iloc[:2], result.table, settled, title="T")
    with pytest.raises(sc.SchemaError, match="lacks the column payer"):
        figures.compensation_map(units, result.table, settled[["receiver", "amount"]], title="T")


def test_two_legends_never_meet(result: sc.CompensationResult) -> None:
    units = gpd.GeoDataFrame(
        geometry=[box(x, 30, x + 1, 30.4) for x in range(110, 114)], index=PLACES.index, crs=4490
    )  # wide and low: the least room beside the map
    fig = figures.compensation_map(units, result.table, result.settlement.transfers, title="T")
    first, second = (
        artist.get_window_extent()
        for gid in ("legend", "flow legend")
        for artist in by_gid(fig, gid)
    )
    assert second.y1 < first.y0


def test_measures_and_classes() -> None:
    assert money_measure([5e4, -2e5]) == (1e4, "10^4 CNY")
    assert money_measure([0.0]) == (1.0, "CNY")
    bounds, widths = flow_classes([5.0])
    assert len(bounds) == len(widths) + 1
