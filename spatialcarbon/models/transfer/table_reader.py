"""Input-output tables in the layout of Chinese tables, read from CSV and Excel cell by cell."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.data.cells import MAX_CELLS, cell_number
from spatialcarbon.data.schema import is_blank
from spatialcarbon.models.transfer.io_table import IOTable, io_table_names, shipped_io_table
from spatialcarbon.models.transfer.table_grid import Grid, read_grid, unit_in
from spatialcarbon.models.transfer.table_words import Role, role_of


def read_io_table(
    path: str | os.PathLike[str],
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    money: str = "",
    emission_unit: str | None = None,
) -> IOTable:
    """Which flows does a multi-region table in the Chinese layout hold?

    Parameters
    ----------
    path : str or Path
        CSV or Excel file, or the name of a shipped table (see Notes).
    sheet, encoding : str, optional
        As for :func:`spatialcarbon.data.readers.read_table`.
    money : str
        Unit of the flows, such as ``"万元"``; kept for words and figures.
    emission_unit : str, optional
        Unit of the row of emissions; by default what its second cell says, then t CO2.

    Returns
    -------
    IOTable

    Raises
    ------
    SchemaError
        What cannot be read, with the cell (``C7``): no number where one belongs, a
        label missing or repeated, blocks that do not fit, totals that are not the
        sums of their parts.

    Notes
    -----
    Two header rows (region, sector) and two header columns; then, in this order,
    the square intermediate block, ``TIU`` (中间使用合计, optional), the final demand of
    each region in one or several columns, ``TFU`` (最终使用合计, optional), ``EX`` (出口),
    ``ERR`` (误差), ``GO`` (总产出). Below the block: ``TII`` (中间投入合计), rows of value
    added (``VA001`` …, 劳动者报酬 …) and ``IM`` (进口), ``TVA`` (增加值合计), ``TI`` (总投入),
    ``CO2`` (碳排放; under the final demand of a region: its households). A region may
    stand once for merged cells. Blank cells in the flows are zero, and counted in the
    remarks. Titles above and notes below are kept as remarks.

    Examples
    --------
    >>> read_io_table("miller_blair_two_regions").output.tolist()
    [1000.0, 2000.0, 1000.0, 1200.0, 800.0]
    """
    if str(path) in io_table_names():
        return shipped_io_table(str(path))
    file = Path(path)
    if not file.is_file():
        raise SchemaError(
            "there is no input-output table {path}",
            expected="a CSV or Excel file, or one of {known}",
            path=str(path),
            known=", ".join(io_table_names()),
        )
    grid = read_grid(file, sheet, encoding)
    return _Reader(grid, money, emission_unit).table()


class _Reader:
    """Finds the blocks of a grid and takes their numbers."""

    def __init__(self, grid: Grid, money: str, emission_unit: str | None) -> None:
        self.grid = grid
        self.money = money
        self.emission_unit = emission_unit
        self.blank = 0

    def table(self) -> IOTable:
        """Return the table, or raise with the cell that is wrong."""
        grid = self.grid
        width = len(grid.cells[0])
        rows = self._row_labels()
        size = next((i for i, (_, role) in enumerate(rows) if role), len(rows))
        columns = self._column_labels(width, size)
        body = [label for label, _ in rows[:size]]
        heads = [label for label, _ in columns]
        self._check_square(body, heads)
        index = pd.MultiIndex.from_tuples(body, names=["region", "sector"])
        flows = self._numbers(range(2, 2 + size), range(2, 2 + size))
        regions = index.get_level_values(0).unique()
        finals = [
            j for j, (label, role) in enumerate(columns) if j >= size and not role and label[0]
        ]
        demand = self._demand(finals, heads, regions, size)
        special = {role: j for j, (_, role) in enumerate(columns) if role and j >= size}
        if Role.OUTPUT not in special:
            raise SchemaError(
                "{place} has no column of total output",
                expected="a last column headed GO, TO or 总产出",
                place=grid.place,
            )
        output = self._column(special[Role.OUTPUT], size)
        self._check_total(special.get(Role.TIU), flows.sum(axis=1), size)
        self._check_total(special.get(Role.TFU), demand.sum(axis=1), size)
        below = {i: role for i, (_, role) in enumerate(rows) if i >= size}
        primary, emissions, burnt, unit = self._below(below, rows, flows, output, finals)
        households = None
        if burnt is not None:
            sums = pd.Series(burnt, index=[heads[j][0] for j in finals]).groupby(level=0).sum()
            households = sums.loc[regions] if sums.to_numpy().any() else None
        return IOTable(
            transactions=pd.DataFrame(flows, index=index, columns=index),
            final_demand=pd.DataFrame(demand, index=index, columns=regions),
            output=pd.Series(output, index=index, name="output"),
            primary_inputs=primary.set_axis(index, axis=1),
            emissions=None
            if emissions is None
            else pd.Series(emissions, index=index, name="emissions"),
            households=households,
            exports=self._optional(special, Role.EXPORTS, size, index),
            discrepancy=self._optional(special, Role.ERROR, size, index),
            money=self.money,
            emission_unit=unit,
            source=grid.place,
            remarks=(*grid.remarks, *self._blanks()),
        )

    def _row_labels(self) -> list[tuple[tuple[str, str], Role | None]]:
        """Return region and sector of each row, and its role below the block."""
        found: list[tuple[tuple[str, str], Role | None]] = []
        region = ""
        below = False
        for i in range(2, len(self.grid.cells)):
            first, second = self.grid.words(i, 0), self.grid.words(i, 1)
            role = role_of(first, row=True) or role_of(second, row=True)
            below = below or role is not None
            if below:
                # Rows of value added go by any name: what is no total is a primary input.
                found.append(((first or second, second), role or Role.PRIMARY))
                continue
            region = first or region
            if not region or not second:
                raise SchemaError(
                    "{place}, cell {cell}: a row of flows without its {lacking}",
                    expected="region and sector before every row",
                    place=self.grid.place,
                    cell=self.grid.name(i, 1 if region else 0),
                    lacking=text("sector") if region else text("region"),
                )
            found.append(((region, second), None))
        return found

    def _column_labels(self, width: int, size: int) -> list[tuple[tuple[str, str], Role | None]]:
        """Return region and heading of each column, and its role beside the block."""
        found: list[tuple[tuple[str, str], Role | None]] = []
        region = ""
        for j in range(2, width):
            first, second = self.grid.words(0, j), self.grid.words(1, j)
            role = role_of(first, row=False) or role_of(second, row=False)
            # Inside the block "其他" is a sector; beside it, the column of discrepancies.
            role = None if j < 2 + size else role
            if role is None:
                region = first or region
                if not second and not first:
                    if any(not is_blank(row[j]) for row in self.grid.cells):
                        raise SchemaError(
                            "{place}, cell {cell}: a column without a heading",
                            place=self.grid.place,
                            cell=self.grid.name(1, j),
                        )
                    continue
            found.append(((region if role is None else "", second), role))
        return found

    def _check_square(
        self, body: Sequence[tuple[str, str]], heads: Sequence[tuple[str, str]]
    ) -> None:
        grid = self.grid
        if not body:
            raise SchemaError("{place} has no rows of flows", place=grid.place)
        for i, label in enumerate(body):
            if i < len(heads) and heads[i] == label:
                continue
            raise SchemaError(
                "{place}, cell {cell}: the columns are not the sectors of the rows",
                arrived="column {got}, row {label}",
                expected="a square block: the same regions and sectors in the same order",
                place=grid.place,
                cell=grid.name(1, 2 + i) if i < len(heads) else grid.name(2 + i, 0),
                got=" / ".join(heads[i]) if i < len(heads) else "–",
                label=" / ".join(label),
            )
        twice = [i for i, label in enumerate(body) if label in body[:i]]
        if twice:
            raise SchemaError(
                "{place}, cell {cell}: {label} stands twice",
                place=grid.place,
                cell=grid.name(2 + twice[0], 1),
                label=" / ".join(body[twice[0]]),
            )

    def _demand(
        self, finals: list[int], heads: Sequence[tuple[str, str]], regions: pd.Index, size: int
    ) -> np.ndarray:
        for j in finals:
            if heads[j][0] not in regions:
                raise SchemaError(
                    "{place}, cell {cell}: {region} has final demand but no rows of flows",
                    expected="one of {regions}",
                    place=self.grid.place,
                    cell=self.grid.name(0, 2 + j),
                    region=heads[j][0],
                    regions=some(regions, 12),
                )
        absent = [region for region in regions if region not in {heads[j][0] for j in finals}]
        if absent:
            raise SchemaError(
                "{place} has no final demand of {regions}",
                expected="one column or more for each region",
                place=self.grid.place,
                regions=some(absent),
            )
        values = self._numbers(range(2, 2 + size), [2 + j for j in finals])
        made = np.zeros((size, len(regions)))
        for k, j in enumerate(finals):
            made[:, regions.get_loc(heads[j][0])] += values[:, k]
        return made

    def _numbers(self, rows: Iterable[int], columns: Iterable[int]) -> np.ndarray:
        """Return a block of numbers; blanks are zero and counted."""
        columns = list(columns)
        bad: list[Text] = []
        block = []
        for i in rows:
            taken = []
            for j in columns:
                number = cell_number(self.grid.cells[i][j])
                if number is None:
                    bad.append(
                        text(
                            "{cell}: {content!r}",
                            cell=self.grid.name(i, j),
                            content=self.grid.cells[i][j],
                        )
                    )
                    number = 0.0
                if np.isnan(number):
                    self.blank += 1
                    number = 0.0
                taken.append(number)
            block.append(taken)
        if bad:
            raise SchemaError(
                "{place}: {n} cells are no numbers",
                arrived="{cells}",
                expected="a number, or a blank for zero",
                place=self.grid.place,
                n=len(bad),
                cells=listed(bad, MAX_CELLS),
            )
        return np.array(block, dtype=float).reshape(len(block), len(columns))

    def _column(self, j: int, size: int) -> np.ndarray:
        made: np.ndarray = self._numbers(range(2, 2 + size), [2 + j])[:, 0]
        return made

    def _optional(
        self, special: dict[Role, int], role: Role, size: int, index: pd.MultiIndex
    ) -> pd.Series[float] | None:
        if role not in special:
            return None
        return pd.Series(self._column(special[role], size), index=index, name=role.value)

    def _check_total(self, j: int | None, sums: np.ndarray, size: int) -> None:
        """Raise at the first printed total that is not the sum of its row."""
        if j is None:
            return
        printed = self._column(j, size)
        off = np.abs(printed - sums) > 1e-6 * max(float(np.abs(sums).max()), 1e-300)
        self._refuse_total(off, printed, sums, [(2 + i, 2 + j) for i in range(size)])

    def _check_row(self, printed: np.ndarray, sums: np.ndarray, row: int) -> None:
        """Raise at the first printed total that is not the sum of its column."""
        off = np.abs(printed - sums) > 1e-6 * max(float(np.abs(sums).max()), 1e-300)
        self._refuse_total(off, printed, sums, [(row, 2 + j) for j in range(len(sums))])

    def _refuse_total(
        self, off: np.ndarray, printed: np.ndarray, sums: np.ndarray, where: list[tuple[int, int]]
    ) -> None:
        if not off.any():
            return
        at = int(np.argmax(off))
        raise SchemaError(
            "{place}, cell {cell}: the total is not the sum of its parts",
            arrived="{printed:.10g}, and {more} more such totals",
            expected="{sum:.10g}",
            fix="correct the cell or its parts",
            place=self.grid.place,
            cell=self.grid.name(*where[at]),
            printed=float(printed[at]),
            more=int(np.count_nonzero(off)) - 1,
            sum=float(sums[at]),
        )

    def _below(
        self,
        below: dict[int, Role | None],
        rows: Sequence[tuple[tuple[str, str], Role | None]],
        flows: np.ndarray,
        output: np.ndarray,
        finals: list[int],
    ) -> tuple[pd.DataFrame, np.ndarray | None, np.ndarray | None, str]:
        size = len(output)
        columns = range(2, 2 + size)
        named: dict[str, np.ndarray] = {}
        imports: set[str] = set()
        total: tuple[np.ndarray, int] | None = None
        emissions = burnt = None
        unit = self.emission_unit or "t CO2"
        for i, role in below.items():
            cells = range(2 + i, 3 + i)
            if role is Role.EMISSIONS:
                emissions = self._numbers(cells, columns)[0]
                burnt = self._numbers(cells, [2 + j for j in finals])[0]
                unit = self.emission_unit or unit_in(*rows[i][0]) or unit
            elif role in (Role.PRIMARY, Role.IMPORTS):
                label = rows[i][0][0]
                label = f"{label} ({self.grid.name(2 + i, 0)})" if label in named else label
                named[label] = self._numbers(cells, columns)[0]
                if role is Role.IMPORTS:
                    imports.add(label)
            elif role is Role.TVA:
                total = self._numbers(cells, columns)[0], 2 + i
            elif role in (Role.TII, Role.TI):
                printed = self._numbers(cells, columns)[0]
                sums = flows.sum(axis=0) if role is Role.TII else output
                self._check_row(printed, sums, 2 + i)
        parts = [row for name, row in named.items() if name not in imports]
        if total is not None and parts:
            self._check_row(total[0], np.sum(parts, axis=0), total[1])
        elif total is not None:
            named[rows[total[1] - 2][0][0]] = total[0]
        frame = pd.DataFrame(np.empty((0, size)))
        if named:
            frame = pd.DataFrame(np.array(list(named.values())), index=pd.Index(list(named)))
        return frame, emissions, burnt, unit

    def _blanks(self) -> list[Text]:
        if not self.blank:
            return []
        return [
            text("{place}: {n} blank cells are read as zero", place=self.grid.place, n=self.blank)
        ]
