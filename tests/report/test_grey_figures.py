"""Figures of grey relational degrees: dots, lines, cells and ranks are the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import AlignmentError, SchemaError
from spatialcarbon.core.language import text
from spatialcarbon.report import figures
from spatialcarbon.report.canvas import to_png_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEGREES = pd.DataFrame(
    {"gdp": [0.9, 0.62, np.nan], "people": [0.7, 0.81, np.nan]}, index=["ALL", "BTH", "岛"]
)
BY_YEAR = pd.DataFrame({2005: [0.9, 0.7], 2010: [0.85, np.nan], 2016: [0.6, 0.8]}, ["gdp", "人口"])
COEFFICIENTS = pd.DataFrame({"gdp": [0.4, 1.0, 0.8], "people": [0.5, 0.9, 0.6]}, list("abc"))
CO2 = pd.Series([100.0, 200.0, 300.0, 400.0], list("wxyz"))
PAIR = pd.DataFrame({"steady": [80, 82, 84, 86], "restless": [10, 30, 20, 40]}, list("wxyz"))


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_dots_stand_at_the_degrees() -> None:
    fig = figures.grey_degrees(DEGREES, factor_names={"people": text("Resident population")})
    for factor in DEGREES.columns:
        dots = by_gid(fig, f"degree {factor}")
        found = [(d.get_xdata()[0], d.get_ydata()[0]) for d in dots]
        assert found == [(DEGREES[factor].iloc[i], i) for i in (0, 1)]
    assert by_gid(fig, "missing")[0].get_text() == "not defined"
    shapes = {by_gid(fig, f"degree {f}")[0].get_marker() for f in DEGREES.columns}
    assert len(shapes) == 2  # not told apart by colour alone
    (legend,) = by_gid(fig, "legend")
    assert [t.get_text() for t in legend.get_texts()] == ["gdp", "Resident population"]
    first = by_gid(fig, "degree gdp")[0].axes
    assert first.get_ylim()[0] > first.get_ylim()[1]  # the first group is on top


def test_many_long_names_wrap_the_legend() -> None:
    names = [f"a rather long name of factor {i}" for i in range(8)]
    wide = pd.DataFrame(np.linspace(0.5, 0.9, 8)[None, :], ["ALL"], names)
    fig = figures.grey_degrees(wide)
    fig.draw_without_rendering()
    (legend,) = by_gid(fig, "legend")
    box = legend.get_window_extent()
    assert box.x1 <= fig.bbox.x1
    (axes,) = fig.axes
    assert box.y0 >= axes.get_window_extent().y1 - 1


def test_lines_are_the_degrees_and_gaps_stay_open() -> None:
    fig = figures.grey_over_time(BY_YEAR[[2016, 2005, 2010]], notes=["settings"])
    (line,) = by_gid(fig, "line gdp")
    np.testing.assert_array_equal(line.get_xdata(), [2005, 2010, 2016])
    np.testing.assert_array_equal(line.get_ydata(), [0.9, 0.85, 0.6])
    (gap,) = by_gid(fig, "line 人口")
    assert np.isnan(gap.get_ydata()[1])
    assert {"gdp  0.600", "人口  0.800"} <= set(words(fig))
    assert "settings" in words(fig)


def test_cells_are_the_coefficients_the_closest_first() -> None:
    fig = figures.grey_heatmap(COEFFICIENTS, unit_names={"b": text("Place")})
    (mesh,) = by_gid(fig, "cells")
    np.testing.assert_array_equal(
        np.asarray(mesh.get_array()).reshape(3, 2), COEFFICIENTS.loc[["b", "c", "a"]]
    )
    written = [t.get_text() for t in by_gid(fig, "coefficient")]
    assert written == ["1.00", "0.90", "0.80", "0.60", "0.40", "0.50"]
    axes = fig.axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Place", "c", "a"]
    figures.grey_heatmap(COEFFICIENTS * 0 + 0.5)  # nothing to grade is no error


def test_ranks_stand_upside_down_and_the_base_is_marked() -> None:
    found = sc.grey_sensitivity(CO2, PAIR.assign(flat=7.0), rhos=[0.2, 0.5, 1.0])
    fig = figures.grey_ranks(found.pivot(), base=found.base)
    lines = by_gid(fig, "rank steady")
    assert len(lines) == 4
    ranks = found.pivot().loc["steady"]
    np.testing.assert_array_equal(lines[0].get_ydata(), -ranks["mean"])
    np.testing.assert_array_equal(lines[1].get_ydata(), -ranks["max"])
    (base,) = by_gid(fig, "base")
    assert base.get_xdata()[0] == lines[0].get_xdata()[1]
    assert len(by_gid(fig, "missing")) == 2  # min–max and z-score of a constant
    heads = [t.get_text() for t in by_gid(fig, "normalisation")]
    assert heads == ["by the mean", "by the maximum", "min–max", "z-score"]
    labels = [t.get_text() for t in lines[0].axes.get_yticklabels()]
    assert labels == ["1", "2", "3"]
    ends = {t.get_text(): t.xy[1] for t in by_gid(fig, "end label")}
    assert ends == {name: -rank for name, rank in found.pivot()["max"][1.0].items()}


def test_one_value_of_rho_and_one_normalisation() -> None:
    found = sc.grey_sensitivity(CO2, PAIR, normalisations=["mean"], rhos=[0.5])
    fig = figures.grey_ranks(found.pivot())
    assert not by_gid(fig, "base")
    assert len(by_gid(fig, "rank steady")[0].get_xdata()) == 1


def test_what_is_refused() -> None:
    for draw in (figures.grey_degrees, figures.grey_over_time):
        for wrong in (DEGREES + 1, DEGREES - 1):
            with pytest.raises(SchemaError, match="between 0 and 1"):
                draw(wrong)
        with pytest.raises(SchemaError, match="no degree is defined"):
            draw(DEGREES * np.nan)
        with pytest.raises(SchemaError, match="the table is empty"):
            draw(DEGREES.iloc[:0])
        with pytest.raises(AlignmentError, match="repeated"):
            draw(DEGREES.set_axis(["a", "a", "b"]))
    for wrong in (COEFFICIENTS * 2, COEFFICIENTS * np.nan):
        with pytest.raises(SchemaError, match="coefficients lie between 0 and 1"):
            figures.grey_heatmap(wrong)
    for wrong in (DEGREES, sc.grey_sensitivity(CO2, PAIR).pivot() - 1):
        with pytest.raises(SchemaError, match="ranks start at one"):
            figures.grey_ranks(wrong)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_bytes_and_both_languages(language: Any) -> None:
    def draw() -> list[bytes]:
        found = sc.grey_sensitivity(CO2, PAIR)
        made = [
            figures.grey_degrees(DEGREES, title="Rank", language=language),
            figures.grey_over_time(BY_YEAR, title="Rank", language=language),
            figures.grey_heatmap(COEFFICIENTS, title="Rank", language=language),
            figures.grey_ranks(found.pivot(), base=found.base, title="Rank", language=language),
        ]
        for fig in made:
            assert ("位次" if language == "zh" else "Rank") in words(fig)
        return [to_png_bytes(fig) for fig in made]

    assert draw() == draw()
