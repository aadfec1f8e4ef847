"""From the tables a user has to a study that can run: map, years, analyses that make sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.units import parse_unit
from spatialcarbon.data.headers import bare_title, variable_name
from spatialcarbon.geo.clusters import clusters, members
from spatialcarbon.studies import schema, words
from spatialcarbon.studies.draft import DraftTable, DraftVariable
from spatialcarbon.studies.inputs import load_map, table_panel
from spatialcarbon.studies.placing import labelled_as

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from spatialcarbon.data.panel import Panel
    from spatialcarbon.data.proposal import TableProposal
    from spatialcarbon.geo.clusters import Groups

MAPS = {"city": "cities", "province": "provinces"}
MANY_YEARS = 25
"""Years of a series of Moran's I beyond which a study takes some at even distances."""


@dataclass(frozen=True, eq=False)
class Covered:
    """What the tables hold of a map.

    Parameters
    ----------
    units : GeoDataFrame
        The map.
    panels : mapping
        Table → its panel, with the labels of the map.
    """

    units: gpd.GeoDataFrame
    panels: Mapping[str, Panel]

    @property
    def missing(self) -> pd.Index[Any]:
        """Return the units that some table lacks."""
        absent = pd.Series(False, index=self.units.index)
        for panel in self.panels.values():
            absent |= ~self.units.index.isin(panel.units)
        index: pd.Index[Any] = self.units.index
        return index[absent.to_numpy()]

    def without(self, left_out: pd.Index[Any]) -> Covered:
        """Return the same with some units left out of the map."""
        return Covered(self.units.drop(index=left_out), self.panels)

    def grid(self, variable: str) -> pd.DataFrame | None:
        """Return a variable on the units that have it."""
        for panel in self.panels.values():
            if variable in panel:
                return panel[variable].reindex(self.units.index)
        return None

    def years(self, variable: str, within: Sequence[int] | None = None) -> list[int]:
        """Return the years in which every unit of the map has a value."""
        grid = self.grid(variable)
        if grid is None:
            return []
        whole = [int(str(year)) for year in grid.columns if grid[year].notna().all()]
        return [year for year in whole if within is None or year in within]

    def gaps(self, variable: str, within: Sequence[int] | None = None) -> pd.Index[Any]:
        """Return the units that stand in the way of the last year of a variable."""
        index: pd.Index[Any] = self.units.index
        grid = self.grid(variable)
        if grid is None or self.years(variable, within):
            return index[:0]
        known = {int(str(year)): year for year in grid.columns}
        wanted = [name for year, name in known.items() if within is None or year in within]
        if not wanted:
            return index[:0]
        fullest = grid[wanted].notna().sum().iloc[::-1].idxmax()
        return index[grid[fullest].isna().to_numpy()]


def cover(
    section: schema.UnitsSection, tables: Sequence[DraftTable], locate: Callable[[str], Path]
) -> Covered:
    """Read the map and the tables of a study to come, and put the one on the other."""
    units = load_map(section, locate)
    panels = {
        table.name: labelled_as(table_panel(table.name, table.section(), locate), units.index)
        for table in tables
    }
    return Covered(units, panels)


def covered_clusters(codes: Sequence[int], share: float = 1.0) -> list[str]:
    """Return the plan clusters whose cities are among some codes: all of them, or a share.

    Examples
    --------
    >>> prd = [440100, 440200, 440300, 440400, 440500, 440600, 440700, 441200, 441300, 441900]
    >>> covered_clusters([*prd, 442000, 510100])
    ['PRD']
    """
    known = set(codes)
    plan = clusters("plan")
    return [
        str(code)
        for code, rows in plan.groupby("cluster", sort=False)
        if rows["adcode"].isin(known).mean() >= share
    ]


def table_from(proposal: TableProposal, name: str, source: str, taken: Sequence[str]) -> DraftTable:
    """Return a table of the study from what was proposed, with variables of names of their own."""
    variables: list[DraftVariable] = []
    for at, part in enumerate(proposal.variables, start=1):
        used = [*taken, *(made.name for made in variables)]
        own = part.variable
        if own in used:
            own = variable_name(own, used, at)
        customary = own in words.VARIABLES
        variables.append(
            DraftVariable(
                name=own,
                column=part.column,
                measure=part.measure,
                confirmed=False,
                why=part.why,
                title="" if customary or not part.column else bare_title(part.column),
            )
        )
    return DraftTable(
        name=name,
        source=source,
        unit=proposal.unit,
        level=proposal.level,
        year=proposal.year,
        sheet=proposal.sheet,
        variables=tuple(variables),
    )


def shipped_tables_for(level: str) -> list[DraftTable]:
    """Return the shipped tables of a study that names none of its own.

    Raises
    ------
    SchemaError
        At the level of provinces, of which no emissions by year are shipped.
    """
    if level != "city":
        raise SchemaError(
            "no table of emissions of provinces is shipped",
            fix="name your own: spatialcarbon init emissions.xlsx --level province",
        )
    co2 = DraftVariable(name="co2", column="co2_mt", measure="Mt CO2", confirmed=True)
    people = DraftVariable(name="population", column="", measure="万人", confirmed=True)
    return [
        DraftTable(name="emissions", source="city_co2", variables=(co2,)),
        DraftTable(name="people", source="city_population", variables=(people,)),
    ]


def own_groups(units: gpd.GeoDataFrame, chosen: Groups | None, level: str) -> str:
    """Return the CSV of groups that holds the units of a map and no others.

    Parameters
    ----------
    units : GeoDataFrame
        The map as it shall be.
    chosen : list of str, str, DataFrame or None
        The groups before; ``None`` makes one group of all.
    level : {"city", "province"}
        Of the units.
    """
    rows = ["cluster,adcode,name,level,cluster_zh,cluster_en"]
    if chosen is None:
        names = units["name_zh"]
        rows += [
            f"DATA,{code},{names[code]},{level},有数据的单元,Places with data"
            for code in units.index
        ]
    else:
        table = members(chosen)
        for row in table[table["adcode"].isin(units.index)].itertuples():
            rows.append(
                f"{row.cluster},{row.adcode},{row.name_zh},{level},{row.cluster_zh},{row.cluster_en}"
            )
    return "\n".join(rows) + "\n"


def sensible_ratios(tables: Sequence[DraftTable], covered: Covered) -> dict[str, dict[str, str]]:
    """Return emissions per head, where emissions and people are known in the same year."""
    co2, people = _of_kind(tables, "co2", "mass"), _of_kind(tables, "population", "people")
    if co2 is None or people is None or "co2_per_head" in _names(tables):
        return {}
    both = set(covered.years("co2")) & set(covered.years("population"))
    grid = covered.grid("population")
    if not both or grid is None or not (grid.dropna() > 0).to_numpy().all():
        return {}
    return {
        "co2_per_head": {"numerator": "co2", "denominator": "population", "measure": "t/person"}
    }


def sensible_analyses(
    tables: Sequence[DraftTable],
    covered: Covered,
    *,
    ratios: Mapping[str, Mapping[str, str]],
    groups: int,
    within: Sequence[int] | None = None,
) -> list[dict[str, Any]]:
    """Return the analyses that suit the variables and years there are."""
    listed: list[dict[str, Any]] = []
    co2 = _of_kind(tables, "co2", "mass")
    gdp, people = _of_kind(tables, "gdp", "money"), _of_kind(tables, "population", "people")
    main = main_variable(tables)
    years = covered.years(main, within)
    if not years:
        return listed
    dated = any(years)
    if co2:
        step: dict[str, Any] = {"method": "indicators", "emission": "co2", "years": years}
        step |= {"population": "population"} if people else {}
        step |= {"gdp": "gdp"} if gdp else {}
        if dated and len(years) > 1:
            step["growth"] = [[years[0], years[-1]]]
        listed.append(step)
    per_head = [
        year for year in years if "co2_per_head" in ratios and year in covered.years("population")
    ]
    for variable, known in ((main, years), ("co2_per_head", per_head)):
        if not known or (variable == "co2_per_head" and variable not in ratios):
            continue
        suffix = {} if variable == main else {"name": "moran_per_head"}
        moran = {"method": "moran", **suffix, "variable": variable, "years": _some(known)}
        listed.append({**moran, **({"by_group": False} if groups < 2 else {})})
    listed.append({"method": "lisa", "variable": main, "years": years[-1:]})
    if per_head:
        lisa = {"method": "lisa", "name": "lisa_per_head", "variable": "co2_per_head"}
        listed.append({**lisa, "years": per_head[-1:]})
    listed += _inequality(main, covered, years, per_head, groups)
    together = [year for year in years if year in covered.years("gdp")]
    if co2 and gdp and dated and len(together) > 1 and _positive(covered, "co2", "gdp"):
        listed.append({"method": "decoupling", "outcome": "co2", "driver": "gdp"})
    return listed


def main_variable(tables: Sequence[DraftTable]) -> str:
    """Return the variable a study is about: emissions, or the first there is."""
    return "co2" if _of_kind(tables, "co2", "mass") else _names(tables)[0]


def sensible_weights(units: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return queen contiguity, or the nearest neighbours where too many units touch no other."""
    from spatialcarbon.weights.backbone import Backbone

    alone = len(Backbone(units).contiguity().isolates)
    if alone * 4 > len(units) and len(units) > 4:
        return {"type": "knn", "k": 4}
    return {"type": "contiguity"}


def _inequality(
    main: str, covered: Covered, years: list[int], per_head: list[int], groups: int
) -> list[dict[str, Any]]:
    """Return inequality per head where people are known, else of the totals; not below zero."""
    grid = covered.grid(main)
    if grid is None or (grid[years] < 0).to_numpy().any() or len(covered.units) < 3:
        return []
    step: dict[str, Any] = {"method": "inequality", "variable": main}
    if per_head:
        step |= {"population": "population", "per_head": True}
    step["years"] = per_head or _some(years)
    if groups < 2:
        step["by_group"] = False
    if (grid[years] == 0).to_numpy().any():
        step["zero"] = "keep"
    return [step]


def _positive(covered: Covered, *variables: str) -> bool:
    grids = [grid for name in variables if (grid := covered.grid(name)) is not None]
    return all((grid.isna() | (grid > 0)).to_numpy().all() for grid in grids)


def _some(years: list[int]) -> list[int]:
    """Return up to 25 of the years at even distances, the first and the last among them."""
    if len(years) <= MANY_YEARS:
        return years
    last = len(years) - 1
    return [years[round(i * last / (MANY_YEARS - 1))] for i in range(MANY_YEARS)]


def _names(tables: Sequence[DraftTable]) -> list[str]:
    return [part.name for table in tables for part in table.variables]


def _of_kind(tables: Sequence[DraftTable], name: str, dimension: str) -> DraftVariable | None:
    """Return a variable of a customary name, if its unit is one of the right kind."""
    for table in tables:
        for part in table.variables:
            if (
                part.name == name
                and part.measure
                and parse_unit(part.measure).dimension == dimension
            ):
                return part
    return None
