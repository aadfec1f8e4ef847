"""Figures of what an allocation hangs on: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.report import figures
from spatialcarbon.report.allocation_sensitivity_figures import variant_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STABLE = pd.DataFrame(
    {
        "rank": [2, 1, 3],
        "low": [1, 1, 2],
        "high": [3, 2, 3],
        "noise_low": [2.0, 1.0, 3.0],
        "noise_high": [3.0, 1.0, 3.0],
    },
    index=["a", "丙", "b"],
)
TABLE = pd.DataFrame(
    {
        "kind": "preference",
        "leaning": ["fairness"] * 6 + ["efficiency"] * 6,
        "rule": ["paper", "paper", "paper", "paper", "renormalise", "renormalise"] * 2,
        "preference": [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0],
        "unit": ["a", "b"] * 6,
        "share": [0.4, 0.6, 0.7, 0.3, 0.4, 0.6, 0.4, 0.6, np.nan, np.nan, 0.2, 0.8],
        "status": ["ok"] * 8 + ["stops"] * 2 + ["ok"] * 2,
    }
)


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_bars_reach_from_the_best_to_the_last_rank() -> None:
    fig = figures.rank_ranges(STABLE, top=2, names={"丙": "Third"})
    [bar] = by_gid(fig, "range a")
    assert (bar.get_x(), bar.get_x() + bar.get_width()) == pytest.approx((0.65, 3.35))
    [errors] = by_gid(fig, "errors a")
    assert (errors.get_x(), errors.get_x() + errors.get_width()) == pytest.approx((1.65, 3.35))
    [base] = by_gid(fig, "base")
    assert list(base.get_xdata()) == [1, 2, 3]
    ax = fig.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Third", "a", "b"]
    [line] = by_gid(fig, "top")
    assert list(line.get_xdata()) == [2.5, 2.5]
    assert "Top 2" in words(fig)
    chinese = words(figures.rank_ranges(STABLE, language="zh"))
    assert {"报告值", "含误差抽样的95 %", "按减排量的位次（1为最多）"} <= set(chinese)


def test_without_draws_there_is_no_bar_of_errors() -> None:
    fig = figures.rank_ranges(STABLE.assign(noise_low=np.nan, noise_high=np.nan), top=9)
    assert not by_gid(fig, "errors a")
    assert "95 % of the draws with errors" not in words(fig)
    assert not by_gid(fig, "top")
    with pytest.raises(sc.SchemaError, match="lacks the column"):
        figures.rank_ranges(STABLE.drop(columns="low"))
    with pytest.raises(sc.SchemaError, match="no place to draw"):
        figures.rank_ranges(STABLE.iloc[:0])


def test_ticks_of_many_ranks_stay_apart() -> None:
    many = pd.DataFrame({c: range(1, 112) for c in STABLE}, index=range(111))
    ticks = figures.rank_ranges(many).axes[0].get_xticks()
    assert ticks.tolist() == [1, *range(10, 111, 10)]


def test_lines_lean_to_either_side_of_the_comprehensive_allocation() -> None:
    fig = figures.preference_lines(TABLE)
    first, second = by_gid(fig, "line a")
    assert list(first.get_xdata()) == [-1.0, 0.0, 1.0]
    np.testing.assert_allclose(first.get_ydata(), [0.7, 0.4, np.nan])
    assert list(second.get_xdata()) == [0.0, 1.0]
    [grey] = by_gid(fig, "stops")
    x0, x1 = grey.get_x(), grey.get_x() + grey.get_width()
    assert (x0, x1) == (0.0, 1.0)
    assert "no allocation" in words(fig)
    assert "Paper rule" in words(fig)
    zh = " ".join(words(figures.preference_lines(TABLE, language="zh")))
    assert "← 偏公平" in zh
    one = figures.preference_lines(TABLE[TABLE["leaning"] == "fairness"])
    assert one.axes[0].get_xlim() == (-1.0, 0.0)
    assert "efficiency" not in " ".join(words(one))
    with pytest.raises(sc.SchemaError, match="no sweep"):
        figures.preference_lines(TABLE.assign(kind="weighting"))


def test_changes_are_per_cent_of_what_is_reported() -> None:
    base = pd.Series({"a": 10.0, "b": 0.0, "丙": 4.0})
    difference = pd.DataFrame(
        {"equal": [1.0, 2.0, -8.0], "without gdp": [0.0, 0.0, 0.02], "critic": [np.nan] * 3},
        index=["a", "b", "丙"],
    )
    fig = figures.variant_heatmap(difference, base)
    cells = [letters.get_text() for letters in by_gid(fig, "change")]
    assert cells == ["+10 %", "0.0 %", "–", "–", "−200 %", "+0.5 %"]
    heads = [label.get_text() for label in fig.axes[0].get_xticklabels()]
    assert heads == ["Equal weights", "GDP left out"]
    [mesh] = by_gid(fig, "cells")
    assert mesh.norm.vmax == 1.0
    assert "剔除地区生产总值" in words(figures.variant_heatmap(difference, base, language="zh"))
    with pytest.raises(sc.OptionError, match="the base lacks 丙"):
        figures.variant_heatmap(difference, base.drop("丙"))


def test_what_variants_are_called() -> None:
    assert variant_words("critic").render("en") == "CRITIC weights"
    named = variant_words("without criterion", {"criterion": "Forest"})
    assert named.render("en") == "Forest left out"
