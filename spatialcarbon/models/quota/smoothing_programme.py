"""The quadratic programme behind smoothing: an active-set method that proves its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from spatialcarbon.core.errors import ConvergenceError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

CERTIFIED = 1e-8
"""Largest violation of the conditions of optimality, relative, that counts as solved."""

ROUNDS = 40
"""Corrections of all limits together before they are changed one at a time."""


@dataclass(frozen=True, eq=False)
class Programme:
    """Shares that stay close to given ones and differ little between neighbours.

    Parameters
    ----------
    shares : array
        Shares to start from, above zero, of sum one.
    yardstick : array
        Shares of emissions or population, above zero, of sum one.
    left, right, link : array
        Positions of each pair of neighbours, and its weight; weights of sum one.
    limits : array
        Most that each share may be; infinite for none.
    """

    shares: Floats
    yardstick: Floats
    left: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    link: Floats
    limits: Floats

    def contrast(self, shares: Floats) -> float:
        """Return the weighted mean of squared differences of burdens between neighbours."""
        burden = shares / self.yardstick
        return float(self.link @ (burden[self.left] - burden[self.right]) ** 2)

    def cost(self, shares: Floats) -> float:
        """Return the chi-square distance from the shares to start from."""
        return float(((shares - self.shares) ** 2 / self.shares).sum())

    def matrix(self, strength: float) -> Any:
        """Return half of the second derivative of what is minimised."""
        n = len(self.shares)
        ends = np.concatenate([self.left, self.right])
        others = np.concatenate([self.right, self.left])
        both = np.concatenate([self.link, self.link])
        scale = 1 / (self.yardstick[ends] * self.yardstick[others])
        diagonal = np.bincount(ends, weights=both, minlength=n) / self.yardstick**2
        whole = sparse.coo_array((-strength * both * scale, (ends, others)), shape=(n, n)).tocsc()
        return whole + sparse.diags_array(1 / self.shares + strength * diagonal).tocsc()


@dataclass(frozen=True, eq=False)
class Solution:
    """Shares that solve the programme, and the proof.

    Parameters
    ----------
    shares : array
        Of sum one.
    at_limit : array of bool
        Which are held by their limit.
    price : float
        Multiplier of the sum.
    violation : float
        Largest violation of the conditions of optimality, relative to the price.
    """

    shares: Floats
    at_limit: Bools
    price: float
    violation: float


def solve(programme: Programme, strength: float, start: Floats | None = None) -> Solution:
    r"""Minimise cost plus strength times contrast under the limits.

    Parameters
    ----------
    programme : Programme
        What is smoothed.
    strength : float
        Zero or more.
    start : array, optional
        Shares within the limits, of sum one; needed only where limits are finite.

    Notes
    -----
    As shares sum to one, the programme is :math:`\min s^\top M s` with a matrix that has no
    positive entry off its diagonal, whose inverse therefore has no negative one: without limits the
    solution is :math:`M^{-1}1` over its sum, and no share is ever negative, with limits or without.
    Limits that are held are first guessed and corrected together. If that goes in circles, the
    primal active-set method takes over: from a point within the limits, go to the optimum for those
    now held, stop at the first limit met, and release the one that holds most wrongly.
    """
    matrix = programme.matrix(strength)
    limits = programme.limits
    if not np.isfinite(limits).any():
        shares, price = _held(matrix, limits, np.zeros(len(limits), dtype=bool))
        return _proved(matrix, limits, shares, np.zeros(len(limits), dtype=bool), price)
    quick = _at_once(matrix, limits)
    if quick is not None:
        return quick
    assert start is not None
    return _one_by_one(matrix, limits, start)


def _at_once(matrix: Any, limits: Floats) -> Solution | None:
    """Change all limits that are wrongly held or broken together: fast, but not sure to end."""
    held = np.zeros(len(limits), dtype=bool)
    for _ in range(ROUNDS):
        shares, price = _held(matrix, limits, held)
        better = np.where(held, matrix @ shares <= price, shares > limits)
        if (better == held).all():
            return _proved(matrix, limits, shares, held, price)
        if better.all():
            return None
        held = better
    return None


def _one_by_one(matrix: Any, limits: Floats, start: Floats) -> Solution:
    """Change one limit at a time, from a point within them: slow, but it ends at the optimum."""
    at = start.copy()
    held: Bools = at >= limits * (1 - 1e-13)
    for _ in range(20 * len(limits) + 100):
        if held.all():
            price = float((matrix @ at).max())
            return _proved(matrix, limits, at, held, price)
        aim, price = _held(matrix, limits, held)
        over = ~held & (aim > limits)
        if over.any():
            step = np.where(over, (limits - at) / np.where(over, aim - at, 1.0), np.inf)
            first = int(np.argmin(step))
            at = at + max(float(step[first]), 0.0) * (aim - at)
            held[first] = True
            at[held] = limits[held]
            continue
        at = aim
        wrong = np.where(held, price - matrix @ at, np.inf)
        worst = int(np.argmin(wrong))
        if wrong[worst] >= -1e-11 * abs(price):
            return _proved(matrix, limits, at, held, price)
        held[worst] = False
    raise ConvergenceError(
        "smoothing found no optimum in {n} steps",
        fix="a smaller strength, or caps that leave more room",
        n=20 * len(limits) + 100,
    )


def _held(matrix: Any, limits: Floats, held: Bools) -> tuple[Floats, float]:
    """Return the optimum with some shares at their limits, and the price of the sum."""
    from scipy.sparse.linalg import splu

    free = np.flatnonzero(~held)
    fixed = np.flatnonzero(held)
    rows = matrix[free]
    factor = splu(rows[:, free].tocsc())
    unit = factor.solve(np.ones(len(free)))
    pushed = np.zeros(len(free))
    if len(fixed):
        pushed = factor.solve(-(rows[:, fixed] @ limits[fixed]))
    price = (1 - float(limits[fixed].sum()) - float(pushed.sum())) / float(unit.sum())
    shares = limits.copy()
    shares[free] = pushed + price * unit
    return shares, price


def _proved(matrix: Any, limits: Floats, shares: Floats, held: Bools, price: float) -> Solution:
    """Check the conditions of optimality, which for a convex programme are a proof."""
    gradient = matrix @ shares
    wrong = np.where(held, np.maximum(gradient - price, 0.0), np.abs(gradient - price))
    scale = abs(price) or 1.0
    violation = max(
        float(wrong.max()) / scale,
        abs(float(shares.sum()) - 1),
        float(np.maximum(shares - limits, 0.0).max()),
        float(np.maximum(-shares, 0.0).max()),
    )
    if not violation <= CERTIFIED:
        raise ConvergenceError(
            "smoothing is not proved optimal",
            arrived="conditions of optimality broken by {violation}",
            expected="at most {limit}",
            fix="a smaller strength",
            violation=f"{violation:.2g}",
            limit=f"{CERTIFIED:g}",
        )
    return Solution(shares, held, price, violation)
