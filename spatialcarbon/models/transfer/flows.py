"""The tables of a multi-region account put in one order, or refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import AlignmentError, MissingDataError, SchemaError, some
from spatialcarbon.core.language import text

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.language import Text

    Floats = npt.NDArray[np.float64]

FLOWS = text("the table of intermediate flows")
DEMAND = text("the table of final demand")
EMISSIONS = text("the emissions")
OUTPUT = text("the output")
EXPORTS = text("the exports abroad")
OTHER = text("the column of discrepancies")
HOUSEHOLDS = text("the emissions of households")


@dataclass(frozen=True, eq=False)
class Flows:
    """A multi-region table as arrays: N rows (region, or region and sector), R regions.

    Parameters
    ----------
    rows : Index
        Label of each row; of two levels where there are sectors.
    regions : Index
        The regions in the order in which rows first name them.
    at : array of int
        Position of each row's region.
    intermediate, demand, output, emissions, exports, other : array
        N × N, N × R, and four of N: flows in money, and emissions.
    households : array
        Emissions of households by region.
    """

    rows: pd.Index
    regions: pd.Index
    at: npt.NDArray[np.intp]
    intermediate: Floats
    demand: Floats
    output: Floats
    emissions: Floats
    exports: Floats
    other: Floats
    households: Floats

    def named(self, where: npt.NDArray[np.bool_]) -> str:
        """Return up to five of the rows that a mask points at, for a message."""
        return some(label_words(label) for label in self.rows[where])


def label_words(label: object) -> str:
    """Return a row's label as it is said: region and sector parted by a stroke."""
    return " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def region_of(rows: pd.Index) -> pd.Index:
    """Return the region of every row: the first level, or the label itself."""
    return rows.get_level_values(0) if isinstance(rows, pd.MultiIndex) else rows


def check_labels(labels: pd.Index, name: Text) -> None:
    """Raise if labels have more than two levels, stand twice or are missing."""
    if labels.nlevels > 2:
        raise AlignmentError(
            "{name} has labels of {n} levels",
            expected="a region, or region and sector",
            name=name,
            n=labels.nlevels,
        )
    blank = labels.to_frame().isna().any(axis=1).to_numpy()
    if blank.any():
        raise AlignmentError(
            "{name} has {n} rows without a label", name=name, n=int(np.count_nonzero(blank))
        )
    if not labels.is_unique:
        raise AlignmentError(
            "{name} has repeated labels",
            arrived="{labels}",
            expected="every region, or region and sector, once",
            name=name,
            labels=some(label_words(x) for x in labels[labels.duplicated()].unique()),
        )


def same_labels(labels: pd.Index, wanted: pd.Index, name: Text) -> None:
    """Raise unless labels are exactly the wanted ones, in any order."""
    check_labels(labels, name)
    if labels.nlevels != wanted.nlevels:
        raise AlignmentError(
            "{name} has labels of {n} levels, the table of flows of {m}",
            name=name,
            n=labels.nlevels,
            m=wanted.nlevels,
        )
    absent = wanted.difference(labels, sort=False)
    extra = labels.difference(wanted, sort=False)
    if len(absent) or len(extra):
        raise AlignmentError(
            "{name} does not have the labels of the table",
            arrived="missing: {absent}; unknown: {extra}",
            expected="the same {n} labels in any order",
            name=name,
            absent=some(map(label_words, absent)) or "–",
            extra=some(map(label_words, extra)) or "–",
            n=len(wanted),
        )


def numbers(frame: pd.DataFrame, name: Text) -> pd.DataFrame:
    """Return a table as floats, refusing text, blanks and infinities by their place."""
    made: pd.DataFrame = frame.apply(pd.to_numeric, errors="coerce").astype("float64")
    wrong = ~np.isfinite(made.to_numpy())
    if wrong.any():
        rows, columns = np.nonzero(wrong)
        raise MissingDataError(
            "{name} has {n} cells without a finite number",
            arrived="{cells}",
            fix="write 0 where nothing flows: a blank could mean zero or unknown",
            name=name,
            n=len(rows),
            cells=some(
                f"{label_words(frame.index[i])} → {label_words(frame.columns[j])}"
                for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
            ),
        )
    return made


def column_of(values: Any, wanted: pd.Index, name: Text) -> Floats:
    """Return a labelled column in the wanted order; zeros for ``None``."""
    if values is None:
        return np.zeros(len(wanted))
    if not isinstance(values, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas Series with the labels of the table",
            name=name,
            kind=type(values).__name__,
        )
    same_labels(values.index, wanted, name)
    return numbers(values.to_frame("value"), name)["value"].loc[wanted].to_numpy()


def _table(frame: Any, name: Text) -> pd.DataFrame:
    if not isinstance(frame, pd.DataFrame):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas DataFrame with labelled rows and columns",
            name=name,
            kind=type(frame).__name__,
        )
    return frame


def conform_flows(
    transactions: pd.DataFrame,
    final_demand: pd.DataFrame,
    emissions: pd.Series[Any],
    *,
    output: pd.Series[Any] | None = None,
    exports: pd.Series[Any] | None = None,
    other: pd.Series[Any] | None = None,
    households: pd.Series[Any] | None = None,
) -> Flows:
    """Put all tables into the order of the rows of ``transactions``.

    Raises
    ------
    AlignmentError
        Tables without labels, a table that is not square, other labels.
    MissingDataError
        Cells without a number.
    SchemaError
        Flows, outputs or emissions below zero.
    """
    flows, demand = _table(transactions, FLOWS), _table(final_demand, DEMAND)
    rows = flows.index
    check_labels(rows, FLOWS)
    if len(rows) != flows.shape[1]:
        raise AlignmentError(
            "{name} is not square",
            arrived="{n} rows, {m} columns",
            expected="the same regions and sectors in rows and in columns",
            fix="move final demand, exports and totals out of it",
            name=FLOWS,
            n=len(rows),
            m=flows.shape[1],
        )
    if len(rows) == 0:
        raise SchemaError("{name} is empty", name=FLOWS)
    same_labels(flows.columns, rows, FLOWS)
    same_labels(demand.index, rows, DEMAND)
    region = region_of(rows)
    regions = region.unique()
    if demand.columns.nlevels > 1:
        raise AlignmentError(
            "{name} has columns of {n} levels",
            expected="one column for each region",
            fix="final_demand.T.groupby(level=0).sum().T adds the categories of a region",
            name=DEMAND,
            n=demand.columns.nlevels,
        )
    same_labels(demand.columns, regions, DEMAND)
    ordered = numbers(flows, FLOWS).loc[rows, rows].to_numpy()
    wanted = numbers(demand, DEMAND).loc[rows, regions].to_numpy()
    abroad, rest = column_of(exports, rows, EXPORTS), column_of(other, rows, OTHER)
    sums = ordered.sum(axis=1) + wanted.sum(axis=1) + abroad + rest
    made = Flows(
        rows=rows,
        regions=regions,
        at=regions.get_indexer(region),
        intermediate=ordered,
        demand=wanted,
        output=sums if output is None else column_of(output, rows, OUTPUT),
        emissions=column_of(emissions, rows, EMISSIONS),
        exports=abroad,
        other=rest,
        households=column_of(households, regions, HOUSEHOLDS),
    )
    _refuse_negative(made)
    _refuse_idle(made)
    return made


def _refuse_negative(flows: Flows) -> None:
    for values, name in (
        (flows.intermediate.min(axis=1), FLOWS),
        (flows.output, OUTPUT),
        (flows.emissions, EMISSIONS),
        (flows.exports, EXPORTS),
    ):
        below = values < 0
        if below.any():
            raise SchemaError(
                "{name} is negative in {n} rows",
                arrived="{rows}",
                expected="zero or more",
                fix="only final demand may fall below zero, when stocks are run down",
                name=name,
                n=int(np.count_nonzero(below)),
                rows=flows.named(below),
            )


def _refuse_idle(flows: Flows) -> None:
    """Raise for a row without output that sells, buys or emits."""
    idle = flows.output == 0
    busy = (
        (flows.intermediate != 0).any(axis=1)
        | (flows.intermediate != 0).any(axis=0)
        | (flows.demand != 0).any(axis=1)
        | (flows.exports != 0)
        | (flows.emissions != 0)
    )
    if (idle & busy).any():
        raise SchemaError(
            "rows without output sell, buy or emit",
            arrived="{rows}",
            expected="a row and column of zeros, and no emissions, where the output is zero",
            rows=flows.named(idle & busy),
        )
