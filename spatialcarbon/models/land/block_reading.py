"""Windows of a grid, and reading them: a block that cannot be decoded is found and named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import MAX_LABELS, SchemaError
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.models.land.raster_opening import opened, rasterio_module

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from spatialcarbon.models.land.raster_input import Cells, Raster, Window

DAMAGED = 13
"""Place in a table of 16 × 16 of cells that cannot be read."""

CELLS_AT_ONCE = 1 << 22
"""Cells of a window: large enough to spare calls, small enough to keep little in memory."""


def windows(rasters: Sequence[Raster]) -> Iterator[Window]:
    """Cut the grid into windows of whole blocks, in order of rows.

    Files stored in strips give windows as wide as the raster; otherwise a strip
    would be decoded once for each window that touches it.
    """
    height, width = rasters[0].shape
    down = max(raster.block[0] for raster in rasters)
    across = max(raster.block[1] for raster in rasters)
    if across * 2 > width:
        across = width
    else:
        across *= max(1, min(width, 2048) // across)
    down = min(height, down * max(1, CELLS_AT_ONCE // (across * down)))
    for row in range(0, height, down):
        for column in range(0, width, across):
            yield row, column, min(down, height - row), min(across, width - column)


@dataclass(frozen=True)
class Damage:
    """A block of a file that cannot be decoded, or the part of it in a window.

    Parameters
    ----------
    raster : int
        Position of the raster.
    window : tuple of int
        Row, column, height and width, in cells of the grid.
    reason : str
        What the library said.
    """

    raster: int
    window: Window
    reason: str


class Reader:
    """Opened rasters of one thread: GDAL's handles must not be shared between threads."""

    def __init__(self, rasters: Sequence[Raster]) -> None:
        self.rasters = rasters
        self._files = [None if raster.path is None else _opened(raster) for raster in rasters]

    def read(self, position: int, window: Window, out: Cells) -> None:
        """Fill ``out`` with the codes of one raster inside a window.

        Raises
        ------
        SchemaError
            A block that cannot be decoded, with its place.
        """
        if damage := self.attempt(position, window, out):
            refuse_damage(damage, self.rasters)

    def attempt(self, position: int, window: Window, out: Cells) -> list[Damage]:
        """Fill ``out`` with the codes of one raster inside a window, as far as they can be read.

        Returns
        -------
        list of Damage
            Blocks that could not be decoded; the cells of these are anything.
        """
        raster, file = self.rasters[position], self._files[position]
        row, column, height, width = window
        if file is None:
            assert raster.array is not None
            top = row - raster.top
            out[...] = raster.array[top : top + height, column : column + width]
            return []
        try:
            # A view: rasterio gives the array that it is handed another shape.
            file.read(1, window=((row, row + height), (column, column + width)), out=out[:])
        except rasterio_module().errors.RasterioError:
            return self._piecewise(position, file, window, out)
        return []

    def _piecewise(self, position: int, file: Any, window: Window, out: Cells) -> list[Damage]:
        """Read block by block, so that only those that are damaged are lost."""
        down, across = self.rasters[position].block
        row, column, height, width = window
        lost = []
        for top in range(row - row % down, row + height, down):
            for left in range(column - column % across, column + width, across):
                first, last = max(top, row), min(top + down, row + height)
                start, stop = max(left, column), min(left + across, column + width)
                part = out[first - row : last - row, start - column : stop - column]
                try:
                    file.read(1, window=((first, last), (start, stop)), out=part)
                except rasterio_module().errors.RasterioError as problem:
                    place = (first, start, last - first, stop - start)
                    lost.append(Damage(position, place, str(problem.__cause__ or problem)))
        return lost

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            if file is not None:
                file.close()


def _opened(raster: Raster) -> Any:
    rasterio = rasterio_module()
    try:
        return opened(str(raster.path))
    except rasterio.errors.RasterioError as problem:
        raise SchemaError(
            "{path} can no longer be opened",
            arrived="{problem}",
            expected="a file that every worker sees under this path",
            fix="leave files where they are while they are counted, and put those for "
            "other machines into a shared folder",
            path=raster.path,
            problem=problem,
        ) from problem


def refuse_damage(damage: Sequence[Damage], rasters: Sequence[Raster]) -> None:
    """Raise naming the first damaged block."""
    first = damage[0]
    row, column, height, width = first.window
    raise SchemaError(
        "{path} is damaged at rows {top} to {bottom}, columns {left} to {right}",
        arrived="{problem}",
        expected="a file that can be read throughout",
        fix="download or copy the file again; or skip_damaged=True (--skip-damaged) leaves such "
        "blocks out in all years and says how much land that is",
        path=rasters[first.raster].name,
        top=row,
        bottom=row + height - 1,
        left=column,
        right=column + width - 1,
        problem=first.reason,
    )


def damage_said(
    damage: Sequence[Damage], rasters: Sequence[Raster], tables: npt.NDArray[np.float64]
) -> list[Text]:
    """Say which blocks were left out, and how much land they hold.

    Parameters
    ----------
    damage : sequence of Damage
        The blocks.
    rasters : sequence of Raster
        The rasters.
    tables : array of float, zones × 256
        km² under ``16 * first + second``.
    """
    if not damage:
        return []
    places = [
        text(
            "{path} rows {top} to {bottom}, columns {left} to {right}",
            path=rasters[block.raster].name,
            top=block.window[0],
            bottom=block.window[0] + block.window[2] - 1,
            left=block.window[1],
            right=block.window[1] + block.window[3] - 1,
        )
        for block in damage
    ]
    return [
        text(
            "damaged blocks were left out in all years, {km2:.6g} km² of the zones: {places}",
            km2=float(tables[:, DAMAGED * 17].sum()),
            places=listed(places, MAX_LABELS),
        )
    ]


def as_sent(raster: Raster) -> Raster:
    """Return a raster whose file is found from any working directory."""
    if raster.path is None or not os.path.exists(raster.path):
        return raster
    return replace(raster, path=os.path.abspath(raster.path))
