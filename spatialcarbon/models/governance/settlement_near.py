"""Payments to neighbours first: the plan that moves money over as few borders as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.governance.settlement_fewest import Transfer

    Numbers = npt.NDArray[np.float64]


def border_steps(links: Any, apart: int) -> Numbers:
    """Return how many links lie between any two places; ``apart`` where no path leads.

    Parameters
    ----------
    links : csr_array
        Who neighbours whom; a link in either direction joins two places.
    apart : int
        Steps of pairs that are not connected.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import shortest_path

    # SciPy 1.14 finds paths only where positions are kept in 32 bits; picking rows makes them 64.
    narrow = (links.data, links.indices.astype(np.int32), links.indptr.astype(np.int32))
    steps = shortest_path(csr_array(narrow, shape=links.shape), directed=False, unweighted=True)
    reached: Numbers = np.where(np.isfinite(steps), steps, float(apart))
    return reached


def nearest_transfers(amounts: Numbers, steps: Numbers) -> list[Transfer]:
    """Settle amounts that sum to zero so that Σ amount × steps is least.

    A transport problem, solved as a linear programme; a corner of it is a forest,
    along which the amounts are then worked out again, exactly, from the leaves.

    Parameters
    ----------
    amounts : array
        Positive pays, negative receives; none is zero.
    steps : array
        Cost of a unit of money between any two positions.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    payers, receivers = np.flatnonzero(amounts > 0), np.flatnonzero(amounts < 0)
    m, k = len(payers), len(receivers)
    if not m or not k:
        return []
    # The solver's tolerances are absolute; with a sum of a million they are out of sight.
    scale = 1e6 / float(amounts[payers].sum())
    pair = np.arange(m * k)
    rows = np.concatenate([pair // k, m + pair % k])
    equations = coo_array((np.ones(2 * m * k), (rows, np.tile(pair, 2))), shape=(m + k, m * k))
    supply = amounts[payers] * scale
    demand = -amounts[receivers] * scale
    demand *= supply.sum() / demand.sum()
    solved = linprog(
        steps[np.ix_(payers, receivers)].ravel(),
        A_eq=equations.tocsr()[:-1],  # the last equation follows from the others
        b_eq=np.concatenate([supply, demand])[:-1],
        method="highs-ds",
    )
    used = np.flatnonzero(solved.x > 1e-7)
    edges = [(int(payers[p // k]), int(receivers[p % k])) for p in used.tolist()]
    return _along_forest(amounts, edges)


def _along_forest(amounts: Numbers, edges: list[tuple[int, int]]) -> list[Transfer]:
    """Return the amounts on the edges of a forest, peeled from its leaves."""
    left = {at: abs(float(amounts[at])) for edge in edges for at in edge}
    around: dict[int, set[tuple[int, int]]] = {at: set() for at in left}
    for edge in edges:
        for at in edge:
            around[at].add(edge)
    leaves = sorted(at for at, own in around.items() if len(own) == 1)
    made: list[Transfer] = []
    while leaves:
        leaf = leaves.pop()
        if not around[leaf]:
            continue
        edge = around[leaf].pop()
        other = edge[0] if edge[1] == leaf else edge[1]
        around[other].discard(edge)
        made.append((*edge, left[leaf]))
        left[other] -= left[leaf]
        if len(around[other]) == 1:
            leaves.append(other)
    return sorted(made)
