"""The data of a study as a table beside the maps, and the maps of its years drawn from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text
from spatialcarbon.report.layers import Graduated, Layer
from spatialcarbon.report.plain import plain_frame, table_names
from spatialcarbon.report.ready import ReadyLayer, ReadyTable, names_of, ready_layers


@dataclass(frozen=True, eq=False)
class YearMap:
    """One variable of a table on the map, one picture a year.

    Parameters
    ----------
    name : str
        Name of the layer.
    title, abstract : Text
        Heading, and what it shows.
    style : Graduated
        Classes that hold all years, of a column of the table.
    """

    name: str
    title: Text
    abstract: Text
    style: Graduated


@dataclass(frozen=True, eq=False)
class DataTable:
    """A table without geometry: its words, and how its rows belong to places and years.

    Parameters
    ----------
    name : str
        Short and plain.
    title, abstract : Text
        Heading, and what it holds.
    frame : DataFrame
        Rows; the labels of the index become columns.
    aliases : mapping of str to Text
        Readable names of columns.
    unit, year : str or None
        Column of the place, and of the year.
    places : str or None
        Name of the layer of all places: its column ``unit`` leads to the rows.
    maps : sequence of YearMap
        Variables shown on the map year by year. They take no room: the geometry stays in
        the layer of the places.
    group : Text or None
        Heading in the layer tree of these maps.
    """

    name: str
    title: Text
    abstract: Text
    frame: pd.DataFrame
    aliases: Mapping[str, Text] = field(default_factory=dict)
    unit: str | None = None
    year: str | None = None
    places: str | None = None
    maps: Sequence[YearMap] = ()
    group: Text | None = None


@dataclass(frozen=True, eq=False)
class Related(ReadyTable):
    """A table made ready, and the column through which places find their rows."""

    unit: str | None = None
    year: str | None = None
    places: str | None = None


def ready_content(
    layers: Sequence[Layer], tables: Sequence[DataTable], language: Language
) -> tuple[list[ReadyLayer], list[Related]]:
    """Return layers and tables made ready; the maps of the years stand above the places.

    Raises
    ------
    SchemaError, CRSMismatchError
        For what cannot be written, as :func:`spatialcarbon.report.ready.ready_layers`, and
        for a table whose places are no layer, or that has places the layer lacks.
    """
    ready = ready_layers(layers, language)
    names = table_names(
        [
            *(table.name for table in tables),
            *(layer.name for layer in layers),
            *(item.name for table in tables for item in table.maps),
        ]
    )[: len(tables)]
    related = []
    for table, name in zip(tables, names, strict=True):
        done = _related(table, name, ready, language)
        related.append(done)
        home = next((at for at, layer in enumerate(ready) if layer.name == done.places), None)
        if home is not None and table.maps:
            ready[home:home] = _year_maps(table, done, ready[home], language)
    return ready, related


def _related(
    table: DataTable, name: str, ready: Sequence[ReadyLayer], language: Language
) -> Related:
    frame, plain = plain_frame(table.frame, name)
    aliases, other = names_of(table.aliases, plain, language)
    done = Related(
        name=name,
        title=table.title.render(language),
        abstract=table.abstract.render(language),
        frame=frame,
        aliases=aliases,
        other=other,
        values={},
        language=language,
        unit=None if table.unit is None else plain[table.unit],
        year=None if table.year is None else plain[table.year],
        places=table.places,
    )
    if done.places is None or done.unit is None:
        return done
    home = {layer.name: layer.frame for layer in ready}.get(done.places)
    if home is None or done.unit not in home:
        raise SchemaError(
            "no layer {places!r} with a column {unit!r} has the places of table {name!r}",
            arrived="layers {layers}",
            fix="add that layer, or leave places out",
            name=name,
            places=done.places,
            unit=done.unit,
            layers=some(layer.name for layer in ready),
        )
    absent = frame[done.unit][~frame[done.unit].isin(home[done.unit])].drop_duplicates()
    if len(absent):
        raise SchemaError(
            "table {name!r} has places that the layer {places!r} lacks",
            arrived="{absent}",
            name=name,
            places=done.places,
            absent=some(absent),
        )
    return done


def _year_maps(
    table: DataTable, done: Related, home: ReadyLayer, language: Language
) -> list[ReadyLayer]:
    """Return for each map a layer that is a view: rows of the table, geometry of the places."""
    unit, year = done.unit, done.year
    if unit is None or year is None:
        return []
    shapes = home.frame.set_index(unit)
    names = [name for name in ("name", "name_zh", "name_en") if name in shapes]
    _, plain = plain_frame(table.frame, done.name)
    aliases = {**{name: Text(home.aliases[name]) for name in (unit, *names)}, **table.aliases}
    made = []
    for item in table.maps:
        own = plain[item.style.field]
        held = done.frame.loc[done.frame[own].notna(), year]
        rows = done.frame[done.frame[year].isin(held)]
        at = rows[unit]
        frame = gpd.GeoDataFrame(
            {
                **{name: shapes[name].loc[at].to_numpy() for name in names},
                year: rows[year].to_numpy(),
                own: rows[own].to_numpy(),
            },
            geometry=shapes.geometry.loc[at].to_numpy(),
            crs=home.frame.crs,
            index=pd.Index(at, name=unit),
        )
        layer = Layer(
            item.name, item.title, item.abstract, frame,
            aliases={name: words for name, words in aliases.items() if name in [unit, *frame]},
            style=replace(item.style, field=own),
            label_field=home.label_field if home.label_field in names else None,
            visible=False,
            group=table.group,
        )  # fmt: skip
        ready = ready_layers([layer], language)[0]
        query = _view(done, home.name, names, own, sorted(set(held)))
        made.append(replace(ready, view=query, places=home.name))
    return made


def _view(
    table: Related, places: str, names: Sequence[str], column: str, years: Sequence[int]
) -> str:
    """Return the query of a map of years: GDAL takes ``OGC_FID`` for the number of the row."""
    fields = [
        "p.fid AS OGC_FID, u.geom AS geom",
        f'p."{table.unit}" AS "{table.unit}"',
        *(f'u."{name}" AS "{name}"' for name in names),
        *(f'p."{name}" AS "{name}"' for name in (table.year, column)),
    ]
    return (
        f'SELECT {", ".join(fields)} FROM "{table.name}" p JOIN "{places}" u '
        f'ON u."{table.unit}" = p."{table.unit}" '
        f'WHERE p."{table.year}" IN ({", ".join(map(str, years))})'
    )
