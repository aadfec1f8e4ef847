"""Names and values that every format takes: plain names, clean text, one kind in a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.printable import printable

# Names that SQLite, GeoPackage or QGIS keep for themselves.
_RESERVED = re.compile(r"(gpkg_|rtree_|sqlite_|ogr_|idx_).*|layer_styles|qgis_projects")
_OWN_FIELDS = ("fid", "ogc_fid", "geom", "rowid")


def unevaluated(words: str) -> str:
    """Return words in which QGIS finds no expression to work out, as it does in labels and tips.

    Examples
    --------
    >>> unevaluated("CO2 [% env('HOME') %]")
    "CO2 [ % env('HOME') %]"
    """
    return words.replace("[%", "[ %")


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
        texts = [item if item is None else printable(item) for item in items]
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
