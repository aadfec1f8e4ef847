"""Steps that weights are made of, on matrices that can be checked by eye."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from spatialcarbon.weights.matrices import (
    higher_order,
    neighbours_of,
    standardise,
    within_groups,
)

# A chain of four, a pair, and a unit alone at either end.
LINKS = [(1, 2), (2, 3), (3, 4), (5, 6)]


def matrix() -> sparse.csr_array:
    dense = np.zeros((8, 8))
    for i, j in LINKS:
        dense[i, j] = dense[j, i] = 1.0
    return sparse.csr_array(dense)


def test_rows_with_one_weight_throughout_are_known() -> None:
    assert neighbours_of(matrix()).equal
    assert neighbours_of(standardise(matrix(), "R")).equal
    uneven = matrix()
    uneven.data[2] = 3.0
    assert not neighbours_of(uneven).equal
    last = matrix()
    last.data[-1] = 5.0  # a row of its own
    assert neighbours_of(last).equal
    assert neighbours_of(sparse.csr_array((3, 3))).equal


def test_variance_stabilising_is_by_the_length_of_each_row() -> None:
    raw = sparse.csr_array(np.array([[0, 3.0, 4], [1, 0, 0], [2, 2, 0]]))
    length = np.array([5.0, 1, 8**0.5])
    expected = raw.toarray() / length[:, None]
    expected *= 3 / expected.sum()
    np.testing.assert_allclose(standardise(raw, "V").toarray(), expected, rtol=1e-15)


def test_links_between_groups_go_both_ways() -> None:
    codes = np.array([0, 0, 0, 1, 1, -1, -1, 0])
    kept = within_groups(matrix(), codes).toarray()
    expected = np.zeros((8, 8))
    for i, j in ((1, 2), (3, 4)):
        expected[i, j] = expected[j, i] = 1.0
    np.testing.assert_array_equal(kept, expected)


@pytest.mark.parametrize("include_lower", [False, True])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_steps_along_a_chain(order: int, include_lower: bool) -> None:
    gap = np.full((8, 8), 99)
    for group in ((1, 2, 3, 4), (5, 6)):
        for i in group:
            for j in group:
                gap[i, j] = abs(i - j)
    expected = (gap <= order) & (gap > 0) if include_lower else gap == order
    found = higher_order(matrix(), order, include_lower=include_lower).toarray()
    np.testing.assert_array_equal(found, expected.astype(float))
