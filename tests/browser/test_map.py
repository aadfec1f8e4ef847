"""The interactive map under the pointer, the keys, and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from spatialcarbon.core.language import text
from spatialcarbon.report.interactive import Detail, InteractiveMap, Scatter, Theme
from spatialcarbon.report.layers import graduated_style, lisa_style
from spatialcarbon.report.palettes import LISA_COLOURS, classify

SIDE = 5
EVIL = '<b title="x">\u202etxen</b>'
HOVERED = ".scm-mark"


def build() -> tuple[InteractiveMap, dict[str, Any]]:
    """A map of 25 squares in two groups, the last one far off, with three themes."""
    cells = [(i % SIDE, i // SIDE) for i in range(SIDE * SIDE)]
    shapes = [box(x * 1e4, -y * 1e4 - 1e4, x * 1e4 + 1e4, -y * 1e4) for x, y in cells]
    shapes[-1] = box(9e4, -5e4, 9.1e4, -4.9e4)
    index = pd.Index([f"u{i}" for i in range(len(cells))])
    units = gpd.GeoDataFrame(geometry=shapes, index=index, crs="EPSG:4547")
    names = {unit: f"City {i}" for i, unit in enumerate(index)} | {"u7": EVIL}
    co2 = {
        2000 + t: pd.Series([1234.6 + i * (t + 1) for i in range(25)], index) for t in range(3)
    } | {2003: pd.Series(np.arange(25) * 0.25, index)}
    co2[2003].iloc[4] = np.nan
    style = graduated_style("v", np.concatenate(list(co2.values())), unit="t CO2")
    z = (co2[2003] - 3) / 1.8
    scatters = {2003: Scatter(z.fillna(0), z.fillna(0) * 0.5 + 0.1, 0.5, 0.012)}
    labels = pd.Series("Not significant", index)
    labels.iloc[[0, 1, 5]] = "High-High"
    delta = pd.Series(np.linspace(-9, 9, 25), index)
    themes = [
        Theme(text("CO2 emissions"), style, co2, text("Data of the study"), (), scatters),
        Theme(
            text("Local clusters"),
            lisa_style("label"),
            {2001: labels, 2003: labels[::-1].set_axis(index)},
            text("Local clusters"),
            [Detail(text("Code"), {2001: delta, 2003: delta})],
        ),
        Theme(text("Change"), graduated_style("v", delta, k=6, breaks="zero"), {0: delta}),
    ]
    groups = pd.Series(["West" if x < 3 and y < 2 else "East" for x, y in cells], index)
    shown = InteractiveMap(units, names, themes, groups, {"West": "Far West"})
    return shown, {"co2": co2, "style": style, "delta": delta}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the map shows, and its page in both languages."""
    shown, truth = build()
    folder = tmp_path_factory.mktemp("map")
    for language in ("en", "zh"):
        path = folder / f"{language}.html"
        body = f"<style>{shown.css}</style><main><h1>m</h1>{shown.html(language)}</main>"
        head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>m</title>'
        path.write_text(f"{head}{body}<script>{shown.js}</script></html>", encoding="utf-8")
        truth[language] = path
    return truth


@pytest.fixture
def shown(page: Any, held: dict[str, Any]) -> Any:
    return opened(page, held["en"])


def opened(page: Any, path: Path, width: int = 1200, height: int = 900) -> Any:
    page.set_default_timeout(5000)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(path.as_uri())
    page.wait_for_selector("#sc-map[data-ready=yes]")
    return page


def fills(page: Any) -> list[str]:
    return list(page.eval_on_selector_all(".scm-place", "p => p.map(x => x.getAttribute('fill'))"))


def tip(page: Any) -> list[str]:
    assert page.locator("#scm-tip").is_visible()
    return [part.strip("\u2068\u2069") for part in page.locator("#scm-tip > *").all_inner_texts()]


def outline(page: Any, at: int) -> str:
    return str(page.locator(".scm-place").nth(at).get_attribute("d"))


def year(page: Any, at: int) -> None:
    page.locator("#scm-year").fill(str(at))


def expected(held: dict[str, Any], when: int) -> list[str]:
    style = held["style"]
    at = classify(held["co2"][when], style.bounds)
    return ["url(#scm-hatch)" if i < 0 else style.colours[i] for i in at]


def test_pointing_at_a_place_tells_its_name_and_value(shown: Any) -> None:
    shown.locator(".scm-place").nth(6).hover()
    assert tip(shown) == ["City 6", "1.5\u00a0t CO₂", "Far West"]
    assert shown.locator(HOVERED).get_attribute("d") == outline(shown, 6)
    shown.locator(".scm-place").nth(4).hover()
    assert tip(shown)[:2] == ["City 4", "no data"]
    year(shown, 0)
    shown.locator(".scm-place").nth(24).hover()
    assert tip(shown)[1] == "1,259\u00a0t CO₂"
    shown.locator("h1").hover()
    assert not shown.locator("#scm-tip").is_visible()


def test_a_name_is_never_markup(shown: Any) -> None:
    shown.locator(".scm-place").nth(7).click()
    harmless = EVIL.replace("\u202e", "")  # an order to write backwards is left out
    assert tip(shown)[0] == harmless
    assert shown.locator("#scm-pins li b").inner_text().strip("\u2068\u2069") == harmless
    assert shown.locator("b[title=x]").count() == 0


def test_layer_and_year_change_colours_title_and_legend(shown: Any, held: dict[str, Any]) -> None:
    assert fills(shown) == expected(held, 2003)
    assert shown.locator("#scm-title").inner_text() == "CO₂ emissions, 2003"
    assert shown.locator("#scm-unit").inner_text() == "t CO₂"
    rows = shown.locator("#scm-legend li").all_inner_texts()
    assert len(rows) == len(held["style"].colours) + 1  # and no data
    assert rows[-1].split() == ["no", "data", "1"]
    year(shown, 1)
    assert fills(shown) == expected(held, 2001)
    assert len(shown.locator("#scm-legend li").all()) == len(held["style"].colours)
    shown.select_option("#scm-theme", label="Local clusters")
    assert shown.locator("#scm-title").inner_text() == "Local clusters, 2001"  # stays
    assert fills(shown).count(LISA_COLOURS["High-High"]) == 3
    assert "High-High" in shown.locator("#scm-legend").inner_text()
    shown.locator(".scm-place").nth(0).hover()
    assert tip(shown) == ["City 0", "High-High", "Code: −9", "Far West"]
    shown.select_option("#scm-theme", label="Change")
    assert not shown.locator("#scm-year").is_visible()
    assert fills(shown)[0] == "#2166ac"
    assert fills(shown)[24] == "#b2182b"


def test_the_years_play_and_stop_at_the_last(shown: Any) -> None:
    shown.clock.install()
    shown.locator("#scm-play").click()
    assert shown.locator("#scm-year-now").inner_text() == "2000"
    assert shown.locator("#scm-play").get_attribute("aria-label") == "Stop"
    shown.clock.run_for(900)
    assert shown.locator("#scm-year-now").inner_text() == "2001"
    shown.clock.run_for(4000)
    assert shown.locator("#scm-year-now").inner_text() == "2003"
    assert shown.locator("#scm-play").get_attribute("aria-label") == "Play the years"


def test_map_and_scatter_plot_point_at_each_other(shown: Any) -> None:
    assert shown.locator("#scm-i").inner_text() == "Moran's I = 0.5 (p = 0.012)"
    shown.locator(".scm-place").nth(12).hover()
    dot, ring = shown.locator("#scm-plot [data-i='12']"), shown.locator(".scm-ring")
    assert ring.get_attribute("cx") == dot.get_attribute("cx")
    shown.locator("#scm-plot [data-i='20']").hover()
    assert tip(shown)[0] == "City 20"
    assert shown.locator(HOVERED).get_attribute("d") == outline(shown, 20)
    shown.locator("#scm-plot [data-i='20']").click()
    assert shown.locator(".scm-pin").get_attribute("d") == outline(shown, 20)
    year(shown, 0)  # that year was not tested
    assert not shown.locator("#scm-plot").is_visible()


def test_the_line_of_the_scatter_plot_has_slope_i(shown: Any) -> None:
    dots = shown.eval_on_selector_all(
        "#scm-plot .scm-dot", "d => d.map(c => [+c.getAttribute('cx'), +c.getAttribute('cy')])"
    )
    numbers = str(shown.locator(".scm-slope").get_attribute("d"))[1:].replace("L", " ").split()
    x0, y0, x1, y1 = map(float, numbers)
    # All dots of this map lie on one line, on which the lag is half the value.
    for x, y in dots:
        assert y == pytest.approx(y0 + (x - x0) * (y1 - y0) / (x1 - x0), abs=4)
    assert np.polyfit(*np.transpose(dots), 1)[0] == pytest.approx((y1 - y0) / (x1 - x0), rel=0.01)


def test_the_keys_reach_every_place(shown: Any) -> None:
    shown.locator("#scm-svg").focus()
    shown.keyboard.press("ArrowLeft")
    first = tip(shown)[0]
    shown.keyboard.press("ArrowLeft")
    second = tip(shown)[0]
    assert int(second.split()[1]) == int(first.split()[1]) - 1
    assert second in shown.locator("#scm-live").inner_text()
    shown.keyboard.press("ArrowDown")
    assert int(tip(shown)[0].split()[1]) == int(second.split()[1]) + SIDE
    shown.keyboard.press("Enter")
    assert shown.locator(".scm-pin").count() == 1
    shown.keyboard.press("Escape")
    assert not shown.locator("#scm-tip").is_visible()
    shown.locator("#scm-year").focus()
    shown.keyboard.press("ArrowLeft")
    assert shown.locator("#scm-year-now").inner_text() == "2002"


def test_a_place_is_found_by_its_name(shown: Any) -> None:
    shown.locator("#scm-find").fill("city 13")
    shown.keyboard.press("Enter")
    assert tip(shown)[0] == "City 13"
    assert "City 13" in shown.locator("#scm-pins").inner_text()
    shown.locator("#scm-find").fill("Atlantis")
    shown.keyboard.press("Tab")
    assert shown.locator("#scm-live").inner_text() == "No place of this name"
    shown.locator("#scm-clear").click()
    assert not shown.locator("#scm-pins").is_visible()


def box_of(page: Any) -> list[float]:
    return [float(v) for v in page.locator("#scm-svg").get_attribute("viewBox").split()]


def test_zoom_pan_and_back(shown: Any, until: Any) -> None:
    whole = box_of(shown)
    assert shown.locator("#scm-out").is_disabled()
    assert not shown.locator(".scm-finder").is_visible()
    shown.select_option("#scm-go", label="Far West")
    near = box_of(shown)
    assert near[2] < whole[2] * 0.6
    assert shown.locator(".scm-finder").is_visible()
    shown.locator(".scm-place").nth(6).hover()
    shown.mouse.down()
    shown.mouse.move(500, 420)
    shown.mouse.move(480, 400)
    shown.mouse.up()
    moved = box_of(shown)
    assert moved[:2] != near[:2]
    assert shown.locator(".scm-pin").count() == 0  # a drag is no click
    shown.locator("#scm-in").click()
    assert box_of(shown)[2] == pytest.approx(moved[2] / 1.6, rel=0.01)
    shown.locator("#scm-all").click()
    assert box_of(shown) == whole
    shown.locator(".scm-place").nth(12).hover()
    shown.mouse.wheel(0, -120)
    shown.wait_for_timeout(30)
    assert box_of(shown) == whole  # the page scrolls past a map that is not in use
    shown.locator(".scm-place").nth(12).click()
    shown.mouse.wheel(0, -120)
    until(lambda: box_of(shown)[2] < whole[2])


def test_the_table_has_what_the_map_shows(shown: Any) -> None:
    shown.locator("#scm-table summary").click()
    rows = shown.locator("#scm-table tbody tr")
    rows.nth(24).wait_for()  # the rows are made when the browser tells that it has opened
    assert rows.count() == 25
    assert rows.nth(6).inner_text().strip("\u2068").split("\t")[1:] == ["Far West", "1.5"]
    year(shown, 0)
    assert rows.nth(24).inner_text().endswith("1,259")


@pytest.mark.parametrize(("language", "width"), [("zh", 1000), ("en", 380)])
def test_the_tip_stays_on_the_screen_and_nothing_overflows(
    page: Any, held: dict[str, Any], language: str, width: int
) -> None:
    shown = opened(page, held[language], width, 700)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for at in (0, 4, 20, 24):
        shown.locator(".scm-place").nth(at).hover()
        b = shown.locator("#scm-tip").bounding_box()
        assert b["x"] >= 0
        assert b["y"] >= 0
        assert b["x"] + b["width"] <= width
        assert b["y"] + b["height"] <= 700
    if language == "zh":
        assert shown.locator("#scm-title").inner_text() == "二氧化碳排放量，2003年"


def test_paper_has_the_map_and_its_legend_without_controls(shown: Any) -> None:
    year(shown, 1)
    shown.emulate_media(media="print")
    for part in ("#scm-svg", "#scm-legend", "#scm-title"):
        assert shown.locator(part).is_visible(), part
    for part in (".scm-controls", ".scm-zoom", ".scm-keys", "#scm-table"):
        assert not shown.locator(part).is_visible(), part
    assert shown.locator("#scm-title").inner_text() == "CO₂ emissions, 2001"


def test_nothing_stands_in_the_way_of_anybody(page: Any, held: dict[str, Any]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    shown = opened(page, held["zh"])
    shown.locator("#scm-table summary").click()
    shown.locator(".scm-place").nth(6).click()
    found = axe.Axe().run(shown).response["violations"]
    bad = [item["id"] for item in found if item["impact"] in ("serious", "critical")]
    assert not bad
