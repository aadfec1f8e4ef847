"""Tables of pandas and geopandas as nodes of JSON and plain arrays, and back, to the last bit."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryArray, GeometryDtype, from_wkb

if TYPE_CHECKING:
    from spatialcarbon.studies.codec import Decoder, Encoder, Node

_MASKED = ("boolean", *(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)))
_MASKED += ("Float32", "Float64")


def encode(value: Any, to: Encoder) -> Node | None:
    """Return the node of a table, column or index, or ``None`` if it cannot be held so."""
    kind = type(value)
    if value is pd.NA or value is pd.NaT:
        return {"t": "missing", "v": "NA" if value is pd.NA else "NaT"}
    if kind is pd.Timestamp and value.tz is None:
        return {"t": "timestamp", "v": value.isoformat(), "u": value.unit}
    if kind in (pd.DataFrame, gpd.GeoDataFrame):
        return _frame(value, to)
    if kind in (pd.Series, gpd.GeoSeries):
        column = _column(value, to)
        parts = [to.node(value.index), to.node(value.name), to.node(value.attrs)]
        return column and {"t": "series", "v": column, "p": parts}
    if kind is pd.RangeIndex:
        span = [value.start, value.stop, value.step]
        return {"t": "range", "v": span, "p": to.node(value.name)}
    if kind is pd.MultiIndex:
        parts = [list(value.levels), [np.asarray(code) for code in value.codes]]
        return {"t": "multiindex", "v": to.node([*parts, list(value.names)])}
    if kind is pd.Index:
        column = _column(value, to)
        return column and {"t": "index", "v": column, "p": to.node(value.name)}
    return None


def decode(node: Node, of: Decoder) -> Any:
    """Return the table, column or index of a node."""
    kind = node["t"]
    if kind == "missing":
        return {"NA": pd.NA, "NaT": pd.NaT}[node["v"]]
    if kind == "timestamp":
        return pd.Timestamp(node["v"]).as_unit(node["u"])
    if kind == "frame":
        return _frame_of(node, of)
    if kind == "series":
        values = _values(node["v"], of)
        index, name, attrs = of.values(node["p"])
        geometric = isinstance(values, GeometryArray)
        if geometric:
            series: pd.Series[Any] = gpd.GeoSeries(values, index, name=name)
        else:  # with its kind said, or pandas would guess it from objects
            series = pd.Series(values, index, dtype=values.dtype, name=name, copy=False)
        series.attrs = attrs
        return series
    if kind == "range":
        start, stop, step = node["v"]
        return pd.RangeIndex(start, stop, step, name=of.value(node["p"]))
    if kind == "multiindex":
        levels, codes, names = of.value(node["v"])
        return pd.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=True)
    if kind == "index":
        values = _values(node["v"], of)
        return pd.Index(values, dtype=values.dtype, name=of.value(node["p"]))
    raise ValueError(f"a node of kind {kind!r}")


def _frame(frame: pd.DataFrame, to: Encoder) -> Node | None:
    alike = {str(dtype) for dtype in frame.dtypes}
    columns: Node
    if len(alike) == 1 and isinstance(frame.dtypes.iloc[0], np.dtype):
        columns = to.node(frame.to_numpy())  # in its own order of memory
    else:
        columns = [_column(frame.iloc[:, at], to) for at in range(frame.shape[1])]
        if any(column is None for column in columns):
            return None
    geometry = None
    if isinstance(frame, gpd.GeoDataFrame):
        geometry = [frame.active_geometry_name]
    parts = [to.node(part) for part in (frame.index, frame.columns, frame.attrs, geometry)]
    return {"t": "frame", "v": columns, "p": parts}


def _frame_of(node: Node, of: Decoder) -> pd.DataFrame:
    held = node["v"]
    values = of.value(held) if isinstance(held, dict) else [_values(item, of) for item in held]
    index, columns, attrs, geometry = of.values(node["p"])
    if isinstance(values, list):
        parts = [pd.Series(part, index, dtype=part.dtype, copy=False) for part in values]
        frame = pd.DataFrame(dict(enumerate(parts)), index=index)
        frame.columns = columns
    else:
        frame = pd.DataFrame(values, index, columns, dtype=values.dtype, copy=False)
    if geometry is not None:
        [name] = geometry
        frame = gpd.GeoDataFrame(frame) if name is None else gpd.GeoDataFrame(frame, geometry=name)
    frame.attrs = attrs
    return frame


def _column(held: Any, to: Encoder) -> Node | None:
    """Return the node of what a column or index holds, or ``None`` for kinds not known here."""
    dtype, values = held.dtype, held.array
    if isinstance(dtype, np.dtype):
        return {"k": "numpy", "v": to.node(held.to_numpy())}
    if isinstance(dtype, pd.StringDtype):
        missing = values.isna()
        said = [None if gone else str(item) for item, gone in zip(values, missing, strict=True)]
        as_nan = getattr(dtype, "na_value", pd.NA) is not pd.NA
        return {"k": "text", "s": dtype.storage, "n": as_nan, "v": said}
    if str(dtype) in _MASKED:
        missing = values.isna()
        plain = values.to_numpy(dtype=dtype.numpy_dtype, na_value=0)
        return {"k": "masked", "d": str(dtype), "v": to.node(plain), "m": to.node(missing)}
    if isinstance(dtype, pd.CategoricalDtype):
        parts = [to.node(np.asarray(values.codes)), to.node(dtype.categories)]
        return {"k": "category", "o": bool(dtype.ordered), "v": parts}
    if isinstance(dtype, GeometryDtype):
        shapes = shapely.to_wkb(np.asarray(values), include_srid=True).tolist()
        return {"k": "shapes", "v": to.node(shapes), "c": to.node(values.crs)}
    return None


def _values(node: Node, of: Decoder) -> Any:
    """Return the array of a column."""
    kind = node["k"]
    if kind == "numpy":
        return of.value(node["v"])
    if kind == "text":
        return pd.array(_texts(node["v"]), dtype=_text_dtype(node["s"], node["n"]))
    if kind == "masked":
        plain, missing = of.value(node["v"]), of.value(node["m"])
        array = pd.array(plain, dtype=node["d"])
        array[missing] = pd.NA
        return array
    if kind == "category":
        codes, categories = of.values(node["v"])
        return pd.Categorical.from_codes(codes, categories, ordered=node["o"])
    if kind == "shapes":
        shapes, crs = of.value(node["v"]), of.value(node["c"])
        return from_wkb(np.array(shapes, dtype=object), crs=crs)
    raise ValueError(f"a column of kind {kind!r}")


def _texts(said: Sequence[Hashable]) -> list[str | None]:
    if not all(item is None or isinstance(item, str) for item in said):
        raise ValueError("a text that is none")
    return list(said)  # type: ignore[arg-type]


def _text_dtype(storage: str, as_nan: bool) -> pd.StringDtype[Any]:
    if storage not in ("python", "pyarrow"):
        raise ValueError(f"texts in {storage}")
    kind: Any = pd.StringDtype
    dtype: pd.StringDtype[Any] = kind(storage, na_value=np.nan) if as_nan else kind(storage)
    return dtype
