"""Figures of types: the numbers drawn, the words in both languages, the mark of invented data."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.language import name
from spatialcarbon.report import figures
from spatialcarbon.report.canvas import in_house_style, to_png_bytes
from spatialcarbon.report.industry_figures import type_colours
from spatialcarbon.report.palettes import NO_DATA
from spatialcarbon.report.sheet import Sheet, marked
from spatialcarbon.report.types_map import types_style

SHARES = pd.DataFrame(
    [(0.7, 0.2, 0.1), (0.6, 0.2, 0.2), (0.1, 0.5, 0.4), (0.1, 0.4, 0.5), (0.2, 0.1, 0.7)],
    columns=["energy", "heavy", "light"],
    index=[110000, 120000, 130100, 130200, 130300],
)
MARK = "Illustrative data: invented numbers, not observations."


@pytest.fixture(scope="module")
def types() -> Any:
    return sc.industry_clusters(SHARES, k=3, gap_samples=4, bootstraps=3)


@pytest.fixture(scope="module")
def invented() -> Any:
    shares = SHARES.copy()
    shares.attrs["illustrative"] = True
    return sc.industry_clusters(shares, k=3, gap_samples=0, bootstraps=0)


def by_gid(fig: Any, gid: str) -> list[Any]:
    return [a for a in fig.findobj(lambda artist: artist.get_gid() == gid) if a is not fig]


def words(fig: Any) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def every(result: Any, frame: Any, language: Any) -> list[Any]:
    groups = frame["cluster"].loc[result.labels.index]
    made = [
        figures.type_profiles(result, title="T", language=language),
        figures.type_counts(result, groups, title="T", language=language),
        figures.types_map(frame.loc[result.labels.index], result, title="T", language=language),
    ]
    if hasattr(result, "choice"):
        made.append(figures.choosing_k(result, title="T", language=language))
    return made


def test_profiles_draw_the_centres_and_the_means(types: Any) -> None:
    fig = figures.type_profiles(types)
    for kind, centre in types.centres.iterrows():
        bars = by_gid(fig, f"type {kind}")
        assert [bar.get_width() for bar in bars] == pytest.approx((100 * centre).tolist())
    means = by_gid(fig, "mean")
    assert len(means) == 3
    assert means[0].get_xdata() == pytest.approx((100 * types.overall).tolist())
    shown = {text.get_text() for text in by_gid(fig, "share")}
    assert {f"{100 * share:.1f}" for share in types.centres.to_numpy().ravel()} == shown
    assert "1  energy production\n2 places" in words(fig)


def test_amounts_have_no_percentages() -> None:
    table = SHARES * 7
    found = sc.industry_clusters(table, k=2, closed=False, gap_samples=0, bootstraps=0)
    fig = figures.type_profiles(found)
    assert by_gid(fig, "type 1")[0].get_width() == pytest.approx(found.centres.iloc[0, 0])
    assert not any("%" in said for said in words(fig))


def test_counts_stack_up_to_the_group(types: Any, frame: Any) -> None:
    groups = frame["cluster"].loc[SHARES.index]
    fig = figures.type_counts(types, groups, group_names={"BTH": name("Capital", "京津冀")})
    table = types.counts(groups)
    for at, kind in enumerate(types.centres.index):
        widths = [bar.get_width() for bar in by_gid(fig, f"type {kind}")]
        assert widths == table.iloc[:, at].tolist()
    totals = [text.get_text() for text in by_gid(fig, "total")]
    assert totals == [str(n) for n in table.sum(axis=1)]
    assert "Capital" in words(fig)


def test_each_rule_has_its_panel_and_its_ring(types: Any, invented: Any) -> None:
    fig = figures.choosing_k(types)
    rings = by_gid(fig, "suggested")
    answers = [types.suggested[rule] for rule in ("elbow", "silhouette", "gap")]
    assert [ring.get_xdata()[0] for ring in rings] == answers
    assert [t.get_text() for t in by_gid(fig, "suggestion")] == [f"suggests {k}" for k in answers]
    assert all(line.get_xdata()[0] == 3 for line in by_gid(fig, "used"))
    [chord] = by_gid(fig, "chord")
    assert chord.get_ydata().tolist() == types.within.iloc[[0, -1]].tolist()
    assert [t.get_text() for t in by_gid(figures.choosing_k(invented), "missing")] == [
        "not computed"
    ]


def test_map_colours_and_units_left_out(frame: Any) -> None:
    holed = SHARES.copy()
    holed.iloc[0, 0] = np.nan
    found = sc.industry_clusters(holed, k=2, missing="drop", gap_samples=0, bootstraps=0)
    units = frame.loc[SHARES.index]
    fig = figures.types_map(units, found, title="T")
    [areas] = by_gid(fig, "units")
    colours = [mpl.colors.to_hex(c) for c in areas.get_facecolors()]
    expected = type_colours(found)
    assert colours == [NO_DATA, *(expected[kind] for kind in found.labels)]
    assert "no data  (1)" in words(fig)
    with pytest.raises(sc.AlignmentError, match="1 units with a type are not on the map"):
        figures.types_map(units.iloc[:4], found, title="T")
    with pytest.raises(sc.AlignmentError, match="the types"):
        figures.types_map(frame, found, title="T")
    style = types_style("type", found)
    assert [item.value for item in style.categories] == [1, 2]
    assert [item.colour for item in style.categories] == list(expected.values())


def test_types_led_by_one_industry_are_told_apart() -> None:
    table = pd.DataFrame([(0.9, 0.1), (0.7, 0.3), (0.55, 0.45), (0.2, 0.8)], columns=["a", "b"])
    found = sc.industry_clusters(table, k=4, gap_samples=0, bootstraps=0)
    colours = type_colours(found)
    assert len(set(colours.values())) == 4
    assert colours[1] == "#4477aa"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_of_invented_numbers_are_marked_and_others_not(
    types: Any, invented: Any, frame: Any, language: Any
) -> None:
    said = MARK if language == "en" else "示例数据：数值系虚构，并非观测结果。"
    for fig in every(invented, frame, language):
        assert [t.get_text() for t in by_gid(fig, "mark")] == [said]
    for fig in every(types, frame, language):
        assert not by_gid(fig, "mark")
        assert not any("\ufffd" in text for text in words(fig))
    again = to_png_bytes(every(invented, frame, language)[0])
    assert again == to_png_bytes(every(invented, frame, language)[0])


def test_marks_are_written_once_and_end_with_their_block() -> None:
    @in_house_style
    def draw() -> Any:
        return Sheet("T", 1.0, "en").fig

    plain = draw().get_figheight()
    with marked("a"), marked("a", "b"):
        fig = draw()
    [letters] = by_gid(fig, "mark")
    assert letters.get_text() == "a\nb"
    assert fig.get_figheight() == pytest.approx(plain + 2 * 0.17)
    assert not by_gid(draw(), "mark")
    with pytest.raises(ValueError, match="x"), marked("c"):
        raise ValueError("x")
    assert draw().get_figheight() == plain
