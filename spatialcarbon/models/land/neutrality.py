"""Carbon balance: emission beside sink, net emission, neutrality, and who would pay whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique, checksum, conform, require_columns
from spatialcarbon.core.errors import AlignmentError, DegenerateDataError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.results import Result
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.models.land.sink_areas import declared_unit
from spatialcarbon.stats.moran_panel import ALL, group_members

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

PAYER, RECEIVER, BALANCED, UNKNOWN = "payer", "receiver", "balanced", "undefined"
ROLES: Mapping[str, Text] = {
    PAYER: text("payer: larger share of emissions than of sinks"),
    RECEIVER: text("receiver: larger share of sinks than of emissions"),
    BALANCED: text("balanced"),
    UNKNOWN: text("not defined"),
}
"""The precursor of a compensation: who stands on which side."""

_PLACES = text("the table of places")


@dataclass(frozen=True, kw_only=True, eq=False)
class BalanceResult(Result):
    """Emission and sink of places and groups, in t CO2 a year.

    Parameters
    ----------
    table : DataFrame
        Index unit; columns ``emission, sink, net`` (t CO2 a year), ``neutrality``
        (sink over emission), ``emission_share, sink_share`` (fractions of the sum),
        ``support`` (share of sinks over share of emissions), ``role``
        (``"payer"``, ``"receiver"``, ``"balanced"`` or ``"undefined"``) and
        ``status``.
    groups : DataFrame
        The same columns for each group; ratios are ratios of sums. Empty without
        groups.
    overall : Series
        ``emission, sink, net, neutrality`` of all units together.

    Examples
    --------
    A emits 90 % and has half of the sinks, so that its support is 0.5 / 0.9:

    >>> import pandas as pd
    >>> places = pd.DataFrame({"emission": [90.0, 10.0], "sink": [5.0, 5.0]}, index=["A", "B"])
    >>> found = carbon_balance(places, groups={"both": ["A", "B"]})
    >>> found.table["support"].round(4).to_dict()
    {'A': 0.5556, 'B': 5.0}
    >>> float(found.overall["neutrality"]), float(found.groups.loc["both", "net"])
    (0.1, 90.0)
    >>> found.to_frame()[["unit", "role"]].values.tolist()
    [['A', 'payer'], ['B', 'receiver']]
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    overall: pd.Series[float]

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the unit as a column."""
        return self.table.rename_axis("unit").reset_index()


def carbon_balance(
    places: pd.DataFrame,
    *,
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None = None,
    units: Mapping[str, str] | None = None,
) -> BalanceResult:
    r"""How much of its emissions does a place take up itself, and who leans on whom?

    Use it before a compensation: it says who emits more than its share of the
    common sinks would cover. It is not the compensation, which also weighs the
    economy and needs a price.

    Parameters
    ----------
    places : DataFrame
        Index unit, columns ``emission`` (zero or more) and ``sink`` (below zero
        where the land releases carbon), in t CO2 a year. A sink in carbon must be
        multiplied by 44/12 first.
    groups : Series or mapping, optional
        As for :func:`moran_panel`.
    units : mapping, optional
        Unit of measure of the columns, such as ``{"emission": "Mt CO2"}``; the
        default is ``places.attrs["units"]``, then t CO2.

    Returns
    -------
    BalanceResult

    Raises
    ------
    SchemaError
        A column is absent, or an emission negative.
    MissingDataError
        Empty or infinite values.
    UnitMismatchError
        A unit that is no mass, or one of carbon.
    DegenerateDataError
        A table without rows.

    Notes
    -----
    .. math:: N_i = C_i - S_i, \quad \nu_i = S_i / C_i, \quad
              \sigma_i = \frac{S_i / \sum S}{C_i / \sum C}

    A place is a payer when :math:`\sigma_i < 1` and a receiver when
    :math:`\sigma_i > 1`, to a relative 1e-9; without emission, or when the sinks
    sum to zero or less, that is not defined and the row says so in ``status``.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"emission": [90.0, 10.0], "sink": [5.0, 5.0]}, index=["A", "B"])
    >>> carbon_balance(places).table[["net", "neutrality", "role"]].round(4).to_dict("index")["A"]
    {'net': 85.0, 'neutrality': 0.0556, 'role': 'payer'}
    """
    if not isinstance(places, pd.DataFrame):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas DataFrame indexed by unit, with columns emission and sink",
            name=_PLACES,
            kind=type(places).__name__,
        )
    require_columns(places, ["emission", "sink"], _PLACES)
    check_unique(places.index, _PLACES)
    measures = units if units is not None else places.attrs.get("units")
    amounts = pd.DataFrame(
        {
            column: conform(places[column], places.index, name=text(column))
            * conversion_factor(declared_unit(measures, column, "t CO2"), "t CO2")
            for column in ("emission", "sink")
        }
    )
    negative = amounts.index[amounts["emission"] < 0]
    if len(negative):
        raise SchemaError(
            "emissions are negative for {units}",
            fix="put uptake into the column sink",
            units=some(negative),
        )
    if amounts.empty:
        raise DegenerateDataError("there are no places")
    whole = amounts.sum()
    sums = pd.DataFrame(columns=["emission", "sink"], dtype=float)
    if groups is not None:
        members = group_members(groups, amounts.index, overall=False)
        sums = pd.DataFrame({name: amounts.loc[index].sum() for name, index in members.items()}).T
    overall = _described(whole.to_frame(ALL).T, whole)[["emission", "sink", "net", "neutrality"]]
    return BalanceResult(
        method="Carbon balance",
        table=_described(amounts, whole),
        groups=_described(sums, whole).rename_axis("group"),
        overall=overall.iloc[0].astype(float),
        settings={"data": checksum(amounts)},
    )


def _described(amounts: pd.DataFrame, whole: pd.Series[float]) -> pd.DataFrame:
    emission, sink = amounts["emission"], amounts["sink"]
    shares = {
        "emission_share": emission / (whole["emission"] or np.nan),
        "sink_share": sink / (whole["sink"] if whole["sink"] > 0 else np.nan),
    }
    support = shares["sink_share"] / shares["emission_share"].where(emission > 0)
    close = np.isclose(support, 1.0, rtol=1e-9, atol=0.0)
    role = np.select([support.isna(), close, support < 1], [UNKNOWN, BALANCED, PAYER], RECEIVER)
    status = np.where(emission > 0, "ok", "emission<=0")
    if not whole["sink"] > 0:
        status = np.where(emission > 0, "sinks<=0", status)
    return pd.DataFrame(
        {
            "emission": emission,
            "sink": sink,
            "net": emission - sink,
            "neutrality": sink / emission.where(emission > 0),
            **shares,
            "support": support,
            "role": role,
            "status": status,
        },
        index=amounts.index,
    )
