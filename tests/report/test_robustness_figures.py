"""Tables of moves, pairs of maps, and what Moran's I says under each weights."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc
from spatialcarbon.report.canvas import to_png_bytes
from spatialcarbon.report.figures import (
    label_matrix,
    sensitivity_plot,
    transition_heatmap,
    transition_maps,
)
from spatialcarbon.stats.moves import STATES

CODES = ["甲", "b", "c", "d"]
CHAIN = sc.Weights.from_edges(
    pd.DataFrame({"focal": ["甲", *"bbccd"], "neighbor": ["b", "甲", *"cbdc"]})
).standardised("R")
FRAME = pd.DataFrame({2005: [9.0, 8, 2, 1], 2017: [1.0, 8, 2, 9]}, CODES)


def texts(fig: Any) -> list[str]:
    found = [letters.get_text() for ax in fig.axes for letters in ax.texts] + [
        letters.get_text() for letters in fig.texts
    ]
    legends = [*fig.legends, *(ax.get_legend() for ax in fig.axes if ax.get_legend())]
    return found + [letters.get_text() for item in legends for letters in item.get_texts()]


def by_gid(fig: Any, gid: str) -> list[Any]:
    return fig.findobj(lambda part: str(part.get_gid() or "").startswith(gid))


def inside(fig: Any) -> None:
    """Raise if a word leaves the page."""
    fig.draw_without_rendering()
    width, height = fig.get_size_inches() * fig.dpi
    for letters in fig.findobj(lambda part: hasattr(part, "get_text") and part.get_text()):
        box_ = letters.get_window_extent()
        if letters.get_visible() and box_.width:
            assert box_.x0 > -2, letters
            assert box_.x1 < width + 2, letters
            assert box_.y1 < height + 2, letters


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_cell_for_each_move(language: Any) -> None:
    moves = sc.lisa_transitions(FRAME, CHAIN, permutations=0)
    fig = transition_heatmap(
        moves.counts("label"), moves.counts("quadrant"), start=2005, end=2017, language=language
    )
    # Quadrants: four states occur; labels: nothing was tested.
    assert len(by_gid(fig, "cell")) == 16 + 1
    assert len(by_gid(fig, "no change")) == 4 + 1
    counts = sorted(letters.get_text() for letters in by_gid(fig, "count"))
    assert counts == ["0"] * 12 + ["1"] * 4 + ["4"]
    assert sorted(t.get_text() for t in by_gid(fig, "share")) == ["100 %"] + ["50 %"] * 4
    heading = "Cluster type after the test" if language == "en" else "检验后的聚类类型"
    assert heading in texts(fig)
    inside(fig)


def test_every_state_has_room_and_rare_moves_are_not_nought() -> None:
    full = {
        states: pd.DataFrame(1, index=list(order), columns=list(order))
        for states, order in STATES.items()
    }
    full["label"].loc["High-High", "High-High"] = 999
    fig = transition_heatmap(full["label"], full["quadrant"], start=2005, end=2017, title="x" * 80)
    assert len(by_gid(fig, "cell")) == 36 + 25
    assert "< 1 %" in [letters.get_text() for letters in by_gid(fig, "share")]
    inside(fig)


def test_strange_tables_of_moves_are_refused() -> None:
    good = sc.lisa_transitions(FRAME, CHAIN, permutations=0).counts("quadrant")
    with pytest.raises(sc.SchemaError, match="other rows than columns"):
        transition_heatmap(good.iloc[1:], good, start=1, end=2)
    odd = good.rename(index={"HH": "?"}, columns={"HH": "?"})
    with pytest.raises(sc.SchemaError, match="no legend explains"):
        transition_heatmap(odd, good, start=1, end=2)


def squares() -> gpd.GeoDataFrame:
    shapes = [box(i, 30, i + 1, 31) for i in range(110, 114)]
    return gpd.GeoDataFrame({"name": CODES}, geometry=shapes, index=CODES, crs="EPSG:4490")


def test_two_maps_frame_what_changed() -> None:
    before = pd.Series(["High-High", "Low-Low", "Not significant", "Isolate"], CODES)
    after = pd.Series(["High-High", "Not significant", "High-Low", "Isolate"], CODES)
    fig = transition_maps(
        squares(), before[::-1], after, start=2005, end=2017, name_field="name", language="en"
    )
    framed = by_gid(fig, "changed")
    assert [len(part.get_paths()) for part in framed] == [2, 2]
    words = texts(fig)
    assert {"b", "c", "Label changed (2)", "Low-Low  (1 → 0)", "Isolate  (1 → 1)"} <= set(words)
    assert "d" not in words
    fills = [part.get_facecolors()[1] for part in by_gid(fig, "units")]
    assert not np.allclose(fills[0], fills[1])
    inside(fig)
    same = transition_maps(squares(), before, before, start=1, end=2, language="zh")
    assert "类型有变（0）" in texts(same)
    with pytest.raises(sc.AlignmentError):
        transition_maps(squares(), before[:3], after, start=1, end=2)


@pytest.fixture(scope="module")
def result(plan_backbone: Any, plan_co2: pd.DataFrame) -> sc.WeightsSensitivityResult:
    return sc.weights_sensitivity(
        plan_co2[2017], plan_backbone, permutations=199, correction="none", rng=1
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_marker_and_a_bar_for_each_distinct_member(result: Any, language: Any) -> None:
    fig = sensitivity_plot(result.table, language=language)
    markers = by_gid(fig, "member")
    distinct = result.table[result.table["same_as"] == ""]
    assert [m.get_gid() for m in markers] == [f"member {name}" for name in distinct["member"]]
    assert [m.get_xdata()[0] for m in markers] == distinct["statistic"].tolist()
    bars = by_gid(fig, "chance")
    assert [b.get_x() for b in bars] == pytest.approx(distinct["low"].tolist())
    assert [b.get_x() + b.get_width() for b in bars] == pytest.approx(distinct["high"].tolist())
    names = [tick.get_text() for tick in fig.axes[0].get_yticklabels()]
    assert ("4 nearest neighbours" if language == "en" else "最近4个邻居") in names
    inside(fig)


def test_only_significant_members_are_filled(result: Any) -> None:
    table = result.table.iloc[[0, 4]].assign(pvalue=[0.04, 0.06])
    filled, hollow = by_gid(sensitivity_plot(table), "member")
    assert filled.get_markerfacecolor() != "white"
    assert hollow.get_markerfacecolor() == "white"
    assert by_gid(sensitivity_plot(table, alpha=0.1), "member")[1].get_markerfacecolor() != "white"
    geary = sensitivity_plot(table.assign(expected=1.0), statistic="geary")
    assert geary.axes[0].get_xlabel() == "Geary's C"
    assert "E[C], expected at random" in texts(geary)
    assert geary.axes[0].get_xlim()[1] > 1
    named = sensitivity_plot(table, member_names={"queen": "自定"})
    assert named.axes[0].get_yticklabels()[0].get_text() == "自定"
    untested = sensitivity_plot(table.assign(pvalue=np.nan))
    assert "–" in [letters.get_text() for letters in by_gid(untested, "cell")]
    with pytest.raises(sc.SchemaError, match="no member of the family has a statistic"):
        sensitivity_plot(table.assign(statistic=np.nan))
    with pytest.raises(sc.SchemaError, match="lacks the column pvalue"):
        sensitivity_plot(table.drop(columns="pvalue"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_row_for_each_place_ever_in_a_cluster(
    result: Any, plan_units: gpd.GeoDataFrame, language: Any
) -> None:
    labels = result.labels
    ever = labels.index[(~labels.isin(["Not significant", "Isolate"])).any(axis=1)]
    names = plan_units[f"name_{language}"]
    fig = label_matrix(labels, reference="queen", names=names, most=999, language=language)
    assert len(by_gid(fig, "cell")) == len(ever) * labels.shape[1]
    shown = [tick.get_text() for tick in fig.axes[0].get_yticklabels()]
    assert set(shown) == set(names.loc[ever])
    assert len(by_gid(fig, "reference")) == 1
    shares = [float(t.get_text().removesuffix(" %")) for t in by_gid(fig, "share")]
    first = shares[: (labels.loc[ever] == "High-High").any(axis=1).sum()]
    assert shares[0] == max(first)
    few = label_matrix(labels, names=names, most=5, language=language)
    assert any(str(len(ever) - 5) in word for word in texts(few))
    inside(fig)


def test_a_matrix_without_clusters_says_so() -> None:
    labels = pd.DataFrame({"queen": ["Not significant"] * 4}, CODES)
    assert any("No place is significant" in word for word in texts(label_matrix(labels)))
    with pytest.raises(sc.SchemaError, match="no member"):
        label_matrix(labels[[]])
    with pytest.raises(sc.AlignmentError):
        label_matrix(labels, names=pd.Series(["x"], ["y"]))
    assert to_png_bytes(label_matrix(labels)) == to_png_bytes(label_matrix(labels))
