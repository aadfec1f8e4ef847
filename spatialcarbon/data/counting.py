"""Counting rows and cells while they are read, so that too many stop before memory is full."""

from __future__ import annotations

from collections.abc import Sequence

from spatialcarbon.core.limits import limit, within


class Counter:
    """Counts what has been read of one table.

    Parameters
    ----------
    place : str
        What to call the file in messages.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.rows = limit("TABLE_ROWS")
        self.columns = limit("TABLE_COLUMNS")
        self.cells = limit("TABLE_CELLS")
        self.longest = limit("CELL_CHARACTERS")
        self.counted = 0

    def add(self, row: int, cells: Sequence[object]) -> None:
        """Count one row, which stands at a place from 1 in the file.

        Raises
        ------
        SchemaError
            Too many rows, columns or cells; a cell that is too long.
        """
        self.counted += len(cells)
        if row > self.rows or len(cells) > self.columns or self.counted > self.cells:
            within("TABLE_ROWS", row, self.place, counted=False)
            within("TABLE_COLUMNS", len(cells), self.place)
            within("TABLE_CELLS", self.counted, self.place, counted=False)
        for cell in cells:
            if isinstance(cell, str) and len(cell) > self.longest:
                within("CELL_CHARACTERS", len(cell), self.place)
