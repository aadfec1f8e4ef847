"""The least number of transfers that settles some amounts: exactly for few places, else greedily.

Places whose amounts sum to zero can settle among themselves with one transfer
less than they are many. The more such groups the places fall into, the fewer the
transfers: n places in g groups need n - g, and no fewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

EXACT_LIMIT = 20
"""Most places for which all subsets are looked at (about a million)."""

Transfer = tuple[int, int, float]


@dataclass(frozen=True)
class Plan:
    """Transfers between positions, and what is known of their number.

    Parameters
    ----------
    transfers : list of (from, to, amount)
        Positions in the list of amounts.
    lower_bound : int
        No plan has fewer transfers.
    exact : bool
        Whether this plan is known to have the least number.
    """

    transfers: list[Transfer]
    lower_bound: int
    exact: bool


def fewest_transfers(amounts: Numbers, tolerance: float) -> Plan:
    """Settle amounts that sum to zero with as few transfers as can be found.

    Parameters
    ----------
    amounts : array
        Positive pays, negative receives; none is zero.
    tolerance : float
        Sums up to this size count as zero.
    """
    n = len(amounts)
    payers, receivers = int((amounts > 0).sum()), int((amounts < 0).sum())
    if n <= EXACT_LIMIT:
        groups = zero_sum_groups(amounts, tolerance)
        transfers = [t for group in groups for t in _largest_first(amounts, group, tolerance)]
        return Plan(transfers, len(transfers), True)
    transfers = _equal_pairs(amounts, tolerance)
    paired = {at for pair in transfers for at in pair[:2]}
    rest = [at for at in range(n) if at not in paired]
    transfers += _largest_first(amounts, rest, tolerance)
    bound = max(payers, receivers)  # everyone who pays or receives is in some transfer
    return Plan(transfers, bound, len(transfers) == bound)


def zero_sum_groups(amounts: Numbers, tolerance: float) -> list[list[int]]:
    """Part positions into as many groups of sum zero as there can be.

    Dynamic programming over all subsets: the most zero-sum groups that can be cut
    from a subset, taking one place away at a time.
    """
    n = len(amounts)
    sums = np.zeros(1 << n)
    for at in range(n):
        sums[1 << at : 2 << at] = sums[: 1 << at] + amounts[at]
    zero = np.abs(sums) <= tolerance
    zero[0] = False
    most = np.zeros(1 << n, dtype=np.int8)
    masks = np.arange(1 << n, dtype=np.uint32)
    order = np.argsort(np.bitwise_count(masks), kind="stable").astype(np.uint32)
    sizes = np.bitwise_count(order)
    for size in range(1, n + 1):
        level = order[np.searchsorted(sizes, size) : np.searchsorted(sizes, size, side="right")]
        best = np.zeros(len(level), dtype=np.int8)
        for at in range(n):
            has = (level >> np.uint32(at)) & 1 == 1
            without = level[has] ^ np.uint32(1 << at)
            best[has] = np.maximum(best[has], most[without])
        most[level] = best + zero[level]
    return _unwound((1 << n) - 1, n, most, zero)


def _unwound(
    mask: int, n: int, most: npt.NDArray[np.int8], zero: npt.NDArray[np.bool_]
) -> list[list[int]]:
    """Walk back through the subsets; a group ends wherever the rest sums to zero."""
    groups: list[list[int]] = []
    current: list[int] = []
    while mask:
        if zero[mask] and current:
            groups.append(sorted(current))
            current = []
        before = most[mask] - zero[mask]
        taken = next(at for at in range(n) if mask >> at & 1 and most[mask ^ (1 << at)] == before)
        current.append(taken)
        mask ^= 1 << taken
    return [*groups, sorted(current)] if current else groups


def _largest_first(amounts: Numbers, members: list[int], tolerance: float) -> list[Transfer]:
    """Let the largest debt meet the largest claim until nothing is left.

    Every transfer settles at least one place and the last one settles two, so a
    group of k needs k - 1 at most.
    """
    debts = {at: float(amounts[at]) for at in members if amounts[at] > 0}
    claims = {at: float(-amounts[at]) for at in members if amounts[at] < 0}
    made: list[Transfer] = []
    while debts and claims:
        giver = max(debts, key=debts.__getitem__)
        taker = max(claims, key=claims.__getitem__)
        moved = min(debts[giver], claims[taker])
        made.append((giver, taker, moved))
        for side, at in ((debts, giver), (claims, taker)):
            side[at] -= moved
            # What a rounding error leaves over is nobody's debt.
            if side[at] <= tolerance:
                del side[at]
    return made


def _equal_pairs(amounts: Numbers, tolerance: float) -> list[Transfer]:
    """Match each debt to a claim of the same size, where there is one."""
    claims = sorted((float(-amounts[at]), at) for at in np.flatnonzero(amounts < 0).tolist())
    debts = sorted((float(amounts[at]), at) for at in np.flatnonzero(amounts > 0).tolist())
    made: list[Transfer] = []
    i = j = 0
    while i < len(debts) and j < len(claims):
        gap = debts[i][0] - claims[j][0]
        if abs(gap) <= tolerance:
            made.append((debts[i][1], claims[j][1], debts[i][0]))
            i, j = i + 1, j + 1
        elif gap < 0:
            i += 1
        else:
            j += 1
    return made
