"""Fixtures shared by all tests: a contrarian little map, and the real 111 cities."""

from __future__ import annotations

import json
import subprocess
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import settings
from shapely import box

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spatialcarbon.weights.backbone import Backbone
    from spatialcarbon.weights.weights import Weights

# The same examples on every run, and no failure because a machine is busy.
settings.register_profile("suite", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("suite")


QGIS_PYTHON = "/usr/bin/python3"
QGIS_SCRIPT = Path(__file__).parent / "report" / "qgis_open.py"
QGIS_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Contrarian:
    """Everything that upsets code written for tidy input, in one small map.

    A 4 × 3 grid of 10 km squares and one island; labels are strings in no
    order, some of them not ASCII, one a number in disguise; the table comes in
    another order than the map and has a constant column.
    """

    units: gpd.GeoDataFrame
    table: pd.DataFrame
    island: str

    @property
    def weights(self) -> Weights:
        return sc.Backbone(self.units).contiguity().standardised("R")


@pytest.fixture(scope="session", autouse=True)
def every_error_is_said_in_chinese_too() -> Iterator[None]:
    """Render every error that any test provokes in Chinese, where a brace may be broken."""
    original = SpatialCarbonError.__init__

    def said_twice(self: SpatialCarbonError, *args: Any, **params: Any) -> None:
        original(self, *args, **params)
        self.render("zh")

    SpatialCarbonError.__init__ = said_twice  # type: ignore[method-assign]
    yield
    SpatialCarbonError.__init__ = original  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def contrarian() -> Contrarian:
    labels = ["u07", "成都", "10", "Zürich", "b", "a", "u2", "重庆", "u10", "é", "9", "c"]
    island = "舟山"
    squares = {
        label: box(
            500_000 + 10_000 * (i % 4),
            3_400_000 + 10_000 * (i // 4),
            510_000 + 10_000 * (i % 4),
            3_410_000 + 10_000 * (i // 4),
        )
        for i, label in enumerate(labels)
    }
    squares[island] = box(600_000, 3_400_000, 610_000, 3_410_000)
    map_order = [
        "9",
        "成都",
        "u10",
        "a",
        island,
        "Zürich",
        "u07",
        "é",
        "重庆",
        "c",
        "10",
        "b",
        "u2",
    ]
    units = gpd.GeoDataFrame(
        {
            "cluster": [
                "" if u == island else ("西" if u in labels[:6] else "east") for u in map_order
            ]
        },
        geometry=[squares[u] for u in map_order],
        index=pd.Index(map_order, name="city"),
        crs="EPSG:4547",
    )
    table = pd.DataFrame(
        {
            "co2": [9.0, 7.5, 8.0, 6.0, 7.0, 5.5, 3.0, 3.5, 4.0, 2.0, 1.0, 2.5, 30.0],
            "gdp": [3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 5.25, 3.5, 8.0, 9.75, 7.0],
            "flat": 4.0,
        },
        index=pd.Index([*labels, island], name="city"),
    ).iloc[::-1]
    return Contrarian(units, table, island)


@pytest.fixture(scope="session")
def plan_units() -> gpd.GeoDataFrame:
    """Return the 111 cities of the five clusters."""
    return sc.load_units("cities", clusters="plan")


@pytest.fixture(scope="session")
def plan_backbone(plan_units: gpd.GeoDataFrame) -> Backbone:
    return sc.Backbone(plan_units)


@pytest.fixture(scope="session")
def plan_queen(plan_backbone: Backbone) -> Weights:
    """Return raw queen contiguity of the 111 cities."""
    return plan_backbone.contiguity()


@pytest.fixture(scope="session")
def plan_co2(plan_units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return CO2 in Mt, city × year, 1997 to 2017."""
    table = sc.load_table("city_co2")
    return table.pivot(index="adcode", columns="year", values="co2_mt").loc[plan_units.index]


@pytest.fixture
def chain() -> Weights:
    """Return the binary chain a – b – c – d of METHODS' worked example."""
    edges = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    return sc.Weights.from_edges(edges)


@pytest.fixture
def lattice() -> gpd.GeoDataFrame:
    """Return the 3 × 3 lattice, numbered 1 to 9 along its rows."""
    shapes = [box(i % 3, 2 - i // 3, i % 3 + 1, 3 - i // 3) for i in range(9)]
    return gpd.GeoDataFrame(geometry=shapes, index=range(1, 10), crs="EPSG:4547")


HOSTILE = (
    "<script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 2">',
    "</script><b>x</b>",
    "<svg onload=window.hacked=3>",
    "]]> & &amp; <!--",
    'O\'Brien "q"',
    "{{7*7}} {% raw %} {name} %s",
    "[% env('HOME') %]",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "a;=1+1",
    '"; DROP TABLE gpkg_contents; --',
    "../../x",
    "CON",
    "a/b\\c",
    "bell\x07\x1b[31mred\x1b[0m",
    "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;aGFja2Vk\x07",
    "c1 \x9b31m \x9d \x7f",
    "line\nbreak\r\nx",
    "long " + "x" * 9_995,
    "photo\u202egnp.exe",
    "iso\u2066\u2067x",
    "zero\u200bwidth\ufeff\u2060",
    "z" + "\u0301" * 200,
    "$\\frac{1}{0}$",
    "[red]x[/red]",
    "para\u2028graph\u2029",
    "\ufffe\uffff",
    "القاهرة",
    "ירושלים north",
    "\U0001f469\u200d\U0001f680",
)
"""Names that somebody might give to a place to harm whoever opens what is made of it."""

HOSTILE_STUDY = """\
[study]
title = {title}
authors = [{author}]
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
co2 = {{ column = "co2", measure = "Mt CO2", title = {variable} }}
[weights.queen]
type = "contiguity"
[[analyses]]
method = "indicators"
emission = "co2"
title = {analysis}
[[analyses]]
method = "lisa"
variable = "co2"
permutations = 99
[outputs]
exports = ["shapefile", "geoparquet"]
"""


@pytest.fixture(scope="session")
def hostile_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of results of a study in which every name is an attack."""
    from spatialcarbon.studies.pipeline import run_study

    folder = tmp_path_factory.mktemp("hostile")
    cells = [(i % 6, i // 6) for i in range(36)]
    names = [HOSTILE[i % len(HOSTILE)] for i in range(36)]
    corners = [(500_000 + 10_000 * x, 3_400_000 + 10_000 * y) for x, y in cells]
    frame = gpd.GeoDataFrame(
        {
            "code": [f"u{i:02d}" for i in range(36)],
            "name": names,
            "part": [HOSTILE[18 if x < 3 else 14] for x, _ in cells],
        },
        geometry=[box(x, y, x + 10_000, y + 10_000) for x, y in corners],
        crs="EPSG:4547",
    )
    frame.to_file(folder / "map.gpkg")
    pd.DataFrame(
        {
            "code": frame["code"],
            "co2_2016": [x * x + y + 1.0 for x, y in cells],
            "co2_2017": [x * x + 2.0 * y + 5.0 for x, y in cells],
        }
    ).to_csv(folder / "emissions.csv", index=False)
    words = {
        "title": f"{HOSTILE[0]} {HOSTILE[6]} {HOSTILE[19]} {HOSTILE[24]}",
        "author": HOSTILE[1],
        "variable": f"{HOSTILE[8]} {HOSTILE[3]} {HOSTILE[18]} {HOSTILE[7]} {HOSTILE[28]}",
        "analysis": f"{HOSTILE[2]} {HOSTILE[20]} {HOSTILE[29]}",
    }
    said = {key: json.dumps(value) for key, value in words.items()}
    (folder / "study.toml").write_text(HOSTILE_STUDY.format(**said), encoding="utf-8")
    with warnings.catch_warnings():
        # What no font of ours has is drawn as a box, and matplotlib says so.
        warnings.filterwarnings("ignore", message="Glyph")
        return run_study(folder / "study.toml", out=folder / "results").directory


@cache
def why_no_qgis() -> str:
    """Return why QGIS cannot be asked, or nothing."""
    try:
        run = subprocess.run(
            [QGIS_PYTHON, "-c", "import qgis.core"],
            capture_output=True,
            check=False,
            env=QGIS_ENVIRONMENT,
        )
    except OSError:
        return f"there is no {QGIS_PYTHON}"
    return (
        "" if run.returncode == 0 else f"{QGIS_PYTHON} cannot import qgis.core (apt: python3-qgis)"
    )


@pytest.fixture
def qgis(tmp_path: Path) -> Callable[..., Any]:
    """Return a function that opens a file in QGIS and returns what QGIS says of it."""
    if why_no_qgis():
        pytest.skip(why_no_qgis())
    home = tmp_path / "home"
    home.mkdir()

    def opened(source: Path, png: Path | None = None) -> Any:
        run = subprocess.run(
            [QGIS_PYTHON, str(QGIS_SCRIPT), str(source), *([str(png)] if png else [])],
            env={**QGIS_ENVIRONMENT, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout.splitlines()[-1])

    return opened
