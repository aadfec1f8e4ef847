"""Radar, composition and comparison: distances, bars and dots are the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from spatialcarbon.core.errors import AlignmentError, DegenerateDataError, SchemaError
from spatialcarbon.report import figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARES = pd.DataFrame(
    {"industry": [0.6, 0.5, 0.985], "transport": [0.3, 0.3, 0.01], "homes": [0.1, 0.2, 0.005]},
    index=["BTH", "YRD", "PRD"],
)
RADAR = pd.DataFrame(
    {"total": [1.0, 0.6], "per GDP": [0.6, 1.0], "per head": [0.8, 1.0], "per area": [0.7, 0.8]},
    index=["YRD", "BTH"],
)


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def legend_words(fig: Figure) -> list[str]:
    (legend,) = by_gid(fig, "legend")
    return [letters.get_text() for letters in legend.get_texts()]


def all_words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_radar_draws_the_values_as_distances() -> None:
    fig = figures.radar(RADAR)
    outlines = by_gid(fig, "outline")
    assert len(outlines) == 2 + 2 * 2  # together once, then each before the other
    x, y = outlines[0].get_data()
    assert np.allclose(np.hypot(x, y)[:-1], RADAR.loc["YRD"])
    assert (x[0], y[0]) == (x[-1], y[-1])
    assert [t.get_text() for t in by_gid(fig, "indicator")] == [
        "total", "per GDP", "per head", "per area",
    ]  # fmt: skip


def test_radar_breaks_at_missing_values_and_refuses_the_rest() -> None:
    holed = RADAR.copy()
    holed.loc["BTH", "per GDP"] = np.nan
    assert np.isnan(by_gid(figures.radar(holed), "outline")[1].get_xdata()).sum() == 1
    with pytest.raises(SchemaError, match="from 0 to 1"):
        figures.radar(RADAR * 3)
    with pytest.raises(DegenerateDataError, match="three indicators"):
        figures.radar(RADAR[["total", "per GDP"]])


def test_composition_bars_are_the_shares_and_words_stay_inside() -> None:
    fig = figures.stacked_composition(SHARES)
    bars = {name: by_gid(fig, f"bar {name}") for name in SHARES.columns}
    for name, found in bars.items():
        assert [bar.get_width() for bar in found] == pytest.approx(list(SHARES[name]))
    assert bars["homes"][0].get_x() == pytest.approx(0.9)
    written = [letters.get_text() for letters in by_gid(fig, "share")]
    assert "98.5" in written
    assert "0.5" not in written  # too narrow for its number
    assert legend_words(fig) == list(SHARES.columns)


def test_composition_marks_missing_groups_and_refuses_other_sums() -> None:
    holed = SHARES.copy()
    holed.loc["YRD"] = np.nan
    assert "no data" in all_words(figures.stacked_composition(holed))
    for wrong in (SHARES * 100, SHARES.assign(homes=[0.1, np.nan, 0.005])):
        with pytest.raises(SchemaError, match="sum to one"):
            figures.stacked_composition(wrong)


def test_comparison_shows_both_and_says_what_is_absent() -> None:
    printed = pd.DataFrame({2005: [0.15, np.nan], 2020: [0.23, np.nan]}, index=["ALL", "CY"])
    ours = pd.DataFrame({2005: [0.21, -0.1], 2017: [0.25, np.nan]}, index=["ALL", "CY"])
    fig = figures.comparison(printed, ours)
    assert [float(a.get_xdata()[0]) for a in by_gid(fig, "printed")] == [0.15, 0.23]
    assert [float(a.get_xdata()[0]) for a in by_gid(fig, "ours")] == [0.21, 0.25, -0.1]
    assert len(by_gid(fig, "difference")) == 1
    assert [a.get_text() for a in by_gid(fig, "missing")] == [
        "printed: no such year",
        "ours: no such year",
        "printed: not significant",
        "printed: no such year; ours: not defined",
        "printed: not significant; ours: no such year",
    ]
    with pytest.raises(AlignmentError):
        figures.comparison(printed, ours.iloc[:1])
