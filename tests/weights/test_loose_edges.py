"""Edges that keep clear of each other, against every pair put to GEOS."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from spatialcarbon.weights.loose_edges import clear_of, crowded, places

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


class Met(NamedTuple):
    """What is written about some edges."""

    found: npt.NDArray[np.bool_]
    contacts: npt.NDArray[np.uint32]
    partners: npt.NDArray[np.uint32]
    parents: npt.NDArray[np.uint32]


def room(n: int) -> Met:
    return Met(
        np.zeros(n, dtype=np.bool_),
        np.zeros((n, 2), dtype=np.uint32),
        np.zeros((n, 2), dtype=np.uint32),
        np.arange(n, dtype=np.uint32),
    )


def met(ends: Floats) -> Met:
    answer = room(len(ends))
    crowded(np.ascontiguousarray(ends, dtype=np.float64), *answer)
    return answer


def reference(ends: Floats) -> tuple[set[int], npt.NDArray[Any], list[set[int]]]:
    """Return edges that touch elsewhere than at one common end, edges at each end, and sets."""
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    left, right = shapely.STRtree(lines).query(lines, predicate="intersects")
    bad: set[int] = set()
    contacts = np.zeros((len(ends), 2), dtype=int)
    pairs = []
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        if i >= j:
            continue
        same = [
            (a, b)
            for a, b in product(range(2), range(2))
            if (ends[i].reshape(2, 2)[a] == ends[j].reshape(2, 2)[b]).all()
        ]
        if len(same) == 1:
            ((a, b),) = same
            contacts[i, a] += 1
            contacts[j, b] += 1
            pairs.append((i, j))
        if len(same) != 1 or shapely.intersection(lines[i], lines[j]).geom_type != "Point":
            bad |= {i, j}
    n = len(ends)
    rows, columns = np.array(pairs, dtype=int).reshape(-1, 2).T
    graph = sparse.coo_array((np.ones(len(pairs)), (rows, columns)), shape=(n, n))
    labels = connected_components(graph, directed=False)[1]
    return bad, contacts, [set(np.flatnonzero(labels == k)) for k in range(labels.max() + 1)]


def assert_as_geos_finds_them(ends: Floats) -> None:
    answer = met(ends)
    bad, contacts, groups = reference(ends)
    assert set(np.flatnonzero(answer.found)) == bad
    np.testing.assert_array_equal(answer.contacts, contacts)
    ours = [set(np.flatnonzero(answer.parents == k)) for k in np.unique(answer.parents)]
    assert sorted(map(sorted, ours)) == sorted(map(sorted, groups))
    # Where one edge meets an end, it is the partner.
    for i, far in np.argwhere(answer.contacts == 1).tolist():
        point = ends[i, 2 * far : 2 * far + 2]
        other = ends[answer.partners[i, far]].reshape(2, 2)
        assert answer.partners[i, far] != i
        assert (other == point).all(axis=1).any()


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 17, 64, 65, 200])
def test_edges_anyhow_are_as_geos_finds_them(n: int) -> None:
    rng = np.random.default_rng(n)
    size = max(3, int(2.5 * n**0.5))
    start = rng.integers(0, size, (n, 2))
    step = rng.integers(-2, 3, (n, 2))
    step[(step == 0).all(axis=1)] = 1
    assert_as_geos_finds_them(np.concatenate([start, start + step], axis=1).astype(float))


def grid(n: int) -> Floats:
    """Return edges of a lattice, which meet at their ends only."""
    x, y = np.divmod(np.arange(n), 30)
    across = np.column_stack([x, y, x + 1, y])
    up = np.column_stack([x, y, x, y + 1])
    return np.where((np.arange(n) % 3 == 0)[:, None], up, across).astype(float)


def test_many_edges_and_one_that_crosses() -> None:
    ends = grid(600)
    np.testing.assert_array_equal(met(ends).found, False)
    for at in (0, 299, 599):
        crossing = ends.copy()
        crossing[at] = [5.5, 7.5, 5.5, 9.5]
        assert_as_geos_finds_them(crossing)
        crossing[at] = [-3, 9.5, 40, 9.5]
        assert_as_geos_finds_them(crossing)


@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.parametrize("flip", [False, True])
def test_an_end_on_the_middle_of_an_edge(quarter: int, flip: bool) -> None:
    ends = np.array([[0, 0, 4, 0], [2, 0, 3, 2], [9, 9, 9, 8]], dtype=float)
    for _ in range(quarter):
        ends = ends[:, [1, 0, 3, 2]] * [-1, 1, -1, 1]
    for order in ([0, 1, 2], [1, 0, 2], [2, 1, 0]):
        moved = ends[order][:, [2, 3, 0, 1]] if flip else ends[order]
        assert met(moved).found.tolist() == [k != 2 for k in order]


@pytest.mark.parametrize(("first", "second"), list(product([False, True], repeat=2)))
def test_a_common_end_is_written_down_for_both(first: bool, second: bool) -> None:
    def pair(far: tuple[float, float]) -> Floats:
        ends = np.array([[0, 0, 2, 0], [0, 0, *far]], dtype=float)
        for row, turn in enumerate((first, second)):
            if turn:
                ends[row] = ends[row, [2, 3, 0, 1]]
        return ends

    for far, clear in (((1, 2), True), ((-1, 0), True), ((1, 0), False), ((4, 0), False)):
        answer = room(2)
        assert clear_of(pair(far), 0, 1, *answer[1:]) is clear
        assert answer.contacts.tolist() == [[1 - first, int(first)], [1 - second, int(second)]]
        assert answer.partners[0, int(first)] == 1
        assert answer.partners[1, int(second)] == 0
        assert len(set(answer.parents.tolist())) == 1
    answer = room(2)
    assert not clear_of(pair((2, 0)), 0, 1, *answer[1:])  # the same edge, or its reverse
    assert answer.contacts.sum() == 0


def test_edges_get_the_cell_of_their_first_end() -> None:
    ends = np.array([[10, 20, 0, 0], [14, 20, 0, 0], [10, 24, 99, 99], [11, 23, 10, 20]], float)
    keys = np.empty(4, dtype=np.uint64)
    places(ends, keys)
    assert (keys & np.uint64(0xFFFFFFFF)).tolist() == [0, 1, 2, 3]
    # The map is as wide as high here; of 65535 columns and rows a quarter is 16383.
    expected = []
    for column, row in ((0, 0), (65535, 0), (0, 65535), (16383, 49151)):
        bits = zip(f"{column:016b}", f"{row:016b}", strict=True)
        expected.append(int("".join(a + b for a, b in bits), 2))
    assert (keys >> np.uint64(32)).tolist() == expected


def test_cells_are_square_on_a_map_that_is_not() -> None:
    for wide, high in ((8, 2), (2, 8)):
        ends = np.array([[5, 1, 0, 0], [5 + wide, 1 + high, 0, 0]], dtype=float)
        keys = np.empty(2, dtype=np.uint64)
        places(ends, keys)
        cell = f"{int(keys[1]) >> 32:032b}"
        assert (int(cell[::2], 2), int(cell[1::2], 2)) == (
            65535 * wide // 8,
            65535 * high // 8,
        )
    alone = np.empty(1, dtype=np.uint64)
    places(np.array([[3.0, 4, 5, 6]]), alone)
    assert alone.tolist() == [0]
