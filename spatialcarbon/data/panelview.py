"""What a panel holds, and how to look at it."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.core.card import card
from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import suggestion
from spatialcarbon.data.reshape import years_of
from spatialcarbon.data.schema import year_ranges

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language, Text


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PanelView:
    """The contents of a :class:`spatialcarbon.Panel` and the ways to read them.

    Parameters
    ----------
    units : Index
        Labels of the units, each once, in the order of the source.
    years : tuple of int
        All years, sorted; ``UNDATED`` (0) for a table without a year.
    frames : mapping
        For each variable its values as float64, unit × year.
    measures : mapping
        For each variable its unit of measure, or ``None`` where none was declared.
    remarks : tuple of Text
        How the source was read and what was done since.
    source : str
        Where the numbers come from.
    """

    units: pd.Index
    years: tuple[int, ...]
    frames: Mapping[str, pd.DataFrame]
    measures: Mapping[str, str | None]
    remarks: tuple[Text, ...] = ()
    source: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the names of the variables."""
        return tuple(self.frames)

    @property
    def units_of_measure(self) -> dict[str, str | None]:
        """Return the unit of measure of each variable, ``None`` where none was declared."""
        return dict(self.measures)

    @property
    def unit_name(self) -> str:
        """Return what the units are called, the first column of :meth:`to_frame`."""
        return str(self.units.name)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return, in English, how the source was read and what was done since."""
        return self.notes_in("en")

    def notes_in(self, language: Language) -> tuple[str, ...]:
        """Return the notes in one language."""
        return tuple(remark.render(language) for remark in self.remarks)

    @property
    def checksum(self) -> str:
        """Return a hash of the contents, the same in any order of units and variables."""
        digest = hashlib.sha256(f"{self.units.inferred_type}|{self.years}".encode())
        for name in sorted(self.frames):
            frame = self.frames[name]
            head = f"|{name}|{self.measures[name]}|{list(frame.columns)}|{checksum(frame)}"
            digest.update(head.encode())
        return digest.hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the same numbers, whatever the order of units."""
        if not isinstance(other, PanelView):
            return NotImplemented
        return self.checksum == other.checksum

    def __hash__(self) -> int:
        return hash(self.checksum)

    def __contains__(self, variable: object) -> bool:
        return variable in self.frames

    def __getitem__(self, variable: str) -> pd.DataFrame:
        """Return one variable as a table, unit × year, with its unit of measure in ``attrs``."""
        frame = self.grid(variable).copy()
        frame.attrs = _attributes(variable, self.measures[variable])
        return frame

    def at(self, variable: str, year: int) -> pd.Series[float]:
        """Return one variable in one year, indexed by unit.

        Parameters
        ----------
        variable : str
            One of :attr:`variables`.
        year : int
            A year in which it has values; 0 for a table without years.

        Returns
        -------
        Series
            In the unit of measure that ``attrs["unit"]`` names.

        Raises
        ------
        OptionError
            For a variable or year that the panel lacks, naming those it has.
        """
        frame = self.grid(variable)
        if year not in frame.columns:
            raise OptionError(
                "{variable} has no values in {year}",
                expected="a year of {years}",
                variable=variable,
                year=year,
                years=year_ranges(years_of(frame)),
            )
        values: pd.Series[float] = frame[year].rename(variable)
        values.attrs = _attributes(variable, self.measures[variable])
        return values

    def missing(self, variable: str) -> list[tuple[Hashable, int]]:
        """Return the (unit, year) pairs without a value, in the variable's own years.

        Parameters
        ----------
        variable : str
            One of :attr:`variables`.

        Examples
        --------
        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> table = pd.DataFrame({"city": ["A", "B"], "year": 2005, "co2": [1.0, None]})
        >>> sc.Panel.from_frame(table, unit="city", year="year").missing("co2")
        [('B', 2005)]
        """
        frame = self.grid(variable)
        rows, columns = np.nonzero(frame.isna().to_numpy())
        labels, years = frame.index.tolist(), years_of(frame)
        return [(labels[i], years[j]) for i, j in zip(rows, columns, strict=True)]

    def to_frame(self) -> pd.DataFrame:
        """Return a tidy table: the units, ``year``, and one column per variable.

        Every unit has a row in every year. ``attrs`` carries ``units`` and ``source``.
        """
        grid = pd.MultiIndex.from_product(
            [self.units, pd.Index(self.years, dtype="int64")], names=[self.unit_name, "year"]
        )
        columns = {
            name: frame.reindex(columns=list(self.years)).to_numpy().ravel()
            for name, frame in self.frames.items()
        }
        table = pd.DataFrame(columns, index=grid).reset_index()
        table.attrs["units"] = {name: unit for name, unit in self.measures.items() if unit}
        table.attrs["source"] = self.source
        return table

    def grid(self, variable: str) -> pd.DataFrame:
        """Return the table the panel holds for a variable: read it, do not write to it."""
        if variable not in self.frames:
            close = suggestion(variable, list(self.frames))
            raise OptionError(
                "the panel has no variable {variable!r}",
                expected="one of {variables}",
                fix="{close!r}" if close else "",
                variable=variable,
                variables=some(self.frames, 12),
                close=close,
            )
        return self.frames[variable]

    def __repr__(self) -> str:
        shown = [f"{name} [{unit or '?'}]" for name, unit in self.measures.items()]
        count = len(self.years)
        years = f"{count} year{'' if count == 1 else 's'} ({year_ranges(self.years)})"
        return f"<Panel: {len(self.units)} units ({self.unit_name}) × {years}, {some(shown)}>"

    def _repr_html_(self) -> str:
        facts = {
            "units": len(self.units),
            "years": year_ranges(self.years),
            "variables": len(self.frames),
            "checksum": self.checksum,
        }
        return card(text("Panel"), facts=facts, frame=self.to_frame(), remarks=self.remarks)


def _attributes(variable: str, measure: str | None) -> dict[Hashable, Any]:
    return {"variable": variable, "unit": measure, "units": {variable: measure}}
