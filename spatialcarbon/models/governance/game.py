"""The emission game: places that abate at a cost, and harm one another by what they still emit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spatialcarbon.models.governance.quadratic_game import solve_box, unique_equilibrium

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

TOUCH = 1e-12
"""How far, as a part of its emission, a place may be from its corner, as rounding."""


@dataclass(frozen=True, eq=False)
class Game:
    r"""Who harms whom, and what it costs to stop.

    Parameters
    ----------
    units : Index
        Labels of the places.
    emission : ndarray
        :math:`e_i`, t CO2 without any abatement.
    harm : ndarray
        :math:`d_i`, CNY per t (linear damage) or CNY per t² (quadratic damage).
    cost : ndarray
        :math:`c_i`, CNY per t²; abating :math:`a` costs :math:`c_i a^2 / 2`.
    spill : ndarray, shape (n, n)
        :math:`S_{ij}`: share of the emissions of :math:`j` that does damage in :math:`i`.
    quadratic : bool
        Damage :math:`d_i Z_i^2/2` instead of :math:`d_i Z_i`, where :math:`Z = S(e-a)`.

    Notes
    -----
    Everything is an array in the order of ``units``; labels come back on in
    :func:`spatialcarbon.govern`.
    """

    units: pd.Index
    emission: Floats
    harm: Floats
    cost: Floats
    spill: Floats = field(repr=False)
    quadratic: bool = False

    @property
    def n(self) -> int:
        """Number of places."""
        return len(self.emission)

    def marginal(self, abatement: Floats | None = None) -> Floats:
        r"""Return :math:`g_{ki}`: what one more tonne abated in :math:`i` is worth to :math:`k`.

        With linear damage :math:`g_{ki} = d_k S_{ki}` at any abatement; with quadratic damage
        :math:`g_{ki} = d_k Z_k S_{ki}` at the one given (none, if none is given).
        """
        price = self.harm
        if self.quadratic:
            at = np.zeros(self.n) if abatement is None else abatement
            price = self.harm * self.exposure(at)
        return price[:, None] * self.spill

    def exposure(self, abatement: Floats) -> Floats:
        """Return Z: the tonnes that do damage in each place."""
        # einsum adds in a fixed order; a BLAS may not on another number of threads.
        return np.asarray(np.einsum("ij,j->i", self.spill, self.emission - abatement))

    def damages(self, abatement: Floats) -> Floats:
        """Return the damage in each place, CNY."""
        reached = self.exposure(abatement)
        hurt: Floats = self.harm * (reached**2 / 2.0 if self.quadratic else reached)
        return hurt

    def costs(self, abatement: Floats) -> Floats:
        """Return the cost of abatement in each place, CNY."""
        paid: Floats = self.cost * abatement**2 / 2.0
        return paid

    def payoff(self, abatement: Floats) -> Floats:
        """Return minus damage minus cost of each place, CNY."""
        return -self.damages(abatement) - self.costs(abatement)

    def nash(self) -> Floats:
        r"""Return what each place abates for its own good alone.

        With linear damage :math:`a_i = \min(g_{ii}/c_i, e_i)`, whatever the others do.

        Raises
        ------
        DegenerateDataError
            Quadratic damage with so much spillover that several equilibria may exist.
        """
        alone = np.eye(self.n, dtype=np.bool_)
        if self.quadratic:
            unique_equilibrium(self.harm, self.cost, self.spill, self.units)
        return self.partition(alone)

    def cooperation(self) -> Floats:
        r"""Return what all abate when the sum of payoffs counts.

        With linear damage :math:`a_i = \min(\sum_k g_{ki}/c_i, e_i)`.
        """
        return self.partition(np.ones((self.n, self.n), dtype=np.bool_))

    def coalition(self, members: Mask) -> Floats:
        """Return what all abate when the members count each other's payoffs, the others none.

        Parameters
        ----------
        members : ndarray of bool
            Who is in the coalition.
        """
        return self.partition(np.outer(members, members) | np.eye(self.n, dtype=np.bool_))

    def value(self, members: Mask) -> float:
        """Return the joint payoff of a coalition whose outsiders each play for themselves, CNY."""
        return float(self.payoff(self.coalition(members))[members].sum())

    def partition(self, together: Mask) -> Floats:
        """Return what all abate when place i counts the payoffs of the places k it stands with.

        Parameters
        ----------
        together : ndarray of bool, shape (n, n)
            ``together[i, k]``: whether i counts the payoff of k.
        """
        counted = np.where(together, (self.harm[:, None] * self.spill).T, 0.0)
        if self.quadratic:
            response = counted @ self.spill
            return solve_box(np.diag(self.cost) + response, response @ self.emission, self.emission)
        # Separable: what one place should do does not hang on the others, so clipping is exact.
        return np.asarray(np.minimum(counted.sum(axis=1) / self.cost, self.emission))

    def corner(self, abatement: Floats) -> Mask:
        """Return which places abate all they emit."""
        return np.asarray(abatement >= self.emission * (1.0 - TOUCH))

    def with_cost(self, cost: Floats) -> Game:
        """Return the same game under other costs of abatement."""
        return replace(self, cost=cost)
