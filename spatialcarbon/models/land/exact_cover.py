"""How much of each cell lies inside each zone, from the outlines themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.compiled import in_threads

if TYPE_CHECKING:
    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CrossedCells:
    """The cells that outlines of zones cross, in order of rows.

    Parameters
    ----------
    rows, columns, zones : array of int
        A cell, and the position of a zone that covers part of it.
    shares : array of float
        The part covered, above 0 and up to 1.
    """

    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    zones: npt.NDArray[np.int32]
    shares: Floats

    def between(self, top: int, bottom: int) -> CrossedCells:
        """Return the cells of some rows."""
        part = slice(*np.searchsorted(self.rows, (top, bottom)))
        return CrossedCells(
            self.rows[part], self.columns[part], self.zones[part], self.shares[part]
        )

    def inside(self, row: int, column: int, height: int, width: int) -> CrossedCells:
        """Return the cells of a window, in its coordinates."""
        low, high = np.searchsorted(self.rows, (row, row + height))
        columns = self.columns[low:high]
        held = low + np.flatnonzero((columns >= column) & (columns < column + width))
        return CrossedCells(
            self.rows[held] - np.int32(row),
            self.columns[held] - np.int32(column),
            self.zones[held],
            self.shares[held],
        )


@dataclass(frozen=True, eq=False)
class ExactCover:
    """Which cells zones hold as a whole, and which only in part.

    Parameters
    ----------
    rows, starts, stops, zones : array of int
        Runs of whole cells, in order of rows.
    crossed : CrossedCells
        The cells under the outlines.
    """

    rows: Whole
    starts: Whole
    stops: Whole
    zones: Whole
    crossed: CrossedCells

    def counted_twice(self, width: int) -> float:
        """Return how many cells stand in more than one zone, by the shares beyond the whole."""
        cells = self.crossed.rows.astype(np.int64) * width + self.crossed.columns
        if not len(cells):
            return 0.0
        first = np.flatnonzero(np.diff(cells, prepend=-1))
        held = np.add.reduceat(self.crossed.shares, first)
        # A cell that one zone crosses may be a whole cell of another.
        run = np.searchsorted(self.rows * width + self.starts, cells[first], side="right") - 1
        if len(self.rows):
            last = (self.rows * width + self.stops)[run]
            held += (run >= 0) & (cells[first] < last)
        return float(np.maximum(held - 1.0, 0.0).sum())


def exact_cover(x: Floats, y: Floats, offsets: Any, shape: tuple[int, int]) -> ExactCover:
    r"""Which share of each cell of a grid does each zone cover?

    The outline is straight between its vertices in the coordinates of the
    raster, as for exactextract, whose shares these are; but they come from the
    outline alone, so that the cells inside cost nothing, and in double precision.

    Parameters
    ----------
    x, y : array of float
        Vertices in columns and rows from the upper left corner of the grid.
    offsets : tuple of array
        Where rings, polygons and zones end, as from
        :func:`shapely.to_ragged_array` of multipolygons.
    shape : tuple of int
        Rows and columns of the grid.

    Returns
    -------
    ExactCover
        Zones are numbered in the order given; where they overlap, each has its share.

    Notes
    -----
    For a cell of area :math:`|c|` and a zone :math:`Z` the share is
    :math:`|c \cap Z| / |c|`, by Green's theorem a sum over the outline: each
    piece of outline with height :math:`dy` in a cell, at mean distance
    :math:`m` from its left side, adds :math:`dy (1 - m)` to that cell and
    :math:`dy` to all cells right of it in the row.

    Examples
    --------
    A square of 1.5 cells on a 2 × 2 grid holds one cell, two halves and a quarter:

    >>> import shapely
    >>> square = shapely.MultiPolygon([shapely.box(0, 0, 1.5, 1.5)])
    >>> _, xy, offsets = shapely.to_ragged_array([square])
    >>> cover = exact_cover(xy[:, 0], xy[:, 1], offsets, (2, 2))
    >>> int((cover.stops - cover.starts).sum()), cover.crossed.shares.tolist()
    (1, [0.5, 0.5, 0.25])
    """
    rings, signs = _orientation(x, y, offsets)
    zone_rings = offsets[1][offsets[2]]
    found = in_threads(
        lambda zone: _of_zone(
            x, y, rings[zone_rings[zone] : zone_rings[zone + 1] + 1],
            signs[zone_rings[zone] : zone_rings[zone + 1]], shape,
        ),
        range(len(zone_rings) - 1),
    )  # fmt: skip
    run_rows, starts, stops, rows, columns, shares = (
        np.concatenate(parts) for parts in zip(*found, strict=True)
    )
    owners = np.arange(len(found), dtype=np.int32)
    zones = np.repeat(owners, [len(parts[0]) for parts in found])
    crossed = np.repeat(owners, [len(parts[3]) for parts in found])
    # In a row by column and zone: sums are taken in an order that says nothing of threads.
    by_run = np.lexsort((starts, run_rows))
    by_cell = np.lexsort((columns, rows))
    return ExactCover(
        run_rows[by_run].astype(np.int64),
        starts[by_run].astype(np.int64),
        stops[by_run].astype(np.int64),
        zones[by_run].astype(np.int64),
        CrossedCells(rows[by_cell], columns[by_cell], crossed[by_cell], shares[by_cell]),
    )


def _orientation(x: Floats, y: Floats, offsets: Any) -> tuple[Whole, Floats]:
    """Return where rings end, and the sign that makes shells add and holes take away.

    Files run their rings either way round.
    """
    rings = np.asarray(offsets[0], dtype=np.int64)
    shell = np.zeros(len(rings) - 1, dtype=np.bool_)
    shell[offsets[1][:-1]] = True
    # Twice the signed area, seen from the first vertex of each ring.
    base = np.repeat(rings[:-1], np.diff(rings))
    dx, dy = x - x[base], y - y[base]
    cross = np.concatenate([dx[:-1] * dy[1:] - dx[1:] * dy[:-1], [0.0]])
    cross[rings[1:] - 1] = 0.0  # from the end of one ring to the start of the next
    turn = np.sign(np.add.reduceat(cross, rings[:-1]))
    return rings, np.where(shell, -turn, turn)


def _of_zone(
    x: Floats, y: Floats, rings: Whole, signs: Floats, shape: tuple[int, int]
) -> tuple[npt.NDArray[Any], ...]:
    """Return row, start, stop of the runs and row, column, share of the crossed cells."""
    from spatialcarbon.models.land.cover_kernels import outline_pieces, sweep

    height, width = shape
    low, high = rings[0], rings[-1]
    # No more pieces, and cells along level borders, than rows and columns are stepped over.
    steps = np.abs(np.diff(np.clip(y[low:high], 0, height)))
    steps += np.abs(np.diff(np.clip(x[low:high], -1, width)))
    most = int(np.ceil(steps).sum()) + 5 * int(high - low)
    key = np.empty(most, dtype=np.int64)
    area, cover = np.empty(most), np.empty(most)
    n = outline_pieces(x, y, rings, signs, height, width, key, area, cover)
    order = np.argsort(key[:n], kind="stable")
    pieces = (key[order], area[order], cover[order])
    runs = -1
    while runs < 0:
        run_rows, starts, stops, rows, columns = (np.empty(most, dtype=np.int32) for _ in range(5))
        shares = np.empty(most)
        runs, cells = sweep(*pieces, width, run_rows, starts, stops, rows, columns, shares)
        most *= 2
    found = (run_rows[:runs], starts[:runs], stops[:runs])
    return *(part.copy() for part in found), *(
        part[:cells].copy() for part in (rows, columns, shares)
    )
