"""Blocks of a count on threads, processes or other machines: one task, the same answer."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import MissingDependencyError, OptionError, SpatialCarbonError
from spatialcarbon.models.land.block_reading import as_sent, refuse_damage
from spatialcarbon.models.land.checkpoint import Checkpoint
from spatialcarbon.models.land.window_counts import (
    CountingTask,
    WindowCounts,
    count_windows,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatialcarbon.models.land.raster_input import Raster, Window

CELLS_PER_PART = 1 << 24
"""Cells that are sent to another process at once: some tenths of a second of work."""

PATIENCE = 10
"""Seconds to wait for a scheduler."""

AHEAD = 3
"""Parts waiting for each worker, so that none is idle and few answers wait in memory."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Some windows and all that their count depends on: plain data, to be sent anywhere.

    Parameters
    ----------
    task : CountingTask
        Cut to the rows of the windows.
    windows : tuple of (row, column, height, width)
        What to count.
    """

    task: CountingTask
    windows: tuple[Window, ...]


def count_part(part: Part) -> list[WindowCounts]:
    """Count the windows of a part: depends on nothing but its argument and the files it names."""
    return list(count_windows(part.task, part.windows, 1))


def counted_blocks(
    task: CountingTask,
    windows: Sequence[Window],
    *,
    threads: int,
    client: Any = None,
    checkpoint: str | Path | None = None,
    skip_damaged: bool = False,
) -> Generator[WindowCounts, None, None]:
    """Yield what every window holds, in the order of the windows.

    Parameters
    ----------
    task : CountingTask
        What to count.
    windows : sequence of (row, column, height, width)
        Where.
    threads : int
        How many to use without a client.
    client : dask.distributed.Client or concurrent.futures.Executor, optional
        Where to count instead.
    checkpoint : path, optional
        File of finished windows: those found there are not counted again.
    skip_damaged : bool
        Leave out blocks that cannot be decoded instead of raising.

    Raises
    ------
    SchemaError
        A damaged block, or a checkpoint of another run.
    OptionError
        Something that is no client.
    """
    submit = None if client is None else _submitter(client)
    kept = (
        nullcontext() if checkpoint is None else Checkpoint(checkpoint, fingerprint(task, windows))
    )
    with ExitStack() as open_:
        store = open_.enter_context(kept)
        done = {} if store is None else store.done
        missing = [window for number, window in enumerate(windows) if number not in done]
        fresh = (
            count_windows(task, missing, threads)
            if submit is None
            else _elsewhere(task, missing, *submit)
        )
        open_.enter_context(closing(fresh))
        for number in range(len(windows)):
            if number in done:
                counted = _unpacked(done.pop(number))
            else:
                counted = next(fresh)
                # A damaged block may be mended before the run goes on.
                if store is not None and counted.cells and not counted.damage:
                    store.add(number, _packed(counted))
            if counted.damage and not skip_damaged:
                refuse_damage(counted.damage, task.rasters)
            yield counted


def dask_client(address: str) -> Any:
    """Connect to the scheduler of a dask cluster.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.1:8786``.

    Returns
    -------
    dask.distributed.Client
        To be closed after use.

    Raises
    ------
    MissingDependencyError
        Without the ``distributed`` extra.
    OptionError
        If no scheduler answers there.
    """
    try:
        from distributed import Client
    except ImportError as absent:
        raise MissingDependencyError(
            "counting on several machines needs dask, which is not installed",
            fix='pip install "spatialcarbon[distributed]"',
        ) from absent
    connected: Any = Client
    try:
        return connected(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as problem:
        raise OptionError(
            "no dask scheduler answers at {address}",
            expected="an address such as {example}",
            fix="start one with: dask scheduler; and on each machine: dask worker {example}",
            address=address,
            example="tcp://10.0.0.1:8786",
        ) from problem


def fingerprint(task: CountingTask, windows: Sequence[Window]) -> str:
    """Return a hash of everything that counts depend on.

    Files stand for themselves by name, size and time of their last change.
    """
    digest = hashlib.blake2b(digest_size=16)

    def add(*values: Any) -> None:
        for value in values:
            plain = np.ascontiguousarray(value) if isinstance(value, np.ndarray) else None
            digest.update(repr(value).encode() if plain is None else plain.tobytes())
            digest.update(b"\0")

    for raster, codes in zip(task.rasters, task.codes, strict=True):
        add(raster.shape, raster.transform, str(raster.dtype), raster.crs.to_wkt())
        add(sorted(codes.items()))
        if raster.array is not None:
            add(raster.array)
        else:
            add(*_files(raster))
    runs = task.runs
    add(list(map(str, runs.labels)), runs.rows, runs.starts, runs.stops, runs.zones)
    if runs.crossed is not None:
        crossed = runs.crossed
        add(crossed.rows, crossed.columns, crossed.zones, crossed.shares)
    add(task.pairs, task.cell, task.weights, list(windows))
    return digest.hexdigest()


def _files(raster: Raster) -> Iterator[tuple[str, int, int]]:
    """Return name, size and time of change of a file and of those that it refers to."""
    from spatialcarbon.models.land.raster_opening import opened

    with opened(str(raster.path)) as source:
        names = sorted(source.files)
    for name in map(Path, names):
        if name.exists():
            status = name.stat()
            yield name.name, status.st_size, status.st_mtime_ns


def _submitter(client: Any) -> tuple[Callable[[Part], Any], int]:
    """Return how to hand a part to a client, and how many workers it has."""
    if isinstance(client, Executor):
        return lambda part: client.submit(count_part, part), int(
            getattr(client, "_max_workers", None) or 1
        )
    if not (hasattr(client, "submit") and hasattr(client, "ncores")):
        raise OptionError(
            "client is a {kind}",
            expected="a dask.distributed.Client, or an executor of concurrent.futures",
            fix='client=distributed.Client("tcp://10.0.0.1:8786")',
            kind=type(client).__name__,
        )
    cores = sum(client.ncores().values())

    def submit(part: Part) -> Any:
        # Scattered first: large arguments would clog the scheduler.
        return client.submit(count_part, client.scatter(part, hash=False), pure=False)

    return submit, max(1, int(cores))


def _elsewhere(
    task: CountingTask, windows: Sequence[Window], submit: Callable[[Part], Any], workers: int
) -> Generator[WindowCounts, None, None]:
    """Count in other processes, some parts ahead, and yield in the order of the windows."""
    waiting: deque[Any] = deque()
    parts = _parts(task, windows, workers)
    try:
        for part in parts:
            waiting.append(submit(part))
            if len(waiting) >= AHEAD * workers:
                yield from _answer(waiting.popleft())
        while waiting:
            yield from _answer(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


def _answer(future: Any) -> list[WindowCounts]:
    """Wait for a part; workers that died are no fault of this program."""
    try:
        counted: list[WindowCounts] = future.result()
    except Exception as problem:
        if type(problem).__module__.partition(".")[0] not in ("distributed", "concurrent"):
            raise
        raise SpatialCarbonError(
            "the workers were lost while counting",
            arrived="{problem}",
            expected="workers that stay until all is counted",
            fix="see in their logs whether memory or files were missing; with checkpoint= a "
            "repeated run goes on from here",
            problem=problem,
        ) from problem
    return counted


def _parts(task: CountingTask, windows: Sequence[Window], workers: int) -> Iterator[Part]:
    """Cut the windows into parts of neighbours, at least a few for each worker."""
    cells = sum(height * width for _, _, height, width in windows)
    limit = min(CELLS_PER_PART, max(1, cells // (4 * workers)))
    held: list[Window] = []
    size = 0
    for window in chain(windows, [None]):
        if held and (window is None or size >= limit):
            yield Part(task=_cut(task, held), windows=tuple(held))
            held, size = [], 0
        if window is not None:
            held.append(window)
            size += window[2] * window[3]


def _cut(task: CountingTask, windows: Sequence[Window]) -> CountingTask:
    """Return a task with no more than the rows of some windows."""
    top = min(row for row, _, _, _ in windows)
    bottom = max(row + height for row, _, height, _ in windows)
    return replace(
        task,
        rasters=tuple(
            as_sent(raster)
            if raster.array is None
            else replace(
                raster,
                array=np.ascontiguousarray(raster.array[top - raster.top : bottom - raster.top]),
                top=top,
            )
            for raster in task.rasters
        ),
        runs=task.runs.between(top, bottom),
        weights=task.weights[top - task.top : bottom - task.top],
        top=top,
    )


def _packed(counted: WindowCounts) -> dict[str, NDArray[Any]]:
    """Return a window's counts as arrays without the many zeros."""
    where = np.flatnonzero(counted.tables)
    unknown = [(*key, cells) for key, cells in sorted(counted.unknown.items())]
    return {
        "zones": counted.zones,
        "shape": np.array(counted.tables.shape),
        "where": where,
        "values": counted.tables.ravel()[where],
        "cells": np.array(counted.cells),
        "unknown": np.array(unknown, dtype=np.int64).reshape(-1, 3),
    }


def _unpacked(arrays: dict[str, NDArray[Any]]) -> WindowCounts:
    tables = np.zeros(tuple(arrays["shape"]))
    tables.ravel()[arrays["where"]] = arrays["values"]
    return WindowCounts(
        zones=arrays["zones"],
        tables=tables,
        cells=int(arrays["cells"]),
        unknown={(int(a), int(b)): int(n) for a, b, n in arrays["unknown"]},
    )
