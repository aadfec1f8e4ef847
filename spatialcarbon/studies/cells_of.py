"""Where in a user's table the number of a place and year stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.data.placematch import match_places
from spatialcarbon.data.readers import read_table
from spatialcarbon.data.schema import find_column, is_blank, label_text, parse_year, split_year_name

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    from spatialcarbon.data.rawtable import RawTable
    from spatialcarbon.studies.schema import TableSection


@dataclass(frozen=True)
class CellFinder:
    """Finds the row and column of a number of a study in the file that holds it.

    Parameters
    ----------
    section : TableSection
        How the study reads the file.
    path : Path
        The file. It is read once more when the first cell is asked for.
    """

    section: TableSection
    path: Path

    def find(self, unit: Hashable, year: int, variable: str) -> Text | None:
        """Return the row and column, or ``None`` where they cannot be told."""
        rows = self._rows.get(str(unit), [])
        column = self.section.variables[variable].column or variable
        dated = self.section.year
        if dated is None:
            found = [
                n for n in self._table.frame.columns if split_year_name(str(n)) == (column, year)
            ]
            found += [n for n in self._table.frame.columns if split_year_name(str(n)) == ("", year)]
            column = str(found[0]) if found else ""
        elif isinstance(dated, str):
            name = find_column(dated, self._table.frame.columns, self._table.place)
            years = self._table.cells(name)
            rows = [at for at in rows if parse_year(years[at]) == year]
        if not rows or not column:
            return None
        where = self._table.where(rows[0], column)
        return text("{file}, {where}", file=self._table.place, where=where)

    @cached_property
    def _table(self) -> RawTable:
        return read_table(self.path, sheet=self.section.sheet, encoding=self.section.encoding)

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """Positions of the rows of each place, by its label on the map."""
        assert self.section.unit is not None
        unit = find_column(self.section.unit, self._table.frame.columns, self._table.place)
        cells = self._table.cells(unit)
        labels = ["" if is_blank(cell) else label_text(cell) for cell in cells]
        codes: dict[str, str] = {}
        if self.section.level is not None:
            matched = match_places([label for label in labels if label], self.section.level)
            codes = {label: str(code) for label, code in matched.codes.items()}
        found: dict[str, list[int]] = {}
        for at, label in enumerate(labels):
            found.setdefault(codes.get(label, label), []).append(at)
        return found
