"""Figures: what is drawn is what the data say, in both languages, the same each time."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    SchemaError,
)
from spatialcarbon.core.language import text
from spatialcarbon.report import canvas, figures, lettering, placement
from spatialcarbon.report.palettes import CLUSTER_COLOURS, LISA_COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONG = "新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿图什市与巴音郭楞蒙古自治州"
LANGUAGES = ["en", "zh"]


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def legend_words(fig: Figure) -> list[str]:
    (legend,) = by_gid(fig, "legend")
    return [letters.get_text() for letters in legend.get_texts()]


def all_words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def no_word_leaves_the_page(fig: Figure) -> None:
    fig.draw_without_rendering()
    used, (wide, tall) = fig.get_tightbbox(), fig.get_size_inches()
    assert min(used.x0, used.y0, wide - used.x1, tall - used.y1) > -0.01


def panel(groups: int = 4, years: tuple[int, ...] = (2005, 2010, 2015, 2017)) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = []
    for g in range(groups):
        for t, year in enumerate(years):
            rows.append(
                {
                    "group": f"g{g}",
                    "year": year,
                    "variable": "co2",
                    "statistic": rng.normal(0.2, 0.1),
                    "expected": -0.05,
                    "variance_randomization": 0.01,
                    "pvalue_permutation": (0.0499, 0.0501, 0.1001, 0.0999)[(g + t) % 4],
                    "pvalue_randomization": 0.01,
                    "status": "ok",
                }
            )
    return pd.DataFrame(rows)


def scatter_data(n: int = 30) -> tuple[pd.Series, pd.Series, pd.Series]:
    rng = np.random.default_rng(1)
    z = pd.Series(rng.normal(size=n), index=[f"u{i}" for i in range(n)])
    z = (z - z.mean()) / z.std(ddof=0)
    lag = 0.4 * z + pd.Series(rng.normal(scale=0.3, size=n), index=z.index)
    kinds = ["High-High"] * 3 + ["Low-Low"] * 2 + ["Low-High"] + ["Isolate"]
    labels = pd.Series(kinds + ["Not significant"] * (n - len(kinds)), index=z.index)
    return z, lag, labels


TOTALS = pd.DataFrame(
    {2005: [560.1, 971.3, 221.0], 2010: [800.0, 1400.0, 300.0], 2017: [930.5, 1570.5, 326.3]},
    index=["BTH", "YRD", "PRD"],
)
SHARES = pd.DataFrame(
    {"industry": [0.6, 0.5, 0.985], "transport": [0.3, 0.3, 0.01], "homes": [0.1, 0.2, 0.005]},
    index=["BTH", "YRD", "PRD"],
)
RADAR = pd.DataFrame(
    {"total": [1.0, 0.6], "per GDP": [0.6, 1.0], "per head": [0.8, 1.0], "per area": [0.7, 0.8]},
    index=["YRD", "BTH"],
)


def draw_all(language: Any) -> dict[str, Figure]:
    z, lag, labels = scatter_data()
    words = {"title": text("Moran's I"), "source": "测试", "language": language}
    return {
        "scatter": figures.moran_scatter(z, lag, 0.4, labels=labels, **words),
        "moran": figures.moran_over_time(panel(), **words),
        "moran3": figures.moran_over_time(panel(3), **words),
        "totals": figures.totals_over_time(TOTALS, unit="Mt CO2", **words),
        "shares": figures.shares_over_time(TOTALS, **words),
        "radar": figures.radar(RADAR, **words),
        "composition": figures.stacked_composition(SHARES, **words),
        "comparison": figures.comparison(TOTALS, TOTALS * 1.1, **words),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_drawn_within_its_page_and_twice_the_same(language: Any) -> None:
    first, second = draw_all(language), draw_all(language)
    for name, fig in first.items():
        no_word_leaves_the_page(fig)
        assert canvas.to_png_bytes(fig) == canvas.to_png_bytes(second[name]), name
        assert canvas.to_svg_bytes(fig) == canvas.to_svg_bytes(second[name]), name


def test_chinese_figures_speak_chinese() -> None:
    for name, fig in draw_all("zh").items():
        left = [w for w in all_words(fig) if any(len(p) > 4 and p.isalpha() and p.isascii()
                                                  for p in w.split())]  # fmt: skip
        assert set(left) <= {*SHARES.columns, *RADAR.columns}, (name, left)


def test_images_carry_a_title_and_no_dates_or_versions() -> None:
    fig = figures.totals_over_time(TOTALS)
    png = canvas.to_png_bytes(fig, metadata={"Title": "标题 $5"})
    svg = canvas.to_svg_bytes(fig, metadata={"Title": "标题 $5"}).decode()
    assert png.startswith(b"\x89PNG")
    assert "标题 $5" in svg
    for trace in ("Matplotlib v", "dc:date", "<text", "Software"):
        assert trace not in svg
        assert trace.encode() not in png


def test_the_users_matplotlib_is_left_alone() -> None:
    before = dict(mpl.rcParams)
    with mpl.rc_context({"font.size": 31, "axes.facecolor": "black", "text.usetex": True}):
        odd = canvas.to_png_bytes(figures.totals_over_time(TOTALS))
        assert mpl.rcParams["font.size"] == 31
    assert dict(mpl.rcParams) == before
    assert odd == canvas.to_png_bytes(figures.totals_over_time(TOTALS))


def test_pyplot_is_never_imported() -> None:
    code = (
        "import sys, pandas as pd\n"
        "from spatialcarbon.report import canvas, figures, maps\n"
        "canvas.to_svg_bytes(figures.totals_over_time(pd.DataFrame({2000: [1.0]}, index=['a'])))\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    assert subprocess.run(command, check=True, capture_output=True).stdout.strip() == b"False"


def test_scatter_colours_follow_the_labels_and_the_line_has_slope_i() -> None:
    z, lag, labels = scatter_data()
    fig = figures.moran_scatter(z, lag, 0.37, labels=labels)
    for kind, count in labels.value_counts().items():
        (points,) = by_gid(fig, kind)
        assert len(points.get_offsets()) == count
        face = points.get_facecolors()
        if kind == "Isolate":
            assert len(face) == 0
        elif kind != "Not significant":
            assert to_hex(face[0]) == LISA_COLOURS[kind]
        assert any(word.startswith(kind) and f"({count})" in word for word in legend_words(fig))
    (slope,) = by_gid(fig, "slope")
    (x0, x1), (y0, y1) = slope.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(0.37)
    assert (y1 + y0) / 2 == pytest.approx(lag.mean())
    assert len(legend_words(fig)) == 1 + labels.nunique()


def test_scatter_is_indifferent_to_row_order_and_names_the_significant_first() -> None:
    z, lag, labels = scatter_data()
    names = pd.Series([f"city {u}" for u in z.index], index=z.index)
    one = figures.moran_scatter(z, lag, 0.4, labels=labels, names=names, named=6)
    two = figures.moran_scatter(z, lag[::-1], 0.4, labels=labels[::-1], names=names, named=6)
    assert canvas.to_png_bytes(one) == canvas.to_png_bytes(two)
    significant = set(names[~labels.isin(["Not significant", "Isolate"])])
    assert {word for word in all_words(one) if word.startswith("city")} == significant


def test_scatter_refuses_gaps_and_other_units() -> None:
    z, lag, _ = scatter_data()
    with pytest.raises(MissingDataError):
        figures.moran_scatter(z, lag.where(lag < 0.5), 0.4)
    with pytest.raises(AlignmentError):
        figures.moran_scatter(z, lag.iloc[1:], 0.4)


def test_scatter_without_labels_has_no_colours_to_explain() -> None:
    z, lag, _ = scatter_data()
    assert len(legend_words(figures.moran_scatter(z, lag, 0.4, named=0))) == 1


@pytest.mark.parametrize("groups", [2, 5])
def test_moran_markers_say_how_significant(groups: int) -> None:
    frame = panel(groups)
    fig = figures.moran_over_time(frame)
    drawn = Counter()
    for kind in ("p < 0.05", "p < 0.10", "not significant"):
        drawn[kind] = sum(len(line.get_xdata()) for line in by_gid(fig, kind))
    p = frame["pvalue_permutation"]
    assert drawn["p < 0.05"] == (p < 0.05).sum()
    assert drawn["p < 0.10"] == ((p >= 0.05) & (p < 0.1)).sum()
    assert drawn["not significant"] == (p >= 0.1).sum()
    assert len([ax for ax in fig.axes if ax.lines]) == (1 if groups <= 3 else groups)


def test_moran_band_is_the_null_hypothesis() -> None:
    frame = panel(1)
    fig = figures.moran_over_time(frame)
    band = fig.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    half = 1.96 * np.sqrt(0.01)
    assert band.max() == pytest.approx(-0.05 + half)
    assert band.min() == pytest.approx(-0.05 - half)
    (line,) = by_gid(fig, "line g0")
    assert np.allclose(line.get_ydata(), frame["statistic"])


def test_moran_gaps_are_left_open_and_named() -> None:
    frame = panel(4)
    gap = (frame["group"] == "g1") & (frame["year"] == 2010)
    numbers = ["statistic", "expected", "variance_randomization", "pvalue_permutation"]
    frame.loc[gap, numbers] = np.nan
    frame.loc[gap, "status"] = "constant"
    fig = figures.moran_over_time(frame)
    (line,) = by_gid(fig, "line g1")
    assert np.isnan(line.get_ydata()).sum() == 1
    assert sum(len(mark.get_xdata()) for mark in by_gid(fig, "undefined")) == 1
    assert any("g1 2010 (constant)" in word for word in all_words(fig))


def test_moran_falls_back_on_the_z_score_and_says_so() -> None:
    frame = panel(2).assign(pvalue_permutation=np.nan)
    fig = figures.moran_over_time(frame)
    assert "p-values from the z-score" in all_words(fig)
    assert "p < 0.05" in legend_words(fig)


def test_moran_asks_which_variable() -> None:
    both = pd.concat([panel(1), panel(1).assign(variable="gdp")])
    with pytest.raises(SchemaError, match="several variables"):
        figures.moran_over_time(both)
    figures.moran_over_time(both, variable="gdp")
    with pytest.raises(SchemaError, match="no Moran's I"):
        figures.moran_over_time(both, variable="pm25")


@pytest.mark.parametrize("language", LANGUAGES)
def test_thirty_groups_with_long_names_stay_on_the_page(language: Any) -> None:
    names = {f"g{i}": LONG[: 10 + i % 12] for i in range(30)}
    rng = np.random.default_rng(0)
    years = range(1997, 2018)
    totals = pd.DataFrame(rng.random((30, 21)), index=list(names), columns=years)
    radar = pd.DataFrame(rng.random((30, 3)), index=list(names), columns=["a", "b", LONG])
    shares = radar.div(radar.sum(axis=1), axis=0)
    words = {"group_names": names, "language": language, "title": LONG * 3}
    for fig in (
        figures.totals_over_time(totals, **words),
        figures.shares_over_time(totals, **words),
        figures.moran_over_time(panel(30), **words),
        figures.radar(radar, **words),
        figures.stacked_composition(shares, **words),
        figures.comparison(totals[[2005]], totals[[2005]], **words),
    ):
        no_word_leaves_the_page(fig)
    labels = by_gid(figures.totals_over_time(totals, **words), "end label")
    boxes = [mpl.text.Text.get_window_extent(label) for label in labels]
    boxes = sorted(boxes, key=lambda box: box.y0)
    assert all(a.y1 <= b.y0 + 2 for a, b in itertools.pairwise(boxes))


def test_totals_draw_each_group_in_its_colour_and_leave_gaps() -> None:
    holed = TOTALS.astype(float).copy()
    holed.loc["YRD", 2010] = np.nan
    fig = figures.totals_over_time(holed[[2017, 2005, 2010]], unit="Mt CO2")
    for group in TOTALS.index:
        (line,) = by_gid(fig, f"line {group}")
        assert list(line.get_xdata()) == [2005, 2010, 2017]
        assert np.allclose(line.get_ydata(), holed.loc[group], equal_nan=True)
        assert line.get_color() == CLUSTER_COLOURS[group]
    assert "PRD  326.3" in all_words(fig)
    assert "Total (Mt CO₂)" in all_words(fig)


@pytest.mark.parametrize("value", [0.0, 5.0, -3.0])
def test_one_group_one_year_and_constants_are_fine(value: float) -> None:
    for table in (
        pd.DataFrame({2017: [value]}, index=["_a"]),
        pd.DataFrame({2010: [value], 2017: [value]}, index=["a"]),
    ):
        (axes,) = figures.totals_over_time(table).axes
        assert any(np.array_equal(line.get_ydata(), table.iloc[0]) for line in axes.get_lines())
        low, high = axes.get_ylim()
        assert low <= value <= high
        assert low < high
    whole = figures.shares_over_time(pd.DataFrame({2017: [abs(value) + 1]}, index=["a"]))
    assert "a  100.0 %" in all_words(whole)


def test_shares_stack_to_the_whole_and_leave_out_incomplete_years() -> None:
    holed = TOTALS.astype(float).copy()
    holed.loc["YRD", 2010] = np.nan
    fig = figures.shares_over_time(holed)
    tops = {}
    for group in TOTALS.index:
        (area,) = by_gid(fig, f"area {group}")
        vertices = area.get_paths()[0].vertices
        at_end = vertices[vertices[:, 0] == 2017, 1]
        tops[group] = (at_end.min(), at_end.max())
        assert not (vertices[:, 0] == 2010).any()
    share = TOTALS[2017] / TOTALS[2017].sum()
    assert tops["BTH"][1] == pytest.approx(1.0)
    assert tops["BTH"][1] - tops["BTH"][0] == pytest.approx(share["BTH"])
    assert tops["PRD"][0] == pytest.approx(0.0)
    assert any("2010" in word and "left out" in word for word in all_words(fig))


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (TOTALS * -1, SchemaError),
        (TOTALS * np.nan, SchemaError),
        (TOTALS.iloc[:0], SchemaError),
        (TOTALS.set_axis(["a", "b", "c"], axis=1), SchemaError),
        (TOTALS.set_axis([2005, 2005, 2017], axis=1), AlignmentError),
        (TOTALS.set_axis(["x", "x", "y"], axis=0), AlignmentError),
        (TOTALS.astype(object).replace(221.0, "many"), SchemaError),
        (TOTALS.replace(221.0, np.inf), MissingDataError),
    ],
)
def test_shares_refuse_what_has_no_share(frame: pd.DataFrame, error: type[Exception]) -> None:
    with pytest.raises(error):
        figures.shares_over_time(frame)


def test_words_break_between_hanzi_but_not_before_punctuation() -> None:
    fig = canvas.new_figure(4, 1)
    with canvas.house_style():
        lines = lettering.wrap(fig, "城市群的二氧化碳排放，以及" * 3, 1.2, fontsize=9).split("\n")
        words = lettering.wrap(fig, "Beijing–Tianjin–Hebei and more", 1.0, fontsize=9).split("\n")
    assert len(lines) > 2
    assert not any(line.startswith("，") for line in lines)
    assert "".join(lines) == "城市群的二氧化碳排放，以及" * 3
    assert words[0] in {"Beijing–", "Beijing–Tianjin–"}


def test_labels_keep_apart_until_there_is_no_room() -> None:
    placed = placement.spread([3.0, 3.0, 3.1, 9.9, 10.0], 1.0, 0.0, 10.0)
    ordered = sorted(placed)
    assert all(b - a >= 1.0 - 1e-9 for a, b in itertools.pairwise(ordered))
    assert min(placed) >= 0
    assert max(placed) <= 10
    assert placement.spread([5.0] * 21, 1.0, 0.0, 10.0)[-1] == pytest.approx(10.0)
