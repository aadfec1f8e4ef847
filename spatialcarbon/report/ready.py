"""Layers made ready to be written: language chosen, names plain, values clean, classes spelled out.

Everything that can be wrong with a layer is found here, before a file is touched.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import CRSMismatchError, SchemaError, some
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.layers import Categorised, Graduated, Layer, Lines, Single, Style
from spatialcarbon.report.palettes import NO_DATA, OUTLINE, number_label

if TYPE_CHECKING:
    import geopandas as gpd

Kind = Literal["area", "line", "point"]

# What XML 1.0 cannot hold, even escaped, and what neither SQLite nor UTF-8 takes well.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Names that SQLite, GeoPackage or QGIS keep for themselves.
_RESERVED = re.compile(r"(gpkg_|rtree_|sqlite_|ogr_|idx_).*|layer_styles|qgis_projects")
_OWN_FIELDS = ("fid", "ogc_fid", "geom", "rowid")
_KINDS: Mapping[str, Kind] = {
    **{"Polygon": "area", "MultiPolygon": "area"},
    **{"LineString": "line", "MultiLineString": "line", "LinearRing": "line"},
    **{"Point": "point", "MultiPoint": "point"},
}


@dataclass(frozen=True)
class Entry:
    """One symbol of a legend: a value, or a range of values, and its look."""

    label: str
    colour: str
    width: float = 0.2
    value: str | int | float | bool | None = None
    lower: float = 0.0
    upper: float = 0.0
    hatched: bool = False


@dataclass(frozen=True)
class Renderer:
    """How features are told apart; ``expression`` is empty for a single symbol."""

    kind: Literal["single", "categorised", "graduated"]
    expression: str
    entries: tuple[Entry, ...]
    outline: str = OUTLINE
    filled: bool = True
    sized: bool = False


@dataclass(frozen=True, eq=False)
class ReadyLayer:
    """A layer in one language, with plain names and checked values."""

    name: str
    title: str
    abstract: str
    frame: gpd.GeoDataFrame
    aliases: Mapping[str, str]
    kind: Kind
    renderer: Renderer
    label_field: str | None
    visible: bool
    group: str


def clean_text(value: str) -> str:
    r"""Replace characters that neither XML nor SQLite can carry.

    Examples
    --------
    >>> clean_text("a\x00b\tc")
    'a�b\tc'
    """
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", value)


def plain_name(name: str, fallback: str) -> str:
    """Turn any name into ``[a-z][a-z0-9_]*``.

    Examples
    --------
    >>> plain_name("CO2 per head (t)", "x"), plain_name("2017", "year"), plain_name("碳", "f_2")
    ('co2_per_head_t', 'year_2017', 'f_2')
    """
    plain = re.sub(r"[^a-z0-9]+", "_", str(name).lower()).strip("_")
    if not plain:
        return fallback
    return plain if plain[0].isalpha() else f"{fallback}_{plain}"


def plain_columns(columns: Sequence[object]) -> dict[object, str]:
    """Give every column a plain name that no other one has."""
    names: dict[object, str] = {}
    taken = set(_OWN_FIELDS)
    for position, column in enumerate(columns, start=1):
        fallback = "field" if re.search("[a-zA-Z0-9]", str(column)) else f"field_{position}"
        base = name = plain_name(str(column), fallback)
        number = 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        names[column] = name
    return names


def table_names(names: Iterable[str]) -> list[str]:
    """Make names of tables plain, and refuse reserved and repeated ones."""
    plain = [plain_name(name, f"layer_{i}") for i, name in enumerate(names, start=1)]
    for name in plain:
        if _RESERVED.fullmatch(name):
            raise SchemaError("{name!r} is a reserved name and cannot name a layer", name=name)
        if plain.count(name) > 1:
            raise SchemaError(
                "two layers or tables would both be called {name!r}",
                fix="give each its own name in small letters, digits and _",
                name=name,
            )
    return plain


def plain_frame(frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, dict[object, str]]:
    """Return a table with its labels as first columns, plain names and values that SQLite takes.

    Returns
    -------
    tuple of DataFrame and dict
        The table, and the plain name of every original column.

    Raises
    ------
    SchemaError
        For repeated columns, infinite numbers, and objects that are neither text nor
        numbers.
    """
    default_index = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    table = pd.DataFrame(frame)
    if not default_index:
        levels = ["unit" if level is None else level for level in frame.index.names]
        table = table.drop(columns=[level for level in levels if level in table.columns])
        table = table.reset_index(names=levels)
    if table.columns.has_duplicates:
        raise SchemaError(
            "{name} has the column {column!r} twice",
            name=name,
            column=table.columns[table.columns.duplicated()][0],
        )
    plain = plain_columns(list(table.columns))
    values = {plain[column]: _plain_values(table[column], name) for column in table.columns}
    return pd.DataFrame(values), plain


def _plain_values(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_float_dtype(column):
        infinite = column.index[np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan))]
        if len(infinite):
            raise SchemaError(
                "column {column!r} of {name} holds infinite values",
                arrived="rows {rows}",
                fix="look for a division by zero upstream",
                column=column.name,
                name=name,
                rows=some(infinite),
            )
    if column.dtype == object or pd.api.types.is_string_dtype(column):
        return _plain_objects(column, name)
    return column.reset_index(drop=True)


def _plain_objects(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    items = [None if absent else item for item, absent in zip(column, column.isna(), strict=True)]
    kinds = {type(item) for item in items if item is not None}
    if kinds <= {str}:
        texts = [item if item is None else clean_text(item) for item in items]
        return pd.Series(texts, dtype=object)
    numbers = all(issubclass(kind, (int, float, np.integer, np.floating)) for kind in kinds)
    if numbers and (bool not in kinds or kinds == {bool}):
        return _plain_values(pd.Series(items, dtype=object).convert_dtypes(), name)
    raise SchemaError(
        "column {column!r} of {name} mixes kinds of values",
        arrived="{kinds}",
        expected="all text, or all numbers",
        column=column.name,
        name=name,
        kinds=some(sorted(kind.__name__ for kind in kinds)),
    )


def ready_layers(layers: Sequence[Layer], language: Language) -> list[ReadyLayer]:
    """Choose the language of layers, make their names plain and check all they hold.

    Raises
    ------
    SchemaError
        Without layers or rows, for mixed kinds of geometry, columns that style, label or
        alias name in vain, and values outside the classes of the style.
    CRSMismatchError
        For a layer without CRS.
    """
    if not layers:
        raise SchemaError("there is no layer to write")
    names = table_names(layer.name for layer in layers)
    return [_ready(layer, name, language) for layer, name in zip(layers, names, strict=True)]


def _ready(layer: Layer, name: str, language: Language) -> ReadyLayer:
    import geopandas as gpd

    def say(words: Text) -> str:
        return clean_text(words.render(language))

    if not len(layer.frame):
        raise SchemaError("layer {name!r} has no rows", name=name)
    if layer.frame.crs is None:
        raise CRSMismatchError(
            "layer {name!r} has no coordinate reference system",
            fix='frame.set_crs("EPSG:4490") where that is what the coordinates are',
            name=name,
        )
    kind = _kind(layer.frame, name)
    geometry = layer.frame.geometry
    table, plain = plain_frame(layer.frame.drop(columns=geometry.name), name)
    used = [getattr(layer.style, "field", None), layer.label_field, *layer.aliases]
    absent = [column for column in used if column is not None and column not in plain]
    if absent:
        raise SchemaError(
            "layer {name!r} lacks the column {absent}",
            arrived="columns {present}",
            name=name,
            absent=some(absent),
            present=some(plain, 12),
        )
    aliases = {
        plain[column]: say(layer.aliases[str(column)])
        if column in layer.aliases
        else ("" if plain[column] == column else clean_text(str(column)))
        for column in plain
    }
    frame = gpd.GeoDataFrame(table, geometry=list(geometry), crs=layer.frame.crs)
    return ReadyLayer(
        name=name,
        title=say(layer.title),
        abstract=say(layer.abstract),
        frame=frame.rename_geometry("geom"),
        aliases=aliases,
        kind=kind,
        renderer=_renderer(layer.style, table, plain, name, language),
        label_field=None if layer.label_field is None else plain[layer.label_field],
        visible=layer.visible,
        group="" if layer.group is None else say(layer.group),
    )


def _kind(frame: gpd.GeoDataFrame, name: str) -> Kind:
    types = sorted({str(kind) for kind in frame.geom_type.dropna()})
    kinds = {_KINDS.get(kind) for kind in types}
    only = kinds.pop() if len(kinds) == 1 else None
    if only is None:
        raise SchemaError(
            "layer {name!r} mixes kinds of geometry, or has none",
            arrived="{types}",
            expected="all areas, all lines or all points",
            name=name,
            types=some(types),
        )
    return only


def _renderer(
    style: Style, table: pd.DataFrame, plain: Mapping[object, str], name: str, language: Language
) -> Renderer:
    if isinstance(style, Single):
        return Renderer(
            "single",
            "",
            (Entry("", style.colour),),
            outline=style.colour if style.outline_only else OUTLINE,
            filled=not style.outline_only,
        )
    if isinstance(style, Lines) and style.field is None:
        return Renderer("single", "", (Entry("", style.colour, style.widths[0]),))
    field = plain[style.field]
    values = table[field]
    no_data = clean_text(translate("no data", language))
    if isinstance(style, Categorised):
        known = [_clean_value(item.value) for item in style.categories]
        present = values[values.notna()]
        _refuse(present[~present.isin(known)], field, name)
        entries = [
            Entry(clean_text(item.label.render(language)), item.colour, value=value)
            for item, value in zip(style.categories, known, strict=True)
        ]
        if values.isna().any():
            entries.append(Entry(no_data, NO_DATA, hatched=True))
        return Renderer(
            "categorised",
            f'"{field}"',
            tuple(entries),
            outline=style.outline,
            filled=not style.outline_only,
        )
    unit = clean_text(translate(style.unit, language))
    return _graduated(style, field, values, no_data, name, unit)


def _graduated(
    style: Graduated | Lines,
    field: str,
    values: pd.Series[Any],
    no_data: str,
    name: str,
    unit: str,
) -> Renderer:
    if not pd.api.types.is_numeric_dtype(values):
        raise SchemaError("column {column!r} of {name} is not numeric", column=field, name=name)
    bounds = style.bounds
    present = values[values.notna()]
    _refuse(present[(present < bounds[0]) | (present > bounds[-1])], field, name)
    colours = style.colours if isinstance(style, Graduated) else (style.colour,) * len(style.widths)
    widths = style.widths if isinstance(style, Lines) else (0.2,) * len(colours)
    entries = []
    for i, (colour, width) in enumerate(zip(colours, widths, strict=True)):
        lower, upper = bounds[i], bounds[i + 1]
        label = style.label_format.format(lower=number_label(lower), upper=number_label(upper))
        if i == 0 and unit:
            label = f"{label} {unit}"
        entries.append(Entry(clean_text(label), colour, width, lower=lower, upper=upper))
    expression = f'"{field}"'
    if values.isna().any():
        # QGIS draws no symbol for NULL in a graduated layer and leaves a hole in the map:
        # a number far below every class stands in for it.
        void = -1.0 - 10.0 ** (3 + math.ceil(math.log10(max(1.0, *map(abs, bounds)))))
        expression = f'coalesce("{field}", {void:.0f})'
        entries.append(Entry(no_data, NO_DATA, lower=void, upper=void, hatched=True))
    return Renderer(
        "graduated",
        expression,
        tuple(entries),
        outline=getattr(style, "outline", OUTLINE),
        sized=isinstance(style, Lines),
    )


def _clean_value(value: str | int | float | bool) -> str | int | float | bool:
    return clean_text(value) if isinstance(value, str) else value


def _refuse(outside: pd.Series[Any], field: str, name: str) -> None:
    if len(outside):
        raise SchemaError(
            "the style of layer {name!r} has no class for some values of {column!r}",
            arrived="{values}",
            fix="make the classes from these values, or add the category",
            name=name,
            column=field,
            values=some(outside.drop_duplicates()),
        )
