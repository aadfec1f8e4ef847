"""Keys of vertices, and the table of rings."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import Polygon

from spatialcarbon.weights.shared_vertices import key_of, mixed, ring_at, spread
from tests.weights.vertices import COMB, PIERCED, encoded, prepared, turned


def interleaved(column: int, row: int, width: int) -> int:
    bits = zip(f"{column:0{width}b}", f"{row:0{width}b}", strict=True)
    return int("".join(a + b for a, b in bits), 2)


# -- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 0x1234, 0xABCD, 0x8001, 0xFFFF])
def test_spread_puts_a_zero_before_each_bit(number: int) -> None:
    assert f"{int(spread(number)):032b}"[1::2] == f"{number:016b}"
    assert set(f"{int(spread(number)):032b}"[::2]) == {"0"}


def test_a_hash_knows_no_sign_of_zero_and_rarely_repeats() -> None:
    grid = np.array([[x, y] for x in np.arange(-40, 40) / 8 for y in np.arange(-40, 40) / 8])
    bits = grid.view(np.uint64).tolist()
    assert len({int(mixed(a, b)) for a, b in bits}) == len(bits)
    minus = 1 << 63
    assert len({int(mixed(a, b)) for a in (0, minus) for b in (0, minus)}) == 1


def test_a_key_is_cell_and_hash_and_number() -> None:
    a, b = np.array([0.3, 0.7]).view(np.uint64).tolist()
    for across, along, column, row in [
        *((0.0, 0.0, 0, 0), (5.9, 2.1, 5, 2), (2.0, 7.99, 2, 7)),
        *((-4.0, 99.0, 0, 7), (8.0, -0.1, 7, 0)),
    ]:
        key = int(key_of(a, b, across, along, 3, 10, 517))
        assert key >> 58 == interleaved(column, row, 3)
        assert key & 1023 == 517
        assert key >> 10 == int(key_of(a, b, across, along, 3, 10, 3)) >> 10
        assert key >> 10 != int(key_of(b, a, across, along, 3, 10, 517)) >> 10
        assert (key >> 10) & ((1 << 48) - 1) == int(mixed(a, b)) >> 16
    assert int(key_of(a, b, 5.0, 5.0, 0, 10, 517)) == int(mixed(a, b)) >> 10 << 10 | 517


# -- the table of rings ---------------------------------------------------------------------------


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("start", range(9))
def test_each_ring_is_written_down_with_the_side_of_its_polygon(start: int, back: bool) -> None:
    shapes = [turned(PIERCED, start, back), turned(COMB, start, not back), turned(COMB, 0, back)]
    one = prepared(shapes)
    starts = one.outlines.starts.astype(int)
    assert one.rings[:, :3].tolist() == [
        [starts[r], starts[r + 1] - 1, owner] for r, owner in enumerate([0, 0, 0, 1, 2])
    ]
    rings = [ring for shape in shapes for ring in (shape.exterior, *shape.interiors)]
    sides = [
        1 if ring.is_ccw != hole else 2
        for ring, hole in zip(rings, one.outlines.holes, strict=True)
    ]
    assert one.rings[:, 3].tolist() == sides
    assert one.repeats == 0
    closing = np.isin(np.arange(len(one.xy)), starts[1:] - 1)
    np.testing.assert_array_equal(one.twin, np.where(closing, -2, -1))
    of = [int(ring_at(one.rings, one.blocks, k)) for k in range(len(one.xy))]
    assert of == np.repeat(range(5), np.diff(starts)).tolist()


def test_a_ring_whose_side_is_in_doubt_says_so_and_repeats_are_counted() -> None:
    sliver = Polygon([(0, 0), (1, 1 / 3), (3, 1)])
    stutter = Polygon([(5, 0), (6, 0), (6, 0), (6, 1), (6, 1), (6, 1)])
    one = prepared([sliver, stutter])
    assert one.rings[0, 3] == 0
    assert one.repeats == 3


def test_some_vertices_are_drawn_by_their_coordinates_alone() -> None:
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    radius = 0.2 + 0.2 * rng.random(4000)
    ring = np.column_stack([116 + radius * np.cos(angle), 39 + radius * np.sin(angle)])
    one = prepared([Polygon(ring)], sample=4)
    assert len(one.sampled) == pytest.approx(1000, abs=150)
    numbers = np.sort(one.sampled) & np.uint64((1 << one.number_bits) - 1)
    assert len(prepared([Polygon(ring)], sample=16).sampled) == pytest.approx(250, abs=80)
    # The same ones on a ring that starts elsewhere and runs the other way; keys are those of all.
    other = prepared([Polygon(np.roll(ring, 77, axis=0)[::-1])], sample=4)
    theirs = np.sort(other.sampled) & np.uint64((1 << one.number_bits) - 1)
    here = set(map(tuple, one.xy[numbers].tolist()))
    there = set(map(tuple, other.xy[theirs].tolist()))
    assert len(here ^ there) <= 2  # the first vertex of a ring is never drawn
    assert set(one.sampled.tolist()) <= set(encoded(one).tolist())


def test_the_sign_of_zero_draws_no_other_vertices() -> None:
    steps = np.arange(1, 600) / 7
    corner = [[90.0, -1.0], [90.0, -2.0]]
    drawn = []
    for zero in (0.0, -0.0):
        line = np.column_stack([steps, np.full(599, zero)])
        one = prepared([Polygon([*line.tolist(), *corner])], sample=4)
        drawn.append((one.sampled & np.uint64((1 << one.number_bits) - 1)).tolist())
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) > 60


def test_every_vertex_that_is_not_inner_is_encoded_once() -> None:
    one = prepared([PIERCED, COMB])
    one.inner[[1, 7]] = 1
    keys = encoded(one)
    numbers = keys & np.uint64((1 << one.number_bits) - 1)
    closing = set(one.rings[:, 1].tolist())
    assert numbers.tolist() == [k for k in range(len(one.xy)) if k not in {1, 7} | closing]
    cells = np.minimum((one.xy[numbers] - [0, 0]) * 8 / [19, 9], 7).astype(int)
    expected = [interleaved(column, row, 3) for column, row in cells.tolist()]
    assert (keys >> np.uint64(58)).tolist() == expected
