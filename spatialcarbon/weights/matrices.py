"""Sparse-matrix steps that weights are made of: sum, standardise, link, restrict, step further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

# SciPy ships no types; the alias says what is meant.
Matrix: TypeAlias = Any
"""A ``scipy.sparse.csr_array`` of float64."""

Transform = Literal["B", "R", "D", "V"]


class Pairs(NamedTuple):
    """Each pair of linked units once: positions with ``left < right``, and w_ij + w_ji."""

    left: npt.NDArray[np.uint32]
    right: npt.NDArray[np.uint32]
    weight: Floats


def pairs_of(matrix: Matrix) -> Pairs:
    """Return each linked pair once; every quadratic form z'Wz is a sum over these."""
    rows, columns = rows_of(matrix), matrix.indices.astype(np.intp)
    keys = np.minimum(rows, columns) * matrix.shape[0] + np.maximum(rows, columns)
    # Stable, so that the two weights of a pair are added in the order of storage.
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    left, right = np.divmod(keys[firsts], matrix.shape[0])
    weight = np.add.reduceat(matrix.data[order], firsts) if len(firsts) else np.empty(0)
    return Pairs(left.astype(np.uint32), right.astype(np.uint32), weight)


class Neighbours(NamedTuple):
    """Rows of a matrix as compiled loops read them.

    ``others[starts[i]:starts[i + 1]]`` are the neighbours of unit i with the
    weights ``weight``, ``total`` in all; ``equal`` says that each row has one
    weight throughout.
    """

    starts: npt.NDArray[np.int64]
    others: npt.NDArray[np.uint32]
    weight: Floats
    cardinality: npt.NDArray[np.uint32]
    total: Floats
    equal: bool


def neighbours_of(matrix: Matrix) -> Neighbours:
    """Return the rows of a matrix as compiled loops read them."""
    starts = matrix.indptr.astype(np.int64)
    counts = np.diff(starts)
    first = matrix.data[np.minimum(starts[:-1], matrix.nnz - 1)] if matrix.nnz else counts
    return Neighbours(
        starts,
        matrix.indices.astype(np.uint32),
        matrix.data.copy(),
        counts.astype(np.uint32),
        row_sums(matrix),
        bool(np.array_equal(matrix.data, np.repeat(first, counts))),
    )


def canonical(matrix: Any) -> Matrix:
    """Return a float64 CSR copy with sorted indices, summed duplicates and no stored zeros."""
    result = sparse.csr_array(matrix, dtype=np.float64, copy=True)
    result.sum_duplicates()
    result.eliminate_zeros()
    result.sort_indices()
    return result


def rows_of(matrix: Matrix) -> npt.NDArray[np.intp]:
    """Return the row number of every stored entry."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def lock(matrix: Matrix) -> Matrix:
    """Return the matrix with its arrays made read-only."""
    for array in (matrix.data, matrix.indices, matrix.indptr):
        array.setflags(write=False)
    return matrix


def row_sums(matrix: Matrix, data: Floats | None = None) -> Floats:
    """Return the sum of each row (of ``data`` in its place), in the order of storage."""
    entries = matrix.data if data is None else data
    sums = np.bincount(rows_of(matrix), weights=entries, minlength=matrix.shape[0])
    return sums.astype(np.float64)


def column_sums(matrix: Matrix) -> Floats:
    """Return the sum of each column, in the order of storage."""
    sums = np.bincount(matrix.indices, weights=matrix.data, minlength=matrix.shape[1])
    return sums.astype(np.float64)


def standardise(matrix: Matrix, transform: Transform) -> Matrix:
    r"""Return the matrix under one coding scheme; empty rows stay empty.

    Notes
    -----
    ``R``: :math:`w_{ij}/\sum_j w_{ij}`. ``B``: as given. ``D``: all weights
    divided by :math:`S_0/n`, so that they sum to n. ``V``:
    :math:`w_{ij}/\sqrt{\sum_j w_{ij}^2}`, then rescaled to sum n
    (Tiefelsdorf, Griffith & Boots 1999).
    """
    data = matrix.data
    n = matrix.shape[0]
    if transform == "R":
        scaled = data / row_sums(matrix)[rows_of(matrix)]
    elif transform == "V":
        scaled = data / np.sqrt(row_sums(matrix, data**2))[rows_of(matrix)]
        scaled = scaled * (n / scaled.sum()) if scaled.size else scaled
    elif transform == "D":
        scaled = data * (n / data.sum()) if data.size else data
    else:
        scaled = data
    return sparse.csr_array((scaled, matrix.indices, matrix.indptr), shape=matrix.shape)


def within_groups(matrix: Matrix, codes: npt.NDArray[np.intp]) -> Matrix:
    """Keep the entries between units of the same code; a negative code is no group."""
    rows, columns = rows_of(matrix), matrix.indices
    keep = (codes[rows] == codes[columns]) & (codes[rows] >= 0)
    return sparse.csr_array((matrix.data[keep], (rows[keep], columns[keep])), shape=matrix.shape)


def with_links(matrix: Matrix, pairs: npt.NDArray[np.intp], weight: float) -> Matrix:
    """Add links both ways; an entry that is there already keeps its value."""
    result = sparse.lil_array(matrix)
    for i, j in pairs.tolist():
        result[i, j] = result[i, j] or weight
        result[j, i] = result[j, i] or weight
    return canonical(result)


def higher_order(first: Matrix, order: int, *, include_lower: bool) -> Matrix:
    """Link the units that are ``order`` steps apart on the graph (or at most that many).

    Steps are counted along shortest paths, so a unit is never its own
    neighbour and no pair is linked at two orders.
    """
    n = first.shape[0]
    step = canonical(first)
    step.data[:] = 1.0
    reached = sparse.csr_array(sparse.eye_array(n, format="csr"))
    frontier = reached
    found = sparse.csr_array((n, n), dtype=np.float64)
    for distance in range(1, order + 1):
        ahead = canonical(frontier @ step)
        ahead.data[:] = 1.0
        frontier = canonical(ahead - ahead.multiply(reached))
        reached = canonical(reached + frontier)
        if include_lower or distance == order:
            found = canonical(found + frontier)
    return found
