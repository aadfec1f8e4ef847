"""The four modes as outcomes: who abates how much, at whose cost, and who pays whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.models.governance.licensing import LicensingResult, licensing

if TYPE_CHECKING:
    from spatialcarbon.models.governance.game import Floats, Game

TERMS = (
    "licensor",
    "choice",
    "externality",
    "threshold",
    "royalty",
    "fee",
    "paid",
    "royalty_value",
    "fee_value",
    "two_part_value",
)
"""Columns of the table of contracts."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One mode worked out, arrays in the order of the game.

    Parameters
    ----------
    abatement : ndarray
        t CO2 by place.
    costs : ndarray
        CNY by place, what a licensor loses to rivals included.
    payments : ndarray, shape (n, n)
        CNY, row = payer, column = receiver, zero or more.
    corner : ndarray of bool
        Which places abate all they emit.
    contracts : DataFrame or None
        Licences, a row per licensee.
    """

    abatement: Floats
    costs: Floats
    payments: Floats
    corner: Any
    contracts: pd.DataFrame | None = None

    @property
    def received(self) -> Floats:
        """What each place receives less what it pays, CNY."""
        net: Floats = self.payments.sum(axis=0) - self.payments.sum(axis=1)
        return net


def plain(game: Game, abatement: Floats) -> Outcome:
    """Return a mode in which nobody pays anybody."""
    nothing = np.zeros((game.n, game.n))
    return Outcome(abatement, game.costs(abatement), nothing, game.corner(abatement))


def compensation(game: Game, alone: Floats, together: Floats) -> Outcome:
    r"""Return the mode in which the others pay every place for its additional abatement.

    Parameters
    ----------
    game : Game
        The places.
    alone, together : ndarray
        Abatement without and with cooperation.

    Returns
    -------
    Outcome
        The abatement of cooperation, with a lump sum for each supplier.

    Notes
    -----
    A tonne abated in q is worth :math:`g_{pq}` to place p, at cooperation. The sum is half
    way between what the additional abatement costs q, net of its own benefit, and what it is
    worth to the others, :math:`\sigma_q(a^C_q - a^N_q)`; interior and with linear damage that
    is :math:`3\sigma_q^2/(4c_q)`. The others pay in proportion to :math:`g_{pq}`. Damage is
    convex, so that nobody loses with quadratic damage either. A place that may abate less
    than without cooperation pays the others, by the same rule.
    """
    worth = game.marginal(together)
    own = worth.diagonal()
    others = worth - np.diag(own)
    sigma = others.sum(axis=0)
    more = together - alone
    burden = game.costs(together) - game.costs(alone) - own * more
    lump = (burden + sigma * more) / 2.0
    parts = others / np.where(sigma > 0, sigma, 1.0) * lump
    payments = np.maximum(parts, 0.0) + np.maximum(-parts, 0.0).T
    return Outcome(together, game.costs(together), payments, game.corner(together))


def licences(
    game: Game, alone: Floats, licensed: Floats, licensor: int, rivalry: Floats, kept: float
) -> Outcome:
    r"""Return the mode in which one place licenses its technology to the others.

    Parameters
    ----------
    game : Game
        The places, with linear damage: what one does does not hang on the others.
    alone : ndarray
        Abatement without a licence.
    licensed : ndarray
        Slope of marginal cost with the licence, CNY per t².
    licensor : int
        Position of the place that owns the technology.
    rivalry : ndarray
        What a tonne abated by each licensee costs the licensor in rivalry, CNY per t.
    kept : float
        Part of its gain from free technology that a licensee keeps.
    """
    worth = game.marginal()
    abatement, slopes = alone.copy(), game.cost.copy()
    payments, lost = np.zeros((game.n, game.n)), np.zeros(game.n)
    rows: dict[Any, tuple[Any, ...]] = {}
    for q in range(game.n):
        if q == licensor or licensed[q] >= game.cost[q] or game.emission[q] == 0:
            continue
        result = licensing(
            float(worth[q, q]),
            float(game.cost[q]),
            float(licensed[q]),
            externality=float(worth[licensor, q] - rivalry[q]),
            limit=float(game.emission[q]),
            licensee_share=kept,
        )
        paid = 0.0
        if result.choice != "none":
            abatement[q], slopes[q] = result.abatement[result.choice], licensed[q]
            paid = result.fee if result.choice == "fee" else result.royalty * abatement[q]
            payments[q, licensor] = paid
            lost[licensor] += rivalry[q] * (abatement[q] - alone[q])
        rows[game.units[q]] = _terms(result, game.units[licensor], paid)
    costs = game.with_cost(slopes).costs(abatement) + lost
    return Outcome(
        abatement, costs, payments, game.corner(abatement), contract_table(rows, game.units)
    )


def _terms(result: LicensingResult, licensor: Any, paid: float) -> tuple[Any, ...]:
    offered = (licensor, result.choice, result.externality, result.threshold)
    prices = (result.royalty, result.fee, paid)
    return (*offered, *prices, result.royalty_value, result.fee_value, result.two_part_value)


def contract_table(rows: dict[Any, tuple[Any, ...]], units: pd.Index) -> pd.DataFrame:
    """Return the contracts as a table, a row per licensee, empty if there is none."""
    labels = units[units.isin(list(rows))]
    columns = {name: [rows[label][at] for label in labels] for at, name in enumerate(TERMS)}
    return pd.DataFrame(columns, index=labels, columns=list(TERMS)).rename_axis("licensee")


def smallest_payments(gain: Floats) -> Floats:
    """Return the smallest payments, payer × receiver, after which nobody has a loss.

    Losers are paid exactly what they lose; gainers pay in proportion to what they gain.

    Examples
    --------
    >>> smallest_payments(np.array([3.0, -2.0, 1.0])).tolist()
    [[0.0, 1.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.5, 0.0]]
    """
    up, need = np.maximum(gain, 0.0), np.maximum(-gain, 0.0)
    total = float(up.sum())
    return np.outer(up, need) / (total or 1.0)
