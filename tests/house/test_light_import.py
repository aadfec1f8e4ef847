"""Importing the package, and asking for help, must not wait for the big libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = {
    *("pandas", "geopandas", "shapely", "pyproj", "pyogrio", "matplotlib", "PIL", "sklearn"),
    *("numba", "scipy", "scipy.stats", "esda", "libpysal", "networkx", "statsmodels", "pyarrow"),
    *("openpyxl", "jinja2", "fontTools", "pydantic"),
}

HELP = "import contextlib, io\nfrom spatialcarbon.cli.main import main\nwith {}: main({})"
QUIET = "contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO())"


def loaded_by(code: str, *arguments: str) -> set[str]:
    """Return the heavy modules that a fresh interpreter holds after running some code."""
    report = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code + report, *arguments],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    return HEAVY & set(json.loads(run.stdout.splitlines()[-1]))


def test_the_list_can_be_found() -> None:
    """The names above are those of modules: asking for a table loads pandas."""
    assert "pandas" in loaded_by("import spatialcarbon; spatialcarbon.tables()")


def test_importing_the_package_is_light() -> None:
    assert not loaded_by("import spatialcarbon")


def test_listing_the_face_is_light() -> None:
    assert not loaded_by("import spatialcarbon; dir(spatialcarbon); spatialcarbon.SchemaError")


@pytest.mark.parametrize("arguments", [["--help"], ["--lang", "zh", "--help"], ["--version"]])
def test_help_is_light(arguments: list[str]) -> None:
    code = HELP.format(QUIET, arguments)
    assert not loaded_by(code, *arguments)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_lists_every_command(language: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "spatialcarbon", "--lang", language, "--help"],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    for command in ("init", "check", "run", "verify", "demo", "tables", "units", "weights"):
        assert f"\n  {command} " in run.stdout
    for method in ("moran", "lisa", "indicators"):
        assert f"\n  {method} " in run.stdout
