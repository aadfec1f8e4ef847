"""Shares: what each place holds of the whole, and what the regions sum to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from spatialcarbon.core.align import (
    as_numbers,
    check_unique,
    checksum,
    conform_labels,
    refuse_infinite,
)
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result


@dataclass(frozen=True, kw_only=True, eq=False)
class ShareResult(Result):
    """What each unit and each group holds of the whole.

    Parameters
    ----------
    table : DataFrame
        Index unit; columns ``value``, ``share`` of the whole, ``group`` and
        ``share_in_group`` (fractions).
    groups : DataFrame
        Index group; columns ``value`` and ``share``; empty without groups.
    total : float
        Sum over all units, in the unit of the values.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.Series([60.0, 20.0, 20.0], index=["A", "B", "C"])
    >>> found = regional_shares(stock, groups=pd.Series({"A": "East", "B": "East", "C": "West"}))
    >>> found.total, found.table["share_in_group"].to_dict()
    (100.0, {'A': 0.75, 'B': 0.25, 'C': 1.0})
    >>> found.to_frame()[["unit", "share"]].values.tolist()
    [['A', 0.6], ['B', 0.2], ['C', 0.2]]
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    total: float

    def to_frame(self) -> pd.DataFrame:
        """Return the units with their shares."""
        return self.table.rename_axis("unit").reset_index()


def regional_shares(values: pd.Series[Any], *, groups: pd.Series[Any] | None = None) -> ShareResult:
    r"""Which share of the whole does each place hold, and what do the regions sum to?

    Use it for amounts that can be added: volumes, areas, emissions. Not for ratios, nor for
    gains beside losses.

    Parameters
    ----------
    values : Series
        One amount per unit, zero or more, with a sum above zero.
    groups : Series, optional
        Region of every unit.

    Returns
    -------
    ShareResult

    Raises
    ------
    SchemaError
        Negative values.
    MissingDataError
        Empty values, or units without a region.
    DegenerateDataError
        When everything is zero.

    Notes
    -----
    :math:`s_i = x_i / \sum_j x_j`, and within a group over the sum of the group;
    a group whose values are all zero has NaN there.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.Series([60.0, 20.0, 20.0], index=["A", "B", "C"])
    >>> region = pd.Series(["East", "East", "West"], index=["A", "B", "C"])
    >>> regional_shares(stock, groups=region).groups["share"].to_dict()
    {'East': 0.8, 'West': 0.2}
    """
    name = text("the table of shares")
    numbers = complete_numbers(values, name)
    if (numbers < 0).any():
        raise SchemaError(
            "values are negative for {places}",
            fix="shares of gains and losses together have no meaning: take them apart",
            places=some(numbers.index[numbers < 0]),
        )
    total = float(numbers.sum())
    if total == 0:
        raise DegenerateDataError("all values are zero: nothing to share")
    table = pd.DataFrame({"value": numbers, "share": numbers / total})
    sums = pd.DataFrame({"value": [], "share": []}, dtype=float)
    table["group"] = None
    table["share_in_group"] = float("nan")
    if groups is not None:
        labels = conform_labels(groups, numbers.index, name="groups")
        if labels.isna().any():
            raise MissingDataError(
                "groups are missing for {units}", units=some(labels.index[labels.isna()])
            )
        whole = numbers.groupby(labels, sort=False).sum()
        sums = pd.DataFrame({"value": whole, "share": whole / total}).rename_axis("group")
        table["group"] = labels
        inside = labels.map(whole)
        table["share_in_group"] = numbers / inside.where(inside > 0)
    return ShareResult(
        method="Shares of the whole",
        table=table,
        groups=sums,
        total=total,
        settings={"data": checksum(numbers)},
    )


def complete_numbers(values: pd.Series[Any], name: Text) -> pd.Series[float]:
    """Return a labelled series of finite numbers, refusing whatever is not."""
    if not isinstance(values, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas Series indexed by unit",
            fix="pd.Series(data, index=units)",
            name=name,
            kind=type(values).__name__,
        )
    check_unique(values.index, name)
    numbers = as_numbers(values, name)
    refuse_infinite(numbers, name)
    if numbers.isna().any():
        raise MissingDataError(
            "{name} is missing for {n} of {total} units",
            arrived="{labels}",
            name=name,
            n=int(numbers.isna().sum()),
            total=len(numbers),
            labels=some(numbers.index[numbers.isna()]),
        )
    return numbers
