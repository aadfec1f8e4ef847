"""Warm processes: what a mutant cannot change is loaded once, each mutant gets a fork of it."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

THIRD_PARTY = (
    *("numpy", "pandas", "scipy.stats", "scipy.optimize", "scipy.sparse.csgraph", "scipy.spatial"),
    *("shapely", "pyproj", "pyogrio", "geopandas", "libpysal.weights", "libpysal.graph", "esda"),
    *("networkx", "statsmodels.api", "sklearn.cluster", "numba", "matplotlib.figure", "openpyxl"),
    *("pyarrow", "pydantic", "click", "rich.console", "jinja2", "hypothesis.extra.numpy", "spreg"),
    *("hypothesis.extra.pandas", "xlrd", "rasterio", "dask", "pytest", "doctest", "unittest.mock"),
)


def load_third_party() -> None:
    """Import what tests need from elsewhere, in the process that all others are forked from."""
    for name in THIRD_PARTY:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # an extra that is not installed; the tests that need it skip themselves


def forked(work: Callable[[], None], limit: float) -> bool:
    """Run something in a fork of this process; return whether it ended by itself in time."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            work()
        finally:
            os._exit(70)
    until = time.monotonic() + limit
    ended = False
    while not ended and time.monotonic() < until:
        ended = os.waitpid(pid, os.WNOHANG)[0] == pid
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what a test has started goes too
    if not ended:
        os.waitpid(pid, 0)
    return ended


def answer_of(work: Callable[[Path], None], limit: float) -> dict[str, Any]:
    """Return what a fork wrote; a fork that died or never ended is an outcome too."""
    folder = Path(tempfile.mkdtemp(prefix="mutant"))
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    try:
        into = folder / "answer.json"
        ended = forked(lambda: work(into), limit)
        if into.exists():
            return dict(json.loads(into.read_text(encoding="utf-8")))
        outcome = "killed" if ended else "timeout"
        by = "the interpreter died" if ended else "the clock"
        return {"outcome": outcome, "by": by, "took": {}, "cut": False}
    finally:
        os.environ.pop("TMPDIR")
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)
