"""From a study file to the things an analysis works on: map, panel, weights, groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from spatialcarbon.core.errors import (
    DegenerateDataError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text
from spatialcarbon.core.language import name as bilingual
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.data.catalogue import ILLUSTRATIVE, load_table, tables
from spatialcarbon.data.panel import UNDATED, Panel
from spatialcarbon.data.readers import read_panel
from spatialcarbon.geo.clusters import clusters, groups_for
from spatialcarbon.geo.units import load_units, read_units
from spatialcarbon.stats.moran_panel import group_members
from spatialcarbon.studies import schema, words
from spatialcarbon.studies.analysis import Inputs
from spatialcarbon.studies.illustrative import illustrative_variables, is_illustrative
from spatialcarbon.studies.placing import on_map
from spatialcarbon.studies.rasters import load_rasters, with_areas
from spatialcarbon.studies.weighting import build_weights
from spatialcarbon.weights.backbone import Backbone

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.geo.clusters import Groups
    from spatialcarbon.geo.units import UnitLevel
    from spatialcarbon.studies.rasters import RasterSeries
    from spatialcarbon.studies.study_file import Study
    from spatialcarbon.weights.weights import Weights

SHIPPED_MAPS = ("cities", "provinces")


def build_inputs(study: Study, name: str = "") -> Inputs:
    """Load everything a study names for one of its maps, aligned with it; "" is the first."""
    shown = (study.file.maps[name].title or name) if name else ""
    study = study.at(name)
    section = study.file.units
    units = load_map(section, study.locate)
    groups, group_names = load_groups(section, units, study.locate)
    rasters = load_rasters(study.file.rasters, study.locate)
    panel = load_panel(study.file.tables, units.index, study.locate)
    panel, invented = with_areas(panel, units, rasters)
    panel = with_ratios(panel, study.file.ratios)
    backbone = Backbone(units)
    weights = {
        name: build_weights(part, backbone, units, panel, study.locate)
        for name, part in study.file.weights.items()
    }
    return assembled(
        study,
        units=units,
        panel=panel,
        backbone=backbone,
        weights=weights,
        grouping=(groups, group_names),
        rasters=rasters,
        invented=invented,
        map=name,
        map_title=Text(shown),
    )


def assembled(
    study: Study,
    *,
    units: gpd.GeoDataFrame,
    panel: Panel,
    backbone: Backbone,
    weights: Mapping[str, Weights],
    grouping: tuple[Mapping[str, pd.Index], Mapping[str, Text]],
    rasters: Mapping[str, RasterSeries],
    invented: frozenset[str],
    **of_the_map: Any,
) -> Inputs:
    """Return what an analysis is given, from the parts that were loaded one by one."""
    section = study.file.units
    groups, group_names = grouping
    return Inputs(
        units=units,
        names=unit_names(units, section.label),
        panel=panel,
        backbone=backbone,
        weights=weights,
        groups=groups,
        group_names=group_names,
        seed=study.file.study.seed,
        variable_names=variable_names(study.file),
        background=load_units("provinces") if section.source in SHIPPED_MAPS else None,
        illustrative=illustrative_variables(study.file, invented),
        rasters=rasters,
        locate=study.locate,
        **of_the_map,
    )


def load_map(section: schema.UnitsSection, locate: Callable[[str], Path]) -> gpd.GeoDataFrame:
    """Return the map of a study: a shipped one, restricted to its groups, or the user's own."""
    if section.source in SHIPPED_MAPS:
        return load_units(
            cast("UnitLevel", section.source), clusters=chosen_groups(section, locate)
        )
    if section.key is None:
        raise SchemaError(
            "[units] names a map file but not the column of its labels",
            fix='key = "adcode" under [units]',
        )
    return read_units(
        locate(section.source),
        key=section.key,
        crs=section.crs,
        layer=section.layer,
        encoding=section.encoding,
    )


def chosen_groups(section: schema.UnitsSection, locate: Callable[[str], Path]) -> Groups | None:
    """Return codes of registered groups, or the user's own registry read from a CSV file."""
    chosen = section.groups
    if isinstance(chosen, str) and chosen.lower().endswith(".csv"):
        return clusters(path=locate(chosen))
    return chosen


def unit_names(units: gpd.GeoDataFrame, label: str | None) -> Mapping[Any, Text]:
    """Return the name of every unit in both languages, as far as the map has them."""
    if label is not None:
        if label not in units.columns:
            raise SchemaError(
                "the map has no column {label!r} to label units with",
                expected="one of {columns}",
                label=label,
                columns=some([c for c in units.columns if c != "geometry"], 12),
            )
        return {unit: Text(str(name)) for unit, name in units[label].items()}
    if {"name_zh", "name_en"} <= set(units.columns):
        return {
            unit: bilingual(english, chinese)
            for unit, english, chinese in zip(
                units.index, units["name_en"], units["name_zh"], strict=True
            )
        }
    return {unit: Text(str(unit)) for unit in units.index}


def variable_names(study: schema.StudyFile) -> dict[str, Text]:
    """Return the name of every variable: the study's own, a customary one, or its key."""
    titles = {
        variable: part.title
        for section in study.tables.values()
        for variable, part in section.variables.items()
    } | {variable: part.title for variable, part in study.ratios.items()}
    return {
        variable: Text(title) if title else words.VARIABLES.get(variable, Text(variable))
        for variable, title in titles.items()
    }


def with_ratios(panel: Panel, ratios: Mapping[str, schema.RatioSection]) -> Panel:
    """Return the panel with the ratios of a study, in the years both parts have values.

    Raises
    ------
    DegenerateDataError
        A denominator that is not positive, naming unit and year.
    UnitMismatchError
        A unit of measure that the parts cannot give.
    """
    for name, section in ratios.items():
        above, below = panel[section.numerator], panel[section.denominator]
        years = [year for year in above.columns if year in below.columns]
        if not years:
            raise DegenerateDataError(
                "{top} and {bottom} have no year in common",
                top=section.numerator,
                bottom=section.denominator,
            )
        bad = below[years].le(0)
        if bad.to_numpy().any():
            raise DegenerateDataError(
                "{bottom} is not positive for {units}",
                fix="correct the table: a ratio needs a denominator above zero",
                bottom=section.denominator,
                units=some(below.index[bad.any(axis=1).to_numpy()]),
            )
        source = f"{panel.units_of_measure[section.numerator]}/"
        source += f"{panel.units_of_measure[section.denominator]}"
        factor = conversion_factor(source, section.measure)
        panel = panel.with_variable(name, above[years] / below[years] * factor, section.measure)
    return panel


def load_groups(
    section: schema.UnitsSection, units: gpd.GeoDataFrame, locate: Callable[[str], Path]
) -> tuple[dict[str, pd.Index], dict[str, Text]]:
    """Return the groups to compare, and their names."""
    if section.groups is None:
        return {}, {}
    if section.source not in SHIPPED_MAPS:
        chosen = section.groups
        if not isinstance(chosen, str) or chosen not in units.columns:
            raise SchemaError(
                "groups = {value!r} is not a column of the map",
                expected="one of {columns}",
                value=chosen,
                columns=some([c for c in units.columns if c != "geometry"], 12),
            )
        own = group_members(units[chosen], units.index, overall=False)
        return own, {code: Text(code) for code in own}
    registry = chosen_groups(section, locate)
    assert registry is not None
    members = groups_for(units.index, registry)
    table = registry if isinstance(registry, pd.DataFrame) else None
    return members, cluster_names(members, table)


def cluster_names(codes: Iterable[str], own: pd.DataFrame | None = None) -> dict[str, Text]:
    """Return the names of groups, in the order of their registry; unknown ones are left out.

    Parameters
    ----------
    codes : iterable of str
        Group codes.
    own : DataFrame, optional
        The user's own registry, in place of the built-in ones.
    """
    wanted = set(codes)
    registry = (clusters() if own is None else own).drop_duplicates("cluster")
    return {
        str(code): bilingual(str(english), str(chinese))
        for code, english, chinese in zip(
            registry["cluster"], registry["cluster_en"], registry["cluster_zh"], strict=True
        )
        if code in wanted
    }


def load_panel(
    sections: Mapping[str, schema.TableSection], units: pd.Index, locate: Callable[[str], Path]
) -> Panel:
    """Return all variables of all tables as one panel on the units of the map."""
    joined: Panel | None = None
    for name, section in sections.items():
        panel = table_panel(name, section, locate)
        if is_shipped(section.source):
            # National tables cover more than any choice of clusters: nothing to remark on.
            panel = panel.subset(units=panel.units[panel.units.isin(units)])
        panel = on_map(panel, units)
        joined = panel if joined is None else joined.join(panel)
    # A study of rasters alone has no table.
    return Panel(units=units, years=(), frames={}, measures={}) if joined is None else joined


def table_panel(name: str, section: schema.TableSection, locate: Callable[[str], Path]) -> Panel:
    """Return the variables of one table, for the places that it has."""
    measures = {variable: part.measure for variable, part in section.variables.items()}
    columns = {variable: part.column or variable for variable, part in section.variables.items()}
    if is_shipped(section.source):
        frame = load_table(section.source)
        declared = frame.attrs["units"]
        source = str(frame.attrs["source"])
        if isinstance(section.year, int) and "year" not in frame.columns:
            frame = frame.assign(year=section.year)
        dated = "year" in frame.columns
        if "adcode" not in frame.columns or not (dated or frame["adcode"].is_unique):
            raise SchemaError(
                "[tables.{table}]: {source} is not a table of units and years",
                arrived="columns {columns}",
                table=name,
                source=section.source,
                columns=some(frame.columns, 12),
            )
        panel = Panel.from_frame(
            frame,
            unit="adcode",
            year="year" if dated else UNDATED,
            values=list(columns.values()),
            units={column: declared.get(column) for column in columns.values()},
        )
        grids = {variable: panel[column] for variable, column in columns.items()}
        own = Panel.from_grids(
            grids,
            {variable: declared.get(column) for variable, column in columns.items()},
            unit_name="adcode",
            remarks=[ILLUSTRATIVE] if is_illustrative(section.source) else [],
            source=source,
        )
        for variable, measure in measures.items():
            own = own.convert(variable, measure)
        return own
    if section.unit is None:
        raise SchemaError(
            "[tables.{table}] names a file but not the column of the place",
            fix='unit = "city" under [tables.{table}]',
            table=name,
        )
    panel = read_panel(
        locate(section.source),
        unit=section.unit,
        year=section.year,
        values=list(columns.values()),
        units={columns[variable]: measure for variable, measure in measures.items()},
        level=section.level,
        sheet=section.sheet,
        encoding=section.encoding,
        header=section.header,
        skip=section.skip,
        dissolved=section.dissolved,
    )
    return Panel.from_grids(
        {variable: panel[column] for variable, column in columns.items()},
        measures,
        unit_name=panel.unit_name,
        remarks=panel.remarks,
        source=panel.source,
    )


def is_shipped(source: str) -> bool:
    """Return whether a table of this name comes with the package."""
    return source in set(tables()["name"])
