"""Figures of carbon sinks: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.language import text
from spatialcarbon.models.land.legends import land_class_colours
from spatialcarbon.report import figures
from spatialcarbon.report.measures import readable_measure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SINK = pd.DataFrame(
    {
        "cropland": [-2e5, 1e5],
        "forest": [3e6, 5e5],
        "ice": [0.0, 0.0],
        "own": [1e5, 0.0],
        "water": [-1e5, 0.0],
    },
    index=["a", "乙"],
)
PLACES = pd.DataFrame(
    {"emission": [1e8, 2e7, 5e6, 0.0], "sink": [1e6, 4e5, 2e6, 1e5]}, index=["a", "乙", "c", "d"]
)


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_bars_are_the_sinks_and_releases_go_left() -> None:
    fig = figures.sink_composition(SINK, names={"a": text("Built-up")}, language="zh")
    bars = by_gid(fig, "bar cropland")
    widths = {(round(b.get_y() + 0.34), round(b.get_width(), 9)) for b in bars if b.get_width()}
    assert widths == {(0, -0.2), (1, 0.1)}  # Mt
    left = next(b for b in by_gid(fig, "bar forest") if b.get_y() > 0)
    assert left.get_x() == pytest.approx(0.1)
    assert mpl.colors.to_hex(left.get_facecolor()) == land_class_colours()["forest"].lower()
    [second] = [b for b in by_gid(fig, "bar water") if b.get_width()]
    assert (second.get_x(), second.get_width()) == pytest.approx((-0.2, -0.1))
    assert by_gid(fig, "bar own")
    assert not by_gid(fig, "bar ice")  # nowhere anything
    [sums] = by_gid(fig, "sums")
    np.testing.assert_allclose(sums.get_xdata(), [2.8, 0.6])
    assert {"耕地", "林地", "own", "合计", "每年碳汇（百万吨 CO₂）"} <= set(words(fig))
    with pytest.raises(sc.MissingDataError, match="a sink is missing"):
        figures.sink_composition(SINK.where(SINK > 0))


def test_ranges_run_from_low_to_high() -> None:
    ranges = pd.DataFrame(
        {"low": [-1e3, 2e3], "central": [0.0, 3e3], "high": [4e3, 9e3]}, list("ab")
    )
    fig = figures.sink_range(ranges)
    [lines] = by_gid(fig, "range")
    ends = [segment[:, 0].tolist() for segment in lines.get_segments()]
    assert ends == [[-1e3, 4e3], [2e3, 9e3]]
    [dots] = by_gid(fig, "central")
    assert list(dots.get_xdata()) == [0, 3e3]
    assert "Carbon sink per year (t CO₂)" in words(fig)
    positive = figures.sink_range(ranges.clip(lower=1))
    assert positive.axes[0].get_xlim()[0] == 0
    with pytest.raises(sc.SchemaError, match="lacks the column high"):
        figures.sink_range(ranges[["low", "central"]])


def test_scatter_has_every_place_and_lines_of_equal_share() -> None:
    groups = pd.Series({"a": "东", "乙": "西", "c": "", "d": "西"})
    fig = figures.emission_sink_scatter(PLACES, groups=groups, names={"d": "Dee"})
    [points] = by_gid(fig, "places")
    np.testing.assert_allclose(points.get_offsets(), [[100, 1], [20, 0.4], [5, 2]])
    [line] = by_gid(fig, "ratio 0.01")
    np.testing.assert_allclose(line.get_ydata() / line.get_xdata(), 0.01)
    mixed = figures.emission_sink_scatter(PLACES * [1, 1e-2])  # Mt across, 10⁴ t up
    [steep] = by_gid(mixed, "ratio 0.0001")
    np.testing.assert_allclose(steep.get_ydata() / steep.get_xdata(), 0.0001 * 1e6 / 1e4)
    said = words(fig)
    assert {"1 %", "东", "西", "in no group"} <= set(said)
    assert "Not drawn, without emission or sink: Dee." in said
    assert {"a", "乙", "c"} <= set(said)
    plain = figures.emission_sink_scatter(PLACES.drop(index="d"), language="zh")
    assert "虚线：碳汇占排放的比例" in words(plain)
    assert not any("未绘出" in word for word in words(plain))


def test_many_places_are_named_at_the_ends_only() -> None:
    many = pd.DataFrame(
        {"emission": np.full(30, 1e6), "sink": 1e3 * np.arange(1.0, 31)},
        index=[f"p{i:02d}" for i in range(30)],
    )
    said = words(figures.emission_sink_scatter(many, named=4))
    assert {"p00", "p01", "p28", "p29"} <= set(said)
    assert "p15" not in said


def test_scatter_refuses() -> None:
    with pytest.raises(sc.DegenerateDataError, match="no place has both"):
        figures.emission_sink_scatter(PLACES * [1, 0])
    with pytest.raises(sc.SchemaError, match="lacks the column sink"):
        figures.emission_sink_scatter(PLACES[["emission"]])


def test_measures_suit_the_numbers() -> None:
    assert readable_measure([1.5e6]) == (1e6, "Mt CO2")
    assert readable_measure([-2e4, 3.0]) == (1e4, "10^4 t CO2")
    assert readable_measure([0.0]) == (1.0, "t CO2")
