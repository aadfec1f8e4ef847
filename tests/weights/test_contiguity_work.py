"""What is asked of GEOS, and what is found without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from shapely import MultiPolygon, Polygon, box

from spatialcarbon.weights import contiguity
from spatialcarbon.weights.outlines import Outlines

if TYPE_CHECKING:
    import pytest


def test_single_rings_that_are_surely_simple_are_not_put_to_geos(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    original = shapely.is_valid
    monkeypatch.setattr(shapely, "is_valid", lambda s: (asked.extend(s), original(s))[1])
    pierced = Polygon(box(0, 0, 9, 9).exterior, [box(1, 1, 2, 2).exterior])
    parts = MultiPolygon([box(20, 0, 21, 1), box(22, 0, 23, 1)])
    bow = Polygon([(30, 0), (31, 1), (31, 0), (30, 1)])
    shapes = np.array([box(10, 0, 11, 1), pierced, box(11, 0, 12, 1), parts, bow])
    found = contiguity.invalid(shapes, Outlines.of(shapes))
    assert found.tolist() == [False, False, False, False, True]
    assert asked == [pierced, parts, bow]


def test_a_sliver_keeps_its_common_vertices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its side is in doubt, and so its edges are not paired; its vertices are what they are."""
    monkeypatch.setattr(contiguity, "SMALL", 0)
    sliver = Polygon([(0, 0), (1, 1 / 3), (3, 1)])
    assert sliver.is_valid
    assert sliver.area < 1e-15
    shapes = np.array([box(-1, -1, 0, 0), sliver, box(3, 1, 4, 2), box(9, 9, 10, 10)])
    for strict in (True, False):
        found = contiguity.contacts(shapes, pd.RangeIndex(4), strict=strict)
        pairs = [divmod(int(pair), 1 << 32) for pair in found.pairs]
        assert pairs == [(0, 1), (1, 2)]
