"""Payoffs of two local governments that cooperate or not, from subsidies, penalties and costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique, conform
from spatialcarbon.core.errors import AlignmentError, MissingDataError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.results import Result

COOPERATE, REFUSE = "cooperate", "refuse"
STRATEGIES = (COOPERATE, REFUSE)

ILLUSTRATIVE = {
    "own_benefit": 4.0,
    "spillover_benefit": 2.0,
    "synergy": 2.0,
    "cost": 5.0,
    "subsidy": 0.0,
    "penalty": 0.0,
    "compensation": 0.0,
}
"""Invented numbers without a unit, the same for both, with which two outcomes can last."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CooperationPayoffs(Result):
    """Payoffs of both governments, and how much support makes cooperation last.

    Parameters
    ----------
    row, column : DataFrame
        Payoff of the first and of the second government: strategy of the first
        (rows) × strategy of the second (columns).
    parameters : DataFrame
        Parameter × government, as used, in the measure of the amounts given.
    illustrative : tuple of str
        Parameters that were not given, so that invented numbers stand in.
    support_to_last : Series
        Index government: what subsidy, penalty and compensation must add up to, so that
        cooperation lasts once both cooperate (0 where it lasts anyway).
    support_to_dominate : Series
        The same, so that cooperation is the better choice whatever the other does.

    Examples
    --------
    >>> from spatialcarbon import cooperation_payoffs
    >>> found = cooperation_payoffs(cost=5.0, subsidy=0.5)
    >>> found.to_frame().to_numpy().tolist()[0]
    ['cooperate', 'cooperate', 3.5, 3.5]
    >>> found.support_to_dominate.to_dict(), len(found.illustrative)
    ({'first': 1.0, 'second': 1.0}, 5)
    """

    row: pd.DataFrame
    column: pd.DataFrame
    parameters: pd.DataFrame
    illustrative: tuple[str, ...]
    support_to_last: pd.Series[float]
    support_to_dominate: pd.Series[float]

    def to_frame(self) -> pd.DataFrame:
        """Return a row per pair of strategies, ``row`` and ``column``, with both payoffs."""
        first, second = self.parameters.columns
        pairs = [(a, b) for a in STRATEGIES for b in STRATEGIES]
        return pd.DataFrame(
            {
                "row": [a for a, _ in pairs],
                "column": [b for _, b in pairs],
                str(first): self.row.to_numpy().ravel(),
                str(second): self.column.to_numpy().ravel(),
            }
        )


def cooperation_payoffs(
    *,
    players: tuple[Any, Any] = ("first", "second"),
    own_benefit: float | pd.Series[Any] | None = None,
    spillover_benefit: float | pd.Series[Any] | None = None,
    synergy: float | pd.Series[Any] | None = None,
    cost: float | pd.Series[Any] | None = None,
    subsidy: float | pd.Series[Any] | None = None,
    penalty: float | pd.Series[Any] | None = None,
    compensation: float | pd.Series[Any] | None = None,
) -> CooperationPayoffs:
    r"""What do two governments earn by cooperating or not, under subsidies and penalties?

    Use it to build the payoffs of :func:`evolutionary_game` from quantities that can
    be named. A parameter that is left out has an illustrative number, and the result
    says which. All are amounts of money of one period and one measure, not negative;
    a number counts for both governments, a Series names one for each.

    Parameters
    ----------
    players : pair of labels
        The two governments.
    own_benefit : float or Series
        What a government gains from its own abatement.
    spillover_benefit : float or Series
        What it gains from the abatement of the other.
    synergy : float or Series
        What it gains on top when both cooperate.
    cost : float or Series
        What abatement costs it.
    subsidy : float or Series
        What the level above pays it for cooperating.
    penalty : float or Series
        What the level above takes from it for refusing.
    compensation : float or Series
        What it pays to the other when it refuses and the other cooperates.

    Returns
    -------
    CooperationPayoffs
        ``row`` and ``column`` for :func:`evolutionary_game`, the ``parameters``, and
        the support that makes cooperation last or dominate.

    Raises
    ------
    SchemaError
        A negative amount.
    AlignmentError
        A Series that does not name the two players.

    Notes
    -----
    With :math:`b, s, y, c` for own benefit, spillover, synergy and cost and
    :math:`u, p, m` for subsidy, penalty and compensation (:math:`m'` that of the
    other), a government earns :math:`b + s + y - c + u` when both cooperate,
    :math:`b - c + u + m'` when it does alone, :math:`s - p - m` when only the other
    does, and :math:`-p` when neither does. Cooperation lasts if
    :math:`u + p + m > c - b - y` and is always better if also
    :math:`u + p + m' > c - b`.

    References
    ----------
    Taylor & Jonker (1978), Math. Biosci. 40:145–156, for the dynamics these feed.

    Examples
    --------
    With the illustrative numbers nobody starts alone, but both together last:

    >>> found = cooperation_payoffs()
    >>> found.row.to_numpy().tolist()
    [[3.0, -1.0], [2.0, 0.0]]
    >>> found.support_to_dominate.to_dict()
    {'first': 1.0, 'second': 1.0}
    """
    names = pd.Index(list(players))
    if len(names) != 2:
        raise AlignmentError(
            "there are {n} governments", expected="two", fix="players=('a', 'b')", n=len(names)
        )
    check_unique(names, text("the list of players"))
    given = {
        "own_benefit": own_benefit,
        "spillover_benefit": spillover_benefit,
        "synergy": synergy,
        "cost": cost,
        "subsidy": subsidy,
        "penalty": penalty,
        "compensation": compensation,
    }
    table = pd.DataFrame(
        {
            name: _amounts(ILLUSTRATIVE[name] if amount is None else amount, names, name)
            for name, amount in given.items()
        }
    ).T
    invented = tuple(name for name, amount in given.items() if amount is None)
    first, second = names
    own = {place: _payoffs(table[place], table[other]) for place, other in
           ((first, second), (second, first))}  # fmt: skip
    row = pd.DataFrame(own[first], index=list(STRATEGIES), columns=list(STRATEGIES))
    # The second government chooses the column, so that its own table is turned over.
    column = pd.DataFrame(own[second].T, index=list(STRATEGIES), columns=list(STRATEGIES))
    short = table.T["cost"] - table.T["own_benefit"]
    return CooperationPayoffs(
        method="Payoffs of cooperation",
        row=row,
        column=column,
        parameters=table,
        illustrative=invented,
        support_to_last=(short - table.T["synergy"]).clip(lower=0.0),
        support_to_dominate=short.clip(lower=0.0),
        settings={"parameters": table.to_dict(), "illustrative": list(invented)},
        references=("taylor1978",),
        remarks=(text("Invented numbers stand in for: {names}.", names=", ".join(invented)),)
        if invented
        else (),
    )


def _payoffs(own: pd.Series[float], other: pd.Series[float]) -> np.ndarray[Any, Any]:
    """Return own strategy × other's strategy."""
    net = own["own_benefit"] - own["cost"] + own["subsidy"]
    return np.array(
        [
            [net + own["spillover_benefit"] + own["synergy"], net + other["compensation"]],
            [
                own["spillover_benefit"] - own["penalty"] - own["compensation"],
                0.0 - own["penalty"],
            ],
        ]
    )


def _amounts(amount: float | pd.Series[Any], names: pd.Index, name: str) -> pd.Series[float]:
    """Return an amount for each government, not negative."""
    if isinstance(amount, pd.Series):
        amounts = conform(amount, names, name=name)
    else:
        amounts = pd.Series(float(amount), index=names)
    if not np.isfinite(amounts).all():
        raise MissingDataError("{name} is not a finite number", name=name)
    if (amounts < 0).any():
        raise SchemaError(
            "{name} is negative for {players}",
            fix="give costs and penalties as positive amounts",
            name=name,
            players=some(names[amounts < 0]),
        )
    return amounts
