"""What a judgement returns: one table per question, every cell that is not defined said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgementResult(Result):
    """How does an allocation, or several side by side, lie on people and on the map?

    What :func:`judge_allocation` returns. Amounts are in the unit of the allocation, those
    over a yardstick in that unit per unit of the yardstick; indices have none. ``ranks``,
    ``table`` and ``local`` follow the order of the weights inside each principle.

    Parameters
    ----------
    principles : tuple of str
        Names of the allocations.
    amounts : DataFrame
        Unit × principle, in the order of the weights.
    table : DataFrame
        One row per principle and unit: ``principle, unit, amount, share, rank,
        per_head, per_gdp, per_emission, per_history``; NaN where a yardstick was not
        given or is zero.
    spatial : DataFrame
        Moran's I by ``principle`` and ``measure`` (``amount, per_head, ...``), with
        p-values, ``n`` and ``status``; rows whose measure is ``"yardstick"`` test the
        yardsticks themselves.
    local : DataFrame
        Local Moran's I of the amounts and of amounts over emissions: ``principle,
        measure, unit, statistic, lag, quadrant, pvalue, qvalue, label``.
    fairness : DataFrame
        ``principle, yardstick, n, gini, theil, between, within, between_share,
        mean_log_deviation, status``. Zero is a burden in exact proportion to the yardstick.
    lorenz : DataFrame
        ``principle, yardstick, yardstick_share, amount_share``: curves from (0, 0) to (1, 1).
    correlation : DataFrame
        ``principle, other, pearson, spearman, n, status``; empty for one principle.
    ranks : DataFrame
        ``unit, principle, amount, rank`` (1 where most is asked), ``shift`` (against the
        first principle), ``span`` (over all of them).
    contrasts : DataFrame
        ``principle, measure, unit`` (the side with more), ``neighbor, high, low, ratio,
        difference, status``, the largest first; see ``status`` where no ratio is defined.
    groups : DataFrame
        ``principle, group, n, amount, share``, sums of the yardsticks and ratios of sums;
        ``ALL`` is all units together.

    Examples
    --------
    Three places in a row emit 10 each. By the plan the middle one cuts four times as much as
    its neighbours; shares of 1/6, 4/6 and 1/6 against a third each make a Gini of 1/3:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbc"), "neighbor": list("bacb")})
    >>> row = sc.Weights.from_edges(links)
    >>> cuts = pd.DataFrame({"plan": [1.0, 4.0, 1.0], "alike": 2.0}, index=list("abc"))
    >>> emitted = pd.Series(10.0, index=list("abc"))
    >>> found = sc.judge_allocation(cuts, weights=row, emissions=emitted, permutations=0)
    >>> found.fairness[["principle", "gini"]].round(4).to_numpy().tolist()
    [['plan', 0.3333], ['alike', 0.0]]
    >>> found.to_frame().query("principle == 'plan'")["per_emission"].tolist()
    [0.1, 0.4, 0.1]
    >>> found.largest_contrasts("plan")[["unit", "neighbor", "ratio"]].to_numpy().tolist()
    [['b', 'a', 4.0], ['b', 'c', 4.0]]
    >>> found.curves("emissions")["plan"]["value"].round(4).tolist()
    [0.0, 0.1667, 0.3333, 1.0]
    """

    principles: tuple[str, ...]
    amounts: pd.DataFrame
    table: pd.DataFrame
    spatial: pd.DataFrame
    local: pd.DataFrame
    fairness: pd.DataFrame
    lorenz: pd.DataFrame
    correlation: pd.DataFrame
    ranks: pd.DataFrame
    contrasts: pd.DataFrame
    groups: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of ``table``.

        Returns
        -------
        DataFrame
            One row per principle and unit.
        """
        return self.table.copy()

    def curves(self, yardstick: str) -> dict[str, pd.DataFrame]:
        """Return the Lorenz curve of each principle.

        :func:`~spatialcarbon.report.figures.lorenz_panels` draws them.

        Parameters
        ----------
        yardstick : str
            ``"population"``, ``"gdp"``, ``"emissions"`` or ``"history"``, as given.

        Returns
        -------
        dict
            Principle → points of its curve from (0, 0) to (1, 1): part of the yardstick
            (``population``) and of the amounts (``value``). Empty for a yardstick that was
            not given.
        """
        rows = self.lorenz[self.lorenz["yardstick"] == yardstick]
        renamed = rows.rename(columns={"yardstick_share": "population", "amount_share": "value"})
        found: dict[str, Any] = {
            str(name): part[["population", "value"]].reset_index(drop=True)
            for name, part in renamed.groupby("principle", sort=False)
        }
        return found

    def largest_contrasts(
        self, principle: str, measure: str = "per_emission", *, n: int = 5
    ) -> pd.DataFrame:
        """Return the first contrasts of a principle, without those that are none.

        Parameters
        ----------
        principle : str
            Name of the allocation.
        measure : str
            ``"per_head"``, ``"per_gdp"``, ``"per_emission"`` or ``"per_history"``.
        n : int
            How many.

        Returns
        -------
        DataFrame
            Rows of ``contrasts``, the largest first.
        """
        rows = self.contrasts
        kept = (rows["principle"] == principle) & (rows["measure"] == measure)
        kept &= rows["difference"] > 0
        return rows[kept].head(n).reset_index(drop=True)
