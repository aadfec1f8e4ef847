"""The panel: numbers keyed by unit and year, each variable with its unit of measure."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique, same_units
from spatialcarbon.core.errors import AlignmentError, OptionError, UnitMismatchError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.units import conversion_factor, parse_unit
from spatialcarbon.data.panelbuild import PanelBuild
from spatialcarbon.data.reshape import own_years
from spatialcarbon.data.schema import UNDATED, year_ranges

__all__ = ["UNDATED", "Panel"]

Extra = Literal["raise", "drop"]
How = Literal["same", "inner", "outer"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Panel(PanelBuild):
    """What is known of each unit in each year?

    A panel never changes: every method returns another one. A variable has the
    years in which at least one unit has a value; a unit without a value in such
    a year holds NaN, which the methods refuse by name and :meth:`missing` lists.
    Make one with :meth:`from_frame` or :func:`spatialcarbon.read_panel`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"city": ["A", "B"], "year": [2005, 2005], "co2": [1.0, 3.0]})
    >>> panel = Panel.from_frame(table, unit="city", year="year", units={"co2": "Mt CO2"})
    >>> panel
    <Panel: 2 units (city) × 1 year (2005), co2 [Mt CO2]>
    >>> panel.convert("co2", "t").at("co2", 2005)["B"]
    np.float64(3000000.0)
    >>> panel.variables, panel.units_of_measure, panel.unit_name
    (('co2',), {'co2': 'Mt CO2'}, 'city')
    >>> panel.grid("co2").loc["A"].to_dict()
    {2005: 1.0}
    >>> panel.to_frame().values.tolist()
    [['A', 2005, 1.0], ['B', 2005, 3.0]]
    >>> panel.checksum == panel.subset(units=["B", "A"]).checksum, panel.notes
    (True, ())
    >>> panel.notes_in("zh")
    ()
    """

    def subset(
        self, *, units: Iterable[Hashable] | None = None, years: Iterable[int] | int | None = None
    ) -> Self:
        """Return the panel of some units or years, in the order it has.

        Parameters
        ----------
        units : iterable, optional
            Labels to keep; all if left out.
        years : int or iterable of int, optional
            Years to keep; all if left out.

        Raises
        ------
        AlignmentError
            For units that the panel lacks.
        OptionError
            For years that it lacks.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"city": ["A", "B"], "year": 2005, "co2": [1.0, 3.0]})
        >>> Panel.from_frame(table, unit="city", year="year").subset(units=["B"])
        <Panel: 1 units (city) × 1 year (2005), co2 [?]>
        """
        labels, kept = self.units, self.years
        if units is not None:
            wanted = pd.Index(list(units))
            unknown = wanted.difference(self.units, sort=False)
            if len(unknown):
                raise AlignmentError(
                    "{n} units are not in the panel",
                    arrived="{unknown}",
                    expected="labels such as {known}",
                    n=len(unknown),
                    unknown=some(map(repr, unknown.tolist())),
                    known=some(map(repr, self.units.tolist()[:3])),
                )
            labels = self.units[self.units.isin(wanted)]
        if years is not None:
            asked = {int(years)} if isinstance(years, (int, np.integer)) else set(years)
            absent = sorted(asked - set(self.years))
            if absent:
                raise OptionError(
                    "the panel has no year {absent}",
                    expected="a year of {years}",
                    absent=some(absent),
                    years=year_ranges(self.years),
                )
            kept = tuple(year for year in self.years if year in asked)
        grids = {name: own_years(frame.loc[labels], kept) for name, frame in self.frames.items()}
        return replace(self, units=labels, years=kept, frames=grids)

    def aligned_to(self, units: pd.Index, *, extra: Extra = "raise") -> Self:
        """Return the panel in the order of ``units``.

        Parameters
        ----------
        units : Index
            The units wanted, such as ``weights.units``.
        extra : {"raise", "drop"}
            Whether further units of the panel are an error or are left out, with a note.

        Raises
        ------
        AlignmentError
            Unless the panel covers exactly these units.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"city": ["A", "B", "C"], "year": 2005, "co2": [1.0, 3.0, 9.0]})
        >>> panel = Panel.from_frame(table, unit="city", year="year")
        >>> aligned = panel.aligned_to(pd.Index(["B", "A"]), extra="drop")
        >>> aligned.at("co2", 2005).to_dict(), aligned.notes_in("en")
        ({'B': 3.0, 'A': 1.0}, ('1 units left out: C',))
        """
        check_option(extra, Extra, "extra")
        check_unique(units, "units")
        if extra == "raise" or not units.isin(self.units).all():
            same_units(self.units, units, text("the panel"))
        dropped = self.units.difference(units, sort=False)
        remarks = self.remarks
        if len(dropped):
            said = text("{n} units left out: {labels}", n=len(dropped), labels=some(dropped))
            remarks = (*remarks, said)
        grids = {
            name: own_years(frame.loc[units], self.years) for name, frame in self.frames.items()
        }
        grids = {name: grid.rename_axis(self.unit_name) for name, grid in grids.items()}
        return replace(self, units=units.rename(self.unit_name), frames=grids, remarks=remarks)

    def with_variable(self, name: str, frame: pd.DataFrame, unit: str | None) -> Self:
        """Return the panel with one more variable.

        Parameters
        ----------
        name : str
            A name that the panel does not have yet.
        frame : DataFrame
            Values, unit × year, for the same units in any order.
        unit : str or None
            Unit of measure.

        Raises
        ------
        AlignmentError
            For other units than those of the panel.
        OptionError
            For a name that the panel has.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"city": ["A", "B"], "year": 2005, "co2": [1.0, 3.0]})
        >>> panel = Panel.from_frame(table, unit="city", year="year", units="Mt CO2")
        >>> heads = pd.DataFrame({2005: [2.0, 1.0]}, index=["B", "A"])
        >>> panel.with_variable("people", heads, "10^4 persons").at("people", 2005).to_dict()
        {'A': 1.0, 'B': 2.0}
        """
        same_units(frame.index, self.units, name)
        return self.join(Panel.from_grids({name: frame}, {name: unit}, unit_name=self.unit_name))

    def convert(self, variable: str, unit: str) -> Self:
        """Return the panel with one variable in another unit of measure.

        Parameters
        ----------
        variable : str
            One of :attr:`variables`.
        unit : str
            A unit of the same kind, as :func:`spatialcarbon.conversion_factor` reads them.

        Raises
        ------
        UnitMismatchError
            When the variable has no unit, or one of another kind.
        """
        frame, present = self.grid(variable), self.measures[variable]
        if present is None:
            raise UnitMismatchError(
                "{variable} has no unit of measure to convert from",
                fix="declare it when reading: units={{{variable!r}: 't CO2'}}",
                variable=variable,
            )
        factor = conversion_factor(present, unit)
        substance = parse_unit(present).substance
        if substance and not parse_unit(unit).substance:
            # Otherwise CO2 could pass as carbon by way of a bare tonne.
            top, slash, bottom = unit.partition("/")
            unit = f"{top.strip()} {substance}{slash}{bottom}"
        return replace(
            self,
            frames={**self.frames, variable: frame * factor},
            measures={**self.measures, variable: unit},
        )

    def join(self, other: Panel, *, how: How = "same") -> Self:
        """Return one panel with the variables of both.

        Parameters
        ----------
        other : Panel
            Variables of other names, for units labelled in the same way.
        how : {"same", "inner", "outer"}
            Whether both must cover the same units, or the common ones are kept,
            or all of them with NaN where one has no values. Years may differ.

        Raises
        ------
        AlignmentError
            Different units with ``how="same"``, or none in common.
        OptionError
            A variable that both have.

        Examples
        --------
        >>> import pandas as pd
        >>> one = pd.DataFrame({"city": ["A", "B"], "year": 2005, "co2": [1.0, 3.0]})
        >>> two = pd.DataFrame({"city": ["B", "C"], "year": 2010, "people": [20.0, 5.0]})
        >>> first, second = (Panel.from_frame(t, unit="city", year="year") for t in (one, two))
        >>> first.join(second, how="inner")
        <Panel: 1 units (city) × 2 years (2005, 2010), co2 [?], people [?]>
        """
        check_option(how, How, "how")
        both = [name for name in self.variables if name in other]
        if both:
            raise OptionError(
                "both panels have the variable {names}",
                fix="read one of them under another name",
                names=some(both),
            )
        labels = self.units
        only_here = labels.difference(other.units, sort=False)
        only_there = other.units.difference(labels, sort=False)
        if how == "same" or len(only_here) == len(labels):
            same_units(other.units, labels, text("the other panel"))
        remarks = [*self.remarks, *(said for said in other.remarks if said not in self.remarks)]
        lonely = [*only_here, *only_there]
        if lonely and how == "inner":
            labels = labels[labels.isin(other.units)]
            remarks.append(
                text(
                    "{n} units left out that only one table has: {labels}",
                    n=len(lonely),
                    labels=some(lonely),
                )
            )
        elif lonely:
            labels = labels.append(only_there)
            remarks.append(
                text(
                    "{n} units that only one table has, the rest empty: {labels}",
                    n=len(lonely),
                    labels=some(lonely),
                )
            )
        grids = {
            name: frame.reindex(labels)
            for panel in (self, other)
            for name, frame in panel.frames.items()
        }
        return self.from_grids(
            grids,
            {**self.measures, **other.measures},
            unit_name=self.unit_name,
            years=[*self.years, *other.years],
            remarks=remarks,
            source="; ".join(dict.fromkeys(x for x in (self.source, other.source) if x)),
        )

    def aggregate(
        self,
        groups: pd.Series[Any] | Mapping[Any, Any],
        variables: str | Sequence[str],
        *,
        extra: Extra = "raise",
    ) -> Self:
        """Return sums over groups of units, of the variables named.

        Only totals may be summed, so the variables are named one by one: sum
        emissions and population, then divide, and never add up ratios.

        Parameters
        ----------
        groups : Series or mapping
            The group of each unit. Groups keep the order in which they appear.
        variables : str or sequence of str
            Which to sum. A group with one missing unit is missing, and a note says why.
        extra : {"raise", "drop"}
            Whether units of the panel without a group are an error or are left
            out, with a note.

        Raises
        ------
        AlignmentError
            For units without a group, and groups of units that the panel lacks.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"city": ["A", "B", "C"], "year": 2005, "co2": [1.0, 3.0, 9.0]})
        >>> panel = Panel.from_frame(table, unit="city", year="year")
        >>> panel.aggregate({"A": "west", "B": "west", "C": "east"}, "co2").at(
        ...     "co2", 2005
        ... ).to_dict()
        {'west': 4.0, 'east': 9.0}
        """
        names = [variables] if isinstance(variables, str) else list(variables)
        given = groups if isinstance(groups, pd.Series) else pd.Series(dict(groups))
        membership = given.dropna()
        aligned = self.aligned_to(membership.index, extra=extra)
        remarks = list(aligned.remarks)
        grids: dict[str, pd.DataFrame] = {}
        for name in names:
            # An exact sum does not hang on the order of the rows, and NaN carries through.
            grids[name] = aligned.grid(name).groupby(membership, sort=False).agg(math.fsum)
            gaps = [f"{label} ({year})" for label, year in aligned.missing(name)]
            if gaps:
                remarks.append(
                    text(
                        "{variable}: sums left empty because these have no value: {cells}",
                        variable=name,
                        cells=some(gaps),
                    )
                )
        return self.from_grids(
            grids,
            {name: self.measures[name] for name in names},
            unit_name=str(given.name or "group"),
            years=self.years,
            remarks=remarks,
            source=self.source,
        )
