"""Figures of judgements: what is drawn are the numbers, in either language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib as mpl
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_hex
from shapely.geometry import box

import spatialcarbon as sc
from spatialcarbon.report import figures
from spatialcarbon.report.border_lines import border_lines
from spatialcarbon.report.border_map import COLOURS, UNDEFINED_COLOUR, contrast_classes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = gpd.GeoDataFrame(
    geometry=[box(x, y, x + 1, y + 1) for x, y in ((0, 0), (1, 0), (0, 1), (5, 5))],
    index=list("ab丙d"), crs="EPSG:4547",
)  # fmt: skip
WEIGHTS = sc.Weights.from_edges(pd.DataFrame({"focal": list("aabb"), "neighbor": list("b丙丙d")}))
AMOUNTS = pd.DataFrame(
    {"equality": [1.0, 2.0, 4.0, 3.0], "economic": [4.0, 3.0, 2.0, 0.0]}, index=list("ab丙d")
)
PEOPLE = pd.Series([1.0, 2.0, 2.0, 3.0], list("ab丙d"))
FOUND = sc.judge_allocation(
    AMOUNTS, weights=WEIGHTS, population=PEOPLE, emissions=PEOPLE * 0 + 4, permutations=0
)


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_the_table_says_every_gini_and_frames_the_closest() -> None:
    fig = figures.fairness_table(FOUND.fairness)
    said = [text.get_text() for text in by_gid(fig, "gini")]
    assert sorted(said) == sorted(f"{g:.3f}" for g in FOUND.fairness["gini"])
    frames = {(r.get_x() // 1, r.get_y() // 1) for r in by_gid(fig, "closest")}
    wide = FOUND.fairness.pivot(index="principle", columns="yardstick", values="gini")
    for column, yardstick in enumerate(("population", "emissions")):
        best = list(AMOUNTS).index(wide[yardstick].idxmin())
        assert (float(column), float(best)) in frames
    assert len(frames) == 2
    chinese = words(figures.fairness_table(FOUND.fairness, language="zh"))
    assert {"平等原则（人口）", "负担相对下列参照量的基尼系数"} <= set(chinese)
    groups = sc.judge_allocation(
        AMOUNTS, weights=WEIGHTS, population=PEOPLE, permutations=0,
        groups={"x": ["a", "b"], "y": ["丙", "d"]},
    )  # fmt: skip
    share = groups.fairness["between_share"].iloc[0]
    small = [text.get_text() for text in by_gid(figures.fairness_table(groups.fairness), "theil")]
    assert small[0].endswith(f", {100 * share:.0f} % between")


def test_what_is_not_defined_is_written_in_the_cell() -> None:
    below = sc.judge_allocation(
        AMOUNTS - 2.5, weights=WEIGHTS, population=PEOPLE, permutations=0
    ).fairness
    fig = figures.fairness_table(below)
    assert [text.get_text() for text in by_gid(fig, "undefined")] == ["below zero"] * 2
    assert not by_gid(fig, "gini")


def test_slopes_are_the_ranks() -> None:
    fig = figures.rank_slopes(FOUND.ranks, names={"丙": "Third"}, marked=1)
    [line] = by_gid(fig, "rank 丙")
    assert line.get_ydata().tolist() == [-1, -3]
    assert next(t.get_text() for t in by_gid(fig, "end label")) == "1  a"
    assert "Third  1" in [t.get_text() for t in by_gid(fig, "first label")]
    bright = [a.get_gid() for a in fig.findobj(mpl.lines.Line2D)
              if str(a.get_gid()).startswith("rank") and a.get_linewidth() > 1]  # fmt: skip
    assert len(bright) == 1
    chinese = words(figures.rank_slopes(FOUND.ranks, language="zh"))
    assert "彩色：位次变动最大的地区。" in chinese


def test_many_places_and_principles_still_have_room() -> None:
    wide = pd.DataFrame(
        {f"p{at}": [float((7 * i + at * i) % 53) for i in range(50)] for at in range(10)}
    )
    units = [f"place {i}" for i in range(50)]
    ring = pd.DataFrame({"focal": units, "neighbor": [*units[1:], units[0]]})
    ranks = sc.judge_allocation(
        wide.set_axis(units), weights=sc.Weights.from_edges(ring), permutations=0
    ).ranks
    fig = figures.rank_slopes(ranks)
    assert len(by_gid(fig, "end label")) == 7  # only those in colour are named
    assert fig.axes[0].get_xticklabels()[0].get_rotation() == 40


def test_lorenz_curves_are_those_of_the_result() -> None:
    fig = figures.lorenz_panels(FOUND.lorenz)
    curves = by_gid(fig, "lorenz economic")
    assert len(curves) == 2
    right = FOUND.curves("population")["economic"]
    assert curves[0].get_ydata().tolist() == right["value"].tolist()
    assert "人口累计（%）" in words(figures.lorenz_panels(FOUND.lorenz, language="zh"))


def test_borders_are_as_wide_as_contrasts_are_large() -> None:
    rows = FOUND.contrasts.query("measure == 'per_emission'")
    fig = figures.border_contrast_map(UNITS, rows, title="Borders")
    first, second = fig.axes[:2]
    assert [ax.get_title(loc="left") for ax in (first, second)] == [
        "Equality (population)", "Economic capacity (GDP)",
    ]  # fmt: skip
    drawn = {c.get_gid(): c for c in first.collections if str(c.get_gid()).startswith("borders")}
    # Ratios 4 (a–丙), 2 (a–b), 2 (b–丙, a point only) and 1.5 (b–d, far apart).
    assert set(drawn) == {"borders 4", "borders 1", "borders 2"}
    assert to_hex(drawn["borders 4"].get_colors()[0]) == COLOURS[4]
    [segment] = drawn["borders 4"].get_segments()
    assert {tuple(point) for point in segment.tolist()} == {(0.0, 1.0), (1.0, 1.0)}
    red = [c for c in second.collections if c.get_gid() == "borders undefined"]
    assert to_hex(red[0].get_colors()[0]) == UNDEFINED_COLOUR
    said = words(fig)
    assert "nothing or a gain on one side" in said
    assert "3 – 4" in said


def test_areas_are_filled_by_burden() -> None:
    rows = FOUND.contrasts.query("measure == 'per_emission' and principle == 'equality'")
    fig = figures.border_contrast_map(
        UNITS, rows, title="边界", burdens=AMOUNTS / 4, burden_name="Burden over emissions",
        language="zh",
    )  # fmt: skip
    assert {"负担与排放之比", "边界两侧的\n负担之比"} <= set(words(fig))
    assert len(by_gid(fig, "legend of areas")) == 1


def test_classes_end_above_the_largest_ratio() -> None:
    for most in (1.0, 1.1, 1.3, 2.0, 3.0, 3.01, 9.99, 17.3, 412.0):
        bounds, count = contrast_classes(pd.Series([1.0, most]))
        assert bounds[0] == 1.0
        assert bounds[-1] >= most
        assert list(bounds) == sorted(set(bounds))
        assert count == len(bounds) - 1 <= len(COLOURS)
    assert contrast_classes(pd.Series([float("nan")]))[0] == (1.0, 1.25)


def test_a_border_of_several_stretches_is_one_line() -> None:
    wall = box(0, 0, 1, 3)
    bay = box(1, 0, 2, 3).difference(box(1, 1, 1.5, 2))
    lines, kinds = border_lines(gpd.GeoSeries([wall, bay], ["a", "b"]), ["a"], ["b"])
    assert kinds.tolist() == ["border"]
    assert lines[0].length == pytest.approx(2)
    assert shapely.get_num_geometries(lines[0]) == 2


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: figures.fairness_table(FOUND.fairness.iloc[:0]), sc.SchemaError, "no yardstick"),
        (lambda: figures.fairness_table(FOUND.ranks), sc.SchemaError, "table of fairness"),
        (lambda: figures.rank_slopes(FOUND.ranks[:4]), sc.SchemaError, "ranks under one"),
        (lambda: figures.lorenz_panels(FOUND.lorenz[:0]), sc.SchemaError, "no Lorenz curve"),
        (
            lambda: figures.border_contrast_map(UNITS, FOUND.contrasts[:0], title=""),
            sc.SchemaError, "no pairs",
        ),
        (
            lambda: figures.border_contrast_map(UNITS[:2], FOUND.contrasts, title=""),
            sc.AlignmentError, "not on the map",
        ),
        (
            lambda: figures.border_contrast_map(
                UNITS, FOUND.contrasts, title="", burdens=AMOUNTS[["equality"]]
            ),
            sc.SchemaError, "table of burdens",
        ),
    ],
)  # fmt: skip
def test_bad_input(draw: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
