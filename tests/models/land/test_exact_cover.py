"""Shares of cells on grids of every width, against intersections of shapely."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from spatialcarbon.models.land.exact_cover import exact_cover


@pytest.mark.parametrize("width", [6, 7, 8, 9])
def test_the_cells_of_a_disc_on_grids_of_odd_and_even_width(width: int) -> None:
    shape = (5, width)
    disc = shapely.MultiPolygon([shapely.Point(3.3, 2.6).buffer(2.15)])
    _, xy, offsets = shapely.to_ragged_array([disc])
    found = exact_cover(xy[:, 0], xy[:, 1], offsets, shape)
    shares = np.zeros(shape)
    for row, start, stop in zip(found.rows, found.starts, found.stops, strict=True):
        shares[row, start:stop] += 1
    np.add.at(shares, (found.crossed.rows, found.crossed.columns), found.crossed.shares)
    columns, rows = np.meshgrid(np.arange(width), np.arange(5))
    cells = shapely.box(columns, rows, columns + 1, rows + 1)
    np.testing.assert_allclose(shares, shapely.area(shapely.intersection(cells, disc)), atol=1e-9)
