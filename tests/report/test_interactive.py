"""The interactive map before a browser sees it: what it holds, how small it is, what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from spatialcarbon.core.errors import AlignmentError, CRSMismatchError, OptionError, SchemaError
from spatialcarbon.core.language import name, text
from spatialcarbon.report.interactive import Detail, InteractiveMap, Scatter, Theme
from spatialcarbon.report.interactive_page import write_map
from spatialcarbon.report.interactive_shapes import LETTERS, outlines, pack
from spatialcarbon.report.layers import Categorised, Category, graduated_style, lisa_style
from spatialcarbon.report.map_canvas import map_view
from spatialcarbon.report.palettes import classify

if TYPE_CHECKING:
    import geopandas as gpd

EVIL = '</script><img src=x onerror="x()">&amp;\u2028\u202e'


def unpack(letters: str) -> list[tuple[int, int]]:
    """Read what ``pack`` wrote, as the script does."""
    numbers, value, unit = [], 0, 1
    for letter in letters:
        digit = LETTERS.index(letter)
        value += digit % 32 * unit
        unit *= 32
        if digit < 32:
            numbers.append(-(value + 1) // 2 if value % 2 else value // 2)
            value, unit = 0, 1
    steps = np.array(numbers).reshape(-1, 2)
    return [(int(x), int(y)) for x, y in steps.cumsum(axis=0)]


def polygon(made: Any, at: int) -> Any:
    """Return a unit of the outlines as a shape."""
    arcs = [unpack(part) for part in made.arcs.split(".")]
    rings = []
    for ring in made.rings[at]:
        points: list[tuple[int, int]] = []
        for arc in ring:
            run = arcs[~arc][::-1] if arc < 0 else arcs[arc]
            assert not points or points[-1] == run[0], "arcs of a ring follow each other"
            points += run[1:] if points else run
        assert points[0] == points[-1]
        rings.append(points)
    return shapely.union_all(
        shapely.make_valid([shapely.Polygon(r) for r in rings])
    )  # lattices and islands have no holes


def content(shown: InteractiveMap, language: Any = "en") -> Any:
    """Return what the script will read."""
    page = str(shown.html(language))
    (found,) = re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


def simple(units: gpd.GeoDataFrame, **more: Any) -> InteractiveMap:
    values = {
        2016: pd.Series(np.arange(len(units)) * 1.5, units.index),
        2017: pd.Series(np.arange(len(units)) * 2.5, units.index),
    }
    values[2017].iloc[0] = np.nan
    every = np.concatenate([series.dropna() for series in values.values()])
    theme = Theme(text("CO2 emissions"), graduated_style("v", every, unit="Mt CO2"), values)
    return InteractiveMap(units, {u: f"place {u}" for u in units.index}, [theme], **more)


@pytest.mark.parametrize(
    "points", [[(0, 0)], [(-1, 1), (31, -32), (6000, 0), (0, 6000)], [(15, 16), (16, 15)]]
)
def test_points_come_back(points: list[tuple[int, int]]) -> None:
    assert unpack(pack(points)) == points


def test_a_border_of_two_places_is_written_once(lattice: gpd.GeoDataFrame) -> None:
    made = outlines(lattice)
    # 24 sides of squares; at the four corners two sides run on as one.
    assert len(made.arcs.split(".")) == 20
    used = [max(arc, ~arc) for rings in made.rings for ring in rings for arc in ring]
    assert sorted(set(used)) == list(range(20))
    assert len(used) == 20 + 12


def test_outlines_keep_areas_and_borders(plan_units: gpd.GeoDataFrame) -> None:
    units = plan_units[plan_units.index // 10000 == 51]  # Sichuan: no holes
    made = outlines(units, groups=pd.Series("CY", units.index))
    areas = np.array([polygon(made, at).area for at in range(len(units))]) * made.km**2
    drawn = map_view(units, detail=2400).units.area.to_numpy() / 1e6
    np.testing.assert_allclose(areas, drawn, rtol=0.004)
    assert made.height <= 6000
    assert max(made.width, made.height) == 6000
    inside = [polygon(made, at).contains(shapely.Point(made.centres[at])) for at in range(9)]
    assert all(inside)
    border = set(made.groups["CY"])
    outer = [arc for arc in border if sum(arc in r or ~arc in r for p in made.rings for r in p) > 1]
    assert not outer


def test_an_enclave_shares_its_border_and_a_speck_can_still_be_hit() -> None:
    import geopandas as gpd

    hole = box(40, 40, 60, 60)
    around = box(0, 0, 100, 100).difference(hole)
    speck = box(150, 50, 150.001, 50.001)
    units = gpd.GeoDataFrame(geometry=[around, hole, speck], index=list("abc"), crs="EPSG:4547")
    made = outlines(units)
    assert len(made.arcs.split(".")) == 3
    (enclave,) = made.rings[1][0]
    assert any(ring in ([enclave], [~enclave]) for ring in made.rings[0])
    assert polygon(made, 2).area > 0


def test_a_map_without_a_crs_is_refused(lattice: gpd.GeoDataFrame) -> None:
    with pytest.raises(CRSMismatchError):
        outlines(lattice.set_crs(None, allow_override=True))


def test_classes_are_decided_on_the_exact_numbers(lattice: gpd.GeoDataFrame) -> None:
    shown = simple(lattice)
    theme = content(shown)["themes"][0]
    style = shown.themes[0].style
    for year, letters in zip((2016, 2017), theme["classes"], strict=True):
        places = classify(shown.themes[0].values[year], style.bounds)  # type: ignore[union-attr]
        assert letters == "".join("." if at < 0 else LETTERS[at] for at in places)
    assert theme["values"][1][:3] == [None, 2.5, 5]
    assert theme["unit"] == "Mt CO₂"
    assert [entry[0] for entry in theme["legend"]] == list(style.colours)  # type: ignore[union-attr]


def test_values_follow_the_places_whatever_their_order(contrarian: Any) -> None:
    table = contrarian.table["co2"]  # in another order than the map
    theme = Theme(text("CO2 emissions"), graduated_style("v", table), {0: table})
    names = {unit: str(unit) for unit in contrarian.units.index}
    held = content(InteractiveMap(contrarian.units, names, [theme]))
    assert held["themes"][0]["values"][0] == [table[unit] for unit in held["names"]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_a_user_wrote_becomes_markup(lattice: gpd.GeoDataFrame, language: Any) -> None:
    kinds = Categorised("k", (Category("a", text("{x}", x=EVIL), "#ff0000"),))
    theme = Theme(
        text("{x}", x=EVIL),
        kinds,
        {0: pd.Series("a", lattice.index)},
        heading=text("{x}", x=EVIL),
        details=[Detail(text("{x}", x=EVIL), {0: pd.Series(1.0, lattice.index)})],
    )
    groups = pd.Series([EVIL] * 4 + [""] * 5, lattice.index)
    shown = InteractiveMap(
        lattice, dict.fromkeys(lattice.index, EVIL), [theme], groups, {EVIL: EVIL}
    )
    page = str(shown.html(language))
    assert page.count("</script>") == 1
    assert "<img" not in page
    assert "\u2028" not in page
    held = content(shown, language)
    said = '</script><img src=x onerror="x()">&amp;'
    assert held["names"][0] == held["groups"][0]["name"] == said
    assert held["group"] == [0] * 4 + [-1] * 5


def test_the_script_makes_no_markup_and_asks_for_nothing(lattice: gpd.GeoDataFrame) -> None:
    shown = simple(lattice)
    for banned in ("innerHTML", "insertAdjacent", "document.write", "eval(", "fetch", "http"):
        assert banned not in shown.js.replace("http://www.w3.org/2000/svg", ""), banned
    assert not re.search(r'\son\w+="|style="', str(shown.html("en")))
    assert "url(" not in shown.css


def test_names_are_said_in_the_language(lattice: gpd.GeoDataFrame) -> None:
    groups = pd.Series("PRD", lattice.index)
    shown = simple(lattice, groups=groups, group_names={"PRD": name("Pearl River Delta", "珠三角")})
    assert content(shown, "zh")["groups"][0]["name"] == "珠三角"
    assert content(shown, "zh")["themes"][0]["title"] == "二氧化碳排放量"
    assert content(shown)["groups"][0]["colour"] == "#228833"


def test_the_same_map_gives_the_same_bytes(lattice: gpd.GeoDataFrame) -> None:
    assert simple(lattice).html("zh") == simple(lattice.copy()).html("zh")


def test_a_scatter_leaves_out_places_without_neighbours(lattice: gpd.GeoDataFrame) -> None:
    z = pd.Series(np.linspace(-1.5, 1.5, 9), lattice.index)
    lag = z.mask(z.index == 3) / 2
    theme = simple(lattice).themes[0]
    theme = Theme(theme.title, theme.style, theme.values, scatters={2017: Scatter(z, lag, 0.5)})
    first, second = content(InteractiveMap(lattice, {}, [theme]))["themes"][0]["scatters"]
    assert first is None
    assert second["x"][:3] == [-1500, -1125, None]
    assert second["y"][0] == -750
    assert (second["i"], second["p"]) == (0.5, None)


def test_the_map_of_111_cities_and_20_years_is_small(plan_units: gpd.GeoDataFrame) -> None:
    draws = np.random.default_rng(1).lognormal(3, 1, (len(plan_units), 80))
    frames = pd.DataFrame(draws, index=plan_units.index)
    style = graduated_style("v", [*draws[:, :10].ravel().tolist(), draws.min(), draws.max()])
    z = frames[0] / 10
    themes = [
        Theme(
            text("{n}", n=k),
            style,
            {2000 + t: frames[20 * k + t] for t in range(20)},
            scatters={2000 + t: Scatter(z, z / 3, 0.2) for t in range(20)} if k < 2 else {},
        )
        for k in range(4)
    ]
    names = dict(plan_units["name_zh"])
    shown = InteractiveMap(plan_units, names, themes, plan_units["province_zh"])
    assert len(str(shown.html("zh")).encode()) < 300_000


def test_what_cannot_be_shown_is_refused(lattice: gpd.GeoDataFrame) -> None:
    numbers = pd.Series(1.0, lattice.index)
    style = graduated_style("v", [0, 1])
    with pytest.raises(SchemaError, match="has no values"):
        Theme(text("x"), style, {})
    with pytest.raises(SchemaError, match="nothing to show"):
        InteractiveMap(lattice, {}, [])
    with pytest.raises(AlignmentError):
        InteractiveMap(lattice, {}, [Theme(text("x"), style, {0: numbers.iloc[1:]})])
    strange = Theme(text("x"), lisa_style("label"), {0: pd.Series("odd", lattice.index)})
    with pytest.raises(SchemaError, match="no legend explains"):
        InteractiveMap(lattice, {}, [strange])
    beyond = Theme(text("x"), style, {0: numbers * 3})
    with pytest.raises(SchemaError, match="outside its classes"):
        InteractiveMap(lattice, {}, [beyond])
    many = Categorised("k", tuple(Category(i, text("x"), "#000000") for i in range(65)))
    with pytest.raises(OptionError, match="cannot be told apart"):
        Theme(text("x"), many, {0: numbers})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_of_its_own_from_a_table(tmp_path: Path, contrarian: Any, language: Any) -> None:
    path = tmp_path / "map.html"
    table = contrarian.table[["co2", "gdp"]].set_axis([2016, 2017], axis=1)
    table.iloc[2, 0] = np.nan
    write_map(path, contrarian.units, table, title="CO2 <&>", unit="Mt CO2", language=language)
    page = path.read_text(encoding="utf-8")
    assert "<title>CO₂ &lt;&amp;&gt;</title>" in page
    assert '"years":[2016,2017]' in page
    assert "成都" in page
    assert "@@" not in page
    assert ("zh-CN" in page) == (language == "zh")
    again = tmp_path / "again.html"
    write_map(again, contrarian.units, table, title="CO2 <&>", unit="Mt CO2", language=language)
    assert again.read_bytes() == path.read_bytes()


def test_a_page_refuses_values_of_other_places(tmp_path: Path, contrarian: Any) -> None:
    path = tmp_path / "map.html"
    with pytest.raises(AlignmentError):
        write_map(path, contrarian.units, contrarian.table["co2"].iloc[1:], title="x", unit="t")
    with pytest.raises(OptionError):
        write_map(
            path, contrarian.units, contrarian.table["co2"], title="x", unit="t",
            language="fr",  # type: ignore[arg-type]
        )  # fmt: skip
    assert not path.exists()
