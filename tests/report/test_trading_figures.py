"""Figures of trade and smoothing: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.report import figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CUTS = pd.Series({"x": 10.0, "y": 10.0, "丙": 4.0})
SLOPES = pd.Series({"x": 1.0, "y": 3.0, "丙": 6.0})


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_the_market_clears_where_it_says() -> None:
    result = sc.trade_allowances(CUTS, SLOPES)
    fig = figures.market_clearing(result, title="Market", unit="Mt CO2", price_unit="CNY/t")
    [point] = by_gid(fig, "clearing")
    assert point.get_xydata().tolist() == [[pytest.approx(24), pytest.approx(16)]]
    blocks = by_gid(fig, "alone")
    assert [b.get_height() for b in blocks] == pytest.approx([10, 24, 30])
    assert [b.get_x() for b in blocks] == pytest.approx([0, 10, 14])
    assert [b.get_width() for b in blocks] == pytest.approx([10, 4, 10])
    assert "16 CNY/t" in words(fig)
    assert fig.axes[0].get_xlabel() == "Cut of all places together (Mt CO₂)"
    chinese = words(figures.market_clearing(result, price_unit="CNY/t", language="zh"))
    assert {"16 元/吨", "市场出清点"} <= set(chinese)


def test_a_market_of_groups_only_has_no_common_price() -> None:
    groups = pd.Series({"x": "a", "y": "a", "丙": "b"})
    result = sc.trade_allowances(CUTS, SLOPES, scope=groups, beyond=False)
    with pytest.raises(sc.SchemaError, match="no common price"):
        figures.market_clearing(result)


def test_buyers_are_first_and_to_the_right() -> None:
    table = sc.trade_allowances(CUTS, SLOPES).to_frame()
    fig = figures.buyers_and_sellers(table, unit="Mt CO2", names={"丙": "Third"})
    bars = by_gid(fig, "bars")
    assert [b.get_width() for b in bars] == pytest.approx([14 / 3, 4 / 3, -6])
    labels = [label.get_text() for label in fig.axes[0].get_yticklabels()]
    assert labels == ["y", "Third", "x"]
    assert bars[0].get_facecolor() != bars[2].get_facecolor()
    assert "买入：减排少于要求" in words(figures.buyers_and_sellers(table, language="zh"))
    with pytest.raises(sc.SchemaError, match="lacks the column purchase"):
        figures.buyers_and_sellers(table.drop(columns="purchase"))


def test_the_frontier_passes_through_the_choice() -> None:
    edges = pd.DataFrame({"focal": ["x", "y", "y", "丙"], "neighbor": ["y", "x", "丙", "y"]})
    result = sc.smooth_allocation(
        CUTS, sc.Weights.from_edges(edges), emissions=SLOPES, strength=1.0
    )
    fig = figures.smoothing_frontier(result, title="Frontier")
    [chosen] = by_gid(fig, "chosen")
    assert chosen.get_xydata().tolist() == [[result.contrast_after, result.moved]]
    [curve] = by_gid(fig, "frontier")
    assert curve.get_xydata().tolist() == result.frontier[["contrast", "moved"]].to_numpy().tolist()
    [before] = by_gid(fig, "before")
    assert before.get_xydata().tolist() == [[result.contrast_before, 0.0]]
    assert "总量中转移的部分" in words(figures.smoothing_frontier(result, language="zh"))
