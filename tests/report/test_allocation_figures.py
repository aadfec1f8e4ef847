"""Figures of allocations: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib as mpl
import pandas as pd
import pytest
from shapely.geometry import box

import spatialcarbon as sc
from spatialcarbon.report import figures
from spatialcarbon.report.allocation_figures import burden_classes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AMOUNTS = pd.DataFrame(
    {"equality": [10.0, 30.0, 6.0], "economic": [20.0, 6.0, 20.0]}, index=list("ab丙")
)
EMITTED = pd.Series({"丙": 10.0, "b": 20.0, "a": 40.0})


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_burdens_are_parts_of_emissions_and_the_heaviest_is_first() -> None:
    fig = figures.allocation_burdens(AMOUNTS, EMITTED, names={"丙": "Third"})
    [dots] = by_gid(fig, "dots economic")
    assert dots.get_xdata().tolist() == pytest.approx([2.0, 0.3, 0.5])
    assert dots.get_ydata().tolist() == [0, 1, 2]
    ax = fig.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Third", "b", "a"]
    [limit] = by_gid(fig, "limit")
    assert list(limit.get_xdata()) == [1.0, 1.0]
    said = words(fig)
    assert "Equality (population)" in said
    assert "all that is emitted" in said
    chinese = words(figures.allocation_burdens(AMOUNTS, EMITTED, language="zh"))
    assert {"平等原则（人口）", "经济能力（GDP）", "全部排放量"} <= set(chinese)


def test_gains_are_left_of_zero() -> None:
    fig = figures.allocation_burdens(AMOUNTS - 15.0, EMITTED)
    assert fig.axes[0].get_xlim()[0] < 0


def test_gaps_are_drawn_as_they_are() -> None:
    fig = figures.target_gaps(AMOUNTS, unit="10^4 t CO2", title="Gaps")
    [dots] = by_gid(fig, "dots equality")
    assert dots.get_xdata().tolist() == [30.0, 10.0, 6.0]
    assert fig.axes[0].get_xlabel() == "Difference between the targets (10⁴ t CO₂)"
    assert not by_gid(fig, "limit")


def test_weights_are_stacked() -> None:
    weights = pd.DataFrame(
        {"population": [0.25, 0.5], "gdp": [0.75, 0.5]}, index=["comprehensive", "fairness"]
    )
    fig = figures.weight_bars(weights, language="zh")
    bars = by_gid(fig, "bar gdp")
    assert [(b.get_x(), b.get_width()) for b in bars] == [(0.25, 0.75), (0.5, 0.5)]
    assert {"综合原则", "偏公平", "人口", "0.250", "0.750"} <= set(words(fig))


def test_maps_have_the_same_classes() -> None:
    units = gpd.GeoDataFrame(
        geometry=[box(i, 0, i + 1, 1) for i in range(3)], index=list("ab丙"), crs="EPSG:4547"
    )
    fig = figures.allocation_maps(units, AMOUNTS, title="Maps", unit="Mt CO2")
    titles = [ax.get_title(loc="left") for ax in fig.axes if ax.get_title(loc="left")]
    assert titles == ["Equality (population)", "Economic capacity (GDP)"]
    with pytest.raises(sc.AlignmentError):
        figures.allocation_maps(units, AMOUNTS.rename({"a": "z"}), title="Maps", unit="Mt CO2")


def test_what_is_gained_has_a_class_of_its_own() -> None:
    bounds, colours = burden_classes(AMOUNTS - 8.0)
    assert bounds[:2] == (-2.0, 0.0)
    assert len(colours) == len(bounds) - 1
    assert colours[0] == "#6baed6"
    assert "#6baed6" not in burden_classes(AMOUNTS)[1]


def test_bad_input() -> None:
    with pytest.raises(sc.SchemaError, match="no burden: b"):
        figures.allocation_burdens(AMOUNTS, EMITTED.replace(20.0, 0.0))
    with pytest.raises(sc.AlignmentError):
        figures.allocation_burdens(AMOUNTS, EMITTED.drop("a"))
    with pytest.raises(sc.MissingDataError, match="nothing to draw"):
        figures.target_gaps(AMOUNTS.replace(6.0, None))
