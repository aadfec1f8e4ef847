"""Time each engine at several sizes and fit how its time grows: the slope on logarithmic axes.

Part of ``make bench``; ``--record FILE`` keeps it under ``scaling``, beside the races. The
interval is of 95 per cent, from how the single times scatter about the line.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import statistics
import time
import warnings
from pathlib import Path
from typing import Any

from measuring import load_before, machine, month, versions
from scaling_engines import ENGINES, Call, Engine
from scipy import stats

LIBRARIES = ("numpy", "scipy", "pandas", "numba", "geopandas", "shapely", "pyogrio", "openpyxl")
ROUNDS = 3
LEAST_S = 0.02
"""A call shorter than this is repeated until it takes as long."""

MOST_S = 15.0
"""Larger sizes are left out of an engine once a round took longer than this."""

STEEPER = 0.3
"""A slope beyond that of theory by more than this is marked."""


def seconds(call: Call) -> float:
    """Return how long a call takes, the mean of as many as fill the least time."""
    calls, start = 0, time.perf_counter()
    while not calls or time.perf_counter() - start < LEAST_S:
        call()
        calls += 1
    return (time.perf_counter() - start) / calls


def slope(sizes: list[int], times: list[list[float]]) -> tuple[float, float, float]:
    """Return the slope of logarithms with its interval of 95 per cent."""
    x = [math.log(size) for size, row in zip(sizes, times, strict=True) for _ in row]
    y = [math.log(taken) for row in times for taken in row]
    line = stats.linregress(x, y)
    half = float(stats.t.ppf(0.975, len(x) - 2) * line.stderr)
    return float(line.slope), float(line.slope - half), float(line.slope + half)


def followed(engine: Engine, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Time an engine at sizes that grow; the first call of all is not counted."""
    engine.make(sizes[0])()
    kept: list[int] = []
    times: list[list[float]] = []
    for size in sizes:
        call = engine.make(size)
        call()
        gc.collect()
        times.append([seconds(call) for _ in range(ROUNDS)])
        kept.append(size)
        if sum(times[-1]) > MOST_S:
            break
    power, low, high = slope(kept, times)
    return {
        "title": engine.title,
        "counts": engine.counts,
        "theory": engine.theory,
        "power": engine.power,
        "sizes": kept,
        "seconds": [[float(f"{t:.3g}") for t in row] for row in times],
        "slope": round(power, 2),
        "low": round(low, 2),
        "high": round(high, 2),
    }


def said(found: dict[str, Any], before: dict[str, Any] | None) -> str:
    """Return a line about an engine, and how steep it was in the record."""
    middle = statistics.median(found["seconds"][-1])
    line = (
        f"{found['title']}: {middle:.3g} s for {found['sizes'][-1]:,} {found['counts']}, "
        f"slope {found['slope']:.2f} ({found['low']:.2f} to {found['high']:.2f}), "
        f"theory {found['theory']}"
    )
    if before is not None:
        line += f", record {before['slope']:.2f}"
        if found["low"] > before["high"] and found["slope"] > before["slope"] + 0.1:
            line += "  STEEPER than the record"
    if found["low"] > found["power"] + STEEPER:
        line += "  STEEPER than theory"
    return line


def main() -> None:
    """Time what was asked for, print, record."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", help="engines; all if left out")
    asked.add_argument("--record", type=Path, help="JSON file of the benchmarks")
    asked.add_argument("--compare-only", action="store_true", help="leave the record as it is")
    asked.add_argument("--first", type=int, help="only so many sizes, the smallest, to try it")
    given = asked.parse_args()
    load = load_before()
    old: dict[str, Any] = {}
    if given.record and given.record.exists():
        old = json.loads(given.record.read_text(encoding="utf-8"))
    known = old.get("scaling", {}).get("engines", {})
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in given.names or ENGINES:
            engine = ENGINES[name]
            found[name] = followed(engine, engine.sizes[: given.first])
            print(said(found[name], known.get(name)), flush=True)
    if given.record and not given.compare_only:
        about = {
            "when": month(),
            "load": load,
            "machine": machine(),
            "versions": versions(LIBRARIES),
        }
        merged = {**known, **found}
        engines = {name: merged[name] for name in ENGINES if name in merged}
        record = dict(sorted({**old, "scaling": {**about, "engines": engines}}.items()))
        words = json.dumps(record, ensure_ascii=False, indent=1)
        given.record.write_text(words + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
