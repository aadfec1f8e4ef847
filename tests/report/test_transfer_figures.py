"""Figures of transfers: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc
from spatialcarbon.core.language import name
from spatialcarbon.report import figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REGIONS = ["a", "乙", "c"]
MATRIX = pd.DataFrame(
    [[50.0, 20.0, 4.0], [5.0, 30.0, 0.0], [1.0, 2.0, 9.0]], index=REGIONS, columns=REGIONS
)
NAMES = {"a": name("Alpha", "甲")}


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> set[str]:
    return {a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()}


def test_arcs_are_what_regions_emit_for_others() -> None:
    fig = figures.transfer_chord(MATRIX, unit="Mt CO2", names=NAMES, language="zh")
    spans = {r: np.ptp([w.theta1, w.theta2]) for r in REGIONS for w in by_gid(fig, f"arc {r}")}
    assert spans["a"] / spans["乙"] == pytest.approx(24 / 5)
    assert spans["a"] / spans["c"] == pytest.approx(24 / 3)
    assert {"甲", "为他区 24，由他区 6"} <= words(fig)
    [first] = by_gid(fig, "ribbon a 乙")
    [arc] = by_gid(fig, "arc a")
    assert first.get_facecolor()[:3] == arc.get_facecolor()[:3]  # a emits more for 乙
    [other] = by_gid(fig, "ribbon 乙 c")
    [arc] = by_gid(fig, "arc c")
    assert other.get_facecolor()[:3] == arc.get_facecolor()[:3]
    assert any("百万吨" in said for said in words(fig))


def test_what_a_chord_diagram_cannot_show() -> None:
    with pytest.raises(sc.SchemaError, match="there is nothing to draw"):
        figures.transfer_chord(MATRIX * np.eye(3))
    with pytest.raises(sc.SchemaError, match="below zero"):
        figures.transfer_chord(MATRIX - 3)
    with pytest.raises(sc.SchemaError, match="not the same regions"):
        figures.transfer_chord(MATRIX.rename(columns={"c": "d"}))
    many = pd.DataFrame(np.ones((17, 17)), index=range(17), columns=range(17))
    with pytest.raises(sc.SchemaError, match="17 regions are too many"):
        figures.transfer_chord(many)
    assert by_gid(figures.transfer_heatmap(many), "cell 16 16")


def test_the_matrix_is_written_with_its_sums() -> None:
    fig = figures.transfer_heatmap(MATRIX[["c", "a", "乙"]], unit="Mt CO2", names=NAMES)
    assert [t.get_text() for t in by_gid(fig, "value")][:3] == ["50", "20", "4"]
    assert [t.get_text() for t in by_gid(fig, "row sum")] == ["74", "35", "12"]
    assert [t.get_text() for t in by_gid(fig, "column sum")] == ["56", "52", "13"]
    assert {"Alpha", "121", "Arises in ↓ for → (Mt CO₂)"} <= words(fig)
    [dark], [pale] = by_gid(fig, "cell a 乙"), by_gid(fig, "cell c a")
    assert sum(dark.get_facecolor()[:3]) < sum(pale.get_facecolor()[:3])


def test_bars_are_sorted_by_what_they_differ_by() -> None:
    accounts = pd.DataFrame({"production": [10.0, 5.0], "consumption": [12.0, 1.0]}, ["a", "乙"])
    fig = figures.production_consumption(accounts, unit="Mt CO2", names=NAMES)
    assert [t.get_text() for t in by_gid(fig, "gap")] == ["−4 (−80 %)", "+2 (+20 %)"]
    assert [bar.get_width() for bar in by_gid(fig, "production")] == [5, 10]


def test_arrows_lead_from_who_emits_to_who_demands() -> None:
    units = gpd.GeoDataFrame(
        {"region": ["a", "乙", "c", None]},
        index=list("wxyz"),
        geometry=[box(i, 0, i + 1, 1) for i in range(4)],
        crs="EPSG:6933",
    )
    fig = figures.transfer_map(units, units["region"], MATRIX, unit="Mt CO2", largest=2)
    arrows = {a.get_gid(): a.get_linewidth() for a in fig.findobj(mpl.patches.FancyArrowPatch)
              if a.get_gid()}  # fmt: skip
    assert arrows == {"arrow a 乙": 6.0, "arrow a c": pytest.approx(1.2)}
    assert any("Arrows: the 2 largest" in said for said in words(fig))
    with pytest.raises(sc.AlignmentError):
        figures.transfer_map(units, units["region"].iloc[:2], MATRIX)
    even = figures.transfer_map(units, units["region"], MATRIX + MATRIX.T, language="zh")
    assert not [a for a in even.findobj(mpl.patches.FancyArrowPatch) if a.get_gid()]
