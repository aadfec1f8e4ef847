"""Density figures: curves are the densities, ticks the values, ridges on one scale."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.report import figures

PATHS = pd.DataFrame(
    {2010: [1.0, 2.0, 3.0, 4.0, 10.0], 2017: [2.0, 4.0, 6.0, 8.0, 20.0], 2020: [3.0] * 5},
    index=list("abcde"),
)
PANEL = sc.density_panel(PATHS, groups={"west": list("abc"), "east": list("cde")})


def by_gid(fig: Any, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Any) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_curves_modes_and_ticks_are_those_of_the_results() -> None:
    curves = {year: PANEL.curves["ALL", year] for year in (2010, 2017)}
    fig = figures.density_curves(curves, quantity="Emissions", unit="Mt CO2", names={2010: "then"})
    for year, one in curves.items():
        (line,) = by_gid(fig, f"curve {year}")
        np.testing.assert_array_equal(line.get_xdata(), one.grid)
        np.testing.assert_array_equal(line.get_ydata(), one.density)
        (dots,) = by_gid(fig, f"modes {year}")
        np.testing.assert_allclose(dots.get_xdata(), one.modes["location"])
        (rug,) = by_gid(fig, f"rug {year}")
        assert sorted(rug.get_xdata()) == sorted(PATHS[year])
        assert (rug.get_ydata() < 0).all()
    said = words(fig)
    assert "Emissions (Mt CO₂)" in said
    assert "Density (per Mt CO₂)" in said
    assert "then\nh = 0.974 Mt CO₂" in said
    assert "密度（每百万吨 CO₂）" in words(
        figures.density_curves(curves, unit="Mt CO2", language="zh")
    )


def test_low_modes_are_not_marked() -> None:
    many = [*np.linspace(0, 1, 60), 9.0]
    one = sc.kernel_density(many, bandwidth=0.5)
    assert len(one.modes) == 2
    (dots,) = by_gid(figures.density_curves({"a": one}), "modes a")
    assert len(dots.get_xdata()) == 1


def test_the_same_values_stand_below_but_once() -> None:
    rules = {rule: sc.kernel_density(PATHS[2010], bandwidth=rule) for rule in ("scott", "normal")}
    fig = figures.density_curves(rules)
    assert len(by_gid(fig, "rug scott")) == 1
    assert not by_gid(fig, "rug normal")
    bare = figures.density_curves(rules, rug=False)
    assert not by_gid(bare, "rug scott")
    assert "one value" not in words(bare)
    assert "Density" in words(bare)
    with pytest.raises(sc.SchemaError, match="no density to draw"):
        figures.density_curves({})


def test_ridges_are_on_one_scale_and_gaps_say_why() -> None:
    fig = figures.density_ridges(PANEL, groups=["ALL"], quantity="Emissions", unit="Mt CO2")
    tops = {}
    for place, year in enumerate((2010, 2017)):
        (line,) = by_gid(fig, f"ridge ALL {year}")
        tops[year] = place - np.nanmin(line.get_ydata())
        (ticks,) = by_gid(fig, f"modes ALL {year}")
        at = [segment[0][0] for segment in ticks.get_segments()]
        np.testing.assert_allclose(at, PANEL.curves["ALL", year].modes["location"])
    high = {year: PANEL.curves["ALL", year].density.max() for year in tops}
    assert tops[2010] / tops[2017] == pytest.approx(high[2010] / high[2017])
    assert [a.get_text().strip() for a in by_gid(fig, "undefined")] == ["× constant"]
    assert {"2010", "2017", "2020", "Emissions (Mt CO₂)"} <= set(words(fig))
    zh = figures.density_ridges(PANEL, groups=["ALL"], language="zh")
    assert any("面积均为1" in said for said in words(zh))


def test_a_panel_for_each_group() -> None:
    fig = figures.density_ridges(PANEL, group_names={"west": "The West"})
    assert len(fig.axes) == 3
    assert {"ALL", "The West", "east"} <= set(words(fig))
    with pytest.raises(sc.SchemaError, match=r"no density of north(.|\n)*ALL, west, east"):
        figures.density_ridges(PANEL, groups=["north"])
    with pytest.raises(sc.SchemaError):
        figures.density_ridges(PANEL, groups=[])
