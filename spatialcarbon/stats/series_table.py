"""Several series on the same units, from any of the forms in which a table may come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, conform
from spatialcarbon.core.errors import AlignmentError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.data.panel import Panel


def series_table(frame: pd.DataFrame | Panel, units: pd.Index, missing: Missing) -> pd.DataFrame:
    """Return units × (variable, year) as float64, in the order of ``units``."""
    wide = _wide(frame)
    numbers = wide.to_numpy() if (wide.dtypes == "float64").all() else None
    known = wide.columns.is_unique and wide.index.equals(units)
    if numbers is not None and known and np.isfinite(numbers).all():
        return wide.set_axis(wide.columns.set_names(["variable", "year"]), axis=1)
    columns: dict[Any, pd.Series[float]] = {
        key: conform(
            wide[key],
            units,
            name=text("{variable} in {year}", variable=key[0], year=key[1]),
            missing=missing,
        )
        for key in wide.columns
    }
    table = pd.DataFrame(columns, index=units)
    table.columns = pd.MultiIndex.from_tuples(list(columns), names=["variable", "year"])
    return table


def _wide(frame: pd.DataFrame | Panel) -> pd.DataFrame:
    if isinstance(frame, Panel):
        return pd.concat({name: frame[name] for name in frame.variables}, axis=1)
    if not isinstance(frame, pd.DataFrame) or frame.empty:
        raise AlignmentError(
            "frame is a {kind} without data",
            expected="a DataFrame: index unit and columns year, or tidy with a column year",
            kind=type(frame).__name__,
        )
    if "year" in frame.columns:
        return _from_tidy(frame)
    if isinstance(frame.columns, pd.MultiIndex):
        if frame.columns.nlevels != 2:
            raise AlignmentError(
                "the columns of frame have {n} levels",
                expected="two: variable and year",
                n=frame.columns.nlevels,
            )
        return frame
    return pd.concat({"value": frame}, axis=1)


def _from_tidy(frame: pd.DataFrame) -> pd.DataFrame:
    key = next((name for name in ("unit", "adcode") if name in frame.columns), None)
    tidy = frame if key else frame.rename_axis("unit").reset_index()
    key = key or "unit"
    if {"variable", "value"} <= set(tidy.columns):
        tidy = tidy[[key, "year", "variable", "value"]]
    else:
        numeric = tidy.drop(columns=[key, "year"]).select_dtypes("number").columns
        if len(numeric) == 0:
            raise SchemaError(
                "the tidy table has no numeric column beside {key} and year",
                arrived="columns {columns}",
                key=key,
                columns=some(frame.columns, 12),
            )
        tidy = tidy.melt([key, "year"], list(numeric), "variable", "value")
    nameless = tidy[[key, "year"]].isna().any(axis=1)
    if nameless.any():
        raise AlignmentError(
            "the tidy table has {n} rows without {key} or year",
            fix="data.dropna(subset=[{key!r}, 'year'])",
            n=int(nameless.sum()),
            key=key,
        )
    repeated = tidy.duplicated([key, "year", "variable"])
    if repeated.any():
        cells = tidy.loc[repeated, [key, "year"]].drop_duplicates()
        raise AlignmentError(
            "the tidy table has {n} repeated rows",
            arrived="{cells}",
            expected="each unit and year once",
            n=int(repeated.sum()),
            cells=some(f"{a} {b}" for a, b in cells.itertuples(index=False)),
        )
    order = pd.MultiIndex.from_frame(tidy[["variable", "year"]].drop_duplicates())
    wide = tidy.pivot(index=key, columns=["variable", "year"], values="value")
    return wide.reindex(columns=order)
