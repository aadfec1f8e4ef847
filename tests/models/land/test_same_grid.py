"""Grids that drift apart towards one corner only."""

from __future__ import annotations

import numpy as np
import pytest

from spatialcarbon.core.errors import AlignmentError
from spatialcarbon.models.land.raster_input import open_rasters

CELL, SIDE, CRS = 30.0, 100, "EPSG:6933"


def turned(columns: float, rows: float) -> tuple[float, ...]:
    """Return a grid whose columns drift by so many cells across it and down it."""
    return (
        *(CELL * (1 + columns / SIDE), CELL * rows / SIDE, 500_000.0),
        *(0.0, -CELL, 3_500_000.0),
    )


def test_two_small_drifts_that_add_up_are_refused() -> None:
    """A thousandth of a cell is let pass; 0.0007 across and 0.0007 down meet in a corner."""
    codes = np.ones((SIDE, SIDE), np.uint8)
    first = (codes, turned(0, 0), CRS)
    for columns, rows in ((7e-4, 0.0), (0.0, 7e-4), (7e-4, -7e-4)):
        assert len(open_rasters([first, (codes, turned(columns, rows), CRS)])) == 2
    with pytest.raises(AlignmentError, match=r"corners up to 0\.0014 cells"):
        open_rasters([first, (codes, turned(7e-4, 7e-4), CRS)])
