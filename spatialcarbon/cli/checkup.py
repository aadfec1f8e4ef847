"""What has to be there for everything to work, looked at one thing at a time."""

from __future__ import annotations

import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from spatialcarbon._version import __version__
from spatialcarbon.cli.shared import chosen_language
from spatialcarbon.core.language import Text, text

State = Literal["ok", "missing", "broken"]
"""There, an extra that is not, or something needed that does not work."""

LIBRARIES = (
    *("numpy", "pandas", "scipy", "numba", "geopandas", "shapely", "pyogrio", "pyproj"),
    *("matplotlib", "networkx", "scikit-learn", "statsmodels", "pydantic", "openpyxl"),
    *("pyarrow", "Jinja2"),
)
EXTRAS = {
    # extra: the libraries it brings, as they are imported
    "rasters": ("rasterio",),
    "distributed": ("dask", "distributed"),
    "pymrio": ("pymrio",),
}
NEEDED_MB = 500
"""Free space below which a study with figures may not fit."""


@dataclass(frozen=True)
class Finding:
    """What was found about one thing.

    Parameters
    ----------
    name : str
        A word for programs; it does not change with the language.
    title : Text
        What was looked at.
    state : {"ok", "missing", "broken"}
        Only ``broken`` keeps the program from working.
    detail : Text
        What was found.
    fix : Text or None
        What to do about it.
    """

    name: str
    title: Text
    state: State
    detail: Text
    fix: Text | None = None


def findings() -> Iterator[Finding]:
    """Look at everything, one thing after the other."""
    for name, (title, look) in CHECKS.items():
        try:
            for found in look():
                yield Finding(name, title, *found)
        except Exception as error:
            detail = text("{kind}: {error}", kind=type(error).__name__, error=str(error)[:200])
            yield Finding(name, title, "broken", detail, _reinstall())


Found = tuple[State, Text] | tuple[State, Text, Text]


def _reinstall() -> Text:
    return Text("pip install --force-reinstall spatialcarbon")


def _program() -> Iterator[Found]:
    where = Path(__file__).parents[1]
    yield "ok", Text(f"spatialcarbon {__version__}, {where}")


def _python() -> Iterator[Found]:
    system = f"{platform.python_implementation()} {platform.python_version()}"
    yield "ok", Text(f"{system}, {platform.system()} {platform.machine()}")


def _libraries() -> Iterator[Found]:
    absent = [name for name in LIBRARIES if _version(name) is None]
    if absent:
        names = ", ".join(absent)
        fix = Text(f"pip install {' '.join(absent)}")
        yield "broken", text("not installed: {names}", names=names), fix
    else:
        yield "ok", Text(", ".join(f"{name} {_version(name)}" for name in LIBRARIES))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _extras() -> Iterator[Found]:
    for extra, modules in EXTRAS.items():
        versions = {name: _version(name) for name in modules}
        absent = [name for name, version in versions.items() if version is None]
        if absent:
            fix = Text(f'pip install "spatialcarbon[{extra}]"')
            detail = text("{extra}: not installed: {names}", extra=extra, names=", ".join(absent))
            yield "missing", detail, fix
        else:
            for name in modules:
                importlib.import_module(name)
            shown = ", ".join(f"{name} {version}" for name, version in versions.items())
            yield "ok", Text(f"{extra}: {shown}")


def _fonts() -> Iterator[Found]:
    from matplotlib.ft2font import FT2Font

    from spatialcarbon.report.canvas import BUNDLED_FONT

    font = FT2Font(str(BUNDLED_FONT))
    font.set_size(12, 150)
    font.set_text("碳排放")
    font.draw_glyphs_to_bitmap()
    drawn = font.get_image().any() and all(font.get_char_index(ord(c)) for c in "碳排放")
    if not drawn:
        yield "broken", text("{name} draws no hanzi", name=BUNDLED_FONT.name), _reinstall()
    else:
        yield "ok", text("{name} draws hanzi", name=BUNDLED_FONT.name)


def _maps() -> Iterator[Found]:
    import pyogrio
    from pyproj import Transformer, datadir

    gdal = ".".join(map(str, pyogrio.__gdal_version__))
    absent = [name for name in ("GPKG", "ESRI Shapefile") if name not in pyogrio.list_drivers()]
    if absent:
        yield "broken", text("GDAL cannot write {names}", names=", ".join(absent)), _reinstall()
    # Beijing on the Gauss-Krüger zone of its own: half a kilometre would be a wrong answer.
    x, y = Transformer.from_crs(4326, 4548, always_xy=True).transform(117.0, 40.0)
    if abs(x - 500_000) > 1 or abs(y - 4_429_529) > 500:
        where = datadir.get_data_dir()
        fix = text("unset PROJ_LIB and PROJ_DATA, which point to another PROJ")
        yield "broken", text("PROJ projects wrongly, with data of {folder}", folder=where), fix
    else:
        yield "ok", Text(f"GDAL {gdal}, PROJ {_proj()}")


def _proj() -> str:
    import pyproj

    return str(pyproj.proj_version_str)


def _geopackage() -> Iterator[Found]:
    import geopandas as gpd
    from shapely import box

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "碳.gpkg"
        gpd.GeoDataFrame({"名": ["市"]}, geometry=[box(0, 0, 1, 1)], crs=4548).to_file(path)
        back = gpd.read_file(path)
    if list(back["名"]) != ["市"]:
        yield "broken", text("what was written could not be read back"), _reinstall()
    else:
        yield "ok", text("written and read back")


def _qgis() -> Iterator[Found]:
    program = qgis_process()
    if program is None:
        fix = text("to open results.gpkg, install QGIS 3.22 or later from qgis.org")
        yield "missing", text("not found"), fix
        return
    yield "ok", Text(" ".join(f"QGIS {_qgis_version(program)}".split()) + f", {program}")
    from spatialcarbon.cli.qgis_profile import (
        PLUGIN,
        plugins_folder,
        profile_folder,
        profiles_folder,
    )

    plugin = plugins_folder(profile_folder(profiles_folder(None), None)) / PLUGIN
    if plugin.is_dir():
        yield "ok", text("the algorithms for QGIS are in {folder}", folder=plugin)
    else:
        fix = Text("spatialcarbon qgis install")
        yield "missing", text("the algorithms are not in the toolbox of QGIS"), fix


def _qgis_version(program: Path) -> str:
    """Return the version that QGIS gives itself, or nothing where it gives none."""
    for asked in (program.with_name("qgis"), program):
        if asked.is_file():
            said = subprocess.run(
                [str(asked), "--version"],
                capture_output=True,
                stdin=subprocess.DEVNULL,
                encoding="utf-8",
                errors="replace",
                timeout=30,
                check=False,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            )
            version = re.search(r"QGIS\D{0,40}(\d+\.\d+\.\d+)", said.stdout)
            if version:
                return version[1]
    return ""


def qgis_process() -> Path | None:
    """Return where QGIS's own command is: on the path, or where installers put it."""
    named = shutil.which("qgis_process") or shutil.which("qgis_process-qgis.bat")
    if named:
        return Path(named)
    programs = Path(os.environ.get("PROGRAMFILES", "/nowhere"))
    places = (
        *sorted(Path("/Applications").glob("QGIS*.app/Contents/MacOS/bin/qgis_process")),
        *sorted(programs.glob("QGIS*/bin/qgis_process*.bat")),
        *sorted(Path("C:/OSGeo4W/bin").glob("qgis_process*.bat")),
    )
    return places[-1] if places else None


def _threads() -> Iterator[Found]:
    from spatialcarbon.core.compiled import thread_count
    from spatialcarbon.stats import tail_kernels

    kernels = [k for k in vars(tail_kernels).values() if hasattr(k, "_cache")]
    kept = next((str(getattr(k._cache, "cache_path", "") or "") for k in kernels), "")
    n = thread_count()
    if kept and os.access(kept, os.W_OK):
        yield "ok", text("threads: {n}; machine code is kept in {folder}", n=n, folder=kept)
    else:
        fix = text("set NUMBA_CACHE_DIR to a folder that can be written")
        yield "missing", text("threads: {n}; machine code cannot be kept", n=n), fix


def _language() -> Iterator[Found]:
    encoding = (sys.stdout.encoding or "ascii").lower()
    language = chosen_language()
    try:
        "碳排放，".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        fix = text("set PYTHONUTF8=1, or on Windows: chcp 65001")
        yield "missing", text("{encoding} cannot show Chinese", encoding=encoding), fix
        return
    yield "ok", text("{chosen}, {encoding}", chosen=language, encoding=encoding)


def _disk() -> Iterator[Found]:
    for name, place in (("temp", Path(tempfile.gettempdir())), ("here", Path.cwd())):
        free = shutil.disk_usage(place).free // 2**20
        if not os.access(place, os.W_OK):
            fix = text("choose another folder") if name == "here" else text("set TMPDIR")
            state: State = "missing" if name == "here" else "broken"
            yield state, text("{folder} cannot be written to", folder=place), fix
        elif free < NEEDED_MB:
            detail = text("{folder}: {free} MB free", folder=place, free=free)
            yield "missing", detail, text("free {needed} MB", needed=NEEDED_MB)
        else:
            gigabytes = f"{free / 1024:,.0f}"
            yield "ok", text("{folder}: {free} GB free", folder=place, free=gigabytes)


def _first_run() -> Iterator[Found]:
    started = time.perf_counter()
    from spatialcarbon.data.catalogue import load_table
    from spatialcarbon.geo.units import load_units
    from spatialcarbon.stats.moran import global_moran
    from spatialcarbon.weights.backbone import Backbone

    cities = load_units("cities", clusters="PRD")
    values = load_table("city_co2", years=2017).set_index("adcode")["co2_mt"].loc[cities.index]
    weights = Backbone(cities).contiguity("queen").standardised("R")
    found = global_moran(values, weights, permutations=999, rng=1)
    seconds = time.perf_counter() - started
    if not -1.5 < found.statistic < 1.5:
        yield "broken", text("Moran's I of {n} cities came out as nonsense", n=9), _reinstall()
    else:
        detail = text("Moran's I of {n} cities in {seconds} s", n=9, seconds=f"{seconds:.1f}")
        yield "ok", detail


CHECKS: dict[str, tuple[Text, Callable[[], Iterator[Found]]]] = {
    "program": (text("Program"), _program),
    "python": (text("Python"), _python),
    "libraries": (text("Libraries"), _libraries),
    "extras": (text("Extras"), _extras),
    "fonts": (text("Font"), _fonts),
    "maps": (text("Maps"), _maps),
    "geopackage": (text("GeoPackage"), _geopackage),
    "qgis": (text("QGIS"), _qgis),
    "threads": (text("Speed"), _threads),
    "language": (text("Language"), _language),
    "disk": (text("Disk"), _disk),
    "first_run": (text("First run"), _first_run),
}
"""Each check: what it looks at, and how."""
