"""What every benchmark needs: maps, and a race of ours against a peer in alternating pairs."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely


@dataclass(frozen=True)
class Race:
    """Medians of two programs run in turn, and the median of the ratios of each pair."""

    ours: float
    theirs: float
    ratio: float


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
        for _ in range(pairs):
            gc.collect()  # what one leaves behind is not charged to the other
            own = seconds(ours, calls[0])
            gc.collect()
            times.append((own, seconds(theirs, calls[1])))
    own, other = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(b / a for a, b in times)
    aim = "" if goal is None else f" (goal {goal:g} ×)"
    print(
        f"\n{title}: ours {1e3 * own:,.2f} ms, {peer} {1e3 * other:,.1f} ms, "
        f"{ratio:,.1f} times as fast{aim}, median of {pairs} pairs"
    )
    return Race(own, other, ratio)


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
def race_fixture(capsys: pytest.CaptureFixture[str]) -> Callable[..., Race]:
    """Return the race, printing past pytest's capture."""

    def run(*args: Any, **kwargs: Any) -> Race:
        with capsys.disabled():
            return race(*args, **kwargs)

    return run


@pytest.fixture(name="voronoi", scope="session")
def voronoi_fixture() -> Callable[[int], gpd.GeoDataFrame]:
    """Return the maker of maps; each is made once."""
    return voronoi


@pytest.fixture(name="peak_memory", scope="session")
def peak_memory_fixture() -> Callable[[Callable[[], Any]], float]:
    """Return the meter of memory."""
    return peak_memory
