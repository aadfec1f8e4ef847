"""What a compensation comes to: by place, on the platform's account, and between pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.compensation_formulas import (
    PAYER,
    RECEIVER,
    UNDEFINED,
    ZONES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from spatialcarbon.models.governance.settlement import SettlementResult


@dataclass(frozen=True, kw_only=True, eq=False)
class CompensationResult(Result):
    """Who pays, who receives, how much, and through which transfers.

    Parameters
    ----------
    table : DataFrame
        Index unit. ``emission, sink, net`` (t CO2), ``gdp`` (CNY), ``ecc`` and ``esc``
        (economic contribution and ecological support, 1 is the average), ``zone``,
        ``share`` (of the whole net emission that the place may have), ``baseline`` and
        ``deviation`` (t CO2), ``role``, ``factor`` (of ability), ``amount`` (CNY,
        positive paid, negative received), ``capped``, ``gdp_share`` (amount over GDP)
        and ``per_head`` (CNY; NaN without population).
    account : Series
        The platform's account in CNY: ``paid``, ``fee``, ``reserve``, ``received``,
        ``fund_balance`` (paid less fee, reserve and received; below zero is lacking),
        ``due`` (what receivers were due before balancing).
    settlement : SettlementResult
        The transfers between pairs.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> places = pd.DataFrame(
    ...     {
    ...         "emission": [400.0, 350.0, 250.0],
    ...         "sink": [20.0, 60.0, 120.0],
    ...         "gdp": [500.0, 300.0, 200.0],
    ...     },
    ...     index=["A", "B", "C"],
    ... )
    >>> found = sc.compensate(places, price=60)
    >>> list(found.payers), list(found.receivers)
    (['A', 'B'], ['C'])
    >>> int(found.zones["economic development"])
    1
    >>> found.to_frame()[["ecc", "esc"]].round(2).to_numpy().tolist()[0]
    [1.25, 0.25]
    >>> found.settlement.matrix.round(1).to_dict()
    {'C': {'A': 10463.3, 'B': 848.6}}
    """

    table: pd.DataFrame
    account: pd.Series[float]
    settlement: SettlementResult

    @property
    def payers(self) -> tuple[Any, ...]:
        """The units that pay, the largest payment first."""
        return self._standing(PAYER, ascending=False)

    @property
    def receivers(self) -> tuple[Any, ...]:
        """The units that receive, the largest receipt first."""
        return self._standing(RECEIVER, ascending=True)

    def _standing(self, role: str, *, ascending: bool) -> tuple[Any, ...]:
        own = self.table[self.table["role"] == role]
        ranked = own.sort_values("amount", ascending=ascending, kind="stable")
        return tuple(ranked.index.tolist())

    @property
    def zones(self) -> pd.Series[int]:
        """The number of places in each zone; the undefined one only where there are some."""
        counted = self.table["zone"].value_counts().reindex(list(ZONES), fill_value=0)
        return counted if counted[UNDEFINED] else counted.drop(UNDEFINED)

    def _measures(self) -> Mapping[str, str]:
        mass = ("emission", "sink", "net", "baseline", "deviation")
        money = ("gdp", "amount", "per_head")
        return {**dict.fromkeys(mass, "t CO2"), **dict.fromkeys(money, "CNY")}

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the unit as a column."""
        return self.table.rename_axis("unit").reset_index()


def compensation_remarks(
    table: pd.DataFrame, one_sided: bool, account: pd.Series[float]
) -> list[Text]:
    """Return what a careful reader should know about a compensation."""
    said = []
    bare = table.index[table["sink"] == 0]
    if len(bare) and table["share"].loc[bare].eq(0).any() and table["share"].gt(0).any():
        said.append(
            text(
                "places without a sink have no baseline under b > 0 and pay for all they emit: {n}",
                n=len(bare),
            )
        )
    if table["zone"].eq(UNDEFINED).any():
        said.append(text("no place has a sink, so ecological support and zones are not defined"))
    capped = int(table["capped"].sum())
    if capped:
        said.append(text("payments cut by the cap: {n}", n=capped))
    if one_sided:
        said.append(
            text(
                "there are only payers, or only receivers: nothing could be balanced, and the "
                "fund shows the difference"
            )
        )
    elif not np.isclose(account["fund_balance"], 0.0, atol=1e-9 * max(account["paid"], 1.0)):
        said.append(
            text(
                "the account does not close: the fund shows what is left, or below zero "
                "what is lacking"
            )
        )
    return said
