"""The tables of a study before it runs: places, years, gaps, units of measure, odd numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import SpatialCarbonError, some
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.core.units import conversion_factor, parse_unit
from spatialcarbon.data.headers import QUANTITIES
from spatialcarbon.data.schema import year_ranges
from spatialcarbon.data.suspicious import suspicious_values
from spatialcarbon.studies.cells_of import CellFinder
from spatialcarbon.studies.inputs import is_shipped, table_panel, unit_names
from spatialcarbon.studies.placing import labelled_as
from spatialcarbon.studies.rasters import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from spatialcarbon.data.panel import Panel
    from spatialcarbon.studies.findings import Notebook
    from spatialcarbon.studies.schema import TableSection
    from spatialcarbon.studies.toml_lines import TomlLines

SHOWN = 5
"""How many places or odd numbers of one kind a page names."""

PER_HEAD = {
    # Orders of magnitude beyond any province or city: a unit of measure is wrong by 10 or more.
    "co2": ("t/person", 0.2, 300.0),
    "gdp": ("CNY/person", 1e3, 2e6),
}


@dataclass(frozen=True, eq=False)
class Examined:
    """A table that could be read.

    Parameters
    ----------
    name : str
        As the study calls it.
    section : TableSection
        Its settings.
    panel : Panel or None
        On the map; ``None`` where the map has places that the table lacks.
    cells : CellFinder or None
        Finds the cell of a number; not for shipped tables.
    """

    name: str
    section: TableSection
    panel: Panel | None
    cells: CellFinder | None


def examine(
    name: str,
    section: TableSection,
    units: gpd.GeoDataFrame | None,
    locate: Callable[[str], Path],
    notes: Notebook,
    lines: TomlLines,
) -> Examined | None:
    """Read one table and put it on the map; what does not fit is noted."""
    line = lines.find(["tables", name])
    try:
        panel = table_panel(name, section, locate)
    except SpatialCarbonError as error:
        notes.error("tables", Said(error), line)
        return None
    shipped = is_shipped(section.source)
    cells = None if shipped else CellFinder(section, locate(section.source))
    for remark in () if shipped else panel.remarks:
        said = text("{table}: {said}", table=name, said=remark)
        if "sums" in remark.params:  # a row of totals that the places do not add up to
            notes.warning("values", said)
        else:
            notes.fine("tables", said)
    if units is None:
        return Examined(name, section, None, cells)
    panel = labelled_as(panel, units.index)
    absent = units.index[~units.index.isin(panel.units)]
    if len(absent):
        _absent(name, panel, absent, units, section, notes, line)
        return Examined(name, section, None, cells)
    extra = panel.units[~panel.units.isin(units.index)]
    if len(extra) and not shipped:
        said = text("{table}: places that are not on the map are left out, {n}: {labels}",
                    table=name, n=len(extra), labels=some(_named(extra), SHOWN))  # fmt: skip
        notes.fine("tables", said)
    panel = panel.aligned_to(units.index, extra="drop")
    notes.fine(
        "tables",
        text("{table}: all {n} places of the map, years {years}",
             table=name, n=len(units), years=year_ranges(panel.years)),
    )  # fmt: skip
    return Examined(name, section, panel, cells)


def _absent(
    name: str,
    panel: Any,
    absent: Any,
    units: Any,
    section: TableSection,
    notes: Notebook,
    line: int,
) -> None:
    """Note the places of the map that a table lacks."""
    if len(absent) == len(units):
        fix = text('level = "city" under [tables.{table}]', table=name) if (
            section.level is None and "name_zh" in units
        ) else text("look at the column that unit = names, and at the key of the map")  # fmt: skip
        notes.error(
            "tables",
            text("{table}: none of its places is on the map: "
                 "{labels} in the table, {known} on the map; {fix}",
                 table=name, labels=some(panel.units, 3), known=some(units.index, 3), fix=fix),
            line,
        )  # fmt: skip
        return
    names = unit_names(units, None)
    shown = listed((names[unit] for unit in absent), 2 * SHOWN)
    notes.error(
        "tables",
        text("{table}: places of the map without a row, {n} of {total}: {labels}; "
             "add them, or leave them out of the map with groups = \"your own.csv\"",
             table=name, n=len(absent), total=len(units), labels=shown),
        line,
    )  # fmt: skip


def _named(codes: Any) -> list[str]:
    from spatialcarbon.data.gazetteer import places

    known = {**places("province"), **places("city")}
    return [known[code].name_zh if code in known else str(code) for code in codes]


def look_at(
    examined: Sequence[Examined],
    names: Mapping[Any, Text],
    notes: Notebook,
) -> None:
    """Note gaps, units of measure and numbers that smell of a slip."""
    measured: dict[str, Panel] = {}
    for found in examined:
        if found.panel is None:
            continue
        own = not is_shipped(found.section.source)
        for variable in found.panel.variables:
            measured[variable] = found.panel
            _gaps(variable, found.panel, names, notes)
            _dimension(variable, found.panel.units_of_measure[variable] or "", notes)
            if own:
                _odd(variable, found, names, notes)
    if measured:
        listed_units = {v: p.units_of_measure[v] for v, p in measured.items()}
        shown = ", ".join(
            f"{v} {unit}" for v, unit in listed_units.items() if unit not in ("1", None)
        )
    if measured and shown:
        notes.fine("tables", text("units of measure: {shown}", shown=shown))
    _per_head(measured, notes)


def _gaps(variable: str, panel: Panel, names: Mapping[Any, Text], notes: Notebook) -> None:
    missing: dict[Hashable, list[int]] = {}
    for unit, year in panel.missing(variable):
        missing.setdefault(unit, []).append(year)
    if not missing:
        return
    count = sum(map(len, missing.values()))
    said = listed(
        (text("{place} {years}", place=names[u], years=year_ranges(y)) for u, y in missing.items()),
        SHOWN,
    )
    notes.warning(
        "values",
        text("{variable}: cells without a value, {n}: "
             "{cells}; analyses of these years would be refused",
             variable=variable, n=count, cells=said),
    )  # fmt: skip


def _dimension(variable: str, measure: str, notes: Notebook) -> None:
    usual = {part.variable: part.dimension for part in QUANTITIES}.get(variable)
    if usual and measure not in ("", "1") and parse_unit(measure).dimension != usual:
        notes.warning(
            "values",
            text("{variable} is in {measure}: is that its unit of measure?",
                 variable=variable, measure=measure),
        )  # fmt: skip


def _odd(variable: str, found: Examined, names: Mapping[Any, Text], notes: Notebook) -> None:
    assert found.panel is not None
    grid = found.panel.grid(variable)
    odd = suspicious_values(grid, variable, found.panel.units_of_measure[variable])
    counts: dict[str, int] = {}
    for part in odd:
        counts[part.kind] = counts.get(part.kind, 0) + 1
        if counts[part.kind] > SHOWN:
            continue
        place = names.get(part.unit, Text(str(part.unit)))
        cell = None
        if part.unit is not None and found.cells is not None:
            cell = found.cells.find(part.unit, part.years[0], variable)
        said = text("{variable}: {said}", variable=variable, said=part.said(place))
        notes.warning("values", said, cell=cell)
    for kind, count in counts.items():
        if count > SHOWN:
            more = text("{variable}: and {n} more of this kind ({kind})",
                        variable=variable, n=count - SHOWN, kind=KINDS[kind])  # fmt: skip
            notes.warning("values", more)


KINDS = {
    "jump": text("jumps"),
    "whole year": text("jumps of all places"),
    "scale": text("other orders of magnitude"),
    "negative": text("below zero"),
    "zero": text("zeros"),
    "repeated": text("repeated numbers"),
}


def _per_head(measured: Mapping[str, Panel], notes: Notebook) -> None:
    """Note a quantity per head that no city or province can have: a wrong unit of measure."""
    people = measured.get("population")
    if people is None:
        return
    for variable, (target, low, high) in PER_HEAD.items():
        if variable not in measured:
            continue
        above, below = measured[variable].grid(variable), people.grid("population")
        years = [year for year in above.columns if year in below.columns]
        source = f"{measured[variable].units_of_measure[variable]}/"
        source += f"{people.units_of_measure['population']}"
        try:
            factor = conversion_factor(source, target)
        except SpatialCarbonError:
            continue
        if not years:
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (above[years[-1]] / below[years[-1]]).to_numpy(dtype=float) * factor
        known = ratio[np.isfinite(ratio)]
        middle = float(np.median(known)) if len(known) else float("nan")
        if len(known) and not low <= middle <= high:
            notes.warning(
                "values",
                text("{variable} per head would be {value} {measure} in "
                     "the middle of the places: is a unit of measure wrong?",
                     variable=variable, value=f"{middle:,.3g}", measure=target),
            )  # fmt: skip
