"""Count a raster window by window: each thread reads and counts windows of its own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from spatialcarbon.models.land.block_reading import DAMAGED, Damage, Reader
from spatialcarbon.models.land.cell_areas import row_areas
from spatialcarbon.models.land.legends import LAND_CLASSES
from spatialcarbon.models.land.raster_opening import rasterio_module

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.land.legends import Legend
    from spatialcarbon.models.land.raster_input import Raster, Window
    from spatialcarbon.models.land.zone_runs import ZoneRuns

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Cells = npt.NDArray[Any]

Pair: TypeAlias = tuple[int, int]

UNKNOWN, MISSING = 14, 15
"""Where codes that the scheme lacks, and cells without data, stand in a table of 16 × 16."""

WIDTH = 16
WORD = 8

CACHE_BYTES = 16 * 2**20
"""What GDAL may keep of decoded blocks: each is read once, so little is gained by more."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CountingTask:
    """All that is needed to count any window; plain data, so that other processes can have it.

    Parameters
    ----------
    rasters : tuple of Raster
        On one grid.
    runs : ZoneRuns
        Which cells belong to which zone.
    pairs : tuple of (int, int)
        Which rasters are set against each other.
    weights : array of float, one per row
        Area of a cell; 1 throughout where all cells are equal, so that sums
        are whole numbers.
    cell : float
        km² of one unit of the weights.
    codes : tuple of mapping
        For each raster the place of each code in a table.
    top : int
        Row of the grid with which the weights begin.
    """

    rasters: tuple[Raster, ...]
    runs: ZoneRuns
    pairs: tuple[Pair, ...]
    weights: Floats
    cell: float
    codes: tuple[dict[int, int], ...]
    top: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class WindowCounts:
    """What was counted in one window.

    Parameters
    ----------
    zones : array of int
        Positions of the zones that have cells in it.
    tables : array of float, zones × pairs × 256
        Weight under each pair of classes, ``16 * first + second``.
    cells : int
        Cells counted, of each raster.
    unknown : mapping
        (raster, code) → cells, for codes that the scheme lacks.
    damage : tuple of Damage
        Blocks that could not be decoded: their cells are in no class of any raster.
    """

    zones: Whole
    tables: Floats
    cells: int
    unknown: dict[tuple[int, int], int] = field(default_factory=dict)
    damage: tuple[Damage, ...] = ()


def counting_task(
    rasters: tuple[Raster, ...], runs: ZoneRuns, legend: Legend, pairs: tuple[Pair, ...]
) -> CountingTask:
    """Prepare the count: areas of cells, and the place of every code."""
    areas = row_areas(rasters[0])
    same = bool((areas == areas[0]).all())
    places = {code: LAND_CLASSES.index(land) for code, land in legend.codes.items()}
    places |= dict.fromkeys(legend.nodata, MISSING)
    codes = tuple(
        places if raster.nodata is None else places | {raster.nodata: MISSING} for raster in rasters
    )
    return CountingTask(
        rasters=rasters,
        runs=runs,
        pairs=pairs,
        weights=np.ones_like(areas) if same else areas,
        cell=float(areas[0]) if same else 1.0,
        codes=codes,
    )


class Translator:
    """From the codes of one raster to bytes, and from bytes to places in a table."""

    def __init__(self, raster: Raster, codes: dict[int, int]) -> None:
        self.dtype = raster.dtype
        self.direct = raster.dtype.itemsize == 1
        self.table = np.full(256, UNKNOWN, dtype=np.uint8)
        if not self.direct:
            self.table[:WIDTH] = np.arange(WIDTH)
        elif raster.dtype.itemsize == 1:
            limits = np.iinfo(raster.dtype)
            for code, place in codes.items():
                if limits.min <= code <= limits.max:
                    self.table[code % 256] = place
        self._codes = np.array(sorted(codes), dtype=np.int64)
        self._places = np.array([codes[code] for code in sorted(codes)], dtype=np.uint8)
        self._wide = np.empty(0, dtype=np.uint8)
        if raster.dtype.itemsize == 2:
            self._wide = np.full(2**16, UNKNOWN, dtype=np.uint8)
            limits = np.iinfo(raster.dtype)
            held = (self._codes >= limits.min) & (self._codes <= limits.max)
            self._wide[self._codes[held] % 2**16] = self._places[held]

    def places(self, cells: Cells, out: Cells) -> None:
        """Write the place of each cell of a type wider than a byte."""
        if len(self._wide):
            np.take(self._wide, cells.view(np.uint16), out=out)
            return
        at = np.minimum(np.searchsorted(self._codes, cells), len(self._codes) - 1)
        out[...] = np.where(self._codes[at] == cells, self._places[at], UNKNOWN)


class Worker:
    """One thread's own handles and memory."""

    def __init__(self, task: CountingTask) -> None:
        self.task = task
        self.reader = Reader(task.rasters)
        self._translators = [
            Translator(raster, codes)
            for raster, codes in zip(task.rasters, task.codes, strict=True)
        ]
        self._memory = np.empty(0, dtype=np.uint8)

    def count(self, window: Window) -> WindowCounts:
        """Read and count one window."""
        from spatialcarbon.models.land.count_kernels import CODES, count_pairs
        from spatialcarbon.models.land.cover_kernels import add_crossed

        task = self.task
        row, _, height, width = window
        runs = task.runs.inside(*window)
        crossed = runs.crossed
        # In order already, so that the distinct ones are where they change.
        zones = runs.zones[np.flatnonzero(np.diff(runs.zones, prepend=-1))]
        if crossed is not None:
            zones = np.union1d(zones, crossed.zones)
        zone_of_run = np.searchsorted(zones, runs.zones)
        tables = np.zeros((len(zones), len(task.pairs), CODES))
        if not len(zones):
            return WindowCounts(zones=zones, tables=tables, cells=0)
        blocks, raw, damage = self._read(window)
        translation = [translator.table for translator in self._translators]
        if damage:
            raw = [stored.copy() for stored in raw]  # of which the blocks may be a view
            translation = self._without_damage(blocks, translation, damage, window)
        words = blocks.view(np.uint64)
        weights = task.weights[row - task.top : row - task.top + height]
        for k, (first, second) in enumerate(task.pairs):
            count_pairs(
                blocks[first],
                blocks[second],
                words[first],
                words[second],
                runs.rows,
                runs.starts,
                runs.stops,
                zone_of_run,
                weights,
                translation[first],
                translation[second],
                tables[:, k],
            )
            if crossed is not None:
                add_crossed(
                    blocks[first],
                    blocks[second],
                    crossed.rows,
                    crossed.columns,
                    np.searchsorted(zones, crossed.zones),
                    crossed.shares,
                    weights,
                    translation[first],
                    translation[second],
                    tables[:, k],
                )
        unknown: dict[tuple[int, int], int] = {}
        square = tables.reshape(-1, WIDTH, WIDTH)
        if square[:, UNKNOWN].any() or square[:, :, UNKNOWN].any():
            unknown = self._unknown(blocks[:, :, :width], raw, runs, translation)
        return WindowCounts(
            zones=zones, tables=tables, cells=runs.cells, unknown=unknown, damage=tuple(damage)
        )

    def _without_damage(
        self, blocks: Cells, translation: Sequence[Cells], damage: Sequence[Damage], window: Window
    ) -> list[Cells]:
        """Mark damaged blocks in all rasters; return the translation of what stands there now."""
        for block, table in zip(blocks, translation, strict=True):
            block[...] = table[block]
        for part in damage:
            top, left, height, width = part.window
            top, left = top - window[0], left - window[1]
            blocks[:, top : top + height, left : left + width] = DAMAGED
        return [np.arange(256, dtype=np.uint8)] * len(blocks)

    def _read(self, window: Window) -> tuple[Cells, list[Cells], list[Damage]]:
        """Return the rasters as bytes in rows of whole words, as stored, and what is damaged."""
        _, _, height, width = window
        whole = -(-width // WORD) * WORD
        need = len(self.task.rasters) * height * whole
        if len(self._memory) < need:
            self._memory = np.zeros(need, dtype=np.uint8)
        blocks = self._memory[:need].reshape(-1, height, whole)
        raw = []
        damage = []
        for position, translator in enumerate(self._translators):
            block = blocks[position, :, :width]
            if translator.direct:
                stored = block.view(translator.dtype)
                damage += self.reader.attempt(position, window, stored)
            else:
                stored = np.empty((height, width), dtype=translator.dtype)
                damage += self.reader.attempt(position, window, stored)
                translator.places(stored, block)
            raw.append(stored)
        return blocks, raw, damage

    def _unknown(
        self, blocks: Cells, raw: Sequence[Cells], runs: ZoneRuns, translation: Sequence[Cells]
    ) -> dict[tuple[int, int], int]:
        """Return how many cells inside the zones have each unknown code."""
        height, width = raw[0].shape
        steps = np.zeros((height, width + 1), dtype=np.int8)
        np.add.at(steps, (runs.rows, runs.starts), 1)
        np.add.at(steps, (runs.rows, runs.stops), -1)
        inside = np.cumsum(steps[:, :-1], axis=1, dtype=np.int8) > 0
        if runs.crossed is not None:
            inside[runs.crossed.rows, runs.crossed.columns] = True
        found = {}
        for position, (block, stored) in enumerate(zip(blocks, raw, strict=True)):
            wrong = inside & (translation[position][block] == UNKNOWN)
            codes, cells = np.unique(stored[wrong], return_counts=True)
            for code, n in zip(codes.tolist(), cells.tolist(), strict=True):
                found[position, code] = n
        return found

    def close(self) -> None:
        """Close the files."""
        self.reader.close()


def count_windows(
    task: CountingTask, windows: Sequence[Window], threads: int
) -> Generator[WindowCounts, None, None]:
    """Count windows in threads and yield what was counted, in the order of the windows.

    Parameters
    ----------
    task : CountingTask
        What to count.
    windows : sequence of (row, column, height, width)
        Where.
    threads : int
        How many at once. The answer does not depend on it.
    """
    own = threading.local()
    workers: list[Worker] = []

    def count(window: Window) -> WindowCounts:
        if not hasattr(own, "worker"):
            own.worker = Worker(task)
            workers.append(own.worker)
        counted: WindowCounts = own.worker.count(window)
        return counted

    try:
        with _small_cache(task.rasters):
            if threads <= 1 or len(windows) <= 1:
                yield from map(count, windows)
            else:
                yield from _ahead(count, windows, threads)
    finally:
        for worker in workers:
            worker.close()


def _ahead(
    count: Callable[[Window], WindowCounts], windows: Sequence[Window], threads: int
) -> Iterator[WindowCounts]:
    """Keep the threads busy a few windows ahead, not more: what is counted takes memory."""
    waiting: deque[Future[WindowCounts]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for window in windows:
                waiting.append(pool.submit(count, window))
                if len(waiting) > 8 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _small_cache(rasters: Sequence[Raster]) -> AbstractContextManager[Any]:
    """Return a context in which GDAL keeps few decoded blocks, unless the user set how many."""
    if all(raster.path is None for raster in rasters):
        return nullcontext()
    return _cache_of(CACHE_BYTES)


def _cache_of(size: int) -> AbstractContextManager[Any]:
    rasterio = rasterio_module()
    return rasterio.Env(GDAL_CACHEMAX=size)  # type: ignore[no-any-return]
