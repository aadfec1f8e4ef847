"""Figures of inequality, coupling and centres: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.language import text
from spatialcarbon.report import figures
from spatialcarbon.report.coupling_figures import class_colours
from spatialcarbon.report.layers import Categorised, Category, Layer
from spatialcarbon.report.qml import layer_qml
from spatialcarbon.report.ready import ready_layers
from spatialcarbon.stats.coupling_classes import CLASS_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

VALUES = pd.DataFrame({2005: [1.0, 3.0, 8.0], 2010: [2.0, 3.0, 4.0]}, index=["a", "b", "c"])
GROUPS = {"x": ["a", "b"], "y": ["c"]}
SCORES = pd.DataFrame({"u": [0.9, 0.2, 0.0], "v": [0.8, 0.7, 0.5]}, index=["a", "b", "c"])


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_lorenz_curves_are_the_curves() -> None:
    found = {year: sc.gini(VALUES[year]) for year in VALUES}
    fig = figures.lorenz_curves(
        {year: item.lorenz for year, item in found.items()}, ginis=found, language="zh"
    )
    for year, item in found.items():
        [line] = by_gid(fig, f"lorenz {year}")
        np.testing.assert_allclose(line.get_xdata(), item.lorenz["population"])
        np.testing.assert_allclose(line.get_ydata(), item.lorenz["value"])
    assert f"2005：基尼系数 {found[2005]:.3f}" in words(fig)
    with pytest.raises(sc.SchemaError, match="no Lorenz curve"):
        figures.lorenz_curves({})
    with pytest.raises(sc.SchemaError, match="lacks the column"):
        figures.lorenz_curves({"x": found[2005].lorenz[["value"]]})


def test_indices_and_parts_over_the_years() -> None:
    table = sc.inequality_panel(VALUES, groups=GROUPS).table
    fig = figures.inequality_over_time(table)
    for column in ("gini", "theil_t", "theil_l", "variation"):
        [line] = by_gid(fig, f"line {column}")
        np.testing.assert_allclose(line.get_ydata(), table[column])
    for column in ("between_share_t", "within_share_t"):
        heights = [bar.get_height() for bar in by_gid(fig, f"bar {column}")]
        assert heights == pytest.approx(table[column].tolist())
    assert len(fig.axes) == 2
    plain = sc.inequality_panel(VALUES).table
    assert len(figures.inequality_over_time(plain).axes) == 1
    with pytest.raises(sc.SchemaError, match="no year has an index"):
        figures.inequality_over_time(sc.inequality_panel(VALUES * 0).table)
    with pytest.raises(sc.SchemaError, match="the table of inequality lacks"):
        figures.inequality_over_time(table.drop(columns="gini"))


def test_the_plane_has_every_place_and_the_bounds() -> None:
    found = sc.coupling_coordination(SCORES)
    fig = figures.coupling_plane(
        found.to_frame(), classes=found.classes, class_names=CLASS_NAMES,
        names={"a": text("Alpha")}, language="en",
    )  # fmt: skip
    drawn = [
        tuple(point)
        for name in found.classes
        for dots in by_gid(fig, f"class {name}")
        for point in dots.get_offsets().tolist()
    ]
    expected = sorted(zip(found.development, found.coupling, strict=True))
    np.testing.assert_allclose(sorted(drawn), expected)
    [curve] = by_gid(fig, "contour 0.6")
    assert curve.get_xdata() * curve.get_ydata() == pytest.approx(0.36)
    assert {"Alpha", "b", "c", "D = 0.8", "severe imbalance  (1)"} <= set(words(fig))
    with pytest.raises(sc.SchemaError, match="not in the legend: good coordination"):
        figures.coupling_plane(found.to_frame(), classes={"severe imbalance": 0.0})


def test_the_map_of_classes(contrarian: Any) -> None:
    names = list(CLASS_NAMES)[:3]
    levels = pd.Series(names[0], index=contrarian.table.index, dtype=object)
    levels["成都"], levels["a"] = names[2], None
    fig = figures.class_map(contrarian.units, levels, classes=names, title="t", caption="c")
    fills = by_gid(fig, "units")[0].get_facecolor()
    at = contrarian.units.index.get_loc("成都")
    assert mpl.colors.to_hex(fills[at]) == class_colours(names)[names[2]]
    assert {"no data  (1)", f"{names[0]}  (11)", f"{names[1]}  (0)"} <= set(words(fig))
    with pytest.raises(sc.AlignmentError):
        figures.class_map(contrarian.units, levels.iloc[1:], classes=names, title="t")
    with pytest.raises(sc.SchemaError, match="not in the legend"):
        figures.class_map(contrarian.units, levels, classes=names[1:], title="t")


@pytest.fixture
def track(contrarian: Any) -> Any:
    values = contrarian.table[["co2", "gdp"]].set_axis([2005, 2010], axis=1)
    values[2015] = values[2010] * np.arange(1, 14)
    return sc.centre_track(values, contrarian.units, groups=contrarian.units["cluster"])


def test_the_map_of_the_centre(track: Any, contrarian: Any) -> None:
    fig = figures.centre_map(contrarian.units, track, title="t", language="zh")
    rows = track.defined().query("group == 'ALL'")
    lines = by_gid(fig, "track")
    assert len(lines) == 2  # over the map, and close up
    for line in lines:
        np.testing.assert_allclose(line.get_xdata(), rows["x"])
        np.testing.assert_allclose(line.get_ydata(), rows["y"])
    assert len(by_gid(fig, "ellipse 2005")) == len(by_gid(fig, "ellipse 2015")) == 1
    assert not by_gid(fig, "ellipse 2010")
    [drawn] = by_gid(fig, "ellipse 2015")
    ring = drawn.get_paths()[0].vertices
    assert np.ptp(ring[:, 0]) <= 2001 * rows["semi_major_km"].iloc[-1]
    assert {"2005", "2010", "2015"} <= set(words(fig))
    # The ellipse may reach beyond the units: the frame makes room for it.
    x0, x1 = fig.axes[0].get_xlim()
    assert x0 <= ring[:, 0].min()
    assert ring[:, 0].max() <= x1
    one = figures.centre_map(contrarian.units, track, group="西", years=[2010])
    assert by_gid(one, "ellipse 2010")
    with pytest.raises(sc.OptionError, match="no centre of the group 'north'"):
        figures.centre_map(contrarian.units, track, group="north")
    with pytest.raises(sc.OptionError, match="no centre in the year 1999"):
        figures.centre_map(contrarian.units, track, years=[1999])


def test_a_single_year_has_no_close_up(contrarian: Any) -> None:
    values = contrarian.table[["co2"]].set_axis([2010], axis=1)
    found = sc.centre_track(values, contrarian.units)
    fig = figures.centre_map(contrarian.units, found)
    assert len(by_gid(fig, "track")) == 1
    with pytest.raises(sc.SchemaError, match="has no groups"):
        figures.group_centres_map(contrarian.units, found)


def test_the_map_of_the_groups(track: Any, contrarian: Any) -> None:
    fig = figures.group_centres_map(
        contrarian.units, track, group_names={"east": "East side"}, language="en"
    )
    for group in ("east", "西"):
        assert by_gid(fig, f"ellipse {group} 2005")[0].get_linestyle() != [(0, None)]
        assert by_gid(fig, f"ellipse {group} 2015")[0].get_linestyle() == [(0, None)]
    assert not by_gid(fig, "ellipse ALL 2005")
    assert {"East side", "西", "2005", "2015"} <= set(words(fig))


def _layers(track: Any) -> list[Layer]:
    colours = {"ALL": "#444444", "east": "#4477aa", "西": "#ee6677"}
    style = Categorised("group", tuple(Category(g, text(g), c) for g, c in colours.items()))
    opened = Categorised("group", style.categories, outline_only=True)
    frames = {
        "points": track.points(),
        "tracks": track.tracks(),
        "ellipses": track.ellipses([2005, 2015]),
    }
    return [
        Layer(
            name, text(name.title()), text("Centres"), frame,
            style=opened if name == "ellipses" else style,
            label_field="year" if name == "points" else None,
        )
        for name, frame in frames.items()
    ]  # fmt: skip


def test_open_outlines_have_the_colours_of_their_groups(track: Any) -> None:
    ready = ready_layers(_layers(track), "en")
    assert [layer.kind for layer in ready] == ["point", "line", "area"]
    assert [layer.renderer.filled for layer in ready] == [True, True, False]
    assert not any(layer.covers for layer in _layers(track))
    document = layer_qml(ready[2])
    assert document.count('k="style" v="no"') == 3
    for colour in ("68,119,170,255", "238,102,119,255"):
        assert f'k="outline_color" v="{colour}"' in document
    assert 'k="outline_color" v="107,107,107,255"' in layer_qml(ready[0])


@pytest.mark.qgis
def test_qgis_opens_points_tracks_and_open_ellipses(
    track: Any, tmp_path: Path, qgis: Callable[..., Any]
) -> None:
    from matplotlib.image import imread

    from spatialcarbon.report.geopackage import write_geopackage

    write_geopackage(
        tmp_path / "results.gpkg", _layers(track), language="en", history=[], project_title="c"
    )
    found = {
        layer["name"]: layer
        for layer in qgis(tmp_path / "results.gpkg", tmp_path / "map.png")["layers"]
    }
    assert {layer["renderer"] for layer in found.values()} == {"categorizedSymbol"}
    assert all(layer["valid"] and not layer["undrawn"] for layer in found.values())
    assert found["points"]["labels"] == "year"
    assert [entry[0] for entry in found["ellipses"]["entries"]] == ["ALL", "east", "西"]
    picture = (imread(tmp_path / "map_ellipses.png")[:, :, :3] * 255).round().astype(int)
    pixels, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    seen = {tuple(p): int(n) for p, n in zip(pixels.tolist(), counts, strict=True)}
    assert {(68, 68, 68), (68, 119, 170), (238, 102, 119)} <= set(seen)
    # Open: lines cover little of the picture, fills would cover much.
    assert max(seen, key=lambda p: seen[p]) == (255, 255, 255)
    assert sum(n for p, n in seen.items() if p != (255, 255, 255)) < 0.1 * sum(seen.values())
