"""What an account of embodied transfers holds, and how it is shared out and aggregated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import AlignmentError, DegenerateDataError, OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result

Weighting = Literal["value_added"]


@dataclass(frozen=True, kw_only=True, eq=False)
class TransferResult(Result):
    """Emissions by where they arise and for whose demand; unit in ``measure``.

    Parameters
    ----------
    matrix : DataFrame
        Emitting region (rows) × region of final demand (columns).
    by_sector : DataFrame
        The same with a row for each region and sector.
    net : DataFrame
        ``matrix`` less its transpose: above zero where the row emits more for the
        column than the column for the row.
    production, consumption : Series
        Index region: emissions of its territory, and of its final demand; both with
        its households, production with exports abroad.
    abroad : Series
        Index region: emissions for exports abroad, where they arise.
    households : Series
        Index region: emissions of households themselves.
    income : Series
        Index region: emissions enabled downstream by its primary inputs, with its households.
    net_export : Series
        Index region: its emissions for the others less theirs for it.
    residual : Series
        Index region: emissions that no demand of the table explains: discrepancies, and
        gaps within the tolerance.
    intensity, multiplier : Series
        By row of the table: direct emissions for one unit of output, and emissions
        anywhere for one unit of final demand.
    intermediate : DataFrame
        Intermediate flows between regions, in money.
    value_added : Series
        Index region: output less all bought inputs, in money.
    balance : Series
        Gap of each row of the table: output less uses, in money.
    measure : str
        Unit of measure of the emissions.

    Examples
    --------
    Of A's 50 t, 21.667 are for B's demand; B emits 3.556 for A's.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> ab = ["A", "B"]
    >>> z = pd.DataFrame([[20.0, 30.0], [10.0, 40.0]], index=ab, columns=ab)
    >>> y = pd.DataFrame([[40.0, 10.0], [5.0, 45.0]], index=ab, columns=ab)
    >>> found = sc.embodied_transfers(z, y, pd.Series({"A": 50.0, "B": 20.0}))
    >>> found.net.loc["A"].round(3).to_dict(), found.net_export.round(3).to_dict()
    ({'A': 0.0, 'B': 18.111}, {'A': 18.111, 'B': -18.111})
    >>> found.value_added_share.round(3).to_dict()
    {'A': 0.875, 'B': 0.5}
    >>> found.to_frame()[["region", "consumption", "half"]].round(3).to_numpy().tolist()
    [['A', 31.889, 40.944], ['B', 38.111, 29.056]]
    >>> found.flows()[["origin", "destination"]].to_numpy().tolist()[:2]
    [['A', 'A'], ['A', 'B']]
    >>> found.aggregate(regions={"A": "all", "B": "all"}).matrix.round(6).to_numpy().tolist()
    [[70.0]]
    """

    matrix: pd.DataFrame
    by_sector: pd.DataFrame
    net: pd.DataFrame
    production: pd.Series[float]
    consumption: pd.Series[float]
    abroad: pd.Series[float]
    households: pd.Series[float]
    income: pd.Series[float]
    net_export: pd.Series[float]
    residual: pd.Series[float]
    intensity: pd.Series[float]
    multiplier: pd.Series[float]
    intermediate: pd.DataFrame
    value_added: pd.Series[float]
    balance: pd.Series[float]
    measure: str

    @property
    def value_added_share(self) -> pd.Series[float]:
        """The part of a region's output sold outside its own industries that is value added."""
        sold = self.value_added + self.intermediate.sum(axis=0)
        own = np.diagonal(self.intermediate.to_numpy())
        share: pd.Series[float] = self.value_added / (sold - own).replace(0.0, np.nan)
        return share.rename("value_added_share")

    def shared(
        self, weight: float | Weighting | pd.Series[float] = 0.5, *, rebalance: bool = False
    ) -> pd.DataFrame:
        r"""How much does each region answer for when producers and consumers share?

        Parameters
        ----------
        weight : float, ``"value_added"`` or Series
            The producer's part, 0 to 1: one half; the part of a region's sales outside
            its own industries that is value added (Lenzen et al. 2007); or a part for
            each region.
        rebalance : bool
            Rescale so that the parts sum to what was shared. Parts that differ between
            regions do not on their own.

        Returns
        -------
        DataFrame
            Index region; ``production``, ``consumption``, ``weight``, ``shared``.
            ``attrs["factor"]`` is what the rescaling multiplied by, ``attrs["gap"]``
            the sum of the parts less the sum of production before it.

        Raises
        ------
        OptionError
            A part outside 0 to 1.
        DegenerateDataError
            A region without sales outside, whose share of value added is not defined.

        Notes
        -----
        .. math:: \mathrm{SH}_r = a_r\,\mathrm{PBA}_r + (1 - a_r)\,\mathrm{CBA}_r

        Exports abroad have no consumer in the table: they are the producer's.

        Examples
        --------
        >>> import pandas as pd
        >>> from spatialcarbon import embodied_transfers
        >>> ab = ["A", "B"]
        >>> z = pd.DataFrame([[20.0, 30.0], [10.0, 40.0]], index=ab, columns=ab)
        >>> y = pd.DataFrame([[40.0, 10.0], [5.0, 45.0]], index=ab, columns=ab)
        >>> result = embodied_transfers(z, y, pd.Series({"A": 50.0, "B": 20.0}))
        >>> result.shared()["shared"].round(4).to_dict()
        {'A': 40.9444, 'B': 29.0556}
        """
        parts = self._weights(weight)
        # What foreigners consume is nobody's in the table: it stays with the producer.
        inside = self.production - self.abroad - self.residual
        raw = parts * inside + (1 - parts) * self.consumption
        factor = 1.0
        if rebalance:
            factor = float(inside.sum() / raw.sum()) if raw.sum() else 1.0
        made = pd.DataFrame(
            {
                "production": self.production,
                "consumption": self.consumption,
                "weight": parts,
                "shared": raw * factor + self.abroad + self.residual,
            }
        )
        made.attrs = {"factor": factor, "gap": float(raw.sum() - inside.sum())}
        return made

    def _weights(self, weight: float | str | pd.Series[float]) -> pd.Series[float]:
        regions = self.production.index
        if isinstance(weight, str):
            check_option(weight, Weighting, "weight")
            parts = self.value_added_share
            absent = parts.index[parts.isna()]
            if len(absent):
                raise DegenerateDataError(
                    "the share of value added is not defined for {regions}",
                    arrived="no sales outside their own industries",
                    fix="weight=0.5",
                    regions=some(absent),
                )
        elif isinstance(weight, pd.Series):
            from spatialcarbon.core.align import conform

            parts = conform(weight, regions, name=text("the weight of producers"))
        else:
            parts = pd.Series(float(weight), index=regions)
        outside = parts[~parts.between(0.0, 1.0)]
        if len(outside):
            raise OptionError(
                "the weight of producers is outside 0 to 1",
                arrived="{parts}",
                expected="1 for the producer alone, 0 for the consumer alone",
                parts=some(f"{region}: {part:.4g}" for region, part in outside.items()),
            )
        return parts.rename("weight")

    def aggregate(
        self,
        regions: Mapping[Any, Any] | pd.Series[Any] | None = None,
        sectors: Mapping[Any, Any] | pd.Series[Any] | None = None,
    ) -> TransferResult:
        """What is the account of groups of regions, or of sectors?

        Blocks are summed after the inversion, so that a group's account is exactly
        the sum of its members'. Aggregating the table first gives other numbers.

        Parameters
        ----------
        regions, sectors : mapping or Series, optional
            Old label → new label, for every region or sector of the account.

        Returns
        -------
        TransferResult
            With the groups as regions or sectors, in the order in which they first appear.

        Raises
        ------
        AlignmentError
            A label without a group; sectors for an account that has none.
        """
        made = self
        if regions is not None:
            made = made._by_region(_grouping(regions, self.production.index, "regions"))
        if sectors is not None:
            made = made._by_sectors(sectors)
        return made

    def _by_region(self, group: pd.Series[Any]) -> TransferResult:
        def summed(values: pd.Series[float]) -> pd.Series[float]:
            return values.groupby(group, sort=False).sum().rename_axis("region")

        def square(frame: pd.DataFrame) -> pd.DataFrame:
            rows = frame.groupby(group, sort=False).sum()
            made = rows.T.groupby(group, sort=False).sum().T
            return made.rename_axis(index="region", columns="demand")

        matrix = square(self.matrix)
        region = self.by_sector.index.get_level_values(0).map(group.to_dict())
        keys: list[Any] = [region]
        if self.by_sector.index.nlevels > 1:
            keys.append(self.by_sector.index.get_level_values(1))
        tall = self.by_sector.groupby(keys, sort=False).sum()
        tall = tall.T.groupby(group, sort=False).sum().T.rename_axis(columns="demand")
        tall.index.names = self.by_sector.index.names
        return replace(
            self,
            matrix=matrix,
            by_sector=tall,
            net=matrix - matrix.T.to_numpy(),
            production=summed(self.production),
            consumption=summed(self.consumption),
            abroad=summed(self.abroad),
            households=summed(self.households),
            income=summed(self.income),
            net_export=matrix.sum(axis=1) - matrix.sum(axis=0).to_numpy(),
            residual=summed(self.residual),
            intermediate=square(self.intermediate),
            value_added=summed(self.value_added),
            settings={**self.settings, "regions": {str(k): str(v) for k, v in group.items()}},
            remarks=(
                *self.remarks,
                text(
                    "{n} regions are summed to {m} after the inversion",
                    n=len(group),
                    m=group.nunique(),
                ),
            ),
        )

    def _by_sectors(self, sectors: Mapping[Any, Any] | pd.Series[Any]) -> TransferResult:
        index = self.by_sector.index
        if index.nlevels == 1:
            raise AlignmentError(
                "this account has regions only, no sectors to aggregate",
                fix="label the rows of the table by region and sector",
            )
        group = _grouping(sectors, index.get_level_values(1).unique(), "sectors")
        keys = [index.get_level_values(0), index.get_level_values(1).map(group.to_dict())]
        tall = self.by_sector.groupby(keys, sort=False).sum()
        tall.index.names = index.names
        return replace(self, by_sector=tall)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each region: production, consumption, net export, sharings."""
        half = self.shared()["shared"]
        return pd.DataFrame(
            {
                "region": self.production.index,
                "production": self.production.to_numpy(),
                "consumption": self.consumption.to_numpy(),
                "net_export": self.net_export.to_numpy(),
                "abroad": self.abroad.to_numpy(),
                "households": self.households.to_numpy(),
                "income": self.income.to_numpy(),
                "half": half.to_numpy(),
            }
        )

    def flows(self) -> pd.DataFrame:
        """Return the matrix as a list: ``origin, destination, emissions, net``, largest first."""
        regions = list(self.matrix.index)
        made = pd.DataFrame(
            {
                "origin": [origin for origin in regions for _ in regions],
                "destination": [end for _ in regions for end in regions],
                "emissions": self.matrix.to_numpy().ravel(),
                "net": self.net.to_numpy().ravel(),
            }
        )
        return made.sort_values(
            ["emissions", "origin", "destination"], ascending=[False, True, True], kind="stable"
        ).reset_index(drop=True)


def _grouping(
    given: Mapping[Any, Any] | pd.Series[Any], labels: pd.Index, name: str
) -> pd.Series[Any]:
    """Return the group of each label, in the order of the labels."""
    found = pd.Series({label: given.get(label) for label in labels}, dtype=object)
    absent = found.index[found.isna()]
    if len(absent):
        raise AlignmentError(
            "{name}= gives no group for {labels}",
            arrived="groups for {known}",
            name=name,
            labels=some(absent),
            known=some(dict(given)),
        )
    return found
