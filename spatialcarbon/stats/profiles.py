"""Profiles: shares of a whole, and indicators on a common scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, check_unique, checksum
from spatialcarbon.core.errors import (
    BalanceError,
    DegenerateDataError,
    MissingDataError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.stats.moran_panel import group_members

Kind = Literal["amounts", "shares"]
SHARE_TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class ProfileResult(Result):
    """Shares or normalised values, place × category.

    Parameters
    ----------
    table : DataFrame
        Fractions in [0, 1].
    totals : Series
        Sum of the amounts of each place (1 where shares were given).

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> amounts = pd.DataFrame({"power": [60.0, 30.0], "steel": [40.0, 90.0]}, index=["a", "b"])
    >>> found = sc.composition(amounts)
    >>> found.totals.tolist(), found.table.loc["b"].tolist()
    ([100.0, 120.0], [0.25, 0.75])
    >>> found.to_frame().columns.tolist()
    ['place', 'power', 'steel']
    """

    table: pd.DataFrame
    totals: pd.Series[float]

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the places as first column."""
        return self.table.rename_axis("place").reset_index()


def composition(
    table: pd.DataFrame,
    *,
    kind: Kind = "amounts",
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None = None,
    categories: Mapping[str, str] | None = None,
) -> ProfileResult:
    """What share of the whole does each sector have, or direct against indirect emissions?

    Parameters
    ----------
    table : DataFrame
        Place × sector, all in one unit of measure, not negative.
    kind : {"amounts", "shares"}
        Amounts are divided by their sum; shares must sum to one.
    groups : Series or mapping, optional
        Sum the amounts of these places first; amounts only.
    categories : mapping, optional
        Sector → wider category such as ``"direct"`` or ``"indirect"``, summed.

    Returns
    -------
    ProfileResult

    Raises
    ------
    BalanceError
        Shares that do not sum to one within 1e-6, naming the places.
    DegenerateDataError
        A place whose amounts sum to zero.

    References
    ----------
    Study 002, Figure 8.

    Examples
    --------
    >>> import pandas as pd
    >>> amounts = pd.DataFrame({"power": [60.0, 30.0], "steel": [40.0, 90.0]}, index=["a", "b"])
    >>> composition(amounts).table.loc["b"].tolist()
    [0.25, 0.75]
    """
    check_option(kind, Kind, "kind")
    amounts = _checked(table)
    if groups is not None:
        if kind == "shares":
            raise SchemaError(
                "shares cannot be added over places",
                fix="give amounts: composition(amounts, groups=...)",
            )
        members = group_members(groups, amounts.index, overall=False)
        amounts = pd.DataFrame(
            {name: amounts.loc[index].sum() for name, index in members.items()}
        ).T
    if categories is not None:
        absent = [column for column in amounts.columns if column not in categories]
        if absent:
            raise SchemaError("sectors without a category: {absent}", absent=some(absent))
        wider = pd.Series({column: categories[column] for column in amounts.columns})
        amounts = pd.DataFrame(
            {name: amounts.loc[:, (wider == name)].sum(axis=1) for name in dict.fromkeys(wider)}
        )
    totals = amounts.sum(axis=1)
    if kind == "shares":
        off = totals[(totals - 1).abs() > SHARE_TOLERANCE]
        if len(off):
            raise BalanceError(
                "the shares of {n} places do not sum to one",
                arrived="{sums}",
                expected="1 within {tolerance:g}",
                n=len(off),
                sums=some(f"{place}: {total:.6g}" for place, total in off.items()),
                tolerance=SHARE_TOLERANCE,
            )
        shares = amounts
    else:
        if (totals <= 0).any():
            raise DegenerateDataError(
                "places whose amounts sum to zero: {places}",
                places=some(totals[totals <= 0].index),
            )
        shares = amounts.div(totals, axis=0)
    return ProfileResult(
        method="Composition",
        table=shares,
        totals=totals,
        settings={"kind": kind, "data": checksum(amounts)},
    )


def max_normalise(table: pd.DataFrame) -> ProfileResult:
    r"""How does each place compare with the largest, indicator by indicator?

    Parameters
    ----------
    table : DataFrame
        Place × indicator of one year, not negative; units of measure may differ
        between columns.

    Returns
    -------
    ProfileResult
        :math:`x_g / \max_g x_g` in [0, 1], as radar charts show it.

    Raises
    ------
    DegenerateDataError
        An indicator whose largest value is not positive.
    SchemaError
        Negative values, which have no place on the scale.

    References
    ----------
    Study 002, Figure 10.

    Examples
    --------
    >>> import pandas as pd
    >>> max_normalise(pd.DataFrame({"total": [2.0, 8.0]}, index=["a", "b"])).table["total"].tolist()
    [0.25, 1.0]
    """
    values = _checked(table)
    top = values.max()
    if (top <= 0).any():
        raise DegenerateDataError(
            "indicators whose largest value is not positive: {columns}",
            columns=some(top[top <= 0].index),
        )
    return ProfileResult(
        method="Normalisation by the maximum",
        table=values / top,
        totals=values.sum(axis=1),
        settings={"data": checksum(values)},
    )


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(
            "the table is a {kind}",
            expected="a DataFrame, place × column",
            kind=type(table).__name__,
        )
    check_unique(table.index, text("the table"))
    check_unique(table.columns, text("the header of the table"))
    values = pd.DataFrame({name: as_numbers(table[name], str(name)) for name in table.columns})
    array = values.to_numpy(dtype=np.float64)
    for bad, error, message in (
        (~np.isfinite(array), MissingDataError, "values are missing or infinite for {places}"),
        (array < 0, SchemaError, "values are negative for {places}"),
    ):
        if bad.any():
            rows = np.flatnonzero(bad.any(axis=1))
            raise error(message, places=some(values.index[rows]))
    return values
