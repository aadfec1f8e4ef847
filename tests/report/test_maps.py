"""Maps: every polygon in the colour of its value, a legend that counts right, honest furniture."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_hex

from spatialcarbon.core.errors import (
    AlignmentError,
    CRSMismatchError,
    MissingDataError,
    OptionError,
    SchemaError,
)
from spatialcarbon.geo.units import load_units
from spatialcarbon.report import canvas, maps
from spatialcarbon.report.map_canvas import draw_areas, map_view
from spatialcarbon.report.map_furniture import scale_and_north
from spatialcarbon.report.palettes import LISA_COLOURS, NO_DATA, classify, natural_breaks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LANGUAGES = ["en", "zh"]
WORDS: dict[str, Any] = {"title": "CO2", "unit": "Mt CO2"}


def grid(columns: int, rows: int = 1, crs: Any = 4490) -> gpd.GeoDataFrame:
    size = 0.5 if crs == 4490 else 50_000.0
    x0, y0 = (104.0, 30.0) if crs == 4490 else (500_000.0, 3_300_000.0)
    cells = [
        shapely.box(x0 + i * size, y0 + j * size, x0 + (i + 1) * size, y0 + (j + 1) * size)
        for j in range(rows)
        for i in range(columns)
    ]
    index = pd.Index([f"u{i}" for i in range(len(cells))], name="unit")
    names = [f"很长很长的城市名称{i}号市" for i in range(len(cells))]
    return gpd.GeoDataFrame({"name_zh": names}, geometry=cells, index=index, crs=crs)


def fills(fig: Figure, gid: str = "units") -> list[list[str]]:
    """Return the colours of the polygons, map by map."""
    found = [artist for artist in fig.findobj() if artist.get_gid() == gid]
    return [[to_hex(colour) for colour in areas.get_facecolors()] for areas in found]


def legend(fig: Figure) -> dict[str, str]:
    (made,) = [artist for artist in fig.findobj() if artist.get_gid() == "legend"]
    handles = [to_hex(patch.get_facecolor()) for patch in made.get_patches()]
    return dict(zip((t.get_text() for t in made.get_texts()), handles, strict=True))


def words(fig: Figure) -> list[str]:
    return [t.get_text() for t in fig.findobj(mpl.text.Text) if t.get_text()]


def local(units: gpd.GeoDataFrame, **labels: str) -> pd.DataFrame:
    kinds = pd.Series("Not significant", index=units.index)
    for unit, label in labels.items():
        kinds[unit] = label
    return kinds.rename_axis("unit").rename("label").reset_index()


def test_polygons_and_legend_agree_with_the_values() -> None:
    units = grid(5, 4)
    values = pd.Series(np.arange(20.0) ** 2, index=units.index)
    values.iloc[3] = np.nan
    fig = maps.choropleth(units, values.sample(frac=1, random_state=0), k=4, **WORDS)
    bounds = natural_breaks(values, 4)
    entries = legend(fig)
    shown = {colour: int(word.split("(")[1].rstrip(")")) for word, colour in entries.items()}
    assert Counter(fills(fig)[0]) == shown
    assert sum(shown.values()) == 20
    assert shown[NO_DATA] == 1
    assert list(entries)[-1] == "no data  (1)"
    # The legend runs from much to little, the classes from little to much.
    ramp = [colour for colour in entries.values() if colour != NO_DATA][::-1]
    expected = [NO_DATA if c < 0 else ramp[c] for c in classify(values, bounds).tolist()]
    assert fills(fig)[0] == expected


def test_row_order_changes_nothing_and_bytes_are_the_same() -> None:
    units = grid(4, 3)
    values = pd.Series(np.linspace(1, 9, 12), index=units.index)
    one = maps.choropleth(units, values, **WORDS)
    two = maps.choropleth(units, values[::-1], **WORDS)
    assert canvas.to_png_bytes(one) == canvas.to_png_bytes(two)
    assert canvas.to_svg_bytes(one) == canvas.to_svg_bytes(two)


@pytest.mark.parametrize("crs", [4490, 4547])
@pytest.mark.parametrize("scheme", ["natural", "quantile", "zero"])
def test_constants_single_units_and_nothing_at_all(crs: int, scheme: Any) -> None:
    one = grid(1, crs=crs)
    for value in (5.0, 0.0, -2.0, np.nan):
        values = pd.Series(value, index=one.index)
        fig = maps.choropleth(one, values, scheme=scheme, label_field="name_zh", **WORDS)
        assert len(fills(fig)[0]) == 1
        assert (fills(fig)[0] == [NO_DATA]) == np.isnan(value)
    constant = pd.Series(5.0, index=grid(3).index)
    fig = maps.choropleth(grid(3), constant, **WORDS)
    assert list(legend(fig)) == ["5  (3)"]


def test_bad_input_is_refused() -> None:
    units = grid(3)
    values = pd.Series([1.0, 2.0, 3.0], index=units.index)
    with pytest.raises(AlignmentError):
        maps.choropleth(units, values.iloc[1:], **WORDS)
    with pytest.raises(AlignmentError):
        maps.choropleth(units, values, groups=pd.Series("a", index=["u0"]), **WORDS)
    with pytest.raises(MissingDataError):
        maps.choropleth(units, values.replace(3.0, np.inf), **WORDS)
    with pytest.raises(CRSMismatchError):
        maps.choropleth(units.set_crs(None, allow_override=True), values, **WORDS)
    with pytest.raises(OptionError, match="quantile"):
        maps.choropleth(units, values, scheme="quantiles", **WORDS)  # type: ignore[arg-type]
    with pytest.raises(OptionError):
        maps.choropleth(units, values, k=0, **WORDS)
    with pytest.raises(SchemaError):
        maps.choropleth(units, values, label_field="name", **WORDS)
    with pytest.raises(SchemaError, match="no units"):
        maps.choropleth(units.iloc[:0], values.iloc[:0], **WORDS)


def test_the_callers_frames_are_not_changed() -> None:
    units, behind = grid(4, 3), grid(6, 6)
    values = pd.Series(range(12), index=units.index)
    before, back = units.copy(), behind.copy()
    groups = pd.Series(["a"] * 6 + [None] * 6, index=units.index)
    maps.choropleth(units, values, background=behind, groups=groups, **WORDS)
    assert units.equals(before)
    assert behind.equals(back)
    assert units.crs == before.crs


def test_groups_are_outlined_and_named() -> None:
    units = grid(6, 2)
    groups = pd.Series(["east"] * 3 + ["west"] * 3 + ["east"] * 3 + [None] * 3, index=units.index)
    names = {"east": "东部", "west": "西部"}
    values = pd.Series(range(12), index=units.index)
    fig = maps.choropleth(units, values, groups=groups, group_names=names, **WORDS)
    (outlines,) = [a for a in fig.findobj() if a.get_gid() == "groups"]
    assert len(outlines.get_paths()) == 2
    named = [a for a in fig.findobj() if a.get_gid() == "group"]
    assert [letters.get_text() for letters in named] == ["东部", "西部"]
    one, two = (letters.get_window_extent() for letters in named)
    assert not one.overlaps(two)


@pytest.mark.parametrize("language", LANGUAGES)
def test_panels_share_classes(language: Any) -> None:
    units = grid(4, 3)
    years = pd.DataFrame(
        {2005: np.arange(12.0), 2010: np.arange(12.0) * 3, 2017: 30.0}, index=units.index
    )
    years.loc["u2", 2010] = np.nan
    fig = maps.choropleth_panel(
        units, years, title="t", unit="Mt CO2", years=[2005, 2010, 2017], k=3, language=language
    )
    bounds = natural_breaks(years.to_numpy().ravel(), 3)
    entries = list(legend(fig).items())
    ramp = [colour for _, colour in entries if colour != NO_DATA][::-1]
    for year, drawn in zip(years.columns, fills(fig), strict=True):
        places = classify(years[year], bounds).tolist()
        assert drawn == [NO_DATA if p < 0 else ramp[p] for p in places]
    assert len(entries) == 4
    assert [ax.get_title(loc="left") for ax in fig.axes[:3]] == ["2005", "2010", "2017"]
    with pytest.raises(SchemaError, match="lacks years"):
        maps.choropleth_panel(units, years, title="t", unit="", years=[2006])
    with pytest.raises(SchemaError, match="lacks years"):
        maps.choropleth_panel(units, years, title="t", unit="", years=[])


def test_lisa_colours_counts_and_names() -> None:
    units = grid(5, 4)
    table = local(units, u0="High-High", u1="High-High", u7="Low-High", u19="Isolate")
    fig = maps.lisa_map(units, table.iloc[::-1], title="LISA", name_field="name_zh")
    shown = {c: int(w.split("(")[1].rstrip(")")) for w, c in legend(fig).items()}
    assert shown == {
        LISA_COLOURS["High-High"]: 2,
        LISA_COLOURS["Low-Low"]: 0,
        LISA_COLOURS["Low-High"]: 1,
        LISA_COLOURS["High-Low"]: 0,
        LISA_COLOURS["Not significant"]: 16,
        LISA_COLOURS["Isolate"]: 1,
    }
    assert Counter(fills(fig)[0]) == {c: n for c, n in shown.items() if n}
    assert fills(fig)[0][7] == LISA_COLOURS["Low-High"]
    named = {word for word in words(fig) if word.startswith("很长")}
    assert named == {units.loc[u, "name_zh"] for u in ("u0", "u1", "u7")}


@pytest.mark.parametrize(("significant", "named"), [(20, 20), (21, 0)])
def test_lisa_names_do_not_meet_and_stop_at_twenty(significant: int, named: int) -> None:
    units = grid(6, 5)
    kinds = {f"u{i}": "Low-Low" for i in range(significant)}
    fig = maps.lisa_map(units, local(units, **kinds), title="LISA", language="zh")
    letters = [t for t in fig.findobj(mpl.text.Text) if t.get_text().startswith("很长")]
    boxes = [mpl.text.Text.get_window_extent(t) for t in letters]
    assert len(boxes) == named
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_lisa_refuses_tables_that_do_not_fit() -> None:
    units = grid(3)
    with pytest.raises(SchemaError, match="label"):
        maps.lisa_map(units, pd.DataFrame({"unit": units.index}), title="t")
    with pytest.raises(SchemaError, match="HH"):
        maps.lisa_map(units, local(units, u0="HH"), title="t")
    with pytest.raises(AlignmentError):
        maps.lisa_map(units, local(units).iloc[1:], title="t")
    with pytest.raises(AlignmentError):
        maps.lisa_map(units, pd.concat([local(units)] * 2), title="t")


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    units = grid(6, 4, crs=4547)
    view = map_view(units)
    fig = canvas.new_figure(8, 5)
    with canvas.house_style():
        ax, side = fig.add_axes((0, 0, 0.7, 1)), fig.add_axes((0.75, 0, 0.25, 0.2))
        ax.set(xlim=view.bounds[::2], ylim=view.bounds[1::2], aspect="equal")
        fig.draw_without_rendering()
        scale_and_north(side, ax, view, "en")
        fig.draw_without_rendering()
    left, right = (patch.get_window_extent() for patch in side.patches[:2])
    pixels = right.x1 - left.x0
    (label,) = [t.get_text() for t in side.texts if "km" in t.get_text()]
    per_pixel = (view.bounds[2] - view.bounds[0]) / 1000 / ax.get_window_extent().width
    assert pixels * per_pixel == pytest.approx(float(label.split()[0]), rel=0.02)


def test_geographic_units_are_drawn_in_equal_area() -> None:
    view = map_view(load_units("cities", clusters="plan"))
    km2 = view.units.geometry.area / 1e6
    known = load_units("cities", clusters="plan")["area_km2"]
    large = known > 2000
    assert (km2 / known - 1).abs()[large].max() < 0.03
    projected = grid(3, crs=4547)
    assert map_view(projected).units.crs == projected.crs


def test_holes_stay_open_whichever_way_their_rings_run() -> None:
    outer = [(0, 0), (3, 0), (3, 3), (0, 3)]
    inner = [(1, 1), (2, 1), (2, 2), (1, 2)]
    fig = canvas.new_figure(2, 2)
    ax = fig.add_axes((0, 0, 1, 1))
    shapes = [shapely.Polygon(outer, [inner]), shapely.Polygon(outer, [inner[::-1]])]
    areas = draw_areas(ax, shapes, ["red", "red"])
    for path in areas.get_paths():
        rings = path.to_polygons()
        turns = [np.sum(r[:-1, 0] * r[1:, 1] - r[1:, 0] * r[:-1, 1]) for r in rings]
        assert len(turns) == 2
        assert turns[0] * turns[1] < 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_real_clusters_are_drawn_with_all_their_furniture(language: Any) -> None:
    units = load_units("cities", clusters="plan")
    values = units["area_km2"].where(units["area_km2"] > 2000)
    fig = maps.choropleth(
        units, values, title="面积 area", unit="km2", groups=units["cluster"],
        background=load_units("provinces"), source="test", language=language,
    )  # fmt: skip
    assert len(fills(fig)[0]) == 111
    assert fills(fig)[0].count(NO_DATA) == int(values.isna().sum()) > 0
    assert {"BTH", "YRD", "PRD", "CY", "MYR"} <= set(words(fig))
    named = [a for a in fig.findobj() if a.get_gid() == "group"]
    boxes = [letters.get_window_extent() for letters in named]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert ("N" if language == "en" else "北") in words(fig)
    assert canvas.to_png_bytes(fig).startswith(b"\x89PNG")


def test_maps_to_be_compared_share_their_classes() -> None:
    units = grid(4)
    early = pd.Series([1.0, 2.0, 3.0, 4.0], index=units.index)
    late = early * 10
    both = pd.concat([early, late], ignore_index=True)
    drawn = [
        maps.choropleth(units, values, **WORDS, k=3, class_values=both) for values in (early, late)
    ]
    bounds = natural_breaks(both, 3)
    colour_of: dict[int, str] = {}
    for fig, values in zip(drawn, (early, late), strict=True):
        for place, colour in zip(classify(values, bounds).tolist(), fills(fig)[0], strict=True):
            assert colour_of.setdefault(place, colour) == colour
    assert len(set(colour_of.values())) == len(colour_of) == 3
    ranges = [[text.split("  ")[0] for text in legend(fig)] for fig in drawn]
    assert ranges[0] == ranges[1]


def test_classes_that_miss_a_value_are_refused() -> None:
    units = grid(3)
    values = pd.Series([1.0, 2.0, 9.0], index=units.index)
    with pytest.raises(OptionError, match="do not span"):
        maps.choropleth(units, values, **WORDS, class_values=pd.Series([1.0, 5.0]))
