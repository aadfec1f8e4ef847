"""Panels from tables in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers
from spatialcarbon.core.errors import AlignmentError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import parse_unit
from spatialcarbon.data.catalogue import caution_of
from spatialcarbon.data.panelview import PanelView
from spatialcarbon.data.reshape import (
    check_year,
    checked_grid,
    declared,
    own_years,
    pivot,
    years_of,
)
from spatialcarbon.data.schema import find_column, plain_labels


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PanelBuild(PanelView):
    """The ways to make a :class:`spatialcarbon.Panel`."""

    @classmethod
    def from_grids(
        cls,
        grids: Mapping[str, pd.DataFrame],
        measures: Mapping[str, str | None],
        *,
        unit_name: str,
        years: Iterable[int] = (),
        remarks: Iterable[Text] = (),
        source: str = "",
    ) -> Self:
        """Make a panel from one unit × year table per variable, all with the same units.

        Parameters
        ----------
        grids : mapping
            At least one table.
        measures : mapping
            Unit of measure of each variable, or ``None``.
        unit_name : str
            What the units are called.
        years : iterable of int
            Years that the panel has beside those of the tables.
        remarks, source
            As in the class.

        Raises
        ------
        SchemaError
            For a variable called like the units or ``year``.
        UnitMismatchError
            For a unit of measure that is not known.
        MissingDataError
            For infinite values.

        Examples
        --------
        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> grid = pd.DataFrame({2005: [1.0, 3.0], 2010: [2.0, 4.0]}, index=["A", "B"])
        >>> sc.Panel.from_grids({"co2": grid}, {"co2": "Mt CO2"}, unit_name="city")
        <Panel: 2 units (city) × 2 years (2005, 2010), co2 [Mt CO2]>
        """
        clean: dict[str, pd.DataFrame] = {}
        for name, grid in grids.items():
            if name in (unit_name, "year") or unit_name == "year":
                raise SchemaError(
                    "a variable and a key of the panel are both called {name!r}",
                    fix="rename the column",
                    name=name,
                )
            parse_unit(measures[name] or "")
            clean[name] = checked_grid(grid, name, unit_name)
        every = sorted({*years, *(year for grid in clean.values() for year in years_of(grid))})
        return cls(
            units=next(iter(clean.values())).index,
            years=tuple(every),
            frames={name: own_years(grid, every) for name, grid in clean.items()},
            measures=dict(measures),
            remarks=tuple(remarks),
            source=source,
        )

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        unit: str,
        year: str | int,
        values: str | Sequence[str] | None = None,
        units: Mapping[str, str] | str | None = None,
    ) -> Self:
        """Make a panel from a tidy table with one row per unit and year.

        Parameters
        ----------
        frame : DataFrame
            The table; it is not changed.
        unit : str
            Column of the unit labels.
        year : str or int
            Column of the years, or the year of the whole table.
        values : str or sequence of str, optional
            Columns to take; all numeric ones if not given.
        units : mapping or str, optional
            Unit of measure of each variable, or of all. Without it those of
            ``frame.attrs["units"]``, as :func:`spatialcarbon.load_table` sets them.

        Raises
        ------
        SchemaError
            Absent columns, text among numbers.
        OptionError
            Years that are none.
        AlignmentError
            A unit and year that stand twice, rows without a unit.
        """
        place = text("the table")
        find_column(unit, frame.columns, place)
        blank = frame[unit].isna()
        if blank.any() or not len(frame):
            raise AlignmentError(
                "{place} has {n} rows, {absent} of them without {unit}",
                arrived="rows {rows}",
                fix="data.dropna(subset=[{unit!r}])",
                place=place,
                n=len(frame),
                absent=int(blank.sum()),
                unit=unit,
                rows=some(frame.index[blank]),
            )
        if isinstance(year, str):
            find_column(year, frame.columns, place)
            years = [check_year(cell) for cell in frame[year].tolist()]
        else:
            years = [check_year(year)] * len(frame)
        others = [column for column in frame.columns if column not in (unit, year)]
        caution = caution_of(frame)
        remarks: list[Text] = [caution] if caution else []
        if values is None:
            names = [name for name in others if pd.api.types.is_numeric_dtype(frame[name])]
            left = [name for name in others if name not in names]
            if left:
                remarks.append(text("columns without numbers left out: {names}", names=some(left)))
        else:
            wanted = [values] if isinstance(values, str) else values
            names = [find_column(name, others, place) for name in wanted]
        if not names:
            raise SchemaError("{place} has no column of numbers", place=place)
        if units is None:
            known = frame.attrs.get("units") or {}
            units = {name: known[name] for name in names if known.get(name)}
        # Pandas turns whole numbers to floats when another row has no label.
        labels = frame[unit].tolist()
        grids = pivot(
            plain_labels(labels) if frame[unit].dtype.kind == "f" else labels,
            years,
            {name: np.asarray(as_numbers(frame[name], name), dtype=np.float64) for name in names},
            rows=frame.index.tolist(),
            place=place,
        )
        return cls.from_grids(
            grids,
            declared(units, names),
            unit_name=unit,
            remarks=remarks,
            source=str(frame.attrs.get("source", "")),
        )
