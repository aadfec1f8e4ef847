"""A multi-region input-output table with everything around its flows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.card import card
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.data.catalogue import ILLUSTRATIVE, entries, load_table
from spatialcarbon.models.transfer.accounts import embodied_transfers
from spatialcarbon.models.transfer.balance import TOLERANCE, refuse_gaps
from spatialcarbon.models.transfer.flows import region_of

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.models.transfer.result import TransferResult

Account = Literal["emissions", "value_added"]


@dataclass(frozen=True, kw_only=True, eq=False)
class IOTable:
    """A multi-region input-output table: flows in money, and emissions where it has them.

    Parameters
    ----------
    transactions : DataFrame
        Intermediate flows, square; labels are (region, sector).
    final_demand : DataFrame
        One column for each region of final demand.
    output : Series
        Gross output as the table prints it.
    primary_inputs : DataFrame
        Rows of value added and imports as printed; no rows where there are none.
    emissions : Series or None
        Direct emissions of each row.
    households : Series or None
        Emissions of households, by region.
    exports, discrepancy : Series or None
        Exports abroad, and the error column of the table.
    money, emission_unit : str
        Units of measure.
    source : str
        Where the table comes from.
    remarks : tuple of Text
        How it was read: what was left out, notes under the table.

    Examples
    --------
    >>> from spatialcarbon import read_io_table
    >>> table = read_io_table("miller_blair_two_regions")
    >>> list(table.regions), table.notes
    (['L', 'M'], ())
    >>> table.value_added.round(1).tolist()
    [225.0, 775.0, 415.0, 565.0, 235.0]
    >>> table.transfers(account="value_added").consumption.round(6).to_dict()
    {'L': 1250.0, 'M': 965.0}
    >>> table.to_layout().iloc[2, :2].tolist()
    ['L', 'sector 1']
    """

    transactions: pd.DataFrame
    final_demand: pd.DataFrame
    output: pd.Series[float]
    primary_inputs: pd.DataFrame
    emissions: pd.Series[float] | None = None
    households: pd.Series[float] | None = None
    exports: pd.Series[float] | None = None
    discrepancy: pd.Series[float] | None = None
    money: str = ""
    emission_unit: str = "t CO2"
    source: str = ""
    remarks: tuple[Text, ...] = field(default=())

    @property
    def regions(self) -> pd.Index:
        """The regions, in the order of the table."""
        return region_of(self.transactions.index).unique()

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks in English."""
        return tuple(remark.render("en") for remark in self.remarks)

    @property
    def value_added(self) -> pd.Series[float]:
        """Output less all intermediate inputs bought: value added, with imports from abroad."""
        return (self.output - self.transactions.sum(axis=0)).rename("value_added")

    def _repr_html_(self) -> str:
        facts = {
            "regions": len(self.regions),
            "rows": len(self.transactions),
            "money": self.money or None,
            "emission_unit": self.emission_unit if self.emissions is not None else None,
            "households": self.households is not None,
            "exports": self.exports is not None,
            "source": self.source or None,
        }
        frame = self.output.rename("output").to_frame().assign(value_added=self.value_added)
        measures = {
            "output": self.money,
            "value_added": self.money,
            "emissions": self.emission_unit,
        }
        if self.emissions is not None:
            frame["emissions"] = self.emissions
        frame = frame.reset_index(names=["region", "sector"][: frame.index.nlevels])
        return card(
            text("Multi-region input-output table"),
            facts=facts,
            frame=frame,
            measures=measures,
            remarks=self.remarks,
        )

    def transfers(
        self, *, account: Account = "emissions", tolerance: float = TOLERANCE
    ) -> TransferResult:
        """What does this table say about embodied emissions, or about value added in trade?

        Parameters
        ----------
        account : {"emissions", "value_added"}
            What is followed through the flows.
        tolerance : float
            As for :func:`embodied_transfers`; where the table prints primary inputs,
            its columns are checked too.

        Returns
        -------
        TransferResult
            In the unit of the emissions, or in money.

        Raises
        ------
        SchemaError
            For emissions that the table does not have.
        BalanceError
            When rows or columns do not sum to the output.
        """
        check_option(account, Account, "account")
        if account == "emissions" and self.emissions is None:
            raise SchemaError(
                "{source} has no row of emissions",
                expected="a row called CO2 under the value added",
                fix='add the row, or account="value_added"',
                source=self.source or "the table",
            )
        if len(self.primary_inputs):
            gaps = (self.value_added - self.primary_inputs.sum(axis=0)).to_numpy()
            scale = float(self.output.max())
            refuse_gaps(self.transactions.columns, gaps, scale, tolerance, text("the inputs"))
        valued = account == "value_added"
        return embodied_transfers(
            self.transactions,
            self.final_demand,
            self.value_added if valued or self.emissions is None else self.emissions,
            output=self.output,
            exports=self.exports,
            households=None if valued else self.households,
            discrepancy=self.discrepancy,
            units=(self.money or "1") if valued else self.emission_unit,
            tolerance=tolerance,
        )

    def to_layout(self) -> pd.DataFrame:
        """Return the table in the layout of Chinese tables, cell by cell.

        Write it with ``to_csv(path, header=False, index=False)`` or ``to_excel``;
        :func:`read_io_table` reads it back.
        """
        return pd.DataFrame(list(_layout_rows(self)))


def _pair(label: object) -> tuple[object, object]:
    return (label[0], label[1]) if isinstance(label, tuple) else (label, label)


def _layout_rows(table: IOTable) -> Iterator[list[object]]:
    labels = [_pair(label) for label in table.transactions.index]
    regions, exports, other = list(table.regions), table.exports, table.discrepancy
    extra = [("EX", exports)] if exports is not None else []
    extra += [("ERR", other)] if other is not None else []
    tail = [name for name, _ in extra]
    yield ["", "", *(r for r, _ in labels), "", *regions, "", *([""] * len(tail)), ""]
    yield ["region", "sector", *(s for _, s in labels), "TIU", *(["FD"] * len(regions)), "TFU",
           *tail, "GO"]  # fmt: skip
    flows, demand = table.transactions.to_numpy(), table.final_demand[regions].to_numpy()
    for i, (region, sector) in enumerate(labels):
        yield [region, sector, *flows[i], flows[i].sum(), *demand[i], demand[i].sum(),
               *(column.iloc[i] for _, column in extra), table.output.iloc[i]]  # fmt: skip
    blank = [""] * (len(regions) + len(tail) + 3)
    yield ["TII", "", *flows.sum(axis=0), *blank]
    primary = table.primary_inputs
    if primary.empty:
        primary = table.value_added.to_frame("VA001").T
    for name, row in primary.iterrows():
        yield [name, "", *row.to_numpy(), *blank]
    yield ["TI", "", *table.output.to_numpy(), *blank]
    if table.emissions is not None:
        burnt: list[object] = [""] * len(regions)
        if table.households is not None:
            burnt = [*table.households.loc[regions].tolist()]
        rest = [""] * (len(tail) + 2)
        yield ["CO2", table.emission_unit, *table.emissions.to_numpy(), "", *burnt, *rest]


@cache
def io_table_names() -> tuple[str, ...]:
    """Return the names of the shipped tables that are input-output tables."""
    return tuple(name for name, entry in entries().items() if "block" in entry.columns)


def shipped_io_table(name: str) -> IOTable:
    """Return a shipped input-output table, put together from its list of cells."""
    cells = load_table(name)
    unit = cells.attrs["units"]
    of = dict(list(cells.groupby("block", sort=False)))
    output = of["output"]
    rows = pd.MultiIndex.from_frame(output[["row_region", "row_sector"]])
    rows.names = ["region", "sector"]
    regions = rows.get_level_values(0).unique()

    def column(block: str, value: str) -> pd.Series[float] | None:
        if block not in of:
            return None
        found = of[block].set_index(["row_region", "row_sector"])[value]
        return pd.Series(found.reindex(rows).to_numpy(dtype=float), index=rows, name=block)

    flows = of["intermediate"].set_index(
        ["row_region", "row_sector", "column_region", "column_sector"]
    )["money"]
    wide = flows.unstack(["column_region", "column_sector"]).loc[rows, rows]
    demand = of["final_demand"].set_index(["row_region", "row_sector", "column_region"])["money"]
    wanted = demand.unstack("column_region").loc[rows, regions]
    households = None
    if "households" in of:
        households = of["households"].set_index("row_region")["co2"].loc[regions]
    money = column("output", "money")
    assert money is not None
    return IOTable(
        transactions=pd.DataFrame(wide.to_numpy(dtype=float), index=rows, columns=rows),
        final_demand=pd.DataFrame(wanted.to_numpy(dtype=float), index=rows, columns=regions),
        output=money,
        primary_inputs=pd.DataFrame(np.empty((0, len(rows))), columns=rows),
        emissions=column("emissions", "co2"),
        households=households,
        exports=column("exports", "money"),
        money=unit["money"],
        emission_unit=unit.get("co2", "t CO2"),
        source=name,
        remarks=(ILLUSTRATIVE,) if cells.attrs["illustrative"] else (),
    )
