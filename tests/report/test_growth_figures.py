"""Figures of growth curves: what is drawn are the numbers, and nothing lies on anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.report import figures
from spatialcarbon.report.growth_figures import SUSPECT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

T = np.arange(12)
DATA = pd.DataFrame(
    {"bent": 200 / (1 + 4 * np.exp(-0.3 * T)) * (1 + 0.02 * np.sin(2 * T)), "甲": 5 * 1.1**T,
     "flat": np.full(12, 7.0)}, index=range(2005, 2017),
).T  # fmt: skip


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> dict[str, Any]:
    return {a.get_text(): a for a in fig.findobj(mpl.text.Text) if a.get_text()}


def drawn(found: sc.GrowthResult, **options: Any) -> Figure:
    return figures.growth_curves(
        found.values, found.fitted, found.forecast(2030), found.parameters, **options
    )


def test_curves_are_the_result() -> None:
    found = sc.fit_growth(DATA)
    fig = drawn(found, unit="Mt CO2", names={"bent": "Bent"}, language="zh")
    for line, unit in zip(by_gid(fig, "data"), DATA.index, strict=True):
        np.testing.assert_allclose(line.get_ydata(), DATA.loc[unit])
    for line, unit in zip(by_gid(fig, "fit"), DATA.index, strict=True):
        np.testing.assert_allclose(line.get_ydata(), found.fitted.loc[unit])
    paths = by_gid(fig, "forecast")
    value = found.forecast(2030).query("unit == '甲'")["value"]
    np.testing.assert_allclose(paths[1].get_ydata()[1:], value)
    assert paths[1].get_ydata()[0] == found.fitted.loc["甲", 2016]  # no gap after the data
    # k is drawn where it is in sight: not the bound far above the doubling series.
    assert [float(line.get_ydata()[0]) for line in by_gid(fig, "capacity")] == pytest.approx(
        found.parameters.loc[["bent", "flat"], "k"].tolist()
    )
    said = words(fig)
    assert said["甲"].get_color() == SUSPECT
    assert said["Bent"].get_color() != SUSPECT
    assert "容量 k" in said
    assert not by_gid(drawn(found, capacity=False), "capacity")


def test_thirty_provinces_fit_a_page() -> None:
    table = sc.load_table("study004_co2")
    data = table.pivot(index="province_zh", columns="label_year", values="co2_10kt")
    fig = drawn(sc.fit_growth(data), title="30", unit="10^4 t CO2")
    assert fig.get_size_inches()[1] < 10
    axes = [ax.get_position() for ax in fig.axes]
    assert len(axes) == 30
    assert not any(a.overlaps(b) for i, a in enumerate(axes) for b in axes[:i])
    with pytest.raises(sc.SchemaError, match="37 units to draw"):
        drawn(sc.fit_growth(pd.concat([DATA.iloc[[0]]] * 37).set_axis(range(37))))


def test_trends_are_drawn_to_the_horizon() -> None:
    found = sc.fit_growth(DATA)
    sums = found.trends(2030).groupby(["model", "year"])["value"].sum()
    paths = {model: sums[model] for model in ("logistic", "exponential", "linear")}
    fig = figures.growth_forecasts(DATA.sum(), paths, unit="Mt CO2")
    for model, path in paths.items():
        [line] = by_gid(fig, f"line {model}")
        np.testing.assert_allclose(line.get_ydata(), path)
    ends = [a.get_text() for a in by_gid(fig, "end label")]
    assert [end.split()[0] for end in ends] == ["Logistic", "Exponential", "Linear"]
