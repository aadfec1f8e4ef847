"""Licence contracts as formulas: what each is worth, and when the fee beats the royalty."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    r"""One licensee, one licensor, and the technology between them.

    Parameters
    ----------
    delta : float
        :math:`\delta`: the licensee's own benefit of a tonne abated.
    cost, licensed : float
        :math:`c > \tilde c`: slope of its marginal cost without and with the licence.
    limit : float
        Most it can abate; infinity if there is no limit.
    kept : float
        :math:`\beta`: part of the licensee's gain from free technology that it keeps.
    """

    delta: float
    cost: float
    licensed: float
    limit: float = math.inf
    kept: float = 0.0

    @property
    def before(self) -> float:
        """Abatement without a licence."""
        return min(self.delta / self.cost, self.limit)

    @property
    def at_fee(self) -> float:
        """Abatement under a fixed fee, which does not change the price of a tonne."""
        return self.at_royalty(0.0)

    def at_royalty(self, royalty: float) -> float:
        """Return the abatement under a royalty per tonne."""
        return min(max((self.delta - royalty) / self.licensed, 0.0), self.limit)

    def own(self, royalty: float) -> float:
        """Return what the licensee makes under a royalty, before any fee."""
        tonnes = self.at_royalty(royalty)
        return (self.delta - royalty) * tonnes - self.licensed * tonnes**2 / 2.0

    @property
    def without(self) -> float:
        """What the licensee makes without a licence."""
        return self.delta * self.before - self.cost * self.before**2 / 2.0

    @property
    def reserved(self) -> float:
        """What the licensee must at least make to sign."""
        return self.without + self.kept * (self.own(0.0) - self.without)

    @property
    def fee(self) -> float:
        """The largest fixed fee that the licensee signs."""
        return max(self.own(0.0) - self.reserved, 0.0)

    @property
    def top_royalty(self) -> float:
        """The largest royalty that the licensee signs."""
        ceiling = self.delta - math.sqrt(2.0 * self.licensed * self.reserved)
        if self.at_royalty(max(ceiling, 0.0)) < self.limit:
            return max(ceiling, 0.0)
        # At its limit a royalty is a lump sum per tonne that is abated anyway.
        lump = self.reserved + self.licensed * self.limit**2 / 2.0
        return max(self.delta - lump / self.limit, 0.0)

    def royalty(self, externality: float) -> float:
        """Return the royalty that is best for the licensor."""
        # Below this royalty the licensee is at its limit: more royalty costs no abatement.
        kink = self.delta - self.licensed * self.limit if self.limit < math.inf else 0.0
        return min(max(0.0, kink, (self.delta - externality) / 2.0), self.top_royalty)

    def fee_value(self, externality: float) -> float:
        """Return what a fixed fee is worth to the licensor."""
        return self.fee + externality * (self.at_fee - self.before)

    def royalty_value(self, externality: float) -> float:
        """Return what the best royalty is worth to the licensor."""
        rate = self.royalty(externality)
        tonnes = self.at_royalty(rate)
        return rate * tonnes + externality * (tonnes - self.before)

    def two_part(self, externality: float) -> tuple[float, float, float]:
        """Return royalty, fee and worth of the best two-part contract; NaN if it sells nothing."""
        if self.delta + externality <= 0.0:
            return math.nan, math.nan, math.nan
        rate = -externality
        fee = self.own(rate) - self.reserved
        tonnes = self.at_royalty(rate)
        return rate, fee, fee + rate * tonnes + externality * (tonnes - self.before)

    @property
    def threshold(self) -> float:
        r"""The externality above which the licensor prefers the fixed fee.

        Its closed form with :math:`s = \sqrt{\tilde c/c}` where the licensee has no limit in
        reach and keeps nothing; otherwise the root of a difference that only rises.
        """
        if self.kept == 0.0 and self.at_fee < self.limit:
            s = math.sqrt(self.licensed / self.cost)
            if s >= 1.0 / 3.0:
                return -self.delta * (1.0 - s) / 2.0
            return self.delta * (1.0 - math.sqrt(2.0 * (1.0 - s * s)))
        return self._root()

    def _root(self) -> float:
        from scipy.optimize import brentq

        def lead(externality: float) -> float:
            return self.fee_value(externality) - self.royalty_value(externality)

        low = -4.0 * self.delta
        # Under the top royalty it abates as much as under a fee: nothing to choose between.
        if self.at_royalty(self.top_royalty) >= self.at_fee:
            return -math.inf
        while lead(low) > 0.0:
            low *= 4.0
        return float(brentq(lead, low, self.delta, xtol=1e-14 * self.delta, rtol=1e-14))
