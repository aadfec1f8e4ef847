"""What every benchmark needs: maps, and a race of ours against a peer in alternating pairs.

``--record FILE`` compares the ratios with those that a JSON file holds, prints what became of
each, and writes them into it by module: a module that was run takes the place of its older
record, the others stay. With ``--compare-only`` the file is left as it is.
``docs/benchmarks.md`` shows that file.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parent))
from comparing import compared
from measuring import load_before, machine, month, versions

PEERS = (
    *("numpy", "scipy", "pandas", "numba", "geopandas", "shapely", "libpysal", "esda", "pygeoda"),
    *("rasterio", "rasterstats", "exactextract", "xarray-spatial", "dask", "Pyfrontier"),
)
RECORDED = pytest.StashKey[dict[str, list[dict[str, Any]]]]()
LOAD = pytest.StashKey[float | None]()
"""Processes that wanted a core in the minute before the first race."""


FEWEST, MOST_S = 3, 30.0
"""A race that has taken so many seconds ends, once it has so many pairs."""


@dataclass(frozen=True)
class Race:
    """Medians of two programs run in turn, and the ratios of each pair: median and extremes."""

    ours: float
    theirs: float
    ratio: float
    least: float
    most: float
    pairs: int


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    """Return how long one call takes, the mean of several."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def repeats(work: Callable[[], Any]) -> int:
    """Return how many calls fill 50 ms: one call of a millisecond says little by itself."""
    return max(1, int(0.05 / seconds(work)))


def race(
    title: str,
    peer: str,
    ours: Callable[[], Any],
    theirs: Callable[[], Any],
    *,
    pairs: int = 5,
    goal: float | None = None,
) -> Race:
    """Time both in turn after a first run of each, and print how many times as fast ours is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours()
        theirs()
        calls = repeats(ours), repeats(theirs)
        times = []
        start = time.perf_counter()
        for done in range(pairs):
            if done >= FEWEST and time.perf_counter() - start > MOST_S:
                break
            gc.collect()  # what one leaves behind is not charged to the other
            own = seconds(ours, calls[0])
            gc.collect()
            times.append((own, seconds(theirs, calls[1])))
    own, other = (statistics.median(column) for column in zip(*times, strict=True))
    ratios = sorted(b / a for a, b in times)
    ratio = statistics.median(ratios)
    aim = "" if goal is None else f" (goal {goal:g} ×)"
    print(
        f"\n{title}: ours {1e3 * own:,.2f} ms, {peer} {1e3 * other:,.1f} ms, "
        f"{ratio:,.1f} times as fast{aim}, median of {len(times)} pairs"
    )
    return Race(own, other, ratio, ratios[0], ratios[-1], len(times))


def peak_memory(work: Callable[[], Any]) -> float:
    """Return the most memory (MB) that Python and NumPy held beyond what was there before."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


@cache
def voronoi(n: int) -> gpd.GeoDataFrame:
    """Return n seeded Voronoi polygons of the unit square, in metres, with a skewed variable."""
    rng = np.random.default_rng(1)
    frame = shapely.box(0, 0, 1e5, 1e5)
    points = shapely.MultiPoint(rng.random((n, 2)) * 1e5)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    cells = shapely.intersection(cells, frame)
    return gpd.GeoDataFrame({"x": rng.gamma(1, size=len(cells))}, geometry=cells, crs=3857)


@pytest.fixture(name="race")
def race_fixture(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> Callable[..., Race]:
    """Return the race, printing past pytest's capture; what it finds is recorded."""

    def run(title: str, peer: str, *args: Any, **kwargs: Any) -> Race:
        with capsys.disabled():
            found = race(title, peer, *args, **kwargs)
        record = request.config.stash[RECORDED].setdefault(request.path.stem, [])
        record.append(
            {
                "title": title,
                "peer": peer,
                "ours_s": significant(found.ours),
                "peer_s": significant(found.theirs),
                "ratio": significant(found.ratio),
                "least": significant(found.least),
                "most": significant(found.most),
                "pairs": found.pairs,
            }
        )
        return found

    return run


def significant(value: float) -> float:
    """Round to three digits that say something."""
    return float(f"{value:.3g}")


def updated(
    old: Mapping[str, Any], new: Mapping[str, list[dict[str, Any]]], load: float | None
) -> dict[str, Any]:
    """Return the record with the modules that were run in place of what it had of them."""
    about = {"when": month(), "load": load, "machine": machine(), "versions": versions(PEERS)}
    return dict(sorted({**old, **{name: {**about, "races": r} for name, r in new.items()}}.items()))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--record`` and ``--compare-only``."""
    parser.addoption("--record", metavar="FILE", help="JSON file that takes what was measured")
    parser.addoption("--compare-only", action="store_true", help="leave that file as it is")


def pytest_configure(config: pytest.Config) -> None:
    """Make room for what will be measured."""
    config.stash[RECORDED] = {}
    config.stash[LOAD] = load_before()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say what became of the ratios of the record, and write the record, if asked for."""
    asked, new = session.config.getoption("--record"), session.config.stash[RECORDED]
    if not (asked and new):
        return
    path = Path(asked)
    old = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    print("\n" + "\n".join(compared(old, new)))
    if not session.config.getoption("--compare-only"):
        record = updated(old, new, session.config.stash[LOAD])
        words = json.dumps(record, ensure_ascii=False, indent=1)
        path.write_text(words + "\n", encoding="utf-8")


@pytest.fixture(name="voronoi", scope="session")
def voronoi_fixture() -> Callable[[int], gpd.GeoDataFrame]:
    """Return the maker of maps; each is made once."""
    return voronoi


@pytest.fixture(name="peak_memory", scope="session")
def peak_memory_fixture() -> Callable[[Callable[[], Any]], float]:
    """Return the meter of memory."""
    return peak_memory
