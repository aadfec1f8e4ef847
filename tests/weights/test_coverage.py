"""Loose edges, what they prove of a map, and the small steps on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Polygon, box

from spatialcarbon.weights import contiguity, coverage, shared_vertices
from spatialcarbon.weights.coverage import Stretches, coded, decoded, distinct
from spatialcarbon.weights.outlines import Outlines

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[Any]


@pytest.fixture(autouse=True)
def compiled_for_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send small maps the way of large ones."""
    monkeypatch.setattr(contiguity, "SMALL", 0)


def ring(n: int, x: float = 0.0) -> Polygon:
    angle = 2 * np.pi * np.arange(n) / n
    return Polygon(np.column_stack([x + np.cos(angle), np.sin(angle)]))


# -- loose edges ----------------------------------------------------------------------------------

PIERCED = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])
TIDY = np.array([PIERCED, box(1, 1, 2, 2), box(3, 0, 4, 3), box(4, 0, 6, 3), box(0, 3, 4, 4)])


def loose(shapes: Shapes) -> set[tuple[Any, ...]]:
    """Return the edges, polygon on the left, whose reverse is no other polygon's edge."""
    edges = {}
    for owner, shape in enumerate(shapes):
        rings = [(shape.exterior, False), *((hole, True) for hole in shape.interiors)]
        for line, hole in rings:
            xy = shapely.get_coordinates(line)
            if line.is_ccw == hole:
                xy = xy[::-1]
            for a, b in zip(xy[:-1].tolist(), xy[1:].tolist(), strict=True):
                edges[*a, *b] = owner
    return {(*e, owner) for e, owner in edges.items() if (*e[2:], *e[:2]) not in edges}


@pytest.mark.parametrize("reverse", [False, True])
def test_loose_edges_are_those_without_a_reverse(reverse: bool) -> None:
    shapes = shapely.reverse(TIDY) if reverse else TIDY
    stretches = Stretches.of(Outlines.of(shapes), every=True)
    for number in range(1, 1 << len(shapes)):
        kept = np.array([bool(number >> k & 1) for k in range(len(shapes))])
        ends, owners = stretches.loose(kept)
        found = {(*e, int(o)) for e, o in zip(ends.tolist(), owners, strict=True)}
        at = np.flatnonzero(kept)
        expected = {(*row[:4], int(at[row[4]])) for row in loose(shapes[kept])}
        assert found == expected
        assert len(ends) == len(found)


def test_a_polygon_inside_another_is_found_wherever_it_lies() -> None:
    # No vertex of the outer ones is both far west and far south, and so the core may come first.
    triangle = Polygon([(0, 10), (6, 0), (10, 10)])
    for core in (box(4, 4.2, 4.6, 4.8), box(6, 2, 6.5, 3), box(5, 8, 8, 9)):
        for spin in range(4):
            shapes = [triangle, core]
            turned = [shapely.affinity.rotate(s, 90 * spin, origin=(0, 0)) for s in shapes]
            found = contiguity.contacts(np.array(turned), pd.RangeIndex(2))
            assert found.extra.tolist() == [1]


def test_long_borders_are_walked_from_a_few_vertices(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    original = shared_vertices.prepare

    def prepare(*arguments: Any) -> Any:
        answer = original(*arguments)
        asked.append((int(answer[1]), len(arguments[0])))
        return answer

    monkeypatch.setattr(shared_vertices, "prepare", prepare)
    shares = []
    for n in (20, 100, 400):
        stretches = Stretches.of(
            Outlines.of(np.array([ring(n, 3.0 * k) for k in range(9)])), every=False
        )
        assert len(stretches.pairs) == 0
        count, whole = asked.pop()
        shares.append(count / whole)
    assert shares[0] == 0
    assert shares[1] == pytest.approx(1 / 4, abs=0.08)
    assert shares[2] == pytest.approx(1 / 16, abs=0.03)
    Stretches.of(Outlines.of(np.array([ring(400)])), every=True)
    assert asked.pop()[0] == 0


# -- vertices at which loose edges meet -----------------------------------------------------------


def star(angles: list[float], outward: list[bool], at: tuple[float, float]) -> Any:
    """Return edges of one vertex, their number of contacts there, and one edge elsewhere."""
    x, y = at
    ends = []
    for angle, out in zip(angles, outward, strict=True):
        far = (x + np.cos(angle), y + np.sin(angle))
        ends.append([x, y, *far] if out else [*far, x, y])
    ends.append([50.0, 50, 51, 50])
    contacts = np.ones((len(ends), 2), dtype=np.uint32)
    for k, out in enumerate(outward):
        contacts[k, 0 if out else 1] = len(angles) - 1
    return np.array(ends), contacts


@pytest.mark.parametrize("spin", [0.0, 0.4, 2.0, 3.5, 5.0])
@pytest.mark.parametrize("at", [(0.0, 0.0), (-3.0, 7.0)])
def test_edges_that_alternate_out_and_in_are_not_tangled(spin: float, at: Any) -> None:
    angles = [spin + 1.4 * k for k in range(4)]
    for order in ([0, 1, 2, 3], [2, 0, 3, 1], [3, 1, 0, 2]):
        placed = [angles[k] for k in order]
        for first in (0, 1):
            flags = [k % 2 == first for k in order]
            assert not coverage._tangled(*star(placed, flags, at)).any()
        for flags in ([True, True, False, False], [True] * 4):
            said = [flags[k] for k in order]
            assert coverage._tangled(*star(placed, said, at)).tolist() == [True] * 4 + [False]


@pytest.mark.parametrize("gap", [0.0, 1e-12, -1e-12])
def test_directions_too_near_to_be_told_apart_are_tangled(gap: float) -> None:
    for spin in (0.0, 1.0, 4.0):
        angles = [spin, spin + gap, spin + 2.0, spin + 3.0]
        ends, contacts = star(angles, [True, False, True, False], (0.0, 0.0))
        assert coverage._tangled(ends, contacts).tolist() == [True] * 4 + [False]


def test_one_vertex_is_tangled_and_another_is_not() -> None:
    clean, its = star([0, 1, 2, 3], [True, False, True, False], (0.0, 0.0))
    mixed, theirs = star([0, 1, 2, 3], [True, True, False, False], (9.0, 0.0))
    ends, contacts = np.concatenate([clean[:4], mixed]), np.concatenate([its[:4], theirs])
    assert coverage._tangled(ends, contacts).tolist() == [False] * 4 + [True] * 4 + [False]


# -- pairs as numbers -----------------------------------------------------------------------------


def test_pairs_are_kept_once_and_come_back() -> None:
    keys = coded(np.array([5, 2, 7, 2, 9, 4]), np.array([2, 5, 7, 3, 0, 4]))
    low, high = decoded(keys)
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [(0, 9), (2, 3), (2, 5)]
    top = (1 << 32) - 1
    assert [int(end[0]) for end in decoded(coded([top], [top - 1]))] == [top - 1, top]
    assert distinct(np.array([3, 1, 3, 3, 2, 1], dtype=np.uint64)).tolist() == [1, 2, 3]
    assert distinct(np.empty(0, dtype=np.uint64)).tolist() == []
