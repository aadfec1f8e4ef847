"""Runs the installed command: found, in a clean environment, stoppable. Knows no QGIS."""

from __future__ import annotations

import json
import os
import queue
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

PROGRAM_SETTING = "SPATIALCARBON_PROGRAM"
INSTALLED = Path(__file__).with_name("installed.json")

# What QGIS sets for its own Python, GDAL, PROJ and Qt would mislead another Python.
_OF_QGIS = (
    *("PYTHONHOME", "PYTHONPATH", "PYTHONEXECUTABLE", "PYTHONSTARTUP", "PYTHONNOUSERSITE"),
    *(
        "GDAL_DATA",
        "GDAL_DRIVER_PATH",
        "GDAL_PAM_PROXY_DIR",
        "PROJ_LIB",
        "PROJ_DATA",
        "GEOTIFF_CSV",
    ),
    *("QT_PLUGIN_PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"),
    *("__PYVENV_LAUNCHER__", "VIRTUAL_ENV"),
)


class Program(NamedTuple):
    """How spatialcarbon is called: the words before its own, and where its source lies."""

    words: list[str]
    source: str = ""

    @property
    def exists(self) -> bool:
        """Whether the file is there."""
        return bool(self.words) and Path(self.words[0]).is_file()


class Ended(NamedTuple):
    """How a command ended and what it said."""

    status: int
    out: str
    err: str
    cancelled: bool


def find_program(chosen: str, installed: Path = INSTALLED) -> Program:
    """Return the program of the settings, or the one that installed the plugin."""
    if chosen.strip():
        path = Path(chosen.strip())
        is_python = path.stem.lower().startswith("python")
        return Program([str(path), "-m", "spatialcarbon"] if is_python else [str(path)])
    try:
        known = json.loads(installed.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Program([])
    return Program([str(word) for word in known["command"]], str(known.get("source", "")))


def child_environment(inherited: Mapping[str, str], program: Program) -> dict[str, str]:
    """Return the environment of the command: QGIS's own settings stay behind."""
    kept = {name: value for name, value in inherited.items() if name not in _OF_QGIS}
    # A Python of its own finds its libraries before those in QGIS's folders.
    folder = str(Path(program.words[0]).parent)
    kept["PATH"] = os.pathsep.join(filter(None, [folder, inherited.get("PATH", "")]))
    kept.update(PYTHONUTF8="1", PYTHONUNBUFFERED="1", NO_COLOR="1")
    # Modules are not looked for in the folder where the command happens to stand.
    kept["PYTHONSAFEPATH"] = "1"
    if program.source:
        kept["PYTHONPATH"] = program.source
    return kept


def shown(words: Sequence[str]) -> str:
    """Return a command as one could type it."""
    if os.name == "nt":
        return subprocess.list2cmdline(list(words))
    return " ".join(shlex.quote(word) for word in words)


def run(
    program: Program,
    words: Sequence[str],
    *,
    cancelled: Callable[[], bool],
) -> Ended:
    """Run a command to its end, or until it is cancelled.

    Parameters
    ----------
    program : Program
        What to run.
    words : sequence of str
        Its arguments; no shell reads them.
    cancelled : callable
        Asked ten times a second.
    """
    own_group: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        own_group = {"creationflags": subprocess.CREATE_NO_WINDOW}  # type: ignore[attr-defined]
    process = subprocess.Popen(
        [*program.words, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tempfile.gettempdir(),
        env=child_environment(os.environ, program),
        **own_group,
    )
    lines: queue.Queue[tuple[str, str | None]] = queue.Queue()
    for name, pipe in (("out", process.stdout), ("err", process.stderr)):
        threading.Thread(target=_listen, args=(name, pipe, lines), daemon=True).start()
    said: dict[str, list[str]] = {"out": [], "err": []}
    stopped, open_pipes = False, 2
    while open_pipes:
        if not stopped and cancelled():
            stopped = True
            _stop(process)
        try:
            name, line = lines.get(timeout=0.1)
        except queue.Empty:
            continue
        if line is None:
            open_pipes -= 1
            continue
        said[name].append(line)
    status = process.wait()
    return Ended(status, "".join(said["out"]), "".join(said["err"]), stopped)


def _listen(name: str, pipe: IO[bytes], lines: queue.Queue[tuple[str, str | None]]) -> None:
    with pipe:
        for line in pipe:
            lines.put((name, line.decode("utf-8", errors="replace").replace("\r\n", "\n")))
    lines.put((name, None))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command and whatever it started."""
    if os.name == "nt":
        subprocess.run(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],
            capture_output=True,
            check=False,
            creationflags=subprocess.CREATE_NO_WINDOW,  # type: ignore[attr-defined]
        )
        return
    try:
        # The command takes its unfinished files away before it leaves. Not SIGINT: a QGIS that
        # was started in the background of a shell hands down that it is to be ignored.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
