"""The same block task on threads, processes and workers of dask gives the same bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from spatialcarbon.core.errors import (
    MissingDependencyError,
    OptionError,
    SchemaError,
    SpatialCarbonError,
)
from spatialcarbon.models.land import blocks
from spatialcarbon.models.land.blocks import dask_client
from spatialcarbon.models.land.crosstab import cross_tabulate

# Loops and sockets of dask are closed by the collector, later than pytest looks.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::DeprecationWarning",
)


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut even a small raster into many blocks."""
    from spatialcarbon.models.land import block_reading

    monkeypatch.setattr(block_reading, "CELLS_AT_ONCE", 32 * 32)


def counted(two: tuple[Any, Any], units: Any, **options: Any) -> Any:
    return cross_tabulate(list(two), zones=units, scheme="common", **options)


def same(one: Any, other: Any) -> None:
    """Compare two tabulations to the bit."""
    assert one.tables.keys() == other.tables.keys()
    for pair in one.tables:
        pd.testing.assert_frame_equal(one.tables[pair], other.tables[pair], check_exact=True)
    pd.testing.assert_frame_equal(one.areas, other.areas, check_exact=True)
    pd.testing.assert_frame_equal(one.excluded, other.excluded, check_exact=True)
    assert one.remarks == other.remarks


@pytest.fixture
def degrees(cases: ModuleType, tmp_path: Path) -> tuple[Any, Any]:
    """Two years in longitude and latitude, where sums are of floating numbers, and zones."""
    two = cases.pair(tmp_path, crs=cases.LONGLAT, transform=cases.DEGREES)
    units = cases.zones(cases.LONGLAT, transform=cases.DEGREES).drop(index=["over", "Zürich"])
    return two, units


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.usefixtures("small_windows")
def test_any_number_of_threads_gives_the_same_bytes(degrees: Any, exact: bool) -> None:
    one = counted(*degrees, threads=1, exact=exact)
    for threads in (2, 3, 7):
        same(one, counted(*degrees, threads=threads, exact=exact))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.usefixtures("small_windows")
def test_a_dask_client_gives_the_same_bytes(degrees: Any, exact: bool) -> None:
    from distributed import Client

    alone = counted(*degrees, threads=1, exact=exact)
    with Client(
        processes=False, n_workers=1, threads_per_worker=2, dashboard_address=":0"
    ) as client:
        same(alone, counted(*degrees, client=client, exact=exact))


@pytest.mark.usefixtures("small_windows")
def test_an_executor_gives_the_same_bytes(degrees: Any) -> None:
    with ThreadPoolExecutor(2) as pool:
        same(counted(*degrees, threads=1), counted(*degrees, client=pool))


def test_arrays_are_sent_block_by_block(cases: ModuleType, degrees: Any) -> None:
    """Arrays have no file that a worker could open: each task carries its own part."""
    files, units = degrees
    arrays = [(cases.codes(path), cases.DEGREES, cases.LONGLAT) for path in files]
    with ThreadPoolExecutor(1) as pool:
        found = counted(arrays, units, client=pool)
    pd.testing.assert_frame_equal(found.tables[0, 1], counted(files, units).tables[0, 1])


@pytest.mark.usefixtures("small_windows")
def test_a_damaged_block_is_named_from_a_worker(cases: ModuleType, degrees: Any) -> None:
    (first, second), units = degrees
    cases.damaged(second, 2, 1)
    with ThreadPoolExecutor(2) as pool:
        with pytest.raises(SchemaError, match="rows 64 to 95, columns 32 to 63"):
            counted((first, second), units, client=pool)
        found = counted((first, second), units, client=pool, skip_damaged=True)
    same(found, counted((first, second), units, skip_damaged=True))


class Dying(ThreadPoolExecutor):
    """Workers that break down with the third part."""

    submitted = 0

    def submit(self, function: Any, /, *args: Any, **options: Any) -> Any:
        self.submitted += 1
        if self.submitted == 3:
            broken: Any = Future()
            broken.set_exception(BrokenExecutor("a process ended abruptly"))
            return broken
        return super().submit(function, *args, **options)


@pytest.mark.usefixtures("small_windows")
def test_workers_that_die_are_no_fault_of_the_program(degrees: Any, tmp_path: Path) -> None:
    kept = tmp_path / "run"
    with Dying(2) as pool:
        with pytest.raises(SpatialCarbonError, match="workers were lost") as caught:
            counted(*degrees, client=pool, checkpoint=kept)
        assert "ended abruptly" in str(caught.value)
        assert kept.stat().st_size > 1000  # what was counted before is kept
        same(counted(*degrees), counted(*degrees, client=pool, checkpoint=kept))


def test_what_is_no_client_is_refused(degrees: Any) -> None:
    with pytest.raises(OptionError, match="client"):
        counted(*degrees, client="tcp://nowhere:8786")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes of dask on this machine."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as workers,
        Client(workers) as client,
    ):
        yield client


def test_the_address_of_a_scheduler_is_enough(cluster: Any, degrees: Any) -> None:
    with dask_client(cluster.scheduler.address) as client:
        same(counted(*degrees, threads=1), counted(*degrees, client=client))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere at all", ""])
def test_no_scheduler_there(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(blocks, "PATIENCE", 1)
    with pytest.raises(OptionError, match="no dask scheduler answers"):
        dask_client(address)


def test_without_dask_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"spatialcarbon\[distributed\]"):
        dask_client("tcp://127.0.0.1:8786")


@pytest.mark.usefixtures("small_windows")
def test_two_worker_processes_give_the_same_bytes(cluster: Any, degrees: Any) -> None:
    same(counted(*degrees, threads=1), counted(*degrees, client=cluster))


@pytest.mark.usefixtures("small_windows")
@pytest.mark.slow
def test_two_processes_give_the_same_bytes(degrees: Any) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        same(counted(*degrees, threads=1), counted(*degrees, client=pool))
