"""What the package may not do: run what data say, fetch anything, write where nobody asked."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from spatialcarbon.core.shipped import LISTING
from spatialcarbon.geo.units import boundary_folder

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spatialcarbon"

FORBIDDEN_MODULES = {
    *("pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "cloudpickle", "jsonpickle"),
    *("socket", "ssl", "http", "urllib", "urllib3", "requests", "ftplib", "smtplib", "telnetlib"),
    *("xmlrpc", "socketserver", "webbrowser", "httpx", "aiohttp", "yaml", "code", "codeop"),
    *("ctypes", "imp", "lxml", "pty", "xml.dom", "xml.sax"),
}
FORBIDDEN_CALLS = {
    *("eval", "exec", "compile", "__import__", "input", "breakpoint"),
    *("os.system", "os.popen", "os.execv", "os.execve", "os.spawnl", "tempfile.mktemp"),
    *("subprocess.getoutput", "subprocess.getstatusoutput", "pd.read_pickle", "pd.eval"),
    *("asyncio.create_subprocess_shell",),
}
STARTS_PROGRAMS = {
    "cli/qgis.py": "asks the Python of QGIS for its version, by its path and without a shell",
    "cli/checkup.py": "asks programs that the doctor names for their versions, without a shell",
    "qgis_plugin/runner.py": "runs the command of this package from QGIS, without a shell",
}
READS_XML = {
    "models/land/raster_opening.py": "refuses document types before an entity can be declared",
    "data/sheetmarks.py": "openpyxl has read the same part; parts with a document type are refused",
}
BUILDERS = {"Element", "SubElement", "indent", "tostring"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Return every module that a file imports, with the name taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def called(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_nothing_runs_unpickles_or_fetches_what_data_say() -> None:
    found = []
    for name, tree in modules():
        for module, _ in imported(tree):
            parts = module.split(".")
            if {".".join(parts[:n]) for n in range(1, len(parts) + 1)} & FORBIDDEN_MODULES:
                found.append(f"{name}: import {module}")
        for function, call in called(tree):
            if function in FORBIDDEN_CALLS:
                found.append(f"{name}:{call.lineno}: {function}")
            given = {word.arg: ast.unparse(word.value) for word in call.keywords}
            if given.get("shell", "False") != "False":
                found.append(f"{name}:{call.lineno}: shell=")
            if function in ("np.load", "numpy.load") and given.get("allow_pickle") != "False":
                found.append(f"{name}:{call.lineno}: {function} without allow_pickle=False")
    assert found == []


def test_programs_are_started_in_known_places_only() -> None:
    found = {
        name
        for name, tree in modules()
        if any(module == "subprocess" for module, _ in imported(tree))
    }
    assert found == set(STARTS_PROGRAMS)


def test_xml_is_written_by_a_builder_and_read_in_known_places_only() -> None:
    readers = set()
    for name, tree in modules():
        for module, taken in imported(tree):
            if module.startswith("xml.") and taken not in BUILDERS:
                readers.add(name)
                assert (module, taken) == ("xml.parsers", "expat"), name
    assert readers <= {*READS_XML, "core/files.py"}


def test_temporary_files_have_names_that_nobody_can_guess() -> None:
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.startswith(("/tmp", "/var/tmp")), f"{name}:{node.lineno}"


def test_no_rule_for_input_is_an_assertion() -> None:
    """Python leaves assertions out when asked to: they tell the type checker, and nothing else."""
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                said = ast.unparse(node.test)
                told = said.endswith(" is not None") or said.startswith(
                    ("isinstance(", "callable(")
                )
                assert told, f"{name}:{node.lineno}: assert {said}"


Watched = tuple[Path, list[dict[str, list[str]]]]
"""The folder, and what was done while importing and in all."""

WATCHED = """
import json, os, sys
from pathlib import Path

study, out, log = sys.argv[1:4]
seen = {"write": [], "started": [], "network": []}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path, mode, flags = arguments
        if (mode and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITING):
            seen["write"].append(os.path.abspath(os.fsdecode(path)))
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink", "os.truncate"):
        # Whole folders are removed name by name, from within a folder that is open.
        inside = arguments[-1] if event in ("os.mkdir", "os.remove") else -1
        folder = os.readlink(f"/proc/self/fd/{inside}") if inside != -1 else os.curdir
        seen["write"].append(os.path.abspath(os.path.join(folder, os.fsdecode(arguments[0]))))
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
        seen["started"].append(str(arguments[:2]))
    elif event.startswith(("socket.connect", "socket.getaddrinfo", "socket.bind", "urllib")):
        seen["network"].append(str(arguments))

sys.addaudithook(watch)
import spatialcarbon as sc
for name in sc.__all__:
    getattr(sc, name)
imported = {key: list(items) for key, items in seen.items()}
sc.run_study(study, out=out)
from spatialcarbon.data.readers import read_table
read_table(Path(study).parent / "emissions.csv")
sc.read_units(Path(study).parent / "map.gpkg", key="code")
Path(log).write_text(json.dumps([imported, seen]))
"""


@pytest.fixture(scope="module")
def watched(hostile_results: Path, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Import everything, run a study and read files in a process that tells what it does."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc that tells which folder is open")
    folder = tmp_path_factory.mktemp("watched")
    given, log = folder / "given", folder / "log.json"
    given.mkdir()
    for name in ("map.gpkg", "emissions.csv"):
        shutil.copy(hostile_results.parent / name, given)
    study = (hostile_results.parent / "study.toml").read_text(encoding="utf-8")
    (given / "study.toml").write_text(f"{study}figures = []\n", encoding="utf-8")
    (folder / "temporary").mkdir()
    environment = os.environ | _caches(folder / "caches") | {"TMPDIR": str(folder / "temporary")}
    # Once on a computer matplotlib asks fc-list which fonts there are.
    subprocess.run(
        [sys.executable, "-c", "import matplotlib.font_manager"], check=True, env=environment
    )
    ran = subprocess.run(
        [sys.executable, "-c", WATCHED, str(given / "study.toml"), str(folder / "out"), str(log)],
        check=False,
        env=environment,
        cwd=ROOT,
        timeout=600,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return folder, json.loads(log.read_text())


def _caches(folder: Path) -> dict[str, str]:
    """Where Python, matplotlib and numba keep what they would otherwise make anew each time."""
    folder.mkdir()
    return {
        "PYTHONPYCACHEPREFIX": str(folder / "python"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "NUMBA_CACHE_DIR": str(folder / "numba"),
    }


def _written(folder: Path, paths: list[str]) -> list[str]:
    return [path for path in paths if not path.startswith(str(folder / "caches"))]


def test_importing_writes_nothing_and_asks_nobody(watched: Watched) -> None:
    folder, (imported, _) = watched
    assert _written(folder, imported.pop("write")) == []
    assert imported == {"started": [], "network": []}


def test_a_study_writes_into_its_folder_and_asks_nobody(
    watched: Watched,
) -> None:
    folder, (_, seen) = watched
    assert seen["network"] == []
    assert seen["started"] == []
    written = _written(folder, seen["write"])
    assert [path for path in written if not path.startswith(str(folder))] == []
    assert len(written) > 20
    shutil.rmtree(folder / "caches")
    (folder / "temporary").rmdir()  # nothing is left in it
    assert {path.name for path in folder.iterdir()} == {"given", "out", "log.json"}
    assert len(list((folder / "given").iterdir())) == 3


@pytest.mark.parametrize("folder", ["data/gazetteer", "geo/registries", "cities", "provinces"])
def test_every_shipped_table_is_listed_with_its_checksum(folder: str) -> None:
    place = PACKAGE / folder if "/" in folder else Path(str(boundary_folder())) / folder
    listed = {line.partition("  ")[2] for line in (place / LISTING).read_text().splitlines()}
    here = {path.name for path in place.iterdir() if path.suffix in (".csv", ".gpkg")}
    assert here
    assert here <= listed
