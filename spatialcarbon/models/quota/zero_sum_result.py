"""What a zero-sum reallocation returns: who keeps how much of a fixed total, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    from spatialcarbon.models.quota.dea_technology import Returns
    from spatialcarbon.models.quota.zero_sum_rules import Mode, Rule


@dataclass(frozen=True, kw_only=True, eq=False)
class ZeroSumResult(Result):
    """Who gets how much of a fixed total, and from which scores does that follow?

    What :func:`zero_sum_dea` returns. Series are indexed by unit, in the order of the
    inputs given; amounts are in the unit of the input, scores have none.

    Parameters
    ----------
    allocation : Series
        x*: what each unit gets.
    adjustment : Series
        ``allocation - input``: above zero for a unit that gains. Sums to zero.
    share : Series
        ``allocation / total``.
    efficiency : Series
        φ of the inputs as given, in (0, 1].
    score : Series
        Cooperative score h = Cφ: allocation over input if all search together. Above
        one for a unit that gains.
    single_score : Series
        Score of each unit if it alone searched, between φ and 1.
    final_efficiency : Series
        φ of the allocation; one everywhere when ``converged``.
    constant : float
        C = X/Σφx, one or more.
    total : float
        X, the sum of the inputs, which the allocation keeps.
    moved : float
        What goes from units that lose to units that gain: half of Σ|adjustment|.
    history : DataFrame
        ``iteration``, ``unit``, ``input``, ``efficiency``, ``score``: one row per unit
        for the inputs as given (iteration 0) and after each step. ``score`` is that
        of the rule, by which the next step is (or would be) taken.
    iterations : int
        Steps taken.
    converged : bool
        Whether every unit of the allocation is efficient to ``tol``.
    handed_over : int
        Programmes that HiGHS had to solve.
    mode, rule, returns : str
        As asked for.
    inputs, outputs : DataFrame
        Unit × column, as used.
    dropped : tuple
        Units left out for missing values.

    Examples
    --------
    Efficient, the six would need 2 + 4 + 6 + 3 + 4 + 4 = 23 of their 35, so each gets 35/23
    of what it needs. ``D`` needs 3 and has 5, so 3 · 35/23 − 5 = −0.43 is what it loses:

    >>> import spatialcarbon as sc
    >>> emission = pd.Series([2.0, 4, 6, 5, 8, 10], index=list("ABCDEF"), name="emission")
    >>> gdp = pd.Series([1.0, 3, 4, 2, 3, 3], index=list("ABCDEF"), name="gdp")
    >>> found = sc.zero_sum_dea(emission, gdp)
    >>> (found.allocation * 23 / 35).round(6).tolist(), found.converged
    ([2.0, 4.0, 6.0, 3.0, 4.0, 4.0], True)
    >>> found.to_frame().set_index("unit").loc["D", ["input", "adjustment"]].round(2).tolist()
    [5.0, -0.43]
    """

    allocation: pd.Series[float]
    adjustment: pd.Series[float]
    share: pd.Series[float]
    efficiency: pd.Series[float]
    score: pd.Series[float]
    single_score: pd.Series[float]
    final_efficiency: pd.Series[float]
    constant: float
    total: float
    moved: float
    history: pd.DataFrame
    iterations: int
    converged: bool
    handed_over: int
    mode: Mode
    rule: Rule
    returns: Returns
    inputs: pd.DataFrame
    outputs: pd.DataFrame
    dropped: tuple[Any, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit.

        Returns
        -------
        DataFrame
            Columns ``unit, input, allocation, adjustment, share, efficiency, score,
            single_score, final_efficiency``.
        """
        return pd.DataFrame(
            {
                "unit": self.allocation.index,
                "input": self.inputs.iloc[:, 0].to_numpy(),
                **{
                    name: getattr(self, name).to_numpy()
                    for name in (
                        *("allocation", "adjustment", "share", "efficiency", "score"),
                        *("single_score", "final_efficiency"),
                    )
                },
            }
        )
