"""A small study and its report in each language, opened in Debian's Chromium without a network."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from spatialcarbon.studies.pipeline import run_study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ATTACK = "<script>window.hacked = 1</script>"
SIDE = 6
NAMES = ("北京", "安庆", "上海", "重庆", "广州", ATTACK, "=1+1", "</script><b>x</b>")

STUDY = """\
[study]
title = "{title} {attack}"
authors = ["甲 {attack}", "B. Author"]
language = "{language}"
seed = 7

[units]
source = "map.gpkg"
key = "code"
label = "name"
groups = "part"

[tables.emissions]
source = "emissions.csv"
unit = "code"
[tables.emissions.variables]
co2 = {{ column = "co2", measure = "Mt CO2" }}

[weights.queen]
type = "contiguity"

[[analyses]]
method = "indicators"
emission = "co2"

[[analyses]]
method = "moran"
variable = "co2"
permutations = 99

[[analyses]]
method = "lisa"
variable = "co2"
permutations = 99

[outputs]
figures = []
geopackage = false
workbook = false
"""


def write_study(folder: Path, language: str) -> Path:
    """Write a map of 36 squares, two years of emissions and a study file."""
    cells = [(i % SIDE, i // SIDE) for i in range(SIDE * SIDE)]
    frame = gpd.GeoDataFrame(
        {
            "code": [f"u{i:02d}" for i in range(len(cells))],
            "name": [NAMES[i] if i < len(NAMES) else f"City {i}" for i in range(len(cells))],
            "part": ["West" if x < SIDE / 2 else "East" for x, _ in cells],
        },
        geometry=[box(x, y, x + 1, y + 1) for x, y in cells],
        crs="EPSG:4547",
    )
    frame["geometry"] = frame.scale(10_000, 10_000, origin=(0, 0)).translate(500_000, 3_400_000)
    frame.to_file(folder / "map.gpkg")
    base = [float(x * x + y) + (7 * i % 5) for i, (x, y) in enumerate(cells)]
    pd.DataFrame(
        {"code": frame["code"], "co2_2016": base, "co2_2017": [1.3 * v + 900.0 for v in base]}
    ).to_csv(folder / "emissions.csv", index=False)
    title = "五大城市群碳排放" if language == "zh" else "Emissions of small squares"
    source = STUDY.format(title=title, attack=ATTACK, language=language)
    (folder / "study.toml").write_text(source, encoding="utf-8")
    return folder / "study.toml"


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds, asked from outside: the page's policy lets no script wait."""

    def wait(holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end, "it never came to hold"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the report of the small study in a language; each is made once."""
    made: dict[str, Path] = {}

    def report(language: str) -> Path:
        if language not in made:
            folder = tmp_path_factory.mktemp(f"browser_{language}")
            result = run_study(write_study(folder, language), out=folder / "results")
            made[language] = result.directory / "report.html"
        return made[language]

    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright, with the network off."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next((path for path in CHROMIUM if Path(path).exists()), shutil.which("chromium"))
    if program is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """An empty page; a test fails when its console has an error or it asks for a network."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, offline=True)
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on(
        "request",
        lambda asked: None if asked.url[:5] in ("file:", "data:") else troubles.append(asked.url),
    )
    yield opened
    context.close()
    assert troubles == []


@pytest.fixture
def report_page(page: Any, report_file: Callable[[str], Path]) -> Callable[..., Any]:
    """Return the page with the report of a language opened, in a window of some size."""

    def opened(language: str, width: int = 1400, height: int = 1000) -> Any:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(report_file(language).as_uri())
        return page

    return opened
