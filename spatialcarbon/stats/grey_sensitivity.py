"""Does the grey relational ranking hang on ρ and on the normalisation?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.stats.grey import REFERENCES, grey_relational_degree

if TYPE_CHECKING:
    from spatialcarbon.core.align import Missing
    from spatialcarbon.stats.grey_formulas import Normalisation

RHOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
UNORDERED: tuple[Normalisation, ...] = ("mean", "max", "minmax", "zscore")
"""Normalisations that do not depend on the order of the observations."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GreySensitivityResult(Result):
    """Degrees and ranks over a family of settings, and where the ranking flips.

    Parameters
    ----------
    table : DataFrame
        ``normalisation, rho, factor, degree, rank, status``; ``status`` is
        ``"undefined"`` where a series cannot be normalised so.
    flips : DataFrame
        One row for each pair and setting that orders the pair otherwise than the
        base: ``normalisation, rho, ahead`` (of the two, the one that leads in the
        base) and ``overtaken_by``. Ties are no flips.
    base : tuple of (str, float)
        Normalisation and ρ that the others are compared with.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> co2 = pd.Series([100.0, 200.0, 300.0, 400.0], index=list("wxyz"))
    >>> factors = pd.DataFrame({"a": [10, 22, 28, 40], "b": [5, 4, 6, 5]}, index=co2.index)
    >>> found = sc.grey_sensitivity(co2, factors, normalisations=["mean"], rhos=[0.1, 0.5])
    >>> found.base, found.stable
    (('mean', 0.5), True)
    >>> found.pivot().to_numpy().tolist()
    [[1.0, 1.0], [2.0, 2.0]]
    >>> len(found.to_frame())
    4
    """

    table: pd.DataFrame
    flips: pd.DataFrame
    base: tuple[str, float]

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    def pivot(self, column: str = "rank") -> pd.DataFrame:
        """Return one column as factor × (normalisation, rho).

        Parameters
        ----------
        column : str
            ``"rank"`` or ``"degree"``.
        """
        wide = self.table.pivot(index="factor", columns=["normalisation", "rho"], values=column)
        settings = self.table[["normalisation", "rho"]].drop_duplicates()
        order = pd.MultiIndex.from_frame(settings)
        return wide.reindex(list(dict.fromkeys(self.table["factor"]))).reindex(columns=order)

    @property
    def stable(self) -> bool:
        """Whether every setting orders every pair of factors as the base does."""
        return self.flips.empty


def grey_sensitivity(
    reference: pd.Series[Any],
    factors: pd.DataFrame,
    *,
    normalisation: Normalisation = "mean",
    rho: float = 0.5,
    normalisations: Sequence[Normalisation] | None = None,
    rhos: Iterable[float] = RHOS,
    weights: pd.Series[Any] | None = None,
    reverse: str | Iterable[str] = (),
    missing: Missing = "raise",
) -> GreySensitivityResult:
    """Would another ρ or another normalisation rank the factors differently?

    Use it before a ranking is reported: a paper that names neither ρ nor the
    normalisation cannot be checked, and a ranking that flips between them says
    more about the settings than about the factors.

    Parameters
    ----------
    reference, factors, weights, reverse, missing
        As for :func:`grey_relational_degree`.
    normalisation, rho
        The base: the setting that would be reported.
    normalisations : sequence of str, optional
        Family to try; by default mean, max, minmax and zscore, or minmax alone with
        reversed factors. The base is added where it is not among them.
    rhos : iterable of float
        Values of ρ to try; 0.1, 0.2, …, 1 by default.

    Returns
    -------
    GreySensitivityResult

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError, OptionError
        As :func:`grey_relational_degree`.
    DegenerateDataError
        When the base itself is not defined. Other settings that are not are rows
        with a ``status``.

    References
    ----------
    Deng (1982), Syst. Control Lett. 1:288–294; Deng (1989), J. Grey Syst. 1:1–24.

    Examples
    --------
    ``steady`` has the shape of the reference but hardly moves; dividing by the mean
    shows it flat, putting it on 0 to 1 shows the shape:

    >>> co2 = pd.Series([100.0, 200.0, 300.0, 400.0], index=["w", "x", "y", "z"])
    >>> factors = pd.DataFrame(
    ...     {"steady": [80, 82, 84, 86], "restless": [10, 30, 20, 40]}, index=co2.index
    ... )
    >>> found = grey_sensitivity(co2, factors, normalisations=["mean", "minmax"], rhos=[0.5])
    >>> found.flips.to_dict("records")
    [{'normalisation': 'minmax', 'rho': 0.5, 'ahead': 'restless', 'overtaken_by': 'steady'}]
    """
    reverse = [reverse] if isinstance(reverse, str) else list(reverse)

    def ranked(kind: Normalisation, value: float) -> pd.DataFrame:
        try:
            found = grey_relational_degree(
                reference,
                factors,
                normalisation=kind,
                rho=value,
                weights=weights,
                reverse=reverse,
                missing=missing,
            ).to_frame()
            status = "ok"
        except DegenerateDataError:
            if (kind, value) == (normalisation, rho):
                raise
            empty = {"factor": factors.columns, "degree": np.nan, "rank": np.nan}
            found, status = pd.DataFrame(empty), "undefined"
        found.insert(0, "normalisation", kind)
        found.insert(1, "rho", value)
        return found.assign(status=status)

    base = grey_relational_degree(
        reference,
        factors,
        normalisation=normalisation,
        rho=rho,
        weights=weights,
        reverse=reverse,
        missing=missing,
    )
    family = normalisations or ((normalisation,) if reverse else UNORDERED)
    kinds = list(dict.fromkeys([*family, normalisation]))
    values = sorted({float(value) for value in [*rhos, rho]})
    table = pd.concat([ranked(kind, value) for kind in kinds for value in values])
    table = table.reset_index(drop=True)
    flips = _flips(table, base.rank)
    return GreySensitivityResult(
        method="Sensitivity of the grey relational ranking",
        table=table,
        flips=flips,
        base=(normalisation, rho),
        settings={**base.settings, "normalisations": kinds, "rhos": values},
        references=REFERENCES,
        remarks=(*base.remarks, _verdict(table, flips)),
    )


def _flips(table: pd.DataFrame, base: pd.Series[float]) -> pd.DataFrame:
    order = base.sort_values(kind="stable").index
    pairs = [(a, b) for a, b in combinations(order, 2) if base[a] < base[b]]
    rows = []
    for (kind, value), part in table.groupby(["normalisation", "rho"], sort=False):
        rank = part.set_index("factor")["rank"]
        rows += [(kind, value, a, b) for a, b in pairs if rank[a] > rank[b]]
    return pd.DataFrame(rows, columns=["normalisation", "rho", "ahead", "overtaken_by"])


def _verdict(table: pd.DataFrame, flips: pd.DataFrame) -> Text:
    usable = table[table["status"] == "ok"]
    count = len(usable[["normalisation", "rho"]].drop_duplicates())
    if flips.empty:
        return text("the ranking is the same in all {n} settings", n=count)
    return text(
        "{k} of {n} settings rank some factors in another order",
        k=len(flips[["normalisation", "rho"]].drop_duplicates()),
        n=count,
    )
