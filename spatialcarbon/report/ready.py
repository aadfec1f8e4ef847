"""Layers made ready to be written: language chosen, names plain, values clean, classes spelled out.

Everything that can be wrong with a layer is found here, before a file is touched.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from spatialcarbon.core.errors import CRSMismatchError, SchemaError, some
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.core.printable import printable
from spatialcarbon.report.layers import Categorised, Graduated, Layer, Lines, Single, Style
from spatialcarbon.report.palettes import NO_DATA, OUTLINE, number_label
from spatialcarbon.report.plain import plain_frame, table_names

if TYPE_CHECKING:
    import geopandas as gpd

Kind = Literal["area", "line", "point"]

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
    """How features are told apart; ``expression`` and ``field`` are empty for a single symbol."""

    kind: Literal["single", "categorised", "graduated"]
    expression: str
    entries: tuple[Entry, ...]
    outline: str = OUTLINE
    filled: bool = True
    sized: bool = False
    field: str = ""


@dataclass(frozen=True, eq=False)
class ReadyTable:
    """A table in one language, with plain names and checked values.

    ``other`` holds the names of the columns in the other language, ``values`` what the
    codes of a column mean.
    """

    name: str
    title: str
    abstract: str
    frame: pd.DataFrame
    aliases: Mapping[str, str]
    other: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    language: Language


@dataclass(frozen=True, eq=False)
class ReadyLayer(ReadyTable):
    """A layer made ready: a table with geometry and a look.

    ``time`` is the column of the year where there is more than one. A layer without a table
    of its own has in ``view`` the query that makes it, and in ``places`` the layer whose
    geometry it shows.
    """

    frame: gpd.GeoDataFrame
    kind: Kind
    renderer: Renderer
    label_field: str | None
    visible: bool
    group: str
    time: str | None = None
    view: str = ""
    places: str = ""

    @property
    def covers(self) -> bool:
        """Whether the layer hides what lies below it."""
        return self.kind == "area" and self.renderer.filled


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
        return words.render(language)

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
    aliases, other = names_of(layer.aliases, plain, language)
    frame = gpd.GeoDataFrame(table, geometry=list(geometry), crs=layer.frame.crs)
    return ReadyLayer(
        name=name,
        title=say(layer.title),
        abstract=say(layer.abstract),
        frame=frame.rename_geometry("geom"),
        aliases=aliases,
        other=other,
        values=_values(layer, plain, table, language),
        language=language,
        kind=kind,
        renderer=_renderer(layer.style, table, plain, name, language),
        label_field=None if layer.label_field is None else plain[layer.label_field],
        visible=layer.visible,
        group="" if layer.group is None else say(layer.group),
        time=_time(table),
    )


def names_of(
    aliases: Mapping[str, Text], plain: Mapping[object, str], language: Language
) -> tuple[dict[str, str], dict[str, str]]:
    """Return readable names of columns by their plain names, in the language and in the other."""
    other: Language = "en" if language == "zh" else "zh"
    named: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for column, field in plain.items():
        original = "" if field == column else printable(str(column))
        for spoken, found in zip((language, other), named, strict=True):
            words = aliases.get(str(column))
            found[field] = original if words is None else words.render(spoken)
    return named


def _values(
    layer: Layer, plain: Mapping[object, str], table: pd.DataFrame, language: Language
) -> dict[str, dict[str, str]]:
    """Return what codes mean: those of the legend, and those the layer names itself."""
    meanings = {column: dict(words) for column, words in layer.values.items()}
    if isinstance(layer.style, Categorised):
        legend = {item.value: item.label for item in layer.style.categories}
        texts = {code: words for code, words in legend.items() if isinstance(code, str)}
        meanings.setdefault(layer.style.field, texts)
    found = {}
    for column, words in meanings.items():
        codes = set(table[plain[column]].dropna()) if column in plain else set()
        said = {printable(code): word.render(language) for code, word in words.items()}
        # A code left out would stand in parentheses in QGIS: then none is translated.
        if codes and codes <= set(said) and any(code != word for code, word in said.items()):
            found[plain[column]] = said
    return found


def _time(table: pd.DataFrame) -> str | None:
    """Return the column of the year, if there are several: the clock of QGIS then moves it."""
    if "year" not in table or not pd.api.types.is_integer_dtype(table["year"]):
        return None
    first, last = table["year"].min(), table["year"].max()
    return "year" if 0 < first < last else None


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
    no_data = translate("no data", language)
    if isinstance(style, Categorised):
        known = [_clean_value(item.value) for item in style.categories]
        present = values[values.notna()]
        _refuse(present[~present.isin(known)], field, name)
        entries = [
            Entry(item.label.render(language), item.colour, value=value)
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
            field=field,
        )
    unit = translate(style.unit, language)
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
        entries.append(Entry(label, colour, width, lower=lower, upper=upper))
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
        field=field,
    )


def _clean_value(value: str | int | float | bool) -> str | int | float | bool:
    return printable(value) if isinstance(value, str) else value


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
