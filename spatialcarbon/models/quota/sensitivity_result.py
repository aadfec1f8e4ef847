"""What a test of an allocation returns: every variant, the ranks of each place, the variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.quota.allocation_result import AllocationResult


@dataclass(frozen=True, kw_only=True, eq=False)
class AllocationSensitivityResult(Result):
    """How do an allocation and its ranks change with the choices and numbers behind it?

    What :func:`allocation_sensitivity` returns. Amounts are in the unit of the total; shares,
    probabilities and parts of variance have none.

    Parameters
    ----------
    base : AllocationResult
        The allocation that the others are compared with.
    table : DataFrame
        One row per variant and unit: ``kind`` (``"weighting"``, ``"preference"``,
        ``"leave_out"``), ``variant, weighting, leaning, rule, preference, left_out, status, unit,
        allocation, share, rank`` (1 is asked most), ``difference`` (from the base). ``status`` is
        ``"ok"``; ``"stops"``, where λ times the weight of the preferred criteria exceeds one under
        the paper rule; or ``"undefined"``, where the weights do not exist. Both have NaN.
    agreement : DataFrame
        One row per variant, and one of kind ``"noise"``: ``kind, variant, weighting, leaning,
        rule, preference, left_out, status, tau`` (Kendall's tau-b to the base; the mean
        over the draws), ``tau_low, tau_high`` (2.5 and 97.5 % of the draws, NaN elsewhere),
        ``moved`` (part of the total that changes hands: half the sum of absolute differences over
        the total), ``most`` (unit that changes most, or None) and ``change`` (by how much).
    stability : DataFrame
        By unit: ``allocation, share, rank`` of the base; the lowest and highest rank
        under each kind of variant (``weighting_low, weighting_high``, likewise
        ``preference``, ``leave_out``), ``noise_low, noise_high`` (2.5 and 97.5 % of the draws) and
        ``low, high`` (over all of these); ``in_top`` (whether the base ranks the unit among the
        first ``top``) and ``top_probability`` (part of the draws that do); ``mean, sd, lower,
        upper`` (mean, standard deviation and 95 % interval of the drawn amounts),
        ``above_probability`` (part of the draws that ask for more than is emitted) and
        ``additivity`` (sum of the single variances over the variance of all noise together). NaN
        where nothing was drawn.
    variance : DataFrame
        Unit × noisy column: what part of the single variances, each with noise in that
        column alone, is due to it. Rows of sum one; NaN where nothing varies.
    top : int
        How many ranks count as the top.
    draws, undefined : int
        Draws that were made, and those among them that have no allocation.

    Examples
    --------
    ``b`` leads in people, ``c`` in GDP. As shares of what exceeds the least they have 4/5 and
    1/5, 1/3 and 2/3; with equal weights 12 is split as 6.8 to 5.2:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> table = pd.DataFrame(
    ...     {"population": [0.0, 4.0, 1.0], "gdp": [0.0, 2.0, 4.0]}, index=["a", "b", "c"]
    ... )
    >>> found = sc.allocation_sensitivity(
    ...     12.0, table, indicators=["population", "gdp"], weighting=["equal"], draws=0
    ... )
    >>> found.to_frame()[["unit", "allocation", "low", "high"]].round(2).to_numpy().tolist()
    [['a', 0.0, 3, 3], ['b', 6.8, 1, 2], ['c', 5.2, 1, 2]]
    >>> found.pivot("allocation", kind="leave_out").loc["b"].round(2).to_dict()
    {'without population': 4.0, 'without gdp': 9.6}
    """

    base: AllocationResult
    table: pd.DataFrame
    agreement: pd.DataFrame
    stability: pd.DataFrame
    variance: pd.DataFrame
    top: int
    draws: int
    undefined: int

    def to_frame(self) -> pd.DataFrame:
        """Return the stability of each unit as a table.

        Returns
        -------
        DataFrame
            ``stability`` with ``unit`` as its first column.
        """
        return self.stability.rename_axis("unit").reset_index()

    def pivot(self, column: str = "difference", *, kind: str | None = None) -> pd.DataFrame:
        """Return one column of the table as unit × variant, of one kind or of all.

        Parameters
        ----------
        column : str
            ``"allocation"``, ``"share"``, ``"rank"`` or ``"difference"``.
        kind : str, optional
            ``"weighting"``, ``"preference"`` or ``"leave_out"``; all if left out.

        Returns
        -------
        DataFrame
            Unit × variant, units in the order of the criteria.
        """
        rows = self.table if kind is None else self.table[self.table["kind"] == kind]
        wide = rows.pivot(index="unit", columns="variant", values=column)
        return wide.reindex(
            index=self.stability.index, columns=list(dict.fromkeys(rows["variant"]))
        )
