"""Run the large loads, each in a process of its own, and say how long and how much memory.

``make load``; ``--record FILE`` keeps what was found, ``--scale 0.01`` tries it small. Files
that a load needs are made by another process, whose memory and time do not count.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NAMES = ("study", "lisa", "raster")
LIBRARIES = (
    *("numpy", "scipy", "pandas", "numba", "geopandas", "shapely", "pyogrio", "rasterio"),
    *("matplotlib", "openpyxl"),
)


def child(name: str, act: str, folder: Path, scale: float) -> None:
    """Prepare or do one load in this process, and print what it took as JSON."""
    from load_cases import LOADS

    load = LOADS[name]
    size = max(int(load.size * scale), 30)
    if act == "prepare":
        load.prepare(folder, size)
        return
    import spatialcarbon as sc

    start, before = time.perf_counter(), time.process_time()
    steps = load.work(folder)
    seconds, processor = time.perf_counter() - start, time.process_time() - before
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    told = {
        "title": load.title,
        "size": load.told.format(size=f"{size:,}"),
        "seconds": round(seconds, 1),
        "processor_s": round(processor, 1),
        "memory_mb": round(most * unit / 1e6),
        "steps": {step: round(taken, 1) for step, taken in steps.items()},
        "written_mb": written(folder / "results"),
    }
    assert sc.__version__
    print(json.dumps(told))


def written(folder: Path) -> dict[str, float]:
    """Return the size in MB of each file and folder of results."""
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        files = path.rglob("*") if path.is_dir() else [path]
        size = sum(file.stat().st_size for file in files)
        found[path.name + "/" * path.is_dir()] = round(size / 1e6, 1)
    return found


def measured(name: str, scale: float) -> dict[str, Any]:
    """Prepare and do one load in fresh processes; return what the second one said."""
    with tempfile.TemporaryDirectory() as folder:
        for act in ("prepare", "work"):
            command = [sys.executable, "-W", "ignore", __file__, name]
            options = ["--act", act, "--folder", folder, "--scale", str(scale)]
            done = subprocess.run([*command, *options], check=True, stdout=subprocess.PIPE)
    found = dict(json.loads(done.stdout.splitlines()[-1]))
    print(
        f"{found['title']}, {found['size']}: {found['seconds']:,.0f} s by the clock, "
        f"{found['processor_s']:,.0f} s of the processor, {found['memory_mb']:,} MB at most"
    )
    for step, seconds in found["steps"].items():
        print(f"  {seconds:8.1f} s  {step}")
    for file, size in found["written_mb"].items():
        print(f"  {size:8.1f} MB {file}", flush=True)
    return found


def main() -> None:
    """Run what was asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", help=f"which of {', '.join(NAMES)}; all if left out")
    asked.add_argument("--scale", type=float, default=1.0, help="of the sizes; recorded are 1")
    asked.add_argument("--record", type=Path, help="JSON file for what was found")
    asked.add_argument("--act", help=argparse.SUPPRESS)
    asked.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.act:
        child(given.names[0], given.act, given.folder, given.scale)
        return
    loads = {name: measured(name, given.scale) for name in given.names or NAMES}
    if given.record:
        from measuring import machine, month, versions

        old = json.loads(given.record.read_text(encoding="utf-8")) if given.record.exists() else {}
        about = {"when": month(), "machine": machine(), "versions": versions(LIBRARIES)}
        kept = {**old.get("loads", {}), **loads}
        record = {**about, "loads": {name: kept[name] for name in NAMES if name in kept}}
        words = json.dumps(record, ensure_ascii=False, indent=1)
        given.record.write_text(words + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
