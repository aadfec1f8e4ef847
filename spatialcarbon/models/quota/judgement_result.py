"""What a judgement returns: one table per question, every cell that is not defined said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgementResult(Result):
    """How an allocation, or several side by side, lie on people and on the map.

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
        ``unit, principle, amount, rank`` (1 where most is asked)``, shift`` (against the
        first principle)``, span`` (over all of them).
    contrasts : DataFrame
        ``principle, measure, unit`` (the side with more)``, neighbor, high, low, ratio,
        difference, status``, the largest first; see ``status`` where no ratio is defined.
    groups : DataFrame
        ``principle, group, n, amount, share``, sums of the yardsticks and ratios of sums;
        ``ALL`` is all units together.
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
        """Return a copy of ``table``."""
        return self.table.copy()

    def curves(self, yardstick: str) -> dict[str, pd.DataFrame]:
        """Return the Lorenz curve of each principle.

        :func:`~spatialcarbon.report.figures.lorenz_panels` draws them.
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
        """Return the first contrasts of a principle, without those that are none."""
        rows = self.contrasts
        kept = (rows["principle"] == principle) & (rows["measure"] == measure)
        kept &= rows["difference"] > 0
        return rows[kept].head(n).reset_index(drop=True)
