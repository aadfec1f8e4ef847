"""Figures of simulated scenarios: bands, lines with errors, bars."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.report.figures import fan_chart, peak_bars, peak_chances

NAMES = {"baseline": "Baseline", "low_emission": "低排放"}


@pytest.fixture(scope="module")
def found() -> Any:
    return sc.simulate(
        1184.2, sc.load_table("study003_rates"), horizon=2030, draws=300,
        errors="alpha=0.01,chi=0.01", rng=1,
    )  # fmt: skip


def by_gid(fig: Any, gid: str) -> list[Any]:
    return list(fig.findobj(lambda x: x.get_gid() == gid))


def legend(fig: Any) -> list[str]:
    return [words.get_text() for words in fig.legends[0].get_texts()]


def test_the_bands_are_the_quantiles(found: Any) -> None:
    history = pd.Series({2015: 1100.0, 2016: 1150.0, 2017: 1184.2})
    fig = fan_chart(
        found.quantiles, history=history, projection=found.projection, unit="Mt CO2", names=NAMES
    )
    assert [ax.get_title(loc="left") for ax in fig.axes][:2] == ["Baseline", "低排放"]
    assert legend(fig) == ["90 % of draws", "50 % of draws", "median", "without errors", "observed"]
    rows = found.quantiles.query("scenario == 'baseline' and year == 2030").set_index("quantile")
    outer, inner = by_gid(fig.axes[0], "band 0.90")[0], by_gid(fig.axes[0], "band 0.50")[0]
    for band, ends in ((outer, (0.05, 0.95)), (inner, (0.25, 0.75))):
        points = band.get_paths()[0].vertices
        last = points[points[:, 0] == 2030, 1]
        assert (last.min(), last.max()) == pytest.approx(tuple(rows.loc[list(ends), "value"]))
    (median,) = by_gid(fig.axes[0], "median")
    assert median.get_ydata()[-1] == rows.loc[0.5, "value"]
    (path,) = by_gid(fig.axes[0], "projection baseline")
    np.testing.assert_array_equal(path.get_ydata(), found.projection["baseline"])
    widths = {round(ax.get_position().width, 6) for ax in fig.axes}
    assert len(widths) == 1
    assert "90%的模拟" in legend(fan_chart(found.quantiles, language="zh"))


def test_chances_are_drawn_with_their_errors(found: Any) -> None:
    fig = peak_chances(found.peaked_by, names=NAMES)
    rows = found.peaked_by[found.peaked_by["scenario"] == "low_emission"]
    (line,) = by_gid(fig, "chance low_emission")
    np.testing.assert_array_equal(line.get_ydata(), rows["probability"])
    band = by_gid(fig, "error low_emission")[0].get_paths()[0].vertices
    at = band[band[:, 0] == 2025, 1]
    row = rows[rows["year"] == 2025].iloc[0]
    assert at.max() - at.min() == pytest.approx(2 * 1.96 * row["standard_error"], rel=1e-3)
    said = [t.get_text() for t in fig.findobj(match=lambda x: x.get_gid() == "end label")]
    assert any(words.startswith("低排放") for words in said)


def test_bars_are_the_masses(found: Any) -> None:
    fig = peak_bars(found.peak_probability, names=NAMES)
    for row in found.peak_probability.to_dict("records"):
        bars = by_gid(fig, f"bar {row['scenario']} {row['peak']}")
        if row["probability"] == 0:
            assert not bars
        else:
            assert bars[0].get_height() == row["probability"]
    ticks = [tick.get_text() for tick in fig.axes[-1].get_xticklabels()]
    assert ticks[0] == "2017\nor before"
    assert ticks[-1] == "not peaked"
    chinese = peak_bars(found.peak_probability, language="zh").axes[-1].get_xticklabels()
    assert chinese[-1].get_text() == "未达峰"


def test_what_cannot_be_drawn_is_refused(found: Any) -> None:
    alone = found.quantiles[found.quantiles["quantile"] == 0.5]
    with pytest.raises(sc.SchemaError, match="needs quantiles in pairs"):
        fan_chart(alone)
    many = pd.concat([alone.assign(scenario=str(n)) for n in range(9)])
    for draw in (fan_chart, peak_chances, peak_bars):
        with pytest.raises(sc.SchemaError, match="a figure of 9 scenarios"):
            draw(many)
