"""Figures of land cover: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.report import figures
from spatialcarbon.report.canvas import to_png_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLASSES = ["cropland", "forest", "shrub", "grassland", "water", "built", "unused", "ice"]
BASE = np.array([21000, 34000, 900, 6100, 2400, 3900, 420, 35.0])
SHARES = np.array([0.2, 0.22, 0.03, 0.12, 0.06, 0.3, 0.04, 0.03])
SPAN: dict[str, Any] = {"start": 2005, "end": 2020}


def matrix() -> pd.DataFrame:
    """All eight classes; each gives some land to all others."""
    moved = np.outer(BASE * 0.07, SHARES)
    np.fill_diagonal(moved, 0.0)
    return pd.DataFrame(moved + np.diag(BASE - moved.sum(axis=1)), CLASSES, CLASSES)


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def overlaps(fig: Figure, *gids: str) -> list[tuple[str, str]]:
    """Pairs of words of some kinds whose boxes meet by more than a pixel or two."""
    fig.draw_without_rendering()
    letters = [a for gid in gids for a in by_gid(fig, gid)]
    found = [(a.get_text(), a.get_window_extent().padded(-2)) for a in letters]
    return [
        (one, other)
        for i, (one, box) in enumerate(found)
        for other, second in found[i + 1 :]
        if box.overlaps(second)
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_flows_are_as_wide_as_areas_and_no_names_meet(language: Any) -> None:
    fig = figures.land_flows(matrix(), **SPAN, title="x", language=language)
    moved = matrix().to_numpy() * (1 - np.eye(8))
    heights = {
        side: [by_gid(fig, f"{side} {name}")[0].get_height() for name in CLASSES]
        for side in ("left", "right")
    }
    for side, axis in (("left", 1), ("right", 0)):
        np.testing.assert_allclose(
            np.array(heights[side]) / sum(heights[side]), moved.sum(axis=axis) / moved.sum()
        )
    [ribbon] = by_gid(fig, "flow cropland built")
    points = ribbon.get_path().vertices
    width = points[7, 1] - points[0, 1]
    assert width / sum(heights["left"]) == pytest.approx(moved[0, 5] / moved.sum())
    assert len([a for a in fig.findobj() if str(a.get_gid()).startswith("flow ")]) == 56
    # The bands that leave a bar lie one below the other and fill it, and so where they arrive.
    for names, start, corner in ((CLASSES, 0, "left forest"), (CLASSES, 3, "right forest")):
        flows = [f"flow forest {n}" if start == 0 else f"flow {n} forest" for n in names]
        tops = [a.get_path().vertices[start, 1] for f in flows for a in by_gid(fig, f)]
        [bar] = by_gid(fig, corner)
        ends = [*tops[1:], bar.get_y() + bar.get_height()]
        assert tops[0] == pytest.approx(bar.get_y())
        held = np.delete(moved[1] if start == 0 else moved[:, 1], 1)
        scale = bar.get_height() / held.sum()
        np.testing.assert_allclose(np.subtract(ends, tops), held * scale)
    assert not overlaps(fig, "class", "amount")
    said = words(fig)
    assert ("建设用地" if language == "zh" else "Built-up") in said
    kept = f"{100 * (1 - moved.sum() / BASE.sum()):.1f}"
    assert any(kept in line for line in said)


def test_flows_can_show_what_stayed() -> None:
    fig = figures.land_flows(matrix(), **SPAN, unchanged=True, colours={"built": "#000000"})
    assert len(by_gid(fig, "flow built built")) == 1
    assert by_gid(fig, "left built")[0].get_facecolor()[:3] == (0, 0, 0)
    assert "34,000" in words(fig)


def test_a_class_without_flow_has_no_bar() -> None:
    table = pd.DataFrame([[8, 2], [0, 0]], ["paddy", "built"], ["paddy", "built"])
    fig = figures.land_flows(table, **SPAN, class_names={"paddy": "Paddy"})
    assert by_gid(fig, "left built") == []
    assert len(by_gid(fig, "right built")) == 1
    assert "Paddy" in words(fig)
    assert "−2 (−20 %)" in words(fig)
    assert "+2" in words(fig)


@pytest.mark.parametrize("draw", [figures.land_flows, figures.land_matrix])
def test_bad_matrices_are_refused(draw: Any) -> None:
    with pytest.raises(sc.SchemaError, match="other rows than columns"):
        draw(matrix().drop(index="ice"), **SPAN)
    with pytest.raises(sc.SchemaError, match="is not known"):
        draw(matrix() * np.nan, **SPAN)
    with pytest.raises(sc.SchemaError, match="below zero"):
        draw(-matrix(), **SPAN)


def test_flows_need_a_change() -> None:
    still = pd.DataFrame(np.eye(2), ["forest", "built"], ["forest", "built"])
    with pytest.raises(sc.SchemaError, match="no land changed"):
        figures.land_flows(still, **SPAN)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_matrix_has_every_number(language: Any) -> None:
    fig = figures.land_matrix(matrix(), **SPAN, language=language)
    assert len(by_gid(fig, "area")) == 64
    sums = [a.get_text() for a in by_gid(fig, "row sum")]
    assert sums[2:4] == ["34,000", f"{34000 * 0.07 * 0.78:,.0f}"]
    assert by_gid(fig, "total")[0].get_text() == "68,755"
    assert not overlaps(fig, "class")
    for kind in ("area", "row sum", "column sum"):
        assert not overlaps(fig, kind)
    kept = by_gid(fig, "cell forest forest")[0].get_facecolor()
    assert kept[0] == pytest.approx(kept[2], abs=0.03)


def test_classes_that_never_occur_are_left_out_of_the_matrix() -> None:
    table = matrix()
    table.loc["ice"] = 0.0
    table["ice"] = 0.0
    assert len(by_gid(figures.land_matrix(table, **SPAN), "area")) == 49


def areas(zones: list[str]) -> pd.DataFrame:
    rows = [
        (zone, year, name, share)
        for zone in zones
        for year in (2005, 2020)
        for name, share in zip(CLASSES, BASE / BASE.sum(), strict=True)
    ]
    return pd.DataFrame(rows, columns=["zone", "year", "class", "share"])


def test_shares_fill_the_bars() -> None:
    fig = figures.land_shares(areas(["YRD", "长三角"]), zone_names={"YRD": "Delta"}, language="zh")
    total = sum(bar.get_width() for name in CLASSES for bar in by_gid(fig, f"share {name}"))
    assert total == pytest.approx(400)
    assert by_gid(fig, "share forest")[0].get_width() == pytest.approx(100 * 34000 / 68755)
    assert {"Delta", "长三角", "林地", "49.5"} <= set(words(fig))
    assert not overlaps(fig, "per cent")


def test_a_zone_without_data_says_so() -> None:
    table = areas(["a", "ALL"])
    table.loc[table["zone"] == "a", "share"] = np.nan
    fig = figures.land_shares(table)
    assert len(by_gid(fig, "share forest")) == 2
    assert words(fig).count("no data") == 2
    assert "All zones" in words(fig)
    with pytest.raises(sc.SchemaError, match="do not sum to one"):
        figures.land_shares(table[table["zone"] == "a"])


def test_shares_must_be_shares() -> None:
    with pytest.raises(sc.SchemaError, match="do not sum to one"):
        figures.land_shares(areas(["a"]).query("`class` != 'forest'"))
    with pytest.raises(sc.SchemaError, match="lacks the column share"):
        figures.land_shares(areas(["a"]).drop(columns="share"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_gains_losses_and_net_are_drawn(language: Any) -> None:
    result = sc.TransitionResult.from_matrix(matrix(), years=(2005, 2020))
    fig = figures.gains_and_losses(result.table, language=language)
    for name in CLASSES:
        assert by_gid(fig, f"gain {name}")[0].get_width() == pytest.approx(result.gain[name])
        assert by_gid(fig, f"loss {name}")[0].get_width() == pytest.approx(-result.loss[name])
        assert by_gid(fig, f"net {name}")[0].get_xdata()[0] == pytest.approx(result.net[name])
    for kind in ("gain amount", "loss amount"):
        assert not overlaps(fig, kind)


def test_areas_alone_give_diamonds_alone() -> None:
    first = pd.DataFrame({"forest": [60.0], "built": [40.0]}, index=["a"])
    second = pd.DataFrame({"forest": [54.0], "built": [46.0]}, index=["a"])
    table = sc.transition_matrix(first, second).table
    fig = figures.gains_and_losses(table[table["zone"] == "ALL"])
    assert by_gid(fig, "gain built") == []
    assert by_gid(fig, "net built")[0].get_xdata()[0] == 6.0
    with pytest.raises(sc.SchemaError, match="not that of one zone"):
        figures.gains_and_losses(table)
    with pytest.raises(sc.SchemaError, match="no land changed"):
        figures.gains_and_losses(sc.transition_matrix(first, first).table.tail(2))


def intensities() -> sc.IntensityResult:
    one = sc.TransitionResult.from_matrix(matrix(), years=(2005, 2010))
    two = sc.TransitionResult.from_matrix(matrix().T, years=(2010, 2020))
    return sc.intensity_analysis([one, two])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_intensities_are_bars_beside_a_line(language: Any) -> None:
    found = intensities()
    fig = figures.class_intensities(found.category, language=language)
    assert len(fig.axes) == 2
    row = found.category.query("start == 2010 and kind == 'gain'").set_index("class").loc["built"]
    assert by_gid(fig, "gain built")[1].get_width() == pytest.approx(row["intensity"])
    lines = [line.get_xdata()[0] for line in by_gid(fig, "even")]
    assert lines == pytest.approx(found.interval["intensity"].tolist())
    assert not overlaps(fig, "intensity")


def test_intensities_of_pairs() -> None:
    found = intensities()
    fig = figures.pair_intensities(found.transition, "built", language="zh")
    rows = found.transition.query("start == 2005 and kind == 'gain'")
    rows = rows[rows["class"] == "built"].set_index("other")
    assert by_gid(fig, "gain forest")[0].get_width() == pytest.approx(
        rows.loc["forest", "intensity"]
    )
    assert by_gid(fig, "even")[0].get_xdata()[0] == pytest.approx(rows["uniform"].iloc[0])
    assert by_gid(fig, "gain built") == []
    assert figures.pair_intensities(found.transition, "forest", kind="loss").axes
    with pytest.raises(sc.SchemaError, match="no intensity to draw"):
        figures.pair_intensities(found.transition, "paddy")
    with pytest.raises(sc.SchemaError, match="lacks the column"):
        figures.class_intensities(found.category.drop(columns="uniform"))


def test_pictures_are_the_same_each_time() -> None:
    draw = figures.land_flows
    assert to_png_bytes(draw(matrix(), **SPAN)) == to_png_bytes(draw(matrix(), **SPAN))
