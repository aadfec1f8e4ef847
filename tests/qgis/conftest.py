"""A profile of QGIS with the plugin in it, a small map, and what QGIS made of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely import box

import spatialcarbon as sc
from spatialcarbon.cli.qgis import install
from spatialcarbon.cli.qgis_profile import PLUGIN, plugins_folder, switch

# Imports qgis, which this Python does not have.
collect_ignore = ["run_algorithms.py"]

QGIS_PYTHON = "/usr/bin/python3"
RUNNER = Path(__file__).with_name("run_algorithms.py")


@dataclass(frozen=True)
class Place:
    """Where things are: the folder given to QGIS, the profile in it, the map, the rasters."""

    folder: Path
    profile: Path
    map: str
    rasters: tuple[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """Return what QGIS is started with; PYTHONHOME would mislead the command."""
        return {
            "PATH": "/usr/bin:/bin",
            "QT_QPA_PLATFORM": "offscreen",
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder / "runtime"),
            "QGIS_CUSTOM_CONFIG_PATH": str(self.folder),
            "GDAL_DATA": str(self.folder / "nothing"),
            "PROJ_LIB": "/usr/share/proj",
        }


def squares() -> gpd.GeoDataFrame:
    """Return 6 × 6 squares of 10 km: high values in one corner, low ones in another."""
    at = np.arange(36)
    x, y = at % 6, at // 6
    shapes = [box(a, b, a + 1, b + 1) for a, b in zip(x, y, strict=True)]
    frame = gpd.GeoDataFrame(
        {
            "代码": [f"q{i:02d}" for i in at],
            "名称": [f"市{i}" for i in at],
            "排放": 10.0 + 3 * x + 2 * y + (at * 7 % 5),
            "pop": 50.0 + (at * 11 % 13),
            "gdp": 400.0 + 20 * x + (at * 5 % 17),
            "sink": 1.0 + (at * 3 % 7),
            "group": np.where(x < 3, "西", "东"),
        },
        geometry=shapes,
        crs="EPSG:6933",
    )
    frame["geometry"] = frame.scale(10_000, 10_000, origin=(0, 0)).translate(500_000, 3_400_000)
    return frame


def write_rasters(folder: Path) -> tuple[str, str]:
    """Write two years of land cover over the squares: some cropland is built over."""
    first = np.ones((60, 60), dtype=np.uint8)
    first[:, 30:] = 2
    second = first.copy()
    second[10:20, :20] = 8
    paths = []
    for name, codes in (("clcd_2000.tif", first), ("clcd_2020.tif", second)):
        with rasterio.open(
            folder / name, "w", driver="GTiff", height=60, width=60, count=1, dtype="uint8",
            crs="EPSG:6933", nodata=0,
            transform=rasterio.Affine(1000, 0, 500_000, 0, -1000, 3_460_000),
        ) as out:  # fmt: skip
            out.write(codes, 1)
        paths.append(str(folder / name))
    return paths[0], paths[1]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a profile with the plugin; its path has a blank and hanzi in it."""
    folder = tmp_path_factory.mktemp("QGIS 配置")
    (folder / "runtime").mkdir(mode=0o700)
    profile = folder / "profiles" / "default"
    install(plugins_folder(profile) / PLUGIN)
    switch(profile, PLUGIN, on=True)
    squares().to_file(folder / "map.gpkg", layer="squares", dataset_options={"VERSION": "1.2"})
    return Place(folder, profile, f"{folder}/map.gpkg|layername=squares", write_rasters(folder))


@pytest.fixture(scope="session")
def needs_qgis() -> None:
    """Skip where Debian's Python has no QGIS with Processing."""
    if not Path(QGIS_PYTHON).exists():
        pytest.skip(f"{QGIS_PYTHON} is not there: these tests run in Debian's QGIS")
    code = "import sys; sys.path.append('/usr/share/qgis/python/plugins'); import processing"
    run = subprocess.run([QGIS_PYTHON, "-c", code], capture_output=True, check=False)
    if run.returncode:
        pytest.skip(f"{QGIS_PYTHON} cannot import QGIS's processing (apt: qgis, python3-qgis)")


@pytest.fixture(scope="session")
def in_qgis(needs_qgis: None, place: Place) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that runs jobs in one headless QGIS."""

    def run(jobs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        given, answers = place.folder / "jobs.json", place.folder / "answers.json"
        given.write_text(json.dumps(jobs), encoding="utf-8")
        done = subprocess.run(
            [QGIS_PYTHON, str(RUNNER), str(place.profile), str(given), str(answers)],
            env=place.environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(answers.read_text(encoding="utf-8"))

    return run


@pytest.fixture(scope="session")
def qgis_process(needs_qgis: None, place: Place) -> Callable[..., dict[str, Any]]:
    """Return a function that runs ``qgis_process`` and reads its JSON."""
    # Debian's wrapper gives it an option of the desktop's, which it does not know.
    program = shutil.which("qgis_process.bin", path="/usr/bin") or shutil.which("qgis_process")
    if program is None:
        pytest.skip("qgis_process is not there (apt: qgis)")

    def run(*words: str) -> dict[str, Any]:
        done = subprocess.run(
            [program, *words],
            env=place.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout[done.stdout.index("{") :])

    return run


@pytest.fixture(scope="session")
def by_the_library() -> Callable[..., Any]:
    """Return a function that computes what the algorithms should give."""
    frame = squares().set_index("代码")

    def compute(name: str, *, rows: Sequence[str] | None = None, knn: int = 0) -> Any:
        units = frame if rows is None else frame.loc[list(rows)]
        backbone = sc.Backbone(units)
        weights = (backbone.knn(knn) if knn else backbone.contiguity()).standardised("R")
        settings = {"permutations": 99, "rng": 20240501}
        if name == "moran":
            return sc.global_moran(units["排放"], weights, **settings)
        return sc.local_moran(units["排放"], weights, correction="none", **settings)

    return compute
