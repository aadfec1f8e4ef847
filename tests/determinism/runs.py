"""Run the demo study under other circumstances and other Pythons, and say what comes out otherwise.

``make determinism PYTHONS="python3.11 python3.12 python3.13"`` builds an environment for each
Python from ``constraints.txt``, runs the study in each with one thread, and for the first one
again, with two threads, and with another hash seed, time zone and locale. Everything is compared
with the first run, file by file. ``--record FILE`` keeps what was found.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from run_differences import VERSION_ONLY, checksums, differences, kinds, written

ROOT = Path(__file__).parents[2]
STUDY = Path("analyses", "02_five_city_clusters", "study.toml")
LIBRARIES = ("numpy", "scipy", "pandas", "numba", "geopandas", "shapely", "matplotlib")

THREADS = (
    *("SPATIALCARBON_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"),
    *("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
)
PLAIN = {
    **dict.fromkeys(THREADS, "1"),
    **{"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"},
}
"""Of the first run, and of the others where nothing else is said."""


CIRCUMSTANCES: dict[str, dict[str, str]] = {
    "again": {},
    "two threads": dict.fromkeys(THREADS, "2"),
    "other hashes, time zone and locale": {
        "PYTHONHASHSEED": "4242",
        "TZ": "Asia/Shanghai",
        "LC_ALL": "C",
        "LANG": "zh_CN.GB18030",
        "PYTHONUTF8": "0",
    },
}
"""What is changed for a further run of the first Python."""


def environment_of(python: str, folder: Path) -> Path:
    """Return the interpreter of an environment with this project in it; made if not there."""
    place = folder / Path(python).name
    inside = place / "bin" / "python"
    if not inside.exists():
        subprocess.run([python, "-m", "venv", place], check=True)
    pip = [str(inside), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    limits = ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *limits, "--editable", str(ROOT)], check=True)
    return inside


def run(python: Path, study: Path, out: Path, settings: dict[str, str]) -> float:
    """Run the study into a folder; return the seconds."""
    kept = {name: value for name, value in os.environ.items() if name not in THREADS}
    start = time.perf_counter()
    subprocess.run(
        [python, "-m", "spatialcarbon", "run", study, "--out", out, "--overwrite", "--quiet"],
        env={**kept, **PLAIN, **settings},
        cwd=ROOT,
        check=True,
    )
    return time.perf_counter() - start


def told_by(python: Path) -> dict[str, str]:
    """Return which versions an environment holds."""
    code = (
        "import json, platform\nfrom importlib.metadata import version\n"
        f"print(json.dumps({{'python': platform.python_version(), "
        f"**{{name: version(name) for name in {LIBRARIES}}}}}))"
    )
    words = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    return dict(json.loads(words))


def compared(what: str, first: Path, second: Path) -> dict[str, Any]:
    """Return which files of a run are those of the first, and print it."""
    found = differences(first, second)
    same = [name for name, sum_ in checksums(second).items() if checksums(first).get(name) == sum_]
    print(f"{what}: {len(same)} files the same, {len(found)} not", flush=True)
    for item in found:
        numbers = f"{item.cells} numbers, at most {item.relative:.1e} of the value; "
        print(f"  {item.file}: {numbers if item.cells > 0 else ''}{item.other}", flush=True)
    return {
        "what": what,
        "same": kinds(same),
        "different": [item.record() for item in found],
    }


def main() -> int:
    """Run, compare, print, record."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("pythons", nargs="+", help="interpreters; the first one is run in all ways")
    asked.add_argument("--study", type=Path, default=ROOT / STUDY)
    asked.add_argument("--folder", type=Path, default=ROOT / "build" / "determinism")
    asked.add_argument("--record", type=Path, help="JSON file for what was found")
    given = asked.parse_args()
    folder = given.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    insides = [environment_of(python, folder) for python in given.pythons]
    runs, seconds = [], []
    first = folder / "results_first"
    seconds.append(run(insides[0], given.study.absolute(), first, {}))
    for at, (what, settings) in enumerate(CIRCUMSTANCES.items(), 1):
        out = folder / f"results_{at}"
        seconds.append(run(insides[0], given.study.absolute(), out, settings))
        runs.append(compared(what, first, out))
    versions = [told_by(inside) for inside in insides]
    for inside, told in zip(insides[1:], versions[1:], strict=True):
        out = folder / f"results_python_{told['python']}"
        seconds.append(run(inside, given.study.absolute(), out, {}))
        runs.append(compared(f"Python {told['python']}", first, out))
    if given.record:
        about = {"study": STUDY.as_posix(), "versions": versions, "files": kinds(checksums(first))}
        written(given.record, {**about, "runs": runs})
    print(f"{len(seconds)} runs in {sum(seconds):.0f} s")
    different = [item for part in runs for item in part["different"]]
    return any(item["other"] != VERSION_ONLY for item in different)


if __name__ == "__main__":
    sys.exit(main())
