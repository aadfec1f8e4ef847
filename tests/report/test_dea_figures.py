"""Figures of efficiency: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.language import text
from spatialcarbon.report import figures
from spatialcarbon.report.dea_figures import frontier_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = ["甲", "b", "c", "d", "e", "f"]
X = pd.Series([2.0, 4, 6, 5, 8, 9], UNITS, name="co2")
Y = pd.Series([1.0, 3, 4, 2, 3, 2], UNITS, name="gdp")


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_frontier_and_ways_to_the_targets() -> None:
    result = sc.dea(X, Y)
    fig = figures.frontier_plot(
        result, title="前沿", input_name=text("Carbon sink"), input_unit="Mt CO2",
        names={"b": "Beta"}, source="x", language="zh",
    )  # fmt: skip
    [line] = by_gid(fig, "frontier")
    np.testing.assert_allclose(line.get_xydata()[:4], [[2, 0], [2, 1], [4, 3], [6, 4]])
    ways = {tuple(way.get_xdata()) for way in by_gid(fig, "projection")}
    assert ways == {(5, 3), (8, 4), (9, 3)}
    [best] = by_gid(fig, "best")
    assert len(best.get_offsets()) == 3
    said = words(fig)
    assert {"碳汇（百万吨 CO₂）", "gdp", "有效单元与前沿", "Beta", "甲"} <= set(said)
    plain = figures.frontier_plot(result, named=1)
    assert "甲" in words(plain)
    assert "f" not in words(plain)


@pytest.mark.parametrize(
    ("returns", "inside"),
    [("variable", 3.5), ("constant", 3.75), ("increasing", 3.75), ("decreasing", 3.5)],
)
def test_the_line_is_where_units_score_one(returns: Any, inside: float) -> None:
    best = sc.dea(X, Y, returns=returns).efficient
    x, y = frontier_line(X[best].to_numpy(), Y[best].to_numpy(), returns, 10.0)
    assert np.interp(5.0, x, y) == pytest.approx(inside)
    for size in (2.5, 5.0, 8.0):
        point = pd.Series([size], ["p"], name="co2"), pd.Series([1.0], ["p"], name="gdp")
        reach = sc.dea(*point, reference=(X, Y), returns=returns, orientation="output").efficiency
        assert np.interp(size, x, y) == pytest.approx(reach["p"])


def test_what_cannot_be_drawn_is_refused() -> None:
    rng = np.random.default_rng(1)
    wide = pd.DataFrame(rng.random((12, 2)) + 0.1, columns=["a", "b"])
    with pytest.raises(sc.SchemaError, match="one input and one output"):
        figures.frontier_plot(sc.dea(wide, wide.rename(columns={"a": "c", "b": "d"})))
    with pytest.raises(sc.SchemaError, match="frontier of other units"):
        figures.frontier_plot(sc.dea(X, Y, reference=(X, Y)))


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_intervals(orientation: Any) -> None:
    found = sc.dea_bootstrap(X, Y, orientation=orientation, draws=80, confidence=0.9, rng=1)
    for language in ("en", "zh"):
        fig = figures.efficiency_intervals(found, names={"b": "Beta"}, language=language)
        [corrected] = by_gid(fig, "corrected")
        drawn = np.asarray(corrected.get_xdata())
        best_first = np.sort(found.corrected)[:: -1 if orientation == "input" else 1]
        np.testing.assert_array_equal(drawn, best_first)
        [bars] = by_gid(fig, "intervals")
        ends = np.sort([segment[:, 0] for segment in bars.get_segments()], axis=0)
        np.testing.assert_allclose(ends[:, 0], np.sort(found.low))
        said = set(words(fig))
        assert {"Beta", "甲"} <= said
        assert ("Interval, 90 %" if language == "en" else "90 % 区间") in said
        assert any("φ" in word for word in said) == (orientation == "output")
