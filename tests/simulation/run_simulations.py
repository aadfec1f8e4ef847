"""Run the simulations and write their record: ``run_simulations.py [NAME ...]``.

A module that is run takes the place of its older record, the others stay. The record depends on
neither the number of processes nor the order.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from simulation_frame import SEED, Found, Simulation, recorded, replications

HERE = Path(__file__).parent
RECORD = HERE.parents[1] / "docs" / "trust" / "simulations.json"
LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels", "spreg", "numba")
CHUNK = 25


def modules() -> list[str]:
    """Return the modules of simulations in the order of the page."""
    return sorted(path.stem for path in HERE.glob("sim_*.py"))


def simulations(module: str) -> tuple[Simulation, ...]:
    """Return the simulations of a module."""
    found: tuple[Simulation, ...] = import_module(module).SIMULATIONS
    return found


def work(job: tuple[str, int, range]) -> list[Found]:
    """Run a part of the replications of a simulation, named by module and place."""
    module, place, numbers = job
    return replications(simulations(module)[place], numbers)


def run_module(module: str, jobs: int, share: float = 1.0) -> dict[str, Any]:
    """Return the record of a module."""
    parts, made = [], []
    for place, simulation in enumerate(simulations(module)):
        wanted = max(2, round(simulation.replications * share))
        parts += [
            (module, place, range(first, min(first + CHUNK, wanted)))
            for first in range(0, wanted, CHUNK)
        ]
    found: Iterable[list[Found]]
    if jobs > 1:
        with ProcessPoolExecutor(jobs) as pool:
            found = list(pool.map(work, parts))
    else:
        found = map(work, parts)
    gathered: dict[int, list[Found]] = {}
    for (_, place, _), chunk in zip(parts, found, strict=True):
        gathered.setdefault(place, []).extend(chunk)
    for place, simulation in enumerate(simulations(module)):
        made.append(recorded(simulation, gathered[place]))
    versions = {name: version(name) for name in LIBRARIES}
    return {"versions": {"python": platform.python_version(), **versions}, "simulations": made}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of modules; all if left out")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--share", type=float, default=1.0, help="of the replications, for a try")
    parser.add_argument("--record", type=Path, default=RECORD)
    asked = parser.parse_args()
    for module in asked.names or modules():
        start = time.perf_counter()
        part = run_module(module, asked.jobs, asked.share)
        known = json.loads(asked.record.read_text("utf-8")) if asked.record.exists() else {}
        parts = {**known.get("modules", {}), module: part}
        whole = {"seed": SEED, "modules": {name: parts[name] for name in sorted(parts)}}
        text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
        asked.record.write_text(text, encoding="utf-8")
        print(f"{module}: {time.perf_counter() - start:,.0f} s", flush=True)


if __name__ == "__main__":
    main()
